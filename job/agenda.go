package job

import (
	"sync"
	"time"
)

// agenda remembers the instants to which messages were put off, so that a walk
// through time visits them. It forgets those that have passed.
type agenda struct {
	mu       sync.Mutex
	instants map[int64]struct{} // in whole seconds
}

// add notes t, rounded up, and forgets what is not after now.
func (a *agenda) add(t, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.instants == nil {
		a.instants = map[int64]struct{}{}
	}
	for s := range a.instants {
		if s <= now.Unix() {
			delete(a.instants, s)
		}
	}
	a.instants[t.Add(time.Second-1).Unix()] = struct{}{}
}

// next is the earliest instant after t; zero when there is none.
func (a *agenda) next(t time.Time) time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	var next time.Time
	for s := range a.instants {
		if s > t.Unix() {
			next = earlier(next, time.Unix(s, 0))
		}
	}
	return next
}
