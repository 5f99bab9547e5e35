package form_test

import (
	"bytes"
	"image/png"
	"strings"
	"testing"

	"github.com/skip2/go-qrcode"

	"quxiang/handler/form"
)

func TestQR(t *testing.T) {
	const text = "HTTPS://DJ.EXAMPLE.EDU.CN/V/2310001EQ86V47B/ABCDEFGHJKLMNPQR"
	b, err := form.QR(text, 480)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if s := img.Bounds(); s.Dx() != 480 || s.Dy() != 480 {
		t.Errorf("size %v", s)
	}
	if r, _, _, _ := img.At(2, 2).RGBA(); r != 0xffff {
		t.Error("no quiet zone in the corner")
	}
	again, err := form.QR(text, 480)
	if err != nil || !bytes.Equal(b, again) {
		t.Error("the same text gives another picture")
	}
	upper, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	lower, err := qrcode.New(strings.ToLower(text), qrcode.Medium)
	if err != nil {
		t.Fatal(err)
	}
	if upper.VersionNumber >= lower.VersionNumber {
		t.Errorf("upper case takes version %d, lower case %d: nothing is gained", upper.VersionNumber, lower.VersionNumber)
	}
}

func TestQRRefuses(t *testing.T) {
	for name, f := range map[string]func() ([]byte, error){
		"no text":       func() ([]byte, error) { return form.QR("", 100) },
		"no size":       func() ([]byte, error) { return form.QR("A", 0) },
		"huge":          func() ([]byte, error) { return form.QR("A", 1<<20) },
		"too long text": func() ([]byte, error) { return form.QR(strings.Repeat("x", 5000), 100) },
	} {
		if b, err := f(); err == nil || b != nil {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
	}
}
