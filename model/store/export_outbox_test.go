package store

import (
	"context"
	"testing"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

// Enqueue runs enqueue in a transaction of its own, for tests.
func (s *Store) Enqueue(ctx context.Context, id model.GraduateID, openid string, notices []model.Notice, now time.Time) error {
	return s.tx(ctx, "enqueue", func(tx *gorm.DB) error { return enqueue(tx, id, openid, notices, now) })
}

// CancelMessages runs cancelMessages in a transaction of its own, for tests.
func (s *Store) CancelMessages(ctx context.Context, id model.GraduateID, kinds []model.MessageKind, now time.Time) error {
	return s.tx(ctx, "cancel", func(tx *gorm.DB) error { return cancelMessages(tx, id, kinds, now) })
}

// EndLeases lets every lease on a message run out.
func (s *Store) EndLeases(t testing.TB) {
	t.Helper()
	if err := s.db.Exec("UPDATE messages SET lease_until = 1").Error; err != nil {
		t.Fatal(err)
	}
}

// ClearMessages empties the outbox and forgets all receipts.
func (s *Store) ClearMessages(t testing.TB) {
	t.Helper()
	for _, table := range []string{"messages", "deliveries"} {
		if err := s.db.Exec("DELETE FROM " + table).Error; err != nil {
			t.Fatal(err)
		}
	}
}

// SetMessageState puts one message into a state.
func (s *Store) SetMessageState(t testing.TB, id int64, state model.MessageState) {
	t.Helper()
	if err := s.db.Model(&messageRow{}).Where("id = ?", id).Update("state", state).Error; err != nil {
		t.Fatal(err)
	}
}
