package demo

import (
	"encoding/csv"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/xuri/excelize/v2"

	"quxiang/model"
)

// Format is a kind of roster file.
type Format string

// The formats of SampleRoster.
const (
	National Format = "national" // XLSX, the national sheet: 50 columns below two header rows
	WideXLSX Format = "wide"     // XLSX with the wider columns below one header row
	WideCSV  Format = "csv"      // the same as CSV, UTF-8 with a byte order mark
)

// SampleRoster writes a roster of people. It streams: people may be any number.
func SampleRoster(w io.Writer, f Format, people iter.Seq[Person], codes model.Codes) error {
	switch f {
	case National:
		return writeXLSX(w, nationalColumns(), 2, people, codes)
	case WideXLSX:
		return writeXLSX(w, wideColumns(), 1, people, codes)
	case WideCSV:
		return writeCSV(w, wideColumns(), people, codes)
	default:
		return fmt.Errorf("demo: no roster format %q", f)
	}
}

func writeXLSX(w io.Writer, columns []column, headers int, people iter.Seq[Person], codes model.Codes) (err error) {
	const sheet = "毕业生源信息"
	f := excelize.NewFile()
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return fmt.Errorf("demo: name the sheet: %w", err)
	}
	sw, err := f.NewStreamWriter(sheet)
	if err != nil {
		return fmt.Errorf("demo: start the sheet: %w", err)
	}
	line, cells := 0, make([]any, len(columns))
	add := func(value func(column) string) error {
		line++
		for i, c := range columns {
			cells[i] = value(c)
		}
		return sw.SetRow(fmt.Sprintf("A%d", line), cells)
	}
	if headers == 2 {
		if err := add(func(c column) string { return c.pinyin }); err != nil {
			return fmt.Errorf("demo: write the header: %w", err)
		}
	}
	if err := add(func(c column) string { return c.name }); err != nil {
		return fmt.Errorf("demo: write the header: %w", err)
	}
	for p := range people {
		if err := add(func(c column) string { return c.value(p, codes) }); err != nil {
			return fmt.Errorf("demo: write line %d: %w", line, err)
		}
	}
	if err := sw.Flush(); err != nil {
		return fmt.Errorf("demo: end the sheet: %w", err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("demo: write the file: %w", err)
	}
	return nil
}

func writeCSV(w io.Writer, columns []column, people iter.Seq[Person], codes model.Codes) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("demo: write the file: %w", err)
	}
	cw := csv.NewWriter(w)
	cw.UseCRLF = true
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = c.name
	}
	if err := cw.Write(cells); err != nil {
		return fmt.Errorf("demo: write the header: %w", err)
	}
	for p := range people {
		for i, c := range columns {
			cells[i] = c.value(p, codes)
		}
		if err := cw.Write(cells); err != nil {
			return fmt.Errorf("demo: write a line: %w", err)
		}
	}
	cw.Flush()
	if err := cw.Error(); err != nil {
		return fmt.Errorf("demo: write the file: %w", err)
	}
	return nil
}

// column is one column of a sheet and what stands in it.
type column struct {
	pinyin, name string
	value        func(Person, model.Codes) string
}

// of makes a column without a pinyin name.
func of(name string, value func(Person) string) column {
	return column{name: name, value: func(p Person, _ model.Codes) string { return value(p) }}
}

// blank is a column in which we know nothing.
func blank(Person) string { return "" }

// coded makes the two columns of a coded field: XXXdm with the code, XXX with
// its name.
func coded(pinyin, name string, table model.CodeTable, code func(Person) string) []column {
	return []column{
		{pinyin + "dm", name + "代码", func(p Person, _ model.Codes) string { return code(p) }},
		{pinyin, name, func(p Person, codes model.Codes) string {
			n, _ := codes.Name(table, code(p))
			return n
		}},
	}
}

func withPinyin(pinyin string, c column) column {
	c.pinyin = pinyin
	return c
}

// field reads a field of the destination, "" when there is none.
func field(get func(model.Destination) string) func(Person) string {
	return func(p Person) string {
		if p.Destination == nil {
			return ""
		}
		return get(*p.Destination)
	}
}

// categoryCode is the finer code where there is one.
func categoryCode(d model.Destination) string {
	if d.SubCategory != "" {
		return d.SubCategory
	}
	return d.Category
}

func categoryName(p Person, codes model.Codes) string {
	if p.Destination == nil {
		return ""
	}
	c, _ := codes.Category(p.Destination.Category)
	for _, s := range c.Sub {
		if s.Code == p.Destination.SubCategory {
			return strings.Join([]string{c.Name, s.Name}, "-")
		}
	}
	return c.Name
}
