package store

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"quxiang/model"
)

// messageRow is one message of the outbox. Its text holds nothing personal
// (see model.Notice), so that it is kept in the clear.
type messageRow struct {
	ID             int64 `gorm:"primaryKey"`
	MessageKey     string
	GraduateID     int64
	OpenID         string `gorm:"column:openid"`
	Kind           string
	Priority       int
	State          string
	Vars           map[string]string `gorm:"serializer:json"`
	Path           string
	NotBefore      int64
	NotAfter       int64 // 0: never too late
	Attempts       int
	FirstAttemptAt int64  // 0: WeChat has not got it, or has refused it for certain
	LeaseToken     string // of the newest lease, kept when it runs out: its holder may still settle
	LeaseUntil     int64  // by the database's clock
	CancelledAt    int64  // cancelled while leased: whoever holds it drops it
	MsgID          int64  `gorm:"column:msgid"`
	Reason         string
	CreatedAt      int64 `gorm:"autoCreateTime:false"`
	SettledAt      int64
}

// TableName names the table.
func (messageRow) TableName() string { return "messages" }

func (r messageRow) message() model.Message {
	return model.Message{
		ID: r.ID, GraduateID: model.GraduateID(r.GraduateID), OpenID: r.OpenID,
		Notice: model.Notice{
			Kind: model.MessageKind(r.Kind), Key: r.MessageKey, Vars: r.Vars, Path: r.Path,
			NotBefore: fromMillis(r.NotBefore), NotAfter: fromMillis(r.NotAfter),
		},
		State: model.MessageState(r.State), Attempts: r.Attempts, FirstAttemptAt: fromMillis(r.FirstAttemptAt),
		MsgID: r.MsgID, Reason: r.Reason, CreatedAt: fromMillis(r.CreatedAt), SettledAt: fromMillis(r.SettledAt),
	}
}

func messagesOf(rows []messageRow) []model.Message {
	out := make([]model.Message, len(rows))
	for i, r := range rows {
		out[i] = r.message()
	}
	return out
}

// Reasons that the outbox itself gives, for operators to read.
const (
	reasonNotFollowing = "用户未关注公众号，等待关注后发送"
	reasonTooLate      = "已过有效时间，不再发送"
	reasonNoLonger     = "事项已变化，不再发送"
	reasonUnknown      = "发送结果不明，为避免重复不再发送"
)

// unsent are the states in which a message can still be taken back.
func unsent() []model.MessageState {
	return []model.MessageState{model.MessageQueued, model.MessageHeld, model.MessageLeased}
}

// newMessage is a notice as a row, held when its recipient is known not to
// follow.
func newMessage(id model.GraduateID, openid string, n model.Notice, gone bool, now time.Time) messageRow {
	r := messageRow{
		MessageKey: n.Key, GraduateID: int64(id), OpenID: openid, Kind: string(n.Kind), Priority: n.Kind.Priority(),
		State: string(model.MessageQueued), Vars: n.Vars, Path: n.Path,
		NotBefore: toMillis(n.NotBefore), NotAfter: toMillis(n.NotAfter), CreatedAt: toMillis(now),
	}
	if gone {
		r.State, r.Reason = string(model.MessageHeld), reasonNotFollowing
	}
	return r
}

// enqueue puts notices to one openid into the outbox, within the transaction
// that makes them owed; id is 0 for a message about an account. A notice whose
// key is known is dropped, and so are all when openid is "". A new rung of the
// ladder takes back the graduate's older ones.
func enqueue(tx *gorm.DB, id model.GraduateID, openid string, notices []model.Notice, now time.Time) error {
	if openid == "" || len(notices) == 0 {
		return nil
	}
	gone, err := notFollowing(tx, []string{openid})
	if err != nil {
		return err
	}
	rows := make([]messageRow, len(notices))
	var rungs []string
	for i, n := range notices {
		rows[i] = newMessage(id, openid, n, gone[openid], now)
		if n.Kind == model.MessageDeadline {
			rungs = append(rungs, n.Key)
		}
	}
	if len(rungs) > 0 && id != 0 {
		if err := cancelRungs(tx, []model.GraduateID{id}, rungs, now); err != nil {
			return err
		}
	}
	return insertMessages(tx, rows)
}

// insertMessages inserts rows, dropping those whose key is there already.
func insertMessages(tx *gorm.DB, rows []messageRow) error {
	if len(rows) == 0 {
		return nil
	}
	err := tx.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "message_key"}}, DoNothing: true}).Create(&rows).Error
	if err != nil {
		return fmt.Errorf("insert messages: %w", err)
	}
	return nil
}

// cancelMessages takes back the graduate's unsent messages of some kinds. One
// that is leased at the moment is marked: its holder drops it before sending.
// Served by messages_graduate; a graduate has some tens of messages.
func cancelMessages(tx *gorm.DB, id model.GraduateID, kinds []model.MessageKind, now time.Time) error {
	if len(kinds) == 0 || id == 0 {
		return nil
	}
	return takeBack(tx.Where("graduate_id = ? AND kind IN ? AND state IN ?", id, kinds, unsent()), now)
}

// cancelRungs takes back the ladder's messages to some graduates, except those
// with the keys given.
func cancelRungs(tx *gorm.DB, ids []model.GraduateID, keep []string, now time.Time) error {
	return takeBack(tx.Where("graduate_id IN ? AND kind = ? AND state IN ? AND message_key NOT IN ?",
		ids, model.MessageDeadline, unsent(), keep), now)
}

// takeBack cancels the messages that which selects. MySQL assigns from left to
// right, GORM in the order of the names: every CASE comes to the same whether
// it sees the old state or the new.
func takeBack(which *gorm.DB, now time.Time) error {
	ms := toMillis(now)
	err := which.Model(&messageRow{}).Updates(map[string]any{
		"cancelled_at": ms,
		"reason":       reasonNoLonger,
		"settled_at":   gorm.Expr("CASE WHEN state = ? THEN 0 ELSE ? END", model.MessageLeased, ms),
		"state":        gorm.Expr("CASE WHEN state = ? THEN state ELSE ? END", model.MessageLeased, model.MessageCancelled),
	}).Error
	if err != nil {
		return fmt.Errorf("cancel messages: %w", err)
	}
	return nil
}

// Messages lists a graduate's messages, newest first. Served by
// messages_graduate.
func (s *Store) Messages(ctx context.Context, id model.GraduateID, limit int) ([]model.Message, error) {
	var rows []messageRow
	if err := s.read(ctx).Where("graduate_id = ?", id).Order("id DESC").Limit(limit).Find(&rows).Error; err != nil {
		return nil, wrap("messages", err)
	}
	return messagesOf(rows), nil
}

// MessageCounts counts the outbox by state. It reads the whole of
// messages_due, some 0.2 s at a million messages: for an operator's page and a
// gauge read now and then, not for a request that graduates make.
func (s *Store) MessageCounts(ctx context.Context) (map[model.MessageState]int, error) {
	var rows []struct {
		State model.MessageState
		N     int
	}
	if err := s.read(ctx).Model(&messageRow{}).Select("state, COUNT(*) AS n").Group("state").Scan(&rows).Error; err != nil {
		return nil, wrap("message counts", err)
	}
	counts := make(map[model.MessageState]int, len(rows))
	for _, r := range rows {
		counts[r.State] = r.N
	}
	return counts, nil
}
