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

func TestConfirmation(t *testing.T) {
	s := newSite(t)
	r := s.approved()
	b := s.login(r)
	w := b.get("/h5/confirmation")
	page{
		has: []string{
			"去向登记确认", "周明哲", "签就业协议形式就业", "学信咨询服务有限公司", "北京市西城区", "托管单位接收", "北京市海淀区人力资源公共服务中心", "转回生源地",
			"以上毕业去向信息于2027年06月10日通过本系统上报，请根据实际情况，认真核对确认。", "* 请确认您的去向登记信息",
			"信息无误，确认登记去向", "信息有误，需更新后确认", "请于2027年8月31日前更新", "否则会影响后续转档、落户", "提交",
		},
		raw: []string{
			`<input type="radio" name="answer" value="right" required>`, `<input type="radio" name="answer" value="wrong" required>`,
			"<dt>档案转递单位名称</dt>", "<dt>档案转递单位所在地</dt>", "<dt>户口迁移所在地</dt>",
		},
	}.check(t, w)
	body := w.Body.String()
	if strings.Index(body, "否则会影响后续转档、落户") > strings.Index(body, ">提交</button>") {
		t.Error("the warning stands below the button")
	}
	if hidden(t, w, "revision") != "1" {
		t.Error("the page does not name the revision")
	}

	for _, tc := range []struct {
		name   string
		form   url.Values
		status int
		says   string
	}{
		{"no answer", url.Values{"revision": {"1"}}, 422, "请选择“信息无误，确认登记去向”"},
		{"another answer", url.Values{"revision": {"1"}, "answer": {"maybe"}}, 422, "请选择“信息无误，确认登记去向”"},
		{"wrong without what", url.Values{"revision": {"1"}, "answer": {"wrong"}}, 422, "请选择哪些信息有误"},
		{"wrong in a field that is none", url.Values{"revision": {"1"}, "answer": {"wrong"}, "wrong": {"moon"}}, 422, "无法识别"},
		{"too long", url.Values{"revision": {"1"}, "answer": {"wrong"}, "note": {strings.Repeat("长", 201)}}, 422, "最多 200 字"},
		{"no revision", url.Values{"answer": {"right"}}, 409, "信息已有变化"},
		{"a revision to come", url.Values{"revision": {"2"}, "answer": {"right"}}, 409, "信息已有变化"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			page{status: tc.status, has: []string{tc.says}}.check(t, b.post("/h5/confirmation", tc.form))
			if n := len(s.record(r.Graduate.ID).Confirmations); n != 0 {
				t.Fatalf("%d confirmations", n)
			}
		})
	}
	page{
		status: 422,
		raw:    []string{"<details class=\"card\" open>", `name="answer" value="wrong" checked`, "说不清</textarea>"},
	}.check(t, b.post("/h5/confirmation", url.Values{"revision": {"1"}, "answer": {"wrong"}, "note": {strings.Repeat("长", 200) + "说不清"}}))

	// Two tabs: the second sees that it is done.
	right := url.Values{"revision": {"1"}, "answer": {"right"}, "note": {"unused"}}
	page{to: "/h5/home?done=confirmed"}.check(t, b.post("/h5/confirmation", right))
	page{status: http.StatusConflict, has: []string{"您已于2027年6月10日确认登记去向", "核验授权"}, not: []string{`name="answer"`}}.check(t, b.post("/h5/confirmation", right))
	if c := s.record(r.Graduate.ID).Confirmations; len(c) != 1 || c[0].Note != "" {
		t.Errorf("confirmations %+v", c)
	}
	page{has: []string{"您已于2027年6月10日确认登记去向", "学信咨询服务有限公司"}, not: []string{`name="answer"`}}.check(t, b.get("/h5/confirmation"))
}

