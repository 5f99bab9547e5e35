package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

// movePage is what template h5/move draws: the question whether this WeChat
// takes the place of another, or why it cannot.
type movePage struct {
	Next  string
	Taken bool   // this WeChat is another CHSI account's
	Moves bool   // the account is bound to another WeChat now
	Enter string // with the account that this WeChat is bound to

	linked []model.Graduate // to know whom to ask
}

func (p movePage) title() string {
	switch {
	case p.Taken:
		return "当前微信已绑定其他账号"
	case p.Moves:
		return "是否换绑到当前微信？"
	default:
		return "是否绑定当前微信？"
	}
}

// newMovePage looks at who has this WeChat and which WeChat the account has.
// open is false when there is nothing to ask.
func (h *Handler) newMovePage(ctx context.Context, s store.Session, next string) (p movePage, open bool, err error) {
	if s.AccountID == 0 || s.OpenID == "" {
		return p, false, nil
	}
	a, err := h.o.Store.Account(ctx, s.AccountID)
	if err != nil {
		return p, false, fmt.Errorf("oauth: account of the session: %w", err)
	}
	if a.ConsentAt.IsZero() || a.OpenID == s.OpenID {
		return p, false, nil
	}
	holder, err := h.o.Store.AccountByOpenID(ctx, s.OpenID)
	if err != nil {
		return p, false, fmt.Errorf("oauth: account of the openid: %w", err)
	}
	p = movePage{Next: nextOf(next), Enter: with(pathWeChat, next)}
	if p.linked, err = h.o.Store.GraduatesOf(ctx, a.ID); err != nil {
		return p, false, fmt.Errorf("oauth: records of the account: %w", err)
	}
	p.Taken, p.Moves = holder != nil && holder.ID != a.ID, a.OpenID != ""
	return p, true, nil
}

// showMove is GET /h5/move.
func (h *Handler) showMove(c *gin.Context) error {
	s, err := visitor(c)
	if err != nil {
		return err
	}
	p, open, err := h.newMovePage(c.Request.Context(), s, c.Query("next"))
	if err != nil {
		return err
	}
	if !open {
		return h.goOn(c, s, nextOf(c.Query("next")))
	}
	return h.page(c, http.StatusOK, "move", p.title(), p.linked, p)
}

// move is POST /h5/move: yes moves the binding to this WeChat and tells the old
// one; no goes on without binding it.
func (h *Handler) move(c *gin.Context) error {
	s, err := visitor(c)
	if err != nil {
		return err
	}
	if err := web.Form(c); err != nil {
		return err
	}
	next := c.Request.PostForm.Get("next")
	p, open, err := h.newMovePage(c.Request.Context(), s, next)
	if err != nil {
		return err
	}
	if !open {
		return h.goOn(c, s, nextOf(next))
	}
	switch c.Request.PostForm.Get("move") {
	case "yes":
		return h.moveHere(c, s, p)
	case "no":
		s.OpenID = ""
		return h.restart(c, s, p.Next)
	}
	return h.page(c, http.StatusUnprocessableEntity, "move", p.title(), p.linked, p,
		web.Banner{Kind: web.BannerError, Text: "请选择是否换绑。"})
}

// moveHere binds this WeChat in place of the old one. All sessions of the
// account end; this browser gets a new one.
func (h *Handler) moveHere(c *gin.Context, s store.Session, p movePage) error {
	now := h.o.Web.Now()
	_, err := h.o.Store.ChangeAccount(c.Request.Context(), s.AccountID, s.OpenID, func(a model.Account, holder *model.Account) (model.AccountChange, error) {
		return model.Bind(a, holder, s.OpenID, true, now)
	})
	if errors.Is(err, model.ErrOpenIDTaken) {
		p.Taken = true
		return h.page(c, http.StatusConflict, "move", p.title(), p.linked, p)
	}
	if err != nil {
		return fmt.Errorf("oauth: move: %w", err)
	}
	return h.restart(c, s, p.Next)
}

// restart gives the browser a new session with what s knows, and goes on.
func (h *Handler) restart(c *gin.Context, s store.Session, next string) error {
	if err := h.start(c, s); err != nil {
		return err
	}
	return h.goOn(c, *web.SessionOf(c), nextOf(next))
}
