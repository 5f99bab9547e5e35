package h5_test

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	picture "quxiang/handler/form"
	"quxiang/model"
	"quxiang/model/demo"
	"quxiang/model/form"
)

const weChat = "Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/8.0.58"

// withForms logs in somebody with both forms.
func (s *site) withForms() (*browser, model.Record) {
	s.t.Helper()
	r := s.confirmed()
	b := s.login(r)
	b.post("/h5/authorization", wishes())
	return b, s.record(r.Graduate.ID)
}

func (b *browser) inWeChat(path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "https://dj.example.edu.cn"+path, nil)
	r.Header.Set("User-Agent", weChat)
	return b.do(r)
}

func TestFormAsPictureAndPDF(t *testing.T) {
	s := newSite(t)
	b, r := s.withForms()
	for _, a := range r.Authorizations {
		path := fmt.Sprintf("/h5/forms/%d", a.ID)
		n := string(a.Number)
		page{
			has: []string{"下载 PDF", "保存图片", n[:2] + " " + n[2:7] + " " + n[7:11] + " " + n[11:], "文字版"},
			raw: []string{`src="` + path + `/form.png"`, `href="` + path + `/form.pdf"`, `src="` + path + `/qr.png"`},
			not: []string{"长按"},
		}.check(t, b.get(path))
		page{
			has: []string{"长按图片保存", "在浏览器打开", "学信网账号登录"},
			raw: []string{`src="` + path + `/form.png"`},
			not: []string{"form.pdf", "保存图片"},
		}.check(t, b.inWeChat(path))

		w := b.get(path + "/form.png")
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/png" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("picture: %d %v", w.Code, w.Header())
		}
		if img, err := png.Decode(bytes.NewReader(w.Body.Bytes())); err != nil || img.Bounds().Dx() != picture.PictureWidth {
			t.Errorf("picture: %v", err)
		}
		w = b.get(path + "/form.pdf")
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/pdf" || w.Header().Get("Cache-Control") != "no-store" || !bytes.HasPrefix(w.Body.Bytes(), []byte("%PDF-1.7")) {
			t.Errorf("PDF: %d %v", w.Code, w.Header())
		}
		name := w.Header().Get("Content-Disposition")
		if !strings.HasPrefix(name, fmt.Sprintf(`attachment; filename="form-%s.pdf"; filename*=UTF-8''%%E6`, a.Kind)) || strings.Contains(name, n) {
			t.Errorf("PDF is called %q", name)
		}
	}
}

func TestFormThatEndedHasNoPicture(t *testing.T) {
	s := newSite(t)
	b, r := s.withForms()
	id := fmt.Sprint(r.Authorizations[0].ID)
	b.post("/h5/authorization/revoke", map[string][]string{"id": {id}})
	page{has: []string{"已撤销", "不能再用于核验"}, not: []string{"form.png", "form.pdf", "qr.png"}}.check(t, b.get("/h5/forms/"+id))
	for _, file := range []string{"qr.png", "form.png", "form.pdf"} {
		page{status: http.StatusConflict, has: []string{"已撤销", "可以怎么办，请看核验授权页"}}.check(t, b.get("/h5/forms/"+id+"/"+file))
		page{status: http.StatusNotFound, has: []string{"没有找到这张登记信息表"}}.check(t, b.get("/h5/forms/999999/"+file))
	}
	s.now = s.now.AddDate(0, 7, 0)
	b = s.login(r)
	id = fmt.Sprint(r.Authorizations[1].ID)
	for _, file := range []string{"qr.png", "form.png", "form.pdf"} {
		page{status: http.StatusConflict, has: []string{"已过期"}}.check(t, b.get("/h5/forms/"+id+"/"+file))
	}
}

// Nobody sees the form of somebody else, by whatever address.
func TestFormsAreOnesOwn(t *testing.T) {
	s := newSite(t)
	_, r := s.withForms()
	other := s.login(s.person(demo.StateReported, nil))
	for _, file := range []string{"", "/qr.png", "/form.png", "/form.pdf"} {
		page{status: http.StatusNotFound}.check(t, other.get(fmt.Sprintf("/h5/forms/%d%s", r.Authorizations[0].ID, file)))
	}
}

func TestFormThatCannotBeDrawnSaysWhy(t *testing.T) {
	s := newSite(t)
	r := s.person(demo.StateApproved, nil)
	s.check(r.Graduate.ID)
	s.report(r.Graduate.ID, func(d *model.Destination) { d.Unit = "𪚥𪚥科技有限公司" })
	s.review(r.Graduate.ID, model.LevelCollege, model.DecisionApprove, "")
	s.review(r.Graduate.ID, model.LevelSchool, model.DecisionApprove, "")
	s.rule(r.Graduate.ID, func(r model.Record) (model.Change, error) {
		return model.Confirm(r, model.Confirmation{Revision: 1, Answer: model.AnswerRight}, s.now)
	})
	b := s.login(r)
	b.post("/h5/authorization", wishes())
	path := fmt.Sprintf("/h5/forms/%d", s.record(r.Graduate.ID).Authorizations[0].ID)
	page{
		has: []string{"“单位名称”一栏中的“𪚥”", "请联系学校就业指导中心", "𪚥𪚥科技有限公司"},
		raw: []string{"/qr.png"}, not: []string{"form.png", "form.pdf"},
	}.check(t, b.get(path))
	for _, file := range []string{"/form.png", "/form.pdf"} {
		page{status: http.StatusConflict, has: []string{"𪚥"}}.check(t, b.get(path+file))
	}
}

// sheetPart finds the titles of blocks and the cells of the form on a page.
var sheetPart = regexp.MustCompile(`<h3 class="weui-cells__title">([^<]*)</h3>|<div class="weui-cell( cell_half)?"><dt>([^<]*)</dt><dd>([^<]*)</dd></div>`)

// The page says what the drawn sheet says, in its order and its pairs.
func TestPageAndSheetHaveTheSameCells(t *testing.T) {
	s := newSite(t)
	b, r := s.withForms()
	for _, a := range r.Authorizations {
		f := form.Content(r, a, s.table, form.Options{Issuer: "示范登记系统", ServiceAddress: "dj.example.edu.cn", Sample: true})
		sheet, err := picture.Lay(f, model.DateOf(s.now), "HTTPS://DJ.EXAMPLE.EDU.CN/V/A")
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		for i, c := range sheet.Cells {
			half := c.Part != picture.PartHeading && (i+3 < len(sheet.Cells) && sheet.Cells[i+2].Y == c.Y || i > 1 && sheet.Cells[i-2].Y == c.Y)
			switch c.Part {
			case picture.PartHeading:
				want = append(want, "# "+c.Text)
			case picture.PartLabel:
				want = append(want, fmt.Sprintf("%s=%s %v", c.Text, sheet.Cells[i+1].Text, half))
			case picture.PartValue:
			}
		}
		body, _, _ := strings.Cut(b.get(fmt.Sprintf("/h5/forms/%d", a.ID)).Body.String(), "注意事项")
		for _, m := range sheetPart.FindAllStringSubmatch(body, -1) {
			if m[1] != "" {
				got = append(got, "# "+m[1])
				continue
			}
			got = append(got, fmt.Sprintf("%s=%s %v", m[3], m[4], m[2] != ""))
		}
		if diff := cmp.Diff(want, got); diff != "" || len(got) < 10 {
			t.Error(diff)
		}
	}
}
