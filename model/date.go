package model

import (
	"time"
)

// Shanghai is the zone of every business rule: China has one legal time,
// UTC+8 without summer time since 1992.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// Date is a calendar day in Asia/Shanghai as YYYY-MM-DD, or "" for none. Text
// compares in order.
type Date string

// ParseDate reads YYYY-MM-DD and refuses days that do not exist.
func ParseDate(s string) (Date, error) {
	t, err := time.ParseInLocation(time.DateOnly, s, Shanghai)
	if err != nil {
		return "", Invalid("date", "日期“%s”应写成 2027-08-31 的形式。", s).Because(err)
	}
	return DateOf(t), nil
}

// DateOf is the day on which t falls in Asia/Shanghai.
func DateOf(t time.Time) Date { return Date(t.In(Shanghai).Format(time.DateOnly)) }

// Start is the first instant of the day; the zero time for "".
func (d Date) Start() time.Time {
	if d == "" {
		return time.Time{}
	}
	t, err := time.ParseInLocation(time.DateOnly, string(d), Shanghai)
	if err != nil {
		return time.Time{}
	}
	return t
}

// End is the first instant after the day (next 00:00+08:00): a deadline counts
// for the whole day, so something is in time when it happens before End.
func (d Date) End() time.Time {
	if d == "" {
		return time.Time{}
	}
	return d.Start().AddDate(0, 0, 1)
}

// AddDays returns the day n days later.
func (d Date) AddDays(n int) Date { return DateOf(d.Start().AddDate(0, 0, n)) }

// DaysUntil counts the days from the day of now to d: 0 on the day itself,
// negative afterwards.
func (d Date) DaysUntil(now time.Time) int {
	return int(d.Start().Sub(DateOf(now).Start()) / (24 * time.Hour))
}

// Month is a year and month as the rosters write it, YYYYMM.
type Month string

// Valid reports whether m is six digits that name a month.
func (m Month) Valid() bool {
	_, err := time.Parse("200601", string(m))
	return err == nil && len(m) == 6
}

// Last is the last day of the n-th month after m; "" when m is no month.
func (m Month) Last(n int) Date {
	t, err := time.ParseInLocation("200601", string(m), Shanghai)
	if err != nil {
		return ""
	}
	return DateOf(t.AddDate(0, n+1, -1))
}
