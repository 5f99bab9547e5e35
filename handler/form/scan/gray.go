package scan

import "image"

// gray is a picture in shades from 0, black, to 255.
type gray struct {
	w, h int
	pix  []uint8
}

// toGray reads any picture; what is transparent stands on white paper.
func toGray(m image.Image) gray {
	b := m.Bounds()
	g := gray{b.Dx(), b.Dy(), make([]uint8, b.Dx()*b.Dy())}
	for y := range g.h {
		row := g.pix[y*g.w : (y+1)*g.w]
		switch m := m.(type) {
		case *image.Gray:
			copy(row, m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):])
		case *image.YCbCr:
			copy(row, m.Y[m.YOffset(b.Min.X, b.Min.Y+y):])
		default:
			for x := range row {
				row[x] = shade(m.At(b.Min.X+x, b.Min.Y+y).RGBA())
			}
		}
	}
	return g
}

// shade weighs the colours as ITU-R BT.601 does. They come multiplied by alpha.
func shade(r, g, b, a uint32) uint8 {
	y := (299*r+587*g+114*b)/1000 + 0xffff - a
	return uint8(min(y, 0xffff) >> 8) // #nosec G115 -- 16 bits become 8
}

// half averages squares of two by two.
func (g gray) half() gray {
	s := gray{g.w / 2, g.h / 2, make([]uint8, (g.w/2)*(g.h/2))}
	for y := range s.h {
		up, down := g.pix[2*y*g.w:], g.pix[(2*y+1)*g.w:]
		for x := range s.w {
			sum := int(up[2*x]) + int(up[2*x+1]) + int(down[2*x]) + int(down[2*x+1])
			s.pix[y*s.w+x] = uint8(sum / 4) // #nosec G115 -- a mean of bytes
		}
	}
	return s
}

// double makes a small picture larger, so that a module has enough pixels for
// the run lengths of a finder pattern.
func (g gray) double() gray {
	s := gray{2 * g.w, 2 * g.h, make([]uint8, 4*g.w*g.h)}
	for y := range s.h {
		for x := range s.w {
			v := g.sample(float64(x)/2-0.25, float64(y)/2-0.25)
			s.pix[y*s.w+x] = uint8(v) // #nosec G115 -- between bytes
		}
	}
	return s
}

// sample is the shade between pixels; outside the picture that of its edge.
func (g gray) sample(x, y float64) float64 {
	x, y = min(max(x, 0), float64(g.w-1)), min(max(y, 0), float64(g.h-1))
	x0, y0 := int(x), int(y)
	x1, y1 := min(x0+1, g.w-1), min(y0+1, g.h-1)
	fx, fy := x-float64(x0), y-float64(y0)
	up := float64(g.pix[y0*g.w+x0])*(1-fx) + float64(g.pix[y0*g.w+x1])*fx
	down := float64(g.pix[y1*g.w+x0])*(1-fx) + float64(g.pix[y1*g.w+x1])*fx
	return up*(1-fy) + down*fy
}

// sums answers the mean of any rectangle in four look-ups (a summed-area table).
type sums struct {
	w, h int
	sum  []uint64
}

func (g gray) sums() sums {
	s := sums{g.w, g.h, make([]uint64, (g.w+1)*(g.h+1))}
	for y := range g.h {
		var row uint64
		for x := range g.w {
			row += uint64(g.pix[y*g.w+x])
			s.sum[(y+1)*(g.w+1)+x+1] = s.sum[y*(g.w+1)+x+1] + row
		}
	}
	return s
}

// mean is the mean shade of the square around a pixel, as far as it lies in the
// picture.
func (s sums) mean(x, y, radius int) float64 {
	x, y = min(max(x, 0), s.w-1), min(max(y, 0), s.h-1)
	x0, x1 := max(x-radius, 0), min(x+radius+1, s.w)
	y0, y1 := max(y-radius, 0), min(y+radius+1, s.h)
	row := s.w + 1
	total := s.sum[y1*row+x1] + s.sum[y0*row+x0] - s.sum[y0*row+x1] - s.sum[y1*row+x0]
	return float64(total) / float64((x1-x0)*(y1-y0))
}

// bitmap says of each pixel whether it is dark.
type bitmap struct {
	w, h int
	dark []bool
}

func (b bitmap) at(x, y int) bool {
	return x >= 0 && y >= 0 && x < b.w && y < b.h && b.dark[y*b.w+x]
}

// threshold calls dark what is darker than its surroundings by more than noise.
// The square must be wider than the dark middle of a finder pattern.
func (g gray) threshold(s sums, radius int) bitmap {
	const noise = 6
	b := bitmap{g.w, g.h, make([]bool, len(g.pix))}
	for y := range g.h {
		for x := range g.w {
			b.dark[y*g.w+x] = float64(g.pix[y*g.w+x]) < s.mean(x, y, radius)-noise
		}
	}
	return b
}
