package wechat

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// memory is a TokenCache as replicas would share it.
type memory struct {
	mu     sync.Mutex
	values map[string]credential
	down   bool
	before func() // runs before a Swap is carried out
}

func newMemory() *memory { return &memory{values: map[string]credential{}} }

var errDown = errors.New("the database is down")

func (m *memory) Get(_ context.Context, key string) (string, time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return "", time.Time{}, errDown
	}
	c := m.values[key]
	return c.value, c.expires, nil
}

func (m *memory) Swap(_ context.Context, key, old, new string, expires time.Time) (bool, error) {
	m.mu.Lock()
	before := m.before
	m.before = nil
	m.mu.Unlock()
	if before != nil {
		before()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.down {
		return false, errDown
	}
	if m.values[key].value != old {
		return false, nil
	}
	m.values[key] = credential{value: new, expires: expires}
	return true, nil
}

const tokenKey = "wechat/access_token/" + testAppID

func (m *memory) token() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.values[tokenKey].value
}

func (m *memory) put(value string, expires time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[tokenKey] = credential{value: value, expires: expires}
}

func templates(t *testing.T, c *Client) {
	t.Helper()
	if _, err := c.Templates(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestTokenIsFetchedOnce(t *testing.T) {
	f := newFakeAPI(t)
	f.answer(pathTemplates, `{"template_list":[]}`)
	c := f.client(nil)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := c.Templates(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if f.fetches != 1 {
		t.Errorf("%d fetches", f.fetches)
	}
}

// heldFetch is a shared credential whose fetches wait until the test lets them
// land.
func heldFetch() (s *shared, land chan error) {
	land = make(chan error)
	s = &shared{path: pathStableToken, now: func() time.Time { return testNow }}
	s.fetch = func(ctx context.Context, _ bool) (string, time.Duration, error) {
		select {
		case err := <-land:
			return "t1", time.Hour, err
		case <-ctx.Done():
			return "", 0, transportError(pathStableToken, ctx.Err(), nil)
		}
	}
	return s, land
}

func TestTokenFailureIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, land := heldFetch()
		const callers = 20
		errs := make(chan error, callers)
		for range callers {
			go func() { _, err := s.get(t.Context()); errs <- err }()
		}
		synctest.Wait()
		// One failure must satisfy all; a second fetch would block the bubble.
		land <- apiError(pathStableToken, -1, "system error", nil)
		for range callers {
			if err := <-errs; KindOf(err) != KindTransient {
				t.Errorf("error %v", err)
			}
		}
	})
}

func TestTokenFollowersOutliveTheLeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, land := heldFetch()
		get := func(ctx context.Context) chan error {
			done := make(chan error, 1)
			go func() { _, err := s.get(ctx); done <- err }()
			synctest.Wait()
			return done
		}
		ctx, cancel := context.WithCancel(t.Context())
		leader := get(ctx)
		follower := get(t.Context())
		impatient, cancelImpatient := context.WithCancel(t.Context())
		gone := get(impatient)
		cancelImpatient()
		if err := <-gone; !errors.Is(err, context.Canceled) || KindOf(err) != KindTransient {
			t.Errorf("a follower whose context ended got %v", err)
		}
		cancel()
		if err := <-leader; !errors.Is(err, context.Canceled) {
			t.Errorf("the leader got %v", err)
		}
		land <- nil
		if err := <-follower; err != nil {
			t.Errorf("the follower got %v", err)
		}
	})
}

func TestStaleTokenIsReplayedOnce(t *testing.T) {
	for _, code := range []int{40001, 40014, 42001} {
		f := newFakeAPI(t)
		f.answer(pathTemplates, `{"template_list":[]}`)
		cache := newMemory()
		c := f.client(func(o *Options) { o.Cache = cache })
		templates(t, c)
		f.lent, f.stale["t1"] = 2, code
		templates(t, c)
		templates(t, c)
		if got := f.tokens(pathTemplates); got != "t1 t1 t2 t2" {
			t.Errorf("%d: called with %s", code, got)
		}
		if f.forced != 0 || f.fetches != 2 || cache.token() != "t2" {
			t.Errorf("%d: %d fetches, %d forced, cache %s", code, f.fetches, f.forced, cache.token())
		}
	}
}

func TestStaleTokenTakesTheReplicasToken(t *testing.T) {
	f := newFakeAPI(t)
	f.answer(pathTemplates, `{"template_list":[]}`)
	cache := newMemory()
	c := f.client(func(o *Options) { o.Cache = cache })
	templates(t, c)
	f.stale["t1"] = 40001
	cache.put("t9", testNow.Add(time.Hour))
	templates(t, c)
	if got := f.tokens(pathTemplates); got != "t1 t1 t9" || f.fetches != 1 {
		t.Errorf("called with %s, %d fetches", got, f.fetches)
	}
}

func TestStaleTokenThatWeChatRepeats(t *testing.T) {
	f := newFakeAPI(t)
	f.answer(pathTemplates, `{"template_list":[]}`)
	cache := newMemory()
	now := &clock{t: testNow}
	c := f.client(func(o *Options) { o.Cache, o.Now = cache, now.now })
	f.stale["t1"] = 40001
	templates(t, c)
	if got := f.tokens(pathTemplates); got != "t1 t2" || f.forced != 1 || cache.token() != "t2" {
		t.Fatalf("called with %s, %d forced, cache %s", got, f.forced, cache.token())
	}
	// At once again: force is spaced, so the call fails after one replay.
	f.stale["t2"] = 40001
	_, err := c.Templates(t.Context())
	if KindOf(err) != KindStaleToken || f.forced != 1 {
		t.Errorf("error %v, %d forced", err, f.forced)
	}
	if got := f.tokens(pathTemplates); got != "t1 t2 t2 t2" {
		t.Errorf("called with %s", got)
	}
	now.advance(forcePause)
	templates(t, c)
	if f.forced != 2 || cache.token() != "t3" {
		t.Errorf("%d forced, cache %s", f.forced, cache.token())
	}
}

