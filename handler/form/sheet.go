package form

import "quxiang/model"

// Sheet is a form laid out on A4: what the PDF and the picture draw. All
// lengths are millimetres from the top left corner of the page.
type Sheet struct {
	Kind   model.FormKind
	Sample bool // SampleMark lies across the page, behind the text
	Fills  []Fill
	Rules  []Rule
	Texts  []Text
	Cells  []Cell
	QR     Code
}

// Fill is a grey rectangle.
type Fill struct {
	X, Y, W, H float64
	Grey       uint8 // 0 black, 255 white
}

// Rule is a straight black line.
type Rule struct {
	X1, Y1, X2, Y2 float64
	Width          float64
}

// Text is a piece of a line in one font, set from X on the baseline Y.
type Text struct {
	X, Y  float64
	Size  float64 // in points
	Width float64
	Bold  bool
	Text  string

	face int
}

// Part says what stands in a cell.
type Part int

// The parts of a sheet.
const (
	PartHeading Part = iota // title of a block, over the whole width
	PartLabel
	PartValue
)

// Cell is a box of the table and the text in it, white space at line breaks
// aside.
type Cell struct {
	Part       Part
	X, Y, W, H float64
	Text       string
}

// Code is the QR code with its top left corner at X, Y; Side is that of the modules
// without the quiet zone, which is white and four modules wide.
type Code struct {
	X, Y, Side float64
	Modules    [][]bool // rows of modules, true is black
	Link       string   // the address that it says
}

// Module is the side of one module.
func (q Code) Module() float64 { return q.Side / float64(len(q.Modules)) }

// quietModules is the white border that ISO/IEC 18004 §6.3.8 asks for.
const quietModules = 4
