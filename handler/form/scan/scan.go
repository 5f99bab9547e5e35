package scan

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif"  // decoders of the pictures that phones and scanners make
	_ "image/jpeg" //
	_ "image/png"  //
	"math"
	"slices"

	_ "golang.org/x/image/webp" //
)

// MaxPixels bounds a picture: more than the largest common phone cameras take,
// and at most 200 MB decoded.
const MaxPixels = 50_000_000

var (
	// ErrNoPicture is what is neither PNG, JPEG, GIF nor WebP, or is broken.
	ErrNoPicture = errors.New("scan: no picture that can be read")
	// ErrTooLarge is a picture of more than MaxPixels.
	ErrTooLarge = errors.New("scan: the picture is too large")
)

// Decode reads a picture file, whose head is judged before its pixels.
func Decode(file []byte) (image.Image, error) {
	c, _, err := image.DecodeConfig(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > MaxPixels/c.Height {
		return nil, ErrTooLarge
	}
	m, _, err := image.Decode(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	return m, nil
}

const (
	// coarse is the side to which a large picture is made smaller at first;
	// small is the side up to which it is looked at enlarged as well.
	coarse = 1800
	small  = 1200
	// leastSide is the smallest code, a module a pixel.
	leastSide = 21
)

// Texts are what the QR codes in a picture say, each once; none when no code
// could be read. The first enlargement that reads anything ends the search.
func Texts(m image.Image) []string {
	g := toGray(m)
	if min(g.w, g.h) < leastSide {
		return nil
	}
	sizes := []gray{g}
	for last := g; max(last.w, last.h) > coarse; {
		last = last.half()
		sizes = append(sizes, last)
	}
	slices.Reverse(sizes)
	if max(g.w, g.h) <= small {
		sizes = append(sizes, g.double())
	}
	for _, g := range sizes {
		s := g.sums()
		var texts []string
		for _, radius := range radii(g) {
			for _, text := range g.read(s, radius) {
				if !slices.Contains(texts, text) {
					texts = append(texts, text)
				}
			}
		}
		if len(texts) > 0 {
			return texts
		}
	}
	return nil
}

// radii are the surroundings that tell dark from light, in pixels, for small and
// for large codes.
func radii(g gray) []int {
	side := max(g.w, g.h)
	return []int{max(side/60, 10), max(side/20, 24), max(side/6, 60)}
}

// read looks once for codes.
func (g gray) read(s sums, radius int) []string {
	var texts []string
	used := map[point]bool{}
	for _, c := range triples(g.threshold(s, radius).finders()) {
		if used[c.corner.point] || used[c.right.point] || used[c.below.point] {
			continue
		}
		if text, ok := g.readAt(s, c); ok {
			used[c.corner.point], used[c.right.point], used[c.below.point] = true, true, true
			texts = append(texts, text)
		}
	}
	return texts
}

// leastFit is how well known patterns must lie under a grid before it is read.
const leastFit = 0.35

// readAt reads the code between three finder patterns, trying the sizes around
// the one that their distance tells.
func (g gray) readAt(s sums, c corners) (string, bool) {
	module := (c.corner.module + c.right.module + c.below.module) / 3
	v := view{g, s, max(int(5*module), 3)}
	side := (c.corner.to(c.right.point) + c.corner.to(c.below.point)) / 2
	guess := int(math.Round((side/module + 7 - 17) / 4))
	for _, d := range []int{0, 1, -1, 2, -2} {
		version := guess + d
		if version < 1 || version > maxVersion {
			continue
		}
		known, _ := knownModules(version)
		fitted := v.fit(c, sizeOf(version), known)
		if v.fits(fitted, known) < leastFit {
			continue
		}
		if text, ok := v.modules(fitted).read(); ok && text != "" {
			return text, true
		}
	}
	return "", false
}
