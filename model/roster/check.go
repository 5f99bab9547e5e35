package roster

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"quxiang/model"
)

const (
	// maxText bounds a text of the roster, in characters.
	maxText = 120
	// maxReason bounds why a destination is returned, as model.Decide does.
	maxReason = 200
)

// checker turns cells into rows and finds their faults.
type checker struct {
	kind   model.SheetKind
	header header
	codes  Codes
	school string
	labels [fields]string
	subs   map[string]string // the category of each finer code
	exams  *seen             // 考生号 of good rows
	people *seen             // ID number within cohort and level
}

func newChecker(h header, o Options) *checker {
	c := newLabels(h, columnsOf(o.Kind))
	c.kind, c.codes, c.school, c.subs, c.exams, c.people = o.Kind, o.Codes, o.School, map[string]string{}, newSeen(), newSeen()
	for _, cat := range o.Codes.Categories() {
		for _, s := range cat.Sub {
			c.subs[s.Code] = cat.Code
		}
	}
	return c
}

// newLabels makes a checker that can read cells and name their columns.
func newLabels(h header, columns []column) *checker {
	c := &checker{header: h}
	for _, col := range columns {
		c.labels[col.field] = col.label
		if i := h.at[col.field]; i >= 0 {
			c.labels[col.field] = h.names[i]
		}
	}
	return c
}

// line is a row under check.
type line struct {
	*checker
	row Row
}

// check reads one row. A row with faults is complete as far as it could be read.
func (c *checker) check(cells []string, number int) Row {
	l := &line{checker: c, row: Row{Line: number, Cells: cells}}
	switch c.kind {
	case model.SheetRoster:
		l.identity()
		l.studies()
		l.contact()
		l.destination()
	case model.SheetDestinations:
		l.who()
		l.destination()
	case model.SheetReviews:
		l.who()
		l.verdict()
	}
	l.once()
	return l.row
}

// fault notes a fault of a field.
func (l *line) fault(f field, message string) {
	l.row.Faults = append(l.row.Faults, Fault{Line: l.row.Line, Column: l.labels[f], Message: message})
}

// raw is the cell of a field, cleaned; "" when the file has no such column.
func (l *line) raw(f field) string {
	i := l.header.at[f]
	if i < 0 || i >= len(l.row.Cells) {
		return ""
	}
	return clean(l.row.Cells[i])
}

// number is the cell of a field that holds digits or a code. Digits that the
// spreadsheet has lost are a fault.
func (l *line) number(f field) string {
	s := compact(l.raw(f))
	if lostDigits(s) {
		l.fault(f, "内容是"+quote(s)+"，长数字被表格软件截断，原来的数字已丢失。请把该列设为“文本”格式，重新填写或导出。")
		return ""
	}
	return unpointed(s)
}

// text is the cell of a field in words: of bounded length, without characters
// that were lost in translation.
func (l *line) text(f field) string { return l.bounded(f, maxText) }

func (l *line) bounded(f field, most int) string {
	s := l.raw(f)
	if len(s) > most && utf8.RuneCountInString(s) > most {
		l.fault(f, "超过 "+itoa(most)+" 字，请缩短。")
		return ""
	}
	for _, c := range s {
		if c == utf8.RuneError {
			l.fault(f, "含有无法识别的字符。请用 Excel 或 WPS 另存为 .xlsx 后再上传。")
			return ""
		}
		if unicode.IsControl(c) {
			l.fault(f, "含有换行等控制字符，请删去。")
			return ""
		}
	}
	return s
}

// need is fault for a required field that is empty and has no other fault.
func (l *line) need(f field, value string) {
	if value != "" {
		return
	}
	for _, have := range l.row.Faults {
		if have.Column == l.labels[f] {
			return
		}
	}
	l.fault(f, "不能为空，请补填。")
}

// coded reads a coded field from its code, its name, or both, which must agree.
func (l *line) coded(table model.CodeTable, codeAt, nameAt field) string {
	code, called := l.number(codeAt), l.text(nameAt)
	if code == "" && called == "" {
		return ""
	}
	if code == "" {
		if found, ok := l.codes.Code(table, called); ok {
			return found
		}
		if _, ok := l.codes.Name(table, called); ok {
			return called // the column holds codes
		}
		l.fault(nameAt, quote(called)+"不在代码表中"+l.choices(table)+"，请改正。")
		return ""
	}
	known, ok := l.codes.Name(table, code)
	switch {
	case !ok:
		l.fault(codeAt, "没有代码"+quote(code)+l.zeros(table, code)+l.choices(table)+"，请改正。")
		return ""
	case called != "" && !l.codes.Names(table, code, called):
		l.fault(nameAt, "代码"+quote(code)+"（"+known+"）与名称"+quote(called)+"不一致，请核对。")
		return ""
	}
	return code
}

// zeros hints at the zero in front that a number has lost.
func (l *line) zeros(table model.CodeTable, code string) string {
	if n, ok := l.codes.Name(table, "0"+code); ok {
		return "，可能丢了前面的 0（0" + code + " " + n + "）"
	}
	return ""
}

// choices lists a short table's names.
func (l *line) choices(table model.CodeTable) string {
	list := l.codes.List(table)
	if len(list) > 14 {
		return ""
	}
	names := make([]string, len(list))
	for i, e := range list {
		names[i] = e.Code + " " + e.Name
		if !isDigits(e.Code) { // codes of our own mean nothing to people
			names[i] = e.Name
		}
	}
	return "（可填：" + strings.Join(names, "、") + "）"
}

// yesNo reads 是 or 否; empty is not known.
func (l *line) yesNo(f field) model.YesNo {
	s := strings.ToUpper(l.number(f))
	switch s {
	case "":
		return model.Unknown
	case "是", "Y", "YES", "1", "TRUE", "转入", "已转入":
		return model.Yes
	case "否", "N", "NO", "0", "FALSE", "未转入", "不转入":
		return model.No
	}
	l.fault(f, "应填“是”或“否”，不清楚的请留空，现在是"+quote(s)+"。")
	return model.Unknown
}

// once refuses what came before in the file: of rows with one 考生号, or with
// one ID number in a cohort and level, the first good one stands.
func (l *line) once() {
	b := l.row.Basics
	person := l.row.CohortCode + " " + b.Level + " " + b.IDNumber
	exam := b.ExamNumber
	if l.kind != model.SheetRoster { // a roster holds one person once
		exam += " " + l.row.CohortCode + " " + l.row.SchoolCode
	}
	if b.ExamNumber != "" {
		if first := l.exams.first(exam); first != 0 {
			l.fault(examNumber, "与第 "+itoa(first)+" 行的考生号相同，只保留第 "+itoa(first)+" 行。请核对是否重复。")
		}
	}
	if b.IDNumber != "" && b.Level != "" && l.row.CohortCode != "" {
		if first := l.people.first(person); first != 0 {
			l.fault(idNumber, "与第 "+itoa(first)+" 行的证件号码相同（同一届、同一学历，"+model.Mask(b.IDNumber)+"），请核对是否重复或填错。")
		}
	}
	if len(l.row.Faults) == 0 {
		l.exams.store(exam, l.row.Line)
		if b.IDNumber != "" {
			l.people.store(person, l.row.Line)
		}
	}
}
