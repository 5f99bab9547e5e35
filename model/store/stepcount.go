package store

import (
	"context"

	"quxiang/model"
)

// StepCounts returns how many graduates within a scope stand at each step, in
// one cohort or, with "", in all. An empty scope counts nobody.
//
// Primary key of area_counts: one line for each cohort, school and step,
// whatever the number of graduates. Only a counsellor's classes are counted
// from step_counts, by step_counts_school: one line for each class and step.
func (s *Store) StepCounts(ctx context.Context, scope model.Scope, cohort string) (map[model.Step]int, error) {
	counts := map[model.Step]int{}
	if scope.Empty() || !isCode(cohort) {
		return counts, nil
	}
	table, c := "area_counts", conditions{}
	if len(scope.Classes) > 0 {
		table = "step_counts"
		c.equal("cohort_code", cohort)
		c.add("school_code = ? AND college = ? AND class IN ?", scope.SchoolCode, scope.College, scope.Classes)
	} else {
		cohorts, err := s.cohortCodes(ctx, cohort)
		if err != nil || len(cohorts) == 0 {
			return counts, err
		}
		c.add("cohort_code IN ? AND level = ? AND subject = ?", cohorts, levelOf(scope.College), subjectStep)
		c.equal("school_code", scope.SchoolCode)
		c.equal("college", scope.College)
	}
	step := "value"
	if table == "step_counts" {
		step = "step"
	}
	var rows []struct {
		Step      string
		Graduates int
	}
	sql := "SELECT " + step + " AS step, SUM(graduates) AS graduates FROM " + table + " WHERE " + c.where() + " GROUP BY " + step
	if err := s.read(ctx).Raw(sql, c.args...).Scan(&rows).Error; err != nil {
		return nil, wrap("step counts", err)
	}
	for _, r := range rows {
		if r.Graduates != 0 {
			counts[model.Step(r.Step)] = r.Graduates
		}
	}
	return counts, nil
}

// cohortCodes are the cohorts of a list that names one or, with "", none: an
// index that begins with the cohort is then a range for each.
func (s *Store) cohortCodes(ctx context.Context, cohort string) ([]string, error) {
	if cohort != "" {
		return []string{cohort}, nil
	}
	cohorts, err := s.Cohorts(ctx)
	if err != nil {
		return nil, err
	}
	codes := make([]string, len(cohorts))
	for i, c := range cohorts {
		codes[i] = c.Code
	}
	return codes, nil
}

// levelOf is the level of area_counts that knows a college, or else a school.
func levelOf(college string) string {
	if college != "" {
		return levelCollege
	}
	return levelSchool
}
