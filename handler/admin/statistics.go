package admin

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/store"
)

// The ways to tell an area's graduates apart, as addresses name them.
const (
	bySchool   = string(store.SplitSchool)
	byCollege  = string(store.SplitCollege)
	byMajor    = string(store.SplitMajor)
	byClass    = string(store.SplitClass)
	byCategory = "category"
	byDay      = "day"
)

// splitWords names them.
var splitWords = map[string]string{
	bySchool: "学校", byCollege: "学院", byMajor: "专业", byClass: "班级", byCategory: "去向类别", byDay: "日期",
}

// numbers is what a page of numbers is about: some graduates of one cohort, and
// how they are told apart.
type numbers struct {
	scope   model.Scope
	cohort  model.Cohort
	cohorts []model.Cohort
	table   *codes.Table
	area    store.NumberArea
	by      string
	splits  []string // those that the area allows, the first by default
}

// numbersOf reads the address. A school or college out of the scope is not
// found.
func (h *Handler) numbersOf(v visit) (numbers, error) {
	ctx := v.Request.Context()
	n := numbers{scope: v.scope(), area: store.NumberArea{Cohort: v.Query("cohort"), School: v.Query("school"), College: v.Query("college")}, by: v.Query("by")}
	absent := model.Errorf(model.CodeNotFound, "没有这个范围的统计，或不在您的管理范围内。")
	if s := n.scope; !s.All {
		if n.area.School != "" && n.area.School != s.SchoolCode || s.College != "" && n.area.College != "" && n.area.College != s.College {
			return n, absent
		}
		n.area.School = s.SchoolCode
		if s.College != "" {
			n.area.College = s.College
		}
	}
	if n.area.School == "" {
		n.area.College = ""
	}
	var err error
	if n.cohorts, err = h.o.Store.Cohorts(ctx); err != nil {
		return n, fmt.Errorf("admin: cohorts: %w", err)
	}
	if n.area.Cohort == "" && len(n.cohorts) > 0 {
		n.area.Cohort = n.cohorts[len(n.cohorts)-1].Code
	}
	i := slices.IndexFunc(n.cohorts, func(c model.Cohort) bool { return c.Code == n.area.Cohort })
	if i < 0 {
		return n, absent
	}
	n.cohort = n.cohorts[i]
	if n.table, err = h.o.Codes(n.cohort.CodeTable); err != nil {
		return n, fmt.Errorf("admin: code table: %w", err)
	}
	switch {
	case len(n.scope.Classes) > 0:
		n.splits = []string{byClass, byMajor, byCategory}
	case n.area.College != "":
		n.splits = []string{byClass, byMajor, byCategory, byDay}
	case n.area.School != "":
		n.splits = []string{byCollege, byCategory, byDay}
	default:
		n.splits = []string{bySchool, byCategory}
	}
	if !slices.Contains(n.splits, n.by) {
		n.by = n.splits[0]
	}
	return n, nil
}

// address of a page of numbers; what the scope says need not be said.
func (n numbers) address(path, by string) string {
	v := n.place().values()
	v.Set("by", by)
	return address(path, v, "")
}

// place is the area as a list's filter.
func (n numbers) place() filter {
	f := filter{Cohort: n.area.Cohort}
	if n.scope.All {
		f.School = n.area.School
	}
	if n.scope.College == "" {
		f.College = n.area.College
	}
	return f
}

// statistics shows the 落实率 of the area, its parts, and one table of them; each
// number leads to the list behind it. Two queries, the area and the table,
// besides who is asking and the left column.
func (h *Handler) statistics(v visit) error {
	ctx := v.Request.Context()
	n, err := h.numbersOf(v)
	if err != nil {
		return err
	}
	settled, err := h.settledIn(ctx, n)
	if err != nil {
		return err
	}
	all := model.CountRates(n.table.Rates(), n.table, settled)
	table, err := h.numberTable(ctx, n, settled)
	if err != nil {
		return err
	}
	if n.by == byDay && len(table.Lines) > daysShown {
		table.Lines = table.Lines[:daysShown]
		table.Note += fmt.Sprintf("本页列出最近 %d 个有变动的日期，更早的请导出查看。", daysShown)
	}
	crumbs, err := h.crumbs(ctx, n)
	if err != nil {
		return err
	}
	own, err := h.placeOf(v)
	if err != nil {
		return err
	}
	p := web.Page{
		Title: "统计", Scripts: []string{"chart.js"}, Next: n.address("/admin/statistics", n.by),
		Data: map[string]any{
			"Cohorts": cohortChoices(n.cohorts, n.area.Cohort), "Hidden": hiddenPlace(n), "Crumbs": crumbs, "Numbers": all,
			"Summary": n.summary(all), "Table": table, "Tabs": n.tabs(), "Formula": formula(all), "Place": own, "Cohort": n.area.Cohort,
			"CSV": n.address("/admin/statistics/export", n.by) + "&format=csv", "XLSX": n.address("/admin/statistics/export", n.by) + "&format=xlsx",
		},
	}
	return h.show(v, http.StatusOK, "statistics", p)
}

