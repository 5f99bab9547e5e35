package form

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/tdewolff/canvas"
	"github.com/tdewolff/canvas/renderers/pdf"
)

// PDF draws the sheet as one page of A4 with embedded fonts. The file's date is
// created; nothing of the graduate is in its metadata. Nothing else depends on
// the clock but a date within the embedded font, which the library writes.
func (s *Sheet) PDF(ctx context.Context, created time.Time) ([]byte, error) {
	done, err := wait(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	faces, err := typefaces()
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	d := &document{PDF: pdf.New(&b, PageWidth, PageHeight, nil), faces: faces, fonts: map[int]*canvas.Font{}, used: map[Text]*canvas.FontFace{}}
	d.SetInfo(s.title(), "", "", "", "")
	for _, f := range s.Fills {
		d.fill(f)
	}
	if err := d.watermark(s.Sample); err != nil {
		return nil, err
	}
	d.rules(s.Rules)
	d.qr(s.QR)
	for _, t := range s.Texts {
		if err := d.text(t); err != nil {
			return nil, err
		}
	}
	if err := d.Close(); err != nil {
		return nil, fmt.Errorf("form: write a PDF: %w", err)
	}
	return dated(b.Bytes(), created)
}

// document draws on a page whose y axis points up.
type document struct {
	*pdf.PDF
	faces []*typeface
	fonts map[int]*canvas.Font
	used  map[Text]*canvas.FontFace // by size, weight and typeface
}

// font is this document's copy of a typeface: while the library cuts a subset it
// writes the number of glyphs into the original, which others may be reading.
func (d *document) font(face int) (*canvas.Font, error) {
	if f, ok := d.fonts[face]; ok {
		return f, nil
	}
	shared, err := d.faces[face].forPDF()
	if err != nil {
		return nil, err
	}
	own, tables, glyphs := *shared, *shared.SFNT, *shared.Maxp
	tables.Maxp = &glyphs
	own.SFNT = &tables
	d.fonts[face] = &own
	return &own, nil
}

func (d *document) face(t Text) (*canvas.FontFace, error) {
	key := Text{Size: t.Size, Bold: t.Bold, face: t.face}
	if f, ok := d.used[key]; ok {
		return f, nil
	}
	font, err := d.font(t.face)
	if err != nil {
		return nil, err
	}
	f := font.Face(t.Size, canvas.Black)
	if t.Bold {
		f.FauxBold = boldEm * t.Size * point
	}
	d.used[key] = f
	return f, nil
}

// text draws t and makes sure that it can be read back: every glyph must stand
// for its own character, in order.
func (d *document) text(t Text) error {
	face, err := d.face(t)
	if err != nil {
		return err
	}
	line := canvas.NewTextLine(face, t.Text, canvas.Left)
	want := []rune(t.Text)
	line.WalkSpans(func(_, _ float64, span canvas.TextSpan) {
		for _, g := range span.Glyphs {
			if len(want) == 0 || want[0] != face.Font.Cmap.ToUnicode(g.ID) {
				err = never("%q is shaped into other characters", t.Text)
				return
			}
			want = want[1:]
		}
	})
	if err != nil || len(want) > 0 {
		return never("%q is not drawn whole", t.Text)
	}
	d.RenderText(line, canvas.Identity.Translate(t.X, PageHeight-t.Y))
	return nil
}

func (d *document) fill(f Fill) {
	style := canvas.Style{Fill: canvas.Paint{Color: canvas.RGB(f.Grey, f.Grey, f.Grey)}}
	d.RenderPath(canvas.Rectangle(f.W, f.H), style, canvas.Identity.Translate(f.X, PageHeight-f.Y-f.H))
}

func stroke(width float64) canvas.Style {
	style := canvas.DefaultStyle
	style.Fill = canvas.Paint{}
	style.Stroke = canvas.Paint{Color: canvas.Black}
	style.StrokeWidth = width
	return style
}

func (d *document) rules(rules []Rule) {
	byWidth := map[float64]*canvas.Path{}
	var widths []float64
	for _, r := range rules {
		if byWidth[r.Width] == nil {
			byWidth[r.Width] = &canvas.Path{}
			widths = append(widths, r.Width)
		}
		byWidth[r.Width].MoveTo(r.X1, PageHeight-r.Y1)
		byWidth[r.Width].LineTo(r.X2, PageHeight-r.Y2)
	}
	for _, w := range widths {
		d.RenderPath(byWidth[w], stroke(w), canvas.Identity)
	}
}

// qr draws each run of black modules as a thick line, in a tenth of the bytes
// that squares take, over white that keeps the watermark away.
func (d *document) qr(q Code) {
	m := q.Module()
	quiet := m * quietModules
	d.fill(Fill{X: q.X - quiet, Y: q.Y - quiet, W: q.Side + 2*quiet, H: q.Side + 2*quiet, Grey: 0xff})
	lines := &canvas.Path{}
	for row, modules := range q.Modules {
		y := PageHeight - q.Y - (float64(row)+0.5)*m
		for start, end := range blackRuns(modules) {
			lines.MoveTo(q.X+float64(start)*m, y)
			lines.LineTo(q.X+float64(end)*m, y)
		}
	}
	d.RenderPath(lines, stroke(m*1.01), canvas.Identity) // no hairlines between the rows
	d.AddLink(q.Link, canvas.Rect{X0: q.X, Y0: PageHeight - q.Y - q.Side, X1: q.X + q.Side, Y1: PageHeight - q.Y})
}

// watermark draws an outline, not text: what can be read from the PDF stays the
// form alone.
func (d *document) watermark(sample bool) error {
	if !sample {
		return nil
	}
	outline, err := markOutline()
	if err != nil {
		return err
	}
	style := canvas.DefaultStyle
	style.Fill = canvas.Paint{Color: canvas.RGB(markGrey, markGrey, markGrey)}
	d.RenderPath(outline, style, canvas.Identity)
	return nil
}

// dated replaces the time of drawing, which the library takes from the clock,
// by created. The length stays, because the file's table of offsets counts
// bytes.
func dated(b []byte, created time.Time) ([]byte, error) {
	const key = "/CreationDate("
	at := bytes.LastIndex(b, []byte(key))
	if at < 0 {
		return nil, never("the PDF has no date")
	}
	at += len(key)
	length := bytes.IndexByte(b[at:], ')') + 1
	date := fmt.Appendf(nil, "%s)", created.UTC().Format("D:20060102150405Z"))
	if length < len(date) {
		return nil, never("the PDF's date is %q", b[at:at+length])
	}
	copy(b[at:], append(date, bytes.Repeat([]byte(" "), length-len(date))...))
	return b, nil
}
