package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
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

// Limit is a count that a try goes into, and how long it is remembered there.
type Limit struct {
	Key    string
	Window time.Duration
}

// TriesOf returns the counts under some keys at now; a key without any is not
// in it. Primary key: at most a row a key.
func (s *Store) TriesOf(ctx context.Context, now time.Time, keys ...string) (counts map[string]Tries, err error) {
	found, err := s.read(ctx).Raw("SELECT name, count, first_at, last_at FROM tries WHERE name IN ? AND expires_at > ?", keys, toMillis(now)).Rows()
	if err != nil {
		return nil, wrap("tries", err)
	}
	defer func() { err = wrap("tries", errors.Join(err, found.Close())) }()
	for found.Next() {
		var r triesRow
		if err := found.Scan(&r.Name, &r.Count, &r.FirstAt, &r.LastAt); err != nil {
			return nil, err
		}
		if counts == nil {
			counts = make(map[string]Tries, len(keys))
		}
		counts[r.Name] = r.tries()
	}
	return counts, found.Err()
}

// TakeTries counts one try under all limits, unless early finds in what was
// counted before that it comes too soon: then it is counted nowhere. Callers at
// the same time follow one another, each judged by what the others left, so that
// many at once get no more than one by one. early must be pure. before is what
// was counted until now, as TriesOf returns it.
func (s *Store) TakeTries(ctx context.Context, now time.Time, limits []Limit, early func(before map[string]Tries) bool) (before map[string]Tries, taken bool, err error) {
	// Rows are locked in the order of their keys, so that two callers never wait
	// for each other.
	limits = slices.SortedFunc(slices.Values(limits), func(a, b Limit) int { return strings.Compare(a.Key, b.Key) })
	err = s.tx(ctx, "take tries", func(tx *gorm.DB) error {
		before, taken, err = takeTries(tx, now, limits, early)
		return err
	})
	return before, taken && err == nil, err
}

func takeTries(tx *gorm.DB, now time.Time, limits []Limit, early func(map[string]Tries) bool) (map[string]Tries, bool, error) {
	rows := make([]triesRow, len(limits))
	keys := make([]string, len(limits))
	for i, l := range limits {
		rows[i].Name, keys[i] = l.Key, l.Key
	}
	// The rows are there before they are locked, so that two first tries do not
	// both find nothing.
	if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&rows).Error; err != nil {
		return nil, false, fmt.Errorf("insert: %w", err)
	}
	rows = rows[:0]
	if err := forUpdate(tx).Where("name IN ?", keys).Order("name").Find(&rows).Error; err != nil {
		return nil, false, fmt.Errorf("read: %w", err)
	}
	if len(rows) != len(limits) {
		return nil, false, fmt.Errorf("read: %d rows of %d", len(rows), len(limits))
	}
	before := map[string]Tries{}
	for _, r := range rows {
		if r.Count > 0 && r.ExpiresAt > toMillis(now) {
			before[r.Name] = r.tries()
		}
	}
	if early(before) {
		return before, false, nil
	}
	for i := range rows {
		r, t := &rows[i], before[rows[i].Name]
		r.Count, r.LastAt, r.ExpiresAt = t.Count+1, toMillis(now), toMillis(now.Add(limits[i].Window))
		if t.Count == 0 {
			r.FirstAt = r.LastAt
		}
	}
	return before, true, tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&rows).Error
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