func TestConfirmationWrong(t *testing.T) {
	s := newSite(t)
	r := s.approved()
	b := s.login(r)
	page{to: "/h5/home?done=wrong"}.check(t, b.post("/h5/confirmation", url.Values{
		"revision": {"1"}, "answer": {"wrong"}, "wrong": {"unit", "archive"}, "note": {"换了单位"},
	}))
	page{
		has: []string{"您指出的问题", "单位（学校）名称或所在地、档案转递信息", "换了单位", "更新毕业去向"},
		not: []string{`name="answer"`},
	}.check(t, b.get("/h5/confirmation"))
	page{status: http.StatusConflict}.check(t, b.post("/h5/confirmation", url.Values{"revision": {"1"}, "answer": {"right"}}))
	page{has: []string{"换了单位", "提交审核"}}.check(t, b.get("/h5/destination"))

	// A page that was open since revision 1 sees what changed, and is asked again.
	page{to: "/h5/home?done=reported"}.check(t, b.post("/h5/destination", employment("base", "1", "unit", "新单位有限公司", "archive_contact", "")))
	s.review(r.Graduate.ID, model.LevelCollege, model.DecisionApprove, "")
	s.review(r.Graduate.ID, model.LevelSchool, model.DecisionApprove, "")
	w := b.post("/h5/confirmation", url.Values{"revision": {"1"}, "answer": {"right"}})
	page{
		status: http.StatusConflict, has: []string{"信息已有变化", "新单位有限公司", "原为：学信咨询服务有限公司", "原为：王推", "信息无误，确认登记去向"},
	}.check(t, w)
	if hidden(t, w, "revision") != "2" {
		t.Error("it is not revision 2 that is asked about")
	}
	page{to: "/h5/home?done=confirmed"}.check(t, b.post("/h5/confirmation", url.Values{"revision": {"2"}, "answer": {"right"}}))
}

func TestConfirmationLocked(t *testing.T) {
	s := newSite(t)
	r := s.person(demo.StateReported, nil)
	b := s.login(r)
	locked := func(says string) {
		t.Helper()
		page{has: []string{says}, not: []string{`name="answer"`}}.check(t, b.get("/h5/confirmation"))
		page{status: http.StatusConflict, not: []string{`name="answer"`}}.check(t, b.post("/h5/confirmation", url.Values{"revision": {"1"}, "answer": {"right"}}))
	}
	locked("请先核对基本信息")
	s.check(r.Graduate.ID)
	locked("您还没有上报毕业去向")
	s.report(r.Graduate.ID, nil)
	locked("还在审核中")
	s.review(r.Graduate.ID, model.LevelCollege, model.DecisionApprove, "")
	locked("还在审核中")
	s.review(r.Graduate.ID, model.LevelSchool, model.DecisionReturn, "请补充")
	locked("已被退回")
	if len(s.record(r.Graduate.ID).Confirmations) != 0 {
		t.Error("confirmed without both approvals")
	}
}

// Figure 6 of the guide itself: an odd combination, which only warns.
func TestConfirmationOddButAllowed(t *testing.T) {
	s := newSite(t)
	r := s.person(demo.StateApproved, nil)
	s.check(r.Graduate.ID)
	s.report(r.Graduate.ID, func(d *model.Destination) {
		*d = model.Destination{
			Category: "70", SubCategory: "701",
			Archive:   model.ArchiveTransfer{Type: "employer", Unit: "北京市海淀区人力资源公共服务中心", Place: "北京市海淀区"},
			Household: model.HouseholdTransfer{Type: "employer", Place: "北京市海淀区"},
		}
	})
	s.review(r.Graduate.ID, model.LevelCollege, model.DecisionApprove, "")
	s.review(r.Graduate.ID, model.LevelSchool, model.DecisionApprove, "")
	s.now = time.Date(2027, 9, 2, 9, 0, 0, 0, model.Shanghai) // confirming goes on after the deadline
	b := s.login(r)
	page{has: []string{"求职中", "档案转递类型却是“签约单位接收”", "户口迁移类型却是“签约单位接收”", "需由学校就业指导中心重新开放"}}.check(t, b.get("/h5/confirmation"))
	page{to: "/h5/home?done=confirmed"}.check(t, b.post("/h5/confirmation", url.Values{"revision": {"1"}, "answer": {"right"}}))
}

func TestConfirmationUpstream(t *testing.T) {
	s := newSite(t)
	r := s.person(demo.StateUpstream, nil)
	s.check(r.Graduate.ID)
	reported := time.Date(2027, 5, 24, 8, 0, 0, 0, model.Shanghai)
	s.rule(r.Graduate.ID, func(r model.Record) (model.Change, error) {
		ch, _, err := model.Receive(r, model.NewCohort(2027), figure8(), model.ByUpstream("平台"), reported, s.now, s.table)
		return ch, err
	})
	b := s.login(r)
	page{has: []string{"于2027年05月24日通过" + demo.UpstreamSchool().PlatformName + "上报", "前在" + demo.UpstreamSchool().PlatformName + "更新"}}.check(t, b.get("/h5/confirmation"))
}
