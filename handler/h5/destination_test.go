package h5_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/demo"
)

// employment is the posted form of figure8.
func employment(pairs ...string) url.Values {
	f := url.Values{
		"action": {"submit"}, "base": {"0"}, "category": {"10"}, "unit": {"学信咨询服务有限公司"}, "unit_place": {"北京市西城区"},
		"archive_type": {"agency"}, "archive_unit": {"北京市海淀区人力资源公共服务中心"}, "archive_place": {"北京市海淀区"},
		"archive_postcode": {"100195"}, "archive_contact": {"王推"}, "archive_phone": {"010-00000000"},
		"household_type": {"origin"}, "household_place": {"北京市海淀区"},
	}
	for i := 0; i < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

func TestReport(t *testing.T) {
	s := newSite(t)
	r := s.person(demo.StateNew, nil)
	b := s.login(r)
	page{has: []string{"请先核对基本信息"}, not: []string{`name="category"`}}.check(t, b.get("/h5/destination"))
	s.check(r.Graduate.ID)

	page{
		has: []string{"毕业去向上报", "待就业：求职中", "签就业协议形式就业", "下一步"},
		not: []string{`name="unit"`, "提交审核"},
	}.check(t, b.get("/h5/destination"))
	page{to: "/h5/destination"}.check(t, b.post("/h5/destination", url.Values{"action": {"category"}, "base": {"0"}, "category": {"80-801"}}))
	page{
		has: []string{"录取学校", "录取学校所在地", "提交审核", "保存草稿"},
		raw: []string{`<option value="80-801" selected>`},
	}.check(t, b.get("/h5/destination"))

	page{to: "/h5/destination?done=draft"}.check(t, b.post("/h5/destination", employment("action", "draft", "unit", "")))
	page{
		has: []string{"草稿已保存，尚未提交审核。"},
		raw: []string{`<option value="10" selected>`, `value="北京市西城区"`, `value="100195"`, `<option value="agency" selected>`},
	}.check(t, b.get("/h5/destination?done=draft"))

	for _, tc := range []struct {
		name, field, value, says string
		status                   int
	}{
		{"no unit", "unit", " ", "“签就业协议形式就业”需要填写单位名称", 422},
		{"no category", "category", "", "请选择毕业去向类别", 422},
		{"a category that is none", "category", "99-1", "请选择毕业去向类别", 422},
		{"a finer code of another category", "category", "10-701", "不属于", 422},
		{"a postcode that is none", "archive_postcode", "12", "单位邮编应为 6 位数字", 422},
		{"archive without a type", "archive_type", "", "请选择档案转递类型", 422},
		{"a type that is none", "household_type", "moon", "请选择户口迁移类型", 422},
		{"too long", "archive_contact", strings.Repeat("长", 121), "最多 120 个字", 422},
		{"an action that is none", "action", "x", "提交审核", 422},
		{"another tab was faster", "base", "1", "信息已有变化", 409},
		{"no base", "base", "", "信息已有变化", 409},
	} {
		t.Run(tc.name, func(t *testing.T) {
			want := page{status: tc.status, has: []string{tc.says}}
			if tc.field != "category" || strings.HasPrefix(tc.value, "10") {
				want.raw = []string{`value="北京市海淀区人力资源公共服务中心"`} // what was typed stays
			}
			want.check(t, b.post("/h5/destination", employment(tc.field, tc.value)))
			if n := len(s.record(r.Graduate.ID).Revisions); n != 0 {
				t.Fatalf("%d revisions", n)
			}
		})
	}
	page{
		status: 422, raw: []string{`aria-invalid="true" aria-describedby="f-archive_postcode-error"`},
	}.check(t, b.post("/h5/destination", employment("archive_postcode", "12")))

	page{to: "/h5/home?done=reported"}.check(t, b.post("/h5/destination", employment()))
	page{has: []string{"毕业去向已提交，等待学院审核。"}}.check(t, b.get("/h5/home?done=reported"))
	if got := s.record(r.Graduate.ID).Latest().Destination; got != figure8() {
		t.Errorf("reported %+v", got)
	}
	page{
		has: []string{"您的毕业去向正在审核中", "学信咨询服务有限公司", "转回生源地"},
		not: []string{`name="unit"`},
	}.check(t, b.get("/h5/destination"))
	// The second tab's post finds the state of things, not an error page.
	page{status: http.StatusConflict, has: []string{"信息已有变化", "正在审核中"}}.check(t, b.post("/h5/destination", employment()))

	s.review(r.Graduate.ID, model.LevelCollege, model.DecisionReturn, "请上传协议")
	page{
		has: []string{"学院已退回", "请上传协议", "提交审核"},
		raw: []string{`value="学信咨询服务有限公司"`, `name="base" value="1"`},
	}.check(t, b.get("/h5/destination"))
	page{to: "/h5/home?done=reported"}.check(t, b.post("/h5/destination", employment("base", "1", "category", "70-701")))
	got := s.record(r.Graduate.ID).Latest().Destination
	if got.Category != "70" || got.SubCategory != "701" || got.Unit != "" || got.UnitPlace != "" {
		t.Errorf("a category without a unit kept one: %+v", got)
	}
}

func TestReportHousehold(t *testing.T) {
	for _, tc := range []struct {
		roster model.YesNo
		answer string
		has    []string
		not    []string
		status int
		says   string
	}{
		{model.Yes, "", []string{"户口迁移类型"}, []string{`name="household_in"`}, http.StatusSeeOther, ""},
		{model.No, "", []string{"您的户口未转入学校，无需填写"}, []string{`name="household_type"`, `name="household_in"`}, 422, "户口未转入学校的，不需要填写"},
		{model.Unknown, "yes", []string{"户口是否转入学校", "户口迁移类型"}, nil, http.StatusSeeOther, ""},
		{model.Unknown, "no", []string{"户口是否转入学校"}, nil, 422, "户口未转入学校的，不需要填写"},
	} {
		t.Run(string(tc.roster)+"/"+tc.answer, func(t *testing.T) {
			s := newSite(t)
			r := s.person(demo.StateNew, func(g *model.Graduate) { g.Basics.HouseholdIn = tc.roster })
			s.check(r.Graduate.ID)
			b := s.login(r)
			b.post("/h5/destination", employment("action", "draft", "household_in", tc.answer))
			page{has: tc.has, not: tc.not}.check(t, b.get("/h5/destination"))
			w := b.post("/h5/destination", employment("household_in", tc.answer))
			if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.says) {
				t.Errorf("status %d, want %d", w.Code, tc.status)
			}
		})
	}
}

