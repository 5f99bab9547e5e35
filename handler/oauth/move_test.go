package oauth_test

import (
	"net/url"
	"testing"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/wechat/wechattest"
)

func TestMove(t *testing.T) {
	w := newWorld(t)
	old, fresh := w.wechat.AddPhone(wechattest.Phone{}), w.wechat.AddPhone(wechattest.Phone{})
	oldPhone := w.phone(old)
	oldPhone.bindFrom("new1")
	g := w.graduate("new1")

	b := w.phone(fresh)
	p := b.bindFrom("new1")
	b.shows(p, 200, "/h5/move", "是否换绑到当前微信？", "此学信网账号已绑定另一个微信。是否换绑到当前微信？原微信会收到通知。", "王老师")
	if w.account(g.AccountID).OpenID != old {
		t.Fatal("moved without being asked")
	}
	b.shows(b.post("/h5/move", url.Values{"move": {"perhaps"}}), 422, "/h5/move", "请选择")

	// No: in, but not bound; the next visit from the menu asks again.
	p = b.submit(p, "/h5/move", url.Values{"move": {"no"}})
	b.shows(p, 200, "/h5/home", home("home", g, g.AccountID, ""))
	oldPhone.shows(oldPhone.get("/h5/home"), 200, "/h5/home")
	b.shows(b.get("/h5/move"), 200, "/h5/home") // nothing to ask now

	// Yes.
	p = b.get("/wechat/oauth?next=/h5/home")
	p = b.submit(p, "/h5/bind", bothConsents)
	b.shows(p, 200, "/h5/move") // CHSI knew the browser
	p = b.submit(p, "/h5/move", nil)
	b.shows(p, 200, "/h5/home", home("home", g, g.AccountID, fresh))
	if w.account(g.AccountID).OpenID != fresh {
		t.Error("not moved")
	}
	b.shows(b.submit(page{url: p.url, body: `<form method="post" action="/h5/move"></form>`}, "", url.Values{"move": {"yes"}}), 200, "/h5/home") // twice is once
	// The school sees it in the record's audit log, as the graduate's own doing.
	school := model.Operator{Role: model.RoleSchool, SchoolCode: g.SchoolCode}.Scope()
	entries, _, err := w.store.Audits(t.Context(), school, store.AuditFilter{Graduate: g.ID}, 0, 1)
	w.must(err)
	if len(entries) != 1 || entries[0].Action != "account.rebind" || entries[0].Actor != model.ByAccount(g.AccountID) {
		t.Errorf("audit %+v", entries)
	}
	// The old phone's session is over, and its WeChat knows nobody.
	oldPhone.shows(oldPhone.get("/h5/home"), 200, "/h5/bind")
	var told []model.Message
	_, told, err = w.store.ClaimMessages(t.Context(), 10, 60e9, w.clock())
	w.must(err)
	if len(told) != 1 || told[0].OpenID != old || told[0].Notice.Kind != model.MessageRebound {
		t.Errorf("messages %+v", told)
	}
}

func TestWeChatOfSomebodyElse(t *testing.T) {
	w := newWorld(t)
	openid := w.wechat.AddPhone(wechattest.Phone{})
	b := w.phone(openid)
	b.bindFrom("new1")
	owner := w.graduate("new1")
	// A friend logs in with another CHSI account on the same phone.
	friend := w.phone(openid)
	friend.get("/wechat/oauth?next=/h5/home")
	p := friend.login(friend.get("/chsi/login?next=/h5/home"), "new2")
	friend.shows(p, 200, "/h5/bind")
	p = friend.submit(p, "/h5/bind", bothConsents)
	friend.shows(p, 200, "/h5/move", "当前微信已绑定其他账号", "用已绑定的账号进入", "直接进入")
	friend.shows(friend.post("/h5/move", url.Values{"move": {"yes"}}), 409, "/h5/move", "当前微信已绑定其他账号")
	if w.account(owner.AccountID).OpenID != openid {
		t.Fatal("the binding was taken over")
	}
	p = friend.submit(p, "/h5/move", url.Values{"move": {"no"}})
	g := w.graduate("new2")
	friend.shows(p, 200, "/h5/home", home("home", g, g.AccountID, ""))
}

func TestUnbind(t *testing.T) {
	w := newWorld(t)
	openid := w.wechat.AddPhone(wechattest.Phone{})
	b, desk := w.phone(openid), w.browser(elsewhere)
	b.bindFrom("new1")
	desk.login(desk.get("/h5/home"), "new1")
	g := w.graduate("new1")
	p := b.get("/h5/binding")
	b.shows(p, 200, "/h5/binding", "换绑微信", "当前微信", "解除绑定", "王老师")
	b.lacks(p, "new1", openid)
	b.shows(b.submit(p, "/h5/unbind", url.Values{"version": {"1"}}), 409, "/h5/unbind", "绑定已有变化", "当前微信")
	if w.account(g.AccountID).OpenID != openid {
		t.Fatal("unbound what was not seen")
	}
	p = b.submit(p, "/h5/unbind", nil)
	b.shows(p, 200, "/h5/binding", "未绑定", "绑定当前微信")
	b.shows(b.get("/h5/home"), 200, "/h5/home", home("home", g, g.AccountID, ""))
	if got := desk.get("/h5/home"); got.url.Path == "/h5/home" && got.url.Host == p.url.Host {
		// CHSI's own session may let the desk in again; only a new login does.
		if len(desk.hops) == 0 {
			t.Error("the other session lives on")
		}
	}
	b.shows(b.submit(page{url: p.url, body: `<form method="post" action="/h5/unbind"></form>`}, "", nil), 200, "/h5/binding", "未绑定")
	// Binding again goes through consent and CHSI.
	p = b.get("/wechat/oauth?next=/h5/binding")
	b.shows(p, 200, "/h5/bind")
	b.shows(b.submit(p, "/h5/bind", bothConsents), 200, "/h5/binding", "当前微信", "解除绑定")
	if w.account(g.AccountID).OpenID != openid {
		t.Error("not bound again")
	}
	b.shows(b.get("/h5/unbind"), 200, "/h5/binding") // where a login leads that came before the post
	// A visitor who has bound nothing is led to the binding page.
	stranger := w.phone(w.wechat.AddPhone(wechattest.Phone{}))
	stranger.shows(stranger.get("/h5/binding"), 200, "/h5/bind")
	stranger.shows(stranger.post("/h5/unbind", nil), 200, "/h5/bind")
}
