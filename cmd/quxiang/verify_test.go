package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	paper "quxiang/handler/form"
	"quxiang/model"
	"quxiang/model/form"
)

// schoolKey is a key that is made of its name.
func schoolKey(t *testing.T, name string) form.SigningKey {
	t.Helper()
	seed := sha256.Sum256([]byte(name))
	k, err := form.SigningKeyFromSeed(seed[:])
	if err != nil {
		t.Fatal(err)
	}
	return k
}

var keysFrom = time.Date(2026, 6, 1, 0, 0, 0, 0, model.Shanghai)

// paperForm is a form as a clerk gets it, issued on a day.
type paperForm struct {
	form   form.Form
	issued model.Date
	qr     string
}

func aForm(t *testing.T, k form.SigningKey, issued model.Date, change func(*form.Form)) paperForm {
	t.Helper()
	f := form.Form{
		Title: "全国普通高等学校毕业生去向登记信息", Number: "2710001EQ86V47B", Kind: model.FormArchive,
		Issuer: "示范大学就业指导中心", ValidUntil: "2099-12-31",
		Blocks: []form.Block{
			{Title: "基本信息", Rows: []form.Row{
				{Label: "姓名", Value: "古丽𬭚·㛃", Half: true},
				{Label: "性别", Value: "女", Half: true},
				{Label: "毕业院校", Value: "北京大学"},
			}},
			{Title: "毕业去向信息", Rows: []form.Row{{Label: "毕业去向", Value: "升学"}, {Label: "升学单位名称", Value: "示范大学"}}},
			{Title: "档案转递信息", Rows: []form.Row{{Label: "档案转递类型", Value: "转递到升学单位"}, {Label: "单位名称", Value: "示范大学研究生院"}}},
		},
		Notes: []string{"登记信息由示范大学就业指导中心提供。"},
	}
	if change != nil {
		change(&f)
	}
	text, err := form.Sign(f, issued, k)
	if err != nil {
		t.Fatal(err)
	}
	return paperForm{f, issued, "HTTPS://DJ.EXAMPLE.EDU.CN/V/" + text}
}

