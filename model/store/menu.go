package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

// menuLease is how long a publication may take before it counts as broken off:
// twice what the calls of a large set need with their time-outs.
const menuLease = 5 * time.Minute

// maxMenuNote is the width of the column, in characters.
const maxMenuNote = 200

// menuRow is one version of the account's menu. Content never changes.
type menuRow struct {
	ID        int64 `gorm:"primaryKey"`
	Content   string
	DoneAt    int64
	By        byColumns `gorm:"embedded"`
	State     string
	Note      string
	SavedAt   int64
	DueAt     int64
	ClaimedAt int64 // by the database's clock
	Steps     string
	Live      string
}

// TableName names the table.
func (menuRow) TableName() string { return "menus" }

func menuRowOf(v model.MenuVersion) (menuRow, error) {
	content, err := v.Set.Encode()
	if err != nil {
		return menuRow{}, err
	}
	row := menuRow{
		Content: string(content), DoneAt: toMillis(v.DoneAt), By: byOf(v.By), State: string(v.State), Note: model.Shorten(v.Note, maxMenuNote),
		SavedAt: toMillis(v.SavedAt), DueAt: toMillis(v.DueAt), Live: v.Live,
	}
	row.Steps, err = stepsText(v.Steps)
	return row, err
}

func stepsText(steps []model.MenuStep) (string, error) {
	if len(steps) == 0 {
		return "", nil
	}
	text, err := json.Marshal(steps)
	if err != nil {
		return "", fmt.Errorf("store: menu steps: %w", err)
	}
	return string(text), nil
}

func (r menuRow) version() (model.MenuVersion, error) {
	v := model.MenuVersion{
		ID: r.ID, State: model.MenuState(r.State), Note: r.Note, By: r.By.actor(), SavedAt: fromMillis(r.SavedAt),
		DueAt: fromMillis(r.DueAt), DoneAt: fromMillis(r.DoneAt), Live: r.Live,
	}
	var err error
	if v.Set, err = model.ParseMenus([]byte(r.Content)); err != nil {
		return v, fmt.Errorf("store: menu %d: %w", r.ID, err)
	}
	if r.Steps != "" {
		if err := json.Unmarshal([]byte(r.Steps), &v.Steps); err != nil {
			return v, fmt.Errorf("store: menu %d: %w", r.ID, err)
		}
	}
	return v, nil
}

// AddMenu appends a version to the history and returns it with its ID.
func (s *Store) AddMenu(ctx context.Context, v model.MenuVersion) (model.MenuVersion, error) {
	row, err := menuRowOf(v)
	if err != nil {
		return v, err
	}
	err = s.tx(ctx, "add menu", func(tx *gorm.DB) error {
		row.ID = 0
		return tx.Create(&row).Error
	})
	v.ID = row.ID
	return v, err
}

// AddDraftMenu is AddMenu of what the draft holds; the draft is based on it from
// then on. The error is of code CodeChanged when the draft is not at the revision
// that was seen.
func (s *Store) AddDraftMenu(ctx context.Context, seen int, v model.MenuVersion) (model.MenuVersion, error) {
	err := s.tx(ctx, "add menu", func(tx *gorm.DB) error {
		d, err := s.lockDraft(tx)
		if err != nil {
			return err
		}
		if err := d.Check(seen); err != nil {
			return err
		}
		v.Set = d.Set
		row, err := menuRowOf(v)
		if err != nil {
			return err
		}
		if err := tx.Create(&row).Error; err != nil {
			return fmt.Errorf("insert: %w", err)
		}
		v.ID = row.ID
		return tx.Model(&menuDraftRow{}).Where("id = ?", draftID).Update("base", row.ID).Error
	})
	return v, err
}

// ClaimMenu gives a version to one publisher: never while another publication is
// under way, whoever makes it. The draft's row is the lock.
func (s *Store) ClaimMenu(ctx context.Context, id int64) error {
	return s.tx(ctx, "claim menu", func(tx *gorm.DB) error {
		if _, err := s.lockDraft(tx); err != nil {
			return err
		}
		now := s.dialect.nowMillis()
		var busy int64
		err := tx.Model(&menuRow{}).Where("state = ? AND claimed_at > "+now+" - ?", string(model.MenuPublishing), menuLease.Milliseconds()).Count(&busy).Error
		if err != nil {
			return fmt.Errorf("busy: %w", err)
		}
		if busy > 0 {
			return model.Errorf(model.CodeConflict, "另一次发布正在进行，请稍后再试。")
		}
		won := tx.Model(&menuRow{}).Where("id = ? AND state IN ?", id, []string{string(model.MenuScheduled), string(model.MenuKept)}).
			Updates(map[string]any{"state": string(model.MenuPublishing), "claimed_at": gorm.Expr(now)})
		if won.Error == nil && won.RowsAffected != 1 {
			return model.Errorf(model.CodeChanged, "这一版的状态已经变化，请刷新页面再看。")
		}
		return won.Error
	})
}

