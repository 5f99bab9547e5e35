package proof

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"math"

	"github.com/bep/imagemeta"
	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"quxiang/model"
)

// Bounds of pictures.
const (
	maxPixels   = 8192 * 6400 // cameras of 50 megapixels
	maxMemory   = 160 << 20   // bytes, while decoding
	maxScans    = 40          // of a JPEG: each can cost a pass over the whole picture for a few bytes
	keptShort   = 1600        // pixels of the shorter side: a page of A4 stays readable
	keptPixels  = 8_000_000   // and of all, for long screenshots
	thumbSide   = 240
	keptQuality = 85
	thumbAspect = 2 // of a long screenshot the thumbnail shows the beginning
)

// picture is a kind of picture that is taken.
type picture struct {
	magic  func([]byte) bool
	meta   imagemeta.ImageFormat
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

var pictures = []picture{
	{begins("\xff\xd8\xff"), imagemeta.JPEG, jpeg.DecodeConfig, jpeg.Decode},
	{begins("\x89PNG\r\n\x1a\n"), imagemeta.PNG, png.DecodeConfig, png.Decode},
	{func(b []byte) bool { return begins("RIFF")(b) && len(b) > 12 && string(b[8:12]) == "WEBP" }, imagemeta.WebP, webp.DecodeConfig, webp.Decode},
}

func begins(magic string) func([]byte) bool {
	return func(b []byte) bool { return bytes.HasPrefix(b, []byte(magic)) }
}

func (p picture) is(b []byte) bool { return p.magic(b) }

func judgePicture(b []byte, kind picture) (Content, error) {
	cfg, err := kind.config(bytes.NewReader(b))
	if err != nil || cfg.Width <= 0 || cfg.Height <= 0 {
		return Content{}, broken(err)
	}
	if err := checkSize(b, kind, cfg); err != nil {
		return Content{}, err
	}
	img, err := kind.decode(bytes.NewReader(b))
	if err != nil {
		return Content{}, broken(err)
	}
	kept := upright(shrink(img, keptSize(img.Bounds().Size())), orientation(b, kind.meta))
	body, err := encode(kept, keptQuality)
	if err != nil {
		return Content{}, err
	}
	thumb, err := encode(thumbnail(kept), keptQuality)
	return Content{Type: model.ProofJPEG, Body: body, Thumb: thumb}, err
}

func broken(err error) error {
	return refuse("图片不完整或已损坏，无法打开。请重新拍照或截图后上传。").Because(err)
}

// checkSize refuses what would take too much memory or work to decode, before
// anything is decoded.
func checkSize(b []byte, kind picture, cfg image.Config) error {
	pixels := int64(cfg.Width) * int64(cfg.Height)
	each := int64(4)
	switch cfg.ColorModel {
	case color.NRGBA64Model, color.RGBA64Model:
		each = 8
	case color.YCbCrModel, color.CMYKModel:
		if kind.meta == imagemeta.JPEG {
			scans, progressive := jpegScans(b)
			if scans > maxScans {
				return refuse("这张图片的编码异常，不能接收。请截图后上传。")
			}
			if progressive { // keeps every coefficient in four bytes
				each = 8
			} else if cfg.ColorModel == color.YCbCrModel {
				each = 3
			}
		}
	}
	if pixels > maxPixels || pixels*each > maxMemory {
		return refuse("图片尺寸过大（%d×%d 像素）。请缩小，或截图后上传。", cfg.Width, cfg.Height)
	}
	return nil
}

// jpegScans counts the scans of a JPEG, and says whether it is progressive.
func jpegScans(b []byte) (scans int, progressive bool) {
	for i := 2; i+3 < len(b); {
		marker := b[i+1]
		switch {
		case b[i] != 0xff, marker == 0x00, marker == 0xff, marker >= 0xd0 && marker <= 0xd7, marker == 0x01:
			i++ // data of a scan, or filling
			continue
		case marker == 0xd9: // the end
			return scans, progressive
		case marker == 0xda:
			scans++
		case marker == 0xc2:
			progressive = true
		}
		i += 2 + max(2, int(b[i+2])<<8|int(b[i+3]))
	}
	return scans, progressive
}

// orientation is the EXIF tag: 1 is upright. A picture whose metadata cannot be
// read is shown as it is.
func orientation(b []byte, format imagemeta.ImageFormat) int {
	turned := 1
	_, err := imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(b), ImageFormat: format, Sources: imagemeta.EXIF,
		ShouldHandleTag: func(t imagemeta.TagInfo) bool { return t.Tag == "Orientation" && t.Namespace == "IFD0" },
		HandleTag: func(t imagemeta.TagInfo) error {
			if n, ok := t.Value.(uint16); ok && n >= 1 && n <= 8 {
				turned = int(n)
			}
			return imagemeta.ErrStopWalking
		},
	})
	if err != nil {
		return 1
	}
	return turned
}

// keptSize bounds a picture's size, keeping its shape.
func keptSize(s image.Point) image.Point {
	scale := 1.0
	if short := min(s.X, s.Y); short > keptShort {
		scale = keptShort / float64(short)
	}
	if pixels := float64(s.X) * float64(s.Y) * scale * scale; pixels > keptPixels {
		scale *= math.Sqrt(keptPixels / pixels)
	}
	return scaled(s, scale)
}

// thumbnail is the small picture of kept.
func thumbnail(kept *image.RGBA) image.Image {
	s := kept.Bounds().Size()
	s.X, s.Y = min(s.X, thumbAspect*s.Y), min(s.Y, thumbAspect*s.X)
	part := kept.SubImage(image.Rectangle{Max: s})
	return shrink(part, scaled(s, min(1, thumbSide/float64(max(s.X, s.Y)))))
}

// shrink draws img on white in a size that is not larger. It halves until the
// last step is less than a half: at each step every pixel counts, in little
// memory, which one step of bilinear scaling would not do.
func shrink(img image.Image, to image.Point) *image.RGBA {
	for {
		from := img.Bounds().Size()
		next := image.Pt(max(to.X, (from.X+1)/2), max(to.Y, (from.Y+1)/2))
		out := image.NewRGBA(image.Rectangle{Max: next})
		draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
		draw.ApproxBiLinear.Scale(out, out.Bounds(), img, img.Bounds(), draw.Over, nil)
		if next == to {
			return out
		}
		img = out
	}
}

func encode(img image.Image, quality int) ([]byte, error) {
	var out bytes.Buffer
	err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality})
	return out.Bytes(), err
}
