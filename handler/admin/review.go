package admin

import (
	"fmt"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/store"
)

// review applies a verdict and leads to the next in the queue.
func (h *Handler) review(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	ctx, now := v.Request.Context(), h.o.Web.Now()
	r, err := h.record(v)
	if err != nil {
		return err
	}
	cohort, err := h.o.Store.Cohort(ctx, r.Graduate.CohortCode)
	if err != nil {
		return fmt.Errorf("admin: cohort: %w", err)
	}
	list, err := h.reasons(v, r, codes.ReasonReturn)
	if err != nil {
		return err
	}
	t := typedOf(v, list)
	n, _ := strconv.Atoi(v.PostForm("revision")) // what is no number is no revision: the rule answers CodeChanged
	verdict := model.Verdict{
		Revision: n, Level: model.Level(v.PostForm("level")), Decision: model.Decision(v.PostForm("decision")), Reason: t.text(),
	}
	_, err = h.o.Store.Change(ctx, r.Graduate.ID, func(r model.Record) (model.Change, error) {
		return model.Decide(r, cohort, v.op, verdict, now)
	})
	if e := refused(err, model.CodeInvalid, model.CodeChanged); e != nil {
		return h.refusedDecision(v, t, e, func(r model.Record) string { return meanwhile(r, verdict) })
	}
	if err != nil {
		return err
	}
	return h.onward(v, parseQueue(v.PostForm("queue"), queueReviews, verdict.Level), placeOf(r), string(verdict.Decision))
}

// refusedDecision shows the record as it stands now, with what was typed or, when
// somebody was faster, what has happened meanwhile.
func (h *Handler) refusedDecision(v visit, t typed, e *model.Error, meanwhile func(model.Record) string) error {
	r, err := h.record(v)
	if err != nil {
		return err
	}
	s := shown{fault: e, typed: t, queue: v.PostForm("queue")}
	if e.Code == model.CodeChanged {
		s.banner = []web.Banner{{Kind: web.BannerWarn, Text: meanwhile(r)}}
		s.typed = typed{} // a reason about what was seen is none about what stands now
	}
	return h.showGraduate(v, r, s)
}

// placeOf is where a record stands in its queue.
func placeOf(r model.Record) store.Cursor {
	_, since := r.Step()
	return store.CursorAt(since, r.Graduate.ID)
}

// meanwhile says who changed what since the reviewer opened the page.
func meanwhile(r model.Record, seen model.Verdict) string {
	last := r.Latest()
	switch {
	case last == nil:
		return "该毕业生还没有上报去向。"
	case last.Number != seen.Revision:
		return fmt.Sprintf("%s已于%s提交第 %d 次上报。", actor(last.ReportedBy), model.Minute(last.ReportedAt), last.Number)
	case last.LastReview() != nil:
		return "刚刚的处理：" + verdictWords(*last.LastReview()) + "。"
	}
	return "这条去向还在等待学院审核。"
}
