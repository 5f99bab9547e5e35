package roster_test

import (
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/demo"
	"quxiang/model/roster"
)

func table(t testing.TB) *codes.Table {
	t.Helper()
	c, err := codes.For(codes.Default)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// good is a row without faults, by column name.
func good() map[string]string {
	return map[string]string{
		"考生号": "23110101110001", "姓名": "张强", "身份证号": "11010519491231002X", "性别": "女", "民族": "汉族", "政治面貌": "群众",
		"院校代码": "10001", "院系": "哲学系", "班级": "哲学2301", "学历": "本科", "专业": "哲学", "培养方式": "非定向",
		"生源所在地代码": "110108", "生源所在地": "北京市海淀区", "学制": "4", "入学时间": "202309", "毕业时间": "202706",
		"档案是否转入学校": "是", "户口是否转入学校": "", "手机": "13800138000", "邮箱": "zhang@example.edu.cn",
	}
}

// with is the good row with changes; a value of "\x00" drops the column.
func with(changes ...string) map[string]string {
	row := good()
	for i := 0; i < len(changes); i += 2 {
		row[changes[i]] = changes[i+1]
	}
	return row
}

// grid lays rows out below one header row.
func grid(rows ...map[string]string) [][]string {
	names := map[string]bool{}
	for _, r := range rows {
		for n, v := range r {
			if v != "\x00" {
				names[n] = true
			}
		}
	}
	header := slices.Sorted(maps.Keys(names))
	lines := [][]string{header}
	for _, r := range rows {
		line := make([]string, len(header))
		for i, n := range header {
			line[i] = r[n]
		}
		lines = append(lines, line)
	}
	return lines
}

// file writes content below the test's folder.
func file(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func csvText(t testing.TB, lines [][]string) string {
	t.Helper()
	var b strings.Builder
	w := csv.NewWriter(&b)
	if err := w.WriteAll(lines); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// workbook writes sheets, in the order of their names, as XLSX.
func workbook(t testing.TB, sheets map[string][][]any) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for _, name := range slices.Sorted(maps.Keys(sheets)) {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, line := range sheets[name] {
			at, err := excelize.CoordinatesToCellName(1, i+1)
			if err != nil {
				t.Fatal(err)
			}
			if err := f.SetSheetRow(name, at, &line); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "roster.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// cells turns lines of text into lines of cells.
func cells(lines [][]string) [][]any {
	out := make([][]any, len(lines))
	for i, l := range lines {
		for _, c := range l {
			out[i] = append(out[i], c)
		}
	}
	return out
}

// sample writes a demo roster.
func sample(t testing.TB, f demo.Format, people iter.Seq[demo.Person]) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sample."+string(f))
	out, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.SampleRoster(out, f, people, table(t)); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t testing.TB, path string) *roster.Reader {
	t.Helper()
	r, err := roster.Open(path, roster.Options{Codes: table(t), TempDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}

func readAll(t testing.TB, r *roster.Reader) []roster.Row {
	t.Helper()
	var rows []roster.Row
	for {
		row, err := r.Next()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row)
	}
}

// refusal opens a file that must be refused as a whole.
func refusal(t *testing.T, path string, o roster.Options) *model.Error {
	t.Helper()
	o.Codes = table(t)
	o.TempDir = t.TempDir()
	r, err := roster.Open(path, o)
	if err == nil {
		t.Fatalf("opened, with the header %q (%v)", r.Header(), r.Close())
	}
	var e *model.Error
	if !errors.As(err, &e) {
		t.Fatalf("%v is no *model.Error", err)
	}
	left, err := os.ReadDir(o.TempDir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
	return e
}
