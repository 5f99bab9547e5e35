package store

import (
	"context"
	"unicode/utf8"

	"quxiang/model"
)

// NumberArea is what numbers are asked about, within a scope. Empty fields
// narrow nothing; College may be Blank.
type NumberArea struct{ Cohort, School, College string }

// Split is by what numbers are told apart besides what graduates are settled as.
type Split string

// The splits.
const (
	SplitNone    Split = ""
	SplitSchool  Split = "school"
	SplitCollege Split = "college" // within a school
	SplitMajor   Split = "major"   // within a college
	SplitClass   Split = "class"   // within a college
)

// SettledCount is how many graduates of one part are settled as a category; ""
// for those without an approved destination.
type SettledCount struct {
	School, College, Major, Class string // those that the split tells apart
	Settled                       string
	Graduates                     int
}

// within puts an area into a scope; ok is false where they have nothing in
// common or the area cannot be compared.
func (a NumberArea) within(scope model.Scope) (NumberArea, bool) {
	if scope.Empty() || a.Cohort == "" || !isCode(a.Cohort) || !isCode(a.School) || !utf8.ValidString(a.College) {
		return a, false
	}
	if !scope.All {
		if a.School != "" && a.School != scope.SchoolCode || scope.College != "" && a.College != "" && a.College != scope.College {
			return a, false
		}
		a.School = scope.SchoolCode
		if scope.College != "" {
			a.College = scope.College
		}
	}
	return a, a.School != "" || a.College == ""
}

// SettledCounts counts the graduates of an area by what they are settled as,
// apart by a split. Lines come in the order of their names, never of their
// numbers. An area outside the scope, and a split that does not fit the area, count
// nobody.
//
// Primary key of area_counts, one line for each school or college and category;
// classes and majors by the primary key or destination_counts_class, one line
// for each class and category of the one college.
func (s *Store) SettledCounts(ctx context.Context, scope model.Scope, area NumberArea, by Split) ([]SettledCount, error) {
	a, ok := area.within(scope)
	if !ok {
		return nil, nil
	}
	sql, args := settledQuery(scope, a, by)
	if sql == "" {
		return nil, nil
	}
	var rows []SettledCount
	if err := s.read(ctx).Raw(sql, args...).Scan(&rows).Error; err != nil {
		return nil, wrap("settled counts", err)
	}
	return rows, nil
}

// settledQuery is "" where the split is too fine for the area, or too coarse.
func settledQuery(scope model.Scope, a NumberArea, by Split) (string, []any) {
	var c conditions
	if by == SplitMajor || by == SplitClass || len(scope.Classes) > 0 {
		if a.College == "" {
			return "", nil
		}
		c.add("cohort_code = ? AND school_code = ? AND college = ?", a.Cohort, a.School, named(a.College))
		if len(scope.Classes) > 0 {
			c.add("class IN ?", scope.Classes)
		}
		columns := map[Split]string{SplitNone: "", SplitMajor: "major, ", SplitClass: "major, class, "}
		keys, ok := columns[by]
		if !ok {
			return "", nil
		}
		return sumBy("destination_counts", keys+"settled", keys+"settled", c)
	}
	switch {
	case by == SplitSchool && a.College != "":
		return "", nil
	case by == SplitSchool:
		c.add("cohort_code = ? AND level = ? AND subject = ?", a.Cohort, levelSchool, subjectSettled)
		c.equal("school_code", a.School)
		return sumBy("area_counts", "school_code AS school, value AS settled", "school_code, value", c)
	case by == SplitCollege && a.School == "":
		return "", nil
	}
	level := levelOf(a.College)
	if by == SplitCollege {
		level = levelCollege
	}
	c.add("cohort_code = ? AND level = ? AND subject = ?", a.Cohort, level, subjectSettled)
	c.equal("school_code", a.School)
	c.equal("college", a.College)
	if by == SplitCollege {
		return sumBy("area_counts", "college, value AS settled", "college, value", c)
	}
	return sumBy("area_counts", "value AS settled", "value", c)
}

func sumBy(table, columns, keys string, c conditions) (string, []any) {
	return "SELECT " + columns + ", SUM(graduates) AS graduates FROM " + table + " WHERE " + c.where() +
		" GROUP BY " + keys + " HAVING SUM(graduates) <> 0 ORDER BY " + keys, c.args
}

// SettledDay is how many more or fewer graduates were settled as a category on
// a day than on the day before.
type SettledDay struct {
	Day       model.Date
	Settled   string
	Graduates int
}

// SettledDays returns the changes of an area day by day, the oldest first: their
// running sum is the state at the end of each day. Days are kept for schools and
// colleges: a scope of classes, and all schools together, have none.
//
// Primary key of area_counts or destination_days: one line for each category
// and day on which something changed.
func (s *Store) SettledDays(ctx context.Context, scope model.Scope, area NumberArea) ([]SettledDay, error) {
	a, ok := area.within(scope)
	if !ok || a.School == "" || len(scope.Classes) > 0 {
		return nil, nil
	}
	sql, args := daysQuery(a)
	var rows []SettledDay
	if err := s.read(ctx).Raw(sql, args...).Scan(&rows).Error; err != nil {
		return nil, wrap("settled days", err)
	}
	return rows, nil
}

func daysQuery(a NumberArea) (string, []any) {
	if a.College != "" {
		return "SELECT day, settled, graduates FROM destination_days WHERE cohort_code = ? AND school_code = ? AND college = ? AND graduates <> 0 ORDER BY day, settled",
			[]any{a.Cohort, a.School, named(a.College)}
	}
	return "SELECT day, value AS settled, graduates FROM area_counts WHERE cohort_code = ? AND level = ? AND subject = ? AND school_code = ? AND graduates <> 0 ORDER BY day, value",
		[]any{a.Cohort, levelSchool, subjectDay, a.School}
}
