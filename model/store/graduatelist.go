package store

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"quxiang/model"
)

// GraduateRow is a graduate in a list.
type GraduateRow struct {
	ID         model.GraduateID
	Name       string
	College    string
	Class      string
	Major      string
	ExamNumber string
	Step       model.Step
	StepSince  time.Time
	Category   string // of the latest revision; "" when there is none
	Unit       string
	UnitCode   string
	Revision   int // number of the latest revision, 0 for none
	CohortCode string
	SchoolCode string
	Settled    string // category that the numbers count; "" when none is approved
}

// Blank in a filter's College, Major or Class stands for graduates of whom the
// roster says none.
const Blank = "-"

// named is what a filter's text is in the database.
func named(text string) string {
	if text == Blank {
		return ""
	}
	return text
}

// GraduateFilter narrows a list. Empty fields do not.
type GraduateFilter struct {
	Cohort, School, College, Major, Class string
	Steps                                 []model.Step
	Settled                               []string // categories that the numbers count; "" for none
	Query                                 string   // the beginning of a name, or a whole 考生号
	Unit, UnitCode                        string   // of the latest revision, whole; by either, all who are or were to go there
}

// Graduates lists graduates within a scope, those who have waited longest
// first, limit at a time. An empty scope returns nothing without a query.
//
// Each step asked for is one range of graduates_college_queue,
// graduates_school_queue or graduates_cohort_queue, read in its order up to the
// limit: a page costs steps × limit rows at any size. A unit is looked up by
// graduates_unit_queue. A search comes in the order of names (see search), the
// list behind a number in that of categories (see settledQuery).
func (s *Store) Graduates(ctx context.Context, scope model.Scope, f GraduateFilter, after Cursor, limit int) (rows []GraduateRow, next Cursor, err error) {
	if scope.Empty() || limit <= 0 {
		return nil, Cursor{}, nil
	}
	f.Query = strings.TrimSpace(f.Query)
	if !f.comparable() {
		return nil, Cursor{}, nil
	}
	var found []graduateRow
	if f.Query != "" {
		found, next, err = s.search(ctx, scope, f, limit)
	} else {
		found, next, err = s.listPage(ctx, scope, f, after, limit)
	}
	if err != nil {
		return nil, Cursor{}, err
	}
	rows = make([]GraduateRow, len(found))
	for i, r := range found {
		rows[i] = r.listed()
	}
	return rows, next, nil
}

func (r *graduateRow) listed() GraduateRow {
	return GraduateRow{
		ID: model.GraduateID(r.ID), Name: r.Name, College: r.College, Class: r.Class, Major: r.Major, ExamNumber: r.ExamNumber,
		Step: model.Step(r.Step), StepSince: fromMillis(r.StepSince), Category: r.Category, Unit: r.Unit, UnitCode: r.UnitCode,
		Revision: r.Revisions, CohortCode: r.CohortCode, SchoolCode: r.SchoolCode, Settled: r.Settled,
	}
}

// listPage is one page of a list that is no search.
func (s *Store) listPage(ctx context.Context, scope model.Scope, f GraduateFilter, after Cursor, limit int) (found []graduateRow, next Cursor, err error) {
	sql, args, err := s.listQuery(ctx, scope, f, after, limit+1)
	if err != nil || sql == "" {
		return nil, Cursor{}, err
	}
	if err := s.read(ctx).Raw(sql, args...).Scan(&found).Error; err != nil {
		return nil, Cursor{}, wrap("graduates", err)
	}
	if len(found) <= limit {
		return found, Cursor{}, nil
	}
	found = found[:limit]
	last := found[limit-1]
	if f.bySettled() {
		return found, Cursor{id: last.ID, settled: last.Settled}, nil
	}
	return found, Cursor{since: last.StepSince, id: last.ID}, nil
}

// conditions collects the parts of a WHERE and their arguments.
type conditions struct {
	sql  []string
	args []any
}

func (c *conditions) add(sql string, args ...any) {
	c.sql = append(c.sql, sql)
	c.args = append(c.args, args...)
}

func (c *conditions) equal(column, value string) {
	if value != "" {
		c.add(column+" = ?", named(value))
	}
}

func (c conditions) with(sql string, args ...any) conditions {
	c.sql, c.args = slices.Clone(c.sql), slices.Clone(c.args)
	c.add(sql, args...)
	return c
}

// where joins them.
func (c conditions) where() string { return strings.Join(c.sql, " AND ") }

const (
	listFields  = "id, name, college, class, major, exam_number, step, step_since, step_reason, category, unit, unit_code, revisions, cohort_code, school_code, settled"
	listColumns = "SELECT " + listFields + " FROM graduates"
)

