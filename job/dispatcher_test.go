package job_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"quxiang/job"
	"quxiang/model"
	"quxiang/wechat"
	"quxiang/wechat/wechattest"
)

// late is far enough for no message to be too late.
func late(r *rig) time.Time { return r.clock.Now().AddDate(0, 0, 14) }

func TestSendsOnceAndTakesReceipt(t *testing.T) {
	for _, mode := range []wechattest.ReceiptMode{
		wechattest.ReceiptSuccess, wechattest.ReceiptEarly, wechattest.ReceiptDouble, wechattest.ReceiptBlock, wechattest.ReceiptSystemFailed, wechattest.ReceiptNone,
	} {
		t.Run(string(mode), func(t *testing.T) {
			r := one(t)
			openid := r.bound(1)[0]
			r.owe(0, model.MessageApproved, late(r))
			r.must(r.sim.SetReceipts(mode))
			if got := r.step(); got.Accepted != 1 {
				t.Errorf("tally %+v", got)
			}
			r.idle()
			if got := r.step(); got.Claimed != 0 {
				t.Errorf("claimed again: %+v", got)
			}
			want := map[wechattest.ReceiptMode]model.MessageState{
				wechattest.ReceiptBlock: model.MessageBlocked, wechattest.ReceiptSystemFailed: model.MessageFailed, wechattest.ReceiptNone: model.MessageAccepted,
			}[mode]
			if want == "" {
				want = model.MessageDelivered
			}
			if m := r.wantState(0, want); m.MsgID < 1<<53 {
				t.Errorf("msgid %d", m.MsgID)
			}
			if n := len(r.sends()); n != 1 {
				t.Errorf("%d sends", n)
			}
			if want != model.MessageDelivered {
				return
			}
			card := r.sim.Inbox(openid)[0]
			if card.URL != "https://dj.example.edu.cn/wechat/oauth?next=%2Fh5%2Fhome" {
				t.Errorf("card leads to %s", card.URL)
			}
			rows := map[string]string{}
			for _, row := range card.Rows {
				rows[row.Key] = row.Value
			}
			if rows["time2"] != "2027年8月31日 23:59" || rows["thing3"] != "请点开核对并确认登记去向，这句话长于二…" {
				t.Errorf("rows %v", rows)
			}
		})
	}
}

func TestTwoDispatchersSendEachOnce(t *testing.T) {
	each(t, func(r *rig) {
		const n = 60
		openids := r.bound(n)
		for i := range n {
			r.owe(i, model.MessageApproved, late(r))
		}
		var replicas sync.WaitGroup
		for range 3 {
			d := r.dispatcher(func(o *job.DispatcherOptions) { o.Batch = 7 })
			replicas.Go(func() {
				if _, err := d.Drain(context.Background()); err != nil {
					r.Error(err)
				}
			})
		}
		replicas.Wait()
		r.idle()
		got := r.sim.Deliveries()
		for i, openid := range openids {
			if got[openid] != 1 {
				r.Errorf("%s got %d messages", openid, got[openid])
			}
			r.wantState(i, model.MessageDelivered)
		}
		if sends := len(r.sends()); sends != n {
			r.Errorf("%d sends of %d messages", sends, n)
		}
	})
}

func TestQuietHours(t *testing.T) {
	r := one(t)
	r.bound(4)
	r.clock.set(at(t, "2027-08-30 22:30"))
	r.owe(0, model.MessageApproved, late(r))
	r.owe(1, model.MessageRebound, late(r))
	r.owe(2, model.MessageDeadline, at(t, "2027-09-01 00:00")) // not yet the last day
	if got := r.step(); got.Accepted != 1 || got.PutOff != 2 {
		t.Errorf("at night: %+v", got)
	}
	r.idle()
	r.wantState(1, model.MessageDelivered)
	if next := r.d.Next(r.clock.Now()); !next.Equal(at(t, "2027-08-31 08:00")) {
		t.Errorf("next at %v", next)
	}
	r.clock.set(at(t, "2027-08-31 07:59"))
	if got := r.step(); got.Claimed != 0 {
		t.Errorf("before the end: %+v", got)
	}
	r.clock.set(at(t, "2027-08-31 08:00"))
	if got := r.step(); got.Accepted != 2 {
		t.Errorf("at the end: %+v", got)
	}
	r.clock.set(at(t, "2027-08-31 23:00"))
	r.owe(3, model.MessageDeadline, at(t, "2027-09-01 00:00"))
	if got := r.step(); got.Accepted != 1 {
		t.Errorf("on the last evening: %+v", got)
	}
}

