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
	"quxiang/model/form"
	"quxiang/model/store"
)

// The two kinds of queues; each is the last part of its page's address.
const (
	queueReviews = "reviews" // destinations that wait for review
	queueChanges = "changes" // 变更申请
)

// bulkSize is the longer page, and how many are approved at most at a time.
const bulkSize = 200

// queue is a queue as its address names it: which, whose, and narrowed to what.
type queue struct {
	kind                                           string
	level                                          model.Level
	cohort, school, college, class, category, unit string
	code                                           string // of the unit
	flagged                                        bool   // only those with something that stands out
	long                                           bool   // bulkSize a page
}

// queueOf reads a queue by query or form field.
func queueOf(kind string, get func(string) string) queue {
	return queue{
		kind: kind, level: model.Level(get("level")), cohort: get("cohort"), school: get("school"), college: get("college"),
		class: get("class"), category: get("category"), unit: strings.TrimSpace(get("unit")), code: strings.ToUpper(strings.TrimSpace(get("code"))),
		flagged: get("flagged") != "", long: get("size") == strconv.Itoa(bulkSize),
	}
}

// parseQueue reads what String wrote; anything else is the plain queue of level.
func parseQueue(s string, kind string, level model.Level) queue {
	name, filter, _ := strings.Cut(s, "?")
	q, err := readQueue(name, filter)
	if err != nil || name != kind || q.level != level {
		return queue{kind: kind, level: level}
	}
	return q
}

// readQueue reads what String wrote; anything else is CodeInvalid.
func readQueue(kind, filter string) (queue, error) {
	values, err := url.ParseQuery(filter)
	if err != nil || kind != queueReviews && kind != queueChanges {
		return queue{}, model.Invalid("queue", "这个地址不完整，请从待审核列表重新进入。")
	}
	return queueOf(kind, values.Get), nil
}

// values are the queue's fields in an address.
func (q queue) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{
		"level": string(q.level), "cohort": q.cohort, "school": q.school, "college": q.college, "class": q.class,
		"category": q.category, "unit": q.unit, "code": q.code,
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if q.flagged {
		v.Set("flagged", "1")
	}
	if q.long {
		v.Set("size", strconv.Itoa(bulkSize))
	}
	return v
}

// String is what a graduate's page carries, to come back to the queue.
func (q queue) String() string { return q.kind + "?" + q.values().Encode() }

// path is the queue's own page.
func (q queue) path() string { return "/admin/" + q.String() }

// page is a graduate's page that knows the queue.
func (q queue) page(id model.GraduateID) string {
	return graduatePath(id) + "?" + url.Values{"queue": {q.String()}}.Encode()
}

// narrowed reports whether the queue is not shown whole.
func (q queue) narrowed() bool {
	q.long = false
	return q != queue{kind: q.kind, level: q.level}
}

func (q queue) step() model.Step {
	if q.kind == queueChanges {
		return changeStepOf[q.level]
	}
	return stepOf[q.level]
}

func (q queue) size() int {
	if q.long {
		return bulkSize
	}
	return pageSize
}

func (q queue) title() string {
	if q.kind == queueChanges {
		return "变更申请待" + q.level.Chinese() + "审核"
	}
	return "待" + q.level.Chinese() + "审核"
}

func (q queue) store() store.QueueFilter {
	return store.QueueFilter{
		Step: q.step(), Cohort: q.cohort, School: q.school, College: q.college, Class: q.class, Category: q.category,
		Unit: q.unit, UnitCode: q.code,
	}
}

// waiter is a graduate of a queue.
type waiter struct {
	store.QueueRow
	watched
}

// read returns a page of the queue. With flagged it looks at bulkSize waiting
// graduates at most, so that a page can be short and still have a next one.
func (h *Handler) read(ctx context.Context, s model.Scope, q queue, after store.Cursor, limit int) (found []waiter, next store.Cursor, looked int, err error) {
	look := limit
	if q.flagged {
		look = bulkSize
	}
	rows, next, err := h.o.Store.Queue(ctx, s, q.store(), after, look)
	if err != nil {
		return nil, next, 0, fmt.Errorf("admin: queue: %w", err)
	}
	outs := make([]watched, len(rows))
	if limit > 1 || q.flagged { // who comes next needs none
		if outs, err = h.standOuts(ctx, rows); err != nil {
			return nil, next, 0, err
		}
	}
	for i, r := range rows {
		if q.flagged && len(outs[i].outs) == 0 {
			continue
		}
		if len(found) == limit {
			return found, store.CursorAt(rows[i-1].StepSince, rows[i-1].ID), i, nil
		}
		found = append(found, waiter{r, outs[i]})
	}
	return found, next, len(rows), nil
}

