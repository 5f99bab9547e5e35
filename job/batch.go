package job

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/wechat"
)

// batch is the messages of one claim on their way.
type batch struct {
	d        *Dispatcher
	token    string
	asOf     time.Time // the business time as of which they were due
	since    time.Time // when they were claimed, by the machine's clock
	messages []model.Message
	held     pause // why nothing was claimed; zero else

	sendable []model.Message

	// mu guards what the senders share.
	mu        sync.Mutex
	templates map[model.MessageKind]model.Template
	stopped   pause // why the rest must wait; zero: it need not
	tally     Tally
	errs      []error
}

// sift puts off what must not be sent now, and keeps the rest.
func (b *batch) sift(ctx context.Context, quiet model.QuietHours) {
	now := b.d.now()
	for _, m := range b.messages {
		// A repetition whose first try came before the quiet hours goes on: if
		// it waited until morning, nobody could tell any more whether it was
		// sent.
		until, isQuiet := quiet.Holds(m.Notice.Kind, m.Notice.NotAfter, now)
		if isQuiet && m.FirstAttemptAt.IsZero() {
			b.putOff(ctx, m, until, "免打扰时段，稍后发送")
			continue
		}
		if b.unmapped(ctx, m) {
			continue
		}
		b.sendable = append(b.sendable, m)
	}
}

// unmapped deals with a message that has no template in use. An account
// without one for a kind never will send it; a stopped one is mended.
func (b *batch) unmapped(ctx context.Context, m model.Message) bool {
	t := b.template(m.Notice.Kind)
	switch {
	case t.TemplateID == "":
		b.warnOnce(m.Notice.Kind)
		b.settle(ctx, m, store.Settlement{
			State: model.MessageFailed, Reason: fmt.Sprintf("没有为“%s”类消息设置模板", m.Notice.Kind), NotSent: m.FirstAttemptAt.IsZero(),
		})
		return true
	case t.Stopped != "":
		b.putOff(ctx, m, b.d.now().Add(stoppedPause), "模板已停用："+t.Stopped)
		return true
	}
	return false
}

// warnOnce tells of a kind without a template, once a batch.
func (b *batch) warnOnce(kind model.MessageKind) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, told := b.templates[kind]; !told {
		b.d.log.Warn("no template is mapped", "kind", kind)
		b.templates[kind] = model.Template{Kind: kind}
	}
}

func (b *batch) template(kind model.MessageKind) model.Template {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.templates[kind]
}

// send sends what sift has left, at the shared rate, with as many senders as
// the options allow, and waits for all. When ctx ends no more are begun.
func (b *batch) send(ctx context.Context) error {
	if len(b.sendable) == 0 {
		return errors.Join(b.errs...)
	}
	first, err := b.d.pace.reserve(ctx, len(b.sendable))
	if err != nil {
		b.fail(err)
		b.stop(pause{b.d.now().Add(b.d.every), "发送速率暂不可用"})
	}
	next := make(chan int)
	var senders sync.WaitGroup
	for range min(b.d.concurrency, len(b.sendable)) {
		senders.Go(func() {
			for i := range next {
				b.one(ctx, b.sendable[i], first.Add(time.Duration(i)*b.d.pace.each))
			}
		})
	}
	for i := range b.sendable {
		next <- i
	}
	close(next)
	senders.Wait()
	return errors.Join(b.errs...)
}

// one sends m at its slot, or puts it off when the batch has stopped, the
// program stops, or too little is left of the lease for a whole send.
func (b *batch) one(ctx context.Context, m model.Message, slot time.Time) {
	if p := b.stoppedBy(); p.Why != "" {
		b.putOff(ctx, m, p.Until, p.Why)
		return
	}
	if !wait(ctx, slot.Sub(b.d.machine())) || b.d.machine().Sub(b.since) > b.d.lease/2 {
		b.putOff(ctx, m, b.d.now().Add(time.Second), "")
		return
	}
	if p := b.stoppedBy(); p.Why != "" {
		b.putOff(ctx, m, p.Until, p.Why)
		return
	}
	if !b.unmapped(ctx, m) { // stopped since by another sender
		b.attempt(ctx, m)
	}
}

// attempt makes one attempt. From here on ctx no longer counts: what was begun
// is finished, within the lease.
func (b *batch) attempt(ctx context.Context, m model.Message) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.d.lease/2)
	defer cancel()
	at := b.d.now()
	begun, err := b.d.store.BeginAttempt(ctx, m.ID, b.token, m.OpenID, at)
	if err != nil {
		b.fail(fmt.Errorf("job: dispatch: %w", err)) // the lease's end frees it
		return
	}
	if !begun {
		b.count(func(t *Tally) { t.Ended++ })
		return
	}
	sending, stop := context.WithTimeout(ctx, b.d.lease*2/5)
	msgID, err := b.d.sender.SendTemplate(sending, b.message(m))
	stop()
	b.follow(ctx, m, judge(m, msgID, err, at, b.d.now()), at, err)
}