func TestForceIgnoresTheHour(t *testing.T) {
	r := one(t)
	openids := r.bound(3)
	r.clock.set(at(t, "2027-08-20 23:00"))
	r.owe(0, model.MessageApproved, late(r))
	if got := r.step(); got.PutOff != 1 {
		t.Errorf("a loop at night: %+v", got)
	}
	r.owe(1, model.MessageApproved, late(r))
	r.owe(2, model.MessageApproved, late(r))
	r.must(r.sim.Unfollow(t.Context(), openids[2]))
	got, err := r.d.Force(t.Context())
	r.must(err)
	if got.Accepted != 2 {
		t.Errorf("forced: %+v", got)
	}
	r.wantState(2, model.MessageHeld)
}

func TestTooLateIsNotSent(t *testing.T) {
	r := one(t)
	r.bound(1)
	r.owe(0, model.MessageApproved, r.clock.Now().Add(time.Hour))
	r.clock.pass(2 * time.Hour)
	r.step()
	r.wantState(0, model.MessageCancelled)
	if n := len(r.sends()); n != 0 {
		t.Errorf("%d sends", n)
	}
}

func TestNotFollowingIsHeldUntilFollowed(t *testing.T) {
	each(t, func(r *rig) {
		openid := r.bound(1)[0]
		r.sim.SetCallback("") // the unfollow is not told
		r.must(r.sim.Unfollow(r.Context(), openid))
		r.owe(0, model.MessageApproved, late(r))
		r.step()
		r.wantState(0, model.MessageHeld)
		f, known, err := r.store.Follower(r.Context(), openid)
		r.must(err)
		if !known || f.Subscribed {
			r.Errorf("follower %+v", f)
		}
		r.clock.pass(time.Hour)
		if got := r.step(); got.Claimed != 0 {
			r.Errorf("a held message was claimed: %+v", got)
		}
		r.must(r.sim.Follow(r.Context(), openid))
		_, err = r.store.Follow(r.Context(), openid, true, "", r.clock.Now())
		r.must(err)
		r.step()
		r.wantState(0, model.MessageAccepted)
	})
}

// A refusal that crosses a newer follow does not hold the message for ever.
func TestFollowDuringTheSend(t *testing.T) {
	r := one(t)
	openid := r.bound(1)[0]
	r.sim.SetCallback("")
	r.owe(0, model.MessageApproved, late(r))
	r.fault(wechattest.Fault{Errcode: wechat.CodeNotFollowing})
	_, err := r.store.Follow(t.Context(), openid, true, "", r.clock.Now().Add(time.Second))
	r.must(err)
	r.step()
	r.wantState(0, model.MessageQueued)
	r.clock.pass(time.Minute)
	r.step()
	r.wantState(0, model.MessageAccepted)
}

func TestRecipients(t *testing.T) {
	for _, c := range []struct {
		code int
		want model.MessageState
	}{{40003, model.MessageFailed}, {43019, model.MessageBlocked}, {48002, model.MessageBlocked}, {40252, model.MessageUnknown}} {
		r := one(t)
		r.bound(2)
		r.owe(0, model.MessageApproved, late(r))
		r.fault(wechattest.Fault{Errcode: c.code})
		r.step()
		if m := r.wantState(0, c.want); m.Reason == "" {
			t.Errorf("%d: no reason", c.code)
		}
		r.owe(1, model.MessageApproved, late(r))
		r.step() // the others go on
		r.idle()
		r.wantState(1, model.MessageDelivered)
	}
}