func TestReportAfterTheDeadline(t *testing.T) {
	s := newSite(t)
	r := s.person(demo.StateNew, nil)
	s.check(r.Graduate.ID)
	s.now = time.Date(2027, 9, 1, 0, 0, 0, 0, model.Shanghai)
	b := s.login(r)
	page{has: []string{"更新已于2027年8月31日截止"}, not: []string{`name="category"`}}.check(t, b.get("/h5/destination"))
	page{status: http.StatusConflict, has: []string{"截止"}}.check(t, b.post("/h5/destination", employment()))
	if len(s.record(r.Graduate.ID).Revisions) != 0 {
		t.Error("reported too late")
	}
}

// Codes that came with a roster stay while category and unit do.
func TestReportKeepsWhatIsNotAsked(t *testing.T) {
	s := newSite(t)
	r := s.person(demo.StateNew, nil)
	s.check(r.Graduate.ID)
	s.report(r.Graduate.ID, func(d *model.Destination) { d.UnitKind = "39" })
	s.review(r.Graduate.ID, model.LevelCollege, model.DecisionReturn, "请补充档案")
	b := s.login(r)
	page{to: "/h5/home?done=reported"}.check(t, b.post("/h5/destination", employment("base", "1")))
	if got := s.record(r.Graduate.ID).Latest().Destination.UnitKind; got != "39" {
		t.Errorf("kind of unit %q", got)
	}
	s.review(r.Graduate.ID, model.LevelCollege, model.DecisionReturn, "单位不对")
	page{to: "/h5/home?done=reported"}.check(t, b.post("/h5/destination", employment("base", "2", "unit", "另一家公司")))
	if got := s.record(r.Graduate.ID).Latest().Destination.UnitKind; got != "" {
		t.Errorf("kind of unit %q of another unit", got)
	}
}
