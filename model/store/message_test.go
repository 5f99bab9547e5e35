package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// start is when these tests happen.
var start = time.Date(2027, 8, 20, 2, 0, 0, 0, time.UTC)

func notice(kind model.MessageKind, key string) model.Notice {
	return model.Notice{
		Kind: kind, Key: key, Vars: map[string]string{model.VarItem: "毕业去向登记"}, Path: "/h5/home",
		NotBefore: start, NotAfter: start.Add(24 * time.Hour),
	}
}

func mustEnqueue(t *testing.T, s *store.Store, id model.GraduateID, openid string, notices ...model.Notice) {
	t.Helper()
	if err := s.Enqueue(t.Context(), id, openid, notices, start); err != nil {
		t.Fatal(err)
	}
}

// states maps the keys of a graduate's messages to their states.
func states(t *testing.T, s *store.Store, id model.GraduateID) map[string]model.MessageState {
	t.Helper()
	list, err := s.Messages(t.Context(), id, 100)
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]model.MessageState{}
	for _, msg := range list {
		m[msg.Notice.Key] = msg.State
	}
	return m
}

func wantStates(t *testing.T, s *store.Store, id model.GraduateID, want map[string]model.MessageState) {
	t.Helper()
	if d := cmp.Diff(want, states(t, s, id)); d != "" {
		t.Errorf("states of the messages (-want +got):\n%s", d)
	}
}

func TestEnqueue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		n := notice(model.MessageApproved, "approved:1:1")
		mustEnqueue(t, s, 1, "o1", n)
		list, err := s.Messages(ctx, 1, 10)
		if err != nil || len(list) != 1 {
			t.Fatalf("Messages = %v, %v; want one", list, err)
		}
		want := model.Message{ID: list[0].ID, GraduateID: 1, OpenID: "o1", Notice: n, State: model.MessageQueued, CreatedAt: start}
		if d := cmp.Diff(want, list[0]); d != "" {
			t.Errorf("message (-want +got):\n%s", d)
		}

		mustEnqueue(t, s, 1, "o1", n, notice(model.MessageConfirmed, "confirmed:1:1"))
		mustEnqueue(t, s, 1, "", notice(model.MessageConfirmed, "to nobody"))
		wantStates(t, s, 1, map[string]model.MessageState{"approved:1:1": model.MessageQueued, "confirmed:1:1": model.MessageQueued})

		// Openids are bytes: oA is not oa.
		if _, err := s.Follow(ctx, "oA", false, "", start); err != nil {
			t.Fatal(err)
		}
		mustEnqueue(t, s, 2, "oA", notice(model.MessageApproved, "approved:2:1"))
		mustEnqueue(t, s, 3, "oa", notice(model.MessageApproved, "approved:3:1"))
		wantStates(t, s, 2, map[string]model.MessageState{"approved:2:1": model.MessageHeld})
		wantStates(t, s, 3, map[string]model.MessageState{"approved:3:1": model.MessageQueued})

		counts, err := s.MessageCounts(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(map[model.MessageState]int{model.MessageQueued: 3, model.MessageHeld: 1}, counts); d != "" {
			t.Errorf("MessageCounts (-want +got):\n%s", d)
		}
	})
}

func TestRungReplacesRung(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		seven, three := notice(model.MessageDeadline, "deadline:1:7"), notice(model.MessageDeadline, "deadline:1:3")
		mustEnqueue(t, s, 1, "o1", notice(model.MessageApproved, "approved:1:1"), seven)
		mustEnqueue(t, s, 2, "o2", notice(model.MessageDeadline, "deadline:2:7"))
		mustEnqueue(t, s, 1, "o1", seven)
		mustEnqueue(t, s, 1, "o1", three)
		wantStates(t, s, 1, map[string]model.MessageState{
			"approved:1:1": model.MessageQueued, "deadline:1:7": model.MessageCancelled, "deadline:1:3": model.MessageQueued,
		})
		wantStates(t, s, 2, map[string]model.MessageState{"deadline:2:7": model.MessageQueued})
	})
}

func TestCancelMessages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if _, err := s.Follow(ctx, "gone", false, "", start); err != nil {
			t.Fatal(err)
		}
		mustEnqueue(t, s, 1, "o1", notice(model.MessageReturned, "leased"))
		_, leased, err := s.ClaimMessages(ctx, 10, time.Minute, start)
		if err != nil || len(leased) != 1 {
			t.Fatalf("ClaimMessages = %v, %v", leased, err)
		}
		mustEnqueue(t, s, 1, "o1", notice(model.MessageReturned, "queued"), notice(model.MessageApproved, "other kind"))
		mustEnqueue(t, s, 1, "gone", notice(model.MessageReturned, "held"))
		mustEnqueue(t, s, 2, "o2", notice(model.MessageReturned, "other graduate"))
		kinds := []model.MessageKind{model.MessageReturned, model.MessageDeadline}
		if err := s.CancelMessages(ctx, 1, kinds, start); err != nil {
			t.Fatal(err)
		}
		wantStates(t, s, 1, map[string]model.MessageState{
			"leased": model.MessageLeased, "queued": model.MessageCancelled, "held": model.MessageCancelled, "other kind": model.MessageQueued,
		})
		wantStates(t, s, 2, map[string]model.MessageState{"other graduate": model.MessageQueued})
		if counts, err := s.MessageCounts(ctx); err != nil || counts[model.MessageCancelled] != 2 {
			t.Errorf("MessageCounts = %v, %v; want 2 cancelled", counts, err)
		}
	})
}

