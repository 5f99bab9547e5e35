package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Tries counts what somebody did wrong, for pauses after too many tries. The
// zero value is none.
type Tries struct {
	Count       int
	First, Last time.Time
}

// triesRow is the count under one key.
type triesRow struct {
	Name      string `gorm:"primaryKey"`
	Count     int
	FirstAt   int64
	LastAt    int64
	ExpiresAt int64 // from when on the count is forgotten
}

// TableName names the table.
func (triesRow) TableName() string { return "tries" }

func (r triesRow) tries() Tries {
	return Tries{Count: r.Count, First: fromMillis(r.FirstAt), Last: fromMillis(r.LastAt)}
}

// Tries returns the count under key at now. Keys are ASCII, and hashed by the
// caller when they stand for a person or an address.
func (s *Store) Tries(ctx context.Context, key string, now time.Time) (Tries, error) {
	var row triesRow
	err := s.read(ctx).Where("name = ? AND expires_at > ?", key, toMillis(now)).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Tries{}, nil
	}
	if err != nil {
		return Tries{}, wrap("tries", err)
	}
	return row.tries(), nil
}

// AddTry counts one more under key and returns the new count. The count is
// forgotten once nothing was added for as long as window: a caller who refuses
// without adding lets it end. Callers at the same time are all counted.
func (s *Store) AddTry(ctx context.Context, key string, window time.Duration, now time.Time) (Tries, error) {
	var row triesRow
	err := s.tx(ctx, "add try", func(tx *gorm.DB) error {
		ms := toMillis(now)
		row = triesRow{Name: key, Count: 1, FirstAt: ms, LastAt: ms, ExpiresAt: toMillis(now.Add(window))}
		// The order matters on MySQL, which lets later assignments see the
		// earlier ones: expires_at, which decides, comes last.
		update := clause.Set{
			{Column: clause.Column{Name: "count"}, Value: gorm.Expr("CASE WHEN tries.expires_at > ? THEN tries.count + 1 ELSE 1 END", ms)},
			{Column: clause.Column{Name: "first_at"}, Value: gorm.Expr("CASE WHEN tries.expires_at > ? THEN tries.first_at ELSE ? END", ms, ms)},
			{Column: clause.Column{Name: "last_at"}, Value: ms},
			{Column: clause.Column{Name: "expires_at"}, Value: row.ExpiresAt},
		}
		err := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "name"}}, DoUpdates: update}).Create(&row).Error
		if err != nil {
			return fmt.Errorf("count: %w", err)
		}
		if err := tx.Where("name = ?", key).Take(&row).Error; err != nil {
			return fmt.Errorf("read: %w", err)
		}
		return nil
	})
	if err != nil {
		return Tries{}, err
	}
	return row.tries(), nil
}

// TakeTry counts one more under key, as AddTry does, unless early finds in what
// was counted before that it comes too soon: then nothing is counted. Callers
// at the same time follow one another, each judged by what the others left, so
// that many at once get no more than one by one. early must be pure. before is
// what was counted until now, for GiveBackTry.
func (s *Store) TakeTry(ctx context.Context, key string, window time.Duration, now time.Time, early func(before Tries) bool) (before Tries, taken bool, err error) {
	err = s.tx(ctx, "take try", func(tx *gorm.DB) error {
		// The row is there before it is locked, so that two first tries do not
		// both find nothing.
		row := triesRow{Name: key}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return fmt.Errorf("insert: %w", err)
		}
		if err := forUpdate(tx).Where("name = ?", key).Take(&row).Error; err != nil {
			return fmt.Errorf("read: %w", err)
		}
		before = Tries{}
		if row.Count > 0 && row.ExpiresAt > toMillis(now) {
			before = row.tries()
		}
		if taken = !early(before); !taken {
			return nil
		}
		row.Count, row.LastAt, row.ExpiresAt = before.Count+1, toMillis(now), toMillis(now.Add(window))
		if before.Count == 0 {
			row.FirstAt = row.LastAt
		}
		return tx.Save(&row).Error
	})
	return before, taken && err == nil, err
}

// GiveBackTry undoes a try that TakeTry took at a time, because nothing was
// wrong with it: before and window are those of TakeTry. When others have been
// taken since, only the count goes down.
func (s *Store) GiveBackTry(ctx context.Context, key string, window time.Duration, at time.Time, before Tries) error {
	return s.tx(ctx, "give back try", func(tx *gorm.DB) error {
		row := triesRow{Count: before.Count, LastAt: toMillis(before.Last), ExpiresAt: toMillis(before.Last.Add(window))}
		if before.Count == 0 {
			row.LastAt, row.ExpiresAt = 0, 0
		}
		done := tx.Model(&triesRow{}).Where("name = ? AND count = ? AND last_at = ?", key, before.Count+1, toMillis(at)).
			Select("count", "last_at", "expires_at").Updates(&row)
		if done.Error != nil || done.RowsAffected == 1 {
			return done.Error
		}
		return tx.Model(&triesRow{}).Where("name = ? AND count > 0", key).Update("count", gorm.Expr("count - 1")).Error
	})
}

// ClearTries forgets the count under key.
func (s *Store) ClearTries(ctx context.Context, key string) error {
	return s.tx(ctx, "clear tries", func(tx *gorm.DB) error {
		return tx.Where("name = ?", key).Delete(&triesRow{}).Error
	})
}

// PurgeTries removes the counts that are forgotten at now, in batches, and
// returns how many. Served by tries_expires.
func (s *Store) PurgeTries(ctx context.Context, now time.Time) (int, error) {
	const batch = 1000
	for total := 0; ; {
		var names []string
		err := s.read(ctx).Model(&triesRow{}).Where("expires_at <= ?", toMillis(now)).Limit(batch).Pluck("name", &names).Error
		if err != nil {
			return total, wrap("purge tries", err)
		}
		if len(names) == 0 {
			return total, nil
		}
		removed := 0
		err = s.tx(ctx, "purge tries", func(tx *gorm.DB) error {
			done := tx.Where("name IN ? AND expires_at <= ?", names, toMillis(now)).Delete(&triesRow{})
			removed = int(done.RowsAffected)
			return done.Error
		})
		if err != nil {
			return total, err
		}
		total += removed
		if len(names) < batch {
			return total, nil
		}
	}
}
