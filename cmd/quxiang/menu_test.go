package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"quxiang/handler/admin"
	"quxiang/model"
	"quxiang/wechat/wechattest"
)

// menuEditor is somebody whose role is menu, logged in on a wide screen.
func menuEditor(t *testing.T, s *sandbox, l look) *browser {
	t.Helper()
	hash, err := admin.HashPassword(deskPassword)
	if err != nil {
		t.Fatal(err)
	}
	op := model.Operator{Name: "caidan", Role: model.RoleMenu, CreatedAt: s.app.clock.Now()}
	if _, err := s.app.store.CreateOperator(t.Context(), op, hash, model.BySystem("test")); err != nil {
		t.Fatal(err)
	}
	b := newBrowser(t, l)
	if !l.dark {
		b.do(chromedp.EmulateViewport(1280, 800))
	}
	if l.scriptOff {
		b.scriptsOff()
	}
	b.open(s.app.cfg.PublicURL + "/admin")
	b.fill("name", op.Name)
	b.fill("password", deskPassword)
	b.press("登录")
	b.press("公众号菜单")
	return b
}

// refused clicks what leads to a page of status 4xx, and waits for it.
func (b *browser) refused(word string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	resp, err := chromedp.RunResponse(ctx, chromedp.Click(b.mark(word)))
	b.must(err)
	if resp == nil || resp.Status < 400 {
		b.t.Fatalf("%q was taken:\n%s", word, b.text())
	}
}

// pressAt clicks an element that leads to a new page, by its selector.
func (b *browser) pressAt(format string, args ...any) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	resp, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(fmt.Sprintf(format, args...))))
	b.must(err)
	if resp != nil && resp.Status >= 400 {
		b.t.Fatalf("%q led to HTTP %d:\n%s", format, resp.Status, b.text())
	}
}

// order is how the list says the buttons stand.
func (b *browser) order() string {
	b.t.Helper()
	return js[string](b, `[...document.querySelectorAll("[data-menu-list] .outline__words a")].map(e => e.textContent).join(" ")`)
}

