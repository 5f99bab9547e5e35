package roster

import (
	"errors"
	"fmt"
	"io"

	"github.com/xuri/excelize/v2"

	"quxiang/model"
)

// inMemoryPart is the size up to which a sheet, or the table of shared strings,
// is kept in memory while it is read; larger ones go to a temporary file.
const inMemoryPart = 16 << 20

// xlsx is the source of rows of one sheet.
type xlsx struct {
	file     *excelize.File
	rows     *excelize.Rows
	sheet    string
	line     int
	total    int
	lastRows map[int]bool
}

// openXLSX opens the sheet that has the header of v, wherever it is in the
// workbook.
func openXLSX(path string, o Options, v *vocabulary) (_ source, h header, total int, err error) {
	lastRows, err := inspect(path, o.MaxUnzipped)
	if err != nil {
		return nil, header{}, 0, err
	}
	f, err := excelize.OpenFile(path, excelize.Options{
		RawCellValue: true, UnzipSizeLimit: o.MaxUnzipped, UnzipXMLSizeLimit: min(inMemoryPart, o.MaxUnzipped), TmpDir: o.TempDir,
	})
	if err != nil {
		return nil, header{}, 0, damaged().Because(fmt.Errorf("roster: open workbook: %w", err))
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	sheet, h, err := chooseSheet(f, v)
	if err != nil {
		return nil, header{}, 0, err
	}
	for n := range lastRows {
		total = max(total, n)
	}
	x := &xlsx{file: f, sheet: sheet, total: total, lastRows: lastRows}
	if x.rows, err = f.Rows(sheet); err != nil {
		return nil, header{}, 0, damaged().Because(fmt.Errorf("roster: read sheet: %w", err))
	}
	for range h.lines {
		if _, _, err := x.next(); err != nil {
			return nil, header{}, 0, err
		}
	}
	return x, h, total, nil
}

// chooseSheet finds the one sheet that has the header and rows below it. Two
// such sheets are an error: taking one would drop the other without a word.
func chooseSheet(f *excelize.File, v *vocabulary) (sheet string, h header, err error) {
	filled := false
	var lacking error
	for _, s := range f.GetSheetList() {
		top, err := topRows(f, s)
		if err != nil {
			return "", header{}, err
		}
		found, ok, err := v.findHeader(top)
		if !ok {
			continue
		}
		if err == nil {
			err = v.missing(found)
		}
		if err != nil {
			lacking = errors.Join(lacking, err)
			continue
		}
		rows := len(top) > found.lines
		switch {
		case sheet == "", rows && !filled: // better than none, or than one without rows
			sheet, h, filled = s, found, rows
		case rows:
			return "", header{}, model.Invalid("file", "工作表“%s”和“%s”都有%s，请只保留一个，或分成两个文件上传。", sheet, s, v.what)
		}
	}
	switch {
	case sheet != "":
		return sheet, h, nil
	case lacking != nil:
		return "", header{}, lacking
	default:
		return "", header{}, v.noHeader()
	}
}

// topRows are the first rows of a sheet; none of a sheet of charts.
func topRows(f *excelize.File, sheet string) (top [][]string, err error) {
	rows, err := f.Rows(sheet)
	if err != nil {
		return nil, nil // a chart sheet has no rows and is not ours
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for len(top) < headerDepth+1 && rows.Next() {
		cells, err := rows.Columns()
		if err != nil {
			return nil, damaged().Because(fmt.Errorf("roster: read sheet: %w", err))
		}
		if len(cells) > maxColumns {
			return nil, tooWide()
		}
		top = append(top, cells)
	}
	return top, nil
}

func (x *xlsx) next() ([]string, int, error) {
	if !x.rows.Next() {
		if err := x.rows.Error(); err != nil {
			return nil, 0, damaged().Because(fmt.Errorf("roster: read sheet: %w", err))
		}
		// The library ends a sheet that it cannot parse like one that is over.
		if len(x.lastRows) > 0 && !x.lastRows[x.line] {
			return nil, 0, model.Invalid("file", "表格在第 %d 行之后已损坏，后面的行没有读到。请用 Excel 或 WPS 打开，另存为新的 .xlsx 后再上传。", x.line)
		}
		return nil, 0, io.EOF
	}
	x.line++
	cells, err := x.rows.Columns()
	if err != nil {
		return nil, 0, damaged().Because(fmt.Errorf("roster: read line %d: %w", x.line, err))
	}
	if len(cells) > maxColumns {
		return nil, 0, tooWide()
	}
	return cells, x.line, nil
}

func (x *xlsx) done() float64 {
	if x.total == 0 {
		return 0
	}
	return float64(x.line) / float64(x.total)
}

func (x *xlsx) close() error { return errors.Join(x.rows.Close(), x.file.Close()) }

func tooWide() error {
	return model.Errorf(model.CodeTooLarge, "表格的列数超过 %d，请删去数据右侧多余的列后再上传。", maxColumns)
}
