package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/form"
	"quxiang/model/store/storetest"
)

// pictures makes TestReviewAndReminders take README's picture anew:
// go test ./cmd/quxiang -run Review -pictures
var pictures = flag.Bool("pictures", false, "write docs/phone.png")

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// boot starts the whole sandbox on free ports, on SQLite or on the database
// given.
func boot(t *testing.T, database, now string) *sandbox {
	t.Helper()
	var out, logs bytes.Buffer
	s, err := startSandbox(t.Context(), sandboxOptions{
		addr: "127.0.0.1:0", wechatAddr: "127.0.0.1:0", chsiAddr: "127.0.0.1:0", dir: t.TempDir(), now: now, database: database,
	}, &out, &logs)
	if err != nil {
		t.Fatalf("sandbox: %v\n%s", err, logs.String())
	}
	t.Cleanup(func() {
		if err := s.stop(t.Context()); err != nil && t.Context().Err() == nil {
			t.Errorf("stop: %v", err)
		}
		if t.Failed() {
			t.Logf("log:\n%s", logs.String())
		}
	})
	for _, line := range []string{"app http://", "phone http://", "admin http://", "wechat http://", "chsi http://"} {
		if !strings.Contains("\n"+out.String(), "\n"+line) {
			t.Errorf("sandbox did not print %q:\n%s", line, out.String())
		}
	}
	return s
}

const june = "2027-06-10T09:00:00+08:00"

// TestFlow walks a graduate, by mouse, from following the account to a form
// that a department verifies.
func TestFlow(t *testing.T) {
	for _, tc := range []struct {
		look    look
		mariadb bool
	}{
		{look{name: "light"}, false},
		{look{name: "dark", dark: true}, false},
		{look{name: "care", care: true}, false},
		{look{name: "no scripts", scriptOff: true}, false},
		{look{name: "light on MariaDB"}, true},
	} {
		t.Run(tc.look.name, func(t *testing.T) {
			database := ""
			if tc.mariadb {
				database = storetest.EmptyMariaDB(t)
			}
			s := boot(t, database, june)
			b := newBrowser(t, tc.look)
			openid := b.followAndBind(s, "approved1")
			if tc.look.care {
				b.open(s.app.cfg.PublicURL + "/")
				b.press("关怀模式")
			}
			if tc.look.scriptOff {
				b.scriptsOff()
			}
			b.walkToForms(s)
			b.verifyForms(s)
			b.endForms(s, openid)
		})
	}
}

// followAndBind follows the account on the phone page, takes the link of the
// welcome, consents and logs in at CHSI, all inside the phone's web view.
func (b *browser) followAndBind(s *sandbox, username string) (openid string) {
	b.t.Helper()
	b.open(s.sims.wechatURL + "/phone")
	b.do(chromedp.Click(chromedp.CSS(`[data-action=new-phone]`)), chromedp.WaitVisible(chromedp.CSS(`[data-action=follow]`)))
	openid = js[string](b, "document.body.dataset.openid")
	b.do(chromedp.Click(chromedp.CSS(`[data-action=follow]`)), chromedp.WaitVisible(chromedp.CSS(`#chat .text a`)))
	b.sees("绑定学信网账号")
	b.picture("welcome")
	b.do(chromedp.Click(chromedp.CSS(`#chat .text a`)), chromedp.WaitVisible(chromedp.CSS(`#webview`)))
	b.inFrame(chromedp.Click[chromedp.CSS], `[name=agree]`)
	b.inFrame(chromedp.Click[chromedp.CSS], `[name=agree_id]`)
	b.picture("bind")
	b.inFrame(chromedp.Click[chromedp.CSS], `form[action="/h5/bind"] button[type=submit]`)
	b.inFrame(chromedp.Click[chromedp.CSS], fmt.Sprintf(`[data-fill=%q], details summary`, username)) // unfolds the list of accounts
	b.inFrame(chromedp.Click[chromedp.CSS], fmt.Sprintf(`[data-fill=%q]`, username))
	b.inFrame(chromedp.WaitVisible[chromedp.CSS], fmt.Sprintf(`[name=username][value=%q]`, username))
	b.inFrame(chromedp.Click[chromedp.CSS], `button[type=submit]`)
	b.inFrame(chromedp.WaitVisible[chromedp.CSS], `form[action="/h5/basics"]`)
	b.picture("bound")
	return openid
}

