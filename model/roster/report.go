package roster

import (
	"errors"
	"strings"
)

// Report writes refused rows to an XLSX: line and reason, then the cells as
// they were, so that the sheet can be mended and read again. All cells are text.
// Nothing is written when no row was refused; rows beyond the 1,048,575 that a
// sheet can hold are counted only.
type Report struct {
	path   string
	header []string
	sheet  *textSheet
	count  int
}

// NewReport makes the report of a sheet with the given header. The file at path
// is made by Close.
func NewReport(path string, header []string) *Report { return &Report{path: path, header: header} }

// Count is how many rows were refused.
func (p *Report) Count() int { return p.count }

// Refuse adds a row, with its own faults and further ones, and returns why it
// was refused, in words.
func (p *Report) Refuse(row Row, more ...Fault) (why string, err error) {
	if p.sheet == nil {
		if p.sheet, err = newTextSheet("未导入的行", 0, 60); err != nil {
			return "", err
		}
		if err := p.sheet.add(append([]string{"原行号", "原因"}, p.header...)); err != nil {
			return "", err
		}
	}
	texts := make([]string, 0, len(row.Faults)+len(more))
	for _, f := range append(row.Faults[:len(row.Faults):len(row.Faults)], more...) {
		texts = append(texts, f.String())
	}
	why = strings.Join(texts, "；")
	p.count++
	return why, p.sheet.add(append([]string{itoa(row.Line), why}, row.Cells...))
}

// Close writes the file.
func (p *Report) Close() error {
	if p.sheet == nil {
		return nil
	}
	return errors.Join(p.sheet.save(p.path), p.sheet.close())
}
