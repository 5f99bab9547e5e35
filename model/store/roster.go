package store

import (
	"context"
	"errors"
	"strconv"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

// ImportRow is one checked row of a roster.
type ImportRow struct {
	CohortCode, SchoolCode string
	Basics                 model.Basics
	Destination            *model.Destination // nil when the roster has none
	ReportedAt             time.Time          // when the destination was reported; zero: now
	Columns                Columns            // of the roster; nil when it tells every item
}

// Columns knows which items a roster tells: the others of a graduate who is
// known already stay as they are.
type Columns interface {
	Keep(row, known model.Basics) model.Basics
	KeepDestination(row, known model.Destination) model.Destination
}

// ImportStatus is what became of a row.
type ImportStatus string

// The four outcomes.
const (
	ImportImported  ImportStatus = "imported"  // a new graduate
	ImportChanged   ImportStatus = "changed"   // facts or destination were updated
	ImportUnchanged ImportStatus = "unchanged" // everything was there already
	ImportRefused   ImportStatus = "refused"   // Err says why; nothing of the row was taken
)

// ImportOutcome is the answer to one row.
type ImportOutcome struct {
	ID     model.GraduateID // 0 when refused as a new graduate
	Status ImportStatus
	Err    *model.Error // Field names the column to blame
}

// importing is one ImportRoster on its way.
type importing struct {
	*Store
	rows    []ImportRow
	by      model.Actor
	at      time.Time
	codes   model.Codes
	cohorts map[string]model.Cohort
	schools map[string]model.School
	out     []ImportOutcome
}

// maxImport bounds a batch: what one statement of look-ups may carry.
const maxImport = 1000

// ImportRoster takes at most 1,000 checked rows of existing schools and cohorts
// and tells for each what became of it. New graduates go in together, in one
// transaction with one audit entry a school; known ones (same cohort, school
// and 考生号) are changed one by one by the rules. Importing again changes
// nothing. An ID number that another graduate of that cohort and level has is
// refused, naming 身份证号.
//
// Three look-ups a batch and, for known graduates, five queries for all of them.
func (s *Store) ImportRoster(ctx context.Context, rows []ImportRow, by model.Actor, now time.Time, codes model.Codes) ([]ImportOutcome, error) {
	if len(rows) > maxImport {
		return nil, model.Errorf(model.CodeTooLarge, "每批最多 %d 行。", maxImport)
	}
	_, cohorts, err := s.cohorts.all(ctx)
	if err != nil {
		return nil, err
	}
	_, schools, err := s.schools.all(ctx)
	if err != nil {
		return nil, err
	}
	im := &importing{Store: s, rows: rows, by: by, at: now, codes: codes, cohorts: cohorts, schools: schools}
	for try := 1; ; try++ {
		im.out = make([]ImportOutcome, len(rows))
		err := im.run(ctx)
		// Somebody else added one of the graduates meanwhile: look again.
		if errors.Is(err, gorm.ErrDuplicatedKey) && try < maxTries {
			continue
		}
		if err != nil {
			return nil, wrap("import roster", err)
		}
		return im.out, nil
	}
}

func (im *importing) run(ctx context.Context) error {
	known, err := im.idsByExam(im.read(ctx), im.examNumbers())
	if err != nil {
		return err
	}
	people, err := im.people(ctx)
	if err != nil {
		return err
	}
	var fresh []model.Record
	var freshAt []int           // row of each
	existing := map[int]int64{} // row → id
	seen := make(map[naturalKey]bool, len(im.rows))
	for i, row := range im.rows {
		key := naturalKey{row.CohortCode, row.SchoolCode, row.Basics.ExamNumber}
		id, isKnown := known[key]
		switch fault := im.check(row, people); {
		case fault != nil:
			im.refuse(i, fault)
		case seen[key]:
			im.refuse(i, model.Invalid("exam_number", "考生号在同一批中重复，已采用先出现的一行。"))
		case isKnown:
			existing[i] = id
			seen[key] = true
		default:
			rec, err := im.fresh(row)
			if err != nil {
				if fault := ruleError(err); fault != nil {
					im.refuse(i, fault)
					continue
				}
				return err
			}
			fresh, freshAt = append(fresh, rec), append(freshAt, i)
			seen[key] = true
		}
	}
	if err := im.insert(ctx, fresh, freshAt); err != nil {
		return err
	}
	return im.update(ctx, existing)
}

func (im *importing) refuse(i int, fault *model.Error) {
	im.out[i].Status, im.out[i].Err = ImportRefused, fault
}

func ruleError(err error) *model.Error {
	var fault *model.Error
	if errors.As(err, &fault) {
		return fault
	}
	return nil
}

func (im *importing) examNumbers() []string {
	exams := make([]string, 0, len(im.rows))
	for _, r := range im.rows {
		if isCode(r.Basics.ExamNumber) { // the others are refused
			exams = append(exams, r.Basics.ExamNumber)
		}
	}
	return exams
}

// fresh is the record of a row that is not known yet.
func (im *importing) fresh(row ImportRow) (model.Record, error) {
	rec := model.Record{
		Graduate: model.Graduate{CohortCode: row.CohortCode, SchoolCode: row.SchoolCode, Basics: row.Basics, CreatedAt: im.at},
		School:   im.schools[row.SchoolCode],
	}
	if row.Destination == nil {
		return rec, nil
	}
	ch, ok, err := im.receive(rec, row)
	if err != nil || !ok {
		return rec, err
	}
	return ch.Record, nil
}

func (im *importing) receive(rec model.Record, row ImportRow) (model.Change, bool, error) {
	reported := row.ReportedAt
	if reported.IsZero() {
		reported = im.at
	}
	d := *row.Destination
	if last := rec.Latest(); last != nil && row.Columns != nil {
		d = row.Columns.KeepDestination(d, last.Destination)
	}
	return model.Receive(rec, im.cohorts[row.CohortCode], d, im.by, reported, im.at, im.codes)
}

// insert writes the new graduates, all of the batch or none.
func (im *importing) insert(ctx context.Context, fresh []model.Record, at []int) error {
	if len(fresh) == 0 {
		return nil
	}
	batch, err := im.newBatch(fresh)
	if err != nil {
		return err
	}
	bySchool := map[string]int{}
	for _, r := range fresh {
		bySchool[r.Graduate.SchoolCode]++
	}
	// Straight to the transaction: a duplicate key must come back as such.
	err = retry(ctx, "import roster", func() error {
		return im.once(ctx, func(tx *gorm.DB) error {
			if err := im.insertRecords(tx, batch); err != nil {
				return err
			}
			for school, n := range bySchool {
				if err := appendAudit(tx, model.Audit{
					At: im.at, Actor: im.by, Action: "roster.import", SchoolCode: school,
					Detail: map[string]string{"imported": strconv.Itoa(n)},
				}); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	for n, i := range at {
		im.out[i] = ImportOutcome{ID: model.GraduateID(batch[n].row.ID), Status: ImportImported}
	}
	return nil
}

// update runs the rules on known graduates; those whom they leave as they are
// cost no transaction.
func (im *importing) update(ctx context.Context, existing map[int]int64) error {
	if len(existing) == 0 {
		return nil
	}
	ids := make([]int64, 0, len(existing))
	for _, id := range existing {
		ids = append(ids, id)
	}
	all, err := im.loadRecords(ctx, ids)
	if err != nil {
		return err
	}
	for i, row := range im.rows {
		id, ok := existing[i]
		if !ok || all[id] == nil {
			continue
		}
		if err := im.updateOne(ctx, i, row, all[id].record); err != nil {
			return err
		}
	}
	return nil
}

func (im *importing) updateOne(ctx context.Context, i int, row ImportRow, rec model.Record) error {
	im.out[i] = ImportOutcome{ID: rec.Graduate.ID, Status: ImportUnchanged}
	facts := func(r model.Record) (model.Change, error) {
		b := row.Basics
		if row.Columns != nil {
			b = row.Columns.Keep(b, r.Graduate.Basics)
		}
		ch, _ := model.UpdateBasics(r, b, im.by, im.at)
		return ch, nil
	}
	destination := func(r model.Record) (model.Change, error) {
		if row.Destination == nil {
			return model.Change{}, nil
		}
		ch, _, err := im.receive(r, row)
		return ch, err
	}
	rules := []func(model.Record) (model.Change, error){facts, destination}
	var due []func(model.Record) (model.Change, error)
	for _, rule := range rules { // first on paper: a row is taken whole or not at all
		ch, err := rule(rec)
		if fault := ruleError(err); fault != nil {
			im.refuse(i, fault)
			return nil
		}
		if ch.Audit.Action != "" {
			rec = ch.Record
			due = append(due, rule)
		}
	}
	for _, rule := range due {
		_, err := im.Change(ctx, rec.Graduate.ID, rule)
		if fault := ruleError(err); fault != nil && fault.Code != model.CodeUnavailable {
			im.refuse(i, fault)
			return nil
		}
		if err != nil {
			return err
		}
		im.out[i].Status = ImportChanged
	}
	return nil
}
