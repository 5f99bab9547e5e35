package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"quxiang/model/store/storetest"
)

// look is how a person has set the phone.
type look struct {
	name      string
	dark      bool
	care      bool
	scriptOff bool
}

// browser is one Chromium with a phone-sized window and a fresh profile.
type browser struct {
	t    *testing.T
	ctx  context.Context
	look look
	axe  string
	seq  int
}

// newBrowser starts Chromium; without one the test is skipped, or fails where
// storetest.RequireVariable asks for everything.
func newBrowser(t *testing.T, l look) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv(storetest.RequireVariable) != "" {
			t.Fatal("chromium is not installed")
		}
		t.Skip("chromium is not installed")
	}
	alloc, stop := chromedp.NewExecAllocator(t.Context(),
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)
	t.Cleanup(stop)
	ctx, end := chromedp.NewContext(alloc)
	t.Cleanup(end)
	ctx, cancel := context.WithTimeout(ctx, 4*time.Minute) // a ceiling for a browser that hangs
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx, look: l}
	axe, err := os.ReadFile("../../handler/web/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatalf("axe-core is missing, run make assets: %v", err)
	}
	b.axe = string(axe)
	b.must(chromedp.Do(ctx, chromedp.EmulateViewport(375, 812))) // starts the browser, which lives as long as ctx
	if l.dark {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}},
		})
		b.must(err)
	}
	return b
}

func (b *browser) must(err error) {
	b.t.Helper()
	if err != nil {
		b.picture("failed")
		b.t.Fatal(err)
	}
}

// patience bounds one step: what is not there by then does not come.
const patience = 20 * time.Second

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	b.must(chromedp.Do(ctx, steps...))
}

// scriptsOff ends all scripts of pages from here on.
func (b *browser) scriptsOff() {
	_, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.must(err)
}

func (b *browser) open(url string) {
	b.t.Helper()
	b.do(chromedp.Navigate(url))
}

// js runs an expression in the page and returns its value.
func js[T any](b *browser, format string, args ...any) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](fmt.Sprintf(format, args...)))
	b.must(err)
	return v
}

// text is what a person can read on the page.
func (b *browser) text() string { return js[string](b, "document.body.innerText") }

// sees fails unless the page shows all words.
func (b *browser) sees(words ...string) {
	b.t.Helper()
	text := b.text()
	for _, w := range words {
		if !strings.Contains(text, w) {
			b.picture("missing")
			b.t.Fatalf("the page lacks %q:\n%s", w, text)
		}
	}
}

// seesNot fails when the page shows one of the words.
func (b *browser) seesNot(words ...string) {
	b.t.Helper()
	text := b.text()
	for _, w := range words {
		if strings.Contains(text, w) {
			b.t.Fatalf("the page shows %q:\n%s", w, text)
		}
	}
}

// mark tags the first visible link, button, summary or label whose words
// contain word, and returns its selector.
func (b *browser) mark(word string) chromedp.CSS {
	b.t.Helper()
	b.seq++
	quoted, _ := json.Marshal(word)
	found := js[bool](b, `(() => {
		const all = [...document.querySelectorAll('a,button,summary,label')].filter(e => e.getClientRects().length);
		const e = all.find(e => e.innerText.trim() === %[1]s) || all.find(e => e.innerText.includes(%[1]s));
		if (!e) return false;
		e.setAttribute('data-mark', '%[2]d');
		return true;
	})()`, quoted, b.seq)
	if !found {
		b.picture("no-such-button")
		b.t.Fatalf("the page has no visible %q:\n%s", word, b.text())
	}
	return chromedp.CSS(fmt.Sprintf(`[data-mark="%d"]`, b.seq))
}

// tap clicks something that stays on the page: a label, a radio, a summary.
func (b *browser) tap(word string) {
	b.t.Helper()
	b.do(chromedp.Click(b.mark(word)))
}

// press clicks something that leads to a new page, and waits for it.
func (b *browser) press(word string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	resp, err := chromedp.RunResponse(ctx, chromedp.Click(b.mark(word)))
	b.must(err)
	if resp != nil && resp.Status >= 400 {
		b.picture("refused")
		b.t.Fatalf("%q led to HTTP %d:\n%s", word, resp.Status, b.text())
	}
}

// fill types into the field of a form.
func (b *browser) fill(name, value string) {
	b.t.Helper()
	b.do(chromedp.SetValue(chromedp.CSS(fmt.Sprintf(`[name=%q]`, name)), value))
}

// inspect looks at the page as it is: a picture to keep, nothing wider than the
// screen, and nothing serious for axe.
func (b *browser) inspect(name string) {
	b.t.Helper()
	b.picture(name)
	if over := js[int](b, "document.documentElement.scrollWidth - document.documentElement.clientWidth"); over > 0 {
		b.t.Errorf("%s is %d px wider than the screen", name, over)
	}
	if b.look.scriptOff {
		return
	}
	js[any](b, "%s; null", b.axe)
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[[]string](`axe.run(document, {resultTypes: ['violations']}).then(r =>
		r.violations.filter(v => ['serious', 'critical'].includes(v.impact)).map(v => v.id + ': ' + v.nodes.map(n => n.target).join(' ')))`,
		chromedp.EvalAwaitPromise))
	b.must(err)
	for _, v := range found {
		b.t.Errorf("%s: axe: %s", name, v)
	}
}

// picture keeps what the browser shows; see go test -artifacts.
func (b *browser) picture(name string) []byte {
	b.t.Helper()
	png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.t.Logf("picture %s: %v", name, err)
		return nil
	}
	b.seq++
	file := filepath.Join(b.t.ArtifactDir(), fmt.Sprintf("%03d-%s.png", b.seq, name))
	if err := os.WriteFile(file, png, 0o600); err != nil {
		b.t.Logf("picture %s: %v", name, err)
	}
	return png
}
