package web

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"io"
	"io/fs"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"quxiang/model"
)

// static stands in for what `make assets` builds.
var static = fstest.MapFS{
	"manifest.json":   {Data: []byte(`{"app.css":"app.0123.css","verify.css":"verify.0123.css","icon.svg":"icon.4567.svg"}`)},
	"app.0123.css":    {Data: []byte("body{}")},
	"verify.0123.css": {Data: []byte("body{}")}, "verify.0123.css.gz": {Data: []byte("packed")},
	"app.0123.css.gz": {Data: []byte("packed")},
	"icon.4567.svg":   {Data: []byte("<svg/>")}, "icon.4567.svg.gz": {Data: []byte("packed")},
}

// layoutWith is our layout with the given pages added.
func layoutWith(t *testing.T, pages map[string]string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	names, err := fs.Glob(templateFiles, "template/layout/*.html")
	if err != nil || len(names) == 0 {
		t.Fatalf("no layout: %v", err)
	}
	for _, name := range names {
		text, err := templateFiles.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[strings.TrimPrefix(name, "template/")] = &fstest.MapFile{Data: text}
	}
	for name, text := range pages {
		files[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return files
}

func newRenderer(t *testing.T, pages map[string]string) *Renderer {
	t.Helper()
	r, err := NewRenderer(RenderOptions{Templates: layoutWith(t, pages), Static: static})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// evil is a value that must never reach a page as markup.
const evil = `"'><script>alert(1)</script>&`

// partsPage is testdata/parts.html with every part filled in; text stands
// wherever a person may have written something.
func partsPage(text string) Page {
	at := time.Date(2027, 8, 19, 6, 5, 0, 0, time.UTC)
	return Page{
		Title: "去向登记确认", Next: "/h5/parts?a=1&b=2", RequestID: "r-1", Operator: "王老师",
		Contact: &model.Contact{Role: model.ContactOffice, Name: "李老师" + text, Phone: "025-83790000"},
		Banner: []Banner{
			{Kind: BannerInfo, Text: "学院正在审核您的去向。" + text},
			{Kind: BannerOK, Text: "已提交。"},
			{Kind: BannerWarn, Text: "距截止日期还有 3 天。", Link: &Link{Href: "/h5/confirm", Text: "去确认"}},
			{Kind: BannerError, Text: "请选择一项后再提交。"},
		},
		Nav: []NavItem{
			{Text: "待审核", Href: "/admin/review", Count: 12, Current: true},
			{Text: "毕业生", Href: "/admin/graduates"},
			{Text: "名单导入", Href: "/admin/roster"},
		},
		Data: map[string]any{
			"At": at,
			"Cells": Cells{Title: "毕业去向", Items: []Cell{
				{Label: "毕业去向", Value: "签就业协议形式就业" + text},
				{Label: "档案转递单位名称", Value: "北京市海淀区人力资源公共服务中心", Changed: true, Note: "原为：待定" + text},
				{Label: "学位"},
				{Label: "身份证号", Value: "110***********002X", Link: &Link{Href: "/h5/basic?show=id", Text: "显示"}},
			}},
			"Links": Links{Title: "功能模块", Items: []Link{
				{Href: "/h5/confirm", Text: "去向登记确认", Note: "等待您确认" + text, Count: 1},
				{Href: "/h5/authorise", Text: "核验授权", Locked: "完成去向登记确认后才能进行核验授权。"},
			}},
			"Steps": Steps{Title: "办理进度", Items: []StepItem{
				{State: StepDone, Text: "去向已上报", Time: "2027年6月1日 (周二)", Note: text},
				{State: StepNow, Text: "学院审核", Note: "已等待 2 天"},
				{State: StepTodo, Text: "学校审核"},
			}},
			"Radios": Choices{Name: "answer", Label: "请确认您的去向登记信息", Required: true, Error: "请选择一项。", Items: []Choice{
				{Value: "right", Text: "信息无误，确认登记去向"},
				{Value: "wrong" + text, Text: "信息有误，需更新后确认", Note: "确认将暂停，直到新的去向通过审核。", Chosen: true},
			}},
			"Checks": Choices{Name: "fields", Label: "哪些信息有误", Hint: "可多选", Items: []Choice{{Value: "unit", Text: "单位名称", Chosen: true}}},
			"Unit":   Field{Name: "unit", Label: "单位名称", Value: "学信咨询服务有限公司" + text, Required: true, MaxLength: 50, Autocomplete: "organization", Hint: "与就业协议书上的公章一致。"},
			"Phone":  Field{Name: "phone", Label: "联系电话", Value: "123", Type: "tel", InputMode: "tel", Error: "电话号码应为 11 位数字。"},
			"Remark": Field{Name: "remark", Label: "说明", Value: "</textarea>" + text},
			"Kind": Choices{Name: "kind", Label: "档案转递类型", Required: true, Items: []Choice{
				{Value: "", Text: "请选择"}, {Value: "1", Text: "签约单位接收", Chosen: true},
			}},
			"Post":   Post{Action: "/h5/revoke", Text: "撤销核验编号", Kind: "warn", Hidden: []Hidden{{Name: "id", Value: "7" + text}}},
			"Number": "2310001EQ86V47B", "Mobile": "13812341234", "ID": "11010119900101002X",
			"Empty": Empty{Text: "还没有人核验过。", Link: &Link{Href: "/", Text: "回到首页"}},
			"Pager": Pager{Next: "?after=50", Text: "第 1–50 条"},
		},
	}
}

func draw(t *testing.T, r *Renderer, name string, p Page) string {
	t.Helper()
	w := httptest.NewRecorder()
	if err := r.Page(w, 200, name, p); err != nil {
		t.Fatal(err)
	}
	return w.Body.String()
}

// voids matches the elements that HTML does not close.
var voids = regexp.MustCompile(`<((?:meta|link|input)\b[^>]*)>`)

// wellFormed reads a page as XML: a tag that is not closed, or closed in the
// wrong order, is an error there. Void elements and attributes without a value
// are first written the way of XML.
func wellFormed(t *testing.T, page string) {
	t.Helper()
	page = voids.ReplaceAllString(page, "<$1/>")
	for _, bare := range []string{" required", " checked", " selected"} {
		page = strings.ReplaceAll(page, bare, bare+`=""`)
	}
	d := xml.NewDecoder(strings.NewReader(page))
	d.Entity = xml.HTMLEntity
	ids := map[string]bool{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("not well formed: %v", err)
		}
		if start, ok := token.(xml.StartElement); ok {
			for _, a := range start.Attr {
				switch {
				case a.Name.Local == "id" && ids[a.Value]:
					t.Errorf("id %q twice", a.Value)
				case a.Name.Local == "id":
					ids[a.Value] = true
				case a.Name.Local == "style" || strings.HasPrefix(a.Name.Local, "on"):
					t.Errorf("<%s %s>: the content security policy forbids it", start.Name.Local, a.Name.Local)
				}
			}
			if n := start.Name.Local; n == "script" || n == "style" {
				t.Errorf("<%s> in a page", n)
			}
		}
	}
}

func TestParts(t *testing.T) {
	text, err := os.ReadFile("testdata/parts.html")
	if err != nil {
		t.Fatal(err)
	}
	r := newRenderer(t, map[string]string{"h5/parts.html": string(text), "admin/parts.html": string(text)})
	for _, name := range []string{"h5/parts", "admin/parts"} {
		t.Run(name, func(t *testing.T) {
			page := draw(t, r, name, partsPage(evil))
			wellFormed(t, page)
			if strings.Contains(page, "<script") {
				t.Error("a value reached the page as markup")
			}
			for _, want := range []string{
				`<html lang="zh-CN">`, `<title>去向登记确认 · 去向登记</title>`, `<h1>去向登记确认</h1>`,
				`href="/static/app.0123.css"`, `<a class="skip" href="#main">`,
				`/care?on=1&amp;next=%2fh5%2fparts%3fa%3d1%26b%3d2`, `href="tel:025-83790000"`, "需要帮助请联系就业指导中心：李老师",
				`class="banner banner_error" role="alert"`, `class="banner banner_info" role="status"`, `<span class="sr">请注意：</span>`,
				`<dd>–</dd>`, `有变更`, `<a href="/h5/basic?show=id">显示</a>`,
				`<span class="hint">完成去向登记确认后才能进行核验授权。</span>`,
				`step_now" aria-current="step"`, `<span class="sr">（已完成）</span>`,
				`<fieldset class="choices field_wrong" id="f-answer" aria-describedby="f-answer-error">`,
				`<p class="field__error" id="f-answer-error">请选择一项。</p>`,
				`<label class="weui-label" for="f-unit">单位名称</label>`, `autocomplete="organization" maxlength="50" required aria-describedby="f-unit-hint"`,
				`type="tel" value="123" inputmode="tel" aria-invalid="true" aria-describedby="f-phone-error"`,
				`<span class="hint">（选填）</span>`, `&lt;/textarea&gt;`, `<option value="1" selected>`,
				`weui-btn_warn`, `23 10001 EQ86 V47B`, `138****1234`, `110***********002X`,
				`2027年8月19日 (周四) 14:05`, `2027年8月31日 (周二)`, `rel="next"`, "还没有人核验过。",
			} {
				if !strings.Contains(page, want) {
					t.Errorf("page lacks %s", want)
				}
			}
			if got := strings.Count(page, "（选填）"); got != 3 {
				t.Errorf("%d fields are marked as optional, want 3", got)
			}
			for _, adminOnly := range []string{`aria-current="page"`, "王老师", `action="/admin/logout"`, "12<span class=\"sr\"> 项待处理</span>"} {
				if got, want := strings.Contains(page, adminOnly), strings.HasPrefix(name, "admin/"); got != want {
					t.Errorf("%s: shown %v, want %v", adminOnly, got, want)
				}
			}
		})
	}
}

func TestCare(t *testing.T) {
	r := newRenderer(t, map[string]string{"h5/a.html": `{{define "main"}}正文{{end}}`})
	page := draw(t, r, "h5/a", Page{Title: "去向登记", Care: true})
	for _, want := range []string{`<html lang="zh-CN" class="care">`, "/care?on=0", "退出关怀模式", "<title>去向登记</title>", "如需帮助"} {
		if !strings.Contains(page, want) {
			t.Errorf("page lacks %s", want)
		}
	}
}

func TestErrorPageInEachArea(t *testing.T) {
	r := newRenderer(t, nil)
	failure := struct{ Message, WayOn, WayWord string }{"您的登录已过期。" + evil, "/", "回到首页"}
	for _, area := range []string{AreaH5, AreaVerify, AreaAdmin} {
		page := draw(t, r, "layout/error", Page{Title: "登录已过期", Area: area, RequestID: "r-42", Data: failure})
		wellFormed(t, page)
		for _, want := range []string{"您的登录已过期。", "r-42", `href="/">回到首页</a>`} {
			if !strings.Contains(page, want) {
				t.Errorf("%s lacks %s", area, want)
			}
		}
		if got := strings.Contains(page, `class="admin"`); got != (area == AreaAdmin) {
			t.Errorf("%s has the operators' frame: %v", area, got)
		}
	}
}

func TestNewRendererNamesTheFile(t *testing.T) {
	for name, c := range map[string]struct{ file, text, want string }{
		"syntax":       {"h5/home.html", `{{define "main"}}{{if}}{{end}}`, "template/h5/home.html:1"},
		"function":     {"verify/form.html", `{{define "main"}}{{nope}}{{end}}`, "template/verify/form.html:1"},
		"no main":      {"admin/list.html", `text`, "template/admin/list.html"},
		"no such part": {"h5/home.html", `{{define "main"}}{{template "nope"}}{{end}}`, "template/h5/home.html"},
		"escaping":     {"h5/home.html", `{{define "main"}}<a href="{{if .Data}}x"{{end}}>{{end}}`, "template/h5/home.html"},
		"parts":        {"h5/_rows.html", `{{end}}`, "template/h5/_rows.html:1"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewRenderer(RenderOptions{Templates: layoutWith(t, map[string]string{c.file: c.text}), Static: static})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want one with %s", err, c.want)
			}
		})
	}
}