// message renders m with its kind's template.
func (b *batch) message(m model.Message) wechat.TemplateMessage {
	t := b.template(m.Notice.Kind)
	data := make(map[string]string, len(t.Fields))
	for key, name := range t.Fields {
		data[key] = fit(key, m.Notice.Vars[name], m.CreatedAt)
	}
	return wechat.TemplateMessage{
		ToUser: m.OpenID, TemplateID: t.TemplateID, URL: b.d.address(m.Notice.Path), ClientMsgID: clientID(m), Data: data,
	}
}

// address is what a tap on the card opens: a graduate's page by way of the
// silent login, any other as it is.
func (d *Dispatcher) address(path string) string {
	if strings.HasPrefix(path, "/h5/") {
		return d.links.OAuth(path)
	}
	return d.links.Page(path)
}

// clientID never changes for a message. The instant tells messages of two
// databases apart that serve one account one after the other.
func clientID(m model.Message) string {
	return "m" + strconv.FormatInt(m.ID, 10) + "-" + strconv.FormatInt(m.CreatedAt.UnixMilli(), 36)
}

// follow does what a verdict says.
func (b *batch) follow(ctx context.Context, m model.Message, v verdict, at time.Time, cause error) {
	d := b.d
	if cause != nil {
		d.log.Warn("send", "message", m.ID, "kind", m.Notice.Kind, "becomes", v.settle.State, "err", cause)
	}
	if !v.silent {
		d.silent.Store(0)
	} else if n := d.silent.Add(1); n >= silentLimit {
		v.pause = pause{d.now().Add(silentPause(n)), reasonSilent}
	}
	if v.stop != "" {
		b.stopTemplate(ctx, m.Notice.Kind, v.stop)
	}
	if v.slow > 0 {
		if err := d.pace.hold(ctx, v.slow); err != nil {
			b.fail(err)
		}
		b.stop(pause{d.now().Add(v.slow), v.settle.Reason})
	}
	if v.pause.Why != "" {
		b.stop(v.pause)
		if err := d.halt(ctx, v.pause); err != nil {
			b.fail(err)
		}
	}
	b.settle(ctx, m, v.settle)
	if v.unfollowed {
		if err := d.store.MarkUnfollowed(ctx, m.OpenID, at); err != nil {
			b.fail(err)
		}
	}
}

// stopTemplate stops a kind for all replicas, and at once for this batch.
func (b *batch) stopTemplate(ctx context.Context, kind model.MessageKind, why string) {
	b.d.log.Error("template is stopped", "kind", kind, "why", why)
	if err := b.d.store.StopTemplate(ctx, kind, why); err != nil {
		b.fail(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	t := b.templates[kind]
	t.Stopped = why
	b.templates[kind] = t
}

func (b *batch) stop(p pause) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stopped.Until.Before(p.Until) {
		b.stopped = p
	}
}

func (b *batch) stoppedBy() pause {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.stopped
}

// putOff gives a message back that was not attempted.
func (b *batch) putOff(ctx context.Context, m model.Message, until time.Time, why string) {
	b.settle(ctx, m, store.Settlement{
		State: model.MessageQueued, Reason: why, RetryAt: until, NotSent: m.FirstAttemptAt.IsZero(),
	})
}

// settle writes an outcome, also while the program stops. The lease may have
// been lost to a receipt that came first or to another replica: then there is
// nothing to write.
func (b *batch) settle(ctx context.Context, m model.Message, o store.Settlement) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), b.d.lease/4)
	defer cancel()
	if o.NotSent && o.RetryAt.Before(b.asOf) {
		o.RetryAt = b.asOf.Add(time.Second) // one claim of a pass is enough
	}
	err := b.d.store.Settle(ctx, m.ID, b.token, o)
	switch {
	case errors.Is(err, store.ErrLeaseLost):
		b.d.log.Warn("lease lost", "message", m.ID, "state", o.State)
	case err != nil:
		b.fail(fmt.Errorf("job: dispatch: %w", err)) // the lease's end settles it
		return
	}
	if o.State == model.MessageQueued {
		b.d.later.add(o.RetryAt, b.d.now())
	}
	b.count(func(t *Tally) {
		switch o.State {
		case model.MessageAccepted:
			t.Accepted++
		case model.MessageQueued:
			t.PutOff++
			if !o.NotSent {
				t.Repeat++
			}
		default:
			t.Ended++
		}
	})
}

func (b *batch) count(f func(*Tally)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(&b.tally)
}

func (b *batch) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.errs = append(b.errs, err)
}
