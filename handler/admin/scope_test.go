package admin_test

import (
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"quxiang/model"
)

const (
	collegeA, collegeB = "甲学院", "乙学院"
	nameA, nameB       = "欧阳甲一", "欧阳乙二"
	nameOther          = "欧阳外三"
	unitA              = "甲一的单位"
)

// everybody is one operator of each role; college and counsellor are of
// collegeA, the counsellor of classA.
func everybody() []model.Operator {
	return []model.Operator{
		{Role: model.RoleAdmin},
		{Role: model.RoleSchool, SchoolCode: here},
		{Role: model.RoleCollege, SchoolCode: here, College: collegeA},
		{Role: model.RoleCounsellor, SchoolCode: here, College: collegeA, Classes: []string{classA}},
		{Role: model.RoleMenu},
		{Role: model.RoleAuditor, SchoolCode: here},
		{Role: model.RoleDesk, SchoolCode: here},
	}
}

// TestEveryRouteByRole: who gets to what. A route that is new fails the test
// until it stands in the table.
func TestEveryRouteByRole(t *testing.T) {
	s := newSite(t)
	a := s.graduate(here, collegeA, classA, nil)
	all := []model.Role{model.RoleAdmin, model.RoleSchool, model.RoleCollege, model.RoleCounsellor, model.RoleMenu, model.RoleAuditor, model.RoleDesk}
	view := []model.Role{model.RoleAdmin, model.RoleSchool, model.RoleCollege, model.RoleCounsellor, model.RoleAuditor}
	review := []model.Role{model.RoleAdmin, model.RoleSchool, model.RoleCollege, model.RoleCounsellor}
	school := []model.Role{model.RoleAdmin, model.RoleSchool}
	menus := []model.Role{model.RoleAdmin, model.RoleMenu}
	admins, desk := []model.Role{model.RoleAdmin}, []model.Role{model.RoleDesk}
	audit := []model.Role{model.RoleAdmin, model.RoleAuditor}
	allowed := map[string][]model.Role{
		"GET /admin": all, "GET /admin/password": all, "POST /admin/password": all,
		"GET /admin/reviews": review, "GET /admin/reviews/next": review, "POST /admin/reviews/chosen": review, "POST /admin/reviews/approve": review,
		"GET /admin/reviews/chosen": all, "GET /admin/reviews/approve": all, "GET /admin/changes": review,
		"GET /admin/graduates": view, "POST /admin/graduates": view, "GET /admin/graduates/:id": view,
		"GET /admin/graduates/:id/proofs/:proof": view, "GET /admin/graduates/:id/proofs/:proof/thumb": view,
		"POST /admin/graduates/:id/review": review, "POST /admin/graduates/:id/change": review, "GET /admin/graduates/:id/change": all, "POST /admin/graduates/:id/reopen": school,
		"GET /admin/graduates/:id/timeline": view,
		"GET /admin/corrections":            review, "GET /admin/corrections/:id/:ordinal": review, "POST /admin/corrections/:id/:ordinal": review,
		"GET /admin/disputes": audit, "GET /admin/disputes/:id/:ordinal": audit, "POST /admin/disputes/:id/:ordinal": audit,
		"GET /admin/conflicts": school, "POST /admin/conflicts": school,
		"GET /admin/conflicts/:id/:number": school, "POST /admin/conflicts/:id/:number": school,
		"GET /admin/unreached":  review,
		"GET /admin/statistics": view, "GET /admin/statistics/export": view,
		"POST /admin/export": review, "GET /admin/export": all,
		"GET /admin/roster": review, "POST /admin/roster": review, "GET /admin/roster/:id": review, "GET /admin/roster/:id/report": review,
		"GET /admin/roster/:id/preview": review, "POST /admin/roster/:id/apply": review, "POST /admin/roster/:id/discard": review,
		"GET /admin/roster/:id/undo": review, "POST /admin/roster/:id/undo": review,
		"GET /admin/roster/:id/apply": all, "GET /admin/roster/:id/discard": all,
		"GET /admin/units": school, "POST /admin/units": school,
		"GET /admin/answers": menus, "POST /admin/answers": menus, "POST /admin/answers/remove": menus, "GET /admin/answers/remove": all,
		"GET /admin/menu": menus, "POST /admin/menu/publish": menus, "GET /admin/menu/item": menus, "POST /admin/menu/item": menus,
		"GET /admin/menu/conditional": menus, "POST /admin/menu/conditional": menus, "POST /admin/menu/move": menus, "POST /admin/menu/remove": menus,
		"GET /admin/menu/live": menus, "POST /admin/menu/live": menus, "GET /admin/menu/clear": menus, "POST /admin/menu/clear": menus,
		"GET /admin/menu/history": menus, "GET /admin/menu/history/:id": menus, "POST /admin/menu/history/:id/restore": menus,
		"POST /admin/menu/history/:id/draft": menus, "POST /admin/menu/history/:id/cancel": menus,
		"GET /admin/menu/match": menus, "POST /admin/menu/match": menus, "GET /admin/menu/presses": menus,
		"GET /admin/operators": {model.RoleAdmin}, "POST /admin/operators/:id/disabled": {model.RoleAdmin},
		"POST /admin/operators/:id/logout": {model.RoleAdmin},
		"GET /admin/jobs":                  {model.RoleAdmin, model.RoleAuditor},
		"GET /admin/desks":                 admins, "POST /admin/desks": admins, "GET /admin/desks/new": admins,
		"GET /admin/desks/:id": admins, "POST /admin/desks/:id": admins, "POST /admin/desks/:id/disabled": admins, "POST /admin/desks/:id/password": admins,
		"GET /admin/notes": school, "GET /admin/notes/:id": school, "POST /admin/notes/:id": school,
		"GET /admin/desk": desk, "POST /admin/desk/check": desk, "POST /admin/desk/sheet": desk, "GET /admin/desk/template": desk,
		"GET /admin/desk/checks": desk, "GET /admin/desk/checks/:batch": desk, "GET /admin/desk/notes": desk,
		"GET /admin/desk/verifications/:id/note": desk, "POST /admin/desk/verifications/:id/note": desk,
		// These lead on to pages that ask again.
		"GET /admin/graduates/:id/review": all, "GET /admin/graduates/:id/reopen": all, "GET /admin/menu/publish": all,
		"GET /admin/menu/move": all, "GET /admin/menu/remove": all, "GET /admin/menu/history/:id/restore": all, "GET /admin/menu/history/:id/draft": all,
		"GET /admin/menu/history/:id/cancel": all,
		"GET /admin/operators/:id/disabled":  all, "GET /admin/operators/:id/logout": all,
		"GET /admin/desks/:id/disabled": all, "GET /admin/desks/:id/password": all, "GET /admin/desk/check": all, "GET /admin/desk/sheet": all,
	}
	for _, op := range everybody() {
		b := s.operator(op)
		for _, r := range s.engine.Routes() {
			route := r.Method + " " + r.Path
			if r.Path == "/admin/login" || r.Path == "/admin/logout" {
				continue
			}
			roles, ok := allowed[route]
			if !ok {
				t.Errorf("%s is not in the table", route)
				continue
			}
			w := b.do(httptest.NewRequest(r.Method, origin+strings.ReplaceAll(r.Path, ":id", "1"), nil))
			refused := w.Code == 403 && strings.Contains(w.Body.String(), "没有权限使用这个页面")
			if may := slices.Contains(roles, op.Role); may == refused {
				t.Errorf("%s %s: %d", op.Role, route, w.Code)
			}
			if w.Code == 403 && strings.Contains(w.Body.String(), a.Graduate.Basics.Name) {
				t.Errorf("%s %s: a refusal names the graduate", op.Role, route)
			}
			if w.Code >= 500 {
				t.Errorf("%s %s: %d", op.Role, route, w.Code)
			}
		}
	}
}

