package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"gorm.io/gorm"

	"quxiang/model"
)

// Change runs a rule on a record and writes what it returns in one transaction:
// the record, appended history, the audit entry, the messages owed and those
// cancelled. f must be pure: it runs again when somebody else changed the
// record meanwhile. A Change whose Audit.Action is "" writes nothing. The
// returned record has the ids of new authorizations.
//
// The error is f's own, ErrDuplicateNumber (within a CodeConflict),
// ErrDuplicatePerson or ErrDuplicateExam (within a CodeInvalid), CodeNotFound, or CodeUnavailable after too many lost races.
func (s *Store) Change(ctx context.Context, id model.GraduateID, f func(model.Record) (model.Change, error)) (model.Record, error) {
	return s.changeTogether(ctx, id, func(r model.Record) ([]model.Change, error) {
		ch, err := f(r)
		return []model.Change{ch}, err
	}, nil)
}

// changeTogether is Change for rules that follow one another and must be
// written together: each with its audit entry and messages, the last one with
// the record. also, unless nil, writes what belongs to the change besides.
func (s *Store) changeTogether(
	ctx context.Context, id model.GraduateID, f func(model.Record) ([]model.Change, error), also func(tx *gorm.DB, w *writing) error,
) (model.Record, error) {
	var out model.Record
	err := retry(ctx, "change", func() error {
		before, err := s.loadRecord(ctx, id)
		if err != nil {
			return err
		}
		steps, err := f(before.record)
		if err != nil {
			return err
		}
		steps = slices.DeleteFunc(steps, func(ch model.Change) bool { return ch.Audit.Action == "" })
		if len(steps) == 0 {
			out = before.record
			return nil
		}
		w := &writing{Store: s, before: before, after: steps[len(steps)-1].Record}
		err = s.once(ctx, func(tx *gorm.DB) error {
			if err := w.write(tx, steps); err != nil || also == nil {
				return err
			}
			return also(tx, w)
		})
		if err != nil {
			return err
		}
		out = w.after
		return nil
	})
	return out, err
}

// writing is one Change on its way into the database.
type writing struct {
	*Store
	before *loaded
	after  model.Record
	row    graduateRow // as it will be
}

func (w *writing) write(tx *gorm.DB, steps []model.Change) error {
	last := steps[len(steps)-1].Audit
	old := w.before.record
	if w.after.Graduate.ID != old.Graduate.ID || len(w.after.Revisions) < len(old.Revisions) ||
		len(w.after.Confirmations) < len(old.Confirmations) || len(w.after.Authorizations) < len(old.Authorizations) ||
		len(w.after.Requests) < len(old.Requests) || len(w.after.Conflicts) < len(old.Conflicts) {
		return fmt.Errorf("store: change %s: the rule lost history", last.Action)
	}
	w.after.Version = old.Version + 1
	if err := w.writeGraduate(tx); err != nil { // first: its row lock orders the writers
		return err
	}
	if err := w.appendRevisions(tx); err != nil {
		return err
	}
	if err := w.appendConfirmations(tx); err != nil {
		return err
	}
	if err := w.writeAuthorizations(tx); err != nil {
		return err
	}
	if err := w.moveRequests(tx); err != nil {
		return err
	}
	if err := w.writeRequests(tx); err != nil {
		return err
	}
	if err := w.writeConflicts(tx); err != nil {
		return err
	}
	for _, ch := range steps {
		if err := w.tell(tx, ch); err != nil {
			return err
		}
	}
	counts := newCounting()
	counts.graduate(&w.before.row, -1, model.DateOf(last.At))
	counts.graduate(&w.row, 1, model.DateOf(last.At))
	return counts.write(w.Store, tx)
}

// tell writes the audit entry of a step and its messages.
func (w *writing) tell(tx *gorm.DB, ch model.Change) error {
	if err := appendAudit(tx, ch.Audit); err != nil {
		return err
	}
	if len(ch.Cancel) > 0 {
		if err := cancelMessages(tx, w.after.Graduate.ID, ch.Cancel, ch.Audit.At); err != nil {
			return err
		}
	}
	if len(ch.Owe) > 0 {
		return enqueue(tx, w.after.Graduate.ID, w.after.OpenID, ch.Owe, ch.Audit.At)
	}
	return nil
}

// writeGraduate writes the columns that changed, under the optimistic lock.
func (w *writing) writeGraduate(tx *gorm.DB) error {
	g, old := w.after.Graduate, w.before.record.Graduate
	w.row = w.before.row
	r := &w.row
	r.AccountID, r.LinkedAt, r.CheckedAt = int64(g.AccountID), toMillis(g.LinkedAt), toMillis(g.CheckedAt)
	r.ReopenedUntil, r.Version = string(g.ReopenedUntil), w.after.Version
	r.Revisions, r.Confirmations, r.Authorizations = len(w.after.Revisions), len(w.after.Confirmations), len(w.after.Authorizations)
	r.Reviews, r.Requests, r.Conflicts = countReviews(w.after), len(w.after.Requests), len(w.after.Conflicts)
	r.setStanding(w.after)
	columns := []string{
		"account_id", "linked_at", "checked_at", "reopened_until", "version",
		"revisions", "reviews", "confirmations", "authorizations", "requests", "conflicts",
		"step", "step_since", "step_reason", "step_returned", "disputed", "category", "unit", "unit_code", "settled",
	}
	if g.Basics != old.Basics {
		if err := w.setBasics(r, g.Basics); err != nil {
			return err
		}
		columns = append(columns, basicsColumns...)
	}
	if !maps.Equal(g.Checked, old.Checked) {
		if err := w.setChecked(r, g.Checked); err != nil {
			return err
		}
		columns = append(columns, "checked")
	}
	if !sameDraft(w.after.Draft, w.before.record.Draft) {
		r.Draft = nil
		if w.after.Draft != nil {
			var err error
			if r.Draft, err = w.sealDestination(graduatesTable, "draft", r.UID, *w.after.Draft); err != nil {
				return err
			}
		}
		columns = append(columns, "draft")
	}
	done := tx.Model(&graduateRow{}).Where("id = ? AND version = ?", r.ID, w.before.row.Version).Select(columns).Updates(r)
	switch {
	case errors.Is(done.Error, gorm.ErrDuplicatedKey):
		return duplicate(old.Basics, g.Basics)
	case done.Error != nil:
		return done.Error
	case done.RowsAffected == 0:
		return errLost
	}
	return nil
}

