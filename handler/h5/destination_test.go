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
		"action": {"submit"}, "base": {"0"}, "category": {"10"}, "unit": {"学信咨询服务有限公司"}, "unit_code": {"99990000MA0000000F"},
		"unit_kind": {"39"}, "industry": {"34"}, "unit_place": {"北京市西城区"}, "job_kind": {"13"}, "signed_on": {"2027-05-20"}, "note": {""},
		"archive_type": {"agency"}, "archive_unit": {"北京市海淀区人力资源公共服务中心"}, "archive_place": {"北京市海淀区"}, "archive_address": {""},
		"archive_postcode": {"100195"}, "archive_contact": {"王推"}, "archive_phone": {"010-00000000"},
		"household_type": {"origin"}, "household_place": {"北京市海淀区"},
	}
	for i := 0; i < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

const formPath = "/h5/destination"

// reporter is a graduate who may report, and the browser logged in as that.
func (s *site) reporter(edit func(*model.Graduate)) (model.GraduateID, *browser) {
	s.t.Helper()
	r := s.person(demo.StateNew, edit)
	s.check(r.Graduate.ID)
	return r.Graduate.ID, s.login(r)
}

func TestReport(t *testing.T) {
	s := newSite(t)
	r := s.person(demo.StateNew, nil)
	id, b := r.Graduate.ID, s.login(r)
	page{has: []string{"请先核对基本信息"}, not: []string{`name="category"`}}.check(t, b.get(formPath))
	s.check(id)

	page{
		has: []string{"毕业去向上报", "单位就业", "待就业：求职中", "签就业协议形式就业", "下一步"},
		not: []string{`name="unit"`, "提交审核"},
	}.check(t, b.get(formPath))
	page{status: 422, has: []string{"请选择毕业去向类别"}, raw: []string{`id="f-category-error"`}}.check(t, b.post(formPath, url.Values{"action": {"category"}, "base": {"0"}}))
	page{to: formPath}.check(t, b.post(formPath, url.Values{"action": {"category"}, "base": {"0"}, "category": {"80-801"}}))
	page{
		has: []string{"升学：研究生", "录取学校", "录取学校所在地", "提交审核", "保存草稿"},
		raw: []string{`type="hidden" name="category" value="80-801"`, `<option value="study" selected>`},
		not: []string{`name="unit_code"`, `name="signed_on"`},
	}.check(t, b.get(formPath))

	page{to: formPath + "?done=draft"}.check(t, b.post(formPath, employment("action", "draft", "unit", "")))
	page{
		has: []string{"草稿已保存，尚未提交审核。", "请按营业执照或事业单位法人证书写全称"},
		raw: []string{
			`name="category" value="10"`, `value="北京市西城区"`, `value="100195"`, `<option value="agency" selected>`, `value="99990000MA0000000F"`,
			`<option value="39" selected>`, `type="date" value="2027-05-20"`,
		},
	}.check(t, b.get(formPath+"?done=draft"))

	for _, tc := range []struct {
		name, field, value, says string
		status                   int
	}{
		{"no unit", "unit", " ", "“签就业协议形式就业”需要填写单位名称。请按营业执照", 422},
		{"no code", "unit_code", "", "“签就业协议形式就业”需要填写统一社会信用代码。18 位", 422},
		{"a code with a slip", "unit_code", "99990000MA0000000G", "校验码不符", 422},
		{"a short code", "unit_code", "9999", "应为 18 位，现在是 4 位", 422},
		{"a letter like a digit", "unit_code", "9999OOOOMA0000000F", "第 5 位“O”不会出现在代码中，是否为数字 0", 422},
		{"no kind", "unit_kind", "", "需要填写单位性质", 422},
		{"a kind that is none", "unit_kind", "77", "单位性质中没有所选的一项", 422},
		{"no day", "signed_on", "", "需要填写签约日期。以协议书上双方签字盖章的日期为准", 422},
		{"a day that is none", "signed_on", "上个月", "日期应写成 2027-06-30 的形式", 422},
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
			if tc.field != "category" {
				want.raw = []string{`value="北京市海淀区人力资源公共服务中心"`} // what was typed stays
			}
			want.check(t, b.post(formPath, employment(tc.field, tc.value)))
			if n := len(s.record(id).Revisions); n != 0 {
				t.Fatalf("%d revisions", n)
			}
		})
	}
	// Everything that is missing is marked at once.
	page{
		status: 422, raw: []string{`id="f-unit_code-error"`, `id="f-industry-error"`, `id="f-job_kind-error"`},
	}.check(t, b.post(formPath, employment("unit_code", "", "industry", "", "job_kind", "")))
	page{
		status: 422, raw: []string{`aria-invalid="true" aria-describedby="f-archive_postcode-error"`},
	}.check(t, b.post(formPath, employment("archive_postcode", "12")))

	page{to: "/h5/home?done=reported"}.check(t, b.post(formPath, employment("unit_code", " ９９９９0000ma 0000000f ", "unit", "学信咨询服务有限公司 ", "signed_on", "2027年5月20日")))
	page{has: []string{"毕业去向已提交，等待学院审核。"}}.check(t, b.get("/h5/home?done=reported"))
	if got := s.record(id).Latest().Destination; got != figure8() {
		t.Errorf("reported %+v", got)
	}
	page{
		has: []string{"您的毕业去向正在审核中", "学信咨询服务有限公司", "99990000MA0000000F", "其他企业", "工程技术人员", "2027年5月20日", "转回生源地"},
		not: []string{`name="unit"`},
	}.check(t, b.get(formPath))
	// The second tap on the button, and the second tab, find the state of things,
	// not an error page and not a second revision.
	page{status: http.StatusConflict, has: []string{"信息已有变化", "正在审核中"}}.check(t, b.post(formPath, employment()))
	if n := len(s.record(id).Revisions); n != 1 {
		t.Errorf("%d revisions after a double submit", n)
	}

	s.review(id, model.LevelCollege, model.DecisionReturn, "请上传协议")
	page{
		has: []string{"学院已退回", "请上传协议", "提交审核"},
		raw: []string{`value="学信咨询服务有限公司"`, `name="base" value="1"`},
	}.check(t, b.get(formPath))
	page{to: "/h5/home?done=reported"}.check(t, b.post(formPath, employment("base", "1", "category", "70-701")))
	got := s.record(id).Latest().Destination
	if got.Category != "70" || got.SubCategory != "701" || got.Unit != "" || got.UnitPlace != "" || got.UnitCode != "" || got.SignedOn != "" {
		t.Errorf("a category without a unit kept one: %+v", got)
	}
}