func TestQuotaPausesEverything(t *testing.T) {
	each(t, func(r *rig) {
		r.bound(3)
		r.sim.SetCallback("")
		r.clock.set(at(r, "2027-08-21 12:00"))
		for i := range 3 {
			r.owe(i, model.MessageRebound, late(r))
		}
		r.d = r.dispatcher(func(o *job.DispatcherOptions) { o.Concurrency = 1 })
		r.fault(wechattest.Fault{Errcode: 45009})
		got := r.step()
		midnight := at(r, "2027-08-22 00:00")
		if got.PutOff != 3 || !got.Pause.Until.Equal(midnight) || !strings.Contains(got.String(), "暂停发送至 2027年8月22日 00:00") {
			r.Errorf("tally %+v: %s", got, got)
		}
		if n := len(r.sends()); n != 1 {
			r.Errorf("%d sends on an exhausted quota", n)
		}
		// Another replica, and new messages, are paused too.
		r.owe(0, model.MessageRebound, late(r))
		other, err := r.dispatcher(nil).Step(r.Context())
		r.must(err)
		if other.Claimed != 0 || !other.Pause.Until.Equal(midnight) {
			r.Errorf("another replica: %+v", other)
		}
		if next := r.d.Next(r.clock.Now()); !next.Equal(midnight) {
			r.Errorf("next at %v", next)
		}
		r.clock.set(midnight)
		if got := r.step(); got.Accepted != 4 {
			r.Errorf("after midnight: %+v", got)
		}
	})
}

func TestAccountTroublePausesEverything(t *testing.T) {
	r := one(t)
	r.bound(2)
	r.d = r.dispatcher(func(o *job.DispatcherOptions) { o.Concurrency = 1 })
	r.owe(0, model.MessageApproved, late(r))
	r.owe(1, model.MessageApproved, late(r))
	r.fault(wechattest.Fault{Errcode: 48001})
	if got := r.step(); got.Pause.Why == "" || len(r.sends()) != 1 {
		t.Errorf("tally %+v after %d sends", got, len(r.sends()))
	}
	r.clock.pass(5*time.Minute + time.Second)
	if got := r.step(); got.Accepted != 2 {
		t.Errorf("afterwards: %+v", got)
	}
}

func TestRefusedTemplateStopsItsKind(t *testing.T) {
	r := one(t)
	r.bound(3)
	r.d = r.dispatcher(func(o *job.DispatcherOptions) { o.Concurrency = 1 })
	fields := map[string]string{"thing1": model.VarItem, "time2": model.VarDeadline, "thing3": model.VarRemark, "thing9": model.VarRemark}
	id := wechattest.DemoTemplates()[1].ID
	r.must(r.store.SaveTemplate(t.Context(), model.Template{Kind: model.MessageApproved, TemplateID: id, Fields: fields}))
	r.owe(0, model.MessageApproved, late(r))
	r.owe(1, model.MessageApproved, late(r))
	r.owe(2, model.MessageConfirmed, late(r))
	if got := r.step(); got.Accepted != 1 || got.PutOff != 2 {
		t.Errorf("tally %+v", got)
	}
	if n := len(r.sends()); n != 2 {
		t.Errorf("%d sends, want one of each kind", n)
	}
	for i := range 2 {
		if m := r.wantState(i, model.MessageQueued); !strings.Contains(m.Reason, "thing9") {
			t.Errorf("reason %q does not name the field", m.Reason)
		}
	}
	templates, err := r.store.Templates(t.Context())
	r.must(err)
	for _, tpl := range templates {
		if (tpl.Stopped != "") != (tpl.Kind == model.MessageApproved) {
			t.Errorf("%s: stopped %q", tpl.Kind, tpl.Stopped)
		}
	}
	r.clock.pass(15 * time.Minute)
	if got := r.step(); got.PutOff != 2 || len(r.sends()) != 2 {
		t.Errorf("while it is stopped: %+v", got)
	}
	r.mapTemplates()
	r.clock.pass(15 * time.Minute)
	if got := r.step(); got.Accepted != 2 {
		t.Errorf("after it was mended: %+v", got)
	}
}

