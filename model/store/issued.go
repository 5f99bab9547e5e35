package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"quxiang/model"
)

// issuedRow is a form that exists, with what its verification looks at. A
// graduate who confirmed several times, or has several void revisions, gives a
// row for each pair.
type issuedRow struct {
	authorization authorizationRow
	cohort        string
	school        string
	basics        model.Basics // as far as a form shows them, and whose it is

	uid     sql.NullString // of the revision that the form shows; NULL when there is none
	content []byte

	serial, confirmed, confirmedAt sql.NullInt64 // one confirmation that found its revision right
	void, voidedAt                 sql.NullInt64 // one revision whose dispute was found right
}

// issuedColumns are what into takes, in its order.
const issuedColumns = "a.id, a.graduate_id, a.number, a.kind, a.revision, a.for_whom, a.valid_until, a.created_at, a.revoked_at, a.withdrawn, " +
	"g.cohort_code, g.school_code, g.name, g.sex, g.level, g.origin_name, g.graduates_in, g.college, g.class, g.major, g.years, " +
	"v.uid, v.content, c.serial, c.revision, c.at, q.revision, q.since"

// into is where each of issuedColumns goes.
func (r *issuedRow) into() []any {
	a, b := &r.authorization, &r.basics
	return []any{
		&a.ID, &a.GraduateID, &a.Number, &a.Kind, &a.Revision, &a.ForWhom, &a.ValidUntil, &a.Created, &a.RevokedAt, &a.Withdrawn,
		&r.cohort, &r.school, &b.Name, &b.Sex, &b.Level, &b.OriginName, &b.Graduates, &b.College, &b.Class, &b.Major, &b.Years,
		&r.uid, &r.content, &r.serial, &r.confirmed, &r.confirmedAt, &r.void, &r.voidedAt,
	}
}

// issuedQuery finds forms by number: index authorizations_number, and primary
// keys for the rest, so that a form costs its own rows whatever the size of the
// database. One statement sees one state of the record. Where the history of a
// record is longer than its version says, it has been written by a transaction
// that this statement sees as a whole.
func (s *Store) issuedQuery() string {
	return "SELECT " + issuedColumns + " FROM authorizations a" +
		" JOIN graduates g ON g.id = a.graduate_id" +
		" LEFT JOIN revisions v ON v.graduate_id = a.graduate_id AND v.number = a.revision" +
		" LEFT JOIN confirmations c ON c.graduate_id = a.graduate_id AND c.answer = '" + string(model.AnswerRight) + "'" +
		" LEFT JOIN requests q" + s.dialect.usePrimary() + " ON q.graduate_id = a.graduate_id AND q.kind = '" + string(model.RequestDispute) +
		"' AND q.state = '" + string(model.RequestGranted) + "'" +
		" WHERE a.number IN ?"
}

// Issued returns the forms behind verification numbers; those that are unknown
// are missing. It is one query whatever they are and however many, 500 in a
// sheet.
//
// The record of each holds as much as Authorization.State, EndedAt and
// form.Content look at, and whose it is: no ID number, phone or e-mail is
// decrypted for it, and no rule that changes anything can be run on it.
func (s *Store) Issued(ctx context.Context, numbers []model.VerificationNumber) (map[model.VerificationNumber]model.Issued, error) {
	found := make(map[model.VerificationNumber]model.Issued, len(numbers))
	err := s.issued(ctx, numbers, func(i model.Issued, open func() error) error {
		if err := open(); err != nil {
			return err
		}
		found[i.Authorization.Number] = i
		return nil
	})
	return found, wrap("issued", err)
}

// IssuedIf returns the form behind one number if right finds it so, and nil
// otherwise. right is asked exactly once, with nil for an unknown number; what
// the form says about the destination is not in the record then. Only a form
// that is right is decrypted, so that one query is all the work for every wrong
// name and number.
func (s *Store) IssuedIf(ctx context.Context, n model.VerificationNumber, right func(*model.Issued) bool) (*model.Issued, error) {
	var found *model.Issued
	asked := false
	err := s.issued(ctx, []model.VerificationNumber{n}, func(i model.Issued, open func() error) error {
		if asked = true; !right(&i) {
			return nil
		}
		found = &i
		return open()
	})
	if err != nil {
		return nil, wrap("issued", err)
	}
	if !asked {
		right(nil)
	}
	return found, nil
}

// issued calls each for every form that is found; open decrypts its destination
// into the record that each was given.
func (s *Store) issued(ctx context.Context, numbers []model.VerificationNumber, each func(i model.Issued, open func() error) error) (err error) {
	asked := make([]string, len(numbers))
	for i, n := range numbers {
		if isCode(string(n)) { // an ASCII column cannot be compared with other text
			asked[i] = string(n)
		}
	}
	_, schools, err := s.schools.all(ctx)
	if err != nil {
		return err
	}
	forms, err := s.issuedRows(ctx, asked)
	if err != nil {
		return err
	}
	for _, rows := range forms {
		first := &rows[0]
		i := model.Issued{Authorization: first.authorization.authorization(), Record: recordOf(rows)}
		i.Record.School = schools[first.school]
		open := func() error {
			v := i.Record.Revision(i.Authorization.Revision)
			if v == nil {
				return nil
			}
			v.Destination, err = s.unsealDestination(revisionsTable, "content", first.uid.String, first.content)
			return err
		}
		if err := each(i, open); err != nil {
			return err
		}
	}
	return nil
}

// issuedRows reads the rows of each form that is found.
func (s *Store) issuedRows(ctx context.Context, numbers []string) (forms map[int64][]issuedRow, err error) {
	rows, err := s.read(ctx).Raw(s.issuedQuery(), numbers).Rows()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	forms = make(map[int64][]issuedRow, len(numbers))
	for rows.Next() {
		var r issuedRow
		if err := rows.Scan(r.into()...); err != nil {
			return nil, err
		}
		forms[r.authorization.ID] = append(forms[r.authorization.ID], r)
	}
	return forms, rows.Err()
}

// recordOf is the record that a form's rows tell of.
func recordOf(rows []issuedRow) model.Record {
	first := &rows[0]
	r := model.Record{Graduate: model.Graduate{
		ID: model.GraduateID(first.authorization.GraduateID), CohortCode: first.cohort, SchoolCode: first.school, Basics: first.basics,
	}}
	if first.uid.Valid { // those before it have nothing but their places
		r.Revisions = make([]model.Revision, first.authorization.Revision)
		for i := range r.Revisions {
			r.Revisions[i].Number = i + 1
		}
	}
	slices.SortFunc(rows, func(x, y issuedRow) int { return int(x.serial.Int64 - y.serial.Int64) })
	last := int64(0)
	for i := range rows {
		c := &rows[i]
		if c.serial.Int64 > last {
			last = c.serial.Int64
			r.Confirmations = append(r.Confirmations, model.Confirmation{
				Revision: int(c.confirmed.Int64), Answer: model.AnswerRight, At: fromMillis(c.confirmedAt.Int64),
			})
		}
		if c.void.Valid {
			if r.Voided == nil {
				r.Voided = map[int]time.Time{}
			}
			r.Voided[int(c.void.Int64)] = fromMillis(c.voidedAt.Int64)
		}
	}
	return r
}
