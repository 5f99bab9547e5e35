package wechat

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// refreshBefore is how long before its end a credential is asked for anew:
	// in its last 5 minutes stable_token hands out the successor while the old
	// token still works.
	refreshBefore = 5 * time.Minute
	// refreshPause keeps a credential whose remaining time is short from being
	// asked for again with every call.
	refreshPause = 30 * time.Second
	// forcePause spaces forced refreshes. WeChat allows 20 a day and refuses
	// two within 30 s; one kills the old token for all replicas.
	forcePause = 10 * time.Minute
	// maxLife caps the life that an answer claims: WeChat says 7200 s.
	maxLife = 24 * time.Hour
)

// TokenCache shares the access token and the JS ticket among replicas. The
// values are secrets: a cache that writes them anywhere must encrypt them.
// Keys are ASCII and under 100 bytes.
type TokenCache interface {
	// Get returns the value of key and when it ends, or "" when there is none.
	Get(ctx context.Context, key string) (value string, expires time.Time, err error)
	// Swap stores new if the present value is old, where "" stands for none,
	// and reports whether it did.
	Swap(ctx context.Context, key, old, new string, expires time.Time) (bool, error)
}

// credential is a secret that WeChat lends until a moment.
type credential struct {
	value   string
	expires time.Time
	// refresh is when to look for a successor; never after expires.
	refresh time.Time
}

// shared keeps one credential: in this process, where every call finds it
// without a look-up, and in the cache, where other replicas do. Concurrent
// callers that need a new one wait for the first of them.
type shared struct {
	path, key string
	cache     TokenCache // nil: this process only
	now       func() time.Time
	// fetch asks WeChat; force asks for a value other than the present one.
	fetch func(ctx context.Context, force bool) (value string, life time.Duration, err error)

	mu      sync.Mutex // guards what follows; never held during a call
	current credential
	flight  *flight
	forced  time.Time
}

// flight is one renewal; what it came to is read after done is closed.
type flight struct {
	done chan struct{}
	err  error
	// abandoned tells that the leader's own context ended.
	abandoned bool
}

// get returns the credential, renewed if its end is near.
func (s *shared) get(ctx context.Context) (string, error) {
	return s.other(ctx, "")
}

// replace returns a credential to use instead of stale, which WeChat refused.
func (s *shared) replace(ctx context.Context, stale string) (string, error) {
	return s.other(ctx, stale)
}

// other returns a live credential that is not stale, unless WeChat insists.
func (s *shared) other(ctx context.Context, stale string) (string, error) {
	for {
		s.mu.Lock()
		now := s.now()
		if c := s.current; c.value != "" && c.value != stale && now.Before(c.refresh) {
			s.mu.Unlock()
			return c.value, nil
		}
		f := s.flight
		if f == nil {
			f = &flight{done: make(chan struct{})}
			s.flight = f
			s.mu.Unlock()
			return s.lead(ctx, f, stale)
		}
		s.mu.Unlock()
		select {
		case <-f.done:
		case <-ctx.Done():
			return "", transportError(s.path, ctx.Err(), nil)
		}
		// A leader whose own context ended says nothing about WeChat: the next
		// caller leads. Any other failure is shared, so that an outage costs
		// one attempt and not one for each waiting caller.
		if f.err != nil && !f.abandoned {
			return s.lastGood(stale, f.err)
		}
	}
}

func (s *shared) lead(ctx context.Context, f *flight, stale string) (string, error) {
	c, err := s.renew(ctx, stale)
	s.mu.Lock()
	if err == nil {
		s.current = c
	}
	f.err, f.abandoned = err, ctx.Err() != nil
	s.flight = nil
	s.mu.Unlock()
	close(f.done)
	if err != nil {
		return s.lastGood(stale, err)
	}
	return c.value, nil
}

// lastGood falls back on the credential in hand while it lasts.
func (s *shared) lastGood(stale string, err error) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.current; c.value != "" && c.value != stale && s.now().Before(c.expires) {
		return c.value, nil
	}
	return "", err
}

// renew takes what another replica stored, else asks WeChat and stores that.
// A cache that fails is passed over: stable_token gives all replicas the same.
func (s *shared) renew(ctx context.Context, stale string) (credential, error) {
	stored, fresh := s.stored(ctx, stale)
	if fresh.value != "" {
		return fresh, nil
	}
	value, life, err := s.fetch(ctx, false)
	if err != nil {
		return credential{}, err
	}
	forced := false
	if value == stale && s.mayForce() {
		// WeChat refuses the token and hands it out again: only force helps.
		if v, l, err := s.fetch(ctx, true); err == nil {
			value, life, forced = v, l, true
		}
	}
	c := s.credential(value, s.now().Add(min(life, maxLife)))
	if s.cache == nil || value == stored {
		return c, nil
	}
	swapped, err := s.cache.Swap(ctx, s.key, stored, value, c.expires)
	if err != nil || swapped {
		return c, nil //nolint:nilerr // a token that could not be shared is good all the same
	}
	stored, other := s.stored(ctx, stale)
	switch {
	case forced:
		// Ours killed the one that another replica has just stored. If this
		// swap fails too, the next refusal sorts it out.
		_, _ = s.cache.Swap(ctx, s.key, stored, value, c.expires)
	case other.value != "":
		return other, nil
	}
	return c, nil
}

// stored returns the value in the cache, and the same as a credential if it is
// alive and not stale.
func (s *shared) stored(ctx context.Context, stale string) (string, credential) {
	if s.cache == nil {
		return "", credential{}
	}
	value, expires, err := s.cache.Get(ctx, s.key)
	if err != nil || value == "" {
		return "", credential{}
	}
	if value == stale || !s.now().Before(expires.Add(-refreshBefore)) {
		return value, credential{}
	}
	return value, s.credential(value, expires)
}

func (s *shared) credential(value string, expires time.Time) credential {
	refresh := expires.Add(-refreshBefore)
	if soonest := s.now().Add(refreshPause); refresh.Before(soonest) {
		refresh = soonest
	}
	if refresh.After(expires) {
		refresh = expires
	}
	return credential{value: value, expires: expires, refresh: refresh}
}

func (s *shared) mayForce() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if !s.forced.IsZero() && now.Sub(s.forced) < forcePause {
		return false
	}
	s.forced = now
	return true
}

const pathStableToken = "/cgi-bin/stable_token"

// fetchToken asks stable_token: the plain token call makes a new token every
// time and so ends the one that another replica holds.
func (c *Client) fetchToken(ctx context.Context, force bool) (string, time.Duration, error) {
	var out struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	body := struct {
		GrantType    string `json:"grant_type"`
		AppID        string `json:"appid"`
		Secret       string `json:"secret"`
		ForceRefresh bool   `json:"force_refresh,omitempty"`
	}{"client_credential", c.appID, c.secret, force}
	if err := c.exchange(ctx, request{path: pathStableToken, body: body}, "", &out); err != nil {
		return "", 0, err
	}
	return lent(pathStableToken, out.AccessToken, out.ExpiresIn)
}

// lent checks a credential as WeChat answered it; seconds is its life.
func lent(path, value string, seconds int64) (string, time.Duration, error) {
	if value == "" || seconds <= 0 || seconds > int64(maxLife/time.Second) {
		return "", 0, transportError(path, errors.New("the answer holds no usable credential"), nil)
	}
	return value, time.Duration(seconds) * time.Second, nil
}
