package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// scanned lists the tables that a statement reads from one end to the other,
// by table or by index, and says how it is read.
func scanned(t testing.TB, s *store.Store, q store.Statement) (tables []string, plan string) {
	t.Helper()
	if s.Dialect() == "sqlite" {
		var lines []struct{ Detail string }
		if err := s.DB().Raw("EXPLAIN QUERY PLAN "+q.SQL, q.Args...).Scan(&lines).Error; err != nil {
			t.Fatal(err)
		}
		for _, l := range lines {
			if name, ok := strings.CutPrefix(l.Detail, "SCAN "); ok {
				name, _, _ = strings.Cut(name, " ")
				tables = append(tables, name)
			}
		}
		return tables, fmt.Sprint(lines)
	}
	var lines []struct {
		Table, Type, Key, Extra string
	}
	if err := s.DB().Raw("EXPLAIN "+q.SQL, q.Args...).Scan(&lines).Error; err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if l.Type == "ALL" || l.Type == "index" {
			tables = append(tables, l.Table)
		}
	}
	return tables, fmt.Sprint(lines)
}

// bounded are the names under which statements read what another part of them
// has already limited.
func bounded(table string) bool {
	return slices.Contains([]string{"q", "w", "uses"}, table) || strings.HasPrefix(table, "<") || strings.HasPrefix(table, "(")
}

// TestNoPageScans: whatever a page of operators asks, in each kind of scope, no
// table is read from one end to the other.
func TestNoPageScans(t *testing.T) {
	for dialect, dsn := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "mariadb": storetest.MariaDB} {
		t.Run(dialect, func(t *testing.T) {
			s := storetest.Fill(t, dsn(t), 4000)
			seen := map[string]bool{}
			check := func(kind, name string, q store.Statement) {
				t.Helper()
				seen[name] = true
				tables, plan := scanned(t, s, q)
				tables = slices.DeleteFunc(tables, bounded)
				if len(tables) > 0 {
					t.Errorf("%s, %s: %v scanned: %s\n%s", name, kind, tables, plan, q.SQL)
				}
				if name == "search by name" && kind != "classes" && (strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "filesort")) {
					t.Errorf("%s, %s: sorted: %s", name, kind, plan)
				}
			}
			for kind, scope := range map[string]model.Scope{
				"all":     {All: true},
				"school":  {SchoolCode: storetest.FilledSchool},
				"college": {SchoolCode: storetest.FilledSchool, College: storetest.FilledCollege},
				"classes": {SchoolCode: storetest.FilledSchool, College: storetest.FilledCollege, Classes: []string{storetest.FilledClass, "班8"}},
			} {
				for name, f := range map[string]store.GraduateFilter{
					"search by 考生号":                     {Query: storetest.FilledExam(1234)},
					"search by name":                    {Query: "王"},
					"search by name and cohort":         {Query: "王", Cohort: storetest.FilledCohort, Steps: []model.Step{model.StepConfirm}},
					"search by name in a school":        {Query: "王", School: storetest.FilledSchool},
					"search by name in a college":       {Query: "王", School: storetest.FilledSchool, College: storetest.FilledCollege},
					"list by step":                      {Steps: []model.Step{model.StepSchoolReview}},
					"list by step and cohort":           {Steps: []model.Step{model.StepSchoolReview}, Cohort: storetest.FilledCohort},
					"list of everybody":                 {},
					"behind a cohort":                   {Cohort: storetest.FilledCohort},
					"behind a category":                 {Cohort: storetest.FilledCohort, Settled: []string{"10"}},
					"behind a rate":                     {Cohort: storetest.FilledCohort, Settled: []string{"10", "11", "80"}},
					"behind a category of every cohort": {Settled: []string{"10"}},
					"behind nothing approved":           {Cohort: storetest.FilledCohort, Settled: []string{""}},
					"behind a school":                   {Cohort: storetest.FilledCohort, School: storetest.FilledSchool, Settled: []string{"10"}},
					"behind a college":                  {Cohort: storetest.FilledCohort, School: storetest.FilledSchool, College: storetest.FilledCollege, Settled: []string{"10"}},
					"behind a major":                    {Cohort: storetest.FilledCohort, School: storetest.FilledSchool, College: storetest.FilledCollege, Major: "专业2"},
					"behind a class":                    {Cohort: storetest.FilledCohort, School: storetest.FilledSchool, College: storetest.FilledCollege, Major: "专业2", Class: storetest.FilledClass, Settled: []string{"10"}},
				} {
					for _, after := range []string{"", "zz.1.10"} {
						if after != "" && f.Query != "" {
							continue
						}
						c, err := store.ParseCursor(after)
						if err != nil {
							t.Fatal(err)
						}
						sql, args, err := s.ListQuery(t.Context(), scope, f, c, 51)
						if err != nil {
							t.Fatal(err)
						}
						check(kind, name, store.Statement{SQL: sql, Args: args})
					}
					if f.Query != "" {
						sql, args := s.SearchDepthQuery(scope, f)
						check(kind, name, store.Statement{SQL: sql, Args: args})
					}
				}
				for name, f := range map[string]store.QueueFilter{
					"queue":                  {Step: model.StepCollegeReview},
					"queue of a cohort":      {Step: model.StepCollegeReview, Cohort: storetest.FilledCohort},
					"queue of a category":    {Step: model.StepCollegeReview, Category: "10"},
					"queue of a college":     {Step: model.StepCollegeReview, College: storetest.FilledCollege},
					"queue of a class":       {Step: model.StepCollegeReview, School: storetest.FilledSchool, College: storetest.FilledCollege, Class: storetest.FilledClass},
					"queue of one unit":      {Step: model.StepCollegeReview, Unit: "单位7"},
					"queue of chosen people": {Step: model.StepCollegeReview, IDs: []model.GraduateID{5, 6, 7}},
				} {
					sql, args, err := s.QueueQuery(t.Context(), scope, f, store.Cursor{}, 51)
					if err != nil {
						t.Fatal(err)
					}
					check(kind, name, store.Statement{SQL: sql, Args: args})
				}
				for _, area := range []store.NumberArea{
					{Cohort: storetest.FilledCohort},
					{Cohort: storetest.FilledCohort, School: storetest.FilledSchool},
					{Cohort: storetest.FilledCohort, School: storetest.FilledSchool, College: storetest.FilledCollege},
				} {
					for name, q := range s.NumberQueries(scope, area, []string{storetest.FilledClass, "班8"}) {
						check(kind, name, q)
					}
				}
			}
			for _, name := range []string{"numbers by ", "numbers by school", "numbers by college", "numbers by major", "numbers by class", "days", "unfinished", "unreached"} {
				if !seen[name] {
					t.Errorf("%s was not looked at", name)
				}
			}
		})
	}
}

// TestScansAreSeen: the test above would notice.
func TestScansAreSeen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		crowd(t, s)
		for _, sql := range []string{"SELECT * FROM graduates WHERE unit = '甲'", "SELECT COUNT(*) FROM graduates"} {
			if tables, plan := scanned(t, s, store.Statement{SQL: sql}); !slices.Contains(tables, "graduates") {
				t.Errorf("%s: %s", sql, plan)
			}
		}
	})
}
