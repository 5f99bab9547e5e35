package roster

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"
)

// answerWidth is how wide a column of answers is, in characters.
const answerWidth = 20

func (q *Questions) answerCSV(w io.Writer, columns []string, answers [][]string) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("roster: answers: %w", err)
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = q.comma, true
	byRow := make(map[int][]string, len(answers))
	byRow[q.header.lines-1] = columns
	for i, r := range q.Rows {
		byRow[r.at] = answers[i]
	}
	start := q.start(columns)
	for i, cells := range q.cells {
		line := append([]string(nil), cells...)
		if ours, ok := byRow[i]; ok {
			for len(line) < start+len(ours) {
				line = append(line, "")
			}
			for j, c := range ours {
				line[start+j] = harmless(shown(c))
			}
		}
		if err := out.Write(line); err != nil {
			return fmt.Errorf("roster: answers: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("roster: answers: %w", err)
	}
	return nil
}

// answerXLSX writes into the uploaded workbook itself: its other columns, their
// formats and its other sheets stay.
func (q *Questions) answerXLSX(w io.Writer, columns []string, answers [][]string) error {
	return q.edited(func(f *excelize.File) error {
		start, style := q.start(columns), textStyle(f)
		if start+len(columns) > excelize.MaxColumns {
			return tooWide()
		}
		if err := q.put(f, style, q.header.lines, start, columns); err != nil {
			return err
		}
		for i, r := range q.Rows {
			if err := q.put(f, style, r.Line, start, answers[i]); err != nil {
				return err
			}
		}
		if err := q.widen(f, start, len(columns)); err != nil {
			return err
		}
		if err := f.Write(w); err != nil {
			return fmt.Errorf("roster: answers: %w", err)
		}
		return nil
	})
}

// rehearse writes a cell into the workbook and drops it, so that one in which no
// answer could stand is refused before anything is asked.
func (q *Questions) rehearse() error {
	if err := bearable(q.path); err != nil {
		return err
	}
	return q.edited(func(f *excelize.File) error { return q.put(f, textStyle(f), q.header.lines, q.width, []string{""}) })
}

// edited opens the uploaded workbook for edit. The library panics where a part
// that it reckons with is missing or makes no sense; such a file is damaged.
func (q *Questions) edited(edit func(f *excelize.File) error) (err error) {
	f, err := excelize.OpenFile(q.path)
	if err != nil {
		return damaged().Because(fmt.Errorf("roster: open workbook: %w", err))
	}
	defer func() {
		if p := recover(); p != nil {
			err = damaged().Because(fmt.Errorf("roster: edit workbook: %v", p))
		}
		err = errors.Join(err, f.Close())
	}()
	return edit(f)
}

// noStyle is of a workbook that has none: they are optional (ECMA-376, part 1,
// 12.3.20), and the library panics then.
const noStyle = -1

// textStyle makes cells text, so that a spreadsheet program takes no answer for
// a number when it is edited.
func textStyle(f *excelize.File) (style int) {
	defer func() {
		if p := recover(); p != nil {
			style = noStyle
		}
	}()
	style, err := f.NewStyle(&excelize.Style{NumFmt: textFormat})
	if err != nil {
		return noStyle
	}
	return style
}

// put writes cells into a line, from column start on.
func (q *Questions) put(f *excelize.File, style, line, start int, cells []string) error {
	from, err := excelize.CoordinatesToCellName(start+1, line)
	if err != nil {
		return fmt.Errorf("roster: answers: %w", err)
	}
	to, err := excelize.CoordinatesToCellName(start+len(cells), line)
	if err != nil {
		return fmt.Errorf("roster: answers: %w", err)
	}
	if style != noStyle {
		if err := f.SetCellStyle(q.sheet, from, to, style); err != nil {
			return fmt.Errorf("roster: answers: %w", err)
		}
	}
	for j, c := range cells {
		at, err := excelize.CoordinatesToCellName(start+1+j, line)
		if err != nil {
			return fmt.Errorf("roster: answers: %w", err)
		}
		if err := f.SetCellStr(q.sheet, at, shown(c)); err != nil {
			return fmt.Errorf("roster: answers: %w", err)
		}
	}
	return nil
}

// widen makes the columns of answers wide enough to be read.
func (q *Questions) widen(f *excelize.File, start, n int) error {
	first, err := excelize.ColumnNumberToName(start + 1)
	if err != nil {
		return fmt.Errorf("roster: answers: %w", err)
	}
	last, err := excelize.ColumnNumberToName(start + n)
	if err != nil {
		return fmt.Errorf("roster: answers: %w", err)
	}
	if err := f.SetColWidth(q.sheet, first, last, answerWidth); err != nil {
		return fmt.Errorf("roster: answers: %w", err)
	}
	return nil
}

// WriteQuestionTemplate writes a sheet to be filled in by a department: the
// header and one row that says how, which no number can be mistaken for.
func WriteQuestionTemplate(w io.Writer, format TableFormat) error {
	columns := questionColumns()
	head := make([]any, len(columns))
	for i, c := range columns {
		head[i] = c.label
	}
	return WriteTable(w, format, "核验表", [][]any{head})
}
