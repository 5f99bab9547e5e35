package readback_test

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	paper "quxiang/handler/form"
	"quxiang/handler/form/readback"
	"quxiang/model"
	"quxiang/model/form"
)

const (
	qr     = "HTTPS://DJ.EXAMPLE.EDU.CN/V/AEASOORH6I3COELFRRGYRKJB7YY56FSWMQVPUNWB3O6WWAONGKP6JB433DO7EG5YO5BDYODSV3QPEZYP"
	issued = model.Date("2027-07-01")
)

func archive() form.Form {
	return form.Form{
		Title: "全国普通高等学校毕业生去向登记信息", Number: "2710001EQ86V47B", Kind: model.FormArchive,
		Issuer: "示范大学就业指导中心", ValidUntil: "2027-12-31",
		Blocks: []form.Block{
			{Title: "基本信息", Rows: []form.Row{
				{Label: "姓名", Value: "陈诚", Half: true},
				{Label: "性别", Value: "男", Half: true},
				{Label: "毕业院校", Value: "北京大学"},
				{Label: "毕业时间", Value: "202706", Half: true},
				{Label: "学制", Value: "4", Half: true},
				{Label: "专业", Value: "哲学类", Half: true},
				{Label: "学历", Value: "本科", Half: true},
				{Label: "生源所在地", Value: "北京市海淀区"},
			}},
			{Title: "档案转递信息", Rows: []form.Row{
				{Label: "档案转递类型", Value: "托管单位接收"},
				{Label: "单位名称", Value: "甲市人力资源公共服务中心"},
				{Label: "单位地址", Value: ""},
				{Label: "联系人/联系部门", Value: "王推", Half: true},
				{Label: "联系电话", Value: "18593241256", Half: true},
			}},
		},
		Notes: []string{"登记信息由示范大学就业指导中心提供。", "核验方式：①前往 https://dj.example.edu.cn ，选择模块；②使用手机扫一扫功能扫描表中的二维码在线核验。", "三", "四"},
	}
}

// hard has everything that makes a sheet difficult to read back.
func hard() form.Form {
	f := archive()
	f.Kind, f.Sample, f.Number = model.FormHousehold, true, "2799001ZZZZ2345"
	f.Issuer = strings.Repeat("示范省高等学校毕业生就业指导服务中心", 5)
	rows := f.Blocks[0].Rows
	rows[0].Value = "古丽𬭚·㛃䶮·Zoe\u0301 Ward·阿卜杜克里木·买买提艾力"
	rows[2].Value = "Universität für Musik und darstellende Kunst Wien, Institut für Komposition, Elektroakustik und TonmeisterInnen-Ausbildung"
	rows[7].Value = strings.Repeat("新疆维吾尔自治区乌鲁木齐市天山区", 9)
	f.Blocks[1].Rows[3].Label = "联系人/联系部门/联系处室/其他"
	f.Blocks[1].Rows[3].Value = "A B C 1 2 3"
	return f
}

