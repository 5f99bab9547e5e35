package admin_test

import (
	"net/http/httptest"
	"net/url"
	"testing"

	"quxiang/model"
)

// askChange brings a graduate to a 变更申请 about an approved destination.
func (s *site) askChange(unit, reason string) model.GraduateID {
	s.t.Helper()
	id := s.report(s.graduate(here, collegeA, classA, nil).Graduate.ID, unit).Graduate.ID
	s.decide(id, model.LevelCollege, model.DecisionApprove)
	s.decide(id, model.LevelSchool, model.DecisionApprove)
	s.rule(id, func(r model.Record) (model.Change, error) {
		return model.Confirm(r, model.Confirmation{Revision: 1, Answer: model.AnswerRight}, s.now)
	})
	s.rule(id, func(r model.Record) (model.Change, error) {
		return model.AskChange(r, model.NewCohort(2027), 1, reason, s.now)
	})
	return id
}

func ruling(w *httptest.ResponseRecorder, t *testing.T, decision, reason string) url.Values {
	t.Helper()
	return url.Values{
		"request": {hidden(t, w, "request")}, "level": {hidden(t, w, "level")}, "queue": {hidden(t, w, "queue")}, "decision": {decision}, "reason": {reason},
	}
}

func TestChangeApplications(t *testing.T) {
	s := newSite(t)
	first, second := s.askChange("甲公司", "已与甲公司解约"), s.askChange("乙公司", "乙公司停业")
	college := s.operator(model.Operator{Role: model.RoleCounsellor, SchoolCode: here, College: collegeA, Classes: []string{classA}})
	school := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	other := s.operator(model.Operator{Role: model.RoleCollege, SchoolCode: here, College: collegeB})

	page{has: []string{"变更申请待学院审核 2 项待处理", "已与甲公司解约", "乙公司停业"}, not: []string{`name="pick"`}}.check(t, college.get("/admin/changes"))
	page{has: []string{"没有等待学院审核的变更申请"}}.check(t, other.get("/admin/changes?level=college"))
	page{status: 404}.check(t, other.post(path(first)+"/change", url.Values{"request": {"1"}, "level": {"college"}, "decision": {"approve"}}))
	page{has: []string{"变更申请待学院审核", "2 人申请变更已通过的毕业去向"}}.check(t, college.get("/admin"))

	w := college.get(path(first))
	page{has: []string{"变更申请", "已与甲公司解约", "第 1 次上报（已通过审核）", "甲公司", "同意变更", "学院通过", "信息无误，确认登记去向"}, not: []string{"退回修改"}}.check(t, w)
	in := "changes?level=college"
	page{status: 422, has: []string{"不通过时请写明原因"}}.check(t, college.post(path(first)+"/change", ruling(w, t, "return", "")))
	page{to: inQueue(second, in, "granted")}.check(t, college.post(path(first)+"/change", ruling(w, t, "approve", "")))
	// Twice, or late: the page says who has decided.
	page{status: 409, has: []string{"学院同意，管理员 counsellor"}}.check(t, college.post(path(first)+"/change", ruling(w, t, "approve", "")))
	page{to: "/admin/changes?done=finished&level=college"}.check(t, college.post(path(second)+"/change", ruling(college.get(path(second)), t, "return", "请先提供解约证明")))
	if q := s.record(second).Requests[0]; q.State() != model.RequestRefused || q.Answers[0].Reason != "请先提供解约证明" {
		t.Errorf("%+v", q)
	}

	page{has: []string{"甲公司"}, not: []string{"乙公司"}}.check(t, school.get("/admin/changes"))
	w = school.get(path(first))
	page{has: []string{"学院意见", "同意，管理员 counsellor"}}.check(t, w)
	s.rule(first, func(r model.Record) (model.Change, error) { return model.WithdrawRequest(r, 1, s.now) })
	page{status: 409, has: []string{"撤回申请"}}.check(t, school.post(path(first)+"/change", ruling(w, t, "approve", "")))

	third := s.askChange("丙公司", "丙公司搬迁")
	s.rule(third, func(r model.Record) (model.Change, error) {
		op := model.Operator{ID: 7, Name: "x", Role: model.RoleCollege, SchoolCode: here, College: collegeA}
		return model.DecideChange(r, op, model.Ruling{Request: 1, Level: model.LevelCollege, Decision: model.DecisionApprove}, s.now)
	})
	page{to: "/admin/changes?done=finished&level=school"}.check(t, school.post(path(third)+"/change", ruling(school.get(path(third)), t, "approve", "")))
	if step, _ := s.record(third).Step(); step != model.StepUpdate {
		t.Errorf("step %s", step)
	}

	// The new revision is compared with the old one, which stays readable.
	s.report(third, "丁公司")
	page{has: []string{"丁公司", "原为：丙公司", "第 1 次上报"}}.check(t, college.get(path(third)))
}
