package roster_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"quxiang/model"
	"quxiang/model/demo"
	"quxiang/model/roster"
)

// nasty are values that spreadsheets, CSV and people make trouble with.
func nasty() []string {
	return []string{
		`=HYPERLINK("http://x.example","点我")`, "+86 公司", "-1+1", "@SUM(A1)", "\t制表", "两\n行", "回\r车", `"引号"`, "逗,号;分", "'单引号",
		"00123", "吴㛃𬭚·买买提", "＝全角", " 前后空格 ", "-", "/", `="123"`, "1E+17", "a\u200bb", "%s%d", "<b>&amp;</b>",
	}
}

// export writes records to a file.
func export(t testing.TB, o roster.WriterOptions, records ...model.Record) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "export."+string(o.Format))
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w, err := roster.NewWriter(f, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := w.Write(r, table(t)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func nastyRecords() []model.Record {
	var out []model.Record
	values := nasty()
	i := 0
	for p := range demo.Graduates(len(values), 3, demo.Options{Year: 2027}) {
		v := values[i]
		p.Basics.Class, p.Basics.Degree, p.Basics.Commissioner, p.Basics.StudentNumber = v, v, v, v
		p.Basics.Major, p.Basics.OriginName, p.Basics.Hardship, p.Basics.College = v, v, v, "院"+v
		p.Basics.HouseholdIn = model.Yes
		out = append(out, model.Record{
			Graduate: model.Graduate{CohortCode: "2027", SchoolCode: "99001", Basics: p.Basics}, School: demo.School(),
			Revisions: []model.Revision{{Number: 1, Destination: model.Destination{
				Category: "10", Unit: "名" + v, UnitPlace: "市" + v, Note: v, SignedOn: "2027-05-01", HouseholdIn: model.Yes,
				Archive:   model.ArchiveTransfer{Type: "agency", Unit: "中心" + v, Place: v, Address: v, Postcode: "012345", Contact: v, Phone: "+86-25"},
				Household: model.HouseholdTransfer{Type: "stay", Place: v},
			}}},
		})
		i++
	}
	return out
}

// TestExportIsReadBack: whatever stands in a record, reading its export makes
// nothing else of it, and what people see in a spreadsheet is never run.
func TestExportIsReadBack(t *testing.T) {
	records := nastyRecords()
	for _, format := range []roster.TableFormat{roster.TableXLSX, roster.TableCSV} {
		for _, kind := range []model.SheetKind{model.SheetRoster, model.SheetDestinations} {
			t.Run(string(kind)+" "+string(format), func(t *testing.T) {
				r, err := roster.Open(export(t, roster.WriterOptions{Kind: kind, Format: format}, records...), roster.Options{Kind: kind, Codes: table(t)})
				if err != nil {
					t.Fatal(err)
				}
				defer r.Close()
				rows := readAll(t, r)
				if len(rows) != len(records) {
					t.Fatalf("%d rows of %d", len(rows), len(records))
				}
				for i, row := range rows {
					known := records[i]
					if len(row.Faults) > 0 {
						t.Errorf("%q: %v", nasty()[i], row.Faults)
						continue
					}
					if row.Basics.ExamNumber != known.Graduate.Basics.ExamNumber {
						t.Errorf("考生号 %q", row.Basics.ExamNumber)
					}
					if kind == model.SheetRoster {
						if b := r.Keep(row.Basics, known.Graduate.Basics); b != known.Graduate.Basics {
							t.Errorf("%q: basics\n%+v\nwere\n%+v", nasty()[i], b, known.Graduate.Basics)
						}
					}
					if d := r.KeepDestination(*row.Destination, known.Latest().Destination); d != known.Latest().Destination {
						t.Errorf("%q: destination\n%+v\nwas\n%+v", nasty()[i], d, known.Latest().Destination)
					}
				}
			})
		}
	}
}

// TestExportIsHarmless: no cell is a formula, and all are text.
func TestExportIsHarmless(t *testing.T) {
	records := nastyRecords()
	f, err := excelize.OpenFile(export(t, roster.WriterOptions{Kind: model.SheetRoster, Format: roster.TableXLSX}, records...))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheet := f.GetSheetName(0)
	rows, err := f.GetRows(sheet)
	if err != nil || len(rows) != len(records)+1 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for y, row := range rows {
		for x, value := range row {
			at, err := excelize.CoordinatesToCellName(x+1, y+1)
			if err != nil {
				t.Fatal(err)
			}
			formula, err := f.GetCellFormula(sheet, at)
			if err != nil || formula != "" {
				t.Errorf("%s is the formula %q, %v", at, formula, err)
			}
			kind, err := f.GetCellType(sheet, at)
			if err != nil || value != "" && kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
				t.Errorf("%s holds %q as type %d, %v", at, value, kind, err)
			}
		}
	}
	content, err := os.ReadFile(export(t, roster.WriterOptions{Kind: model.SheetRoster, Format: roster.TableCSV}, records...))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(content, []byte("\ufeff考生号,")) {
		t.Errorf("begins with %q", content[:20])
	}
	for _, cell := range strings.FieldsFunc(string(content), func(c rune) bool { return c == ',' || c == '\n' || c == '\r' }) {
		if strings.ContainsAny(cell[:1], "=+-@\t") || strings.HasPrefix(cell, `"=`) {
			t.Errorf("a formula: %q", cell)
		}
	}
}

// TestMaskedExport has no ID number at all, and cannot be imported as a roster.
func TestMaskedExport(t *testing.T) {
	records := nastyRecords()[:1]
	path := export(t, roster.WriterOptions{Kind: model.SheetRoster, Format: roster.TableCSV, Masked: true}, records...)
	content, err := os.ReadFile(path)
	if err != nil || bytes.Contains(content, []byte(records[0].Graduate.Basics.IDNumber)) || bytes.Contains(content, []byte("身份证")) {
		t.Errorf("%s, %v", content, err)
	}
	if _, err := roster.Open(path, roster.Options{Codes: table(t)}); err == nil || !strings.Contains(err.Error(), "缺少必需的列：身份证号") {
		t.Errorf("opened: %v", err)
	}
}
