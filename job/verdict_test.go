package job

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/wechat"
)

func TestJudge(t *testing.T) {
	now := time.Date(2027, 8, 21, 12, 0, 0, 0, model.Shanghai)
	midnight := time.Date(2027, 8, 22, 0, 0, 0, 0, model.Shanghai)
	refusal := func(code int, kind wechat.Kind) error {
		return fmt.Errorf("send: %w", &wechat.Error{Path: sendPath, Code: code, Kind: kind, Msg: "data.thing2.value invalid"})
	}
	fresh := model.Message{}
	doubtful := model.Message{FirstAttemptAt: now.Add(-time.Minute), Attempts: 1}
	for _, c := range []struct {
		name    string
		m       model.Message
		err     error
		state   model.MessageState
		notSent bool
		retry   time.Duration
		check   func(verdict) bool
	}{
		{"accepted", fresh, nil, model.MessageAccepted, false, 0, func(v verdict) bool { return v.settle.MsgID == 7 }},
		{"busy", fresh, refusal(-1, wechat.KindTransient), model.MessageQueued, false, 5 * time.Second, func(v verdict) bool { return v.silent }},
		{"time-out", fresh, context.DeadlineExceeded, model.MessageQueued, false, 5 * time.Second, func(v verdict) bool { return v.silent }},
		{"time-out again", doubtful, context.DeadlineExceeded, model.MessageQueued, false, time.Minute, nil},
		{
			"time-out near the end",
			model.Message{FirstAttemptAt: now.Add(-5 * time.Minute)},
			context.DeadlineExceeded,
			model.MessageQueued, false, 2 * time.Minute, nil,
		},
		{"time-out too late", model.Message{FirstAttemptAt: now.Add(-7 * time.Minute)}, context.DeadlineExceeded, model.MessageUnknown, false, 0, nil},
		{
			"no token", fresh, &wechat.Error{Path: "/cgi-bin/stable_token", Code: wechat.CodeTransport, Kind: wechat.KindTransient},
			model.MessageQueued, true, 15 * time.Second, func(v verdict) bool { return v.silent },
		},
		{"rate", fresh, refusal(45011, wechat.KindRate), model.MessageQueued, true, 15 * time.Second, func(v verdict) bool { return v.slow > 0 }},
		{"rate after a time-out", doubtful, refusal(45011, wechat.KindRate), model.MessageQueued, false, 30 * time.Second, nil},
		{"quota", fresh, refusal(45009, wechat.KindQuota), model.MessageQueued, true, 12 * time.Hour, func(v verdict) bool { return v.pause.Until.Equal(midnight) }},
		{"white list", fresh, refusal(40164, wechat.KindConfiguration), model.MessageQueued, true, 5 * time.Minute, func(v verdict) bool { return v.pause.Why != "" }},
		{"no right", fresh, refusal(48001, wechat.KindPermission), model.MessageQueued, true, 5 * time.Minute, func(v verdict) bool { return v.pause.Why != "" }},
		{"token", fresh, refusal(40001, wechat.KindStaleToken), model.MessageQueued, true, 30 * time.Second, func(v verdict) bool { return v.pause.Why != "" }},
		{"template", fresh, refusal(47003, wechat.KindTemplate), model.MessageQueued, true, 10 * time.Minute, func(v verdict) bool { return v.stop != "" }},
		{"not following", fresh, refusal(43004, wechat.KindRecipient), model.MessageQueued, true, 15 * time.Second, func(v verdict) bool { return v.unfollowed }},
		{"no such openid", fresh, refusal(40003, wechat.KindRecipient), model.MessageFailed, false, 0, nil},
		{"blacklisted", fresh, refusal(43019, wechat.KindRecipient), model.MessageBlocked, false, 0, nil},
		{"held for review", fresh, refusal(40252, wechat.KindUnknown), model.MessageUnknown, false, 0, nil},
		{"not understood", fresh, refusal(99999, wechat.KindUnknown), model.MessageQueued, true, 15 * time.Second, nil},
		{"not understood again", model.Message{Attempts: 2}, refusal(99999, wechat.KindUnknown), model.MessageFailed, false, 0, nil},
		{"our own fault", fresh, errors.New("no template id"), model.MessageFailed, false, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := judge(c.m, 7, c.err, now, now)
			if v.settle.State != c.state || v.settle.NotSent != c.notSent {
				t.Errorf("settlement %+v", v.settle)
			}
			if c.retry != 0 && !v.settle.RetryAt.Equal(now.Add(c.retry)) {
				t.Errorf("again after %v, want %v", v.settle.RetryAt.Sub(now), c.retry)
			}
			if c.err != nil && v.settle.Reason == "" {
				t.Error("no reason for operators")
			}
			if c.check != nil && !c.check(v) {
				t.Errorf("verdict %+v", v)
			}
		})
	}
}

// A message that may have been sent is given up before the store's limit of
// eight minutes, however it fails.
func TestRepeatEnds(t *testing.T) {
	first := time.Date(2027, 8, 21, 12, 0, 0, 0, model.Shanghai)
	m, now := model.Message{}, first
	for range 100 {
		o := repeat(m, first, now)
		if o.State == model.MessageUnknown {
			if d := now.Sub(first); d > 8*time.Minute {
				t.Errorf("given up after %v", d)
			}
			return
		}
		if !o.RetryAt.After(now) || o.NotSent {
			t.Fatalf("settlement %+v at %v", o, now)
		}
		m.FirstAttemptAt, now = first, o.RetryAt
	}
	t.Error("repeated for ever")
}

func TestBackOffGrowsAndEnds(t *testing.T) {
	last := time.Duration(0)
	for n := range 100 {
		d := backOff(model.Message{Attempts: n})
		if d < last || d > maxRetry {
			t.Errorf("attempt %d waits %v after %v", n, d, last)
		}
		last = d
	}
	if last != maxRetry {
		t.Errorf("ends at %v", last)
	}
}

// A short silence is over soon, a long one is asked about every few seconds.
func TestSilentPauseGrows(t *testing.T) {
	last := time.Duration(0)
	for n := int64(silentLimit); n < silentLimit+100; n++ {
		d := silentPause(n)
		if d < last || d <= 0 || d > maxSilentPause {
			t.Errorf("silence %d pauses %v after %v", n, d, last)
		}
		last = d
	}
	if first := silentPause(silentLimit); first != minSilentPause || last != maxSilentPause {
		t.Errorf("from %v to %v", first, last)
	}
}
