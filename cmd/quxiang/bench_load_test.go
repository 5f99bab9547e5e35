package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// connections are kept open to each server: more than one, so that a server
// meets requests side by side, and few enough for two cores.
const connections = 4

// benchTarget is a server under load.
type benchTarget struct {
	process *benchProcess
	client  *http.Client
	request func(ctx context.Context, i int) (*http.Request, error) // the i-th
	workers int                                                     // send side by side
}

func newBenchTarget(p *benchProcess, request func(ctx context.Context, i int) (*http.Request, error)) benchTarget {
	return benchTarget{process: p, request: request, workers: connections, client: &http.Client{
		Transport: &http.Transport{
			MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections,
			DisableCompression: true, // what is sent, not what it unpacks to
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// round sends n requests and returns the CPU time that the server used for each.
func (t benchTarget) round(ctx context.Context, n int) (time.Duration, error) {
	before, err := t.process.cpu()
	if err != nil {
		return 0, err
	}
	var next atomic.Int64
	var workers sync.WaitGroup
	faults := make([]error, t.workers)
	for w := range t.workers {
		workers.Go(func() {
			for faults[w] == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				faults[w] = t.send(ctx, i)
			}
		})
	}
	workers.Wait()
	after, err := t.process.cpu()
	if err := errors.Join(append(faults, err)...); err != nil {
		return 0, err
	}
	return (after - before) / time.Duration(n), nil
}

func (t benchTarget) send(ctx context.Context, i int) error {
	r, err := t.request(ctx, i)
	if err != nil {
		return err
	}
	res, err := t.client.Do(r)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: status %d", r.Method, r.URL.Path, res.StatusCode)
	}
	return nil
}

// compare measures both by turns and returns the medians. The first turn of
// each warms up and counts for nothing.
func compare(b *testing.B, rounds int, ours, bare func() (time.Duration, error)) (ourMedian, bareMedian time.Duration) {
	b.Helper()
	var mine, theirs []time.Duration
	for i := range rounds + 1 {
		t, err := bare()
		if err != nil {
			b.Fatalf("bare: %v", err)
		}
		m, err := ours()
		if err != nil {
			b.Fatalf("ours: %v", err)
		}
		if i > 0 {
			mine, theirs = append(mine, m), append(theirs, t)
		}
	}
	return median(mine), median(theirs)
}

func median(of []time.Duration) time.Duration {
	slices.Sort(of)
	return of[len(of)/2]
}
