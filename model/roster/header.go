package roster

import (
	"strings"

	"quxiang/model"
)

const (
	// headerDepth is how many rows from the top a header is looked for in:
	// exports put titles and instructions above it.
	headerDepth = 20
	// headerLeast is how many known columns make a row a header, where a sheet
	// needs not fewer.
	headerLeast = 3
	// maxColumns bounds a sheet's width. A file can claim 16,384 columns in
	// every row at no cost to itself.
	maxColumns = 512
)

// header is where the fields of a file stand.
type header struct {
	at    [fields]int // index of the cell, -1 when the file has no such column
	names []string    // what the columns are called
	lines int         // rows up to and with the header
}

// vocabulary finds the fields of one kind of file by column name.
type vocabulary struct {
	what   string    // the file's kind, for messages
	need   [][]field // columns that must be there, each as one of its fields
	least  int       // known columns that make a row a header
	byName map[string]field
	labels [fields]string
}

func newVocabulary(what string, columns []column, need [][]field) *vocabulary {
	v := &vocabulary{what: what, need: need, least: min(headerLeast, len(need)), byName: map[string]field{}}
	for _, c := range columns {
		v.labels[c.field] = c.label
		for _, n := range append([]string{c.label, c.pinyin}, c.aliases...) {
			if n != "" {
				v.byName[foldHeader(n)] = c.field
			}
		}
	}
	return v
}

// foldHeader makes column names comparable: * for 必填 and remarks in brackets
// are dropped.
func foldHeader(s string) string {
	s = model.FoldName(clean(s))
	if i := strings.IndexAny(s, "(【["); i > 0 {
		s = s[:i]
	}
	return strings.Trim(s, "*:")
}

// known returns the field of each cell, -1 for unknown names, and how many are
// known.
func (v *vocabulary) known(cells []string) (of []field, n int) {
	of = make([]field, len(cells))
	for i, c := range cells {
		of[i] = -1
		if f, ok := v.byName[foldHeader(c)]; ok {
			of[i] = f
			n++
		}
	}
	return of, n
}

// findHeader looks for the header in the first rows of a sheet. ok is false when
// no row looks like one. Two header rows, one below the other, are read as one:
// where the first, in pinyin, names a column, it decides.
func (v *vocabulary) findHeader(rows [][]string) (h header, ok bool, err error) {
	for i, cells := range rows {
		of, n := v.known(cells)
		if n < v.least {
			continue
		}
		h.lines, h.names = i+1, cells
		if i+1 < len(rows) {
			if below, n := v.known(rows[i+1]); n >= v.least {
				h.lines++
				of, h.names = merge(of, below), rows[i+1]
			}
		}
		err = v.place(&h, of)
		return h, true, err
	}
	return header{}, false, nil
}

func merge(above, below []field) []field {
	of := make([]field, max(len(above), len(below)))
	for i := range of {
		of[i] = -1
		switch {
		case i < len(above) && above[i] >= 0:
			of[i] = above[i]
		case i < len(below):
			of[i] = below[i]
		}
	}
	return of
}

// place fills in where each field stands and gives every known column a name
// that means it, so that the sheet of refused rows can be read again.
func (v *vocabulary) place(h *header, of []field) error {
	for f := range h.at {
		h.at[f] = -1
	}
	names := make([]string, len(of))
	for i, f := range of {
		if i < len(h.names) {
			names[i] = clean(h.names[i])
		}
		if f < 0 {
			continue
		}
		if v.byName[foldHeader(names[i])] != f || names[i] == "" {
			names[i] = v.labels[f]
		}
		if h.at[f] >= 0 {
			return model.Invalid(v.labels[f], "表头第 %d 行中，“%s”和“%s”两列是同一项内容，请只保留一列。", h.lines, names[h.at[f]], names[i])
		}
		h.at[f] = i
	}
	h.names = names
	return nil
}

// missing is the error for a header that lacks needed columns, nil when it has
// them all.
func (v *vocabulary) missing(h header) error {
	var labels []string
	for _, either := range v.need {
		found := false
		for _, f := range either {
			found = found || h.at[f] >= 0
		}
		if !found {
			labels = append(labels, v.labels[either[0]])
		}
	}
	if len(labels) == 0 {
		return nil
	}
	return model.Invalid(labels[0], "表格缺少必需的列：%s。请按%s的列名补齐后再上传。", strings.Join(labels, "、"), v.what)
}

// noHeader is the error for a file in which nothing looks like a header.
func (v *vocabulary) noHeader() error {
	labels := make([]string, len(v.need))
	for i, either := range v.need {
		labels[i] = v.labels[either[0]]
	}
	return model.Invalid("file", "在前 %d 行中没有找到%s的表头（%s等）。请确认文件无误。", headerDepth, v.what, strings.Join(labels, "、"))
}
