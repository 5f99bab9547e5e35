package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// sameRecord compares what Change returned with what is read back.
func sameRecord(t testing.TB, s *store.Store, want model.Record) {
	t.Helper()
	got, err := s.Record(t.Context(), want.Graduate.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("record read back: %s", diff)
	}
	st, since := got.Step()
	row := listed(t, s, want.Graduate.ID)
	if row.Step != st || !row.StepSince.Equal(since) || row.Revision != len(got.Revisions) {
		t.Fatalf("the row says %s since %s, revision %d; the record %s since %s", row.Step, row.StepSince, row.Revision, st, since)
	}
}

func listed(t testing.TB, s *store.Store, id model.GraduateID) store.GraduateRow {
	t.Helper()
	rows, _, err := s.Graduates(t.Context(), model.Scope{All: true}, store.GraduateFilter{}, store.Cursor{}, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		if r.ID == id {
			return r
		}
	}
	t.Fatalf("graduate %d is in no list", id)
	return store.GraduateRow{}
}

func TestWholeFlow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		a := boundAccount(t, s, "user1", "oOne")
		id := create(t, s, graduate(1))[0]
		rules := []rule{link(a), check, report("甲公司"), decide(collegeReview, 1, model.LevelCollege, model.DecisionReturn), report("乙公司")}
		rules = append(rules, approveBoth(2)...)
		rules = append(rules, confirm(2, model.AnswerWrong), report("丙公司"))
		rules = append(rules, approveBoth(3)...)
		rules = append(
			rules, confirm(3, model.AnswerRight), authorize("2799001AAAAAAAA"), authorize("2799001BBBBBBBB"),
			func(r model.Record) (model.Change, error) {
				return model.Revoke(r, "2799001AAAAAAAA", june.Add(6*time.Hour))
			},
			func(r model.Record) (model.Change, error) {
				return model.Extend(r, "2799001BBBBBBBB", "2027-11-30", june.Add(6*time.Hour))
			},
		)
		for i, f := range rules {
			r, err := s.Change(t.Context(), id, f)
			if err != nil {
				t.Fatalf("rule %d: %v", i, err)
			}
			if r.Version != int64(i+2) {
				t.Errorf("rule %d: version %d", i, r.Version)
			}
			sameRecord(t, s, r)
		}
		wantCounts(t, s, map[model.Step]int{model.StepDone: 1})

		const number = "2799001BBBBBBBB"
		found, err := s.Issued(t.Context(), []model.VerificationNumber{number, "2799001CCCCCCCC"})
		got := found[number]
		if err != nil || len(found) != 1 || got.Record.Graduate.ID != id || got.Record.Graduate.Basics.Name != basics(1).Name ||
			got.Authorization.ValidUntil != "2027-11-30" || got.Authorization.ID == 0 {
			t.Errorf("number: %+v, %v", found, err)
		}
		for _, unknown := range []model.VerificationNumber{"2799001CCCCCCCC", "2799001bbbbbbbb", "", "核验"} {
			count := s.CountQueries(t)
			found, err := s.Issued(t.Context(), []model.VerificationNumber{unknown})
			if n := count(); len(found) != 0 || err != nil || n != 1 {
				t.Errorf("unknown number %q: %+v, %v, %d queries", unknown, found, err, n)
			}
		}
		messages, err := s.Messages(t.Context(), id, 20)
		if err != nil || len(messages) != 6 { // returned, 2 × (college, approved), confirmed
			t.Errorf("%d messages, %v", len(messages), err)
		}
		for _, m := range messages {
			if m.OpenID != "oOne" {
				t.Errorf("message to %q", m.OpenID)
			}
			if cancelled := m.Notice.Kind != model.MessageConfirmed; (m.State == model.MessageCancelled) != cancelled {
				t.Errorf("message %s is %s", m.Notice.Key, m.State)
			}
		}
		ctx := store.WithRequestID(t.Context(), "req-1")
		if _, err := s.Change(ctx, id, check); err != nil {
			t.Fatal(err)
		}
		audits, next, err := s.Audits(t.Context(), schoolReview.Scope(), store.AuditFilter{Graduate: id}, 0, 3)
		if err != nil || len(audits) != 3 || next == 0 || audits[0].RequestID != "req-1" || audits[0].Action != "basics.check" {
			t.Fatalf("audits %+v, next %d, %v", audits, next, err)
		}
		if audits[1].Action != "authorization.extend" || audits[1].Detail["until"] != "2027-11-30" || audits[1].Actor != model.ByGraduate(id) {
			t.Errorf("audit %+v", audits[1])
		}
		rest, next, err := s.Audits(t.Context(), schoolReview.Scope(), store.AuditFilter{Graduate: id}, next, 100)
		if err != nil || len(rest) != len(rules)+1-3 || next != 0 {
			t.Errorf("%d more entries, next %d, %v", len(rest), next, err)
		}
	})
}

func TestChangeWritesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		id := create(t, s, graduate(1))[0]
		before, err := s.Record(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		refusal := model.Errorf(model.CodeLocked, "不行")
		for name, f := range map[string]rule{
			"no action": func(r model.Record) (model.Change, error) { return model.Change{Record: r}, nil },
			"refused":   func(model.Record) (model.Change, error) { return model.Change{}, refusal },
			"lost history": func(r model.Record) (model.Change, error) {
				r.Graduate.ID++
				return model.Change{Record: r, Audit: model.Audit{Action: "x.y"}}, nil
			},
			"too long for the row": func(r model.Record) (model.Change, error) {
				c, err := model.CheckBasics(r, june)
				c.Audit.Action = fmt.Sprintf("%0300d", 1)
				if s.Dialect() == "sqlite" { // SQLite holds any length
					err = refusal
				}
				return c, err
			},
		} {
			_, err := s.Change(t.Context(), id, f)
			if (err == nil) != (name == "no action") {
				t.Errorf("%s: %v", name, err)
			}
			if name == "refused" && !errors.Is(err, refusal) {
				t.Errorf("refused: %v", err)
			}
			sameRecord(t, s, before)
		}
		if _, err := s.Change(t.Context(), 999, check); model.CodeOf(err) != model.CodeNotFound {
			t.Errorf("nobody: %v", err)
		}
	})
}

func TestDuplicateNumber(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		ids := create(t, s, graduate(1), graduate(2))
		for i, id := range ids {
			change(t, s, id, append([]rule{link(boundAccount(t, s, fmt.Sprint("u", i), "")), check, report("甲"), approveBoth(1)[0], approveBoth(1)[1]}, confirm(1, model.AnswerRight))...)
		}
		change(t, s, ids[0], authorize("2799001AAAAAAAA"))
		_, err := s.Change(t.Context(), ids[1], authorize("2799001AAAAAAAA"))
		if !errors.Is(err, store.ErrDuplicateNumber) || model.CodeOf(err) != model.CodeConflict {
			t.Fatalf("error %v", err)
		}
		r := change(t, s, ids[1], authorize("2799001BBBBBBBB"))
		sameRecord(t, s, r)
		if _, err := s.Change(t.Context(), ids[1], func(r model.Record) (model.Change, error) {
			b := r.Graduate.Basics
			b.IDNumber = basics(1).IDNumber
			c, _ := model.UpdateBasics(r, b, roster, june)
			return c, nil
		}); !errors.Is(err, store.ErrDuplicatePerson) {
			t.Errorf("ID number of another: %v", err)
		}
	})
}

// TestRandomWalk: whatever happens in whatever order, what is read back is what
// the rules returned, and row, rollup and record agree.
func TestRandomWalk(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		a := boundAccount(t, s, "walker", "oWalker")
		rng := rand.New(rand.NewPCG(2027, 8))
		var applied int
		for n := range 6 {
			g := graduate(n)
			if n%2 == 1 {
				g.SchoolCode = "99002"
			}
			id := create(t, s, g)[0]
			for serial := range 40 {
				now := june.Add(time.Duration(serial) * time.Hour)
				rules := append(
					approveBoth(1+rng.IntN(3)), link(a), check, report(fmt.Sprint("单位", serial)),
					decide(collegeReview, 1+rng.IntN(3), model.LevelCollege, model.DecisionReturn),
					confirm(1+rng.IntN(3), model.AnswerRight), confirm(1+rng.IntN(3), model.AnswerWrong),
					authorize(model.VerificationNumber(fmt.Sprintf("N%dX%d", n, serial))),
					func(r model.Record) (model.Change, error) {
						return model.SaveDraft(r, cohort27, destination("草稿"), now)
					},
					func(r model.Record) (model.Change, error) {
						c, _, err := model.Receive(r, cohort27, destination(fmt.Sprint("上游", serial)), model.ByUpstream("91job"), now, now, anyCodes{})
						return c, err
					},
					func(r model.Record) (model.Change, error) {
						b := r.Graduate.Basics
						b.Class, b.Phone = fmt.Sprintf("%d班", rng.IntN(3)), ""
						c, _ := model.UpdateBasics(r, b, roster, now)
						return c, nil
					},
					func(r model.Record) (model.Change, error) {
						return model.Reopen(r, schoolReview, "2027-09-10", now)
					},
				)
				r, err := s.Change(t.Context(), id, rules[rng.IntN(len(rules))])
				if err != nil {
					if model.CodeOf(err) == model.CodeInternal {
						t.Fatal(err)
					}
					continue
				}
				applied++
				sameRecord(t, s, r)
			}
		}
		if applied < 60 {
			t.Errorf("only %d changes were applied", applied)
		}
		counts, err := s.StepCounts(t.Context(), model.Scope{All: true}, "2027")
		if err != nil {
			t.Fatal(err)
		}
		wantCounts(t, s, counts)
	})
}
