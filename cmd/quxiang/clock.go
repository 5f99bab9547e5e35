package main

import (
	"sync"
	"time"
)

// clock is the program's one clock. In serve it is the machine's; the sandbox
// can set it, and it then runs on from there.
type clock struct {
	mu     sync.RWMutex
	offset time.Duration
	frozen time.Time     // while jobs are walked through, the instant that holds
	moved  chan struct{} // told that the clock jumped
}

// newClock returns a clock that shows start now, or the machine's time when
// start is zero.
func newClock(start time.Time) *clock {
	c := &clock{moved: make(chan struct{}, 1)}
	if !start.IsZero() {
		c.offset = time.Until(start)
	}
	return c
}

// Now is the present business time.
func (c *clock) Now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if !c.frozen.IsZero() {
		return c.frozen
	}
	return time.Now().Add(c.offset)
}

// freeze makes the clock stand at t until release.
func (c *clock) freeze(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozen = t
}

// release lets the clock run on from t.
func (c *clock) release(t time.Time) {
	c.mu.Lock()
	c.frozen, c.offset = time.Time{}, time.Until(t)
	c.mu.Unlock()
	select {
	case c.moved <- struct{}{}:
	default:
	}
}
