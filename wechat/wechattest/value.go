package wechattest

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// valueRules are the platform's rules for the types of template values
// (模板消息参数值内容限制说明). Lengths count characters unless told otherwise.
var valueRules = map[string]func(string) bool{
	"thing":            func(v string) bool { return utf8.RuneCountInString(v) <= 20 },
	"character_string": func(v string) bool { return len(v) <= 32 && all(v, isPrintableASCII) },
	"number":           regexp.MustCompile(`^-?[0-9.]{1,32}$`).MatchString,
	"letter":           regexp.MustCompile(`^[A-Za-z]{1,32}$`).MatchString,
	"symbol":           func(v string) bool { return utf8.RuneCountInString(v) <= 5 && all(v, isSymbol) },
	"time":             func(v string) bool { return isMoment(v, true) },
	"date":             func(v string) bool { return isMoment(v, false) },
	"amount":           regexp.MustCompile(`^[¥￥$€£]?[0-9]{1,10}(\.[0-9]+)?元?$`).MatchString,
	"phone_number":     regexp.MustCompile(`^[0-9+() -]{1,17}$`).MatchString,
	"car_number":       isPlate,
	"name":             isName,
	"phrase":           func(v string) bool { return utf8.RuneCountInString(v) <= 5 && all(v, isHan) },
}

// keyType cuts the number off a key: thing1 is of type thing.
func keyType(key string) string { return strings.TrimRight(key, "0123456789") }

// fits reports whether a value may stand in a keyword.
func (k Keyword) fits(value string) bool {
	if value == "" || !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl) {
		return false
	}
	kind := keyType(k.Key)
	if kind == "enum" || kind == "const" {
		return slices.Contains(k.Values, value) && utf8.RuneCountInString(value) <= 20
	}
	rule := valueRules[kind]
	return rule != nil && rule(value)
}

func all(v string, in func(rune) bool) bool {
	return !strings.ContainsFunc(v, func(r rune) bool { return !in(r) })
}

func isHan(r rune) bool            { return unicode.Is(unicode.Han, r) }
func isPrintableASCII(r rune) bool { return r >= ' ' && r <= '~' }
func isSymbol(r rune) bool         { return unicode.IsPunct(r) || unicode.IsSymbol(r) }

// isName takes up to ten characters with 汉字 in them, or up to twenty letters.
func isName(v string) bool {
	ok := all(v, func(r rune) bool { return unicode.IsLetter(r) || r == '·' || r == ' ' })
	if strings.ContainsFunc(v, isHan) {
		return ok && utf8.RuneCountInString(v) <= 10
	}
	return ok && utf8.RuneCountInString(v) <= 20
}

// isPlate takes up to eight characters, of which the first and the last may be
// 汉字 and the others are letters and digits.
func isPlate(v string) bool {
	runes := []rune(v)
	for i, r := range runes {
		ascii := r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
		if !ascii && (!isHan(r) || i != 0 && i != len(runes)-1) {
			return false
		}
	}
	return len(runes) <= 8
}

// clockPart and datePart are the two halves of a moment. The separators of a
// date must agree, hence the alternatives.
const (
	clockPart = `([01]?[0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?`
	datePart  = `[0-9]{4}(年([0-9]{1,2})月([0-9]{1,2})日|-([0-9]{1,2})-([0-9]{1,2})|/([0-9]{1,2})/([0-9]{1,2})|\.([0-9]{1,2})\.([0-9]{1,2}))`
)

var (
	clockForm = regexp.MustCompile(`^(?:` + clockPart + `)$`)
	dateForm  = regexp.MustCompile(`^` + datePart + `$`)
)

// isMoment checks a time (a clock, with or without a date before it) or a date
// (a day, with or without a clock after it), or a range of two joined by "~".
func isMoment(v string, clockNeeded bool) bool {
	ends := strings.Split(v, "~")
	if len(ends) > 2 {
		return false
	}
	for _, end := range ends {
		day, clock, both := strings.Cut(strings.TrimSpace(end), " ")
		switch {
		case both:
			if !isDay(day) || !clockForm.MatchString(strings.TrimSpace(clock)) {
				return false
			}
		case clockNeeded:
			if !clockForm.MatchString(day) {
				return false
			}
		case !isDay(day):
			return false
		}
	}
	return true
}

func isDay(v string) bool {
	found := dateForm.FindStringSubmatch(v)
	if found == nil {
		return false
	}
	var parts []int // month, day: the alternatives that took part
	for _, text := range found[2:] {
		if n, err := strconv.Atoi(text); err == nil {
			parts = append(parts, n)
		}
	}
	return len(parts) == 2 && parts[0] >= 1 && parts[0] <= 12 && parts[1] >= 1 && parts[1] <= 31
}