func TestForcedTokenWinsTheSwap(t *testing.T) {
	f := newFakeAPI(t)
	f.answer(pathTemplates, `{"template_list":[]}`)
	cache := newMemory()
	c := f.client(func(o *Options) { o.Cache = cache })
	templates(t, c)
	f.stale["t1"] = 40001
	// Another replica stores a token that our forced refresh has killed.
	cache.before = func() { cache.put("t8", testNow.Add(time.Hour)) }
	templates(t, c)
	if got := f.tokens(pathTemplates); got != "t1 t1 t2" || cache.token() != "t2" {
		t.Errorf("called with %s, cache %s", got, cache.token())
	}
}

func TestLostSwapTakesTheStoredToken(t *testing.T) {
	f := newFakeAPI(t)
	f.answer(pathTemplates, `{"template_list":[]}`)
	cache := newMemory()
	cache.before = func() { cache.put("t8", testNow.Add(time.Hour)) }
	c := f.client(func(o *Options) { o.Cache = cache })
	templates(t, c)
	templates(t, c)
	if got := f.tokens(pathTemplates); got != "t8 t8" || cache.token() != "t8" {
		t.Errorf("called with %s, cache %s", got, cache.token())
	}
}

func TestTokenIsRenewedBeforeItsEnd(t *testing.T) {
	f := newFakeAPI(t)
	f.answer(pathTemplates, `{"template_list":[]}`)
	now := &clock{t: testNow}
	cache := newMemory()
	c := f.client(func(o *Options) { o.Now, o.Cache = now.now, cache })
	templates(t, c)
	now.advance(2*time.Hour - refreshBefore - time.Second)
	templates(t, c)
	if f.fetches != 1 {
		t.Errorf("%d fetches before the last 5 minutes", f.fetches)
	}
	now.advance(time.Second)
	f.lent, f.life = 2, 60 // a short life is not asked for with every call
	templates(t, c)
	templates(t, c)
	if got := f.tokens(pathTemplates); got != "t1 t1 t2 t2" || f.fetches != 2 {
		t.Errorf("called with %s, %d fetches", got, f.fetches)
	}
	now.advance(refreshPause)
	f.tokenErr = `{"errcode":-1,"errmsg":"system error"}`
	templates(t, c) // the last good token lasts another 30 s
	now.advance(30 * time.Second)
	if _, err := c.Templates(t.Context()); KindOf(err) != KindTransient {
		t.Errorf("with an ended token: %v", err)
	}
}

func TestCacheDown(t *testing.T) {
	f := newFakeAPI(t)
	f.answer(pathTemplates, `{"template_list":[]}`)
	now := &clock{t: testNow}
	cache := newMemory()
	cache.down = true
	c := f.client(func(o *Options) { o.Now, o.Cache = now.now, cache })
	templates(t, c) // straight from WeChat
	now.advance(2*time.Hour - time.Minute)
	f.tokenErr = `{"errcode":-1,"errmsg":"system error"}`
	templates(t, c) // WeChat is down too: the last good one
	if got := f.tokens(pathTemplates); got != "t1 t1" {
		t.Errorf("called with %s", got)
	}
	f.tokenErr = ""
	f.lent, cache.down = 2, false
	now.advance(2 * time.Minute)
	templates(t, c)
	if cache.token() != "t2" {
		t.Errorf("cache %s after it came back", cache.token())
	}
}

func TestReplicasShareTheCache(t *testing.T) {
	f := newFakeAPI(t)
	f.answer(pathTemplates, `{"template_list":[]}`)
	cache := newMemory()
	for range 8 {
		templates(t, f.client(func(o *Options) { o.Cache = cache }))
	}
	if f.fetches != 1 {
		t.Errorf("%d fetches", f.fetches)
	}
	cache.put("ended", testNow)
	f.lent = 3
	templates(t, f.client(func(o *Options) { o.Cache = cache }))
	if cache.token() != "t3" {
		t.Errorf("an ended token was kept: %s", cache.token())
	}
}

func TestUnusableTokenAnswers(t *testing.T) {
	f := newFakeAPI(t)
	for _, answer := range []string{`{}`, `{"access_token":"","expires_in":7200}`, `{"access_token":"x","expires_in":0}`, `{"access_token":"x","expires_in":99999999999999}`, `null`} {
		f.tokenErr = answer
		if _, err := f.client(nil).Templates(t.Context()); KindOf(err) != KindTransient {
			t.Errorf("%s: %v", answer, err)
		}
	}
}

func TestTimeout(t *testing.T) {
	f := newFakeAPI(t)
	f.hold = make(chan struct{})
	c := f.client(func(o *Options) { o.Timeout = time.Millisecond })
	_, err := c.Templates(t.Context())
	if !errors.Is(err, context.DeadlineExceeded) || KindOf(err) != KindTransient {
		t.Errorf("error %v", err)
	}
	close(f.hold)
}
