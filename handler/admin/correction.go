package admin

import (
	"context"
	"fmt"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/store"
)

// corrections lists the corrections that the operator may answer.
func (h *Handler) corrections(v visit) error {
	tables := map[string]model.Codes{} // a page holds few cohorts
	return h.showInbox(v, corrections, func(q store.QueuedRequest) (requestRow, error) {
		table, ok := tables[q.Graduate.CohortCode]
		if !ok {
			var err error
			if table, err = h.codes(v.Request.Context(), q.Graduate.CohortCode); err != nil {
				return requestRow{}, err
			}
			tables[q.Graduate.CohortCode] = table
		}
		p := pairOf(model.Record{Graduate: q.Graduate}, q.Request, table)
		if q.Request.Item == "id_number" { // in clear on the page of the answer only
			p.Now, p.Wanted = model.Mask(p.Now), model.Mask(p.Wanted)
		}
		return requestRow{Item: p.Label, Now: p.Now, Wanted: p.Wanted}, nil
	})
}

// pairOf is the present value beside the one that is asked for, in words. Once
// it is answered, the present value may be the one that was asked for.
func pairOf(r model.Record, q model.Request, table model.Codes) pair {
	p := pair{Wanted: q.Wanted}
	for _, it := range r.Graduate.Items(r.School, table) {
		if it.Key == q.Item {
			p.Label, p.Now = it.Label, it.Value
		}
	}
	if t := model.CorrectionTable(q.Item); t != "" {
		if name, ok := table.Name(t, q.Wanted); ok {
			p.Wanted = name
		}
	}
	switch q.Item {
	case "archive_in", "household_in":
		p.Wanted = model.YesNo(q.Wanted).Chinese()
	case "school":
		p.Wanted = "见说明"
	}
	return p
}

// correction shows one.
func (h *Handler) correction(v visit) error {
	r, q, err := h.request(v, corrections)
	if err != nil {
		return err
	}
	return h.showCorrection(v, r, *q, shown{banner: done(v.Query("done"))})
}

// showCorrection draws a correction with the form for its answer. An ID number
// is shown in clear to whoever has to compare it with the document; that is
// audited.
func (h *Handler) showCorrection(v visit, r model.Record, q model.Request, s shown) error {
	ctx := v.Request.Context()
	table, err := h.codes(ctx, r.Graduate.CohortCode)
	if err != nil {
		return err
	}
	p := pairOf(r, q, table)
	mine := v.op.MayCorrect(q.Item)
	if q.Item == "id_number" {
		if mine && q.State().Open() {
			err = h.viewed(ctx, v.op, r)
		} else {
			p.Now, p.Wanted = model.Mask(p.Now), model.Mask(p.Wanted)
		}
	}
	if err != nil {
		return err
	}
	d := requestData{
		Queue: corrections.path, State: q.State().Chinese(), Pair: &p, Asked: askedCells(q),
		Graduate: web.Link{Href: graduatePath(r.Graduate.ID), Text: r.Graduate.Basics.Name},
	}
	all, err := h.proofs(ctx, v.op, r)
	if err != nil {
		return err
	}
	d.Proofs = append(d.Proofs, proofBlock("proofs", "证明材料", "没有上传证明材料。", model.ProofsFor(all, q.Number)))
	if mine && q.State().Open() {
		if d.Decision, err = h.correctionDecision(v, r, q, s); err != nil {
			return err
		}
	}
	return h.showRequest(v, "更正"+p.Label+"："+r.Graduate.Basics.Name, d, s)
}

func (h *Handler) correctionDecision(v visit, r model.Record, q model.Request, s shown) (*decisionForm, error) {
	list, err := h.reasons(v, r, codes.ReasonKeep)
	if err != nil {
		return nil, err
	}
	f := &decisionForm{
		Action: corrections.at(r.Graduate.ID, r.Ordinal(q)), Title: "处理意见", Yes: "同意更正", No: "不更正", NoTitle: "不更正的原因",
		Hidden: []web.Hidden{{Name: "level", Value: string(model.LevelSchool)}}, Reasons: choicesOf(list, s.typed), Own: ownReason(s),
	}
	if model.NeedsSure(q.Item) {
		f.Sure = &web.Choices{Name: "sure", Label: "更正前请再确认", Required: true, Error: s.wrong("sure"), Items: []web.Choice{
			{Value: "yes", Text: "已对照证件核对，申请的内容无误"},
		}}
	}
	return f, nil
}

// viewed notes that an operator saw a graduate's ID number.
func (h *Handler) viewed(ctx context.Context, op model.Operator, r model.Record) error {
	err := h.o.Store.AddAudit(ctx, model.Audit{
		At: h.o.Web.Now(), Actor: model.ByOperator(op), Action: "correction.view_id", GraduateID: r.Graduate.ID,
		SchoolCode: r.Graduate.SchoolCode, College: r.Graduate.Basics.College,
	})
	if err != nil {
		return fmt.Errorf("admin: audit: %w", err)
	}
	return nil
}

// answerCorrection takes the answer and leads to the next.
func (h *Handler) answerCorrection(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	r, q, err := h.request(v, corrections)
	if err != nil {
		return err
	}
	list, err := h.reasons(v, r, codes.ReasonKeep)
	if err != nil {
		return err
	}
	table, err := h.codes(v.Request.Context(), r.Graduate.CohortCode)
	if err != nil {
		return err
	}
	t := typedOf(v, list)
	ruling := rulingOf(v, q.Number, t)
	_, err = h.o.Store.Change(v.Request.Context(), r.Graduate.ID, func(r model.Record) (model.Change, error) {
		return model.AnswerCorrection(r, v.op, ruling, table, h.o.Web.Now())
	})
	if e := refused(err, model.CodeInvalid, model.CodeChanged); e != nil {
		return h.refusedAnswer(v, corrections, t, e, h.showCorrection)
	}
	if err != nil {
		return err
	}
	said := "corrected"
	if ruling.Decision == model.DecisionReturn {
		said = "kept"
	}
	return h.nextRequest(v, corrections, said)
}
