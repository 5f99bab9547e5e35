package wechattest

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestReceipts(t *testing.T) {
	for _, c := range []struct {
		mode    string
		status  []string
		reaches int
	}{
		{"success", []string{"success"}, 1},
		{"block", []string{"failed:user block"}, 0},
		{"system_failed", []string{"failed: system failed"}, 0},
		{"freq_limit", []string{"failed:freq limit"}, 0},
		{"none", nil, 1},
		{"late", []string{"success"}, 1},
		{"double", []string{"success", "success"}, 1},
		{"early", []string{"success"}, 1},
	} {
		t.Run(c.mode, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, Options{})
				openid := r.follower(Phone{})
				r.callback.clear()
				if w := r.do("POST", "/sim/receipts", object{"mode": c.mode}); w.Code != http.StatusOK {
					t.Fatalf("HTTP %d", w.Code)
				}
				o := r.api("POST", sendPath, goodSend(openid))
				r.wantCode(o, 0)
				if c.mode == "early" && len(r.callback.pushes()) != 1 {
					t.Error("the receipt was not there before the answer")
				}
				if c.mode == "late" {
					time.Sleep(r.setting().receiptDelay() - time.Millisecond)
					synctest.Wait()
					if len(r.callback.pushes()) != 0 {
						t.Error("not late")
					}
				}
				if err := r.Idle(t.Context()); err != nil {
					t.Fatal(err)
				}
				synctest.Wait()
				got := r.callback.pushes()
				if len(got) != len(c.status) {
					t.Fatalf("%d receipts, want %d", len(got), len(c.status))
				}
				for i, m := range got {
					if m.Event != "TEMPLATESENDJOBFINISH" || m.Status != c.status[i] || number(m.JobID) != o["msgid"] || m.From != openid {
						t.Errorf("receipt: %+v for %v", m, o)
					}
				}
				if n := r.Deliveries()[openid]; n != c.reaches || len(r.Inbox(openid)) != c.reaches {
					t.Errorf("%d delivered, inbox %+v", n, r.Inbox(openid))
				}
			})
		})
	}
}

func TestADuplicateHasNoSecondReceipt(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	r.callback.clear()
	for range 2 {
		r.wantCode(r.api("POST", sendPath, with(goodSend(openid), "client_msg_id", "m")), 0)
	}
	if err := r.Idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := r.callback.pushes(); len(got) != 1 {
		t.Errorf("%d receipts", len(got))
	}
}

func TestAFailedReceiptIsTriedAgainWithoutANotice(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	r.callback.clear()
	r.callback.next(status(503), status(503))
	r.wantCode(r.api("POST", sendPath, goodSend(openid)), 0)
	if err := r.Idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := r.callback.pushes()
	if len(got) != 3 || got[0].JobID != got[2].JobID {
		t.Errorf("tries: %+v", got)
	}
	if inbox := r.Inbox(openid); len(inbox) != 1 || inbox[0].Type != ItemTemplate {
		t.Errorf("inbox: %+v", inbox)
	}
}

func TestABurstOfReceipts(t *testing.T) {
	r := newRig(t, Options{})
	token := r.accessToken()
	const n = 500
	for range n {
		r.wantCode(r.json(r.do("POST", sendPath+"?access_token="+token, goodSend("oDemo0000001"))), 0)
	}
	if err := r.Idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	seen := map[int64]bool{}
	for _, m := range r.callback.pushes() {
		seen[m.JobID] = true
	}
	if len(seen) != n || r.Deliveries()["oDemo0000001"] != n {
		t.Errorf("%d receipts of %d", len(seen), n)
	}
	if kept := len(r.Inbox("oDemo0000001")); kept != keptPerPhone {
		t.Errorf("inbox keeps %d", kept)
	}
}

func TestLateReceiptEndsWithClose(t *testing.T) {
	r := newRig(t, Options{ReceiptDelay: time.Hour})
	openid := r.follower(Phone{})
	if err := r.SetReceipts(ReceiptLate); err != nil {
		t.Fatal(err)
	}
	r.wantCode(r.api("POST", sendPath, goodSend(openid)), 0)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Idle(ended); err == nil {
		t.Error("idle while a receipt is due")
	}
	r.Close()
}
