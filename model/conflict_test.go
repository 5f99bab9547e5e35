package model

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// upstreamWorld is a graduate whom the platform 91job knows as well.
type upstreamWorld struct {
	t      *testing.T
	r      Record
	cohort Cohort
	now    time.Time
}

func newUpstreamWorld(t *testing.T, origin Origin) *upstreamWorld {
	w := &upstreamWorld{t: t, cohort: NewCohort(2027), now: time.Date(2027, 6, 1, 9, 0, 0, 0, Shanghai)}
	w.r = Record{
		School: School{Code: "99001", Origin: origin, PlatformName: "91job"},
		Graduate: Graduate{
			ID: 7, CohortCode: "2027", SchoolCode: "99001", CreatedAt: w.now, AccountID: 5, LinkedAt: w.now,
			Basics: Basics{Name: "买买提·阿", College: "文学院", Class: "一班", Graduates: "202706", HouseholdIn: Yes},
		},
	}
	w.do(CheckBasics(w.r, w.now))
	return w
}

func (w *upstreamWorld) do(c Change, err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
	w.now = w.now.Add(time.Hour)
	w.r = c.Record
}

func unitDestination(unit string) Destination { return Destination{Category: "10", Unit: unit} }

func (w *upstreamWorld) incoming(unit string) Incoming {
	return Incoming{Destination: unitDestination(unit), ReportedAt: w.now, By: ByUpstream("91job")}
}

// post tells what came of in, and keeps it.
func (w *upstreamWorld) post(in Incoming) Reply {
	w.t.Helper()
	c, reply, err := ReceiveUpstream(w.r, w.cohort, in, fakeCodes{}, w.now)
	if err != nil {
		w.t.Fatal(err)
	}
	if c.Audit.Action != "" {
		w.do(c, nil)
	}
	return reply
}

func (w *upstreamWorld) accept(unit string) {
	w.t.Helper()
	if reply := w.post(w.incoming(unit)); reply.Reception != ReceptionAccepted {
		w.t.Fatalf("%s: %+v", unit, reply)
	}
}

func (w *upstreamWorld) report(unit string) {
	w.t.Helper()
	w.do(Report(w.r, w.cohort, len(w.r.Revisions), unitDestination(unit), fakeCodes{}, w.now))
}

func (w *upstreamWorld) review(l Level, d Decision) {
	w.t.Helper()
	w.do(Decide(w.r, w.cohort, Operator{ID: 1, Role: RoleAdmin}, Verdict{Revision: len(w.r.Revisions), Level: l, Decision: d, Reason: "请补充"}, w.now))
}

func (w *upstreamWorld) confirm(a Answer) {
	w.t.Helper()
	w.do(Confirm(w.r, Confirmation{Revision: len(w.r.Revisions), Answer: a, Note: "单位变了"}, w.now))
}

func (w *upstreamWorld) dispute() {
	w.t.Helper()
	w.do(Dispute(w.r, len(w.r.Revisions), "没有签约", w.now))
}

func (w *upstreamWorld) rule(d Decision) {
	w.t.Helper()
	w.do(AnswerDispute(w.r, Operator{ID: 4, Role: RoleAuditor}, Ruling{Request: len(w.r.Requests), Decision: d, Reason: "已核实"}, w.now))
}

