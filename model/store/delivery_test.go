package store_test

import (
	"errors"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// msgID is as large as WeChat's: a float would lose its end.
const msgID = 3599307433715204104

func TestReceipts(t *testing.T) {
	receipt := func(t *testing.T, s *store.Store, status string) {
		t.Helper()
		err := s.Receipts(t.Context(), []store.Receipt{
			{MsgID: msgID, OpenID: "o1", Status: status, At: start},
			{MsgID: msgID - 1, OpenID: "o2", Status: "success", At: start}, // of nobody's
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	accept := func(t *testing.T, s *store.Store, id int64, token string) {
		t.Helper()
		if err := s.Settle(t.Context(), id, token, store.Settlement{State: model.MessageAccepted, MsgID: msgID}); err != nil {
			t.Fatal(err)
		}
	}
	type step = func(t *testing.T, s *store.Store, id int64, token string)
	receive := func(status string) step {
		return func(t *testing.T, s *store.Store, _ int64, _ string) { t.Helper(); receipt(t, s, status) }
	}
	settle := func(o store.Settlement) step {
		return func(t *testing.T, s *store.Store, id int64, token string) {
			t.Helper()
			if err := s.Settle(t.Context(), id, token, o); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := []struct {
		name   string
		steps  []step
		want   model.MessageState
		reason string
	}{
		{"accepted, no receipt", []step{accept}, model.MessageAccepted, ""},
		{"success", []step{accept, receive("success")}, model.MessageDelivered, ""},
		{"receipt first", []step{receive("success"), accept}, model.MessageDelivered, ""},
		{"receipt twice", []step{receive("success"), accept, receive("success")}, model.MessageDelivered, ""},
		{"blocked", []step{accept, receive("failed:user block")}, model.MessageBlocked, "用户拒收"},
		{"blocked, receipt first", []step{receive("failed:user block"), accept}, model.MessageBlocked, "用户拒收"},
		{"failed", []step{accept, receive("failed: system failed")}, model.MessageFailed, "微信未能送达（failed: system failed）"},
		{"unknown, then the acceptance comes late", []step{
			func(t *testing.T, s *store.Store, _ int64, _ string) {
				s.EndLeases(t)
				mustClaim(t, s, time.Minute, start.Add(time.Hour))
			}, accept,
		}, model.MessageAccepted, ""},
		{"receipt while its acceptance is queued again", []step{
			accept,
			func(t *testing.T, s *store.Store, id int64, _ string) { s.SetMessageState(t, id, model.MessageQueued) },
			receive("success"),
		}, model.MessageDelivered, ""},
		{"of two receipts the younger stands, whichever comes first", []step{
			func(t *testing.T, s *store.Store, _ int64, _ string) {
				t.Helper()
				for _, r := range []store.Receipt{{Status: "success", At: start.Add(2 * time.Second)}, {Status: "failed:user block", At: start.Add(time.Second)}} {
					r.MsgID, r.OpenID = msgID, "o1"
					if err := s.Receipts(t.Context(), []store.Receipt{r}); err != nil {
						t.Fatal(err)
					}
				}
			}, accept,
		}, model.MessageDelivered, ""},
		{"a failed message stays failed", []step{settle(store.Settlement{State: model.MessageFailed, Reason: "x"}), receive("success")}, model.MessageFailed, "x"},
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				id := model.GraduateID(i + 1)
				mustEnqueue(t, s, id, "o1", notice(model.MessageApproved, tt.name))
				token, got := mustClaim(t, s, time.Minute, start, tt.name)
				mustBegin(t, s, got[0].ID, token, start)
				for _, step := range tt.steps {
					step(t, s, got[0].ID, token)
				}
				list, err := s.Messages(t.Context(), id, 1)
				if err != nil {
					t.Fatal(err)
				}
				if m := list[0]; m.State != tt.want || m.Reason != tt.reason {
					t.Errorf("state %s, reason %q; want %s, %q", m.State, m.Reason, tt.want, tt.reason)
				}
				s.ClearMessages(t)
			})
		}
	})
}

// The lease was taken over, yet the first holder's message was accepted: its
// receipt still finds the message.
func TestAcceptedAfterLeaseLost(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		mustEnqueue(t, s, 1, "o1", notice(model.MessageApproved, "m"))
		token, got := mustClaim(t, s, time.Minute, start, "m")
		id := got[0].ID
		mustBegin(t, s, id, token, start)
		s.EndLeases(t)
		second, _ := mustClaim(t, s, time.Minute, start, "m")
		err := s.Settle(t.Context(), id, token, store.Settlement{State: model.MessageAccepted, MsgID: msgID})
		if !errors.Is(err, store.ErrLeaseLost) {
			t.Fatalf("Settle = %v, want ErrLeaseLost", err)
		}
		if err := s.Receipts(t.Context(), []store.Receipt{{MsgID: msgID, OpenID: "o1", Status: "success", At: start}}); err != nil {
			t.Fatal(err)
		}
		wantStates(t, s, 1, map[string]model.MessageState{"m": model.MessageDelivered})
		if ok, err := s.BeginAttempt(t.Context(), id, second, "o1", start); ok || err != nil {
			t.Errorf("BeginAttempt of a delivered message = %v, %v; want false", ok, err)
		}
	})
}

// Acceptance and receipt at the same time: whichever comes second sees the
// other, so that no message stays merely accepted.
func TestReceiptRace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const total = 20
		var notices []model.Notice
		for i := range total {
			notices = append(notices, notice(model.MessageApproved, string(rune('a'+i))))
		}
		mustEnqueue(t, s, 1, "o1", notices...)
		token, got, err := s.ClaimMessages(t.Context(), total, time.Minute, start)
		if err != nil {
			t.Fatal(err)
		}
		errs := make(chan error)
		for _, m := range got {
			mustBegin(t, s, m.ID, token, start)
			go func() {
				errs <- s.Settle(t.Context(), m.ID, token, store.Settlement{State: model.MessageAccepted, MsgID: msgID + m.ID})
			}()
			go func() {
				errs <- s.Receipts(t.Context(), []store.Receipt{{MsgID: msgID + m.ID, OpenID: "o1", Status: "success", At: start}})
			}()
		}
		for range 2 * len(got) {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if counts, err := s.MessageCounts(t.Context()); err != nil || counts[model.MessageDelivered] != total {
			t.Errorf("MessageCounts = %v, %v; want %d delivered", counts, err, total)
		}
	})
}
