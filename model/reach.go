package model

import (
	"slices"
	"time"
)

// Unreached (未触达) says why reminders do not get to a graduate, or lead to
// nothing, so that somebody has to call.
type Unreached string

// The reasons, in the order in which lists name them.
const (
	UnreachedUnbound    Unreached = "unbound"    // no WeChat is bound: no message can be sent
	UnreachedUnfollowed Unreached = "unfollowed" // bound, and no longer following: messages wait
	UnreachedSilent     Unreached = "silent"     // owes something and has done nothing for days
)

// Chinese names the reason.
func (u Unreached) Chinese() string {
	switch u {
	case UnreachedUnbound:
		return "未绑定微信"
	case UnreachedUnfollowed:
		return "未关注公众号"
	case UnreachedSilent:
		return "长期无动静"
	}
	return ""
}

// SilentDays is after how many days without anything done a graduate who owes
// something counts as silent, unless a list asks for another number.
const SilentDays = 14

// Reach is what is known about the way to a graduate.
type Reach struct {
	Step       Step
	Since      time.Time
	Bound      bool // a WeChat is bound to the account
	Unfollowed bool // that WeChat is known not to follow; one never heard of may follow since long ago
}

// Why lists the reasons for which a graduate is unreached; none when messages
// arrive and something was done within days, or nothing is left to be done.
func (r Reach) Why(days int, now time.Time) []Unreached {
	if !r.Step.Unfinished() {
		return nil
	}
	var why []Unreached
	switch {
	case !r.Bound:
		why = append(why, UnreachedUnbound)
	case r.Unfollowed:
		why = append(why, UnreachedUnfollowed)
	}
	if r.Step.Owes() && r.Since.Before(SilentBefore(days, now)) {
		why = append(why, UnreachedSilent)
	}
	return why
}

// SilentBefore is the instant before which the last thing must have been done
// for somebody to be silent for whole days.
func SilentBefore(days int, now time.Time) time.Time {
	return DateOf(now).AddDays(1 - days).Start()
}

// Unfinished reports whether the destination is not confirmed yet: the graduate
// has to do something, or has to hear of a review.
func (s Step) Unfinished() bool { return s != StepAuthorize && s != StepDone }

// UnfinishedSteps lists the steps that are Unfinished.
func UnfinishedSteps() []Step {
	return slices.DeleteFunc(Steps(), func(s Step) bool { return !s.Unfinished() })
}
