package main

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"quxiang/handler"
)

// openRoutes is written down a second time on purpose: a route that becomes
// public by mistake fails here.
var openRoutes = []string{
	"GET /", "GET /care", "GET /help", "GET /cannot-login", "GET /static/*file", "GET /healthz", "GET /readyz",
	"* /wechat/callback", "GET /wechat/oauth", "GET /wechat/oauth/callback",
	"GET /chsi/login", "GET /chsi/callback", "POST /chsi/callback",
	"GET /verify/archive", "POST /verify/archive", "GET /verify/household", "POST /verify/household",
	"GET /v/:payload", "GET /V/:payload", "GET /.well-known/quxiang-keys.json", "GET /admin/login", "POST /admin/login", "POST /h5/logout",
	"POST /api/v1/upstream/destinations", "GET /api/v1/upstream/destinations/:key", // signed: see handler/api
	"POST /api/v1/verifications", "GET /api/v1/verifications/:key",
}

// TestEveryOtherRouteNeedsALogin asks every route of the whole site as
// somebody whom nobody knows.
func TestEveryOtherRouteNeedsALogin(t *testing.T) {
	s := boot(t, "", june)
	site, ok := s.app.site.(*handler.Site)
	if !ok {
		t.Fatalf("the site is a %T", s.app.site)
	}
	seen := 0
	for _, name := range site.Routes() {
		if slices.Contains(openRoutes, name) {
			seen++
			continue
		}
		method, pattern, _ := strings.Cut(name, " ")
		path := strings.NewReplacer(":id", "1", ":number", "x").Replace(pattern)
		w := httptest.NewRecorder()
		s.app.site.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
		login := w.Header().Get("Location")
		want := []string{"/chsi/login?next="}
		if strings.HasPrefix(pattern, "/admin") {
			want = []string{"/admin/login?next="}
		}
		if w.Code != http.StatusSeeOther || !slices.ContainsFunc(want, func(p string) bool { return strings.HasPrefix(login, p) }) {
			t.Errorf("%s answers a stranger %d to %q", name, w.Code, login)
		}
	}
	if seen != len(openRoutes) {
		t.Errorf("%d of the %d public routes exist", seen, len(openRoutes))
	}
}
