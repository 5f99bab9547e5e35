package model

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// holder is a graduate with confirmed revisions and a memory of what was done to
// each number, against which the rules are held.
type holder struct {
	r       Record
	now     time.Time
	ended   map[VerificationNumber]bool // revoked or withdrawn
	chosen  map[VerificationNumber]Date
	stands  bool // the consent: given and not withdrawn since
	reached map[string]int
}

// caps are the last days by month of graduation, worked out by hand.
var caps = map[Month]Date{"202706": "2027-12-31", "202612": "2027-06-30", "202702": "2027-08-31"}

func newHolder(reached map[string]int) *holder {
	h := &holder{
		now:   time.Date(2027, 6, 10, 9, 0, 0, 0, Shanghai),
		ended: map[VerificationNumber]bool{}, chosen: map[VerificationNumber]Date{}, reached: reached,
	}
	h.r.Graduate = Graduate{ID: 7, CohortCode: "2027", SchoolCode: "99001", AccountID: 1, Basics: Basics{Name: "张三", Graduates: "202706"}}
	h.check()
	h.confirm()
	return h
}

func (h *holder) check() {
	h.r.Graduate.CheckedAt, h.r.Graduate.Checked = h.now, h.r.Graduate.itemValues()
}

// confirm has a newer revision approved and confirmed.
func (h *holder) confirm() {
	n := len(h.r.Revisions) + 1
	h.r.Revisions = append(slices.Clone(h.r.Revisions), Revision{Number: n, ReportedAt: h.now, Reviews: []Review{
		{Level: LevelCollege, Decision: DecisionApprove, At: h.now}, {Level: LevelSchool, Decision: DecisionApprove, At: h.now},
	}})
	h.r.Confirmations = append(slices.Clone(h.r.Confirmations), Confirmation{Revision: n, Answer: AnswerRight, At: h.now})
}

// annul has the newest revision found not to be the holder's.
func (h *holder) annul() {
	h.r.Requests = append(slices.Clone(h.r.Requests), Request{
		Number: len(h.r.Requests) + 1, Kind: RequestDispute, Revision: len(h.r.Revisions), At: h.now,
		Answers: []Review{{Level: LevelAuditor, Decision: DecisionApprove, At: h.now}},
	})
}

// step does one thing that may happen, as likely as not to be refused.
func (h *holder) step(t *rapid.T) {
	h.now = h.now.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 0, 1, 20, 24 * 3, 24 * 40}).Draw(t, "hours")) * time.Hour)
	var number VerificationNumber
	if n := len(h.r.Authorizations); n > 0 {
		number = h.r.Authorizations[rapid.IntRange(0, n-1).Draw(t, "which")].Number
	}
	until := DateOf(h.now).AddDays(rapid.SampledFrom([]int{-1, 0, 1, 1, 7, 30, 90, 300}).Draw(t, "days"))
	if rapid.IntRange(0, 2).Draw(t, "to the cap") == 0 {
		until = VerificationCap(h.r.Graduate)
	}
	var ch Change
	var err error
	name := rapid.SampledFrom([]string{
		"authorize", "authorize", "authorize", "authorize", "authorize", "extend", "extend", "extend", "extend", "revoke", "withdraw", "annotate", "confirm", "annul", "correct",
	}).Draw(t, "event")
	switch name {
	case "confirm":
		h.confirm()
		return
	case "annul":
		h.annul()
		return
	case "correct":
		h.r.Graduate.Basics.Graduates = rapid.SampledFrom([]Month{"202706", "202706", "202612", "202702"}).Draw(t, "month")
		h.check()
		return
	case "authorize":
		number = VerificationNumber(fmt.Sprint("N", len(h.r.Authorizations)+1))
		ch, err = Authorize(h.r, AuthorizationRequest{
			Kind: rapid.SampledFrom(FormKinds()).Draw(t, "kind"), ValidUntil: until, For: "社区", Number: number,
			Consent: rapid.IntRange(0, 4).Draw(t, "consent") > 0,
		}, h.now)
	case "extend":
		ch, err = Extend(h.r, number, until, h.now)
	case "revoke":
		ch, err = Revoke(h.r, number, h.now)
	case "withdraw":
		ch, err = Withdraw(h.r, h.now)
	case "annotate":
		ch, err = Annotate(h.r, number, "派出所", h.now)
	}
	if err != nil {
		if CodeOf(err) == CodeInternal {
			t.Fatalf("%s: %v", name, err)
		}
		return
	}
	h.reached[name]++
	switch name {
	case "authorize":
		h.chosen[number], h.stands = until, true
	case "extend":
		h.chosen[number] = until
	case "revoke":
		h.ended[number] = true
	case "withdraw":
		for _, a := range h.r.Authorizations {
			h.ended[a.Number] = true
		}
		h.stands = false
		if ch.Audit.Action != "" && ch.Audit.Actor != ByGraduate(7) {
			t.Fatalf("withdrawn without a trace: %+v", ch.Audit)
		}
	}
	h.r = ch.Record
}

