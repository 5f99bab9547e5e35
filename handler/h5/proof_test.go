package h5_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"quxiang/model"
	"quxiang/model/demo"
)

// photo is a small JPEG that is not like one of another n.
func photo(t testing.TB, n int) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 64, 48))
	for i := range img.Pix {
		img.Pix[i] = uint8(i * (n + 1))
	}
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, img, nil))
	return b.Bytes()
}

// noise is a PNG of more than 5 MB.
func noise(t testing.TB) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, 1600, 1200))
	state := uint32(1)
	for i := range img.Pix {
		state = state*1664525 + 1013904223
		img.Pix[i] = uint8(state >> 24)
	}
	img.Set(0, 0, color.White)
	var b bytes.Buffer
	must(t, png.Encode(&b, img))
	return b.Bytes()
}

const onePage = "%PDF-1.4\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n" +
	"3 0 obj\n<</Type/Page/Parent 2 0 R>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF\n"

// file is one of a posted form.
type file struct {
	name    string
	content []byte
}

func (b *browser) upload(path string, values url.Values, files ...file) *httptest.ResponseRecorder {
	b.s.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, vs := range values {
		for _, v := range vs {
			must(b.s.t, w.WriteField(k, v))
		}
	}
	for _, f := range files {
		part, err := w.CreateFormFile("proof", f.name)
		must(b.s.t, err)
		_, err = part.Write(f.content)
		must(b.s.t, err)
	}
	must(b.s.t, w.Close())
	r := httptest.NewRequest(http.MethodPost, "https://dj.example.edu.cn"+path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return b.do(r)
}

var proofLink = regexp.MustCompile(`href="(/h5/proofs/\d+)"`)

// shownProofs are the addresses of the proofs on a page.
func shownProofs(w *httptest.ResponseRecorder) []string {
	var all []string
	for _, m := range proofLink.FindAllStringSubmatch(w.Body.String(), -1) {
		all = append(all, m[1])
	}
	return all
}

// prover is a graduate who has chosen a category and may report.
func (s *site) prover() (model.Record, *browser) {
	s.t.Helper()
	r := s.person(demo.StateNew, nil)
	s.check(r.Graduate.ID)
	d := figure8()
	r = s.rule(r.Graduate.ID, func(r model.Record) (model.Change, error) {
		return model.SaveDraft(r, model.NewCohort(2027), d, s.now)
	})
	return r, s.login(r)
}

// TestProofs walks a graduate through uploading, looking, taking back, handing
// in, and what is left to do afterwards.
func TestProofs(t *testing.T) {
	s := newSite(t)
	r, b := s.prover()
	page{
		has: []string{"证明材料", "就业协议书", "还可上传 5 个", "保存草稿"},
		raw: []string{`accept="image/jpeg,image/png,image/webp,application/pdf" multiple`, `enctype="multipart/form-data"`, `form="report"`},
	}.check(t, b.get("/h5/destination"))

	page{to: "/h5/destination?done=proof#proofs"}.check(t, b.upload("/h5/proofs", nil,
		file{`C:\照片\协议书 第一页.jpg`, photo(t, 1)}, file{"../../协议书.pdf", []byte(onePage)}))
	w := b.get("/h5/destination?done=proof")
	page{has: []string{"证明材料已上传", "协议书 第一页.jpg", "协议书.pdf", "还可上传 3 个", "删除"}, not: []string{"照片\\", "../"}, raw: []string{`alt="协议书 第一页.jpg的缩略图"`}}.check(t, w)
	links := shownProofs(w)
	if len(links) != 2 {
		t.Fatalf("%v", links)
	}

	full, thumb, pdf := b.get(links[0]), b.get(links[0]+"/thumb"), b.get(links[1])
	for _, tc := range []struct {
		w                        *httptest.ResponseRecorder
		contentType, disposition string
	}{
		{full, "image/jpeg", "inline"}, {thumb, "image/jpeg", "inline"}, {pdf, "application/pdf", "attachment"},
	} {
		h := tc.w.Header()
		if tc.w.Code != http.StatusOK || h.Get("Content-Type") != tc.contentType || !strings.HasPrefix(h.Get("Content-Disposition"), tc.disposition+"; filename=\"proof-") {
			t.Errorf("%d %v", tc.w.Code, h)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "private, no-store" ||
			!strings.HasPrefix(h.Get("Content-Security-Policy"), "sandbox; default-src 'none'") || h.Get("Cross-Origin-Resource-Policy") != "same-origin" {
			t.Errorf("headers %v", h)
		}
	}
	if pdf.Body.String() != onePage {
		t.Error("the PDF is another")
	}
	if _, err := jpeg.Decode(full.Body); err != nil {
		t.Error(err)
	}
	page{status: 404}.check(t, b.get(links[1]+"/thumb"))
	page{status: 404}.check(t, b.get("/h5/proofs/999"))
	page{status: 404}.check(t, b.get("/h5/proofs/x"))

	page{to: "/h5/destination?done=unproof#proofs"}.check(t, b.post(links[1]+"/remove", nil))
	page{status: 404}.check(t, b.get(links[1]))

	// Somebody else sees none of it.
	other := s.login(s.approved())
	for _, path := range []string{links[0], links[0] + "/thumb"} {
		page{status: 404}.check(t, other.get(path))
	}
	page{status: 404}.check(t, other.post(links[0]+"/remove", nil))

	// Handed in, it can be seen and not be changed.
	s.report(r.Graduate.ID, nil)
	w = b.get("/h5/destination")
	page{has: []string{"协议书 第一页.jpg"}, not: []string{"删除", "multipart"}}.check(t, w)
	page{status: 409, has: []string{"正在审核中"}}.check(t, b.post(links[0]+"/remove", nil))
	page{status: 409, has: []string{"正在审核中"}}.check(t, b.upload("/h5/proofs", nil, file{"2.jpg", photo(t, 2)}))

	// Returned, it carries over, and can be left out of the next revision.
	s.review(r.Graduate.ID, model.LevelCollege, model.DecisionReturn, "请补充")
	page{has: []string{"协议书 第一页.jpg", "删除"}}.check(t, b.get("/h5/destination"))
	page{to: "/h5/destination?done=unproof#proofs"}.check(t, b.post(links[0]+"/remove", nil))
	page{not: []string{"协议书 第一页.jpg"}}.check(t, b.get("/h5/destination"))
	if all, err := s.store.Proofs(t.Context(), r.Graduate.ID); err != nil || len(model.ProofsOf(all, 1)) != 1 || len(model.ProofsOf(all, 2)) != 0 {
		t.Errorf("%+v, %v", all, err)
	}
	page{status: 200}.check(t, b.get(links[0])) // the old revision stays readable
}

// TestProofsRefused: what is refused says which file and what to do, and the
// others are kept.
func TestProofsRefused(t *testing.T) {
	s := newSite(t)
	_, b := s.prover()
	page{status: 422, has: []string{"请先选择照片或文件"}}.check(t, b.upload("/h5/proofs", nil, file{"", nil}))
	page{status: 422, has: []string{"请先选择照片或文件"}}.check(t, b.post("/h5/proofs", nil))
	page{status: 422, has: []string{"已上传 1 个文件", "第 1 个文件（合同.jpg）：这个文件的内容是网页", "第 3 个文件（IMG_2.HEIC）", "兼容性最佳", "好.jpg"}}.check(t, b.upload("/h5/proofs", nil,
		file{"合同.jpg", []byte("<html><script>alert(1)</script>")}, file{"好.jpg", photo(t, 1)}, file{"IMG_2.HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00")}))
	page{status: 422, has: []string{"已经上传过"}}.check(t, b.upload("/h5/proofs", nil, file{"又一次.jpg", photo(t, 1)}))
	page{status: 413, has: []string{"大.png", "超过 5 MB"}}.check(t, b.upload("/h5/proofs", nil, file{"大.png", noise(t)}))
	page{status: 422, has: []string{"不是照片"}}.check(t, b.upload("/h5/proofs", nil, file{"图.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)}))
	page{status: 422, has: []string{"没有传完"}}.check(t, b.do(broken(photo(t, 2))))
	page{status: 413, has: []string{"合计超过 64 MB"}}.check(t, b.upload("/h5/proofs", nil, file{"1.jpg", make([]byte, 65<<20)}))
	page{status: 404}.check(t, b.upload("/h5/proofs?request=7", nil, file{"1.jpg", photo(t, 3)}))
	page{status: 404}.check(t, b.upload("/h5/proofs?request=x", nil, file{"1.jpg", photo(t, 3)}))
	if got := len(shownProofs(b.get("/h5/destination"))); got != 1 {
		t.Errorf("%d are kept", got)
	}
}

// broken is an upload that ends in the middle of a file.
func broken(content []byte) *http.Request {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, _ := w.CreateFormFile("proof", "1.jpg")
	_, _ = part.Write(content)
	r := httptest.NewRequest(http.MethodPost, "https://dj.example.edu.cn/h5/proofs", &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}

// TestProofsKeepWhatIsTyped: the form beside the proofs goes with their buttons
// and is kept as a draft; and a file that was chosen and not uploaded is no
// reason to hand in without it.
func TestProofsKeepWhatIsTyped(t *testing.T) {
	s := newSite(t)
	r, b := s.prover()
	page{
		has: []string{"一并保存为草稿"},
		raw: []string{`formaction="/h5/proofs" formenctype="multipart/form-data" formnovalidate`, `multiple form="report"`},
	}.check(t, b.get("/h5/destination"))
	typed := func(unit string) url.Values { return url.Values{"base": {"0"}, "category": {"10"}, "unit": {unit}} }
	page{to: "/h5/destination?done=proof#proofs"}.check(t, b.upload("/h5/proofs", typed("第一家公司"), file{"1.jpg", photo(t, 1)}))
	if d := s.record(r.Graduate.ID).Draft; d == nil || d.Unit != "第一家公司" {
		t.Errorf("draft %+v", d)
	}
	w := b.get("/h5/destination")
	page{raw: []string{`value="第一家公司"`, `form="report" formaction="/h5/proofs/`}}.check(t, w)
	page{status: 422, has: []string{"网页"}}.check(t, b.upload("/h5/proofs", typed("第二家公司"), file{"1.jpg", []byte("<html>")}))
	page{raw: []string{`value="第二家公司"`}}.check(t, b.get("/h5/destination"))
	page{to: "/h5/destination?done=unproof#proofs"}.check(t, b.post(shownProofs(w)[0]+"/remove", typed("第三家公司")))
	page{raw: []string{`value="第三家公司"`}}.check(t, b.get("/h5/destination"))
	page{status: 422, has: []string{"最多 120 个字"}}.check(t, b.upload("/h5/proofs", typed(strings.Repeat("长", 121)), file{"2.jpg", photo(t, 2)}))

	form := typed("第四家公司")
	form.Set("action", "submit")
	form.Set("proof", "IMG_1.jpg")
	page{status: 422, has: []string{"还没有上传"}, raw: []string{`value="第四家公司"`, `id="f-proof-error"`}}.check(t, b.post("/h5/destination", form))
	if len(s.record(r.Graduate.ID).Revisions) != 0 {
		t.Error("handed in")
	}
}

// TestProofLimit: five is the limit, in one post, in several, and at once.
func TestProofLimit(t *testing.T) {
	s := newSite(t)
	_, b := s.prover()
	var files []file
	for i := range 6 {
		files = append(files, file{fmt.Sprintf("%d.jpg", i), photo(t, i)})
	}
	page{status: 422, has: []string{"已上传 5 个文件", "第 6 个文件（5.jpg）：一次最多上传 5 个"}}.check(t, b.upload("/h5/proofs", nil, files...))
	page{status: 422, has: []string{"最多 5 个"}, not: []string{"multipart"}}.check(t, b.upload("/h5/proofs", nil, file{"7.jpg", photo(t, 7)}))

	s = newSite(t)
	_, b = s.prover()
	var all sync.WaitGroup
	for i := range 10 {
		all.Go(func() { b.upload("/h5/proofs", nil, file{"x.jpg", photo(t, i)}) })
	}
	all.Wait()
	if got := len(shownProofs(b.get("/h5/destination"))); got != model.MaxProofs {
		t.Errorf("%d were kept of ten at once", got)
	}
}

// TestManyUploads: judging costs time, so that nobody can go on for ever.
func TestManyUploads(t *testing.T) {
	s := newSite(t)
	_, b := s.prover()
	var w *httptest.ResponseRecorder
	for i := range 61 {
		w = b.upload("/h5/proofs", nil, file{"x.txt", fmt.Appendf(nil, "%d", i)})
	}
	page{status: 429, has: []string{"上传过于频繁"}}.check(t, w)
	s.now = s.now.Add(11 * 60e9)
	page{to: "/h5/destination?done=proof#proofs"}.check(t, b.upload("/h5/proofs", nil, file{"x.jpg", photo(t, 1)}))
}

// TestProofAfterTheDeadline: the last second counts, the next does not.
func TestProofAfterTheDeadline(t *testing.T) {
	s := newSite(t)
	r, _ := s.prover()
	s.now = model.NewCohort(2027).Deadline.End().Add(-1)
	b := s.login(r)
	page{to: "/h5/destination?done=proof#proofs"}.check(t, b.upload("/h5/proofs", nil, file{"x.jpg", photo(t, 1)}))
	s.now = s.now.Add(1)
	page{status: 409, has: []string{"截止"}}.check(t, b.upload("/h5/proofs", nil, file{"y.jpg", photo(t, 2)}))
	links := shownProofs(b.get("/h5/destination"))
	if len(links) != 0 {
		t.Errorf("%v", links)
	}
}
