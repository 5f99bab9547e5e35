package job

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"quxiang/model"
)

// pressStore keeps the counts.
type pressStore interface {
	AddMenuPresses(ctx context.Context, presses []model.MenuPress) error
}

const (
	// pressEvery is how often counts are written; a crash loses no more than these
	// seconds of numbers that only say what people like.
	pressEvery = 5 * time.Second
	// pressMemory is how long a press is known again when WeChat repeats it: its
	// three tries end within 15 s.
	pressMemory = 20 * time.Second
	// pressKinds and pressSeen bound the memory of a flood.
	pressKinds = 1000
	pressSeen  = 100_000
)

// Presses count how often the buttons of the menu are pressed: in memory, written
// every few seconds in one statement, so that a press costs its answer nothing.
type Presses struct {
	store pressStore
	log   *slog.Logger

	mu     sync.Mutex
	counts map[model.MenuPress]int // Count is zero in the key
	// seen and before are the presses of the present and the last pressMemory.
	seen, before map[string]struct{}
	turned       time.Time
}

// NewPresses returns Presses that write to a store.
func NewPresses(store pressStore, log *slog.Logger) *Presses {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Presses{store: store, log: log, counts: map[model.MenuPress]int{}, seen: map[string]struct{}{}, before: map[string]struct{}{}}
}

// Press counts one press at an instant of WeChat's. once names the press: what is
// repeated counts once.
func (p *Presses) Press(kind model.MenuType, key, once string, at time.Time) {
	press := model.MenuPress{Day: model.DateOf(at), Kind: kind, Key: key}
	p.mu.Lock()
	defer p.mu.Unlock()
	if at.Sub(p.turned) > pressMemory || len(p.seen) >= pressSeen {
		p.before, p.seen, p.turned = p.seen, map[string]struct{}{}, at
	}
	if _, again := p.seen[once]; again {
		return
	}
	if _, again := p.before[once]; again {
		return
	}
	p.seen[once] = struct{}{}
	if _, known := p.counts[press]; known || len(p.counts) < pressKinds {
		p.counts[press]++
	}
}

// Run writes what was counted until ctx ends, and then what is left.
func (p *Presses) Run(ctx context.Context) error {
	for wait(ctx, pressEvery) {
		p.flush(ctx)
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	p.flush(last)
	return nil
}

// flush writes the counts; what could not be written is tried again.
func (p *Presses) flush(ctx context.Context) {
	p.mu.Lock()
	counts := p.counts
	p.counts = map[model.MenuPress]int{}
	p.mu.Unlock()
	if len(counts) == 0 {
		return
	}
	presses := make([]model.MenuPress, 0, len(counts))
	for press, n := range counts {
		press.Count = n
		presses = append(presses, press)
	}
	if err := p.store.AddMenuPresses(ctx, presses); err != nil {
		p.log.WarnContext(ctx, "menu presses not kept", "err", err)
		p.mu.Lock()
		for press, n := range counts {
			p.counts[press] += n
		}
		p.mu.Unlock()
	}
}
