package roster

import (
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"quxiang/model"
)

// Spreadsheets count days from 1899-12-30; these serials lie in 1954–2119.
const (
	serialFrom = 20000
	serialTo   = 80000
)

// layouts are the ways in which people and exports write days, once the
// Chinese words and slashes have become hyphens.
func layouts() []string {
	return []string{
		"2006-1-2", "20060102", "2006-1-2 15:04:05", "2006-1-2 15:04", "2006-1-2T15:04:05", "2006-1-2T15:04:05Z07:00", "20060102150405",
	}
}

// instant reads a day, with or without a time of day, in Asia/Shanghai.
func instant(s string) (time.Time, bool) {
	if t, ok := serial(s); ok {
		return t, true
	}
	s = norm.NFKC.String(s)
	if !strings.Contains(s, ":") {
		s = strings.ReplaceAll(s, ".", "-")
	}
	s = strings.TrimSuffix(strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-").Replace(s), "-")
	for _, l := range layouts() {
		if t, err := time.ParseInLocation(l, s, model.Shanghai); err == nil && t.Year() >= 1950 && t.Year() < 2200 {
			return t, true
		}
	}
	return time.Time{}, false
}

// serial reads a date cell as it stands in the file: days since 1899-12-30,
// the time of day as a fraction.
func serial(s string) (time.Time, bool) {
	days, err := strconv.ParseFloat(s, 64)
	if err != nil || days < serialFrom || days >= serialTo {
		return time.Time{}, false
	}
	whole, part := math.Modf(days)
	t := time.Date(1899, 12, 30, 0, 0, 0, 0, model.Shanghai).AddDate(0, 0, int(whole))
	return t.Add(time.Duration(math.Round(part*86400)) * time.Second), true
}

// month reads YYYYMM, or a day as a month.
func month(s string) (model.Month, bool) {
	s = unpointed(norm.NFKC.String(s))
	if len(s) == 6 && isDigits(s) {
		m := model.Month(s)
		return m, m.Valid() && s[:2] >= "19" && s[:2] <= "21"
	}
	if t, ok := instant(s); ok {
		return model.Month(t.Format("200601")), true
	}
	s = strings.TrimSuffix(strings.NewReplacer("年", "-", "月", "", "/", "-", ".", "-").Replace(s), "-")
	t, err := time.Parse("2006-1", s)
	if err != nil || t.Year() < 1950 || t.Year() >= 2200 {
		return "", false
	}
	return model.Month(t.Format("200601")), true
}
