package store

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

// resendWindow is how long after the first try a message may be sent again.
// WeChat delivers one client_msg_id once within ten minutes; two of them are
// left for clocks and slow calls (design §5, Delivery).
const resendWindow = 8 * time.Minute

// claimRounds bounds how much ClaimMessages clears away in one call, so that a
// backlog of messages that came too late does not keep it for ever.
const claimRounds = 20

// ClaimMessages leases up to limit messages that are due at now, the more
// urgent kinds first and the older before the newer. Whoever holds token may
// send them until the lease ends by the database's clock. On the way it
// cancels what has become pointless (NotAfter), and settles what an earlier
// holder left behind: as unknown when it may have been sent more than
// resendWindow ago, else it is claimable again.
//
// Each priority is one range of messages_due (state, priority, not_before,
// id), so that a claim costs what it returns, however large the outbox is. Two
// dispatchers may find the same rows; the UPDATE's condition gives each row to
// one of them.
func (s *Store) ClaimMessages(ctx context.Context, limit int, lease time.Duration, now time.Time) (token string, claimed []model.Message, err error) {
	if limit <= 0 {
		return "", nil, nil
	}
	if err := s.recoverLeases(ctx, limit, now); err != nil {
		return "", nil, err
	}
	c := claim{s: s, token: rand.Text(), lease: lease, now: now, limit: limit}
	for _, priority := range priorities() {
		if err := c.take(ctx, priority); err != nil {
			return "", nil, err
		}
	}
	if len(c.ids) == 0 {
		return c.token, nil, nil
	}
	var rows []messageRow
	err = s.read(ctx).Where("id IN ? AND lease_token = ? AND state = ?", c.ids, c.token, model.MessageLeased).
		Order("priority, not_before, id").Find(&rows).Error
	if err != nil {
		return "", nil, wrap("claim messages", err)
	}
	return c.token, messagesOf(rows), nil
}

