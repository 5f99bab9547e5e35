package job

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/roster"
	"quxiang/model/store"
)

// importBatch is how many rows are checked and written together.
const importBatch = 500

// importStore is what the Importer reads and writes.
type importStore interface {
	ClaimTask(ctx context.Context, lease time.Duration, now time.Time) (t *model.Task, token string, err error)
	ProgressTask(ctx context.Context, id int64, token string, done, total int, lease time.Duration) error
	FinishTask(ctx context.Context, id int64, token string, state model.TaskState, r model.TaskResult, now time.Time) error
	Operator(ctx context.Context, id model.OperatorID) (model.Operator, error)
	Cohort(ctx context.Context, code string) (model.Cohort, error)
	SaveCohort(ctx context.Context, c model.Cohort) error
	School(ctx context.Context, code string) (model.School, error)
	SaveSchool(ctx context.Context, s model.School) error
	Import(ctx context.Context, rows []store.ImportRow, o store.ImportOptions) ([]store.ImportOutcome, error)
	ImportChanges(ctx context.Context, task int64) (created, changed int, err error)
	ImportActedOn(ctx context.Context, task int64, limit int) (n int, names []string, err error)
	UndoImport(ctx context.Context, task int64, after model.GraduateID, by model.Actor, now time.Time) (undone, acted int, last model.GraduateID, err error)
	AddAudit(ctx context.Context, a model.Audit) error
}

// ImporterOptions are what an Importer needs.
type ImporterOptions struct {
	Store importStore
	// Codes gives the code tables of a version.
	Codes func(version string) (*codes.Table, error)
	// Dir is the data directory, below which uploads are.
	Dir string
	Now func() time.Time
	// Every is the pause between two looks for tasks; 1 s when zero.
	Every  time.Duration
	Logger *slog.Logger
}

// Importer takes sheets in: those that tasks name, and any file by Import.
type Importer struct {
	store importStore
	codes func(version string) (*codes.Table, error)
	dir   string
	now   func() time.Time
	every time.Duration
	log   *slog.Logger
	turn  chan struct{} // held while a task is worked
}

// NewImporter returns an Importer that has not begun.
func NewImporter(o ImporterOptions) *Importer {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Importer{
		store: o.Store, codes: o.Codes, dir: o.Dir, now: o.Now, every: positive(o.Every, time.Second), log: o.Logger,
		turn: make(chan struct{}, 1),
	}
}

// ImportOptions say what to import.
type ImportOptions struct {
	Kind model.SheetKind // "" is a roster
	Path string          // XLSX or CSV
	// ReportPath is where the sheet of refused rows goes; it is written when
	// there are any.
	ReportPath string
	By         model.Actor
	// Reviewer is whose decisions a sheet of reviews holds; needed for those.
	Reviewer model.Operator
	// Scope is whose rows may be imported. Under Scope{All: true} a school that
	// is not known yet is added under the roster's name for it.
	Scope model.Scope
	// DryRun writes nothing but the report and PreviewPath; the result counts
	// what would be.
	DryRun bool
	// PreviewPath is where a dry run says field by field what would change; ""
	// for nowhere.
	PreviewPath string
	// TaskID is under which task the changes can be undone; 0 for none.
	TaskID int64
	// Progress is told after each batch how many rows are done; total is 0 when
	// it is not known. May be nil.
	Progress func(done, total int)

	plan   *plan   // written by a dry run, followed by the import after it; may be nil
	sample *sample // what a page shows of a dry run; may be nil
}

// Import reads a sheet, writes its good rows and reports the others. Doing it
// again changes nothing. What is wrong with the file as a whole is a
// *model.Error; rows before the one that cannot be read are imported, and the
// result counts them.
func (im *Importer) Import(ctx context.Context, o ImportOptions) (result model.TaskResult, err error) {
	if o.Kind == "" {
		o.Kind = model.SheetRoster
	}
	if o.Scope.Empty() {
		return result, model.Errorf(model.CodeForbidden, "没有可以导入的学校。")
	}
	table, err := im.codes(codes.Default)
	if err != nil {
		return result, fmt.Errorf("job: import: %w", err)
	}
	reader, err := roster.Open(o.Path, roster.Options{Kind: o.Kind, Codes: table, School: o.Scope.SchoolCode})
	if err != nil {
		return result, fmt.Errorf("job: import: %w", err)
	}
	run := &importRun{
		Importer: im, o: o, reader: reader, report: roster.NewReport(o.ReportPath, reader.Header()), preview: roster.NewPreview(o.PreviewPath),
		tables: map[string]*codes.Table{codes.Default: table}, cohorts: map[string]*cohortTable{}, schools: map[string]*model.Error{},
	}
	err = errors.Join(run.all(ctx), reader.Close())
	// What was refused so far is told even when the rest failed.
	err = errors.Join(err, run.report.Close(), run.preview.Close())
	if run.result.Refused > 0 {
		run.result.Report = o.ReportPath
	}
	if !run.preview.Empty() {
		run.result.Preview = o.PreviewPath
	}
	if err != nil {
		return run.result, fmt.Errorf("job: import: %w", err)
	}
	return run.result, nil
}