// A draft is kept as it was typed, bad values too, whichever button was pressed,
// and when handing it in was refused; another category and back loses nothing.
func TestDraftsAreKeptAsTyped(t *testing.T) {
	bad := []string{
		"unit", " 某公司（筹）", "unit_code", "９１３2 00OO", "unit_kind", "77", "unit_place", "火星", "signed_on", "大概五月", "archive_postcode", "12",
		"household_place", "?",
	}
	for _, tc := range []struct{ action, to string }{
		{"draft", formPath + "?done=draft"},
		{"change", formPath + "?show=category"},
		{"place:unit_place", formPath + "/place?field=unit_place"},
		{"submit", ""},
	} {
		t.Run(tc.action, func(t *testing.T) {
			s := newSite(t)
			id, b := s.reporter(nil)
			want := page{to: tc.to}
			if tc.to == "" {
				want.status = 422
			}
			want.check(t, b.post(formPath, employment(append(bad, "action", tc.action)...)))
			kept := s.record(id).Draft
			if kept == nil || kept.Unit != " 某公司（筹）" || kept.UnitCode != "９１３2 00OO" || kept.UnitKind != "77" || kept.SignedOn != "大概五月" ||
				kept.Archive.Postcode != "12" || kept.Household.Place != "?" {
				t.Fatalf("kept %+v", kept)
			}
			page{to: formPath}.check(t, b.post(formPath, url.Values{"action": {"category"}, "category": {"46"}}))
			page{has: []string{"应征义务兵"}, not: []string{`name="unit"`, `name="unit_code"`}}.check(t, b.get(formPath))
			page{to: formPath}.check(t, b.post(formPath, url.Values{"action": {"category"}, "category": {"10"}}))
			page{
				raw: []string{`value=" 某公司（筹）"`, `value="９１３2 00OO"`, `<option value="77" selected>`, `type="text" value="大概五月"`, `value="12"`},
			}.check(t, b.get(formPath))
		})
	}
}

func TestReportHousehold(t *testing.T) {
	for _, tc := range []struct {
		roster model.YesNo
		answer string
		has    []string
		not    []string
		kept   bool
	}{
		{model.Yes, "", []string{"户口迁移类型"}, []string{`name="household_in"`}, true},
		{model.No, "", []string{"您的户口未转入学校，无需填写"}, []string{`name="household_type"`, `name="household_in"`}, false},
		{model.Unknown, "yes", []string{"户口是否转入学校", "户口迁移类型"}, nil, true},
		{model.Unknown, "no", []string{"户口是否转入学校"}, nil, false},
		{model.Unknown, "", []string{"户口是否转入学校", `户口迁移类型`}, nil, true},
	} {
		t.Run(string(tc.roster)+"/"+tc.answer, func(t *testing.T) {
			s := newSite(t)
			id, b := s.reporter(func(g *model.Graduate) { g.Basics.HouseholdIn = tc.roster })
			b.post(formPath, employment("action", "draft", "household_in", tc.answer))
			page{has: tc.has, not: tc.not}.check(t, b.get(formPath))
			if tc.roster == model.Unknown && tc.answer == "" {
				page{status: 422, has: []string{"请选择户口是否转入学校"}, raw: []string{`id="f-household_in-error"`}}.check(t, b.post(formPath, employment()))
				tc.answer = "yes"
			}
			page{to: "/h5/home?done=reported"}.check(t, b.post(formPath, employment("household_in", tc.answer)))
			if got := s.record(id).Latest().Destination; got.HasHousehold() != tc.kept {
				t.Errorf("household %+v", got.Household)
			}
		})
	}
}

