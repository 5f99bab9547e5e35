package form

import (
	"fmt"
	"image"
	"math"
	"sync"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// shape is what a mask depends on.
type shape struct {
	face   int
	id     sfnt.GlyphIndex
	size   float64 // pixels to the em
	bold   bool
	turned bool // by markAngle
}

// mask is a glyph in pixels around its origin on the baseline.
type mask = *image.Alpha

// mostMasks bounds the cache: 8192 masks of a letter take about 6 MB.
const mostMasks = 8192

// glyphCache keeps masks, since forms share labels, notes and most characters
// of names. A full one begins anew.
type glyphCache struct {
	mu    sync.Mutex
	masks map[shape]mask
}

var drawnGlyphs glyphCache

// mask draws a glyph or finds it drawn.
func (c *glyphCache) mask(s *setter, sh shape) (mask, error) {
	c.mu.Lock()
	m, ok := c.masks[sh]
	c.mu.Unlock()
	if ok {
		return m, nil
	}
	m, err := s.mask(sh)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.masks == nil || len(c.masks) >= mostMasks {
		c.masks = make(map[shape]mask, mostMasks/8)
	}
	c.masks[sh] = m
	return m, nil
}

// mask draws the outline of a glyph.
func (s *setter) mask(sh shape) (mask, error) {
	segments, err := s.faces[sh.face].parsed.LoadGlyph(&s.buf, sh.id, fixed.Int26_6(math.Round(sh.size*64)), nil)
	if err != nil {
		return nil, fmt.Errorf("form: glyph %d of %s: %w", sh.id, s.faces[sh.face].name, err)
	}
	sin, cos := 0.0, 1.0
	if sh.turned {
		sin, cos = math.Sincos(markAngle * math.Pi / 180)
	}
	to := func(p fixed.Point26_6) (x, y float32) {
		fx, fy := float64(p.X)/64, float64(p.Y)/64
		return float32(fx*cos + fy*sin), float32(fy*cos - fx*sin)
	}
	bounds := boundsOf(segments, to)
	if bounds.Empty() {
		return image.NewAlpha(image.Rectangle{}), nil
	}
	m := image.NewAlpha(bounds)
	r := vector.NewRasterizer(bounds.Dx(), bounds.Dy())
	dx, dy := float32(-bounds.Min.X), float32(-bounds.Min.Y)
	for _, seg := range segments {
		ax, ay := to(seg.Args[0])
		bx, by := to(seg.Args[1])
		cx, cy := to(seg.Args[2])
		switch seg.Op {
		case sfnt.SegmentOpMoveTo:
			r.MoveTo(ax+dx, ay+dy)
		case sfnt.SegmentOpLineTo:
			r.LineTo(ax+dx, ay+dy)
		case sfnt.SegmentOpQuadTo:
			r.QuadTo(ax+dx, ay+dy, bx+dx, by+dy)
		case sfnt.SegmentOpCubeTo:
			r.CubeTo(ax+dx, ay+dy, bx+dx, by+dy, cx+dx, cy+dy)
		}
	}
	r.Draw(m, bounds, image.Opaque, image.Point{})
	if sh.bold {
		by := 2 * boldEm * sh.size
		return embolden(embolden(m, by, image.Pt(1, 0)), by, image.Pt(0, 1)), nil
	}
	return m, nil
}

// boundsOf is the smallest rectangle of pixels around all points of an outline.
func boundsOf(segments sfnt.Segments, to func(fixed.Point26_6) (x, y float32)) image.Rectangle {
	minX, minY := math.Inf(1), math.Inf(1)
	maxX, maxY := math.Inf(-1), math.Inf(-1)
	for _, seg := range segments {
		points := 1
		switch seg.Op {
		case sfnt.SegmentOpQuadTo:
			points = 2
		case sfnt.SegmentOpCubeTo:
			points = 3
		case sfnt.SegmentOpMoveTo, sfnt.SegmentOpLineTo:
		}
		for _, p := range seg.Args[:points] {
			x, y := to(p)
			minX, maxX = min(minX, float64(x)), max(maxX, float64(x))
			minY, maxY = min(minY, float64(y)), max(maxY, float64(y))
		}
	}
	if minX > maxX {
		return image.Rectangle{}
	}
	return image.Rect(int(math.Floor(minX)), int(math.Floor(minY)), int(math.Ceil(maxX)), int(math.Ceil(maxY)))
}

// embolden thickens strokes by a fraction of a pixel or more in one direction:
// each pixel takes from its neighbours on one side what is darker.
func embolden(m mask, by float64, direction image.Point) mask {
	steps := int(math.Ceil(by))
	last := int(255 * (by - float64(steps-1))) // of the furthest neighbour
	r := m.Rect
	r.Max = r.Max.Add(direction.Mul(steps))
	out := image.NewAlpha(r)
	for y := m.Rect.Min.Y; y < m.Rect.Max.Y; y++ {
		for x := m.Rect.Min.X; x < m.Rect.Max.X; x++ {
			a := int(m.Pix[m.PixOffset(x, y)])
			if a == 0 {
				continue
			}
			for step := range steps + 1 {
				ink := a
				if step == steps {
					ink = a * last / 255
				}
				i := out.PixOffset(x+step*direction.X, y+step*direction.Y)
				out.Pix[i] = max(out.Pix[i], uint8(ink&0xff))
			}
		}
	}
	return out
}
