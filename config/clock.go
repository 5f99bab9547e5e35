package config

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Clock is a time of day in minutes after midnight, 0 to 1439.
type Clock int

var (
	errClock      = errors.New("not a time of day HH:MM")
	errQuietHours = errors.New("not HH:MM-HH:MM with two different times, nor off")
)

// UnmarshalText reads HH:MM, 00:00 to 23:59.
func (c *Clock) UnmarshalText(text []byte) error {
	t, err := time.Parse("15:04", string(text))
	if err != nil || len(text) != len("15:04") {
		return errClock
	}
	*c = Clock(t.Hour()*60 + t.Minute())
	return nil
}

// String returns HH:MM.
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// MarshalText returns HH:MM.
func (c Clock) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// valid reports whether c is a time of day; one that was read always is.
func (c Clock) valid() bool { return 0 <= c && c < 24*60 }

// QuietHours is a daily span from From, included, until Until, not included;
// it runs over midnight when Until is earlier. Equal ends, as in the zero
// value, mean that there are no quiet hours.
type QuietHours struct {
	From, Until Clock
}

// Off reports whether there are no quiet hours.
func (q QuietHours) Off() bool { return q.From == q.Until }

// Contains reports whether the time of day lies in the quiet hours.
func (q QuietHours) Contains(c Clock) bool {
	if q.From <= q.Until {
		return q.From <= c && c < q.Until
	}
	return c >= q.From || c < q.Until
}

// UnmarshalText reads HH:MM-HH:MM or off. Equal times are refused, since one
// may mean no hours or all of them.
func (q *QuietHours) UnmarshalText(text []byte) error {
	if string(text) == "off" {
		*q = QuietHours{}
		return nil
	}
	from, until, _ := strings.Cut(string(text), "-")
	var r QuietHours
	if r.From.UnmarshalText([]byte(from)) != nil || r.Until.UnmarshalText([]byte(until)) != nil || r.Off() {
		return errQuietHours
	}
	*q = r
	return nil
}

// String returns HH:MM-HH:MM or off.
func (q QuietHours) String() string {
	if q.Off() {
		return "off"
	}
	return q.From.String() + "-" + q.Until.String()
}

// MarshalText returns what String returns.
func (q QuietHours) MarshalText() ([]byte, error) { return []byte(q.String()), nil }
