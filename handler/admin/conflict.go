package admin

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

// conflictsPath is the queue of what came from upstream and contradicts what is
// here.
const conflictsPath = "/admin/conflicts"

func conflictPath(id model.GraduateID, number int) string {
	return fmt.Sprintf("%s/%d/%d", conflictsPath, int64(id), number)
}

// conflictRow is one conflict in the queue. Pick is what its box posts.
type conflictRow struct {
	Pick, Href, Name, Where, Kind, Source, Since, Waited string
}

// conflicts lists what waits, the oldest first.
func (h *Handler) conflicts(v visit) error {
	return h.showConflicts(v, http.StatusOK, "", done(v.Query("done")))
}

// showConflicts draws the queue with the reason that was typed below it.
func (h *Handler) showConflicts(v visit, status int, reason string, banner []web.Banner) error {
	after, err := cursor(v)
	if err != nil {
		return err
	}
	found, next, err := h.o.Store.OpenConflicts(v.Request.Context(), v.scope(), after, pageSize)
	if err != nil {
		return fmt.Errorf("admin: conflicts: %w", err)
	}
	now := h.o.Web.Now()
	rows := make([]conflictRow, len(found))
	for i, f := range found {
		rows[i] = conflictRow{
			Pick: fmt.Sprintf("%d.%d.%d", int64(f.GraduateID), f.Number, f.Revisions), Href: conflictPath(f.GraduateID, f.Number),
			Name: f.Name, Where: join(f.College, f.Class), Kind: f.Kind.Told(false).Chinese(), Source: f.Source,
			Since: model.DateOf(f.ReceivedAt).Chinese(), Waited: waited(f.ReceivedAt, now),
		}
	}
	pager := web.Pager{Text: "每页 50 项，等待最久的在前"}
	if more := next.String(); more != "" {
		pager.Next = address(conflictsPath, url.Values{}, more)
	}
	return h.show(v, status, "conflicts", web.Page{Title: "上级数据冲突", Next: conflictsPath, Banner: banner, Data: map[string]any{
		"Rows": rows, "Pager": pager, "Reason": keepReason(reason, nil), "Empty": web.Empty{Text: "没有等待处理的上级数据冲突。"},
	}})
}

// keepReason is the field for why ours stands.
func keepReason(typed string, fault *model.Error) web.Field {
	f := web.Field{
		Name: "reason", Label: "保留本地数据的理由", Value: typed, MaxLength: 200,
		Hint: "供以后查阅，毕业生和上级平台看不到。保留时必填，最多 200 字；请勿填写身份证号等个人信息。",
	}
	if fault != nil && fault.Field == "reason" {
		f.Error = fault.Message
	}
	return f
}

// conflictLine is one field on both sides.
type conflictLine struct {
	Label, There, Here string
	Differs            bool
}

// conflictData is what template admin/conflict draws.
type conflictData struct {
	Graduate web.Link
	State    string
	About    web.Cells
	Lines    []conflictLine
	Action   string
	Revision int
	Open     bool
	MayTake  bool
	Note     string // what happens when it is taken, or why it cannot be
	Reason   web.Field
}

// conflictOf finds the conflict that the address names.
func (h *Handler) conflictOf(v visit) (model.Record, model.Conflict, error) {
	r, err := h.record(v)
	if err != nil {
		return r, model.Conflict{}, err
	}
	n, err := strconv.Atoi(v.Param("number"))
	if err != nil {
		n = 0
	}
	q := r.Conflict(n)
	if q == nil {
		return r, model.Conflict{}, noConflict()
	}
	return r, *q, nil
}

// noConflict is the same whether there is no such graduate or conflict, or
// neither is the operator's to know of.
func noConflict() *model.Error {
	return model.Errorf(model.CodeNotFound, "没有找到这条冲突，或不在您的管理范围内。")
}

// conflict shows both sides field by field.
func (h *Handler) conflict(v visit) error {
	r, q, err := h.conflictOf(v)
	if err != nil {
		return err
	}
	return h.showConflict(v, r, q, "", nil, done(v.Query("done")))
}

