package job

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"quxiang/model"
	"quxiang/model/links"
	"quxiang/model/store"
	"quxiang/wechat"
)

// Sender sends one template message (*wechat.Client).
type Sender interface {
	SendTemplate(ctx context.Context, m wechat.TemplateMessage) (msgID int64, err error)
}

// outbox is what the Dispatcher reads and writes.
type outbox interface {
	sharedValues
	ClaimMessages(ctx context.Context, limit int, lease time.Duration, now time.Time) (token string, claimed []model.Message, err error)
	BeginAttempt(ctx context.Context, id int64, token, openid string, now time.Time) (begun bool, err error)
	Settle(ctx context.Context, id int64, token string, o store.Settlement) error
	Templates(ctx context.Context) ([]model.Template, error)
	StopTemplate(ctx context.Context, kind model.MessageKind, why string) error
	MarkUnfollowed(ctx context.Context, openid string, now time.Time) error
}

// DispatcherOptions are what a Dispatcher needs. Where a default is named the
// field may be left zero.
type DispatcherOptions struct {
	Store      outbox
	Sender     Sender
	Links      links.Links
	QuietHours model.QuietHours
	// Rate is how many messages all replicas together send a second; 50.
	Rate int
	// Concurrency is how many messages are under way here at once; 8.
	Concurrency int
	// Batch is how many are claimed at once; what a quarter of the lease has
	// room for at Rate, so that the last of them still begins in good time.
	Batch int
	// Lease is how long claimed messages are ours, and bounds each send; 20 s.
	Lease time.Duration
	// Every is the pause between two looks for due messages; 1 s.
	Every time.Duration
	// Now is business time.
	Now func() time.Time
	// Machine is the machine's clock, with its monotonic reading, by which
	// leases and rates run; time.Now.
	Machine func() time.Time
	Logger  *slog.Logger
}

const (
	// maxBatch bounds a claim: what one statement carries.
	maxBatch = 200
	// silentLimit is how many sends without an answer make everybody pause.
	silentLimit = 5
	// minSilentPause is for how long; after it one message is tried. Each
	// further silence doubles the pause, up to maxSilentPause: a short trouble
	// must not cost minutes, and in a long one only the messages that were tried
	// end in doubt.
	minSilentPause = time.Second
	maxSilentPause = 5 * time.Second
	// stoppedPause is for how long messages of a stopped template are put off.
	stoppedPause = 10 * time.Minute
	// maxErrorPause bounds the pause after failures of our own.
	maxErrorPause = 30 * time.Second
)

// Dispatcher sends the messages of the outbox, each once (design §5, Delivery):
// it claims them for the time of a lease, commits each attempt before it is
// made, sends with a client_msg_id that never changes, and repeats only while
// WeChat surely knows that. Several may work one database.
type Dispatcher struct {
	store       outbox
	sender      Sender
	links       links.Links
	quiet       model.QuietHours
	concurrency int
	batch       int
	lease       time.Duration
	every       time.Duration
	now         func() time.Time
	machine     func() time.Time
	log         *slog.Logger
	pace        pace
	turn        chan struct{} // held during a step, so that a drain also awaits Run's sends
	silent      atomic.Int64  // sends in a row that WeChat did not answer
	later       agenda
}

// NewDispatcher returns a Dispatcher that has not begun.
func NewDispatcher(o DispatcherOptions) *Dispatcher {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Machine == nil {
		o.Machine = time.Now
	}
	d := &Dispatcher{
		store: o.Store, sender: o.Sender, links: o.Links, quiet: o.QuietHours,
		concurrency: positive(o.Concurrency, 8), lease: positive(o.Lease, 20*time.Second), every: positive(o.Every, time.Second),
		now: o.Now, machine: o.Machine, log: o.Logger, turn: make(chan struct{}, 1),
	}
	rate := positive(o.Rate, 50)
	d.batch = min(maxBatch, positive(o.Batch, max(1, int(float64(rate)*d.lease.Seconds()/4))))
	d.pace = pace{values: o.Store, each: time.Second / time.Duration(rate), machine: o.Machine, now: o.Now}
	return d
}

func positive[T int | time.Duration](value, fallback T) T {
	if value > 0 {
		return value
	}
	return fallback
}

// Tally counts what became of the messages of one or more steps.
type Tally struct {
	Claimed  int
	Accepted int   // WeChat took them
	PutOff   int   // back in the queue for later
	Repeat   int   // of these, those that may have been sent all the same
	Ended    int   // failed, blocked, unknown, or taken back meanwhile
	Pause    pause // that holds; zero when none does
}

func (t *Tally) add(u Tally) {
	t.Claimed += u.Claimed
	t.Accepted += u.Accepted
	t.PutOff += u.PutOff
	t.Repeat += u.Repeat
	t.Ended += u.Ended
	t.Pause = u.Pause
}

// String says the tally in Chinese, for operators.
func (t Tally) String() string {
	s := fmt.Sprintf("微信接受 %d 条，推迟 %d 条，结束 %d 条", t.Accepted, t.PutOff, t.Ended)
	if t.Pause.Why != "" {
		s += fmt.Sprintf("；暂停发送至 %s：%s", model.Minute(t.Pause.Until), t.Pause.Why)
	}
	return s
}

