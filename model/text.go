package model

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Unseen reports whether c draws nothing, or turns the writing round it: controls
// and format characters. Line breaks and tabs are controls as well.
func Unseen(c rune) bool { return unicode.IsControl(c) || unicode.Is(unicode.Cf, c) }

// turning reports whether c is a control or turns the writing round it, so that
// a page shows another text than was checked.
func turning(c rune) bool { return unicode.IsControl(c) || unicode.Is(unicode.Bidi_Control, c) }

// readable is a text that somebody typed as everybody reads it: without blanks
// round it and without what is Unseen, so that a text is neither empty for the
// eye alone nor two that look the same are different. Line breaks stay; a tab is
// a blank. What is no text at all comes back as it is, for the rules to refuse.
func readable(s string) string {
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return s
	}
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		switch {
		case c == '\r', c == '\n':
			return c
		case c == '\t':
			return ' '
		case Unseen(c):
			return -1
		}
		return c
	}, s))
}
