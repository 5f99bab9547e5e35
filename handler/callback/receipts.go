package callback

import (
	"context"
	"errors"
	"sync"
	"time"

	"quxiang/model/store"
)

const (
	// maxBatch is how many receipts one transaction takes.
	maxBatch = 500
	// gather is how long a burst's next transaction waits for more: a commit costs
	// as much as twenty receipts in it.
	gather = 4 * time.Millisecond
	// maxWaiting bounds the receipts that wait for their transaction: above it
	// they are refused, and WeChat sends them again.
	maxWaiting = 10_000
)

// errFull refuses a receipt while too many wait.
var errFull = errors.New("callback: too many receipts wait to be kept")

// receiptStore keeps receipts, all of them or none.
type receiptStore interface {
	Receipts(ctx context.Context, receipts []store.Receipt) error
}

// receipts takes receipts by group commit: while one transaction is under way
// those that arrive gather for the next. After a bulk send they come in bursts of
// hundreds a second, and a commit waits for the disk.
type receipts struct {
	store receiptStore
	limit time.Duration // for one transaction

	mu      sync.Mutex // guards what follows
	waiting []waiting
	busy    bool // somebody commits
}

// waiting is a receipt whose push is not answered yet.
type waiting struct {
	receipt store.Receipt
	done    chan error // has room for the one outcome
}

func newReceipts(s receiptStore, limit time.Duration) *receipts {
	return &receipts{store: s, limit: limit}
}

// keep returns nil when the receipt is committed. An error, also that of ctx,
// means that it may not be: WeChat must send it again.
func (g *receipts) keep(ctx context.Context, r store.Receipt) error {
	w := waiting{receipt: r, done: make(chan error, 1)}
	g.mu.Lock()
	if len(g.waiting) >= maxWaiting {
		g.mu.Unlock()
		return errFull
	}
	g.waiting = append(g.waiting, w)
	if !g.busy {
		g.busy = true
		go g.work() // ends when nobody waits
	}
	g.mu.Unlock()
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// work commits until nobody waits. The first receipt is taken at once; that
// others came meanwhile is what makes a burst.
func (g *receipts) work() {
	for batch := g.next(); len(batch) > 0; batch = g.next() {
		g.commit(batch)
		if g.more() {
			<-time.After(gather) // so short that no context is asked
		}
	}
}

func (g *receipts) more() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.waiting) > 0
}

// next takes the oldest that wait; none ends the work.
func (g *receipts) next() []waiting {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := min(len(g.waiting), maxBatch)
	batch := g.waiting[:n:n]
	g.waiting = g.waiting[n:]
	if len(g.waiting) == 0 {
		g.waiting = nil // of a burst nothing stays in memory
	}
	g.busy = n > 0
	return batch
}

// commit keeps a batch and tells each what became of it. When it fails they are
// tried one by one, so that one that the database does not take does not cost
// the others, for as long as the time for one transaction lasts.
func (g *receipts) commit(batch []waiting) {
	ctx, cancel := context.WithTimeout(context.Background(), g.limit)
	defer cancel()
	all := make([]store.Receipt, len(batch))
	for i, w := range batch {
		all[i] = w.receipt
	}
	err := g.kept(ctx, all)
	for _, w := range batch {
		one := err
		if err != nil && len(batch) > 1 && ctx.Err() == nil {
			one = g.kept(ctx, []store.Receipt{w.receipt})
		}
		w.done <- one
	}
}

// errPanic stands for a panic of the store.
var errPanic = errors.New("callback: panic while receipts were kept")

func (g *receipts) kept(ctx context.Context, all []store.Receipt) (err error) {
	defer func() {
		if p := recover(); p != nil { // nobody else would: this is no request's goroutine
			err = errPanic
		}
	}()
	return g.store.Receipts(ctx, all)
}