// TestReceiveUpstream: what is new is taken where nobody here has said
// otherwise, and is a conflict where somebody has.
func TestReceiveUpstream(t *testing.T) {
	type world = upstreamWorld
	approve := func(w *world) {
		w.review(LevelCollege, DecisionApprove)
		w.review(LevelSchool, DecisionApprove)
	}
	for _, tc := range []struct {
		name    string
		origin  Origin
		before  func(w *world)
		in      func(w *world) Incoming // nil: a new unit, now
		want    Reception
		against ConflictKind
		step    Step
	}{
		{"the first", OriginUpstream, nil, nil, ReceptionAccepted, "", StepConfirm},
		{"a newer one", OriginUpstream, func(w *world) { w.accept("甲") }, nil, ReceptionAccepted, "", StepConfirm},
		{"the same again", OriginUpstream, func(w *world) { w.accept("新") }, nil, ReceptionUnchanged, "", StepConfirm},
		{"an old one comes again", OriginUpstream, func(w *world) { w.accept("甲"); w.accept("乙") }, func(w *world) Incoming {
			return Incoming{Destination: unitDestination("甲"), ReportedAt: w.r.Revisions[0].ReportedAt, By: ByUpstream("91job")}
		}, ReceptionUnchanged, "", StepConfirm},
		{"older than ours", OriginUpstream, func(w *world) { w.accept("甲") }, func(w *world) Incoming {
			in := w.incoming("更早")
			in.ReportedAt = w.r.Revisions[0].ReportedAt.Add(-time.Millisecond)
			return in
		}, ReceptionConflict, ConflictOlder, StepConfirm},
		{"newer than what was confirmed", OriginUpstream, func(w *world) { w.accept("甲"); w.confirm(AnswerRight) }, nil, ReceptionAccepted, "", StepConfirm},
		{"what was said to be wrong is mended", OriginUpstream, func(w *world) { w.accept("甲"); w.confirm(AnswerWrong) }, nil, ReceptionAccepted, "", StepConfirm},
		{"what was said to be wrong comes again", OriginUpstream, func(w *world) { w.accept("新"); w.confirm(AnswerWrong) }, nil, ReceptionUnchanged, "", StepUpdate},
		{"disputed", OriginUpstream, func(w *world) { w.accept("甲"); w.dispute() }, nil, ReceptionConflict, ConflictDispute, StepConfirm},
		{"void, and mended", OriginUpstream, func(w *world) { w.accept("甲"); w.dispute(); w.rule(DecisionApprove) }, nil, ReceptionAccepted, "", StepConfirm},
		{"void, and told again", OriginUpstream, func(w *world) { w.accept("新"); w.dispute(); w.rule(DecisionApprove) }, nil, ReceptionConflict, ConflictDispute, StepUpdate},
		{"entered by an operator", OriginUpstream, func(w *world) {
			c, _, err := Receive(w.r, w.cohort, unitDestination("甲"), ByOperator(Operator{ID: 3, Name: "wang"}), w.now, w.now, fakeCodes{})
			w.do(c, err)
		}, nil, ReceptionConflict, ConflictEntered, StepConfirm},
		{"entered by an operator, said to be wrong", OriginUpstream, func(w *world) {
			c, _, err := Receive(w.r, w.cohort, unitDestination("甲"), ByOperator(Operator{ID: 3, Name: "wang"}), w.now, w.now, fakeCodes{})
			w.do(c, err)
			w.confirm(AnswerWrong)
		}, nil, ReceptionAccepted, "", StepConfirm},
		{"imported with the roster", OriginUpstream, func(w *world) {
			c, _, err := Receive(w.r, w.cohort, unitDestination("甲"), BySystem("cli"), w.now, w.now, fakeCodes{})
			w.do(c, err)
		}, nil, ReceptionAccepted, "", StepConfirm},
		{"closed", OriginUpstream, func(w *world) { w.accept("甲"); w.confirm(AnswerRight); w.now = w.cohort.Deadline.End() }, nil, ReceptionConflict, ConflictClosed, StepAuthorize},
		{"reopened", OriginUpstream, func(w *world) {
			w.accept("甲")
			w.now = w.cohort.Deadline.End()
			w.do(Reopen(w.r, Operator{ID: 1, Role: RoleAdmin}, DateOf(w.now), w.now))
		}, nil, ReceptionAccepted, "", StepConfirm},
		{"another name", OriginUpstream, nil, func(w *world) Incoming {
			in := w.incoming("新")
			in.Name = "买买提·乙"
			return in
		}, ReceptionConflict, ConflictName, StepReport},
		{"the name written otherwise", OriginUpstream, nil, func(w *world) Incoming {
			in := w.incoming("新")
			in.Name = "买买提• 阿"
			return in
		}, ReceptionAccepted, "", StepConfirm},

		{"reporting here: the first", OriginHere, nil, nil, ReceptionAccepted, "", StepCollegeReview},
		{"reporting here: a draft", OriginHere, func(w *world) { w.do(SaveDraft(w.r, w.cohort, unitDestination("稿"), w.now)) }, nil, ReceptionConflict, ConflictHere, StepReport},
		{"reporting here: reported", OriginHere, func(w *world) { w.report("甲") }, nil, ReceptionConflict, ConflictHere, StepCollegeReview},
		{"reporting here: returned", OriginHere, func(w *world) { w.report("甲"); w.review(LevelCollege, DecisionReturn) }, nil, ReceptionConflict, ConflictHere, StepRevise},
		{"reporting here: the same", OriginHere, func(w *world) { w.report("新") }, nil, ReceptionUnchanged, "", StepCollegeReview},
		{"reporting here: upstream's, not reviewed", OriginHere, func(w *world) { w.accept("甲") }, nil, ReceptionAccepted, "", StepCollegeReview},
		{"reporting here: upstream's, reviewed", OriginHere, func(w *world) { w.accept("甲"); w.review(LevelCollege, DecisionApprove) }, nil, ReceptionConflict, ConflictHere, StepSchoolReview},
		{"reporting here: upstream's, returned", OriginHere, func(w *world) { w.accept("甲"); w.review(LevelCollege, DecisionReturn) }, nil, ReceptionAccepted, "", StepCollegeReview},
		{"reporting here: a change is asked for", OriginHere, func(w *world) {
			w.report("甲")
			approve(w)
			w.confirm(AnswerRight)
			w.do(AskChange(w.r, w.cohort, 1, "已解约", w.now))
		}, nil, ReceptionConflict, ConflictRequest, StepChangeCollege},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newUpstreamWorld(t, tc.origin)
			if tc.before != nil {
				tc.before(w)
			}
			in := w.incoming("新")
			if tc.in != nil {
				in = tc.in(w)
			}
			revisions := len(w.r.Revisions)
			reply := w.post(in)
			if reply.Reception != tc.want || reply.Conflict != tc.against.Told(false) {
				t.Fatalf("%+v, want %s against %q", reply, tc.want, tc.against)
			}
			if step, _ := w.r.Step(); step != tc.step {
				t.Errorf("step %s, want %s", step, tc.step)
			}
			q := w.r.OpenConflict()
			switch tc.want {
			case ReceptionAccepted:
				if len(w.r.Revisions) != revisions+1 || w.r.Latest().Destination != in.Destination || q != nil {
					t.Errorf("revisions %+v, conflict %+v", w.r.Revisions, q)
				}
			case ReceptionConflict:
				if len(w.r.Revisions) != revisions || q == nil || q.Kind != tc.against || q.Incoming.Destination != in.Destination {
					t.Fatalf("revisions %+v, conflict %+v", w.r.Revisions, q)
				}
				// The same again neither changes anything nor asks twice.
				if again, _, _ := ReceiveUpstream(w.r, w.cohort, in, fakeCodes{}, w.now); again.Audit.Action != "" {
					t.Errorf("again: %+v", again.Audit)
				}
			default:
				if len(w.r.Revisions) != revisions || q != nil {
					t.Error("something changed")
				}
			}
		})
	}
}