// TestMenuByAnOperatorWithNoManual: changes the menu, sees it on the phone page,
// breaks it, reads why, and rolls back.
func TestMenuByAnOperatorWithNoManual(t *testing.T) {
	s := boot(t, "", june)
	openid, err := s.sims.wechat.AddFollower(t.Context(), wechattest.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	b := menuEditor(t, s, look{name: "menu"})
	b.sees("去向登记", "没有错误", "手机端最多 5 分钟后更新")
	b.inspect("menu")

	// Changes it.
	b.press("帮助")
	b.inspect("menu-item")
	b.fill("name", "常见问题")
	b.press("保存到草稿")
	b.sees("已保存到草稿", "“帮助”：改名为“常见问题”")
	b.pressAt(`a[href="/admin/menu/item?below=0.2"]`)
	b.fill("name", "学校招生就业处网站")
	b.do(chromedp.SetValue(chromedp.CSS(`[name=kind]`), "type:view"))
	b.do(chromedp.SetValue(chromedp.CSS(`[name=url]`), "https://www.example.edu.cn/"))
	js[any](b, `document.querySelector("[name=kind]").dispatchEvent(new Event("change")); null`)
	b.inspect("menu-new-item")
	b.press("保存到草稿")
	b.sees("在手机上会显示为“学校招生就业处网…”")
	// By keyboard, by dragging, by button.
	b.do(chromedp.Focus(chromedp.CSS(`[data-path="0.2.4"] .outline__words a`)))
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	_, err = chromedp.RunResponse(ctx, chromedp.KeyEvent(kb.ArrowUp, chromedp.KeyModifiers(chromedp.ModifierAlt)))
	cancel()
	b.must(err)
	if got := b.order(); got != "去向登记 办理进度 更多 核验入口 截止日期 换绑微信 学校招生就业处网站 常见问题" {
		t.Errorf("by keyboard: %s", got)
	}
	ctx, cancel = context.WithTimeout(b.ctx, patience)
	_, err = chromedp.RunResponse(ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := chromedp.Evaluate[any](`(() => {
		const data = new DataTransfer();
		const fire = (path, kind) => document.querySelector('[data-path="' + path + '"]').dispatchEvent(new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: data}));
		fire("0.2.3", "dragstart"); fire("0.2.0", "dragover"); fire("0.2.0", "drop"); return null;
		})()`)(ctx, target)
		return err
	}))
	cancel()
	b.must(err)
	if got := b.order(); got != "去向登记 办理进度 更多 学校招生就业处网站 核验入口 截止日期 换绑微信 常见问题" {
		t.Errorf("by dragging: %s", got)
	}
	b.pressAt(`[data-path="0.2.4"] [data-up]`)
	b.inspect("menu-changed")
	b.press("发布菜单")
	b.sees("菜单已发布", "最多 5 分钟后更新")
	b.inspect("menu-published")

	// Sees it on the phone.
	phone := newBrowser(t, look{name: "phone"})
	phone.open(s.sims.wechatURL + "/phone?openid=" + openid)
	sees := func(name, word string) {
		t.Helper()
		phone.open(s.sims.wechatURL + "/phone?openid=" + openid)
		phone.do(chromedp.Click(chromedp.CSS(`[data-menu=更多]`)), chromedp.WaitVisible(chromedp.CSS(`[data-menu=`+word+`]`)))
		phone.picture(name)
	}
	sees("phone-changed", "常见问题")

	// Breaks it, reads why.
	b.press("公众号菜单")
	b.press("常见问题")
	b.do(chromedp.SetValue(chromedp.CSS(`[name=kind]`), "type:view"), chromedp.SetValue(chromedp.CSS(`[name=url]`), "javascript:alert(1)"))
	b.press("保存到草稿")
	b.press("学校招生就业处网站")
	b.fill("name", strings.Repeat("字", 20)+"x")
	b.press("保存到草稿")
	b.refused("发布菜单")
	b.sees("菜单有 2 处不符合要求，没有发布", "更多 ▸ 第4个按钮（常见问题）", "链接是一段脚本", "错误码 40054", "有 61 字节，最多 60 字节")
	b.inspect("menu-broken")
	sees("phone-unchanged", "常见问题")

	// Rolls back.
	b.press("历史版本")
	b.inspect("menu-history")
	b.press("第 1 版")
	b.sees("与已发布的第 2 版相比")
	b.press("回滚到这一版")
	b.sees("菜单已发布", "回滚到第 1 版")
	b.inspect("menu-rolled-back")
	sees("phone-rolled-back", "帮助")
	b.press("历史版本")
	b.press("回到菜单")
	b.press("线上菜单")
	b.sees("与第 3 版相同")
	b.inspect("menu-live")
	b.press("回到菜单")
	b.press("预览某人看到的菜单")
	b.tap("…" + openid[len(openid)-6:])
	b.press("查看")
	b.sees("看到的菜单", "核验入口")
	b.inspect("menu-match")
}

// TestMenuOnAPhoneWithoutScripts: the same pages at 375 px, in dark and care mode,
// with scripts off.
func TestMenuOnAPhoneWithoutScripts(t *testing.T) {
	s := boot(t, "", june)
	for _, l := range []look{{name: "small", dark: true, scriptOff: true}, {name: "care", care: true, dark: true}} {
		t.Run(l.name, func(t *testing.T) {
			if l.care {
				b := newBrowser(t, l)
				b.open(s.app.cfg.PublicURL + "/care?on=1&next=%2Fadmin")
				b.fill("name", "caidan")
				b.fill("password", deskPassword)
				b.press("登录")
				b.press("公众号菜单")
				b.inspect("menu-care")
				b.press("按钮点击")
				b.inspect("presses-care")
				return
			}
			b := menuEditor(t, s, l)
			b.inspect("menu-small")
			b.pressAt(`[data-path="0.2.1"] [data-up]`)
			b.sees("已保存到草稿")
			b.press("添加个性化菜单")
			b.do(chromedp.SetValue(chromedp.CSS(`[name=tag]`), model.TagUnbound))
			b.press("保存到草稿")
			b.sees("显示给：标签“未绑定”")
			b.inspect("menu-conditional-small")
			b.pressAt(`[data-path="1.1"] form[action="/admin/menu/remove"] button`)
			b.press("发布菜单")
			b.sees("菜单已发布", "添加个性化菜单（标签“未绑定”）")
			b.inspect("menu-version-small")
			b.press("公众号菜单")
			b.press("清空菜单")
			b.inspect("menu-clear-small")
			b.fill("account", s.sims.wechat.Name())
			b.press("清空菜单")
			b.sees("这一版没有菜单")
		})
	}
}