// importRun is one import on its way.
type importRun struct {
	*Importer
	o       ImportOptions
	reader  *roster.Reader
	report  *roster.Report
	preview *roster.Preview
	result  model.TaskResult
	done    int
	tables  map[string]*codes.Table // by version
	cohorts map[string]*cohortTable // those that rows may go into, by code
	schools map[string]*model.Error // by code: nil when rows may be taken, else why not
	assumed store.Assumed           // what a dry run would have added
}

// cohortTable is a cohort's code tables, or why its rows are refused.
type cohortTable struct {
	codes *codes.Table
	fault *model.Error
}

// importEntry is a row of a batch on its way.
type importEntry struct {
	row     roster.Row
	seen    int64 // the version that the preview saw; 0: none
	table   *codes.Table
	reason  *model.Error
	outcome store.ImportOutcome
}

// all reads the rows to the end of the file, in batches.
func (r *importRun) all(ctx context.Context) error {
	batch := make([]importEntry, 0, importBatch)
	for {
		row, err := r.reader.Next()
		if err == nil {
			batch = append(batch, importEntry{row: row})
		}
		if len(batch) == importBatch || (err != nil && len(batch) > 0) {
			if err := r.take(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
			if r.o.Progress != nil {
				r.o.Progress(r.done, max(r.reader.Total(), r.done))
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return context.Cause(ctx)
		}
	}
}

// take writes a batch's good rows, those of one code table together, and
// reports the others in the file's order.
func (r *importRun) take(ctx context.Context, batch []importEntry) error {
	good := map[*codes.Table][]int{} // places in batch
	for i := range batch {
		e := &batch[i]
		if len(e.row.Faults) > 0 {
			continue
		}
		if err := r.admit(ctx, e); err != nil {
			return err
		}
		var err error
		if e.seen, err = r.o.plan.next(r.o.DryRun); err != nil {
			return err
		}
		if e.reason == nil {
			good[e.table] = append(good[e.table], i)
		}
	}
	for table, places := range good {
		if err := r.write(ctx, batch, places, table); err != nil {
			return err
		}
	}
	for i := range batch {
		if err := r.settle(&batch[i]); err != nil {
			return err
		}
	}
	r.done += len(batch)
	return nil
}

// write gives rows of one code table to the store.
func (r *importRun) write(ctx context.Context, batch []importEntry, places []int, table *codes.Table) error {
	rows := make([]store.ImportRow, len(places))
	for n, i := range places {
		b := batch[i].row
		rows[n] = store.ImportRow{
			CohortCode: b.CohortCode, SchoolCode: b.SchoolCode, Basics: b.Basics, Destination: b.Destination, ReportedAt: b.ReportedAt,
			Verdict: b.Verdict, Columns: r.reader, Previewed: r.o.plan != nil && !r.o.DryRun, Version: batch[i].seen,
		}
	}
	outcomes, err := r.store.Import(ctx, rows, store.ImportOptions{
		Kind: r.o.Kind, By: r.o.By, Reviewer: r.o.Reviewer, Scope: r.o.Scope, Now: r.now(), Codes: table,
		Dry: r.o.DryRun, Assumed: r.assumed, TaskID: r.o.TaskID,
	})
	if err != nil {
		return err
	}
	for n, i := range places {
		batch[i].outcome = outcomes[n]
		batch[i].reason = outcomes[n].Err
	}
	return nil
}

// settle counts what became of a row and says it where it belongs.
func (r *importRun) settle(e *importEntry) error {
	if len(e.row.Faults) > 0 || e.reason != nil {
		return r.refuse(e)
	}
	if r.o.DryRun {
		if err := r.o.plan.add(e.outcome.Version); err != nil {
			return err
		}
	}
	switch e.outcome.Status {
	case store.ImportUnchanged:
		r.result.Unchanged++
		return nil
	case store.ImportChanged:
		r.result.Changed++
	case store.ImportImported, store.ImportRefused, store.ImportConflict:
	}
	r.result.Imported++
	if len(e.outcome.Changes) == 0 {
		return nil
	}
	r.o.sample.change(e.row, e.outcome.Changes)
	if r.o.PreviewPath == "" {
		return nil
	}
	return r.preview.Change(e.row, e.outcome.Changes)
}

// refuse reports a row that has faults or a reason.
func (r *importRun) refuse(e *importEntry) error {
	r.result.Refused++
	if e.outcome.Status == store.ImportConflict {
		r.result.Conflicts++
	}
	var more []roster.Fault
	if e.reason != nil {
		more = append(more, r.reader.Fault(e.row, e.reason))
		if r.o.DryRun { // it keeps its place in the plan
			if err := r.o.plan.add(refusedInPreview); err != nil {
				return err
			}
		}
	}
	why, err := r.report.Refuse(e.row, more...)
	r.o.sample.refuse(e.row, why)
	return err
}
