package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"quxiang/model"
	"quxiang/model/form"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// history gives one graduate a random past.
type history struct {
	rnd    *rand.Rand
	now    time.Time
	serial int // of numbers and units, unique in the database
	mine   []model.VerificationNumber
}

func (h *history) number() model.VerificationNumber {
	h.serial++
	return model.VerificationNumber(fmt.Sprintf("2799001%08d", h.serial))
}

// event is one random thing that may happen; most are refused most of the time.
func (h *history) event(r model.Record) (model.Change, error) {
	h.now = h.now.Add(time.Duration(1+h.rnd.IntN(20)) * time.Hour)
	auditor := model.Operator{ID: 9, Name: "监督", Role: model.RoleAuditor, SchoolCode: "99001"}
	latest := len(r.Revisions)
	some := func() model.VerificationNumber { return append(h.mine, "")[h.rnd.IntN(len(h.mine)+1)] }
	receive := func() (model.Change, error) {
		h.serial++
		r := r
		r.School.Origin = model.OriginUpstream
		ch, changed, err := model.Receive(r, cohort27, destination(fmt.Sprint("单位", h.serial)), model.ByUpstream("91job"), h.now, h.now, anyCodes{})
		if err == nil && !changed {
			err = model.Errorf(model.CodeConflict, "无变化")
		}
		return ch, err
	}
	onward := func() (model.Change, error) { // so that histories get far
		switch step, _ := r.Step(); step {
		case model.StepCheck:
			return model.CheckBasics(r, h.now)
		case model.StepReport, model.StepUpdate, model.StepRevise:
			return receive()
		case model.StepCollegeReview:
			return decide(collegeReview, latest, model.LevelCollege, model.DecisionApprove)(r)
		case model.StepSchoolReview:
			return decide(schoolReview, latest, model.LevelSchool, model.DecisionApprove)(r)
		default:
			return model.Confirm(r, model.Confirmation{Revision: latest, Answer: model.AnswerRight}, h.now)
		}
	}
	authorize := func() (model.Change, error) {
		n := h.number()
		ch, err := model.Authorize(r, model.AuthorizationRequest{
			Kind: model.FormKinds()[h.rnd.IntN(2)], ValidUntil: model.DateOf(h.now).AddDays(h.rnd.IntN(60)), For: "某街道", Consent: true, Number: n,
		}, h.now)
		if err == nil {
			h.mine = append(h.mine, n)
		}
		return ch, err
	}
	events := []func() (model.Change, error){
		onward, onward, onward, onward, onward, onward, onward, onward, authorize, authorize, authorize, receive,
		func() (model.Change, error) { return model.Revoke(r, some(), h.now) },
		func() (model.Change, error) { return model.Extend(r, some(), model.DateOf(h.now).AddDays(40), h.now) },
		func() (model.Change, error) {
			return model.Confirm(r, model.Confirmation{Revision: latest, Answer: model.AnswerWrong, Note: "不对"}, h.now)
		},
		func() (model.Change, error) {
			b := r.Graduate.Basics
			b.Major = fmt.Sprint("专业", h.rnd.IntN(99))
			ch, changed := model.UpdateBasics(r, b, roster, h.now)
			if !changed {
				return ch, model.Errorf(model.CodeConflict, "无变化")
			}
			return ch, nil
		},
		func() (model.Change, error) { return model.Dispute(r, latest, "不是我登记的", h.now) },
		func() (model.Change, error) {
			verdict := []model.Decision{model.DecisionApprove, model.DecisionApprove, model.DecisionReturn}[h.rnd.IntN(3)]
			return model.AnswerDispute(r, auditor, model.Ruling{Request: len(r.Requests), Decision: verdict, Reason: "已核实"}, h.now)
		},
		func() (model.Change, error) {
			if h.rnd.IntN(4) > 0 {
				return model.Change{}, model.Errorf(model.CodeConflict, "不撤回")
			}
			return model.Withdraw(r, h.now)
		},
		func() (model.Change, error) { return model.WithdrawRequest(r, len(r.Requests), h.now) },
	}
	return events[h.rnd.IntN(len(events))]()
}

