package readback

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"io"
	"math"
	"runtime"
	"sync"
	"time"

	"github.com/klippa-app/go-pdfium"
	"github.com/klippa-app/go-pdfium/enums"
	"github.com/klippa-app/go-pdfium/references"
	"github.com/klippa-app/go-pdfium/requests"
	"github.com/klippa-app/go-pdfium/webassembly"
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/experimental"

	paper "quxiang/handler/form"
)

// Bounds of what a file may cost.
const (
	// MaxFile bounds a PDF; ours have 60 KB.
	MaxFile = 4 << 20
	// maxMemory of PDFium, in pages of 64 KiB.
	maxMemory = 256 << 20 >> 16
	maxChars  = 5000
	// timeout holds for reading a file, once PDFium itself is compiled.
	timeout = 30 * time.Second

	dpi       = 200
	pointToMM = 25.4 / 72
)

// engine is PDFium in its box.
type engine struct {
	pool pdfium.Pool
	pdfium.Pdfium
}

// compiled keeps PDFium's machine code, so that a process compiles it once.
var compiled = sync.OnceValue(wazero.NewCompilationCache)

func newEngine(ctx context.Context) (*engine, error) {
	pool, err := webassembly.Init(webassembly.Config{
		Context: experimental.WithCompilationWorkers(ctx, runtime.GOMAXPROCS(0)), MaxIdle: 1, MaxTotal: 1, Stdout: io.Discard, Stderr: io.Discard,
		FSConfig: wazero.NewFSConfig(), // no folder is mounted
		RuntimeConfig: wazero.NewRuntimeConfig().
			WithCoreFeatures(api.CoreFeaturesV2 | experimental.CoreFeaturesExceptionHandling).
			WithMemoryLimitPages(maxMemory).WithCloseOnContextDone(true).WithCompilationCache(compiled()),
	})
	if err != nil {
		return nil, fmt.Errorf("readback: start PDFium: %w", err)
	}
	instance, err := pool.GetInstanceWithContext(ctx)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("readback: start PDFium: %w", err), pool.Close())
	}
	return &engine{pool, instance}, nil
}

func (e *engine) close() error { return errors.Join(e.Close(), e.pool.Close()) }

// glyph is a character as it stands on the page, in millimetres from its top
// left corner: where it begins on its baseline, and where it ends.
type glyph struct {
	c            rune
	x, y, endsAt float64
}

// page is what a PDF of one page shows and says.
type page struct {
	picture *image.Gray
	glyphs  []glyph
}

// open reads a PDF of one page of A4 without anything that a viewer may show
// differently from how it is drawn here.
func (e *engine) open(file []byte) (p page, err error) {
	opened, err := e.OpenDocument(&requests.OpenDocument{File: &file})
	if err != nil {
		return p, fmt.Errorf("%w: %w", ErrNoPDF, err)
	}
	doc := opened.Document
	defer func() {
		_, closing := e.FPDF_CloseDocument(&requests.FPDF_CloseDocument{Document: doc})
		err = errors.Join(err, closing)
	}()
	count, err := e.FPDF_GetPageCount(&requests.FPDF_GetPageCount{Document: doc})
	if err != nil {
		return p, fmt.Errorf("%w: %w", ErrNoPDF, err)
	}
	if count.PageCount != 1 {
		return p, ErrPages
	}
	at := requests.Page{ByIndex: &requests.PageByIndex{Document: doc, Index: 0}}
	size, err := e.GetPageSize(&requests.GetPageSize{Page: at})
	if err != nil {
		return p, fmt.Errorf("%w: %w", ErrNoPDF, err)
	}
	if math.Abs(size.Width*pointToMM-paper.PageWidth) > 0.5 || math.Abs(size.Height*pointToMM-paper.PageHeight) > 0.5 {
		return p, ErrForeign
	}
	if err := errors.Join(e.still(doc), e.plain(doc, at)); err != nil {
		return p, err
	}
	if p.picture, err = e.picture(at); err != nil {
		return p, err
	}
	p.glyphs, err = e.text(at, size.Height)
	return p, err
}

// shifting are names of what can change what a viewer shows, whatever the page
// looks like here: layers that are seen on paper and not on the screen or the
// other way round, scripts, and other files that are shown in its stead. Long
// enough for none to come up by chance in a packed stream.
var shifting = [][]byte{[]byte("/OCProperties"), []byte("/JavaScript"), []byte("/EmbeddedFile")}