// inFrame acts on an element inside the phone's web view. The view may be
// loading the page before: its document is looked up anew for every try.
func (b *browser) inFrame(act func(chromedp.CSS, ...chromedp.QueryOption) chromedp.Action[chromedp.Void], selector string) {
	b.t.Helper()
	var err error
	for range 20 {
		if err = b.tryInFrame(act, selector); err == nil {
			return
		}
	}
	b.picture("web-view")
	b.t.Fatalf("web view: %s: %v", selector, err)
}

func (b *browser) tryInFrame(act func(chromedp.CSS, ...chromedp.QueryOption) chromedp.Action[chromedp.Void], selector string) error {
	ctx, cancel := context.WithTimeout(b.ctx, time.Second)
	defer cancel()
	frames, err := chromedp.Run(ctx, chromedp.Nodes(chromedp.CSS(`#webview`)))
	if err != nil {
		return err
	}
	return chromedp.Do(ctx, act(chromedp.CSS(selector), chromedp.FromNode(frames[0])))
}

// checkBasics goes on in the whole window, logged in by the menu's link alone,
// and finds the basic information right.
func (b *browser) checkBasics(s *sandbox, name string) {
	b.t.Helper()
	b.open(s.app.cfg.PublicURL + "/wechat/oauth?next=/h5/home")
	b.sees("核对基本信息", "考生号", name, "否则会影响后续签约、转档、落户")
	b.seesNot("9919", "1990000") // ID number and phone are masked
	b.inspect("basics")
	b.press("信息确认无误，进入系统")
	b.sees("去向登记确认", "核验授权")
	b.inspect("home")
}

// confirm finds the approved destination right. Before that no form can be made.
func (b *browser) confirm(s *sandbox, name string) {
	b.t.Helper()
	app := s.app.cfg.PublicURL
	b.open(app + "/h5/authorization")
	b.sees("完成去向登记确认后，才能进行核验授权")
	b.inspect("authorization-locked")
	b.open(app + "/h5/home")
	b.sees("请确认毕业去向")
	b.press("去向登记确认")
	b.sees(name, "毕业去向", "档案转递类型", "上报", "请确认您的去向登记信息", "否则会影响后续转档、落户")
	b.inspect("confirmation")
	b.tap("信息无误，确认登记去向")
	b.press("提交")
	b.inspect("confirmed")
	b.open(app + "/h5/confirmation") // a second tab finds it done
	b.sees("确认")
}

// authorize makes both forms and looks at the archive's.
func (b *browser) authorize(s *sandbox) {
	b.t.Helper()
	b.open(s.app.cfg.PublicURL + "/h5/authorization")
	b.tap("同意")
	b.inspect("authorization")
	b.press("授权核验")
	b.sees("档案登记信息表", "户口登记信息表", "有效")
	b.inspect("authorized")
	b.press("查看档案登记信息表")
	b.sees("档案登记信息表", "下载 PDF", "核验编号")
	b.inspect("form-archive")
	if js[int](b, `[...document.images].filter(i => i.naturalWidth > 100).length`) != 2 {
		b.t.Error("the page lacks the form's picture or its QR code")
	}
	b.inWords()
	b.sees("全国普通高等学校毕业生去向登记信息", "档案转递信息", "演示样张")
	b.seesNot("户口迁移信息", "身份证")
	b.inspect("form-archive-words")
}

// inWords unfolds the form in words, which in care mode stands open.
func (b *browser) inWords() {
	b.t.Helper()
	if !b.look.care {
		b.tap("文字版")
	}
}

// walkToForms is everything between the login and the forms, and the pages
// beside it.
func (b *browser) walkToForms(s *sandbox) {
	b.t.Helper()
	app := s.app.cfg.PublicURL
	b.checkBasics(s, "周明哲")
	b.confirm(s, "周明哲")
	b.authorize(s)
	b.open(app + "/h5/authorization")
	b.press("查看户口登记信息表")
	b.inWords()
	b.sees("户口迁移信息")
	b.seesNot("档案转递信息\n")
	b.open(app + "/h5/home")
	b.inspect("done")
	for _, page := range []struct{ path, word string }{
		{"/h5/verifications", "核验"},
		{"/h5/messages", "提醒"},
		{"/h5/binding", "绑定"},
		{"/cannot-login", "登录"},
		{"/help", "登录"},
		{"/", "毕业生去向登记"},
	} {
		b.open(app + page.path)
		b.sees(page.word)
		b.inspect("page" + strings.ReplaceAll(page.path, "/", "-"))
	}
}

