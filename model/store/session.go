package store

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

// The kinds of sessions.
const (
	SessionGraduate = "graduate"
	SessionOperator = "operator"
)

// Session is somebody who is logged in. The store never sees the token, only
// its SHA-256 in hex.
type Session struct {
	TokenHash            string
	Kind                 string // SessionGraduate or SessionOperator
	AccountID            model.AccountID
	GraduateID           model.GraduateID // the record chosen; 0 while there is a choice
	OpenID               string
	OperatorID           model.OperatorID
	CreatedAt, ExpiresAt time.Time
	CHSITicketHash       string // for CHSI's single logout
}

type sessionRow struct {
	TokenHash  string `gorm:"primaryKey"`
	Kind       string
	AccountID  int64
	GraduateID int64
	OpenID     string `gorm:"column:openid"`
	OperatorID int64
	Created    int64 `gorm:"column:created_at"`
	ExpiresAt  int64
	TicketHash string
}

func (sessionRow) TableName() string { return "sessions" }

// CreateSession stores a new session.
func (s *Store) CreateSession(ctx context.Context, se Session) error {
	row := sessionRow{
		TokenHash: se.TokenHash, Kind: se.Kind, AccountID: int64(se.AccountID), GraduateID: int64(se.GraduateID), OpenID: se.OpenID,
		OperatorID: int64(se.OperatorID), Created: toMillis(se.CreatedAt), ExpiresAt: toMillis(se.ExpiresAt), TicketHash: se.CHSITicketHash,
	}
	return s.tx(ctx, "create session", func(tx *gorm.DB) error { return tx.Create(&row).Error })
}

// SessionByHash returns a session that holds at now; CodeUnauthenticated when
// there is none or it is over. Primary key: one row.
func (s *Store) SessionByHash(ctx context.Context, hash string, now time.Time) (Session, error) {
	var row sessionRow
	err := s.read(ctx).Where("token_hash = ?", hash).Take(&row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) || (err == nil && row.ExpiresAt <= toMillis(now)) {
		return Session{}, model.Errorf(model.CodeUnauthenticated, "登录已失效，请重新登录。")
	}
	if err != nil {
		return Session{}, wrap("session", err)
	}
	return Session{
		TokenHash: row.TokenHash, Kind: row.Kind, AccountID: model.AccountID(row.AccountID), GraduateID: model.GraduateID(row.GraduateID),
		OpenID: row.OpenID, OperatorID: model.OperatorID(row.OperatorID), CreatedAt: fromMillis(row.Created),
		ExpiresAt: fromMillis(row.ExpiresAt), CHSITicketHash: row.TicketHash,
	}, nil
}

// SetSessionGraduate notes which record the session is about; CodeUnauthenticated
// when the session has ended.
func (s *Store) SetSessionGraduate(ctx context.Context, hash string, id model.GraduateID) error {
	return s.tx(ctx, "set session graduate", func(tx *gorm.DB) error {
		done := tx.Model(&sessionRow{}).Where("token_hash = ?", hash).Update("graduate_id", int64(id))
		if done.Error == nil && done.RowsAffected == 0 {
			return model.Errorf(model.CodeUnauthenticated, "登录已失效，请重新登录。")
		}
		return done.Error
	})
}

// EndSession ends a session; one that has ended is no error.
func (s *Store) EndSession(ctx context.Context, hash string) error {
	return s.endSessions(ctx, "token_hash = ?", hash)
}

// EndSessionsByTicket ends the sessions that began with a CHSI ticket, as CHSI's
// single logout asks. Index sessions_ticket.
func (s *Store) EndSessionsByTicket(ctx context.Context, ticketHash string) error {
	if ticketHash == "" {
		return nil
	}
	return s.endSessions(ctx, "ticket_hash = ?", ticketHash)
}

func (s *Store) endSessions(ctx context.Context, where string, arg any) error {
	return s.tx(ctx, "end sessions", func(tx *gorm.DB) error {
		return tx.Where(where, arg).Delete(&sessionRow{}).Error
	})
}

// PurgeSessions deletes the sessions that were over at now and tells how many.
// Index sessions_expiry: only those.
func (s *Store) PurgeSessions(ctx context.Context, now time.Time) (int, error) {
	return s.purge(ctx, "sessions", "token_hash", now)
}

// purge deletes rows that expired, some at a time so that nobody waits long.
func (s *Store) purge(ctx context.Context, table, key string, now time.Time) (int, error) {
	const batch = 500
	total := 0
	for {
		var keys []string
		err := s.read(ctx).Table(table).Where("expires_at <= ?", toMillis(now)).Limit(batch).Pluck(key, &keys).Error
		if err != nil || len(keys) == 0 {
			return total, wrap("purge "+table, err)
		}
		err = s.tx(ctx, "purge "+table, func(tx *gorm.DB) error {
			return tx.Exec("DELETE FROM "+table+" WHERE "+key+" IN ?", keys).Error
		})
		if err != nil {
			return total, err
		}
		total += len(keys)
	}
}
