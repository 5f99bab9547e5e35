package store

import (
	"context"
	"encoding/json"
	"fmt"

	"gorm.io/gorm"

	"quxiang/model"
)

const requestsTable = "requests"

// requestRow is one request of a graduate. Kind, state and place are for
// queues; what was asked and answered is encrypted as a whole, since the right
// value of an item can be an ID number.
type requestRow struct {
	GraduateID int64  `gorm:"primaryKey;autoIncrement:false"`
	Number     int    `gorm:"primaryKey;autoIncrement:false"`
	UID        string `gorm:"column:uid"`
	Kind       string
	Revision   int
	Item       string
	Content    []byte
	State      string
	Since      int64
	AskedAt    int64
	CohortCode string
	SchoolCode string
	College    string
	Class      string
}

func (requestRow) TableName() string { return requestsTable }

// requestContent is the encrypted part of a request.
type requestContent struct {
	Wanted, Reason string
	Answers        []model.Review
	WithdrawnAt    int64
}

func (s *Store) requestRow(id model.GraduateID, g model.Graduate, uid string, q model.Request) (requestRow, error) {
	r := requestRow{
		GraduateID: int64(id), Number: q.Number, UID: uid, Kind: string(q.Kind), Revision: q.Revision, Item: q.Item,
		State: string(q.State()), Since: toMillis(q.Since()), AskedAt: toMillis(q.At),
		CohortCode: g.CohortCode, SchoolCode: g.SchoolCode, College: g.Basics.College, Class: g.Basics.Class,
	}
	plain, err := json.Marshal(requestContent{Wanted: q.Wanted, Reason: q.Reason, Answers: q.Answers, WithdrawnAt: toMillis(q.WithdrawnAt)})
	if err != nil {
		return r, fmt.Errorf("store: request: %w", err)
	}
	r.Content, err = s.keys.seal(requestsTable, "content", uid, plain)
	return r, err
}

func (s *Store) request(r *requestRow) (model.Request, error) {
	q := model.Request{Number: r.Number, Kind: model.RequestKind(r.Kind), Revision: r.Revision, Item: r.Item, At: fromMillis(r.AskedAt)}
	plain, err := s.keys.unseal(requestsTable, "content", r.UID, r.Content)
	if err != nil {
		return q, err
	}
	var c requestContent
	if err := json.Unmarshal(plain, &c); err != nil {
		return q, fmt.Errorf("store: request of graduate %d: %w", r.GraduateID, err)
	}
	q.Wanted, q.Reason, q.Answers, q.WithdrawnAt = c.Wanted, c.Reason, c.Answers, fromMillis(c.WithdrawnAt)
	return q, nil
}

func (s *Store) loadRequests(ctx context.Context, all map[int64]*loaded, have holders) error {
	rows := make([]requestRow, 0, have.rows)
	if err := s.history(ctx, have, "number", &rows); err != nil {
		return err
	}
	for i := range rows {
		l := all[rows[i].GraduateID]
		if rows[i].Number > l.row.Requests {
			continue
		}
		q, err := s.request(&rows[i])
		if err != nil {
			return err
		}
		l.record.Requests = append(l.record.Requests, q)
	}
	return nil
}

// moveRequests takes the requests of a graduate who moved to another college or
// class along, into the queues of those who now answer them.
func (w *writing) moveRequests(tx *gorm.DB) error {
	old, now := w.before.record.Graduate.Basics, w.after.Graduate.Basics
	if len(w.before.record.Requests) == 0 || old.College == now.College && old.Class == now.Class {
		return nil
	}
	return tx.Model(&requestRow{}).Where("graduate_id = ?", int64(w.after.Graduate.ID)).
		Select("college", "class").Updates(&requestRow{College: now.College, Class: now.Class}).Error
}

// writeRequests appends new requests, and writes those that were answered or
// withdrawn. A rule touches few.
func (w *writing) writeRequests(tx *gorm.DB) error {
	for i, q := range w.after.Requests {
		known := i < len(w.before.record.Requests)
		if known {
			old := w.before.record.Requests[i]
			if len(q.Answers) == len(old.Answers) && q.WithdrawnAt.Equal(old.WithdrawnAt) {
				continue
			}
		}
		row, err := w.requestRow(w.after.Graduate.ID, w.after.Graduate, newUID(), q)
		if err != nil {
			return err
		}
		if !known {
			if err := tx.Create(&row).Error; err != nil {
				return err
			}
			continue
		}
		err = tx.Model(&requestRow{}).Where("graduate_id = ? AND number = ?", row.GraduateID, row.Number).
			Select("uid", "content", "state", "since").Updates(&row).Error
		if err != nil {
			return err
		}
	}
	return nil
}
