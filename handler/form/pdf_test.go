package form_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	picture "quxiang/handler/form"
	"quxiang/model/form"
)

// drawn is when the PDFs of these tests say that they were made.
var drawn = time.Date(2023, 7, 1, 4, 5, 6, 0, time.UTC)

func pdfOf(t testing.TB, s *picture.Sheet) []byte {
	t.Helper()
	b, err := s.PDF(t.Context(), drawn)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPDFIsSoundAndSmall(t *testing.T) {
	for name, f := range extremes() {
		t.Run(name, func(t *testing.T) {
			b := pdfOf(t, lay(t, f))
			if len(b) > 60<<10 {
				t.Errorf("%d bytes", len(b))
			}
			path := file(t, "form.pdf", b)
			run(t, "qpdf", "--check", path) // warnings end it with 3

			fonts := strings.Split(strings.TrimSpace(run(t, "pdffonts", path)), "\n")[2:]
			if len(fonts) == 0 {
				t.Error("no fonts")
			}
			for _, line := range fonts {
				if !strings.Contains(line, " yes yes yes ") { // embedded, a subset, with ToUnicode
					t.Errorf("font %s", line)
				}
			}
			info := run(t, "pdfinfo", path)
			for _, want := range []string{"Title:           毕业生去向登记信息表（" + f.Kind.Chinese() + "）\n", "Pages:           1\n", "(A4)", "Jul  1 "} {
				if !strings.Contains(info, want) {
					t.Errorf("pdfinfo says no %q:\n%s", want, info)
				}
			}
			for _, secret := range []string{f.Blocks[0].Rows[0].Value, string(f.Number)} {
				if strings.Contains(info, secret) {
					t.Errorf("the metadata says %s", secret)
				}
			}
		})
	}
}

// Every value comes out of the PDF as it went in, white space aside: rare
// surnames, letters of other scripts, and characters that share their look with
// others.
func TestPDFExtractsExactly(t *testing.T) {
	values := []string{
		"陈𬭚㛃䶮", "民老行見車里尢幺", "⺠⽼⾏⾒⾞⾥", "曶㫚胶㬵壿墫", "〇○", "·•‧・", "①⑩❶㈱", "Nguyễn Thị Đặng", "Łukasz Żółć", "Ελλάδα Иванов Ўзбек Қазақстан",
		"fi ffl ﬁ", "（“”‘’—…–-）", "１２Ａ", "O'Brien-Smith", "a·b", "ẹ̀ x̌", "\uf900\ufa0e\U0002f800",
	}
	f := archive()
	f.Blocks = f.Blocks[:1]
	f.Blocks[0].Rows = nil
	for _, v := range values {
		f.Blocks[0].Rows = append(f.Blocks[0].Rows, form.Row{Label: "名称", Value: v})
	}
	s := lay(t, f)
	path := file(t, "form.pdf", pdfOf(t, s))
	for i, line := range tableLines(t, path, s) {
		if i == 0 {
			continue
		}
		if want := form.CanonicalText("名称" + values[i-1]); line != want {
			t.Errorf("%q comes out as %q", want, line)
		}
	}
}

// tableLines reads each row of a sheet's table with pdftotext.
func tableLines(t *testing.T, path string, s *picture.Sheet) []string {
	t.Helper()
	const dots = 72.0
	var lines []string
	px := func(mm float64) string { return fmt.Sprint(int(mm*dots/25.4 + 0.5)) }
	y := -1.0
	for _, c := range s.Cells {
		if c.Y == y {
			continue
		}
		y = c.Y
		text := run(t, "pdftotext", "-r", "72", "-x", px(picture.Left), "-y", px(c.Y), "-W", px(picture.Right-picture.Left), "-H", px(c.H), path, "-")
		lines = append(lines, form.CanonicalText(text))
	}
	return lines
}

func TestPDFOfBothFormsExtractsWhole(t *testing.T) {
	for _, f := range []form.Form{archive(), household(), filled(repeat("学信咨询 ABC·", 120))} {
		s := lay(t, f)
		all := form.CanonicalText(run(t, "pdftotext", "-raw", file(t, "form.pdf", pdfOf(t, s)), "-"))
		want := []string{f.Title, f.Kind.Chinese(), "核验编号" + string(f.Number), "有效期至2023年12月31日", "出具日期2023年7月1日", "出具单位" + f.Issuer}
		for _, c := range s.Cells {
			want = append(want, c.Text)
		}
		for _, w := range append(want, f.Notes...) {
			if !strings.Contains(all, form.CanonicalText(w)) {
				t.Errorf("%q is not in %s", w, all)
			}
		}
		if strings.Contains(all, picture.SampleMark) != f.Sample {
			t.Errorf("%s on %v", picture.SampleMark, f.Sample)
		}
	}
	f := archive()
	f.Sample = true
	if all := run(t, "pdftotext", file(t, "form.pdf", pdfOf(t, lay(t, f))), "-"); strings.Count(all, picture.SampleMark) != 1 {
		t.Errorf("a sample says %q", all)
	}
}

// The bytes depend on sheet and date alone, also where many draw at once. The
// clock stands still in a bubble: the library writes the time of drawing into
// the embedded font.
func TestPDFIsTheSameEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		want := pdfOf(t, lay(t, archive()))
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				s, err := picture.Lay(archive(), issued, qrText)
				if err != nil {
					t.Error(err)
					return
				}
				b, err := s.PDF(t.Context(), drawn.In(time.FixedZone("", 8*3600)))
				if err != nil || !bytes.Equal(b, want) {
					t.Errorf("another PDF of %d bytes, %v", len(b), err)
				}
			})
		}
		all.Wait()
		later, err := lay(t, archive()).PDF(t.Context(), drawn.Add(time.Second))
		if err != nil || len(later) != len(want) || bytes.Equal(later, want) {
			t.Errorf("the date is not in it: %v", err)
		}
	})
}

func TestNothingIsDrawnForThoseWhoLeft(t *testing.T) {
	s := lay(t, archive())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if b, err := s.PDF(ctx, drawn); !errors.Is(err, context.Canceled) || b != nil {
		t.Error(err)
	}
	if b, err := s.PNG(ctx); !errors.Is(err, context.Canceled) || b != nil {
		t.Error(err)
	}
}
