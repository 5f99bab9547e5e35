package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"quxiang/model/demo"
)

// What `make bench` holds against its limits (issue: speed and memory).
const (
	idleLimit = 150 * mega
	homeLimit = 4

	benchRounds  = 7
	homeRequests = 1500
)

// benchSandbox measures the sandbox: at rest, its pages, and under load.
func benchSandbox(ctx context.Context, b *testing.B, t *benchTable, binary string) {
	b.Helper()
	p := startProcess(ctx, b, binary, nil,
		"sandbox", "--addr", "127.0.0.1:0", "--wechat-addr", "127.0.0.1:0", "--chsi-addr", "127.0.0.1:0", "--dir", b.TempDir())
	said, err := p.say("app", "wechat", "chsi")
	if err != nil {
		b.Fatal(err)
	}
	phone := newBenchPhone(b, said["app"], said["wechat"])
	phone.waitReady(ctx)

	t.size("sandbox at rest, resident memory", idleMemory(ctx, b, p.pid), idleLimit, mega, "MB")
	phone.login(ctx, userIn(demo.StateApproved))
	phone.submit(ctx, phone.get(ctx, phone.app+"/h5/basics"), "/h5/basics", nil)
	benchHome(ctx, b, t, p, phone, "home page before confirming")
	phone.forget()
	phone.login(ctx, userIn(demo.StateAuthorised))
	benchHome(ctx, b, t, p, phone, "home page with forms")
	benchVerify(ctx, b, t, p, phone)
	benchForms(ctx, b, t, p, phone)
	benchPages(ctx, b, t, phone)
}

// idleMemory is the most that the program occupies during some seconds in which
// nobody asks for anything.
func idleMemory(ctx context.Context, b *testing.B, pid int) int64 {
	b.Helper()
	look := time.NewTicker(500 * time.Millisecond)
	defer look.Stop()
	most := int64(0)
	for range 8 {
		select {
		case <-ctx.Done():
			b.Fatal(context.Cause(ctx))
		case <-look.C:
		}
		now, err := processMemory(pid, "VmRSS")
		if err != nil {
			b.Fatal(err)
		}
		most = max(most, now)
	}
	return most
}

// userIn is the demo account of somebody in a state.
func userIn(state demo.State) demo.DemoPerson {
	for _, p := range demo.People(demoYear(time.Now())) {
		if p.State == state {
			return p
		}
	}
	panic("no demo person is " + state)
}

// benchHome compares the home page of whoever is logged in, read through a
// session, with a page of its size made of one row.
func benchHome(ctx context.Context, b *testing.B, t *benchTable, p *benchProcess, phone *benchPhone, what string) {
	b.Helper()
	page := phone.get(ctx, phone.app+"/h5/home")
	if !strings.Contains(page.text, "功能模块") {
		b.Fatalf("/h5/home is not the home page: status %d", page.status)
	}
	cookies := phone.cookies()
	request := func(base string) func(context.Context, int) (*http.Request, error) {
		return func(ctx context.Context, _ int) (*http.Request, error) {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/h5/home", nil)
			if err == nil {
				r.Header.Set("Cookie", cookies)
				r.Header.Set("Accept-Encoding", "gzip")
			}
			return r, err
		}
	}
	plain, base := startBare(ctx, b, barePage, strconv.Itoa(len(page.text)))
	ours, bare := newBenchTarget(p, request(phone.app)), newBenchTarget(plain, request(base))
	mine, theirs := compare(b, benchRounds,
		func() (time.Duration, error) { return ours.round(ctx, homeRequests) },
		func() (time.Duration, error) { return bare.round(ctx, homeRequests) })
	t.ratio(fmt.Sprintf("%s (%.1f KB), CPU a request", what, float64(len(page.text))/1024), mine, theirs, homeLimit)
}

// startBare starts the test binary as a bare server.
func startBare(ctx context.Context, b *testing.B, child, arg string) (p *benchProcess, base string) {
	b.Helper()
	p = startProcess(ctx, b, os.Args[0], bareEnviron(child, arg, b.TempDir()), bareArgs...)
	said, err := p.say("listening")
	if err != nil {
		b.Fatal(err)
	}
	return p, "http://" + said["listening"]
}
