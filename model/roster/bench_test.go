package roster_test

import (
	"errors"
	"io"
	"testing"

	"github.com/xuri/excelize/v2"

	"quxiang/model/demo"
	"quxiang/model/roster"
)

const benchRows = 20_000

// BenchmarkReader reads and checks a wide roster; BenchmarkBareRows beside it is
// the spreadsheet library's own iterator over the same file.
func BenchmarkReader(b *testing.B) {
	path := sample(b, demo.WideXLSX, demo.Graduates(benchRows, 1, demo.Options{Year: 2027, Destinations: 0.8}))
	c := table(b)
	b.ReportAllocs()
	for b.Loop() {
		r, err := roster.Open(path, roster.Options{Codes: c, TempDir: b.TempDir()})
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for {
			row, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil || len(row.Faults) > 0 {
				b.Fatal(err, row.Faults)
			}
			n++
		}
		if n != benchRows {
			b.Fatal(n)
		}
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
	perRow(b)
}

func BenchmarkBareRows(b *testing.B) {
	path := sample(b, demo.WideXLSX, demo.Graduates(benchRows, 1, demo.Options{Year: 2027, Destinations: 0.8}))
	b.ReportAllocs()
	for b.Loop() {
		f, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
		if err != nil {
			b.Fatal(err)
		}
		rows, err := f.Rows(f.GetSheetName(0))
		if err != nil {
			b.Fatal(err)
		}
		n := 0
		for rows.Next() {
			if _, err := rows.Columns(); err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != benchRows+1 {
			b.Fatal(n)
		}
		if err := errors.Join(rows.Close(), f.Close()); err != nil {
			b.Fatal(err)
		}
	}
	perRow(b)
}

func perRow(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
}
