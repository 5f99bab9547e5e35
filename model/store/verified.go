package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

// TellVerified takes up to limit verifications of which no message was made, the
// oldest first, and puts into the outbox one message for each form and day of
// which there is none yet. In the same transaction they are marked, so that
// whatever breaks off, each is told once. It returns how many verifications it
// took and how many messages are new.
//
// One range of verifications_told (told, id): rows that were told cost nothing.
// The holders, their openids and the keys of messages are read by primary key
// and messages_key. Two replicas take the same rows only one after the other.
func (s *Store) TellVerified(ctx context.Context, limit int, now time.Time) (seen, told int, err error) {
	_, schools, err := s.schools.all(ctx)
	if err != nil {
		return 0, 0, err
	}
	err = s.tx(ctx, "tell verified", func(tx *gorm.DB) error {
		var rows []verificationRow
		if err := untold(tx, limit).Find(&rows).Error; err != nil {
			return err
		}
		seen, told = len(rows), 0
		if seen == 0 {
			return nil
		}
		messages, err := verifiedMessages(tx, rows, schools, now)
		if err != nil {
			return err
		}
		if err := insertMessages(tx, messages); err != nil {
			return err
		}
		told = len(messages)
		ids := make([]int64, seen)
		for i, r := range rows {
			ids[i] = r.ID
		}
		return tx.Model(&verificationRow{}).Where("id IN ?", ids).Update("told", true).Error
	})
	if err != nil {
		return 0, 0, err
	}
	return seen, told, nil
}

func untold(tx *gorm.DB, limit int) *gorm.DB {
	return forUpdate(tx).Model(&verificationRow{}).Where("told = ?", false).Order("id").Limit(limit)
}

// verifiedMessages makes the messages that are owed for verifications: none to
// those without WeChat, none whose key is there, none that comes too late.
func verifiedMessages(tx *gorm.DB, rows []verificationRow, schools map[string]model.School, now time.Time) ([]messageRow, error) {
	holders, err := holdersOf(tx, rows)
	if err != nil {
		return nil, err
	}
	var notices []model.Notice
	var keys, openids []string
	var to []holderRow
	for i := range rows {
		h, bound := holders[rows[i].GraduateID]
		n := model.NoticeVerified(rows[i].verification(), schools[h.SchoolCode], now)
		if bound && !rows[i].Own && now.Before(n.NotAfter) && !slices.Contains(keys, n.Key) {
			notices, to, keys, openids = append(notices, n), append(to, h), append(keys, n.Key), append(openids, h.OpenID)
		}
	}
	if len(notices) == 0 {
		return nil, nil
	}
	var there []string
	if err := tx.Model(&messageRow{}).Where("message_key IN ?", keys).Pluck("message_key", &there).Error; err != nil {
		return nil, fmt.Errorf("known messages: %w", err)
	}
	gone, err := notFollowing(tx, openids)
	if err != nil {
		return nil, err
	}
	var messages []messageRow
	for i, n := range notices {
		if !slices.Contains(there, n.Key) {
			messages = append(messages, newMessage(model.GraduateID(to[i].ID), to[i].OpenID, n, gone[to[i].OpenID], now))
		}
	}
	return messages, nil
}

// holderRow is whom a message about a form goes to.
type holderRow struct {
	ID         int64
	OpenID     string `gorm:"column:openid"`
	SchoolCode string
}

// holdersOf are the holders of verified forms who can be told in WeChat.
func holdersOf(tx *gorm.DB, rows []verificationRow) (map[int64]holderRow, error) {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.GraduateID
	}
	slices.Sort(ids)
	var found []holderRow
	err := tx.Table(graduatesTable).Select("graduates.id, accounts.openid, graduates.school_code").
		Joins("JOIN accounts ON accounts.id = graduates.account_id AND accounts.openid IS NOT NULL").
		Where("graduates.id IN ?", slices.Compact(ids)).Find(&found).Error
	if err != nil {
		return nil, fmt.Errorf("holders: %w", err)
	}
	holders := make(map[int64]holderRow, len(found))
	for _, h := range found {
		holders[h.ID] = h
	}
	return holders, nil
}
