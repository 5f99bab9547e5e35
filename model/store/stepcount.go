package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"

	"quxiang/model"
)

// stepKey is one line of the rollup: how many graduates of a class stand at a
// step. It is kept by the transactions that move them, so that counting never
// reads the roster.
type stepKey struct{ cohort, school, college, class, step string }

func (r *graduateRow) stepKey() stepKey {
	return stepKey{r.CohortCode, r.SchoolCode, r.College, r.Class, r.Step}
}

func (k stepKey) compare(o stepKey) int {
	return cmp.Or(strings.Compare(k.cohort, o.cohort), strings.Compare(k.school, o.school), strings.Compare(k.college, o.college),
		strings.Compare(k.class, o.class), strings.Compare(k.step, o.step))
}

// addStepCounts adds to the rollup. Lines are written in one order everywhere,
// and last in their transaction, so that writers of one class neither deadlock
// nor wait long.
func (s *Store) addStepCounts(tx *gorm.DB, deltas map[stepKey]int) error {
	keys := make([]stepKey, 0, len(deltas))
	for k, n := range deltas {
		if n != 0 {
			keys = append(keys, k)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	slices.SortFunc(keys, stepKey.compare)
	args := make([]any, 0, 6*len(keys))
	for _, k := range keys {
		args = append(args, k.cohort, k.school, k.college, k.class, k.step, deltas[k])
	}
	values := strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?, ?), ", len(keys)), ", ")
	return tx.Exec("INSERT INTO step_counts (cohort_code, school_code, college, class, step, graduates) VALUES "+values+s.dialect.onDuplicateAdd("step_counts", "graduates",
		"cohort_code", "school_code", "college", "class", "step"), args...).Error
}

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
