package oauth

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model/store"
)

// bindPage is what template h5/bind draws: what is linked to what, which data
// is read and why, and how long it is kept (PIPL §17), with the two consents.
type bindPage struct {
	Next      string
	WeChat    bool // an openid will be bound
	LoggedIn  bool // CHSI has said who it is; only the consent is missing
	Agree     web.Choices
	AgreeToID web.Choices // separate, as an ID number is sensitive (PIPL §29)
}

func newBindPage(s store.Session, next string, agree, agreeToID bool) bindPage {
	return bindPage{
		Next: nextOf(next), WeChat: s.OpenID != "", LoggedIn: s.AccountID != 0,
		Agree: web.Choices{Name: "agree", Label: "个人信息处理", Required: true, Items: []web.Choice{{
			Value: "yes", Text: "我已阅读并同意以上个人信息处理说明", Chosen: agree,
		}}},
		AgreeToID: web.Choices{Name: "agree_id", Label: "身份证号（敏感个人信息，单独同意）", Required: true, Items: []web.Choice{{
			Value: "yes", Text: "我单独同意读取我的身份证号，用于核对身份和转档、落户", Chosen: agreeToID,
		}}},
	}
}

// consented reports whether nothing is left to ask on this page: then onward
// knows a better one.
func (h *Handler) consented(c *gin.Context, s store.Session) (bool, error) {
	if s.AccountID == 0 {
		return false, nil
	}
	a, err := h.o.Store.Account(c.Request.Context(), s.AccountID)
	if err != nil {
		return false, fmt.Errorf("oauth: account of the session: %w", err)
	}
	return !a.ConsentAt.IsZero(), nil
}

// showBind is GET /h5/bind.
func (h *Handler) showBind(c *gin.Context) error {
	s, err := visitor(c)
	if err != nil {
		return err
	}
	done, err := h.consented(c, s)
	if err != nil {
		return err
	}
	if done {
		return h.goOn(c, s, nextOf(c.Query("next")))
	}
	return h.page(c, http.StatusOK, "bind", "绑定学信网账号", nil, newBindPage(s, c.Query("next"), false, false))
}

// bind is POST /h5/bind: with both consents on to CHSI.
func (h *Handler) bind(c *gin.Context) error {
	s, err := visitor(c)
	if err != nil {
		return err
	}
	if err := web.Form(c); err != nil {
		return err
	}
	form := c.Request.PostForm
	agree, agreeToID := form.Get("agree") == "yes", form.Get("agree_id") == "yes"
	p := newBindPage(s, form.Get("next"), agree, agreeToID)
	if !agree {
		p.Agree.Error = "请阅读说明，同意后勾选。"
	}
	if !agreeToID {
		p.AgreeToID.Error = "没有身份证号无法核对您的身份。如不同意，请联系辅导员或学校就业指导中心办理。"
	}
	if !agree || !agreeToID {
		return h.page(c, http.StatusUnprocessableEntity, "bind", "绑定学信网账号", nil, p,
			web.Banner{Kind: web.BannerError, Text: "请勾选两项同意后再登录。"})
	}
	done, err := h.consented(c, s)
	if err != nil {
		return err
	}
	if done {
		return h.goOn(c, s, p.Next)
	}
	return h.toCHSI(c, s, flowConsent, p.Next, false)
}
