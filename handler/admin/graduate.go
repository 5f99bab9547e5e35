package admin

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"quxiang/handler/web"
	"quxiang/model"
)

// listed is how many messages and audit entries a graduate's page shows.
const listed = 20

// graduateData is what template admin/graduate shows.
type graduateData struct {
	Path         string
	Next         model.NextStep
	Step         string // in words for operators
	Since        time.Time
	Holder       string
	Basics       web.Cells
	Destination  []web.Cells // of the latest revision, compared with the one before
	Reported     string
	Earlier      []earlier // revisions before the latest, the newest first
	StandOuts    []standOutLine
	Reviews      []reviewLine
	Proofs       *web.Proofs // of the latest revision
	Change       *web.Cells  // an open 变更申请
	ChangeProofs *web.Proofs
	Decision     *decisionForm // nil unless this operator can decide something now
	Queue        string        // address of the queue that led here; "" for none
	Skip         string        // address of whoever waits next in it
	Reopen       *web.Field    // nil unless this operator may reopen
	ReopenNote   string
	Windows      string
	Messages     []messageLine
	Requests     *web.Links // open ones that this operator answers
	Conflict     *web.Links // with what came from upstream, where this operator settles it
	Timeline     []historyLine
	Older        string // address of older entries; "" when there are none
}

// earlier is a revision that was replaced.
type earlier struct {
	Number int
	Title  string
	Cells  []web.Cells
	Proofs *web.Proofs // nil when it had none
}

type reviewLine struct{ Revision, Text, Reason string }

type messageLine struct{ At, Kind, State, Reason string }

// graduate shows one record to an operator of its scope.
func (h *Handler) graduate(v visit) error {
	r, err := h.record(v)
	if err != nil {
		return err
	}
	return h.showGraduate(v, r, shown{banner: done(v.Query("done")), queue: v.Query("queue")})
}

// record loads the graduate that the address names, who is not found outside
// the operator's scope. An attempt at somebody who is there but out of scope is
// audited.
func (h *Handler) record(v visit) (model.Record, error) {
	absent := model.Errorf(model.CodeNotFound, "没有找到这位毕业生，或不在您的管理范围内。")
	id, err := strconv.ParseInt(v.Param("id"), 10, 64)
	if err != nil || id <= 0 {
		return model.Record{}, absent
	}
	r, err := h.o.Store.Record(v.Request.Context(), model.GraduateID(id))
	switch {
	case model.CodeOf(err) == model.CodeNotFound:
		return model.Record{}, absent.Because(err)
	case err != nil:
		return model.Record{}, fmt.Errorf("admin: record: %w", err)
	case !v.scope().Covers(r.Graduate):
		if err := h.denied(v, r.Graduate.ID, r.Graduate.SchoolCode, r.Graduate.Basics.College); err != nil {
			return model.Record{}, err
		}
		return model.Record{}, absent
	}
	return r, nil
}

// denied notes that an operator asked for a graduate who is not his.
func (h *Handler) denied(v visit, id model.GraduateID, school, college string) error {
	err := h.o.Store.AddAudit(v.Request.Context(), model.Audit{
		At: h.o.Web.Now(), Actor: model.ByOperator(v.op), Action: "graduate.denied", GraduateID: id,
		SchoolCode: school, College: college, Detail: map[string]string{"method": v.Request.Method, "route": v.FullPath()},
	})
	if err != nil {
		return fmt.Errorf("admin: audit: %w", err)
	}
	return nil
}

// shown is what a page shows besides the record: what was typed into a form
// that was refused, and why.
type shown struct {
	fault  *model.Error
	typed  typed  // the reason of a decision
	until  string // as typed
	banner []web.Banner
	queue  string // as the address or the form carries it
}

func (s shown) wrong(field string) string {
	if s.fault != nil && s.fault.Field == field {
		return s.fault.Message
	}
	return ""
}

// showGraduate shows the record as the operator may see it: to most there is
// never a dispute, neither here nor in what is said of it.
func (h *Handler) showGraduate(v visit, whole model.Record, s shown) error {
	ctx, now, r := v.Request.Context(), h.o.Web.Now(), whole.SeenBy(v.op)
	cohort, err := h.o.Store.Cohort(ctx, r.Graduate.CohortCode)
	if err != nil {
		return fmt.Errorf("admin: cohort: %w", err)
	}
	codes, err := h.codes(ctx, r.Graduate.CohortCode)
	if err != nil {
		return err
	}
	d := graduateData{
		Path: graduatePath(r.Graduate.ID), Next: model.Next(r, cohort, now), Basics: basics(r, codes),
		Reviews: reviewLines(r), Windows: windows(cohort),
	}
	d.Holder, d.Step, d.Since = holder(d.Next.Holder, r.School), d.Next.Step.Chinese(), d.Next.Since
	if d.Next.Disputed {
		d.Step, d.Since = model.RequestDispute.Chinese()+"核实中（"+d.Step+"）", r.DisputedAt()
	}
	d.Requests, d.Conflict = waitingFor(v.op, r), openConflict(v.op, whole)
	if last := r.Latest(); last != nil {
		d.Destination, d.Earlier = revisions(r, codes)
		d.Reported = reported(*last)
	}
	if err := h.deciding(v, r, s, &d); err != nil {
		return err
	}
	if err := h.showProofs(ctx, v, r, &d); err != nil {
		return err
	}
	if v.op.May(model.ActionReopen) {
		d.Reopen = &web.Field{
			Name: "until", Label: "重新开放到", Type: "date", Value: s.until, Required: true, Min: string(model.DateOf(now)),
			Error: s.wrong("until"), Hint: "当天 24:00 前，该毕业生可更新去向、档案和户口信息。",
		}
		if u := r.Graduate.ReopenedUntil; u != "" {
			d.ReopenNote = "当前已重新开放到" + u.Chinese() + "。"
		}
	}
	if err := h.messages(ctx, v, whole, &d); err != nil {
		return err
	}
	var older int64
	if d.Timeline, older, err = h.timeline(ctx, v.op, whole, r, cohort, 0); err != nil {
		return err
	}
	d.Older = olderPath(r.Graduate.ID, older)
	p := web.Page{Title: r.Graduate.Basics.Name, Banner: s.banner, Next: d.Path, Data: d, Scripts: []string{keysScript}}
	if s.fault != nil && (s.fault.Field == "" || s.fault.Field == "decision") {
		p.Banner = append(p.Banner, web.Banner{Kind: web.BannerWarn, Text: s.fault.Message})
	}
	return h.show(v, status(s.fault), "graduate", p)
}

