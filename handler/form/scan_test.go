package form_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"

	picture "quxiang/handler/form"
	"quxiang/handler/form/scan"
	"quxiang/model/form"
)

// render is the PDF of a sheet as pdftoppm draws it.
func render(t *testing.T, s *picture.Sheet, dpi int) *image.Gray {
	t.Helper()
	path := file(t, "form.pdf", pdfOf(t, s))
	out := strings.TrimSuffix(path, ".pdf")
	run(t, "pdftoppm", "-r", strconv.Itoa(dpi), "-gray", "-png", "-singlefile", path, out)
	b, err := os.ReadFile(filepath.Clean(out + ".png"))
	if err != nil {
		t.Fatal(err)
	}
	return decode(t, b)
}

// decode reads a PNG in shades of grey, as pdftoppm and the picture are.
func decode(t *testing.T, b []byte) *image.Gray {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewGray(img.Bounds())
	switch img := img.(type) {
	case *image.Gray:
		return img
	case *image.RGBA: // pdftoppm writes greys as colours
		for i := range out.Pix {
			out.Pix[i] = img.Pix[4*i]
		}
	case *image.Paletted:
		for i, shade := range img.Pix {
			out.Pix[i] = color.GrayModel.Convert(img.Palette[shade]).(color.Gray).Y
		}
	default:
		t.Fatalf("a picture of type %T", img)
	}
	return out
}

// around is the part of a rendered sheet that has the code, with 5 mm of what
// stands around it.
func around(img *image.Gray, q picture.Code) *image.Gray {
	dots := float64(img.Rect.Dx()) / picture.PageWidth
	at := func(mm float64) int { return int(mm * dots) }
	r := image.Rect(at(q.X-5), at(q.Y-5), at(q.X+q.Side+5), at(q.Y+q.Side+5))
	out := image.NewGray(image.Rect(0, 0, r.Dx(), r.Dy()))
	draw.Draw(out, out.Rect, img, r.Min, draw.Src)
	return out
}

// phone is how a phone sees a sheet on a desk: turned by 7 degrees, a little out
// of focus, with 70 % of the contrast.
func phone(img *image.Gray) *image.Gray {
	sin, cos := math.Sincos(7 * math.Pi / 180)
	w, h := float64(img.Bounds().Dx()), float64(img.Bounds().Dy())
	turned := image.NewGray(image.Rect(0, 0, int(w*cos+h*sin), int(h*cos+w*sin)))
	for i := range turned.Pix {
		turned.Pix[i] = 0xff
	}
	draw.BiLinear.Transform(turned, f64.Aff3{cos, -sin, h * sin, sin, cos, 0}, img, img.Bounds(), draw.Src, nil)
	blurred := image.NewGray(turned.Rect)
	for y := 1; y < turned.Rect.Dy()-1; y++ {
		for x := 1; x < turned.Rect.Dx()-1; x++ {
			sum := 0
			for dy := -1; dy <= 1; dy++ {
				for dx := -1; dx <= 1; dx++ {
					sum += (2 - dx*dx) * (2 - dy*dy) * int(turned.GrayAt(x+dx, y+dy).Y)
				}
			}
			blurred.SetGray(x, y, color.Gray{Y: uint8(38 + sum/16*7/10)})
		}
	}
	return blurred
}

func zbar(t *testing.T, img *image.Gray) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(run(t, "zbarimg", "-q", "--nodbus", "--raw", file(t, "photo.png", b.Bytes())))
}

func jsqr(t *testing.T, img *image.Gray) string {
	t.Helper()
	rgba := make([]byte, 0, 4*len(img.Pix))
	for _, y := range img.Pix {
		rgba = append(rgba, y, y, y, 0xff)
	}
	return strings.TrimSpace(run(t, "node", "testdata/jsqr.mjs", strconv.Itoa(img.Rect.Dx()), strconv.Itoa(img.Rect.Dy()), file(t, "rgba", rgba)))
}

// Two programs of others, and our own reader, read the code: from the PDF at 150 dots to the inch,
// from the picture, and as a phone sees the code printed 30 mm wide.
func TestOthersReadTheCode(t *testing.T) {
	sample := household()
	sample.Sample = true // with the mark that lies across the page
	for name, f := range map[string]form.Form{"archive": archive(), "household": sample} {
		t.Run(name, func(t *testing.T) {
			s := lay(t, f)
			b, err := s.PNG(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			// 150 dpi of a print so small that its code is 30 mm wide.
			small := render(t, s, int(150*30/s.QR.Side))
			for what, img := range map[string]*image.Gray{
				"the PDF": render(t, s, 150), "the picture": decode(t, b), "a phone's view": phone(around(small, s.QR)),
			} {
				if got := zbar(t, img); got != qrText {
					t.Errorf("zbarimg reads %q from %s", got, what)
				}
				if got := jsqr(t, img); got != qrText {
					t.Errorf("jsqr reads %q from %s", got, what)
				}
				if got := scan.Texts(img); len(got) != 1 || got[0] != qrText {
					t.Errorf("our own reader reads %q from %s", got, what)
				}
			}
		})
	}
}
