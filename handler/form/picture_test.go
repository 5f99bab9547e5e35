package form_test

import (
	"bytes"
	"image"
	"slices"
	"sync"
	"testing"

	picture "quxiang/handler/form"
	"quxiang/model/form"
)

func TestPictureIsA4(t *testing.T) {
	for name, f := range extremes() {
		b, err := lay(t, f).PNG(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if size := decode(t, b).Bounds().Size(); size != image.Pt(picture.PictureWidth, 1754) {
			t.Errorf("%s: %v", name, size)
		}
		if len(b) > 300<<10 {
			t.Errorf("%s: %d bytes", name, len(b))
		}
	}
}

// The picture and the PDF show the same, square by square.
func TestPictureAndPDFAgree(t *testing.T) {
	const most = 40 // of 255: how an edge falls between pixels
	sample := archive()
	sample.Sample = true
	for name, f := range map[string]form.Form{"sample": sample, "small type": extremes()["Chinese"]} {
		t.Run(name, func(t *testing.T) {
			s := lay(t, f)
			pdf := render(t, s, 150)
			if d := differ(t, s, pdf); d > most {
				t.Errorf("they differ by %d", d)
			}
			// It would be seen if one line were missing.
			name := s.Cells[2]
			i := slices.IndexFunc(s.Texts, func(x picture.Text) bool { return x.X >= name.X && x.Y > name.Y })
			s.Texts = slices.Delete(s.Texts, i, i+1)
			if d := differ(t, s, pdf); d <= most {
				t.Errorf("without %q they differ by %d only", name.Text, d)
			}
		})
	}
}

// differ is by how much the darkest squares of the picture of s and another
// picture differ.
func differ(t *testing.T, s *picture.Sheet, other *image.Gray) int {
	t.Helper()
	const square = 20
	b, err := s.PNG(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ours := decode(t, b)
	size := ours.Bounds().Size()
	if o := other.Bounds().Size(); o.X < size.X || o.Y < size.Y {
		t.Fatalf("%v and %v", size, o)
	}
	worst := 0
	for y := 0; y+square <= size.Y; y += square / 2 {
		for x := 0; x+square <= size.X; x += square / 2 {
			d := grey(ours, x, y, square) - grey(other, x, y, square)
			worst = max(worst, d, -d)
		}
	}
	return worst
}

// grey is the mean of a square.
func grey(img *image.Gray, x, y, side int) int {
	sum := 0
	for row := range side {
		at := img.PixOffset(x, y+row)
		for _, v := range img.Pix[at : at+side] {
			sum += int(v)
		}
	}
	return sum / side / side
}

func TestPictureIsTheSameEachTime(t *testing.T) {
	want, err := lay(t, archive()).PNG(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			s, err := picture.Lay(archive(), issued, qrText)
			if err != nil {
				t.Error(err)
				return
			}
			if b, err := s.PNG(t.Context()); err != nil || !bytes.Equal(b, want) {
				t.Errorf("another picture of %d bytes, %v", len(b), err)
			}
		})
	}
	all.Wait()
}
