package store_test

import (
	"testing"
	"time"

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

func TestTakeTryAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const callers, free = 20, 3
		type result struct {
			taken bool
			err   error
		}
		results := make(chan result)
		for range callers {
			go func() {
				_, taken, err := s.TakeTry(t.Context(), "k", time.Minute, start, func(before store.Tries) bool { return before.Count >= free })
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
		if got, err := s.Tries(t.Context(), "k", start); err != nil || got.Count != free || took != free {
			t.Errorf("%d were taken, Tries = %+v, %v; want %d", took, got, err, free)
		}
	})
}

func TestGiveBackTry(t *testing.T) {
	const window = time.Hour
	never := func(store.Tries) bool { return false }
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := func(minutes int) time.Time { return start.Add(time.Duration(minutes) * time.Minute) }
		take := func(minutes int) store.Tries {
			t.Helper()
			before, taken, err := s.TakeTry(t.Context(), "k", window, at(minutes), never)
			if err != nil || !taken {
				t.Fatalf("TakeTry = %v, %v", taken, err)
			}
			return before
		}
		back := func(minutes int, before store.Tries) {
			t.Helper()
			if err := s.GiveBackTry(t.Context(), "k", window, at(minutes), before); err != nil {
				t.Fatal(err)
			}
		}
		want := func(what string, minutes int, want store.Tries) {
			t.Helper()
			got, err := s.Tries(t.Context(), "k", at(minutes))
			if err != nil || got.Count != want.Count || !got.First.Equal(want.First) || !got.Last.Equal(want.Last) {
				t.Errorf("%s: Tries = %+v, %v; want %+v", what, got, err, want)
			}
		}
		back(0, take(0))
		want("a first one given back", 0, store.Tries{})
		take(1)
		one := store.Tries{Count: 1, First: at(1), Last: at(1)}
		back(30, take(30))
		want("as if it had not been", 30, one)
		want("and forgotten as if it had not been", 61, store.Tries{})
		take(62)
		older := take(63)
		take(64)
		back(63, older)
		want("another was taken since", 64, store.Tries{Count: 2, First: at(62), Last: at(64)})
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
