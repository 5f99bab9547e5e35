package wechattest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// newBrowser starts Chromium at the size of a phone, or skips.
func newBrowser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("QUXIANG_TEST_REQUIRE") != "" {
			t.Fatal("chromium is not installed")
		}
		t.Skip("chromium is not installed")
	}
	if testing.Short() {
		t.Skip("starts a browser")
	}
	alloc, stop := chromedp.NewExecAllocator(t.Context(),
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(alloc)
	t.Cleanup(end)
	ctx, cancel := context.WithTimeout(ctx, time.Minute) // a ceiling for a browser that hangs
	t.Cleanup(cancel)
	return ctx
}

// TestPhoneInABrowser walks the phone: follow, menu, template message, web view
// with a login through authorize, words, clock. The account's pages are of another
// origin of the same site, as in the sandbox.
func TestPhoneInABrowser(t *testing.T) {
	ctx := newBrowser(t)
	moved := make(chan time.Time, 1)
	s := New(Options{Now: func() time.Time { return start }, Advance: func(_ context.Context, to time.Time) error {
		moved <- to
		return nil
	}})
	defer s.Close()
	front := httptest.NewServer(s)
	defer front.Close()
	callback := &fakeCallback{account: s.Account(), secure: true, now: s.now}
	logins := make(chan string, 4)
	app := httptest.NewServer(loginApp(s, callback, front.URL, logins))
	defer app.Close()
	s.SetCallback(app.URL + "/callback")

	openid := s.AddPhone(Phone{Snapshot: true})
	r := &rig{Server: s, t: t}
	r.wantCode(r.api("POST", "/cgi-bin/menu/create", object{"button": []object{
		{"type": "view", "name": "去向登记", "url": app.URL + "/"},
		{"type": "click", "name": "办理进度", "key": "progress"},
		{"name": "更多", "sub_button": []object{
			{"type": "view", "name": "核验入口", "url": app.URL + "/"},
			{"type": "click", "name": "截止日期", "key": "deadline"},
		}},
	}}), 0)
	callback.next(
		callback.reply("text", "<Content><![CDATA[欢迎关注毕业去向登记。\n<a href=\""+app.URL+"/\">绑定学信网账号</a>]]></Content>"),
		callback.reply("text", "<Content>学院审核中，已等待 2 天。</Content>"),
	)
	// A step ends on a page that stands: a picture asked for while the browser
	// goes to another one may never come.
	step := func(name string, steps ...chromedp.Action[chromedp.Void]) {
		t.Helper()
		if err := chromedp.Do(ctx, steps...); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
		if err == nil {
			err = os.WriteFile(filepath.Join(t.ArtifactDir(), name+".png"), picture, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	css := func(format string, args ...any) chromedp.CSS { return chromedp.CSS(fmt.Sprintf(format, args...)) }
	login := func(name, want string) {
		t.Helper()
		select {
		case got := <-logins:
			if got != want {
				t.Errorf("%s: logged in as %s, want %s", name, got, want)
			}
		case <-ctx.Done():
			t.Fatalf("%s: no login", name)
		}
	}

	step("1-list", chromedp.EmulateViewport(375, 812), chromedp.Navigate(front.URL+"/phone"), chromedp.WaitVisible(css(`[data-openid=%q]`, openid)))
	step("2-profile", chromedp.Click(css(`[data-openid=%q]`, openid)), chromedp.WaitVisible(css(`[data-action=follow]`)))
	step("3-welcome", chromedp.Click(css(`[data-action=follow]`)), chromedp.WaitVisible(css(`#chat .text a`)))
	step("4-progress", chromedp.Click(css(`[data-menu=办理进度]`)), chromedp.WaitVisible(css(`#chat .text:nth-of-type(n+3)`)))
	r.wantCode(r.api("POST", sendPath, with(goodSend(openid), "url", app.URL+"/")), 0)
	step("5-template", chromedp.WaitVisible(css(`.template-card`)))
	step("6-submenu", chromedp.Click(css(`[data-menu=更多]`)), chromedp.WaitVisible(css(`[data-menu=核验入口]`)))

	phone, _ := s.Phone(openid)
	step("7-webview", chromedp.Click(css(`[data-menu=核验入口]`)), chromedp.WaitVisible(css(`#webview`)))
	login("snapshot", phone.VirtualID)
	step("8-full-service", chromedp.Click(css(`[data-action=full-service]`)), chromedp.WaitNotVisible(css(`#snapshot`)))
	login("full service", openid)
	step("9-closed", chromedp.Click(css(`[data-action=close-webview]`)), chromedp.WaitNotPresent(css(`#webview`)))
	step("10-details", chromedp.Click(css(`.template-card a`)), chromedp.WaitVisible(css(`#webview`)))
	login("details", openid)
	step("11-words", chromedp.Click(css(`[data-action=close-webview]`)), chromedp.Click(css(`[data-action=keyboard]`)),
		chromedp.SendKeys(css(`#text`), "还有几天？"), chromedp.Click(css(`[data-action=send]`)), chromedp.WaitVisible(css(`#chat .sent`)))
	step("12-panel", chromedp.Click(css(`[data-action=panel]`)), chromedp.WaitVisible(css(`#panel`)), chromedp.Click(css(`[data-action=clock-day]`)))
	select {
	case to := <-moved:
		if to != start.Add(24*time.Hour) {
			t.Errorf("clock moved to %s", to)
		}
	case <-ctx.Done():
		t.Fatal("clock not moved")
	}
	step("13-unfollow", chromedp.Click(css(`[data-action=unfollow]`)), chromedp.Click(css(`[data-action=close-panel]`)), chromedp.WaitVisible(css(`#profile`)))
	step("14-desk", chromedp.EmulateViewport(1100, 860), chromedp.WaitVisible(css(`#panel`)))
	if p := callback.problems(); len(p) != 0 {
		t.Errorf("callback could not read: %v", p)
	}
}

// loginApp is an account's site: its home page logs in through authorize and keeps
// a session of its own in a SameSite=Lax cookie, which an iframe of another port
// must still carry.
func loginApp(s *Server, callback http.Handler, front string, logins chan<- string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/callback", callback)
	mux.HandleFunc("/favicon.ico", http.NotFound)
	mux.HandleFunc("/", func(w http.ResponseWriter, req *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "state", Value: "s1", SameSite: http.SameSiteLaxMode})
		back := url.QueryEscape("http://" + req.Host + "/back")
		http.Redirect(w, req, front+authorizePath+"?appid="+s.Account().AppID+"&redirect_uri="+back+
			"&response_type=code&scope=snsapi_base&state=s1#wechat_redirect", http.StatusFound)
	})
	mux.HandleFunc("/back", func(w http.ResponseWriter, req *http.Request) {
		state, err := req.Cookie("state")
		if err != nil || state.Value != req.FormValue("state") {
			logins <- "nobody: the session's cookie did not travel"
			return
		}
		a := s.Account()
		answer := httptest.NewRecorder()
		s.ServeHTTP(answer, httptest.NewRequest("GET", "/sns/oauth2/access_token"+query(
			"appid", a.AppID, "secret", a.Secret, "code", req.FormValue("code"), "grant_type", "authorization_code"), http.NoBody))
		var user struct {
			OpenID string `json:"openid"`
			Token  string `json:"access_token"`
			Expire int    `json:"expires_in"`
			Fresh  string `json:"refresh_token"`
			Scope  string `json:"scope"`
			Snap   int    `json:"is_snapshotuser"`
		}
		if err := decodeStrict(answer.Body, &user); err != nil {
			logins <- "nobody: " + err.Error()
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = fmt.Fprint(w, "<!doctype html><title>去向登记</title><h1>选择登录用户</h1><p>毕业生去向登记</p>")
		logins <- user.OpenID
	})
	return mux
}

// TestScanOnThePhone follows by a QR code of the account, at the phone's own panel.
func TestScanOnThePhone(t *testing.T) {
	ctx := newBrowser(t)
	r := newRig(t, Options{})
	front := httptest.NewServer(r)
	defer front.Close()
	openid := r.AddPhone(Phone{})
	_, address := r.qr(with(textScene("QR_STR_SCENE", "class-0801"), "expire_seconds", 3600))
	if err := chromedp.Do(ctx,
		chromedp.EmulateViewport(1280, 900),
		chromedp.Navigate(front.URL+"/phone?openid="+openid),
		chromedp.WaitVisible(chromedp.CSS(`[data-action="follow"]`)),
		chromedp.Click(chromedp.CSS(`[data-action="scan-account"]`)),
		chromedp.WaitVisible(chromedp.CSS(`#scan-text`)),
		chromedp.SendKeys(chromedp.CSS(`#scan-text`), address),
		chromedp.Click(chromedp.CSS(`[data-action="scan"]`)),
		chromedp.WaitNotVisible(chromedp.CSS(`[data-action="follow"]`)),
	); err != nil {
		t.Fatal(err)
	}
	got := r.callback.pushes()
	if len(got) != 1 || got[0].Event != "subscribe" || got[0].EventKey != "qrscene_class-0801" {
		t.Errorf("pushes: %+v", got)
	}
}
