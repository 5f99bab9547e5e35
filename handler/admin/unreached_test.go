package admin_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"quxiang/model"
	"quxiang/model/store"
)

func TestUnreachedList(t *testing.T) {
	s := newSite(t)
	silent := s.graduate(here, collegeA, classA, func(b *model.Basics) { b.Name, b.Phone = nameA, "19900000001" })
	s.now = s.now.AddDate(0, 0, 20)
	other := s.graduate(here, collegeB, "乙班", func(b *model.Basics) { b.Name, b.Phone = nameB, "19900000002" })
	second := s.graduate(here, collegeA, "测试2302", func(b *model.Basics) { b.Name = "欧阳丙四" })
	if other.School.Code == "" || second.School.Code == "" {
		t.Fatal("no school")
	}
	counsellor := s.operator(model.Operator{Role: model.RoleCounsellor, SchoolCode: here, College: collegeA, Classes: []string{classA}})
	w := counsellor.get("/admin/unreached")
	page{
		has: []string{nameA, "19900000001", "未绑定微信、长期无动静", "请上报毕业去向", "2027年6月10日", "截止日期 2027年8月31日", "联系情况"},
		not: []string{nameB, "19900000002", "测试2302", "欧阳丙四"},
	}.check(t, w)
	if n := strings.Count(w.Body.String(), "19900000001"); n != 2 { // to read, and to call
		t.Errorf("the phone stands %d times on the page", n)
	}
	// Seeing phones is on record, without them.
	audits, _, err := s.store.Audits(t.Context(), model.Scope{All: true}, store.AuditFilter{}, 0, 5)
	must(t, err)
	if a := audits[0]; a.Action != "unreached.view" || a.Actor.Name != "counsellor" || a.College != collegeA || a.Detail["graduates"] != "1" || strings.Contains(fmt.Sprint(a), "19900000001") {
		t.Errorf("audit %v", a)
	}
	college := s.operator(model.Operator{Role: model.RoleCollege, SchoolCode: here, College: collegeA})
	w = college.get("/admin/unreached")
	page{has: []string{nameA, "欧阳丙四"}, not: []string{nameB}}.check(t, w)
	if n := strings.Count(w.Body.String(), `<section class="sheet">`); n != 2 {
		t.Errorf("%d sheets for two classes", n)
	}
	page{has: []string{"欧阳丙四"}, not: []string{nameA}}.check(t, college.get("/admin/unreached?class="+url.QueryEscape("测试2302")))
	// A school chooses a college, whoever sees all a school.
	school := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	page{has: []string{"请选择范围", collegeA + " 2", collegeB + " 1"}, not: []string{nameA, nameB}}.check(t, school.get("/admin/unreached"))
	page{has: []string{nameB}, not: []string{nameA}}.check(t, school.get("/admin/unreached?college="+url.QueryEscape(collegeB)))
	admin := s.operator(model.Operator{Role: model.RoleAdmin})
	page{has: []string{"请选择范围", "示范大学"}, not: []string{nameA}}.check(t, admin.get("/admin/unreached"))
	// Whoever is done needs no call.
	s.report(silent.Graduate.ID, unitA)
	s.decide(silent.Graduate.ID, model.LevelCollege, model.DecisionApprove)
	s.decide(silent.Graduate.ID, model.LevelSchool, model.DecisionApprove)
	s.rule(silent.Graduate.ID, func(r model.Record) (model.Change, error) {
		return model.Confirm(r, model.Confirmation{Revision: 1, Answer: model.AnswerRight}, s.now)
	})
	page{has: []string{"没有需要联系的毕业生"}}.check(t, counsellor.get("/admin/unreached"))
}

// TestUnreachedPages: classes over a page's worth of people lead on, and nobody
// is left out.
func TestUnreachedPages(t *testing.T) {
	s := newSite(t)
	var gs []model.Graduate
	const each = 260 // two classes are more than a page of 500
	for i := range 3 * each {
		gs = append(gs, model.Graduate{CohortCode: "2027", SchoolCode: here, CreatedAt: s.now, Basics: model.Basics{
			ExamNumber: fmt.Sprintf("2799%010d", i), Name: fmt.Sprintf("某%d号", i), College: collegeA, Class: fmt.Sprintf("第%d班", i/each), Graduates: "202706", Level: "31",
		}})
	}
	_, err := s.store.CreateGraduates(t.Context(), gs, model.BySystem("test"))
	must(t, err)
	b := s.operator(model.Operator{Role: model.RoleCollege, SchoolCode: here, College: collegeA})
	var names []string
	path := "/admin/unreached"
	pages := 0
	for path != "" {
		w := b.get(path)
		pages++
		for _, m := range personName.FindAllStringSubmatch(w.Body.String(), -1) {
			names = append(names, m[1])
		}
		path = next(w)
	}
	seen := map[string]bool{}
	for _, n := range names {
		seen[n] = true
	}
	if len(names) != 3*each || len(seen) != 3*each || pages != 3 {
		t.Errorf("%d names, %d people on %d pages", len(names), len(seen), pages)
	}
}
