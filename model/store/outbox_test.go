package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func keysOf(messages []model.Message) []string {
	keys := make([]string, len(messages))
	for i, m := range messages {
		keys[i] = m.Notice.Key
	}
	return keys
}

func mustClaim(t *testing.T, s *store.Store, lease time.Duration, now time.Time, want ...string) (string, []model.Message) {
	t.Helper()
	token, messages, err := s.ClaimMessages(t.Context(), 100, lease, now)
	if err != nil {
		t.Fatal(err)
	}
	if got := keysOf(messages); !slices.Equal(got, want) {
		t.Fatalf("claimed %v, want %v", got, want)
	}
	return token, messages
}

func mustBegin(t *testing.T, s *store.Store, id int64, token string, now time.Time) {
	t.Helper()
	if ok, err := s.BeginAttempt(t.Context(), id, token, "o1", now); err != nil || !ok {
		t.Fatalf("BeginAttempt = %v, %v; want true", ok, err)
	}
}

func TestClaimOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		at := func(n model.Notice, after time.Duration) model.Notice {
			n.NotBefore = start.Add(after)
			return n
		}
		mustEnqueue(t, s, 1, "o1",
			at(notice(model.MessageDeadline, "rung"), -3*time.Hour),
			at(notice(model.MessageApproved, "progress, new"), -time.Minute),
			at(notice(model.MessageConfirmed, "progress, old"), -time.Hour),
			at(notice(model.MessageReturned, "urgent"), 0),
			at(notice(model.MessageReturned, "not yet"), time.Millisecond),
		)
		late := notice(model.MessageReturned, "too late")
		late.NotAfter = start
		mustEnqueue(t, s, 2, "o2", late)

		token, two, err := s.ClaimMessages(t.Context(), 2, time.Minute, start)
		if d := cmp.Diff([]string{"urgent", "progress, old"}, keysOf(two)); err != nil || d != "" {
			t.Fatalf("first two: %v\n%s", err, d)
		}
		if two[0].State != model.MessageLeased || token == "" {
			t.Errorf("state %s, token %q", two[0].State, token)
		}
		mustClaim(t, s, time.Minute, start, "progress, new", "rung")
		mustClaim(t, s, time.Minute, start)
		wantStates(t, s, 2, map[string]model.MessageState{"too late": model.MessageCancelled})
	})
}

// A backlog that came too late is cleared away on the way to what is due.
func TestClaimPassesExpired(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var notices []model.Notice
		for i := range 12 {
			n := notice(model.MessageApproved, fmt.Sprintf("late %d", i))
			n.NotBefore, n.NotAfter = start.Add(-time.Hour), start.Add(-time.Minute)
			notices = append(notices, n)
		}
		mustEnqueue(t, s, 1, "o1", append(notices, notice(model.MessageApproved, "due"))...)
		_, got, err := s.ClaimMessages(t.Context(), 5, time.Minute, start)
		if err != nil || !slices.Equal(keysOf(got), []string{"due"}) {
			t.Fatalf("claimed %v, %v; want the one that is due", keysOf(got), err)
		}
		if counts, err := s.MessageCounts(t.Context()); err != nil || counts[model.MessageCancelled] != 12 {
			t.Errorf("MessageCounts = %v, %v; want 12 cancelled", counts, err)
		}
	})
}

func TestTwoDispatchers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const total = 60
		var notices []model.Notice
		for i := range total {
			notices = append(notices, notice(model.MessageApproved, fmt.Sprintf("m%02d", i)))
		}
		mustEnqueue(t, s, 1, "o1", notices...)
		type result struct {
			ids []int64
			err error
		}
		results := make(chan result)
		const dispatchers = 4
		for range dispatchers {
			go func() {
				var r result
				for {
					token, got, err := s.ClaimMessages(t.Context(), 7, time.Minute, start)
					if r.err = err; err != nil || len(got) == 0 {
						break
					}
					for _, m := range got {
						ok, err := s.BeginAttempt(t.Context(), m.ID, token, "o1", start)
						if err != nil || !ok {
							r.err = fmt.Errorf("BeginAttempt = %v, %w", ok, err)
						}
						r.ids = append(r.ids, m.ID)
					}
				}
				results <- r
			}()
		}
		seen := map[int64]int{}
		for range dispatchers {
			r := <-results
			if r.err != nil {
				t.Error(r.err)
			}
			for _, id := range r.ids {
				seen[id]++
			}
		}
		if len(seen) != total {
			t.Errorf("%d messages were claimed, want %d", len(seen), total)
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("message %d was claimed %d times", id, n)
			}
		}
	})
}

// A negative lease has run out at once.
const ranOut = -time.Second

