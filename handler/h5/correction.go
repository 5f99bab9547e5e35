package h5

import (
	"fmt"
	"net/http"
	"slices"

	"quxiang/handler/web"
	"quxiang/model"
)

// correctionPage is what template h5/correction draws: what is right instead of
// one item of the basics.
type correctionPage struct {
	Item     string
	Label    string
	Now      web.Cells
	Ask      bool
	Choices  *web.Choices // a coded item, or 是/否
	Text     *web.Field   // any other
	Reason   web.Field
	Files    web.Field
	CHSI     string // set for phone and e-mail, which are mended there
	OnForm   bool   // it stands on the form, which waits for the answer
	Requests []requestView
}

// correctionWish is what was typed.
type correctionWish struct{ wanted, reason string }

func (h *Handler) correction(v *visit) error {
	item := v.c.Query("item")
	if item == "" {
		return web.SeeOther(v.c, "/h5/basics")
	}
	return v.showCorrection(http.StatusOK, item, correctionWish{}, nil)
}

// askCorrection takes the request.
func (h *Handler) askCorrection(v *visit) error {
	item, w := v.typed("item"), correctionWish{wanted: v.typed("wanted"), reason: v.typed("reason")}
	if item == "college" {
		known, err := v.colleges()
		if err != nil {
			return err
		}
		if !slices.Contains(known, w.wanted) { // one that nobody looks after would hide the record
			return v.showCorrection(http.StatusUnprocessableEntity, item, w, model.Invalid("wanted", "请从列表中选择院系。列表中没有的，请联系学校就业指导中心。"))
		}
	}
	err := v.change(func(r model.Record) (model.Change, error) {
		return model.AskCorrection(r, item, w.wanted, w.reason, v.codes, v.now)
	})
	if e, ok := refusal(err); ok {
		return v.showCorrection(web.Status(err), item, w, e)
	}
	if err != nil {
		return err
	}
	return v.afterAsking("/h5/basics", doneCorrecting)
}

// colleges are those of the graduate's school and cohort.
func (v *visit) colleges() ([]string, error) {
	names, err := v.h.o.Store.Colleges(v.ctx(), v.record.Graduate.CohortCode, v.record.Graduate.SchoolCode)
	if err != nil {
		return nil, fmt.Errorf("h5: colleges: %w", err)
	}
	return names, nil
}

// showCorrection draws the form for one item, or how far its correction has
// come.
func (v *visit) showCorrection(status int, item string, w correctionWish, fault *model.Error) error {
	items := v.record.Graduate.Items(v.record.School, v.codes)
	i := slices.IndexFunc(items, func(it model.Item) bool { return it.Key == item })
	if i < 0 {
		return model.Errorf(model.CodeNotFound, "没有这一项基本信息。")
	}
	it := items[i]
	now := web.Cell{Label: it.Label, Value: it.Value}
	if it.Masked {
		now.Value = web.Mask(it.Value)
	}
	p := correctionPage{
		Item: item, Label: it.Label, OnForm: model.OnForm(item), Now: web.Cells{Title: "现有信息", Items: []web.Cell{now}},
		Requests: v.requests(func(q model.Request) bool { return q.Kind == model.RequestCorrection && q.Item == item }),
	}
	if it.OfCHSI {
		p.CHSI = v.h.o.CHSIAccountURL
	}
	var banners []web.Banner
	if fault != nil {
		banners = v.again(append(banners, banner(fault)))
	}
	why := model.MayAskCorrection(v.record, item)
	if why == nil {
		p.Ask = true
		if err := v.correctionForm(&p, w, fault); err != nil {
			return err
		}
	} else if e, ok := refusal(why); ok && (fault == nil || fault.Message != e.Message) && p.CHSI == "" {
		banners = append(banners, web.Banner{Kind: web.BannerInfo, Text: e.Message})
	}
	return v.show(status, "correction", "更正"+it.Label, p, banners...)
}

// correctionForm asks for the right value in the way that fits the item.
func (v *visit) correctionForm(p *correctionPage, w correctionWish, fault *model.Error) error {
	p.Files = filesField()
	label, wrong := "正确的"+p.Label, faultOf(fault, "wanted")
	p.Reason = web.Field{
		Name: "reason", Label: "情况说明", Value: w.reason, MaxLength: 200, Error: faultOf(fault, "reason"),
		Hint: "可写明依据，例如证件、学位证书。最多 200 字。",
	}
	if p.Item == "school" {
		p.Reason.Label, p.Reason.Required, p.Reason.Hint = "正确的毕业院校和情况说明", true, "最多 200 字。"
		return nil
	}
	if table := model.CorrectionTable(p.Item); table != "" {
		p.Choices = &web.Choices{Name: "wanted", Label: label, Required: true, Error: wrong, Items: []web.Choice{{Text: "请选择"}}}
		for _, n := range v.codes.List(table) {
			p.Choices.Items = append(p.Choices.Items, web.Choice{Value: n.Code, Text: n.Name, Chosen: n.Code == w.wanted})
		}
		return nil
	}
	f := &web.Field{Name: "wanted", Label: label, Value: w.wanted, Required: true, MaxLength: longest, Error: wrong, Autocomplete: "off"}
	switch p.Item {
	case "archive_in", "household_in":
		p.Choices = &web.Choices{Name: "wanted", Label: label, Required: true, Error: wrong, Items: []web.Choice{
			{Text: "请选择"},
			{Value: string(model.Yes), Text: "是", Chosen: w.wanted == string(model.Yes)},
			{Value: string(model.No), Text: "否", Chosen: w.wanted == string(model.No)},
		}}
		return nil
	case "college":
		known, err := v.colleges()
		if err != nil {
			return err
		}
		p.Choices = &web.Choices{
			Name: "wanted", Label: label, Required: true, Error: wrong, Hint: "列表中没有的，请联系学校就业指导中心。", Items: []web.Choice{{Text: "请选择"}},
		}
		for _, name := range known {
			p.Choices.Items = append(p.Choices.Items, web.Choice{Value: name, Text: name, Chosen: name == w.wanted})
		}
		return nil
	case "entered", "graduates":
		f.InputMode, f.MaxLength, f.Hint = "numeric", 6, "写成 6 位年月，例如 202706。"
	case "exam_number":
		f.InputMode, f.MaxLength = "numeric", 20
	case "id_number":
		f.MaxLength, f.Hint = 30, "请对照证件填写。只有学校就业指导中心会看到。"
	case "years":
		f.InputMode, f.MaxLength, f.Hint = "decimal", 4, "例如 4 或 2.5。"
	case "origin":
		f.Hint = "写到区、县，例如：江苏省南京市玄武区。"
	}
	p.Text = f
	return nil
}