func (h *Handler) showConflict(v visit, r model.Record, q model.Conflict, typed string, fault *model.Error, banner []web.Banner) error {
	ctx := v.Request.Context()
	table, err := h.codes(ctx, r.Graduate.CohortCode)
	if err != nil {
		return err
	}
	cohort, err := h.o.Store.Cohort(ctx, r.Graduate.CohortCode)
	if err != nil {
		return fmt.Errorf("admin: cohort: %w", err)
	}
	d := conflictData{
		Graduate: web.Link{Href: graduatePath(r.Graduate.ID), Text: r.Graduate.Basics.Name}, State: q.State.Chinese(),
		About: conflictCells(r, q, v.op), Lines: conflictLines(r, q, table), Action: conflictPath(r.Graduate.ID, q.Number),
		Revision: len(r.Revisions), Open: q.State == model.ConflictOpen, Reason: keepReason(typed, fault),
		Note: "采用后，上级的去向成为最新一次上报，等待学院审核；本地的去向保留可查。",
	}
	d.Reason.Required = true // its form keeps ours and does nothing else
	if r.School.Origin == model.OriginUpstream {
		d.Note = "采用后，上级的去向成为最新一次上报，请毕业生确认；本地的去向保留可查。"
	}
	err = model.MayTake(r, cohort, v.op, q, table, h.o.Web.Now())
	if d.MayTake = err == nil; err != nil {
		e, ok := asError(err)
		if !ok {
			return err
		}
		d.Note = "暂不能采用上级数据：" + e.Message
	}
	if fault != nil && fault.Field != "reason" {
		banner = append(banner, web.Banner{Kind: web.BannerWarn, Text: fault.Message})
	}
	return h.show(v, status(fault), "conflict", web.Page{Title: "上级数据冲突：" + r.Graduate.Basics.Name, Banner: banner, Next: d.Action, Data: d})
}

// conflictCells say what came, when, and what was made of it.
func conflictCells(r model.Record, q model.Conflict, op model.Operator) web.Cells {
	c := web.Cells{Title: "冲突", Items: []web.Cell{
		{Label: "原因", Value: q.Kind.Told(op.SeesDisputes(r)).Chinese()},
		{Label: "来源", Value: q.Incoming.By.Name},
		{Label: "上级上报时间", Value: model.Minute(q.Incoming.ReportedAt)},
		{Label: "收到时间", Value: model.Minute(q.At)},
	}}
	if last := r.Latest(); last != nil {
		c.Items = append(c.Items, web.Cell{Label: "本地最新一次上报", Value: reported(*last)})
	}
	if q.State != model.ConflictOpen {
		c.Items = append(c.Items, web.Cell{Label: "处理", Value: fmt.Sprintf("%s，%s，%s", q.State.Chinese(), actor(q.SettledBy), model.Minute(q.SettledAt)), Note: q.Reason})
	}
	return c
}

// conflictLines are the fields of both sides; those empty in both are left out.
func conflictLines(r model.Record, q model.Conflict, table model.Codes) []conflictLine {
	out := []conflictLine{{Label: "考生号", There: r.Graduate.Basics.ExamNumber, Here: r.Graduate.Basics.ExamNumber}}
	if q.Incoming.Name != "" {
		here := r.Graduate.Basics.Name
		out = append(out, conflictLine{"姓名", q.Incoming.Name, here, model.FoldName(q.Incoming.Name) != model.FoldName(here)})
	}
	var here model.Destination
	if last := r.Latest(); last != nil {
		here = last.Destination
	} else if r.Draft != nil {
		here = *r.Draft
	}
	ours := lines(here, table)
	for i, l := range lines(q.Incoming.Destination, table) {
		if l.value != "" || ours[i].value != "" {
			out = append(out, conflictLine{l.label, l.value, ours[i].value, l.value != ours[i].value})
		}
	}
	return out
}

// settleConflict takes the decision about one and leads to the next.
func (h *Handler) settleConflict(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	r, q, err := h.conflictOf(v)
	if err != nil {
		return err
	}
	seen, _ := strconv.Atoi(v.PostForm("revision")) // what is no number was not seen
	s := model.Settlement{Conflict: q.Number, Revision: seen, Take: v.PostForm("decision") == "take", Reason: v.PostForm("reason")}
	err = h.settle(v, r.Graduate.ID, s)
	if e := refused(err, model.CodeInvalid, model.CodeChanged, model.CodeLocked, model.CodeClosed); e != nil {
		if r, q, err = h.conflictOf(v); err != nil {
			return err
		}
		return h.showConflict(v, r, q, s.Reason, e, nil)
	}
	if err != nil {
		return err
	}
	return h.nextConflict(v, s.Take)
}

// settle runs the rule. Somebody out of scope is not found, and audited.
func (h *Handler) settle(v visit, id model.GraduateID, s model.Settlement) error {
	cohorts, tables, err := h.cohortTables(v.Request.Context())
	if err != nil {
		return err
	}
	var seen model.Graduate
	_, err = h.o.Store.Change(v.Request.Context(), id, func(r model.Record) (model.Change, error) {
		seen = r.Graduate
		if !v.scope().Covers(seen) {
			return model.Change{}, noConflict()
		}
		return model.SettleConflict(r, cohorts[seen.CohortCode], v.op, s, tables[seen.CohortCode], h.o.Web.Now())
	})
	if model.CodeOf(err) != model.CodeNotFound {
		return err
	}
	if seen.ID != 0 && !v.scope().Covers(seen) {
		if err := h.denied(v, seen.ID, seen.SchoolCode, seen.Basics.College); err != nil {
			return err
		}
	}
	return noConflict().Because(err)
}

