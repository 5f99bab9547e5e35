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
	ImportRoster(ctx context.Context, rows []store.ImportRow, by model.Actor, now time.Time, codes model.Codes) ([]store.ImportOutcome, error)
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

// Importer takes rosters in: those that tasks name, and any file by Import.
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
	Path string // XLSX or CSV
	// ReportPath is where the sheet of refused rows goes; it is written when
	// there are any.
	ReportPath string
	By         model.Actor
	// SchoolCode is whose rows may be imported; "" for all schools, and then a
	// school that is not known yet is added under the roster's name for it.
	SchoolCode string
	// Progress is told after each batch how many rows are done; total is 0 when
	// it is not known. May be nil.
	Progress func(done, total int)
}

// Import reads a roster, writes its good rows and reports the others. Doing it
// again changes nothing. What is wrong with the file as a whole is a
// *model.Error; rows before the one that cannot be read are imported, and the
// result counts them.
func (im *Importer) Import(ctx context.Context, o ImportOptions) (result model.TaskResult, err error) {
	table, err := im.codes(codes.Default)
	if err != nil {
		return result, fmt.Errorf("job: import: %w", err)
	}
	reader, err := roster.Open(o.Path, roster.Options{Codes: table, School: o.SchoolCode})
	if err != nil {
		return result, fmt.Errorf("job: import: %w", err)
	}
	run := &importRun{
		Importer: im, o: o, columns: reader, nameAt: schoolNameAt(reader.Header()), report: roster.NewReport(o.ReportPath, reader.Header()),
		cohorts: map[string]*cohortTable{}, schools: map[string]*model.Error{},
	}
	err = errors.Join(run.all(ctx, reader), reader.Close())
	// What was refused so far is told even when the rest failed.
	err = errors.Join(err, run.report.Close())
	if run.result.Refused > 0 {
		run.result.Report = o.ReportPath
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
	columns store.Columns
	nameAt  int // column of the school's name; -1 when there is none
	report  *roster.Report
	result  model.TaskResult
	done    int
	cohorts map[string]*cohortTable // those that rows may go into, by code
	schools map[string]*model.Error // by code: nil when rows may be taken, else why not
}

// cohortTable is a cohort's code tables, or why its rows are refused.
type cohortTable struct {
	codes *codes.Table
	fault *model.Error
}

// all reads the rows to the end of the file, in batches.
func (r *importRun) all(ctx context.Context, reader *roster.Reader) error {
	batch := make([]roster.Row, 0, importBatch)
	for {
		row, err := reader.Next()
		if err == nil {
			batch = append(batch, row)
		}
		if len(batch) == importBatch || (err != nil && len(batch) > 0) {
			if err := r.take(ctx, batch); err != nil {
				return err
			}
			batch = batch[:0]
			if r.o.Progress != nil {
				r.o.Progress(r.done, max(reader.Total(), r.done))
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

// take writes a batch's good rows, those of each cohort together, and reports
// the others in the file's order.
func (r *importRun) take(ctx context.Context, batch []roster.Row) error {
	reasons := make([]*model.Error, len(batch))
	good := map[string][]int{} // by cohort: places in batch
	for i, row := range batch {
		if len(row.Faults) > 0 {
			continue
		}
		fault, err := r.admit(ctx, row)
		if err != nil {
			return err
		}
		if fault != nil {
			reasons[i] = fault
			continue
		}
		good[row.CohortCode] = append(good[row.CohortCode], i)
	}
	for cohort, places := range good {
		if err := r.write(ctx, batch, places, r.cohorts[cohort].codes, reasons); err != nil {
			return err
		}
	}
	for i, row := range batch {
		if err := r.refuse(row, reasons[i]); err != nil {
			return err
		}
	}
	r.done += len(batch)
	return nil
}

// write gives rows of one cohort to the store and counts what became of them.
func (r *importRun) write(ctx context.Context, batch []roster.Row, places []int, table *codes.Table, reasons []*model.Error) error {
	rows := make([]store.ImportRow, len(places))
	for n, i := range places {
		b := batch[i]
		rows[n] = store.ImportRow{
			CohortCode: b.CohortCode, SchoolCode: b.SchoolCode, Basics: b.Basics, Destination: b.Destination, ReportedAt: b.ReportedAt, Columns: r.columns,
		}
	}
	outcomes, err := r.store.ImportRoster(ctx, rows, r.o.By, r.now(), table)
	if err != nil {
		return err
	}
	for n, i := range places {
		switch outcomes[n].Status {
		case store.ImportImported, store.ImportChanged:
			r.result.Imported++
		case store.ImportUnchanged:
			r.result.Unchanged++
		default:
			reasons[i] = outcomes[n].Err
		}
	}
	return nil
}

// refuse reports a row that has faults or a reason.
func (r *importRun) refuse(row roster.Row, reason *model.Error) error {
	if len(row.Faults) == 0 && reason == nil {
		return nil
	}
	r.result.Refused++
	if reason != nil {
		return r.report.Refuse(row, reason.Message)
	}
	return r.report.Refuse(row)
}
