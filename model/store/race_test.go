package store_test

import (
	"fmt"
	"sync"
	"testing"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// atOnce runs rules on one record at the same time and counts the outcomes by
// code, "" for success.
func atOnce(t *testing.T, s *store.Store, id model.GraduateID, rules ...rule) map[model.Code]int {
	t.Helper()
	var mu sync.Mutex
	outcomes := map[model.Code]int{}
	start := make(chan struct{})
	var wg sync.WaitGroup
	for _, f := range rules {
		wg.Go(func() {
			<-start
			_, err := s.Change(t.Context(), id, f)
			mu.Lock()
			defer mu.Unlock()
			outcomes[model.CodeOf(err)]++
		})
	}
	close(start)
	wg.Wait()
	return outcomes
}

// TestRaces: two reviewers, or a reviewer and the graduate, never overwrite each
// other, and of two tabs that confirm one wins.
func TestRaces(t *testing.T) {
	same := func(f rule, n int) []rule {
		rules := make([]rule, n)
		for i := range rules {
			rules[i] = f
		}
		return rules
	}
	college := func(d model.Decision) rule { return decide(collegeReview, 1, model.LevelCollege, d) }
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		n := 0
		reported := func() model.GraduateID {
			n++
			id := create(t, s, graduate(n))[0]
			change(t, s, id, link(boundAccount(t, s, fmt.Sprint("race", n), "")), check, report("甲"))
			return id
		}
		for range 5 {
			id := reported()
			got := atOnce(t, s, id, college(model.DecisionApprove), college(model.DecisionReturn), college(model.DecisionApprove))
			if got[""] != 1 || got[model.CodeChanged] != 2 {
				t.Errorf("three reviewers: %v", got)
			}
			if r, err := s.Record(t.Context(), id); err != nil || len(r.Latest().Reviews) != 1 {
				t.Errorf("%d reviews, %v", len(r.Latest().Reviews), err)
			}

			id = reported()
			change(t, s, id, college(model.DecisionReturn))
			got = atOnce(t, s, id, report("乙"), func(r model.Record) (model.Change, error) {
				return model.Decide(r, cohort27, collegeReview, model.Verdict{Revision: 1, Level: model.LevelCollege, Decision: model.DecisionApprove}, june)
			}, func(r model.Record) (model.Change, error) {
				return model.SaveDraft(r, cohort27, destination("丙"), june)
			})
			if got[model.CodeChanged] != 1 || got[""] == 0 {
				t.Errorf("reviewer against graduate: %v", got)
			}
			if r, err := s.Record(t.Context(), id); err != nil || len(r.Revisions) != 2 || len(r.Revisions[0].Reviews) != 1 || r.Draft != nil && got[""] == 1 {
				t.Errorf("%d revisions, %v", len(r.Revisions), err)
			}

			change(t, s, id, approveBoth(2)...)
			got = atOnce(t, s, id, same(confirm(2, model.AnswerRight), 4)...)
			if got[""] != 1 || got[model.CodeConflict] != 3 {
				t.Errorf("four tabs confirming: %v", got)
			}
			if r, err := s.Record(t.Context(), id); err != nil || len(r.Confirmations) != 1 {
				t.Errorf("%d confirmations, %v", len(r.Confirmations), err)
			}
		}
		for range 3 {
			id := reported()
			change(t, s, id, append(approveBoth(1), confirm(1, model.AnswerRight), func(r model.Record) (model.Change, error) {
				return model.AskChange(r, cohort27, 1, "已解约", june)
			})...)
			answer := func(d model.Decision) rule {
				return func(r model.Record) (model.Change, error) {
					return model.DecideChange(r, collegeReview, model.Ruling{Request: 1, Level: model.LevelCollege, Decision: d, Reason: "说明"}, june)
				}
			}
			got := atOnce(t, s, id, answer(model.DecisionApprove), answer(model.DecisionReturn), answer(model.DecisionApprove),
				func(r model.Record) (model.Change, error) { return model.WithdrawRequest(r, 1, june) })
			r, err := s.Record(t.Context(), id)
			if err != nil || len(r.Requests[0].Answers) > 1 || got[""] < 1 || got[""] > 2 {
				t.Errorf("a change answered by three and withdrawn: %v, %d answers, %v", got, len(r.Requests[0].Answers), err)
			}
		}
		counts, err := s.StepCounts(t.Context(), model.Scope{All: true}, "2027")
		if err != nil {
			t.Fatal(err)
		}
		wantCounts(t, s, counts)
	})
}

// TestOneClassAtOnce: many graduates of one class, whose moves meet in the
// rollup, all get through.
func TestOneClassAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		var gs []model.Graduate
		for n := range 16 {
			g := graduate(n)
			g.Basics.Class = "同班"
			gs = append(gs, g)
		}
		ids := create(t, s, gs...)
		a := boundAccount(t, s, "all", "")
		var wg sync.WaitGroup
		for _, id := range ids {
			wg.Go(func() {
				for _, f := range []rule{link(a), check, report("甲")} {
					if _, err := s.Change(t.Context(), id, f); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		wantCounts(t, s, map[model.Step]int{model.StepCollegeReview: 16})
	})
}

func TestBindingRaces(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for round := range 5 {
			openid := fmt.Sprint("oContested", round)
			accounts := []model.Account{
				boundAccount(t, s, fmt.Sprint("a", round), ""), boundAccount(t, s, fmt.Sprint("b", round), ""), boundAccount(t, s, fmt.Sprint("c", round), ""),
			}
			var mu sync.Mutex
			outcomes := map[model.Code]int{}
			var wg sync.WaitGroup
			for _, a := range accounts {
				wg.Go(func() {
					_, err := s.ChangeAccount(t.Context(), a.ID, openid, func(a model.Account, holder *model.Account) (model.AccountChange, error) {
						return model.Bind(a, holder, openid, true, june)
					})
					mu.Lock()
					defer mu.Unlock()
					outcomes[model.CodeOf(err)]++
				})
			}
			wg.Wait()
			if outcomes[""] != 1 || outcomes[model.CodeConflict] != 2 {
				t.Errorf("three accounts, one WeChat: %v", outcomes)
			}
		}
		ids := make([]model.AccountID, 6)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				a, err := s.EnsureAccount(t.Context(), "first login", june)
				if err != nil {
					t.Error(err)
				}
				ids[i] = a.ID
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id != ids[0] || id == 0 {
				t.Errorf("one user, accounts %v", ids)
			}
		}
	})
}
