package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"gorm.io/gorm"

	"quxiang/model"
)

// menuPressRow is how often a button was pressed on one day. The digest stands
// for kind and label, which is too long for a key.
type menuPressRow struct {
	Day     string `gorm:"primaryKey"`
	Digest  string `gorm:"primaryKey"`
	Kind    string
	Label   string
	Presses int64
}

// TableName names the table.
func (menuPressRow) TableName() string { return "menu_presses" }

// maxPressLabel is WeChat's limit of a button's link, the longest label; in
// characters, of which a link has no more than bytes.
const maxPressLabel = model.MaxMenuURL

func pressDigest(p model.MenuPress) string {
	sum := sha256.Sum256([]byte(string(p.Kind) + "\x00" + p.Key))
	return hex.EncodeToString(sum[:16])
}

// AddMenuPresses adds to the counts of days, many buttons in one statement by
// primary key. Lines come in one order, so that replicas do not deadlock.
func (s *Store) AddMenuPresses(ctx context.Context, presses []model.MenuPress) error {
	rows := make([]menuPressRow, 0, len(presses))
	for _, p := range presses {
		if p.Count > 0 && len(p.Key) <= maxPressLabel {
			rows = append(rows, menuPressRow{Day: string(p.Day), Digest: pressDigest(p), Kind: string(p.Kind), Label: p.Key, Presses: int64(p.Count)})
		}
	}
	if len(rows) == 0 {
		return nil
	}
	slices.SortFunc(rows, func(a, b menuPressRow) int { return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Digest, b.Digest)) })
	return s.tx(ctx, "add menu presses", func(tx *gorm.DB) error {
		for part := range slices.Chunk(rows, insertBatch) {
			args := make([]any, 0, 5*len(part))
			for _, r := range part {
				args = append(args, r.Day, r.Digest, r.Kind, r.Label, r.Presses)
			}
			err := tx.Exec("INSERT INTO menu_presses (day, digest, kind, label, presses) VALUES "+
				strings.TrimSuffix(strings.Repeat("(?, ?, ?, ?, ?), ", len(part)), ", ")+
				s.dialect.onDuplicateAdd("menu_presses", "presses", "day", "digest"), args...).Error
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// MenuPresses lists the counts of the days from first to last, in the order of
// days: a range of the primary key, a line for each button of a day.
func (s *Store) MenuPresses(ctx context.Context, first, last model.Date) ([]model.MenuPress, error) {
	var rows []menuPressRow
	err := s.read(ctx).Where("day BETWEEN ? AND ?", string(first), string(last)).Order("day, digest").Limit(maxPressRows).Find(&rows).Error
	if err != nil {
		return nil, wrap("menu presses", err)
	}
	out := make([]model.MenuPress, len(rows))
	for i, r := range rows {
		out[i] = model.MenuPress{Day: model.Date(r.Day), Kind: model.MenuType(r.Kind), Key: r.Label, Count: int(r.Presses)}
	}
	return out, nil
}

// maxPressRows bounds what a page shows: a hundred days of a hundred buttons.
const maxPressRows = 10_000