func TestFollow(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		if f, ok, err := s.Follower(ctx, "o1"); ok || err != nil {
			t.Fatalf("Follower of nobody = %v, %v, %v", f, ok, err)
		}
		at := start
		steps := []struct {
			name       string
			subscribed bool
			scene      string
			after      time.Duration
			changed    bool
			want       model.Follower
			message    model.MessageState
		}{
			{"follows", true, "class-7", 0, true, model.Follower{Subscribed: true, Scene: "class-7"}, model.MessageQueued},
			{"the same event again", true, "class-7", 0, false, model.Follower{Subscribed: true, Scene: "class-7"}, model.MessageQueued},
			{"unfollows", false, "", 2 * time.Minute, true, model.Follower{}, model.MessageHeld},
			{"a follow from before that comes late", true, "x", time.Minute, false, model.Follower{}, model.MessageHeld},
			{"follows again", true, "", 3 * time.Minute, true, model.Follower{Subscribed: true}, model.MessageQueued},
		}
		mustEnqueue(t, s, 1, "o1", notice(model.MessageApproved, "m"))
		last := at
		for _, step := range steps {
			changed, err := s.Follow(ctx, "o1", step.subscribed, step.scene, at.Add(step.after))
			if err != nil || changed != step.changed {
				t.Fatalf("%s: Follow = %v, %v; want %v", step.name, changed, err, step.changed)
			}
			if changed {
				last = at.Add(step.after)
			}
			step.want.OpenID, step.want.LastEventAt = "o1", last
			got, ok, err := s.Follower(ctx, "o1")
			if !ok || err != nil {
				t.Fatalf("%s: Follower: %v, %v", step.name, ok, err)
			}
			if d := cmp.Diff(step.want, got); d != "" {
				t.Errorf("%s (-want +got):\n%s", step.name, d)
			}
			wantStates(t, s, 1, map[string]model.MessageState{"m": step.message})
		}
	})
}

func TestMarkUnfollowed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		follow := func(openid string, at time.Time) {
			t.Helper()
			if _, err := s.Follow(ctx, openid, true, "", at); err != nil {
				t.Fatal(err)
			}
		}
		follow("earlier", start.Add(-time.Hour))
		follow("same second", start)
		follow("later", start.Add(time.Second))
		for openid, want := range map[string]bool{"unheard of": false, "earlier": false, "same second": true, "later": true} {
			if err := s.MarkUnfollowed(ctx, openid, start.Add(300*time.Millisecond)); err != nil {
				t.Fatal(err)
			}
			f, ok, err := s.Follower(ctx, openid)
			if err != nil || !ok || f.Subscribed != want {
				t.Errorf("%s: Follower = %+v, %v, %v; want subscribed=%v", openid, f, ok, err, want)
			}
		}
	})
}

// Many events of one openid at once end with the newest.
func TestFollowRace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		const events = 12
		errs := make(chan error, events)
		for i := range events {
			go func() {
				_, err := s.Follow(ctx, "o1", i%2 == 0, fmt.Sprint(i), start.Add(time.Duration(i)*time.Second))
				errs <- err
			}()
		}
		for range events {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		f, _, err := s.Follower(ctx, "o1")
		if want := start.Add((events - 1) * time.Second); err != nil || f.Subscribed || !f.LastEventAt.Equal(want) {
			t.Errorf("Follower = %+v, %v; want the unfollow of %v", f, err, want)
		}
	})
}

func TestPurgeMessages(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		mustEnqueue(t, s, 1, "o1", notice(model.MessageApproved, "old"), notice(model.MessageConfirmed, "old and cancelled"))
		if err := s.CancelMessages(ctx, 1, []model.MessageKind{model.MessageConfirmed}, start); err != nil {
			t.Fatal(err)
		}
		if err := s.Enqueue(ctx, 1, "o1", []model.Notice{notice(model.MessageReturned, "young")}, start.Add(48*time.Hour)); err != nil {
			t.Fatal(err)
		}
		n, err := s.PurgeMessages(ctx, start.Add(time.Hour))
		if err != nil || n != 1 {
			t.Fatalf("purged %d, %v; want the cancelled one", n, err)
		}
		wantStates(t, s, 1, map[string]model.MessageState{"old": model.MessageQueued, "young": model.MessageQueued})
	})
}
