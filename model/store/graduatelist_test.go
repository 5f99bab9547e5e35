package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// crowd makes 40 graduates of two schools, two colleges and three classes at
// two steps; several have waited equally long.
func crowd(t testing.TB, s *store.Store) []model.GraduateID {
	t.Helper()
	withSchools(t, s)
	records := make([]model.Record, 40)
	for n := range records {
		g := graduate(n)
		g.CreatedAt = june.Add(-time.Duration(n/4) * time.Hour)
		if n%4 == 3 {
			g.Basics.College = "文学院"
		}
		if n%10 == 0 {
			g.SchoolCode = "99002"
		}
		if n%20 == 1 {
			g.CohortCode = "2026"
		}
		records[n] = model.Record{Graduate: g}
		if n%2 == 1 {
			records[n].Revisions = []model.Revision{{Number: 1, Destination: destination("甲"), ReportedAt: june.Add(-time.Duration(n/8) * time.Hour)}}
		}
	}
	ids, err := s.CreateRecords(t.Context(), records, roster)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestGraduatesScopeAndFilter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		crowd(t, s)
		all := model.Scope{All: true}
		for _, tt := range []struct {
			name  string
			scope model.Scope
			f     store.GraduateFilter
			want  int
		}{
			{"nobody", model.Scope{}, store.GraduateFilter{}, 0},
			{"all", all, store.GraduateFilter{}, 40},
			{"school", model.Scope{SchoolCode: "99001"}, store.GraduateFilter{}, 36},
			{"college", model.Scope{SchoolCode: "99001", College: "文学院"}, store.GraduateFilter{}, 10},
			{"classes", model.Scope{SchoolCode: "99001", College: "信息学院", Classes: []string{"计算机0班", "计算机1班"}}, store.GraduateFilter{}, 17},
			{"the filter does not widen the scope", model.Scope{SchoolCode: "99001"}, store.GraduateFilter{School: "99002"}, 0},
			{"college within scope", model.Scope{SchoolCode: "99001"}, store.GraduateFilter{College: "文学院"}, 10},
			{"another college", model.Scope{SchoolCode: "99001", College: "信息学院"}, store.GraduateFilter{College: "文学院"}, 0},
			{"cohort", all, store.GraduateFilter{Cohort: "2026"}, 2},
			{"step", all, store.GraduateFilter{Steps: []model.Step{model.StepCollegeReview}}, 20},
			{"step not there", all, store.GraduateFilter{Steps: []model.Step{model.StepDone}}, 0},
			{"class", all, store.GraduateFilter{Class: "计算机0班", School: "99002"}, 2},
			{"beginning of a name", all, store.GraduateFilter{Query: " 甲 "}, 40},
			{"wildcard", all, store.GraduateFilter{Query: "%"}, 0},
			{"another name", all, store.GraduateFilter{Query: "乙"}, 0},
			{"exam number", all, store.GraduateFilter{Query: basics(7).ExamNumber}, 1},
			{"exam number out of scope", model.Scope{SchoolCode: "99002"}, store.GraduateFilter{Query: basics(7).ExamNumber}, 0},
			{"exam number at another step", all, store.GraduateFilter{Query: basics(7).ExamNumber, Steps: []model.Step{model.StepDone}}, 0},
			{"text and digits", all, store.GraduateFilter{Query: "甲7"}, 1},
			{"not a code", all, store.GraduateFilter{Cohort: "二〇二七"}, 0},
			{"broken text", all, store.GraduateFilter{College: "\xff", Class: "\xfe"}, 0},
			{"broken query", all, store.GraduateFilter{Query: "\xff"}, 0},
			{"a step twice", all, store.GraduateFilter{Steps: []model.Step{model.StepLink, model.StepLink}}, 20},
			{"not a step", all, store.GraduateFilter{Steps: []model.Step{"审核"}}, 0},
		} {
			rows, next, err := s.Graduates(t.Context(), tt.scope, tt.f, store.Cursor{}, 50)
			if err != nil || len(rows) != tt.want || !next.IsZero() {
				t.Errorf("%s: %d rows, next %q, %v; want %d", tt.name, len(rows), next, err, tt.want)
			}
		}
	})
}

func TestGraduatesPages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ids := crowd(t, s)
		for _, steps := range [][]model.Step{nil, {model.StepLink}, {model.StepLink, model.StepCollegeReview}} {
			var got []store.GraduateRow
			for after := (store.Cursor{}); ; {
				count := s.CountQueries(t)
				rows, next, err := s.Graduates(t.Context(), model.Scope{SchoolCode: "99001"}, store.GraduateFilter{Steps: steps}, after, 7)
				if n := count(); err != nil || n != 1 {
					t.Fatalf("%d queries for a page, %v", n, err)
				}
				got = append(got, rows...)
				if next.IsZero() {
					break
				}
				if after, err = store.ParseCursor(next.String()); err != nil || after != next {
					t.Fatalf("cursor %q: %v", next, err)
				}
			}
			want := 36
			if len(steps) == 1 {
				want = 16
			}
			seen := map[model.GraduateID]bool{}
			for i, r := range got {
				seen[r.ID] = true
				if i > 0 && (r.StepSince.Before(got[i-1].StepSince) || r.StepSince.Equal(got[i-1].StepSince) && r.ID <= got[i-1].ID) {
					t.Errorf("%v: row %d is out of order", steps, i)
				}
			}
			if len(got) != want || len(seen) != want {
				t.Errorf("%v: %d rows, %d graduates, want %d of %d", steps, len(got), len(seen), want, len(ids))
			}
		}
	})
}

