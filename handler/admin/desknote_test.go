package admin_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
)

var noteLink = regexp.MustCompile(`/admin/desk/verifications/[0-9]+/note`)

func TestNotes(t *testing.T) {
	s := newSite(t)
	id := s.form(here, nameA, model.FormArchive, "2799001AAAAAAAA")
	v := s.department("d1", nil)
	found := v.post("/admin/desk/check", ask(model.FormArchive, nameA, "2799001AAAAAAAA"))
	link := noteLink.FindString(found.Body.String())
	page{has: []string{"后四位 AAAA", "档案未收到", "纸质登记信息表与核验结果不符"}, not: []string{nameA, "户口迁移地"}}.check(t, v.get(link))
	page{status: 422, has: []string{"请选择哪里不符"}}.check(t, v.post(link, url.Values{"text": {"档案"}}))
	page{status: 422, has: []string{"请写明情况"}}.check(t, v.post(link, url.Values{"item": {"archive_missing"}}))
	page{status: 422, has: []string{"最多 500 字"}}.check(t, v.post(link, url.Values{"item": {"archive_missing"}, "text": {strings.Repeat("字", 501)}}))
	told := url.Values{"item": {"archive_missing"}, "text": {"六月一日至今未收到，联系人张三。"}}
	page{to: "/admin/desk/notes?done=noted"}.check(t, v.post(link, told))
	page{status: 409, has: []string{"正在等待答复"}}.check(t, v.post(link, told))
	page{has: []string{"档案未收到", "等待学校答复", "六月一日至今未收到"}, not: []string{nameA}}.check(t, v.get("/admin/desk/notes"))
	// Nobody else's account writes about it, or reads it.
	other := s.department("d2", nil)
	page{status: 404}.check(t, other.get(link))
	page{status: 404}.check(t, other.post(link, told))
	page{not: []string{"张三"}}.check(t, other.get("/admin/desk/notes"))

	// The school that the graduate is of has it in its column, and nobody else.
	there := s.operator(model.Operator{Name: "there", Role: model.RoleSchool, SchoolCode: "99002"})
	page{not: []string{"档案未收到"}}.check(t, there.get("/admin/notes"))
	page{status: 404, not: []string{"张三", nameA}}.check(t, there.get("/admin/notes/1"))
	page{status: 404}.check(t, there.post("/admin/notes/1", url.Values{"answer": {"x"}}))
	for _, op := range []model.Operator{
		{Role: model.RoleCollege, SchoolCode: here, College: collegeA},
		{Role: model.RoleAuditor},
		{Role: model.RoleCounsellor, SchoolCode: here, College: collegeA, Classes: []string{classA}},
	} {
		b := s.operator(op)
		page{not: []string{"接收部门反映 1 项待处理"}}.check(t, b.get("/admin"))
		page{status: 403, not: []string{"张三"}}.check(t, b.get("/admin/notes/1"))
		page{status: 403}.check(t, b.post("/admin/notes/1", url.Values{"answer": {"x"}}))
	}
	// It stands in the graduate's history for them, without what was written.
	page{has: []string{"接收部门反映“档案未收到”（人才中心d1）"}, not: []string{"张三"}}.check(t, s.login("college").get(path(id)))

	school := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	page{has: []string{"接收部门反映 1 项待处理", "1 条接收部门的反映等待处理"}}.check(t, school.get("/admin"))
	page{has: []string{"档案未收到", "人才中心d1"}}.check(t, school.get("/admin/notes"))
	page{has: []string{nameA, "六月一日至今未收到，联系人张三。"}, raw: []string{`href="` + path(id) + `"`}}.check(t, school.get("/admin/notes/1"))
	page{status: 422, has: []string{"请写明情况"}}.check(t, school.post("/admin/notes/1", url.Values{"answer": {" "}}))
	s.now = begin.Add(time.Hour)
	page{to: "/admin/notes?done=noteanswered"}.check(t, school.post("/admin/notes/1", url.Values{"answer": {"已补寄，请查收。"}}))
	page{to: "/admin/notes/1"}.check(t, school.post("/admin/notes/1", url.Values{"answer": {"又答"}}))
	page{has: []string{"已补寄，请查收。"}, not: []string{"又答"}}.check(t, school.get("/admin/notes/1"))
	page{has: []string{"没有等待答复的反映"}}.check(t, school.get("/admin/notes"))
	page{has: []string{"已答复", "学校答复： 已补寄，请查收。"}}.check(t, v.get("/admin/desk/notes"))
	for _, bad := range []string{"/admin/notes/x", "/admin/notes/99"} {
		page{status: 404}.check(t, school.get(bad))
	}
	denied := 0
	entries, _, err := s.store.Audits(t.Context(), model.Scope{All: true}, store.AuditFilter{Graduate: id}, 0, 100)
	must(t, err)
	for _, a := range entries {
		if a.Action == "graduate.denied" {
			denied++
		}
	}
	if denied != 2 {
		t.Errorf("%d attempts out of scope are audited", denied)
	}
}

// login logs in an operator who is there already.
func (s *site) login(name string) *browser {
	s.t.Helper()
	b := s.browser()
	if w := b.login(name, password); w.Code != 303 {
		s.t.Fatalf("%s cannot log in: %d", name, w.Code)
	}
	return b
}