// TestMenuAsAFile: pulled, compared, changed and applied; what is wrong is refused
// with line or place before WeChat is called.
func TestMenuAsAFile(t *testing.T) {
	s := boot(t, "", june)
	file := filepath.Join(t.TempDir(), "menu.yml")
	var out, notes bytes.Buffer
	if err := s.app.pullMenu(t.Context(), file, &out, &notes); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"# 公众号菜单", "version: 1", "  - name: 去向登记\n    action: register", "      - name: 帮助\n        action: help"} {
		if !strings.Contains(string(data), part) {
			t.Errorf("the file lacks %q:\n%s", part, data)
		}
	}
	diff := func() (string, error) {
		out.Reset()
		_, _, err := s.app.diffMenu(t.Context(), file, &out, &notes)
		return out.String(), err
	}
	if got, err := diff(); err != nil || got != "changes=0\n" {
		t.Errorf("unchanged: %s, %v", got, err)
	}
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(strings.Replace(string(data), "name: 帮助", "name: 常见问题", 1) + "conditional:\n  - tag: 未绑定\n    items:\n      - name: 绑定\n        action: rebind\n")
	want := "~ 默认菜单 更多 ▸ “帮助”：改名为“常见问题”\n+ 个性化菜单（标签“未绑定”） 整个菜单\n+ 个性化菜单（标签“未绑定”） “绑定”：打开微信绑定页面\nchanges=3\n"
	if got, err := diff(); err != nil || got != want {
		t.Errorf("changed: %s, %v", got, err)
	}
	if err := s.app.applyMenu(t.Context(), file, false, strings.NewReader("no\n"), &out, &notes); model.CodeOf(err) != model.CodeConflict {
		t.Errorf("not confirmed: %v", err)
	}
	out.Reset()
	if err := s.app.applyMenu(t.Context(), file, false, strings.NewReader("yes\n"), &out, &notes); err != nil || !strings.HasSuffix(out.String(), "version=2\n") {
		t.Errorf("applied: %s, %v", out.String(), err)
	}
	v, err := s.app.store.Menu(t.Context(), 2)
	if err != nil || v.By != model.BySystem("cli") || v.State != model.MenuPublished {
		t.Errorf("%+v, %v", v, err)
	}
	if got, err := diff(); err != nil || got != "changes=0\n" {
		t.Errorf("applied: %s, %v", got, err)
	}
	calls := s.sims.wechat.Calls(0)
	last := calls[len(calls)-1].Seq
	for name, tt := range map[string]struct{ text, says string }{
		"an unknown field":  {"version: 1\ndefault:\n  - name: a\n    colour: red\n", "colour"},
		"a field twice":     {"version: 1\ndefault:\n  - name: a\n    name: b\n", "name"},
		"no version":        {"default:\n  - name: a\n    action: help\n", "version"},
		"half an emoji":     {"version: 1\ndefault:\n  - name: \"登记\\uD83C\"\n    action: help\n", ""},
		"broken characters": {"version: 1\ndefault:\n  - name: 登记\xf0\x9f\n    action: help\n", ""},
		"a script":          {"version: 1\ndefault:\n  - name: 去\n    type: view\n    url: javascript:alert(1)\n", "40055"},
		"four":              {"version: 1\ndefault:\n" + strings.Repeat("  - name: a\n    action: help\n", 4), "40016"},
		"three levels":      {"version: 1\ndefault:\n  - name: a\n    items:\n      - name: b\n        items:\n          - name: c\n            action: help\n", "40022"},
		"nothing":           {"version: 1\ndefault: []\n", "清空菜单"},
		"no yaml":           {"\tx", ""},
	} {
		write(tt.text)
		err := s.app.applyMenu(t.Context(), file, true, strings.NewReader(""), &out, &notes)
		if model.CodeOf(err) != model.CodeInvalid || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := s.sims.wechat.Calls(last); len(got) != 0 {
		t.Errorf("%d calls", len(got))
	}
}

