package h5_test

import (
	"net/url"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/demo"
)

func TestHomeFollowsTheFlow(t *testing.T) {
	s := newSite(t)
	r := s.person(demo.StateNew, nil)
	id := r.Graduate.ID
	s.check(id)
	b := s.login(r)

	page{
		has: []string{
			"请上报毕业去向", "林小满，您好！示范大学 · 2027届 · 本科", "当前办理方：您本人", "距 2027年8月31日截止还有 82 天",
			"去向登记确认", "您还没有上报毕业去向。上报并通过学院、学校审核后才能确认。", "核验授权", "完成去向登记确认后，才能进行核验授权。",
			"您还没有绑定微信，收不到进度和截止日期提醒", "辅导员",
		},
		raw: []string{`<a class="weui-btn weui-btn_primary" href="/h5/destination">上报毕业去向</a>`},
		not: []string{`href="/h5/confirmation"`, `href="/h5/authorization"`, "切换学籍"},
	}.check(t, b.get("/h5/home"))

	b.post(formPath, employment("action", "draft", "unit", ""))
	page{has: []string{"您有未提交的草稿，可以接着填写"}}.check(t, b.get("/h5/home"))

	s.report(id, nil)
	page{not: []string{"未提交的草稿"}}.check(t, b.get("/h5/home"))
	s.now = s.now.AddDate(0, 0, 3)
	b = s.login(r)
	page{
		has: []string{"学院审核中", "当前办理方：学院 · 2027年6月10日起，已等待 3 天", "您的毕业去向还在审核中"},
		raw: []string{`<a class="weui-btn weui-btn_primary" href="/h5/destination">查看已提交的去向</a>`},
	}.check(t, b.get("/h5/home"))

	s.review(id, model.LevelCollege, model.DecisionReturn, "单位名称与协议书不一致")
	page{
		has: []string{"已退回，请修改", "学院退回原因：单位名称与协议书不一致", "学院已退回，修改后重新提交"},
		raw: []string{`href="/h5/destination">修改毕业去向</a>`},
	}.check(t, b.get("/h5/home"))

	s.report(id, nil)
	s.review(id, model.LevelCollege, model.DecisionApprove, "")
	page{has: []string{"学校审核中", "学校就业指导中心"}}.check(t, b.get("/h5/home"))
	s.review(id, model.LevelSchool, model.DecisionApprove, "")
	page{
		has: []string{"请确认毕业去向", "您的毕业去向已通过学院、学校审核"},
		raw: []string{`<a class="weui-btn weui-btn_primary" href="/h5/confirmation">去向登记确认</a>`, `<a class="weui-cell link" href="/h5/confirmation">`},
	}.check(t, b.get("/h5/home"))

	s.rule(id, func(r model.Record) (model.Change, error) {
		return model.Confirm(r, model.Confirmation{Revision: 2, Answer: model.AnswerWrong, Wrong: []string{"unit"}, Note: "单位改名了"}, s.now)
	})
	page{has: []string{"信息有误，请更新", "您说明的情况：单位改名了"}, raw: []string{`href="/h5/destination">更新毕业去向</a>`}}.check(t, b.get("/h5/home"))

	s.now = time.Date(2027, 8, 30, 9, 0, 0, 0, model.Shanghai)
	b = s.login(r)
	page{has: []string{"距 2027年8月31日截止还有 1 天，请尽快办理"}}.check(t, b.get("/h5/home"))
	s.now = time.Date(2027, 9, 1, 0, 0, 0, 0, model.Shanghai)
	b = s.login(r)
	page{
		has: []string{"更新已于2027年8月31日截止", "请联系学校就业指导中心"},
		not: []string{"weui-btn_primary", "请尽快办理"},
	}.check(t, b.get("/h5/home"))
}

func TestHomeAfterConfirming(t *testing.T) {
	s := newSite(t)
	r := s.approved()
	id := r.Graduate.ID
	b := s.login(r)
	s.rule(id, func(r model.Record) (model.Change, error) {
		return model.Confirm(r, model.Confirmation{Revision: 1, Answer: model.AnswerRight}, s.now)
	})
	page{
		has: []string{"已确认，可核验授权", "您已于2027年6月10日确认登记去向", "2027年6月10日 09:30"},
		raw: []string{`<a class="weui-btn weui-btn_primary" href="/h5/authorization">核验授权</a>`, `<a class="weui-cell link" href="/h5/authorization">`},
	}.check(t, b.get("/h5/home"))

	page{to: "/h5/authorization?done=made"}.check(t, b.post("/h5/authorization", wishes("valid", "7")))
	page{has: []string{"已确认并授权核验", "有登记信息表将于2027年6月17日到期"}}.check(t, b.get("/h5/home"))
	s.now = s.now.AddDate(0, 0, 8)
	b = s.login(r)
	page{has: []string{"您的登记信息表已过有效期"}}.check(t, b.get("/h5/home"))
}

func TestHomeOfAFollower(t *testing.T) {
	s := newSite(t)
	r := s.person(demo.StateNew, nil)
	s.check(r.Graduate.ID)
	_, err := s.store.ChangeAccount(t.Context(), r.Graduate.AccountID, "oDemo0000001", func(a model.Account, holder *model.Account) (model.AccountChange, error) {
		return model.Bind(a, holder, "oDemo0000001", false, s.now)
	})
	must(t, err)
	b := s.login(r)
	page{has: []string{"您没有关注公众号，收不到进度和截止日期提醒"}}.check(t, b.get("/h5/home"))
	_, err = s.store.Follow(t.Context(), "oDemo0000001", true, "", s.now)
	must(t, err)
	page{not: []string{"没有关注公众号", "没有绑定微信"}}.check(t, b.get("/h5/home"))
}

func TestHomeUpstream(t *testing.T) {
	s := newSite(t)
	r := s.person(demo.StateUpstream, nil)
	s.check(r.Graduate.ID)
	b := s.login(r)
	platform := demo.UpstreamSchool()
	page{
		has: []string{"请在" + platform.PlatformName + "上报毕业去向", "前往" + platform.PlatformName},
		raw: []string{`class="weui-btn weui-btn_primary" href="` + platform.PlatformURL},
	}.check(t, b.get("/h5/home"))
	page{has: []string{"本系统只供核对确认"}, not: []string{`name="category"`}}.check(t, b.get("/h5/destination"))
	page{status: 409, has: []string{"本系统只供核对确认"}}.check(t, b.post("/h5/destination", url.Values{"action": {"submit"}, "base": {"0"}, "category": {"70-701"}}))
}

func TestHomeWithTwoRecords(t *testing.T) {
	s := newSite(t)
	must(t, s.store.SaveCohort(t.Context(), model.NewCohort(2025)))
	first := s.person(demo.StateTwoCohorts, nil)
	second := s.person(demo.StateTwoCohorts, func(g *model.Graduate) {
		g.CohortCode, g.Basics.Level, g.Basics.ExamNumber = "2025", "41", "22"+g.Basics.ExamNumber[2:]
	})
	if first.Graduate.AccountID != second.Graduate.AccountID {
		t.Fatal("two accounts")
	}
	s.check(first.Graduate.ID)
	page{has: []string{"切换学籍", "2027届"}}.check(t, s.login(first).get("/h5/home"))
}
