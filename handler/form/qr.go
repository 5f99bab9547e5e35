package form

import (
	"errors"
	"fmt"
	"iter"

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

// mostModules is the widest code that is still read from 30 mm of paper when it
// is turned and blurred: version 10.
const mostModules = 57

// modules is the code of text as rows of modules, without the quiet zone.
func modules(text string) ([][]bool, error) {
	if text == "" {
		return nil, errors.New("form: a QR code needs a text")
	}
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		return nil, fmt.Errorf("form: make a QR code: %w", err)
	}
	code.DisableBorder = true
	m := code.Bitmap()
	if len(m) > mostModules {
		return nil, fmt.Errorf("form: a QR code of %d modules is too fine for paper: its text has %d characters", len(m), len(text))
	}
	return m, nil
}

// blackRuns yields where each run of black modules of a row begins and ends.
func blackRuns(row []bool) iter.Seq2[int, int] {
	return func(yield func(start, end int) bool) {
		for i := 0; i < len(row); i++ {
			start := i
			for i < len(row) && row[i] {
				i++
			}
			if i > start && !yield(start, i) {
				return
			}
		}
	}
}
