package h5

import (
	"quxiang/handler/web"
	"quxiang/model"
)

// stages of the timeline, in the guide's order.
const (
	stageReport = iota
	stageCollege
	stageSchool
	stageConfirm
	stageAuthorize
	stages
)

// stageOf is where a step stands on the timeline; the steps before the report
// are not on it.
var stageOf = map[model.Step]int{
	model.StepReport: stageReport, model.StepRevise: stageReport, model.StepUpdate: stageReport,
	model.StepCollegeReview: stageCollege, model.StepSchoolReview: stageSchool,
	model.StepConfirm: stageConfirm, model.StepAuthorize: stageAuthorize, model.StepDone: stages,
}

// timeline says how far the present revision has come, with dates. What an
// older revision had reached is not shown: it no longer holds.
func timeline(r model.Record, n model.NextStep) web.Steps {
	items := [stages]web.StepItem{
		stageReport: {Text: "毕业去向上报"}, stageCollege: {Text: "学院审核"}, stageSchool: {Text: "学校审核"},
		stageConfirm: {Text: "去向登记确认"}, stageAuthorize: {Text: "核验授权"},
	}
	now, ok := stageOf[n.Step]
	if !ok { // a change is asked for: what it is about has come this far
		if now = stageConfirm; r.Confirmed() != nil && r.Confirmed().Revision == len(r.Revisions) {
			now = stages
		}
	}
	for i := range items {
		switch {
		case i < now:
			items[i].State = web.StepDone
		case i == now:
			items[i].State = web.StepNow
		default:
			items[i].State = web.StepTodo
		}
	}
	if last := r.Latest(); last != nil {
		if now > stageReport {
			items[stageReport].Time = model.Minute(last.ReportedAt)
		}
		for _, rv := range last.Reviews {
			if rv.Decision != model.DecisionApprove || now == stageReport {
				continue
			}
			stage := stageCollege
			if rv.Level == model.LevelSchool {
				stage = stageSchool
			}
			items[stage].Time = model.Minute(rv.At)
		}
	}
	switch n.Step {
	case model.StepRevise:
		items[stageReport].Note = n.Returned.Chinese() + "已退回，修改后重新提交"
	case model.StepUpdate:
		items[stageReport].Note = map[model.UpdateCause]string{
			model.UpdateVoid: "原登记已作废，等待重新登记", model.UpdateGranted: "变更申请已通过，等待更新", model.UpdateWrong: "您指出信息有误，等待更新",
		}[r.UpdateCause()]
	case model.StepConfirm:
		if r.Confirmed() != nil {
			items[stageConfirm].Note = "去向有更新，请重新确认"
		}
	case model.StepChangeCollege, model.StepChangeSchool:
		items[stageReport].Note = n.Step.Chinese() + "，通过后重新上报"
		if now == stages {
			items[stageConfirm].Time = model.Minute(r.Confirmed().At)
		}
	case model.StepAuthorize, model.StepDone:
		items[stageConfirm].Time = model.Minute(r.Confirmed().At)
	}
	for i := range items {
		if n.Disputed && items[i].State == web.StepNow {
			items[i].Note = "您反映的情况正在核实，暂停办理"
		}
	}
	if n.Step == model.StepDone {
		items[stageAuthorize].Time = model.Minute(n.Since)
	}
	return web.Steps{Title: "办理进度", Items: items[:]}
}