// The proposal for archive and household stands in the form, to be seen and
// changed: what was never shown is never handed in.
func TestProposedTransfersAreShown(t *testing.T) {
	s := newSite(t)
	id, b := s.reporter(func(g *model.Graduate) {
		g.Basics.HouseholdIn, g.Basics.OriginName = model.Yes, "四川省成都市武侯区"
	})
	b.post(formPath, url.Values{"action": {"category"}, "category": {"70-701"}})
	page{
		has: []string{"没有联系人和地址的容易被退回", "户口一般迁回生源地"},
		raw: []string{
			`<option value="origin" selected>`, `name="archive_unit" type="text" value="四川省成都市武侯区公共就业和人才服务机构"`,
			`name="archive_place" type="text" value="四川省成都市武侯区"`, `name="household_place" type="text" value="四川省成都市武侯区"`,
		},
	}.check(t, b.get(formPath))
	page{to: "/h5/home?done=reported"}.check(t, b.post(formPath, url.Values{
		"action": {"submit"}, "base": {"0"}, "category": {"70-701"}, "archive_type": {""}, "archive_unit": {""}, "archive_place": {""},
		"household_type": {"stay"}, "household_place": {""},
	}))
	got := s.record(id).Latest().Destination
	if got.HasArchive() || got.Household != (model.HouseholdTransfer{Type: "stay"}) {
		t.Errorf("what the graduate took away was handed in: %+v", got)
	}
}

// What is proposed only now is shown before it is handed in.
func TestReceiversAreNotHandedInUnseen(t *testing.T) {
	s := newSite(t)
	id, b := s.reporter(nil)
	page{
		status: 422, has: []string{"已按您填的单位、所在地和类型填入，请核对后再提交"},
		raw: []string{`name="archive_unit" type="text" value="学信咨询服务有限公司"`, `name="archive_place" type="text" value="北京市西城区"`},
	}.check(t, b.post(formPath, employment("archive_type", "employer", "archive_unit", "", "archive_place", "")))
	// What was proposed follows the unit, by whichever button it changes.
	seen := []string{"archive_type", "employer", "archive_unit", "学信咨询服务有限公司", "archive_place", "北京市西城区"}
	b.post(formPath, employment(append(seen, "action", "draft", "unit", "另一家公司")...))
	page{raw: []string{`name="archive_unit" type="text" value="另一家公司"`}}.check(t, b.get(formPath))
	seen[3] = "另一家公司"
	page{
		status: 422, has: []string{"请核对后再提交"}, raw: []string{`name="archive_unit" type="text" value="第三家公司"`},
	}.check(t, b.post(formPath, employment(append(seen, "unit", "第三家公司")...)))
	if len(s.record(id).Revisions) != 0 {
		t.Fatal("handed in what nobody had seen")
	}
	// A place that was proposed and taken away is not asked for again.
	seen[3], seen[5] = "第三家公司", ""
	page{to: "/h5/home?done=reported"}.check(t, b.post(formPath, employment(append(seen, "unit", "第三家公司")...)))
	if a := s.record(id).Latest().Destination.Archive; a.Unit != "第三家公司" || a.Place != "" {
		t.Errorf("archive %+v", a)
	}
}

// Two presses of the button at once hand one revision in.
func TestDoubleSubmit(t *testing.T) {
	s := newSite(t)
	id, b := s.reporter(nil)
	answers := make(chan int, 8)
	for range cap(answers) {
		go func() { answers <- b.post(formPath, employment()).Code }()
	}
	taken := 0
	for range cap(answers) {
		switch code := <-answers; code {
		case http.StatusSeeOther:
			taken++
		case http.StatusConflict:
		default:
			t.Errorf("status %d", code)
		}
	}
	if n := len(s.record(id).Revisions); taken != 1 || n != 1 {
		t.Errorf("%d were taken, %d revisions", taken, n)
	}
}

