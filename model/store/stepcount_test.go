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
	wantRollups(t, s)
}

// wantRollups compares the other rollups with the rows themselves, in both
// directions.
func wantRollups(t testing.TB, s *store.Store) {
	t.Helper()
	for _, tt := range []struct{ table, keys, where, of string }{
		{"destination_counts", "cohort_code, school_code, college, major, class, settled", "", ""},
		{"destination_days", "cohort_code, school_code, college, settled", "", ""},
		{"unit_uses", "school_code, cohort_code, unit_code, unit", " WHERE unit <> ''", ""},
		{"area_counts", "cohort_code, school_code, step", "", "level = 'school' AND subject = 'step'"},
		{"area_counts", "cohort_code, school_code, college, step", "", "level = 'college' AND subject = 'step'"},
		{"area_counts", "cohort_code, school_code, settled", "", "level = 'school' AND subject = 'settled'"},
		{"area_counts", "cohort_code, school_code, college, settled", "", "level = 'college' AND subject = 'settled'"},
		{"area_counts", "cohort_code, school_code, settled", "", "level = 'school' AND subject = 'day'"},
	} {
		var rows, kept []map[string]any
		err1 := s.DB().Raw("SELECT " + tt.keys + ", COUNT(*) AS n FROM graduates" + tt.where + " GROUP BY " + tt.keys + " ORDER BY " + tt.keys).Scan(&rows).Error
		from := tt.table
		if tt.of != "" { // the counted column is called value there
			from = "(SELECT cohort_code, school_code, college, value AS step, value AS settled, graduates FROM " + tt.table + " WHERE " + tt.of + ") AS a"
		}
		err2 := s.DB().Raw("SELECT " + tt.keys + ", CAST(SUM(graduates) AS SIGNED) AS n FROM " + from + " GROUP BY " + tt.keys + " HAVING SUM(graduates) <> 0 ORDER BY " + tt.keys).Scan(&kept).Error
		if err1 != nil || err2 != nil {
			t.Fatal(tt.table, tt.of, err1, err2)
		}
		if diff := cmp.Diff(rows, kept); diff != "" {
			t.Errorf("%s %s: %s", tt.table, tt.of, diff)
		}
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
