package roster

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// TableFormat is how a table is written.
type TableFormat string

// The formats of WriteTable.
const (
	TableCSV  TableFormat = "csv"
	TableXLSX TableFormat = "xlsx"
)

// WriteTable writes a small table, the heading first, as a sheet. Cells are
// text or int. Text is never run as a formula: in XLSX it is of type text, in
// CSV, which knows no types, a text that a spreadsheet would take for a formula
// gets an apostrophe in front. CSV begins with a byte order mark, without which
// Excel takes it for GBK.
func WriteTable(w io.Writer, format TableFormat, sheet string, rows [][]any) error {
	if format == TableCSV {
		return writeCSV(w, rows)
	}
	return writeXLSX(w, sheet, rows)
}

func writeCSV(w io.Writer, rows [][]any) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("roster: write a table: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true
	for _, row := range rows {
		line := make([]string, len(row))
		for i, cell := range row {
			switch v := cell.(type) {
			case int:
				line[i] = strconv.Itoa(v)
			case string:
				line[i] = harmless(v)
			default:
				return fmt.Errorf("roster: a table's cell is a %T", cell)
			}
		}
		if err := out.Write(line); err != nil {
			return fmt.Errorf("roster: write a table: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("roster: write a table: %w", err)
	}
	return nil
}

// harmless keeps spreadsheets from running a cell.
func harmless(text string) string {
	if strings.HasPrefix(text, "\t") || strings.HasPrefix(text, "\r") || strings.HasPrefix(text, "\n") ||
		strings.ContainsAny(firstRune(strings.TrimSpace(text)), "=+-@＝＋－＠") {
		return "'" + text
	}
	return text
}

func firstRune(s string) string {
	for _, r := range s {
		return string(r)
	}
	return ""
}

func writeXLSX(w io.Writer, sheet string, rows [][]any) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return fmt.Errorf("roster: name a table's sheet: %w", err)
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: textFormat})
	if err != nil {
		return fmt.Errorf("roster: style a table: %w", err)
	}
	out, err := f.NewStreamWriter(sheet)
	if err != nil {
		return fmt.Errorf("roster: start a table: %w", err)
	}
	for i, row := range rows {
		cells := make([]any, len(row))
		for j, cell := range row {
			cells[j] = cell
			if s, ok := cell.(string); ok {
				cells[j] = excelize.Cell{StyleID: text, Value: cut(s)}
			}
		}
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return fmt.Errorf("roster: write a table: %w", err)
		}
		if err := out.SetRow(at, cells); err != nil {
			return fmt.Errorf("roster: write a table: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("roster: end a table: %w", err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("roster: write a table: %w", err)
	}
	return nil
}
