package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

// Flow is a login on its way through WeChat or CHSI: what the state parameter
// that comes back stands for. The store holds the state's SHA-256 only.
type Flow struct {
	StateHash            string
	Browser              string // hash of the browser's secret: nobody else may finish the flow
	Kind                 string
	Next                 string // local path to go on to
	OpenID               string
	AccountID            model.AccountID
	CreatedAt, ExpiresAt time.Time
	Result               string // of the first callback, for those that come again; "" until then
}

type flowRow struct {
	StateHash string `gorm:"primaryKey"`
	Browser   string
	Kind      string
	Next      string
	OpenID    string `gorm:"column:openid"`
	AccountID int64
	Created   int64 `gorm:"column:created_at"`
	ExpiresAt int64
	ClaimedAt int64
	Result    string
}

func (flowRow) TableName() string { return "flows" }

// PutFlow stores a flow that begins. A state that is there already is
// CodeConflict.
func (s *Store) PutFlow(ctx context.Context, f Flow) error {
	row := flowRow{
		StateHash: f.StateHash, Browser: f.Browser, Kind: f.Kind, Next: f.Next, OpenID: f.OpenID, AccountID: int64(f.AccountID),
		Created: toMillis(f.CreatedAt), ExpiresAt: toMillis(f.ExpiresAt),
	}
	return s.tx(ctx, "put flow", func(tx *gorm.DB) error { return tx.Create(&row).Error })
}

// ClaimFlow returns the flow of a state. first is true for exactly one caller,
// who goes on with it; the others find its Result when that has been stored.
// A state that is unknown or too old is CodeExpired.
func (s *Store) ClaimFlow(ctx context.Context, stateHash string, now time.Time) (f Flow, first bool, err error) {
	var rows []flowRow
	err = s.tx(ctx, "claim flow", func(tx *gorm.DB) error {
		done := tx.Model(&flowRow{}).Where("state_hash = ? AND claimed_at = 0 AND expires_at > ?", stateHash, toMillis(now)).
			Update("claimed_at", toMillis(now))
		if done.Error != nil {
			return done.Error
		}
		first = done.RowsAffected == 1
		return tx.Where("state_hash = ? AND expires_at > ?", stateHash, toMillis(now)).Limit(1).Find(&rows).Error
	})
	if err != nil {
		return Flow{}, false, err
	}
	if len(rows) == 0 {
		return Flow{}, false, model.Errorf(model.CodeExpired, "登录链接已失效，请重新进入。")
	}
	r := rows[0]
	return Flow{
		StateHash: r.StateHash, Browser: r.Browser, Kind: r.Kind, Next: r.Next, OpenID: r.OpenID, AccountID: model.AccountID(r.AccountID),
		CreatedAt: fromMillis(r.Created), ExpiresAt: fromMillis(r.ExpiresAt), Result: r.Result,
	}, first, nil
}

// FinishFlow stores what the first caller found: Result, OpenID, AccountID and
// Next of f.
func (s *Store) FinishFlow(ctx context.Context, stateHash string, f Flow) error {
	row := flowRow{Result: f.Result, OpenID: f.OpenID, AccountID: int64(f.AccountID), Next: f.Next}
	return s.tx(ctx, "finish flow", func(tx *gorm.DB) error {
		done := tx.Model(&flowRow{}).Where("state_hash = ?", stateHash).Select("result", "openid", "account_id", "next").Updates(&row)
		if done.Error == nil && done.RowsAffected == 0 {
			return model.Errorf(model.CodeExpired, "登录链接已失效，请重新进入。")
		}
		return done.Error
	})
}

// PurgeFlows deletes the flows that were over at now and tells how many. Index
// flows_expiry: only those.
func (s *Store) PurgeFlows(ctx context.Context, now time.Time) (int, error) {
	return s.purge(ctx, "flows", "state_hash", now)
}
