package oauth

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model/store"
	"quxiang/wechat"
)

// flowWeChat is the kind of a flow through WeChat.
const flowWeChat = "wechat"

// beginWeChat is GET /wechat/oauth?next=: to WeChat, which knows who holds the
// phone and asks for nothing (snsapi_base).
func (h *Handler) beginWeChat(c *gin.Context) error {
	f := store.Flow{Kind: flowWeChat, Next: nextOf(c.Query("next"))}
	text, err := h.begin(c, h.wechat, f, c.Query("again") == "1")
	if err != nil {
		return err
	}
	c.Redirect(http.StatusFound, h.o.WeChat.AuthorizeURL(h.o.Links.OAuthCallback(), wechat.ScopeBase, text))
	return nil
}

// finishWeChat trades the code for the openid and begins a session: a finished
// one when the openid is bound, else one that knows the openid alone.
func (h *Handler) finishWeChat(c *gin.Context, f store.Flow, _, code string) (ending, error) {
	ctx := c.Request.Context()
	user, err := h.o.WeChat.ExchangeCode(ctx, code)
	if err != nil {
		h.o.Web.Logger(c).Warn("exchange OAuth code", "err", err)
		if codeRefused(err) {
			return ending{anew: true}, nil
		}
		return ending{stop: wechatDownPage(f.Next)}, nil
	}
	if user.Snapshot || user.OpenID == "" {
		return ending{stop: snapshotPage(f.Next)}, nil
	}
	s := store.Session{OpenID: user.OpenID}
	account, err := h.o.Store.AccountByOpenID(ctx, user.OpenID)
	if err != nil {
		return ending{}, fmt.Errorf("account of the openid: %w", err)
	}
	if account != nil {
		linked, err := h.o.Store.GraduatesOf(ctx, account.ID)
		if err != nil {
			return ending{}, fmt.Errorf("records of the account: %w", err)
		}
		s.AccountID = account.ID
		if len(linked) == 1 {
			s.GraduateID = linked[0].ID
		}
	}
	if err := h.start(c, s); err != nil {
		return ending{}, err
	}
	path, err := h.onward(ctx, *web.SessionOf(c), nextOf(f.Next))
	return ending{path: path}, err
}

// codeRefused reports whether WeChat knows the code no more: a new one helps.
func codeRefused(err error) bool {
	var e *wechat.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case wechat.CodeOAuthInvalid, wechat.CodeOAuthUsed, wechat.CodeOAuthExpired:
		return true
	}
	return false
}