func TestSharedPartsStayInTheirFolder(t *testing.T) {
	pages := map[string]string{
		"h5/_rows.html": `{{define "row"}}行：{{.}}{{end}}`,
		"h5/home.html":  `{{define "main"}}{{template "row" "一"}}{{end}}`,
	}
	if page := draw(t, newRenderer(t, pages), "h5/home", Page{}); !strings.Contains(page, "行：一") {
		t.Error("a part of the folder is missing")
	}
	pages["verify/home.html"] = pages["h5/home.html"]
	if _, err := NewRenderer(RenderOptions{Templates: layoutWith(t, pages), Static: static}); err == nil {
		t.Error("a part of h5 is known in verify")
	}
}

func TestPageWritesNothingOnFailure(t *testing.T) {
	r := newRenderer(t, map[string]string{"h5/a.html": `{{define "main"}}{{.Data.Missing.Field}}{{end}}`})
	for _, name := range []string{"h5/a", "h5/unknown"} {
		w := httptest.NewRecorder()
		err := r.Page(w, 200, name, Page{Data: struct{}{}})
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: error %v", name, err)
		}
		if w.Body.Len() > 0 || len(w.Header()) > 0 {
			t.Errorf("%s: something was written", name)
		}
	}
	if err := r.Page(httptest.NewRecorder(), 200, "h5/a", Page{Area: AreaAdmin}); err == nil {
		t.Error("a page of h5 was drawn in the operators' frame")
	}
}