// priorities are those that kinds of messages have, the most urgent first.
func priorities() []int {
	var all []int
	for _, k := range model.MessageKinds() {
		all = append(all, k.Priority())
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// claim is one call of ClaimMessages.
type claim struct {
	s      *Store
	token  string
	lease  time.Duration
	now    time.Time
	limit  int
	rounds int
	won    int
	ids    []int64 // those that were tried; token tells which were won
}

// take leases what is due of one priority, as far as the limit allows.
func (c *claim) take(ctx context.Context, priority int) error {
	for c.won < c.limit && c.rounds < claimRounds {
		c.rounds++
		want := c.limit - c.won
		var rows []messageRow
		err := c.s.read(ctx).Select("id, not_after, first_attempt_at").
			Where("state = ? AND priority = ? AND not_before <= ?", model.MessageQueued, priority, toMillis(c.now)).
			Order("not_before, id").Limit(want).Find(&rows).Error
		if err != nil {
			return wrap("claim messages", err)
		}
		if len(rows) == 0 {
			return nil
		}
		var due []int64
		won := 0
		err = c.s.tx(ctx, "claim messages", func(tx *gorm.DB) error {
			due, won, err = c.lay(tx, rows)
			return err
		})
		if err != nil {
			return err
		}
		c.ids = append(c.ids, due...)
		c.won += won
		if len(rows) < want {
			return nil
		}
	}
	return nil
}

// lay puts rows away that must not be sent and leases the others: those that it
// tried, and how many of them it won.
func (c *claim) lay(tx *gorm.DB, rows []messageRow) (due []int64, won int, err error) {
	var late, stale []int64
	for _, r := range rows {
		switch {
		case r.doubtful(c.now):
			stale = append(stale, r.ID)
		case r.NotAfter != 0 && r.NotAfter <= toMillis(c.now):
			late = append(late, r.ID)
		default:
			due = append(due, r.ID)
		}
	}
	if err := putAway(tx, stale, model.MessageQueued, model.MessageUnknown, reasonUnknown, c.now); err != nil {
		return nil, 0, err
	}
	if err := putAway(tx, late, model.MessageQueued, model.MessageCancelled, reasonTooLate, c.now); err != nil {
		return nil, 0, err
	}
	if len(due) == 0 {
		return nil, 0, nil
	}
	leased := tx.Model(&messageRow{}).Where("id IN ? AND state = ?", due, model.MessageQueued).Updates(map[string]any{
		"state": model.MessageLeased, "lease_token": c.token, "lease_until": c.s.leaseEnd(c.lease),
	})
	if leased.Error != nil {
		return nil, 0, fmt.Errorf("lease: %w", leased.Error)
	}
	return due, int(leased.RowsAffected), nil
}

// doubtful reports whether r may have been sent too long ago to be sent again.
func (r messageRow) doubtful(now time.Time) bool {
	return r.FirstAttemptAt != 0 && r.FirstAttemptAt < toMillis(now.Add(-resendWindow))
}

// leaseEnd is when a lease that begins now ends, by the database's clock.
func (s *Store) leaseEnd(lease time.Duration) any {
	return gorm.Expr(s.dialect.nowMillis()+" + ?", lease.Milliseconds())
}

// putAway moves messages by id from one state to another that lasts.
func putAway(tx *gorm.DB, ids []int64, from, to model.MessageState, reason string, now time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	err := tx.Model(&messageRow{}).Where("id IN ? AND state = ?", ids, from).
		Updates(map[string]any{"state": to, "reason": reason, "settled_at": toMillis(now)}).Error
	if err != nil {
		return fmt.Errorf("put away: %w", err)
	}
	return nil
}

// recoverLeases settles messages whose lease has run out. Leased messages are
// as many as the dispatchers hold: the scan of messages_due's leased part is
// short. The token stays, so that a holder that was merely slow can still say
// that WeChat accepted the message.
func (s *Store) recoverLeases(ctx context.Context, limit int, now time.Time) error {
	ended := "state = ? AND lease_until < " + s.dialect.nowMillis()
	var rows []messageRow
	err := s.read(ctx).Select("id, first_attempt_at, cancelled_at").Where(ended, model.MessageLeased).Limit(limit).Find(&rows).Error
	if err != nil {
		return wrap("claim messages", err)
	}
	if len(rows) == 0 {
		return nil
	}
	var unknown, dropped, again []int64
	for _, r := range rows {
		switch {
		case r.doubtful(now), r.CancelledAt != 0 && r.FirstAttemptAt != 0:
			unknown = append(unknown, r.ID)
		case r.CancelledAt != 0:
			dropped = append(dropped, r.ID)
		default:
			again = append(again, r.ID)
		}
	}
	return s.tx(ctx, "recover messages", func(tx *gorm.DB) error {
		stillEnded := func() *gorm.DB { return tx.Where(ended, model.MessageLeased).Session(&gorm.Session{}) }
		if err := putAway(stillEnded(), unknown, model.MessageLeased, model.MessageUnknown, reasonUnknown, now); err != nil {
			return err
		}
		if err := putAway(stillEnded(), dropped, model.MessageLeased, model.MessageCancelled, reasonNoLonger, now); err != nil {
			return err
		}
		if len(again) == 0 {
			return nil
		}
		return stillEnded().Model(&messageRow{}).Where("id IN ?", again).Update("state", model.MessageQueued).Error
	})
}

// BeginAttempt commits, before the message goes to WeChat, that it is about to
// be sent to openid. It reports false when the lease is lost or the message no
// longer holds: then it must not be sent.
func (s *Store) BeginAttempt(ctx context.Context, id int64, token, openid string, now time.Time) (begun bool, err error) {
	err = s.tx(ctx, "begin attempt", func(tx *gorm.DB) error {
		begun = false
		var row messageRow
		err := forUpdate(tx).Select("id, cancelled_at, first_attempt_at").
			Where("id = ? AND lease_token = ? AND state = ? AND lease_until > "+s.dialect.nowMillis(), id, token, model.MessageLeased).
			Limit(1).Find(&row).Error
		switch {
		case err != nil:
			return fmt.Errorf("read: %w", err)
		case row.ID == 0:
			return nil
		case row.CancelledAt != 0 && row.FirstAttemptAt != 0:
			return putAway(tx, []int64{id}, model.MessageLeased, model.MessageUnknown, reasonUnknown, now)
		case row.CancelledAt != 0:
			return putAway(tx, []int64{id}, model.MessageLeased, model.MessageCancelled, reasonNoLonger, now)
		}
		first := row.FirstAttemptAt
		if first == 0 {
			first = toMillis(now)
		}
		begun = true
		return tx.Model(&messageRow{}).Where("id = ?", id).Updates(map[string]any{
			"attempts": gorm.Expr("attempts + 1"), "first_attempt_at": first, "openid": openid,
		}).Error
	})
	return begun && err == nil, err
}
