package store

import (
	"context"
	"errors"
	"maps"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

// ImportRow is one checked row of a sheet.
type ImportRow struct {
	// CohortCode and SchoolCode say where the graduate is; in sheets other than
	// rosters either may be "" where the 考生号 is enough.
	CohortCode, SchoolCode string
	// Basics are the row's facts; of sheets other than rosters the 考生号, and
	// the name as a check.
	Basics      model.Basics
	Destination *model.Destination // nil when the row has none
	ReportedAt  time.Time          // when the destination was reported; zero: now
	Verdict     *model.Verdict     // of a sheet of reviews; nil when it was left empty
	Columns     Columns            // of the sheet; nil when it tells every item
	// Previewed says that an operator has seen what becomes of the row while the
	// record was at Version (0: not there yet). A row that would change another
	// version is refused.
	Previewed bool
	Version   int64
}

// Columns knows which items a sheet tells: the others of a graduate who is
// known already stay as they are.
type Columns interface {
	Keep(row, known model.Basics) model.Basics
	KeepDestination(row, known model.Destination) model.Destination
}

// ImportOptions say how rows are taken in.
type ImportOptions struct {
	Kind     model.SheetKind
	By       model.Actor
	Reviewer model.Operator // whose decisions a sheet of reviews holds
	Scope    model.Scope    // whose rows may be taken; all others are refused
	Now      time.Time
	Codes    model.Codes
	// Dry runs the rules on paper: outcomes as they would be, with what would
	// change, and nothing is written.
	Dry bool
	// Assumed is what a dry run takes as being there.
	Assumed Assumed
	// TaskID keeps what the change replaces under that task, for undoing; with 0
	// it cannot be undone.
	TaskID int64
}

// Assumed are schools and cohorts that an import would add before its rows.
type Assumed struct {
	Schools []model.School
	Cohorts []model.Cohort
}

// ImportStatus is what became of a row.
type ImportStatus string

// The outcomes.
const (
	ImportImported  ImportStatus = "imported"  // a new graduate
	ImportChanged   ImportStatus = "changed"   // the record was changed
	ImportUnchanged ImportStatus = "unchanged" // everything was there already
	ImportRefused   ImportStatus = "refused"   // Err says why; nothing of the row was taken
	ImportConflict  ImportStatus = "conflict"  // from upstream, and not what is here: an operator settles it; Err says so
)

// ImportOutcome is the answer to one row.
type ImportOutcome struct {
	ID      model.GraduateID // 0 when refused as a new graduate
	Status  ImportStatus
	Err     *model.Error        // Field names the column to blame
	Version int64               // of the record before; 0 when there was none
	Changes []model.FieldChange // of a changed row, when Dry
}

// importing is one Import on its way.
type importing struct {
	*Store
	ImportOptions
	rows    []ImportRow
	cohorts map[string]model.Cohort
	schools map[string]model.School
	out     []ImportOutcome
}

// maxImport bounds a batch: what one statement of look-ups may carry.
const maxImport = 1000

// Import takes at most 1,000 checked rows of one kind of sheet and tells for
// each what became of it. New graduates of a roster go in together, in one
// transaction with one audit entry a school; known ones are changed one by one
// by the rules, each wholly or not at all. Importing again changes nothing. An
// ID number that another graduate of that cohort and level has is refused,
// naming 身份证号.
//
// Three look-ups a batch and, for known graduates, five queries for all of them.
func (s *Store) Import(ctx context.Context, rows []ImportRow, o ImportOptions) ([]ImportOutcome, error) {
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
	im := &importing{Store: s, ImportOptions: o, rows: rows, cohorts: maps.Clone(cohorts), schools: maps.Clone(schools)}
	for _, sc := range o.Assumed.Schools {
		im.schools[sc.Code] = sc
	}
	for _, c := range o.Assumed.Cohorts {
		im.cohorts[c.Code] = c
	}
	for try := 1; ; try++ {
		im.out = make([]ImportOutcome, len(rows))
		err := im.run(ctx)
		// Somebody else added one of the graduates meanwhile: look again.
		if errors.Is(err, gorm.ErrDuplicatedKey) && try < maxTries {
			continue
		}
		if err != nil {
			return nil, wrap("import", err)
		}
		return im.out, nil
	}
}

func (im *importing) run(ctx context.Context) error {
	if im.Kind != model.SheetRoster {
		existing, err := im.named(ctx)
		if err != nil {
			return err
		}
		return im.update(ctx, existing)
	}
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
		case row.Previewed && row.Version != 0:
			im.refuse(i, sinceThePreview())
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

// sinceThePreview refuses a row whose record is not as the operator saw it.
func sinceThePreview() *model.Error {
	return model.Errorf(model.CodeChanged, "预览之后，这名毕业生的信息已有变化，没有导入。请重新上传，按新的预览核对。")
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
	if fault := im.outside(model.Graduate{SchoolCode: row.SchoolCode, Basics: row.Basics}); fault != nil {
		return model.Record{}, fault
	}
	rec := model.Record{
		Graduate: model.Graduate{CohortCode: row.CohortCode, SchoolCode: row.SchoolCode, Basics: row.Basics, CreatedAt: im.Now},
		School:   im.schools[row.SchoolCode],
	}
	receive := im.receive
	if im.By.Kind == model.ActorUpstream {
		receive = func(rec model.Record, row ImportRow) (model.Change, error) {
			ch, _, err := im.hear(rec, row)
			return ch, err
		}
	}
	ch, err := receive(rec, row)
	if err != nil || ch.Audit.Action == "" {
		return rec, err
	}
	return ch.Record, nil
}

// insert writes the new graduates, all of the batch or none.
func (im *importing) insert(ctx context.Context, fresh []model.Record, at []int) error {
	if len(fresh) == 0 {
		return nil
	}
	if im.Dry {
		for _, i := range at {
			im.out[i] = ImportOutcome{Status: ImportImported}
		}
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
	err = retry(ctx, "import", func() error {
		return im.once(ctx, func(tx *gorm.DB) error {
			if err := im.insertRecords(tx, batch); err != nil {
				return err
			}
			if err := im.keepCreated(tx, batch); err != nil {
				return err
			}
			return im.auditCounts(tx, "roster.import", "imported", bySchool)
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

// updateOne runs the rules first on paper: most rows of a sheet that comes
// again are unchanged.
func (im *importing) updateOne(ctx context.Context, i int, row ImportRow, rec model.Record) error {
	out := &im.out[i]
	*out = ImportOutcome{ID: rec.Graduate.ID, Status: ImportUnchanged, Version: rec.Version}
	steps, reply, err := im.steps(rec, row)
	if fault := ruleError(err); fault != nil {
		im.refuse(i, fault)
		return nil
	}
	if fault := reply.Fault(); fault != nil {
		out.Status, out.Err = ImportConflict, fault
	}
	if err != nil || len(steps) == 0 {
		return err
	}
	if im.Dry {
		out.Status, out.Changes = ImportChanged, model.Differences(rec, steps[len(steps)-1].Record, im.Codes)
		return nil
	}
	changed := false
	_, err = im.changeTogether(ctx, rec.Graduate.ID, func(r model.Record) ([]model.Change, error) {
		steps, again, err := im.steps(r, row)
		reply = again
		changed = len(steps) > 0 // an equal one was faster: that is no change of ours
		return steps, err
	}, im.keepChanged)
	if fault := ruleError(err); fault != nil && fault.Code != model.CodeUnavailable {
		im.refuse(i, fault)
		return nil
	}
	if err != nil {
		return err
	}
	out.Status, out.Err = ImportUnchanged, nil
	if fault := reply.Fault(); fault != nil {
		out.Status, out.Err = ImportConflict, fault
		return nil //nolint:nilerr // a conflict is the row's outcome
	}
	if changed {
		out.Status = ImportChanged
	}
	return nil
}