func TestPageHeadersAndGzip(t *testing.T) {
	long := strings.Repeat("去向登记", packFrom)
	r := newRenderer(t, map[string]string{"h5/a.html": `{{define "main"}}{{.Data}}{{end}}`})
	for name, c := range map[string]struct {
		data   string
		gzip   bool
		packed bool
	}{
		"short":          {"short", true, false},
		"long":           {long, true, true},
		"long, no gzip":  {long, false, false},
		"long once more": {long + "!", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			if err := r.Page(w, 404, "h5/a", Page{Data: c.data, Gzip: c.gzip}); err != nil {
				t.Fatal(err)
			}
			want := map[string]string{"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Vary": "Accept-Encoding", "Content-Encoding": "", "ETag": ""}
			if c.packed {
				want["Content-Encoding"] = "gzip"
			}
			for k, v := range want {
				if got := w.Header().Get(k); got != v {
					t.Errorf("%s: %q, want %q", k, got, v)
				}
			}
			if w.Code != 404 {
				t.Errorf("status %d", w.Code)
			}
			text := w.Body.Bytes()
			if c.packed {
				z, err := gzip.NewReader(bytes.NewReader(text))
				if err != nil {
					t.Fatal(err)
				}
				if text, err = io.ReadAll(z); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Contains(text, []byte(c.data)) {
				t.Error("the content is missing")
			}
		})
	}
}

// The templates that are built in must parse, whoever wrote them.
func TestBuiltInTemplates(t *testing.T) {
	r, err := NewRenderer(RenderOptions{Static: static})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := r.pages["layout/error"]; !ok {
		t.Error("there is no error page")
	}
}

func BenchmarkPage(b *testing.B) {
	text, err := os.ReadFile("testdata/parts.html")
	if err != nil {
		b.Fatal(err)
	}
	files := fstest.MapFS{"h5/parts.html": {Data: text}}
	names, _ := fs.Glob(templateFiles, "template/layout/*.html")
	for _, name := range names {
		text, _ := templateFiles.ReadFile(name)
		files[strings.TrimPrefix(name, "template/")] = &fstest.MapFile{Data: text}
	}
	r, err := NewRenderer(RenderOptions{Templates: files, Static: static})
	if err != nil {
		b.Fatal(err)
	}
	for _, gzip := range []bool{false, true} {
		b.Run(map[bool]string{false: "plain", true: "gzip"}[gzip], func(b *testing.B) {
			p := partsPage("")
			p.Gzip = gzip
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				if err := r.Page(w, 200, "h5/parts", p); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(w.Body.Len()), "bytes/page")
			}
		})
	}
}
