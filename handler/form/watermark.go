package form

import (
	"fmt"
	"math"
	"sync"

	"github.com/tdewolff/canvas"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// How samples are marked across the page.
const (
	markSize  = 110.0 // in points
	markAngle = 35.0  // degrees, counter-clockwise
	markGrey  = 0xe6
	markBelow = 0.38 // of the baseline under the middle of a character, in em
)

// markGlyph is a character of the mark: its origin on the page.
type markGlyph struct {
	id   sfnt.GlyphIndex
	x, y float64 // in mm
}

// mark sets a text across the middle of the page, in the first font.
func (s *setter) mark(text string) []markGlyph {
	const size = markSize * point
	sin, cos := math.Sincos(markAngle * math.Pi / 180)
	along := -s.width(text) / 2 * size
	var glyphs []markGlyph
	for _, c := range text {
		g := s.in(0, c)
		glyphs = append(glyphs, markGlyph{
			id: g.id,
			x:  PageWidth/2 + along*cos + markBelow*size*sin,
			y:  PageHeight/2 - along*sin + markBelow*size*cos,
		})
		along += g.advance * size
	}
	return glyphs
}

// markOutline is the outline of SampleMark, made once: turning it costs as much
// as a tenth of a page.
var markOutline = sync.OnceValues(func() (*canvas.Path, error) {
	s, err := newSetter()
	if err != nil {
		return nil, err
	}
	sin, cos := math.Sincos(markAngle * math.Pi / 180)
	p := &canvas.Path{}
	// What is drawn has two decimals, also where a curve is made another kind.
	third := func(end, control float64) float64 { return rounded((end + 2*control) / 3) }
	for _, g := range s.mark(SampleMark) {
		segments, err := s.faces[0].parsed.LoadGlyph(&s.buf, g.id, fixed.I(unitsPerEm), nil)
		if err != nil {
			return nil, fmt.Errorf("form: %w", err)
		}
		const scale = markSize * point / unitsPerEm / 64
		to := func(q fixed.Point26_6) (x, y float64) {
			fx, fy := float64(q.X)*scale, float64(q.Y)*scale
			return rounded(g.x + fx*cos + fy*sin), rounded(PageHeight - g.y - fy*cos + fx*sin)
		}
		x0, y0 := 0.0, 0.0
		for _, seg := range segments {
			ax, ay := to(seg.Args[0])
			bx, by := to(seg.Args[1])
			cx, cy := to(seg.Args[2])
			switch seg.Op {
			case sfnt.SegmentOpMoveTo:
				p.MoveTo(ax, ay)
			case sfnt.SegmentOpLineTo:
				p.LineTo(ax, ay)
			case sfnt.SegmentOpQuadTo:
				p.CubeTo(third(x0, ax), third(y0, ay), third(bx, ax), third(by, ay), bx, by)
			case sfnt.SegmentOpCubeTo:
				p.CubeTo(ax, ay, bx, by, cx, cy)
			}
			x0, y0 = p.Pos().X, p.Pos().Y
		}
		p.Close()
	}
	return p, nil
})
