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
	runes := []rune(text)
	glyphs := s.set(runes)
	var lines []string
	start, end, used := 0, 0, 0.0 // end: where the line can be broken
	for i := 0; i < len(runes); {
		if i > start && mayBreak(runes[i-1], runes[i]) {
			end = i
		}
		used += glyphs[i].advance
		if used <= width+1e-9 || i == start || unicode.IsSpace(runes[i]) {
			i++
			continue
		}
		if end <= start { // one word fills the line
			for end = i; end > start+1 && unicode.Is(unicode.Mn, runes[end]); end-- {
			}
		}
		lines = append(lines, strings.TrimSpace(string(runes[start:end])))
		start, used = end, 0
		for start < len(runes) && unicode.IsSpace(runes[start]) {
			start++
		}
		i, end = start, start
	}
	if start < len(runes) {
		lines = append(lines, strings.TrimSpace(string(runes[start:])))
	}
	return lines
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
