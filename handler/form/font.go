package form

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"strings"
	"sync"

	"github.com/tdewolff/canvas"
	tdewolff "github.com/tdewolff/font"
	"golang.org/x/image/font/sfnt"
)

// fontFiles is what `make assets` built with handler/web/fonts.mjs; a fresh
// clone holds only .gitkeep, so that everything compiles before.
//
//go:embed all:font
var fontFiles embed.FS

// typeface is one font file. Within it no two characters share a glyph, so that
// a character can be told from the glyph that a PDF holds.
type typeface struct {
	name   string
	parsed *sfnt.Font                   // for measuring and for pictures; many may use it at once
	forPDF func() (*canvas.Font, error) // parsed when first asked for
}

// typefaces returns the fonts in the order in which they are tried: Noto Sans
// SC in layers, then Noto Sans. They are read once.
var typefaces = sync.OnceValues(func() ([]*typeface, error) { return loadTypefaces(fontFiles) })

func loadTypefaces(files fs.FS) ([]*typeface, error) {
	names, err := fs.Glob(files, "font/*.ttf") // sorted
	if err != nil {
		return nil, fmt.Errorf("form: %w", err)
	}
	if len(names) < 2 {
		return nil, errors.New("the fonts of forms are not built: run `make assets`, then build again")
	}
	faces := make([]*typeface, len(names))
	for i, name := range names {
		ttf, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("form: %w", err)
		}
		parsed, err := sfnt.Parse(ttf)
		if err != nil {
			return nil, fmt.Errorf("form: %s is damaged: run `make assets`, then build again: %w", name, err)
		}
		if parsed.UnitsPerEm() != unitsPerEm {
			return nil, fmt.Errorf("form: %s has a grid of %d units, not %d", name, parsed.UnitsPerEm(), unitsPerEm)
		}
		faces[i] = &typeface{name: path.Base(name), parsed: parsed, forPDF: sync.OnceValues(func() (*canvas.Font, error) {
			f, err := loadForPDF(ttf)
			if err != nil {
				return nil, fmt.Errorf("form: %s: %w", name, err)
			}
			return f, nil
		})}
	}
	return faces, nil
}

// loadForPDF makes a font for canvas. What shapes text keeps a parsed copy of
// all that it is given, 35 MB for the large font, but looks at no outline: it is
// given a font without any. The outlines then come from the file itself.
func loadForPDF(ttf []byte) (*canvas.Font, error) {
	whole, err := tdewolff.ParseFont(ttf, 0)
	if err != nil {
		return nil, err
	}
	bare := *whole
	bare.Tables = maps.Clone(whole.Tables)
	bare.Tables["glyf"] = []byte{}
	bare.Tables["loca"] = make([]byte, len(whole.Tables["loca"]))
	f, err := canvas.LoadFont(bare.Write(), 0, canvas.FontRegular)
	if err != nil {
		return nil, err
	}
	f.SFNT = whole
	return f, nil
}

// unitsPerEm is the grid on which the Noto fonts are drawn.
const unitsPerEm = 1000

// Licences are the texts of the fonts' licence, the SIL Open Font License,
// which asks that it goes wherever the fonts go.
func Licences() (string, error) {
	names, err := fs.Glob(fontFiles, "font/*.OFL.txt")
	if err != nil {
		return "", fmt.Errorf("form: %w", err)
	}
	var b strings.Builder
	for _, name := range names {
		text, err := fs.ReadFile(fontFiles, name)
		if err != nil {
			return "", fmt.Errorf("form: %w", err)
		}
		fmt.Fprintf(&b, "%s\n\n%s\n", strings.TrimSuffix(path.Base(name), ".OFL.txt"), text)
	}
	return b.String(), nil
}
