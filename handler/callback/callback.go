// Package callback takes WeChat's pushes at /wechat/callback: it verifies,
// makes one call to the store, and answers within WeChat's five seconds.
package callback

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/links"
	"quxiang/model/store"
	"quxiang/wechat"
)

// Store is what the events change and the answers read.
type Store interface {
	Follow(ctx context.Context, openid string, subscribed bool, scene string, at time.Time) (changed bool, err error)
	Receipts(ctx context.Context, receipts []store.Receipt) error
	Standings(ctx context.Context, openid string) ([]store.StandingRow, error)
	Cohort(ctx context.Context, code string) (model.Cohort, error)
	Cohorts(ctx context.Context) ([]model.Cohort, error)
	School(ctx context.Context, code string) (model.School, error)
	ChatAnswer(ctx context.Context, word string) (a model.ChatAnswer, ok bool, err error)
}

// Presses counts the buttons of the menu, at no cost to the answer. once names the
// press, so that WeChat's repetitions count once.
type Presses interface {
	Press(kind model.MenuType, key, once string, at time.Time)
}

// Options of a Handler.
type Options struct {
	Web   *web.Web
	Push  *wechat.Push
	Store Store
	Links links.Links
	// Answer bounds the work for one push; WeChat hangs up after 5 s. Zero is 4 s.
	Answer time.Duration
	// Presses counts what is pressed in the menu; nil for nobody.
	Presses Presses
	// Unknown is told the names of events that have no effect here; may be nil.
	Unknown func(event string)
}

// Handler serves the push endpoint.
type Handler struct {
	o        Options
	receipts *receipts
	// working bounds the effects under way, so that a database that hangs holds
	// a bounded number of pushes and no more memory.
	working chan struct{}
}

// Route is where WeChat pushes to.
const Route = "/wechat/callback"

// maxWorking is far more than a database that answers ever has at once.
const maxWorking = 512

// New returns a Handler.
func New(o Options) (*Handler, error) {
	if o.Web == nil || o.Push == nil || o.Store == nil {
		return nil, errors.New("callback: Web, Push and Store are required")
	}
	if o.Answer == 0 {
		o.Answer = 4 * time.Second
	}
	if o.Unknown == nil {
		o.Unknown = func(string) {}
	}
	return &Handler{o: o, receipts: newReceipts(o.Store, o.Answer), working: make(chan struct{}, maxWorking)}, nil
}

// Edge is the endpoint, to be served in front of the pages.
func (h *Handler) Edge() http.Handler { return h.o.Web.Edge(Route, h.serve) }

func (h *Handler) serve(c *web.Call) web.Answer {
	switch c.Method {
	case http.MethodGet:
		return h.verify(c)
	case http.MethodPost:
		return h.push(c)
	default:
		c.Writer.Header().Set("Allow", "GET, POST")
		return web.TextAnswer(http.StatusMethodNotAllowed, "refused")
	}
}

// verify answers WeChat's check of the address (接入验证).
func (h *Handler) verify(c *web.Call) web.Answer {
	echo, err := h.o.Push.VerifyURL(c.URL.Query())
	if err != nil {
		return refuse(c, err)
	}
	return web.TextAnswer(http.StatusOK, echo)
}

func (h *Handler) push(c *web.Call) web.Answer {
	ctx, cancel := context.WithTimeout(c.Context(), h.o.Answer)
	defer cancel()
	// A body that trickles in must not outlast the time for the answer either.
	until, _ := ctx.Deadline()
	_ = http.NewResponseController(c.Writer).SetReadDeadline(until) // recorders of tests have none
	event, envelope, err := h.o.Push.Read(c.URL.Query(), c.ContentLength, c.Body)
	if err != nil {
		return refuse(c, err)
	}
	reply, err := h.inTime(ctx, c, event)
	if err != nil {
		// WeChat tries again: better than an effect that is lost.
		c.Logger().Error("push not kept", "event", event.Event, "err", err)
		return web.TextAnswer(http.StatusServiceUnavailable, "unavailable")
	}
	answer, err := h.o.Push.Seal(envelope, reply)
	if err != nil {
		c.Logger().Error("seal reply", "err", err)
		answer = []byte("success")
	}
	return web.Answer{Status: http.StatusOK, Type: "text/xml; charset=utf-8", Body: answer}
}

