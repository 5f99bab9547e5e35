package roster

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"quxiang/model"
)

const (
	// maxHolder bounds a name that is asked for, in characters.
	maxHolder = 60
	// maxQuestionLines and maxQuestionCells bound what stands in a sheet beside
	// the rows that are asked: blank ones, and columns of the department's own. All
	// of it is in memory while the answers are written.
	maxQuestionLines = 10_000
	maxQuestionCells = 150_000
)

// Questions is a department's sheet of forms to check, and where its answers
// go: into the same file, behind its last column.
type Questions struct {
	Format TableFormat
	Rows   []QuestionRow // those that are not blank, model.MaxQuestions at most

	path   string
	header header
	width  int        // of the widest row
	sheet  string     // XLSX: the one that was read
	comma  rune       // CSV: what parts its cells
	cells  [][]string // CSV: all rows, those up to the header too
}

// QuestionRow is one row: what is asked, or why nothing can be.
type QuestionRow struct {
	Line   int // as the spreadsheet program numbers it, from 1
	Kind   model.FormKind
	Name   string
	Number string // without blanks; see form.ParseNumber
	Fault  string // for people; "" when the row can be asked

	at int // CSV: index in cells
}

// questionColumns is what departments call the columns.
func questionColumns() []column {
	return []column{
		{formKind, "登记信息表", "", []string{
			"登记信息表类型", "登记信息表种类", "登记表", "登记表类型", "登记表种类", "核验类型", "核验种类", "核验模块", "核验项目", "档案/户口", "档案或户口",
		}},
		{name, "姓名", "", []string{"毕业生姓名", "学生姓名", "毕业生", "持有人", "持有人姓名"}},
		{formNumber, "核验编号", "", []string{"核验号", "核验号码", "核验编码", "核验码", "登记信息表编号", "登记表编号", "登记信息表核验编号"}},
	}
}

// OpenQuestions reads a department's sheet to its end. A row that cannot be
// asked is no fault of the sheet. only is the form that is meant where the sheet
// does not say; "" wants a column that says it. What is wrong with the file as a
// whole is a *model.Error, as of Open; so are more rows than can be asked.
func OpenQuestions(path string, o Options, only model.FormKind) (_ *Questions, err error) {
	need := [][]field{{name}, {formNumber}}
	if only == "" {
		need = append(need, []field{formKind})
	}
	v := newVocabulary("核验表", questionColumns(), need)
	v.least = 2 // a lacking column is told by its name
	src, h, _, err := openSource(path, o, v)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.close()) }()
	q := &Questions{path: path, header: h, width: len(h.names), Format: TableXLSX}
	switch s := src.(type) {
	case *xlsx:
		q.sheet = s.sheet
	case *text:
		q.Format, q.comma, q.cells = TableCSV, s.csv.Comma, s.top
		for _, cells := range s.top {
			q.width = max(q.width, len(cells))
		}
	}
	c, held := newLabels(h, questionColumns()), 0
	for {
		cells, number, err := src.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		q.width = max(q.width, len(cells))
		if held += len(cells); held > maxQuestionCells || number > maxQuestionLines {
			return nil, model.Errorf(model.CodeTooLarge, "表格中要核验的内容以外的行、列太多。请删去数据下方的空白行和右侧不用的列后再上传。")
		}
		if q.Format == TableCSV {
			q.cells = append(q.cells, cells)
		}
		if blank(cells) {
			continue
		}
		if len(q.Rows) == model.MaxQuestions {
			return nil, model.Errorf(model.CodeTooLarge, "一张表格最多 %d 行，这张更多。请分成几张后再上传。", model.MaxQuestions)
		}
		l := &line{checker: c, row: Row{Line: number, Cells: cells}}
		r := l.question(only)
		r.at = len(q.cells) - 1
		q.Rows = append(q.Rows, r)
	}
	if len(q.Rows) == 0 {
		return nil, model.Invalid("file", "表格只有表头，没有要核验的行。请确认上传的是填写后的表格。")
	}
	if q.Format == TableXLSX {
		if err := q.rehearse(); err != nil {
			return nil, err
		}
	}
	return q, nil
}

func blank(cells []string) bool {
	for _, c := range cells {
		if clean(c) != "" {
			return false
		}
	}
	return true
}

// question reads what one row asks.
func (l *line) question(only model.FormKind) QuestionRow {
	r := QuestionRow{Line: l.row.Line, Kind: only, Name: l.bounded(name, maxHolder), Number: l.number(formNumber)}
	if word := l.raw(formKind); word != "" {
		r.Kind = kindNamed(word)
		if r.Kind == "" {
			l.fault(formKind, "应为“档案”或“户口”。")
		}
	} else if only == "" {
		l.fault(formKind, "没有填写，应为“档案”或“户口”。")
	}
	if model.FoldName(l.raw(name)) == "" {
		l.fault(name, "没有填写。")
	}
	if l.raw(formNumber) == "" {
		l.fault(formNumber, "没有填写。")
	}
	parts := make([]string, len(l.row.Faults))
	for i, f := range l.row.Faults {
		parts[i] = "“" + f.Column + "”" + f.Message
	}
	r.Fault = strings.Join(parts, "")
	return r
}

// kindNamed is the form that a cell names, in whichever words: 档案,
// 户口登记信息表, archive; "" when it names neither or both.
func kindNamed(word string) model.FormKind {
	word = strings.ToLower(model.FoldName(word))
	archive := strings.Contains(word, "档案") || word == string(model.FormArchive)
	household := strings.Contains(word, "户口") || strings.Contains(word, "户籍") || word == string(model.FormHousehold)
	switch {
	case archive == household:
		return ""
	case archive:
		return model.FormArchive
	}
	return model.FormHousehold
}

// start is the first of the columns for answers, from 0: that of the answers
// which an earlier check left in the sheet, or the one behind all others. So the
// department's own columns stay what they are.
func (q *Questions) start(columns []string) int {
	names := q.header.names
	for i := 0; i+len(columns) <= len(names); i++ {
		same := true
		for j, c := range columns {
			same = same && foldHeader(names[i+j]) == foldHeader(c)
		}
		if same {
			return i
		}
	}
	return q.width
}

// Answer writes the sheet with the answers of its rows, in their order. What the
// department uploaded comes back as it was; a cell of ours is never run as a
// formula. A CSV is UTF-8 with a byte order mark, whatever it was.
func (q *Questions) Answer(w io.Writer, columns []string, answers [][]string) error {
	if len(answers) != len(q.Rows) {
		return fmt.Errorf("roster: %d answers for %d rows", len(answers), len(q.Rows))
	}
	if q.Format == TableCSV {
		return q.answerCSV(w, columns, answers)
	}
	return q.answerXLSX(w, columns, answers)
}

// shown is a text of ours for a cell: nothing in it breaks the line or draws
// nothing.
func shown(s string) string {
	return cut(strings.TrimSpace(strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || c == utf8.RuneError {
			return ' '
		}
		return c
	}, s)))
}
