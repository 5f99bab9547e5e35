package scan

import "math"

// grid maps the modules of a code to the picture. p are the places of the four
// anchors: the middles of the three finder patterns and, right below, the point
// as far from both edges as the lowest alignment pattern.
type grid struct {
	size int // modules on a side
	p    [4]point
	h    [9]float64
}

// farAnchor is how far the fourth anchor is from the far edges, in modules.
const farAnchor = 6.5

func newGrid(size int, p [4]point) grid {
	near, far, last := 3.5, float64(size)-3.5, float64(size)-farAnchor
	from := [4]point{{near, near}, {far, near}, {near, far}, {last, last}}
	return grid{size, p, homography(from, p)}
}

// at is the place of a point of the code; the middle of the first module is
// (0.5, 0.5).
func (g grid) at(x, y float64) (px, py float64) {
	w := g.h[6]*x + g.h[7]*y + g.h[8]
	return (g.h[0]*x + g.h[1]*y + g.h[2]) / w, (g.h[3]*x + g.h[4]*y + g.h[5]) / w
}

// homography solves for the projective map that takes four points to four
// others: eight linear equations, by elimination.
func homography(from, to [4]point) [9]float64 {
	var m [8][9]float64
	for i := range from {
		x, y, u, v := from[i].x, from[i].y, to[i].x, to[i].y
		m[2*i] = [9]float64{x, y, 1, 0, 0, 0, -x * u, -y * u, u}
		m[2*i+1] = [9]float64{0, 0, 0, x, y, 1, -x * v, -y * v, v}
	}
	for col := range 8 {
		best := col
		for row := col + 1; row < 8; row++ {
			if math.Abs(m[row][col]) > math.Abs(m[best][col]) {
				best = row
			}
		}
		m[col], m[best] = m[best], m[col]
		for row := range 8 {
			if row == col || m[row][col] == 0 {
				continue
			}
			f := m[row][col] / m[col][col]
			for k := col; k < 9; k++ {
				m[row][k] -= f * m[col][k]
			}
		}
	}
	h := [9]float64{8: 1}
	for i := range 8 {
		h[i] = m[i][8] / m[i][i]
	}
	return h
}

// view is a picture as a code of a certain module size is read from it.
type view struct {
	gray
	sums
	radius int // of the surroundings that tell light from dark
}

// lightness of a module: below 0 it is dark.
func (v view) lightness(g grid, x, y float64) float64 {
	px, py := g.at(x, y)
	if math.IsNaN(px) || math.IsNaN(py) {
		return 0
	}
	px, py = min(max(px, -1e6), 1e6), min(max(py, -1e6), 1e6)
	// The middle of pixel (0, 0) is at (0.5, 0.5).
	return v.sample(px-0.5, py-0.5) - v.mean(int(px), int(py), v.radius)
}

// fits says how well the patterns that every code of a size has lie under the
// grid: 1 is perfect, 0 is chance.
func (v view) fits(g grid, known []module) float64 {
	score, most := 0.0, 0.0
	for _, m := range known {
		l := v.lightness(g, float64(m.x)+0.5, float64(m.y)+0.5)
		most += math.Abs(l)
		if m.dark {
			l = -l
		}
		score += l
	}
	if most == 0 {
		return 0
	}
	return score / most
}

// strength is what fit makes as large as it can: unlike fits it rewards contrast,
// and so the middles of modules.
func (v view) strength(g grid, known []module) float64 {
	score := 0.0
	for _, m := range known {
		l := v.lightness(g, float64(m.x)+0.5, float64(m.y)+0.5)
		if m.dark {
			l = -l
		}
		score += min(max(l, -60), 60)
	}
	return score
}

// fit lays the grid of a size over three finder patterns and moves its four
// anchors until the known patterns lie under it: the fourth first, which
// perspective moves most.
func (v view) fit(c corners, size int, known []module) grid {
	module := (c.corner.module + c.right.module + c.below.module) / 3
	span := float64(size) - 7
	k := (span - 3) / span
	far := point{
		c.corner.x + k*(c.right.x-c.corner.x+c.below.x-c.corner.x),
		c.corner.y + k*(c.right.y-c.corner.y+c.below.y-c.corner.y),
	}
	best := newGrid(size, [4]point{c.corner.point, c.right.point, c.below.point, far})
	score := v.strength(best, known)
	try := func(p [4]point) {
		g := newGrid(size, p)
		if s := v.strength(g, known); s > score {
			best, score = g, s
		}
	}
	const reach = 6 // modules
	for dy := -reach; dy <= reach; dy++ {
		for dx := -reach; dx <= reach; dx++ {
			p := best.p
			p[3] = point{far.x + float64(dx)*module, far.y + float64(dy)*module}
			try(p)
		}
	}
	for step := module; step > module/16; step /= 2 {
		for range 3 {
			before := score
			for i := range 4 {
				for _, d := range [4]point{{step, 0}, {-step, 0}, {0, step}, {0, -step}} {
					p := best.p
					p[i] = point{p[i].x + d.x, p[i].y + d.y}
					try(p)
				}
			}
			if score == before {
				break
			}
		}
	}
	return best
}

// sample reads the modules under a grid.
func (v view) modules(g grid) symbol {
	s := symbol{g.size, make([]bool, g.size*g.size)}
	for y := range g.size {
		for x := range g.size {
			s.dark[y*g.size+x] = v.lightness(g, float64(x)+0.5, float64(y)+0.5) < 0
		}
	}
	return s
}
