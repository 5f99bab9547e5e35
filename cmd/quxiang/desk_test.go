package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"quxiang/model"
)

const deskPassphrase = "another long passphrase"

// TestDeskInBrowser: the administrator vets a department, which checks a form at
// its desk and tells the school what does not fit; the school answers. Wide, on a
// phone and in dark.
func TestDeskInBrowser(t *testing.T) {
	s := boot(t, "", june)
	r := recordOf(t, s, "authorised1")
	number := ""
	for _, a := range r.Authorizations {
		if a.Kind == model.FormArchive && a.State(r, s.clock.Now()) == model.AuthorizationActive {
			number = string(a.Number)
		}
	}
	b := newBrowser(t, look{name: "desk"})
	b.login(s)
	b.do(chromedp.EmulateViewport(1280, 812))
	app := s.app.cfg.PublicURL
	password := b.vetDesk(app)

	b.press("退出登录")
	b.enter(app, "haidian", password, deskPassphrase)
	b.sees("核验台", "海淀区人力资源公共服务中心", "用表格核验")
	b.inspect("desk")
	b.ask(number, r.Graduate.Basics.Name)
	b.sees("真实", "有效", "由谁出具", "演示样张", r.Graduate.Basics.Name, "向学校反映不符")
	b.inspect("desk-result")
	b.press("向学校反映不符")
	b.tap("档案未收到")
	b.fill("text", "邮寄单号查无此件，请核实是否已寄出。")
	b.inspect("desk-note")
	b.press("发送给学校")
	b.sees("已反映给学校", "等待学校答复")
	b.open(app + "/admin/desk")
	b.ask("2799001CCCCCCCC", r.Graduate.Basics.Name)
	b.sees("无匹配不代表材料虚假")
	b.inspect("desk-nomatch")
	b.press("再次核验")
	b.refusedSheet("姓名,编号\n甲,乙\n", "没有找到核验表的表头")
	b.inspect("desk-refused")
	for name, path := range map[string]string{"desk-checks": "/admin/desk/checks", "desk-notes": "/admin/desk/notes"} {
		b.open(app + path)
		b.inspect(name)
	}

	b.press("退出登录")
	b.enter(app, "admin", "a long and new passphrase", "")
	b.sees("接收部门反映")
	b.press("接收部门反映")
	b.inspect("notes")
	b.press("档案未收到")
	b.sees("邮寄单号查无此件", r.Graduate.Basics.Name)
	b.fill("answer", "已于今日补寄，单号已电话告知。")
	b.inspect("note")
	b.press("答复并关闭")
	b.sees("已答复")

	b.press("退出登录")
	b.enter(app, "haidian", deskPassphrase, "")
	b.walkDesk(t, app, number, r.Graduate.Basics.Name)
}

// vetDesk opens an account for a department and returns its one-time password.
func (b *browser) vetDesk(app string) string {
	b.t.Helper()
	b.open(app + "/admin/desks")
	b.press("新增接收部门")
	b.fill("name", "haidian")
	b.fill("department", "海淀区人力资源公共服务中心")
	b.tap("档案登记信息表")
	b.tap("户口登记信息表")
	b.fill("purpose", "接收高校毕业生档案")
	b.fill("document", "海人社函〔2027〕3号")
	b.fill("contact", "王主任 010-66778899")
	b.inspect("desk-new")
	b.press("核准并开通账号")
	b.sees("一次性密码", "只显示这一次")
	b.inspect("desk-password")
	_, after, _ := strings.Cut(b.text(), "一次性密码\n")
	for word := range strings.FieldsSeq(after) {
		if len(word) == 16 && strings.ToUpper(word) == word {
			b.press("已记下，回到该部门")
			b.inspect("desk-edit")
			b.open(app + "/admin/desks")
			b.inspect("desks")
			return word
		}
	}
	b.t.Fatalf("no password is shown:\n%s", b.text())
	return ""
}

// enter logs in; with another passphrase it sets that first.
func (b *browser) enter(app, name, password, fresh string) {
	b.t.Helper()
	b.open(app + "/admin")
	b.fill("name", name)
	b.fill("password", password)
	b.press("登录")
	if fresh != "" {
		b.fill("old", password)
		b.fill("new", fresh)
		b.fill("repeat", fresh)
		b.press("保存新密码")
	}
}

// ask fills in the form of one check.
func (b *browser) ask(number, name string) {
	b.t.Helper()
	b.tap("档案登记信息表")
	b.fill("name", name)
	b.fill("number", number)
	b.press("核验")
}

// refusedSheet sends a sheet and waits for why it is refused.
func (b *browser) refusedSheet(content, why string) {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "核验表.csv")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.SetUploadFiles(chromedp.CSS(`[name=file]`), []string{path}))
	b.do(chromedp.Click(b.mark("上传并核验")))
	waitFor(b.t, func() bool {
		text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.readyState === "complete" ? document.body.innerText : ""`))
		return err == nil && strings.Contains(text, why)
	})
}

// walkDesk looks at a department's pages on a phone, in light and dark.
func (b *browser) walkDesk(t *testing.T, app, number, name string) {
	t.Helper()
	b.do(chromedp.EmulateViewport(375, 812))
	for _, scheme := range []string{"light", "dark"} {
		_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		b.must(err)
		b.open(app + "/admin/desk")
		b.inspect("desk-phone-" + scheme)
		b.ask(number, name)
		b.inspect("desk-result-phone-" + scheme)
		b.open(app + "/admin/desk/checks")
		b.sees("逐份", "档案登记信息表")
		b.inspect("desk-checks-phone-" + scheme)
		b.open(js[string](b, `document.querySelector("main table a").href`))
		b.sees("后四位", "真实")
		b.inspect("desk-check-phone-" + scheme)
		b.open(app + "/admin/desk/notes")
		b.sees("已答复", "已于今日补寄")
		b.inspect("desk-notes-phone-" + scheme)
	}
	b.press("关怀模式")
	b.open(app + "/admin/desk")
	b.inspect("desk-phone-care")
	b.ask(number, name)
	b.inspect("desk-result-phone-care")
}
