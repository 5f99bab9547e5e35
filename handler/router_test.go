package handler_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler"
	"quxiang/handler/web"
	"quxiang/handler/web/webtest"
	"quxiang/model/store/storetest"
)

// stray is an area with a route that nobody has listed.
type stray struct{}

func (stray) Mount(r gin.IRouter) {
	r.GET("/h5/stray", func(c *gin.Context) { c.String(http.StatusOK, "secret") })
	r.POST("/verify/archive", func(c *gin.Context) {
		if err := web.Form(c); err != nil {
			c.Status(web.Status(err))
			return
		}
		c.String(http.StatusOK, c.ClientIP())
	})
}

func newSite(t *testing.T, proxies []string, ready error) http.Handler {
	t.Helper()
	site := webtest.New(t, storetest.Open(t), time.Now)
	h, err := handler.New(handler.Options{
		Web: site, Static: http.NotFoundHandler(), Areas: []handler.Area{stray{}}, TrustedProxies: proxies,
		Edge:  map[string]http.Handler{"/MP_verify_a1.txt": site.Text("/MP_verify_*.txt", "a1"), "/panics": site.Edge("/panics", func(*web.Call) web.Answer { panic("secret") })},
		Ready: func(context.Context) error { return ready },
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestRouter(t *testing.T) {
	site, down := newSite(t, nil, nil), newSite(t, nil, errors.New("database down"))
	for _, tc := range []struct {
		name, method, path, body string
		site                     http.Handler
		status                   int
		has, lacks               string
	}{
		{"alive", "GET", "/healthz", "", down, http.StatusOK, "ok", ""},
		{"ready", "GET", "/readyz", "", site, http.StatusOK, "ready", ""},
		{"not ready", "GET", "/readyz", "", down, http.StatusServiceUnavailable, "not ready", "database down"},
		{"a route that nobody listed needs a login", "GET", "/h5/stray", "", site, http.StatusSeeOther, "", "secret"},
		{"no such page", "GET", "/nowhere", "", site, http.StatusNotFound, "页面不存在", ""},
		{"a file of the edge", "GET", "/MP_verify_a1.txt", "", site, http.StatusOK, "a1", "<"},
		{"another one", "GET", "/MP_verify_a2.txt", "", site, http.StatusNotFound, "页面不存在", ""},
		{"a file of the edge is not posted to", "POST", "/MP_verify_a1.txt", "", site, http.StatusMethodNotAllowed, "refused", "a1"},
		{"a panic at the edge", "GET", "/panics", "", site, http.StatusServiceUnavailable, "unavailable", "secret"},
		{"no such method", "DELETE", "/healthz", "", site, http.StatusNotFound, "页面不存在", ""},
		{"a form over its limit", "POST", "/verify/archive", strings.Repeat("x", web.MaxForm+1), site, http.StatusRequestEntityTooLarge, "", ""},
		{"a form at its limit", "POST", "/verify/archive", strings.Repeat("x", web.MaxForm), site, http.StatusOK, "", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := httptest.NewRequestWithContext(t.Context(), tc.method, tc.path, strings.NewReader(tc.body))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w := httptest.NewRecorder()
			tc.site.ServeHTTP(w, r)
			body := w.Body.String()
			if w.Code != tc.status || !strings.Contains(body, tc.has) || (tc.lacks != "" && strings.Contains(body, tc.lacks)) {
				t.Errorf("answer %d: %s", w.Code, body)
			}
			if w.Header().Get("X-Request-Id") == "" || w.Header().Get("Cache-Control") == "" {
				t.Errorf("headers %v", w.Header())
			}
		})
	}
}

// TestForwardedAddress: an address counts only from a proxy that is trusted.
func TestForwardedAddress(t *testing.T) {
	for _, tc := range []struct {
		proxies []string
		want    string
	}{
		{nil, "192.0.2.1"},
		{[]string{"198.51.100.0/24"}, "192.0.2.1"},
		{[]string{"192.0.2.0/24"}, "203.0.113.7"},
	} {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/verify/archive", nil) // from 192.0.2.1
		r.Header.Set("X-Forwarded-For", "203.0.113.7")
		w := httptest.NewRecorder()
		newSite(t, tc.proxies, nil).ServeHTTP(w, r)
		if w.Body.String() != tc.want {
			t.Errorf("trusting %v: %s, want %s", tc.proxies, w.Body.String(), tc.want)
		}
	}
}
