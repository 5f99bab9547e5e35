package wechattest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPhonePages(t *testing.T) {
	r := newRig(t, Options{})
	if w := r.do("GET", "/", nil); w.Header().Get("Location") != "/phone" {
		t.Errorf("/: %d", w.Code)
	}
	w := r.do("GET", "/phone", nil)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "模拟器") || !strings.Contains(w.Body.String(), `data-action="new-phone"`) {
		t.Errorf("list: HTTP %d", w.Code)
	}
	req := httptest.NewRequest("POST", "/phone/new", strings.NewReader("snapshot=1"))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w = httptest.NewRecorder()
	r.ServeHTTP(w, req)
	home := w.Header().Get("Location")
	openid, found := strings.CutPrefix(home, "/phone?openid=")
	if w.Code != http.StatusSeeOther || !found {
		t.Fatalf("new: HTTP %d to %q", w.Code, home)
	}
	if p, _ := r.Phone(openid); p.Following || !p.Snapshot {
		t.Errorf("phone: %+v", p)
	}
	w = r.do("GET", home, nil)
	page := w.Body.String()
	for _, part := range []string{`data-openid="` + openid + `"`, `data-action="follow"`, `id="menu"`, "模拟器"} {
		if !strings.Contains(page, part) {
			t.Errorf("phone lacks %s", part)
		}
	}
	if cookie := w.Header().Get("Set-Cookie"); !strings.HasPrefix(cookie, "sim_openid="+openid+"; Path=/; SameSite=Lax") {
		t.Errorf("cookie: %q", cookie)
	}
	if !strings.Contains(r.do("GET", "/phone", nil).Body.String(), home) {
		t.Error("the list lacks the new phone")
	}
	for path, kind := range map[string]string{"/phone/phone.css": "text/css", "/phone/phone.js": "javascript"} {
		if w := r.do("GET", path, nil); w.Code != http.StatusOK || !strings.Contains(w.Header().Get("Content-Type"), kind) {
			t.Errorf("%s: HTTP %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
	}
	for _, path := range []string{"/phone/phone.html", "/phone/nothing", "/phone?openid=oNobody"} {
		if w := r.do("GET", path, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: HTTP %d", path, w.Code)
		}
	}
	if w := r.do("GET", "/phone?openid=oDemo0000001", nil); w.Code != http.StatusOK {
		t.Errorf("demo family: HTTP %d", w.Code)
	}
}

func TestPhoneState(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	r.wantCode(r.api("POST", "/cgi-bin/menu/create", goodMenu), 0)
	r.callback.next(r.callback.reply("news", "<ArticleCount>1</ArticleCount><Articles><item><Title>如何核验</Title><Description>三步</Description><PicUrl></PicUrl><Url>http://a/</Url></item></Articles>"))
	r.do("POST", "/sim/push", object{"openid": openid, "text": "核验"})
	o := r.json(r.do("GET", "/phone/state?openid="+openid, nil))
	messages, _ := o["messages"].([]any)
	menu, _ := o["menu"].([]any)
	if o["now"] != "2027-06-18T15:00:00+08:00" || o["clock_movable"] != false || len(menu) != 3 || len(messages) != 2 {
		t.Fatalf("state: %v", o)
	}
	sent, _ := messages[0].(map[string]any)
	news, _ := messages[1].(map[string]any)
	if sent["type"] != "sent" || sent["content"] != "核验" || news["type"] != "news" {
		t.Errorf("messages: %v", messages)
	}
	// What the owner wrote is no reply.
	if inbox := r.Inbox(openid); len(inbox) != 1 || inbox[0].Articles[0] != (Article{"如何核验", "三步", "", "http://a/"}) {
		t.Errorf("inbox: %+v", inbox)
	}
	o = r.json(r.do("GET", "/phone/state?openid="+openid+"&since=1", nil))
	if messages, _ := o["messages"].([]any); len(messages) != 1 {
		t.Errorf("since: %v", messages)
	}
}

// TestOverTheNetwork runs the real transport once, as the sandbox does.
func TestOverTheNetwork(t *testing.T) {
	s := New(Options{Mode: modeSecure})
	defer s.Close()
	callback := &fakeCallback{account: s.Account(), secure: true, now: s.now}
	app := httptest.NewServer(callback)
	defer app.Close()
	s.SetCallback(app.URL)
	callback.next(callback.reply("text", "<Content>欢迎</Content>"))
	openid, err := s.AddFollower(t.Context(), Phone{})
	if err != nil {
		t.Fatal(err)
	}
	if inbox := s.Inbox(openid); len(inbox) != 1 || inbox[0].Content != "欢迎" {
		t.Errorf("inbox: %+v, problems %v", inbox, callback.problems())
	}
	if err := s.VerifyCallback(t.Context()); err != nil {
		t.Error(err)
	}
}
