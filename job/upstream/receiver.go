package upstream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/store"
)

const (
	// lease is how long a delivery is ours without a sign of life: a batch of
	// items takes a fraction of it.
	lease = time.Minute
	// patience bounds the work on one delivery.
	patience = 30 * time.Minute
	// remembered is how long a delivery's name and answer are kept.
	remembered = 7 * 24 * time.Hour
	// itemBatch is how many items are looked up together.
	itemBatch = 100
)

// Delivery is something that came from a platform upstream, whichever way.
type Delivery interface {
	// Name says which one it is, and its content's digest: the same each time
	// that it comes.
	Name() store.UpstreamDelivery
	// Apply takes in what it brings and says what is to be answered. alive has to
	// be called every few seconds; its error ends the work. Apply runs again when
	// it was cut off, and must then do no harm.
	Apply(ctx context.Context, alive func() error) (answer []byte, t model.Tally, err error)
}

// receiverStore is what the Receiver reads and writes.
type receiverStore interface {
	ClaimUpstream(ctx context.Context, d store.UpstreamDelivery, lease time.Duration, now, expires time.Time) (store.UpstreamClaim, error)
	RenewUpstream(ctx context.Context, c store.UpstreamClaim, lease time.Duration) error
	ReleaseUpstream(ctx context.Context, c store.UpstreamClaim) error
	FinishUpstream(ctx context.Context, c store.UpstreamClaim, answer []byte, t model.Tally, now time.Time) error
	UpstreamAnswer(ctx context.Context, source, name string) (answer []byte, busy, found bool, err error)
	ReceiveUpstream(ctx context.Context, school string, cohort model.Cohort, rows []store.UpstreamRow, now time.Time, codes model.Codes) ([]store.UpstreamOutcome, error)
	Cohort(ctx context.Context, code string) (model.Cohort, error)
}

// ReceiverOptions are what a Receiver needs.
type ReceiverOptions struct {
	Store  receiverStore
	Codes  func(version string) (*codes.Table, error)
	Now    func() time.Time
	Logger *slog.Logger
	// Observe is told what each delivery brought; nil for nobody.
	Observe func(t model.Tally)
}

// Receiver takes deliveries in. It is safe for concurrent use.
type Receiver struct{ o ReceiverOptions }

// NewReceiver returns a Receiver.
func NewReceiver(o ReceiverOptions) *Receiver {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Observe == nil {
		o.Observe = func(model.Tally) {}
	}
	return &Receiver{o: o}
}

// errBusy: somebody works the delivery now.
var errBusy = model.Errorf(model.CodeConflict, "同一请求正在处理，请稍后再查询结果。")

// Receive works a delivery that nobody has worked yet, and gives its answer. One
// that was worked before is answered as it was then. CodeConflict says that it
// is being worked now, CodeInvalid that its name stands for something else. Once
// begun, the work goes on when ctx ends: a platform that hangs up finds the
// answer when it asks again.
func (r *Receiver) Receive(ctx context.Context, d Delivery) (answer []byte, err error) {
	now := r.o.Now()
	claim, err := r.o.Store.ClaimUpstream(ctx, d.Name(), lease, now, now.Add(remembered))
	switch {
	case err != nil:
		return nil, fmt.Errorf("upstream: claim: %w", err)
	case claim.Other:
		return nil, model.Invalid("Idempotency-Key", "这个幂等键已用于内容不同的请求。新的内容请使用新的键。")
	case claim.Busy:
		return nil, errBusy
	case !claim.Ours:
		return claim.Answer, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	answer, tally, err := d.Apply(ctx, func() error { return r.o.Store.RenewUpstream(ctx, claim, lease) })
	if err == nil {
		if err = r.o.Store.FinishUpstream(ctx, claim, answer, tally, r.o.Now()); err == nil {
			r.o.Observe(tally)
			return answer, nil
		}
	}
	if errors.Is(err, store.ErrLeaseLost) {
		return nil, errBusy
	}
	if rerr := r.o.Store.ReleaseUpstream(ctx, claim); rerr != nil {
		r.o.Logger.Warn("release a delivery", "err", rerr)
	}
	return nil, fmt.Errorf("upstream: %w", err)
}
