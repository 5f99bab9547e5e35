package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"quxiang/model"
)

// followerRow is an openid that follows or followed.
type followerRow struct {
	OpenID      string `gorm:"column:openid;primaryKey"`
	Subscribed  bool
	LastEventAt int64
	Scene       string
}

// TableName names the table.
func (followerRow) TableName() string { return "followers" }

func (r followerRow) follower() model.Follower {
	return model.Follower{OpenID: r.OpenID, Subscribed: r.Subscribed, LastEventAt: fromMillis(r.LastEventAt), Scene: r.Scene}
}

// forUpdate locks the rows that a transaction reads until it ends. SQLite
// ignores it: its write transactions exclude one another from the start.
func forUpdate(tx *gorm.DB) *gorm.DB {
	return tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate})
}

// Follow records that openid followed or unfollowed at a time, WeChat's
// CreateTime. An event older than the newest known one changes nothing (see
// model.Follower). Unfollowing holds what waits to be sent, following queues
// it again.
func (s *Store) Follow(ctx context.Context, openid string, subscribed bool, scene string, at time.Time) (changed bool, err error) {
	return s.follow(ctx, "follow", openid, func(f model.Follower) (model.Follower, bool) {
		return f.Follow(subscribed, scene, at)
	})
}

// MarkUnfollowed records what a refused message showed: openid does not
// follow. now is when that message was sent. WeChat's events count in whole
// seconds and know better: one of the same second or later stands.
func (s *Store) MarkUnfollowed(ctx context.Context, openid string, now time.Time) error {
	at := now.Truncate(time.Second)
	_, err := s.follow(ctx, "mark unfollowed", openid, func(f model.Follower) (model.Follower, bool) {
		if !f.LastEventAt.Before(at) {
			return f, false
		}
		return f.Follow(false, "", at)
	})
	return err
}

func (s *Store) follow(ctx context.Context, op, openid string, apply func(model.Follower) (model.Follower, bool)) (changed bool, err error) {
	err = s.tx(ctx, op, func(tx *gorm.DB) error {
		changed = false
		// The row is there before it is locked, so that two first events of
		// one openid do not both find nothing.
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&followerRow{OpenID: openid}).Error; err != nil {
			return fmt.Errorf("insert: %w", err)
		}
		var row followerRow
		if err := forUpdate(tx).Where("openid = ?", openid).Take(&row).Error; err != nil {
			return fmt.Errorf("read: %w", err)
		}
		f, ok := apply(row.follower())
		if !ok {
			return nil
		}
		changed = true
		row = followerRow{OpenID: openid, Subscribed: f.Subscribed, LastEventAt: toMillis(f.LastEventAt), Scene: f.Scene}
		if err := tx.Select("*").Updates(&row).Error; err != nil {
			return fmt.Errorf("update: %w", err)
		}
		return holdMessages(tx, openid, f.Subscribed)
	})
	return changed, err
}

// CreateFollowers adds openids that follow since an instant, as demo data has
// them. One that is known already stays as it is.
func (s *Store) CreateFollowers(ctx context.Context, openids []string, at time.Time) error {
	rows := make([]followerRow, len(openids))
	for i, openid := range openids {
		rows[i] = followerRow{OpenID: openid, Subscribed: true, LastEventAt: toMillis(at)}
	}
	if len(rows) == 0 {
		return nil
	}
	return s.tx(ctx, "create followers", func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&rows, insertBatch).Error
	})
}

// holdMessages holds or queues again what waits for openid. Served by
// messages_openid.
func holdMessages(tx *gorm.DB, openid string, subscribed bool) error {
	from, to, reason := model.MessageQueued, model.MessageHeld, reasonNotFollowing
	if subscribed {
		from, to, reason = to, from, ""
	}
	err := tx.Model(&messageRow{}).Where("openid = ? AND state = ?", openid, from).
		Updates(map[string]any{"state": to, "reason": reason}).Error
	if err != nil {
		return fmt.Errorf("hold messages: %w", err)
	}
	return nil
}

// Follower returns what is known about openid; ok is false when nothing is.
func (s *Store) Follower(ctx context.Context, openid string) (f model.Follower, ok bool, err error) {
	var row followerRow
	err = s.read(ctx).Where("openid = ?", openid).Take(&row).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return model.Follower{}, false, nil
	case err != nil:
		return model.Follower{}, false, wrap("follower", err)
	default:
		return row.follower(), true, nil
	}
}

// Followers lists, by openid and after one, whoever follows or followed.
func (s *Store) Followers(ctx context.Context, after string, limit int) ([]model.Follower, error) {
	var rows []followerRow
	if err := s.read(ctx).Where("openid > ?", after).Order("openid").Limit(limit).Find(&rows).Error; err != nil {
		return nil, wrap("followers", err)
	}
	followers := make([]model.Follower, len(rows))
	for i, row := range rows {
		followers[i] = row.follower()
	}
	return followers, nil
}

// notFollowing tells which of the openids are known to have unfollowed. One
// that we never heard of may follow since before this program ran.
func notFollowing(tx *gorm.DB, openids []string) (map[string]bool, error) {
	var gone []string
	err := tx.Model(&followerRow{}).Where("openid IN ? AND subscribed = ?", openids, false).Pluck("openid", &gone).Error
	if err != nil {
		return nil, fmt.Errorf("followers: %w", err)
	}
	set := make(map[string]bool, len(gone))
	for _, o := range gone {
		set[o] = true
	}
	return set, nil
}

// RecentFollowers lists those who follow, who began last first. Index
// followers_recent: limit rows.
func (s *Store) RecentFollowers(ctx context.Context, limit int) ([]model.Follower, error) {
	var rows []followerRow
	if err := s.read(ctx).Where("subscribed = ?", true).Order("last_event_at DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, wrap("recent followers", err)
	}
	out := make([]model.Follower, len(rows))
	for i, r := range rows {
		out[i] = r.follower()
	}
	return out, nil
}
