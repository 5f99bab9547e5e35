package proof_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"runtime"
	"strings"
	"testing"

	"quxiang/model"
	"quxiang/model/proof"
)

func decoded(t *testing.T, jpg []byte) image.Image {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(jpg))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// looks reports whether a pixel is about that colour.
func looks(img image.Image, x, y int, want color.RGBA) bool {
	r, g, b, _ := img.At(x, y).RGBA()
	near := func(a uint32, b uint8) bool { return max(a>>8, uint32(b))-min(a>>8, uint32(b)) < 40 }
	return near(r, want.R) && near(g, want.G) && near(b, want.B)
}

func TestPictures(t *testing.T) {
	half := image.NewNRGBA(image.Rect(0, 0, 40, 40)) // transparent throughout
	for _, tc := range []struct {
		name   string
		upload []byte
		w, h   int
		tw, th int
		where  map[image.Point]color.RGBA
	}{
		{"small photo", photo(t, 300, 200), 300, 200, 240, 160, map[image.Point]color.RGBA{{20, 100}: red, {280, 100}: blue}},
		{"large photo", photo(t, 4000, 3000), 2133, 1600, 240, 180, map[image.Point]color.RGBA{{20, 1580}: red, {2100, 20}: blue}},
		{"long screenshot", screenshot(t, halves(400, 6000)), 400, 6000, 120, 240, map[image.Point]color.RGBA{{20, 5900}: red, {390, 20}: blue}},
		{"very long screenshot", screenshot(t, halves(1080, 20000)), 657, 12172, 120, 240, nil},
		{"transparent", screenshot(t, half), 40, 40, 40, 40, map[image.Point]color.RGBA{{20, 20}: {255, 255, 255, 255}}},
		{"one pixel", screenshot(t, halves(1, 1)), 1, 1, 1, 1, nil},
		{"with a tail", append(photo(t, 30, 20), []byte("<script>alert(1)</script>")...), 30, 20, 30, 20, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := proof.Judge(tc.upload)
			if err != nil || c.Type != model.ProofJPEG {
				t.Fatalf("%v, %v", c.Type, err)
			}
			body, thumb := decoded(t, c.Body), decoded(t, c.Thumb)
			if s := body.Bounds().Size(); s != image.Pt(tc.w, tc.h) {
				t.Errorf("kept as %v", s)
			}
			if s := thumb.Bounds().Size(); s != image.Pt(tc.tw, tc.th) {
				t.Errorf("thumbnail of %v", s)
			}
			for at, want := range tc.where {
				if !looks(body, at.X, at.Y, want) {
					t.Errorf("%v at %v, want %v", body.At(at.X, at.Y), at, want)
				}
			}
			if bytes.Contains(c.Body, []byte("script")) {
				t.Error("the tail is kept")
			}
		})
	}
}

// TestOrientation: each of the eight ways to hold a camera comes out as it was
// seen, without the EXIF data.
func TestOrientation(t *testing.T) {
	// In the data, red is at the left. Where it is seen, by EXIF.
	seen := map[uint16]image.Point{
		1: {5, 30}, 2: {75, 30}, 3: {75, 30}, 4: {5, 30}, // 80×60: left or right
		5: {30, 5}, 6: {30, 5}, 7: {30, 75}, 8: {30, 75}, // 60×80: top or bottom
	}
	for o, at := range seen {
		upload := withEXIF(photo(t, 80, 60), o)
		if !bytes.Contains(upload, []byte("GPS-31")) {
			t.Fatal("no place in the upload")
		}
		c, err := proof.Judge(upload)
		if err != nil {
			t.Fatal(err)
		}
		img := decoded(t, c.Body)
		want := image.Pt(80, 60)
		if o >= 5 {
			want = image.Pt(60, 80)
		}
		if s := img.Bounds().Size(); s != want {
			t.Errorf("%d: %v", o, s)
		}
		other := want.Sub(at)
		if !looks(img, at.X, at.Y, red) || !looks(img, other.X, other.Y, blue) {
			t.Errorf("%d: %v at %v, %v at %v", o, img.At(at.X, at.Y), at, img.At(other.X, other.Y), other)
		}
		if bytes.Contains(c.Body, []byte("GPS")) || bytes.Contains(c.Body, []byte("Exif")) || bytes.Contains(c.Thumb, []byte("GPS")) {
			t.Errorf("%d: EXIF is kept", o)
		}
	}
}

