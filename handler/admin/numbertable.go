package admin

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"quxiang/model"
	"quxiang/model/roster"
	"quxiang/model/store"
)

// daysShown bounds the table of days on a page; the export has all.
const daysShown = 120

// numberCell is one number, its share, and the list behind it.
type numberCell struct {
	Graduates int
	Percent   string // "" where there is no share
	Href      string // "" for numbers of the past
}

// numberLine is a line of numbers: of a class, a category, a day.
type numberLine struct {
	Name, Href string
	Day        model.Date // of a line by day
	All        numberCell
	Figures    []numberCell
}

// numberTable is a table of numbers as pages show it and exports write it.
type numberTable struct {
	Caption string
	First   string // heading of the names
	Chart   string // how it is drawn: "lines" by day, "bars" by name, "" not at all
	Figures []string
	Lines   []numberLine
	Foot    *numberLine
	Note    string
}

// numberTable is the table that the address asks for: one query, or none by
// category, which the area's own counts answer.
func (h *Handler) numberTable(ctx context.Context, n numbers, settled map[string]int) (numberTable, error) {
	switch n.by {
	case byCategory:
		return n.categories(settled), nil
	case byDay:
		days, err := h.o.Store.SettledDays(ctx, n.scope, n.area)
		if err != nil {
			return numberTable{}, fmt.Errorf("admin: statistics: %w", err)
		}
		return n.days(days), nil
	}
	counts, err := h.o.Store.SettledCounts(ctx, n.scope, n.area, store.Split(n.by))
	if err != nil {
		return numberTable{}, fmt.Errorf("admin: statistics: %w", err)
	}
	names := map[string]string{}
	if n.by == bySchool {
		schools, err := h.o.Store.Schools(ctx)
		if err != nil {
			return numberTable{}, fmt.Errorf("admin: schools: %w", err)
		}
		for _, s := range schools {
			names[s.Code] = s.Name
		}
	}
	return n.parts(counts, settled, names), nil
}

// summary are the figures of the whole area.
func (n numbers) summary(all model.Numbers) numberTable {
	t := numberTable{Caption: "落实率及其组成", First: "指标"}
	for _, f := range all.Figures() {
		c := numberCell{Graduates: f.Graduates, Percent: f.Percent()}
		if f.Key == model.RateUnknown {
			c.Href = n.address("/admin/statistics", byCategory) // which names them
		} else {
			c.Href = listOf(n.place(), f.Key)
		}
		t.Lines = append(t.Lines, numberLine{Name: f.Name, All: c})
	}
	t.Foot = &numberLine{Name: "全部毕业生", All: n.whole(all.Graduates)}
	return t
}

func (n numbers) whole(graduates int) numberCell {
	return numberCell{Graduates: graduates, Percent: model.Figure{Graduates: graduates, Of: graduates}.Percent(), Href: listOf(n.place(), "")}
}

// categories are the counts of the area by category.
func (n numbers) categories(settled map[string]int) numberTable {
	t := numberTable{Caption: "按去向类别统计", First: "去向类别", Chart: "bars"}
	all := 0
	for _, graduates := range settled {
		all += graduates
	}
	line := func(name, key string, graduates int) {
		c := numberCell{Graduates: graduates, Percent: model.Figure{Graduates: graduates, Of: all}.Percent(), Href: listOf(n.place(), key)}
		t.Lines = append(t.Lines, numberLine{Name: name, All: c})
	}
	known := map[string]bool{"": true}
	for _, c := range n.table.Categories() {
		known[c.Code] = true
		line(c.Code+" "+c.Name, c.Code, settled[c.Code])
	}
	for _, code := range slices.Sorted(maps.Keys(settled)) {
		if !known[code] {
			line(code+" 代码表中没有的去向", code, settled[code])
		}
	}
	line("未上报或未审核通过", model.RateNone, settled[""])
	t.Foot = &numberLine{Name: "全部毕业生", All: n.whole(all)}
	return t
}

// line is a line of figures; f is the list behind it, nil for numbers of the
// past.
func (n numbers) line(name string, settled map[string]int, f *filter) numberLine {
	all := model.CountRates(n.table.Rates(), n.table, settled)
	l := numberLine{Name: name, All: numberCell{Graduates: all.Graduates}}
	if f != nil {
		l.All.Href = listOf(*f, "")
	}
	for _, figure := range all.Figures() {
		if figure.Key == model.RateUnknown {
			continue // the table by category has it
		}
		c := numberCell{Graduates: figure.Graduates, Percent: figure.Percent()}
		if f != nil {
			c.Href = listOf(*f, figure.Key)
		}
		l.Figures = append(l.Figures, c)
	}
	return l
}

