package model

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// How much of a button's name a phone shows (facts of WeChat's page on custom
// menus): 4 汉字 in the bar, 8 in the list above it; two letters count as one 汉字.
const (
	shownTopName = 4
	shownSubName = 8
)

// MenuNameShown is a button's name as a phone shows it, and whether something
// was cut off. A character that is made of several, such as an emoji of a family,
// is never cut in half.
func MenuNameShown(name string, top bool) (shown string, cut bool) {
	limit := 2 * shownSubName
	if top {
		limit = 2 * shownTopName
	}
	width := 0
	for _, c := range characters(strings.ToValidUTF8(name, "\uFFFD")) {
		n := 2
		if r, size := utf8.DecodeRuneInString(c); size == len(c) && r < utf8.RuneSelf {
			n = 1
		}
		if width += n; width > limit {
			return shown + "…", true
		}
		shown += c
	}
	return shown, false
}

// Parts of characters that do not stand alone.
const (
	joiner      = '\u200D' // joins emoji to one
	emojiStyle  = '\uFE0F'
	regionalA   = '\U0001F1E6' // two regional indicators are a flag
	regionalZ   = '\U0001F1FF'
	skinFirst   = '\U0001F3FB'
	skinLast    = '\U0001F3FF'
	tagFirst    = '\U000E0020' // spell the name of a region after a black flag
	tagLast     = '\U000E007F'
	keycap      = '\u20E3'
	replacement = '\uFFFD'
)

func regional(r rune) bool { return r >= regionalA && r <= regionalZ }

// follows reports whether r belongs to the character before it.
func follows(r rune) bool {
	return r == joiner || r == emojiStyle || r == keycap || r >= skinFirst && r <= skinLast || r >= tagFirst && r <= tagLast || unicode.Is(unicode.Mn, r)
}

// characters splits a text into what people take for one character each: emoji
// sequences and flags stay whole.
func characters(s string) []string {
	var out []string
	flags := 0 // regional indicators at the end of the last character
	joined := false
	for _, r := range s {
		switch {
		case len(out) > 0 && (joined || follows(r)):
			out[len(out)-1] += string(r)
		case regional(r) && flags == 1:
			out[len(out)-1] += string(r)
		default:
			out = append(out, string(r))
			flags = 0
		}
		joined = r == joiner
		if regional(r) {
			flags = (flags + 1) % 2
		} else {
			flags = 0
		}
	}
	return out
}

// brokenText says what is wrong with the characters of a text, "" for nothing:
// half an emoji, a control character, something that nobody sees.
func brokenText(s string) string {
	if !utf8.ValidString(s) || strings.ContainsRune(s, replacement) {
		return "含有不完整的字符，多半是一个表情被截成了两半"
	}
	for _, c := range characters(s) {
		first, size := utf8.DecodeRuneInString(c)
		last, _ := utf8.DecodeLastRuneInString(c)
		switch {
		case unicode.IsControl(first) || first == '\u2028' || first == '\u2029':
			return "含有换行、制表符或其他控制字符"
		case follows(first), last == joiner, regional(first) && size == len(c):
			return "含有不完整的表情，多半被截成了两半"
		case Unseen(first):
			return "含有看不见的字符"
		}
		for _, r := range c[size:] {
			if unicode.IsControl(r) || Unseen(r) && !follows(r) {
				return "含有看不见的字符"
			}
		}
	}
	return ""
}
