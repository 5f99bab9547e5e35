package callback

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"quxiang/model/store"
)

// slow is a store whose transaction takes a second of a test's own time, and
// fails where a bad receipt is in it.
type slow struct {
	mu      sync.Mutex
	batches []int
	kept    []int64
	bad     int64
	down    bool
}

var errBad = errors.New("refused")

func (s *slow) Receipts(ctx context.Context, all []store.Receipt) error {
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.batches = append(s.batches, len(all))
	for _, r := range all {
		if s.down || r.MsgID == s.bad {
			return errBad
		}
	}
	for _, r := range all {
		s.kept = append(s.kept, r.MsgID)
	}
	return nil
}

func TestReceiptsAreCommittedTogether(t *testing.T) {
	for _, tc := range []struct {
		name    string
		store   *slow
		n       int
		limit   time.Duration
		batches []int
		failed  []int64
	}{
		{"one transaction at a time, the rest gather", &slow{}, 5, 4 * time.Second, []int{1, 4}, nil},
		{"one bad receipt costs only itself", &slow{bad: 3}, 4, 9 * time.Second, []int{1, 3, 1, 1, 1}, []int64{3}},
		{"one that is alone is not tried twice", &slow{bad: 1}, 1, 4 * time.Second, []int{1}, []int64{1}},
		{"no more than the time allows", &slow{down: true}, 4, 2500 * time.Millisecond, []int{1, 3, 1}, []int64{1, 2, 3, 4}},
		{"a batch has a bound", &slow{}, maxBatch + 3, 9 * time.Second, []int{1, maxBatch, 2}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newReceipts(tc.store, tc.limit)
				var mu sync.Mutex
				var failed []int64
				var all sync.WaitGroup
				for i := range tc.n {
					all.Go(func() {
						time.Sleep(time.Duration(i) * time.Microsecond) // in order, in the bubble's time
						id := int64(i + 1)
						err := g.keep(t.Context(), store.Receipt{MsgID: id})
						tc.store.mu.Lock()
						kept := slices.Contains(tc.store.kept, id)
						tc.store.mu.Unlock()
						if (err == nil) != kept {
							t.Errorf("receipt %d: answered %v, kept %v", id, err, kept)
						}
						if err != nil {
							mu.Lock()
							failed = append(failed, id)
							mu.Unlock()
						}
					})
				}
				all.Wait()
				slices.Sort(failed)
				if !slices.Equal(tc.store.batches, tc.batches) || !slices.Equal(failed, tc.failed) {
					t.Errorf("batches %v, failed %v; want %v, %v", tc.store.batches, failed, tc.batches, tc.failed)
				}
			})
		})
	}
}

func TestReceiptsDoNotPileUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newReceipts(&slow{}, time.Second)
		g.busy, g.waiting = true, make([]waiting, maxWaiting)
		if err := g.keep(t.Context(), store.Receipt{MsgID: 1}); !errors.Is(err, errFull) {
			t.Errorf("keep = %v", err)
		}
	})
}
