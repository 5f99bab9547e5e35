package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

// inbox is a queue of requests other than 变更申请, which wait as a step.
type inbox struct {
	kind  model.RequestKind
	path  string
	title string
	note  string // after the number, on the home page
}

var (
	corrections = inbox{kind: model.RequestCorrection, path: "/admin/corrections", title: "待处理更正", note: "项信息更正申请"}
	disputes    = inbox{kind: model.RequestDispute, path: "/admin/disputes", title: "待核实异议", note: "项“这不是我登记的”"}
)

// inboxes are those of an operator.
func inboxes(op model.Operator) []inbox {
	var all []inbox
	if op.May(model.ActionCorrect) {
		all = append(all, corrections)
	}
	if op.May(model.ActionDispute) {
		all = append(all, disputes)
	}
	if op.May(model.ActionNote) {
		all = append(all, notes)
	}
	return all
}

// at is where an operator answers a request of a record.
func (b inbox) at(id model.GraduateID, ordinal int) string {
	return fmt.Sprintf("%s/%d/%d", b.path, int64(id), ordinal)
}

// requestRow is one request in a list.
type requestRow struct {
	Href, Name, Where, Item, Now, Wanted, Since, Waited string
}

// queued reads one page of an inbox.
func (h *Handler) queued(v visit, b inbox, limit int) ([]store.QueuedRequest, store.RequestCursor, error) {
	after, err := store.ParseRequestCursor(v.Query("after"))
	if err != nil {
		return nil, after, model.Invalid("after", "这个列表地址不完整，请从左侧重新进入。").Because(err)
	}
	found, next, err := h.o.Store.RequestQueue(v.Request.Context(), v.op, b.kind, after, limit)
	if err != nil {
		return nil, next, fmt.Errorf("admin: requests: %w", err)
	}
	return found, next, nil
}

// showInbox draws a queue, the longest waiting first.
func (h *Handler) showInbox(v visit, b inbox, rowOf func(store.QueuedRequest) (requestRow, error)) error {
	found, next, err := h.queued(v, b, pageSize)
	if err != nil {
		return err
	}
	now := h.o.Web.Now()
	rows := make([]requestRow, 0, len(found))
	for _, q := range found {
		r, err := rowOf(q)
		if err != nil {
			return err
		}
		g := q.Graduate
		r.Href, r.Name, r.Where = b.at(g.ID, q.Ordinal), g.Basics.Name, join(g.Basics.College, g.Basics.Class)
		r.Since, r.Waited = model.DateOf(q.Request.At).Chinese(), waited(q.Request.At, now)
		rows = append(rows, r)
	}
	pager := web.Pager{Text: "每页 50 项，等待最久的在前"}
	if more := next.String(); more != "" {
		pager.Next = b.path + "?" + url.Values{"after": {more}}.Encode()
	}
	return h.show(v, http.StatusOK, "requests", web.Page{Title: b.title, Banner: done(v.Query("done")), Scripts: []string{keysScript}, Data: map[string]any{
		"Rows": rows, "Pager": pager, "Corrections": b.kind == model.RequestCorrection, "Empty": web.Empty{Text: "没有等待您处理的" + b.kind.Chinese() + "。"},
	}})
}

// requestData is what template admin/request draws: one request with what it is
// about, and the answer that is asked for.
type requestData struct {
	Queue       string // address of the queue
	Graduate    web.Link
	State       string
	Pair        *pair       // of a correction
	Asked       web.Cells   // reason and times
	Destination []web.Cells // of a dispute: what is said not to be the graduate's
	Proofs      []*web.Proofs
	Decision    *decisionForm // nil when it is answered
}

// pair is what a correction would change, beside each other.
type pair struct{ Label, Now, Wanted string }

// request finds the request that the address names for a page of b: not there
// unless the graduate is in scope, and for a dispute unless op may answer it.
func (h *Handler) request(v visit, b inbox) (model.Record, *model.Request, error) {
	r, err := h.record(v)
	if err != nil {
		return r, nil, err
	}
	ordinal, err := strconv.Atoi(v.Param("ordinal"))
	if err != nil {
		ordinal = 0
	}
	q := r.Nth(b.kind, ordinal)
	if q == nil || r.SeenBy(v.op).Request(q.Number) == nil {
		return r, nil, model.Errorf(model.CodeNotFound, "没有找到这项申请，或不在您的管理范围内。")
	}
	return r, q, nil
}

