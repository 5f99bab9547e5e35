package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// wantCounts compares the rollup with want, and with the rows themselves.
func wantCounts(t testing.TB, s *store.Store, want map[model.Step]int) {
	t.Helper()
	got, err := s.StepCounts(t.Context(), model.Scope{All: true}, "2027")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("step counts: %s", diff)
	}
	var drift int64
	err = s.DB().Raw(`SELECT COUNT(*) FROM (
		SELECT g.cohort_code, g.school_code, g.college, g.class, g.step, COUNT(*) AS n FROM graduates g
		GROUP BY g.cohort_code, g.school_code, g.college, g.class, g.step) AS t
		LEFT JOIN step_counts c ON c.cohort_code = t.cohort_code AND c.school_code = t.school_code AND c.college = t.college
			AND c.class = t.class AND c.step = t.step
		WHERE c.graduates IS NULL OR c.graduates <> t.n`).Scan(&drift).Error
	if err != nil {
		t.Fatal(err)
	}
	if drift != 0 {
		t.Errorf("%d lines of the rollup differ from the rows", drift)
	}
}

func TestStepCountsScope(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		var gs []model.Graduate
		for n := range 9 {
			gs = append(gs, graduate(n))
		}
		gs[0].Basics.College = "文学院"
		gs[1].SchoolCode = "99002"
		gs[2].CohortCode = "2026"
		create(t, s, gs...)
		for _, tt := range []struct {
			name   string
			scope  model.Scope
			cohort string
			want   int
		}{
			{"nobody", model.Scope{}, "", 0},
			{"all", model.Scope{All: true}, "", 9},
			{"cohort", model.Scope{All: true}, "2026", 1},
			{"school", model.Scope{SchoolCode: "99001"}, "2027", 7},
			{"college", model.Scope{SchoolCode: "99001", College: "信息学院"}, "", 7},
			{"class", model.Scope{SchoolCode: "99001", College: "信息学院", Classes: []string{"计算机0班"}}, "2027", 2},
			{"another school's college", model.Scope{SchoolCode: "99002", College: "文学院"}, "", 0},
		} {
			got, err := s.StepCounts(t.Context(), tt.scope, tt.cohort)
			if err != nil || got[model.StepLink] != tt.want {
				t.Errorf("%s: %v, %v; want %d", tt.name, got, err, tt.want)
			}
		}
	})
}
