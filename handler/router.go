// Package handler mounts the areas of the site and holds the one list of
// public paths.
package handler

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
)

// public are the routes that nobody needs to log in for, as gin patterns. A
// route that is not here needs an operator below /admin and a graduate
// elsewhere.
var public = []string{
	"/", "/care", "/help", "/cannot-login",
	"/static/*file", "/healthz", "/readyz",
	"/wechat/oauth", "/wechat/oauth/callback",
	"/chsi/login", "/chsi/callback",
	"/verify/archive", "/verify/household", "/v/:payload", "/V/:payload", "/.well-known/quxiang-keys.json",
	"/admin/login",
	"/api/v1/upstream/destinations", "/api/v1/upstream/destinations/:key", // each post is signed: handler/api asks
	"/api/v1/verifications", "/api/v1/verifications/:key", // so is each of these
	"/h5/logout", // whoever has no session has nothing to end, and is not sent to log in for it
}

// visitor are the routes of a login that is not finished: they need a
// graduate's session, but not yet one that knows its record.
var visitor = []string{
	"/h5/bind", "/h5/prove", "/h5/move", "/h5/choose", "/h5/binding", "/h5/unbind",
}

// upload are the routes that take files or long posts; everything else is
// bounded by web.MaxForm.
var upload = map[string]int64{
	"/admin/roster": 64<<20 + web.MaxForm,
	"/admin/units":  16<<20 + web.MaxForm,

	"/admin/desk/sheet": 4<<20 + web.MaxForm,
	"/h5/proofs":        web.MaxUpload,

	"/h5/change":     web.MaxUpload,
	"/h5/correction": web.MaxUpload,
	"/h5/dispute":    web.MaxUpload,

	"/api/v1/upstream/destinations": 1 << 20,
	"/api/v1/verifications":         1 << 20,
}

// Area is a part of the site.
type Area interface{ Mount(r gin.IRouter) }

// Options of a router.
type Options struct {
	Web    *web.Web
	Static http.Handler
	// Edge are endpoints in front of the pages, by their exact path: whoever asks
	// them is checked by themselves, and nothing of the pages' middleware runs.
	Edge           map[string]http.Handler
	Areas          []Area
	TrustedProxies []string // networks whose X-Forwarded-For counts; none by default
	Ready          func(context.Context) error
}

// New returns the site.
func New(o Options) (*Site, error) {
	if o.Web == nil || o.Static == nil || o.Ready == nil {
		return nil, errors.New("handler: Web, Static and Ready are required")
	}
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.HandleMethodNotAllowed = true
	r.RedirectTrailingSlash = false
	r.ContextWithFallback = true
	if err := r.SetTrustedProxies(o.TrustedProxies); err != nil {
		return nil, fmt.Errorf("handler: trusted proxies: %w", err)
	}
	r.Use(o.Web.Begin, limit, o.Web.SameSite, o.Web.Guard(public, visitor))
	r.NoRoute(o.Web.Do(func(*gin.Context) error {
		return model.Errorf(model.CodeNotFound, "您要找的页面不存在，可能是链接不完整或已失效。")
	}))
	r.NoMethod(o.Web.Do(func(c *gin.Context) error {
		if web.IsAPI(c.Request.URL.Path) {
			return model.Errorf(model.CodeMethod, "这个地址不支持 %s 方法，请看 docs/openapi.yaml。", c.Request.Method)
		}
		return model.Errorf(model.CodeNotFound, "这个地址不能这样访问，请从页面上的按钮进入。")
	}))
	r.GET("/static/*file", gin.WrapH(o.Static))
	mountOps(r, o)
	for _, a := range o.Areas {
		a.Mount(r)
	}
	return &Site{edge: o.Edge, pages: r}, nil
}

// Site is the whole of what is served: it tells the edge from the pages.
type Site struct {
	edge  map[string]http.Handler
	pages *gin.Engine
}

// ServeHTTP implements http.Handler.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h, ok := s.edge[r.URL.Path]; ok {
		h.ServeHTTP(w, r)
		return
	}
	s.pages.ServeHTTP(w, r)
}

// Routes names everything that is served as "METHOD pattern", the method of the
// edge's as "*", so that a test can ask each of them.
func (s *Site) Routes() []string {
	var all []string
	for path := range s.edge {
		all = append(all, "* "+path)
	}
	for _, r := range s.pages.Routes() {
		all = append(all, r.Method+" "+r.Path)
	}
	return all
}

func limit(c *gin.Context) {
	n, ok := upload[c.FullPath()]
	if !ok {
		n = web.MaxForm
	}
	web.Limit(n)(c)
}
