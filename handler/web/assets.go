package web

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// staticFiles is what `make assets` built; a fresh clone holds only .gitkeep,
// so that everything compiles before.
//
//go:embed all:static
var staticFiles embed.FS

// staticPrefix is where Static is mounted.
const staticPrefix = "/static/"

// assets are the built files in memory: style sheet and pictures.
type assets struct {
	paths map[string]string // plain name → address with the content's hash
	files map[string]asset  // by address
}

type asset struct {
	plain       []byte
	packed      []byte // gzip
	contentType string
}

// loadAssets reads manifest.json and the files that it names from the root of
// static.
func loadAssets(static fs.FS) (*assets, error) {
	text, err := fs.ReadFile(static, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("the style sheet is not built: run `make assets`, then build again")
	}
	if err != nil {
		return nil, fmt.Errorf("read manifest.json: %w", err)
	}
	var manifest map[string]string
	if err := json.Unmarshal(text, &manifest); err != nil {
		return nil, fmt.Errorf("read manifest.json: %w", err)
	}
	a := &assets{paths: make(map[string]string, len(manifest)), files: make(map[string]asset, len(manifest))}
	for name, hashed := range manifest {
		plain, err := fs.ReadFile(static, hashed)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		packed, err := fs.ReadFile(static, hashed+".gz")
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		a.paths[name] = staticPrefix + hashed
		a.files[staticPrefix+hashed] = asset{plain: plain, packed: packed, contentType: mime.TypeByExtension(path.Ext(name))}
	}
	return a, nil
}

// path is the address of a file of src, for templates. An unknown name is a
// mistake in the template.
func (a *assets) path(name string) (string, error) {
	p, ok := a.paths[name]
	if !ok {
		return "", fmt.Errorf("no asset %q: is it in handler/web/src, and did `make assets` run?", name)
	}
	return p, nil
}

// ServeHTTP answers GET and HEAD of a hashed address. An address never changes
// its content, so browsers may keep it for ever.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	file, ok := a.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", file.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	body := file.plain
	if AcceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = file.packed
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	// A client that went away is nobody's fault.
	_, _ = w.Write(body)
}

// AcceptsGzip reads Accept-Encoding (RFC 9110 §12.5.3): gzip is welcome when it
// is named with a weight above 0.
func AcceptsGzip(r *http.Request) bool {
	for _, line := range r.Header.Values("Accept-Encoding") {
		for coding := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(coding, ";")
			if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
				continue
			}
			weight, found := strings.CutPrefix(strings.ToLower(strings.TrimSpace(params)), "q=")
			if !found {
				return true
			}
			q, err := strconv.ParseFloat(weight, 64)
			return err == nil && q > 0
		}
	}
	return false
}