// cohortTables are all cohorts and their code tables, from the store's copy.
func (h *Handler) cohortTables(ctx context.Context) (map[string]model.Cohort, map[string]model.Codes, error) {
	list, err := h.o.Store.Cohorts(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("admin: cohorts: %w", err)
	}
	cohorts, tables := map[string]model.Cohort{}, map[string]model.Codes{}
	for _, c := range list {
		t, err := h.o.Codes(c.CodeTable)
		if err != nil {
			return nil, nil, fmt.Errorf("admin: code table: %w", err)
		}
		cohorts[c.Code], tables[c.Code] = c, t
	}
	return cohorts, tables, nil
}

// nextConflict leads to what now waits longest.
func (h *Handler) nextConflict(v visit, took bool) error {
	found, _, err := h.o.Store.OpenConflicts(v.Request.Context(), v.scope(), store.Cursor{}, 1)
	if err != nil {
		return fmt.Errorf("admin: next conflict: %w", err)
	}
	if len(found) == 0 {
		return web.SeeOther(v.Context, conflictsPath+"?done=finished")
	}
	said := "conflictkept"
	if took {
		said = "conflicttaken"
	}
	return web.SeeOther(v.Context, conflictPath(found[0].GraduateID, found[0].Number)+"?done="+said)
}

// settleConflicts takes one decision about all that were ticked, each by the
// rule. What the rule refuses stays in the queue, and the page says why.
func (h *Handler) settleConflicts(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	take, reason := v.PostForm("decision") == "take", v.PostForm("reason")
	picks := v.PostFormArray("pick")
	if len(picks) > pageSize {
		return model.Invalid("pick", "一次最多处理 %d 项，请分几次进行。", pageSize)
	}
	settled, kept := 0, 0
	var why []string
	for _, p := range picks {
		id, s, err := pickedConflict(p)
		if err == nil {
			s.Take, s.Reason = take, reason
			err = h.settle(v, id, s)
		}
		e, ok := asError(err)
		switch {
		case err == nil:
			settled++
		case !ok || e.Code == model.CodeInternal || e.Code == model.CodeUnavailable:
			return err
		default:
			kept++
			if !slices.Contains(why, e.Message) {
				why = append(why, e.Message)
			}
		}
	}
	switch {
	case len(picks) == 0:
		return h.showConflicts(v, http.StatusUnprocessableEntity, reason, []web.Banner{{Kind: web.BannerWarn, Text: "请先勾选要处理的冲突。"}})
	case kept == 0:
		return web.SeeOther(v.Context, conflictsPath+"?done=settled")
	}
	text := fmt.Sprintf("已处理 %d 项，%d 项没有处理：%s", settled, kept, strings.Join(why, ""))
	return h.showConflicts(v, http.StatusUnprocessableEntity, reason, []web.Banner{{Kind: web.BannerWarn, Text: text}})
}

// pickedConflict reads what a ticked row posts: graduate, conflict, and the
// revision that the list was drawn with.
func pickedConflict(p string) (model.GraduateID, model.Settlement, error) {
	var id int64
	var s model.Settlement
	parts := strings.Split(p, ".")
	if len(parts) == 3 {
		var errs [3]error
		id, errs[0] = strconv.ParseInt(parts[0], 10, 64)
		s.Conflict, errs[1] = strconv.Atoi(parts[1])
		s.Revision, errs[2] = strconv.Atoi(parts[2])
		if errs == [3]error{} && id > 0 {
			return model.GraduateID(id), s, nil
		}
	}
	return 0, s, model.Invalid("pick", "勾选的内容无法识别，请从列表重新勾选。")
}

// openConflict is the one of a record that op may settle, as a link of the
// graduate's page.
func openConflict(op model.Operator, r model.Record) *web.Links {
	q := r.OpenConflict()
	if q == nil || !op.May(model.ActionUpstream) {
		return nil
	}
	return &web.Links{Title: "上级数据冲突", Items: []web.Link{{
		Href: conflictPath(r.Graduate.ID, q.Number), Text: q.Kind.Told(op.SeesDisputes(r)).Chinese(), Note: q.Incoming.By.Name + "，" + model.Minute(q.At) + "收到",
	}}}
}
