package demo

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
)

// Paper is an invented photo of a sheet of paper, for proof material: bars where
// words would be, and a round seal. Each n is another sheet.
func Paper(n int) []byte {
	const width, height, margin, line = 900, 1200, 90, 44
	sheet := image.NewRGBA(image.Rect(0, 0, width, height))
	fill := func(r image.Rectangle, c color.Color) {
		draw.Draw(sheet, r, image.NewUniform(c), image.Point{}, draw.Src)
	}
	fill(sheet.Bounds(), color.RGBA{R: 0xfb, G: 0xf8, B: 0xf0, A: 0xff})
	ink := color.RGBA{R: 0x45, G: 0x45, B: 0x50, A: 0xff}
	fill(image.Rect(width/3, margin, width*2/3, margin+line), ink)
	for i := 3; margin+i*line < height*2/3; i++ {
		end := width - margin - (i*i*37+n*101)%(width/2)
		fill(image.Rect(margin, margin+i*line, end, margin+i*line+line/3), ink)
	}
	seal := color.RGBA{R: 0xc8, G: 0x28, B: 0x28, A: 0xff}
	const x, y, radius, ring = width * 2 / 3, height * 5 / 6, 110, 12
	for dy := -radius; dy <= radius; dy++ {
		for dx := -radius; dx <= radius; dx++ {
			if d := dx*dx + dy*dy; d <= radius*radius && (d >= (radius-ring)*(radius-ring) || d <= radius*radius/16) {
				sheet.Set(x+dx, y+dy, seal)
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, sheet, nil); err != nil {
		panic(err) // a buffer takes everything, and the size is one that JPEG knows
	}
	return b.Bytes()
}