// void asks the requests themselves, not the rules under test.
func (h *holder) void(revision int) bool {
	return slices.ContainsFunc(h.r.Requests, func(q Request) bool { return q.Revision == revision })
}

// hold checks what must be true at an instant, whatever has happened.
func (h *holder) hold(t *rapid.T, now time.Time) {
	confirmed := 0
	for _, c := range h.r.Confirmations {
		if !h.void(c.Revision) {
			confirmed = c.Revision
		}
	}
	active := map[FormKind]int{}
	for _, a := range h.r.Authorizations {
		state := a.State(h.r, now)
		h.reached[string(state)]++
		end, at := a.End(h.r, now)
		if (state == AuthorizationActive) != (end == EndNone) || at.IsZero() != (end == EndNone) || at.After(now) {
			t.Fatalf("%s is %s, ended by %q at %s", a.Number, state, end, at)
		}
		if state != AuthorizationActive {
			continue
		}
		active[a.Kind]++
		switch {
		case h.ended[a.Number]:
			t.Fatalf("%s is in force although it was revoked", a.Number)
		case !h.stands:
			t.Fatalf("%s is in force although the consent was withdrawn", a.Number)
		case a.Revision != confirmed:
			t.Fatalf("%s shows revision %d and is in force although revision %d is what is confirmed", a.Number, a.Revision, confirmed)
		case DateOf(now) > h.chosen[a.Number]:
			t.Fatalf("%s is in force after %s", a.Number, h.chosen[a.Number])
		case DateOf(now) > caps[h.r.Graduate.Basics.Graduates]:
			t.Fatalf("%s is in force after the cap", a.Number)
		}
	}
	for kind, n := range active {
		if n > 3 {
			t.Fatalf("%d numbers of %s are in force", n, kind)
		}
		if n == 3 {
			h.reached["three"]++
		}
	}
	if withdrawn := !h.r.WithdrawnAt().IsZero(); h.stands && withdrawn {
		t.Fatal("a consent that stands is said to be withdrawn")
	}
	if !h.stands && h.r.Consented() {
		t.Fatal("a consent that was withdrawn, or never given, is said to stand")
	}
}

// TestNumbersInForce: no sequence of events leaves more than three numbers of a
// kind in force, or one that was revoked, withdrawn, superseded, or is past its
// day or the cap.
func TestNumbersInForce(t *testing.T) {
	reached := map[string]int{}
	check := func(t *rapid.T) {
		h := newHolder(reached)
		for range rapid.IntRange(1, 80).Draw(t, "events") {
			h.step(t)
			h.hold(t, h.now)
		}
		for range 5 {
			h.hold(t, h.now.AddDate(0, 0, rapid.IntRange(0, 400).Draw(t, "later")))
		}
	}
	for range 10 { // 100 histories each: what is rare must come up as well
		rapid.Check(t, check)
	}
	for _, name := range []string{
		"authorize", "extend", "revoke", "withdraw", "annotate", "three",
		string(AuthorizationActive), string(AuthorizationExpired), string(AuthorizationRevoked), string(AuthorizationSuperseded),
	} {
		if reached[name] == 0 {
			t.Errorf("never reached: %s (%v)", name, reached)
		}
	}
}

