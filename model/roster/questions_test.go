package roster_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"quxiang/model"
	"quxiang/model/roster"
)

// cellsOf writes rows, from the top of the first sheet; edit does more to it.
func cellsOf(t *testing.T, rows [][]string, edit func(f *excelize.File)) string {
	t.Helper()
	f := excelize.NewFile()
	for i, row := range rows {
		for j, c := range row {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.SetCellStr("Sheet1", at, c); err != nil {
				t.Fatal(err)
			}
		}
	}
	if edit != nil {
		edit(f)
	}
	path := filepath.Join(t.TempDir(), "q.xlsx")
	if err := errors.Join(f.SaveAs(path), f.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

var questionOptions = roster.Options{MaxBytes: 4 << 20, MaxUnzipped: 16 << 20}

func openQuestions(t *testing.T, path string, only model.FormKind) *roster.Questions {
	t.Helper()
	q, err := roster.OpenQuestions(path, questionOptions, only)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestQuestionRows(t *testing.T) {
	rows := [][]string{
		{"甲区人才中心来函核验", ""},
		{"序号", "登记信息表（档案/户口）*", "毕业生姓名", "核验编号：", "备注"},
		{"1", "档案", " 买买提·艾力 ", "23 10001 EQ86 V47B", "=1+1"},
		{"2", "户口登记信息表", "王\u200b小明", "2310001eq86v47b", ""},
		{"", "", "", "", ""},
		{"3", "", "李四", "2310001EQ86V47C", ""},
		{"4", "两者", "李四", "2310001EQ86V47C", ""},
		{"5", "档案", "", "2310001EQ86V47C", ""},
		{"6", "archive", "李四", "", ""},
		{"", "档案", "李四", "2.79900123456789E+14", ""},
		{"7", "档案", strings.Repeat("长", 61), "x", ""},
		{"8", "", "\u200b", "", ""},
	}
	want := []roster.QuestionRow{
		{Line: 3, Kind: model.FormArchive, Name: "买买提·艾力", Number: "2310001EQ86V47B"},
		{Line: 4, Kind: model.FormHousehold, Name: "王\u200b小明", Number: "2310001eq86v47b"},
		{Line: 6, Name: "李四", Number: "2310001EQ86V47C", Fault: "“登记信息表（档案/户口）*”没有填写，应为“档案”或“户口”。"},
		{Line: 7, Name: "李四", Number: "2310001EQ86V47C", Fault: "“登记信息表（档案/户口）*”应为“档案”或“户口”。"},
		{Line: 8, Kind: model.FormArchive, Number: "2310001EQ86V47C", Fault: "“毕业生姓名”没有填写。"},
		{Line: 9, Kind: model.FormArchive, Name: "李四", Fault: "“核验编号：”没有填写。"},
		{Line: 10, Kind: model.FormArchive, Name: "李四", Fault: "“核验编号：”内容是“2.79900123456789E+14”，长数字被表格软件截断，原来的数字已丢失。请把该列设为“文本”格式，重新填写或导出。"},
		{Line: 11, Kind: model.FormArchive, Number: "x", Fault: "“毕业生姓名”超过 60 字，请缩短。"},
		{Line: 12, Fault: "“登记信息表（档案/户口）*”没有填写，应为“档案”或“户口”。“毕业生姓名”没有填写。“核验编号：”没有填写。"},
	}
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String(csvText(t, rows))
	if err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"xlsx": cellsOf(t, rows, nil), "utf-8": file(t, "q.csv", csvText(t, rows)), "gbk": file(t, "q.csv", gbk),
		"tabs": file(t, "q.csv", strings.ReplaceAll(csvText(t, rows), ",", "\t")),
	} {
		got := openQuestions(t, path, "").Rows
		if diff := cmp.Diff(want, got, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".at" }, cmp.Ignore())); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	// A department of one form needs not name it.
	short := cellsOf(t, [][]string{{"姓名", "核验编号"}, {"李四", "2310001EQ86V47C"}}, nil)
	if got := openQuestions(t, short, model.FormHousehold).Rows; len(got) != 1 || got[0].Kind != model.FormHousehold || got[0].Fault != "" {
		t.Errorf("%+v", got)
	}
}

func TestQuestionSheetsRefusedWhole(t *testing.T) {
	head := []string{"登记信息表", "姓名", "核验编号"}
	row := []string{"档案", "李四", "2310001EQ86V47C"}
	good := cellsOf(t, [][]string{head, row}, nil)
	many := func(n int) [][]string {
		rows := [][]string{head}
		for range n {
			rows = append(rows, row)
		}
		return rows
	}
	for name, tc := range map[string]struct {
		path, says string
		code       model.Code
	}{
		"no column of the kind": {path: cellsOf(t, [][]string{{"姓名", "核验编号"}, {"李四", "x"}}, nil), says: "缺少必需的列：登记信息表"},
		"no number":             {path: cellsOf(t, [][]string{{"登记信息表", "姓名"}, {"档案", "李四"}}, nil), says: "缺少必需的列：核验编号"},
		"a column twice":        {path: cellsOf(t, [][]string{{"登记信息表", "姓名", "毕业生姓名", "核验编号"}, {"档案", "a", "b", "c"}}, nil), says: "同一项内容"},
		"another sheet":         {path: cellsOf(t, [][]string{{"商品", "价格"}, {"苹果", "3"}}, nil), says: "没有找到核验表的表头"},
		"only a header":         {path: cellsOf(t, [][]string{head}, nil), says: "只有表头"},
		"501 rows":              {path: cellsOf(t, many(501), nil), says: "最多 500 行", code: model.CodeTooLarge},
		"501 rows of text":      {path: file(t, "q.csv", csvText(t, many(501))), says: "最多 500 行", code: model.CodeTooLarge},
		"a row far below": {path: cellsOf(t, [][]string{head, row}, func(f *excelize.File) {
			must(t, f.SetCellStr("Sheet1", "A10001", " "))
		}), says: "行、列太多", code: model.CodeTooLarge},
		"wide blank rows":  {path: file(t, "q.csv", csvText(t, [][]string{head, row})+strings.Repeat(strings.Repeat(",", 499)+"\n", 301)), says: "行、列太多", code: model.CodeTooLarge},
		"empty":            {path: file(t, "q.csv", ""), says: "空的"},
		"encrypted or old": {path: file(t, "q.xlsx", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"+strings.Repeat("\x00", 600)), says: "设有密码"},
		"macros":           {path: withPart(t, good, "xl/vbaProject.bin"), says: "含有宏"},
		"a page":           {path: file(t, "q.xlsx", "<html>"), says: "网页"},
		"bomb": {path: repack(t, good, func(n string, c []byte) []byte {
			if n == sheetPart {
				return append(c, bytes.Repeat([]byte(" "), 20<<20)...)
			}
			return c
		}), says: "解压后过大", code: model.CodeTooLarge},
	} {
		_, err := roster.OpenQuestions(tc.path, questionOptions, "")
		if tc.code == "" {
			tc.code = model.CodeInvalid
		}
		if model.CodeOf(err) != tc.code || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want %q", name, err, tc.says)
		}
	}
	if got := openQuestions(t, cellsOf(t, many(500), nil), "").Rows; len(got) != 500 {
		t.Errorf("%d rows", len(got))
	}
}

// TestAnswersInTheSameSheet: what was uploaded comes back, with the answers
// behind it, and nothing of ours is a formula.
func TestAnswersInTheSameSheet(t *testing.T) {
	rows := [][]string{
		{"来函", "", "", "", "第一批"},
		{"序号", "登记信息表", "姓名", "核验编号"},
		{"001", "档案", "李四", "2310001EQ86V47C"},
		{"", "", "", ""},
		{"002", "户口", "王五", "x"},
	}
	columns, answers := []string{"核验结果", "说明"}, [][]string{{"匹配", "=HYPERLINK(\"x\")"}, {"未匹配", "第一行\n第二行"}}
	again := [][]string{{"匹配", "再次"}, {"匹配", "再次"}}
	t.Run("xlsx", func(t *testing.T) {
		path := cellsOf(t, rows, func(f *excelize.File) {
			must(t, f.SetCellFormula("Sheet1", "F3", "1+1"))
			must(t, f.SetCellInt("Sheet1", "G3", 42))
			_, err := f.NewSheet("其他")
			must(t, err)
			must(t, f.SetCellStr("其他", "A1", "别动"))
		})
		answered := answer(t, openQuestions(t, path, ""), columns, answers)
		f, err := excelize.OpenFile(answered)
		must(t, err)
		defer f.Close()
		for at, want := range map[string]string{
			"E1": "第一批", "A3": "001", "G3": "42", "C5": "王五", "H2": "核验结果", "I2": "说明", "H3": "匹配", "I3": "=HYPERLINK(\"x\")", "H4": "", "H5": "未匹配", "I5": "第一行 第二行",
		} {
			if got, err := f.GetCellValue("Sheet1", at); err != nil || got != want {
				t.Errorf("%s: %q, want %q (%v)", at, got, want, err)
			}
		}
		if got, _ := f.GetCellFormula("Sheet1", "F3"); got != "1+1" {
			t.Errorf("the department's own formula became %q", got)
		}
		if got, _ := f.GetCellFormula("Sheet1", "I3"); got != "" {
			t.Errorf("an answer is a formula: %q", got)
		}
		if got, _ := f.GetCellValue("其他", "A1"); got != "别动" {
			t.Errorf("the other sheet: %q", got)
		}
		// The answers of a second check take the place of the first.
		twice, err := excelize.OpenFile(answer(t, openQuestions(t, answered, ""), columns, again))
		must(t, err)
		defer twice.Close()
		got, err := twice.GetRows("Sheet1")
		must(t, err)
		if len(got[1]) != 9 || got[2][8] != "再次" {
			t.Errorf("%q", got[:3])
		}
	})
	for name, text := range map[string]string{"csv": csvText(t, rows), "semicolons": strings.ReplaceAll(csvText(t, rows), ",", ";")} {
		t.Run(name, func(t *testing.T) {
			answered := answer(t, openQuestions(t, file(t, "q.csv", text), ""), columns, answers)
			b, err := os.ReadFile(answered)
			must(t, err)
			r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
			r.FieldsPerRecord = -1
			if name == "semicolons" {
				r.Comma = ';'
			}
			got, err := r.ReadAll()
			must(t, err)
			want := [][]string{
				rows[0],
				{"序号", "登记信息表", "姓名", "核验编号", "", "核验结果", "说明"},
				{"001", "档案", "李四", "2310001EQ86V47C", "", "匹配", "'=HYPERLINK(\"x\")"},
				rows[3],
				{"002", "户口", "王五", "x", "", "未匹配", "第一行 第二行"},
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	if err := openQuestions(t, cellsOf(t, rows, nil), "").Answer(&bytes.Buffer{}, columns, answers[:1]); err == nil {
		t.Error("a row without answer")
	}
}

func answer(t *testing.T, q *roster.Questions, columns []string, answers [][]string) string {
	t.Helper()
	var b bytes.Buffer
	must(t, q.Answer(&b, columns, answers))
	return file(t, "answered."+string(q.Format), b.String())
}

func TestQuestionTemplateIsRead(t *testing.T) {
	for _, format := range []roster.TableFormat{roster.TableCSV, roster.TableXLSX} {
		var b bytes.Buffer
		must(t, roster.WriteQuestionTemplate(&b, format))
		_, err := roster.OpenQuestions(file(t, fmt.Sprintf("t.%s", format), b.String()), questionOptions, "")
		if err == nil || !slices.Contains([]model.Code{model.CodeInvalid}, model.CodeOf(err)) || !strings.Contains(err.Error(), "只有表头") {
			t.Errorf("%s: %v", format, err)
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// without is the workbook of rows, of which a part is left out or put in the
// place of another.
func without(t *testing.T, rows [][]string, part, instead string) string {
	t.Helper()
	in, err := zip.OpenReader(cellsOf(t, rows, nil))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out, found := zip.NewWriter(&b), false
	for _, f := range in.File {
		if f.Name == part {
			found = true
			if instead == "" {
				continue
			}
			w, err := out.Create(part)
			if _, werr := io.WriteString(w, instead); err != nil || werr != nil {
				t.Fatal(err, werr)
			}
			continue
		}
		if err := out.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "part.xlsx")
	if err := errors.Join(out.Close(), in.Close(), os.WriteFile(path, b.Bytes(), 0o600)); err != nil || !found {
		t.Fatal(err, found)
	}
	return path
}

// TestWorkbooksWithoutStyles: they are optional, and programs that write tables
// leave them out. A workbook that cannot be written is told before it is asked.
func TestWorkbooksWithoutStyles(t *testing.T) {
	rows := [][]string{{"姓名", "核验编号"}, {"张三", "2699001AAAAAAAA"}}
	for name, instead := range map[string]string{
		"none": "", "empty": `<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>`,
	} {
		t.Run(name, func(t *testing.T) {
			q := openQuestions(t, without(t, rows, "xl/styles.xml", instead), model.FormArchive)
			var b bytes.Buffer
			if err := q.Answer(&b, []string{"核验结果"}, [][]string{{"真实"}}); err != nil {
				t.Fatal(err)
			}
			f, err := excelize.OpenReader(&b)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := f.GetCellValue("Sheet1", "C2"); got != "真实" || err != nil {
				t.Errorf("%q, %v", got, err)
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestUnbearableWorkbooks: small files that the library would take minutes to
// write into are refused before anything is asked.
func TestUnbearableWorkbooks(t *testing.T) {
	rows := [][]string{{"姓名", "核验编号"}, {"张三", "2699001AAAAAAAA"}}
	many := func(n int, one func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(one(i))
		}
		return b.String()
	}
	sheet := func(before, after string) string {
		cell := func(at, v string) string { return `<c r="` + at + `" t="inlineStr"><is><t>` + v + `</t></is></c>` }
		return `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">` + before + `<sheetData><row r="1">` +
			cell("A1", "姓名") + cell("B1", "核验编号") + `</row><row r="2">` + cell("A2", "张三") + cell("B2", "2699001AAAAAAAA") +
			`</row></sheetData>` + after + `</worksheet>`
	}
	merge := func(i int) string { return fmt.Sprintf(`<mergeCell ref="A%d:B%d"/>`, i+3, i+3) }
	for name, tc := range map[string]struct {
		xml  string
		code model.Code
	}{
		"merged cells":     {sheet("", "<mergeCells>"+many(1000, merge)+"</mergeCells>"), ""},
		"too many of them": {sheet("", "<mergeCells>"+many(100_000, merge)+"</mergeCells>"), model.CodeTooLarge},
		"widths":           {sheet(`<cols><col min="1" max="16384" width="9"/></cols>`, ""), ""},
		"widths twice":     {sheet(`<cols>`+many(1000, func(int) string { return `<col min="1" max="16384" width="9"/>` })+`</cols>`, ""), model.CodeTooLarge},
		"widths of nothing": {
			sheet(`<cols><col `+strings.Repeat(" ", 300)+`min="1" max="16384" width="9"/></cols>`, ""), model.CodeInvalid,
		},
	} {
		q, err := roster.OpenQuestions(without(t, rows, "xl/worksheets/sheet1.xml", tc.xml), questionOptions, model.FormArchive)
		if model.CodeOf(err) != tc.code {
			t.Errorf("%s: %v, want %q", name, err, tc.code)
		}
		if err != nil {
			continue
		}
		if err := q.Answer(io.Discard, []string{"核验结果"}, [][]string{{"真实"}}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
