package store_test

import (
	"fmt"
	"slices"
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
