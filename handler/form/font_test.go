package form

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestFontsMustBeBuilt(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"not built": {"font/.gitkeep": {}},
		"damaged":   {"font/1-a.ttf": {Data: []byte("x")}, "font/9-b.ttf": {Data: []byte("x")}},
	} {
		if _, err := loadTypefaces(files); err == nil || !strings.Contains(err.Error(), "make assets") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Within a font a glyph stands for one character: else a PDF would say another.
func TestNoGlyphIsShared(t *testing.T) {
	s, err := newSetter()
	if err != nil {
		t.Fatal(err)
	}
	for face, f := range s.faces {
		seen := map[uint16]rune{}
		for c := rune(0x20); c < 0x32000; c++ {
			g := s.in(face, c)
			if !g.has {
				continue
			}
			if other, ok := seen[uint16(g.id)]; ok {
				t.Errorf("%s draws %U as %U", f.name, c, other)
			}
			seen[uint16(g.id)] = c
		}
	}
}

// The licence asks to go with the fonts.
func TestLicencesGoWithTheFonts(t *testing.T) {
	text, err := Licences()
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(text, "SIL OPEN FONT LICENSE Version 1.1"); n != 2 {
		t.Errorf("%d licences", n)
	}
}

// A line is broken, never changed.
func FuzzWrap(f *testing.F) {
	f.Add("学信咨询服务有限公司（北京）", 5)
	f.Add("Universität für Bodenkultur Wien", 9)
	f.Add("，。、；", 1)
	f.Add("ẹ̀ẹ̀ẹ̀", 1)
	s, err := newSetter()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string, width int) {
		if width < 1 || width > 100 || len(text) > 1000 {
			t.Skip()
		}
		text = printed(text)
		lines := s.wrap(text, float64(width))
		compact := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if got := strings.Join(lines, ""); compact(got) != compact(text) {
			t.Fatalf("%q becomes %q", text, lines)
		}
		for _, l := range lines {
			if s.width(l) > float64(width)+1e-6 && len([]rune(l)) > 1 && !strings.ContainsFunc(l, func(c rune) bool { return s.glyph(c).advance == 0 || s.glyph(c).advance > 1 }) {
				t.Errorf("%q is wider than %d", l, width)
			}
		}
	})
}
