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

// waiting makes n graduates who wait for their college, the first one longest:
// every fifth of 文学院, every tenth as 待就业, every seventh at 乙 under one of two
// codes, the others at a unit of their own.
func waiting(t testing.TB, s *store.Store, n int) []model.GraduateID {
	t.Helper()
	withSchools(t, s)
	records := make([]model.Record, n)
	for i := range records {
		g, d := graduate(i), destination(fmt.Sprint("单位", i))
		if i%5 == 0 {
			g.Basics.College = "文学院"
		}
		if i%10 == 0 {
			d.Category = "70"
		}
		if i%7 == 0 {
			d.Unit, d.UnitCode = "乙", []string{"", "12100000466006770Q", "91310000000000000X"}[i%3]
		}
		records[i] = model.Record{Graduate: g, Revisions: []model.Revision{{Number: 1, Destination: d, ReportedAt: june.Add(time.Duration(i) * time.Minute)}}}
	}
	ids, err := s.CreateRecords(t.Context(), records, roster)
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// pages walks a queue to its end and returns whom it shows; each page is one
// query.
func pages(t *testing.T, s *store.Store, scope model.Scope, f store.QueueFilter, limit int) (rows []store.QueueRow, read int) {
	t.Helper()
	f.Step = model.StepCollegeReview
	for after := (store.Cursor{}); ; {
		count := s.CountQueries(t)
		page, next, err := s.Queue(t.Context(), scope, f, after, limit)
		if n := count(); err != nil || n > 1 || len(page) > limit {
			t.Fatalf("%d queries for a page of %d, %v", n, len(page), err)
		}
		rows, read = append(rows, page...), read+1
		if next.IsZero() {
			return rows, read
		}
		after = next
	}
}

func TestQueueScopeAndFilter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ids := waiting(t, s, 70)
		if _, err := s.Cohorts(t.Context()); err != nil { // kept in memory from now on
			t.Fatal(err)
		}
		school := model.Scope{SchoolCode: "99001"}
		for _, tt := range []struct {
			name  string
			scope model.Scope
			f     store.QueueFilter
			want  func(i int) bool
		}{
			{"nobody's", model.Scope{}, store.QueueFilter{}, func(int) bool { return false }},
			{"all", model.Scope{All: true}, store.QueueFilter{}, func(int) bool { return true }},
			{"a school", school, store.QueueFilter{}, func(int) bool { return true }},
			{"another school", model.Scope{SchoolCode: "99002"}, store.QueueFilter{}, func(int) bool { return false }},
			{"another school asked for", school, store.QueueFilter{School: "99002"}, func(int) bool { return false }},
			{"a college", model.Scope{SchoolCode: "99001", College: "文学院"}, store.QueueFilter{}, func(i int) bool { return i%5 == 0 }},
			{"another college asked for", model.Scope{SchoolCode: "99001", College: "文学院"}, store.QueueFilter{College: "信息学院"}, func(int) bool { return false }},
			{"a college asked for", school, store.QueueFilter{College: "文学院"}, func(i int) bool { return i%5 == 0 }},
			{"a counsellor's classes", model.Scope{SchoolCode: "99001", College: "信息学院", Classes: []string{"计算机1班", "计算机2班"}}, store.QueueFilter{}, func(i int) bool { return i%5 != 0 && i%3 != 0 }},
			{"one of them", model.Scope{SchoolCode: "99001", College: "信息学院", Classes: []string{"计算机1班", "计算机2班"}}, store.QueueFilter{Class: "计算机1班"}, func(i int) bool { return i%5 != 0 && i%3 == 1 }},
			{"not one of them", model.Scope{SchoolCode: "99001", College: "信息学院", Classes: []string{"计算机1班"}}, store.QueueFilter{Class: "计算机2班"}, func(int) bool { return false }},
			{"a class of any college", school, store.QueueFilter{Class: "计算机1班"}, func(i int) bool { return i%3 == 1 }},
			{"a category", school, store.QueueFilter{Category: "70"}, func(i int) bool { return i%10 == 0 }},
			{"a category in a college", school, store.QueueFilter{College: "文学院", Category: "10"}, func(i int) bool { return i%5 == 0 && i%10 != 0 }},
			{"a category everywhere", model.Scope{All: true}, store.QueueFilter{Category: "70"}, func(i int) bool { return i%10 == 0 }},
			{"another cohort", school, store.QueueFilter{Cohort: "2026"}, func(int) bool { return false }},
			{"the cohort", school, store.QueueFilter{Cohort: "2027", Category: "70"}, func(i int) bool { return i%10 == 0 }},
			{"a unit by name", school, store.QueueFilter{Unit: "乙"}, func(i int) bool { return i%7 == 0 }},
			{"a unit by code", school, store.QueueFilter{UnitCode: "12100000466006770Q"}, func(i int) bool { return i%7 == 0 && i%3 == 1 }},
			{"a unit within a college", model.Scope{SchoolCode: "99001", College: "文学院"}, store.QueueFilter{Unit: "乙"}, func(i int) bool { return i%35 == 0 }},
			{"no such unit", school, store.QueueFilter{Unit: "丙"}, func(int) bool { return false }},
			{"by id", school, store.QueueFilter{IDs: ids[3:6]}, func(i int) bool { return i >= 3 && i < 6 }},
			{"by id out of scope", model.Scope{SchoolCode: "99001", College: "文学院"}, store.QueueFilter{IDs: ids[3:6]}, func(i int) bool { return i == 5 }},
			{"by no id", school, store.QueueFilter{IDs: []model.GraduateID{}}, func(int) bool { return false }},
			{"not a code", school, store.QueueFilter{Category: "类"}, func(int) bool { return false }},
			{"broken text", school, store.QueueFilter{College: "\xff"}, func(int) bool { return false }},
		} {
			limit := 4
			if tt.f.IDs != nil {
				limit = 10
			}
			rows, _ := pages(t, s, tt.scope, tt.f, limit)
			var want []model.GraduateID
			for i, id := range ids {
				if tt.want(i) {
					want = append(want, id)
				}
			}
			var got []model.GraduateID
			for _, r := range rows {
				got = append(got, r.ID)
				if r.Destination.Unit != r.Unit || r.Destination.Category != r.Category {
					t.Errorf("%s: the destination is another one's: %+v", tt.name, r)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v, want %v", tt.name, got, want)
			}
		}
	})
}

