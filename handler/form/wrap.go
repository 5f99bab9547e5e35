package form

import (
	"strings"
	"unicode"
)

// Characters that do not begin and do not end a line (GB/T 15834-2011 §5.1).
const (
	notFirst = "，。、；：？！）》〉】」』”’…—～·,.;:?!)]}%’/"
	notLast  = "（《〈【「『“‘([{"
)

// wrap breaks text into lines of at most width em. Chinese breaks anywhere but
// at the characters above, words at blanks; what is longer than a line breaks
// where it must. A blank at a break is dropped; nothing else changes, and
// nothing is added, so that the lines put together again are the text.
func (s *setter) wrap(text string, width float64) []string {
	width += 1e-9
	runes := []rune(text)
	glyphs := s.set(runes)
	var lines []string
	for start := 0; start < len(runes); {
		end := fit(runes, glyphs, start, width)
		line := strings.TrimSpace(string(runes[start:end]))
		// Part of a word may stand in another font than the whole.
		for end > start+1 && s.width(line) > width {
			end--
			line = strings.TrimSpace(string(runes[start:end]))
		}
		lines = append(lines, line)
		for start = end; start < len(runes) && unicode.IsSpace(runes[start]); {
			start++
		}
	}
	return lines
}

// fit returns where the line that begins at start ends.
func fit(runes []rune, glyphs []glyph, start int, width float64) int {
	used, end := 0.0, start // end: where the line can be broken
	for i := start; i < len(runes); i++ {
		if i > start && mayBreak(runes[i-1], runes[i]) {
			end = i
		}
		used += glyphs[i].advance
		if used <= width || i == start || unicode.IsSpace(runes[i]) {
			continue
		}
		if end > start {
			return end
		}
		for end = i; end > start+1 && unicode.Is(unicode.Mn, runes[end]); end-- { // one word fills the line
		}
		return end
	}
	return len(runes)
}

// mayBreak tells whether a line may end between two characters.
func mayBreak(before, after rune) bool {
	switch {
	case unicode.IsSpace(before):
		return true
	case unicode.IsSpace(after), unicode.Is(unicode.Mn, after):
		return false
	case strings.ContainsRune(notFirst, after), strings.ContainsRune(notLast, before):
		return false
	}
	return wide(before) || wide(after)
}

// wide tells characters that stand alone, as Chinese does, from those that make
// words.
func wide(c rune) bool {
	return c >= 0x2e80 || unicode.Is(unicode.Han, c)
}
