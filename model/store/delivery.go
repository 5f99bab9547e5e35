package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"quxiang/model"
)

// ErrLeaseLost says that somebody else holds the message, or has settled it.
var ErrLeaseLost = errors.New("the lease on the message is lost")

// deliveryRow joins what the sender and the receipt know of one msgid. Either
// may come first and makes the row.
type deliveryRow struct {
	MsgID      int64  `gorm:"column:msgid;primaryKey;autoIncrement:false"`
	MessageID  int64  // 0 until WeChat's acceptance was recorded
	OpenID     string `gorm:"column:openid"`
	Status     string // of the receipt, as WeChat says it; "" until it came
	ReceivedAt int64
}

// TableName names the table.
func (deliveryRow) TableName() string { return "deliveries" }

// Settlement is what became of an attempt to send a message.
type Settlement struct {
	State   model.MessageState
	MsgID   int64     // WeChat's, when it accepted the message
	Reason  string    // Chinese, for operators
	RetryAt time.Time // with MessageQueued: not before this
	// NotSent says that WeChat refused this attempt for certain, or that none
	// was made: the window for sending again starts anew with the next one.
	// After a time-out it is false, since the message may be on its way.
	NotSent bool
}

// Settle records what became of the attempt that token's holder made. When
// WeChat accepted the message and its receipt has come already, the receipt's
// status wins. ErrLeaseLost means that the message's state was no longer the
// holder's to set; an acceptance is joined with its receipt even then.
func (s *Store) Settle(ctx context.Context, id int64, token string, o Settlement) error {
	lost := false
	err := s.tx(ctx, "settle message", func(tx *gorm.DB) error {
		receipt, err := joinDelivery(tx, id, o.MsgID)
		if err != nil {
			return err
		}
		var row messageRow
		// Sender and receipt lock the delivery before the message.
		err = forUpdate(tx).Where("id = ? AND lease_token = ?", id, token).Limit(1).Find(&row).Error
		if err != nil {
			return fmt.Errorf("read: %w", err)
		}
		if lost = row.ID == 0 || !row.mayBeSettled(o); lost {
			return nil
		}
		row.settle(o, receipt, s.now())
		if err := tx.Select("state", "reason", "msgid", "not_before", "first_attempt_at", "lease_token", "settled_at").Updates(&row).Error; err != nil {
			return fmt.Errorf("update: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if lost {
		return fmt.Errorf("store: settle message: %w", ErrLeaseLost)
	}
	return nil
}

// joinDelivery records that WeChat accepted message id as msgid and returns
// the receipt's status when there is one.
func joinDelivery(tx *gorm.DB, id, msgid int64) (status string, err error) {
	if msgid == 0 {
		return "", nil
	}
	d := deliveryRow{MsgID: msgid, MessageID: id}
	err = tx.Clauses(clause.OnConflict{
		Columns: []clause.Column{{Name: "msgid"}}, DoUpdates: clause.AssignmentColumns([]string{"message_id"}),
	}).Create(&d).Error
	if err != nil {
		return "", fmt.Errorf("join delivery: %w", err)
	}
	if err := tx.Where("msgid = ?", msgid).Take(&d).Error; err != nil {
		return "", fmt.Errorf("read delivery: %w", err)
	}
	return d.Status, nil
}

// mayBeSettled reports whether the holder of the newest lease may still settle
// r. After its lease ran out only an acceptance is news.
func (r messageRow) mayBeSettled(o Settlement) bool {
	switch model.MessageState(r.State) {
	case model.MessageLeased:
		return true
	case model.MessageQueued, model.MessageUnknown:
		return o.MsgID != 0
	default:
		return false
	}
}

// settle applies an outcome to r.
func (r *messageRow) settle(o Settlement, receipt string, now time.Time) {
	state, reason := o.State, o.Reason
	if o.MsgID != 0 {
		r.MsgID = o.MsgID
		if receipt != "" {
			state, reason = receiptState(receipt)
		}
	}
	if o.NotSent {
		r.FirstAttemptAt = 0
	}
	if r.CancelledAt != 0 && !state.Settled() {
		// Taken back while it was under way: never tried again.
		state, reason = model.MessageCancelled, reasonNoLonger
		if r.FirstAttemptAt != 0 {
			state, reason = model.MessageUnknown, reasonUnknown
		}
	}
	if state == model.MessageQueued && !o.RetryAt.IsZero() {
		r.NotBefore = toMillis(o.RetryAt)
	}
	r.State, r.Reason, r.LeaseToken, r.SettledAt = string(state), clip(reason), "", 0
	if state.Settled() {
		r.SettledAt = toMillis(now)
	}
}

// clip cuts a text to what its column holds.
func clip(s string) string { return model.Shorten(s, 255) }

// receiptState is what a receipt's status makes of a message (WeChat, 模板消息
// 事件推送: success, failed:user block, failed: system failed).
func receiptState(status string) (state model.MessageState, reason string) {
	switch status {
	case "success":
		return model.MessageDelivered, ""
	case "failed:user block":
		return model.MessageBlocked, "用户拒收"
	default:
		return model.MessageFailed, "微信未能送达（" + status + "）"
	}
}

// Receipt is WeChat's word on what became of an accepted message
// (TEMPLATESENDJOBFINISH).
type Receipt struct {
	MsgID  int64
	OpenID string
	Status string
	At     time.Time
}

// maxStatus is how much of a status is kept, in characters.
const maxStatus = 64

// Receipts records receipts in one transaction with a fixed number of
// statements for each five hundred. A receipt may come before Settle has
// recorded the acceptance, twice, or out of order: of several for one msgid the
// one that WeChat made last stands.
func (s *Store) Receipts(ctx context.Context, receipts []Receipt) error {
	last := make(map[int64]deliveryRow, len(receipts))
	for _, r := range receipts {
		if r.MsgID == 0 {
			continue
		}
		status := model.Shorten(r.Status, maxStatus)
		if status == "" {
			status = "failed: empty status"
		}
		at := toMillis(r.At)
		if known, ok := last[r.MsgID]; ok && at < known.ReceivedAt {
			continue
		}
		last[r.MsgID] = deliveryRow{MsgID: r.MsgID, OpenID: r.OpenID, Status: status, ReceivedAt: at}
	}
	rows := make([]deliveryRow, 0, len(last))
	for _, d := range last {
		rows = append(rows, d)
	}
	// One order of locks for all who write several.
	slices.SortFunc(rows, func(a, b deliveryRow) int { return cmp.Compare(a.MsgID, b.MsgID) })
	if len(rows) == 0 {
		return nil
	}
	return s.tx(ctx, "receipts", func(tx *gorm.DB) error {
		for part := range slices.Chunk(rows, 500) {
			if err := s.receive(tx, part); err != nil {
				return err
			}
		}
		return nil
	})
}

// receive writes receipts and carries their outcome to the messages whose
// acceptance is known. Both sides find deliveries and messages by primary key.
func (s *Store) receive(tx *gorm.DB, rows []deliveryRow) error {
	// received_at comes last: MySQL assigns from left to right.
	newer := make(clause.Set, 0, 3)
	for _, column := range []string{"openid", "status", "received_at"} {
		newer = append(newer, clause.Assignment{
			Column: clause.Column{Name: column}, Value: gorm.Expr(s.dialect.ifNotOlder("deliveries", column, "received_at")),
		})
	}
	err := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "msgid"}}, DoUpdates: newer}).Create(&rows).Error
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	ids := make([]int64, len(rows))
	for i, d := range rows {
		ids[i] = d.MsgID
	}
	var known []deliveryRow
	if err := tx.Where("msgid IN ? AND message_id <> 0", ids).Find(&known).Error; err != nil {
		return fmt.Errorf("read: %w", err)
	}
	byStatus := map[string][]int64{}
	for _, d := range known {
		byStatus[d.Status] = append(byStatus[d.Status], d.MessageID)
	}
	for status, messages := range byStatus { // a handful of statuses, not rows
		state, reason := receiptState(status)
		// A delivery settles a message even while it waits to be sent again; a
		// failure only one that waits for nothing but this receipt.
		from := []model.MessageState{model.MessageAccepted, model.MessageUnknown}
		if state == model.MessageDelivered {
			from = append(from, unsent()...)
		}
		err := tx.Model(&messageRow{}).Where("id IN ? AND state IN ?", messages, from).
			Updates(map[string]any{"state": state, "reason": clip(reason), "settled_at": toMillis(s.now())}).Error
		if err != nil {
			return fmt.Errorf("settle: %w", err)
		}
	}
	return nil
}
