package model_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"quxiang/model"
)

func TestGuessesWait(t *testing.T) {
	last := time.Date(2027, 7, 1, 10, 0, 0, 0, model.Shanghai)
	for _, tc := range []struct {
		what string
		g    model.Guesses
		want time.Duration
	}{
		{"nothing wrong yet", model.Guesses{}, 0},
		{"nine", model.Guesses{Address: 9}, 0},
		{"ten", model.Guesses{Address: 10}, time.Second},
		{"twelve", model.Guesses{Address: 12}, 3 * time.Second},
		{"at most a minute", model.Guesses{Address: 500}, time.Minute},
		{"a number that nineteen missed", model.Guesses{Address: 1, Number: 19}, 0},
		{"a number that twenty missed", model.Guesses{Address: 1, Number: 20}, time.Second},
		{"a number that many missed", model.Guesses{Address: 1, Number: 5000}, time.Minute},
		{"the longer of both", model.Guesses{Address: 30, Number: 24}, 21 * time.Second},
		{"busy: three are free", model.Guesses{Address: 2, Everywhere: 10_000}, 0},
		{"busy: the fourth waits", model.Guesses{Address: 3, Everywhere: 10_000}, 2 * time.Second},
		{"busy: at most two minutes", model.Guesses{Address: 500, Everywhere: 49_999}, 2 * time.Minute},
		{"flooded: one is free", model.Guesses{Address: 1, Everywhere: 50_000}, 10 * time.Second},
		{"flooded: at most ten minutes", model.Guesses{Address: 500, Everywhere: 1_000_000}, 10 * time.Minute},
	} {
		tc.g.Last = last
		if got := tc.g.Wait(last); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.what, got, tc.want)
		}
		if got := tc.g.Wait(last.Add(tc.want)); got != 0 {
			t.Errorf("%s: still %v when the wait is over", tc.what, got)
		}
	}
}

// Whoever was never wrong never waits; a wrong try never shortens a wait; and
// every wait ends before the wrong try is forgotten.
func TestGuessesWaitHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		count := rapid.IntRange(0, 200_000)
		last := time.Date(2027, 7, 1, 10, 0, 0, 0, model.Shanghai)
		g := model.Guesses{Address: count.Draw(t, "address"), Last: last, Number: count.Draw(t, "number"), Everywhere: count.Draw(t, "everywhere")}
		wait := g.Wait(last)
		if wait < 0 || wait >= model.GuessWindow {
			t.Fatalf("%+v waits %v", g, wait)
		}
		if g.Address == 0 && wait > 0 {
			t.Fatalf("%+v waits %v without a wrong try", g, wait)
		}
		more := g
		more.Address++
		more.Number++
		more.Everywhere++
		if more.Wait(last) < wait {
			t.Fatalf("%+v waits %v, %+v only %v", g, wait, more, more.Wait(last))
		}
	})
}
