package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"quxiang/model"
	"quxiang/model/links"
	"quxiang/model/store"
)

// SafeNext is a local path that may follow a login; "/" for anything else.
func SafeNext(next string) string { return links.SafeNext(next) }

// Guard denies every route that is not in public: /admin needs an operator,
// everything else a graduate. public holds gin's route patterns. visitor holds
// those that need a graduate's session of any kind: one that has proved its
// WeChat or its CHSI account, but not yet both who and which record.
func (w *Web) Guard(public, visitor []string) gin.HandlerFunc {
	set := func(routes []string) map[string]bool {
		m := map[string]bool{}
		for _, r := range routes {
			m[r] = true
		}
		return m
	}
	free, half := set(public), set(visitor)
	return func(c *gin.Context) {
		route := c.FullPath()
		switch {
		case route == "": // no such page: the router's NoRoute answers
		case free[route]:
		case strings.HasPrefix(route, "/admin"):
			w.guardOperator(c)
		default:
			w.guardGraduate(c, half[route])
		}
	}
}

func (w *Web) guardGraduate(c *gin.Context, visitorWillDo bool) {
	s, err := w.LoadSession(c, KindGraduate)
	switch {
	case err != nil:
		w.Fail(c, err)
	case s == nil:
		w.toLogin(c, LoginPath(c.Request))
	case s.GraduateID == 0 && !visitorWillDo:
		w.toLogin(c, unfinished(s))
	}
}

// unfinished is the login page that a half-finished session still needs.
func unfinished(s *store.Session) string {
	if s.AccountID == 0 {
		return "/h5/bind"
	}
	return "/h5/choose"
}

// LoginPath is where a graduate logs in: by OAuth inside WeChat, by CHSI
// elsewhere. 企业微信 is another program and has no OAuth for our account.
func LoginPath(r *http.Request) string {
	ua := strings.ToLower(r.UserAgent())
	if strings.Contains(ua, "micromessenger") && !strings.Contains(ua, "wxwork") {
		return "/wechat/oauth"
	}
	return "/chsi/login"
}

func (w *Web) guardOperator(c *gin.Context) {
	s, err := w.LoadSession(c, KindOperator)
	switch {
	case err != nil:
		w.Fail(c, err)
	case s == nil:
		w.toLogin(c, "/admin/login")
	}
}

// toLogin leads to a login page and from there back to the page asked for. A
// posted form cannot be taken along: its page is shown again after the login.
func (w *Web) toLogin(c *gin.Context, login string) {
	c.Abort()
	next := c.Request.URL.RequestURI()
	if c.Request.Method != http.MethodGet {
		next = c.Request.URL.Path
	}
	if strings.HasPrefix(c.FullPath(), "/api/") {
		w.Fail(c, model.Errorf(model.CodeUnauthenticated, "请先登录。"))
		return
	}
	c.Redirect(http.StatusSeeOther, login+"?next="+url.QueryEscape(SafeNext(next)))
}
