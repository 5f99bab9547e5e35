package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// Pages by key give everybody once, in the order of bytes.
func TestFollowersArePagedByKey(t *testing.T) {
	at := time.Date(2027, 6, 1, 9, 0, 0, 0, time.UTC)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		want := []string{"oABC", "oAbC", "oabc"}
		for i := range 4 {
			want = append(want, fmt.Sprintf("oz%d", i))
		}
		if err := s.CreateFollowers(t.Context(), want, at); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Follow(t.Context(), "oz2", false, "", at.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		var got, gone []string
		for after := ""; ; {
			page, err := s.Followers(t.Context(), after, 3)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range page {
				got, after = append(got, f.OpenID), f.OpenID
				if !f.Subscribed {
					gone = append(gone, f.OpenID)
				}
			}
			if len(page) < 3 {
				break
			}
		}
		if !slices.Equal(got, want) || !slices.Equal(gone, []string{"oz2"}) {
			t.Errorf("followers %q, of them gone %q", got, gone)
		}
	})
}

// TestRecentFollowers: who follows, the newest first, by an index.
func TestRecentFollowers(t *testing.T) {
	at := time.Date(2027, 6, 1, 9, 0, 0, 0, time.UTC)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i, openid := range []string{"oA", "oB", "oC", "oD"} {
			if _, err := s.Follow(t.Context(), openid, true, "", at.Add(time.Duration(i)*time.Minute)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Follow(t.Context(), "oC", false, "", at.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		found, err := s.RecentFollowers(t.Context(), 2)
		if err != nil || len(found) != 2 || found[0].OpenID != "oD" || found[1].OpenID != "oB" {
			t.Errorf("%+v, %v", found, err)
		}
		tables, plan := scanned(t, s, store.Statement{SQL: "SELECT * FROM followers WHERE subscribed = ? ORDER BY last_event_at DESC LIMIT 2", Args: []any{true}})
		if len(tables) != 0 || strings.Contains(plan, "TEMP B-TREE") || strings.Contains(plan, "filesort") {
			t.Errorf("scanned %v or sorted: %s", tables, plan)
		}
	})
}
