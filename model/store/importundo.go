package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

// undoBatch is how many graduates one transaction takes back.
const undoBatch = 200

// undoing is one batch of an import on its way back.
type undoing struct {
	*Store
	task   int64
	by     model.Actor
	now    time.Time
	counts *counting
	undone []int64
	acted  int
}

// UndoImport takes back what an import did to the next graduates after one, by
// id: those whom it made are deleted with their history, those whom it changed
// have the facts, the draft and the history that they had before, and the
// numbers count as if it had not been. Graduates on whom somebody has acted
// since stay as they are and are counted in acted. last is 0 when nobody is
// left. Each batch is one transaction, so that it can be broken off anywhere
// and begun again.
//
// Six queries for the records of a batch and two for their messages, then two
// statements for each graduate that was changed.
func (s *Store) UndoImport(ctx context.Context, task int64, after model.GraduateID, by model.Actor, now time.Time) (
	undone, acted int, last model.GraduateID, err error,
) {
	u := &undoing{Store: s, task: task, by: by, now: now}
	err = retry(ctx, "undo import", func() error {
		u.counts, u.undone, u.acted, last = newCounting(), nil, 0, 0
		var rows []importChangeRow
		err := s.read(ctx).Where("task_id = ? AND graduate_id > ?", task, int64(after)).Order("graduate_id").Limit(undoBatch).Find(&rows).Error
		if err != nil || len(rows) == 0 {
			return err
		}
		last = model.GraduateID(rows[len(rows)-1].GraduateID)
		ids := make([]int64, len(rows))
		for i, r := range rows {
			ids[i] = r.GraduateID
		}
		all, err := s.loadRecords(ctx, ids)
		if err != nil {
			return err
		}
		sent, err := u.sent(s.read(ctx), rows)
		if err != nil {
			return err
		}
		return s.once(ctx, func(tx *gorm.DB) error { return u.batch(tx, rows, all, sent) })
	})
	return len(u.undone), u.acted, last, err
}

// sent are the graduates to whom a message of the import may have gone out.
func (u *undoing) sent(db *gorm.DB, rows []importChangeRow) (map[int64]bool, error) {
	at := map[int64]int64{}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i], at[r.GraduateID] = r.GraduateID, r.ChangedAt
	}
	var found []messageRow
	err := db.Select("graduate_id, state, first_attempt_at, created_at").Where("graduate_id IN ?", ids).Find(&found).Error
	if err != nil {
		return nil, err
	}
	sent := map[int64]bool{}
	for _, m := range found {
		if m.CreatedAt == at[m.GraduateID] && !withdrawable(m) {
			sent[m.GraduateID] = true
		}
	}
	return sent, nil
}

// withdrawable reports whether nobody can have got the message.
func withdrawable(m messageRow) bool {
	switch model.MessageState(m.State) {
	case model.MessageQueued, model.MessageHeld, model.MessageCancelled:
		return m.FirstAttemptAt == 0
	default:
		return false
	}
}

func (u *undoing) batch(tx *gorm.DB, rows []importChangeRow, all map[int64]*loaded, sent map[int64]bool) error {
	untouched := slices.DeleteFunc(slices.Clone(rows), func(r importChangeRow) bool {
		l := all[r.GraduateID]
		return l == nil || l.row.Version != r.Version || sent[r.GraduateID]
	})
	u.acted = len(rows) - len(untouched)
	if len(untouched) == 0 {
		return nil
	}
	// First, so that few senders are faster. Others lock a graduate before his
	// messages: should two lock crosswise, one of them begins again.
	if err := u.withdraw(tx, untouched); err != nil {
		return err
	}
	var created []*loaded
	deleted := map[string]int{}
	for _, r := range untouched {
		l := all[r.GraduateID]
		u.undone = append(u.undone, r.GraduateID)
		if r.Kind == importCreated {
			created = append(created, l)
			deleted[l.row.SchoolCode]++
			continue
		}
		if err := u.restore(tx, r, l); err != nil {
			return err
		}
	}
	if err := u.remove(tx, created); err != nil {
		return err
	}
	if err := tx.Where("task_id = ? AND graduate_id IN ?", u.task, u.undone).Delete(&importChangeRow{}).Error; err != nil {
		return err
	}
	for school, n := range deleted {
		err := appendAudit(tx, model.Audit{
			At: u.now, Actor: u.by, Action: "import.undo", SchoolCode: school,
			Detail: map[string]string{"task": strconv.FormatInt(u.task, 10), "deleted": strconv.Itoa(n)},
		})
		if err != nil {
			return err
		}
	}
	return u.counts.write(u.Store, tx)
}

