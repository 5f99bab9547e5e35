package admin

import (
	"fmt"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

// verdictOf reads the posted verdict. A revision that is no number is 0, which
// is no revision: the rule answers CodeChanged.
func verdictOf(v visit) model.Verdict {
	n, _ := strconv.Atoi(v.PostForm("revision"))
	return model.Verdict{
		Revision: n, Level: model.Level(v.PostForm("level")),
		Decision: model.Decision(v.PostForm("decision")), Reason: v.PostForm("reason"),
	}
}

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
	verdict := verdictOf(v)
	_, err = h.o.Store.Change(ctx, r.Graduate.ID, func(r model.Record) (model.Change, error) {
		return model.Decide(r, cohort, v.op, verdict, now)
	})
	if e := refused(err, model.CodeInvalid, model.CodeChanged); e != nil {
		return h.refusedReview(v, verdict, e)
	}
	if err != nil {
		return err
	}
	return h.nextInQueue(v, verdict)
}

// refusedReview shows the record as it stands now, with what was typed and
// what has happened meanwhile.
func (h *Handler) refusedReview(v visit, verdict model.Verdict, e *model.Error) error {
	r, err := h.record(v)
	if err != nil {
		return err
	}
	s := shown{fault: e, verdict: &verdict}
	if e.Code == model.CodeChanged {
		s.banner = []web.Banner{{Kind: web.BannerWarn, Text: meanwhile(r, verdict)}}
		s.verdict = nil // a verdict on what was seen is none on what stands now
	}
	return h.showGraduate(v, r, s)
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

// nextInQueue leads to who now waits longest at the level.
func (h *Handler) nextInQueue(v visit, verdict model.Verdict) error {
	rows, _, err := h.o.Store.Graduates(v.Request.Context(), v.scope(),
		store.GraduateFilter{Steps: []model.Step{stepOf[verdict.Level]}}, store.Cursor{}, 1)
	if err != nil {
		return fmt.Errorf("admin: next in queue: %w", err)
	}
	if len(rows) == 0 {
		return web.SeeOther(v.Context, queuePath(verdict.Level)+"&done=finished")
	}
	return web.SeeOther(v.Context, graduatePath(rows[0].ID)+"?done="+string(verdict.Decision))
}
