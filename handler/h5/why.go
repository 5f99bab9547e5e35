package h5

import (
	"quxiang/handler/web"
	"quxiang/model"
)

// returned says why the latest revision must be mended; nil when it need not.
func (v *visit) returned() *web.Cells {
	s := v.record.Standing()
	if s.Step == model.StepRevise {
		return &web.Cells{Title: s.Returned.Chinese() + "已退回", Items: []web.Cell{
			{Label: "退回原因", Value: s.Reason}, {Label: "退回时间", Value: model.Minute(s.Since)},
		}}
	}
	return v.whyUpdate(s)
}

// whyUpdate says why an approved revision is to be replaced; nil when it is not.
func (v *visit) whyUpdate(s model.Standing) *web.Cells {
	switch v.record.UpdateCause() {
	case model.UpdateVoid:
		return &web.Cells{Title: "原登记已作废", Items: []web.Cell{
			{Label: "作废时间", Value: model.Minute(s.Since)},
			{Label: "说明", Value: "学校监督人员已核实原登记并非您本人登记。请重新登记。", Link: &web.Link{Href: "/h5/dispute", Text: "查看答复"}},
		}}
	case model.UpdateGranted:
		return &web.Cells{Title: "变更申请已通过", Items: []web.Cell{
			{Label: "变更原因", Value: s.Reason},
			{Label: "通过时间", Value: model.Minute(s.Since)},
			{Label: "说明", Value: "请在下面更新后重新提交审核。原登记在新的去向通过审核并确认之前仍然有效。", Link: &web.Link{Href: "/h5/change", Text: "查看申请"}},
		}}
	case model.UpdateWrong:
		said := v.record.Confirmations[len(v.record.Confirmations)-1]
		return &web.Cells{Title: "您指出的问题", Items: []web.Cell{
			{Label: "有误的信息", Value: wrongInWords(said.Wrong)},
			{Label: "说明", Value: said.Note},
			{Label: "提交时间", Value: model.Minute(said.At)},
		}}
	}
	return nil
}
