package h5_test

import (
	"bytes"
	"fmt"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// wishes is the posted form that makes both forms until the cap.
func wishes(pairs ...string) url.Values {
	f := url.Values{"kind": {"archive", "household"}, "valid": {"cap"}, "consent": {"yes"}}
	for i := 0; i < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
		if pairs[i+1] == "" {
			f.Del(pairs[i])
		}
	}
	return f
}

// confirmed is a graduate who has confirmed.
func (s *site) confirmed() model.Record {
	s.t.Helper()
	r := s.approved()
	return s.rule(r.Graduate.ID, func(r model.Record) (model.Change, error) {
		return model.Confirm(r, model.Confirmation{Revision: 1, Answer: model.AnswerRight}, s.now)
	})
}

func TestAuthorizationLocked(t *testing.T) {
	s := newSite(t)
	r := s.approved()
	b := s.login(r)
	page{has: []string{"完成去向登记确认后，才能进行核验授权。"}, not: []string{`name="kind"`}}.check(t, b.get("/h5/authorization"))
	page{status: http.StatusConflict, has: []string{"完成去向登记确认后"}}.check(t, b.post("/h5/authorization", wishes()))
	if len(s.record(r.Graduate.ID).Authorizations) != 0 {
		t.Error("authorised without a confirmation")
	}
}

func TestAuthorize(t *testing.T) {
	s := newSite(t)
	r := s.confirmed()
	b := s.login(r)
	page{
		has: []string{"核验授权", "设置登记信息表的有效期", "档案登记信息表", "户口登记信息表", "7 天", "30 天", "90 天", "最晚到2027年12月31日（毕业时间加六个月）", "我同意授权核验"},
		raw: []string{
			`name="kind" value="archive" checked`, `name="kind" value="household" checked`, `max="2027-12-31"`, `name="consent" value="yes">`,
		},
	}.check(t, b.get("/h5/authorization"))

	for _, tc := range []struct{ name, field, value, says string }{
		{"no consent", "consent", "", "请先阅读并勾选同意授权核验"},
		{"no kind", "kind", "", "请选择要授权的登记信息表"},
		{"a kind that is none", "kind", "moon", "请选择要授权的登记信息表"},
		{"no validity", "valid", "", "请选择有效期"},
		{"another number of days", "valid", "9999", "请选择有效期"},
		{"no day", "valid", "date", "请选择有效期"},
		{"for whom, too long", "for", strings.Repeat("长", 41), "最多 40 字"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			page{status: 422, has: []string{tc.says}}.check(t, b.post("/h5/authorization", wishes(tc.field, tc.value)))
		})
	}
	for day, says := range map[string]string{
		"2028-01-01": "有效期最晚到2027年12月31日", "2027-06-09": "有效期不能早于今天", "2027-02-30": "有效期应写成", "x": "有效期应写成",
	} {
		page{status: 422, has: []string{says}}.check(t, b.post("/h5/authorization", wishes("valid", "date", "valid_until", day)))
	}
	if n := len(s.record(r.Graduate.ID).Authorizations); n != 0 {
		t.Fatalf("%d forms were made", n)
	}

	page{to: "/h5/authorization?done=made"}.check(t, b.post("/h5/authorization", wishes("valid", "30")))
	r = s.record(r.Graduate.ID)
	if len(r.Authorizations) != 2 || r.Authorizations[0].Kind != model.FormArchive || r.Authorizations[1].Kind != model.FormHousehold ||
		r.Authorizations[0].ValidUntil != "2027-07-10" || r.Authorizations[0].Number == r.Authorizations[1].Number {
		t.Fatalf("%+v", r.Authorizations)
	}
	n := string(r.Authorizations[0].Number)
	page{
		has: []string{"已授权核验", n[:2] + " " + n[2:7] + " " + n[7:11] + " " + n[11:], "有效", "有效期至 2027年7月10日 (周六)，还有 30 天", "再做一张登记信息表", "撤销", "延期"},
		raw: []string{`value="` + n + `"`, fmt.Sprintf(`href="/h5/forms/%d"`, r.Authorizations[0].ID)},
	}.check(t, b.get("/h5/authorization?done=made"))

	// Sending the same form again, from another tab or by going back, makes nothing.
	page{status: 422, has: []string{"您已有一个有效编号"}}.check(t, b.post("/h5/authorization", wishes()))
	page{to: "/h5/authorization?done=made"}.check(t, b.post("/h5/authorization", wishes("kind", "archive", "for", "海淀区人才中心")))
	page{has: []string{"提供给：海淀区人才中心"}}.check(t, b.get("/h5/authorization"))
	if n := len(s.record(r.Graduate.ID).Authorizations); n != 3 {
		t.Errorf("%d forms", n)
	}
}

