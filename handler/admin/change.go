package admin

import (
	"fmt"
	"slices"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/codes"
)

// changeOf is the newest 变更申请 of a record; the zero Request when there is
// none.
func changeOf(r model.Record) model.Request {
	for _, q := range slices.Backward(r.Requests) {
		if q.Kind == model.RequestChange {
			return q
		}
	}
	return model.Request{}
}

// changeCells shows what is asked for and what was answered so far.
func changeCells(r model.Record) *web.Cells {
	q := changeOf(r)
	c := web.Cells{Title: "变更申请", Items: []web.Cell{
		{Label: "申请原因", Value: q.Reason},
		{Label: "申请时间", Value: model.Minute(q.At)},
		{Label: "针对", Value: fmt.Sprintf("第 %d 次上报（已通过审核）", q.Revision)},
		{Label: "状态", Value: q.State().Chinese()},
	}}
	for _, a := range q.Answers {
		c.Items = append(c.Items, web.Cell{Label: a.Level.Chinese() + "意见", Value: answerWords(a), Note: a.Reason})
	}
	return &c
}

func answerWords(a model.Review) string {
	what := "同意"
	if a.Decision == model.DecisionReturn {
		what = "不同意"
	}
	return fmt.Sprintf("%s，%s，%s", what, actor(a.By), model.Minute(a.At))
}

// decideChange answers a 变更申请 and leads to the next in the queue.
func (h *Handler) decideChange(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	r, err := h.record(v)
	if err != nil {
		return err
	}
	list, err := h.reasons(v, r, codes.ReasonRefuse)
	if err != nil {
		return err
	}
	t := typedOf(v, list)
	ordinal, _ := strconv.Atoi(v.PostForm("request")) // what is no number is no request
	number := 0
	if q := r.Nth(model.RequestChange, ordinal); q != nil {
		number = q.Number
	}
	ruling := model.Ruling{
		Request: number, Level: model.Level(v.PostForm("level")), Decision: model.Decision(v.PostForm("decision")), Reason: t.text(),
	}
	_, err = h.o.Store.Change(v.Request.Context(), r.Graduate.ID, func(r model.Record) (model.Change, error) {
		return model.DecideChange(r, v.op, ruling, h.o.Web.Now())
	})
	if e := refused(err, model.CodeInvalid, model.CodeChanged); e != nil {
		return h.refusedDecision(v, t, e, func(r model.Record) string { return changedMeanwhile(r, number) })
	}
	if err != nil {
		return err
	}
	said := "granted"
	if ruling.Decision == model.DecisionReturn {
		said = "declined"
	}
	return h.onward(v, parseQueue(v.PostForm("queue"), queueChanges, ruling.Level), placeOf(r), said)
}

// changedMeanwhile says who answered or withdrew a 变更申请 since the reviewer
// opened the page.
func changedMeanwhile(r model.Record, number int) string {
	q := r.Request(number)
	switch {
	case q == nil:
		return "没有找到这项变更申请。"
	case !q.WithdrawnAt.IsZero():
		return "毕业生已于" + model.Minute(q.WithdrawnAt) + "撤回申请。"
	case len(q.Answers) > 0:
		last := q.Answers[len(q.Answers)-1]
		return "刚刚的处理：" + last.Level.Chinese() + answerWords(last) + "。"
	}
	return "这项申请还在等待学院审核。"
}
