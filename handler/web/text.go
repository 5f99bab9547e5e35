package web

import (
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"time"

	"quxiang/model"
)

var weekdays = [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

// date writes the day of t in Asia/Shanghai as 2027年8月31日 (周二), and – for
// the zero time.
func date(t time.Time) string {
	if t.IsZero() {
		return orDash("")
	}
	t = t.In(model.Shanghai)
	return fmt.Sprintf("%d年%d月%d日 (%s)", t.Year(), t.Month(), t.Day(), weekdays[t.Weekday()])
}

// dateTime is date with hour and minute.
func dateTime(t time.Time) string {
	if t.IsZero() {
		return orDash("")
	}
	return date(t) + t.In(model.Shanghai).Format(" 15:04")
}

// dateText is date for a model.Date or a string like 2027-08-31; anything else
// comes back as it is.
func dateText(v any) string {
	s := fmt.Sprint(v)
	t, err := time.ParseInLocation(time.DateOnly, s, model.Shanghai)
	if err != nil {
		return orDash(s)
	}
	return date(t)
}

// Mask hides the middle of an ID or phone number: 138****1234.
func Mask(v any) string { return orDash(model.Mask(fmt.Sprint(v))) }

// numberShape is a verification number: year, school, two groups of four
// (design §2, 核验编号).
var numberShape = regexp.MustCompile(`^(\d{2})(\d{5})([0-9A-Z]{4})([0-9A-Z]{4})$`)

// Group writes a verification number in groups that can be read out:
// 23 10001 EQ86 V47B. Anything else comes back as it is.
func Group(v any) string {
	return numberShape.ReplaceAllString(fmt.Sprint(v), "$1 $2 $3 $4")
}

// orDash is the value itself, or – when it is empty.
func orDash(v any) string {
	if s := fmt.Sprint(v); s != "" && v != nil {
		return s
	}
	return "–"
}

// dict makes the argument of a template from names and values in turn.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict: %d arguments are not pairs of name and value", len(pairs))
	}
	m := make(map[string]any, len(pairs)/2)
	for pair := range slices.Chunk(pairs, 2) {
		name, ok := pair[0].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %T where a name belongs", pair[0])
		}
		m[name] = pair[1]
	}
	return m, nil
}

// functions is what templates can call.
func functions(files *assets) template.FuncMap {
	return template.FuncMap{
		"asset":    files.path,
		"date":     date,
		"dateTime": dateTime,
		"dateText": dateText,
		"mask":     Mask,
		"group":    Group,
		"orDash":   orDash,
		"dict":     dict,
		"facts":    facts,
	}
}
