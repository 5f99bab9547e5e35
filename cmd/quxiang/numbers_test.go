package main

import (
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// TestNumbersInBrowser: the statistics page draws its table, in light and dark,
// on a desk and on a phone, and says the same without scripts.
func TestNumbersInBrowser(t *testing.T) {
	s := boot(t, "", june)
	b := newBrowser(t, look{name: "numbers"})
	b.login(s)
	b.walkNumbers(s, "light", 1280, 375)
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
	})
	b.must(err)
	b.walkNumbers(s, "dark", 375)
	b.look.scriptOff = true
	b.scriptsOff()
	b.walkNumbers(s, "plain", 1280)
}

// walkNumbers looks at the pages of numbers in windows of some widths.
func (b *browser) walkNumbers(s *sandbox, name string, widths ...int64) {
	b.t.Helper()
	app, charts := s.app.cfg.PublicURL, 1
	if b.look.scriptOff {
		charts = 0
	}
	for _, width := range widths {
		b.do(chromedp.EmulateViewport(width, 812))
		for _, path := range []string{"/admin/statistics", "/admin/statistics?school=99001", "/admin/statistics?school=99001&by=day", "/admin/statistics?by=category"} {
			b.open(app + path)
			b.sees("毕业去向落实率", "未上报或未审核通过", "导出本表")
			if n := js[int](b, `document.querySelectorAll("[data-chart]:not([hidden]) canvas").length`); n != charts {
				b.t.Errorf("%s %s: %d charts, want %d", name, path, n, charts)
			}
			b.inspect("statistics-" + name)
		}
		b.open(app + "/admin/unreached?school=99001")
		b.sees("请选择范围")
		b.open(js[string](b, `document.querySelector("main table a").href`))
		b.sees("截止日期", "联系情况", "未绑定微信")
		b.inspect("unreached-" + name)
	}
}
