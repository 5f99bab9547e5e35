package h5

import (
	"net/http"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
)

// changePage is what template h5/change draws: 变更申请.
type changePage struct {
	Current  *web.Cells // what is to change
	Ask      *reasonForm
	Requests []requestView
	Next     *web.Link
}

// reasonForm asks for a reason about the revision that was seen.
type reasonForm struct {
	Revision int
	Reason   web.Field
	Files    web.Field
}

func (h *Handler) changeRequest(v *visit) error { return v.showChange(http.StatusOK, "", nil) }

// askChange takes the application.
func (h *Handler) askChange(v *visit) error {
	// A number that is none is no revision: the rule says that it has changed.
	revision, err := strconv.Atoi(v.typed("revision"))
	if err != nil {
		revision = -1
	}
	reason := v.typed("reason")
	err = v.change(func(r model.Record) (model.Change, error) {
		return model.AskChange(r, v.cohort, revision, reason, v.now)
	})
	if e, ok := refusal(err); ok {
		return v.showChange(web.Status(err), reason, e)
	}
	if err != nil {
		return err
	}
	return v.afterAsking("/h5/change", doneAsked)
}

// showChange draws the form while a change can be asked for, else why not.
func (v *visit) showChange(status int, reason string, fault *model.Error) error {
	p := changePage{
		Requests: v.requests(func(q model.Request) bool { return q.Kind == model.RequestChange }),
		Next:     &web.Link{Href: "/h5/home", Text: "返回首页"},
	}
	var banners []web.Banner
	if fault != nil {
		banners = v.again(append(banners, banner(fault)))
	}
	if last := v.record.Latest(); last != nil {
		c := cells("现登记的毕业去向", last.Destination, v.codes)
		p.Current = &c
	}
	why := model.MayAskChange(v.record, v.cohort, v.now)
	switch e, ok := refusal(why); {
	case why == nil:
		p.Next = nil
		p.Ask = &reasonForm{Revision: len(v.record.Revisions), Files: filesField(), Reason: web.Field{
			Name: "reason", Label: "变更原因", Value: reason, Required: true, MaxLength: 200, Error: faultOf(fault, "reason"),
			Hint: "例如：已与原单位解约，改签新单位。最多 200 字，学院和学校会看到。",
		}}
	case v.record.UpdateCause() == model.UpdateGranted && model.MayReport(v.record, v.cohort, v.now) == nil:
		p.Next = &web.Link{Href: "/h5/destination", Text: "更新毕业去向"}
	case ok && (fault == nil || fault.Message != e.Message) && (len(p.Requests) == 0 || e.Code == model.CodeClosed):
		banners = append(banners, web.Banner{Kind: web.BannerInfo, Text: e.Message})
	}
	return v.show(status, "change", "变更申请", p, banners...)
}

// faultOf is what is wrong with a field, "" when nothing is.
func faultOf(fault *model.Error, field string) string {
	if fault != nil && fault.Field == field {
		return fault.Message
	}
	return ""
}
