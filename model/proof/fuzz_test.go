package proof_test

import (
	"bytes"
	"image/jpeg"
	"testing"

	"quxiang/model"
	"quxiang/model/proof"
)

// FuzzJudge: whatever comes is judged without a panic, and what is kept of a
// picture is a JPEG of bounded size without a trace of EXIF.
func FuzzJudge(f *testing.F) {
	jpg := photo(f, 40, 30)
	for _, seed := range [][]byte{
		jpg, withEXIF(jpg, 6), scanBomb(jpg, 3), screenshot(f, halves(20, 20)), animation(f), pngBomb(9, 9), pdf(), []byte("RIFF\x24\x00\x00\x00WEBPVP8 \x18\x00\x00\x00"),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, upload []byte) { judged(t, upload) })
}

// FuzzPDF: the same behind a head and a tail that let it through to the streams.
func FuzzPDF(f *testing.F) {
	for _, seed := range []string{
		"<</Type/Page>>", packed("/Filter/FlateDecode", deflate([]byte("BT ET"))), packed("/Filter[/A85/Fl]/First 1", ascii(deflate([]byte("/S/JavaScript")))),
		packed("/Filter/LZW", []byte("\x80\x0b\x60\x50")), "<</S/J#61vaScript>>", "stream\nstream\nendstream endstream", "/Length 99999999999\nstream\r\nendstream",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		judged(t, append(append([]byte("%PDF-1.7\n"), body...), "\n%%EOF\n"...))
	})
}

func judged(t *testing.T, upload []byte) {
	c, err := proof.Judge(upload)
	if err != nil {
		if code := model.CodeOf(err); code != model.CodeInvalid && code != model.CodeTooLarge {
			t.Fatalf("%v", err)
		}
		return
	}
	if c.Type == model.ProofPDF {
		if !bytes.Equal(c.Body, upload) || c.Thumb != nil || bytes.Contains(c.Body, []byte("/JavaScript ")) {
			t.Fatal("a PDF that is another, or acts")
		}
		return
	}
	for _, b := range [][]byte{c.Body, c.Thumb} {
		cfg, err := jpeg.DecodeConfig(bytes.NewReader(b))
		if err != nil || cfg.Width*cfg.Height > 8_100_000 || bytes.Contains(b[:min(len(b), 64)], []byte("Exif")) {
			t.Fatalf("kept as %+v, %v", cfg, err)
		}
	}
}
