package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
)

// nonceRow is a signature's nonce that was used. Its table serves the keys of
// every kind: their ids begin differently.
type nonceRow struct {
	Nonce     string `gorm:"primaryKey"`
	ExpiresAt int64
}

func (nonceRow) TableName() string { return "upstream_nonces" }

// UseNonce reports whether a key uses a nonce for the first time, on
// whichever replica. Both are ASCII. It is remembered until expires.
func (s *Store) UseNonce(ctx context.Context, key, nonce string, expires time.Time) (first bool, err error) {
	row := nonceRow{Nonce: key + "/" + nonce, ExpiresAt: toMillis(expires)}
	err = s.tx(ctx, "use nonce", func(tx *gorm.DB) error {
		err := tx.Create(&row).Error
		first = err == nil
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return nil
		}
		return err
	})
	return first && err == nil, err
}
