package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

// PurgeMessages deletes the settled messages that were made before an instant,
// with what their receipts said, and tells how many. It reads from the oldest
// on and stops at the first that is younger: the cost is that of what goes, and
// of the few old ones that are still held.
func (s *Store) PurgeMessages(ctx context.Context, before time.Time) (int, error) {
	const batch = 500
	var after int64
	total := 0
	for {
		var rows []messageRow
		err := s.read(ctx).Select("id", "state", "created_at").Where("id > ?", after).Order("id").Limit(batch).Find(&rows).Error
		if err != nil {
			return total, wrap("purge messages", err)
		}
		var ids []int64
		young := len(rows) < batch
		for _, r := range rows {
			after = r.ID
			if r.CreatedAt >= toMillis(before) {
				young = true
				break
			}
			if model.MessageState(r.State).Settled() {
				ids = append(ids, r.ID)
			}
		}
		if len(ids) > 0 {
			if err := s.deleteMessages(ctx, ids); err != nil {
				return total, err
			}
			total += len(ids)
		}
		if young {
			return total, nil
		}
	}
}

func (s *Store) deleteMessages(ctx context.Context, ids []int64) error {
	return s.tx(ctx, "purge messages", func(tx *gorm.DB) error {
		var msgids []int64
		if err := tx.Model(&messageRow{}).Where("id IN ? AND msgid <> 0", ids).Pluck("msgid", &msgids).Error; err != nil {
			return err
		}
		if len(msgids) > 0 {
			if err := tx.Exec("DELETE FROM deliveries WHERE msgid IN ?", msgids).Error; err != nil {
				return err
			}
		}
		return tx.Where("id IN ?", ids).Delete(&messageRow{}).Error
	})
}