func (p paperForm) sheet(t *testing.T) *paper.Sheet {
	t.Helper()
	s, err := paper.Lay(p.form, p.issued, p.qr)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (p paperForm) pdf(t *testing.T) []byte {
	t.Helper()
	b, err := p.sheet(t).PDF(t.Context(), time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (p paperForm) picture(t *testing.T) []byte {
	t.Helper()
	b, err := p.sheet(t).PNG(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// published is the keys document of a ring.
func published(t *testing.T, ring form.Ring) []byte {
	t.Helper()
	b, err := ring.Publish("示范大学就业指导中心")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// command runs quxiang as a shell does, in a folder, and returns what it prints
// and its exit code.
func command(t *testing.T, stdin []byte, args ...string) (string, int) {
	t.Helper()
	var out bytes.Buffer
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(bytes.NewReader(stdin))
	root.SetOut(&out)
	root.SetErr(&out)
	switch err := root.ExecuteContext(t.Context()); {
	case err == nil:
		return out.String(), 0
	case errors.Is(err, errUsage):
		return out.String() + err.Error(), exitUsage
	default:
		return out.String() + told(err), exitFailed
	}
}

func TestVerify(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	k := schoolKey(t, "ours")
	ring := form.Ring{{Public: k.Public(), NotBefore: keysFrom}}
	genuine := aForm(t, k, "2027-06-30", nil)
	sample := aForm(t, k, "2027-06-30", func(f *form.Form) { f.Kind, f.Sample, f.Number = model.FormHousehold, true, "2799001ZZZZ2345" })
	otherText := aForm(t, k, "2027-06-30", func(f *form.Form) { f.Blocks[0].Rows[0].Value = "王推" })
	otherText.qr = genuine.qr
	otherUnit := aForm(t, k, "2027-06-30", func(f *form.Form) { f.Blocks[2].Rows[1].Value = "示范大学研究生部" })
	otherUnit.qr = genuine.qr
	otherDay := genuine
	otherDay.issued = "2027-07-01"
	otherIssuer := genuine
	otherIssuer.form.Issuer = "另一个机构"
	foreign := aForm(t, schoolKey(t, "another school's"), "2027-06-30", nil)
	plain := "姓名=古丽𬭚·㛃\n性别：女\n毕业院校=北京 大学\n毕业去向=升学\n升学单位名称=示范大学\n档案转递类型=转递到升学单位\n单位名称=示范大学研究生院\n"
	for name, content := range map[string][]byte{
		keysName: published(t, ring), "typed.txt": []byte(plain), "mistyped.txt": []byte(strings.Replace(plain, "升学", "深造", 1)),
		"form.pdf": genuine.pdf(t), "sample.pdf": sample.pdf(t), "text.pdf": otherText.pdf(t), "unit.pdf": otherUnit.pdf(t), "day.pdf": otherDay.pdf(t),
		"issuer.pdf": otherIssuer.pdf(t), "foreign.pdf": foreign.pdf(t), "broken.pdf": genuine.pdf(t)[:3000],
		"form.png": genuine.picture(t), "both.png": sideBySide(t, genuine.picture(t), sample.picture(t)), "empty.png": blank(t),
		"broken.png": genuine.picture(t)[:5000], "code.txt": []byte(genuine.qr + "\n"), "junk": {0, 1, 2, 3, 254, 255}, "bad.json": []byte("{}"),
	} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	facts := " number=2710001EQ86V47B kind=archive valid_until=2099-12-31 issued=2027-06-30 key=" + k.ID().String() + " issuer=示范大学就业指导中心\n"
	for _, tc := range []struct {
		args string
		code int
		want []string // the first begins the output
	}{
		{"form.pdf", 0, []string{"signature=valid content=matches" + facts, "一字未改", "https://dj.example.edu.cn；", "27 10001 EQ86 V47B", "撤销", "取代", "延长", "单位名称=示范大学研究生院"}},
		{"sample.pdf", 0, []string{"signature=valid content=matches", "演示样张，不具有任何效力"}},
		{"issuer.pdf", 0, []string{"signature=valid content=matches", "表上印的是“另一个机构”，这一栏不受签名保护"}},
		{"text.pdf", 1, []string{"signature=valid content=differs", "与签名不一致", "核验未通过"}},
		{"unit.pdf", 1, []string{"signature=valid content=differs", "与签名不一致"}},
		{"day.pdf", 1, []string{"signature=valid content=differs"}},
		{"foreign.pdf", 1, []string{"signature=unknown_key content=not_checked\n", "另一所学校"}},
		{"broken.pdf", 1, []string{"signature=missing", "PDF 已损坏"}},
		{"form.png", 0, []string{"signature=valid content=not_checked" + facts, "没有核对", "--content"}},
		{"form.png --content typed.txt", 0, []string{"signature=valid content=matches" + facts}},
		{"form.png --content mistyped.txt", 1, []string{"signature=valid content=differs" + facts}},
		{"form.png --today 2100-01-01", 0, []string{"signature=valid", "按 2100-01-01 计算已过；毕业生可能已经延长"}},
		{"form.png --today 2027-06-29", 1, []string{"signature=future"}},
		{"both.png", 1, []string{"signature=ambiguous", "几张"}},
		{"empty.png", 1, []string{"signature=missing", "没有读出二维码", "不等于材料是假的"}},
		{"broken.png", 1, []string{"signature=missing", "图片已损坏"}},
		{"code.txt", 0, []string{"signature=valid content=not_checked" + facts}},
		{genuine.qr, 0, []string{"signature=valid content=not_checked" + facts}},
		{form.FromQR(genuine.qr), 0, []string{"signature=valid content=not_checked" + facts}},
		{genuine.qr[:200], 1, []string{"signature=malformed content=not_checked\n", "没有读完整"}},
		{"https://example.com/", 1, []string{"signature=malformed"}},
		{"- --content typed.txt", 0, []string{"signature=valid content=matches" + facts}},
		{"form.pdf --content typed.txt", 2, []string{"usage: PDF"}},
		{"junk", 2, []string{"usage: 不能识别"}},
		{"missing.pdf", 2, []string{"usage: 不能读取 missing.pdf"}},
		{"form.png --content missing.txt", 2, []string{"usage: 不能读取 missing.txt"}},
		{"form.png --today 1.7.2027", 2, []string{"usage: --today"}},
		{"form.png --keys missing.json", 2, []string{"usage: 没有找到公钥文件 missing.json", "/.well-known/quxiang-keys.json"}},
		{"form.png --keys bad.json", 2, []string{"usage: bad.json：公钥文件里没有公钥。"}},
	} {
		args := append([]string{"verify"}, strings.Fields(tc.args)...)
		if !strings.Contains(tc.args, "--today") {
			args = append(args, "--today", "2027-07-01")
		}
		out, code := command(t, []byte(genuine.qr), args...)
		if code != tc.code || !strings.HasPrefix(out, tc.want[0]) {
			t.Errorf("verify %s: code %d\n%s", tc.args, code, out)
		}
		for _, want := range tc.want[1:] {
			if !strings.Contains(out, want) {
				t.Errorf("verify %s: no %q in\n%s", tc.args, want, out)
			}
		}
	}
}

func blank(t *testing.T) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, 300, 300))
	draw.Draw(m, m.Rect, image.White, image.Point{}, draw.Src)
	return encoded(t, m)
}

func encoded(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func sideBySide(t *testing.T, files ...[]byte) []byte {
	t.Helper()
	var out *image.Gray
	for i, file := range files {
		m, err := png.Decode(bytes.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		if w, h := m.Bounds().Dx(), m.Bounds().Dy(); out == nil {
			out = image.NewGray(image.Rect(0, 0, w*len(files), h))
		}
		draw.Draw(out, m.Bounds().Add(image.Pt(i*m.Bounds().Dx(), 0)), m, m.Bounds().Min, draw.Src)
	}
	return encoded(t, out)
}

// TestVerifyAfterRotation: the history of keys is what an old form is checked
// with; a revoked key is good for nothing.
func TestVerifyAfterRotation(t *testing.T) {
	t.Chdir(t.TempDir())
	old, present := schoolKey(t, "old"), schoolKey(t, "present")
	p := aForm(t, old, "2026-07-01", nil)
	day := func(d model.Date) time.Time { return d.Start() }
	rotated := form.Ring{
		{Public: present.Public(), NotBefore: day("2027-01-01")},
		{Public: old.Public(), NotBefore: keysFrom, RetiredAt: day("2027-01-01")},
	}
	revoked := slices.Clone(rotated)
	revoked[1].RevokedAt = day("2027-02-01")
	for name, tc := range map[string]struct {
		ring form.Ring
		code int
		want string
	}{
		"rotated":     {rotated, 0, "signature=valid"},
		"revoked":     {revoked, 1, "signature=revoked_key"},
		"not renewed": {rotated[:1], 1, "signature=unknown_key"},
	} {
		if err := os.WriteFile(keysName, published(t, tc.ring), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, code := command(t, nil, "verify", p.qr, "--today", "2027-07-01"); code != tc.code || !strings.HasPrefix(out, tc.want) {
			t.Errorf("%s: code %d\n%s", name, code, out)
		}
	}
}

// TestVerifyAsDocumented runs the lines of docs/operations.md in a folder that
// has nothing but the files that they name.
func TestVerifyAsDocumented(t *testing.T) {
	_, section, ok := strings.Cut(documents(t)["docs/operations.md"], "\n## `verify`\n")
	if !ok {
		t.Fatal("docs/operations.md has no section for verify")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	k := schoolKey(t, "ours")
	p := aForm(t, k, model.DateOf(time.Now()), nil)
	t.Chdir(t.TempDir())
	m, err := png.Decode(bytes.NewReader(p.picture(t)))
	if err != nil {
		t.Fatal(err)
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, m, &jpeg.Options{Quality: 60}); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		keysName: published(t, form.Ring{{Public: k.Public(), NotBefore: keysFrom}}), "登记信息表.pdf": p.pdf(t), "照片.jpg": photo.Bytes(),
		"抄录.txt": p.form.Canonical(), "二维码.txt": []byte(p.qr),
	} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lines := regexp.MustCompile(`(?m)^quxiang (verify .*)\n# (.*)$`).FindAllStringSubmatch(section, -1)
	if len(lines) < 4 {
		t.Fatalf("only %d lines", len(lines))
	}
	for _, line := range lines {
		args, input, _ := strings.Cut(line[1], " < ")
		var stdin []byte
		if input != "" {
			if stdin, err = os.ReadFile(filepath.Clean(input)); err != nil {
				t.Fatal(err)
			}
		}
		out, code := command(t, stdin, strings.Fields(args)...)
		want, _, _ := strings.Cut(line[2], " …")
		if code != 0 || !strings.HasPrefix(out, want) {
			t.Errorf("%s: code %d\n%s", line[1], code, out)
		}
	}
}
