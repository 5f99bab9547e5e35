// Package callback takes WeChat's pushes at /wechat/callback: it verifies,
// makes one call to the store, and answers within WeChat's five seconds.
package callback

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

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
type Handler struct{ o Options }

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
	return &Handler{o: o}, nil
}

// Mount adds the routes.
func (h *Handler) Mount(r gin.IRouter) {
	r.GET("/wechat/callback", h.verify)
	r.POST("/wechat/callback", h.push)
}

// verify answers WeChat's check of the address (接入验证).
func (h *Handler) verify(c *gin.Context) {
	echo, err := h.o.Push.VerifyURL(c.Request.URL.Query())
	if err != nil {
		h.refuse(c, err)
		return
	}
	c.String(http.StatusOK, "%s", echo)
}

func (h *Handler) push(c *gin.Context) {
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, wechat.MaxPushBody))
	if err != nil {
		h.refuse(c, err)
		return
	}
	event, envelope, err := h.o.Push.Open(c.Request.URL.Query(), body)
	if err != nil {
		h.refuse(c, err)
		return
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), h.o.Answer)
	defer cancel()
	reply, err := h.effect(ctx, event)
	if err != nil {
		// WeChat tries again: better than an effect that is lost.
		h.o.Web.Logger(c).Error("push not kept", "event", event.Event, "err", err)
		c.Status(http.StatusServiceUnavailable)
		return
	}
	answer, err := h.o.Push.Seal(envelope, reply)
	if err != nil {
		h.o.Web.Logger(c).Error("seal reply", "err", err)
		answer = []byte("success")
	}
	c.Data(http.StatusOK, "text/xml; charset=utf-8", answer)
}

// refuse answers a push that is not WeChat's, logged once, nothing done.
func (h *Handler) refuse(c *gin.Context, err error) {
	status := http.StatusBadRequest
	var tooLarge *http.MaxBytesError
	var refused *wechat.PushError
	switch {
	case errors.As(err, &tooLarge):
		status = http.StatusRequestEntityTooLarge
	case errors.As(err, &refused):
		status = refused.Status
	}
	h.o.Web.Logger(c).Warn("push refused", "err", err)
	c.String(status, "refused")
}

// effect applies an event and returns the answer in the chat, nil for none.
// Every effect is idempotent: WeChat repeats what it believes unanswered.
func (h *Handler) effect(ctx context.Context, e *wechat.Event) (wechat.Reply, error) {
	switch e.MsgType {
	case wechat.MsgEvent:
	case wechat.MsgText:
		return h.answer(ctx, e.FromUser, wordAction(e.Content)), nil
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
		return h.answer(ctx, e.FromUser, model.MenuAction(e.EventKey)), nil
	case wechat.EventTemplateDone:
		return nil, h.o.Store.Receipts(ctx, []store.Receipt{{
			MsgID: e.TemplateMsgID, OpenID: e.FromUser, Status: e.Status, At: e.CreateTime,
		}})
	case wechat.EventView:
		h.press(model.MenuView, e)
		return nil, nil
	case wechat.EventScan:
		return nil, nil
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
