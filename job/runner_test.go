package job_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"quxiang/job"
	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// diary notes when a job ran.
type diary struct {
	mu    sync.Mutex
	notes []string
	told  chan struct{}
}

func newDiary() *diary { return &diary{told: make(chan struct{}, 100)} }

func (d *diary) note(c *clock, name string) {
	d.mu.Lock()
	d.notes = append(d.notes, name+" "+c.Now().In(model.Shanghai).Format("01-02 15:04"))
	d.mu.Unlock()
	d.told <- struct{}{}
}

func (d *diary) want(t *testing.T, want ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.Equal(d.notes, want) {
		t.Errorf("ran %q, want %q", d.notes, want)
	}
}

// await returns when a job has run; it wakes the runners until then, because one
// may find the run before not yet noted as finished.
func (d *diary) await(t *testing.T, wakes ...chan struct{}) {
	t.Helper()
	for limit := time.After(10 * time.Second); ; {
		var wake chan struct{}
		if len(wakes) > 0 {
			wake, wakes = wakes[0], append(wakes[1:], wakes[0])
		}
		select {
		case <-d.told:
			return
		case wake <- struct{}{}:
		case <-limit:
			t.Fatal("the job does not run")
		}
	}
}

func daily(c *clock, d *diary) job.Job {
	return job.Job{Name: "daily", Spec: "0 10 * * *", Run: func(context.Context) (string, error) {
		d.note(c, "daily")
		return "好", nil
	}}
}

func newRunner(t *testing.T, s *store.Store, c *clock, wake <-chan struct{}, jobs ...job.Job) *job.Runner {
	t.Helper()
	r, err := job.NewRunner(job.RunnerOptions{Store: s, Now: c.Now, Wake: wake, Jobs: jobs})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// running runs r until the returned function is called.
func running(t *testing.T, r *job.Runner) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func eachStore(t *testing.T, f func(t *testing.T, s *store.Store, c *clock)) {
	t.Helper()
	c := &clock{}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c.set(at(t, "2027-08-01 09:00"))
		f(t, s, c)
	}, storetest.WithNow(c.Now))
}

func lastRun(t *testing.T, s *store.Store, name string) store.JobRun {
	t.Helper()
	runs, err := s.Jobs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(runs, func(r store.JobRun) bool { return r.Name == name })
	if i < 0 {
		t.Fatalf("%s never ran: %+v", name, runs)
	}
	return runs[i]
}

func TestDueInstantRunsOnceOnOneReplica(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, c *clock) {
		d := newDiary()
		wakes := []chan struct{}{make(chan struct{}), make(chan struct{})}
		for _, wake := range wakes {
			defer running(t, newRunner(t, s, c, wake, daily(c, d)))()
			// Woken twice: the second is taken when the first look is over.
			wake <- struct{}{}
			wake <- struct{}{}
		}
		d.want(t) // nothing was missed before the first start
		c.set(at(t, "2027-08-01 10:00"))
		d.await(t, wakes...)
		// Ten days on, of the missed instants the latest runs.
		c.set(at(t, "2027-08-11 12:00"))
		d.await(t, wakes...)
		d.want(t, "daily 08-01 10:00", "daily 08-11 12:00")
	})
}

func TestMissedInstantRunsAtStart(t *testing.T) {
	eachStore(t, func(t *testing.T, s *store.Store, c *clock) {
		d := newDiary()
		wake := make(chan struct{})
		stop := running(t, newRunner(t, s, c, wake, daily(c, d)))
		wake <- struct{}{}
		wake <- struct{}{}
		stop()
		c.set(at(t, "2027-08-04 09:00")) // three instants later
		defer running(t, newRunner(t, s, c, nil, daily(c, d)))()
		d.await(t)
		d.want(t, "daily 08-04 09:00")
		if due := lastRun(t, s, "daily").LastDue; !due.Equal(at(t, "2027-08-03 10:00")) {
			t.Errorf("run for %v", due)
		}
	})
}

