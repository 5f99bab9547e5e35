package store

import (
	"context"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"quxiang/model"
)

type cohortRow struct {
	Code       string `gorm:"primaryKey"`
	ReportFrom string
	Deadline   string
	Windows    []model.Window `gorm:"serializer:json"`
	LeaveDate  string
	CodeTable  string
}

func (cohortRow) TableName() string { return "cohorts" }

// SaveCohort adds a cohort or replaces the one with its code.
func (s *Store) SaveCohort(ctx context.Context, c model.Cohort) error {
	row := cohortRow{
		Code: c.Code, ReportFrom: string(c.ReportFrom), Deadline: string(c.Deadline), Windows: append([]model.Window{}, c.Windows...), // never NULL
		LeaveDate: string(c.LeaveDate), CodeTable: c.CodeTable,
	}
	defer s.cohorts.forget()
	return s.tx(ctx, "save cohort", func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	})
}

// Cohort returns a cohort by its code; CodeNotFound when there is none.
func (s *Store) Cohort(ctx context.Context, code string) (model.Cohort, error) {
	c, ok, err := s.cohorts.get(ctx, code)
	if err == nil && !ok {
		err = model.Errorf(model.CodeNotFound, "没有找到“%s”届。", code)
	}
	return c, err
}

// Cohorts returns all cohorts by code, the oldest first.
func (s *Store) Cohorts(ctx context.Context) ([]model.Cohort, error) {
	list, _, err := s.cohorts.all(ctx)
	return slices.Clone(list), err
}

func (s *Store) loadCohorts(ctx context.Context) ([]model.Cohort, map[string]model.Cohort, error) {
	var rows []cohortRow
	if err := s.read(ctx).Order("code").Find(&rows).Error; err != nil {
		return nil, nil, wrap("cohorts", err)
	}
	list, byCode := make([]model.Cohort, len(rows)), make(map[string]model.Cohort, len(rows))
	for i, r := range rows {
		list[i] = model.Cohort{
			Code: r.Code, ReportFrom: model.Date(r.ReportFrom), Deadline: model.Date(r.Deadline), Windows: r.Windows,
			LeaveDate: model.Date(r.LeaveDate), CodeTable: r.CodeTable,
		}
		byCode[r.Code] = list[i]
	}
	return list, byCode, nil
}
