package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/model"
	"quxiang/model/store"
)

// Store is what sessions and page footers need of the database.
type Store interface {
	CreateSession(ctx context.Context, s store.Session) error
	SessionByHash(ctx context.Context, hash string, now time.Time) (store.Session, error)
	EndSession(ctx context.Context, hash string) error
	Contacts(ctx context.Context, school string) ([]model.Contact, error)
}

// Options of a Web.
type Options struct {
	Store          Store
	Renderer       *Renderer
	Logger         *slog.Logger
	Now            func() time.Time
	PublicURL      string   // scheme and host under which people reach us
	FrameAncestors []string // origins that may frame our pages; none by default
	FormTargets    []string // origins to which a posted form may lead on: CHSI and WeChat login
	// Observe is told how each request ended; nil for nobody.
	Observe func(route string, status int, d time.Duration)
}

// Web is shared by all areas of one server.
type Web struct {
	o      Options
	secure bool   // cookies only over https
	suffix string // tells apart the cookies of several servers on one host
	csp    string
	cross  *http.CrossOriginProtection
}

// New checks the options and returns a Web.
func New(o Options) (*Web, error) {
	u, err := url.Parse(o.PublicURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errors.New("web: PublicURL must be an absolute http or https address")
	}
	if o.Store == nil || o.Renderer == nil || o.Logger == nil || o.Now == nil {
		return nil, errors.New("web: Store, Renderer, Logger and Now are required")
	}
	if o.Observe == nil {
		o.Observe = func(string, int, time.Duration) {}
	}
	sum := sha256.Sum256([]byte(u.Scheme + "://" + u.Host))
	w := &Web{o: o, secure: u.Scheme == "https", suffix: hex.EncodeToString(sum[:4]), cross: http.NewCrossOriginProtection()}
	ancestors := "'none'"
	if len(o.FrameAncestors) > 0 {
		ancestors = strings.Join(o.FrameAncestors, " ")
	}
	w.csp = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
		"form-action 'self' " + strings.Join(o.FormTargets, " ") + "; frame-ancestors " + ancestors
	return w, nil
}

// Now is the injected clock.
func (w *Web) Now() time.Time { return w.o.Now() }

// Handler is a page or endpoint; what it returns is shown by Fail.
type Handler func(c *gin.Context) error

// Do adapts a Handler to gin.
func (w *Web) Do(h Handler) gin.HandlerFunc {
	return func(c *gin.Context) {
		if err := h(c); err != nil {
			w.Fail(c, err)
		}
	}
}

// SeeOther answers a post with a redirect to a local page.
func SeeOther(c *gin.Context, path string) error {
	c.Redirect(http.StatusSeeOther, path)
	return nil
}

// care reports whether the request asks for one of our pages in care mode
// (关怀模式: larger letters and targets).
func (w *Web) care(c *gin.Context) bool {
	v, err := c.Cookie(careCookie)
	return err == nil && v == "1"
}

const careCookie = "qx_care"

// Care switches the care mode and leads back to the page it was asked from.
func (w *Web) Care(c *gin.Context) error {
	on := "0"
	if c.Query("on") == "1" {
		on = "1"
	}
	http.SetCookie(c.Writer, &http.Cookie{
		Name: careCookie, Value: on, Path: "/", MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: w.secure, SameSite: http.SameSiteLaxMode,
	})
	return SeeOther(c, SafeNext(c.Query("next")))
}

// Page renders a page of an area with what every page shows.
func (w *Web) Page(c *gin.Context, status int, name string, p Page) error {
	p.Care = w.care(c)
	p.RequestID = RequestID(c)
	p.Gzip = AcceptsGzip(c.Request)
	if p.Next == "" && c.Request.Method == http.MethodGet && !strings.HasPrefix(strings.ToLower(c.FullPath()), "/v/") {
		p.Next = c.Request.URL.Path
	}
	return w.o.Renderer.Page(c.Writer, status, name, p)
}

// ContactFor finds whom a graduate asks; nil when no contact is known. A
// failing look-up is logged and gives nil: a footer must not cost the page.
func (w *Web) ContactFor(c *gin.Context, g model.Graduate) *model.Contact {
	contacts, err := w.o.Store.Contacts(c.Request.Context(), g.SchoolCode)
	if err != nil {
		w.log(c).Warn("contacts", "err", err)
		return nil
	}
	best, ok := model.NearestContact(contacts, g)
	if !ok {
		return nil
	}
	c.Set(contactKey, &best)
	return &best
}

// contactKey keeps the contact found for this request, so that an error page
// can name it as well.
const contactKey = "web.contact"
