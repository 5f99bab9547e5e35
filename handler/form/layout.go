package form

import (
	"fmt"
	"math"
	"strconv"

	"quxiang/model"
	"quxiang/model/form"
)

// The page and its columns, in millimetres. A table row has either one label
// and one value over the rest of the width, or two of each. A text belongs to
// the column in which it begins: texts start Pad from the column's left edge.
const (
	PageWidth  = 210.0
	PageHeight = 297.0

	Left       = 18.0  // of the table, and of the first column of labels
	Value      = 50.0  // first column of values
	SecondName = 105.0 // second column of labels
	SecondVal  = 137.0 // second column of values
	Right      = 192.0
	Pad        = 2.0

	HeadValue = 40.0 // values beside 核验编号 and what follows it
	HeadRight = 150.0
	qrSide    = 36.0 // about: a module is a whole number of tenths
	bottom    = PageHeight - 12
)

// Type sizes in points. The table's is the largest of a row of sizes at which
// everything fits the page.
const (
	titleSize   = 18.0
	kindSize    = 12.0
	numberSize  = 15.0
	largest     = 10.5
	smallest    = 6.0
	sizeStep    = 0.5
	notesSize   = 9.0
	captionSize = 8.0
	leading     = 1.4  // height of a line in em
	ascent      = 0.88 // of Chinese characters, in em
	rowPad      = 0.43 // above and below the lines of a cell, in em
	point       = 25.4 / 72
)

// SampleMark stands on forms that are none.
const SampleMark = "演示样张"

// Lay puts a form on one page of A4, with the day on which it is issued and the
// text of its QR code. It is the only place that knows where things stand: the
// PDF and the picture draw what it says, the page shows the same rows in the
// same order.
//
// How the sheet can be read back from its text: every text of the table begins
// Pad right of one of the four column edges. Lines of one cell are leading times
// the type's size apart; the first line of the next row is further away by twice
// rowPad. The first lines of the cells of a row share a baseline, so that a new
// row begins at each baseline with a text in the first column that is further
// than that from the line above it. A row whose first column alone has text is
// the title of a block: values are never empty, – stands for nothing. Lines of a
// cell put together, without white space, are the label or value without white
// space, in NFC. Above the table 核验编号, 有效期至 and 出具日期 are labels at Left with
// their values at HeadValue; the kind is the line below the title; SampleMark
// stands there on samples.
//
// A character that no font has, and a form that no type size fits on a page, is
// refused.
func Lay(f form.Form, issued model.Date, qrText string) (*Sheet, error) {
	s, err := newSetter()
	if err != nil {
		return nil, err
	}
	if err := s.drawable(f); err != nil {
		return nil, err
	}
	modules, err := modules(qrText)
	if err != nil {
		return nil, err
	}
	for size := largest; size >= smallest; size -= sizeStep {
		l := &layout{setter: s, size: size, sheet: &Sheet{Kind: f.Kind, Sample: f.Sample, QR: Code{Modules: modules, Link: qrText}}}
		l.head(f, issued)
		for _, b := range f.Blocks {
			l.block(b)
		}
		l.notes(f.Notes)
		if l.y <= bottom {
			return l.sheet, nil
		}
	}
	return nil, model.Errorf(model.CodeConflict, "这张表的内容太长，一页 A4 纸放不下。请联系学校就业指导中心，缩短过长的名称后再下载。")
}

// Drawable says whether a form can be drawn: the error names the first character
// that no font has.
func Drawable(f form.Form) error {
	s, err := newSetter()
	if err != nil {
		return err
	}
	return s.drawable(f)
}

func (s *setter) drawable(f form.Form) error {
	for _, b := range f.Blocks {
		for _, r := range b.Rows {
			for _, text := range []string{r.Label, r.Value} {
				if err := s.missing(r.Label, printed(text)); err != nil {
					return err
				}
			}
		}
		if err := s.missing("标题", printed(b.Title)); err != nil {
			return err
		}
	}
	for label, text := range map[string]string{"标题": f.Title, "出具单位": f.Issuer, "核验编号": string(f.Number)} {
		if err := s.missing(label, printed(text)); err != nil {
			return err
		}
	}
	for _, n := range f.Notes {
		if err := s.missing("注意事项", printed(n)); err != nil {
			return err
		}
	}
	return nil
}

// layout fills a sheet from top to bottom.
type layout struct {
	*setter
	sheet *Sheet
	size  float64 // of the table's type
	y     float64 // how far the page is filled
}

// rounded is a length in hundredths of a millimetre: nobody sees less, and a PDF
// would spend eight digits on it.
func rounded(mm float64) float64 { return math.Round(mm*100) / 100 }

// line sets one line whose top is at y.
func (l *layout) line(x, y, size float64, bold bool, text string) {
	baseline := rounded(y + size*point*((leading-1)/2+ascent))
	for _, r := range l.runs(text) {
		w := r.width * size * point
		l.sheet.Texts = append(l.sheet.Texts, Text{X: rounded(x), Y: baseline, Size: size, Width: w, Bold: bold, Text: r.text, face: r.face})
		x += w
	}
}

// lines sets text between x and right and returns its height.
func (l *layout) lines(x, right, y, size float64, bold bool, text string) float64 {
	height := 0.0
	for _, line := range l.wrap(text, (right-x)/(size*point)) {
		l.line(x, y+height, size, bold, line)
		height += size * point * leading
	}
	return height
}

