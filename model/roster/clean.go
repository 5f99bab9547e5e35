package roster

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// clean takes off a cell's text what spreadsheets and people put around it:
// blanks of all kinds, invisible characters, the apostrophe or ="…" by which
// exports keep Excel from reading digits as a number. A dash alone means empty
// (guide, figure 4).
func clean(s string) string {
	if plain(s) {
		return s
	}
	s = strings.TrimFunc(s, invisible)
	if len(s) >= 3 && strings.HasPrefix(s, `="`) && strings.HasSuffix(s, `"`) {
		s = s[2 : len(s)-1]
	}
	s = strings.TrimFunc(strings.TrimPrefix(s, "'"), invisible)
	switch s {
	case "-", "–", "—", "——", "/":
		return ""
	}
	return s
}

// plain reports whether clean would leave s alone, as it would most cells: they
// begin and end with a letter, a digit or a common ideograph.
func plain(s string) bool {
	if s == "" {
		return true
	}
	first, _ := utf8.DecodeRuneInString(s)
	last, _ := utf8.DecodeLastRuneInString(s)
	return solid(first) && solid(last)
}

func solid(c rune) bool {
	return c >= 0x4e00 && c <= 0x9fff || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

func alnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

// invisible are blanks, controls and format characters such as U+200B and U+FEFF.
func invisible(c rune) bool {
	return unicode.IsSpace(c) || unicode.IsControl(c) || unicode.Is(unicode.Cf, c)
}

// compact is clean for numbers and codes: full-width characters become plain
// and blanks within go.
func compact(s string) string {
	s = clean(s)
	for i := range len(s) {
		if !alnum(s[i]) {
			return strings.Map(func(c rune) rune {
				if invisible(c) {
					return -1
				}
				return c
			}, norm.NFKC.String(s))
		}
	}
	return s
}

// unpointed takes .0 off a whole number that went through a floating point
// number without loss, as exports of some programs do.
func unpointed(s string) string {
	whole, fraction, ok := strings.Cut(s, ".")
	if ok && len(whole) <= 15 && isDigits(whole) && strings.Trim(fraction, "0") == "" {
		return whole
	}
	return s
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// lostDigits reports whether s is a number as a spreadsheet shows it when it has
// lost digits: 1.1E+17, and 1.1E17 from other programs.
func lostDigits(s string) bool {
	mantissa, exponent, ok := strings.Cut(strings.ToUpper(s), "E")
	if !ok {
		return false
	}
	exponent, signed := strings.CutPrefix(exponent, "+")
	whole, fraction, point := strings.Cut(mantissa, ".")
	// Without sign and point it may be a document's number, such as 5E123456.
	return isDigits(exponent) && isDigits(whole) && strings.Trim(fraction, "0123456789") == "" && (signed || point)
}

// flat is s as an export writes it into a cell: controls, such as line breaks,
// become blanks, since reading would refuse them.
func flat(s string) string {
	return strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || c == utf8.RuneError {
			return ' '
		}
		return c
	}, s)
}
