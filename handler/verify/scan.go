package verify

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
)

// scan answers the address of a QR code. Only our own forms carry a signed
// payload: a number that somebody read or guessed opens nothing here. What is
// not signed is answered without a look into the records, and counted nowhere:
// nobody guesses a signature.
func (h *Handler) scan(c *gin.Context) error {
	// The address is the form's code: it goes nowhere, not even with our own
	// style sheet to a proxy's log.
	c.Header("Referrer-Policy", "no-referrer")
	ring, err := h.o.Store.FormRing(c.Request.Context())
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	p, refused := ring.Open(c.Param("payload"), model.DateOf(h.o.Web.Now()))
	if refused != nil {
		return h.unreadable(c, refused)
	}
	found, err := h.o.Store.IssuedIf(c.Request.Context(), p.Number, func(i *model.Issued) bool {
		return i != nil && i.Authorization.Kind == p.Kind
	})
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	if found == nil {
		return h.unreadable(c, nil)
	}
	return h.found(c, *found, &p)
}

// unreadable is the page for a code that says nothing: why is what Ring.Open
// found, nil for a signed one that belongs to no form. It does not call the
// paper a forgery, since a crease has the same effect.
func (h *Handler) unreadable(c *gin.Context, why error) error {
	words, help := refusal(why)
	return h.o.Web.Page(c, http.StatusOK, "verify/qr", web.Page{
		Title: "这个二维码未能核验", Area: web.AreaVerify, Next: "/",
		Data: map[string]any{"Why": words, "Help": help, "Modules": modules()},
	})
}

// publishKeys is /.well-known/quxiang-keys.json.
func (h *Handler) publishKeys(c *gin.Context) error {
	ring, err := h.o.Store.FormRing(c.Request.Context())
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	document, err := ring.Publish(h.o.Form.Issuer)
	if err != nil {
		return err
	}
	c.Header("Cache-Control", "public, max-age=300")
	c.Data(http.StatusOK, "application/json; charset=utf-8", document)
	return nil
}
