package scan

import (
	"cmp"
	"math"
	"slices"
)

type point struct{ x, y float64 }

func (p point) to(q point) float64 { return math.Hypot(q.x-p.x, q.y-p.y) }

// finder is one of the three large squares of a code: its middle, the size of a
// module there, and how many rows saw it.
type finder struct {
	point
	module float64
	seen   int
}

// maxFinders bounds what a picture full of squares costs.
const maxFinders = 40

// finders looks along every row for dark, light, dark, light, dark in the
// proportions 1:1:3:1:1, which a line through the middle of a finder pattern has
// at any angle, and then down and across through what it found.
func (b bitmap) finders() []finder {
	var found []finder
	for y := range b.h {
		var runs [5]int // the last five, the present one at the end
		dark := false
		for x := 0; x <= b.w; x++ {
			if x < b.w && b.dark[y*b.w+x] == dark {
				runs[4]++
				continue
			}
			if dark {
				if middle, ok := b.cross(runs, x, y); ok {
					found = merge(found, middle)
				}
			}
			copy(runs[:], runs[1:])
			runs[4], dark = 1, !dark
		}
	}
	// What one row alone saw is noise, unless there is nothing better.
	slices.SortStableFunc(found, func(a, b finder) int { return cmp.Compare(b.seen, a.seen) })
	return found[:min(len(found), maxFinders)]
}

// cross checks five runs that end before x in row y, and measures through their
// middle in the other directions.
func (b bitmap) cross(runs [5]int, x, y int) (finder, bool) {
	if !proportions(runs) {
		return finder{}, false
	}
	cx := float64(x-runs[4]-runs[3]) - float64(runs[2])/2
	cy, down, ok := b.through(int(cx), y, 0, 1)
	if !ok {
		return finder{}, false
	}
	cx, across, ok := b.through(int(cx), int(cy), 1, 0)
	if !ok || across > 2*down || down > 2*across {
		return finder{}, false
	}
	_, slanted, ok := b.through(int(cx), int(cy), 1, 1)
	if !ok {
		return finder{}, false
	}
	// A line that runs askew through the pattern is too long: take the shorter.
	return finder{point{cx, cy}, min((across+down)/2, slanted*math.Sqrt2) / 7, 1}, true
}

// through follows the five runs through a pixel in both directions of a line,
// and returns the middle along it and the length of the whole.
func (b bitmap) through(x, y, dx, dy int) (middle, length float64, ok bool) {
	if !b.at(x, y) {
		return 0, 0, false
	}
	var runs [5]int
	walk := func(sign int, order [3]int) int {
		px, py, n := x, y, 0
		for i, run := range order {
			dark := i != 1
			for b.inside(px, py) && b.at(px, py) == dark {
				runs[run]++
				n++
				px, py = px+sign*dx, py+sign*dy
			}
		}
		return n
	}
	back := walk(-1, [3]int{2, 1, 0})
	walk(1, [3]int{2, 3, 4})
	runs[2]-- // the pixel itself was counted twice
	if !proportions(runs) {
		return 0, 0, false
	}
	at := float64(x*dx + y*(1-dx))
	start := at - float64(back) + 1
	return start + float64(runs[0]+runs[1]) + float64(runs[2])/2, float64(sum(runs)), true
}

func (b bitmap) inside(x, y int) bool { return x >= 0 && y >= 0 && x < b.w && y < b.h }

func sum(runs [5]int) (n int) {
	for _, r := range runs {
		n += r
	}
	return n
}

// proportions allows for blur and for pixels that fall between two runs.
func proportions(runs [5]int) bool {
	total := sum(runs)
	if total < 7 || slices.Contains(runs[:], 0) {
		return false
	}
	module := float64(total) / 7
	slack := module*0.6 + 0.3
	for i, r := range runs {
		want := module
		if i == 2 {
			want *= 3
			if math.Abs(float64(r)-want) > 2*slack {
				return false
			}
			continue
		}
		if math.Abs(float64(r)-want) > slack {
			return false
		}
	}
	return true
}

// merge adds a finding to those of the same pattern.
func merge(found []finder, f finder) []finder {
	for i, g := range found {
		if g.to(f.point) < 2*g.module && f.module < 1.5*g.module && g.module < 1.5*f.module {
			n := float64(g.seen)
			found[i] = finder{
				point{(g.x*n + f.x) / (n + 1), (g.y*n + f.y) / (n + 1)},
				(g.module*n + f.module) / (n + 1), g.seen + 1,
			}
			return found
		}
	}
	if len(found) >= 50*maxFinders {
		return found
	}
	return append(found, f)
}

// corners are three finders that may belong to one code, and how badly they fit
// a right angle with equal sides.
type corners struct {
	corner, right, below finder
	misfit               float64
}

// maxCorners bounds the triples that are tried in one picture.
const maxCorners = 60

func triples(found []finder) []corners {
	var all []corners
	for i := range found {
		for j := i + 1; j < len(found); j++ {
			for k := j + 1; k < len(found); k++ {
				if c, ok := arrange(found[i], found[j], found[k]); ok {
					all = append(all, c)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(a, b corners) int { return cmp.Compare(a.misfit, b.misfit) })
	return all[:min(len(all), maxCorners)]
}

// arrange finds which of three is the corner: the one opposite the longest side;
// and which of the others is clockwise of it.
func arrange(a, b, c finder) (corners, bool) {
	smallest, largest := min(a.module, b.module, c.module), max(a.module, b.module, c.module)
	if largest > 1.6*smallest {
		return corners{}, false
	}
	ab, bc, ca := a.to(b.point), b.to(c.point), c.to(a.point)
	switch max(ab, bc, ca) {
	case ab:
		a, b, c = c, a, b
	case ca:
		a, b, c = b, c, a
	}
	p, q, far := a.to(b.point), a.to(c.point), b.to(c.point)
	if (b.x-a.x)*(c.y-a.y)-(b.y-a.y)*(c.x-a.x) < 0 {
		b, c = c, b
	}
	sides := math.Abs(math.Log(p / q))
	angle := math.Abs(math.Log(far * far / (p*p + q*q)))
	if min(p, q) < 10*smallest || sides > 0.6 || angle > 0.5 {
		return corners{}, false
	}
	return corners{a, b, c, sides + angle + math.Log(largest/smallest)}, true
}
