package roster

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"
)

// textFormat is Excel's built-in number format 49: whatever is typed into such
// a cell stays text.
const textFormat = 49

// textSheet writes an XLSX of one sheet, row by row. All cells are text in text
// format: nothing in them is ever run as a formula, and digits stay. Rows go to
// a temporary file when they become many.
type textSheet struct {
	file  *excelize.File
	sheet *excelize.StreamWriter
	style int
	lines int
	cells []excelize.Cell
	row   []any // points at the cells, so that a row allocates none
}

// newTextSheet starts a sheet. widths are those of its first columns, in
// characters; 0 leaves one as it is.
func newTextSheet(name string, widths ...float64) (_ *textSheet, err error) {
	t := &textSheet{file: excelize.NewFile()}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("roster: start a sheet: %w", err), t.file.Close())
		}
	}()
	if err := t.file.SetSheetName("Sheet1", name); err != nil {
		return nil, err
	}
	if t.style, err = t.file.NewStyle(&excelize.Style{NumFmt: textFormat}); err != nil {
		return nil, err
	}
	if t.sheet, err = t.file.NewStreamWriter(name); err != nil {
		return nil, err
	}
	for i, w := range widths {
		if w == 0 {
			continue
		}
		if err := t.sheet.SetColWidth(i+1, i+1, w); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// full reports whether the sheet can hold no further row.
func (t *textSheet) full() bool { return t.lines >= excelize.TotalRows }

// add writes a row; one that the sheet cannot hold is dropped.
func (t *textSheet) add(cells []string) error {
	if t.full() {
		return nil
	}
	if len(t.cells) < len(cells) {
		t.cells = make([]excelize.Cell, len(cells))
		t.row = make([]any, len(cells))
		for i := range t.cells {
			t.cells[i].StyleID = t.style
			t.row[i] = &t.cells[i]
		}
	}
	for i, c := range cells {
		t.cells[i].Value = cut(c)
	}
	t.lines++
	at, err := excelize.CoordinatesToCellName(1, t.lines)
	if err != nil {
		return fmt.Errorf("roster: write a sheet: %w", err)
	}
	if err := t.sheet.SetRow(at, t.row[:len(cells)]); err != nil {
		return fmt.Errorf("roster: write a sheet: %w", err)
	}
	return nil
}

// writeTo ends the sheet and writes the workbook.
func (t *textSheet) writeTo(w io.Writer) error {
	if err := t.sheet.Flush(); err != nil {
		return fmt.Errorf("roster: end a sheet: %w", err)
	}
	if err := t.file.Write(w); err != nil {
		return fmt.Errorf("roster: write a sheet: %w", err)
	}
	return nil
}

// save ends the sheet and writes it to a file that only its owner can read: it
// holds personal data.
func (t *textSheet) save(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) // #nosec G304 -- the caller chooses the file
	if err != nil {
		return fmt.Errorf("roster: make a sheet: %w", err)
	}
	return errors.Join(t.writeTo(f), f.Close())
}

// close removes what is held.
func (t *textSheet) close() error { return t.file.Close() }

// cut keeps a cell within what a spreadsheet's cell can hold.
func cut(s string) string {
	if len(s) <= excelize.TotalCellChars {
		return s
	}
	return strings.ToValidUTF8(s[:excelize.TotalCellChars], "")
}
