package oauth_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/wechat/wechattest"
)

func idText(id model.GraduateID) string { return strconv.FormatInt(int64(id), 10) }

// stopBefore makes the browser stop when it is sent to a path, and returns that
// address.
func (b *browser) stopBefore(start, path string) string {
	b.w.t.Helper()
	stopped, follow := "", b.http.CheckRedirect
	b.http.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == path {
			stopped = r.URL.String()
			return http.ErrUseLastResponse
		}
		return nil
	}
	defer func() { b.http.CheckRedirect = follow }()
	b.get(start)
	if stopped == "" {
		b.w.t.Fatalf("%s did not lead to %s", start, path)
	}
	return stopped
}

// TestDoubleCallback: two at once ask WeChat once, and both get in; so do back
// and reload.
func TestDoubleCallback(t *testing.T) {
	w := newWorld(t)
	openid := w.wechat.AddPhone(wechattest.Phone{})
	w.phone(openid).bindFrom("new1")
	before := w.exchanges()
	b := w.phone(openid)
	callback := b.stopBefore("/wechat/oauth?next=/h5/home", "/wechat/oauth/callback")
	w.must(w.wechat.SetFault(wechattest.Fault{Path: "/sns/oauth2/access_token", DelayMS: 300}))
	var both sync.WaitGroup
	for range 2 {
		twin := &browser{w: w, agent: inWeChat, address: b.address, http: http.Client{Jar: b.http.Jar}}
		both.Go(func() {
			p := twin.get(callback)
			if p.status != 200 || p.url.Path != "/h5/home" {
				t.Errorf("%d %s\n%s", p.status, p.path(), p.body)
			}
		})
	}
	both.Wait()
	b.shows(b.get(callback), 200, "/h5/home")
	if n := w.exchanges() - before; n != 1 {
		t.Errorf("%d exchanges", n)
	}

	// Long after, with the session and the state over, it still opens the page.
	w.advance(3 * time.Hour)
	b.shows(b.get(callback), 200, "/h5/home")
}

// TestHungUp: WeChat drops the first of two callbacks; its login goes on, and
// the second gets in by it.
func TestHungUp(t *testing.T) {
	w := newWorld(t)
	openid := w.wechat.AddPhone(wechattest.Phone{})
	w.phone(openid).bindFrom("new1")
	before := w.exchanges()
	b := w.phone(openid)
	callback := b.stopBefore("/wechat/oauth?next=/h5/home", "/wechat/oauth/callback")
	w.must(w.wechat.SetFault(wechattest.Fault{Path: "/sns/oauth2/access_token", DelayMS: 400}))
	impatient := http.Client{Jar: b.http.Jar, Timeout: 150 * time.Millisecond}
	if res, err := impatient.Get(callback); err == nil {
		_ = res.Body.Close()
		t.Fatal("the first callback was not dropped")
	}
	b.shows(b.get(callback), 200, "/h5/home")
	if n := w.exchanges() - before; n != 1 {
		t.Errorf("%d exchanges", n)
	}
}

