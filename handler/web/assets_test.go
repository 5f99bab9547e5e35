package web

import (
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

func TestStatic(t *testing.T) {
	h := newRenderer(t, nil).Static()
	for name, c := range map[string]struct {
		method, path, accept string
		status               int
		body, encoding       string
	}{
		"plain":          {"GET", "/static/app.0123.css", "", 200, "body{}", ""},
		"gzip":           {"GET", "/static/app.0123.css", "br, gzip", 200, "packed", "gzip"},
		"picture":        {"GET", "/static/icon.4567.svg", "", 200, "<svg/>", ""},
		"plain name":     {"GET", "/static/app.css", "", 404, "404 page not found\n", ""},
		"packed itself":  {"GET", "/static/app.0123.css.gz", "", 404, "404 page not found\n", ""},
		"manifest":       {"GET", "/static/manifest.json", "", 404, "404 page not found\n", ""},
		"above the root": {"GET", "/static/../manifest.json", "", 404, "404 page not found\n", ""},
		"post":           {"POST", "/static/app.0123.css", "", 405, "Method Not Allowed\n", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			r := httptest.NewRequest(c.method, c.path, nil)
			r.Header.Set("Accept-Encoding", c.accept)
			h.ServeHTTP(w, r)
			if w.Code != c.status || w.Body.String() != c.body || w.Header().Get("Content-Encoding") != c.encoding {
				t.Errorf("%d %q %q", w.Code, w.Body, w.Header().Get("Content-Encoding"))
			}
			if got := strings.Contains(w.Header().Get("Cache-Control"), "immutable"); got != (c.status == 200) {
				t.Errorf("cached for ever: %v", got)
			}
			if c.status == 200 && w.Header().Get("Content-Type") == "" {
				t.Error("no content type")
			}
		})
	}
}

func TestLoadAssetsErrors(t *testing.T) {
	for name, c := range map[string]struct {
		files fstest.MapFS
		want  string
	}{
		"not built":      {fstest.MapFS{".gitkeep": {}}, "run `make assets`"},
		"broken":         {fstest.MapFS{"manifest.json": {Data: []byte("{")}}, "manifest.json"},
		"file missing":   {fstest.MapFS{"manifest.json": {Data: []byte(`{"app.css":"app.1.css"}`)}}, "app.css"},
		"packed missing": {fstest.MapFS{"manifest.json": {Data: []byte(`{"app.css":"app.1.css"}`)}, "app.1.css": {}}, "app.css"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewRenderer(RenderOptions{Static: c.files})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %s", err, c.want)
			}
		})
	}
}

func TestUnknownAsset(t *testing.T) {
	r := newRenderer(t, map[string]string{"h5/a.html": `{{define "main"}}{{asset "nope.css"}}{{end}}`})
	if err := r.Page(httptest.NewRecorder(), 200, "h5/a", Page{}); err == nil || !strings.Contains(err.Error(), "nope.css") {
		t.Errorf("error %v", err)
	}
}

func TestAcceptsGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"":                       false,
		"gzip":                   true,
		"GZIP;q=0.5":             true,
		"deflate, gzip ; q=1, *": true,
		"gzip;q=0":               false,
		"gzip;q=0.000, br":       false,
		"gzip;q=x":               false,
		"x-gzipped":              false,
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept-Encoding", header)
		if got := AcceptsGzip(r); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}
