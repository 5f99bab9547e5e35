package verify

import (
	"context"
	"errors"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/form"
	"quxiang/model/links"
	"quxiang/model/store"
)

// Store is what verifying reads and leaves behind.
type Store interface {
	IssuedIf(ctx context.Context, n model.VerificationNumber, right func(*model.Issued) bool) (*model.Issued, error)
	FormRing(ctx context.Context) (form.Ring, error)
	Cohort(ctx context.Context, code string) (model.Cohort, error)
	Contacts(ctx context.Context, school string) ([]model.Contact, error)
	AddVerification(ctx context.Context, v model.Verification) error
	TriesOf(ctx context.Context, now time.Time, keys ...string) (map[string]store.Tries, error)
	TakeTries(ctx context.Context, now time.Time, limits []store.Limit, early func(before map[string]store.Tries) bool) (before map[string]store.Tries, taken bool, err error)
}

// Options of a Handler.
type Options struct {
	Web   *web.Web
	Store Store
	Links links.Links
	Codes func(version string) (*codes.Table, error)
	Form  form.Options
	// Tag is a keyed check of a value, the same for ever. Limits are counted under
	// one, since the plain hash of an IPv4 address is no secret.
	Tag func(purpose, value string) string
	// Place names where an address is, "" where that is not known; nil knows none.
	Place func(ip string) string
}

// Handler serves the public pages.
type Handler struct {
	o     Options
	turns turns
	seen  seen
}

// New checks the options and returns a Handler.
func New(o Options) (*Handler, error) {
	if o.Web == nil || o.Store == nil || o.Codes == nil || o.Tag == nil {
		return nil, errors.New("verify: Web, Store, Codes and Tag are required")
	}
	if o.Place == nil {
		o.Place = model.AddressTable{}.Place
	}
	return &Handler{o: o}, nil
}

// Mount adds the routes; all of them are public.
func (h *Handler) Mount(r gin.IRouter) {
	do := h.o.Web.Do
	r.GET("/", do(h.front))
	r.GET("/help", do(h.help))
	r.GET("/care", do(h.o.Web.Care))
	for _, kind := range model.FormKinds() {
		r.GET("/verify/"+string(kind), do(h.ask(kind)))
		r.POST("/verify/"+string(kind), do(h.check(kind)))
	}
	// QR codes are upper case throughout (links.VerifyQR); some scanners lower
	// the path's first letter with the host.
	r.GET("/v/:payload", do(h.scan))
	r.GET("/V/:payload", do(h.scan))
	r.GET("/.well-known/quxiang-keys.json", do(h.publishKeys))
}
