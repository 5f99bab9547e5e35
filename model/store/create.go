package store

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"gorm.io/gorm"

	"quxiang/model"
)

// insertBatch is how many rows one INSERT carries: below SQLite's 32,766
// variables with the graduates' 50 columns.
const insertBatch = 250

// CreateGraduates adds graduates of existing schools and cohorts and returns
// their ids in the same order; one audit entry tells of all. A 考生号 or ID
// number that is there already is CodeConflict, and nothing is written.
func (s *Store) CreateGraduates(ctx context.Context, gs []model.Graduate, by model.Actor) ([]model.GraduateID, error) {
	_, schools, err := s.schools.all(ctx)
	if err != nil {
		return nil, err
	}
	records := make([]model.Record, len(gs))
	for i, g := range gs {
		records[i] = model.Record{Graduate: g, School: schools[g.SchoolCode]}
	}
	return s.CreateRecords(ctx, records, by)
}

// CreateRecords is CreateGraduates for records with a history, as demo data and
// rosters with destinations have. No messages are owed for them.
func (s *Store) CreateRecords(ctx context.Context, records []model.Record, by model.Actor) ([]model.GraduateID, error) {
	if len(records) == 0 {
		return nil, nil
	}
	batch, err := s.newBatch(records)
	if err != nil {
		return nil, err
	}
	err = s.tx(ctx, "create records", func(tx *gorm.DB) error {
		if err := s.insertRecords(tx, batch); err != nil {
			return err
		}
		return appendAudit(tx, model.Audit{
			At: s.now(), Actor: by, Action: "graduate.create", SchoolCode: oneSchool(records),
			Detail: map[string]string{"graduates": strconv.Itoa(len(records))},
		})
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		err = model.Errorf(model.CodeConflict, "名单中有考生号或身份证号与已有记录重复，未写入任何记录。").Because(err)
	}
	if err != nil {
		return nil, err
	}
	ids := make([]model.GraduateID, len(batch))
	for i := range batch {
		ids[i] = model.GraduateID(batch[i].row.ID)
	}
	return ids, nil
}

// oneSchool is the school of all records, "" when there are several.
func oneSchool(records []model.Record) string {
	code := records[0].Graduate.SchoolCode
	for _, r := range records {
		if r.Graduate.SchoolCode != code {
			return ""
		}
	}
	return code
}

// newBatch makes the rows of new records, ids missing: the costly part, outside
// the transaction.
func (s *Store) newBatch(records []model.Record) ([]loaded, error) {
	batch := make([]loaded, len(records))
	for i, rec := range records {
		g := rec.Graduate
		row := graduateRow{
			UID: newUID(), CohortCode: g.CohortCode, SchoolCode: g.SchoolCode, Created: toMillis(g.CreatedAt),
			AccountID: int64(g.AccountID), LinkedAt: toMillis(g.LinkedAt), CheckedAt: toMillis(g.CheckedAt), ReopenedUntil: string(g.ReopenedUntil),
			Revisions: len(rec.Revisions), Reviews: countReviews(rec), Confirmations: len(rec.Confirmations),
			Authorizations: len(rec.Authorizations), Requests: len(rec.Requests), Conflicts: len(rec.Conflicts), Version: 1,
		}
		if err := s.setBasics(&row, g.Basics); err != nil {
			return nil, err
		}
		if err := s.setChecked(&row, g.Checked); err != nil {
			return nil, err
		}
		if rec.Draft != nil {
			var err error
			if row.Draft, err = s.sealDestination(graduatesTable, "draft", row.UID, *rec.Draft); err != nil {
				return nil, err
			}
		}
		row.setStanding(rec)
		batch[i] = loaded{row: row, record: rec}
	}
	return batch, nil
}

// insertRecords inserts a batch and fills in the ids.
func (s *Store) insertRecords(tx *gorm.DB, batch []loaded) error {
	rows := make([]graduateRow, len(batch))
	for i := range batch {
		rows[i] = batch[i].row
		rows[i].ID = 0 // a retried transaction draws new ones
	}
	if err := tx.CreateInBatches(&rows, insertBatch).Error; err != nil {
		return err
	}
	if err := s.readIDs(tx, batch); err != nil {
		return err
	}
	counts := newCounting()
	var h histories
	for i := range batch {
		counts.graduate(&batch[i].row, 1, countedOn(batch[i].record))
		if err := h.collect(s, &batch[i]); err != nil {
			return err
		}
	}
	if err := h.insert(tx); err != nil {
		return err
	}
	return counts.write(s, tx)
}

// readIDs asks for the ids by their natural key: what the driver reports for
// many rows at once is a guess that is wrong on a Galera node.
func (s *Store) readIDs(tx *gorm.DB, batch []loaded) error {
	exams := make([]string, len(batch))
	for i := range batch {
		exams[i] = batch[i].row.ExamNumber
	}
	ids, err := s.idsByExam(tx, exams)
	if err != nil {
		return err
	}
	for i := range batch {
		r := &batch[i].row
		id, ok := ids[naturalKey{r.CohortCode, r.SchoolCode, r.ExamNumber}]
		if !ok {
			return fmt.Errorf("store: an inserted graduate is missing")
		}
		r.ID = id
	}
	return nil
}

// naturalKey is what makes a roster row the same graduate.
type naturalKey struct{ cohort, school, exam string }

// idsByExam finds the graduates of some 考生号. Index graduates_exam_number.
func (s *Store) idsByExam(db *gorm.DB, exams []string) (map[naturalKey]int64, error) {
	var found []struct {
		ID                                 int64
		CohortCode, SchoolCode, ExamNumber string
	}
	err := db.Table(graduatesTable).Select("id, cohort_code, school_code, exam_number").Where("exam_number IN ?", exams).Find(&found).Error
	if err != nil {
		return nil, err
	}
	ids := make(map[naturalKey]int64, len(found))
	for _, f := range found {
		ids[naturalKey{f.CohortCode, f.SchoolCode, f.ExamNumber}] = f.ID
	}
	return ids, nil
}

// histories are the rows below new graduates.
type histories struct {
	revisions      []revisionRow
	reviews        []reviewRow
	confirmations  []confirmationRow
	authorizations []authorizationRow
	requests       []requestRow
	conflicts      []conflictRow
}

func (h *histories) collect(s *Store, l *loaded) error {
	id := model.GraduateID(l.row.ID)
	serial := 0
	for _, v := range l.record.Revisions {
		row, err := s.revisionRow(id, v)
		if err != nil {
			return err
		}
		h.revisions = append(h.revisions, row)
		for _, rv := range v.Reviews {
			serial++
			h.reviews = append(h.reviews, reviewRowOf(id, serial, v.Number, rv))
		}
	}
	for i, c := range l.record.Confirmations {
		row, err := confirmationRowOf(id, i+1, c)
		if err != nil {
			return err
		}
		h.confirmations = append(h.confirmations, row)
	}
	for i, a := range l.record.Authorizations {
		h.authorizations = append(h.authorizations, authorizationRowOf(id, i+1, a))
	}
	for _, q := range l.record.Requests {
		row, err := s.requestRow(id, l.record.Graduate, newUID(), q)
		if err != nil {
			return err
		}
		h.requests = append(h.requests, row)
	}
	for _, q := range l.record.Conflicts {
		row, err := s.conflictRow(l.record.Graduate, id, newUID(), q)
		if err != nil {
			return err
		}
		h.conflicts = append(h.conflicts, row)
	}
	return nil
}

func (h *histories) insert(tx *gorm.DB) error {
	for _, rows := range []struct {
		n    int
		rows any
	}{
		{len(h.revisions), &h.revisions},
		{len(h.reviews), &h.reviews},
		{len(h.confirmations), &h.confirmations},
		{len(h.authorizations), &h.authorizations},
		{len(h.requests), &h.requests},
		{len(h.conflicts), &h.conflicts},
	} {
		if rows.n == 0 {
			continue
		}
		if err := tx.CreateInBatches(rows.rows, insertBatch).Error; err != nil {
			return err
		}
	}
	return nil
}
