package store

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"quxiang/model"
)

// templateRow maps a kind of message to a template; there are six kinds.
type templateRow struct {
	Kind       string `gorm:"primaryKey"`
	TemplateID string
	Fields     map[string]string `gorm:"serializer:json"`
	Stopped    string
}

// TableName names the table.
func (templateRow) TableName() string { return "templates" }

// Templates lists the mapped kinds.
func (s *Store) Templates(ctx context.Context) ([]model.Template, error) {
	var rows []templateRow
	if err := s.read(ctx).Order("kind").Find(&rows).Error; err != nil {
		return nil, wrap("templates", err)
	}
	out := make([]model.Template, len(rows))
	for i, r := range rows {
		out[i] = model.Template{Kind: model.MessageKind(r.Kind), TemplateID: r.TemplateID, Fields: r.Fields, Stopped: r.Stopped}
	}
	return out, nil
}

// SaveTemplate maps a kind, in place of what it was mapped to.
func (s *Store) SaveTemplate(ctx context.Context, t model.Template) error {
	row := templateRow{Kind: string(t.Kind), TemplateID: t.TemplateID, Fields: t.Fields, Stopped: clip(t.Stopped)}
	return s.tx(ctx, "save template", func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "kind"}}, UpdateAll: true}).Create(&row).Error
	})
}

// StopTemplate stops a kind, saying why in Chinese, until it is mapped anew.
// The first reason stands. CodeNotFound when the kind is not mapped.
func (s *Store) StopTemplate(ctx context.Context, kind model.MessageKind, why string) error {
	return s.tx(ctx, "stop template", func(tx *gorm.DB) error {
		var row templateRow
		if err := forUpdate(tx).Where("kind = ?", kind).Take(&row).Error; err != nil {
			return fmt.Errorf("read: %w", err)
		}
		if row.Stopped != "" {
			return nil
		}
		return tx.Model(&row).Update("stopped", clip(why)).Error
	})
}
