package readback_test

import (
	"testing"
	"time"

	paper "quxiang/handler/form"
	"quxiang/handler/form/readback"
	"quxiang/model/form"
)

func drawn(t testing.TB, f form.Form, qr string) []byte {
	t.Helper()
	s, err := paper.Lay(f, "2027-07-01", qr)
	if err != nil {
		t.Fatal(err)
	}
	b, err := s.PDF(t.Context(), time.Date(2027, 7, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestProbe(t *testing.T) {
	f := form.Form{Title: "全国普通高等学校毕业生去向登记信息", Number: "2310001EQ86V47B", Kind: "archive", Issuer: "示范大学", ValidUntil: "2027-12-31", Blocks: []form.Block{{Title: "基本信息", Rows: []form.Row{{Label: "姓名", Value: "陈诚𬭚㛃 Zoé Ward", Half: true}, {Label: "性别", Value: "女", Half: true}, {Label: "毕业院校", Value: "Universität Wien 北京大学 a very long name that must be broken into several lines because it is so long"}, {Label: "专业", Value: ""}}}}, Notes: []string{"一"}}
	r, err := readback.Read(t.Context(), drawn(t, f, "HTTPS://DJ.EXAMPLE.EDU.CN/V/ABC"))
	if err != nil || r.Form == nil {
		t.Fatal(r, err)
	}
	t.Logf("%+v", r)
	if string(r.Form.Canonical()) != string(f.Canonical()) {
		t.Errorf("%s", r.Form.Canonical())
	}
}
