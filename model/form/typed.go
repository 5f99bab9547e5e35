package form

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTyped bounds what is typed off a sheet; a form has about 1 KB.
const maxTyped = 64 << 10

// MatchesTyped reports whether text, typed off a sheet, says what was signed: its
// canonical bytes, or simply the rows of its table as label=value, one a line and
// in order. Blanks do not matter, a colon may stand for =, nothing for –, and
// blank lines and those that begin with # are skipped. The titles of blocks may be
// left out. Number, kind and validity are the payload's own.
func (p Payload) MatchesTyped(text string) bool {
	if len(text) > maxTyped {
		return false
	}
	f := Form{Kind: p.Kind, Number: p.Number, ValidUntil: p.ValidUntil, Blocks: typedBlocks(text)}
	if p.Matches(f.Canonical()) {
		return true
	}
	f.Sample = true
	return p.Matches(f.Canonical())
}

func typedBlocks(text string) []Block {
	var blocks []Block
	begin := func(title string) {
		if n := len(blocks); n == 0 || blocks[n-1].Title != title {
			blocks = append(blocks, Block{Title: title})
		}
	}
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		line = strings.TrimFunc(line, func(c rune) bool { return unicode.IsSpace(c) || unicode.Is(unicode.Cf, c) })
		if line == "" || strings.HasPrefix(line, "#") || line == canonicalHead {
			continue
		}
		if title, ok := strings.CutPrefix(line, "["); ok {
			begin(CanonicalText(strings.TrimSuffix(title, "]")))
			continue
		}
		label, value, ok := cutTyped(line)
		if !ok {
			begin(label) // a title as it stands on paper
			continue
		}
		if head[label] {
			continue
		}
		if title, ok := firstOf[label]; ok || len(blocks) == 0 {
			if !ok {
				title = titleBasics
			}
			begin(title)
		}
		b := &blocks[len(blocks)-1]
		b.Rows = append(b.Rows, Row{Label: label, Value: value})
	}
	return blocks
}

// cutTyped parts label and value at the first sign that may stand between them.
func cutTyped(line string) (label, value string, ok bool) {
	at := strings.IndexAny(line, separators)
	if at < 0 {
		return CanonicalText(line), "", false
	}
	_, width := utf8.DecodeRuneInString(line[at:])
	return CanonicalText(line[:at]), line[at+width:], true
}

const separators = "=＝:："

// head are the labels of the canonical bytes that the payload has as well.
var head = map[string]bool{"kind": true, "number": true, "valid_until": true, "sample": true}

// Titles of the blocks, and the row with which each begins.
const (
	titleBasics      = "基本信息"
	titleDestination = "毕业去向信息"
	titleArchive     = "档案转递信息"
	titleHousehold   = "户口迁移信息"
)

var firstOf = map[string]string{"毕业去向": titleDestination, "档案转递类型": titleArchive, "户口迁移类型": titleHousehold}