// centred sets a line in the middle between two edges, or several where one is
// too short for it.
func (l *layout) centred(left, right, y, size float64, bold bool, text string) float64 {
	height := 0.0
	for _, line := range l.wrap(text, (right-left)/(size*point)) {
		l.line((left+right-l.width(line)*size*point)/2, y+height, size, bold, line)
		height += size * point * leading
	}
	return height
}

func (l *layout) head(f form.Form, issued model.Date) {
	l.y = 14
	l.y += l.centred(Left, Right, l.y, titleSize, true, printed(f.Title))
	l.y += l.centred(Left, Right, l.y, kindSize, false, f.Kind.Chinese())
	if f.Sample {
		l.y += l.centred(Left, Right, l.y, largest, true, SampleMark+"，仅供演示，不具有任何效力")
	}
	l.y += 4

	q := &l.sheet.QR
	// A code is hundreds of lines: all begin and end at whole tenths.
	tenth := func(mm float64) float64 { return math.Round(mm*10) / 10 }
	m := tenth(qrSide / float64(len(q.Modules)))
	q.Side = rounded(m * float64(len(q.Modules)))
	q.X, q.Y = rounded(Right-q.Side), rounded(tenth(l.y+1+m/2)-m/2)
	under := q.Y + q.Side + q.Module()*quietModules
	under += l.centred(q.X, Right, under, captionSize, false, "扫码核验")

	y := l.y
	for i, item := range []struct{ label, value string }{
		{"核验编号", Grouped(f.Number)},
		{"有效期至", f.ValidUntil.Chinese()},
		{"出具日期", issued.Chinese()},
		{"出具单位", printed(f.Issuer)},
	} {
		size, bold, gap := min(largest, l.size+1), false, 1.6
		if i == 0 {
			size, bold, gap = numberSize, true, 2.6
		}
		// Both stand on one baseline, whatever their sizes.
		small := min(largest, l.size+1)
		l.line(Left, y+(size-small)*point*((leading-1)/2+ascent), small, false, item.label)
		y += l.lines(HeadValue, HeadRight, y, size, bold, item.value) + gap
	}
	l.y = rounded(max(y, under) + 2)
}

// Grouped writes a number in groups that can be read out.
func Grouped(n model.VerificationNumber) string {
	s := string(n)
	if len(s) != 15 {
		return s
	}
	return s[:2] + " " + s[2:7] + " " + s[7:11] + " " + s[11:]
}

func (l *layout) block(b form.Block) {
	height := rounded(l.size * point * (leading + 2*rowPad))
	l.sheet.Fills = append(l.sheet.Fills, Fill{X: Left, Y: l.y, W: Right - Left, H: height, Grey: 0xee})
	l.row([]column{{Left, Right, PartHeading, printed(b.Title)}})
	for _, line := range b.Lines() {
		r := line[0]
		if len(line) == 1 {
			l.row([]column{{Left, Value, PartLabel, printed(r.Label)}, {Value, Right, PartValue, printed(r.Value)}})
			continue
		}
		second := line[1]
		l.row([]column{
			{Left, Value, PartLabel, printed(r.Label)},
			{Value, SecondName, PartValue, printed(r.Value)},
			{SecondName, SecondVal, PartLabel, printed(second.Label)},
			{SecondVal, Right, PartValue, printed(second.Value)},
		})
	}
}

// column is a cell of a row before its height is known.
type column struct {
	left, right float64
	part        Part
	text        string
}

const ruleWidth = 0.2

// row draws a row of the table with its rules.
func (l *layout) row(columns []column) {
	em := l.size * point
	height := 0.0
	for _, c := range columns {
		height = max(height, l.lines(c.left+Pad, c.right-Pad, l.y+rowPad*em, l.size, c.part == PartHeading, c.text))
	}
	height = rounded(height + 2*rowPad*em)
	rule := func(x1, y1, x2, y2 float64) {
		l.sheet.Rules = append(l.sheet.Rules, Rule{x1, y1, x2, y2, ruleWidth})
	}
	for _, c := range columns {
		l.sheet.Cells = append(l.sheet.Cells, Cell{Part: c.part, X: c.left, Y: l.y, W: c.right - c.left, H: height, Text: c.text})
		rule(c.left, l.y, c.left, l.y+height)
	}
	rule(Right, l.y, Right, l.y+height)
	rule(Left, l.y, Right, l.y)
	rule(Left, l.y+height, Right, l.y+height)
	l.y += height
}

func (l *layout) notes(notes []string) {
	size := min(notesSize, l.size)
	em := size * point
	l.y += 3
	l.y += l.lines(Left, Right, l.y, size, true, "注意事项")
	for i, n := range notes {
		number := strconv.Itoa(i+1) + "."
		l.line(Left, l.y, size, false, number)
		l.y += l.lines(Left+em*(0.8+0.6*float64(len(number)-1)), Right, l.y, size, false, printed(n))
	}
}

// title of the documents; it goes into their metadata and so names nobody.
func (s *Sheet) title() string {
	return fmt.Sprintf("毕业生去向登记信息表（%s）", s.Kind.Chinese())
}