// TestRefusedFromUpstream: what breaks a rule is refused whoever is right.
func TestRefusedFromUpstream(t *testing.T) {
	w := newUpstreamWorld(t, OriginUpstream)
	for _, tc := range []struct {
		name  string
		in    func(in *Incoming)
		code  Code
		field string
	}{
		{"no time", func(in *Incoming) { in.ReportedAt = time.Time{} }, CodeInvalid, "reported_at"},
		{"a time to come", func(in *Incoming) { in.ReportedAt = w.now.Add(clockSkew + time.Second) }, CodeInvalid, "reported_at"},
		{"no unit", func(in *Incoming) { in.Destination.Unit = "" }, CodeInvalid, "unit"},
		{"a category of no table", func(in *Incoming) { in.Destination.Category = "99" }, CodeInvalid, "category"},
		{"a unit code that is none", func(in *Incoming) { in.Destination.UnitCode = "12100000466006771Q" }, CodeInvalid, "unit_code"},
	} {
		in := w.incoming("新")
		tc.in(&in)
		ch, reply, err := ReceiveUpstream(w.r, w.cohort, in, fakeCodes{}, w.now)
		e, ok := err.(*Error) //nolint:errorlint // the rule's own
		if !ok || e.Code != tc.code || e.Field != tc.field || reply.Reception != ReceptionRefused || ch.Audit.Action != "" {
			t.Errorf("%s: %v, %+v", tc.name, err, reply)
		}
	}
	w.now = w.cohort.Deadline.End()
	if _, _, err := ReceiveUpstream(w.r, w.cohort, w.incoming("新"), fakeCodes{}, w.now); CodeOf(err) != CodeClosed {
		t.Errorf("the first after the deadline: %v", err)
	}
}

