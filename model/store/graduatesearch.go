package store

import (
	"cmp"
	"context"
	"strings"

	"quxiang/model"
)

// searchDepth is how many people whose names begin alike a search looks
// through for those that the rest of the filter leaves: it bounds a search
// whatever the size.
const searchDepth = 2000

// search finds a whole 考生号, or people by the beginning of their name in the
// order of names. next only says that there are more, or may be: a name has no
// place in an address, so that a search has one page.
//
// A 考生号 is a range of graduates_exam_number, a name one of graduates_name,
// graduates_school_name or graduates_college_name, whichever begins with what
// is known of the place; it is read in its order. Without further conditions a
// page costs limit rows, with them searchDepth rows at most.
func (s *Store) search(ctx context.Context, scope model.Scope, f GraduateFilter, limit int) (found []graduateRow, next Cursor, err error) {
	q := s.newSearch(scope, f)
	sql, args := q.page(limit + 1)
	if err := s.read(ctx).Raw(sql, args...).Scan(&found).Error; err != nil {
		return nil, Cursor{}, wrap("search", err)
	}
	switch {
	case len(found) > limit:
		return found[:limit], Cursor{id: found[limit-1].ID}, nil
	case !q.bounded():
		return found, Cursor{}, nil
	}
	// Fewer than a page: were all looked at?
	sql, args = q.depth()
	var depth int
	if err := s.read(ctx).Raw(sql, args...).Scan(&depth).Error; err != nil {
		return nil, Cursor{}, wrap("search", err)
	}
	if depth >= searchDepth {
		next = Cursor{id: 1}
	}
	return found, next, nil
}

// searching is a search: what its index gives, and the rest.
type searching struct {
	from  string // table and index
	order string
	by    conditions
	rest  conditions
}

func (s *Store) newSearch(scope model.Scope, f GraduateFilter) searching {
	school, college := cmp.Or(scope.SchoolCode, f.School), cmp.Or(scope.College, f.College)
	var q searching
	var index string
	given := map[string]string{} // what the index begins with
	switch {
	case f.exam():
		index, q.order = "graduates_exam_number", "exam_number, school_code, cohort_code"
		q.by.add("exam_number = ?", f.Query)
	case school != "" && college != "":
		index, q.order = "graduates_college_name", "name, id"
		given = map[string]string{"school_code": school, "college": college}
		q.by.add("school_code = ? AND college = ?", school, named(college))
	case school != "":
		index, q.order = "graduates_school_name", "name, id"
		given = map[string]string{"school_code": school}
		q.by.add("school_code = ?", school)
	default:
		index, q.order = "graduates_name", "name, school_code, id"
	}
	if !f.exam() {
		// A range rather than LIKE: no wildcard to escape, and SQLite uses its index.
		q.by.add("name >= ? AND name < ?", f.Query, f.Query+"\U0010FFFF")
	}
	q.from = "graduates" + s.dialect.useIndex(index)
	for _, place := range [][2]string{
		{"school_code", scope.SchoolCode},
		{"college", scope.College},
		{"school_code", f.School},
		{"college", f.College},
		{"cohort_code", f.Cohort},
		{"class", f.Class},
	} {
		if given[place[0]] != place[1] {
			q.rest.equal(place[0], place[1])
		}
	}
	if len(scope.Classes) > 0 {
		q.rest.add("class IN ?", scope.Classes)
	}
	if len(f.Steps) > 0 {
		q.rest.add("step IN ?", f.Steps)
	}
	q.rest.settled(f)
	return q
}

// exam reports whether the search is for a 考生号.
func (f GraduateFilter) exam() bool {
	return strings.ContainsAny(f.Query, "0123456789") && isCode(f.Query)
}

// bounded reports whether the search may end at searchDepth.
func (q searching) bounded() bool { return len(q.rest.sql) > 0 }

func (q searching) page(limit int) (string, []any) {
	within := " FROM " + q.from + " WHERE " + q.by.where() + " ORDER BY " + q.order + " LIMIT ?"
	if !q.bounded() {
		return "SELECT " + listFields + within, append(q.by.args, limit)
	}
	args := append(append(append([]any{}, q.by.args...), searchDepth), q.rest.args...)
	return "SELECT " + listFields + " FROM (SELECT " + listFields + within + ") AS q WHERE " + q.rest.where() +
		" ORDER BY " + q.order + " LIMIT ?", append(args, limit)
}

func (q searching) depth() (string, []any) {
	return "SELECT COUNT(*) FROM (SELECT id FROM " + q.from + " WHERE " + q.by.where() + " LIMIT ?) AS q", append(append([]any{}, q.by.args...), searchDepth)
}
