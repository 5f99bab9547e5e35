package model

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// world is one graduate's history with the operators around it.
type world struct {
	r      Record
	cohort Cohort
	now    time.Time
	serial int

	college, school, stranger, auditor Operator
}

func newWorld(t *rapid.T) *world {
	w := &world{
		cohort:   NewCohort(2027),
		now:      time.Date(2027, 7, 20, 9, 0, 0, 0, Shanghai),
		college:  Operator{ID: 1, Role: RoleCollege, SchoolCode: "99001", College: "文学院"},
		school:   Operator{ID: 2, Role: RoleSchool, SchoolCode: "99001"},
		stranger: Operator{ID: 3, Role: RoleCollege, SchoolCode: "99001", College: "理学院"},
		auditor:  Operator{ID: 4, Role: RoleAuditor, SchoolCode: "99001"},
	}
	origin := rapid.SampledFrom([]Origin{OriginHere, OriginUpstream}).Draw(t, "origin")
	w.r = Record{
		School: School{Code: "99001", Origin: origin, PlatformName: "91job"},
		Graduate: Graduate{
			ID: 7, CohortCode: "2027", SchoolCode: "99001", CreatedAt: w.now,
			Basics: Basics{Name: "张三", College: "文学院", Class: "一班", Graduates: "202706", HouseholdIn: Yes},
		},
	}
	return w
}

var eventNames = []string{
	"link", "check", "mend", "report", "draft", "receive", "review", "confirm", "authorize", "revoke", "extend", "reopen",
	"withdraw consent", "ask change", "rule change", "ask correction", "rule correction", "dispute", "rule dispute", "withdraw",
	"upstream", "settle",
}

// onward is the event that leads further, so that histories get far.
func (w *world) onward() string {
	step, _ := w.r.Step()
	if n := len(w.r.Requests); n > 0 && w.r.Requests[n-1].State().Open() {
		return "rule " + string(w.r.Requests[n-1].Kind)
	}
	switch {
	case (step == StepReport || step == StepUpdate) && w.r.School.Origin == OriginUpstream:
		return "receive"
	case step == StepReport || step == StepUpdate || step == StepRevise:
		return "report"
	case step == StepCollegeReview || step == StepSchoolReview:
		return "review"
	default:
		return map[Step]string{
			StepLink: "link", StepCheck: "check", StepConfirm: "confirm", StepAuthorize: "authorize", StepDone: "ask change",
			StepChangeCollege: "rule change", StepChangeSchool: "rule change",
		}[step]
	}
}

// fakeCodes has one table for all: enough for the rules that look codes up.
type fakeCodes struct{}

func (fakeCodes) Name(_ CodeTable, code string) (string, bool) { return "名" + code, code != "" }

func (fakeCodes) Category(code string) (Category, bool) {
	return Category{Code: code, Name: "类别", UnitLabel: "单位名称", Asks: []Ask{{Field: "unit", Label: "单位名称", Need: NeedAlways}}}, code == "10" || code == "70"
}

func (w *world) destination(t *rapid.T) Destination {
	w.serial++
	return Destination{
		Category: "10", Unit: fmt.Sprintf("单位%d", w.serial),
		Archive: ArchiveTransfer{Type: "unit", Unit: rapid.SampledFrom([]string{"中心", "学院"}).Draw(t, "archive")},
	}
}