func TestPanicIsAFailure(t *testing.T) {
	c := &clock{t: at(t, "2027-08-01 09:00")}
	s := storetest.Open(t, storetest.WithNow(c.Now))
	var logged bytes.Buffer
	r, err := job.NewRunner(job.RunnerOptions{
		Store: s, Now: c.Now, Logger: slog.New(slog.NewTextHandler(&logged, nil)),
		Jobs: []job.Job{{Name: "bad", Spec: "0 10 * * *", Run: func(context.Context) (string, error) { panic("no such luck") }}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.RunOnce(t.Context(), "bad"); err == nil || !strings.Contains(err.Error(), "no such luck") {
		t.Errorf("error %v", err)
	}
	if o := lastRun(t, s, "bad").Outcome; !strings.HasPrefix(o, "失败") || strings.Contains(o, "luck") {
		t.Errorf("outcome %q", o)
	}
	if !strings.Contains(logged.String(), "runner_test.go") {
		t.Errorf("no stack in the log: %s", logged.String())
	}
}

func TestRunOnce(t *testing.T) {
	c := &clock{t: at(t, "2027-08-01 03:00")}
	s := storetest.Open(t, storetest.WithNow(c.Now))
	d := newDiary()
	both := daily(c, d)
	both.Name = "both"
	both.Forced = func(context.Context) (string, error) { return "不论几点", nil }
	r := newRunner(t, s, c, nil, daily(c, d), both)
	for name, want := range map[string]string{"daily": "好", "both": "不论几点"} {
		outcome, err := r.RunOnce(t.Context(), name)
		if err != nil || outcome != want {
			t.Errorf("%s: %q, %v", name, outcome, err)
		}
		if run := lastRun(t, s, name); run.Outcome != want || run.FinishedAt.IsZero() {
			t.Errorf("noted %+v", run)
		}
	}
	// Again at the same instant, and with the clock set back: it runs all the same.
	c.pass(-time.Hour)
	if _, err := r.RunOnce(t.Context(), "daily"); err != nil {
		t.Error(err)
	}
	d.want(t, "daily 08-01 03:00", "daily 08-01 02:00")
	if _, err := r.RunOnce(t.Context(), "nightly"); model.CodeOf(err) != model.CodeNotFound {
		t.Errorf("unknown job: %v", err)
	}
}

// A run whose process died is begun anew once its lease is over; until then
// nobody touches it.
func TestBrokenOffRunIsTakenUp(t *testing.T) {
	c := &clock{t: at(t, "2027-08-01 12:00")}
	s := storetest.Open(t, storetest.WithNow(c.Now))
	d := newDiary()
	// A lease that is over already: one that ends now may still hold at the first look.
	ok, err := s.ClaimJob(t.Context(), "daily", at(t, "2027-08-01 10:00"), -time.Second)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	defer running(t, newRunner(t, s, c, nil, daily(c, d)))()
	d.await(t)
	d.want(t, "daily 08-01 12:00")
}

func TestNewRunnerNamesTheBadJob(t *testing.T) {
	for _, jobs := range [][]job.Job{
		{{Name: "a", Spec: "61 * * * *"}},
		{{Name: "a", Spec: job.Always}, {Name: "a", Spec: job.Always}},
	} {
		if _, err := job.NewRunner(job.RunnerOptions{Jobs: jobs}); err == nil || !strings.Contains(err.Error(), `"a"`) {
			t.Errorf("%+v: %v", jobs, err)
		}
	}
}

func TestWalk(t *testing.T) {
	c := &clock{t: at(t, "2027-08-29 12:00")}
	s := storetest.Open(t, storetest.WithNow(c.Now))
	d := newDiary()
	errBad := errors.New("bad day")
	nightly := job.Job{Name: "nightly", Spec: "30 3 * * *", Run: func(context.Context) (string, error) {
		d.note(c, "nightly")
		if c.Now().After(at(t, "2027-08-31 00:00")) {
			return "", errBad
		}
		return "好", nil
	}}
	putOff := at(t, "2027-08-30 10:05")
	always := job.Job{
		Name: "always", Spec: job.Always,
		Run: func(context.Context) (string, error) {
			d.note(c, "always")
			return "", nil
		},
		Next: func(after time.Time) time.Time {
			if putOff.After(after) {
				return putOff
			}
			return time.Time{}
		},
	}
	often := job.Job{Name: "often", Spec: "* * * * *", Walked: true, Run: func(context.Context) (string, error) {
		d.note(c, "often")
		return "", nil
	}}
	r := newRunner(t, s, c, nil, daily(c, d), nightly, often, always)
	to := at(t, "2027-08-31 08:00")
	if err := r.Walk(t.Context(), c.Now(), to, c.set); !errors.Is(err, errBad) {
		t.Errorf("error %v", err)
	}
	d.want(t,
		"nightly 08-30 03:30", "often 08-30 03:30", "always 08-30 03:30",
		"daily 08-30 10:00", "often 08-30 10:00", "always 08-30 10:00",
		"often 08-30 10:05", "always 08-30 10:05",
		"nightly 08-31 03:30", "often 08-31 03:30", "always 08-31 03:30",
		"often 08-31 08:00", "always 08-31 08:00",
	)
	if !c.Now().Equal(to) {
		t.Errorf("the clock shows %v", c.Now())
	}
	if due := lastRun(t, s, "daily").LastDue; !due.Equal(at(t, "2027-08-30 10:00")) {
		t.Errorf("daily was last due %v", due)
	}
}

// The whole of August on one clock: each rung reaches the phone on its day.
func TestWalkThroughAugust(t *testing.T) {
	r := one(t)
	r.clock.set(at(t, "2027-07-31 12:00"))
	openid := r.bound(1)[0]
	runner := newRunner(t, r.store, r.clock, nil, job.Schedule(job.ScheduleOptions{
		LadderMinute: 600, Ladder: ladder(r), Dispatcher: r.d, Importer: importer(r, t.TempDir()),
		Purge:    &job.Purge{Store: r.store, Now: r.clock.Now},
		Verified: &job.Verified{Store: r.store, Now: r.clock.Now},
	})...)
	r.must(runner.Walk(t.Context(), r.clock.Now(), at(t, "2027-09-02 00:00"), func(now time.Time) {
		r.must(r.sim.Idle(t.Context())) // a receipt signed before the jump would be refused after it
		r.clock.set(now)
	}))
	var got []string
	for _, card := range r.sim.Inbox(openid) {
		got = append(got, fmt.Sprint(card.At.In(model.Shanghai).Format("01-02 15:04"), " ", card.Rows[2].Value))
	}
	want := []string{
		"08-01 10:00 距截止还有 30 天，逾期影响转档、落户",
		"08-17 10:00 距截止还有 14 天，逾期影响转档、落户",
		"08-24 10:00 距截止还有 7 天，逾期影响转档、落户",
		"08-28 10:00 距截止还有 3 天，逾期影响转档、落户",
		"08-30 10:00 距截止还有 1 天，逾期影响转档、落户",
		"08-31 10:00 今天截止，逾期影响转档、落户",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the phone got %q", got)
	}
	r.idle()
}
