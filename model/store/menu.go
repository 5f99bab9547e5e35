package store

import (
	"context"

	"gorm.io/gorm"

	"quxiang/model"
)

// menuRow is one published menu. The newest is the account's.
type menuRow struct {
	ID          int64            `gorm:"primaryKey"`
	Items       []model.MenuItem `gorm:"serializer:json"`
	PublishedAt int64
	ByKind      string
	ByID        int64
	ByName      string
}

// TableName names the table.
func (menuRow) TableName() string { return "menus" }

// SaveMenu appends a menu to the history and returns its ID.
func (s *Store) SaveMenu(ctx context.Context, m model.Menu) (int64, error) {
	var row menuRow
	err := s.tx(ctx, "save menu", func(tx *gorm.DB) error {
		row = menuRow{
			Items: m.Items, PublishedAt: toMillis(m.PublishedAt),
			ByKind: string(m.PublishedBy.Kind), ByID: m.PublishedBy.ID, ByName: m.PublishedBy.Name,
		}
		return tx.Create(&row).Error
	})
	return row.ID, err
}

// Menus lists the history, newest first.
func (s *Store) Menus(ctx context.Context, limit int) ([]model.Menu, error) {
	var rows []menuRow
	if err := s.read(ctx).Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, wrap("menus", err)
	}
	out := make([]model.Menu, len(rows))
	for i, r := range rows {
		out[i] = model.Menu{
			ID: r.ID, Items: r.Items, PublishedAt: fromMillis(r.PublishedAt),
			PublishedBy: model.Actor{Kind: model.ActorKind(r.ByKind), ID: r.ByID, Name: r.ByName},
		}
	}
	return out, nil
}