// listQuery is "" when nothing can match.
func (s *Store) listQuery(ctx context.Context, scope model.Scope, f GraduateFilter, after Cursor, limit int) (string, []any, error) {
	if f.bySettled() {
		return s.settledQuery(ctx, scope, f, after, limit)
	}
	c := f.conditions(scope)
	if !after.IsZero() {
		sql, args := s.dialect.pageAfter(after.since, after.id)
		c.add(sql, args...)
	}
	if f.Unit != "" || f.UnitCode != "" {
		c.settled(f)
		sql, args := s.unitQuery(c, f, limit)
		return sql, args, nil
	}
	steps := model.Steps()
	if len(f.Steps) > 0 {
		steps = slices.Compact(slices.Sorted(slices.Values(f.Steps)))
	}
	branches := make([]conditions, 0, len(steps))
	for _, step := range steps {
		branches = append(branches, c.with("step = ?", string(step)))
	}
	index := "graduates_cohort_queue"
	switch knownSchool := scope.SchoolCode != "" || f.School != ""; {
	case knownSchool && (scope.College != "" || f.College != ""):
		index = "graduates_college_queue"
	case knownSchool:
		index = "graduates_school_queue"
	case f.Cohort == "":
		// No index begins with the step alone: each cohort is a range.
		cohorts, err := s.Cohorts(ctx)
		if err != nil {
			return "", nil, err
		}
		byStep := branches
		branches = nil
		for _, cohort := range cohorts {
			for _, b := range byStep {
				branches = append(branches, b.with("cohort_code = ?", cohort.Code))
			}
		}
	}
	sql, args := union(listColumns+s.dialect.useIndex(index)+" WHERE ", branches, "step_since, id", limit)
	return sql, args, nil
}

// comparable reports whether the databases can compare what was asked for: a
// filter comes from an address that anybody can type.
func (f GraduateFilter) comparable() bool {
	return isCode(f.Cohort) && isCode(f.School) && isCode(f.UnitCode) && utf8.ValidString(f.College+f.Major+f.Class+f.Query+f.Unit) &&
		!slices.ContainsFunc(f.Settled, func(code string) bool { return !isCode(code) }) &&
		!slices.ContainsFunc(f.Steps, func(st model.Step) bool { return !isCode(string(st)) })
}

// conditions are those of the scope, and within it those of the filter.
func (f GraduateFilter) conditions(scope model.Scope) (c conditions) {
	if !scope.All {
		c.add("school_code = ?", scope.SchoolCode)
		c.equal("college", scope.College)
		if len(scope.Classes) > 0 {
			c.add("class IN ?", scope.Classes)
		}
	}
	c.equal("cohort_code", f.Cohort)
	c.equal("school_code", f.School)
	c.equal("college", f.College)
	c.equal("class", f.Class)
	return c
}

// unitQuery lists the graduates of a unit.
func (s *Store) unitQuery(c conditions, f GraduateFilter, limit int) (string, []any) {
	if len(f.Steps) > 0 {
		c.add("step IN ?", f.Steps)
	}
	if len(c.sql) == 0 { // all schools and nothing else
		c.add("revisions > 0") // as of everybody who has a unit
	}
	head, args := s.dialect.ofUnit(f.Unit, f.UnitCode)
	return head + strings.Join(c.sql, " AND ") + " ORDER BY step_since, id LIMIT ?", slices.Concat(args, c.args, []any{limit})
}

// ofUnit selects graduates by the name or code of their unit. The rollup knows
// under which names a code goes and under which codes a name: with them
// graduates_unit_queue is asked for each.
func (d dialect) ofUnit(unit, code string) (string, []any) {
	uses := conditions{}
	uses.add("graduates > 0")
	uses.equal("unit", unit)
	uses.equal("unit_code", code)
	list, _ := strings.CutSuffix(listColumns, "graduates")
	return list + "(SELECT school_code AS uses_school, cohort_code AS uses_cohort, unit_code AS uses_code, unit AS uses_unit FROM unit_uses WHERE " +
		strings.Join(uses.sql, " AND ") + ") AS uses " + d.joinInOrder() + " graduates" + d.useIndex("graduates_unit_queue") +
		" ON school_code = uses_school AND cohort_code = uses_cohort AND unit_code = uses_code AND unit = uses_unit WHERE ", uses.args
}

// union merges ordered ranges into one ordered page.
func union(head string, branches []conditions, order string, limit int) (string, []any) {
	var parts []string
	var args []any
	for _, b := range branches {
		parts = append(parts, head+strings.Join(b.sql, " AND ")+" ORDER BY "+order+" LIMIT ?")
		args = append(append(args, b.args...), limit)
	}
	switch len(parts) {
	case 0:
		return "", nil
	case 1:
		return parts[0], args
	}
	return "SELECT * FROM (" + strings.Join(parts, ") AS q UNION ALL SELECT * FROM (") + ") AS q ORDER BY " + order + " LIMIT ?", append(args, limit)
}