// figureNames heads the columns of line.
func (n numbers) figureNames() []string {
	var names []string
	for _, f := range model.CountRates(n.table.Rates(), n.table, nil).Figures() {
		names = append(names, strings.TrimSuffix(f.Name, "率"))
	}
	return names
}

// parts are the parts of the area by name. They come in the order of their
// names and in no other: nobody is ranked.
func (n numbers) parts(counts []store.SettledCount, settled map[string]int, schools map[string]string) numberTable {
	t := numberTable{Caption: "按" + splitWords[n.by] + "统计", First: splitWords[n.by], Figures: n.figureNames()}
	if n.by == bySchool || n.by == byCollege || n.by == byMajor {
		t.Chart = "bars"
	}
	for len(counts) > 0 {
		first, part := counts[0], map[string]int{}
		for len(counts) > 0 && samePart(counts[0], first) {
			part[counts[0].Settled] += counts[0].Graduates
			counts = counts[1:]
		}
		f := n.place()
		name, href := "", ""
		switch n.by {
		case bySchool:
			f.School = first.School
			name, href = first.School, address("/admin/statistics", f.values(), "")
			if s := schools[first.School]; s != "" {
				name = s
			}
		case byCollege:
			f.College = asked(first.College)
			name, href = orBlank(first.College, "院系"), address("/admin/statistics", f.values(), "")
		case byMajor:
			f.Major = asked(first.Major)
			name = orBlank(first.Major, "专业")
		case byClass:
			f.Major, f.Class = asked(first.Major), asked(first.Class)
			name = orBlank(first.Class, "班级")
			if first.Major != "" {
				name += "（" + first.Major + "）"
			}
		}
		l := n.line(name, part, &f)
		l.Href = href
		t.Lines = append(t.Lines, l)
	}
	here := n.place()
	foot := n.line("合计", settled, &here)
	t.Foot = &foot
	return t
}

func samePart(a, b store.SettledCount) bool {
	return a.School == b.School && a.College == b.College && a.Major == b.Major && a.Class == b.Class
}

// asked is a name as a filter asks for it.
func asked(name string) string {
	if name == "" {
		return store.Blank
	}
	return name
}

// days are the states at the ends of the days on which something changed, the
// newest first.
func (n numbers) days(changes []store.SettledDay) numberTable {
	t := numberTable{
		Caption: "按日期统计（当日结束时）", First: "日期", Chart: "lines", Figures: n.figureNames(),
		Note: "只列有变动的日期。名单只有当前的，因此往日的人数没有链接。",
	}
	state := map[string]int{}
	for i, c := range changes {
		state[c.Settled] += c.Graduates
		if i+1 == len(changes) || changes[i+1].Day != c.Day {
			l := n.line(c.Day.Chinese(), state, nil)
			l.Day = c.Day
			t.Lines = append(t.Lines, l)
		}
	}
	slices.Reverse(t.Lines)
	return t
}

// exportNumbers writes the table as a sheet.
func (h *Handler) exportNumbers(v visit) error {
	ctx := v.Request.Context()
	format := roster.TableFormat(v.Query("format"))
	kind := mediaTypes[format]
	if kind == "" {
		return model.Invalid("format", "请选择 CSV 或 XLSX 格式。")
	}
	n, err := h.numbersOf(v)
	if err != nil {
		return err
	}
	settled, err := h.settledIn(ctx, n)
	if err != nil {
		return err
	}
	t, err := h.numberTable(ctx, n, settled)
	if err != nil {
		return err
	}
	v.Header("Content-Type", kind)
	v.Header("Content-Disposition", "attachment; filename*=UTF-8''"+n.exportName(string(format)))
	v.Status(http.StatusOK)
	if err := roster.WriteTable(v.Writer, format, "去向统计", t.cells()); err != nil {
		return fmt.Errorf("admin: export: %w", err)
	}
	return nil
}

// cells are the table as a sheet: each figure is a column of counts and one of
// shares.
func (t numberTable) cells() [][]any {
	head := []any{t.First, "人数"}
	if len(t.Figures) == 0 {
		head = append(head, "比例")
	}
	for _, name := range t.Figures {
		head = append(head, name+"人数", name+"率")
	}
	rows := [][]any{head}
	lines := t.Lines
	if t.Foot != nil {
		lines = append(lines[:len(lines):len(lines)], *t.Foot)
	}
	for _, l := range lines {
		row := []any{l.Name, l.All.Graduates}
		if len(t.Figures) == 0 {
			row = append(row, l.All.Percent)
		}
		for _, c := range l.Figures {
			row = append(row, c.Graduates, c.Percent)
		}
		rows = append(rows, row)
	}
	return rows
}