// FinishMenu records what became of a publication that was claimed.
func (s *Store) FinishMenu(ctx context.Context, v model.MenuVersion) error {
	steps, err := stepsText(v.Steps)
	if err != nil {
		return err
	}
	return s.tx(ctx, "finish menu", func(tx *gorm.DB) error {
		return tx.Model(&menuRow{}).Where("id = ? AND state = ?", v.ID, string(model.MenuPublishing)).Updates(map[string]any{
			"state": string(v.State), "done_at": toMillis(v.DoneAt), "steps": steps, "live": v.Live,
		}).Error
	})
}

// CallOffMenu cancels a version that is scheduled.
func (s *Store) CallOffMenu(ctx context.Context, id int64, now time.Time) error {
	return s.settleMenu(ctx, "call off menu", id, model.MenuCancelled, now)
}

// SkipMenu notes that a scheduled version was overtaken by a later one.
func (s *Store) SkipMenu(ctx context.Context, id int64, now time.Time) error {
	return s.settleMenu(ctx, "skip menu", id, model.MenuSkipped, now)
}

func (s *Store) settleMenu(ctx context.Context, op string, id int64, state model.MenuState, now time.Time) error {
	return s.tx(ctx, op, func(tx *gorm.DB) error {
		done := tx.Model(&menuRow{}).Where("id = ? AND state = ?", id, string(model.MenuScheduled)).
			Updates(map[string]any{"state": string(state), "done_at": toMillis(now)})
		if done.Error == nil && done.RowsAffected != 1 {
			return model.Errorf(model.CodeChanged, "这一版已经不在等待定时发布，请刷新页面再看。")
		}
		return done.Error
	})
}

// BrokenMenus marks publications that never ended, because their process did, as
// failed, and returns how many there were. Index menus_state.
func (s *Store) BrokenMenus(ctx context.Context, now time.Time) (int, error) {
	steps, err := stepsText([]model.MenuStep{{Text: "发布过程中断（服务停止），不知道微信执行到哪一步", Said: "请重新发布，或回滚到之前的版本"}})
	if err != nil {
		return 0, err
	}
	var n int64
	err = s.tx(ctx, "broken menus", func(tx *gorm.DB) error {
		done := tx.Model(&menuRow{}).
			Where("state = ? AND claimed_at <= "+s.dialect.nowMillis()+" - ?", string(model.MenuPublishing), menuLease.Milliseconds()).
			Updates(map[string]any{"state": string(model.MenuFailed), "done_at": toMillis(now), "steps": steps})
		n = done.RowsAffected
		return done.Error
	})
	return int(n), err
}

// Menu returns one version; CodeNotFound when there is none.
func (s *Store) Menu(ctx context.Context, id int64) (model.MenuVersion, error) {
	var row menuRow
	err := s.read(ctx).Where("id = ?", id).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return model.MenuVersion{}, model.Errorf(model.CodeNotFound, "没有第 %d 版菜单。", id)
	}
	if err != nil {
		return model.MenuVersion{}, wrap("menu", err)
	}
	return row.version()
}

// Menus lists the history before a version, newest first; 0 is from the newest.
func (s *Store) Menus(ctx context.Context, before int64, limit int) ([]model.MenuVersion, error) {
	q := s.read(ctx).Order("id DESC").Limit(limit)
	if before > 0 {
		q = q.Where("id < ?", before)
	}
	return menus(q)
}

// ScheduledMenus lists what waits to be published, the next first, the later
// saved before on one instant. Index menus_state.
func (s *Store) ScheduledMenus(ctx context.Context) ([]model.MenuVersion, error) {
	return menus(s.read(ctx).Where("state = ?", string(model.MenuScheduled)).Order("due_at, id").Limit(maxScheduled))
}

// maxScheduled bounds what is read at once; nobody plans further.
const maxScheduled = 100

func menus(q *gorm.DB) ([]model.MenuVersion, error) {
	var rows []menuRow
	if err := q.Find(&rows).Error; err != nil {
		return nil, wrap("menus", err)
	}
	out := make([]model.MenuVersion, len(rows))
	for i, r := range rows {
		var err error
		if out[i], err = r.version(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// PublishedMenu is the version that was published last and whole; nil when there
// is none. tried is the one that was tried last, which may have failed after it.
// Index menus_state: the newest of each of three states.
func (s *Store) PublishedMenu(ctx context.Context) (published, tried *model.MenuVersion, err error) {
	for _, state := range []model.MenuState{model.MenuPublished, model.MenuFailed, model.MenuPublishing} {
		found, err := menus(s.read(ctx).Where("state = ?", string(state)).Order("done_at DESC, id DESC").Limit(1))
		if err != nil {
			return nil, nil, err
		}
		if len(found) == 0 {
			continue
		}
		v := &found[0]
		if state == model.MenuPublished {
			published = v
		}
		if tried == nil || v.State == model.MenuPublishing || v.DoneAt.After(tried.DoneAt) || v.DoneAt.Equal(tried.DoneAt) && v.ID > tried.ID {
			tried = v
		}
	}
	return published, tried, nil
}