func TestExtendAndRevoke(t *testing.T) {
	s := newSite(t)
	r := s.confirmed()
	b := s.login(r)
	b.post("/h5/authorization", wishes("valid", "7"))
	a := s.record(r.Graduate.ID).Authorizations[0]
	id := fmt.Sprint(a.ID)

	page{to: "/h5/authorization"}.check(t, b.get("/h5/authorization/extend"))
	page{to: "/h5/authorization"}.check(t, b.get("/h5/authorization/revoke"))
	page{to: "/h5/authorization"}.check(t, b.get("/h5/authorization/note"))
	for _, bad := range []string{"", "x", "999999", "-1"} {
		page{status: http.StatusNotFound}.check(t, b.post("/h5/authorization/extend", url.Values{"id": {bad}, "valid_until": {"2027-12-31"}}))
		page{status: http.StatusNotFound}.check(t, b.post("/h5/authorization/revoke", url.Values{"id": {bad}}))
	}
	page{status: 422, has: []string{"有效期最晚到2027年12月31日"}}.check(t, b.post("/h5/authorization/extend", url.Values{"id": {id}, "valid_until": {"2028-06-01"}}))
	s.now = s.now.AddDate(0, 0, 30)
	b = s.login(r)
	page{has: []string{"已过期"}}.check(t, b.get("/h5/authorization"))
	page{to: "/h5/authorization?done=extended"}.check(t, b.post("/h5/authorization/extend", url.Values{"id": {id}, "valid_until": {"2027-12-31"}}))
	page{has: []string{"有效期已更新。", "有效期至 2027年12月31日 (周五)"}}.check(t, b.get("/h5/authorization?done=extended"))
	page{to: "/h5/authorization?done=revoked"}.check(t, b.post("/h5/authorization/revoke", url.Values{"id": {id}}))
	page{has: []string{"已撤销", "您已于2027年7月10日 09:30撤销，不能恢复"}}.check(t, b.get("/h5/authorization"))
	page{to: "/h5/authorization?done=revoked"}.check(t, b.post("/h5/authorization/revoke", url.Values{"id": {id}}))
	page{status: http.StatusConflict, has: []string{"不能延期"}}.check(t, b.post("/h5/authorization/extend", url.Values{"id": {id}, "valid_until": {"2027-12-31"}}))
	page{has: []string{"已撤销", "不能再用于核验"}, not: []string{"qr.png"}}.check(t, b.get("/h5/forms/"+id))

	s.now = time.Date(2028, 1, 1, 0, 0, 0, 0, model.Shanghai)
	b = s.login(r)
	page{has: []string{"核验服务已于2027年12月31日截止", "联系学校就业指导中心"}, not: []string{`name="kind"`}}.check(t, b.get("/h5/authorization"))
}

func TestForms(t *testing.T) {
	s := newSite(t)
	r := s.confirmed()
	b := s.login(r)
	b.post("/h5/authorization", wishes())
	r = s.record(r.Graduate.ID)
	archive, household := r.Authorizations[0], r.Authorizations[1]
	page{
		has: []string{
			"档案登记信息表", "全国普通高等学校毕业生去向登记信息", "演示样张", "周明哲", "签就业协议形式就业", "档案转递信息", "王推", "100195",
			"注意事项", "登记信息由示范登记系统提供。", "档案转递信息在线核验",
		},
		raw: []string{fmt.Sprintf(`<img class="qr" src="/h5/forms/%d/qr.png" alt="核验二维码"`, archive.ID)},
		not: []string{"户口迁移信息", r.Graduate.Basics.IDNumber, r.Graduate.Basics.Phone},
	}.check(t, b.get(fmt.Sprintf("/h5/forms/%d", archive.ID)))
	page{
		has: []string{"户口登记信息表", "户口迁移信息", "转回生源地"},
		not: []string{"档案转递信息", "王推"},
	}.check(t, b.get(fmt.Sprintf("/h5/forms/%d", household.ID)))

	w := b.get(fmt.Sprintf("/h5/forms/%d/qr.png", archive.ID))
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/png" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("QR: %d %v", w.Code, w.Header())
	}
	if _, err := png.Decode(bytes.NewReader(w.Body.Bytes())); err != nil {
		t.Error(err)
	}
	for _, path := range []string{"/h5/forms/999999", "/h5/forms/x", "/h5/forms/999999/qr.png"} {
		page{status: http.StatusNotFound, has: []string{"没有找到这张登记信息表"}}.check(t, b.get(path))
	}
}

// A number that is taken is drawn again, thrice at most: the database says so,
// whichever it is.
func TestNumberIsDrawnAgain(t *testing.T) {
	for dialect, open := range map[string]func(testing.TB, ...storetest.Option) *store.Store{"sqlite": storetest.Open, "mariadb": storetest.OpenMariaDB} {
		t.Run(dialect, func(t *testing.T) {
			s := newSiteOn(t, open)
			r := s.confirmed()
			b := s.login(r)
			draw := func(c byte) []byte { return bytes.Repeat([]byte{c}, 8) }
			s.rand = bytes.NewReader(draw(1))
			page{to: "/h5/authorization?done=made"}.check(t, b.post("/h5/authorization", wishes("kind", "archive")))
			s.rand = io.MultiReader(bytes.NewReader(draw(1)), bytes.NewReader(draw(1)), bytes.NewReader(draw(2)))
			page{to: "/h5/authorization?done=made"}.check(t, b.post("/h5/authorization", wishes("kind", "household")))
			a := s.record(r.Graduate.ID).Authorizations
			if len(a) != 2 || a[1].Number != "279900144444444" {
				t.Errorf("%+v", a)
			}
			s.rand = bytes.NewReader(bytes.Repeat(draw(1), 10))
			page{status: http.StatusConflict, has: []string{"请再试一次"}}.check(t, b.post("/h5/authorization", wishes("kind", "household", "for", "公安局")))
		})
	}
}
