package roster_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/roster"
)

// register keeps what it gets, by code, as the store does.
type register map[string]model.Unit

func (r register) SaveUnits(_ context.Context, units []model.Unit) (changed int, _ error) {
	for _, u := range units {
		if r[u.Code] != u {
			r[u.Code] = u
			changed++
		}
	}
	return changed, nil
}

func importUnits(t *testing.T, path string, into register) (model.TaskResult, []string, error) {
	t.Helper()
	table, err := codes.For(codes.Default)
	if err != nil {
		t.Fatal(err)
	}
	var faults []string
	result, err := roster.ImportUnits(t.Context(), roster.UnitImport{
		Path: path, Options: roster.Options{Codes: table}, Saver: into,
		Refused: func(_ []string, row roster.Row) error {
			for _, f := range row.Faults {
				faults = append(faults, f.String())
			}
			return nil
		},
	})
	return result, faults, err
}

const goodCode, otherCode = "12100000466006770Q", "99990000MA0000000F"

func TestImportUnits(t *testing.T) {
	want := register{
		goodCode:  {Code: goodCode, Name: "示范大学", Kind: "21", Industry: "42", Place: "北京市海淀区"},
		otherCode: {Code: otherCode, Name: "示范公司"},
	}
	for name, path := range map[string]string{
		"CSV":   file(t, "u.csv", "单位名称,所属行业,统一社会信用代码,单位性质,单位所在地\n示范大学,教育,"+goodCode+",高等教育,北京市海淀区\n\n示范公司,,９９９９0000ma0000000f ,,\n"),
		"codes": file(t, "c.csv", "dwmc,dwhydm,dwzzjgdm,dwxzdm,dwszddm\n示范大学,42,"+goodCode+",21,110108\n示范公司,,"+otherCode+",,\n"),
		"XLSX": workbook(t, map[string][][]any{"单位": {
			{"某地单位登记表"},
			{"信用代码", "企业名称", "行业", "性质", "所在地"},
			{goodCode, "示范大学", "教育", "高等教育单位", "北京市海淀区"},
			{otherCode, "示范公司"},
		}}),
	} {
		t.Run(name, func(t *testing.T) {
			got := register{}
			result, faults, err := importUnits(t, path, got)
			if diff := cmp.Diff(want, got); err != nil || diff != "" || len(faults) != 0 || result != (model.TaskResult{Imported: 2}) {
				t.Errorf("%+v %v %v %s", result, faults, err, diff)
			}
			if result, _, err := importUnits(t, path, got); err != nil || result != (model.TaskResult{Unchanged: 2}) {
				t.Errorf("again: %+v %v", result, err)
			}
		})
	}
}

// Every bad row is named, with row, column and sentence; good ones around it are
// taken.
func TestImportUnitsNamesBadRows(t *testing.T) {
	rows := []struct{ line, says string }{
		{"示范一,,,", "“统一社会信用代码”：不能为空"},
		{"," + goodCode + ",,", "“单位名称”：不能为空"},
		{"示范三,12100000466006770A,,", "“统一社会信用代码”：统一社会信用代码的校验码不符"},
		{"示范四,1.21E+17,,", "“统一社会信用代码”：内容是“1.21E+17”，长数字被表格软件截断"},
		{"示范五,1210000046600677,,", "应为 18 位，现在是 16 位"},
		{"示范六,12IO0000466006770Q,,", "第 3 位“I”不会出现在代码中"},
		{"示范七,91110000710933809D,火星单位,", "“单位性质”：“火星单位”不在代码表中"},
		{"示范八,91110000710933809D,,火星业", "“单位行业”：“火星业”不在代码表中"},
		{strings.Repeat("长", 121) + ",91110000710933809D,,", "“单位名称”：超过 120 字"},
		{"示范十," + otherCode + ",,", ""},
		{"示范十一," + otherCode + ",,", "“统一社会信用代码”：与第 11 行的代码相同"},
	}
	text := "单位名称,统一社会信用代码,单位性质,单位行业\n"
	for _, r := range rows {
		text += r.line + "\n"
	}
	got := register{}
	result, faults, err := importUnits(t, file(t, "u.csv", text), got)
	if err != nil || result != (model.TaskResult{Imported: 1, Refused: len(rows) - 1}) || len(got) != 1 {
		t.Fatalf("%+v %v %v", result, got, err)
	}
	n := 0
	for i, r := range rows {
		if r.says == "" {
			continue
		}
		if n >= len(faults) || !strings.Contains(faults[n], r.says) || !strings.Contains(faults[n], fmt.Sprintf("第 %d 行", i+2)) {
			t.Errorf("row %d: %v, want %s", i+2, faults[n:], r.says)
		}
		n++
	}
}

func TestUnitFilesThatAreRefused(t *testing.T) {
	for content, says := range map[string]string{
		"":      "空的",
		"a,b\n": "没有找到单位登记表的表头（统一社会信用代码、单位名称等）",
		"单位名称,单位行业\n示范,教育\n":    "缺少必需的列：统一社会信用代码",
		"单位名称,统一社会信用代码\n":       "没有单位",
		"单位名称,名称,统一社会信用代码\nx\n": "两列是同一项内容",
	} {
		_, _, err := importUnits(t, file(t, "u.csv", content), register{})
		var e *model.Error
		if !errors.As(err, &e) || !strings.Contains(e.Message, says) {
			t.Errorf("%q: %v, want %s", content, err, says)
		}
	}
}

// A saver that fails ends the import.
func TestImportUnitsStops(t *testing.T) {
	table, _ := codes.For(codes.Default)
	_, err := roster.ImportUnits(t.Context(), roster.UnitImport{
		Path: file(t, "u.csv", "单位名称,统一社会信用代码\n示范,"+goodCode+"\n"), Options: roster.Options{Codes: table}, Saver: broken{},
	})
	if !errors.Is(err, errBroken) {
		t.Errorf("error %v", err)
	}
}

var errBroken = errors.New("no database")

type broken struct{}

func (broken) SaveUnits(context.Context, []model.Unit) (int, error) { return 0, errBroken }