func TestCallbackRefused(t *testing.T) {
	w := newWorld(t)
	openid := w.wechat.AddPhone(wechattest.Phone{})
	b, other := w.phone(openid), w.phone(w.wechat.AddPhone(wechattest.Phone{}))
	mine := b.stopBefore("/wechat/oauth", "/wechat/oauth/callback")
	theirs := other.stopBefore("/wechat/oauth", "/wechat/oauth/callback")
	service := b.stopBefore("/chsi/login", "/passport/login")
	parsed, err := url.Parse(service)
	w.must(err)
	back, err := url.Parse(parsed.Query().Get("service"))
	w.must(err)
	state := func(address string) string {
		u, err := url.Parse(address)
		w.must(err)
		return u.Query().Get("state")
	}
	before := w.exchanges()
	for name, query := range map[string]string{
		"/wechat/oauth/callback#another browser's state": "code=abc&state=" + state(theirs),
		"/wechat/oauth/callback#forged":                  "code=abc&state=" + strings.Repeat("a", 75),
		"/wechat/oauth/callback#no state":                "code=abc",
		"/wechat/oauth/callback#no code":                 "state=" + state(mine),
		"/wechat/oauth/callback#code too long":           "code=" + strings.Repeat("a", 513) + "&state=" + state(mine),
		"/wechat/oauth/callback#code with control":       "code=a%00b&state=" + state(mine),
		"/wechat/oauth/callback#state of CHSI":           "code=abc&state=" + back.Query().Get("state"),
		"/chsi/callback#forged":                          "ticket=ST-1&state=" + strings.Repeat("b", 75),
		"/chsi/callback#state of WeChat":                 "ticket=ST-1&state=" + state(mine),
		"/chsi/callback#no ticket":                       "state=" + back.Query().Get("state"),
		"/chsi/callback#ticket too long":                 "ticket=" + strings.Repeat("S", 257) + "&state=" + back.Query().Get("state"),
	} {
		path, _, _ := strings.Cut(name, "#")
		p := b.get(path + "?" + query)
		b.shows(p, http.StatusGone, path, "链接已失效", "重新登录", "辅导员")
		b.lacks(p, "abc", "ST-1", "state=")
	}
	if n := w.exchanges() - before; n != 0 {
		t.Errorf("%d exchanges", n)
	}
	// The good state was not spent by the bad calls.
	b.shows(b.get(mine), 200, "/h5/bind")
	// A ticket for another service is none for us.
	p := b.get("/chsi/callback?ticket=ST-unknown&state=" + back.Query().Get("state"))
	b.shows(p, http.StatusGone, "/chsi/callback", "请重新登录")
}

// TestCodeRefused: a bad code begins the login anew, once.
func TestCodeRefused(t *testing.T) {
	w := newWorld(t)
	b := w.phone(w.wechat.AddPhone(wechattest.Phone{}))
	times := 1
	w.must(w.wechat.SetFault(wechattest.Fault{Path: "/sns/oauth2/access_token", Errcode: 40163, Times: &times}))
	b.shows(b.get("/h5/home"), 200, "/h5/bind")
	b = w.phone(w.wechat.AddPhone(wechattest.Phone{}))
	times = 5
	w.must(w.wechat.SetFault(wechattest.Fault{Path: "/sns/oauth2/access_token", Errcode: 40029, Times: &times}))
	b.shows(b.get("/h5/home"), http.StatusGone, "/wechat/oauth/callback", "重新登录", "菜单")
	w.must(w.wechat.SetFault(wechattest.Fault{Path: "/sns/oauth2/access_token", HTTPStatus: 502, Times: &times}))
	b.shows(b.get("/h5/home"), http.StatusServiceUnavailable, "/wechat/oauth/callback", "微信暂时无法连接", "重试")
}

func TestNextStaysHere(t *testing.T) {
	w := newWorld(t)
	openid := w.wechat.AddPhone(wechattest.Phone{})
	w.phone(openid).bindFrom("new1")
	for _, next := range []string{"https://evil.example/", "//evil.example/", `/\evil.example`, "javascript:alert(1)", ""} {
		b := w.phone(openid)
		p := b.get("/wechat/oauth?next=" + url.QueryEscape(next))
		b.shows(p, 200, "/h5/home")
		for _, hop := range b.hops {
			if strings.Contains(hop, "evil") {
				t.Errorf("%q led by way of %s", next, hop)
			}
		}
	}
}

func TestCHSIUnreachable(t *testing.T) {
	w := newWorld(t)
	b := w.browser(elsewhere)
	res, err := http.Post(w.casURL+"/sim/faults", "application/json", strings.NewReader(`{"http_status":502,"times":1}`))
	w.must(err)
	w.must(res.Body.Close())
	p := b.login(b.get("/h5/home"), "new1")
	b.shows(p, http.StatusServiceUnavailable, "/chsi/callback", "学信网暂时无法连接", "重试", "联系")
	b.lacks(p, "ST-", "502")
	// Reload begins anew by itself: CHSI has a session.
	b.shows(b.get(p.path()), 200, "/h5/bind")
}