// still refuses what is shifting. PDFium writes the file anew for it, with every
// name as it was understood: in the file itself names can be packed, or spelt in
// several ways.
func (e *engine) still(doc references.FPDF_DOCUMENT) error {
	written, err := e.FPDF_SaveAsCopy(&requests.FPDF_SaveAsCopy{Document: doc, Flags: requests.SaveFlagNoIncremental})
	if err != nil || written.FileBytes == nil {
		return fmt.Errorf("%w: %w", ErrNoPDF, err)
	}
	for _, name := range shifting {
		if bytes.Contains(*written.FileBytes, name) {
			return ErrForeign
		}
	}
	return nil
}

// plain refuses forms to fill in, and annotations but links: they lie over the
// page, and each viewer shows them in its own way.
func (e *engine) plain(doc references.FPDF_DOCUMENT, at requests.Page) error {
	kind, err := e.FPDF_GetFormType(&requests.FPDF_GetFormType{Document: doc})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoPDF, err)
	}
	if kind.FormType != enums.FPDF_FORMTYPE_NONE {
		return ErrForeign
	}
	annotations, err := e.FPDFPage_GetAnnotCount(&requests.FPDFPage_GetAnnotCount{Page: at})
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoPDF, err)
	}
	if annotations.Count > 1 {
		return ErrForeign
	}
	for i := range annotations.Count {
		a, err := e.FPDFPage_GetAnnot(&requests.FPDFPage_GetAnnot{Page: at, Index: i})
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNoPDF, err)
		}
		subtype, err := e.FPDFAnnot_GetSubtype(&requests.FPDFAnnot_GetSubtype{Annotation: a.Annotation})
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNoPDF, err)
		}
		if subtype.Subtype != enums.FPDF_ANNOT_SUBTYPE_LINK {
			return ErrForeign
		}
	}
	return nil
}

func (e *engine) picture(at requests.Page) (*image.Gray, error) {
	rendered, err := e.RenderPageInDPI(&requests.RenderPageInDPI{
		Page: at, DPI: dpi, ImageFormat: requests.RenderImageFormatGrayscale, RenderFlags: enums.FPDF_RENDER_FLAG_ANNOT,
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPDF, err)
	}
	defer rendered.Cleanup()
	m := rendered.Result.RenderedImage
	out := image.NewGray(m.Bounds())
	draw.Draw(out, out.Rect, m, m.Bounds().Min, draw.Src)
	return out, nil
}

// text is every character of the page, hidden ones, too: what is not seen must
// not be there. Blanks that PDFium only guesses are left out.
func (e *engine) text(at requests.Page, height float64) ([]glyph, error) {
	loaded, err := e.FPDFText_LoadPage(&requests.FPDFText_LoadPage{Page: at})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPDF, err)
	}
	text := loaded.TextPage
	count, err := e.FPDFText_CountChars(&requests.FPDFText_CountChars{TextPage: text})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPDF, err)
	}
	if count.Count > maxChars {
		return nil, ErrForeign
	}
	var glyphs []glyph
	for i := range count.Count {
		generated, err := e.FPDFText_IsGenerated(&requests.FPDFText_IsGenerated{TextPage: text, Index: i})
		if err != nil || generated.IsGenerated {
			if err != nil {
				return nil, fmt.Errorf("%w: %w", ErrNoPDF, err)
			}
			continue
		}
		c, err1 := e.FPDFText_GetUnicode(&requests.FPDFText_GetUnicode{TextPage: text, Index: i})
		origin, err2 := e.FPDFText_GetCharOrigin(&requests.FPDFText_GetCharOrigin{TextPage: text, Index: i})
		box, err3 := e.FPDFText_GetLooseCharBox(&requests.FPDFText_GetLooseCharBox{TextPage: text, Index: i})
		if err := errors.Join(err1, err2, err3); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNoPDF, err)
		}
		glyphs = append(glyphs, glyph{
			c: rune(c.Unicode & math.MaxInt32), x: origin.X * pointToMM, y: (height - origin.Y) * pointToMM, // #nosec G115 -- masked
			endsAt: float64(box.Rect.Right) * pointToMM,
		})
	}
	return joined(glyphs), nil
}

// joined puts the halves of characters beyond U+FFFF together, which PDFium
// gives as two of UTF-16 at one place.
func joined(glyphs []glyph) []glyph {
	var out []glyph
	for _, g := range glyphs {
		if n := len(out); n > 0 && out[n-1].c>>10 == 0xd800>>10 && g.c>>10 == 0xdc00>>10 {
			out[n-1].c = (out[n-1].c-0xd800)<<10 + (g.c - 0xdc00) + 0x10000
			continue
		}
		out = append(out, g)
	}
	return out
}
