package job

import (
	"slices"
	"sync"
	"testing"
	"time"

	"quxiang/model/store/storetest"
)

// Replicas that reserve at once get slots that do not overlap, and none before
// its time.
func TestPaceIsShared(t *testing.T) {
	s := storetest.Open(t)
	start := time.UnixMilli(1_800_000_000_000)
	machine := func() time.Time { return start }
	const replicas, rounds, n = 4, 5, 7
	var mu sync.Mutex
	var firsts []time.Time
	var wg sync.WaitGroup
	for range replicas {
		p := pace{values: s, each: 20 * time.Millisecond, machine: machine, now: machine}
		wg.Go(func() {
			for range rounds {
				first, err := p.reserve(t.Context(), n)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				firsts = append(firsts, first)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	slices.SortFunc(firsts, time.Time.Compare)
	for i, first := range firsts {
		if want := start.Add(time.Duration(i) * n * 20 * time.Millisecond); !first.Equal(want) {
			t.Fatalf("reservation %d begins at %v, want %v", i, first.Sub(start), want.Sub(start))
		}
	}
}

func TestPaceOutlivesAWrongClock(t *testing.T) {
	s := storetest.Open(t)
	at := time.UnixMilli(1_800_000_000_000)
	p := pace{values: s, each: time.Millisecond, machine: func() time.Time { return at }, now: func() time.Time { return at }}
	if _, err := p.reserve(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	at = at.AddDate(-1, 0, 0)
	ahead, err := p.ahead(t.Context())
	if err != nil || ahead > maxAhead {
		t.Errorf("waits %v, %v", ahead, err)
	}
	at = at.AddDate(2, 0, 0)
	if ahead, err = p.ahead(t.Context()); err != nil || ahead != 0 {
		t.Errorf("after a rest it waits %v, %v", ahead, err)
	}
}

// Eight senders refused at once pause as long as one.
func TestHoldsDoNotAddUp(t *testing.T) {
	s := storetest.Open(t)
	at := time.UnixMilli(1_800_000_000_000)
	now := func() time.Time { return at }
	p := pace{values: s, each: time.Millisecond, machine: now, now: now}
	for range 8 {
		if err := p.hold(t.Context(), ratePause); err != nil {
			t.Fatal(err)
		}
	}
	if ahead, err := p.ahead(t.Context()); err != nil || ahead != ratePause {
		t.Errorf("waits %v, %v", ahead, err)
	}
	if first, err := p.reserve(t.Context(), 1); err != nil || first.Sub(at) != ratePause {
		t.Errorf("the next slot is after %v, %v", first.Sub(at), err)
	}
	if err := p.hold(t.Context(), time.Millisecond/2); err != nil {
		t.Fatal(err)
	}
	if ahead, err := p.ahead(t.Context()); err != nil || ahead != ratePause+p.each {
		t.Errorf("a shorter pause shortened the wait to %v, %v", ahead, err)
	}
}

func TestAgenda(t *testing.T) {
	now := time.Unix(1_800_000_000, 500)
	var a agenda
	if next := a.next(now); !next.IsZero() {
		t.Errorf("empty: %v", next)
	}
	a.add(now.Add(time.Minute), now)
	a.add(now.Add(10*time.Second), now)
	first := a.next(now)
	if d := first.Sub(now); d < 10*time.Second || d > 11*time.Second {
		t.Errorf("first after %v", d)
	}
	if next := a.next(first); !next.After(first) || next.Sub(now) > 61*time.Second {
		t.Errorf("second at %v", next)
	}
	a.add(now.Add(2*time.Hour), now.Add(time.Hour))
	if len(a.instants) != 1 {
		t.Errorf("it remembers what has passed: %v", a.instants)
	}
}