func TestUnmappedKindFails(t *testing.T) {
	r := one(t)
	r.bound(1)
	r.must(r.store.SaveTemplate(t.Context(), model.Template{Kind: model.MessageApproved, Fields: map[string]string{}}))
	r.owe(0, model.MessageApproved, late(r))
	r.step()
	if m := r.wantState(0, model.MessageFailed); !strings.Contains(m.Reason, "模板") {
		t.Errorf("reason %q", m.Reason)
	}
}

// An answer that was lost may have come from a message that was sent: it is
// repeated under the same id, and WeChat delivers once.
func TestLostAnswerRepeatsUnderTheSameID(t *testing.T) {
	each(t, func(r *rig) {
		openid := r.bound(1)[0]
		r.sim.SetCallback("")
		r.d = r.dispatcher(func(o *job.DispatcherOptions) {
			o.Sender = &lossySender{Sender: o.Sender}
		})
		r.owe(0, model.MessageApproved, late(r))
		if got := r.step(); got.Repeat != 1 {
			r.Errorf("tally %+v", got)
		}
		r.wantState(0, model.MessageQueued)
		r.clock.pass(10 * time.Second)
		if got := r.step(); got.Accepted != 1 {
			r.Errorf("second try: %+v", got)
		}
		ids := r.sends()
		if len(ids) != 2 || ids[0] != ids[1] || ids[0] == "" {
			r.Errorf("client_msg_ids %q", ids)
		}
		if n := r.sim.Deliveries()[openid]; n != 1 {
			r.Errorf("%d deliveries", n)
		}
	})
}

// lossySender loses the first answer.
type lossySender struct {
	job.Sender
	once sync.Once
}

func (l *lossySender) SendTemplate(ctx context.Context, m wechat.TemplateMessage) (id int64, err error) {
	id, err = l.Sender.SendTemplate(ctx, m)
	l.once.Do(func() {
		id, err = 0, &wechat.Error{Path: sendPath, Code: wechat.CodeTransport, Kind: wechat.KindTransient, Msg: "connection reset"}
	})
	return id, err
}

// A send ends well before the lease does, whatever the client's own time-out.
func TestSendIsBoundedByTheLease(t *testing.T) {
	r := one(t)
	r.bound(1)
	var left time.Duration
	r.d = r.dispatcher(func(o *job.DispatcherOptions) {
		inner := o.Sender
		o.Sender = senderFunc(func(ctx context.Context, m wechat.TemplateMessage) (int64, error) {
			end, _ := ctx.Deadline()
			left = time.Until(end)
			return inner.SendTemplate(ctx, m)
		})
	})
	r.owe(0, model.MessageApproved, late(r))
	r.step()
	if left <= 0 || left > 10*time.Second {
		t.Errorf("a send may take %v of a lease of 20 s", left)
	}
}

type senderFunc func(context.Context, wechat.TemplateMessage) (int64, error)

func (f senderFunc) SendTemplate(ctx context.Context, m wechat.TemplateMessage) (int64, error) {
	return f(ctx, m)
}