// reviews and changes show what waits at a level, the longest waiting first.
func (h *Handler) reviews(v visit) error { return h.showQueue(v, queueOf(queueReviews, v.Query)) }

func (h *Handler) changes(v visit) error { return h.showQueue(v, queueOf(queueChanges, v.Query)) }

// checkLevel fills in the only level of an operator, and refuses another.
func (q *queue) checkLevel(op model.Operator) error {
	if q.level == "" {
		q.level = levels(op)[0]
	}
	if !op.MayReview(q.level) {
		return model.Errorf(model.CodeForbidden, "您的角色（%s）不能进行这一级审核。", op.Role.Chinese())
	}
	return nil
}

func (h *Handler) showQueue(v visit, q queue) error {
	ctx := v.Request.Context()
	if err := q.checkLevel(v.op); err != nil {
		return err
	}
	after, err := cursor(v)
	if err != nil {
		return err
	}
	found, next, looked, err := h.read(ctx, v.scope(), q, after, q.size())
	if err != nil {
		return err
	}
	rows, err := h.queueRows(ctx, q, found)
	if err != nil {
		return err
	}
	fields, err := h.queueFields(ctx, v.scope(), q)
	if err != nil {
		return err
	}
	pager := web.Pager{Text: fmt.Sprintf("每页 %d 人，等待最久的在前", q.size())}
	if more := next.String(); more != "" {
		pager.Next = address("/admin/"+q.kind, q.values(), more)
		if q.narrowed() && len(found) < q.size() {
			pager.Text = "名单较长，已查找一部分，请点“下一页”继续"
		}
	}
	if q.flagged {
		pager.Text = fmt.Sprintf("本页查看了 %d 人，其中 %d 人有提示", looked, len(found))
	}
	empty := web.Empty{Text: "没有等待" + q.level.Chinese() + "审核的" + map[bool]string{true: "变更申请。", false: "去向。"}[q.kind == queueChanges]}
	if q.narrowed() {
		empty = web.Empty{Text: "这里没有符合条件的毕业生。", Link: &web.Link{Href: queue{kind: q.kind, level: q.level}.path(), Text: "清除条件"}}
	}
	size := q
	size.long = !q.long
	return h.show(v, http.StatusOK, "queue", web.Page{
		Title: q.title(), Banner: done(v.Query("done")), Scripts: []string{keysScript}, Next: q.path(),
		Data: map[string]any{
			"Rows": rows, "Pager": pager, "Empty": empty, "Fields": fields, "Open": q.narrowed(), "Queue": q.String(), "Level": string(q.level),
			"Path": "/admin/" + q.kind, "Changes": q.kind == queueChanges, "Size": web.Link{Href: size.path(), Text: fmt.Sprintf("每页 %d 人", size.size())},
			"Clear": queue{kind: q.kind, level: q.level}.path(), "Export": q.export(v.op),
		},
	})
}

// export is the form that exports the queue; none of one that shows only what
// stands out, which no filter of the database knows.
func (q queue) export(op model.Operator) *exportForm {
	if q.flagged {
		return nil
	}
	return exportOf(op, map[string]string{
		"step": string(q.step()), "cohort": q.cohort, "school": q.school, "college": q.college, "class": q.class, "category": q.category,
		"unit": q.unit, "code": q.code,
	}, model.SheetReviews)
}

// keysScript is the script of the keys (handler/web/src).
const keysScript = "keys.js"

// queueRow is a graduate in a queue.
type queueRow struct {
	row
	Pick      string // names graduate and revision
	Reason    string
	WhereHref string // the queue of that class
	UnitHref  string // the queue of that unit
	AtUnit    *web.Link
	Flags     []string
	Lines     []standOutLine
	Ticked    bool
}

// queueRows puts a page of a queue into words.
func (h *Handler) queueRows(ctx context.Context, q queue, found []waiter) ([]queueRow, error) {
	now := h.o.Web.Now()
	out := make([]queueRow, 0, len(found))
	for _, w := range found {
		table, err := h.codes(ctx, w.CohortCode) // from memory
		if err != nil {
			return nil, err
		}
		r := queueRow{
			row: row{
				Href: q.page(w.ID), Name: w.Name, Where: join(w.College, w.Class), Unit: w.Unit, Destination: form.DestinationName(w.Destination, table),
				Since: model.DateOf(w.StepSince).Chinese(), Waited: waited(w.StepSince, now),
			},
			Pick: pick(w.ID, w.Revision), Reason: w.Reason, Lines: standOutLines(w.QueueRow, w.outs), Ticked: len(w.outs) == 0,
		}
		class := queue{kind: q.kind, level: q.level, school: w.SchoolCode, college: w.College, class: w.Class}
		unit := queue{kind: q.kind, level: q.level, school: w.SchoolCode, cohort: w.CohortCode, unit: w.Unit}
		r.WhereHref = class.path()
		if w.Unit != "" {
			r.UnitHref = unit.path()
			if w.atUnit > 1 {
				r.AtUnit = atUnit(w)
			}
		}
		for _, o := range w.outs {
			r.Flags = append(r.Flags, o.Kind.Chinese())
		}
		r.Flags = slices.Compact(r.Flags)
		out = append(out, r)
	}
	return out, nil
}

