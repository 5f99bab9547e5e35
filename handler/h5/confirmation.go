package h5

import (
	"net/http"
	"slices"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
)

// confirmationPage is what template h5/confirmation draws (guide, figure 6).
type confirmationPage struct {
	Name     string
	Cells    *web.Cells // nil when nothing was reported
	Reported string     // the sentence on when and through what it was reported
	Ask      *confirmationForm
	Said     *web.Cells // what was said to be wrong, when it was
	Next     *web.Link  // where to go when nothing is asked
	Other    *web.Links // what else can be done about the destination
}

// confirmationForm asks for one of the two answers.
type confirmationForm struct {
	Revision int
	Answer   web.Choices
	Wrong    web.Choices
	Note     web.Field
	Open     bool // the part on what is wrong is unfolded
}

// answers are the values of a sent confirmation.
type answers struct {
	revision int // that the graduate saw; 0 when nothing was sent
	answer   model.Answer
	wrong    []string
	note     string
	fault    *model.Error
}

const confirmationTitle = "去向登记确认"

func (h *Handler) confirmation(v *visit) error {
	return v.showConfirmation(http.StatusOK, answers{})
}

// confirm takes the answer to the revision that was shown.
func (h *Handler) confirm(v *visit) error {
	in := answers{
		answer: model.Answer(v.typed("answer")), note: v.typed("note"),
		wrong: v.c.Request.PostForm["wrong"],
	}
	// A number that is none is no revision: the rule says that it has changed.
	in.revision, _ = strconv.Atoi(v.typed("revision"))
	if err := v.checkWrong(in); err != nil {
		return err
	}
	err := v.change(func(r model.Record) (model.Change, error) {
		return model.Confirm(r, model.Confirmation{Revision: in.revision, Answer: in.answer, Wrong: in.wrong, Note: in.note}, v.now)
	})
	if e, ok := refusal(err); ok {
		in.fault = e
		return v.showConfirmation(web.Status(err), in)
	}
	if err != nil {
		return err
	}
	if in.answer == model.AnswerWrong {
		return v.seeDone("/h5/home", doneWrong)
	}
	return v.seeDone("/h5/home", doneConfirmed)
}

// checkWrong refuses names of fields that no page of ours offers.
func (v *visit) checkWrong(in answers) error {
	for _, w := range in.wrong {
		if !slices.ContainsFunc(wrongChoices(nil), func(c web.Choice) bool { return c.Value == w }) {
			return model.Invalid("wrong", "提交的内容无法识别，请返回重试。")
		}
	}
	return nil
}

// showConfirmation draws the present state of the record: the question when an
// answer is due, else why it is locked or when it was confirmed. in is what was
// sent and refused.
func (v *visit) showConfirmation(status int, in answers) error {
	p := confirmationPage{Name: v.record.Graduate.Basics.Name, Other: v.otherWays()}
	var banners []web.Banner
	if in.fault != nil {
		banners = append(banners, banner(in.fault))
	}
	last := v.record.Latest()
	if last == nil {
		p.Next = v.destinationLink("上报毕业去向")
	} else {
		p.Cells, p.Reported = v.confirmationCells(*last, in.revision), v.reported(*last)
	}
	why := model.MayConfirm(v.record)
	if why == nil {
		p.Ask = v.ask(*last, in)
		for _, odd := range last.Destination.Oddities(v.codes) {
			banners = append(banners, web.Banner{Kind: web.BannerWarn, Text: odd})
		}
		return v.show(status, "confirmation", confirmationTitle, p, banners...)
	}
	if e, ok := refusal(why); ok && (in.fault == nil || in.fault.Message != e.Message) {
		banners = append(banners, web.Banner{Kind: web.BannerInfo, Text: e.Message})
	}
	v.afterwards(&p)
	return v.show(status, "confirmation", confirmationTitle, p, banners...)
}

// afterwards fills in what a page shows that asks nothing: where to go, and
// what was said to be wrong.
func (v *visit) afterwards(p *confirmationPage) {
	n := model.Next(v.record, v.cohort, v.now)
	if n.Disputed {
		p.Next = v.button(n)
		return
	}
	switch n.Step {
	case model.StepAuthorize, model.StepDone:
		p.Next = &web.Link{Href: "/h5/authorization", Text: "核验授权"}
	case model.StepUpdate, model.StepRevise:
		p.Said = v.returned()
		p.Next = v.button(n)
	}
	if p.Next == nil {
		p.Next = &web.Link{Href: "/h5/home", Text: "返回首页"}
	}
}

