package oauth_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/wechat/wechattest"
)

func proof(b model.Basics) url.Values {
	return url.Values{"exam_number": {b.ExamNumber}, "name": {b.Name}, "id_tail": {b.IDNumber[len(b.IDNumber)-6:]}}
}

var requestIDs = regexp.MustCompile(`[0-9a-f]{16}|value="[^"]*"`)

func TestProve(t *testing.T) {
	w := newWorld(t)
	openid := w.wechat.AddPhone(wechattest.Phone{})
	b := w.phone(openid)
	p := b.bindFrom("plain-new1")
	b.shows(p, 200, "/h5/prove", "考生号", "姓名", "身份证号后六位", "核对身份")
	right, other := w.people["new1"].Person.Basics, w.people["new2"].Person.Basics

	for name, typed := range map[string]url.Values{
		"nothing": {"exam_number": {" "}, "name": {""}, "id_tail": {""}},
		"tail":    {"exam_number": {right.ExamNumber}, "name": {right.Name}, "id_tail": {"12345"}},
		"marks":   {"exam_number": {right.ExamNumber}, "name": {right.Name}, "id_tail": {"12<456"}},
	} {
		p := b.submit(p, "/h5/prove", typed)
		b.shows(p, 422, "/h5/prove", "请填写身份证号的后六位")
		if name == "tail" && !strings.Contains(p.body, `value="`+right.Name+`"`) {
			t.Error("what was typed is gone")
		}
	}

	// Whichever of the three is wrong, the answer is one. Malformed input did not count.
	var answers []string
	for _, change := range []url.Values{
		{"exam_number": {"00000000000000"}},
		{"name": {other.Name}},
		{"id_tail": {"000000"}},
		{"exam_number": {other.ExamNumber}},
	} {
		typed := proof(right)
		for k, v := range change {
			typed[k] = v
		}
		wrong := b.submit(p, "/h5/prove", typed)
		b.shows(wrong, 422, "/h5/prove", "没有找到与这三项都一致的毕业生")
		b.lacks(wrong, right.IDNumber, typed.Get("id_tail"))
		answers = append(answers, requestIDs.ReplaceAllString(wrong.body, ""))
	}
	for _, a := range answers[1:] {
		if a != answers[0] {
			t.Errorf("answers differ:\n%s\n%s", answers[0], a)
		}
	}
	if w.graduate("new1").AccountID != 0 {
		t.Fatal("linked by a wrong proof")
	}

	// As people type it: full width, blanks, lower case.
	typed := proof(right)
	typed.Set("exam_number", " "+right.ExamNumber[:6]+" "+right.ExamNumber[6:])
	typed.Set("id_tail", strings.ToLower(typed.Get("id_tail")))
	p = b.submit(p, "/h5/prove", typed)
	g := w.graduate("new1")
	b.shows(p, 200, "/h5/home", home("home", g, g.AccountID, openid))
	if a := w.account(g.AccountID); a.OpenID != openid {
		t.Error("WeChat is not bound")
	}
	// Proved once: a new login asks no more.
	later := w.browser(elsewhere)
	later.shows(later.login(later.get("/h5/home"), "plain-new1"), 200, "/h5/home")
}

func TestProvePauses(t *testing.T) {
	w := newWorld(t)
	b := w.browser(elsewhere)
	p := b.submit(b.login(b.get("/h5/home"), "plain-new1"), "/h5/bind", bothConsents)
	b.shows(p, 200, "/h5/prove")
	right := w.people["new1"].Person.Basics
	wrong := proof(right)
	wrong.Set("id_tail", "000000")
	var paused page
	for i := range 5 {
		paused = b.submit(p, "/h5/prove", wrong)
		if i < 4 {
			b.shows(paused, 422, "/h5/prove")
		}
	}
	const until = "2027年6月1日 10:15"
	b.shows(paused, 429, "/h5/prove", until, "无法登录怎么办")
	if paused.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	// The right one does not help now, nor does a new session, nor another address.
	b.shows(b.submit(p, "/h5/prove", proof(right)), 429, "/h5/prove", until)
	again := w.browser(elsewhere)
	again.address = "203.0.113.9"
	again.shows(again.login(again.get("/h5/home"), "plain-new1"), 429, "/h5/prove", until)
	// The address waits as well, whoever asks from it.
	neighbour := w.browser(elsewhere)
	p2 := neighbour.submit(neighbour.login(neighbour.get("/h5/home"), "plain-new2"), "/h5/bind", bothConsents)
	neighbour.shows(p2, 429, "/h5/prove", until)
	neighbour.address = "203.0.113.10"
	neighbour.shows(neighbour.get("/h5/prove"), 200, "/h5/prove", "考生号")

	w.advance(15 * time.Minute)
	b.shows(b.submit(p, "/h5/prove", proof(right)), 200, "/h5/home")
}

// TestProveNeedsPermission: the page is for those of whom CHSI gave a name only,
// and a record that another account holds stays there.
func TestProveNeedsPermission(t *testing.T) {
	w := newWorld(t)
	owner := w.browser(elsewhere)
	owner.submit(owner.login(owner.get("/h5/home"), "new2"), "/h5/bind", bothConsents)
	owner.shows(owner.get("/h5/prove"), 200, "/h5/home")
	held := w.graduate("new2").AccountID

	b := w.browser(elsewhere)
	p := b.submit(b.login(b.get("/h5/home"), "plain-new2"), "/h5/bind", bothConsents)
	b.shows(p, 200, "/h5/prove")
	b.shows(b.submit(p, "/h5/prove", proof(w.people["new2"].Person.Basics)), 200, "/cannot-login", "已由另一个账号使用", "025-00000000")
	if got := w.graduate("new2").AccountID; got != held || held == 0 {
		t.Errorf("record moved from %d to %d", held, got)
	}

	stranger := w.browser(elsewhere)
	stranger.submit(stranger.login(stranger.get("/h5/home"), "stranger1"), "/h5/bind", bothConsents)
	stranger.shows(stranger.post("/h5/prove", proof(w.people["new1"].Person.Basics)), 200, "/cannot-login", "没有找到")
	if w.graduate("new1").AccountID != 0 {
		t.Error("a stranger proved to be somebody else")
	}
}

// TestProveFindsAll: one proof links the person's records in all cohorts.
func TestProveFindsAll(t *testing.T) {
	w := newWorld(t)
	b := w.browser(elsewhere)
	p := b.submit(b.login(b.get("/h5/home"), "plain-twice1"), "/h5/bind", bothConsents)
	b.shows(p, 200, "/h5/prove")
	p = b.submit(p, "/h5/prove", proof(w.people["twice1"].Person.Basics))
	b.shows(p, 200, "/h5/choose", "2027届", "2025届")
}
