package proof

import (
	"image"
	"math"

	"golang.org/x/image/draw"
	"golang.org/x/image/math/f64"
)

// upright turns a picture by its EXIF orientation, 1 to 8 (Exif 2.32, tag 0x0112:
// where the first row and the first column of the data belong).
func upright(img *image.RGBA, orientation int) *image.RGBA {
	s := img.Bounds().Size()
	w, h := float64(s.X), float64(s.Y)
	var at f64.Aff3 // where a point of the data goes
	switch orientation {
	case 2: // mirrored
		at = f64.Aff3{-1, 0, w, 0, 1, 0}
	case 3: // upside down
		at = f64.Aff3{-1, 0, w, 0, -1, h}
	case 4: // mirrored upside down
		at = f64.Aff3{1, 0, 0, 0, -1, h}
	case 5: // mirrored about the falling diagonal
		at = f64.Aff3{0, 1, 0, 1, 0, 0}
	case 6: // to be turned right
		at = f64.Aff3{0, -1, h, 1, 0, 0}
	case 7: // mirrored about the rising diagonal
		at = f64.Aff3{0, -1, h, -1, 0, w}
	case 8: // to be turned left
		at = f64.Aff3{0, 1, 0, -1, 0, w}
	default:
		return img
	}
	if orientation >= 5 {
		s.X, s.Y = s.Y, s.X
	}
	out := image.NewRGBA(image.Rectangle{Max: s})
	draw.NearestNeighbor.Transform(out, at, img, img.Bounds(), draw.Src, nil)
	return out
}

// scaled is a size times a factor, at least one pixel each way.
func scaled(s image.Point, by float64) image.Point {
	return image.Pt(max(1, int(math.Round(float64(s.X)*by))), max(1, int(math.Round(float64(s.Y)*by))))
}