// refuse answers a push that is not WeChat's, logged once, nothing done.
func refuse(c *web.Call, err error) web.Answer {
	status := http.StatusBadRequest
	if refused, ok := errors.AsType[*wechat.PushError](err); ok {
		status = refused.Status
	}
	c.Logger().Warn("push refused", "err", err)
	return web.TextAnswer(status, "refused")
}

// errLate says that the effect was not over in time; it may yet happen.
var errLate = errors.New("callback: not done in time")

// inTime applies an event and returns when that is done or the time for the
// answer is over, whatever the database does meanwhile: drivers do not all give
// up with the context. What only answers says that the system is busy; what had
// to be kept is an error.
func (h *Handler) inTime(ctx context.Context, c *web.Call, e *wechat.Event) (wechat.Reply, error) {
	if !h.asks(e) {
		return h.effect(ctx, e)
	}
	select {
	case h.working <- struct{}{}:
	case <-ctx.Done():
		return h.late(e)
	}
	type outcome struct {
		reply wechat.Reply
		err   error
	}
	done := make(chan outcome, 1)
	go func() { // ends with the database's answer
		var o outcome
		defer func() {
			if p := recover(); p != nil {
				c.Logger().Error("panic", "value", fmt.Sprint(p), "stack", string(debug.Stack()))
				o.reply, o.err = h.late(e)
			}
			<-h.working
			done <- o
		}()
		o.reply, o.err = h.effect(ctx, e)
	}()
	select {
	case o := <-done:
		return o.reply, o.err
	case <-ctx.Done():
		return h.late(e)
	}
}

// asks reports whether an event's effect waits for the database. Receipts are
// bounded by themselves.
func (h *Handler) asks(e *wechat.Event) bool {
	switch {
	case e.MsgType == wechat.MsgText:
		return true
	case e.MsgType != wechat.MsgEvent:
		return false
	}
	switch e.Event {
	case wechat.EventSubscribe, wechat.EventUnsubscribe, wechat.EventClick, wechat.EventScan, wechat.EventScanWait:
		return true
	}
	return false
}

// late is the outcome of an event whose effect was not over in time.
func (h *Handler) late(e *wechat.Event) (wechat.Reply, error) {
	if e.MsgType == wechat.MsgEvent && (e.Event == wechat.EventSubscribe || e.Event == wechat.EventUnsubscribe) {
		return nil, errLate
	}
	return wechat.TextReply{Content: busy}, nil
}

// effect applies an event and returns the answer in the chat, nil for none.
// Every effect is idempotent: WeChat repeats what it believes unanswered.
func (h *Handler) effect(ctx context.Context, e *wechat.Event) (wechat.Reply, error) {
	switch e.MsgType {
	case wechat.MsgEvent:
	case wechat.MsgText:
		return h.typed(ctx, e), nil
	default:
		h.o.Unknown(e.MsgType)
		return nil, nil
	}
	switch e.Event {
	case wechat.EventSubscribe:
		if _, err := h.o.Store.Follow(ctx, e.FromUser, true, strings.TrimPrefix(e.EventKey, "qrscene_"), e.CreateTime); err != nil {
			return nil, err
		}
		return h.welcome(ctx, e.FromUser), nil
	case wechat.EventUnsubscribe:
		_, err := h.o.Store.Follow(ctx, e.FromUser, false, "", e.CreateTime)
		return nil, err
	case wechat.EventClick:
		h.press(model.MenuClick, e)
		return h.clicked(ctx, e), nil
	case wechat.EventTemplateDone:
		return nil, h.receipts.keep(ctx, store.Receipt{
			MsgID: e.TemplateMsgID, OpenID: e.FromUser, Status: e.Status, At: e.CreateTime,
		})
	case wechat.EventView:
		h.press(model.MenuView, e)
		return nil, nil
	case wechat.EventScan:
		return h.welcome(ctx, e.FromUser), nil
	case wechat.EventScanWait:
		h.press(model.MenuScanWait, e)
		return h.scanned(e.ScanResult), nil
	default:
		h.o.Unknown(e.Event)
		return nil, nil
	}
}

// press counts a button. WeChat's time is taken for the day.
func (h *Handler) press(kind model.MenuType, e *wechat.Event) {
	if h.o.Presses != nil {
		h.o.Presses.Press(kind, e.EventKey, e.DedupeKey(), e.CreateTime)
	}
}
