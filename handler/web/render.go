package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// templateFiles holds one file for each page: template/h5, template/verify and
// template/admin; in template/layout are the frames and parts that all pages
// share, and the pages of every area.
//
//go:embed all:template
var templateFiles embed.FS

const (
	layoutFolder = "layout"
	// packFrom is the size in bytes from which a page is sent as gzip. A smaller
	// one fits the ten packets that TCP sends before it waits (RFC 6928), so
	// that packing, a third of the work of drawing it, would gain no time.
	packFrom = 12 << 10
	// keepUpTo bounds the buffers that are used again, so that one huge page
	// does not stay in memory.
	keepUpTo = 256 << 10
)

// RenderOptions says where templates and static files come from. The zero
// value takes those that are built into the program; tests give their own.
type RenderOptions struct {
	Templates fs.FS // root holds layout/, h5/, verify/, admin/
	Static    fs.FS // root holds manifest.json
}

// Renderer draws pages. It is safe for concurrent use.
type Renderer struct {
	pages   map[string]frames
	assets  *assets
	buffers sync.Pool // *bytes.Buffer
	packers sync.Pool // *gzip.Writer
}

// frames are a page's ready templates by the name of the frame around it. A
// page of an area has the area's frame only; a page of layout has all.
type frames map[string]*template.Template

// NewRenderer reads the static files and parses every template. A file is a
// page named by its path without .html, like "h5/home"; it defines "main". A
// file with a leading underscore holds parts which all pages of its folder
// share, those of layout all pages of all folders. A template that does not
// parse is an error that names its file.
func NewRenderer(o RenderOptions) (*Renderer, error) {
	if o.Templates == nil {
		o.Templates = sub(templateFiles, "template")
	}
	if o.Static == nil {
		o.Static = sub(staticFiles, "static")
	}
	files, err := loadAssets(o.Static)
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	r := &Renderer{pages: map[string]frames{}, assets: files}
	r.buffers.New = func() any { return new(bytes.Buffer) }
	r.packers.New = func() any {
		// The level is a constant of the package: there is no error.
		z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
		return z
	}
	layout, err := parseFiles(template.New("").Funcs(functions(files)), o.Templates, layoutFolder+"/_*.html")
	if err != nil {
		return nil, fmt.Errorf("web: %w", err)
	}
	for _, folder := range []string{layoutFolder, AreaH5, AreaVerify, AreaAdmin} {
		if err := r.parseFolder(layout, o.Templates, folder); err != nil {
			return nil, fmt.Errorf("web: %w", err)
		}
	}
	return r, nil
}

// sub is fs.Sub of an embedded folder, which exists or the program would not
// have been built.
func sub(files embed.FS, dir string) fs.FS {
	s, err := fs.Sub(files, dir)
	if err != nil {
		panic(err)
	}
	return s
}

// parseFolder adds the pages of a folder to r.
func (r *Renderer) parseFolder(layout *template.Template, files fs.FS, folder string) error {
	names, err := fs.Glob(files, path.Join(folder, "*.html"))
	if err != nil {
		return fmt.Errorf("list templates of %s: %w", folder, err)
	}
	shared, err := layout.Clone()
	if err != nil {
		return fmt.Errorf("copy layout for %s: %w", folder, err)
	}
	if folder != layoutFolder {
		if shared, err = parseFiles(shared, files, path.Join(folder, "_*.html")); err != nil {
			return err
		}
	}
	for _, name := range names {
		if strings.HasPrefix(path.Base(name), "_") {
			continue
		}
		page := frames{}
		for _, frame := range framesOf(folder) {
			set, err := shared.Clone()
			if err != nil {
				return fmt.Errorf("copy layout for %s: %w", name, err)
			}
			if set, err = parseFiles(set, files, name); err != nil {
				return err
			}
			if page[frame], err = ready(set, frame); err != nil {
				return fmt.Errorf("template/%s: %w", name, err)
			}
		}
		r.pages[strings.TrimSuffix(name, ".html")] = page
	}
	return nil
}

// ready looks the frame up and has html/template work out the escaping now:
// it would do so at first use only, and its mistakes should stop the start.
func ready(set *template.Template, frame string) (*template.Template, error) {
	t := set.Lookup(frame)
	if t == nil {
		return nil, fmt.Errorf("layout defines no %q", frame)
	}
	// Executing an empty page may fail for want of data; only errors of
	// escaping count here.
	var bad *template.Error
	if err := t.Execute(new(bytes.Buffer), Page{}); errors.As(err, &bad) {
		return nil, err
	}
	return t, nil
}

// framesOf lists the frames for pages of a folder.
func framesOf(folder string) []string {
	switch folder {
	case AreaAdmin, AreaH5, AreaVerify:
		return []string{frameOf(folder)}
	}
	return []string{frameOf(AreaAdmin), frameOf(AreaH5), frameOf(AreaVerify)}
}

// frameOf names the template around pages of an area.
func frameOf(area string) string {
	switch area {
	case AreaAdmin:
		return "admin_base"
	case AreaVerify:
		return "verify_base"
	}
	return "base"
}

// parseFiles adds the files that match pattern to set. Each gets the name of
// its path, so that an error says where it is.
func parseFiles(set *template.Template, files fs.FS, pattern string) (*template.Template, error) {
	names, err := fs.Glob(files, pattern)
	if err != nil {
		return nil, fmt.Errorf("list templates %s: %w", pattern, err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read template/%s: %w", name, err)
		}
		if _, err := set.New("template/" + name).Parse(string(text)); err != nil {
			return nil, fmt.Errorf("parse template/%s: %w", name, err)
		}
	}
	return set, nil
}

// Page draws the page called name, like "h5/home", and writes it with the given
// status. Pages are about one person: no cache may keep them. Nothing is
// written when drawing fails, so that the caller can still answer with an error
// page; an error of writing is not returned, because then the client is gone.
func (r *Renderer) Page(w http.ResponseWriter, status int, name string, p Page) error {
	if p.Area == "" {
		p.Area, _, _ = strings.Cut(name, "/")
	}
	t, ok := r.pages[name][frameOf(p.Area)]
	if !ok {
		return fmt.Errorf("render %s: no such page in area %q", name, p.Area)
	}
	body := r.buffer()
	defer r.release(body)
	if err := t.Execute(body, p); err != nil {
		return fmt.Errorf("render %s: %w", name, err)
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Encoding")
	if p.Gzip && body.Len() >= packFrom {
		packed := r.buffer()
		defer r.release(packed)
		r.pack(packed, body.Bytes())
		h.Set("Content-Encoding", "gzip")
		body = packed
	}
	h.Set("Content-Length", strconv.Itoa(body.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(body.Bytes())
	return nil
}

// Static serves the built files at the addresses that pages name, below
// /static/.
func (r *Renderer) Static() http.Handler { return r.assets }

func (r *Renderer) buffer() *bytes.Buffer {
	b := r.buffers.Get().(*bytes.Buffer) //nolint:errcheck // the pool holds nothing else
	b.Reset()
	return b
}

func (r *Renderer) release(b *bytes.Buffer) {
	if b.Cap() <= keepUpTo {
		r.buffers.Put(b)
	}
}

// pack writes text to out as gzip. A buffer takes everything, so that no error
// can come of it.
func (r *Renderer) pack(out *bytes.Buffer, text []byte) {
	z := r.packers.Get().(*gzip.Writer) //nolint:errcheck // the pool holds nothing else
	z.Reset(out)
	_, _ = z.Write(text)
	_ = z.Close()
	r.packers.Put(z)
}