// confirmationCells are the fields that will stand on the form. When the
// graduate had seen another revision, they say what has changed since.
func (v *visit) confirmationCells(last model.Revision, seen int) *web.Cells {
	c := cells("", last.Destination, v.codes)
	if old := v.record.Revision(seen); old != nil && seen != last.Number {
		c = changedCells("", last.Destination, old.Destination, v.codes)
	}
	return &c
}

// reported is the guide's sentence of figure 6.
func (v *visit) reported(last model.Revision) string {
	through := "本系统"
	if last.Origin == model.OriginUpstream {
		if through = v.record.School.PlatformName; through == "" {
			through = "全国登记系统"
		}
	}
	return "以上毕业去向信息于" + last.ReportedAt.In(model.Shanghai).Format("2006年01月02日") + "通过" + through +
		"上报，请根据实际情况，认真核对确认。"
}

func (v *visit) ask(last model.Revision, in answers) *confirmationForm {
	faults := map[string]string{}
	if in.fault != nil {
		faults[in.fault.Field] = in.fault.Message
	}
	return &confirmationForm{
		Revision: last.Number,
		Answer: web.Choices{
			Name: "answer", Label: "* 请确认您的去向登记信息", Required: true, Error: faults["answer"],
			Items: []web.Choice{
				{
					Value: string(model.AnswerRight), Text: "信息无误，确认登记去向", Chosen: in.answer == model.AnswerRight,
					Note: "确认后即可核验授权，生成登记信息表。",
				},
				{
					Value: string(model.AnswerWrong), Text: "信息有误，需更新后确认", Chosen: in.answer == model.AnswerWrong,
					Note: "请在下面“说明有误的信息”中写明，本次不确认。" + v.afterWrong(),
				},
			},
		},
		Wrong: web.Choices{Name: "wrong", Label: "哪些信息有误", Hint: "可多选。", Error: faults["wrong"], Items: wrongChoices(in.wrong)},
		Note: web.Field{
			Name: "note", Label: "正确的信息或情况说明", Value: in.note, MaxLength: 200, Error: faults["note"], Hint: "最多 200 字。",
		},
		Open: in.answer == model.AnswerWrong,
	}
}

// afterWrong says what 需更新后确认 leads to.
func (v *visit) afterWrong() string {
	n := model.NextOf(model.Standing{Step: model.StepUpdate}, v.record.School.Origin, v.record.Graduate.ReopenedUntil, v.cohort, v.now)
	switch {
	case !n.Open:
		return "更新已于" + n.Deadline.Chinese() + "截止，需由学校就业指导中心重新开放后才能更新。"
	case n.Holder == model.HolderUpstream:
		return "请于" + n.Deadline.Chinese() + "前在" + v.record.School.PlatformName + "更新，更新后再来确认。"
	default:
		return "请于" + n.Deadline.Chinese() + "前更新毕业去向，通过学院、学校审核后再来确认。"
	}
}

// destinationLink leads to where a destination is handed in; to the home page
// when that is not possible.
func (v *visit) destinationLink(word string) *web.Link {
	if model.MayReport(v.record, v.cohort, v.now) == nil {
		return &web.Link{Href: "/h5/destination", Text: word}
	}
	return v.button(model.Next(v.record, v.cohort, v.now))
}

// wrongChoices are the parts of a destination that can be said to be wrong.
func wrongChoices(chosen []string) []web.Choice {
	items := []web.Choice{
		{Value: "category", Text: "毕业去向"},
		{Value: "unit", Text: "单位（学校）名称或所在地"},
		{Value: "archive", Text: "档案转递信息"},
		{Value: "household", Text: "户口迁移信息"},
		{Value: "other", Text: "其他"},
	}
	for i := range items {
		items[i].Chosen = slices.Contains(chosen, items[i].Value)
	}
	return items
}

func wrongInWords(wrong []string) string {
	words := ""
	for _, c := range wrongChoices(wrong) {
		if !c.Chosen {
			continue
		}
		if words != "" {
			words += "、"
		}
		words += c.Text
	}
	return words
}