// TestWhoSeesWhom: lists and records stay within the scope, for whoever may
// view at all.
func TestWhoSeesWhom(t *testing.T) {
	s := newSite(t)
	named := func(name string) func(*model.Basics) { return func(b *model.Basics) { b.Name = name } }
	a := s.report(s.graduate(here, collegeA, classA, named(nameA)).Graduate.ID, unitA)
	b := s.report(s.graduate(here, collegeB, "乙班", named(nameB)).Graduate.ID, "乙二的单位")
	// The same class name in another college is another class.
	c := s.report(s.graduate(here, collegeB, classA, named("欧阳丙四")).Graduate.ID, "丙四的单位")
	other := s.graduate("99002", collegeA, classA, named(nameOther))
	if other.School.Code == "" {
		t.Fatal("no second school")
	}
	everyone := []model.Record{a, b, c, other}
	for _, tc := range []struct {
		role model.Role
		sees []model.Record
	}{
		{model.RoleAdmin, everyone},
		{model.RoleSchool, []model.Record{a, b, c}},
		{model.RoleCollege, []model.Record{a}},
		{model.RoleCounsellor, []model.Record{a}},
		{model.RoleAuditor, []model.Record{a, b, c}},
		{model.RoleMenu, nil},
		{model.RoleDesk, nil},
	} {
		t.Run(string(tc.role), func(t *testing.T) {
			ops := everybody()
			op := ops[slices.IndexFunc(ops, func(o model.Operator) bool { return o.Role == tc.role })]
			v := s.operator(op)
			pages := []*httptest.ResponseRecorder{
				v.get("/admin"), v.get("/admin/graduates"), v.get("/admin/graduates?college=" + url.QueryEscape(collegeB)), v.get("/admin/graduates?class=" + url.QueryEscape(classA)),
				v.get("/admin/graduates?step=college_review"), v.get("/admin/reviews?level=college"), v.get("/admin/reviews?level=school"), v.get("/admin/changes?level=college"),
				v.get("/admin/graduates?unit=" + url.QueryEscape(unitA)), v.get("/admin/reviews?level=college&unit=" + url.QueryEscape(unitA)),
				v.post("/admin/graduates", url.Values{"q": {"欧阳"}}), v.get("/admin/roster"), v.get("/admin/menu"), v.get("/admin/operators"), v.get("/admin/jobs"),
			}
			for _, r := range everyone {
				sees := slices.ContainsFunc(tc.sees, func(o model.Record) bool { return o.Graduate.ID == r.Graduate.ID })
				w := v.get(path(r.Graduate.ID))
				if sees != (w.Code == 200) {
					t.Errorf("record of %s: %d", r.Graduate.Basics.Name, w.Code)
				}
				pages := append(slices.Clone(pages), w,
					v.post(path(r.Graduate.ID)+"/review", url.Values{"revision": {"1"}, "level": {"nowhere"}, "decision": {"approve"}}),
					v.post(path(r.Graduate.ID)+"/reopen", url.Values{"until": {"x"}}))
				for _, p := range pages {
					if !sees && (strings.Contains(p.Body.String(), r.Graduate.Basics.Name) || strings.Contains(p.Body.String(), r.Graduate.Basics.ExamNumber)) {
						t.Errorf("%s is on a page: %s", r.Graduate.Basics.Name, text(p))
					}
				}
			}
			found := text(v.post("/admin/graduates", url.Values{"q": {"欧阳"}}))
			for _, r := range tc.sees {
				if !strings.Contains(found, r.Graduate.Basics.Name) {
					t.Errorf("%s is not found", r.Graduate.Basics.Name)
				}
			}
		})
	}
	// Nothing came of all that posting.
	for _, r := range everyone {
		now := s.record(r.Graduate.ID)
		if now.Graduate.ReopenedUntil != "" || len(now.Revisions) > 0 && len(now.Latest().Reviews) > 0 {
			t.Errorf("record %d was changed", r.Graduate.ID)
		}
	}
}

