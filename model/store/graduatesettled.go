package store

import (
	"context"

	"quxiang/model"
)

// bySettled reports whether the list is one of those behind the numbers: of a
// cohort's graduates by what they are settled as, rather than of those who wait
// at steps.
func (f GraduateFilter) bySettled() bool {
	return f.Unit == "" && f.UnitCode == "" && (len(f.Settled) > 0 || f.Major != "" || f.Cohort != "" && len(f.Steps) == 0)
}

// Waiting reports whether those who have waited longest come first in the list.
func (f GraduateFilter) Waiting() bool { return f.Query == "" && !f.bySettled() }

// settled adds the conditions on category and major.
func (c *conditions) settled(f GraduateFilter) {
	if len(f.Settled) > 0 {
		c.add("settled IN ?", f.Settled)
	}
	c.equal("major", f.Major)
}

// settledQuery lists by category and id. Each cohort and category is one range
// of graduates_college_settled, graduates_settled or graduates_cohort_settled,
// read in its order up to the limit. Classes are ranges of graduates_class,
// which are sorted: some dozens of rows each. A major is looked for within its
// college's rows.
func (s *Store) settledQuery(ctx context.Context, scope model.Scope, f GraduateFilter, after Cursor, limit int) (string, []any, error) {
	cohorts, err := s.cohortCodes(ctx, f.Cohort)
	if err != nil {
		return "", nil, err
	}
	c := f.conditions(scope)
	c.equal("major", f.Major)
	if len(f.Steps) > 0 {
		c.add("step IN ?", f.Steps)
	}
	if !after.IsZero() {
		sql, args := s.dialect.settledAfter(after.settled, after.id)
		c.add(sql, args...)
	}
	knownSchool := scope.SchoolCode != "" || f.School != ""
	knownCollege := knownSchool && (scope.College != "" || f.College != "")
	if knownCollege && (f.Class != "" || len(scope.Classes) > 0) {
		if f.Cohort == "" {
			c.add("cohort_code IN ?", cohorts)
		}
		c.settled(GraduateFilter{Settled: f.Settled})
		return listColumns + s.dialect.useIndex("graduates_class") + " WHERE " + c.where() + " ORDER BY settled, id LIMIT ?",
			append(c.args, limit), nil
	}
	index := "graduates_cohort_settled"
	switch {
	case knownCollege:
		index = "graduates_college_settled"
	case knownSchool:
		index = "graduates_settled"
	}
	var branches []conditions
	for _, cohort := range cohorts {
		b := c
		if f.Cohort == "" {
			b = c.with("cohort_code = ?", cohort)
		}
		if len(f.Settled) == 0 {
			branches = append(branches, b)
		}
		for _, settled := range f.Settled {
			branches = append(branches, b.with("settled = ?", settled))
		}
	}
	sql, args := union(listColumns+s.dialect.useIndex(index)+" WHERE ", branches, "settled, id", limit)
	return sql, args, nil
}
