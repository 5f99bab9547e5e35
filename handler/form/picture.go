package form

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"sync"
)

// PictureWidth is the width of a picture in pixels: A4 at 150 dots to the inch,
// which a phone shows sharply and a printer prints readably.
const PictureWidth = 1240

// boldEm is the width of the outline around a letter that makes the regular type
// bold, in em.
const boldEm = 0.014

// The palette: shades from black to white. One fewer would take half a byte for
// each pixel, and the encoder then spends twice the time on packing them.
const (
	shades = 17
	white  = shades - 1
)

var greys = func() color.Palette {
	p := make(color.Palette, shades)
	for i := range p {
		p[i] = color.Gray{Y: uint8(i * 255 / white)}
	}
	return p
}()

// shade is the index of a grey.
func shade(grey uint8) uint8 { return uint8((int(grey)*white + 127) / 255 & 0xff) }

// PNG draws the sheet as a picture of PictureWidth pixels.
func (s *Sheet) PNG(ctx context.Context) ([]byte, error) {
	done, err := wait(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	set, err := newSetter()
	if err != nil {
		return nil, err
	}
	p := newPicture(set)
	for _, f := range s.Fills {
		p.fill(f)
	}
	if err := p.watermark(s.Sample); err != nil {
		return nil, err
	}
	for _, r := range s.Rules {
		p.rule(r)
	}
	p.qr(s.QR)
	for _, t := range s.Texts {
		if err := p.text(t); err != nil {
			return nil, err
		}
	}
	return p.encode()
}

// picture is a sheet in pixels. Its pixels are indices into greys.
type picture struct {
	*image.Paletted
	setter *setter
	glyphs *glyphCache
}

const pixels = PictureWidth / PageWidth // to the millimetre

func newPicture(set *setter) *picture {
	height := int(math.Round(PageHeight * pixels))
	p := &picture{
		Paletted: image.NewPaletted(image.Rect(0, 0, PictureWidth, height), greys),
		setter:   set, glyphs: &drawnGlyphs,
	}
	for i := range p.Pix {
		p.Pix[i] = white
	}
	return p
}

func px(mm float64) int { return int(math.Round(mm * pixels)) }

func (p *picture) rect(x0, y0, x1, y1 int, ink uint8) {
	r := image.Rect(x0, y0, x1, y1).Intersect(p.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		row := p.Pix[y*p.Stride+r.Min.X : y*p.Stride+r.Max.X]
		for i := range row {
			row[i] = ink
		}
	}
}

func (p *picture) fill(f Fill) {
	p.rect(px(f.X), px(f.Y), px(f.X+f.W), px(f.Y+f.H), shade(f.Grey))
}

// rule draws a line that is level or upright, one pixel at least.
func (p *picture) rule(r Rule) {
	w := max(1, px(r.Width))
	x, y := px(r.X1)-w/2, px(r.Y1)-w/2
	p.rect(x, y, px(r.X2)-w/2+w, px(r.Y2)-w/2+w, 0)
}

func (p *picture) qr(q Code) {
	m := q.Module()
	quiet := m * quietModules
	p.fill(Fill{X: q.X - quiet, Y: q.Y - quiet, W: q.Side + 2*quiet, H: q.Side + 2*quiet, Grey: 0xff})
	for row, modules := range q.Modules {
		y := q.Y + float64(row)*m
		for start, end := range blackRuns(modules) {
			p.rect(px(q.X+float64(start)*m), px(y), px(q.X+float64(end)*m), px(y+m), 0)
		}
	}
}

// text sets t glyph by glyph, each on a whole pixel.
func (p *picture) text(t Text) error {
	size := t.Size * point * pixels
	x, y := t.X*pixels, px(t.Y)
	for _, c := range t.Text {
		g := p.setter.in(t.face, c)
		if !g.has {
			return never("%q of %q has no glyph", c, t.Text)
		}
		m, err := p.glyphs.mask(p.setter, shape{face: t.face, id: g.id, size: size, bold: t.Bold})
		if err != nil {
			return err
		}
		p.blend(m, int(math.Round(x)), y, 0)
		x += g.advance * size
	}
	return nil
}

// blend lays ink through a mask whose origin is at x, y.
func (p *picture) blend(m mask, x, y int, ink uint8) {
	at := m.Rect.Add(image.Pt(x, y))
	r := at.Intersect(p.Rect)
	for row := r.Min.Y; row < r.Max.Y; row++ {
		alpha := m.Pix[(row-at.Min.Y)*m.Stride+r.Min.X-at.Min.X:]
		out := p.Pix[row*p.Stride+r.Min.X : row*p.Stride+r.Max.X]
		for i := range out {
			if a := int(alpha[i]); a > 0 {
				out[i] = uint8((int(out[i])*(255-a) + int(ink)*a + 127) / 255 & 0xff)
			}
		}
	}
}

// watermark sets SampleMark across the page.
func (p *picture) watermark(sample bool) error {
	if !sample {
		return nil
	}
	for _, g := range p.setter.mark(SampleMark) {
		m, err := p.glyphs.mask(p.setter, shape{id: g.id, size: markSize * point * pixels, turned: true})
		if err != nil {
			return err
		}
		p.blend(m, px(g.x), px(g.y), shade(markGrey))
	}
	return nil
}

// Buffers of the encoder are kept: one takes a quarter of a megabyte.
var encoders = encoderPool{sync.Pool{New: func() any { return new(png.EncoderBuffer) }}}

type encoderPool struct{ sync.Pool }

// Get and Put make it a png.EncoderBufferPool.
func (e *encoderPool) Get() *png.EncoderBuffer {
	b, _ := e.Pool.Get().(*png.EncoderBuffer)
	return b
}

func (e *encoderPool) Put(b *png.EncoderBuffer) { e.Pool.Put(b) }

func (p *picture) encode() ([]byte, error) {
	var b bytes.Buffer
	e := png.Encoder{CompressionLevel: png.BestSpeed, BufferPool: &encoders}
	if err := e.Encode(&b, p.Paletted); err != nil {
		return nil, fmt.Errorf("form: write a picture: %w", err)
	}
	return b.Bytes(), nil
}
