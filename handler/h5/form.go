package h5

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	picture "quxiang/handler/form"
	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/form"
)

// formPage is what template h5/form draws: a 去向登记信息表 (guide, figure 8).
type formPage struct {
	Form     form.Form
	State    model.AuthorizationState
	InWeChat bool
	// Addresses; "" for a form that no longer holds, and but for the QR code for
	// one that cannot be drawn.
	QR, Picture, PDF string
}

// qrSize is the side of the QR picture in pixels: three for each on the page,
// so that it stays sharp in print and on dense displays.
const qrSize = 576

// form shows one of the graduate's own forms: as a picture to save, and in
// words below. One that no longer holds says so, and has neither picture, PDF
// nor QR code that somebody could still carry to a counter.
func (h *Handler) form(v *visit) error {
	a, err := v.authorizationOf(v.c.Param("id"))
	if err != nil {
		return err
	}
	p := formPage{
		Form: form.Content(v.record, a, v.codes, h.o.Form), State: a.State(v.record, v.now), InWeChat: inWeChat(v.c.Request),
	}
	if p.State != model.AuthorizationActive {
		return v.show(http.StatusOK, "form", a.Kind.Chinese(), p, web.Banner{
			Kind: web.BannerWarn, Text: v.ended(a), Link: &web.Link{Href: "/h5/authorization", Text: "去核验授权"},
		})
	}
	address := fmt.Sprintf("/h5/forms/%d/", a.ID)
	p.QR = address + "qr.png"
	err = picture.Drawable(p.Form)
	if e, ok := refusal(err); ok {
		return v.show(http.StatusOK, "form", a.Kind.Chinese(), p, banner(e))
	}
	if err != nil {
		return err
	}
	p.Picture, p.PDF = address+"form.png", address+"form.pdf"
	return v.show(http.StatusOK, "form", a.Kind.Chinese(), p)
}

// inWeChat tells WeChat's browser by its name. It shows no PDF and saves no
// file, but saves a picture on a long press.
func inWeChat(r *http.Request) bool { return strings.Contains(r.UserAgent(), "MicroMessenger") }

// ended says since when a form has not held any more.
func (v *visit) ended(a model.Authorization) string {
	return "这张登记信息表" + a.State(v.record, v.now).Chinese() + "（" + model.Minute(a.EndedAt(v.record, v.now)) + "），不能再用于核验。"
}

// inForce is the content of the form that the address names, while it holds.
func (v *visit) inForce() (form.Form, error) {
	a, err := v.authorizationOf(v.c.Param("id"))
	if err != nil {
		return form.Form{}, err
	}
	if a.State(v.record, v.now) != model.AuthorizationActive {
		return form.Form{}, model.Errorf(model.CodeConflict, "%s可以怎么办，请看核验授权页。", v.ended(a))
	}
	return form.Content(v.record, a, v.codes, v.h.o.Form), nil
}

// formQR draws the QR code alone, large enough to be scanned from a phone.
func (h *Handler) formQR(v *visit) error {
	f, err := v.inForce()
	if err != nil {
		return err
	}
	text, err := v.qrText(f)
	if err != nil {
		return err
	}
	png, err := picture.QR(text, qrSize)
	if err != nil {
		return fmt.Errorf("h5: %w", err)
	}
	v.send("image/png", png)
	return nil
}

func (h *Handler) formPicture(v *visit) error {
	_, s, err := v.sheet()
	if err != nil {
		return err
	}
	png, err := s.PNG(v.ctx())
	if err != nil {
		return failed(err)
	}
	v.send("image/png", png)
	return nil
}

// formPDF sends the sheet as a file to keep. Its name tells the kind, nothing
// of the graduate: file names end up in lists of downloads.
func (h *Handler) formPDF(v *visit) error {
	f, s, err := v.sheet()
	if err != nil {
		return err
	}
	pdf, err := s.PDF(v.ctx(), v.now)
	if err != nil {
		return failed(err)
	}
	name := f.Kind.Chinese() + ".pdf"
	v.c.Header("Content-Disposition", fmt.Sprintf(`attachment; filename="form-%s.pdf"; filename*=UTF-8''%s`, f.Kind, url.PathEscape(name)))
	v.send("application/pdf", pdf)
	return nil
}

// sheet lays out the form that the address names, as issued today.
func (v *visit) sheet() (form.Form, *picture.Sheet, error) {
	f, err := v.inForce()
	if err != nil {
		return f, nil, err
	}
	text, err := v.qrText(f)
	if err != nil {
		return f, nil, err
	}
	s, err := picture.Lay(f, model.DateOf(v.now), text)
	if err != nil {
		return f, nil, failed(err)
	}
	return f, s, nil
}

// failed is an error of drawing: an answer to the graduate as it is, anything
// else with the place where it happened.
func failed(err error) error {
	var e *model.Error
	if errors.As(err, &e) {
		return err
	}
	return fmt.Errorf("h5: %w", err)
}

// send answers with what no cache may keep.
func (v *visit) send(contentType string, content []byte) {
	v.c.Header("Cache-Control", "no-store")
	v.c.Data(http.StatusOK, contentType, content)
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
