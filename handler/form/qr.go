package form

import (
	"errors"
	"fmt"

	"github.com/skip2/go-qrcode"
)

// maxQR bounds a QR picture's side, in pixels.
const maxQR = 2048

// QR draws text as a QR code in a square PNG of size pixels, with the quiet
// zone that scanners need. Its level of correction is medium, 15 %: a folded or
// stamped sheet still reads. Text that is upper case throughout takes the
// alphanumeric mode and so fewer, larger dots (links.VerifyQR).
func QR(text string, size int) ([]byte, error) {
	if text == "" || size < 1 || size > maxQR {
		return nil, errors.New("form: a QR code needs a text and a size of 1–2048 pixels")
	}
	png, err := qrcode.Encode(text, qrcode.Medium, size)
	if err != nil {
		return nil, fmt.Errorf("form: draw a QR code: %w", err)
	}
	return png, nil
}