func TestLeaseEnds(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		mustEnqueue(t, s, 1, "o1", notice(model.MessageApproved, "m"))
		old, got := mustClaim(t, s, ranOut, start, "m")
		id := got[0].ID
		if ok, err := s.BeginAttempt(ctx, id, old, "o1", start); ok || err != nil {
			t.Errorf("BeginAttempt after the lease = %v, %v; want false", ok, err)
		}
		token, _ := mustClaim(t, s, time.Minute, start, "m")
		if ok, err := s.BeginAttempt(ctx, id, old, "o1", start); ok || err != nil {
			t.Errorf("BeginAttempt with the old token = %v, %v; want false", ok, err)
		}
		if err := s.Settle(ctx, id, old, store.Settlement{State: model.MessageFailed}); !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("Settle with the old token = %v, want ErrLeaseLost", err)
		}
		mustBegin(t, s, id, token, start)
		if err := s.Settle(ctx, id, token, store.Settlement{State: model.MessageFailed, Reason: "openid 无效"}); err != nil {
			t.Fatal(err)
		}
		list, err := s.Messages(ctx, 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		m := list[0]
		if m.State != model.MessageFailed || m.Attempts != 1 || m.Reason != "openid 无效" || !m.FirstAttemptAt.Equal(start) || m.SettledAt.IsZero() {
			t.Errorf("message = %+v", m)
		}
		if err := s.Settle(ctx, id, token, store.Settlement{State: model.MessageBlocked}); !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("Settle again = %v, want ErrLeaseLost", err)
		}
	})
}

// What happens to a message that may have been sent, by how long ago that was.
func TestInDoubt(t *testing.T) {
	queuedAgain := func(notSent bool) func(*testing.T, *store.Store, int64, string) {
		return func(t *testing.T, s *store.Store, id int64, token string) {
			o := store.Settlement{State: model.MessageQueued, RetryAt: start.Add(time.Minute), NotSent: notSent}
			if err := s.Settle(t.Context(), id, token, o); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := []struct {
		name   string
		settle func(*testing.T, *store.Store, int64, string)
		after  time.Duration
		want   model.MessageState
	}{
		{"lease ended, within the window", nil, 8 * time.Minute, model.MessageLeased},
		{"lease ended, after the window", nil, 8*time.Minute + time.Millisecond, model.MessageUnknown},
		{"timed out, retried too early", queuedAgain(false), 59 * time.Second, model.MessageQueued},
		{"timed out, retried within the window", queuedAgain(false), 2 * time.Minute, model.MessageLeased},
		{"timed out, after the window", queuedAgain(false), 9 * time.Minute, model.MessageUnknown},
		{"refused for certain, hours later", queuedAgain(true), 5 * time.Hour, model.MessageLeased},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i, tt := range tests {
			id := model.GraduateID(i + 1)
			mustEnqueue(t, s, id, "o1", notice(model.MessageApproved, tt.name))
			lease := time.Minute
			token, got := mustClaim(t, s, lease, start, tt.name)
			mustBegin(t, s, got[0].ID, token, start)
			if tt.settle != nil {
				tt.settle(t, s, got[0].ID, token)
			} else {
				s.EndLeases(t)
			}
			if _, _, err := s.ClaimMessages(t.Context(), 10, time.Minute, start.Add(tt.after)); err != nil {
				t.Fatal(err)
			}
			if got := states(t, s, id)[tt.name]; got != tt.want {
				t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
			}
			s.ClearMessages(t)
		}
	})
}

func TestCancelWhileLeased(t *testing.T) {
	approved := []model.MessageKind{model.MessageApproved}
	tests := []struct {
		name  string
		begun bool // the attempt began before it was cancelled
		then  func(t *testing.T, s *store.Store, id int64, token string)
		want  model.MessageState
	}{
		{"dropped before sending", false, func(t *testing.T, s *store.Store, id int64, token string) {
			if ok, err := s.BeginAttempt(t.Context(), id, token, "o1", start); ok || err != nil {
				t.Errorf("BeginAttempt = %v, %v; want false", ok, err)
			}
		}, model.MessageCancelled},
		{"accepted all the same", true, func(t *testing.T, s *store.Store, id int64, token string) {
			if err := s.Settle(t.Context(), id, token, store.Settlement{State: model.MessageAccepted, MsgID: 1<<53 + id}); err != nil {
				t.Error(err)
			}
		}, model.MessageAccepted},
		{"not retried after a time-out", true, func(t *testing.T, s *store.Store, id int64, token string) {
			if err := s.Settle(t.Context(), id, token, store.Settlement{State: model.MessageQueued, RetryAt: start}); err != nil {
				t.Error(err)
			}
		}, model.MessageUnknown},
		{"not retried after a refusal", true, func(t *testing.T, s *store.Store, id int64, token string) {
			if err := s.Settle(t.Context(), id, token, store.Settlement{State: model.MessageQueued, RetryAt: start, NotSent: true}); err != nil {
				t.Error(err)
			}
		}, model.MessageCancelled},
		{"its holder died before sending", false, func(t *testing.T, s *store.Store, _ int64, _ string) {
			s.EndLeases(t)
			mustClaim(t, s, time.Minute, start)
		}, model.MessageCancelled},
		{"its holder died while sending", true, func(t *testing.T, s *store.Store, _ int64, _ string) {
			s.EndLeases(t)
			mustClaim(t, s, time.Minute, start)
		}, model.MessageUnknown},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i, tt := range tests {
			id := model.GraduateID(i + 1)
			mustEnqueue(t, s, id, "o1", notice(model.MessageApproved, tt.name))
			token, got := mustClaim(t, s, time.Minute, start, tt.name)
			if tt.begun {
				mustBegin(t, s, got[0].ID, token, start)
			}
			if err := s.CancelMessages(t.Context(), id, approved, start); err != nil {
				t.Fatal(err)
			}
			tt.then(t, s, got[0].ID, token)
			if got := states(t, s, id)[tt.name]; got != tt.want {
				t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
			}
			s.ClearMessages(t)
		}
	})
}
