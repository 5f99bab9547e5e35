package h5

import (
	"fmt"
	"net/http"

	picture "quxiang/handler/form"
	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/form"
)

// formPage is what template h5/form draws: a 去向登记信息表 (guide, figure 8).
type formPage struct {
	Form  form.Form
	QR    string // address of the picture; "" for a form that no longer holds
	State model.AuthorizationState
}

// qrSize is the side of the QR picture in pixels: three for each on the page,
// so that it stays sharp in print and on dense displays.
const qrSize = 576

// form shows one of the graduate's own forms. One that no longer holds says
// so, and has no QR code that somebody could still carry to a counter.
func (h *Handler) form(v *visit) error {
	a, err := v.authorizationOf(v.c.Param("id"))
	if err != nil {
		return err
	}
	p := formPage{Form: form.Content(v.record, a, v.codes, h.o.Form), State: a.State(v.record, v.now)}
	if p.State == model.AuthorizationActive {
		p.QR = fmt.Sprintf("/h5/forms/%d/qr.png", a.ID)
		return v.show(http.StatusOK, "form", a.Kind.Chinese(), p)
	}
	text := "这张登记信息表" + p.State.Chinese() + "（" + model.Minute(a.EndedAt(v.record, v.now)) + "），不能再用于核验。"
	return v.show(http.StatusOK, "form", a.Kind.Chinese(), p, web.Banner{
		Kind: web.BannerWarn, Text: text, Link: &web.Link{Href: "/h5/authorization", Text: "去授权"},
	})
}

// formQR draws the QR code of one of the graduate's own forms.
func (h *Handler) formQR(v *visit) error {
	a, err := v.authorizationOf(v.c.Param("id"))
	if err != nil {
		return err
	}
	text, err := v.qrText(form.Content(v.record, a, v.codes, h.o.Form))
	if err != nil {
		return err
	}
	png, err := picture.QR(text, qrSize)
	if err != nil {
		return fmt.Errorf("h5: %w", err)
	}
	v.c.Header("Cache-Control", "no-store")
	v.c.Data(http.StatusOK, "image/png", png)
	return nil
}

// qrText is what the QR code of a form says: its signed payload. A number and a
// name can be typed, but nobody else can draw a code that passes.
func (v *visit) qrText(f form.Form) (string, error) {
	key, err := v.h.o.Store.FormSigningKey(v.ctx())
	if err != nil {
		return "", fmt.Errorf("h5: %w", err)
	}
	payload, err := form.Sign(f, model.DateOf(v.now), key)
	if err != nil {
		return "", fmt.Errorf("h5: %w", err)
	}
	return v.h.o.Links.VerifyQR(payload), nil
}
