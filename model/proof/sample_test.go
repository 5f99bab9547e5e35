package proof_test

import (
	"bytes"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
)

// Files are made here: none is committed.

// photo is a JPEG whose left half is red and whose right half is blue.
func photo(t testing.TB, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, halves(w, h), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var red, blue = color.RGBA{R: 220, A: 255}, color.RGBA{B: 220, A: 255}

func halves(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := red
			if x >= w/2 {
				c = blue
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

func screenshot(t testing.TB, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func animation(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.Encode(&b, halves(8, 8), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withEXIF puts an EXIF segment with an orientation and a place into a JPEG.
func withEXIF(jpg []byte, orientation uint16) []byte {
	var tiff bytes.Buffer
	tiff.WriteString("MM\x00*\x00\x00\x00\x08")
	w := func(v any) { _ = binary.Write(&tiff, binary.BigEndian, v) }
	w(uint16(2)) // entries, sorted by tag
	w([]uint16{0x010f, 2})
	w([]uint32{uint32(len(maker)), 38}) // the maker's name lies behind the directory
	w([]uint16{0x0112, 3})
	w(uint32(1))
	w([]uint16{orientation, 0})
	w(uint32(0))
	tiff.WriteString(maker)
	var b bytes.Buffer
	b.Write(jpg[:2])
	b.WriteString("\xff\xe1")
	_ = binary.Write(&b, binary.BigEndian, uint16(2+6+tiff.Len()))
	b.WriteString("Exif\x00\x00")
	b.Write(tiff.Bytes())
	b.Write(jpg[2:])
	return b.Bytes()
}

const maker = "GPS-31.88N-118.81E\x00\x00"

// pngBomb is a PNG of few bytes that claims to be w × h pixels.
func pngBomb(w, h uint32) []byte {
	var b bytes.Buffer
	b.WriteString("\x89PNG\r\n\x1a\n")
	chunk := func(name string, data []byte) {
		_ = binary.Write(&b, binary.BigEndian, uint32(len(data)))
		body := append([]byte(name), data...)
		b.Write(body)
		_ = binary.Write(&b, binary.BigEndian, crc32.ChecksumIEEE(body))
	}
	head := binary.BigEndian.AppendUint32(nil, w)
	head = binary.BigEndian.AppendUint32(head, h)
	chunk("IHDR", append(head, 8, 2, 0, 0, 0))
	chunk("IDAT", deflate(make([]byte, 1<<20)))
	chunk("IEND", nil)
	return b.Bytes()
}

// scanBomb is a JPEG with n empty scans behind its first one.
func scanBomb(jpg []byte, n int) []byte {
	sos := bytes.Index(jpg, []byte("\xff\xda"))
	head := jpg[sos : sos+2+int(jpg[sos+2])<<8+int(jpg[sos+3])]
	b := bytes.TrimSuffix(bytes.Clone(jpg), []byte("\xff\xd9"))
	b = append(b, bytes.Repeat(head, n)...)
	return append(b, 0xff, 0xd9)
}

func deflate(plain []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, _ = z.Write(plain)
	_ = z.Close()
	return b.Bytes()
}

// zeros is the deflated form of n zero bytes.
func zeros(n int) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	for part := make([]byte, 1<<20); n > 0; n -= len(part) {
		_, _ = z.Write(part[:min(n, len(part))])
	}
	_ = z.Close()
	return b.Bytes()
}

func ascii(data []byte) []byte {
	out := make([]byte, ascii85.MaxEncodedLen(len(data)))
	return append(out[:ascii85.Encode(out, data)], "~>"...)
}

// pdf is a PDF of one page and the objects given, each as text from behind its
// "obj".
func pdf(objects ...string) []byte {
	var b strings.Builder
	b.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n" +
		"3 0 obj\n<</Type /Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>\nendobj\n")
	for i, o := range objects {
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+4, o)
	}
	b.WriteString("trailer\n<</Root 1 0 R/Size 9>>\nstartxref\n0\n%%EOF\n")
	return []byte(b.String())
}

// packed is a stream object whose dictionary has the entries given.
func packed(entries string, data []byte) string {
	return fmt.Sprintf("<<%s/Length %d>>\nstream\n%s\nendstream", entries, len(data), data)
}

// badSum spoils the checksum at the end.
func badSum(deflated []byte) []byte {
	deflated[len(deflated)-1]++
	return deflated
}