var settler = Operator{ID: 9, Name: "school", Role: RoleSchool, SchoolCode: "99001"}

func TestSettleConflict(t *testing.T) {
	open := func(t *testing.T, origin Origin, before func(w *upstreamWorld)) *upstreamWorld {
		w := newUpstreamWorld(t, origin)
		before(w)
		if reply := w.post(w.incoming("上级")); reply.Reception != ReceptionConflict {
			t.Fatalf("%+v", reply)
		}
		return w
	}
	settle := func(w *upstreamWorld, op Operator, s Settlement) (Change, error) {
		return SettleConflict(w.r, w.cohort, op, s, fakeCodes{}, w.now)
	}
	reported := func(w *upstreamWorld) { w.report("本地") }

	t.Run("taken where people report here: for the college to review", func(t *testing.T) {
		w := open(t, OriginHere, reported)
		w.do(settle(w, settler, Settlement{Conflict: 1, Revision: 1, Take: true}))
		if step, _ := w.r.Step(); step != StepCollegeReview || w.r.Latest().Destination.Unit != "上级" || w.r.Revisions[0].Destination.Unit != "本地" {
			t.Errorf("%s %+v", step, w.r.Revisions)
		}
		if q := w.r.Conflict(1); q.State != ConflictTaken || q.SettledBy.Name != "school" {
			t.Errorf("%+v", q)
		}
		if reply := w.post(w.incoming("上级")); reply.Reception != ReceptionUnchanged {
			t.Errorf("told again: %+v", reply)
		}
	})
	t.Run("taken with another name: the same person from then on", func(t *testing.T) {
		w := newUpstreamWorld(t, OriginUpstream)
		in := w.incoming("上级")
		in.Name = "别名"
		w.post(in)
		w.do(settle(w, settler, Settlement{Conflict: 1, Take: true}))
		in.Destination.Unit, in.ReportedAt = "再", w.now
		if reply := w.post(in); reply.Reception != ReceptionAccepted {
			t.Errorf("%+v", reply)
		}
	})
	t.Run("kept: not asked again until something changes here", func(t *testing.T) {
		w := open(t, OriginHere, reported)
		w.do(settle(w, settler, Settlement{Conflict: 1, Revision: 1, Reason: "以本地为准"}))
		if reply := w.post(w.incoming("上级")); reply.Reception != ReceptionConflict || !reply.Kept || w.r.OpenConflict() != nil {
			t.Errorf("told again: %+v", reply)
		}
		w.review(LevelCollege, DecisionReturn)
		w.report("本地二")
		if reply := w.post(w.incoming("上级")); reply.Reception != ReceptionConflict || reply.Kept || w.r.OpenConflict() == nil {
			t.Errorf("after a new revision: %+v", reply)
		}
	})
	t.Run("upstream's newer word ends the older conflict", func(t *testing.T) {
		w := open(t, OriginHere, reported)
		w.post(w.incoming("上级二"))
		if len(w.r.Conflicts) != 2 || w.r.Conflict(1).State != ConflictOutdated || w.r.OpenConflict().Number != 2 {
			t.Errorf("%+v", w.r.Conflicts)
		}
		w.post(w.incoming("本地"))
		if w.r.OpenConflict() != nil || len(w.r.Revisions) != 1 {
			t.Errorf("agreeing upstream leaves %+v", w.r.Conflicts)
		}
	})
	t.Run("a change that was asked for falls away", func(t *testing.T) {
		w := open(t, OriginHere, func(w *upstreamWorld) {
			w.report("本地")
			w.review(LevelCollege, DecisionApprove)
			w.review(LevelSchool, DecisionApprove)
			w.do(AskChange(w.r, w.cohort, 1, "已解约", w.now))
		})
		w.do(settle(w, settler, Settlement{Conflict: 1, Revision: 1, Take: true}))
		if q := w.r.Request(1); q.State() != RequestWithdrawn {
			t.Errorf("%s", q.State())
		}
	})
	for _, tc := range []struct {
		name   string
		before func(w *upstreamWorld)
		after  func(w *upstreamWorld)
		op     Operator
		s      Settlement
		code   Code
	}{
		{"no role for it", reported, nil, Operator{ID: 3, Role: RoleCollege, SchoolCode: "99001", College: "文学院"}, Settlement{Conflict: 1, Revision: 1, Take: true}, CodeForbidden},
		{"another school's", reported, nil, Operator{ID: 3, Role: RoleSchool, SchoolCode: "99002"}, Settlement{Conflict: 1, Revision: 1, Take: true}, CodeForbidden},
		{"kept without a reason", reported, nil, settler, Settlement{Conflict: 1, Revision: 1, Reason: " "}, CodeInvalid},
		{"no such conflict", reported, nil, settler, Settlement{Conflict: 2, Revision: 1, Take: true}, CodeNotFound},
		{"settled already", reported, func(w *upstreamWorld) {
			w.do(settle(w, settler, Settlement{Conflict: 1, Revision: 1, Reason: "以本地为准"}))
		}, settler, Settlement{Conflict: 1, Revision: 1, Take: true}, CodeChanged},
		{
			"seen before a new revision", reported, func(w *upstreamWorld) { w.review(LevelCollege, DecisionReturn); w.report("本地二") },
			settler,
			Settlement{Conflict: 1, Revision: 1, Take: true},
			CodeChanged,
		},
		{"taken while it is disputed", func(w *upstreamWorld) { w.report("本地"); w.dispute() }, nil, settler, Settlement{Conflict: 1, Revision: 1, Take: true}, CodeLocked},
		{"taken after the deadline", reported, func(w *upstreamWorld) { w.now = w.cohort.Deadline.End() }, settler, Settlement{Conflict: 1, Revision: 1, Take: true}, CodeClosed},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := open(t, OriginHere, tc.before)
			if tc.after != nil {
				tc.after(w)
			}
			if _, err := settle(w, tc.op, tc.s); CodeOf(err) != tc.code {
				t.Errorf("%v, want %s", err, tc.code)
			}
		})
	}
	t.Run("what was found to be false is never taken", func(t *testing.T) {
		w := newUpstreamWorld(t, OriginUpstream)
		w.accept("上级")
		w.dispute()
		w.rule(DecisionApprove)
		w.post(w.incoming("上级"))
		if _, err := settle(w, settler, Settlement{Conflict: 1, Revision: 1, Take: true}); CodeOf(err) != CodeLocked {
			t.Errorf("%v", err)
		}
	})
}

