package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"quxiang/model"
)

// draftID is the only row of menu_drafts and menu_drifts: the account has one
// menu.
const draftID = 1

// menuDraftRow is the draft on which all operators work.
type menuDraftRow struct {
	ID       int64 `gorm:"primaryKey;autoIncrement:false"`
	Content  string
	Revision int
	Base     int64
	SavedAt  int64
	By       byColumns `gorm:"embedded"`
}

// TableName names the table.
func (menuDraftRow) TableName() string { return "menu_drafts" }

func (r menuDraftRow) draft() (model.MenuDraft, error) {
	set, err := model.ParseMenus([]byte(r.Content))
	if err != nil {
		return model.MenuDraft{}, fmt.Errorf("store: menu draft: %w", err)
	}
	return model.MenuDraft{Set: set, Revision: r.Revision, Base: r.Base, By: r.By.actor(), At: fromMillis(r.SavedAt)}, nil
}

// MenuDraft returns the draft. Before anybody has touched it, it is what was
// published last, or the default menu.
func (s *Store) MenuDraft(ctx context.Context) (model.MenuDraft, error) {
	var row menuDraftRow
	err := s.read(ctx).Where("id = ?", draftID).Take(&row).Error
	switch {
	case err == nil && row.Revision > 0:
		return row.draft()
	case err != nil && !errors.Is(err, gorm.ErrRecordNotFound):
		return model.MenuDraft{}, wrap("menu draft", err)
	}
	return firstDraft(s.read(ctx))
}

// firstDraft is the draft that nobody has touched.
func firstDraft(q *gorm.DB) (model.MenuDraft, error) {
	found, err := menus(q.Where("state = ?", string(model.MenuPublished)).Order("done_at DESC, id DESC").Limit(1))
	if err != nil {
		return model.MenuDraft{}, err
	}
	if len(found) == 0 {
		return model.MenuDraft{Set: model.DefaultMenu()}, nil
	}
	return model.MenuDraft{Set: found[0].Set, Base: found[0].ID, By: found[0].By, At: found[0].DoneAt}, nil
}

// lockDraft reads the draft and holds its row until the transaction ends.
func (s *Store) lockDraft(tx *gorm.DB) (model.MenuDraft, error) {
	// The row is there before it is locked, so that two first editors meet.
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&menuDraftRow{ID: draftID, Content: `{"default":[]}`}).Error; err != nil {
		return model.MenuDraft{}, fmt.Errorf("insert draft: %w", err)
	}
	var row menuDraftRow
	if err := forUpdate(tx).Where("id = ?", draftID).Take(&row).Error; err != nil {
		return model.MenuDraft{}, fmt.Errorf("read draft: %w", err)
	}
	if row.Revision == 0 {
		return firstDraft(tx)
	}
	return row.draft()
}

// SaveMenuDraft replaces the draft if it is at the revision that was seen, else
// the error is of code CodeChanged. With keep, a draft that was not published is
// put aside in the history first, so that nothing is lost.
func (s *Store) SaveMenuDraft(ctx context.Context, seen int, d model.MenuDraft, keep bool) (model.MenuDraft, error) {
	content, err := d.Set.Encode()
	if err != nil {
		return d, err
	}
	err = s.tx(ctx, "save menu draft", func(tx *gorm.DB) error {
		was, err := s.lockDraft(tx)
		if err != nil {
			return err
		}
		if err := was.Check(seen); err != nil {
			return err
		}
		if keep {
			if err := keepDraft(tx, was, d); err != nil {
				return err
			}
		}
		d.Revision = was.Revision + 1
		row := menuDraftRow{ID: draftID, Content: string(content), Revision: d.Revision, Base: d.Base, SavedAt: toMillis(d.At), By: byOf(d.By)}
		return tx.Select("*").Updates(&row).Error
	})
	return d, err
}

// keepDraft puts the draft that d replaces aside, unless it says what the version
// says on which it is based.
func keepDraft(tx *gorm.DB, was, d model.MenuDraft) error {
	if was.Revision == 0 {
		return nil
	}
	if was.Base > 0 {
		based, err := menus(tx.Where("id = ?", was.Base))
		if err != nil {
			return err
		}
		if len(based) == 1 && len(model.DiffMenus(based[0].Set, was.Set)) == 0 {
			return nil
		}
	}
	row, err := menuRowOf(model.MenuVersion{
		Set: was.Set, State: model.MenuKept, Note: "草稿被替换前的内容，可以恢复到草稿", By: was.By, SavedAt: was.At, DoneAt: d.At,
	})
	if err != nil {
		return err
	}
	return tx.Create(&row).Error
}

// menuDriftRow is what the last look at the live menu has shown.
type menuDriftRow struct {
	ID        int64 `gorm:"primaryKey;autoIncrement:false"`
	CheckedAt int64
	Digest    string
	Changes   string
}

// TableName names the table.
func (menuDriftRow) TableName() string { return "menu_drifts" }

// SaveMenuDrift keeps what a look at the live menu has shown.
func (s *Store) SaveMenuDrift(ctx context.Context, d model.MenuDrift) error {
	changes, err := json.Marshal(d.Changes)
	if err != nil {
		return fmt.Errorf("store: menu drift: %w", err)
	}
	return s.tx(ctx, "save menu drift", func(tx *gorm.DB) error {
		row := menuDriftRow{ID: draftID, CheckedAt: toMillis(d.CheckedAt), Digest: d.Digest, Changes: string(changes)}
		return tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	})
}

// MenuDrift returns what the last look at the live menu has shown; the zero value
// when nobody has looked.
func (s *Store) MenuDrift(ctx context.Context) (model.MenuDrift, error) {
	var row menuDriftRow
	err := s.read(ctx).Where("id = ?", draftID).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return model.MenuDrift{}, nil
	}
	if err != nil {
		return model.MenuDrift{}, wrap("menu drift", err)
	}
	d := model.MenuDrift{CheckedAt: fromMillis(row.CheckedAt), Digest: row.Digest}
	if err := json.Unmarshal([]byte(row.Changes), &d.Changes); err != nil {
		return d, fmt.Errorf("store: menu drift: %w", err)
	}
	return d, nil
}
