package store_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func TestClaimJob(t *testing.T) {
	due := start
	next := due.Add(24 * time.Hour)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		claim := func(what string, at time.Time, lease time.Duration, want bool) {
			t.Helper()
			if ok, err := s.ClaimJob(ctx, "ladder", at, lease); err != nil || ok != want {
				t.Errorf("%s: ClaimJob = %v, %v; want %v", what, ok, err, want)
			}
		}
		claim("first", due, time.Minute, true)
		claim("same instant", due, time.Minute, false)
		claim("next instant while the first runs", next, time.Minute, false)
		if ok, err := s.ClaimJob(ctx, "purge", due, time.Minute); err != nil || !ok {
			t.Errorf("another job: ClaimJob = %v, %v", ok, err)
		}
		if err := s.FinishJob(ctx, "ladder", due, "12 条", due.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		claim("same instant, finished", due, time.Minute, false)
		claim("earlier instant", due.Add(-time.Hour), time.Minute, false)
		claim("next instant", next, ranOut, true)
		claim("next instant, its process died", next, time.Minute, false)
		claim("the one after", next.Add(time.Hour), time.Minute, true)
		if err := s.FinishJob(ctx, "ladder", next, "late", next); err != nil {
			t.Fatal(err)
		}
		jobs, err := s.Jobs(ctx)
		if err != nil {
			t.Fatal(err)
		}
		want := []store.JobRun{
			{Name: "ladder", LastDue: next.Add(time.Hour), StartedAt: start},
			{Name: "purge", LastDue: due, StartedAt: start},
		}
		if d := cmp.Diff(want, jobs); d != "" {
			t.Errorf("Jobs (-want +got):\n%s", d)
		}
		if err := s.FinishJob(ctx, "purge", due, "3 行", start.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		jobs, err = s.Jobs(ctx)
		want[1].Outcome, want[1].FinishedAt = "3 行", start.Add(time.Minute)
		if d := cmp.Diff(want, jobs); err != nil || d != "" {
			t.Errorf("Jobs, %v (-want +got):\n%s", err, d)
		}
	}, storetest.WithNow(func() time.Time { return start }))
}

func TestClaimJobRace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for round := range 3 {
			const replicas = 6
			type result struct {
				ok  bool
				err error
			}
			results := make(chan result)
			due := start.Add(time.Duration(round) * time.Hour)
			for range replicas {
				go func() {
					ok, err := s.ClaimJob(t.Context(), "ladder", due, ranOut)
					results <- result{ok, err}
				}()
			}
			wins := 0
			for range replicas {
				r := <-results
				if r.err != nil {
					t.Error(r.err)
				}
				if r.ok {
					wins++
				}
			}
			if wins != 1 {
				t.Errorf("round %d: %d replicas run the job, want one", round, wins)
			}
		}
	})
}