// step applies one random event and checks what must hold for any event.
func (w *world) step(t *rapid.T) {
	before := w.r
	events := map[string]func() (Change, error){
		"link":  func() (Change, error) { return Link(w.r, Account{ID: 5, OpenID: "o1"}, "cas", w.now) },
		"check": func() (Change, error) { return CheckBasics(w.r, w.now) },
		"mend": func() (Change, error) {
			b := w.r.Graduate.Basics
			w.serial++
			b.Degree = fmt.Sprint("学士", w.serial)
			c, ok := UpdateBasics(w.r, b, BySystem("roster"), w.now)
			if !ok {
				return Change{}, Errorf(CodeConflict, "unchanged")
			}
			return c, nil
		},
		"report": func() (Change, error) {
			return Report(w.r, w.cohort, len(w.r.Revisions), w.destination(t), fakeCodes{}, w.now)
		},
		"draft": func() (Change, error) { return SaveDraft(w.r, w.cohort, w.destination(t), w.now) },
		"receive": func() (Change, error) {
			c, ok, err := Receive(w.r, w.cohort, w.destination(t), ByUpstream("91job"), w.now, w.now, fakeCodes{})
			if err == nil && !ok {
				err = Errorf(CodeConflict, "unchanged")
			}
			return c, err
		},
		"review": func() (Change, error) {
			op := rapid.SampledFrom([]Operator{w.college, w.school, w.stranger}).Draw(t, "operator")
			v := Verdict{
				Revision: len(w.r.Revisions) - rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "behind"),
				Level:    rapid.SampledFrom([]Level{LevelCollege, LevelSchool}).Draw(t, "level"),
				Decision: rapid.SampledFrom([]Decision{DecisionApprove, DecisionApprove, DecisionReturn}).Draw(t, "decision"),
				Reason:   "请补充单位名称",
			}
			if step, _ := w.r.Step(); rapid.Bool().Draw(t, "fitting") {
				switch step {
				case StepCollegeReview:
					op, v.Level = w.college, LevelCollege
				case StepSchoolReview:
					op, v.Level = w.school, LevelSchool
				}
			}
			c, err := Decide(w.r, w.cohort, op, v, w.now)
			if err == nil && op.ID == w.stranger.ID {
				t.Fatalf("an operator of another college reviewed")
			}
			return c, err
		},
		"confirm": func() (Change, error) {
			return Confirm(w.r, Confirmation{
				Revision: len(w.r.Revisions) - rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "unseen"), Note: "单位变了",
				Answer: rapid.SampledFrom([]Answer{AnswerRight, AnswerWrong}).Draw(t, "answer"),
			}, w.now)
		},
		"authorize": func() (Change, error) {
			w.serial++
			return Authorize(w.r, AuthorizationRequest{
				Kind: rapid.SampledFrom(FormKinds()).Draw(t, "kind"), ValidUntil: DateOf(w.now).AddDays(rapid.IntRange(-1, 200).Draw(t, "days")),
				For: "社区", Consent: true, Number: VerificationNumber(fmt.Sprint("N", w.serial)),
			}, w.now)
		},
		"revoke":           func() (Change, error) { return Revoke(w.r, "N1", w.now) },
		"withdraw consent": func() (Change, error) { return Withdraw(w.r, w.now) },
		"extend":           func() (Change, error) { return Extend(w.r, "N1", DateOf(w.now).AddDays(3), w.now) },
		"reopen":           func() (Change, error) { return Reopen(w.r, w.school, DateOf(w.now).AddDays(5), w.now) },
		"ask change": func() (Change, error) {
			return AskChange(w.r, w.cohort, len(w.r.Revisions), "已解约", w.now)
		},
		"rule change": func() (Change, error) {
			op, v := w.ruling(t)
			return DecideChange(w.r, op, v, w.now)
		},
		"ask correction": func() (Change, error) {
			w.serial++
			item := rapid.SampledFrom([]string{"degree", "major", "name", "phone"}).Draw(t, "item")
			return AskCorrection(w.r, item, fmt.Sprint("值", w.serial), "", fakeCodes{}, w.now)
		},
		"rule correction": func() (Change, error) {
			op, v := w.ruling(t)
			return AnswerCorrection(w.r, op, v, fakeCodes{}, w.now)
		},
		"dispute": func() (Change, error) { return Dispute(w.r, len(w.r.Revisions), "没有签约", w.now) },
		"rule dispute": func() (Change, error) {
			op, v := w.ruling(t)
			c, err := AnswerDispute(w.r, op, v, w.now)
			if err == nil && op.ID != w.auditor.ID {
				t.Fatalf("%s answered a dispute", op.Role)
			}
			return c, err
		},
		"withdraw": func() (Change, error) { return WithdrawRequest(w.r, len(w.r.Requests), w.now) },
	}
	maps.Copy(events, w.upstreamEvents(t))
	name := w.onward()
	if rapid.Bool().Draw(t, "astray") {
		name = rapid.SampledFrom(eventNames).Draw(t, "event")
	}
	w.now = w.now.Add(time.Duration(rapid.IntRange(0, 48).Draw(t, "hours")) * time.Hour)
	ch, err := events[name]()
	if err != nil {
		if CodeOf(err) == CodeInternal {
			t.Fatalf("%s: untyped or internal error: %v", name, err)
		}
		return
	}
	w.r = ch.Record
	w.checkAppendOnly(t, name, before)
	w.checkGates(t, name, before)
	w.checkDeadline(t, name, before)
	w.checkStep(t)
}

