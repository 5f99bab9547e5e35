package store

import (
	"context"
)

// Colleges lists the colleges of a school in a cohort that have graduates, by
// name.
//
// Primary key of area_counts, the part of one cohort and school: one line for
// each college and step.
func (s *Store) Colleges(ctx context.Context, cohort, school string) ([]string, error) {
	if !isCode(cohort) || !isCode(school) {
		return nil, nil
	}
	var names []string
	err := s.read(ctx).Table("area_counts").
		Where("cohort_code = ? AND level = ? AND subject = ? AND school_code = ?", cohort, levelCollege, subjectStep, school).
		Where("graduates > 0 AND college <> ''").
		Distinct("college").Order("college").Pluck("college", &names).Error
	return names, wrap("colleges", err)
}
