package store

import (
	"context"
	"time"

	"quxiang/model"
)

// lapsedBatch is how many bindings are looked for at once.
const lapsedBatch = 200

// EndBindings ends the bindings of those who unfollowed days ago and did not come
// back (model.LetGo), each in a transaction of its own with its audit entry, and
// tells how many. It reads the entries of followers_recent of all who unfollowed
// so long ago, and of accounts only those that are still bound, by
// accounts_openid: for a job at night.
func (s *Store) EndBindings(ctx context.Context, days int, now time.Time) (ended int, err error) {
	before := toMillis(now.AddDate(0, 0, -days))
	for after := ""; ; {
		var rows []struct {
			ID          int64
			OpenID      string `gorm:"column:openid"`
			Subscribed  bool
			LastEventAt int64
		}
		err := s.read(ctx).Table("followers").
			Select("accounts.id, followers.openid, followers.subscribed, followers.last_event_at").
			Joins("JOIN accounts ON accounts.openid = followers.openid").
			Where("followers.subscribed = ? AND followers.last_event_at <= ? AND accounts.bound_at <= ? AND followers.openid > ?", false, before, before, after).
			Order("followers.openid").Limit(lapsedBatch).Find(&rows).Error
		if err != nil {
			return ended, wrap("lapsed bindings", err)
		}
		for _, r := range rows {
			f := model.Follower{OpenID: r.OpenID, Subscribed: r.Subscribed, LastEventAt: fromMillis(r.LastEventAt)}
			a, err := s.ChangeAccount(ctx, model.AccountID(r.ID), "", func(a model.Account, _ *model.Account) (model.AccountChange, error) {
				return model.LetGo(a, f, days, now), nil
			})
			if err != nil {
				return ended, err
			}
			if a.OpenID == "" {
				ended++
			}
			after = r.OpenID
		}
		if len(rows) < lapsedBatch {
			return ended, nil
		}
	}
}