// TestMenuOverARestart: presses are kept at the end, the menu of before stands
// again, and what fell due while nothing ran is published at the start.
func TestMenuOverARestart(t *testing.T) {
	dir := t.TempDir()
	start := func(now string) *sandbox {
		t.Helper()
		var out, logs bytes.Buffer
		s, err := startSandbox(t.Context(), sandboxOptions{addr: "127.0.0.1:0", wechatAddr: "127.0.0.1:0", chsiAddr: "127.0.0.1:0", dir: dir, now: now}, &out, &logs)
		if err != nil {
			t.Fatalf("%v\n%s", err, logs.String())
		}
		t.Cleanup(func() { _ = s.stop(context.WithoutCancel(t.Context())) })
		return s
	}
	live := func(s *sandbox) string {
		t.Helper()
		l, err := s.app.menus.Live(t.Context())
		if err != nil || len(l.Set.Default) == 0 {
			t.Fatalf("%+v, %v", l, err)
		}
		return l.Set.Default[0].Name
	}
	one := func(name string) model.MenuSet {
		return model.MenuSet{Default: []model.MenuItem{{Name: name, Action: model.MenuProgress}}}
	}
	first := start(june)
	openid, err := first.sims.wechat.AddFollower(t.Context(), wechattest.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := first.sims.wechat.Push(t.Context(), wechattest.Push{OpenID: openid, Event: "CLICK", EventKey: "progress"}); err != nil {
		t.Fatal(err)
	}
	if _, err := first.app.publishMenu(t.Context(), one("六月"), "", model.BySystem("test")); err != nil {
		t.Fatal(err)
	}
	now := first.clock.Now()
	due, err := first.app.store.AddMenu(t.Context(), model.MenuVersion{Set: one("七月"), State: model.MenuScheduled, By: model.BySystem("test"), SavedAt: now, DueAt: now.AddDate(0, 0, 20)})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := start("2027-06-11T09:00:00+08:00")
	if got := live(second); got != "六月" {
		t.Errorf("a day later: %s", got)
	}
	presses, err := second.app.store.MenuPresses(t.Context(), model.DateOf(now), model.DateOf(now))
	if err != nil || len(presses) != 1 || presses[0].Key != "progress" || presses[0].Count != 1 {
		t.Errorf("presses %+v, %v", presses, err)
	}
	if err := second.stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	third := start("2027-07-11T09:00:00+08:00")
	waitFor(t, func() bool {
		v, err := third.app.store.Menu(t.Context(), due.ID)
		return err == nil && v.State == model.MenuPublished
	})
	if got := live(third); got != "七月" {
		t.Errorf("in July: %s", got)
	}
	// The clock of a sandbox stops on its way where a version falls due.
	ahead := third.clock.Now().AddDate(0, 0, 3)
	if _, err := third.app.store.AddMenu(t.Context(), model.MenuVersion{Set: one("八月"), State: model.MenuScheduled, By: model.BySystem("test"), SavedAt: third.clock.Now(), DueAt: ahead}); err != nil {
		t.Fatal(err)
	}
	third.app.menus.Plan(ahead)
	if err := third.advance(t.Context(), ahead.AddDate(0, 0, 5)); err != nil {
		t.Fatal(err)
	}
	v, _, err := third.app.store.PublishedMenu(t.Context())
	if err != nil || v.Set.Default[0].Name != "八月" || v.DoneAt.After(ahead.Add(time.Minute)) {
		t.Errorf("%+v, %v; due %s", v, err, ahead)
	}
}
