package verify

import (
	"context"
	"sync"
)

// turns lets tries with the same key pass one at a time within this process,
// so that of many at once each is judged by what those before it left. The zero
// value is ready. It holds no more keys than there are requests.
type turns struct {
	mu     sync.Mutex // held for a moment, never while somebody waits
	queues map[string]*queue
}

type queue struct {
	turn  chan struct{} // holds one value while it is somebody's turn
	users int           // who has the turn and who waits for it; guarded by turns.mu
}

// take waits for the turn at key and returns how to end it; an error when ctx
// ends before.
func (t *turns) take(ctx context.Context, key string) (end func(), err error) {
	t.mu.Lock()
	if t.queues == nil {
		t.queues = map[string]*queue{}
	}
	q, ok := t.queues[key]
	if !ok {
		q = &queue{turn: make(chan struct{}, 1)}
		t.queues[key] = q
	}
	q.users++
	t.mu.Unlock()
	leave := func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		if q.users--; q.users == 0 {
			delete(t.queues, key)
		}
	}
	select {
	case q.turn <- struct{}{}:
		return func() {
			<-q.turn
			leave()
		}, nil
	case <-ctx.Done():
		leave()
		return nil, ctx.Err()
	}
}