func drawn(t testing.TB, f form.Form) []byte {
	t.Helper()
	s, err := paper.Lay(f, issued, qr)
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.PDF(t.Context(), time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReadsWhatIsDrawn(t *testing.T) {
	long := archive()
	for range 22 {
		long.Blocks[1].Rows = append(long.Blocks[1].Rows, form.Row{Label: "单位名称", Value: "甲市人力资源公共服务中心"})
	}
	for name, f := range map[string]form.Form{"archive": archive(), "hard": hard(), "long": long} {
		r, err := readback.Read(t.Context(), drawn(t, f))
		if err != nil || r.Form == nil {
			t.Errorf("%s: %+v, %v", name, r, err)
			continue
		}
		if got, want := string(r.Form.Canonical()), string(f.Canonical()); got != want {
			t.Errorf("%s: read\n%s\ndrawn\n%s", name, got, want)
		}
		if len(r.QR) != 1 || r.QR[0] != qr || r.Issued != issued || !r.AsDrawn || r.Form.Sample != f.Sample {
			t.Errorf("%s: %+v", name, r)
		}
		if form.CanonicalText(r.Form.Issuer) != f.Issuer || r.Form.Title != f.Title || len(r.Form.Notes) != len(f.Notes) {
			t.Errorf("%s: issuer %q, title %q, notes %q", name, r.Form.Issuer, r.Form.Title, r.Form.Notes)
		}
	}
}

// tool runs one of Debian's programs; under `make test` a missing one fails.
func tool(t testing.TB, name string, args ...string) []byte {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		if os.Getenv("QUXIANG_TEST_REQUIRE") != "" {
			t.Fatalf("%s is missing: .ci/setup installs it", name)
		}
		t.Skipf("%s is missing", name)
	}
	out, err := exec.CommandContext(t.Context(), name, args...).Output()
	if err != nil {
		t.Fatalf("%s %v: %v", name, args, err)
	}
	return out
}

// plain is a PDF with its streams unpacked, so that it can be edited, and whole
// makes it a proper file again.
func plain(t testing.TB, file []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "in.pdf")
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	return string(tool(t, "qpdf", "--qdf", "--object-streams=disable", path, "-"))
}

func whole(t testing.TB, edited string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "edited.pdf")
	if err := os.WriteFile(path, []byte(edited), 0o600); err != nil {
		t.Fatal(err)
	}
	return tool(t, "fix-qdf", path)
}

// painted adds operators to the end of the page's content.
func painted(t testing.TB, file []byte, operators string) []byte {
	t.Helper()
	text := plain(t, file)
	at := strings.Index(text, "%% Contents for page 1")
	end := at + strings.Index(text[at:], "\nendstream")
	if at < 0 || end < at {
		t.Fatal("no content")
	}
	return whole(t, text[:end]+"\n"+operators+text[end:])
}

