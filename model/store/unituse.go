package store

import (
	"context"
	"slices"

	"quxiang/model"
)

// UnitUses returns, for the units of the given rows, how many graduates of the
// same school and cohort have one of those codes or names, for as many rows as a
// page has. A use may belong to another row's school: the caller picks.
//
// One query: the primary key for codes, unit_uses_name for names, some lines a
// unit whatever the size.
func (s *Store) UnitUses(ctx context.Context, of []GraduateRow) ([]model.UnitUse, error) {
	var schools, cohorts, codes, names []string
	for _, r := range of {
		if r.Unit == "" {
			continue
		}
		schools, cohorts, names = append(schools, r.SchoolCode), append(cohorts, r.CohortCode), append(names, r.Unit)
		if r.UnitCode != "" {
			codes = append(codes, r.UnitCode)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	schools, cohorts = distinct(schools), distinct(cohorts)
	sql := unitUsesBy(s.dialect, "unit_uses_name", "unit")
	args := []any{schools, cohorts, distinct(names)}
	if len(codes) > 0 {
		sql += " UNION " + unitUsesBy(s.dialect, "", "unit_code")
		args = append(args, schools, cohorts, distinct(codes))
	}
	var uses []model.UnitUse
	if err := s.read(ctx).Raw(sql, args...).Scan(&uses).Error; err != nil {
		return nil, wrap("unit uses", err)
	}
	return uses, nil
}

// unitUsesBy leaves the primary key to the optimizer: SQLite has no name for it.
func unitUsesBy(d dialect, index, column string) string {
	if index != "" {
		index = d.useIndex(index)
	}
	return "SELECT school_code, cohort_code, unit_code, unit, graduates FROM unit_uses" + index +
		" WHERE school_code IN ? AND cohort_code IN ? AND " + column + " IN ? AND graduates > 0"
}

func distinct(values []string) []string {
	slices.Sort(values)
	return slices.Compact(values)
}
