package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/codes"
)

// table are the code tables of a cohort; with "" those that new cohorts use.
func (h *Handler) table(ctx context.Context, cohort string) (*codes.Table, error) {
	version := codes.Default
	if cohort != "" {
		c, err := h.o.Store.Cohort(ctx, cohort)
		if err != nil {
			return nil, fmt.Errorf("admin: cohort: %w", err)
		}
		version = c.CodeTable
	}
	t, err := h.o.Codes(version)
	if err != nil {
		return nil, fmt.Errorf("admin: code table: %w", err)
	}
	return t, nil
}

// settledCodes turns what an address says about the figures of the numbers into
// categories: keys of rates, model.RateTotal, model.RateNone, or codes of
// categories, with commas between them.
func settledCodes(text string, table *codes.Table) ([]string, error) {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		rate := slices.IndexFunc(table.Rates(), func(r model.Rate) bool { return r.Key == part })
		switch {
		case part == model.RateNone:
			out = append(out, "")
		case part == model.RateTotal:
			for _, r := range table.Rates() {
				if r.InTotal {
					out = append(out, categoriesOf(r, table)...)
				}
			}
		case rate >= 0:
			out = append(out, categoriesOf(table.Rates()[rate], table)...)
		case part != "" && strings.Trim(part, "0123456789") == "":
			out = append(out, part)
		default:
			return nil, model.Invalid("settled", "这个列表地址中的“去向统计”不正确，请从“毕业生”重新选择。")
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func categoriesOf(r model.Rate, table *codes.Table) []string {
	var out []string
	for _, c := range table.Categories() {
		if slices.Contains(r.Groups, c.Group) {
			out = append(out, c.Code)
		}
	}
	return out
}

// settledChoices are the figures by which a list can be narrowed.
func (h *Handler) settledChoices(ctx context.Context, f filter) (web.Choices, error) {
	table, err := h.table(ctx, f.Cohort)
	if err != nil {
		return web.Choices{}, err
	}
	c := web.Choices{Name: "settled", Label: "去向统计", Hint: "按学校已审核通过的去向计算。", Items: []web.Choice{{Text: "全部"}}}
	add := func(value, text string) {
		c.Items = append(c.Items, web.Choice{Value: value, Text: text, Chosen: value == f.Settled})
	}
	for _, figure := range model.CountRates(table.Rates(), table, nil).Figures() {
		add(figure.Key, strings.TrimSuffix(figure.Name, "率"))
	}
	for _, category := range table.Categories() {
		add(category.Code, category.Code+" "+category.Name)
	}
	if f.Settled != "" && !slices.ContainsFunc(c.Items, func(it web.Choice) bool { return it.Chosen }) {
		c.Items = append(c.Items, web.Choice{Value: f.Settled, Text: "其他（" + f.Settled + "）", Chosen: true})
	}
	return c, nil
}
