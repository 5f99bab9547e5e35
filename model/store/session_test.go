package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func TestSessions(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		se := store.Session{
			TokenHash: "hash", Kind: store.SessionGraduate, AccountID: 3, OpenID: "o1", CreatedAt: june, ExpiresAt: june.Add(time.Hour), CHSITicketHash: "st",
		}
		put := func(se store.Session) {
			t.Helper()
			if err := s.CreateSession(t.Context(), se); err != nil {
				t.Fatal(err)
			}
		}
		put(se)
		if got, err := s.SessionByHash(t.Context(), "hash", june.Add(time.Hour-time.Millisecond)); err != nil || got != se {
			t.Errorf("%+v, %v", got, err)
		}
		if err := s.SetSessionGraduate(t.Context(), "hash", 9); err != nil {
			t.Error(err)
		}
		if got, _ := s.SessionByHash(t.Context(), "hash", june); got.GraduateID != 9 {
			t.Errorf("%+v", got)
		}
		gone := func(what, hash string, now time.Time) {
			t.Helper()
			if _, err := s.SessionByHash(t.Context(), hash, now); model.CodeOf(err) != model.CodeUnauthenticated {
				t.Errorf("%s: %v", what, err)
			}
		}
		gone("expired", "hash", june.Add(time.Hour))
		gone("unknown", "none", june)
		if err := s.SetSessionGraduate(t.Context(), "none", 9); model.CodeOf(err) != model.CodeUnauthenticated {
			t.Errorf("set on none: %v", err)
		}
		if err := s.EndSession(t.Context(), "hash"); err != nil {
			t.Error(err)
		}
		gone("ended", "hash", june)
		if err := s.EndSession(t.Context(), "hash"); err != nil {
			t.Errorf("ending twice: %v", err)
		}
		put(se)
		if err := s.EndSessionsByTicket(t.Context(), ""); err != nil {
			t.Error(err)
		}
		if _, err := s.SessionByHash(t.Context(), "hash", june); err != nil {
			t.Errorf("the empty ticket ended a session: %v", err)
		}
		if err := s.EndSessionsByTicket(t.Context(), "st"); err != nil {
			t.Error(err)
		}
		gone("logged out at CHSI", "hash", june)
		for n := range 7 {
			put(store.Session{TokenHash: fmt.Sprint("p", n), ExpiresAt: june.Add(time.Duration(n) * time.Hour)})
		}
		if n, err := s.PurgeSessions(t.Context(), june.Add(2*time.Hour)); err != nil || n != 3 {
			t.Errorf("purged %d, %v", n, err)
		}
		if _, err := s.SessionByHash(t.Context(), "p3", june); err != nil {
			t.Errorf("a live session was purged: %v", err)
		}
	})
}

func TestFlows(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := store.Flow{
			StateHash: "state", Browser: "b", Kind: "wechat", Next: "/h5/home?标签=1", OpenID: "o1", AccountID: 2, CreatedAt: june, ExpiresAt: june.Add(10 * time.Minute),
		}
		if err := s.PutFlow(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		for what, at := range map[string]struct {
			state string
			now   time.Time
		}{"unknown": {"other", june}, "too old": {"state", june.Add(10 * time.Minute)}} {
			if _, _, err := s.ClaimFlow(t.Context(), at.state, at.now); model.CodeOf(err) != model.CodeExpired {
				t.Errorf("%s: %v", what, err)
			}
		}
		var firsts atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				got, first, err := s.ClaimFlow(t.Context(), "state", june.Add(time.Minute))
				if err != nil || got != f {
					t.Errorf("%+v, %v", got, err)
				}
				if first {
					firsts.Add(1)
				}
			})
		}
		wg.Wait()
		if firsts.Load() != 1 {
			t.Errorf("%d callers were the first", firsts.Load())
		}
		done := f
		done.Result, done.OpenID, done.AccountID, done.Next = "ok", "o2", 5, "/h5/choose"
		if err := s.FinishFlow(t.Context(), "state", done); err != nil {
			t.Fatal(err)
		}
		if got, first, err := s.ClaimFlow(t.Context(), "state", june.Add(2*time.Minute)); err != nil || first || got != done {
			t.Errorf("%+v, first %v, %v", got, first, err)
		}
		if err := s.FinishFlow(t.Context(), "other", done); model.CodeOf(err) != model.CodeExpired {
			t.Errorf("finishing nothing: %v", err)
		}
		if n, err := s.PurgeFlows(t.Context(), june.Add(9*time.Minute)); err != nil || n != 0 {
			t.Errorf("purged %d, %v", n, err)
		}
		if n, err := s.PurgeFlows(t.Context(), june.Add(10*time.Minute)); err != nil || n != 1 {
			t.Errorf("purged %d, %v", n, err)
		}
	})
}
