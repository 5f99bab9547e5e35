package admin

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/form"
	"quxiang/model/store"
)

// pageSize is how many graduates a list shows at a time.
const pageSize = 50

// row is a graduate in a list.
type row struct {
	Href, Name, Where, Destination, Unit, Step string
	Since, Waited                              string
}

// rows puts a store's rows into words. Codes are named by the tables of each
// row's cohort; a page holds few cohorts.
func (h *Handler) rows(ctx context.Context, found []store.GraduateRow, now time.Time) ([]row, error) {
	tables := map[string]model.Codes{}
	out := make([]row, 0, len(found))
	for _, g := range found {
		table, ok := tables[g.CohortCode]
		if !ok {
			var err error
			if table, err = h.codes(ctx, g.CohortCode); err != nil {
				return nil, err
			}
			tables[g.CohortCode] = table
		}
		r := row{
			Href: graduatePath(g.ID), Name: g.Name, Where: join(g.College, g.Class), Unit: g.Unit, Step: g.Step.Chinese(),
			Since: model.DateOf(g.StepSince).Chinese(), Waited: waited(g.StepSince, now),
		}
		if g.Category != "" {
			r.Destination = form.DestinationName(model.Destination{Category: g.Category}, table)
		}
		if g.Settled != "" && g.Settled != g.Category { // reported anew since
			r.Destination += "（统计按" + form.DestinationName(model.Destination{Category: g.Settled}, table) + "）"
		}
		out = append(out, r)
	}
	return out, nil
}

// codes are the tables of a cohort.
func (h *Handler) codes(ctx context.Context, cohort string) (model.Codes, error) {
	c, err := h.o.Store.Cohort(ctx, cohort)
	if err != nil {
		return nil, fmt.Errorf("admin: cohort: %w", err)
	}
	t, err := h.o.Codes(c.CodeTable)
	if err != nil {
		return nil, fmt.Errorf("admin: code table: %w", err)
	}
	return t, nil
}

func graduatePath(id model.GraduateID) string {
	return "/admin/graduates/" + strconv.FormatInt(int64(id), 10)
}

func join(a, b string) string {
	if a != "" && b != "" {
		return a + " · " + b
	}
	return a + b
}

// waited counts the days since t in words.
func waited(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	if days := -model.DateOf(t).DaysUntil(now); days > 0 {
		return fmt.Sprintf("%d 天", days)
	}
	return "今天"
}

// filter is what a list is narrowed to. The name or 考生号 searched for is
// personal and never part of an address.
type filter struct {
	Cohort, Step, School, College, Major, Class string
	Settled                                     string // figures of the numbers, see settledCodes
	Query                                       string
	Unit, Code                                  string // of the latest destination
}

// filterOf reads a filter by form or query field.
func filterOf(get func(string) string) filter {
	f := filter{Cohort: get("cohort"), Step: get("step"), School: get("school"), College: get("college"), Major: get("major"), Class: get("class"), Settled: get("settled"), Query: get("q"), Unit: get("unit"), Code: get("code")}
	if !slices.Contains(model.Steps(), model.Step(f.Step)) {
		f.Step = ""
	}
	return f
}

// storeFilter is the filter with the figures as categories, by the tables of the
// cohort.
func (h *Handler) storeFilter(ctx context.Context, f filter) (store.GraduateFilter, error) {
	g := store.GraduateFilter{Cohort: f.Cohort, School: f.School, College: f.College, Major: f.Major, Class: f.Class, Query: f.Query, Unit: f.Unit, UnitCode: f.Code}
	if f.Settled != "" {
		table, err := h.table(ctx, f.Cohort)
		if err != nil {
			return g, err
		}
		if g.Settled, err = settledCodes(f.Settled, table); err != nil {
			return g, err
		}
	}
	if f.Step != "" {
		g.Steps = []model.Step{model.Step(f.Step)}
	}
	return g, nil
}

// all are the filter's fields.
func (f filter) all() map[string]string {
	return map[string]string{
		"cohort": f.Cohort, "step": f.Step, "school": f.School, "college": f.College, "major": f.Major, "class": f.Class, "settled": f.Settled,
		"unit": f.Unit, "code": f.Code, "q": f.Query,
	}
}

// values are the parts that belong in an address: no name.
func (f filter) values() url.Values {
	v := url.Values{}
	for name, value := range f.all() {
		if value != "" && name != "q" {
			v.Set(name, value)
		}
	}
	return v
}

