package model_test

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"quxiang/model"
)

var deskNow = time.Date(2027, 7, 1, 10, 0, 30, 0, model.Shanghai)

func deskKey() model.DeskKey {
	return model.DeskKey{
		ID: "dkA", Kinds: []model.FormKind{model.FormArchive}, PerMinute: 100, PerDay: 150,
		Desk: model.Desk{OperatorID: 7, Kinds: model.FormKinds(), ValidUntil: "2027-12-31"},
	}
}

func TestCheckDeskKey(t *testing.T) {
	if err := model.CheckDeskKey(deskKey()); err != nil {
		t.Error(err)
	}
	for field, spoil := range map[string]func(*model.DeskKey){
		"desk":       func(k *model.DeskKey) { k.Desk.OperatorID = 0 },
		"kind":       func(k *model.DeskKey) { k.Kinds = nil },
		"per-minute": func(k *model.DeskKey) { k.PerMinute = 0 },
		"per-day":    func(k *model.DeskKey) { k.PerDay = -1 },
	} {
		k := deskKey()
		spoil(&k)
		if e, ok := errors.AsType[*model.Error](model.CheckDeskKey(k)); !ok || e.Code != model.CodeInvalid || e.Field != field {
			t.Errorf("%s: %v", field, e)
		}
	}
	for _, kinds := range [][]model.FormKind{{"both"}, {model.FormArchive, model.FormHousehold}} {
		k := deskKey()
		k.Desk.Kinds, k.Kinds = []model.FormKind{model.FormArchive}, kinds
		if model.CodeOf(model.CheckDeskKey(k)) != model.CodeInvalid {
			t.Errorf("%v was taken", kinds)
		}
	}
}

// TestDeskKeyEnds: a key is no more than its account.
func TestDeskKeyEnds(t *testing.T) {
	for what, spoil := range map[string]func(*model.DeskKey){
		"revoked":          func(k *model.DeskKey) { k.RevokedAt = deskNow },
		"account disabled": func(k *model.DeskKey) { k.Desk.Disabled = true },
		"account over":     func(k *model.DeskKey) { k.Desk.ValidUntil = "2027-06-30" },
		"no account":       func(k *model.DeskKey) { k.Desk = model.Desk{} },
	} {
		k := deskKey()
		spoil(&k)
		if k.InForce(deskNow) {
			t.Errorf("%s: still in force", what)
		}
	}
	k := deskKey()
	if !k.InForce(deskNow) || !k.Checks(model.FormArchive) || k.Checks(model.FormHousehold) {
		t.Errorf("%+v", k)
	}
	if k.Desk.Kinds = []model.FormKind{model.FormHousehold}; k.Checks(model.FormArchive) || k.Checks(model.FormHousehold) {
		t.Error("what the department lost, its key has kept")
	}
}

func TestDeskKeyTake(t *testing.T) {
	k := deskKey()
	limits := model.DeskLimits{Rows: 120, Misses: 3}
	take := func(checks int, at time.Time, until time.Time) {
		t.Helper()
		before := k
		var err error
		k, err = k.Take(checks, at)
		pause, paused := errors.AsType[*model.Pause](err)
		switch {
		case until.IsZero() && err != nil:
			t.Errorf("%d: %v", checks, err)
		case !until.IsZero() && (!paused || !pause.Until.Equal(until) || model.CodeOf(err) != model.CodeTooMany || k.Asked != before.Asked || k.Used != before.Used):
			t.Errorf("%d: %v, %+v", checks, err, k)
		}
	}
	minute, midnight := deskNow.Add(30*time.Second), time.Date(2027, 7, 2, 0, 0, 0, 0, model.Shanghai)
	take(60, deskNow, time.Time{})
	take(41, deskNow, minute)
	take(40, deskNow, time.Time{})
	take(1, deskNow, minute)
	take(50, minute, time.Time{})
	take(1, minute.Add(time.Minute), midnight)
	m, d := k.Quotas(model.DeskUse{Rows: 110}, limits, minute)
	if m != (model.Quota{Limit: 100, Left: 50, Reset: minute.Add(time.Minute)}) || d.Limit != 120 || d.Left != 0 || !d.Reset.Equal(midnight) {
		t.Errorf("%+v, %+v", m, d)
	}
	take(100, midnight, time.Time{})
	if _, d := k.Quotas(model.DeskUse{Rows: 100}, limits, midnight); d.Left != 20 {
		t.Errorf("the account leaves %+v", d)
	}
	if _, d := k.Quotas(model.DeskUse{Rows: 1, Misses: 3}, limits, midnight); d.Left != 0 {
		t.Errorf("too many misses leave %+v", d)
	}
	if _, err := k.Take(101, midnight.Add(time.Hour)); model.CodeOf(err) != model.CodeInvalid {
		t.Errorf("more than there ever is: %v", err)
	}
	if k.Posts != 4 || k.Asked != 250 {
		t.Errorf("%+v", k)
	}
	k.PerDay = 0
	if _, d := k.Quotas(model.DeskUse{Rows: 5}, limits, midnight); d.Limit != 120 || d.Left != 115 {
		t.Errorf("as the account: %+v", d)
	}
}

// TestDeskKeyQuotaHolds: whatever is asked when, no minute and no day gives more
// than its quota, and what is refused counts nowhere.
func TestDeskKeyQuotaHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := deskKey()
		k.PerMinute, k.PerDay = rapid.IntRange(1, 50).Draw(t, "minute"), rapid.IntRange(0, 200).Draw(t, "day")
		at, minutes, days := deskNow, map[time.Time]int{}, map[model.Date]int{}
		for range rapid.IntRange(1, 60).Draw(t, "posts") {
			at = at.Add(time.Duration(rapid.IntRange(0, 40_000).Draw(t, "pass")) * time.Second / 4)
			n := rapid.IntRange(1, 60).Draw(t, "checks")
			next, err := k.Take(n, at)
			if err != nil {
				if next.Used != k.Used {
					t.Fatalf("refused, but %+v became %+v", k.Used, next.Used)
				}
				continue
			}
			k = next
			minutes[at.Truncate(time.Minute)] += n
			days[model.DateOf(at)] += n
			if minutes[at.Truncate(time.Minute)] > k.PerMinute || k.PerDay > 0 && days[model.DateOf(at)] > k.PerDay {
				t.Fatalf("%d in the minute, %d on the day of %+v", minutes[at.Truncate(time.Minute)], days[model.DateOf(at)], k)
			}
		}
	})
}
