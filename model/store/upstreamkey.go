package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

const upstreamKeysTable = "upstream_keys"

// upstreamKeyRow is a platform's key. The secret is encrypted and not hashed:
// checking a signature needs it.
type upstreamKeyRow struct {
	ID         string `gorm:"primaryKey"`
	UID        string `gorm:"column:uid"`
	SchoolCode string
	Platform   string
	Secret     []byte
	Created    int64 `gorm:"column:created_at"`
	RevokedAt  int64
	ReceivedAt int64
	Posts      int64
	Accepted   int64
	Unchanged  int64
	Conflicts  int64
	Refused    int64
}

func (upstreamKeyRow) TableName() string { return upstreamKeysTable }

func (r upstreamKeyRow) key() model.UpstreamKey {
	return model.UpstreamKey{
		ID: r.ID, SchoolCode: r.SchoolCode, Platform: r.Platform, CreatedAt: fromMillis(r.Created), RevokedAt: fromMillis(r.RevokedAt),
		ReceivedAt: fromMillis(r.ReceivedAt), Posts: int(r.Posts),
		Tally: model.Tally{Accepted: int(r.Accepted), Unchanged: int(r.Unchanged), Conflict: int(r.Conflicts), Refused: int(r.Refused)},
	}
}

// AddUpstreamKey makes a key for k's school and platform. The secret is returned
// once and never again.
func (s *Store) AddUpstreamKey(ctx context.Context, k model.UpstreamKey, by model.Actor, now time.Time) (id, secret string, err error) {
	id, secret = "uk"+rand.Text()[:14], rand.Text()+rand.Text()
	row := upstreamKeyRow{ID: id, UID: newUID(), SchoolCode: k.SchoolCode, Platform: k.Platform, Created: toMillis(now)}
	if row.Secret, err = s.keys.seal(upstreamKeysTable, "secret", row.UID, []byte(secret)); err != nil {
		return "", "", err
	}
	err = s.tx(ctx, "add upstream key", func(tx *gorm.DB) error {
		if err := tx.Create(&row).Error; err != nil {
			return err
		}
		return appendAudit(tx, keyAudit(row, by, "upstream_key.add", now))
	})
	return id, secret, err
}

func keyAudit(r upstreamKeyRow, by model.Actor, action string, now time.Time) model.Audit {
	return model.Audit{At: now, Actor: by, Action: action, SchoolCode: r.SchoolCode, Detail: map[string]string{"key": r.ID}}
}

// RevokeUpstreamKey ends a key at once; CodeNotFound when there is none,
// CodeConflict when it has ended.
func (s *Store) RevokeUpstreamKey(ctx context.Context, id string, by model.Actor, now time.Time) error {
	absent := model.Errorf(model.CodeNotFound, "没有密钥“%s”；用 quxiang upstream key list 查看。", id)
	if !isCode(id) {
		return absent
	}
	return s.tx(ctx, "revoke upstream key", func(tx *gorm.DB) error {
		var row upstreamKeyRow
		if err := tx.Where("id = ?", id).Take(&row).Error; errors.Is(err, gorm.ErrRecordNotFound) {
			return absent
		} else if err != nil {
			return err
		}
		done := tx.Model(&upstreamKeyRow{}).Where("id = ? AND revoked_at = 0", id).Update("revoked_at", toMillis(now))
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return model.Errorf(model.CodeConflict, "密钥“%s”已于%s停用。", id, model.Minute(fromMillis(row.RevokedAt)))
		}
		return appendAudit(tx, keyAudit(row, by, "upstream_key.revoke", now))
	})
}

// UpstreamKeys lists the keys of a school, or all with "", in the order in which
// they were made. A platform has a handful for each school.
func (s *Store) UpstreamKeys(ctx context.Context, school string) ([]model.UpstreamKey, error) {
	q := s.read(ctx).Order("created_at, id")
	if school != "" {
		q = q.Where("school_code = ?", school)
	}
	var rows []upstreamKeyRow
	if err := q.Find(&rows).Error; err != nil {
		return nil, wrap("upstream keys", err)
	}
	keys := make([]model.UpstreamKey, len(rows))
	for i, r := range rows {
		keys[i] = r.key()
	}
	return keys, nil
}

// UpstreamSecret returns a key in force and its secret; ok is false when there
// is none. Primary key: one row.
func (s *Store) UpstreamSecret(ctx context.Context, id string) (k model.UpstreamKey, secret string, ok bool, err error) {
	if !isCode(id) {
		return k, "", false, nil
	}
	var rows []upstreamKeyRow
	if err := s.read(ctx).Where("id = ? AND revoked_at = 0", id).Limit(1).Find(&rows).Error; err != nil {
		return k, "", false, wrap("upstream secret", err)
	}
	if len(rows) == 0 {
		return k, "", false, nil
	}
	plain, err := s.keys.unseal(upstreamKeysTable, "secret", rows[0].UID, rows[0].Secret)
	return rows[0].key(), string(plain), err == nil, err
}

// countUpstream adds a delivery to what its key has brought; for a delivery that
// came without a key it does nothing.
func countUpstream(tx *gorm.DB, id string, t model.Tally, now time.Time) error {
	added := map[string]any{"received_at": toMillis(now), "posts": gorm.Expr("posts + 1")}
	for column, n := range map[string]int{"accepted": t.Accepted, "unchanged": t.Unchanged, "conflicts": t.Conflict, "refused": t.Refused} {
		if n > 0 {
			added[column] = gorm.Expr(column+" + ?", n)
		}
	}
	if err := tx.Model(&upstreamKeyRow{}).Where("id = ?", id).Updates(added).Error; err != nil {
		return fmt.Errorf("count: %w", err)
	}
	return nil
}

// PurgeUpstream deletes the nonces and deliveries that were over at now and
// tells how many. Indexes upstream_nonces_expiry and upstream_deliveries_expiry:
// only those.
func (s *Store) PurgeUpstream(ctx context.Context, now time.Time) (int, error) {
	nonces, err := s.purge(ctx, "upstream_nonces", "nonce", now)
	if err != nil {
		return nonces, err
	}
	deliveries, err := s.purge(ctx, upstreamDeliveriesTable, "uid", now)
	return nonces + deliveries, err
}
