package model

import (
	"fmt"
	"slices"
	"time"
)

// Ladder is the reminders (提醒) before the deadline.
type Ladder struct {
	Days   []int // rungs: days before the deadline; 0 is the day itself
	Minute int   // minutes since midnight, Asia/Shanghai, from which a rung is due
}

// Due is the rung that is due at now for a cohort: the one with the fewest
// days left among those whose hour has come, so that a missed rung is never
// sent after a later one. ok is false before the first rung and after the
// deadline.
func (l Ladder) Due(c Cohort, now time.Time) (days int, ok bool) {
	if !now.Before(c.Deadline.End()) {
		return 0, false
	}
	rungs := slices.Clone(l.Days)
	slices.Sort(rungs)
	for _, d := range rungs {
		due := c.Deadline.AddDays(-d).Start().Add(time.Duration(l.Minute) * time.Minute)
		if !now.Before(due) {
			return d, true
		}
	}
	return 0, false
}

// NoticeDeadline is the rung's message to a graduate who still owes a step.
// Its key contains the deadline's date, so that a moved deadline starts anew.
func NoticeDeadline(id GraduateID, step Step, c Cohort, days int, now time.Time) Notice {
	left := fmt.Sprintf("距截止还有 %d 天", c.Deadline.DaysUntil(now))
	if c.Deadline.DaysUntil(now) == 0 {
		left = "今天截止"
	}
	return Notice{
		Kind: MessageDeadline,
		Key:  fmt.Sprintf("%s:%d:%s:%d", MessageDeadline, id, c.Deadline, days),
		Vars: map[string]string{
			VarItem:     Shorten(step.Chinese(), 20),
			VarStatus:   "待办理",
			VarTime:     Minute(now),
			VarDeadline: c.Deadline.Chinese(),
			VarRemark:   Shorten(left+"，逾期影响转档、落户", 20),
		},
		Path: homePath, NotBefore: now, NotAfter: c.Deadline.End(),
	}
}

// QuietHours is the time of day in which nothing is pushed, in minutes since
// midnight, Asia/Shanghai. From == To is none.
type QuietHours struct{ From, To int }

// Until is when quiet hours that hold at now end; ok is false when none hold.
func (q QuietHours) Until(now time.Time) (end time.Time, ok bool) {
	if q.From == q.To {
		return time.Time{}, false
	}
	local := now.In(Shanghai)
	minute := local.Hour()*60 + local.Minute()
	day := DateOf(now).Start()
	inside := minute >= q.From && minute < q.To
	if q.From > q.To {
		inside = minute >= q.From || minute < q.To
		if minute >= q.From {
			day = day.AddDate(0, 0, 1)
		}
	}
	if !inside {
		return time.Time{}, false
	}
	return day.Add(time.Duration(q.To) * time.Minute), true
}

// Holds reports whether a message of kind k must wait at now. On the last day
// quiet hours do not hold for the ladder (design §5), and security messages
// never wait.
func (q QuietHours) Holds(k MessageKind, notAfter, now time.Time) (until time.Time, held bool) {
	end, quiet := q.Until(now)
	if !quiet || k == MessageRebound {
		return time.Time{}, false
	}
	if k == MessageDeadline && notAfter.Sub(now) <= 24*time.Hour {
		return time.Time{}, false
	}
	return end, true
}