// messages adds those to the graduate, but for what would tell of a dispute to
// an operator who may not know of it.
func (h *Handler) messages(ctx context.Context, v visit, whole model.Record, d *graduateData) error {
	messages, err := h.o.Store.Messages(ctx, whole.Graduate.ID, listed)
	if err != nil {
		return fmt.Errorf("admin: messages: %w", err)
	}
	for _, m := range messages {
		if whole.Betrays(m) && !v.op.SeesDisputes(whole) {
			continue
		}
		d.Messages = append(d.Messages, messageLine{
			At: model.Minute(m.CreatedAt), Kind: messageWords[m.Notice.Kind], State: stateWords[m.State], Reason: m.Reason,
		})
	}
	return nil
}

// basics are the 20 items without the ID number's middle.
func basics(r model.Record, codes model.Codes) web.Cells {
	changed := r.Graduate.ChangedItems()
	c := web.Cells{Title: "基本信息"}
	for _, it := range r.Graduate.Items(r.School, codes) {
		if it.Key == "id_number" {
			it.Value = model.Mask(it.Value)
		}
		cell := web.Cell{Label: it.Label, Value: it.Value, Changed: changed[it.Key]}
		if cell.Changed {
			cell.Note = "毕业生上次核对之后有变更"
		}
		c.Items = append(c.Items, cell)
	}
	return c
}

// revisions are the latest one, compared with the one before, and all before
// that.
func revisions(r model.Record, codes model.Codes) (latest []web.Cells, before []earlier) {
	for i := range r.Revisions {
		var old *model.Destination
		if i > 0 {
			old = &r.Revisions[i-1].Destination
		}
		cells := compare(r.Revisions[i].Destination, old, codes)
		if i == len(r.Revisions)-1 {
			latest = cells
			continue
		}
		before = append([]earlier{{Number: r.Revisions[i].Number, Title: reported(r.Revisions[i]), Cells: cells}}, before...)
	}
	return latest, before
}

// reported says who handed a revision in, and when.
func reported(v model.Revision) string {
	return fmt.Sprintf("第 %d 次上报，%s 由%s提交", v.Number, model.Minute(v.ReportedAt), actor(v.ReportedBy))
}

// windows says when changes are open again after the deadline.
func windows(c model.Cohort) string {
	var spans []string
	for _, w := range c.Windows {
		spans = append(spans, w.From.Chinese()+"至"+w.To.Chinese())
	}
	if len(spans) == 0 {
		return ""
	}
	return c.Code + " 届截止后的更新窗口：" + strings.Join(spans, "、") + "。"
}

// reviewLines are all verdicts so far, the newest first.
func reviewLines(r model.Record) []reviewLine {
	var out []reviewLine
	for i := len(r.Revisions) - 1; i >= 0; i-- {
		rev := r.Revisions[i]
		for j := len(rev.Reviews) - 1; j >= 0; j-- {
			out = append(out, reviewLine{Revision: fmt.Sprintf("第 %d 次", rev.Number), Text: verdictWords(rev.Reviews[j]), Reason: rev.Reviews[j].Reason})
		}
	}
	return out
}

func verdictWords(rv model.Review) string {
	what := "通过"
	if rv.Decision == model.DecisionReturn {
		what = "退回"
	}
	return fmt.Sprintf("%s%s，%s，%s", rv.Level.Chinese(), what, actor(rv.By), model.Minute(rv.At))
}

// holder names who has the record, from the operators' side.
func holder(h model.Holder, s model.School) string {
	if h == model.HolderGraduate {
		return "毕业生本人"
	}
	return h.Chinese(s)
}

// reopen lets a graduate change things again until a day.
func (h *Handler) reopen(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	r, err := h.record(v)
	if err != nil {
		return err
	}
	typed := v.PostForm("until")
	until, err := model.ParseDate(typed)
	if err == nil {
		_, err = h.o.Store.Change(v.Request.Context(), r.Graduate.ID, h.reopening(v.op, until, h.o.Web.Now()))
	}
	if e := refused(err, model.CodeInvalid); e != nil {
		return h.showGraduate(v, r, shown{fault: model.Invalid("until", "%s", e.Message), until: typed})
	}
	if err != nil {
		return err
	}
	return web.SeeOther(v.Context, graduatePath(r.Graduate.ID)+"?done=reopened")
}

func (h *Handler) reopening(op model.Operator, until model.Date, now time.Time) func(model.Record) (model.Change, error) {
	return func(r model.Record) (model.Change, error) { return model.Reopen(r, op, until, now) }
}