// TestReportingTime: from the first day to the last instant of the last, in the
// windows after it, and for whom the school has reopened.
func TestReportingTime(t *testing.T) {
	cohort := model.NewCohort(2027)
	cohort.ReportFrom, cohort.Windows = "2027-05-01", []model.Window{{From: "2027-10-08", To: "2027-10-10"}}
	at := func(s string) time.Time {
		tm, err := time.Parse(time.RFC3339Nano, s)
		must(t, err)
		return tm
	}
	for _, tc := range []struct {
		name, now string
		reopened  model.Date
		says      string // "" when it is open
	}{
		{"before the first day", "2027-04-30T23:59:59.999+08:00", "", "毕业去向上报于2027年5月1日开始"},
		{"the first instant", "2027-05-01T00:00:00+08:00", "", ""},
		{"the last instant of the deadline", "2027-08-31T23:59:59.999+08:00", "", ""},
		{"the same, as another clock says it", "2027-08-31T15:59:59.999Z", "", ""},
		{"after the deadline", "2027-09-01T00:00:00+08:00", "", "下一次开放时间为2027年10月8日至2027年10月10日"},
		{"reopened", "2027-09-01T00:00:00+08:00", "2027-09-03", ""},
		{"no longer reopened", "2027-09-04T00:00:00+08:00", "2027-09-03", "已截止"},
		{"before the window", "2027-10-07T23:59:59.999+08:00", "", "已截止"},
		{"in the window", "2027-10-08T00:00:00+08:00", "", ""},
		{"the last instant of the window", "2027-10-10T23:59:59.999+08:00", "", ""},
		{"after the window", "2027-10-11T00:00:00+08:00", "", "更新已于2027年8月31日截止"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newSite(t)
			must(t, s.store.SaveCohort(t.Context(), cohort))
			id, _ := s.reporter(nil)
			if tc.reopened != "" {
				s.rule(id, func(r model.Record) (model.Change, error) {
					return model.Reopen(r, school, tc.reopened, at("2027-09-01T00:00:00+08:00"))
				})
			}
			s.now = at(tc.now)
			b := s.login(s.record(id))
			if tc.says == "" {
				page{has: []string{"下一步"}}.check(t, b.get(formPath))
				page{to: "/h5/home?done=reported"}.check(t, b.post(formPath, employment()))
				return
			}
			page{has: []string{tc.says}, not: []string{`name="category"`}}.check(t, b.get(formPath))
			page{status: http.StatusConflict, has: []string{tc.says}}.check(t, b.post(formPath, employment()))
			page{status: http.StatusConflict, has: []string{tc.says}}.check(t, b.post(formPath, employment("action", "draft")))
			if r := s.record(id); len(r.Revisions) != 0 || r.Draft != nil {
				t.Error("taken outside the time")
			}
		})
	}
}

// For a school whose destinations are born upstream the page is read-only, names
// the platform and leads there; what was found wrong waits for the platform's
// next revision.
func TestDestinationOfUpstream(t *testing.T) {
	s := newSite(t)
	r := s.person(demo.StateUpstream, nil)
	id, b := r.Graduate.ID, s.login(r)
	s.check(id)
	platform := demo.UpstreamSchool()
	receive := func(d model.Destination) {
		s.rule(id, func(r model.Record) (model.Change, error) {
			c, _, err := model.Receive(r, model.NewCohort(2027), d, model.ByUpstream(platform.PlatformName), s.now, s.now, s.table)
			return c, err
		})
	}
	readOnly := page{
		has: []string{"在" + platform.PlatformName + "上报和更新", "前往" + platform.PlatformName},
		raw: []string{`href="` + platform.PlatformURL + `"`}, not: []string{`name="category"`, "提交审核"},
	}
	readOnly.check(t, b.get(formPath))
	page{status: http.StatusConflict, has: []string{"在" + platform.PlatformName + "上报和更新"}}.check(t, b.post(formPath, employment()))
	page{status: http.StatusConflict}.check(t, b.post(formPath, employment("action", "draft")))

	receive(figure8())
	readOnly.has = append(readOnly.has, "学信咨询服务有限公司")
	readOnly.check(t, b.get(formPath))
	wrong := url.Values{"answer": {"wrong"}, "wrong": {"unit"}, "note": {"单位改了名"}, "revision": {"1"}}
	page{to: "/h5/home?done=wrong"}.check(t, b.post("/h5/confirmation", wrong))
	page{has: []string{"请在" + platform.PlatformName + "更新毕业去向，更新后的信息传到本系统后，再到这里确认"}}.check(t, b.get("/h5/home"))
	readOnly.has = append(readOnly.has, "您指出的问题", "单位改了名", "更新后的信息传到本系统后")
	readOnly.check(t, b.get(formPath))
	page{status: http.StatusConflict}.check(t, b.post(formPath, employment("base", "1")))

	mended := figure8()
	mended.Unit = "学信咨询有限公司"
	receive(mended)
	page{has: []string{"学信咨询有限公司", "请确认您的去向登记信息"}}.check(t, b.get("/h5/confirmation"))
	if n := len(s.record(id).Revisions); n != 2 {
		t.Errorf("%d revisions", n)
	}
}