// ruling is an answer to the newest request by anybody.
func (w *world) ruling(t *rapid.T) (Operator, Ruling) {
	op := rapid.SampledFrom([]Operator{w.college, w.school, w.stranger, w.auditor}).Draw(t, "operator")
	v := Ruling{
		Request:  len(w.r.Requests),
		Level:    rapid.SampledFrom([]Level{LevelCollege, LevelSchool}).Draw(t, "level"),
		Decision: rapid.SampledFrom([]Decision{DecisionApprove, DecisionApprove, DecisionReturn}).Draw(t, "decision"),
		Reason:   "请提供解约证明",
		Sure:     rapid.Bool().Draw(t, "sure"),
	}
	if q := w.r.Request(v.Request); q != nil && rapid.Bool().Draw(t, "fitting") {
		switch q.State() {
		case RequestCollege:
			op, v.Level = w.college, LevelCollege
		case RequestSchool:
			op, v.Level = w.school, LevelSchool
		case RequestAuditor:
			op = w.auditor
		}
	}
	return op, v
}

func (w *world) checkAppendOnly(t *rapid.T, name string, before Record) {
	if len(w.r.Revisions) < len(before.Revisions) || len(w.r.Confirmations) < len(before.Confirmations) ||
		len(w.r.Authorizations) < len(before.Authorizations) || len(w.r.Requests) < len(before.Requests) || len(w.r.Conflicts) < len(before.Conflicts) {
		t.Fatalf("%s removed history", name)
	}
	for i, q := range before.Requests {
		now := w.r.Requests[i]
		if now.Number != i+1 || now.Kind != q.Kind || now.Wanted != q.Wanted || now.Reason != q.Reason || len(now.Answers) < len(q.Answers) {
			t.Fatalf("%s changed request %d", name, q.Number)
		}
	}
	for i, v := range before.Revisions {
		if now := w.r.Revisions[i]; now.Destination != v.Destination || now.Number != i+1 || len(now.Reviews) < len(v.Reviews) {
			t.Fatalf("%s changed revision %d", name, v.Number)
		}
	}
}

func (w *world) checkGates(t *rapid.T, name string, before Record) {
	if len(w.r.Confirmations) > len(before.Confirmations) {
		c := w.r.Confirmations[len(w.r.Confirmations)-1]
		if c.Revision != len(before.Revisions) || !bothApproved(before.Revisions[c.Revision-1]) {
			t.Fatalf("%s confirmed revision %d without both approvals", name, c.Revision)
		}
	}
	w.checkRevisionGate(t, name, before)
	if len(w.r.Authorizations) > len(before.Authorizations) {
		a := w.r.Authorizations[len(w.r.Authorizations)-1]
		confirmed := false
		for _, c := range before.Confirmations {
			confirmed = confirmed || (c.Revision == a.Revision && c.Answer == AnswerRight)
		}
		if !confirmed {
			t.Fatalf("%s authorised revision %d without a confirmation", name, a.Revision)
		}
		if a.ValidUntil > "2027-12-31" {
			t.Fatalf("%s authorised beyond the cap: %s", name, a.ValidUntil)
		}
	}
}