func TestNoAnswerForLongIsUnknown(t *testing.T) {
	r := one(t)
	r.bound(1)
	tries := 100
	r.fault(wechattest.Fault{HTTPStatus: 502, Times: &tries})
	r.owe(0, model.MessageApproved, late(r))
	first := r.clock.Now()
	for range 50 {
		r.step()
		if r.message(0).State != model.MessageQueued {
			break
		}
		next := r.d.Next(r.clock.Now())
		if next.IsZero() {
			t.Fatal("nothing is put off")
		}
		r.clock.set(next)
	}
	r.wantState(0, model.MessageUnknown)
	if d := r.clock.Now().Sub(first); d > 8*time.Minute || d < 4*time.Minute {
		t.Errorf("given up after %v", d)
	}
	for _, id := range r.sends() {
		if id != r.sends()[0] {
			t.Errorf("the id changed: %q", r.sends())
		}
	}
}

// While WeChat is silent most messages wait untouched.
func TestSilenceIsProbed(t *testing.T) {
	r := one(t)
	const n = 40
	r.bound(n)
	tries := 1000
	r.fault(wechattest.Fault{HTTPStatus: 502, Times: &tries})
	for i := range n {
		r.owe(i, model.MessageApproved, late(r))
	}
	got, err := r.d.Drain(t.Context())
	r.must(err)
	if got.Pause.Why == "" {
		t.Errorf("no pause: %+v", got)
	}
	if sends := len(r.sends()); sends > 10 {
		t.Errorf("%d sends into the silence", sends)
	}
	r.clock.pass(20 * time.Second)
	before := len(r.sends())
	r.step()
	if sends := len(r.sends()) - before; sends != 1 {
		t.Errorf("%d probes", sends)
	}
	none := 0
	r.must(r.sim.SetFault(wechattest.Fault{Path: sendPath, Times: &none}))
	for range 20 {
		r.clock.pass(20 * time.Second)
		_, err := r.d.Drain(t.Context())
		r.must(err)
	}
	r.idle()
	for i := range n {
		r.wantState(i, model.MessageDelivered)
	}
}

func TestRateLimitSlowsDown(t *testing.T) {
	r := one(t)
	r.bound(3)
	machine := &clock{t: time.Now()}
	r.d = r.dispatcher(func(o *job.DispatcherOptions) { o.Concurrency = 1; o.Machine = machine.Now })
	for i := range 3 {
		r.owe(i, model.MessageApproved, late(r))
	}
	r.fault(wechattest.Fault{Errcode: 45011})
	if got := r.step(); got.PutOff != 3 || len(r.sends()) != 1 {
		t.Errorf("tally %+v, %d sends", got, len(r.sends()))
	}
	machine.pass(time.Minute)
	r.clock.pass(time.Minute)
	if got := r.step(); got.Accepted != 3 {
		t.Errorf("later: %+v", got)
	}
}

// What a stopping program has not begun it gives back; what it has begun it
// finishes.
func TestStopGivesBack(t *testing.T) {
	r := one(t)
	r.bound(5)
	for i := range 5 {
		r.owe(i, model.MessageApproved, late(r))
	}
	ctx, cancel := context.WithCancel(t.Context())
	gate := &gatedSender{began: make(chan struct{}), open: make(chan struct{})}
	r.d = r.dispatcher(func(o *job.DispatcherOptions) {
		gate.Sender, o.Sender = o.Sender, gate
		o.Concurrency = 1
	})
	done := make(chan error)
	go func() { done <- r.d.Run(ctx) }()
	<-gate.began
	cancel()
	close(gate.open)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if n := len(r.sends()); n != 1 {
		t.Errorf("%d sends", n)
	}
	counts, err := r.store.MessageCounts(t.Context())
	r.must(err)
	if counts[model.MessageLeased] != 0 || counts[model.MessageQueued] != 4 {
		t.Errorf("states %v", counts)
	}
}

// gatedSender holds the first send until it is opened.
type gatedSender struct {
	job.Sender
	once        sync.Once
	began, open chan struct{}
}

func (g *gatedSender) SendTemplate(ctx context.Context, m wechat.TemplateMessage) (int64, error) {
	g.once.Do(func() { close(g.began) })
	<-g.open
	return g.Sender.SendTemplate(ctx, m)
}
