package readback

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	paper "quxiang/handler/form"
	"quxiang/model"
	"quxiang/model/form"
)

const (
	// near is how far a text may stand from where it should, in millimetres.
	near = 0.3
	// gap parts two texts on a baseline: two columns are at least twice Pad apart.
	gap = 2*paper.Pad - 1
	// oneLine is how far apart the baselines of one line may be.
	oneLine = 0.35
)

// text is what stands together on a line, blanks included.
type text struct {
	x, endsAt float64
	em        float64 // width of its first character
	s         string
}

func (t text) at(x float64) bool { return math.Abs(t.x-x) < near }

// line is the texts on a baseline, from left to right.
type line struct {
	y     float64
	texts []text
}

// lines puts characters together as an eye does, whatever their order in the
// file.
func lines(glyphs []glyph) []line {
	glyphs = slices.Clone(glyphs)
	slices.SortStableFunc(glyphs, func(a, b glyph) int { return cmp.Compare(a.y, b.y) })
	var out []line
	for start := 0; start < len(glyphs); {
		end := start + 1
		for end < len(glyphs) && glyphs[end].y-glyphs[start].y < oneLine {
			end++
		}
		row := glyphs[start:end]
		slices.SortStableFunc(row, func(a, b glyph) int { return cmp.Compare(a.x, b.x) })
		l := line{y: row[0].y}
		for _, g := range row {
			n := len(l.texts)
			if n == 0 || g.x-l.texts[n-1].endsAt > gap {
				l.texts = append(l.texts, text{x: g.x, em: g.endsAt - g.x})
				n++
			}
			t := &l.texts[n-1]
			t.s += string(g.c)
			t.endsAt = max(t.endsAt, g.endsAt)
		}
		out = append(out, l)
		start = end
	}
	return out
}

// reader goes through the lines of a page once.
type reader struct {
	lines  []line
	form   form.Form
	issued model.Date
}

// understand makes the form of what stands on the page, by the rules beside
// handler/form.Lay; ok is false for what is not laid out by them.
func understand(glyphs []glyph) (f form.Form, issued model.Date, ok bool) {
	r := &reader{lines: lines(glyphs)}
	if !r.title() || !r.head() || !r.table() || !r.notes() {
		return form.Form{}, "", false
	}
	return r.form, r.issued, true
}

// next takes a line when it is what is wanted.
func (r *reader) next(want func(line) bool) (line, bool) {
	if len(r.lines) == 0 || !want(r.lines[0]) {
		return line{}, false
	}
	l := r.lines[0]
	r.lines = r.lines[1:]
	return l, true
}

func single(l line) bool { return len(l.texts) == 1 }

// title reads the lines down to the kind, and the mark of samples.
func (r *reader) title() bool {
	for {
		l, ok := r.next(single)
		if !ok {
			return false
		}
		for _, k := range []model.FormKind{model.FormArchive, model.FormHousehold} {
			if l.texts[0].s == k.Chinese() {
				r.form.Kind = k
			}
		}
		if r.form.Kind != "" {
			break
		}
		r.form.Title = join(r.form.Title, l.texts[0].s)
	}
	_, r.form.Sample = r.next(func(l line) bool { return single(l) && strings.HasPrefix(l.texts[0].s, paper.SampleMark) })
	return r.form.Title != ""
}

// caption stands below the QR code.
const caption = "扫码核验"

// head reads what stands beside the QR code.
func (r *reader) head() bool {
	values := map[string]string{}
	label := ""
	for {
		l, ok := r.next(func(l line) bool { return !l.texts[0].at(paper.Left + paper.Pad) })
		if !ok {
			break
		}
		if n := len(l.texts) - 1; l.texts[n].x > paper.HeadRight {
			if l.texts[n].s != caption {
				return false
			}
			if l.texts = l.texts[:n]; n == 0 {
				continue
			}
		}
		if l.texts[0].at(paper.Left) {
			label = l.texts[0].s
			if _, twice := values[label]; twice {
				return false
			}
			l.texts = l.texts[1:]
		}
		if len(l.texts) != 1 || !l.texts[0].at(paper.HeadValue) || label == "" {
			return false
		}
		values[label] = join(values[label], l.texts[0].s)
	}
	r.form.Number = model.VerificationNumber(form.CanonicalText(values["核验编号"]))
	until, ok1 := chineseDate(values["有效期至"])
	issued, ok2 := chineseDate(values["出具日期"])
	r.form.ValidUntil, r.issued, r.form.Issuer = until, issued, values["出具单位"]
	return ok1 && ok2 && len(values) == 4
}