// upstreamEvents are what a platform and a school's operator do, for the
// property test of the whole flow.
func (w *world) upstreamEvents(t *rapid.T) map[string]func() (Change, error) {
	return map[string]func() (Change, error){
		"upstream": func() (Change, error) {
			in := Incoming{Destination: w.destination(t), ReportedAt: w.now, By: ByUpstream("91job")}
			switch rapid.IntRange(0, 4).Draw(t, "manner") {
			case 0:
				in.Name = "李四"
			case 1:
				in.ReportedAt = w.now.Add(-100 * time.Hour)
			case 2:
				if last := w.r.Latest(); last != nil {
					in.Destination = last.Destination
				}
			}
			c, reply, err := ReceiveUpstream(w.r, w.cohort, in, fakeCodes{}, w.now)
			if err == nil && c.Audit.Action == "" {
				err = Errorf(CodeConflict, "nothing to write")
			}
			if err == nil && (reply.Reception == ReceptionAccepted) != (len(c.Record.Revisions) > len(w.r.Revisions)) {
				t.Fatalf("%+v with %d revisions after %d", reply, len(c.Record.Revisions), len(w.r.Revisions))
			}
			return c, err
		},
		"settle": func() (Change, error) {
			op := rapid.SampledFrom([]Operator{w.school, w.college, w.auditor}).Draw(t, "operator")
			s := Settlement{Conflict: len(w.r.Conflicts), Revision: len(w.r.Revisions), Take: rapid.Bool().Draw(t, "take"), Reason: "以学校核实为准"}
			c, err := SettleConflict(w.r, w.cohort, op, s, fakeCodes{}, w.now)
			if err == nil && op.ID != w.school.ID {
				t.Fatalf("%s settled a conflict", op.Role)
			}
			if err == nil && w.r.Disputed() && s.Take {
				t.Fatal("a disputed destination was replaced")
			}
			return c, err
		},
	}
}