// silentPause is the pause after n sends in a row without an answer.
func silentPause(n int64) time.Duration {
	return min(maxSilentPause, minSilentPause<<min(n-silentLimit, 10))
}

// Run sends until ctx ends; what is under way then is finished first.
func (d *Dispatcher) Run(ctx context.Context) error {
	trouble := d.every
	for ctx.Err() == nil {
		t, err := d.Step(ctx)
		nap := d.every
		switch {
		case err != nil && ctx.Err() == nil:
			d.log.Error("dispatch", "err", err)
			nap, trouble = trouble, min(2*trouble, maxErrorPause)
		case t.Accepted > 0:
			nap, trouble = 0, d.every
		default:
			trouble = d.every
		}
		wait(ctx, nap)
	}
	return nil
}

// Step claims one batch and sends it.
func (d *Dispatcher) Step(ctx context.Context) (Tally, error) {
	return d.step(ctx, d.now(), d.quiet)
}

// Drain sends until nothing is due or a pause holds, and waits for what Run has
// under way.
func (d *Dispatcher) Drain(ctx context.Context) (Tally, error) {
	return d.drain(ctx, d.quiet)
}

// Force is Drain whatever the hour: quiet hours do not hold, and what they had
// put off is sent.
func (d *Dispatcher) Force(ctx context.Context) (Tally, error) {
	total, err := d.drain(ctx, model.QuietHours{})
	if err != nil || total.Pause.Why != "" {
		return total, err
	}
	// What quiet hours put off is due at their end. Claiming as of then is a
	// second pass: what is due now must not be taken for late. It ends when a
	// message waits to be repeated, since by then nobody could tell any more
	// whether that one was sent.
	end, quiet := d.quiet.Until(d.now())
	for quiet && total.Repeat == 0 {
		t, err := d.step(ctx, end, model.QuietHours{})
		total.add(t)
		if err != nil || t.Claimed == 0 || t.Pause.Why != "" {
			return total, err
		}
	}
	return total, nil
}

func (d *Dispatcher) drain(ctx context.Context, quiet model.QuietHours) (total Tally, err error) {
	for {
		t, err := d.step(ctx, d.now(), quiet)
		total.add(t)
		if err != nil || t.Claimed == 0 || t.Pause.Why != "" {
			return total, err
		}
	}
}

// RunAll is Drain as a job.
func (d *Dispatcher) RunAll(ctx context.Context) (outcome string, err error) {
	t, err := d.Drain(ctx)
	return t.String(), err
}

// Forced is Force as a job.
func (d *Dispatcher) Forced(ctx context.Context) (outcome string, err error) {
	t, err := d.Force(ctx)
	return t.String(), err
}

// Next is the earliest instant after t to which this Dispatcher has put a
// message off; zero when there is none.
func (d *Dispatcher) Next(t time.Time) time.Time { return d.later.next(t) }

// step sends one batch of what is due as of an instant.
func (d *Dispatcher) step(ctx context.Context, asOf time.Time, quiet model.QuietHours) (Tally, error) {
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return Tally{}, ctx.Err()
	}
	b, err := d.claim(ctx, asOf)
	if err != nil || b == nil || len(b.messages) == 0 {
		t := Tally{}
		if b != nil {
			t.Pause = b.held
		}
		return t, err
	}
	b.sift(ctx, quiet)
	err = b.send(ctx)
	t := b.tally
	t.Claimed = len(b.messages)
	if p, holds, pauseErr := d.paused(ctx, d.now()); pauseErr == nil && holds {
		t.Pause = p
	}
	return t, err
}

// claim waits for the shared rate and then leases a batch; while a pause holds
// there is none. After a silence of WeChat a single message tries the way.
func (d *Dispatcher) claim(ctx context.Context, asOf time.Time) (*batch, error) {
	now := d.now()
	p, holds, err := d.paused(ctx, now)
	if err != nil {
		return nil, fmt.Errorf("job: dispatch: %w", err)
	}
	if holds {
		d.later.add(p.Until, now)
		return &batch{held: p}, nil
	}
	ahead, err := d.pace.ahead(ctx)
	if err != nil {
		return nil, fmt.Errorf("job: dispatch: %w", err)
	}
	if !wait(ctx, ahead) {
		return nil, ctx.Err()
	}
	limit := d.batch
	if d.silent.Load() >= silentLimit {
		limit = 1
	}
	templates, err := d.store.Templates(ctx)
	if err != nil {
		return nil, fmt.Errorf("job: dispatch: %w", err)
	}
	b := &batch{d: d, asOf: asOf, since: d.machine(), templates: make(map[model.MessageKind]model.Template, len(templates))}
	for _, t := range templates {
		b.templates[t.Kind] = t
	}
	if b.token, b.messages, err = d.store.ClaimMessages(ctx, limit, d.lease, asOf); err != nil {
		return nil, fmt.Errorf("job: dispatch: %w", err)
	}
	return b, nil
}
