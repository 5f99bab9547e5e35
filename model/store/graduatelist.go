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
}

// GraduateFilter narrows a list. Empty fields do not.
type GraduateFilter struct {
	Cohort, School, College, Class string
	Steps                          []model.Step
	Query                          string // the beginning of a name, or a whole 考生号
	Unit, UnitCode                 string // of the latest revision, whole; by either, all who are or were to go there
}

// Graduates lists graduates within a scope, those who have waited longest
// first, limit at a time. An empty scope returns nothing without a query.
//
// Each step asked for is one range of graduates_college_queue,
// graduates_school_queue or graduates_cohort_queue, read in its order up to the
// limit: a page costs steps × limit rows at any size. A name is looked up by
// graduates_name, a 考生号 by graduates_exam_number, a unit by
// graduates_unit_queue.
func (s *Store) Graduates(ctx context.Context, scope model.Scope, f GraduateFilter, after Cursor, limit int) (rows []GraduateRow, next Cursor, err error) {
	if scope.Empty() || limit <= 0 {
		return nil, Cursor{}, nil
	}
	sql, args, err := s.listQuery(ctx, scope, f, after, limit+1)
	if err != nil || sql == "" {
		return nil, Cursor{}, err
	}
	var found []graduateRow
	if err := s.read(ctx).Raw(sql, args...).Scan(&found).Error; err != nil {
		return nil, Cursor{}, wrap("graduates", err)
	}
	if len(found) > limit {
		found = found[:limit]
		next = Cursor{since: found[limit-1].StepSince, id: found[limit-1].ID}
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
		Revision: r.Revisions, CohortCode: r.CohortCode, SchoolCode: r.SchoolCode,
	}
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
		c.add(column+" = ?", value)
	}
}

func (c conditions) with(sql string, args ...any) conditions {
	c.sql, c.args = slices.Clone(c.sql), slices.Clone(c.args)
	c.add(sql, args...)
	return c
}

const listColumns = "SELECT id, name, college, class, major, exam_number, step, step_since, step_reason, category, unit, unit_code, revisions, cohort_code, school_code FROM graduates"

// listQuery is "" when nothing can match.
func (s *Store) listQuery(ctx context.Context, scope model.Scope, f GraduateFilter, after Cursor, limit int) (string, []any, error) {
	f.Query = strings.TrimSpace(f.Query)
	if !f.comparable() {
		return "", nil, nil
	}
	c := f.conditions(scope)
	if !after.IsZero() {
		sql, args := s.dialect.pageAfter(after.since, after.id)
		c.add(sql, args...)
	}
	if f.Query != "" {
		sql, args := s.searchQuery(c, f, limit)
		return sql, args, nil
	}
	if f.Unit != "" || f.UnitCode != "" {
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
	sql, args := union(listColumns+s.dialect.useIndex(index)+" WHERE ", branches, limit)
	return sql, args, nil
}

// comparable reports whether the databases can compare what was asked for: a
// filter comes from an address that anybody can type.
func (f GraduateFilter) comparable() bool {
	return isCode(f.Cohort) && isCode(f.School) && isCode(f.UnitCode) && utf8.ValidString(f.College+f.Class+f.Query+f.Unit) &&
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

// searchQuery looks for a 考生号 or the beginning of a name.
func (s *Store) searchQuery(c conditions, f GraduateFilter, limit int) (string, []any) {
	index := "graduates_name"
	if strings.ContainsAny(f.Query, "0123456789") && isCode(f.Query) {
		index = "graduates_exam_number"
		c.add("exam_number = ?", f.Query)
	} else {
		// A range rather than LIKE: no wildcard to escape, and SQLite uses its
		// index.
		c.add("name >= ? AND name < ?", f.Query, f.Query+"\U0010FFFF")
	}
	if len(f.Steps) > 0 {
		c.add("step IN ?", f.Steps)
	}
	return listColumns + s.dialect.useIndex(index) + " WHERE " + strings.Join(c.sql, " AND ") + " ORDER BY step_since, id LIMIT ?", append(c.args, limit)
}

// unitQuery lists the graduates of a unit.
func (s *Store) unitQuery(c conditions, f GraduateFilter, limit int) (string, []any) {
	if len(f.Steps) > 0 {
		c.add("step IN ?", f.Steps)
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
func union(head string, branches []conditions, limit int) (string, []any) {
	var parts []string
	var args []any
	for _, b := range branches {
		parts = append(parts, head+strings.Join(b.sql, " AND ")+" ORDER BY step_since, id LIMIT ?")
		args = append(append(args, b.args...), limit)
	}
	switch len(parts) {
	case 0:
		return "", nil
	case 1:
		return parts[0], args
	}
	return "SELECT * FROM (" + strings.Join(parts, ") AS q UNION ALL SELECT * FROM (") + ") AS q ORDER BY step_since, id LIMIT ?", append(args, limit)
}
