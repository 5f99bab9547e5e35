package store

import (
	"context"
	"errors"
	"io"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
	"quxiang/model/form"
)

const formKeysTable = "form_keys"

// formKeyRow is a key that signs forms. The seed is encrypted.
type formKeyRow struct {
	ID        string `gorm:"primaryKey"`
	UID       string `gorm:"column:uid"`
	Public    []byte
	Seed      []byte
	NotBefore int64
	RetiredAt int64
	RevokedAt int64
}

func (formKeyRow) TableName() string { return formKeysTable }

func (r formKeyRow) key() form.Key {
	return form.Key{Public: r.Public, NotBefore: fromMillis(r.NotBefore), RetiredAt: fromMillis(r.RetiredAt), RevokedAt: fromMillis(r.RevokedAt)}
}

// formKeyOrder puts the key that signs first.
const formKeyOrder = "retired_at = 0 AND revoked_at = 0 DESC, not_before DESC, id"

// FormRing returns the public halves of all keys that ever signed forms, the
// present one first. A handful of rows: it is read anew each time, so that a
// revoked key is refused at once on every replica.
func (s *Store) FormRing(ctx context.Context) (form.Ring, error) {
	var rows []formKeyRow
	if err := s.read(ctx).Omit("seed").Order(formKeyOrder).Find(&rows).Error; err != nil {
		return nil, wrap("form keys", err)
	}
	ring := make(form.Ring, len(rows))
	for i, r := range rows {
		ring[i] = r.key()
	}
	return ring, nil
}

// FormSigningKey returns the key that signs forms now.
func (s *Store) FormSigningKey(ctx context.Context) (form.SigningKey, error) {
	var rows []formKeyRow
	if err := s.read(ctx).Where("retired_at = 0 AND revoked_at = 0").Order(formKeyOrder).Limit(1).Find(&rows).Error; err != nil {
		return form.SigningKey{}, wrap("form signing key", err)
	}
	if len(rows) == 0 {
		return form.SigningKey{}, errors.New("store: no key signs forms")
	}
	seed, err := s.keys.unseal(formKeysTable, "seed", rows[0].UID, rows[0].Seed)
	if err != nil {
		return form.SigningKey{}, err
	}
	return form.SigningKeyFromSeed(seed)
}

// EnsureFormKey makes the first key when none signs. Replicas that start at the
// same time may make one each: all of them are good.
func (s *Store) EnsureFormKey(ctx context.Context, rand io.Reader, now time.Time) error {
	ring, err := s.FormRing(ctx)
	if err != nil {
		return err
	}
	if len(ring) > 0 && ring[0].RetiredAt.IsZero() && ring[0].RevokedAt.IsZero() {
		return nil
	}
	_, err = s.RotateFormKey(ctx, rand, model.BySystem("start"), now)
	return err
}

// RotateFormKey makes a new key that signs from now on. The ones before sign no
// more, and what they signed stays good.
func (s *Store) RotateFormKey(ctx context.Context, rand io.Reader, by model.Actor, now time.Time) (form.KeyID, error) {
	row, id, err := s.newFormKey(rand, now)
	if err != nil {
		return id, err
	}
	return id, s.tx(ctx, "rotate form key", func(tx *gorm.DB) error { return rotateFormKey(tx, row, by, now) })
}

func (s *Store) newFormKey(rand io.Reader, now time.Time) (row formKeyRow, id form.KeyID, err error) {
	k, err := form.NewSigningKey(rand)
	if err != nil {
		return row, id, err
	}
	row = formKeyRow{ID: k.ID().String(), UID: newUID(), Public: k.Public(), NotBefore: toMillis(now)}
	row.Seed, err = s.keys.seal(formKeysTable, "seed", row.UID, k.Seed())
	return row, k.ID(), err
}

func rotateFormKey(tx *gorm.DB, row formKeyRow, by model.Actor, now time.Time) error {
	retire := tx.Model(&formKeyRow{}).Where("retired_at = 0").Update("retired_at", toMillis(now))
	if retire.Error != nil {
		return retire.Error
	}
	if err := tx.Create(&row).Error; err != nil {
		return err
	}
	return appendAudit(tx, formKeyAudit(row.ID, by, "form_key.rotate", now))
}

func formKeyAudit(id string, by model.Actor, action string, now time.Time) model.Audit {
	return model.Audit{At: now, Actor: by, Action: action, Detail: map[string]string{"key": id}}
}

// RevokeFormKey makes a key that became known good for nothing, at once; when it
// is the one that signs, another takes its place. Forms that it signed are still
// verified by name and number, and are signed anew when they are drawn again.
// CodeNotFound when there is none, CodeConflict when it was revoked before.
func (s *Store) RevokeFormKey(ctx context.Context, id form.KeyID, rand io.Reader, by model.Actor, now time.Time) error {
	next, _, err := s.newFormKey(rand, now)
	if err != nil {
		return err
	}
	return s.tx(ctx, "revoke form key", func(tx *gorm.DB) error {
		var row formKeyRow
		if err := tx.Where("id = ?", id.String()).Take(&row).Error; errors.Is(err, gorm.ErrRecordNotFound) {
			return model.Errorf(model.CodeNotFound, "没有签名密钥“%s”；用 quxiang formkey list 查看。", id)
		} else if err != nil {
			return err
		}
		done := tx.Model(&formKeyRow{}).Where("id = ? AND revoked_at = 0", row.ID).Update("revoked_at", toMillis(now))
		if done.Error != nil {
			return done.Error
		}
		if done.RowsAffected == 0 {
			return model.Errorf(model.CodeConflict, "签名密钥“%s”已于%s作废。", id, model.Minute(fromMillis(row.RevokedAt)))
		}
		if err := appendAudit(tx, formKeyAudit(row.ID, by, "form_key.revoke", now)); err != nil {
			return err
		}
		if row.RetiredAt != 0 {
			return nil
		}
		return rotateFormKey(tx, next, by, now)
	})
}
