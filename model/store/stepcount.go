package store

import (
	"context"

	"quxiang/model"
)

// StepCounts returns how many graduates within a scope stand at each step, in
// one cohort or, with "", in all. An empty scope counts nobody.
//
// Primary key or index step_counts_school of the rollup: one row for each class
// and step, some 3,000 for a big school, 300,000 for a million graduates.
func (s *Store) StepCounts(ctx context.Context, scope model.Scope, cohort string) (map[model.Step]int, error) {
	counts := map[model.Step]int{}
	if scope.Empty() || !isCode(cohort) {
		return counts, nil
	}
	q := s.read(ctx).Table("step_counts").Select("step, SUM(graduates) AS graduates").Group("step")
	if cohort != "" {
		q = q.Where("cohort_code = ?", cohort)
	}
	if !scope.All {
		q = q.Where("school_code = ?", scope.SchoolCode)
		if scope.College != "" {
			q = q.Where("college = ?", scope.College)
		}
		if len(scope.Classes) > 0 {
			q = q.Where("class IN ?", scope.Classes)
		}
	}
	var rows []struct {
		Step      string
		Graduates int
	}
	if err := q.Find(&rows).Error; err != nil {
		return nil, wrap("step counts", err)
	}
	for _, r := range rows {
		if r.Graduates != 0 {
			counts[model.Step(r.Step)] = r.Graduates
		}
	}
	return counts, nil
}
