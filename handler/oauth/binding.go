package oauth

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

// bindingPage is what template h5/binding draws: 换绑微信, what is bound and how
// to change it.
type bindingPage struct {
	Account  model.Account
	Here     bool   // bound to the WeChat of this session
	InWeChat bool   // the page is open inside WeChat
	Enter    string // binds this WeChat
}

// showBinding is GET /h5/binding, linked from the menu.
func (h *Handler) showBinding(c *gin.Context) error {
	s, err := visitor(c)
	if err != nil {
		return err
	}
	done, err := h.consented(c, s)
	if err != nil {
		return err
	}
	if !done {
		return h.goOn(c, s, pathBinding)
	}
	return h.renderBinding(c, http.StatusOK, s)
}

func (h *Handler) renderBinding(c *gin.Context, status int, s store.Session, banners ...web.Banner) error {
	a, err := h.o.Store.Account(c.Request.Context(), s.AccountID)
	if err != nil {
		return fmt.Errorf("oauth: account of the session: %w", err)
	}
	linked, err := h.o.Store.GraduatesOf(c.Request.Context(), a.ID)
	if err != nil {
		return fmt.Errorf("oauth: records of the account: %w", err)
	}
	return h.page(c, status, "binding", "换绑微信", linked, bindingPage{
		Account: a, Here: a.OpenID != "" && a.OpenID == s.OpenID,
		InWeChat: web.LoginPath(c.Request) == pathWeChat, Enter: with(pathWeChat, pathBinding),
	}, banners...)
}

// unbind is POST /h5/unbind. The version of the account as it was shown travels
// along: what another tab or phone bound meanwhile is not unbound unseen.
func (h *Handler) unbind(c *gin.Context) error {
	s, err := visitor(c)
	if err != nil {
		return err
	}
	if err := web.Form(c); err != nil {
		return err
	}
	done, err := h.consented(c, s)
	if err != nil {
		return err
	}
	if !done {
		return h.goOn(c, s, pathBinding)
	}
	seen, now := c.Request.PostForm.Get("version"), h.o.Web.Now()
	_, err = h.o.Store.ChangeAccount(c.Request.Context(), s.AccountID, "", func(a model.Account, _ *model.Account) (model.AccountChange, error) {
		switch {
		case a.OpenID == "":
			return model.AccountChange{Account: a}, nil // twice is once
		case strconv.FormatInt(a.Version, 10) != seen:
			return model.AccountChange{}, model.Errorf(model.CodeChanged, "您打开页面之后，绑定已有变化。以下是最新情况，没有解除绑定。")
		}
		return model.Unbind(a, now), nil
	})
	if model.CodeOf(err) == model.CodeChanged {
		return h.renderBinding(c, http.StatusConflict, s, web.Banner{Kind: web.BannerWarn, Text: "您打开页面之后，绑定已有变化。以下是最新情况，没有解除绑定。"})
	}
	if err != nil {
		return fmt.Errorf("oauth: unbind: %w", err)
	}
	s.OpenID = ""
	if err := h.start(c, s); err != nil {
		return err
	}
	return web.SeeOther(c, pathBinding)
}

// logout is POST /h5/logout. It also notes for this browser that CHSI shall ask
// for the password at the next login: a shared computer must not take the next
// person for this one.
func (h *Handler) logout(c *gin.Context) error {
	if err := h.o.Web.EndSession(c, web.KindGraduate); err != nil {
		return err
	}
	if err := h.note(c, flowRenew, h.o.Web.BrowserSecret(c)); err != nil {
		return err
	}
	return web.SeeOther(c, "/")
}
