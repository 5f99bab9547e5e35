package h5

import (
	"net/http"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
)

// disputePage is what template h5/dispute draws: 这不是我登记的.
type disputePage struct {
	Current  *web.Cells // what is said not to be the graduate's
	Ask      *reasonForm
	Requests []requestView
	Next     *web.Link
}

const disputeTitle = "这不是我登记的"

func (h *Handler) dispute(v *visit) error { return v.showDispute(http.StatusOK, "", nil) }

// askDispute takes the report.
func (h *Handler) askDispute(v *visit) error {
	revision, err := strconv.Atoi(v.typed("revision"))
	if err != nil {
		revision = -1
	}
	reason := v.typed("reason")
	err = v.change(func(r model.Record) (model.Change, error) { return model.Dispute(r, revision, reason, v.now) })
	if e, ok := refusal(err); ok {
		return v.showDispute(web.Status(err), reason, e)
	}
	if err != nil {
		return err
	}
	return v.afterAsking("/h5/dispute", doneDisputed)
}

// showDispute draws the form while the destination can be disputed, else how far
// the report has come. The page names the school's office, never the counsellor:
// he may be the one it is about.
func (v *visit) showDispute(status int, reason string, fault *model.Error) error {
	v.contact = v.h.o.Web.ContactFor(v.c, model.Graduate{SchoolCode: v.record.Graduate.SchoolCode})
	if v.contact == nil {
		v.contact = &model.Contact{Role: model.ContactOffice}
	}
	p := disputePage{
		Requests: v.requests(func(q model.Request) bool { return q.Kind == model.RequestDispute }),
		Next:     &web.Link{Href: "/h5/home", Text: "返回首页"},
	}
	var banners []web.Banner
	if fault != nil {
		banners = v.again(append(banners, banner(fault)))
	}
	last := v.record.Latest()
	if last != nil {
		c := cells("以您的名义登记的毕业去向", last.Destination, v.codes)
		c.Items = append(c.Items, web.Cell{Label: "登记时间", Value: model.Minute(last.ReportedAt)})
		p.Current = &c
	}
	why := model.MayDispute(v.record)
	if why == nil {
		p.Next = nil
		p.Ask = &reasonForm{Revision: last.Number, Files: filesField(), Reason: web.Field{
			Name: "reason", Label: "请写明情况", Value: reason, Required: true, MaxLength: 200, Error: faultOf(fault, "reason"),
			Hint: "例如：我没有与该单位签约。最多 200 字，只有学校监督人员会看到。",
		}}
	} else if e, ok := refusal(why); ok && (fault == nil || fault.Message != e.Message) {
		banners = append(banners, web.Banner{Kind: web.BannerInfo, Text: e.Message})
	}
	return v.show(status, "dispute", disputeTitle, p, banners...)
}
