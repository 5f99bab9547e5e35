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

const upstreamDeliveriesTable = "upstream_deliveries"

// The states of a delivery's row.
const (
	deliveryWorking = "working"
	deliveryDone    = "done"
)

// upstreamDeliveryRow is a post or sheet from upstream that is being worked, or
// was, and what was answered.
type upstreamDeliveryRow struct {
	UID        string `gorm:"column:uid;primaryKey"`
	Source     string
	Name       string
	Digest     string
	State      string
	LeaseToken string
	LeaseUntil int64 // by the database's clock
	Answer     []byte
	Created    int64 `gorm:"column:created_at"`
	FinishedAt int64
	ExpiresAt  int64
}

func (upstreamDeliveryRow) TableName() string { return upstreamDeliveriesTable }

// UpstreamDelivery names something that came from upstream. Source and Name are
// ASCII and name it once and for all.
type UpstreamDelivery struct {
	Source string // the key's ID, or the folder
	Name   string // the idempotency key, or the sheet's name hashed
	Digest string // of the content, in hex
}

// UpstreamClaim is what became of claiming a delivery: it is ours to work, or
// exactly one of the other fields is set.
type UpstreamClaim struct {
	Ours   bool
	Answer []byte // worked before; this was the answer
	Busy   bool   // somebody works it now
	Other  bool   // the name stands for other content

	uid, token, source string
}

// ClaimUpstream gives a delivery to one of those who ask. A worker who let the
// lease end is taken to be dead: the next one works it again. The row is kept
// until expires, by the business clock. Index upstream_deliveries_name: one row.
func (s *Store) ClaimUpstream(ctx context.Context, d UpstreamDelivery, lease time.Duration, now, expires time.Time) (c UpstreamClaim, err error) {
	token := rand.Text()
	row := upstreamDeliveryRow{
		UID: newUID(), Source: d.Source, Name: d.Name, Digest: d.Digest, State: deliveryWorking, LeaseToken: token,
		Created: toMillis(now), ExpiresAt: toMillis(expires),
	}
	err = s.tx(ctx, "claim upstream", func(tx *gorm.DB) error {
		c = UpstreamClaim{}
		err := tx.Create(&row).Error
		switch {
		case err == nil:
			c = UpstreamClaim{Ours: true, uid: row.UID, token: token, source: d.Source}
			return tx.Model(&upstreamDeliveryRow{}).Where("uid = ?", row.UID).Update("lease_until", s.leaseEnd(lease)).Error
		case !errors.Is(err, gorm.ErrDuplicatedKey):
			return fmt.Errorf("insert: %w", err)
		}
		var known upstreamDeliveryRow
		if err := tx.Where("source = ? AND name = ?", d.Source, d.Name).Take(&known).Error; err != nil {
			return fmt.Errorf("read: %w", err)
		}
		switch {
		case known.Digest != d.Digest:
			c.Other = true
			return nil
		case known.State == deliveryDone:
			c.Answer, err = s.keys.unseal(upstreamDeliveriesTable, "answer", known.UID, known.Answer)
			return err
		}
		won := tx.Model(&upstreamDeliveryRow{}).
			Where("uid = ? AND state = ? AND lease_until < "+s.dialect.nowMillis(), known.UID, deliveryWorking).
			Updates(map[string]any{"lease_token": token, "lease_until": s.leaseEnd(lease)})
		if won.RowsAffected == 1 {
			c = UpstreamClaim{Ours: true, uid: known.UID, token: token, source: d.Source}
		} else {
			c.Busy = true
		}
		return won.Error
	})
	return c, err
}

// RenewUpstream makes the lease of a claim last longer. ErrLeaseLost means that
// another worker has taken it over.
func (s *Store) RenewUpstream(ctx context.Context, c UpstreamClaim, lease time.Duration) error {
	return s.updateUpstream(ctx, "renew upstream", c, map[string]any{"lease_until": s.leaseEnd(lease)})
}

// ReleaseUpstream gives a claim back, so that the next who asks need not wait
// for the lease's end.
func (s *Store) ReleaseUpstream(ctx context.Context, c UpstreamClaim) error {
	return s.updateUpstream(ctx, "release upstream", c, map[string]any{"lease_until": 0})
}

func (s *Store) updateUpstream(ctx context.Context, op string, c UpstreamClaim, columns map[string]any) error {
	lost := false
	err := s.tx(ctx, op, func(tx *gorm.DB) error {
		done := tx.Model(&upstreamDeliveryRow{}).Where("uid = ? AND lease_token = ? AND state = ?", c.uid, c.token, deliveryWorking).Updates(columns)
		lost = done.RowsAffected == 0
		return done.Error
	})
	if err == nil && lost {
		return fmt.Errorf("store: %s: %w", op, ErrLeaseLost)
	}
	return err
}

// FinishUpstream stores the answer of a claim, and adds what it brought to the
// key that is the delivery's source. ErrLeaseLost means that another worker has
// taken it over.
func (s *Store) FinishUpstream(ctx context.Context, c UpstreamClaim, answer []byte, t model.Tally, now time.Time) error {
	sealed, err := s.keys.seal(upstreamDeliveriesTable, "answer", c.uid, answer)
	if err != nil {
		return err
	}
	lost := false
	err = s.tx(ctx, "finish upstream", func(tx *gorm.DB) error {
		done := tx.Model(&upstreamDeliveryRow{}).Where("uid = ? AND lease_token = ? AND state = ?", c.uid, c.token, deliveryWorking).
			Select("state", "answer", "finished_at", "lease_until").
			Updates(&upstreamDeliveryRow{State: deliveryDone, Answer: sealed, FinishedAt: toMillis(now)})
		lost = done.RowsAffected == 0
		if done.Error != nil || lost {
			return done.Error
		}
		return countUpstream(tx, c.source, t, now)
	})
	if err == nil && lost {
		return fmt.Errorf("store: finish upstream: %w", ErrLeaseLost)
	}
	return err
}

// UpstreamAnswer returns what a delivery was answered; busy when it is being
// worked, found when there is one at all.
func (s *Store) UpstreamAnswer(ctx context.Context, source, name string) (answer []byte, busy, found bool, err error) {
	if !isCode(source) || !isCode(name) {
		return nil, false, false, nil
	}
	var rows []upstreamDeliveryRow
	if err := s.read(ctx).Where("source = ? AND name = ?", source, name).Limit(1).Find(&rows).Error; err != nil {
		return nil, false, false, wrap("upstream answer", err)
	}
	if len(rows) == 0 {
		return nil, false, false, nil
	}
	if rows[0].State != deliveryDone {
		return nil, true, true, nil
	}
	answer, err = s.keys.unseal(upstreamDeliveriesTable, "answer", rows[0].UID, rows[0].Answer)
	return answer, false, true, err
}
