package roster_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"quxiang/model/roster"
)

var formulas = [][]any{
	{"班级", "人数"},
	{"软工2301", 12},
	{`=HYPERLINK("http://x","y")`, 0},
	{"+1", 1},
	{"-2", 2},
	{"@SUM(A1)", 3},
	{"\t=1", 4},
	{"  =1", 5},
	{"＝1", 6},
	{"普通-名称", -7},
	{"0012345678901234", 8},
}

func TestWriteTableCSV(t *testing.T) {
	var b bytes.Buffer
	if err := roster.WriteTable(&b, roster.TableCSV, "表", formulas); err != nil {
		t.Fatal(err)
	}
	text, ok := strings.CutPrefix(b.String(), "\ufeff")
	if !ok {
		t.Error("no byte order mark")
	}
	got, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var first []string
	for _, line := range got {
		first = append(first, line[0])
	}
	want := []string{"班级", "软工2301", `'=HYPERLINK("http://x","y")`, "'+1", "'-2", "'@SUM(A1)", "'\t=1", "'  =1", "'＝1", "普通-名称", "0012345678901234"}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Error(diff)
	}
	if got[9][1] != "-7" {
		t.Errorf("a number became %q", got[9][1])
	}
	if err := roster.WriteTable(&b, roster.TableCSV, "表", [][]any{{1.5}}); err == nil {
		t.Error("a float is no cell")
	}
}

func TestWriteTableXLSX(t *testing.T) {
	var b bytes.Buffer
	if err := roster.WriteTable(&b, roster.TableXLSX, "表", formulas); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for i, row := range formulas {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		formula, err1 := f.GetCellFormula("表", cell)
		value, err2 := f.GetCellValue("表", cell)
		if err1 != nil || err2 != nil || formula != "" || value != row[0] {
			t.Errorf("%s: %q, formula %q, %v %v", cell, value, formula, err1, err2)
		}
	}
	kind, err := f.GetCellType("表", "B2")
	if err != nil || kind != excelize.CellTypeNumber && kind != excelize.CellTypeUnset {
		t.Errorf("a count is of type %v, %v", kind, err)
	}
}