func read(t testing.TB, file []byte) readback.Reading {
	t.Helper()
	r, err := readback.Read(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestPaintedOver: the text is what it was, what is seen is not.
func TestPaintedOver(t *testing.T) {
	f := archive()
	file := drawn(t, f)
	if r := read(t, painted(t, file, "q Q")); r.Form == nil || !r.AsDrawn {
		t.Fatalf("nothing painted: %+v", r)
	}
	sheet, err := paper.Lay(f, issued, qr)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(sheet.Cells, func(c paper.Cell) bool { return c.Text == "陈诚" })
	cell := sheet.Cells[at]
	// The page's unit is the millimetre, from below.
	x, y := cell.X, paper.PageHeight-cell.Y-cell.H/2
	for name, operators := range map[string]string{
		"a value covered": fmt.Sprintf("q 1 g %f %f 20 4 re f Q", x+1, y-2),
		"a line drawn":    fmt.Sprintf("q 0 G 0.3 w %f %f m %f %f l S Q", x+2, y, x+9, y),
		"a stroke added":  fmt.Sprintf("q 0 G 0.2 w %f %f m %f %f l S Q", x+12, y, x+13.5, y),
		"a grey veil":     fmt.Sprintf("q 0.75 g %f %f 20 3 re f Q", x+20, y-1.5),
		"another letter":  fmt.Sprintf("q 0 g %f %f 2 2 re f Q", x+12, y),
		"QR code touched": fmt.Sprintf("q 0 g %f %f 1 1 re f Q", sheet.QR.X+18, paper.PageHeight-sheet.QR.Y-18),
	} {
		if read(t, painted(t, file, operators)).AsDrawn {
			t.Errorf("%s: not seen", name)
		}
	}
}

// TestLettersThatStandForOthers: a font whose table says that 乙 is 甲. The text
// is then what was signed, and the eye reads something else.
func TestLettersThatStandForOthers(t *testing.T) {
	f := archive()
	f.Blocks[1].Rows[1].Value = "乙市人力资源公共服务中心"
	text := plain(t, drawn(t, f))
	table := regexp.MustCompile(`(?i)(<[0-9a-f]{4}>\s*)<` + "4e59" + `>`) // U+4E59 is 乙
	if len(table.FindAllString(text, -1)) == 0 {
		t.Fatal("no entry of 乙 in the table of characters")
	}
	r := read(t, whole(t, table.ReplaceAllString(text, "$1<7532>"))) // 甲
	if r.Form == nil || r.Form.Blocks[1].Rows[1].Value != "甲市人力资源公共服务中心" {
		t.Fatalf("the forgery does not work: %+v", r.Form)
	}
	if r.AsDrawn {
		t.Error("not seen")
	}
}

// TestHiddenText: text that is not seen is read all the same, and does not fit.
func TestHiddenText(t *testing.T) {
	f := archive()
	file := drawn(t, f)
	font := regexp.MustCompile(`/F\d+`).FindString(plain(t, file))
	for _, at := range []string{"60 200.2", "160 150", "30 15"} {
		r := read(t, painted(t, file, "BT 3 Tr "+font+" 4 Tf "+at+" Td <00100011> Tj ET"))
		if r.Form != nil && bytes.Equal(r.Form.Canonical(), f.Canonical()) && r.AsDrawn && len(r.Form.Notes) == len(f.Notes) && r.Form.Notes[3] == f.Notes[3] {
			t.Errorf("at %s: not seen", at)
		}
	}
}

func TestPagesThatAreNotOurs(t *testing.T) {
	file := drawn(t, archive())
	dir := t.TempDir()
	one := filepath.Join(dir, "one.pdf")
	if err := os.WriteFile(one, file, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readback.Read(t.Context(), tool(t, "qpdf", "--empty", "--pages", one, one, "--", "-")); !errors.Is(err, readback.ErrPages) {
		t.Errorf("two pages: %v", err)
	}
	if _, err := readback.Read(t.Context(), tool(t, "qpdf", "--encrypt", "u", "o", "256", "--", one, "-")); !errors.Is(err, readback.ErrNoPDF) {
		t.Errorf("encrypted: %v", err)
	}
	noted := strings.Replace(plain(t, file), "/Subtype /Link", "/Subtype /FreeText", 1)
	if _, err := readback.Read(t.Context(), whole(t, noted)); !errors.Is(err, readback.ErrForeign) {
		t.Errorf("a note over the page: %v", err)
	}
	for name, bad := range map[string][]byte{"nothing": nil, "cut off": file[:2000], "a picture": []byte("\x89PNG\r\n\x1a\n")} {
		if _, err := readback.Read(t.Context(), bad); !errors.Is(err, readback.ErrNoPDF) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := readback.Read(t.Context(), swollen(t)); !errors.Is(err, readback.ErrNoPDF) {
		t.Errorf("more than the box holds: %v", err)
	}
	if _, err := readback.Read(t.Context(), make([]byte, readback.MaxFile+1)); !errors.Is(err, readback.ErrTooLarge) {
		t.Error(err)
	}
}

// swollen is a page of A4 whose content has 400 MB when unpacked.
func swollen(t *testing.T) []byte {
	t.Helper()
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	blanks := bytes.Repeat([]byte(" "), 1<<20)
	for range 400 {
		if _, err := z.Write(blanks); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	var offsets []int
	b.WriteString("%PDF-1.7\n")
	for i, object := range []string{
		"<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595.276 841.89]/Contents 4 0 R/Resources<<>>>>",
		fmt.Sprintf("<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream", packed.Len(), packed.Bytes()),
	} {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj%sendobj\n", i+1, object)
	}
	start := b.Len()
	b.WriteString("xref\n0 5\n0000000000 65535 f \n")
	for _, at := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&b, "trailer<</Size 5/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", start)
	return b.Bytes()
}