// settledIn counts the whole area by category.
func (h *Handler) settledIn(ctx context.Context, n numbers) (map[string]int, error) {
	counts, err := h.o.Store.SettledCounts(ctx, n.scope, n.area, store.SplitNone)
	if err != nil {
		return nil, fmt.Errorf("admin: statistics: %w", err)
	}
	settled := make(map[string]int, len(counts))
	for _, c := range counts {
		settled[c.Settled] += c.Graduates
	}
	return settled, nil
}

func cohortChoices(cohorts []model.Cohort, chosen string) web.Choices {
	c := web.Choices{Name: "cohort", Label: "届", Required: true}
	for _, it := range cohorts {
		c.Items = append(c.Items, web.Choice{Value: it.Code, Text: it.Code + " 届", Chosen: it.Code == chosen})
	}
	return c
}

// hiddenPlace keeps the place when another cohort is chosen.
func hiddenPlace(n numbers) []web.Hidden {
	out := []web.Hidden{{Name: "by", Value: n.by}}
	f := n.place()
	for _, it := range []web.Hidden{{Name: "school", Value: f.School}, {Name: "college", Value: f.College}} {
		if it.Value != "" {
			out = append(out, it)
		}
	}
	return out
}

// crumbs lead from the whole scope down to the area; the last is where one is.
func (h *Handler) crumbs(ctx context.Context, n numbers) ([]web.Link, error) {
	at := func(area store.NumberArea) string {
		up := n
		up.area = area
		return address("/admin/statistics", up.place().values(), "")
	}
	var out []web.Link
	if n.scope.All {
		out = append(out, web.Link{Text: "全部学校", Href: at(store.NumberArea{Cohort: n.area.Cohort})})
	}
	if n.area.School != "" {
		name, err := h.schoolName(ctx, n.area.School)
		if err != nil {
			return nil, err
		}
		out = append(out, web.Link{Text: name, Href: at(store.NumberArea{Cohort: n.area.Cohort, School: n.area.School})})
	}
	if n.scope.College != "" {
		out = out[:0] // the operator's own place is the top
	}
	if n.area.College != "" {
		out = append(out, web.Link{Text: orBlank(n.area.College, "院系"), Href: at(n.area)})
	}
	out[len(out)-1].Href = ""
	return out, nil
}

// schoolName is the name of a school; its code where it is not known.
func (h *Handler) schoolName(ctx context.Context, code string) (string, error) {
	s, err := h.o.Store.School(ctx, code)
	if model.CodeOf(err) == model.CodeNotFound {
		return code, nil
	}
	if err != nil {
		return "", fmt.Errorf("admin: school: %w", err)
	}
	return s.Name, nil
}

// orBlank names what a roster says none of.
func orBlank(name, what string) string {
	if name == "" || name == store.Blank {
		return "（未填写" + what + "）"
	}
	return name
}

// tabs are the ways to split the area.
func (n numbers) tabs() []web.NavItem {
	var out []web.NavItem
	for _, by := range n.splits {
		out = append(out, web.NavItem{Text: "按" + splitWords[by], Href: n.address("/admin/statistics", by), Current: by == n.by})
	}
	return out
}

// formula says how the total is made up.
func formula(all model.Numbers) string {
	text := all.Total.Name + " ＝ "
	for i, f := range all.Parts {
		if i > 0 {
			text += " ＋ "
		}
		text += f.Name
	}
	return text
}

// listOf is the address of the list behind a figure.
func listOf(f filter, settled string) string {
	f.Settled = settled
	return address("/admin/graduates", f.values(), "")
}

// exportName is the name of a file of numbers.
func (n numbers) exportName(format string) string {
	return url.PathEscape("去向统计-" + n.area.Cohort + "-按" + splitWords[n.by] + "." + format)
}
