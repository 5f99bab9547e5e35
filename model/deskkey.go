package model

import (
	"slices"
	"time"
)

// DeskKey (接收部门密钥) is what a department's program signs its requests with.
// It ends with the department's account. The secret stays in the store.
type DeskKey struct {
	ID        string
	Desk      Desk       // whose key it is
	Kinds     []FormKind // that it may check, at most those of Desk
	PerMinute int        // checks in a minute
	PerDay    int        // checks in a day of Asia/Shanghai; 0: as many as its Desk
	CreatedAt time.Time
	RevokedAt time.Time // zero while not revoked

	Used   DeskKeyUse
	UsedAt time.Time // of the last post that was answered
	Posts  int       // that were answered
	Asked  int       // checks in them
	Found  int       // of which we know the form
}

// DeskKeyUse is what a key has used of its quota: in the minute and on the day
// of its last post.
type DeskKeyUse struct {
	Minute   time.Time // begins it
	InMinute int
	Day      Date
	InDay    int
}

// DefaultPerMinute is the quota of a key for which nothing else is said: two
// full posts.
const DefaultPerMinute = 2 * MaxQuestions

// maxPerMinute bounds what a key may be given: a replica answers about as many.
const maxPerMinute = 10_000

// CheckDeskKey validates a new key.
func CheckDeskKey(k DeskKey) error {
	switch {
	case k.Desk.OperatorID == 0:
		return Invalid("desk", "请指定已核准的接收部门账号。")
	case len(k.Kinds) == 0:
		return Invalid("kind", "请指定密钥可以核验的登记信息表。")
	case slices.ContainsFunc(k.Kinds, func(kind FormKind) bool { return !kind.Valid() }):
		return Invalid("kind", "可以核验的登记信息表只有 archive（档案）和 household（户口）。")
	case slices.ContainsFunc(k.Kinds, func(kind FormKind) bool { return !k.Desk.Checks(kind) }):
		return Invalid("kind", "密钥的范围不能超出账号的范围：%s。", k.Desk.KindsChinese())
	case k.PerMinute < 1 || k.PerMinute > maxPerMinute:
		return Invalid("per-minute", "每分钟核验上限应为 1–%d 条。", maxPerMinute)
	case k.PerDay < 0 || k.PerDay > maxRowsPerDay:
		return Invalid("per-day", "每日核验上限应为 0–%d 条，0 表示与账号相同。", maxRowsPerDay)
	}
	return nil
}

// InForce reports whether the key may sign at now.
func (k DeskKey) InForce(now time.Time) bool {
	return k.RevokedAt.IsZero() && k.Desk.OperatorID != 0 && !k.Desk.Disabled && !k.Desk.Expired(now)
}

// Checks reports whether the key may check forms of a kind: what its department
// lost, it lost too.
func (k DeskKey) Checks(kind FormKind) bool {
	return slices.Contains(k.Kinds, kind) && k.Desk.Checks(kind)
}

// at is what is used in the minute and on the day of now.
func (u DeskKeyUse) at(now time.Time) DeskKeyUse {
	if minute := now.Truncate(time.Minute); !u.Minute.Equal(minute) {
		u.Minute, u.InMinute = minute, 0
	}
	if day := DateOf(now); u.Day != day {
		u.Day, u.InDay = day, 0
	}
	return u
}

// Quota is how much of a limit is left, and when it begins anew.
type Quota struct {
	Limit, Left int
	Reset       time.Time
}

// Quotas are what the key has left at now, in the minute and on the day. Of its
// department's day, which pages, sheets and other keys use as well, the key has
// at most what is left.
func (k DeskKey) Quotas(department DeskUse, l DeskLimits, now time.Time) (minute, day Quota) {
	used := k.Used.at(now)
	minute = Quota{Limit: k.PerMinute, Left: max(k.PerMinute-used.InMinute, 0), Reset: used.Minute.Add(time.Minute)}
	rows := k.Desk.DayRows(l)
	day = Quota{Limit: rows, Left: rows - department.Rows, Reset: used.Day.End()}
	if k.PerDay > 0 {
		day.Limit, day.Left = min(k.PerDay, rows), min(day.Left, k.PerDay-used.InDay)
	}
	if day.Left < 0 || department.Misses >= l.Misses {
		day.Left = 0
	}
	return minute, day
}

// Pause is a refusal that says from when on to ask again.
type Pause struct {
	Until  time.Time
	Reason *Error
}

// Error is the reason's.
func (p *Pause) Error() string { return p.Reason.Error() }

// Unwrap returns the reason.
func (p *Pause) Unwrap() error { return p.Reason }

// Take counts a post of checks, unless it is more than the key's quota has
// left: a *Pause then, or CodeInvalid when the quota is never that large. What
// the department has left is asked by MayAsk.
func (k DeskKey) Take(checks int, now time.Time) (DeskKey, error) {
	used := k.Used.at(now)
	most := k.PerMinute
	if k.PerDay > 0 {
		most = min(most, k.PerDay)
	}
	switch {
	case checks > most:
		return k, Invalid("checks", "这个密钥一次最多核验 %d 条，请分批提交。", most)
	case k.PerDay > 0 && used.InDay+checks > k.PerDay:
		return k, &Pause{used.Day.End(), Errorf(
			CodeTooMany, "这个密钥今天还可以核验 %d 条，本次有 %d 条。每日上限 %d 条，明天 0 点起重新计算。", max(k.PerDay-used.InDay, 0), checks, k.PerDay)}
	case used.InMinute+checks > k.PerMinute:
		return k, &Pause{used.Minute.Add(time.Minute), Errorf(
			CodeTooMany, "这个密钥本分钟还可以核验 %d 条，本次有 %d 条。每分钟上限 %d 条。", max(k.PerMinute-used.InMinute, 0), checks, k.PerMinute)}
	}
	used.InMinute += checks
	used.InDay += checks
	k.Used, k.UsedAt = used, now
	k.Posts++
	k.Asked += checks
	return k, nil
}
