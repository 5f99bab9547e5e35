package form_test

import (
	"strings"
	"testing"

	"quxiang/model/form"
)

func TestMatchesTyped(t *testing.T) {
	f, text, ring := signed(t)
	p, err := ring.Open(text, "2023-07-01")
	if err != nil {
		t.Fatal(err)
	}
	canonical := string(f.Canonical())
	var rows []string
	for line := range strings.Lines(canonical) {
		if strings.Contains(line, "=") && !strings.ContainsAny(line[:1], "knv") {
			rows = append(rows, line)
		}
	}
	plain := strings.Join(rows, "")
	for name, typed := range map[string]string{
		"canonical bytes": canonical,
		"Windows":         "\ufeff" + strings.ReplaceAll(canonical, "\n", "\r\n"),
		"rows alone":      plain,
		"colons, blanks":  "# 抄录\n\n" + strings.NewReplacer("=", " ： ", "北京市", "北京 市").Replace(plain),
		"paper's titles":  strings.NewReplacer("[", "", "]", "").Replace(canonical),
	} {
		if !p.MatchesTyped(typed) {
			t.Errorf("%s: no match", name)
		}
	}
	for name, typed := range map[string]string{
		"nothing": "", "changed": strings.Replace(plain, "学信", "学讯", 1), "row left out": strings.Replace(plain, "学制=4\n", "", 1),
		"more": plain + "备注=无\n", "order": strings.Replace(plain, "姓名=陈诚\n性别=男\n", "性别=男\n姓名=陈诚\n", 1),
		"too long": plain + strings.Repeat("\n", 1<<17),
	} {
		if p.MatchesTyped(typed) {
			t.Errorf("%s: matches", name)
		}
	}
	f.Sample = true
	f.Blocks[0].Rows[5].Value = ""
	if text, err = form.Sign(f, "2023-06-30", keyOf(t, 7)); err != nil {
		t.Fatal(err)
	}
	if p, err = ring.Open(text, "2023-07-01"); err != nil {
		t.Fatal(err)
	}
	if !p.MatchesTyped(strings.Replace(plain, "专业=哲学类", "专业=", 1)) {
		t.Error("a sample with an empty value: no match")
	}
}

func FuzzMatchesTyped(f *testing.F) {
	sheet, text, ring := signed(f)
	p, err := ring.Open(text, "2023-07-01")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(sheet.Canonical()))
	f.Add("姓名：陈诚\n")
	f.Add("[\n=")
	f.Fuzz(func(_ *testing.T, typed string) { p.MatchesTyped(typed) })
}