// address is path with the filter and the page.
func address(path string, v url.Values, after string) string {
	if after != "" {
		v.Set("after", after)
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// list shows the graduates of the scope that the filter in the address leaves.
func (h *Handler) list(v visit) error { return h.showList(v, filterOf(v.Query)) }

// search narrows the list: by everything but a name through the address, by
// name or 考生号 at once.
func (h *Handler) search(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	f := filterOf(v.PostForm)
	if f.Query == "" {
		return web.SeeOther(v.Context, address("/admin/graduates", f.values(), ""))
	}
	return h.showList(v, f)
}

func (h *Handler) showList(v visit, f filter) error {
	ctx := v.Request.Context()
	after, err := cursor(v)
	if err != nil {
		return err
	}
	g, err := h.storeFilter(ctx, f)
	if err != nil {
		return err
	}
	found, next, err := h.o.Store.Graduates(ctx, v.scope(), g, after, pageSize)
	if err != nil {
		return fmt.Errorf("admin: graduates: %w", err)
	}
	rows, err := h.rows(ctx, found, h.o.Web.Now())
	if err != nil {
		return err
	}
	cohorts, err := h.o.Store.Cohorts(ctx)
	if err != nil {
		return fmt.Errorf("admin: cohorts: %w", err)
	}
	pager := web.Pager{Text: "每页 50 人，停留最久的在前"}
	if !g.Waiting() {
		pager.Text = "每页 50 人，按毕业去向类别排列"
	}
	switch more := next.String(); {
	case more != "" && f.Query == "":
		pager.Next = address("/admin/graduates", f.values(), more)
	case more != "" && len(found) < pageSize:
		pager.Text = "姓名相近的人很多，未能全部查找，请把姓名写得更完整"
	case more != "":
		pager.Text = "只显示前 50 人，请把条件写得更具体"
	case f.Query != "":
		pager.Text = "按姓名排列"
	}
	settled, err := h.settledChoices(ctx, f)
	if err != nil {
		return err
	}
	return h.show(v, http.StatusOK, "graduates", web.Page{Title: "毕业生", Next: "/admin/graduates", Data: map[string]any{
		"Rows": rows, "Pager": pager, "Fields": f.fields(v.scope(), cohorts, settled), "Open": f != filter{}, "Empty": web.Empty{Text: "没有符合条件的毕业生。"},
		"Export": exportOf(v.op, f.all(), model.SheetRoster),
	}})
}

// cursor is where the page begins.
func cursor(v visit) (store.Cursor, error) {
	after, err := store.ParseCursor(v.Query("after"))
	if err != nil {
		return after, model.Invalid("after", "这个列表地址不完整，请从“毕业生”重新进入。").Because(err)
	}
	return after, nil
}

// fields are the inputs of the filter: no school or college where the scope has
// but one.
func (f filter) fields(s model.Scope, cohorts []model.Cohort, settled web.Choices) map[string]any {
	steps := web.Choices{Name: "step", Label: "步骤", Items: []web.Choice{{Text: "全部"}}}
	for _, st := range model.Steps() {
		steps.Items = append(steps.Items, web.Choice{Value: string(st), Text: st.Chinese(), Chosen: f.Step == string(st)})
	}
	years := web.Choices{Name: "cohort", Label: "届", Items: []web.Choice{{Text: "全部"}}}
	for _, c := range cohorts {
		years.Items = append(years.Items, web.Choice{Value: c.Code, Text: c.Code + " 届", Chosen: f.Cohort == c.Code})
	}
	m := map[string]any{
		"Step": steps, "Cohort": years, "Settled": settled,
		"Major": web.Field{Name: "major", Label: "专业", Value: f.Major, MaxLength: 60},
		"Class": web.Field{Name: "class", Label: "班级", Value: f.Class, MaxLength: 60},
		"Unit":  web.Field{Name: "unit", Label: "单位名称", Value: f.Unit, MaxLength: 120, Hint: "与上报的完全一致。"},
		"Code":  web.Field{Name: "code", Label: "统一社会信用代码", Value: f.Code, MaxLength: 18},
		"Query": web.Field{Name: "q", Label: "姓名或考生号", Value: f.Query, MaxLength: 60, Hint: "姓名可只写开头，考生号需写全。"},
	}
	if s.All {
		m["School"] = web.Field{Name: "school", Label: "院校代码", Value: f.School, MaxLength: 5, InputMode: "numeric"}
	}
	if s.College == "" {
		m["College"] = web.Field{Name: "college", Label: "院系", Value: f.College, MaxLength: 60}
	}
	return m
}