// verifyForms is a clerk with another browser's eyes: by number and name, by
// QR, and with a wrong name.
func (b *browser) verifyForms(s *sandbox) {
	b.t.Helper()
	app := s.app.cfg.PublicURL
	r := recordOf(b.t, s, "approved1")
	numbers := map[model.FormKind]model.VerificationNumber{}
	for _, a := range r.Authorizations {
		numbers[a.Kind] = a.Number
	}
	b.open(app + "/")
	b.press("档案转递信息在线核验")
	b.inspect("verify")
	b.fill("name", " 周明哲 ")
	b.fill("number", strings.ToLower(string(numbers[model.FormArchive])))
	b.press("核验")
	b.sees("有效", "档案转递信息", "周明哲")
	b.seesNot("户口迁移信息")
	b.inspect("verified")
	b.open(app + "/verify/household")
	b.fill("name", "周明哲")
	b.fill("number", string(numbers[model.FormArchive])) // a number belongs to one kind
	b.press("核验")
	b.sees("没有匹配的登记信息", "无匹配不代表材料虚假")
	b.inspect("no-match")
	payload := payloadOf(b.t, s, numbers[model.FormHousehold])
	b.open(app + "/V/" + payload)
	b.sees("有效", "户口迁移信息", "周明哲")
	b.inspect("scanned")
	b.open(app + "/V/" + strings.Replace(payload, "A", "B", 1))
	b.sees("未能核验", "不代表材料虚假")
	b.inspect("scanned-altered")
	b.open(app + "/h5/verifications")
	b.sees("档案登记信息表")
	b.inspect("who-verified")
}

