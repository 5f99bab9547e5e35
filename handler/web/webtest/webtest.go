// Package webtest is what the tests of all areas share: the shared room wired
// to a store, and what must hold for every page whatever it says.
//
// It models no style sheet: pages name one, and it is a few empty bytes.
package webtest

import (
	"log/slog"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"quxiang/handler/web"
)

// Origin is the public address of the sites that New makes.
const Origin = "https://dj.example.edu.cn"

// New wires the shared room to a store and a clock. Its log is discarded.
func New(t testing.TB, s web.Store, now func() time.Time) *web.Web {
	t.Helper()
	renderer, err := web.NewRenderer(web.RenderOptions{Static: fstest.MapFS{
		"manifest.json": {Data: []byte(`{"app.css":"app.0.css","verify.css":"verify.0.css","icon.svg":"icon.0.svg","keys.js":"keys.0.js","menu.js":"menu.0.js","chart.js":"chart.0.js","chart.css":"chart.0.css"}`)},
		"chart.0.js":    {Data: []byte("0")}, "chart.0.js.gz": {Data: []byte("x")},
		"chart.0.css": {Data: []byte("0")}, "chart.0.css.gz": {Data: []byte("x")},
		"menu.0.js": {Data: []byte("0")}, "menu.0.js.gz": {Data: []byte("x")},
		"keys.0.js": {Data: []byte("0")}, "keys.0.js.gz": {Data: []byte("x")},
		"verify.0.css": {Data: []byte("body{}")}, "verify.0.css.gz": {Data: []byte("x")},
		"app.0.css": {Data: []byte("body{}")}, "app.0.css.gz": {Data: []byte("x")},
		"icon.0.svg": {Data: []byte("<svg/>")}, "icon.0.svg.gz": {Data: []byte("x")},
	}})
	if err != nil {
		t.Fatal(err)
	}
	w, err := web.New(web.Options{
		Store: s, Renderer: renderer, Logger: slog.New(slog.DiscardHandler), Now: now, PublicURL: Origin,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

var idAttr = regexp.MustCompile(` id="([^"]*)"`)

// ownScript is how a page loads a script of ours.
var ownScript = regexp.MustCompile(`<script src="/static/[a-z.0-9]+" defer></script>`)

// CheckPage checks what holds for every page: one heading, at most one primary
// button, no id twice, no script or style in the page itself, and nothing that a
// cache may keep.
func CheckPage(t testing.TB, w *httptest.ResponseRecorder) {
	t.Helper()
	body := w.Body.String()
	if n := strings.Count(body, "<h1"); n != 1 {
		t.Errorf("%d h1", n)
	}
	if n := strings.Count(body, "weui-btn_primary"); n > 1 {
		t.Errorf("%d primary buttons", n)
	}
	seen := map[string]bool{}
	for _, m := range idAttr.FindAllStringSubmatch(body, -1) {
		if seen[m[1]] {
			t.Errorf("id %q twice", m[1])
		}
		seen[m[1]] = true
	}
	if strings.Contains(ownScript.ReplaceAllString(body, ""), "<script") || strings.Contains(body, " style=") {
		t.Error("script or style in the page")
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control %q", got)
	}
}
