package roster

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"
)

// textFormat is Excel's built-in number format 49: whatever is typed into such
// a cell stays text.
const textFormat = 49

// Report writes refused rows to an XLSX: line and reason, then the cells as
// they were, so that the sheet can be mended and read again. All cells are text
// in text format: nothing in them is ever run as a formula, and digits stay.
// Nothing is written when no row was refused; rows beyond the 1,048,575 that a
// sheet can hold are counted only.
type Report struct {
	path   string
	header []string
	file   *excelize.File
	sheet  *excelize.StreamWriter
	style  int
	count  int
}

// NewReport makes the report of a roster with the given header. The file at
// path is made by Close.
func NewReport(path string, header []string) *Report { return &Report{path: path, header: header} }

// Count is how many rows were refused.
func (p *Report) Count() int { return p.count }

// Refuse adds a row, with its own faults and further reasons.
func (p *Report) Refuse(row Row, reasons ...string) error {
	if p.sheet == nil {
		if err := p.start(); err != nil {
			return err
		}
	}
	texts := make([]string, 0, len(row.Faults)+len(reasons))
	for _, f := range row.Faults {
		texts = append(texts, f.String())
	}
	texts = append(texts, reasons...)
	return p.write(append([]string{itoa(row.Line), strings.Join(texts, "；")}, row.Cells...))
}

func (p *Report) start() error {
	p.file = excelize.NewFile()
	const sheet = "未导入的行"
	if err := p.file.SetSheetName("Sheet1", sheet); err != nil {
		return fmt.Errorf("roster: name the report's sheet: %w", err)
	}
	style, err := p.file.NewStyle(&excelize.Style{NumFmt: textFormat})
	if err != nil {
		return fmt.Errorf("roster: style the report: %w", err)
	}
	p.style = style
	if p.sheet, err = p.file.NewStreamWriter(sheet); err != nil {
		return fmt.Errorf("roster: start the report: %w", err)
	}
	if err := p.sheet.SetColWidth(2, 2, 60); err != nil {
		return fmt.Errorf("roster: start the report: %w", err)
	}
	p.count = -1 // the header is no refused row
	return p.write(append([]string{"原行号", "原因"}, p.header...))
}

func (p *Report) write(cells []string) error {
	p.count++
	if p.count >= excelize.TotalRows {
		return nil
	}
	out := make([]any, len(cells))
	for i, c := range cells {
		out[i] = excelize.Cell{StyleID: p.style, Value: cut(c)}
	}
	at, err := excelize.CoordinatesToCellName(1, p.count+1)
	if err != nil {
		return fmt.Errorf("roster: write the report: %w", err)
	}
	if err := p.sheet.SetRow(at, out); err != nil {
		return fmt.Errorf("roster: write the report: %w", err)
	}
	return nil
}

// cut keeps a cell within what a spreadsheet's cell can hold.
func cut(s string) string {
	if len(s) <= excelize.TotalCellChars {
		return s
	}
	return strings.ToValidUTF8(s[:excelize.TotalCellChars], "")
}

// Close writes the file, which only its owner can read: it holds ID numbers.
func (p *Report) Close() (err error) {
	if p.file == nil {
		return nil
	}
	defer func() { err = errors.Join(err, p.file.Close()) }()
	if err := p.sheet.Flush(); err != nil {
		return fmt.Errorf("roster: end the report: %w", err)
	}
	f, err := os.OpenFile(p.path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("roster: make the report: %w", err)
	}
	err = p.file.Write(f)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("roster: write the report: %w", err)
	}
	return nil
}
