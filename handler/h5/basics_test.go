package h5_test

import (
	"net/http"
	"net/url"
	"testing"

	"quxiang/model"
	"quxiang/model/demo"
)

func TestBasics(t *testing.T) {
	s := newSite(t)
	r := s.person(demo.StateNew, func(g *model.Graduate) {
		g.Basics.Email, g.Basics.Degree = "", ""
		g.Basics.HouseholdIn = model.Unknown
	})
	b := s.login(r)
	id, phone := r.Graduate.Basics.IDNumber, r.Graduate.Basics.Phone

	page{to: "/h5/basics"}.check(t, b.get("/h5/home"))
	first := b.get("/h5/basics")
	page{
		has: []string{
			"核对基本信息", "学生信息", "考生号", "姓名", "身份证号", "毕业院校", "学历", "性别", "民族", "政治面貌", "培养方式", "生源所在地",
			"入学时间", "毕业时间", "学位", "院系", "专业", "学制", "档案是否转入学校", "户口是否转入学校", "电子邮箱", "手机号码",
			"林小满", "示范大学", "本科", "女", "汉族", "非定向", id[:3] + "***********" + id[14:],
			"请务必仔细核对基本信息，否则会影响后续签约、转档、落户。", "信息确认无误，进入系统", "退出", "联系学校就业指导中心更正",
		},
		not:  []string{id, phone},
		raw:  []string{`href="https://chsi.example/account"`, `action="/h5/logout"`, "<dt>学位</dt><dd>– <a", "<dt>户口是否转入学校</dt><dd>– <a", `href="/h5/correction?item=name"`, `href="/h5/correction?item=phone"`},
		once: []string{"<dt>考生号</dt>", "<dt>手机号码</dt>", "<h1>核对基本信息</h1>"},
	}.check(t, first)
	page{has: []string{id, phone, "隐藏"}}.check(t, b.get("/h5/basics?show=1"))

	// A post that saw something else does not check.
	page{status: http.StatusConflict, has: []string{"基本信息已有更新"}}.check(t, b.post("/h5/basics", url.Values{"seen": {"x"}}))
	if s.record(r.Graduate.ID).Graduate.CheckedAt.IsZero() == false {
		t.Fatal("checked what was not seen")
	}
	page{to: "/h5/home"}.check(t, b.post("/h5/basics", url.Values{"seen": {hidden(t, first, "seen")}}))
	if s.record(r.Graduate.ID).Graduate.NeedsCheck() {
		t.Fatal("not checked")
	}
	page{has: []string{"毕业生去向登记"}}.check(t, b.get("/h5/home"))
	page{has: []string{"您已于2027年6月10日核对无误"}, not: []string{"信息确认无误，进入系统"}}.check(t, b.get("/h5/basics"))

	// A newer roster asks again and marks what changed.
	s.rule(r.Graduate.ID, func(r model.Record) (model.Change, error) {
		changed := r.Graduate.Basics
		changed.Major = "网络空间安全"
		ch, _ := model.UpdateBasics(r, changed, model.BySystem("test"), s.now)
		return ch, nil
	})
	page{to: "/h5/basics"}.check(t, b.get("/h5/home"))
	page{
		has:  []string{"您于2027年6月10日核对之后，部分信息已更新", "网络空间安全 已更新"},
		once: []string{`<span class="tag tag_warn">已更新</span>`},
	}.check(t, b.get("/h5/basics"))
}

// Nobody sees a record that is not, or no longer, linked to his account.
func TestWhoseRecord(t *testing.T) {
	s := newSite(t)
	mine, other := s.person(demo.StateNew, nil), s.approved()
	stranger := mine
	stranger.Graduate.ID = other.Graduate.ID
	paths := []string{
		"/h5/home", "/h5/basics", "/h5/basics?show=1", "/h5/destination", "/h5/confirmation", "/h5/authorization", "/h5/forms/1",
		"/h5/forms/1/qr.png", "/h5/verifications", "/h5/messages", "/h5/change", "/h5/correction?item=name", "/h5/dispute",
		"/h5/destination/history", "/h5/timeline", "/h5/requests/1/withdraw",
	}
	b := s.login(stranger)
	for _, path := range paths {
		page{
			status: http.StatusForbidden, has: []string{"没有权限"},
			not: []string{other.Graduate.Basics.Name, other.Graduate.Basics.IDNumber, other.Graduate.Basics.Phone},
		}.check(t, b.get(path))
	}
	for _, path := range []string{"/h5/basics", "/h5/destination", "/h5/confirmation", "/h5/authorization", "/h5/authorization/revoke", "/h5/change", "/h5/correction", "/h5/dispute", "/h5/requests/1/withdraw"} {
		page{status: http.StatusForbidden}.check(t, b.post(path, url.Values{"revision": {"1"}, "answer": {"right"}, "id": {"1"}}))
	}
	if len(s.record(other.Graduate.ID).Confirmations) != 0 {
		t.Error("a stranger confirmed")
	}
	nobody := &browser{s: s}
	for _, path := range paths {
		if w := nobody.get(path); w.Code != http.StatusSeeOther || w.Body.Len() > 200 {
			t.Errorf("%s without a login: %d", path, w.Code)
		}
	}
}
