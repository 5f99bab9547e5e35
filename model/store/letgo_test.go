package store_test

import (
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// A binding outlives unfollowing by its days and no longer, and following again
// in time keeps it.
func TestEndBindings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		day := func(n int) time.Time { return start.AddDate(0, 0, n) }
		ids, err := s.CreateAccounts(t.Context(), []model.Account{
			{CHSIUser: "gone", OpenID: "oGone", BoundAt: day(-9)},
			{CHSIUser: "back", OpenID: "oBack", BoundAt: day(-9)},
			{CHSIUser: "late", OpenID: "oLate", BoundAt: day(20)},
			{CHSIUser: "here", OpenID: "oHere", BoundAt: day(-9)},
		}, start)
		must(t, err)
		follow := func(openid string, on bool, at time.Time) {
			t.Helper()
			_, err := s.Follow(t.Context(), openid, on, "", at)
			must(t, err)
		}
		follow("oHere", true, day(-9))
		for _, openid := range []string{"oGone", "oBack", "oLate"} {
			follow(openid, false, day(0))
		}
		follow("oBack", true, day(29))
		for _, tc := range []struct {
			day, want int
		}{{29, 0}, {30, 1}, {30, 0}, {49, 0}, {50, 1}} {
			if got, err := s.EndBindings(t.Context(), 30, day(tc.day)); err != nil || got != tc.want {
				t.Errorf("on day %d EndBindings = %d, %v; want %d", tc.day, got, err, tc.want)
			}
		}
		for i, bound := range []bool{false, true, false, true} {
			a, err := s.Account(t.Context(), ids[i])
			if err != nil || (a.OpenID != "") != bound {
				t.Errorf("account %d: bound to %q, %v; want %v", i, a.OpenID, err, bound)
			}
		}
		entries, _, err := s.Audits(t.Context(), model.Scope{All: true}, store.AuditFilter{}, 0, 10)
		must(t, err)
		if len(entries) == 0 || entries[0].Action != "account.unbind.unfollowed" || entries[0].Actor.Kind != model.ActorSystem {
			t.Errorf("audits %+v", entries)
		}
	})
}
