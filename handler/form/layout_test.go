package form_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	picture "quxiang/handler/form"
	"quxiang/model"
	"quxiang/model/form"
)

// The table shows each block with its rows, in order, and pairs them as
// model/form does.
func TestTheTableFollowsTheForm(t *testing.T) {
	for _, f := range []form.Form{archive(), household()} {
		var want, got [][]string
		for _, b := range f.Blocks {
			want = append(want, []string{b.Title})
			for _, line := range b.Lines() {
				var row []string
				for _, r := range line {
					v := r.Value
					if v == "" {
						v = "–"
					}
					row = append(row, r.Label, v)
				}
				want = append(want, row)
			}
		}
		y := -1.0
		for _, c := range lay(t, f).Cells {
			if c.Y != y {
				got = append(got, nil)
				y = c.Y
			}
			got[len(got)-1] = append(got[len(got)-1], c.Text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// extremes are forms with as much as the rules of model and roster let in: 120
// characters in every field.
func extremes() map[string]form.Form {
	all := map[string]form.Form{"archive": archive(), "household": household()}
	for name, s := range map[string]string{
		"Chinese": "学信咨询服务有限公司", "wide letters": "W", "narrow": "i", "dots": "买买提·", "stops": "，。", "brackets": "（《",
		"words":    "Universität für Bodenkultur ",
		"one word": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
		"Cyrillic": "Московский государственный университет ", "Vietnamese": "Nguyễn Thị Đặng ",
	} {
		f := filled(repeat(s, 120))
		f.Sample = true
		all[name] = f
	}
	f := archive()
	f.Blocks[0].Rows[0].Value = "阿布都热合曼·买买提伊明·阿布都克里木·艾则孜·吐尔逊江"
	f.Blocks[1].Rows[1].Value = repeat("新疆维吾尔自治区伊犁哈萨克自治州", 64)
	all["long names"] = f
	f.Issuer = repeat("教育部全国高校毕业生毕业去向登记系统", 60)
	all["long issuer"] = f
	return all
}

func TestNothingOverflowsNorIsCut(t *testing.T) {
	const slack = 1e-6
	for name, f := range extremes() {
		t.Run(name, func(t *testing.T) {
			s := lay(t, f)
			for _, x := range s.Texts {
				if x.Size < 6 || x.X < picture.Left-slack || x.X+x.Width > picture.Right+slack || x.Y < 10 || x.Y > picture.PageHeight-10 {
					t.Errorf("%q: %.1f pt at %.1f–%.1f, %.1f", x.Text, x.Size, x.X, x.X+x.Width, x.Y)
				}
			}
			for i, c := range s.Cells {
				var text strings.Builder
				for _, x := range s.Texts {
					if x.X < c.X || x.X >= c.X+c.W || x.Y <= c.Y || x.Y >= c.Y+c.H {
						continue
					}
					text.WriteString(x.Text)
					if x.X < c.X+picture.Pad-slack || x.X+x.Width > c.X+c.W-picture.Pad+slack {
						t.Errorf("%q leaves its cell", x.Text)
					}
				}
				if compact(text.String()) != compact(c.Text) {
					t.Errorf("cell %q holds %q", c.Text, text.String())
				}
				if i > 0 && c.Y != s.Cells[i-1].Y && c.Y < s.Cells[i-1].Y+s.Cells[i-1].H-slack {
					t.Errorf("cell %q lies over the one before", c.Text)
				}
			}
			q := s.QR
			if quiet := 4 * q.Module(); q.Side < 30 || q.Y+q.Side+quiet > s.Cells[0].Y || q.X+q.Side > picture.Right+slack {
				t.Errorf("QR code at %.1f, %.1f", q.X, q.Y)
			} else {
				for _, x := range s.Texts {
					if x.Y > q.Y-quiet && x.Y-x.Size/4 < q.Y+q.Side+quiet && x.X+x.Width > q.X-quiet {
						t.Errorf("%q lies in the quiet zone", x.Text)
					}
				}
			}
		})
	}
}

func TestWhatNoFontHasIsRefused(t *testing.T) {
	for name, change := range map[string]func(*form.Form, string){
		"value":  func(f *form.Form, s string) { f.Blocks[1].Rows[1].Value = s },
		"issuer": func(f *form.Form, s string) { f.Issuer = s },
		"note":   func(f *form.Form, s string) { f.Notes[3] = s },
	} {
		for _, bad := range []string{"𪚥", "한", "\U0010ffff", "م", "😀", "\ufffd", "辻\U000e0100"} {
			f := archive()
			change(&f, "某某"+bad+"公司")
			s, err := picture.Lay(f, issued, qrText)
			var e *model.Error
			if s != nil || !errors.As(err, &e) || e.Code != model.CodeConflict {
				t.Fatalf("%s with %q: %v", name, bad, err)
			}
			c := []rune(bad)
			if !strings.Contains(e.Message, string(c[len(c)-1])) || !strings.Contains(e.Message, "请联系学校就业指导中心") {
				t.Errorf("%q does not name %q or whom to ask", e.Message, bad)
			}
			if err := picture.Drawable(f); err == nil {
				t.Errorf("%s with %q is said to be drawable", name, bad)
			}
		}
	}
	if err := picture.Drawable(archive()); err != nil {
		t.Error(err)
	}
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	f := archive()
	f.Notes = slices.Repeat([]string{repeat("长", 500)}, 30)
	var e *model.Error
	if _, err := picture.Lay(f, issued, qrText); !errors.As(err, &e) || e.Code != model.CodeConflict || !strings.Contains(e.Message, "放不下") {
		t.Errorf("a form of many pages: %v", err)
	}
	for name, text := range map[string]string{"too fine": strings.Repeat("A", 400), "none": ""} {
		if s, err := picture.Lay(archive(), issued, text); err == nil || s != nil {
			t.Errorf("QR text %s is drawn", name)
		}
	}
}

func TestQRTextOf210CharactersHas57Modules(t *testing.T) {
	for _, n := range []int{200, 210, 220} {
		s, err := picture.Lay(archive(), issued, repeat(qrText, n))
		if err != nil || len(s.QR.Modules) > 57 {
			t.Errorf("%d characters: %v", n, err)
		}
	}
}

// Blanks of any kind and characters that cannot be seen do not tell two sheets
// apart.
func TestInvisibleCharactersAreNotDrawn(t *testing.T) {
	f := archive()
	f.Blocks[0].Rows[0].Value = " 陈\u200b\u00ad\u3000\t\u2003诚\n"
	s := lay(t, f)
	if got := s.Cells[2].Text; got != "陈 诚" {
		t.Errorf("drawn as %q", got)
	}
	f.Blocks[0].Rows[0].Value = "\u3000\u200b"
	if got := lay(t, f).Cells[2].Text; got != "–" {
		t.Errorf("nothing is drawn as %q", got)
	}
}