// atUnit leads to all who go to the same unit, whatever their step.
func atUnit(w waiter) *web.Link {
	v := url.Values{"school": {w.SchoolCode}, "cohort": {w.CohortCode}}
	if w.UnitCode != "" {
		v.Set("code", w.UnitCode)
	} else {
		v.Set("unit", w.Unit)
	}
	return &web.Link{Href: "/admin/graduates?" + v.Encode(), Text: fmt.Sprintf("同一单位 %d 人", w.atUnit)}
}

// queueFields are the inputs of the filter: no school or college where the
// scope has but one.
func (h *Handler) queueFields(ctx context.Context, s model.Scope, q queue) (map[string]any, error) {
	cohorts, err := h.o.Store.Cohorts(ctx)
	if err != nil {
		return nil, fmt.Errorf("admin: cohorts: %w", err)
	}
	years := web.Choices{Name: "cohort", Label: "届", Items: []web.Choice{{Text: "全部"}}}
	known := ""
	for _, c := range cohorts {
		years.Items = append(years.Items, web.Choice{Value: c.Code, Text: c.Code + " 届", Chosen: q.cohort == c.Code})
		if q.cohort == c.Code {
			known = c.Code
		}
	}
	table, err := h.table(ctx, known)
	if err != nil {
		return nil, err
	}
	categories := web.Choices{Name: "category", Label: "毕业去向", Items: []web.Choice{{Text: "全部"}}}
	for _, c := range table.Categories() {
		categories.Items = append(categories.Items, web.Choice{Value: c.Code, Text: c.Code + " " + c.Name, Chosen: q.category == c.Code})
	}
	m := map[string]any{
		"Cohort": years, "Category": categories,
		"Class":   web.Field{Name: "class", Label: "班级", Value: q.class, MaxLength: 60},
		"Unit":    web.Field{Name: "unit", Label: "单位名称", Value: q.unit, MaxLength: 120, Hint: "与上报的完全一致"},
		"Code":    web.Field{Name: "code", Label: "统一社会信用代码", Value: q.code, MaxLength: 18},
		"Flagged": web.Choices{Name: "flagged", Label: "提示", Items: []web.Choice{{Value: "1", Text: "只看有提示的", Chosen: q.flagged}}},
	}
	if s.All {
		m["School"] = web.Field{Name: "school", Label: "院校代码", Value: q.school, MaxLength: 5, InputMode: "numeric"}
	}
	if s.College == "" {
		m["College"] = web.Field{Name: "college", Label: "院系", Value: q.college, MaxLength: 60}
	}
	return m, nil
}

// pick names a graduate and the revision that was shown.
func pick(id model.GraduateID, revision int) string {
	return strconv.FormatInt(int64(id), 10) + "." + strconv.Itoa(revision)
}

// skip leads to whoever waits next behind one, who stays where he is.
func (h *Handler) skip(v visit) error {
	after, err := cursor(v)
	if err != nil {
		return err
	}
	kind, filter, _ := strings.Cut(v.Query("queue"), "?")
	q, err := readQueue(kind, filter)
	if err != nil {
		return err
	}
	if err := q.checkLevel(v.op); err != nil {
		return err
	}
	return h.onward(v, q, after, "")
}

// onward leads to who waits next in the queue behind a place, or, at its end, to
// the first who was left out, or else to the empty queue.
func (h *Handler) onward(v visit, q queue, after store.Cursor, said string) error {
	ctx := v.Request.Context()
	found, next, _, err := h.read(ctx, v.scope(), q, after, 1)
	if err == nil && len(found) == 0 && next.IsZero() && !after.IsZero() {
		found, next, _, err = h.read(ctx, v.scope(), q, store.Cursor{}, 1)
	}
	if err != nil {
		return err
	}
	to := url.Values{"queue": {q.String()}}
	switch {
	case len(found) > 0:
		if said != "" {
			to.Set("done", said)
		}
		return web.SeeOther(v.Context, graduatePath(found[0].ID)+"?"+to.Encode())
	case !next.IsZero(): // a long queue, looked at in part
		return web.SeeOther(v.Context, address("/admin/"+q.kind, q.values(), next.String()))
	}
	values := q.values()
	values.Set("done", "finished")
	return web.SeeOther(v.Context, address("/admin/"+q.kind, values, ""))
}
