package oauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/wechat/wechattest"
)

func TestFirstLoginInWeChat(t *testing.T) {
	w := newWorld(t)
	openid := w.wechat.AddPhone(wechattest.Phone{})
	b := w.phone(openid)

	p := b.get("/h5/home?from=menu")
	b.shows(p, 200, "/h5/bind", "绑定学信网账号", "使用学信网账号登录", "openid", "身份证号", "保存多久", "解除绑定")
	p = b.submit(p, "/h5/bind", url.Values{"agree": {"yes"}})
	b.shows(p, 422, "/h5/bind", "请勾选两项同意", `value="yes" checked`, "没有身份证号无法核对", `value="/h5/home?from=menu"`)
	if w.graduate("new1").AccountID != 0 {
		t.Fatal("linked without consent")
	}
	p = b.submit(p, "/h5/bind", bothConsents)
	p = b.login(p, "new1")
	g := w.graduate("new1")
	b.shows(p, 200, "/h5/home", home("home", g, g.AccountID, openid))
	a := w.account(g.AccountID)
	if a.OpenID != openid || a.ConsentAt.IsZero() || g.LinkedAt.IsZero() || a.CHSIUser != "new1" {
		t.Errorf("account %+v, record linked at %v", a, g.LinkedAt)
	}

	// From now on the menu opens the next step with no login page.
	later := w.phone(openid)
	p = later.get("/wechat/oauth?next=/h5/confirmation")
	later.shows(p, 200, "/h5/confirmation", home("confirmation", g, a.ID, openid))
	for _, hop := range later.hops {
		if strings.HasPrefix(hop, w.casURL) {
			t.Errorf("asked CHSI again: %v", later.hops)
		}
	}
	if odd := w.chsi.Unmodelled(); len(odd) > 0 {
		t.Errorf("not modelled: %v", odd)
	}
	entries, _, err := w.store.Audits(t.Context(), model.Operator{Role: model.RoleAdmin}.Scope(), store.AuditFilter{}, 0, 50)
	w.must(err)
	actions := map[string]int{}
	for _, e := range entries {
		actions[e.Action]++
	}
	for _, want := range []string{"account.consent", "account.bind", "graduate.link"} {
		if actions[want] != 1 {
			t.Errorf("%d audit entries %s: %v", actions[want], want, actions)
		}
	}
	for _, secret := range []string{openid, g.Basics.IDNumber, g.Basics.Phone, g.Basics.Email, "ticket=", "ST-", "new1"} {
		if strings.Contains(w.logs.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

func TestLoginWithoutWeChat(t *testing.T) {
	w := newWorld(t)
	b := w.browser(elsewhere)
	p := b.login(b.get("/h5/basics"), "new2")
	b.shows(p, 200, "/h5/bind", "使用学信网账号登录", "一般不需要再次输入密码")
	b.lacks(p, "openid")
	for _, path := range []string{"/h5/home", "/h5/choose", "/h5/prove", "/h5/move", "/h5/binding"} {
		b.shows(b.get(path), 200, "/h5/bind") // nothing without consent
	}
	if w.graduate("new2").AccountID != 0 {
		t.Fatal("linked without consent")
	}
	p = b.submit(p, "/h5/bind", bothConsents)
	g := w.graduate("new2")
	b.shows(p, 200, "/h5/basics", home("basics", g, g.AccountID, ""))

	// The second time nothing is asked.
	again := w.browser(elsewhere)
	again.shows(again.login(again.get("/h5/home"), "new2"), 200, "/h5/home", home("home", g, g.AccountID, ""))
}

// TestRefresh: each login takes over phone and e-mail from CHSI.
func TestRefresh(t *testing.T) {
	w := newWorld(t)
	openid := w.wechat.AddPhone(wechattest.Phone{})
	w.phone(openid).bindFrom("new1")
	accounts := w.accounts()
	for i := range accounts {
		if accounts[i].Username == "new1" {
			accounts[i].Attributes["sjh"], accounts[i].Attributes["yx"] = []string{"19900009999"}, []string{"mended@example.edu.cn"}
		}
	}
	w.must(w.chsi.SetAccounts(accounts))
	b := w.browser(elsewhere)
	b.shows(b.login(b.get("/h5/home"), "new1"), 200, "/h5/home")
	if g := w.graduate("new1").Basics; g.Phone != "19900009999" || g.Email != "mended@example.edu.cn" {
		t.Errorf("phone and e-mail were not refreshed: %s %s", g.Phone, g.Email)
	}
}

func TestSnapshotUser(t *testing.T) {
	w := newWorld(t)
	openid := w.wechat.AddPhone(wechattest.Phone{Snapshot: true})
	b := w.phone(openid)
	for range 2 {
		p := b.get("/h5/home")
		b.shows(p, 200, "/wechat/oauth/callback", "请点右下角“使用完整服务”")
		b.shows(b.get(p.path()), 200, "/wechat/oauth/callback", "请点右下角“使用完整服务”") // reload asks WeChat anew
		for _, c := range b.http.Jar.Cookies(p.url) {
			if strings.HasPrefix(c.Name, "qx_g_") {
				t.Fatal("a snapshot user has a session")
			}
		}
	}
	w.must(w.wechat.EndSnapshot(openid))
	b.shows(b.get("/wechat/oauth?next=/h5/home"), 200, "/h5/bind")
}

func TestUnknownPeople(t *testing.T) {
	w := newWorld(t)
	t.Run("not in the roster", func(t *testing.T) {
		openid := w.wechat.AddPhone(wechattest.Phone{})
		b := w.phone(openid)
		p := b.bindFrom("stranger1")
		b.shows(p, 200, "/cannot-login", "没有找到您的毕业生源信息", "2027届", "2027年8月31日", "辅导员", "重新登录")
		b.lacks(p, "2025届")
		b.shows(b.get(p.path()), 200, "/cannot-login")
		b.shows(b.get("/h5/home"), 200, "/cannot-login", "没有找到")  // CHSI is asked again, quietly
		b.shows(b.get("/h5/prove"), 200, "/cannot-login", "没有找到") // CHSI has said who it is: no guessing
		if a, err := w.store.AccountByOpenID(t.Context(), openid); err != nil || a != nil {
			t.Errorf("bound to nobody's account: %v %v", a, err)
		}
	})
	t.Run("another name", func(t *testing.T) {
		accounts := w.accounts()
		for i := range accounts {
			if accounts[i].Username == "new1" {
				accounts[i].Attributes["xm"] = []string{"林大满"}
			}
		}
		w.must(w.chsi.SetAccounts(accounts))
		defer func() { w.must(w.chsi.SetAccounts(w.accounts())) }()
		b := w.browser(elsewhere)
		p := b.submit(b.login(b.get("/h5/home"), "new1"), "/h5/bind", bothConsents)
		b.shows(p, 200, "/cannot-login", "没有找到")
		if w.graduate("new1").AccountID != 0 {
			t.Error("linked to another name")
		}
	})
	t.Run("record of another account", func(t *testing.T) {
		first := w.browser(elsewhere)
		first.submit(first.login(first.get("/h5/home"), "new2"), "/h5/bind", bothConsents)
		owner := w.graduate("new2").AccountID
		accounts := w.accounts()
		for i := range accounts {
			if accounts[i].Username == "plain-new2" {
				accounts[i].Attributes = attributesOf(w.people["new2"].Person.Basics)
			}
		}
		w.must(w.chsi.SetAccounts(accounts))
		defer func() { w.must(w.chsi.SetAccounts(w.accounts())) }()
		b := w.browser(elsewhere)
		p := b.submit(b.login(b.get("/h5/home"), "plain-new2"), "/h5/bind", bothConsents)
		b.shows(p, 200, "/cannot-login", "已由另一个账号使用", "示范大学就业指导中心", "025-00000000")
		if got := w.graduate("new2").AccountID; owner == 0 || got != owner {
			t.Errorf("record moved from account %d to %d", owner, got)
		}
	})
}

func TestChoose(t *testing.T) {
	w := newWorld(t)
	openid := w.wechat.AddPhone(wechattest.Phone{})
	b := w.phone(openid)
	p := b.bindFrom("twice1")
	b.shows(p, 200, "/h5/choose", "2027届 本科", "2025届 ", "示范大学")
	b.shows(b.get("/h5/home"), 200, "/h5/choose") // not past the choice
	linked, err := w.store.GraduatesOf(t.Context(), w.graduate("twice1").AccountID)
	w.must(err)
	if len(linked) != 2 {
		t.Fatalf("%d records", len(linked))
	}
	foreign := w.graduate("new1")
	for _, id := range []string{"", "0", "-1", "999999", "x", idText(foreign.ID)} {
		b.shows(b.submit(p, "/h5/choose", url.Values{"id": {id}}), 422, "/h5/choose", "请选择一条毕业记录")
	}
	for _, g := range linked {
		p = b.submit(b.get("/h5/choose?next=/h5/forms"), "/h5/choose", url.Values{"id": {idText(g.ID)}})
		b.shows(p, 200, "/h5/forms", home("forms", g, g.AccountID, openid))
	}
	// The next login asks again which one.
	other := w.phone(openid)
	other.shows(other.get("/wechat/oauth?next=/h5/home"), 200, "/h5/choose")
}

func TestLogout(t *testing.T) {
	w := newWorld(t)
	b := w.browser(elsewhere)
	b.submit(b.login(b.get("/h5/home"), "new1"), "/h5/bind", bothConsents)
	callback := ""
	for _, hop := range b.hops {
		if strings.Contains(hop, "/chsi/callback") {
			callback = hop
		}
	}
	b.shows(b.get(callback), 200, "/h5/home") // back and reload while logged in
	p := b.post("/h5/logout", nil)
	b.shows(p, 200, "/", "front")
	b.shows(b.post("/h5/logout", nil), 200, "/", "front") // twice is once
	// CHSI still has its session, and the old address is in the history: neither
	// lets the next person at this computer in.
	for _, address := range []string{"/h5/home", callback} {
		p = b.get(address)
		if !strings.HasPrefix(p.url.String(), w.casURL) || !strings.Contains(p.body, "password") {
			t.Fatalf("%s led to %s", address, p.url)
		}
	}
	b.shows(b.login(p, "new1"), 200, "/h5/home")

	// Logging out at CHSI ends the session here.
	w.advance(3 * time.Hour)
	b.shows(b.get("/h5/home"), 200, "/h5/home") // by CHSI's own session, which lives longer
	if res := b.get(w.casURL + "/passport/logout"); res.status != 200 {
		t.Fatalf("logout at CHSI: %d", res.status)
	}
	if p = b.get("/h5/home"); !strings.HasPrefix(p.url.String(), w.casURL) {
		t.Errorf("still logged in at %s", p.url)
	}
	for _, body := range []string{"", "logoutRequest=x", "logoutRequest=%3Ca%2F%3E"} {
		r, err := http.NewRequest(http.MethodPost, w.site+"/chsi/callback", strings.NewReader(body))
		w.must(err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if p := b.do(r); p.status != 422 {
			t.Errorf("%q: %d", body, p.status)
		}
	}
	if p := b.post("/chsi/callback", url.Values{"logoutRequest": {strings.Repeat("x", 70_000)}}); p.status != 413 {
		t.Errorf("huge logout request: %d", p.status)
	}
}

func TestCannotLogin(t *testing.T) {
	w := newWorld(t)
	b := w.browser(elsewhere)
	for _, c := range []struct {
		address           string
		status            int
		wanted, forbidden []string
	}{
		{"/cannot-login", 200, []string{"常见原因", "2027届", "学校名称或院校代码", "重新登录"}, []string{"025-", "没有找到", "<script"}},
		{"/cannot-login?school=99001", 200, []string{"示范大学就业指导中心", "025-00000000"}, []string{"王老师", "示范学院"}},
		{"/cannot-login?school=" + url.QueryEscape("示范"), 200, []string{"示范大学", "示范学院"}, []string{"025-"}},
		{"/cannot-login?school=" + url.QueryEscape("示范学院"), 200, []string{"示范学院就业指导中心"}, nil},
		{"/cannot-login?school=" + url.QueryEscape("无此校<i>"), 404, []string{"没有找到这所学校"}, []string{"<i>", "025-"}},
		{"/cannot-login?why=nonsense", 200, []string{"常见原因"}, []string{"nonsense"}},
	} {
		p := b.get(c.address)
		b.shows(p, c.status, "/cannot-login", c.wanted...)
		if c.status == 404 {
			p.body = strings.ReplaceAll(p.body, `value="无此校<i>"`, "") // typed text, escaped: see get
		}
		b.lacks(p, c.forbidden...)
	}
	w.advance(120 * 24 * time.Hour)
	b.shows(b.get("/cannot-login"), 200, "/cannot-login", "目前没有可以登记的届次")
	phone := w.phone(w.wechat.AddPhone(wechattest.Phone{}))
	phone.bindFrom("new1")
	phone.shows(phone.get("/cannot-login?school=99001"), 200, "/cannot-login", "王老师") // logged in: counsellors, too
}