func TestEnds(t *testing.T) {
	h := newHolder(map[string]int{})
	make := func(n VerificationNumber, until Date) {
		t.Helper()
		ch, err := Authorize(h.r, AuthorizationRequest{Kind: FormArchive, ValidUntil: until, For: "x", Consent: true, Number: n}, h.now)
		if err != nil {
			t.Fatal(err)
		}
		h.r = ch.Record
	}
	end := func(i int, now time.Time, want AuthorizationEnd) {
		t.Helper()
		if got, _ := h.r.Authorizations[i].End(h.r, now); got != want {
			t.Errorf("number %d at %s: %q, want %q", i+1, now, got, want)
		}
	}
	make("N1", "2027-06-12")
	make("N2", "2027-12-31")
	lastSecond := time.Date(2027, 6, 12, 23, 59, 59, 0, Shanghai)
	end(0, lastSecond, EndNone)
	end(0, lastSecond.Add(time.Second), EndExpired)
	end(1, Date("2027-12-31").End().Add(-time.Second), EndNone)
	end(1, Date("2027-12-31").End(), EndCap)

	h.r.Graduate.Basics.Graduates = "202612" // corrected: the cap moves before the day
	if got := h.r.Authorizations[1].Until(h.r); got != "2027-06-30" {
		t.Errorf("until %s", got)
	}
	end(1, Date("2027-06-30").End(), EndCap)
	h.r.Graduate.Basics.Graduates = "202706"

	h.now = h.now.AddDate(0, 0, 5)
	make("N3", "2027-12-31")
	make("N4", "2027-12-31")
	if _, err := Extend(h.r, "N1", "2027-12-31", h.now); CodeOf(err) != CodeConflict {
		t.Errorf("an expired number came back beside three others: %v", err)
	}
	ch, err := Revoke(h.r, "N2", h.now)
	if err != nil {
		t.Fatal(err)
	}
	h.r = ch.Record
	if again, err := Revoke(h.r, "N2", h.now.Add(time.Hour)); err != nil || again.Audit.Action != "" {
		t.Errorf("revoked twice: %+v %v", again.Audit, err)
	}
	if ch, err = Extend(h.r, "N1", "2027-12-31", h.now); err != nil {
		t.Errorf("extend within the room: %v", err)
	}
	h.r = ch.Record

	h.confirm()
	end(0, h.now, EndSuperseded)
	if ch, err = Withdraw(h.r, h.now); err != nil || ch.Audit.Action != "authorization.withdraw" || ch.Audit.Detail["numbers"] != "3" {
		t.Fatalf("%+v %v", ch.Audit, err)
	}
	h.r = ch.Record
	end(0, h.now, EndWithdrawn)
	end(1, h.now, EndRevoked)
	if again, err := Withdraw(h.r, h.now.Add(time.Hour)); err != nil || again.Audit.Action != "" {
		t.Errorf("withdrawn twice: %+v %v", again.Audit, err)
	}
	if !h.r.WithdrawnAt().Equal(h.now) {
		t.Errorf("withdrawn at %s", h.r.WithdrawnAt())
	}
	if _, err := Authorize(h.r, AuthorizationRequest{Kind: FormArchive, ValidUntil: "2027-12-31", Number: "N5"}, h.now); CodeOf(err) != CodeInvalid {
		t.Errorf("authorised anew without a consent: %v", err)
	}
	// Asked for a moment before and written after it, as two tabs can do.
	late := AuthorizationRequest{Kind: FormArchive, ValidUntil: "2027-12-31", For: "x", Consent: true, Number: "N5"}
	if _, err := Authorize(h.r, late, h.now.Add(-time.Millisecond)); CodeOf(err) != CodeConflict {
		t.Errorf("a consent from before it was withdrawn: %v", err)
	}
	h.now = h.now.Add(time.Minute)
	make("N5", "2027-12-31")
	end(4, h.now, EndNone)
	if !h.r.WithdrawnAt().IsZero() {
		t.Error("the new consent is said to be withdrawn")
	}
	if _, err := Withdraw(Record{}, h.now); CodeOf(err) != CodeConflict {
		t.Errorf("nothing to withdraw: %v", err)
	}
	h.annul()
	end(4, h.now, EndVoid)
}
