package admin

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/form"
	"quxiang/model/store"
)

// The pages of a department (核验台).
const (
	deskHome    = "/admin/desk"
	deskCheck   = deskHome + "/check"
	deskSheet   = deskHome + "/sheet"
	deskHistory = deskHome + "/checks"
	deskNotes   = deskHome + "/notes"
)

// department is a handler of a department's page.
type department func(v visit, d model.Desk) error

// desk adapts a page: only operators of role desk, as the department that they
// were vetted for. What it may check is asked where it checks.
func (h *Handler) desk(p department) page {
	return func(v visit) error {
		d, err := h.o.Store.Desk(v.Request.Context(), v.op.ID)
		if e := refused(err, model.CodeNotFound); e != nil {
			return model.Errorf(model.CodeForbidden, "%s", e.Message).Because(err)
		}
		if err != nil {
			return fmt.Errorf("admin: desk: %w", err)
		}
		return p(v, d)
	}
}

// deskAsked is what was typed into the form of one check.
type deskAsked struct {
	kind         model.FormKind
	name, number string
}

// deskPage is what template admin/desk draws.
type deskPage struct {
	Facts    web.Cells
	Kind     *web.Choices // nil where the department checks one form only
	Only     model.FormKind
	Name     web.Field
	Number   web.Field
	File     web.Field
	Template string
	History  web.Links
	Sample   bool
}

// deskStart is 核验台.
func (h *Handler) deskStart(v visit, d model.Desk) error {
	return h.showDeskStart(v, d, deskAsked{}, nil)
}

// showDeskStart draws 核验台 with what was typed and why it was refused.
func (h *Handler) showDeskStart(v visit, d model.Desk, q deskAsked, fault *model.Error) error {
	used, err := h.o.Store.DeskUse(v.Request.Context(), d.OperatorID, h.o.Web.Now())
	if err != nil {
		return fmt.Errorf("admin: desk use: %w", err)
	}
	until := "不限"
	if d.ValidUntil != "" {
		until = d.ValidUntil.Chinese()
	}
	p := deskPage{
		Facts: web.Cells{Title: d.Department, Items: []web.Cell{
			{Label: "可以核验", Value: d.KindsChinese()},
			{Label: "有效期至", Value: until},
			{Label: "今天已核验", Value: fmt.Sprintf("%d 行（每日上限 %d 行）", used.Rows, d.DayRows(h.o.Desk))},
		}},
		Name: web.Field{Name: "name", Label: "毕业生姓名", Value: q.name, Required: true, MaxLength: 60, Hint: "与登记信息表上的姓名一致。"},
		Number: web.Field{
			Name: "number", Label: "核验编号", Value: q.number, Required: true, MaxLength: 60, Hint: "登记信息表上方的 15 位编号，大小写、空格均可。",
		},
		File: web.Field{
			Name: "file", Label: "核验表", Type: "file", Required: true, Accept: ".xlsx,.csv",
			Hint: fmt.Sprintf("XLSX 或 CSV，最多 %d 行、%d MB，需要“登记信息表”（档案或户口）、“姓名”、“核验编号”三列，其他列原样保留。", model.MaxQuestions, maxQuestionSheet>>20),
		},
		Template: deskHome + "/template",
		History: web.Links{Items: []web.Link{
			{Href: deskHistory, Text: "核验记录", Note: "本账号核验过什么"}, {Href: deskNotes, Text: "向学校反映", Note: "反映过的情况和学校的答复"},
		}},
		Sample: h.o.Form.Sample,
	}
	if len(d.Kinds) == 1 {
		p.Only = d.Kinds[0]
		p.File.Hint = fmt.Sprintf("XLSX 或 CSV，最多 %d 行、%d MB，需要“姓名”、“核验编号”两列，其他列原样保留。", model.MaxQuestions, maxQuestionSheet>>20)
	} else {
		p.Kind = &web.Choices{Name: "kind", Label: "登记信息表", Required: true}
		for _, k := range model.FormKinds() {
			p.Kind.Items = append(p.Kind.Items, web.Choice{Value: string(k), Text: k.Chinese(), Chosen: k == q.kind})
		}
	}
	page := web.Page{Title: "核验台", Banner: done(v.Query("done")), Next: deskHome}
	if fault != nil {
		switch fault.Field {
		case "name":
			p.Name.Error = fault.Message
		case "number":
			p.Number.Error = fault.Message
		case "file":
			p.File.Error = fault.Message
			page.Banner = append(page.Banner, web.Banner{Kind: web.BannerError, Text: "这张表没有核验，原因写在“核验表”下面。"})
		default:
			page.Banner = append(page.Banner, web.Banner{Kind: web.BannerError, Text: fault.Message})
		}
	}
	page.Data = p
	return h.show(v, status(fault), "desk", page)
}

