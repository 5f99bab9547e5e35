package store

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// sharedRow is a value that the replicas share, such as WeChat's access token.
// It is a secret and encrypted; mac stands for it where two are compared.
type sharedRow struct {
	Name      string `gorm:"primaryKey"`
	UID       string `gorm:"column:uid"`
	Value     []byte
	Mac       string
	ExpiresAt int64
}

// TableName names the table.
func (sharedRow) TableName() string { return "shared_values" }

// Get returns the value of key, which is ASCII, and when it ends; "" when there
// is none. A value that has ended is returned all the same: whoever replaces it
// names it in Swap.
func (s *Store) Get(ctx context.Context, key string) (value string, expires time.Time, err error) {
	var row sharedRow
	err = s.read(ctx).Where("name = ?", key).Take(&row).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return "", time.Time{}, nil
	case err != nil:
		return "", time.Time{}, wrap("shared value", err)
	}
	plain, err := s.keys.unseal("shared_values", "value", row.UID, row.Value)
	if err != nil {
		return "", time.Time{}, err
	}
	return string(plain), fromMillis(row.ExpiresAt), nil
}

// Swap stores value if the present one is old, where "" stands for none, and
// reports whether it did. An empty value removes the present one. It decides
// by one conditional statement, so that of several callers one wins.
func (s *Store) Swap(ctx context.Context, key, old, value string, expires time.Time) (swapped bool, err error) {
	row := sharedRow{Name: key, UID: newUID(), ExpiresAt: toMillis(expires)}
	if row.Value, err = s.keys.seal("shared_values", "value", row.UID, []byte(value)); err != nil {
		return false, err
	}
	if row.Mac, err = s.mac(value); err != nil {
		return false, err
	}
	was, err := s.mac(old)
	if err != nil {
		return false, err
	}
	err = s.tx(ctx, "swap shared value", func(tx *gorm.DB) error {
		swapped, err = swap(tx, row, was)
		return err
	})
	return swapped && err == nil, err
}

// swap stores row in place of the one whose mac is was; "" is none.
func swap(tx *gorm.DB, row sharedRow, was string) (bool, error) {
	present := tx.Where("name = ? AND mac = ?", row.Name, was)
	switch {
	case was == "" && row.Mac == "":
		var n int64
		err := tx.Model(&sharedRow{}).Where("name = ?", row.Name).Count(&n).Error
		return n == 0, err
	case was == "":
		err := tx.Create(&row).Error
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return false, nil
		}
		return err == nil, err
	case row.Mac == "":
		done := present.Delete(&sharedRow{})
		return done.RowsAffected == 1, done.Error
	default:
		done := present.Model(&sharedRow{}).Select("uid", "value", "mac", "expires_at").Updates(&row)
		return done.RowsAffected == 1, done.Error
	}
}

// mac stands for a shared value. It is exact, while indexOf takes upper and
// lower case for the same.
func (s *Store) mac(value string) (string, error) {
	if value == "" {
		return "", nil
	}
	sum, err := s.keys.index.ComputePrimaryPRF([]byte("shared_value\x00"+value), 32)
	if err != nil {
		return "", fmt.Errorf("store: shared value: %w", err)
	}
	return hex.EncodeToString(sum), nil
}