// TestQueueProofs: the files of the revision shown are counted, and who handed it
// in is known.
func TestQueueProofs(t *testing.T) {
	dir := t.TempDir()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		id := reporting(t, s, 100)
		for _, content := range []string{"一", "二"} {
			if _, err := addProof(t, s, id, content, nil); err != nil {
				t.Fatal(err)
			}
		}
		change(t, s, id, report("甲"))
		other := waiting(t, s, 1)[0]
		rows, _, err := s.Queue(t.Context(), model.Scope{SchoolCode: "99001"}, store.QueueFilter{Step: model.StepCollegeReview}, store.Cursor{}, 10)
		if err != nil || len(rows) != 2 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		for _, r := range rows {
			if mine := r.ID == id; r.ByGraduate != mine || mine && r.Proofs != 2 || r.ID == other && r.Proofs != 0 {
				t.Errorf("%d: by the graduate %v, %d proofs", r.ID, r.ByGraduate, r.Proofs)
			}
		}
	}, storetest.WithDir(dir))
}

// TestQueueWindow: a filter that no index serves looks at a bounded number of
// rows, says where to go on, and leaves nobody out.
func TestQueueWindow(t *testing.T) {
	s := storetest.Open(t)
	n := 2*store.QueueWindow + 5
	waiting(t, s, n)
	rows, read := pages(t, s, model.Scope{SchoolCode: "99001"}, store.QueueFilter{Class: "计算机1班", Cohort: "2026"}, 20)
	if len(rows) != 0 || read != 3 {
		t.Errorf("%d rows on %d pages", len(rows), read)
	}
	rows, _ = pages(t, s, model.Scope{SchoolCode: "99001", College: "文学院"}, store.QueueFilter{Category: "70"}, 20)
	if want := (n + 9) / 10; len(rows) != want {
		t.Errorf("%d rows, want %d", len(rows), want)
	}
}

// explained is one line of MariaDB's EXPLAIN.
type explained struct {
	Table, Type string
	Key         *string
	Rows        int
	Extra       string
}