// TestCannotActOutOfScope posts what would be right within the scope.
func TestCannotActOutOfScope(t *testing.T) {
	s := newSite(t)
	b := s.report(s.graduate(here, collegeB, "乙班", nil).Graduate.ID, "单位")
	for _, op := range []model.Operator{
		{Name: "c", Role: model.RoleCollege, SchoolCode: here, College: collegeA},
		{Name: "s", Role: model.RoleSchool, SchoolCode: "99002"},
	} {
		v := s.operator(op)
		verdict := url.Values{"revision": {"1"}, "level": {"college"}, "decision": {"approve"}}
		page{status: 404}.check(t, v.post(path(b.Graduate.ID)+"/review", verdict))
	}
	// Within the scope, but the other level.
	v := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	page{status: 403}.check(t, v.post(path(b.Graduate.ID)+"/review", url.Values{"revision": {"1"}, "level": {"college"}, "decision": {"approve"}}))
	page{status: 403}.check(t, v.get("/admin/reviews?level=college"))
	if got := s.record(b.Graduate.ID); len(got.Latest().Reviews) != 0 {
		t.Error("reviewed")
	}
}

// TestLeftColumn shows only what may be opened.
func TestLeftColumn(t *testing.T) {
	s := newSite(t)
	s.report(s.graduate(here, collegeA, classA, nil).Graduate.ID, unitA)
	for _, tc := range []struct {
		role     model.Role
		has, not []string
	}{
		{model.RoleAdmin, []string{"待学院审核 1 项待处理", "待学校审核", "名单导入", "公众号菜单", "管理员", "任务与消息", "接收部门", "接收部门反映"}, nil},
		{model.RoleSchool, []string{"待学校审核", "名单导入", "毕业生", "接收部门反映"}, []string{"待学院审核", "/admin/desk", "/admin/menu", "/admin/operators", "/admin/jobs"}},
		{model.RoleCollege, []string{"待学院审核 1 项待处理", "毕业生", "名单导入"}, []string{"待学校审核", "/admin/menu", "/admin/operators"}},
		{model.RoleCounsellor, []string{"待学院审核 1 项待处理", "毕业生", "名单导入"}, []string{"待学校审核", "/admin/menu", "/admin/operators"}},
		{model.RoleMenu, []string{"公众号菜单"}, []string{"/admin/reviews", "/admin/graduates", "/admin/roster", "/admin/operators", "/admin/jobs"}},
		{model.RoleAuditor, []string{"毕业生", "任务与消息"}, []string{"/admin/reviews", "/admin/roster", "/admin/menu", "/admin/operators"}},
		{model.RoleDesk, []string{"核验台", "核验记录", "向学校反映", "修改密码"}, []string{"/admin/reviews", "/admin/graduates", "/admin/roster", "/admin/menu", "/admin/operators", "/admin/jobs", "/admin/desks", "/admin/notes"}},
	} {
		ops := everybody()
		v := s.operator(ops[slices.IndexFunc(ops, func(o model.Operator) bool { return o.Role == tc.role })])
		home := "/admin"
		if tc.role == model.RoleDesk { // it has a page of its own
			home = "/admin/desk"
		}
		page{has: tc.has, not: tc.not}.check(t, v.get(home))
	}
}
