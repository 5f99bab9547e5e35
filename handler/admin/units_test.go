package admin_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"

	"quxiang/model"
	"quxiang/model/store"
)

func (b *browser) uploadUnits(t *testing.T, name, content string) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	w, err := m.CreateFormFile("file", name)
	must(t, err)
	_, err = w.Write([]byte(content))
	must(t, err)
	must(t, m.Close())
	r := httptest.NewRequest("POST", origin+"/admin/units", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return b.do(r)
}

func TestUnits(t *testing.T) {
	s := newSite(t)
	v := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	page{has: []string{"单位登记表", "最大 16 MB"}, not: []string{"没有名称这样开头"}}.check(t, v.get("/admin/units"))
	register := "单位名称,统一社会信用代码,单位性质,单位所在地\n示范大学,12100000466006770Q,高等教育,北京市海淀区\n示范公司,99990000MA0000000A,,\n,,火星,\n"
	page{
		has: []string{"新增或更新 1 家", "未通过检查 2 行", "第 3 行“统一社会信用代码”：统一社会信用代码的校验码不符", "第 4 行“单位性质”", "第 4 行“单位名称”：不能为空"},
	}.check(t, v.uploadUnits(t, "units.csv", register))
	page{has: []string{"新增或更新 0 家", "未变 1 家"}}.check(t, v.uploadUnits(t, "units.csv", register))
	for _, q := range []string{"示范", "12100000466006770q", "%E5%8C%97%E4%BA%AC%E7%A4%BA%E8%8C%83"} {
		page{has: []string{"示范大学", "12100000466006770Q", "高等教育单位", "北京市海淀区"}}.check(t, v.get("/admin/units?q="+q))
	}
	page{has: []string{"没有名称这样开头或代码相同的单位"}}.check(t, v.get("/admin/units?q=%3Cb%3E"))
	if left := s.uploads(t); len(left) != 0 {
		t.Errorf("%d files are left", len(left))
	}
	audits, _, err := s.store.Audits(t.Context(), model.Scope{All: true}, store.AuditFilter{}, 0, 50)
	must(t, err)
	n := 0
	for _, a := range audits {
		if a.Action == "units.import" {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d audit entries for one change", n)
	}
}

func TestBadUnitFiles(t *testing.T) {
	s := newSite(t)
	v := s.operator(model.Operator{Role: model.RoleAdmin})
	var many strings.Builder
	many.WriteString("单位名称,统一社会信用代码\n")
	for i := range 600 {
		fmt.Fprintf(&many, "示范%d,x\n", i)
	}
	page{status: 422, has: []string{"只接受 XLSX 或 CSV"}}.check(t, v.uploadUnits(t, "units.xls", "x"))
	page{status: 422, has: []string{"文件是空的"}}.check(t, v.uploadUnits(t, "units.csv", ""))
	page{status: 422, has: []string{"没有找到单位登记表的表头"}}.check(t, v.uploadUnits(t, "units.csv", "a,b\n1,2\n"))
	page{status: 413, has: []string{"16 MB"}}.check(t, v.uploadUnits(t, "units.csv", strings.Repeat("x", 16<<20+1)))
	page{has: []string{"未通过检查 600 行", "第 501 行", "另有 100 行未通过检查"}, not: []string{"第 502 行"}}.check(t, v.uploadUnits(t, "units.csv", many.String()))
	if left := s.uploads(t); len(left) != 0 {
		t.Errorf("%d files are left", len(left))
	}
}