// checkForms asks for a department and returns under which name its history
// keeps that.
func (h *Handler) checkForms(v visit, d model.Desk, way model.VerificationWay, questions []model.Question) (batch string, answers []model.FormAnswer, err error) {
	batch = store.NewBatch()
	answers, err = h.o.Store.CheckForms(v.Request.Context(), d, model.DeskCheck{
		Way: way, Batch: batch, Questions: questions, Limits: h.o.Desk, Network: model.MaskNetwork(v.ClientIP()), Place: h.o.Place(v.ClientIP()),
		RequestID: web.RequestID(v.Context),
	})
	return batch, answers, err
}

// deskRefusals are the codes of what a department's own page can tell.
var deskRefusals = []model.Code{model.CodeInvalid, model.CodeForbidden, model.CodeTooMany, model.CodeTooLarge}

// deskAsk answers one name and number.
func (h *Handler) deskAsk(v visit, d model.Desk) error {
	if err := v.form(); err != nil {
		return err
	}
	q := deskAsked{kind: model.FormKind(v.PostForm("kind")), name: v.PostForm("name"), number: v.PostForm("number")}
	if len(d.Kinds) == 1 && q.kind == "" {
		q.kind = d.Kinds[0]
	}
	switch {
	case model.FoldName(q.name) == "":
		return h.showDeskStart(v, d, q, model.Invalid("name", "请填写毕业生姓名。"))
	case strings.TrimSpace(q.number) == "":
		return h.showDeskStart(v, d, q, model.Invalid("number", "请填写核验编号。"))
	}
	number, _ := form.ParseNumber(q.number) // "" where that is no number
	batch, answers, err := h.checkForms(v, d, model.WayDesk, []model.Question{{Kind: q.kind, Name: q.name, Number: number}})
	if e := refused(err, deskRefusals...); e != nil {
		return h.showDeskStart(v, d, q, e)
	}
	if err != nil {
		return fmt.Errorf("admin: check a form: %w", err)
	}
	if !answers[0].Found {
		return h.show(v, http.StatusOK, "desk_nomatch", web.Page{Title: "没有匹配的登记信息", Next: deskHome, Data: map[string]any{
			"Again": deskHome, "RequestID": web.RequestID(v.Context),
		}})
	}
	return h.showDeskResult(v, d, batch, answers[0])
}

// deskResult is what template admin/desk_result draws: what the public page
// shows, and the way to tell the school what does not fit.
type deskResult struct {
	Sample  bool
	Answers []form.Answer
	Advice  []string
	Blocks  []web.Cells // the form's content; nil unless in force
	Office  web.Cells
	Receipt web.Cells
	Note    string // address
	Again   string
}

func (h *Handler) showDeskResult(v visit, d model.Desk, batch string, a model.FormAnswer) error {
	ctx := v.Request.Context()
	verdict := form.VerdictOf(a.Issued, h.o.Web.Now())
	p := deskResult{
		Sample: h.o.Form.Sample, Again: deskHome, Advice: verdict.Advice(),
		Answers: []form.Answer{verdict.Genuine(false), verdict.Valid(), verdict.By(h.o.Form.Issuer)},
		Receipt: web.Cells{Title: "核验回执", Items: []web.Cell{
			{Label: "核验编号", Value: web.Group(verdict.Form.Number)},
			{Label: "核验结论", Value: verdict.Holds(h.o.Form.Sample)},
			{Label: "核验时间", Value: model.Minute(verdict.At)},
			{Label: "登记信息表", Value: verdict.Form.Kind.Chinese()},
			{Label: "核验部门", Value: d.Department},
			{Label: "出具单位", Value: h.o.Form.Issuer},
			{Label: "请求编号", Value: web.RequestID(v.Context)},
		}},
	}
	if verdict.InForce() {
		codes, err := h.codes(ctx, a.Issued.Record.Graduate.CohortCode)
		if err != nil {
			return err
		}
		for _, b := range form.Content(a.Issued.Record, a.Issued.Authorization, codes, h.o.Form).Blocks {
			c := web.Cells{Title: b.Title}
			for _, r := range b.Rows {
				c.Items = append(c.Items, web.Cell{Label: r.Label, Value: r.Value})
			}
			p.Blocks = append(p.Blocks, c)
		}
	}
	school := a.Issued.Record.School
	contacts, err := h.o.Store.Contacts(ctx, school.Code)
	if err != nil {
		return fmt.Errorf("admin: contacts: %w", err)
	}
	who, _ := model.OfficeOf(contacts, school.Code)
	p.Office = web.Cells{Title: "有疑问向谁询问", Items: []web.Cell{
		{Label: "学校", Value: school.Name}, {Label: "就业指导中心", Value: who.Name}, {Label: "电话", Value: who.Phone},
	}}
	kept, err := h.o.Store.DeskVerifications(ctx, d.OperatorID, batch)
	if err != nil {
		return fmt.Errorf("admin: verifications: %w", err)
	}
	if len(kept) == 1 {
		p.Note = notePath(kept[0].ID)
	}
	return h.show(v, http.StatusOK, "desk_result", web.Page{Title: "核验结果", Next: deskHome, Data: p})
}

// notePath is where a department writes about a form that it found.
func notePath(verification int64) string {
	return deskHome + "/verifications/" + strconv.FormatInt(verification, 10) + "/note"
}