// checkRevisionGate: what both levels approved is replaced on our own pages only
// after the graduate said that it is wrong, or two levels granted a change, or
// an auditor found it void. While a dispute is open nothing of it moves by the
// graduate's hand.
func (w *world) checkRevisionGate(t *rapid.T, name string, before Record) {
	n := len(before.Revisions)
	disputed, void, granted, wrong := false, false, false, false
	for _, q := range before.Requests {
		if q.Revision != n || !q.WithdrawnAt.IsZero() {
			continue
		}
		yes := len(q.Answers) > 0 && q.Answers[len(q.Answers)-1].Decision == DecisionApprove
		switch q.Kind {
		case RequestDispute:
			disputed = disputed || len(q.Answers) == 0
			void = void || yes
		case RequestChange:
			granted = yes && len(q.Answers) == 2
		}
	}
	for _, c := range before.Confirmations {
		if c.Revision == n {
			wrong = c.Answer == AnswerWrong
		}
	}
	if len(w.r.Revisions) > n && n > 0 && w.r.School.Origin == OriginHere && name == "report" {
		if bothApproved(before.Revisions[n-1]) && !void && !granted && !wrong {
			t.Fatalf("an approved revision was replaced without a reason")
		}
	}
	acted := len(w.r.Confirmations) > len(before.Confirmations) || len(w.r.Authorizations) > len(before.Authorizations) || name == "report"
	if acted && disputed {
		t.Fatalf("%s although the revision is disputed", name)
	}
	if len(w.r.Confirmations) > len(before.Confirmations) && void {
		t.Fatalf("%s confirmed what is void", name)
	}
}

// bothApproved asks the reviews themselves, not State, which is under test.
func bothApproved(v Revision) bool {
	levels := map[Level]bool{}
	for _, r := range v.Reviews {
		if r.Decision == DecisionReturn {
			return false
		}
		levels[r.Level] = true
	}
	return levels[LevelCollege] && levels[LevelSchool]
}

func (w *world) checkDeadline(t *rapid.T, name string, before Record) {
	changed := len(w.r.Revisions) != len(before.Revisions)
	if w.r.Draft != nil && (before.Draft == nil || *w.r.Draft != *before.Draft) {
		changed = true
	}
	late := !w.now.Before(time.Date(2027, 9, 1, 0, 0, 0, 0, Shanghai))
	reopened := before.Graduate.ReopenedUntil != "" && DateOf(w.now) <= before.Graduate.ReopenedUntil
	if changed && late && !reopened {
		t.Fatalf("%s changed the destination at %s without reopening", name, w.now)
	}
}

func (w *world) checkStep(t *rapid.T) {
	w.checkVeil(t)
	w.checkTimeline(t)
	n := Next(w.r, w.cohort, w.now)
	if n.Since.IsZero() {
		t.Fatalf("step %s has no beginning", n.Step)
	}
	if MayConfirm(w.r) == nil && n.Step != StepConfirm && n.Step != StepLink {
		t.Fatalf("may confirm, but the step is %s", n.Step)
	}
	if (n.Step == StepAuthorize || n.Step == StepDone) && w.r.Confirmed() == nil {
		t.Fatalf("step %s without a confirmation", n.Step)
	}
	if MayAskChange(w.r, w.cohort, w.now) == nil && MayReport(w.r, w.cohort, w.now) == nil {
		t.Fatal("may both report and ask for a change")
	}
	if s := w.r.Settled(); s != nil && (!bothApproved(*s) || w.r.void(s.Number)) {
		t.Fatalf("revision %d counts, but is not approved", s.Number)
	}
	if MayReport(w.r, w.cohort, w.now) == nil && n.Step != StepReport && n.Step != StepRevise && n.Step != StepUpdate && n.Step != StepLink {
		t.Fatalf("may report, but the step is %s", n.Step)
	}
}