// duplicate says which number another graduate has. The row has two unique
// keys, and the driver's text, which would tell them apart, quotes values.
func duplicate(old, b model.Basics) error {
	if b.ExamNumber != old.ExamNumber && b.IDNumber == old.IDNumber && b.Level == old.Level {
		return model.Invalid("exam_number", "考生号与本校同届的另一条记录重复，请核对。").Because(ErrDuplicateExam)
	}
	return model.Invalid("id_number", "身份证号与同届同学历的另一条记录重复，请核对。").Because(ErrDuplicatePerson)
}

// basicsColumns are the columns that setBasics fills in.
var basicsColumns = []string{
	"exam_number", "name", "id_number", "id_number_index", "sex", "ethnicity", "politics", "level", "training", "commissioner",
	"origin_code", "origin_name", "entered", "graduates_in", "degree", "college", "class", "student_number", "major_code", "major",
	"major_direction", "years", "archive_in", "household_in", "email", "phone", "hardship", "teacher",
}

func countReviews(r model.Record) int {
	n := 0
	for _, v := range r.Revisions {
		n += len(v.Reviews)
	}
	return n
}

func sameDraft(a, b *model.Destination) bool {
	return (a == nil) == (b == nil) && (a == nil || *a == *b)
}

func (w *writing) appendRevisions(tx *gorm.DB) error {
	id := w.after.Graduate.ID
	var revisions []revisionRow
	var reviews []reviewRow
	serial := w.before.row.Reviews
	for i, v := range w.after.Revisions {
		known := 0
		if i < len(w.before.record.Revisions) {
			known = len(w.before.record.Revisions[i].Reviews)
		} else {
			row, err := w.revisionRow(id, v)
			if err != nil {
				return err
			}
			revisions = append(revisions, row)
		}
		if len(v.Reviews) < known {
			return fmt.Errorf("store: change: the rule lost a review")
		}
		for _, rv := range v.Reviews[known:] {
			serial++
			reviews = append(reviews, reviewRowOf(id, serial, v.Number, rv))
		}
	}
	if len(revisions) > 0 {
		if err := tx.Create(&revisions).Error; err != nil {
			return err
		}
	}
	if len(reviews) > 0 {
		return tx.Create(&reviews).Error
	}
	return nil
}

func (w *writing) appendConfirmations(tx *gorm.DB) error {
	known := len(w.before.record.Confirmations)
	var rows []confirmationRow
	for i, c := range w.after.Confirmations[known:] {
		row, err := confirmationRowOf(w.after.Graduate.ID, known+i+1, c)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.Create(&rows).Error
}

// writeAuthorizations appends new numbers, and writes validity, note and
// revocation of known ones: the only parts that may change. One rule changes one
// number, or withdraws all, so that there is one statement.
func (w *writing) writeAuthorizations(tx *gorm.DB) error {
	known := w.before.record.Authorizations
	var withdrawn []int64
	var at int64
	for i, old := range known {
		a := w.after.Authorizations[i]
		switch {
		case a == old:
		case a.Withdrawn && !old.Withdrawn:
			withdrawn, at = append(withdrawn, old.ID), toMillis(a.RevokedAt)
		default:
			row := authorizationRowOf(w.after.Graduate.ID, i+1, a)
			err := tx.Model(&authorizationRow{}).Where("id = ?", old.ID).Select("valid_until", "for_whom", "revoked_at").Updates(&row).Error
			if err != nil {
				return err
			}
		}
	}
	if len(withdrawn) > 0 {
		err := tx.Model(&authorizationRow{}).Where("id IN ?", withdrawn).Select("revoked_at", "withdrawn").
			Updates(&authorizationRow{RevokedAt: at, Withdrawn: true}).Error
		if err != nil {
			return err
		}
	}
	if len(w.after.Authorizations) == len(known) {
		return nil
	}
	fresh := append([]model.Authorization(nil), w.after.Authorizations...) // the rule's own slice stays as it is
	for i := len(known); i < len(fresh); i++ {
		row := authorizationRowOf(w.after.Graduate.ID, i+1, fresh[i])
		// One statement a number: only then is the id that the driver reports
		// right on a Galera node, where ids are not consecutive.
		if err := tx.Create(&row).Error; err != nil {
			if errors.Is(err, gorm.ErrDuplicatedKey) {
				return model.Errorf(model.CodeConflict, "核验编号重复，请再试一次。").Because(ErrDuplicateNumber)
			}
			return err
		}
		fresh[i].ID = row.ID
	}
	w.after.Authorizations = fresh
	return nil
}
