package form

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"quxiang/model"
)

// Parts of a 核验编号, as in the guide's 2310001EQ86V47B.
const (
	yearDigits   = 2
	schoolDigits = 5
	randomChars  = 8
	numberLength = yearDigits + schoolDigits + randomChars
)

// alphabet holds no 0 1 I O, which people mix up on paper. It has 32
// characters, so that five random bits choose one without bias.
const alphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// NewNumber draws a number: two digits of now's year in Asia/Shanghai, the
// school's five-digit code, and eight characters from rand (40 bits), which in
// production is crypto/rand.Reader. The store refuses a number that exists; the
// caller draws again.
func NewNumber(school string, now time.Time, rand io.Reader) (model.VerificationNumber, error) {
	if len(school) != schoolDigits || !isDigits(school) {
		return "", fmt.Errorf("form: school code %q is not %d digits", school, schoolDigits)
	}
	var b [randomChars]byte
	if _, err := io.ReadFull(rand, b[:]); err != nil {
		return "", fmt.Errorf("form: draw a number: %w", err)
	}
	for i, v := range b {
		b[i] = alphabet[v%byte(len(alphabet))]
	}
	return model.VerificationNumber(now.In(model.Shanghai).Format("06") + school + string(b[:])), nil
}

// mistaken are the letters that people take digits for. Among the last eight
// characters there is neither a 0 nor a 1, and L is a letter of its own.
var mistaken = map[byte]byte{'O': '0', 'I': '1', 'L': '1'}

// ParseNumber reads a number as people type it: in any case, in groups parted by
// blanks or hyphens, in full-width characters, and with O for 0 and I or L for 1
// where only digits can stand (docs/verification.md, names and numbers as people
// type them). ok is false when that cannot be one of our numbers; whether it
// exists is the store's answer.
func ParseNumber(s string) (n model.VerificationNumber, ok bool) {
	if len(s) > 8*numberLength { // full-width characters take three bytes
		return "", false
	}
	s = strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) || unicode.Is(unicode.Pd, c) || unicode.Is(unicode.Cf, c) {
			return -1
		}
		return c
	}, norm.NFKC.String(s))
	if len(s) != numberLength {
		return "", false
	}
	b := []byte(s)
	for i, c := range b {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
			b[i] = c
		}
		allowed := alphabet
		if i < yearDigits+schoolDigits {
			allowed = "0123456789"
			if digit, ok := mistaken[c]; ok {
				c, b[i] = digit, digit
			}
		}
		if strings.IndexByte(allowed, c) < 0 {
			return "", false
		}
	}
	return model.VerificationNumber(b), true
}

func isDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }
