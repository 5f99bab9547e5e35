package scan_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/skip2/go-qrcode"

	"quxiang/handler/form/scan"
)

// payload is as long as the payload of a form, in the characters that it has.
var payload = "HTTPS://DJ.EXAMPLE.EDU.CN/V/" + strings.Repeat("AEAB2NK7QZ5Y3", 15)[:183]

// drawn is a code of text, size pixels wide with its quiet zone.
func drawn(t testing.TB, text string, l qrcode.RecoveryLevel, size int) image.Image {
	t.Helper()
	q, err := qrcode.New(text, l)
	if err != nil {
		t.Fatal(err)
	}
	return q.Image(size)
}

// phone is what a phone's camera makes of a sheet.
type phone struct {
	w, h     int
	scale    float64 // pixels of the picture for one of the code
	turn     float64 // degrees
	tilt     float64 // how much farther away the far side is, as a share
	blur     float64 // sigma in pixels
	contrast float64 // 1 is black on white
	shadow   float64 // how much darker the right side is, as a share
	noise    float64 // of the shades, sigma
}

func (p phone) takes(m image.Image, r *rand.Rand) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, p.w, p.h))
	b := m.Bounds()
	sheet := image.NewGray(b)
	draw.Draw(sheet, b, m, b.Min, draw.Src)
	sin, cos := math.Sincos(p.turn * math.Pi / 180)
	shade := make([]float64, p.w*p.h)
	const sub = 2
	for y := range p.h {
		for x := range p.w {
			total := 0.0
			for i := range sub * sub {
				dx := float64(x) + (float64(i%sub)+0.5)/sub - float64(p.w)/2
				dy := float64(y) + (float64(i/sub)+0.5)/sub - float64(p.h)/2
				u, v := (cos*dx+sin*dy)/p.scale, (-sin*dx+cos*dy)/p.scale
				far := 1 + p.tilt*v/float64(b.Dy())
				u, v = u/far+float64(b.Dx())/2, v/far+float64(b.Dy())/2
				if u < 0 || v < 0 || u >= float64(b.Dx()) || v >= float64(b.Dy()) {
					total += 255
					continue
				}
				total += float64(sheet.Pix[int(v)*sheet.Stride+int(u)])
			}
			shade[y*p.w+x] = total / (sub * sub)
		}
	}
	shade = blurred(shade, p.w, p.h, p.blur)
	for y := range p.h {
		for x := range p.w {
			v := 255 - p.contrast*(255-shade[y*p.w+x])
			v *= 1 - p.shadow*float64(x)/float64(p.w)
			v += r.NormFloat64() * p.noise
			out.Pix[y*out.Stride+x] = uint8(min(max(v, 0), 255))
		}
	}
	return out
}

func blurred(in []float64, w, h int, sigma float64) []float64 {
	if sigma == 0 {
		return in
	}
	n := int(3*sigma) + 1
	kernel, total := make([]float64, 2*n+1), 0.0
	for i := range kernel {
		kernel[i] = math.Exp(-float64((i-n)*(i-n)) / (2 * sigma * sigma))
		total += kernel[i]
	}
	pass := func(in []float64, dx, dy int) []float64 {
		out := make([]float64, len(in))
		for y := range h {
			for x := range w {
				for i, k := range kernel {
					sx, sy := min(max(x+(i-n)*dx, 0), w-1), min(max(y+(i-n)*dy, 0), h-1)
					out[y*w+x] += in[sy*w+sx] * k / total
				}
			}
		}
		return out
	}
	return pass(pass(in, 1, 0), 0, 1)
}

// random is the same in every run.
func random() *rand.Rand { return rand.New(rand.NewPCG(4, 7)) }

// TestEveryVersionAndLevel reads codes of all sizes and corrections, of the
// three modes.
func TestEveryVersionAndLevel(t *testing.T) {
	letters := "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	read := map[int]bool{}
	r := random()
	for _, l := range []qrcode.RecoveryLevel{qrcode.Low, qrcode.Medium, qrcode.High, qrcode.Highest} {
		for _, n := range []int{1, 12, 40, 70, 100, 130, 160, 200, 240, 300} {
			digits, upper := make([]byte, n), make([]byte, n)
			for i := range n {
				digits[i], upper[i] = letters[r.IntN(10)], letters[r.IntN(len(letters))]
			}
			for _, text := range []string{string(digits), string(upper), strings.Repeat("学b", n/4+1)} {
				q, err := qrcode.New(text, l)
				if err != nil || q.VersionNumber > 10 {
					continue
				}
				read[q.VersionNumber] = true
				if got := scan.Texts(q.Image(-5)); !slices.Equal(got, []string{text}) {
					t.Errorf("version %d, level %d, %q: got %q", q.VersionNumber, l, text, got)
				}
			}
		}
	}
	if len(read) != 10 {
		t.Errorf("versions %v", read)
	}
}

func TestPhonePictures(t *testing.T) {
	m := drawn(t, payload, qrcode.Medium, 1200)
	// 57 modules of 30 mm at 150 dpi are 3.1 pixels a module, at 96 dpi 2.
	px := func(perModule float64) float64 { return perModule * 65 / 1200 }
	for _, tc := range []struct {
		name string
		phone
	}{
		{"straight", phone{600, 600, px(4), 0, 0, 0, 1, 0, 0}},
		{"upside down", phone{600, 600, px(4), 180, 0, 0, 1, 0, 0}},
		{"any angle", phone{700, 700, px(5), 33, 0, 0.5, 1, 0, 2}},
		{"45 degrees", phone{700, 700, px(5), 45, 0, 0.5, 1, 0, 2}},
		{"as asked: 7°, blurred, 70 %", phone{400, 400, px(3.1), 7, 0, 1, 0.7, 0, 2}},
		{"more blur", phone{600, 600, px(5), -12, 0, 2.2, 0.7, 0, 2}},
		{"dim light from one side", phone{800, 800, px(6), 7, 0, 1, 0.35, 0.6, 3}},
		{"from the side", phone{800, 800, px(7), 15, 0.35, 1, 0.8, 0.3, 2}},
		{"small", phone{200, 200, px(2.2), 3, 0, 0.4, 1, 0, 1}},
		{"large", phone{1900, 1900, px(16), 100, 0.1, 3, 0.6, 0.2, 4}},
		{"in a large picture", phone{2400, 1800, px(6), 7, 0.05, 1.2, 0.7, 0.2, 3}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			picture := tc.takes(m, random())
			if got := scan.Texts(picture); !slices.Equal(got, []string{payload}) {
				t.Errorf("got %q", got)
			}
		})
	}
}

// TestStainsAreCorrected: a stamp over a tenth of the code.
func TestStainsAreCorrected(t *testing.T) {
	q, err := qrcode.New(payload, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	m := toRGBA(q.Image(-6))
	side := m.Bounds().Dx()
	for y := side * 2 / 5; y < side*11/20; y++ {
		for x := side * 2 / 5; x < side*13/20; x++ {
			m.Set(x, y, color.RGBA{200, 30, 30, 255})
		}
	}
	if got := scan.Texts(m); !slices.Equal(got, []string{payload}) {
		t.Errorf("got %q", got)
	}
}

func toRGBA(m image.Image) *image.RGBA {
	out := image.NewRGBA(m.Bounds())
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			out.Set(x, y, m.At(x, y))
		}
	}
	return out
}

// TestSeveralCodes: each is read, so that a caller can tell that there are two.
func TestSeveralCodes(t *testing.T) {
	out := image.NewGray(image.Rect(0, 0, 900, 450))
	for i := range out.Pix {
		out.Pix[i] = 255
	}
	for i, text := range []string{"FIRST 1", payload} {
		m := drawn(t, text, qrcode.Medium, 400)
		for y := range 400 {
			for x := range 400 {
				out.Set(25+450*i+x, 25+y, m.At(x, y))
			}
		}
	}
	got := scan.Texts(out)
	slices.Sort(got)
	if !slices.Equal(got, []string{"FIRST 1", payload}) {
		t.Errorf("got %q", got)
	}
}