func explain(t *testing.T, s *store.Store, sql string, args []any) []explained {
	t.Helper()
	var plan []explained
	if err := s.DB().Raw("EXPLAIN "+sql, args...).Scan(&plan).Error; err != nil {
		t.Fatal(err)
	}
	return plan
}

// TestQueueUsesIndexes: on MariaDB every queue is read by its index, a page
// never sorts more than its window, and no table is scanned.
func TestQueueUsesIndexes(t *testing.T) {
	s := storetest.OpenMariaDB(t)
	waiting(t, s, 300)
	after, err := store.ParseCursor("zz.1")
	if err != nil {
		t.Fatal(err)
	}
	school := model.Scope{SchoolCode: "99001"}
	for _, tt := range []struct {
		index string
		scope model.Scope
		f     store.QueueFilter
		sorts bool
	}{
		{index: "graduates_college_queue", scope: model.Scope{SchoolCode: "99001", College: "信息学院"}},
		{index: "graduates_college_queue", scope: school, f: store.QueueFilter{College: "信息学院", Category: "10", Cohort: "2027"}},
		{index: "graduates_school_queue", scope: school},
		{index: "graduates_school_queue", scope: school, f: store.QueueFilter{Class: "计算机1班"}},
		{index: "graduates_category_queue", scope: school, f: store.QueueFilter{Category: "10"}},
		{index: "graduates_cohort_queue", scope: model.Scope{All: true}, f: store.QueueFilter{Cohort: "2027"}},
		{index: "graduates_class", scope: model.Scope{SchoolCode: "99001", College: "信息学院", Classes: []string{"计算机1班"}}, sorts: true},
		{index: "graduates_unit_queue", scope: school, f: store.QueueFilter{Unit: "乙"}, sorts: true},
		{index: "graduates_unit_queue", scope: school, f: store.QueueFilter{UnitCode: "12100000466006770Q"}, sorts: true},
		{index: "PRIMARY", scope: school, f: store.QueueFilter{IDs: []model.GraduateID{1, 2, 3}}, sorts: true},
	} {
		tt.f.Step = model.StepCollegeReview
		for _, at := range []store.Cursor{{}, after} {
			sql, args, err := s.QueueQuery(t.Context(), tt.scope, tt.f, at, 50)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range explain(t, s, sql, args) {
				derived := strings.HasPrefix(line.Table, "<")
				switch {
				case derived: // the window itself, already bounded
				case line.Key == nil:
					t.Errorf("%+v: %s is read by %s without an index", tt.f, line.Table, line.Type)
				case line.Table == "graduates" && (*line.Key != tt.index || line.Type == "index"):
					t.Errorf("%+v: %s, %s, want %s", tt.f, *line.Key, line.Type, tt.index)
				case line.Table == "graduates" && !tt.sorts && strings.Contains(line.Extra, "filesort"):
					t.Errorf("%+v: sorts", tt.f)
				}
			}
		}
	}
}

// TestLookUpsUseIndexes: what stands out on a page is looked up without a scan.
func TestLookUpsUseIndexes(t *testing.T) {
	s := storetest.OpenMariaDB(t)
	waiting(t, s, 300)
	of := []store.GraduateRow{
		{SchoolCode: "99001", CohortCode: "2027", Unit: "乙", UnitCode: "12100000466006770Q"},
		{SchoolCode: "99001", CohortCode: "2027", Unit: "单位1", College: "文学院", Class: "计算机0班"},
	}
	statements := s.Statements(t)
	if _, err := s.UnitUses(t.Context(), of); err != nil {
		t.Fatal(err)
	}
	if _, err := s.SharesOf(t.Context(), of); err != nil {
		t.Fatal(err)
	}
	all := statements()
	if len(all) != 2 {
		t.Fatalf("%d statements", len(all))
	}
	for i, allowed := range [][]string{{"unit_uses_name", "PRIMARY"}, {"destination_counts_class", "PRIMARY"}} {
		for _, line := range explain(t, s, all[i], nil) {
			if strings.HasPrefix(line.Table, "<") {
				continue
			}
			if line.Key == nil || !slices.Contains(allowed, *line.Key) || line.Type == "index" || line.Type == "ALL" {
				t.Errorf("%s by %s: %v", line.Table, line.Type, line.Key)
			}
		}
	}
}

