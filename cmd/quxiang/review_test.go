package main

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// key presses keys where the focus is.
func (b *browser) key(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// leads presses keys and waits for the page to which they lead.
func (b *browser) leads(keys, to string) {
	b.t.Helper()
	b.key(keys)
	waitFor(b.t, func() bool {
		at, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.readyState === "complete" ? location.href : ""`))
		return err == nil && strings.Contains(at, to)
	})
}

// focused is what has the focus, by its words or its name.
func (b *browser) focused() string {
	b.t.Helper()
	return js[string](b, `document.activeElement.name || document.activeElement.innerText`)
}

// TestReviewByKeyboard: a reviewer works through the queue without a mouse. A
// letter moves, only Enter sends, and nothing acts while he types.
func TestReviewByKeyboard(t *testing.T) {
	s := boot(t, "", june)
	b := newBrowser(t, look{name: "reviewer"})
	b.login(s)
	b.do(chromedp.EmulateViewport(1280, 800))
	app := s.app.cfg.PublicURL
	b.open(app + "/admin/reviews?level=college")
	b.inspect("queue")
	first := js[string](b, `document.querySelectorAll("[data-row]")[0].innerText`)
	second := js[string](b, `document.querySelectorAll("[data-row]")[1].innerText`)
	b.key("j")
	if got := b.focused(); got != first {
		t.Errorf("j: %q, want %q", got, first)
	}
	b.key("jx")
	if n := js[int](b, `document.querySelectorAll("[name=pick]:checked").length`); b.focused() != "pick" && b.focused() != second || n != 1 {
		t.Errorf("x: %q, %d ticked", b.focused(), n)
	}
	b.key("kk")
	b.leads("\r", "/admin/graduates/")
	b.sees(first, "退回修改", "通过")
	b.inspect("record")

	b.key("r")
	if got := b.focused(); got != "reason" {
		t.Errorf("r: %q has the focus", got)
	}
	js[string](b, `document.activeElement.value = ""`) // the driver sends the letter on its own
	b.key("a2nq?")                                     // typed, not acted on
	if got := js[string](b, `document.querySelector("[name=reason]").value`); b.focused() != "reason" || got != "a2nq?" {
		t.Errorf("typing: %q has %q", b.focused(), got)
	}
	b.key("\u001b2")
	if got := js[string](b, `document.querySelector("[name=choice]:checked").dataset.key`); got != "2" {
		t.Errorf("2: reason %q", got)
	}
	b.key("?")
	if !js[bool](b, `document.querySelector("[data-keys]").open`) {
		t.Error("? shows no help")
	}
	b.inspect("record-keys")
	here := js[string](b, `location.href`)
	b.key("aa")
	if got := b.focused(); got != "通过" || js[string](b, `location.href`) != here {
		t.Errorf("a: %q has the focus", got)
	}
	b.leads("\r", "done=approve")
	b.sees("已通过，这是下一位")
	b.leads("n", "queue=")
	here = js[string](b, `location.pathname`)
	b.key("3")
	b.leads("\r", "done=return")
	b.sees("已退回，这是下一位")
	if js[string](b, `location.pathname`) == here {
		t.Error("the returned one is shown again")
	}
	b.leads("q", "/admin/reviews?")

	b.press("通过本页全部…")
	b.sees("确认学院审核通过")
	b.inspect("chosen")
	b.do(chromedp.EmulateViewport(375, 812))
	b.inspect("chosen-phone")
	b.press("确认通过勾选的")
	b.sees("学院审核结果")
	b.inspect("approved")
	for name, path := range map[string]string{
		"queue-phone": "/admin/reviews?level=school", "flagged": "/admin/reviews?level=school&flagged=1", "changes": "/admin/changes?level=college", "home-admin": "/admin",
	} {
		b.open(app + path)
		b.inspect(name)
	}
	b.open(app + "/admin/reviews?level=school")
	b.press(js[string](b, `document.querySelector("[data-row]").innerText`))
	b.sees("退回原因")
	b.inspect("record-phone")
}
