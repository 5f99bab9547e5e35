package admin

import (
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

// disputes lists those that the operator may answer; to everybody else there
// are none.
func (h *Handler) disputes(v visit) error {
	return h.showInbox(v, disputes, func(q store.QueuedRequest) (requestRow, error) {
		return requestRow{Item: "第 " + strconv.Itoa(q.Request.Revision) + " 次登记"}, nil
	})
}

// dispute shows one.
func (h *Handler) dispute(v visit) error {
	r, q, err := h.request(v, disputes)
	if err != nil {
		return err
	}
	return h.showDispute(v, r, *q, shown{banner: done(v.Query("done"))})
}

// showDispute draws what is said, the destination with who entered and reviewed
// it, and the form for the answer.
func (h *Handler) showDispute(v visit, r model.Record, q model.Request, s shown) error {
	ctx := v.Request.Context()
	table, err := h.codes(ctx, r.Graduate.CohortCode)
	if err != nil {
		return err
	}
	d := requestData{
		Queue: disputes.path, State: q.State().Chinese(), Asked: askedCells(q),
		Graduate: web.Link{Href: graduatePath(r.Graduate.ID), Text: r.Graduate.Basics.Name},
	}
	rev := r.Revision(q.Revision) // there, or the request would not have been found
	d.Destination = compare(rev.Destination, nil, table)
	who := web.Cells{Title: "登记与审核", Items: []web.Cell{{Label: "登记", Value: reported(*rev)}}}
	for _, rv := range rev.Reviews {
		who.Items = append(who.Items, web.Cell{Label: rv.Level.Chinese() + "审核", Value: verdictWords(rv), Note: rv.Reason})
	}
	d.Destination = append(d.Destination, who)
	all, err := h.proofs(ctx, v.op, r)
	if err != nil {
		return err
	}
	d.Proofs = append(d.Proofs,
		proofBlock("proofs", "毕业生提供的材料", "没有上传材料。", model.ProofsFor(all, q.Number)),
		proofBlock("proofs-revision", "登记时的证明材料", "登记时没有上传证明材料。", model.ProofsOf(all, q.Revision)),
	)
	if q.State().Open() {
		d.Decision = &decisionForm{
			Action: disputes.at(r.Graduate.ID, r.Ordinal(q)), Title: "核实结论", Yes: "情况属实，作废这条登记", No: "不属实，不予作废", NoTitle: "理由",
			Hidden: []web.Hidden{{Name: "level", Value: string(model.LevelAuditor)}}, Own: ownReason(s),
			Note: "作废后，以这条登记确认和授权的登记信息表立即失效，毕业生需重新登记；登记人和审核人只会看到“原登记已作废”。",
		}
		d.Decision.Why = &web.Field{Name: "reason", Label: "给毕业生的说明（选填）", MaxLength: 200}
		d.Decision.Own.Label = "不予作废的理由"
	}
	return h.showRequest(v, "去向异议："+r.Graduate.Basics.Name, d, s)
}

// answerDispute takes the answer and leads to the next.
func (h *Handler) answerDispute(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	r, q, err := h.request(v, disputes)
	if err != nil {
		return err
	}
	t := typedOf(v, nil)
	ruling := rulingOf(v, q.Number, t)
	_, err = h.o.Store.Change(v.Request.Context(), r.Graduate.ID, func(r model.Record) (model.Change, error) {
		return model.AnswerDispute(r, v.op, ruling, h.o.Web.Now())
	})
	if e := refused(err, model.CodeInvalid, model.CodeChanged); e != nil {
		return h.refusedAnswer(v, disputes, t, e, h.showDispute)
	}
	if err != nil {
		return err
	}
	said := "voided"
	if ruling.Decision == model.DecisionReturn {
		said = "upheld"
	}
	return h.nextRequest(v, disputes, said)
}
