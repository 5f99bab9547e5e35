package readback

import (
	"context"
	"errors"
	"image"
	"time"

	paper "quxiang/handler/form"
	"quxiang/handler/form/scan"
	"quxiang/model"
	"quxiang/model/form"
)

var (
	// ErrNoPDF is a file that PDFium cannot read, or an encrypted one.
	ErrNoPDF = errors.New("readback: no PDF that can be read")
	// ErrPages is a PDF of several pages, or none.
	ErrPages = errors.New("readback: not one page")
	// ErrForeign is a page that does not stand as the program's forms do.
	ErrForeign = errors.New("readback: not laid out as our forms are")
	// ErrTooLarge is a file of more than MaxFile.
	ErrTooLarge = errors.New("readback: the PDF is too large")
)

// Reading is what a page says.
type Reading struct {
	QR     []string   // the texts of its QR codes, read from the picture
	Form   *form.Form // nil where the page is not laid out as our forms are
	Issued model.Date // 出具日期, as printed
	// AsDrawn: what the form says, laid out and drawn by this program, looks like
	// the page. Otherwise something was painted over it, its letters stand for
	// others, or it was drawn by another version of the program.
	AsDrawn bool
}

// Read reads a PDF. The errors are the ones above, and those of ctx.
func Read(ctx context.Context, file []byte) (r Reading, err error) {
	if len(file) > MaxFile {
		return r, ErrTooLarge
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	e, err := newEngine(ctx)
	if err != nil {
		return r, err
	}
	defer time.AfterFunc(timeout, cancel).Stop()
	defer func() { err = errors.Join(err, e.close()) }()
	p, err := e.open(file)
	if err != nil {
		return r, err
	}
	r.QR = scan.Texts(p.picture)
	f, issued, ok := understand(p.glyphs)
	if !ok || len(r.QR) != 1 {
		return r, nil
	}
	r.Form, r.Issued = &f, issued
	r.AsDrawn, err = e.asDrawn(ctx, p, f, issued, r.QR[0])
	return r, err
}

// asDrawn draws the form anew and compares, down to the end of the table: what
// stands below is not signed.
func (e *engine) asDrawn(ctx context.Context, p page, f form.Form, issued model.Date, qr string) (bool, error) {
	sheet, err := paper.Lay(f, issued, qr)
	if err != nil {
		// What cannot be drawn was not drawn by this program.
		return false, nil //nolint:nilerr // an answer, not a failure
	}
	file, err := sheet.PDF(ctx, time.Time{})
	if err != nil {
		return false, err
	}
	own, err := e.open(file)
	if err != nil {
		return false, err
	}
	below := 0.0
	for _, c := range sheet.Cells {
		below = max(below, c.Y+c.H)
	}
	return alike(p.picture, own.picture, int((below+1)/25.4*dpi)), nil
}

const (
	// visible is a difference in shade that an eye notices.
	visible = 40
	// mostUnlike pixels may differ, by rounding.
	mostUnlike = 4
)

// alike compares two pictures down to a row. A pixel may be one aside.
func alike(a, b *image.Gray, rows int) bool {
	if a.Rect != b.Rect {
		return false
	}
	unlike := 0
	for y := range min(rows, a.Rect.Dy()) {
		for x := range a.Rect.Dx() {
			if !nearby(a, b, x, y) || !nearby(b, a, x, y) {
				unlike++
			}
		}
	}
	return unlike <= mostUnlike
}

// nearby finds the shade of one picture's pixel around the same place of the
// other.
func nearby(a, b *image.Gray, x, y int) bool {
	want := int(a.GrayAt(x, y).Y)
	for dy := -1; dy <= 1; dy++ {
		for dx := -1; dx <= 1; dx++ {
			at := image.Pt(x+dx, y+dy)
			if !at.In(b.Rect) {
				continue
			}
			if d := int(b.GrayAt(at.X, at.Y).Y) - want; d < visible && d > -visible {
				return true
			}
		}
	}
	return false
}
