package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func TestTries(t *testing.T) {
	const window = 15 * time.Minute
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		want := func(when string, now time.Time, want store.Tries) {
			t.Helper()
			got, err := s.Tries(ctx, "prove:x", now)
			if err != nil || got.Count != want.Count || !got.First.Equal(want.First) || !got.Last.Equal(want.Last) {
				t.Errorf("%s: Tries = %+v, %v; want %+v", when, got, err, want)
			}
		}
		want("at first", start, store.Tries{})
		for i := range 5 {
			now := start.Add(time.Duration(i) * 10 * time.Minute)
			got, err := s.AddTry(ctx, "prove:x", window, now)
			if err != nil || got.Count != i+1 || !got.First.Equal(start) || !got.Last.Equal(now) {
				t.Fatalf("AddTry %d = %+v, %v", i, got, err)
			}
		}
		last := start.Add(40 * time.Minute)
		five := store.Tries{Count: 5, First: start, Last: last}
		want("just before the end", last.Add(window-time.Millisecond), five)
		want("at the end", last.Add(window), store.Tries{})

		later := last.Add(window)
		if got, err := s.AddTry(ctx, "prove:x", window, later); err != nil || got.Count != 1 || !got.First.Equal(later) {
			t.Errorf("AddTry after the window = %+v, %v; want the first again", got, err)
		}
		if err := s.ClearTries(ctx, "prove:x"); err != nil {
			t.Fatal(err)
		}
		want("after clearing", later, store.Tries{})
	})
}

func TestTriesAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const callers = 20
		errs := make(chan error)
		for range callers {
			go func() {
				_, err := s.AddTry(t.Context(), "k", time.Minute, start)
				errs <- err
			}()
		}
		for range callers {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if got, err := s.Tries(t.Context(), "k", start); err != nil || got.Count != callers {
			t.Errorf("Tries = %+v, %v; want %d", got, err, callers)
		}
	})
}

func TestTakeTriesAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const callers, free = 20, 3
		type result struct {
			taken bool
			err   error
		}
		results := make(chan result)
		for i := range callers {
			// The same two rows, named in either order, and one that all share.
			limits := []store.Limit{{Key: "k", Window: time.Minute}, {Key: "b", Window: time.Minute}, {Key: "all", Window: time.Minute}}
			if i%2 == 0 {
				limits[0], limits[1] = limits[1], limits[0]
			}
			go func() {
				_, taken, err := s.TakeTries(t.Context(), start, limits, func(before map[string]store.Tries) bool { return before["k"].Count >= free })
				results <- result{taken, err}
			}()
		}
		took := 0
		for range callers {
			r := <-results
			if r.err != nil {
				t.Error(r.err)
			}
			if r.taken {
				took++
			}
		}
		got, err := s.TriesOf(t.Context(), start, "k", "b", "all", "other")
		if err != nil || len(got) != 3 || took != free {
			t.Errorf("%d were taken, TriesOf = %+v, %v; want %d", took, got, err, free)
		}
		for key, n := range got {
			if n.Count != free {
				t.Errorf("%s counts %d, want %d", key, n.Count, free)
			}
		}
	})
}

func TestTakeTries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
		limits := []store.Limit{{Key: "long", Window: time.Hour}, {Key: "brief", Window: 10 * time.Minute}}
		take := func(minutes int, early bool) map[string]store.Tries {
			t.Helper()
			before, taken, err := s.TakeTries(t.Context(), at(minutes), limits, func(map[string]store.Tries) bool { return early })
			if err != nil || taken == early {
				t.Fatalf("TakeTries = %v, %v", taken, err)
			}
			return before
		}
		want := func(what string, got, want map[string]store.Tries) {
			t.Helper()
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmp.Comparer(time.Time.Equal)); diff != "" {
				t.Errorf("%s: %s", what, diff)
			}
		}
		now := func(minutes int) map[string]store.Tries {
			t.Helper()
			got, err := s.TriesOf(t.Context(), at(minutes), "long", "brief")
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		want("before the first", take(0, true), nil)
		want("one that came too early counts nothing", now(0), nil)
		take(0, false)
		one := store.Tries{Count: 1, First: at(0), Last: at(0)}
		want("before the second", take(5, false), map[string]store.Tries{"long": one, "brief": one})
		two := store.Tries{Count: 2, First: at(0), Last: at(5)}
		want("each is forgotten after its own window", now(15), map[string]store.Tries{"long": two})
		want("an old one counts nothing", take(20, false), map[string]store.Tries{"long": two})
		want("and begins anew", now(20), map[string]store.Tries{
			"long": {Count: 3, First: at(0), Last: at(20)}, "brief": {Count: 1, First: at(20), Last: at(20)},
		})
		take(25, true)
		want("too early once more", now(29), map[string]store.Tries{
			"long": {Count: 3, First: at(0), Last: at(20)}, "brief": {Count: 1, First: at(20), Last: at(20)},
		})
	})
}

func TestPurgeTries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for key, window := range map[string]time.Duration{"a": time.Minute, "b": time.Minute, "c": time.Hour} {
			if _, err := s.AddTry(t.Context(), key, window, start); err != nil {
				t.Fatal(err)
			}
		}
		for _, want := range []int{2, 0} {
			if n, err := s.PurgeTries(t.Context(), start.Add(time.Minute)); err != nil || n != want {
				t.Errorf("PurgeTries = %d, %v; want %d", n, err, want)
			}
		}
		if got, err := s.Tries(t.Context(), "c", start.Add(time.Minute)); err != nil || got.Count != 1 {
			t.Errorf("Tries of c = %+v, %v; want one", got, err)
		}
	})
}
