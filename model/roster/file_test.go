package roster_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"quxiang/model"
	"quxiang/model/demo"
	"quxiang/model/roster"
)

// repack copies a workbook, letting edit change each part; nil drops it.
func repack(t *testing.T, path string, edit func(name string, content []byte) []byte) string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		if content = edit(f.Name, content); content == nil {
			continue
		}
		out, err := w.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file(t, "repacked.xlsx", b.String())
}

// withPart copies a workbook and adds a part to it.
func withPart(t *testing.T, path, name string) string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte("x")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return file(t, "more.xlsx", b.String())
}

const sheetPart = "xl/worksheets/sheet1.xml"

func TestFilesThatAreRefusedWhole(t *testing.T) {
	whole := sample(t, demo.WideXLSX, demo.Graduates(50, 1, demo.Options{Year: 2027}))
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	lacking := good()
	delete(lacking, "身份证号")
	delete(lacking, "毕业时间")
	twice := grid(good())
	twice[0] = append(twice[0], "身份证号码")
	broken := bytes.Clone(content)
	broken[len(broken)/3] ^= 0xff
	wide := cells(grid(good()))
	wide[1] = slices.Concat(wide[1], make([]any, 600))
	wide[1][600] = "x"
	for name, tc := range map[string]struct {
		path string
		o    roster.Options
		code model.Code
		says string
	}{
		"empty file":        {path: file(t, "r.xlsx", ""), says: "空的"},
		"too large":         {path: whole, o: roster.Options{MaxBytes: 1000}, code: model.CodeTooLarge, says: "文件超过"},
		"no spreadsheet":    {path: file(t, "r.xlsx", "%PDF-1.7\n"), says: "不是 XLSX 或 CSV"},
		"binary":            {path: file(t, "r.csv", "a,b\x00c"), says: "不是 XLSX 或 CSV"},
		"web page":          {path: file(t, "r.xls", "\ufeff\n<html><table>"), says: "网页"},
		"encrypted or old":  {path: file(t, "r.xlsx", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"+strings.Repeat("\x00", 512)), says: "密码"},
		"empty zip":         {path: file(t, "r.xlsx", "PK\x05\x06"+strings.Repeat("\x00", 18)), says: "不是 XLSX"},
		"half a zip":        {path: file(t, "r.xlsx", string(content[:len(content)/2])), says: "损坏"},
		"changed byte":      {path: file(t, "r.xlsx", string(broken)), says: "损坏"},
		"too much unzipped": {path: whole, o: roster.Options{MaxUnzipped: 10_000}, code: model.CodeTooLarge, says: "解压后过大"},
		"no workbook": {path: repack(t, whole, func(n string, c []byte) []byte {
			if n == "xl/workbook.xml" {
				return nil
			}
			return c
		}), says: "不是 XLSX"},
		"zip bomb": {path: repack(t, whole, func(n string, c []byte) []byte {
			if n == sheetPart {
				return append(c, bytes.Repeat([]byte(" "), 20<<20)...)
			}
			return c
		}), code: model.CodeTooLarge, says: "解压后过大"},
		"macros": {path: withPart(t, whole, "xl/vbaProject.bin"), says: "含有宏"},
		"rows that go back": {path: repack(t, whole, func(n string, c []byte) []byte {
			if n == sheetPart {
				return bytes.Replace(c, []byte(`<row r="9"`), []byte(`<row r="3"`), 1)
			}
			return c
		}), says: "损坏"},
		"very wide":        {path: workbook(t, map[string][][]any{"a": wide}), code: model.CodeTooLarge, says: "列数超过"},
		"wrong sheet":      {path: workbook(t, map[string][][]any{"课程": {{"课程号", "课程名", "学分", "教师"}, {"1", "高等数学", "5", "王"}}}), says: "没有找到毕业生源信息的表头"},
		"wrong csv":        {path: file(t, "r.csv", "a,b,c\n1,2,3\n"), says: "没有找到"},
		"missing columns":  {path: workbook(t, map[string][][]any{"a": cells(grid(lacking))}), says: "缺少必需的列：身份证号、毕业时间"},
		"missing in csv":   {path: file(t, "r.csv", csvText(t, grid(lacking))), says: "缺少必需的列：身份证号、毕业时间"},
		"column twice":     {path: file(t, "r.csv", csvText(t, twice)), says: "是同一项内容"},
		"header only":      {path: file(t, "r.csv", csvText(t, grid(good())[:1])), says: "没有毕业生"},
		"header and blank": {path: workbook(t, map[string][][]any{"a": {cells(grid(good()))[0], {}, {" "}}}), says: "没有毕业生"},
		"two rosters":      {path: workbook(t, map[string][][]any{"甲": cells(grid(good())), "乙": cells(grid(good()))}), says: "都有毕业生源信息"},
		"open quote":       {path: file(t, "r.csv", csvText(t, grid(good()))+"\"1,2,3\n4,5,6\n"), says: "引号没有成对"},
	} {
		t.Run(name, func(t *testing.T) {
			e := refusal(t, tc.path, tc.o)
			if tc.code == "" {
				tc.code = model.CodeInvalid
			}
			if e.Code != tc.code || !strings.Contains(e.Message, tc.says) {
				t.Errorf("%s %s", e.Code, e.Message)
			}
		})
	}
	if _, err := roster.Open(filepath.Join(t.TempDir(), "none.csv"), roster.Options{Codes: table(t)}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
}

// A template's empty sheet beside the filled one is no second roster.
func TestEmptyTwinIsNoSecondRoster(t *testing.T) {
	lines := cells(grid(good()))
	for _, sheets := range []map[string][][]any{{"1": lines[:1], "2": lines}, {"1": lines, "2": lines[:1]}} {
		if rows := readAll(t, open(t, workbook(t, sheets))); len(rows) != 1 {
			t.Errorf("%d rows", len(rows))
		}
	}
}

// The library ends a damaged sheet like one that is over; rows must not vanish
// without a word.
func TestDamageAmongRowsIsTold(t *testing.T) {
	whole := sample(t, demo.WideXLSX, demo.Graduates(50, 1, demo.Options{Year: 2027}))
	path := repack(t, whole, func(n string, c []byte) []byte {
		if n == sheetPart {
			i := bytes.Index(c, []byte(`<row r="40"`))
			return slices.Insert(c, i+200, 1) // a control character, as careless exports have
		}
		return c
	})
	r := open(t, path)
	for n := 0; ; n++ {
		_, err := r.Next()
		if err == nil {
			continue
		}
		if model.CodeOf(err) != model.CodeInvalid || !strings.Contains(err.Error(), "之后已损坏") {
			t.Fatalf("after %d rows: %v", n, err)
		}
		return
	}
}

// A sheet that was cut off and packed again looks like a shorter one.
func TestCutOffSheetIsRefused(t *testing.T) {
	whole := sample(t, demo.WideXLSX, demo.Graduates(50, 1, demo.Options{Year: 2027}))
	path := repack(t, whole, func(n string, c []byte) []byte {
		if n == sheetPart {
			return c[:bytes.Index(c, []byte(`<row r="40"`))]
		}
		return c
	})
	if e := refusal(t, path, roster.Options{Codes: table(t)}); !strings.Contains(e.Message, "已损坏") {
		t.Errorf("%v", e)
	}
}

func TestLongRecordStops(t *testing.T) {
	text := csvText(t, grid(good()))
	path := file(t, "r.csv", text+strings.Repeat(",\n", 30)+"\""+strings.Repeat("x,y\n", 1<<20))
	r := open(t, path)
	if _, err := r.Next(); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Next(); model.CodeOf(err) != model.CodeInvalid || !strings.Contains(err.Error(), "1024 KB") {
		t.Errorf("%v", err)
	}
}

func TestGapsAndNumbersInCells(t *testing.T) {
	lines := cells(grid(good()))
	for i, n := range lines[0] {
		switch n {
		case "毕业时间":
			lines[1][i] = 202706
		case "学制":
			lines[1][i] = 4.5
		case "考生号":
			lines[1][i] = 23110101110001
		}
	}
	rows := readAll(t, open(t, workbook(t, map[string][][]any{"a": {lines[0], {}, {nil, " "}, lines[1]}})))
	if len(rows) != 1 || len(rows[0].Faults) > 0 || rows[0].Line != 4 || rows[0].Basics.Years != "4.5" || rows[0].Basics.ExamNumber != "23110101110001" {
		t.Errorf("%+v", rows)
	}
}

func TestReport(t *testing.T) {
	bad := with("姓名", `=HYPERLINK("http://x.example","点我")`, "院系", "", "考生号", "0123456789")
	r := open(t, file(t, "r.csv", csvText(t, grid(good(), bad))))
	path := filepath.Join(t.TempDir(), "refused.xlsx")
	p := roster.NewReport(path, r.Header())
	for _, row := range readAll(t, r) {
		if len(row.Faults) > 0 {
			if _, err := p.Refuse(row, roster.Fault{Line: 3, Message: "另有一条"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := p.Close(); err != nil || p.Count() != 1 {
		t.Fatalf("%d refused, %v", p.Count(), err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	sheet := f.GetSheetName(0)
	lines, err := f.GetRows(sheet)
	if err != nil || len(lines) != 2 {
		t.Fatalf("%q %v", lines, err)
	}
	if lines[0][0] != "原行号" || lines[0][1] != "原因" || lines[1][0] != "3" {
		t.Errorf("%q", lines)
	}
	if why := lines[1][1]; !strings.Contains(why, "第 3 行“考生号”：") || !strings.Contains(why, "第 3 行“院系”：不能为空") || !strings.HasSuffix(why, "；第 3 行：另有一条") {
		t.Errorf("reason %q", why)
	}
	for i, n := range lines[0] {
		at, err := excelize.CoordinatesToCellName(i+1, 2)
		if err != nil {
			t.Fatal(err)
		}
		formula, err := f.GetCellFormula(sheet, at)
		if err != nil || formula != "" {
			t.Errorf("%s holds the formula %q (%v)", n, formula, err)
		}
		if n == "考生号" && lines[1][i] != "0123456789" {
			t.Errorf("考生号 became %q", lines[1][i])
		}
	}
	// Mended in place, the sheet can be read as it is.
	for i, n := range lines[0] {
		at, err := excelize.CoordinatesToCellName(i+1, 2)
		if err != nil {
			t.Fatal(err)
		}
		if mended, ok := map[string]string{"考生号": "23110101110009", "院系": "哲学系", "姓名": "张强"}[n]; ok {
			if err := f.SetCellStr(sheet, at, mended); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := f.Save(); err != nil {
		t.Fatal(err)
	}
	if rows := readAll(t, open(t, path)); len(rows) != 1 || len(rows[0].Faults) > 0 {
		t.Errorf("mended: %+v", rows)
	}
}

func TestNoReportWithoutRefusals(t *testing.T) {
	path := filepath.Join(t.TempDir(), "refused.xlsx")
	p := roster.NewReport(path, []string{"考生号"})
	if err := p.Close(); err != nil || p.Count() != 0 {
		t.Fatalf("%d, %v", p.Count(), err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file was made: %v", err)
	}
}

// The national sheet's pinyin decides where Chinese names are unclear, and the
// report's header can be read again.
func TestPinyinDecides(t *testing.T) {
	path := workbook(t, map[string][][]any{"a": {
		{"Ksh", "Xm", "Sfzh", "Xbdm", "Xb", "Yxdm", "Szyx", "Xldm", "Xl", "Bysj"},
		{"考生号", "姓名", "身份证号", "性别", "性别", "院校", "院系", "学历", "学历", "毕业时间"},
		{"23110101110001", "张强", "11010519491231002X", "2", "女", "10001", "哲学系", "33", "本科结业", "202706"},
	}})
	r := open(t, path)
	rows := readAll(t, r)
	if len(rows) != 1 || len(rows[0].Faults) > 0 || rows[0].Line != 3 || rows[0].Basics.Level != "33" {
		t.Fatalf("%+v", rows)
	}
	want := []string{"考生号", "姓名", "身份证号", "性别代码", "性别", "院校代码", "院系", "学历代码", "学历", "毕业时间"}
	if !slices.Equal(r.Header(), want) {
		t.Errorf("header %q", r.Header())
	}
}

func FuzzCSV(f *testing.F) {
	f.Add([]byte(csvText(f, grid(good(), with("毕业去向", "求职中", "学历", "硕士")))))
	f.Add([]byte("Ksh,Xm,Sfzh,Yxdm,Xl,Szyx,Bysj\n1.1E+17,a,b,c,d,e,f\n"))
	f.Add([]byte("\xff\xfea\x00,\x00"))
	f.Add([]byte("考生号\t姓名\t身份证号\t院校代码\t学历\t院系\t毕业时间\n=\"1\"\t\"x\"y\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "r.csv")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		c := table(t)
		r, err := roster.Open(path, roster.Options{Codes: c, TempDir: t.TempDir()})
		if err != nil {
			if model.CodeOf(err) == model.CodeInternal {
				t.Fatal(err)
			}
			return
		}
		defer r.Close()
		for {
			row, err := r.Next()
			if err != nil {
				if !errors.Is(err, io.EOF) && model.CodeOf(err) == model.CodeInternal {
					t.Fatal(err)
				}
				return
			}
			b := row.Basics
			if len(row.Faults) == 0 && (b.ExamNumber == "" || b.Name == "" || b.IDNumber == "" || b.Level == "" || b.College == "" || !b.Graduates.Valid() || len(row.SchoolCode) != 5) {
				t.Fatalf("passes: %+v", row)
			}
			if len(row.Faults) == 0 && row.Destination != nil {
				if err := model.CheckDestination(*row.Destination, b.HouseholdIn, c); err != nil {
					t.Fatalf("passes: %v", err)
				}
			}
		}
	})
}
