package store

import (
	"context"

	"gorm.io/gorm"

	"quxiang/model"
)

// loaded is a record and the row it was read from.
type loaded struct {
	row    graduateRow
	record model.Record
}

// Record returns everything that the rules look at for one graduate; CodeNotFound
// when there is none. At most seven queries, each by primary key;
// five for those who never asked for anything and whom nothing contradicts.
func (s *Store) Record(ctx context.Context, id model.GraduateID) (model.Record, error) {
	l, err := s.loadRecord(ctx, id)
	if err != nil {
		return model.Record{}, wrap("record", err)
	}
	return l.record, nil
}

func (s *Store) loadRecord(ctx context.Context, id model.GraduateID) (*loaded, error) {
	all, err := s.loadRecords(ctx, []int64{int64(id)})
	if err != nil {
		return nil, err
	}
	l, ok := all[int64(id)]
	if !ok {
		return nil, gorm.ErrRecordNotFound
	}
	return l, nil
}

// loadRecords reads the records of some graduates by id, with the same number
// of queries for one as for many. No transaction is needed for a consistent
// answer: histories are append-only and the graduate's row says how much of
// them belongs to its version; what came later is left out.
func (s *Store) loadRecords(ctx context.Context, ids []int64) (map[int64]*loaded, error) {
	type recordRow struct {
		Row    graduateRow `gorm:"embedded"`
		OpenID string      `gorm:"column:openid"`
	}
	rows := make([]recordRow, 0, len(ids)) // sized here and below: GORM makes room for 20 otherwise
	err := s.read(ctx).Table(graduatesTable).
		Select("graduates.*, COALESCE(accounts.openid, '') AS openid").
		Joins("LEFT JOIN accounts ON accounts.id = graduates.account_id").
		Where("graduates.id IN ?", ids).Find(&rows).Error
	if err != nil {
		return nil, err
	}
	_, schools, err := s.schools.all(ctx)
	if err != nil {
		return nil, err
	}
	all := make(map[int64]*loaded, len(rows))
	var have struct{ revisions, reviews, confirmations, authorizations, requests, conflicts holders }
	for i := range rows {
		row := rows[i].Row
		g, err := s.graduate(&row)
		if err != nil {
			return nil, err
		}
		rec := model.Record{Graduate: g, School: schools[row.SchoolCode], OpenID: rows[i].OpenID, Version: row.Version}
		if rec.Draft, err = s.draft(&row); err != nil {
			return nil, err
		}
		all[row.ID] = &loaded{row: row, record: rec}
		for _, h := range []struct {
			n    int
			into *holders
		}{
			{row.Revisions, &have.revisions},
			{row.Reviews, &have.reviews},
			{row.Confirmations, &have.confirmations},
			{row.Authorizations, &have.authorizations},
			{row.Requests, &have.requests},
			{row.Conflicts, &have.conflicts},
		} {
			if h.n > 0 {
				h.into.ids = append(h.into.ids, row.ID)
				h.into.rows += h.n
			}
		}
	}
	if err := s.loadRevisions(ctx, all, have.revisions, have.reviews); err != nil {
		return nil, err
	}
	if err := s.loadConfirmations(ctx, all, have.confirmations); err != nil {
		return nil, err
	}
	if err := s.loadRequests(ctx, all, have.requests); err != nil {
		return nil, err
	}
	if err := s.loadConflicts(ctx, all, have.conflicts); err != nil {
		return nil, err
	}
	return all, s.loadAuthorizations(ctx, all, have.authorizations)
}

// holders are the graduates who have history of one kind, and how much in all.
type holders struct {
	ids  []int64
	rows int
}

func (s *Store) draft(r *graduateRow) (*model.Destination, error) {
	if len(r.Draft) == 0 {
		return nil, nil
	}
	d, err := s.unsealDestination(graduatesTable, "draft", r.UID, r.Draft)
	return &d, err
}

func (s *Store) loadRevisions(ctx context.Context, all map[int64]*loaded, reported, reviewed holders) error {
	revisions := make([]revisionRow, 0, reported.rows)
	if err := s.history(ctx, reported, "number", &revisions); err != nil {
		return err
	}
	for i := range revisions {
		l := all[revisions[i].GraduateID]
		if revisions[i].Number > l.row.Revisions {
			continue
		}
		v, err := s.revision(&revisions[i])
		if err != nil {
			return err
		}
		l.record.Revisions = append(l.record.Revisions, v)
	}
	reviews := make([]reviewRow, 0, reviewed.rows)
	if err := s.history(ctx, reviewed, "serial", &reviews); err != nil {
		return err
	}
	for i := range reviews {
		l := all[reviews[i].GraduateID]
		if v := l.record.Revision(reviews[i].Revision); v != nil && reviews[i].Serial <= l.row.Reviews {
			v.Reviews = append(v.Reviews, reviews[i].review())
		}
	}
	return nil
}

func (s *Store) loadConfirmations(ctx context.Context, all map[int64]*loaded, have holders) error {
	rows := make([]confirmationRow, 0, have.rows)
	if err := s.history(ctx, have, "serial", &rows); err != nil {
		return err
	}
	for i := range rows {
		l := all[rows[i].GraduateID]
		if rows[i].Serial > l.row.Confirmations {
			continue
		}
		c, err := rows[i].confirmation()
		if err != nil {
			return err
		}
		l.record.Confirmations = append(l.record.Confirmations, c)
	}
	return nil
}

func (s *Store) loadAuthorizations(ctx context.Context, all map[int64]*loaded, have holders) error {
	rows := make([]authorizationRow, 0, have.rows)
	if err := s.history(ctx, have, "serial", &rows); err != nil {
		return err
	}
	for i := range rows {
		if l := all[rows[i].GraduateID]; rows[i].Serial <= l.row.Authorizations {
			l.record.Authorizations = append(l.record.Authorizations, rows[i].authorization())
		}
	}
	return nil
}

// history reads the rows of one kind that belong to graduates, oldest first;
// no query when nobody has any.
func (s *Store) history(ctx context.Context, have holders, order string, into any) error {
	if len(have.ids) == 0 {
		return nil
	}
	return s.read(ctx).Where("graduate_id IN ?", have.ids).Order("graduate_id, " + order).Find(into).Error
}