// TestGraduatesUsesIndexes: a queue is read from its index in order, without a
// sort, so that a page costs the same at any size.
func TestGraduatesUsesIndexes(t *testing.T) {
	s := storetest.Open(t)
	withSchools(t, s)
	queue := []model.Step{model.StepCollegeReview}
	after, err := store.ParseCursor("zz.1")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		index string
		scope model.Scope
		f     store.GraduateFilter
	}{
		{"graduates_college_queue", model.Scope{SchoolCode: "99001", College: "信息学院"}, store.GraduateFilter{Steps: queue}},
		{"graduates_school_queue", model.Scope{SchoolCode: "99001"}, store.GraduateFilter{Steps: queue}},
		{"graduates_cohort_queue", model.Scope{All: true}, store.GraduateFilter{Steps: queue, Cohort: "2027"}},
		{"graduates_exam_number", model.Scope{SchoolCode: "99001"}, store.GraduateFilter{Query: "2799001"}},
	} {
		sql, args, err := s.ListQuery(t.Context(), tt.scope, tt.f, after, 20)
		if err != nil {
			t.Fatal(err)
		}
		var plan []struct{ Detail string }
		if err := s.DB().Raw("EXPLAIN QUERY PLAN "+sql, args...).Scan(&plan).Error; err != nil {
			t.Fatal(err)
		}
		text := fmt.Sprint(plan)
		if !strings.Contains(text, tt.index) || strings.Contains(tt.index, "queue") && strings.Contains(text, "TEMP B-TREE") {
			t.Errorf("%s is not used in order: %s", tt.index, text)
		}
	}
}

// TestSearchIsBounded: a search that looks for few among many of one name gives
// up at a known depth, and says so.
func TestSearchIsBounded(t *testing.T) {
	s := storetest.Open(t)
	withSchools(t, s)
	gs := make([]model.Graduate, store.SearchDepth)
	for n := range gs {
		gs[n] = graduate(n)
		gs[n].Basics.Name = fmt.Sprintf("王%04d", n)
	}
	gs[len(gs)-2].CohortCode = "2026"
	create(t, s, gs[:len(gs)-1]...)
	search := func(f store.GraduateFilter) (people int, more bool) {
		t.Helper()
		rows, next, err := s.Graduates(t.Context(), model.Scope{SchoolCode: "99001"}, f, store.Cursor{}, 50)
		if err != nil {
			t.Fatal(err)
		}
		return len(rows), !next.IsZero()
	}
	if n, more := search(store.GraduateFilter{Query: "王"}); n != 50 || !more {
		t.Errorf("everybody: %d, more %v", n, more)
	}
	if n, more := search(store.GraduateFilter{Query: "王", Cohort: "2026"}); n != 1 || more {
		t.Errorf("one of %d: %d, more %v", len(gs)-1, n, more)
	}
	if n, more := search(store.GraduateFilter{Query: "王199", Cohort: "2026"}); n != 1 || more {
		t.Errorf("a longer name: %d, more %v", n, more)
	}
	create(t, s, gs[len(gs)-1])
	if n, more := search(store.GraduateFilter{Query: "王", Cohort: "2026"}); n != 1 || !more {
		t.Errorf("one of %d: %d, more %v", len(gs), n, more)
	}
	if n, more := search(store.GraduateFilter{Query: "李", Cohort: "2026"}); n != 0 || more {
		t.Errorf("nobody: %d, more %v", n, more)
	}
}

func TestRecordQueries(t *testing.T) {
	s := storetest.Open(t)
	withSchools(t, s)
	id := create(t, s, graduate(1))[0]
	change(t, s, id, slices.Concat([]rule{link(boundAccount(t, s, "u", "o")), check, report("甲")}, approveBoth(1), []rule{confirm(1, model.AnswerRight), authorize("N1")})...)
	if _, err := s.Record(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	count := s.CountQueries(t)
	if _, err := s.Record(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if n := count(); n != 5 {
		t.Errorf("a record takes %d queries", n)
	}
}

func FuzzParseCursor(f *testing.F) {
	for _, s := range []string{"", "0.1.10", "0.1.", "0.1.二", "abc.1", "zz.zz", "1", ".", "-1.2", "1.-2", "0.0", "\x00.1", "99999999999999999.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := store.ParseCursor(text)
		if err != nil {
			if model.CodeOf(err) != model.CodeInvalid || !c.IsZero() {
				t.Fatalf("%q: %v, %v", text, c, err)
			}
			return
		}
		if again, err := store.ParseCursor(c.String()); err != nil || again != c {
			t.Fatalf("%q: %v reads back as %v, %v", text, c, again, err)
		}
	})
}

func BenchmarkRecord(b *testing.B) {
	for _, db := range []struct {
		name string
		open func(testing.TB, ...storetest.Option) *store.Store
	}{{"sqlite", storetest.Open}, {"mariadb", storetest.OpenMariaDB}} {
		b.Run(db.name, func(b *testing.B) {
			s := db.open(b)
			withSchools(b, s)
			id := create(b, s, graduate(1))[0]
			change(b, s, id, slices.Concat([]rule{link(boundAccount(b, s, "u", "o")), check, report("甲")}, approveBoth(1), []rule{confirm(1, model.AnswerRight), authorize("N1")})...)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Record(b.Context(), id); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