// checkVeil: what operators who answer no disputes see is the record as if there
// had never been one, but for a void revision.
func (w *world) checkVeil(t *rapid.T) {
	for _, op := range []Operator{w.college, w.school} {
		seen := w.r.SeenBy(op)
		for _, q := range seen.Requests {
			if q.Kind == RequestDispute {
				t.Fatalf("%s sees a dispute", op.Role)
			}
		}
		n, whole := Next(seen, w.cohort, w.now), Next(w.r, w.cohort, w.now)
		if n.Disputed || n.Holder == HolderAuditor || n.Step != whole.Step || !n.Since.Equal(whole.Since) || n.Reason != whole.Reason {
			t.Fatalf("%s sees %+v instead of %+v", op.Role, n, whole)
		}
		for _, e := range Timeline(seen, w.cohort, w.now) {
			if strings.Contains(e.Action+e.What, "dispute") || strings.Contains(e.What, "异议") || strings.Contains(e.What, "不是我") || strings.Contains(e.Who, "监督") {
				t.Fatalf("%s reads %+v", op.Role, e)
			}
		}
	}
}

// checkTimeline: it has every part of the history once, newest first.
func (w *world) checkTimeline(t *rapid.T) {
	entries := Timeline(w.r, w.cohort, w.now)
	want := len(w.r.Revisions) + len(w.r.Confirmations) + len(w.r.Authorizations) + len(w.r.Requests)
	for _, v := range w.r.Revisions {
		want += len(v.Reviews)
	}
	for _, q := range w.r.Requests {
		want += len(q.Answers)
	}
	got := 0
	for i, e := range entries {
		if i > 0 && e.At.After(entries[i-1].At) {
			t.Fatalf("entry %d is newer than the one above it", i)
		}
		if e.Who == "" || e.What == "" || e.At.After(w.now) {
			t.Fatalf("entry %+v", e)
		}
		switch noun, verb, _ := strings.Cut(e.Action, "."); noun {
		case "destination", "review", "confirmation":
			got++
		case "authorization", "change", "correction", "dispute":
			if verb != "withdraw" && verb != "revoke" {
				got++
			}
		}
	}
	if got != want {
		t.Fatalf("%d of %d parts of the history are told: %+v", got, want, entries)
	}
}

// TestNoSequenceBreaksTheFlow: no sequence of events confirms without both
// approvals, authorises without a confirmation, replaces what was approved
// without a reason, or changes a destination, archive or household field after
// the deadline without reopening.
func TestNoSequenceBreaksTheFlow(t *testing.T) {
	confirmed, authorised, late := 0, 0, 0
	requests := map[RequestKind]int{}
	check := func(t *rapid.T) {
		w := newWorld(t)
		for range rapid.IntRange(1, 80).Draw(t, "events") {
			w.step(t)
		}
		if w.r.Confirmed() != nil {
			confirmed++
		}
		if len(w.r.Authorizations) > 0 {
			authorised++
		}
		if w.now.After(w.cohort.Deadline.End()) {
			late++
		}
		for _, q := range w.r.Requests {
			if q.State() == RequestGranted {
				requests[q.Kind]++
			}
		}
	}
	for range 20 { // 100 histories each: what is rare must come up as well
		rapid.Check(t, check)
	}
	if len(requests) != 3 {
		t.Fatalf("requests that were granted: %v", requests)
	}
	if confirmed == 0 || authorised == 0 || late == 0 {
		t.Fatalf("the events never got far: confirmed %d, authorised %d, past the deadline %d", confirmed, authorised, late)
	}
}
