package job

import (
	"strings"
	"time"
	"unicode"

	"quxiang/model"
)

// Limits of template values in characters (WeChat, 模板消息参数值内容限制说明).
const (
	maxThing  = 20
	maxPhrase = 5
	maxText   = 32 // character_string, number, letter
	maxPhone  = 17
	maxCar    = 8
	maxSymbol = 5
	maxHan    = 10 // of a name in 汉字
)

// keyword is the type of a template's key: thing1 is a thing.
func keyword(key string) string { return strings.TrimRight(key, "0123456789") }

// fit makes text a value that WeChat takes for a key: of its type, its length,
// on one line and not empty, since a single bad value stops the template. at
// stands in for an instant that the text does not tell.
func fit(key, text string, at time.Time) string {
	text = strings.Join(strings.Fields(strings.Map(printable, text)), " ")
	switch keyword(key) {
	case "character_string":
		return or(keep(text, maxText, isASCII), "-")
	case "number":
		return or(keep(text, maxText, isDigit), "0")
	case "letter":
		return or(keep(text, maxText, isLetter), "A")
	case "symbol":
		return or(keep(text, maxSymbol, isSymbol), "-")
	case "amount":
		return or(keep(text, maxHan, isDigit), "0")
	case "phone_number":
		return or(keep(text, maxPhone, isDigit), "0")
	case "phrase":
		return or(keep(text, maxPhrase, isHan), "请查看")
	case "name":
		return or(keep(text, maxHan, unicode.IsLetter), "毕业生")
	case "car_number":
		return or(keep(text, maxCar, unicode.IsPrint), "-")
	case "time":
		return moment(text, at)
	case "date":
		return or(day(text), model.DateOf(at).Chinese())
	default: // thing, enum, const
		return or(model.Shorten(text, maxThing), "请点击查看详情")
	}
}

// moment is a day with a time. A day alone, such as a deadline, lasts to its
// last minute.
func moment(text string, at time.Time) string {
	if d := day(text); d == text && d != "" {
		return d + " 23:59"
	}
	if t, err := time.ParseInLocation("2006年1月2日 15:04", text, model.Shanghai); err == nil {
		return model.Minute(t)
	}
	return model.Minute(at)
}

// day is the day with which text begins, as model.Date.Chinese writes it; ""
// when there is none.
func day(text string) string {
	d, _, _ := strings.Cut(text, " ")
	if _, err := time.ParseInLocation("2006年1月2日", d, model.Shanghai); err != nil {
		return ""
	}
	return d
}

// keep drops the characters that are not in, and what is too long.
func keep(text string, limit int, in func(rune) bool) string {
	var b strings.Builder
	for _, r := range text {
		if in(r) && limit > 0 {
			b.WriteRune(r)
			limit--
		}
	}
	return strings.TrimSpace(b.String())
}

func or(value, fallback string) string {
	if value == "" {
		return fallback
	}
	return value
}

func printable(r rune) rune {
	if unicode.IsControl(r) || r == unicode.ReplacementChar {
		return ' '
	}
	return r
}

func isASCII(r rune) bool  { return r >= ' ' && r <= '~' }
func isDigit(r rune) bool  { return r >= '0' && r <= '9' }
func isLetter(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' }
func isHan(r rune) bool    { return unicode.Is(unicode.Han, r) }
func isSymbol(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }
