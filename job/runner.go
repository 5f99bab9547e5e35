package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"quxiang/model"
	"quxiang/model/store"
)

// Always is the Spec of a job that has a loop of its own beside the Runner's.
// The Runner runs it on demand and while it walks the clock.
const Always = "always"

// Job is something to do at the instants of a schedule. Run must be idempotent:
// it is run again after a failure or a crash.
type Job struct {
	Name string
	// Spec is a cron spec of five fields, minute to day of the week, in
	// Asia/Shanghai; or Always.
	Spec string
	// Run does the work that is due and says in Chinese what was done.
	Run func(ctx context.Context) (outcome string, err error)
	// Forced is Run on demand, whatever the hour; nil: the same as Run.
	Forced func(ctx context.Context) (outcome string, err error)
	// Walked says that a walk of the clock runs the job after each instant at which
	// another falls due, as an Always job, and not at its own: a month has 8,640
	// times five minutes.
	Walked bool
	// Next is the earliest instant after t at which an Always job has put
	// something off to, zero when there is none; may be nil.
	Next func(t time.Time) time.Time
}

// runStore is what the Runner keeps in the database.
type runStore interface {
	ClaimJob(ctx context.Context, name string, due time.Time, lease time.Duration) (bool, error)
	FinishJob(ctx context.Context, name string, due time.Time, outcome string, now time.Time) error
	Jobs(ctx context.Context) ([]store.JobRun, error)
}

// RunnerOptions are what a Runner needs.
type RunnerOptions struct {
	Store  runStore
	Now    func() time.Time
	Logger *slog.Logger
	Jobs   []Job
	// Wake is told when the clock was set; nil: it never is.
	Wake <-chan struct{}
}

const (
	// jobLease is how long a run may take before another replica takes it for
	// dead and begins it anew.
	jobLease = 30 * time.Minute
	// maxNap bounds how long the Runner sleeps, because the machine's clock may
	// be set or the machine suspended without anybody telling.
	maxNap = time.Minute
	// jobTries is how often a failing run is tried before its instant is given up.
	jobTries = 3
	// jobRetry is the pause after the first failure; it grows tenfold.
	jobRetry = 5 * time.Second
)

// Runner runs jobs when they are due. An instant that was missed, because the
// program was down or the clock was set, is run once: the latest only. A job
// that is still running is not started again.
type Runner struct {
	store   runStore
	now     func() time.Time
	log     *slog.Logger
	wake    <-chan struct{}
	entries []*entry
}

// entry is one job and its schedule.
type entry struct {
	Job
	schedule cron.Schedule // nil for Always
	busy     chan struct{} // holds one token while the job runs here
}

// NewRunner checks the jobs; the error names the one whose Spec is wrong.
func NewRunner(o RunnerOptions) (*Runner, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Runner{store: o.Store, now: o.Now, log: o.Logger, wake: o.Wake}
	parser := cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)
	for _, j := range o.Jobs {
		e := &entry{Job: j, busy: make(chan struct{}, 1)}
		if r.find(j.Name) != nil {
			return nil, fmt.Errorf("job: %q is given twice", j.Name)
		}
		if j.Spec != Always {
			var err error
			if e.schedule, err = parser.Parse(j.Spec); err != nil {
				return nil, fmt.Errorf("job: schedule of %q: %w", j.Name, err)
			}
		}
		r.entries = append(r.entries, e)
	}
	return r, nil
}

// Jobs lists the jobs in their order.
func (r *Runner) Jobs() []Job {
	jobs := make([]Job, len(r.entries))
	for i, e := range r.entries {
		jobs[i] = e.Job
	}
	return jobs
}

func (r *Runner) find(name string) *entry {
	i := slices.IndexFunc(r.entries, func(e *entry) bool { return e.Name == name })
	if i < 0 {
		return nil
	}
	return r.entries[i]
}

// Run runs what is due until ctx ends, and then waits for the jobs under way.
func (r *Runner) Run(ctx context.Context) error {
	var running sync.WaitGroup
	defer running.Wait()
	for ctx.Err() == nil {
		if err := r.launch(ctx, &running); err != nil && ctx.Err() == nil {
			r.log.Error("look for due jobs", "err", err)
		}
		nap := time.NewTimer(r.nap())
		select {
		case <-ctx.Done():
		case <-r.wake:
		case <-nap.C:
		}
		nap.Stop()
	}
	return nil
}

// nap is how long nothing falls due, maxNap at most.
func (r *Runner) nap() time.Duration {
	now := r.now()
	next := r.nextDue(now)
	if next.IsZero() {
		return maxNap
	}
	return min(maxNap, next.Sub(now))
}

// nextDue is the earliest instant of any schedule after t; zero when there is
// none.
func (r *Runner) nextDue(t time.Time) time.Time {
	var next time.Time
	for _, e := range r.entries {
		if e.schedule != nil {
			next = earlier(next, e.schedule.Next(t.In(model.Shanghai)))
		}
	}
	return next
}

// earlier is the earlier of two instants; the zero time is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || (!b.IsZero() && b.Before(a)) {
		return b
	}
	return a
}