// restore gives a changed graduate back what the import replaced.
func (u *undoing) restore(tx *gorm.DB, r importChangeRow, l *loaded) error {
	plain, err := u.keys.unseal(importChangesTable, "before", r.UID, r.Before)
	if err != nil {
		return err
	}
	var before importBefore
	if err := json.Unmarshal(plain, &before); err != nil {
		return fmt.Errorf("store: import change of graduate %d: %w", r.GraduateID, err)
	}
	rec := l.record
	rec.Graduate.Basics, rec.Draft = before.Basics, before.Draft
	if before.Revisions > len(rec.Revisions) {
		return errors.New("store: undo import: the record has lost history")
	}
	rec.Revisions = append([]model.Revision(nil), rec.Revisions[:before.Revisions]...)
	left := before.Reviews
	for i := range rec.Revisions { // an import adds reviews to the newest revision only
		rec.Revisions[i].Reviews = rec.Revisions[i].Reviews[:min(left, len(rec.Revisions[i].Reviews))]
		left -= len(rec.Revisions[i].Reviews)
	}
	w := &writing{Store: u.Store, before: l, after: rec}
	w.after.Version = l.record.Version + 1
	if err := w.writeGraduate(tx); err != nil {
		return err
	}
	if err := w.moveRequests(tx); err != nil {
		return err
	}
	if err := tx.Where("graduate_id = ? AND number > ?", r.GraduateID, before.Revisions).Delete(&revisionRow{}).Error; err != nil {
		return err
	}
	if err := tx.Where("graduate_id = ? AND serial > ?", r.GraduateID, before.Reviews).Delete(&reviewRow{}).Error; err != nil {
		return err
	}
	day := model.DateOf(fromMillis(r.ChangedAt))
	u.counts.graduate(&l.row, -1, day)
	u.counts.graduate(&w.row, 1, day)
	return appendAudit(tx, model.Audit{
		At: u.now, Actor: u.by, Action: "import.undo", GraduateID: model.GraduateID(r.GraduateID),
		SchoolCode: l.row.SchoolCode, College: rec.Graduate.Basics.College,
		Detail: map[string]string{"task": strconv.FormatInt(u.task, 10)},
	})
}

// remove deletes graduates whom the import made, while they are as it made
// them.
func (u *undoing) remove(tx *gorm.DB, created []*loaded) error {
	if len(created) == 0 {
		return nil
	}
	ids := make([]int64, len(created))
	for i, l := range created {
		ids[i] = l.row.ID
		u.counts.graduate(&l.row, -1, countedOn(l.record))
	}
	// The import leaves version 1: whoever has acted has made another of it.
	gone := tx.Where("id IN ? AND version = 1", ids).Delete(&graduateRow{})
	switch {
	case gone.Error != nil:
		return gone.Error
	case gone.RowsAffected != int64(len(ids)):
		return errLost
	}
	if err := tx.Where("graduate_id IN ?", ids).Delete(&revisionRow{}).Error; err != nil {
		return err
	}
	return tx.Where("graduate_id IN ?", ids).Delete(&reviewRow{}).Error
}

// withdraw deletes the messages that the import owed and nobody got: cancelled
// ones would keep their keys, and the same import could never owe them again. One
// that a sender took meanwhile makes the batch begin again: what was told stands.
func (u *undoing) withdraw(tx *gorm.DB, of []importChangeRow) error {
	ids, at := make([]int64, len(of)), make([]int64, len(of))
	for i, r := range of {
		ids[i], at[i] = r.GraduateID, r.ChangedAt
	}
	err := tx.Where("graduate_id IN ? AND created_at IN ? AND first_attempt_at = 0 AND state IN ?", ids, at,
		[]model.MessageState{model.MessageQueued, model.MessageHeld, model.MessageCancelled}).Delete(&messageRow{}).Error
	if err != nil {
		return err
	}
	sent, err := u.sent(tx, of)
	if err == nil && len(sent) > 0 {
		err = errLost
	}
	return err
}