func TestNoCode(t *testing.T) {
	r := random()
	noise := image.NewGray(image.Rect(0, 0, 500, 500))
	for i := range noise.Pix {
		noise.Pix[i] = uint8(r.UintN(256))
	}
	half := drawn(t, payload, qrcode.Medium, 400).(*image.Paletted).SubImage(image.Rect(0, 0, 400, 200))
	for name, m := range map[string]image.Image{
		"empty": image.NewGray(image.Rect(0, 0, 0, 0)), "dot": image.NewGray(image.Rect(0, 0, 1, 1)),
		"black": image.NewGray(image.Rect(0, 0, 300, 300)), "noise": noise, "half": half,
	} {
		if got := scan.Texts(m); len(got) > 0 {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestDecode(t *testing.T) {
	var b bytes.Buffer
	if err := png.Encode(&b, drawn(t, "A", qrcode.Medium, 100)); err != nil {
		t.Fatal(err)
	}
	if m, err := scan.Decode(b.Bytes()); err != nil || m.Bounds().Dx() != 100 {
		t.Error(err)
	}
	huge := bytes.Clone(b.Bytes())
	copy(huge[16:], []byte{0, 1, 0, 0, 0, 1, 0, 0}) // 65,536 pixels a side
	copy(huge[29:], crc(huge[12:29]))
	if _, err := scan.Decode(huge); !errors.Is(err, scan.ErrTooLarge) {
		t.Error(err)
	}
	for _, bad := range [][]byte{nil, []byte("text"), b.Bytes()[:60]} {
		if _, err := scan.Decode(bad); !errors.Is(err, scan.ErrNoPicture) {
			t.Errorf("%d bytes: %v", len(bad), err)
		}
	}
}

// TestZbarAgrees holds the reader against an independent one.
func TestZbarAgrees(t *testing.T) {
	zbar, err := exec.LookPath("zbarimg")
	if err != nil {
		if os.Getenv("QUXIANG_TEST_REQUIRE") == "1" {
			t.Fatal("zbarimg is missing: install zbar-tools")
		}
		t.Skip("zbarimg is missing: install zbar-tools")
	}
	m := drawn(t, payload, qrcode.Medium, 1200)
	for i, p := range []phone{
		{400, 400, 0.168, 7, 0, 1, 0.7, 0, 2},
		{600, 600, 0.27, -12, 0.1, 0.8, 0.9, 0.1, 2},
	} {
		picture := p.takes(m, random())
		path := filepath.Join(t.TempDir(), fmt.Sprintf("%d.png", i))
		f, err := os.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(png.Encode(f, picture), f.Close()); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(zbar, "--quiet", "--raw", path).Output()
		ours := scan.Texts(picture)
		if err != nil || strings.TrimSpace(string(out)) != payload || !slices.Equal(ours, []string{payload}) {
			t.Errorf("picture %d: zbarimg %q, %v; ours %q", i, out, err, ours)
		}
	}
}

// FuzzTexts reads squares of any pixels, with a code under them.
func FuzzTexts(f *testing.F) {
	m := toRGBA(drawn(f, payload, qrcode.Medium, 130))
	f.Add([]byte{1, 2, 3}, uint16(7))
	f.Add([]byte{255, 0, 128, 9}, uint16(3000))
	f.Fuzz(func(t *testing.T, stain []byte, at uint16) {
		p := image.NewRGBA(m.Rect)
		copy(p.Pix, m.Pix)
		for i, c := range stain {
			p.Pix[(4*int(at)+4*i)%len(p.Pix)] = c
		}
		for _, text := range scan.Texts(p) {
			if text != payload {
				t.Errorf("read %q", text)
			}
		}
	})
}

// crc is the check that ends a chunk of a PNG.
func crc(chunk []byte) []byte { return binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(chunk)) }