// TestIssuedIsTheRecord: over random histories, what Issued returns gives the
// same state, end and content at any time as the whole record, with one query,
// and holds nothing that verifying does not need.
func TestIssuedIsTheRecord(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		h := &history{rnd: rand.New(rand.NewPCG(4, 0))} // #nosec G404 -- histories that have all states
		seen := map[model.AuthorizationState]int{}
		var all []model.VerificationNumber
		var records []model.Record
		for n := range 16 {
			id := create(t, s, graduate(n))[0]
			h.now, h.mine = june, nil
			change(t, s, id, link(model.Account{ID: model.AccountID(n + 1)}), check)
			for range 50 {
				_, err := s.Change(t.Context(), id, h.event)
				if code := model.CodeOf(err); err != nil && code == model.CodeInternal {
					t.Fatal(err)
				}
			}
			r, err := s.Record(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			records, all = append(records, r), append(all, h.mine...)
		}
		count := s.CountQueries(t)
		found, err := s.Issued(t.Context(), append(slices.Clone(all), "2799001ZZZZZZZZ"))
		if n := count(); err != nil || len(found) != len(all) || n != 1 {
			t.Fatalf("%d of %d forms found with %d queries, %v", len(found), len(all), n, err)
		}
		for _, r := range records {
			for _, a := range r.Authorizations {
				got := found[a.Number]
				if diff := cmp.Diff(a, got.Authorization); diff != "" {
					t.Fatal(diff)
				}
				for _, now := range []time.Time{june, a.CreatedAt, a.ValidUntil.End().Add(-1), a.ValidUntil.End(), h.now, h.now.AddDate(1, 0, 0)} {
					state, ended := got.State(now)
					if want, end := a.State(r, now), a.EndedAt(r, now); state != want || !ended.Equal(end) {
						t.Fatalf("%s at %s is %s since %s, by the record %s since %s", a.Number, now, state, ended, want, end)
					}
					seen[state]++
					if a.Withdrawn {
						seen["withdrawn"]++
					}
					if a.RevokedAt.IsZero() && state == model.AuthorizationRevoked {
						seen["void"]++
					}
				}
				want, have := form.Content(r, a, anyCodes{}, form.Options{}), form.Content(got.Record, a, anyCodes{}, form.Options{})
				if diff := cmp.Diff(want, have); diff != "" {
					t.Fatalf("content of %s: %s", a.Number, diff)
				}
				if b := got.Record.Graduate.Basics; b.IDNumber+b.Phone+b.Email+b.ExamNumber+b.StudentNumber != "" || got.Record.Graduate.ID != r.Graduate.ID {
					t.Fatalf("the thin record holds %+v", b)
				}
				one, err := s.IssuedIf(t.Context(), a.Number, func(*model.Issued) bool { return true })
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(&got, one, cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("alone %s differs: %s", a.Number, diff)
				}
			}
		}
		t.Logf("%d forms: %v", len(all), seen)
		for _, state := range []model.AuthorizationState{
			model.AuthorizationActive, model.AuthorizationExpired, model.AuthorizationRevoked, model.AuthorizationSuperseded, "void", "withdrawn",
		} {
			if seen[state] == 0 {
				t.Errorf("no form was ever %s: %v", state, seen)
			}
		}
	})
}

// TestIssuedPlan: every table is read by number or by primary key. MariaDB reads
// small tables from end to end whatever they are, so that SQLite has to tell.
func TestIssuedPlan(t *testing.T) {
	s := storetest.Open(t)
	tables, plan := scanned(t, s, s.IssuedQuery("2799001AAAAAAAA", "2799001BBBBBBBB"))
	if len(tables) > 0 || !strings.Contains(plan, "authorizations_number (number=?)") || strings.Contains(plan, "requests_") || strings.Count(plan, "SEARCH") != 5 {
		t.Errorf("%v scanned: %s", tables, plan)
	}
}

// TestIssuedIf: whatever is wrong costs one query and decrypts nothing.
func TestIssuedIf(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		id := create(t, s, graduate(1))[0]
		rules := append([]rule{link(model.Account{ID: 1}), check, report("甲公司")}, approveBoth(1)...)
		change(t, s, id, append(rules, confirm(1, model.AnswerRight), authorize("2799001AAAAAAAA"))...)
		if _, err := s.Schools(t.Context()); err != nil { // as every page leaves them: in memory
			t.Fatal(err)
		}
		for _, tc := range []struct {
			number model.VerificationNumber
			known  bool
			right  bool
		}{
			{"2799001AAAAAAAA", true, true},
			{"2799001AAAAAAAA", true, false},
			{"2799001CCCCCCCC", false, true},
			{"2799001aaaaaaaa", false, true},
			{"", false, true},
			{"核验", false, true},
		} {
			asked := 0
			count := s.CountQueries(t)
			got, err := s.IssuedIf(t.Context(), tc.number, func(i *model.Issued) bool {
				asked++
				if (i != nil) != tc.known || (i != nil && i.Record.Revision(1).Destination != model.Destination{}) {
					t.Errorf("%q: asked about %+v", tc.number, i)
				}
				return i != nil && tc.right
			})
			if n := count(); err != nil || n != 1 || asked != 1 {
				t.Errorf("%q: %d queries, asked %d times, %v", tc.number, n, asked, err)
			}
			if want := tc.known && tc.right; (got != nil) != want || (want && got.Record.Revision(1).Destination.Unit != "甲公司") {
				t.Errorf("%q: %+v", tc.number, got)
			}
		}
	})
}