// launch starts what is due and not done yet.
func (r *Runner) launch(ctx context.Context, running *sync.WaitGroup) error {
	now := r.now()
	runs, err := r.runs(ctx)
	if err != nil {
		return err
	}
	for _, e := range r.entries {
		if e.schedule == nil {
			continue
		}
		due := latest(e.schedule, now)
		last, known := runs[e.Name]
		switch {
		case due.IsZero():
			continue
		case !known:
			// What fell due before the first start was not missed: nobody was
			// there to be reminded.
			if err := r.begin(ctx, e, due); err != nil {
				return err
			}
			continue
		case !last.LastDue.Before(due) && !last.FinishedAt.IsZero():
			continue
		case !last.LastDue.Before(due):
			// It was begun and never ended. The lease tells whether its replica
			// still works; a millisecond makes it an instant of its own.
			due = last.LastDue.Add(time.Millisecond)
		}
		select {
		case e.busy <- struct{}{}:
		default:
			continue
		}
		running.Go(func() {
			defer func() { <-e.busy }()
			if err := r.perform(ctx, e, due, jobRetry); err != nil && ctx.Err() == nil {
				r.log.Error("job failed", "job", e.Name, "err", err)
			}
		})
	}
	return nil
}

func (r *Runner) runs(ctx context.Context) (map[string]store.JobRun, error) {
	list, err := r.store.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	runs := make(map[string]store.JobRun, len(list))
	for _, run := range list {
		runs[run.Name] = run
	}
	return runs, nil
}

// begin notes the instant from which on a job's instants count.
func (r *Runner) begin(ctx context.Context, e *entry, due time.Time) error {
	ok, err := r.store.ClaimJob(ctx, e.Name, due, jobLease)
	if err != nil || !ok {
		return err
	}
	return r.store.FinishJob(ctx, e.Name, due, "", r.now())
}

// perform runs e for the instant due unless another replica has it. A failing
// run is tried again after pause, which grows; with pause 0 it is not.
func (r *Runner) perform(ctx context.Context, e *entry, due time.Time, pause time.Duration) error {
	ok, err := r.store.ClaimJob(ctx, e.Name, due, jobLease)
	if err != nil || !ok {
		return err
	}
	var outcome string
	for try := 1; ; try++ {
		outcome, err = r.call(ctx, e.Run)
		if err == nil || ctx.Err() != nil || pause == 0 || try == jobTries {
			break
		}
		r.log.Warn("job failed, trying again", "job", e.Name, "try", try, "err", err)
		if !wait(ctx, pause) {
			break
		}
		pause *= 10
	}
	return r.finish(ctx, e, due, outcome, err)
}

// finish records the outcome, also when ctx has ended. A run that was broken
// off is left unfinished: it is begun anew when its lease has run out.
func (r *Runner) finish(ctx context.Context, e *entry, due time.Time, outcome string, err error) error {
	if err != nil && ctx.Err() != nil {
		return errors.Join(err, ctx.Err())
	}
	if err != nil {
		outcome = failure(err)
	}
	recording, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	return errors.Join(err, r.store.FinishJob(recording, e.Name, due, outcome, r.now()))
}

// failure says an error to operators.
func failure(err error) string {
	if rule, ok := errors.AsType[*model.Error](err); ok {
		return "失败：" + rule.Message
	}
	return "失败：内部错误，详见日志"
}

// call turns a panic into an error.
func (r *Runner) call(ctx context.Context, run func(context.Context) (string, error)) (outcome string, err error) {
	defer func() {
		if p := recover(); p != nil {
			r.log.Error("job panicked", "stack", string(debug.Stack()))
			err = fmt.Errorf("job: panic: %v", p)
		}
	}()
	return run(ctx)
}

// RunOnce runs a job now, whatever its schedule says, after the run that may be
// under way here. CodeNotFound when there is no such job.
func (r *Runner) RunOnce(ctx context.Context, name string) (outcome string, err error) {
	e := r.find(name)
	if e == nil {
		return "", model.Errorf(model.CodeNotFound, "没有名为“%s”的任务；用 quxiang job list 查看全部任务。", name)
	}
	if err := e.lock(ctx); err != nil {
		return "", err
	}
	defer func() { <-e.busy }()
	run := e.Forced
	if run == nil {
		run = e.Run
	}
	// The claim is for the list of runs only: jobs are idempotent, and whoever
	// asks for one wants it now.
	due := r.now()
	claimed, err := r.store.ClaimJob(ctx, name, due, jobLease)
	if err != nil {
		return "", err
	}
	outcome, err = r.call(ctx, run)
	if !claimed {
		return outcome, err
	}
	return outcome, r.finish(ctx, e, due, outcome, err)
}

// lock waits until the job is not running here.
func (e *entry) lock(ctx context.Context) error {
	select {
	case e.busy <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// latest is the last instant of s that is not after now; zero when there was
// none in five years. The schedule only looks forward, so that the span is
// doubled until it holds an instant.
func latest(s cron.Schedule, now time.Time) time.Time {
	now = now.In(model.Shanghai)
	for span := time.Minute; span < 5*366*24*time.Hour; span *= 2 {
		var last time.Time
		for t := s.Next(now.Add(-span)); !t.IsZero() && !t.After(now); t = s.Next(t) {
			last = t
		}
		if !last.IsZero() {
			return last
		}
	}
	return time.Time{}
}

// wait pauses for d of the machine's time and reports false when ctx ended
// first.
func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