var datePattern = regexp.MustCompile(`^(\d{4})年(\d{1,2})月(\d{1,2})日$`)

// chineseDate reads what model.Date.Chinese writes, and nothing else.
func chineseDate(s string) (model.Date, bool) {
	m := datePattern.FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	two := func(s string) string { return strings.Repeat("0", 2-len(s)) + s }
	d := model.Date(m[1] + "-" + two(m[2]) + "-" + two(m[3]))
	return d, !d.Start().IsZero() && d.Chinese() == s
}

// notesTitle ends the table.
const notesTitle = "注意事项"

// table reads the blocks. The baselines of a cell are a line's height apart,
// those of two rows further by twice the padding.
func (r *reader) table() bool {
	columns := [4]float64{paper.Left, paper.Value, paper.SecondName, paper.SecondVal}
	var row [4]string
	begun, above, em := false, 0.0, 0.0
	for {
		l, ok := r.next(func(l line) bool { return !l.texts[0].at(paper.Left) })
		if !ok {
			break
		}
		var cells [4]string
		for _, t := range l.texts {
			column := slices.IndexFunc(columns[:], func(x float64) bool { return t.at(x + paper.Pad) })
			if column < 0 || cells[column] != "" {
				return false
			}
			cells[column] = t.s
		}
		if !begun {
			em = l.texts[0].em // the table begins with the Chinese title of a block
		}
		// Between 1.4 em, a line, and 2.26 em, a line and the padding of two rows.
		if !begun || l.y-above > 1.8*em {
			if cells[0] == "" || (begun && !r.add(row)) {
				return false
			}
			row, begun = cells, true
		} else {
			for i, c := range cells {
				row[i] = join(row[i], c)
			}
		}
		above = l.y
	}
	return begun && r.add(row)
}

// add adds a row of the table to the form.
func (r *reader) add(row [4]string) bool {
	switch {
	case row[1] == "" && row[2] == "" && row[3] == "":
		r.form.Blocks = append(r.form.Blocks, form.Block{Title: row[0]})
		return true
	case row[1] == "" || (row[2] == "") != (row[3] == ""), len(r.form.Blocks) == 0:
		return false
	}
	b := &r.form.Blocks[len(r.form.Blocks)-1]
	half := row[2] != ""
	b.Rows = append(b.Rows, form.Row{Label: row[0], Value: row[1], Half: half})
	if half {
		b.Rows = append(b.Rows, form.Row{Label: row[2], Value: row[3], Half: true})
	}
	return true
}

var noteNumber = regexp.MustCompile(`^\d+\.`)

// notes reads what stands below the table. It is not signed; how long it is
// decides on the size of the type.
func (r *reader) notes() bool {
	if _, ok := r.next(func(l line) bool { return single(l) && l.texts[0].at(paper.Left) && l.texts[0].s == notesTitle }); !ok {
		return false
	}
	for {
		l, ok := r.next(single)
		if !ok {
			return len(r.lines) == 0
		}
		t := l.texts[0]
		number := noteNumber.FindString(t.s)
		switch n := len(r.form.Notes); {
		case t.at(paper.Left) && number != "":
			r.form.Notes = append(r.form.Notes, strings.TrimPrefix(t.s, number))
		case n > 0:
			r.form.Notes[n-1] = join(r.form.Notes[n-1], t.s)
		default:
			return false
		}
	}
}

// join puts two lines of one text together. A blank at which a line was broken
// is not drawn: between two words there must have been one.
func join(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	left, right := []rune(a), []rune(b)
	if narrow(left[len(left)-1]) && narrow(right[0]) {
		return a + " " + b
	}
	return a + b
}

// narrow tells letters that make words from characters that stand alone.
func narrow(c rune) bool { return c < 0x2e80 && !unicode.IsSpace(c) }
