package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// TestRequests: what was asked and answered reads back, moves the rollups, and
// nothing of a correction's value is in the clear.
func TestRequests(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		id := create(t, s, graduate(1))[0]
		college := model.Operator{ID: 1, Role: model.RoleCollege, SchoolCode: "99001", College: "信息学院"}
		school := model.Operator{ID: 2, Role: model.RoleSchool, SchoolCode: "99001"}
		auditor := model.Operator{ID: 33, Role: model.RoleAuditor, SchoolCode: "99001"}
		at := june.Add(time.Hour)
		change(t, s, id, slices.Concat([]rule{link(boundAccount(t, s, "u", "o")), check, report("甲")}, approveBoth(1), []rule{confirm(1, model.AnswerRight)})...)
		change(t, s, id,
			func(r model.Record) (model.Change, error) { return model.AskChange(r, cohort27, 1, "已解约", at) },
			func(r model.Record) (model.Change, error) {
				return model.AskCorrection(r, "id_number", "11010519491231002X", "", anyCodes{}, at)
			},
			func(r model.Record) (model.Change, error) {
				return model.DecideChange(r, college, model.Ruling{Request: 1, Level: model.LevelCollege, Decision: model.DecisionApprove}, at)
			},
			func(r model.Record) (model.Change, error) {
				return model.DecideChange(r, school, model.Ruling{Request: 1, Level: model.LevelSchool, Decision: model.DecisionApprove}, at)
			},
		)
		wantCounts(t, s, map[model.Step]int{model.StepUpdate: 1})
		change(t, s, id, func(r model.Record) (model.Change, error) { return model.Dispute(r, 1, "没有签约", at) })
		r, err := s.Record(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if !r.Disputed() || len(r.Requests) != 3 || r.Requests[1].Wanted != "11010519491231002X" || len(r.Requests[0].Answers) != 2 {
			t.Fatalf("requests: %+v", r.Requests)
		}
		if rows, err := s.Owing(t.Context(), "2027", 0, 10); err != nil || len(rows) != 0 {
			t.Errorf("owing although disputed: %v, %v", rows, err)
		}
		if st, err := s.Standings(t.Context(), "o"); err != nil || len(st) != 1 || cmp.Diff(r.Standing(), st[0].Standing) != "" {
			t.Errorf("standing %+v, %v; want %+v", st, err, r.Standing())
		}
		change(t, s, id, func(r model.Record) (model.Change, error) {
			return model.AnswerDispute(r, auditor, model.Ruling{Request: 3, Decision: model.DecisionApprove}, at)
		})
		wantCounts(t, s, map[model.Step]int{model.StepUpdate: 1})
		if r, err = s.Record(t.Context(), id); err != nil || r.Settled() != nil || r.Confirmed() != nil {
			t.Errorf("void, and still settled %v, confirmed %v, %v", r.Settled(), r.Confirmed(), err)
		}
		var clear int64
		if err := s.DB().Raw("SELECT COUNT(*) FROM requests WHERE content LIKE '%1231002X%' OR content LIKE '%解约%'").Scan(&clear).Error; err != nil || clear != 0 {
			t.Errorf("%d requests in the clear, %v", clear, err)
		}
	})
}