// TestUnitUses: a page's units with all their names and codes, of the right
// school and cohort, by index.
func TestUnitUses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		waiting(t, s, 70)
		of := []store.GraduateRow{
			{SchoolCode: "99001", CohortCode: "2027", Unit: "乙", UnitCode: "12100000466006770Q"},
			{SchoolCode: "99001", CohortCode: "2027", Unit: "单位1"},
			{SchoolCode: "99001", CohortCode: "2027"},
		}
		count := s.CountQueries(t)
		uses, err := s.UnitUses(t.Context(), of)
		if n := count(); err != nil || n != 1 {
			t.Fatalf("%d queries, %v", n, err)
		}
		total := map[string]int{}
		for _, u := range uses {
			total[u.Unit+u.UnitCode] += u.Graduates
		}
		if len(uses) != 4 || total["乙"] != 4 || total["乙12100000466006770Q"] != 3 || total["单位1"] != 1 {
			t.Errorf("%+v", uses)
		}
		if uses, err := s.UnitUses(t.Context(), of[2:]); err != nil || uses != nil {
			t.Errorf("%v, %v", uses, err)
		}
	})
}

func TestShares(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ids := waiting(t, s, 30)
		for _, id := range ids {
			change(t, s, id, decideAny(model.LevelCollege), decideAny(model.LevelSchool))
		}
		count := s.CountQueries(t)
		got, err := s.SharesOf(t.Context(), []store.GraduateRow{{SchoolCode: "99001", CohortCode: "2027", College: "文学院", Class: "计算机0班"}})
		if n := count(); err != nil || n != 1 {
			t.Fatalf("%d queries, %v", n, err)
		}
		place := store.Place{CohortCode: "2027", SchoolCode: "99001"}
		if sh := got.Of(place, "70"); sh != (model.Share{Of: 3, Among: 30}) {
			t.Errorf("school %+v", sh)
		}
		place.College = "文学院"
		if sh := got.Of(place, "70"); sh != (model.Share{Of: 3, Among: 6}) {
			t.Errorf("college %+v", sh)
		}
		place.Class = "计算机0班"
		if sh := got.Of(place, "70"); sh != (model.Share{Of: 1, Among: 2}) {
			t.Errorf("class %+v", sh)
		}
		if sh := got.Of(place, "12"); sh != (model.Share{Among: 2}) {
			t.Errorf("another category %+v", sh)
		}
		if none, err := s.SharesOf(t.Context(), nil); err != nil || none.Of(place, "70") != (model.Share{}) {
			t.Errorf("of nobody: %v", err)
		}
	})
}

func decideAny(l model.Level) rule {
	op := model.Operator{ID: 9, Name: "all", Role: model.RoleAdmin}
	return decide(op, 1, l, model.DecisionApprove)
}

// TestUnitListUsesIndexes: the list of a unit's graduates, by name or code.
func TestUnitListUsesIndexes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		waiting(t, s, 70)
		for _, tt := range []struct {
			f    store.GraduateFilter
			want int
		}{
			{store.GraduateFilter{Unit: "乙"}, 10},
			{store.GraduateFilter{UnitCode: "12100000466006770Q"}, 3},
			{store.GraduateFilter{UnitCode: "12100000466006770Q", Steps: []model.Step{model.StepDone}}, 0},
			{store.GraduateFilter{Unit: "无"}, 0},
			{store.GraduateFilter{UnitCode: "码"}, 0},
		} {
			for _, scope := range []model.Scope{{SchoolCode: "99001"}, {All: true}} {
				rows, _, err := s.Graduates(t.Context(), scope, tt.f, store.Cursor{}, 50)
				if err != nil || len(rows) != tt.want {
					t.Errorf("%+v of %+v: %d rows, %v", tt.f, scope, len(rows), err)
				}
			}
			if s.Dialect() != "mysql" || tt.want == 0 {
				continue
			}
			sql, args, err := s.ListQuery(t.Context(), model.Scope{SchoolCode: "99001"}, tt.f, store.Cursor{}, 50)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range explain(t, s, sql, args) {
				if line.Key == nil || line.Type == "index" || line.Table == "graduates" && *line.Key != "graduates_unit_queue" {
					t.Errorf("%+v: %+v", tt.f, line)
				}
			}
		}
	})
}
