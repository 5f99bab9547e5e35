package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/skip2/go-qrcode"
	"github.com/tdewolff/canvas"
	"github.com/tdewolff/canvas/renderers/pdf"
)

// What `make bench` holds forms against.
const (
	formRequests   = 100
	pdfLimit       = 1.5
	pictureLimit   = 3
	pdfSizeLimit   = 60 << 10
	formsAtOnce    = 200
	atOnceLimit    = 300 * mega
	barePrint      = "print" // BENCH_ARG: a file with a bareText
	barePrintFont  = "../../handler/form/font/1-noto-sans-sc.ttf"
	barePrintLines = 20 // fewer texts than that are no form
)

var (
	formLink  = regexp.MustCompile(`href="(/h5/forms/\d+)"`)
	wordsPart = regexp.MustCompile(`>([^<>]*[^<>\s][^<>]*)<`)
)

// bareText is what a bare page draws: every text of the form and a QR code as
// long as the real one.
type bareText struct {
	Lines []string
	QR    string
}

// benchForms compares the downloads of a form, through session, database,
// signature and layout, with a server that does nothing but put the same texts
// and a QR code on a page with canvas, one below the other. The picture is held
// against the same page. Then many download at once.
func benchForms(ctx context.Context, b *testing.B, t *benchTable, p *benchProcess, phone *benchPhone) {
	b.Helper()
	link := formLink.FindStringSubmatch(phone.get(ctx, phone.app+"/h5/authorization").text)
	if link == nil {
		b.Fatal("whoever is logged in has no form")
	}
	_, words, _ := strings.Cut(phone.get(ctx, phone.app+link[1]).text, "<details class=\"no-print\"")
	words, _, _ = strings.Cut(words, "</details>")
	texts := bareText{QR: strings.ToUpper(phone.app) + "/V/" + strings.Repeat("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 6)[:183]}
	for _, m := range wordsPart.FindAllStringSubmatch(words, -1) {
		texts.Lines = append(texts.Lines, html.UnescapeString(strings.TrimSpace(m[1])))
	}
	if len(texts.Lines) < barePrintLines {
		b.Fatalf("the form says only %q", texts.Lines)
	}
	arg, err := json.Marshal(texts)
	if err != nil {
		b.Fatal(err)
	}
	file := filepath.Join(b.TempDir(), "texts.json")
	if err := os.WriteFile(file, arg, 0o600); err != nil {
		b.Fatal(err)
	}
	plain, base := startBare(ctx, b, barePrint, file)

	cookies := phone.cookies()
	request := func(address string) func(context.Context, int) (*http.Request, error) {
		return func(ctx context.Context, _ int) (*http.Request, error) {
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
			if err == nil {
				r.Header.Set("Cookie", cookies)
			}
			return r, err
		}
	}
	bare := newBenchTarget(plain, request(base))
	for _, of := range []struct {
		what, file string
		limit      float64
	}{{"form as a PDF", "/form.pdf", pdfLimit}, {"form as a picture", "/form.png", pictureLimit}} {
		ours := newBenchTarget(p, request(phone.app+link[1]+of.file))
		mine, theirs := compare(b, benchRounds,
			func() (time.Duration, error) { return ours.round(ctx, formRequests) },
			func() (time.Duration, error) { return bare.round(ctx, formRequests) })
		t.ratio(of.what+" against a bare canvas page, CPU a download", mine, theirs, of.limit)
	}
	document := phone.get(ctx, phone.app+link[1]+"/form.pdf")
	t.size("form as a PDF", int64(len(document.text)), pdfSizeLimit, 1<<10, "KB")
	peak, err := atOnce(ctx, p, request(phone.app+link[1]+"/form.pdf"), request(phone.app+link[1]+"/form.png"))
	if err != nil {
		b.Fatal(err)
	}
	t.size(fmt.Sprintf("%d downloads of forms at once, resident memory", formsAtOnce), peak, atOnceLimit, mega, "MB")
}

// atOnce lets many clients ask together, half for each of two things, and
// returns the most memory that the server held meanwhile.
func atOnce(ctx context.Context, p *benchProcess, requests ...func(context.Context, int) (*http.Request, error)) (int64, error) {
	// 5 resets the peak (proc(5), clear_refs).
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.pid), []byte("5"), 0o600); err != nil {
		return 0, err
	}
	var all sync.WaitGroup
	faults := make([]error, formsAtOnce)
	for i := range formsAtOnce {
		all.Go(func() {
			target := benchTarget{client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, request: requests[i%len(requests)]}
			faults[i] = target.send(ctx, i)
		})
	}
	all.Wait()
	peak, err := processMemory(p.pid, "VmHWM")
	return peak, errors.Join(append(faults, err)...)
}

// bareCanvas serves a page that is drawn anew for each request: the least that
// puts these texts and a QR code into a PDF with canvas.
func bareCanvas(file string) (http.Handler, error) {
	arg, err := os.ReadFile(filepath.Clean(file))
	if err != nil {
		return nil, err
	}
	var texts bareText
	if err := json.Unmarshal(arg, &texts); err != nil {
		return nil, err
	}
	font, err := canvas.LoadFontFile(barePrintFont, canvas.FontRegular)
	if err != nil {
		return nil, err
	}
	page := func() ([]byte, error) {
		c := canvas.New(210, 297)
		draw := canvas.NewContext(c)
		face := font.Face(10.5, canvas.Black)
		for i, line := range texts.Lines {
			draw.DrawText(20, 290-5*float64(i), canvas.NewTextLine(face, line, canvas.Left))
		}
		code, err := qrcode.New(texts.QR, qrcode.Medium)
		if err != nil {
			return nil, err
		}
		// Four pixels a module: with fewer, viewers blur it where they enlarge it.
		draw.DrawImage(150, 240, code.Image(-4), canvas.DPMM(6.4))
		var out bytes.Buffer
		document := pdf.New(&out, 210, 297, nil)
		c.RenderTo(document)
		if err := document.Close(); err != nil {
			return nil, err
		}
		return out.Bytes(), nil
	}
	one := make(chan struct{}, 1) // its fonts are for one page at a time
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		one <- struct{}{}
		content, err := page()
		<-one
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/pdf")
		_, _ = w.Write(content)
	}), nil
}
