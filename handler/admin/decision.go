package admin

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/store"
)

// decisionForm asks a reviewer for yes or no: two forms, so that Enter in the
// one with the reason never approves.
type decisionForm struct {
	Action   string
	Title    string
	Hidden   []web.Hidden
	Yes, No  string // the buttons
	Reasons  []reason
	Own      web.Field
	NoTitle  string
	NoClosed bool         // the reasons are folded
	Note     string       // what yes leads to
	Why      *web.Field   // words that go with a yes
	Sure     *web.Choices // what has to be ticked for a yes
}

// reason is one of the common reasons; the first nine have a key.
type reason struct {
	Key    int
	Text   string
	Chosen bool
}

// typed is the reason as the form has it: one of the list, own words, or both.
type typed struct{ chosen, own string }

// typedOf reads the reason. A choice that is not on the list is none.
func typedOf(v visit, list []string) typed {
	t := typed{chosen: v.PostForm("choice"), own: strings.TrimSpace(v.PostForm("reason"))}
	if !slices.Contains(list, t.chosen) {
		t.chosen = ""
	}
	return t
}

// text is what the graduate reads.
func (t typed) text() string {
	if t.chosen != "" && t.own != "" {
		return t.chosen + "。" + t.own
	}
	return t.chosen + t.own
}

// reasons are the common reasons of a use in the tables of a record's cohort.
func (h *Handler) reasons(v visit, r model.Record, use codes.ReasonUse) ([]string, error) {
	t, err := h.table(v.Request.Context(), r.Graduate.CohortCode)
	if err != nil {
		return nil, err
	}
	return t.Reasons(use), nil
}

// pending is what a record has to be decided now: its level and in which queue
// it waits.
func pending(r model.Record) (q queue, ok bool) {
	step, _ := r.Step()
	for kind, steps := range map[string]map[model.Level]model.Step{queueReviews: stepOf, queueChanges: changeStepOf} {
		for level, s := range steps {
			if s == step {
				return queue{kind: kind, level: level}, true
			}
		}
	}
	return queue{}, false
}

// deciding adds what a reviewer needs: the form, what stands out, and the way
// back to the queue.
func (h *Handler) deciding(v visit, r model.Record, s shown, d *graduateData) error {
	q, ok := pending(r)
	if q.kind == queueChanges {
		d.Change = changeCells(r)
	}
	if !ok || !v.op.MayReview(q.level) {
		return nil
	}
	q = parseQueue(s.queue, q.kind, q.level)
	_, since := r.Step()
	d.Queue = q.path()
	d.Skip = "/admin/reviews/next?" + url.Values{"queue": {q.String()}, "after": {store.CursorAt(since, r.Graduate.ID).String()}}.Encode()
	use, f := codes.ReasonReturn, decisionForm{
		Action: d.Path + "/review", Title: q.level.Chinese() + "审核意见", Yes: "通过", No: "退回修改", NoTitle: "退回原因",
		Hidden: []web.Hidden{{Name: "revision", Value: strconv.Itoa(len(r.Revisions))}},
	}
	if q.kind == queueChanges {
		use, f = codes.ReasonRefuse, decisionForm{
			Action: d.Path + "/change", Title: q.level.Chinese() + "对变更申请的意见", Yes: "同意变更", No: "不同意", NoTitle: "不同意的原因",
			Hidden: []web.Hidden{{Name: "request", Value: strconv.Itoa(r.Ordinal(changeOf(r)))}},
		}
	}
	list, err := h.reasons(v, r, use)
	if err != nil {
		return err
	}
	f.Hidden = append(f.Hidden, web.Hidden{Name: "level", Value: string(q.level)}, web.Hidden{Name: "queue", Value: q.String()})
	for i, text := range list {
		f.Reasons = append(f.Reasons, reason{Key: i + 1, Text: text, Chosen: text == s.typed.chosen})
	}
	f.Own = web.Field{
		Name: "reason", Label: "补充说明", Value: s.typed.own, MaxLength: 200, Error: s.wrong("reason"),
		Hint: "毕业生会看到原因。可只选一条，也可只写说明，合计最多 200 字；请勿填写身份证号等个人信息。",
	}
	d.Decision = &f
	if q.kind == queueChanges {
		return nil
	}
	found, err := h.waiting(v.Request.Context(), v.scope(), q, []picked{{r.Graduate.ID, len(r.Revisions)}})
	if err == nil && len(found) == 1 { // else somebody was faster, which the decision will say
		d.StandOuts = standOutLines(found[0].QueueRow, found[0].outs)
	}
	return err
}