func TestRefused(t *testing.T) {
	jpg, large, huge := photo(t, 300, 200), zeros(70<<20), zeros(210<<20)
	for _, tc := range []struct {
		name   string
		upload []byte
		says   string
	}{
		{"nothing", nil, "空"},
		{"HTML called .jpg", []byte("\xef\xbb\xbf\r\n<!DOCTYPE html><script>alert(1)</script>"), "网页"},
		{"SVG with a script", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "SVG"},
		{"GIF", animation(t), "截图"},
		{"HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "兼容性最佳"},
		{"Word", []byte("PK\x03\x04word/document.xml"), "PDF"},
		{"text", []byte("我的协议书"), "无法识别"},
		{"truncated JPEG", jpg[:len(jpg)*2/3], "不完整"},
		{"head of a JPEG only", []byte("\xff\xd8\xff\xe0\x00\x10JFIF"), "不完整"},
		{"JPEG in name only", append([]byte("\xff\xd8\xff"), []byte("<script>alert(1)</script>")...), "不完整"},
		{"truncated PNG", screenshot(t, halves(50, 50))[:80], "不完整"},
		{"truncated WebP", []byte("RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00"), "不完整"},
		{"PNG bomb", pngBomb(60000, 60000), "尺寸过大"},
		{"PNG within the pixels, not within memory", pngBomb(8000, 6000), "尺寸过大"},
		{"JPEG of a thousand scans", scanBomb(jpg, 1000), "编码异常"},
		{"PDF that is a picture's tail", append(append([]byte("GIF89a"), pdf()...), 0), "截图"},
		{"PDF behind HTML", append([]byte("<script>alert(1)</script>\n"), pdf()...), "网页"},
		{"PDF cut off", pdf()[:200], "不完整"},
		{"PDF with a tail", append(pdf(), []byte("PK\x03\x04 zip")...), "末尾"},
		{"PDF with a long tail", append(pdf(), make([]byte, 2000)...), "不完整"},
		{"PDF without pages", []byte("%PDF-1.7\n%%EOF"), "没有找到页面"},
		{"PDF of many pages", pdf(strings.Repeat("<</Type/Page>>\n", 60)), "50 页"},
		{"encrypted PDF", pdf("<</Encrypt 5 0 R>>"), "密码"},
		{"PDF with JavaScript", pdf("<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>"), "脚本"},
		{"PDF with JavaScript, escaped", pdf("<</S/J#61va#53cript/JS(x)>>"), "脚本"},
		{"PDF with JavaScript in objects that are packed", pdf(packed("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", deflate([]byte("5 0 <</S/JavaScript/JS(x)>>")))), "脚本"},
		{"PDF with JavaScript in objects packed twice", pdf(packed("/N 1/First 4/Filter[/ASCII85Decode/FlateDecode]", ascii(deflate([]byte("5 0 <</S/JavaScript>>"))))), "脚本"},
		{"PDF with JavaScript in objects whose filter is hidden", pdf(packed("/N 1/First 4/X(obj)", deflate([]byte("5 0 <</S /JavaScript>>")))), "脚本"},
		{"PDF with JavaScript in another stream's data", pdf(packed("", []byte("9 0 obj <</S/JavaScript>> endobj"))), "脚本"},
		{"PDF that starts programs", pdf("<</S/Launch/F(cmd.exe)>>"), "脚本"},
		{"PDF with an attachment", pdf(packed("/Type/EmbeddedFile/Filter/FlateDecode", deflate([]byte("MZ")))), "附件"},
		{"PDF with objects of an unknown filter", pdf(packed("/N 1/First 4/Filter 9 0 R", []byte("\x00\x01"))), "结构异常"},
		{"PDF bomb", pdf(packed("/Filter/FlateDecode", huge)), "过大"},
		{"PDF bomb in many streams", pdf(packed("/Filter/FlateDecode", large), packed("/Filter/Fl", large), packed("/Filter [ /FlateDecode ]", large)), "过大"},
		{"PDF bomb packed twice", pdf(packed("/Filter[/FlateDecode/FlateDecode]", deflate(huge))), "过大"},
		{"PDF bomb whose filter is hidden", pdf(packed("/X(obj)", huge)), "过大"},
		{"PDF with broken data", pdf(packed("/Filter/FlateDecode", []byte("no zlib at all"))), "损坏"},
		{"PDF packed five times", pdf(packed("/Filter[/Fl/Fl/Fl/Fl/Fl]", []byte("x"))), "结构异常"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if len(tc.upload) > model.MaxProofSize {
				t.Fatalf("%d bytes: this would be refused for its size", len(tc.upload))
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := proof.Judge(tc.upload)
			runtime.ReadMemStats(&after)
			if model.CodeOf(err) != model.CodeInvalid || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("%v, want %q", err, tc.says)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 {
				t.Errorf("%d MB were used to refuse it", used>>20)
			}
		})
	}
	if _, err := proof.Judge(make([]byte, model.MaxProofSize+1)); model.CodeOf(err) != model.CodeTooLarge {
		t.Errorf("too large: %v", err)
	}
}

func TestPDFs(t *testing.T) {
	for name, upload := range map[string][]byte{
		"plain":                          pdf(),
		"with a byte order mark":         append([]byte("\xef\xbb\xbf"), pdf()...),
		"text that speaks of JavaScript": pdf(packed("/Filter/FlateDecode", deflate([]byte("BT (HTML/CSS/JavaScript) Tj /Launch ET")))),
		"ascii":                          pdf(packed("/Filter [/ASCII85Decode /FlateDecode]", ascii(deflate([]byte("BT ET"))))),
		"hex":                            pdf(packed("/Filter/ASCIIHexDecode", []byte("42 54 0a 45 54>"))),
		"a picture":                      pdf(packed("/Subtype/Image/Filter/DCTDecode", photo(t, 30, 20))),
		"a white picture":                pdf(packed("/Subtype/Image/Filter/FlateDecode", zeros(26<<20))),
		"data that say endstream":        pdf(packed("/Filter/DCTDecode", []byte("\xff\xd8 endstream \xff\xd9"))),
		"an empty stream":                pdf(packed("/Filter/FlateDecode", nil)),
		"a bad checksum":                 pdf(packed("/Filter/FlateDecode", badSum(deflate([]byte("BT ET"))))),
		"pages in packed objects":        pdf(packed("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", deflate([]byte("5 0 <</Type/Page>>")))),
	} {
		t.Run(name, func(t *testing.T) {
			c, err := proof.Judge(upload)
			if err != nil || c.Type != model.ProofPDF || !bytes.Equal(c.Body, upload) || c.Thumb != nil {
				t.Errorf("%s, %v", c.Type, err)
			}
		})
	}
}
