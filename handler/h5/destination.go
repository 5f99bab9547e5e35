package h5

import (
	"net/http"
	"strconv"
	"strings"

	"quxiang/handler/web"
	"quxiang/model"
)

// destinationPage is what template h5/destination draws: the list of categories
// or the form while the graduate may report, else what was handed in.
type destinationPage struct {
	Base       int // number of the latest revision that the graduate saw
	Categories *categoryList
	Form       *destinationForm
	Reported   *web.Cells
	Said       *web.Cells // why it came back, or what was said to be wrong
	Proofs     *web.Proofs
	Next       *web.Link
	Platform   *web.Link  // the platform upstream, when destinations are born there
	Advice     string     // what happens there next, while it is the platform's turn
	Other      *web.Links // what else can be done about what was handed in
}

// Actions of the destination form's buttons. Every one keeps what was typed.
const (
	actionCategory = "category" // the fields of the category that was chosen
	actionChange   = "change"   // the list of categories again
	actionDraft    = "draft"
	actionSubmit   = "submit"
	actionUnits    = "units"  // look the unit up
	actionUnit     = "unit:"  // take the unit with the code that follows
	actionPlace    = "place:" // choose a place for the field that follows
)

// What the page shows beside the form, as its address says it.
const (
	showCategories = "category"
	showUnits      = "units"
)

const (
	destinationPath  = "/h5/destination"
	destinationTitle = "毕业去向上报"
)

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

// report takes the form: action submit hands it in, every other keeps it as
// typed and leads on.
func (h *Handler) report(v *visit) error {
	d, err := v.typedDestination()
	if err != nil {
		e, _ := refusal(err)
		return v.showDestination(web.Status(err), d, e)
	}
	action := v.typed("action")
	unseen, stale := d.Unproposed(v.started(), v.record.Graduate, v.record.School, v.codes)
	if action == actionSubmit && v.typed("proof") != "" { // this form carries the names of files, not the files
		return v.refuse(unseen, model.Invalid("proof", "您选择的文件还没有上传。请重新选择，先点“上传所选文件”，再提交审核。"))
	}
	if action == actionSubmit && stale == "" {
		return v.handIn(d)
	}
	d = unseen
	if action == actionSubmit {
		return v.refuse(d, model.Invalid(stale, "这一项已按您填的单位、所在地和类型填入，请核对后再提交。"))
	}
	to, d, err := v.leadOn(action, d)
	if err == nil {
		err = v.keep(d)
	}
	if e, ok := refusal(err); ok {
		return v.showDestination(web.Status(err), d, e)
	}
	if err != nil {
		return err
	}
	return web.SeeOther(v.c, to)
}

// handIn hands d in for review. What is refused for a fault of the form is kept
// as a draft, so that it is not lost with the page.
func (v *visit) handIn(d model.Destination) error {
	// A number that is none is no revision: the rule says that it has changed.
	base, err := strconv.Atoi(v.typed("base"))
	if err != nil {
		base = -1
	}
	err = v.change(func(r model.Record) (model.Change, error) {
		return model.Report(r, v.cohort, base, d, v.codes, v.now)
	})
	e, ok := refusal(err)
	switch {
	case err == nil:
		return v.seeDone("/h5/home", doneReported)
	case !ok:
		return err
	case e.Code == model.CodeInvalid:
		return v.refuse(d, e)
	default:
		return v.showDestination(web.Status(err), d, e)
	}
}

// refuse shows the form again with a fault, and keeps it as a draft.
func (v *visit) refuse(d model.Destination, fault *model.Error) error {
	err := v.keep(d)
	if e, ok := refusal(err); ok {
		fault = e // it is too late, or another tab was faster
	} else if err != nil {
		return err
	}
	return v.showDestination(web.Status(fault), d, fault)
}

// keep saves d as the draft, unless it is the draft already.
func (v *visit) keep(d model.Destination) error {
	if v.record.Draft != nil && *v.record.Draft == d && model.MayReport(v.record, v.cohort, v.now) == nil {
		return nil
	}
	return v.change(func(r model.Record) (model.Change, error) { return model.SaveDraft(r, v.cohort, d, v.now) })
}

// leadOn is where an action leads that keeps the form, and the draft to keep.
func (v *visit) leadOn(action string, d model.Destination) (to string, _ model.Destination, _ error) {
	field, isPlace := strings.CutPrefix(action, actionPlace)
	code, isUnit := strings.CutPrefix(action, actionUnit)
	switch {
	case action == actionDraft:
		return destinationPath + "?done=" + doneDraft, d, nil
	case action == actionCategory:
		if _, ok := v.codes.Category(d.Category); !ok {
			return "", d, model.Invalid("category", "请选择毕业去向类别。")
		}
		return destinationPath, d.Propose(v.started().Category, v.record.Graduate, v.codes), nil
	case action == actionChange:
		return destinationPath + "?show=" + showCategories, d, nil
	case action == actionUnits:
		return destinationPath + "?show=" + showUnits + "#f-unit", d, nil
	case isUnit:
		d, err := v.takeUnit(d, code)
		return destinationPath + "#f-unit", d, err
	case isPlace && isPlaceField(field):
		return placePath(field, ""), d, nil
	default:
		return "", d, model.Invalid("action", "请选择“提交审核”或“保存草稿”。")
	}
}

// showDestination draws the form with d in it, or why there is none.
func (v *visit) showDestination(status int, d model.Destination, fault *model.Error) error {
	p := destinationPage{Base: len(v.record.Revisions), Said: v.returned()}
	var banners []web.Banner
	why := model.MayReport(v.record, v.cohort, v.now)
	if why == nil {
		if fault != nil {
			banners = append(banners, banner(fault))
		}
		if _, chosen := v.codes.Category(d.Category); !chosen || v.c.Query("show") == showCategories || inCategories(fault) {
			p.Categories = v.categories(d, fault)
		} else {
			var err error
			if p.Form, err = v.destinationForm(d, fault); err != nil {
				return err
			}
			if p.Proofs, err = v.proofsBeside(d, fault); err != nil {
				return err
			}
		}
		return v.show(status, "destination", destinationTitle, p, banners...)
	}
	if fault != nil && fault.Code != model.CodeInvalid {
		banners = append(banners, banner(fault))
	}
	if e, ok := refusal(why); ok && (fault == nil || fault.Message != e.Message) {
		banners = append(banners, web.Banner{Kind: web.BannerInfo, Text: e.Message})
	}
	if last := v.record.Latest(); last != nil {
		c := cells("已上报的毕业去向", last.Destination, v.codes)
		c.Items = append(c.Items, web.Cell{Label: "上报时间", Value: model.Minute(last.ReportedAt)})
		p.Reported = &c
		var err error
		if p.Proofs, err = v.reportedProofs(last.Number); err != nil {
			return err
		}
	}
	p.Next, p.Other = &web.Link{Href: "/h5/home", Text: "返回首页"}, v.otherWays()
	if s := v.record.School; s.Origin == model.OriginUpstream && s.PlatformURL != "" {
		p.Platform = &web.Link{Href: s.PlatformURL, Text: "前往" + s.PlatformName}
		if n := model.Next(v.record, v.cohort, v.now); n.Holder == model.HolderUpstream {
			p.Advice = n.Advice(s)
		}
	}
	return v.show(status, "destination", "毕业去向", p, banners...)
}
