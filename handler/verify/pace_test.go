package verify_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
)

func TestPace(t *testing.T) {
	s := newSite(t)
	name, archive, _ := s.authorised()
	f := s.from("198.51.100.7")
	wrong := func() *httptest.ResponseRecorder { return f.verify(model.FormArchive, "张三", "2799001CCCCCCCC") }
	for range 9 {
		expect(t, wrong(), 200, []string{"没有匹配的登记信息"}, nil)
	}
	expect(t, wrong(), 200, []string{"没有匹配的登记信息"}, nil)
	for n := 1; n <= 65; n++ {
		seconds := min(n, 60)
		w := wrong()
		expect(t, w, 429, []string{"请等待 " + strconv.Itoa(seconds) + " 秒"}, content)
		if got := w.Header().Get("Retry-After"); got != strconv.Itoa(seconds) {
			t.Fatalf("after %d tries: Retry-After %s", 9+n, got)
		}
		// Who waits gets his try; asking too early costs nothing.
		s.now = s.now.Add(time.Duration(seconds)*time.Second - time.Millisecond)
		expect(t, wrong(), 429, []string{"请等待 1 秒"}, nil)
		s.now = s.now.Add(time.Millisecond)
		expect(t, wrong(), 200, []string{"没有匹配的登记信息"}, nil)
	}
	// Right ones wait too, others do not.
	expect(t, f.verify(model.FormArchive, name, string(archive)), 429, nil, content)
	expect(t, s.from("198.51.100.8").verify(model.FormArchive, name, string(archive)), 200, []string{"真实有效"}, nil)
	// Forwarded addresses count only from trusted proxies: none here.
	r := httptest.NewRequest("POST", origin+"/verify/archive", strings.NewReader("name=a&number=b"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Forwarded-For", "203.0.113.9")
	if w := f.do(r); w.Code != 429 {
		t.Errorf("a forwarded address was believed: %d", w.Code)
	}
	s.now = s.now.Add(time.Hour)
	expect(t, f.verify(model.FormArchive, name, string(archive)), 200, []string{"真实有效"}, nil)
}

// TestPaceAtOnce: tries that come together get no further than one by one.
func TestPaceAtOnce(t *testing.T) {
	s := newSite(t)
	name, archive, _ := s.authorised()
	f := s.from("198.51.100.9")
	codes := make(chan int)
	for range 30 {
		go func() { codes <- f.verify(model.FormArchive, "张三", "2799001CCCCCCCC").Code }()
	}
	seen := map[int]int{}
	for range 30 {
		seen[<-codes]++
	}
	if seen[200] != 10 || seen[429] != 20 {
		t.Errorf("answers %v, want 10 tries and 20 refused", seen)
	}
	// A right try neither counts nor delays the next one.
	s.now = s.now.Add(time.Second)
	for range 2 {
		expect(t, f.verify(model.FormArchive, name, string(archive)), 200, []string{"真实有效"}, nil)
	}
}

// TestPaceIsShared: what was counted survives a restart, and replicas that are
// asked at once give away no more than one by one.
func TestPaceIsShared(t *testing.T) {
	s := newSite(t)
	s.authorised()
	replicas := []http.Handler{s.Handler, s.replica(s.store), s.replica(s.store)}
	codes := make(chan int)
	const tries = 30
	for i := range tries {
		f := s.from("198.51.100.10")
		f.to = replicas[i%len(replicas)]
		go func() { codes <- f.verify(model.FormArchive, "张三", "2799001CCCCCCCC").Code }()
	}
	seen := map[int]int{}
	for range tries {
		seen[<-codes]++
	}
	if seen[200] != 10 || seen[429] != tries-10 {
		t.Errorf("answers %v, want 10 tries and %d refused", seen, tries-10)
	}
	again := s.from("198.51.100.10")
	again.to = s.replica(s.store) // knows nothing but what the store knows
	expect(t, again.verify(model.FormArchive, "张三", "2799001CCCCCCCC"), 429, []string{"请等待 1 秒"}, nil)
}

func TestOneIPv6NetworkIsOneAddress(t *testing.T) {
	s := newSite(t)
	wrong := func(address string) *httptest.ResponseRecorder {
		return s.from(address).verify(model.FormArchive, "张三", "2799001CCCCCCCC")
	}
	for i := range 10 {
		expect(t, wrong("2001:db8:0:1::"+strconv.Itoa(i+1)), 200, nil, nil)
	}
	expect(t, wrong("2001:db8:0:1:ffff::1"), 429, nil, nil)
	expect(t, wrong("2001:db8:0:2::1"), 200, nil, nil)
}

// TestNumberSlowsItsGuessers: many wrong tries at one number slow down those who
// were wrong before, wherever they are, and nobody else; whether there is such a
// number makes no difference.
func TestNumberSlowsItsGuessers(t *testing.T) {
	s := newSite(t)
	name, archive, _ := s.authorised()
	net := 0
	for _, number := range []string{string(archive), "2799001CCCCCCCC", "nonsense"} {
		net++
		at := func(i int) *from { return s.from(fmt.Sprintf("198.51.%d.%d", net, i)) }
		for i := range 20 {
			expect(t, at(i).verify(model.FormArchive, "张三", number), 200, []string{"没有匹配的登记信息"}, nil)
		}
		expect(t, at(0).verify(model.FormArchive, "张三", number), 429, []string{"请等待 1 秒"}, content)
		expect(t, at(0).verify(model.FormArchive, name, number), 429, []string{"请等待 1 秒"}, content) // the right answer as well
		// Others are served: with the right answer, and with a first wrong one.
		expect(t, at(100).verify(model.FormArchive, name, string(archive)), 200, []string{"真实"}, nil)
		expect(t, at(101).verify(model.FormArchive, "张三", number), 200, []string{"没有匹配的登记信息"}, nil)
		expect(t, at(101).verify(model.FormArchive, "张三", number), 429, []string{"请等待 2 秒"}, content)
	}
}

// counted are a store's calls by name.
type counted struct {
	*store.Store
	calls []string
}

func (c *counted) call(name string) { c.calls = append(c.calls, name) }

func (c *counted) TriesOf(ctx context.Context, now time.Time, keys ...string) (map[string]store.Tries, error) {
	c.call("tries of " + strconv.Itoa(len(keys)))
	return c.Store.TriesOf(ctx, now, keys...)
}

func (c *counted) TakeTries(ctx context.Context, now time.Time, limits []store.Limit, early func(map[string]store.Tries) bool) (map[string]store.Tries, bool, error) {
	c.call("take " + strconv.Itoa(len(limits)))
	return c.Store.TakeTries(ctx, now, limits, early)
}

func (c *counted) IssuedIf(ctx context.Context, n model.VerificationNumber, right func(*model.Issued) bool) (*model.Issued, error) {
	c.call("issued if")
	return c.Store.IssuedIf(ctx, n, right)
}

func (c *counted) AddVerification(ctx context.Context, v model.Verification) error {
	c.call("add verification")
	return c.Store.AddVerification(ctx, v)
}

// TestGuessersAreBounded: many addresses guess as fast as they may. What is
// stored is bounded by addresses and buckets, what is done by the waits, and a
// clerk elsewhere is served all the while.
func TestGuessersAreBounded(t *testing.T) {
	s := newSite(t)
	name, archive, _ := s.authorised()
	c := &counted{Store: s.store}
	s.Handler = s.replica(c)
	const addresses, seconds = 40, 120
	answers, asked := map[int]int{}, 0
	for second := range seconds {
		s.now = begin.Add(time.Duration(second) * time.Second)
		for i := range addresses {
			asked++
			number := fmt.Sprintf("2799001%08d", 22222222+asked%7777777)
			answers[s.from("10.0.0."+strconv.Itoa(i)).verify(model.FormArchive, name, number).Code]++
		}
		if second%10 == 0 {
			expect(t, s.from("192.0.2.1").verify(model.FormArchive, name, string(archive)), 200, []string{"真实"}, nil)
		}
	}
	// Ten are free; the n-th after those waits n seconds: 15 of them fit into two
	// minutes, less the ten that the free ones took.
	wrong := map[string]int{}
	for _, call := range c.calls {
		wrong[call]++
	}
	if most := addresses * 25; answers[200] > most || wrong["take 3"] != answers[200] || answers[200]+answers[429] != asked {
		t.Errorf("answers %v to %d, counted %v; want at most %d tries", answers, asked, wrong, most)
	}
	rows, err := s.store.PurgeTries(t.Context(), s.now.Add(24*time.Hour)) // all of them
	must(t, err)
	if most := addresses + answers[200] + 32; rows > most {
		t.Errorf("%d rows are kept, want at most %d", rows, most)
	}
	t.Logf("%d tries, %v, %d rows", asked, answers, rows)
}
