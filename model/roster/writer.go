package roster

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"quxiang/model"
)

// WriterOptions say what to write.
type WriterOptions struct {
	Kind   model.SheetKind
	Format TableFormat
	Masked bool // for somebody who may not see whole ID numbers: they are left out
}

// Writer exports records in the layout that Open reads: importing an export
// changes nothing. It streams: rows of an XLSX go to a temporary file when they
// become many, those of a CSV to the reader at once. All cells are text. In a
// CSV, which has no types, a cell that a spreadsheet would take for a formula
// gets an apostrophe in front, which reading takes off again.
type Writer struct {
	to      io.Writer
	columns []exported
	cells   []string
	sheet   *textSheet
	csv     *csv.Writer
}

// NewWriter begins an export with its header. The caller closes it.
func NewWriter(w io.Writer, o WriterOptions) (*Writer, error) {
	out := &Writer{to: w, columns: exportedOf(o.Kind, o.Masked)}
	out.cells = make([]string, len(out.columns))
	for i, c := range out.columns {
		out.cells[i] = c.name
	}
	if o.Format == TableXLSX {
		sheet, err := newTextSheet(o.Kind.Chinese(), 18, 12, 20)
		if err != nil {
			return nil, err
		}
		out.sheet = sheet
		if err := sheet.add(out.cells); err != nil {
			return nil, errors.Join(err, sheet.close())
		}
		return out, nil
	}
	// The mark tells spreadsheet programs that it is UTF-8.
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, fmt.Errorf("roster: export: %w", err)
	}
	out.csv = csv.NewWriter(w)
	out.csv.UseCRLF = true
	return out, out.line(out.cells)
}

// Write adds a record, with the code tables of its cohort.
func (w *Writer) Write(r model.Record, codes model.Codes) error {
	for i, c := range w.columns {
		w.cells[i] = flat(c.value(r, codes))
	}
	if w.sheet == nil {
		for i, c := range w.cells {
			w.cells[i] = harmless(c)
		}
		return w.line(w.cells)
	}
	if w.sheet.full() {
		return model.Errorf(model.CodeTooLarge, "超过一张表格能容纳的行数。请缩小范围，或导出为 CSV。")
	}
	return w.sheet.add(w.cells)
}

// WriteAll adds records; codes gives the tables of a cohort.
func (w *Writer) WriteAll(records []model.Record, codes func(cohort string) (model.Codes, error)) error {
	for _, r := range records {
		table, err := codes(r.Graduate.CohortCode)
		if err != nil {
			return err
		}
		if err := w.Write(r, table); err != nil {
			return err
		}
	}
	return nil
}

func (w *Writer) line(cells []string) error {
	if err := w.csv.Write(cells); err != nil {
		return fmt.Errorf("roster: export: %w", err)
	}
	return nil
}

// Close ends the file; without it an XLSX is never written.
func (w *Writer) Close() error {
	if w.sheet != nil {
		return errors.Join(w.sheet.writeTo(w.to), w.sheet.close())
	}
	w.csv.Flush()
	if err := w.csv.Error(); err != nil {
		return fmt.Errorf("roster: export: %w", err)
	}
	return nil
}

// Abandon removes what is held of an export that is not ended.
func (w *Writer) Abandon() error {
	if w.sheet != nil {
		return w.sheet.close()
	}
	return nil
}
