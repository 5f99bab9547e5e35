package form

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/text/unicode/norm"

	"quxiang/model"
)

// printed is s as it stands on the sheet: in NFC, each white space a single
// blank, without characters that only control and format. Blanks aside that is
// what the canonical bytes of model/form keep. Nothing becomes –.
func printed(s string) string {
	s = strings.Map(func(c rune) rune {
		if !unicode.IsSpace(c) && unicode.In(c, unicode.Cc, unicode.Cf) {
			return -1
		}
		return c
	}, s)
	if s = norm.NFC.String(strings.Join(strings.Fields(s), " ")); s == "" {
		return "–"
	}
	return s
}

// glyph is how one character is drawn.
type glyph struct {
	face    int // index of the typeface
	id      sfnt.GlyphIndex
	advance float64 // in em
	has     bool    // false when no font has it
}

// setter chooses fonts and measures. It is for one goroutine.
type setter struct {
	faces []*typeface
	buf   sfnt.Buffer
	known map[rune]glyph
}

func newSetter() (*setter, error) {
	faces, err := typefaces()
	if err != nil {
		return nil, err
	}
	return &setter{faces: faces, known: make(map[rune]glyph, 256)}, nil
}

// in finds c in one typeface.
func (s *setter) in(face int, c rune) glyph {
	f := s.faces[face].parsed
	id, err := f.GlyphIndex(&s.buf, c)
	if err != nil || id == 0 {
		return glyph{}
	}
	advance, err := f.GlyphAdvance(&s.buf, id, fixed.Int26_6(unitsPerEm), font.HintingNone)
	if err != nil {
		return glyph{}
	}
	return glyph{face: face, id: id, advance: float64(advance) / unitsPerEm, has: true}
}

// glyph finds c in the first font that has it.
func (s *setter) glyph(c rune) glyph {
	if g, ok := s.known[c]; ok {
		return g
	}
	var g glyph
	for i := range s.faces {
		if g = s.in(i, c); g.has {
			break
		}
	}
	s.known[c] = g
	return g
}

// missing is the error for the first character of text that no font has. It is
// found before anything is drawn: a sheet with a blank in a name would be worse
// than none.
func (s *setter) missing(label, text string) error {
	for _, c := range text {
		if !s.glyph(c).has {
			return model.Errorf(model.CodeConflict, "“%s”一栏中的“%c”（U+%04X）不在系统的字库中，印不出来，所以不能生成这张表的图片和 PDF。请联系学校就业指导中心，由学校改用规范字登记后再下载。", label, c, c)
		}
	}
	return nil
}

// letter tells what stands in words of Latin, Greek or Cyrillic.
func letter(c rune) bool {
	return unicode.In(c, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Mn)
}

// set returns the glyphs of text. A word of letters stands in one font where one
// has all of it, so that Nguyễn does not change its look within the word.
func (s *setter) set(text []rune) []glyph {
	glyphs := make([]glyph, len(text))
	for i := 0; i < len(text); i++ {
		if !letter(text[i]) {
			glyphs[i] = s.glyph(text[i])
			continue
		}
		end := i
		for end < len(text) && letter(text[end]) {
			end++
		}
		s.word(text[i:end], glyphs[i:end])
		i = end - 1
	}
	return glyphs
}

func (s *setter) word(text []rune, glyphs []glyph) {
	last := len(s.faces) - 1
	for i, c := range text {
		glyphs[i] = s.glyph(c)
	}
	for _, g := range glyphs {
		if g.face == 0 {
			continue
		}
		whole := make([]glyph, len(text))
		for j, c := range text {
			if whole[j] = s.in(last, c); !whole[j].has {
				return
			}
		}
		copy(glyphs, whole)
		return
	}
}

// run is a part of a line in one font.
type run struct {
	face  int
	text  string
	width float64 // in em
}

// runs splits a line by font.
func (s *setter) runs(line string) []run {
	text := []rune(line)
	var runs []run
	for i, g := range s.set(text) {
		if n := len(runs); n == 0 || runs[n-1].face != g.face {
			runs = append(runs, run{face: g.face})
		}
		r := &runs[len(runs)-1]
		r.text += string(text[i])
		r.width += g.advance
	}
	return runs
}

// width of a line in em.
func (s *setter) width(line string) float64 {
	w := 0.0
	for _, g := range s.set([]rune(line)) {
		w += g.advance
	}
	return w
}

// never is said of what printed text cannot cause.
func never(format string, args ...any) error {
	return fmt.Errorf("form: "+format, args...)
}