// payloadOf is what the QR code of a form says.
func payloadOf(t *testing.T, s *sandbox, n model.VerificationNumber) string {
	t.Helper()
	found, err := s.app.store.Issued(t.Context(), []model.VerificationNumber{n})
	if err != nil {
		t.Fatal(err)
	}
	table, err := codes.For(codes.Default)
	if err != nil {
		t.Fatal(err)
	}
	key, err := s.app.store.FormSigningKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f := form.Content(found[n].Record, found[n].Authorization, table, form.Options{Sample: true})
	payload, err := form.Sign(f, model.DateOf(s.clock.Now()), key)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func recordOf(t *testing.T, s *sandbox, username string) model.Record {
	t.Helper()
	a, err := s.app.store.EnsureAccount(t.Context(), username, s.clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	found, err := s.app.store.GraduatesOf(t.Context(), a.ID)
	if err != nil || len(found) == 0 {
		t.Fatalf("records of %s: %v %v", username, found, err)
	}
	r, err := s.app.store.Record(t.Context(), found[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestReviewAndReminders: a graduate reports, an operator approves at both
// levels, the phone hears of it, and August is walked through by the clock. Who
// has not confirmed is reminded on each rung; the 结业生, who has, never.
func TestReviewAndReminders(t *testing.T) {
	for _, tc := range []struct {
		name, username, graduate string
		mariadb, confirms        bool
		reminders                int
	}{
		{"SQLite", "new1", "林小满", false, false, 6},
		{"MariaDB, 结业生", "unfinished1", "何文博", true, true, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			database := ""
			if tc.mariadb {
				database = storetest.EmptyMariaDB(t)
			}
			s := boot(t, database, june)
			phone := newBrowser(t, look{name: "phone"})
			openid := phone.followAndBind(s, tc.username)
			phone.checkBasics(s, tc.graduate)
			phone.report(s)
			desk := newBrowser(t, look{name: "desk"})
			desk.login(s)
			desk.review(s, "college", tc.graduate)
			desk.review(s, "school", tc.graduate)
			phone.hears(s, openid, "学院通过", "学校通过")
			phone.open(s.sims.wechatURL + "/phone?openid=" + url.QueryEscape(openid))
			phone.do(chromedp.WaitVisible(chromedp.CSS(`.template-card`)))
			phone.do(chromedp.EmulateViewport(820, 860))
			png := phone.picture("cards")
			phone.do(chromedp.EmulateViewport(375, 812))
			if *pictures && !tc.mariadb {
				phone.must(os.WriteFile("../../docs/phone.png", png, 0o644)) // #nosec G306 -- for everybody to see
			}
			if tc.confirms {
				phone.confirm(s, tc.graduate)
				phone.authorize(s)
			}
			setClock(t, s, "2027-08-01T09:59:00+08:00")
			if n := countInbox(t, s, openid, "截止提醒"); n != 0 {
				t.Errorf("%d reminders before the first rung", n)
			}
			setClock(t, s, "2027-08-31T23:00:00+08:00")
			if n := countInbox(t, s, openid, "截止提醒"); n != tc.reminders {
				t.Errorf("%d reminders in August, want %d: 30, 14, 7, 3, 1, 0 days before", n, tc.reminders)
			}
		})
	}
}

// TestWithoutWeChat is the guide's second way in: the site in any browser, a
// CHSI login, the consent, and for somebody with two records the choice.
func TestWithoutWeChat(t *testing.T) {
	s := boot(t, "", june)
	b := newBrowser(t, look{name: "way two"})
	app := s.app.cfg.PublicURL
	b.open(app + "/")
	b.press("毕业生去向登记")
	b.sees("学信网")
	b.fill("username", "twice1")
	b.fill("password", "demo")
	b.press("登录")
	b.sees("身份证号（敏感个人信息，单独同意）")
	b.inspect("consent")
	b.tap("我已阅读并同意")
	b.tap("我单独同意")
	b.press("使用学信网账号登录")
	b.sees("2025届", "2027届")
	b.inspect("choose")
	b.tap("2027届")
	b.press("进入")
	b.sees("核对基本信息", "马一鸣")
	b.open(s.sims.chsiURL + "/passport/logout")
	b.open(app + "/h5/basics") // single logout ended our session as well
	b.seesNot("马一鸣")
	b.fill("username", "stranger1")
	b.fill("password", "demo")
	b.press("登录")
	b.tap("我已阅读并同意")
	b.tap("我单独同意")
	b.press("使用学信网账号登录")
	b.sees("无法登录", "2027届")
	b.inspect("not-in-roster")
}

// report fills the plain page and hands it in.
func (b *browser) report(s *sandbox) {
	b.t.Helper()
	b.sees("请上报毕业去向")
	b.open(s.app.cfg.PublicURL + "/h5/destination")
	b.inspect("destination")
	b.tap("签就业协议形式就业")
	b.press("下一步")
	b.inspect("destination-fields")
	b.fill("unit", "示范科技")
	b.press("查找单位")
	b.inspect("destination-units")
	b.press("北京市海淀区示范科技有限公司")
	b.press("选择地区")
	b.inspect("destination-provinces")
	b.press("北京市")
	b.inspect("destination-counties")
	b.press("西城区")
	b.inspect("destination-filled")
	b.fill("job_kind", "13")
	b.fill("signed_on", "2027-06-01")
	b.fill("archive_type", "agency")
	b.fill("archive_unit", "北京市海淀区人力资源公共服务中心")
	b.fill("archive_place", "北京市海淀区")
	b.press("提交审核")
	b.sees("学院审核中")
	b.inspect("home-reported")
}

// login logs the operator in with the one-time password and changes it.
func (b *browser) login(s *sandbox) {
	b.t.Helper()
	b.open(s.app.cfg.PublicURL + "/admin")
	b.inspect("admin-login")
	b.fill("name", "admin")
	b.fill("password", s.password)
	b.press("登录")
	b.inspect("admin-password")
	b.fill("old", s.password)
	b.fill("new", "a long and new passphrase")
	b.fill("repeat", "a long and new passphrase")
	b.press("保存新密码")
	b.open(s.app.cfg.PublicURL + "/admin")
	b.inspect("admin-home")
}

// review approves a graduate by name at a level.
func (b *browser) review(s *sandbox, level, name string) {
	b.t.Helper()
	b.open(s.app.cfg.PublicURL + "/admin/reviews?level=" + level)
	b.inspect("admin-reviews-" + level)
	b.press(name)
	b.sees("示范科技有限公司")
	b.inspect("admin-graduate-" + level)
	b.press("通过")
}

// hears waits until the words have reached the phone.
func (b *browser) hears(s *sandbox, openid string, words ...string) {
	b.t.Helper()
	for _, w := range words {
		waitFor(b.t, func() bool { return strings.Contains(inbox(b.t, s, openid), w) })
	}
}

// waitFor asks again until ok; the dispatcher works on its own.
func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	limit := time.After(30 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-limit:
			t.Fatal("waited 30 s in vain")
		}
	}
}

func inbox(t *testing.T, s *sandbox, openid string) string {
	t.Helper()
	items, err := json.Marshal(s.sims.wechat.Inbox(openid))
	if err != nil {
		t.Fatal(err)
	}
	return string(items)
}

func countInbox(t *testing.T, s *sandbox, openid, title string) int {
	t.Helper()
	n := 0
	for _, item := range s.sims.wechat.Inbox(openid) {
		line, err := json.Marshal(item)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(line), title) {
			n++
		}
	}
	return n
}

func setClock(t *testing.T, s *sandbox, now string) {
	t.Helper()
	resp, err := http.Post(s.sims.wechatURL+"/sim/clock", "application/json", strings.NewReader(`{"now":"`+now+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("/sim/clock: %d", resp.StatusCode)
	}
}