// rulingOf reads the posted answer.
func rulingOf(v visit, number int, t typed) model.Ruling {
	return model.Ruling{
		Request: number, Level: model.Level(v.PostForm("level")), Decision: model.Decision(v.PostForm("decision")),
		Reason: t.text(), Sure: v.PostForm("sure") == "yes",
	}
}

// askedCells say what was asked when and what was answered.
func askedCells(q model.Request) web.Cells {
	c := web.Cells{Title: "申请", Items: []web.Cell{
		{Label: "提交时间", Value: model.Minute(q.At)}, {Label: "毕业生的说明", Value: q.Reason}, {Label: "状态", Value: q.State().Chinese()},
	}}
	for _, a := range q.Answers {
		c.Items = append(c.Items, web.Cell{Label: "答复", Value: answerWords(a), Note: a.Reason})
	}
	if !q.WithdrawnAt.IsZero() {
		c.Items = append(c.Items, web.Cell{Label: "撤回时间", Value: model.Minute(q.WithdrawnAt)})
	}
	return c
}

// nextRequest leads to whoever has waited longest for an answer of this kind.
func (h *Handler) nextRequest(v visit, b inbox, said string) error {
	found, _, err := h.o.Store.RequestQueue(v.Request.Context(), v.op, b.kind, store.RequestCursor{}, 1)
	if err != nil {
		return fmt.Errorf("admin: next request: %w", err)
	}
	if len(found) == 0 {
		return web.SeeOther(v.Context, b.path+"?done=finished")
	}
	return web.SeeOther(v.Context, b.at(found[0].Graduate.ID, found[0].Ordinal)+"?done="+said)
}

// waitingFor are the open requests of a record that op answers, as links of the
// graduate's page.
func waitingFor(op model.Operator, seen model.Record) *web.Links {
	l := web.Links{Title: "等待答复的申请"}
	for _, q := range seen.Requests {
		if !q.State().Open() {
			continue
		}
		switch {
		case q.Kind == model.RequestCorrection && op.MayCorrect(q.Item):
			l.Items = append(l.Items, web.Link{
				Href: corrections.at(seen.Graduate.ID, seen.Ordinal(q)), Text: "更正" + seen.Graduate.ItemLabel(q.Item), Note: model.Minute(q.At) + "提交",
			})
		case q.Kind == model.RequestDispute:
			l.Items = append(l.Items, web.Link{
				Href: disputes.at(seen.Graduate.ID, seen.Ordinal(q)), Text: "去向异议：这不是我登记的", Note: model.Minute(q.At) + "提交",
			})
		}
	}
	if len(l.Items) == 0 {
		return nil
	}
	return &l
}

// showRequest draws a request's page.
func (h *Handler) showRequest(v visit, title string, d requestData, s shown) error {
	p := web.Page{Title: title, Banner: s.banner, Next: v.Request.URL.Path, Scripts: []string{keysScript}, Data: d}
	if s.fault != nil && s.fault.Field != "reason" && s.fault.Field != "sure" {
		p.Banner = append(p.Banner, web.Banner{Kind: web.BannerWarn, Text: s.fault.Message})
	}
	return h.show(v, status(s.fault), "request", p)
}

// refusedAnswer shows the request as it stands now, with what was typed and why
// it was not taken.
func (h *Handler) refusedAnswer(v visit, b inbox, t typed, e *model.Error, show func(visit, model.Record, model.Request, shown) error) error {
	r, q, err := h.request(v, b)
	if err != nil {
		return err
	}
	return show(v, r, *q, shown{fault: e, typed: t})
}

// choicesOf are common reasons with what was chosen.
func choicesOf(list []string, t typed) []reason {
	var out []reason
	for i, text := range list {
		out = append(out, reason{Key: i + 1, Text: text, Chosen: text == t.chosen})
	}
	return out
}

// ownReason is the field for the operator's own words.
func ownReason(s shown) web.Field {
	return web.Field{
		Name: "reason", Label: "补充说明", Value: s.typed.own, MaxLength: 200, Error: s.wrong("reason"),
		Hint: "毕业生会看到。最多 200 字；请勿填写身份证号等个人信息。",
	}
}
