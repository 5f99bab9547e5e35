package admin_test

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"quxiang/model"
	"quxiang/model/store"
)

var shownPassword = regexp.MustCompile(`[A-Z2-7]{16}`)

func deskFields(edit func(url.Values)) url.Values {
	f := url.Values{
		"name": {"haidian"}, "department": {"海淀区人才中心"}, "purpose": {"接收高校毕业生档案"}, "kind": {"archive"}, "document": {"海人社函〔2027〕3号"},
		"contact": {"王主任 010-66778899"}, "until": {"2027-12-31"}, "quota": {""},
	}
	if edit != nil {
		edit(f)
	}
	return f
}

func TestVetting(t *testing.T) {
	s := newSite(t)
	root := s.operator(model.Operator{Role: model.RoleAdmin})
	page{has: []string{"还没有接收部门账号"}}.check(t, root.get("/admin/desks"))
	page{has: []string{"部门名称", "核验用途"}}.check(t, root.get("/admin/desks/new"))
	for _, tc := range []struct {
		says string
		edit func(url.Values)
	}{
		{"请填写部门名称", func(f url.Values) { f.Del("department") }},
		{"请填写核验用途", func(f url.Values) { f.Set("purpose", " ") }},
		{"请选择可以核验的登记信息表", func(f url.Values) { f.Del("kind") }},
		{"只有 archive", func(f url.Values) { f.Set("kind", "both") }},
		{"2027-08-31 的形式", func(f url.Values) { f.Set("until", "31.12.2027") }},
		{"每日核验上限", func(f url.Values) { f.Set("quota", "viel") }},
		{"1–64 个字符", func(f url.Values) { f.Set("name", "") }},
	} {
		page{status: 422, has: []string{tc.says}}.check(t, root.post("/admin/desks", deskFields(tc.edit)))
	}
	w := root.post("/admin/desks", deskFields(nil))
	page{has: []string{"一次性密码", "haidian", "海淀区人才中心"}}.check(t, w)
	first := shownPassword.FindString(text(w))
	page{status: 409, has: []string{"“haidian”已存在"}}.check(t, root.post("/admin/desks", deskFields(nil)))
	page{has: []string{"海淀区人才中心", "haidian", "档案登记信息表", "2027年12月31日", "使用中"}, not: []string{first, "66778899"}}.check(t, root.get("/admin/desks"))

	// The department logs in with it once and sets a password of its own.
	v := s.browser()
	page{to: "/admin/password"}.check(t, v.login("haidian", first))
	page{to: "/admin/password"}.check(t, v.get("/admin/desk"))
	page{to: "/admin?done=password"}.check(t, v.post("/admin/password", url.Values{"old": {first}, "new": {password}, "repeat": {password}}))
	page{to: "/admin/desk?done=password"}.check(t, v.get("/admin?done=password"))
	page{has: []string{"密码已修改", "海淀区人才中心"}}.check(t, v.get("/admin/desk?done=password"))

	all, err := s.store.Desks(t.Context(), "", 10)
	must(t, err)
	there := "/admin/desks/" + strconv.FormatInt(int64(all[0].OperatorID), 10)
	page{has: []string{"海人社函〔2027〕3号", "今天已核验", "admin"}, raw: []string{`value="王主任 010-66778899"`}}.check(t, root.get(there))
	page{to: there + "?done=vetted"}.check(t, root.post(there, deskFields(func(f url.Values) { f["kind"] = []string{"archive", "household"}; f.Set("quota", "20") })))
	page{has: []string{"已核准并保存"}}.check(t, root.get(there+"?done=vetted"))
	page{status: 422, has: []string{"请填写部门名称"}}.check(t, root.post(there, deskFields(func(f url.Values) { f.Del("department") })))
	page{has: []string{"档案登记信息表、户口登记信息表", "每日上限 20 行"}}.check(t, v.get("/admin/desk"))

	// A new password ends what is logged in; so does disabling.
	w = root.post(there+"/password", nil)
	second := shownPassword.FindString(text(w))
	page{has: []string{"一次性密码"}, not: []string{first}}.check(t, w)
	page{to: "/admin/login?next=%2Fadmin%2Fdesk"}.check(t, v.get("/admin/desk"))
	page{to: "/admin/password"}.check(t, s.browser().login("haidian", second))
	page{to: there + "?done=disabled"}.check(t, root.post(there+"/disabled", url.Values{"disabled": {"1"}}))
	page{has: []string{"已停用"}}.check(t, root.get("/admin/desks"))
	page{status: 422}.check(t, s.browser().login("haidian", second))
	page{to: there + "?done=enabled"}.check(t, root.post(there+"/disabled", url.Values{"disabled": {"0"}}))
	page{status: 422}.check(t, root.post(there+"/disabled", nil))

	// An account from before there were departments is vetted from the list.
	old, err := s.store.CreateOperator(t.Context(), model.Operator{Name: "old", Role: model.RoleDesk}, s.hash, model.BySystem("test"))
	must(t, err)
	before := "/admin/desks/" + strconv.FormatInt(int64(old), 10)
	page{raw: []string{`href="` + before + `">old</a>`}}.check(t, root.get("/admin/operators"))
	page{has: []string{"尚未核准：old"}}.check(t, root.get(before))
	page{to: before + "?done=vetted"}.check(t, root.post(before, deskFields(nil)))
	page{has: []string{"海淀区人才中心"}}.check(t, root.get(before))

	// Other operators are none of these.
	menu, err := s.store.CreateOperator(t.Context(), model.Operator{Name: "m", Role: model.RoleMenu}, s.hash, model.BySystem("test"))
	must(t, err)
	for _, p := range []string{"/admin/desks/" + strconv.FormatInt(int64(menu), 10), "/admin/desks/999", "/admin/desks/x"} {
		page{status: 404}.check(t, root.get(p))
		page{status: 404}.check(t, root.post(p, deskFields(nil)))
		page{status: 404}.check(t, root.post(p+"/password", nil))
	}
	entries, _, err := s.store.Audits(t.Context(), model.Scope{All: true}, store.AuditFilter{}, 0, 200)
	must(t, err)
	seen := map[string]bool{}
	for _, a := range entries {
		if a.Actor.Name == "admin" {
			seen[a.Action] = true
		}
		if said := strings.Join([]string{a.Detail["document"], a.Detail["department"]}, ""); strings.Contains(said, first) || strings.Contains(said, "66778899") {
			t.Errorf("the audit repeats a secret: %+v", a)
		}
	}
	for _, want := range []string{"desk.create", "desk.vet", "operator.reset", "operator.disable", "operator.enable"} {
		if !seen[want] {
			t.Errorf("%s is not audited", want)
		}
	}
}
