package store

import (
	"context"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"quxiang/model"
)

type schoolRow struct {
	Code         string `gorm:"primaryKey"`
	Name         string
	Origin       string
	PlatformName string
	PlatformURL  string
}

func (schoolRow) TableName() string { return "schools" }

// SaveSchool adds a school or replaces the one with its code.
func (s *Store) SaveSchool(ctx context.Context, sc model.School) error {
	row := schoolRow{Code: sc.Code, Name: sc.Name, Origin: string(sc.Origin), PlatformName: sc.PlatformName, PlatformURL: sc.PlatformURL}
	defer s.schools.forget()
	return s.tx(ctx, "save school", func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	})
}

// School returns a school by its code; CodeNotFound when there is none.
func (s *Store) School(ctx context.Context, code string) (model.School, error) {
	sc, ok, err := s.schools.get(ctx, code)
	if err == nil && !ok {
		err = model.Errorf(model.CodeNotFound, "没有找到代码为“%s”的学校。", code)
	}
	return sc, err
}

// Schools returns all schools by code.
func (s *Store) Schools(ctx context.Context) ([]model.School, error) {
	list, _, err := s.schools.all(ctx)
	return slices.Clone(list), err
}

// loadSchools reads the whole table: 3,000 rows in all of China.
func (s *Store) loadSchools(ctx context.Context) ([]model.School, map[string]model.School, error) {
	var rows []schoolRow
	if err := s.read(ctx).Order("code").Find(&rows).Error; err != nil {
		return nil, nil, wrap("schools", err)
	}
	list, byCode := make([]model.School, len(rows)), make(map[string]model.School, len(rows))
	for i, r := range rows {
		list[i] = model.School{Code: r.Code, Name: r.Name, Origin: model.Origin(r.Origin), PlatformName: r.PlatformName, PlatformURL: r.PlatformURL}
		byCode[r.Code] = list[i]
	}
	return list, byCode, nil
}
