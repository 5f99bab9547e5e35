package h5

import (
	"net/http"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
)

// destinationPage is what template h5/destination draws: the form while the
// graduate may report, else what was handed in.
type destinationPage struct {
	Form     *destinationForm
	Reported *web.Cells
	Said     *web.Cells // why it came back, or what was said to be wrong
	Next     *web.Link
	Platform *web.Link // the platform upstream, when destinations are born there
}

// Actions of the destination form's buttons.
const (
	actionCategory = "category" // show the fields of another category
	actionDraft    = "draft"
	actionSubmit   = "submit"
)

const destinationTitle = "毕业去向上报"

func (h *Handler) destination(v *visit) error {
	return v.showDestination(http.StatusOK, v.started(), nil)
}

// started is what the form begins with: the draft, else what was handed in
// last, else nothing.
func (v *visit) started() model.Destination {
	switch last := v.record.Latest(); {
	case v.record.Draft != nil:
		return *v.record.Draft
	case last != nil:
		return last.Destination
	default:
		return model.Destination{}
	}
}

// report takes the form: action submit hands it in, draft and category keep it
// as typed.
func (h *Handler) report(v *visit) error {
	d, err := v.typedDestination()
	if err != nil {
		e, _ := refusal(err)
		return v.showDestination(web.Status(err), d, e)
	}
	action := v.typed("action")
	// A number that is none is no revision: the rule says that it has changed.
	base, err := strconv.Atoi(v.typed("base"))
	if err != nil {
		base = -1
	}
	err = v.change(func(r model.Record) (model.Change, error) {
		switch action {
		case actionSubmit:
			return model.Report(r, v.cohort, base, d, v.codes, v.now)
		case actionDraft, actionCategory:
			return model.SaveDraft(r, v.cohort, d, v.now)
		default:
			return model.Change{}, model.Invalid("action", "请选择“提交审核”或“保存草稿”。")
		}
	})
	if e, ok := refusal(err); ok {
		return v.showDestination(web.Status(err), d, e)
	}
	switch {
	case err != nil:
		return err
	case action == actionSubmit:
		return v.seeDone("/h5/home", doneReported)
	case action == actionDraft:
		return v.seeDone("/h5/destination", doneDraft)
	default:
		return web.SeeOther(v.c, "/h5/destination")
	}
}

// showDestination draws the form with d in it, or why there is none.
func (v *visit) showDestination(status int, d model.Destination, fault *model.Error) error {
	var p destinationPage
	var banners []web.Banner
	last := v.record.Latest()
	p.Said = v.returned()
	why := model.MayReport(v.record, v.cohort, v.now)
	if why == nil {
		p.Form = v.destinationForm(d, fault)
		if fault != nil {
			banners = append(banners, banner(fault))
		}
		return v.show(status, "destination", destinationTitle, p, banners...)
	}
	if fault != nil && fault.Code != model.CodeInvalid {
		banners = append(banners, banner(fault))
	}
	if e, ok := refusal(why); ok && (fault == nil || fault.Message != e.Message) {
		banners = append(banners, web.Banner{Kind: web.BannerInfo, Text: e.Message})
	}
	if last != nil {
		c := cells("已上报的毕业去向", last.Destination, v.codes)
		c.Items = append(c.Items, web.Cell{Label: "上报时间", Value: model.Minute(last.ReportedAt)})
		p.Reported = &c
	}
	p.Next = &web.Link{Href: "/h5/home", Text: "返回首页"}
	if s := v.record.School; s.Origin == model.OriginUpstream && s.PlatformURL != "" {
		p.Platform = &web.Link{Href: s.PlatformURL, Text: "前往" + s.PlatformName}
	}
	return v.show(status, "destination", "毕业去向", p, banners...)
}

// returned says why the latest revision must be mended; nil when it need not.
func (v *visit) returned() *web.Cells {
	s := v.record.Standing()
	switch s.Step {
	case model.StepRevise:
		return &web.Cells{Title: s.Returned.Chinese() + "已退回", Items: []web.Cell{
			{Label: "退回原因", Value: s.Reason}, {Label: "退回时间", Value: model.Minute(s.Since)},
		}}
	case model.StepUpdate:
		said := v.record.Confirmations[len(v.record.Confirmations)-1]
		return &web.Cells{Title: "您指出的问题", Items: []web.Cell{
			{Label: "有误的信息", Value: wrongInWords(said.Wrong)}, {Label: "说明", Value: said.Note},
		}}
	default:
		return nil
	}
}
