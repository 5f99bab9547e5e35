package form

import (
	"bytes"
	"crypto/sha256"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// canonicalHead is the first line of the canonical bytes and names their
// version: other rules get another head.
const canonicalHead = "quxiang-form/1"

// empty is how a value that is missing is drawn and written.
const empty = "–"

// Canonical is what the digest in a form's QR code covers, as
// docs/verification.md specifies it: UTF-8 lines that each end in "\n". They
// hold everything on the sheet that a department acts on; title, issuer and
// notes are not among them, since the key says who issued it. Values stand
// without white space, so that it does not matter how a line is broken or spaced
// on paper.
func (f Form) Canonical() []byte {
	var b bytes.Buffer
	line := func(parts ...string) {
		for _, p := range parts {
			b.WriteString(p)
		}
		b.WriteByte('\n')
	}
	line(canonicalHead)
	line("kind=", string(f.Kind))
	line("number=", string(f.Number))
	line("valid_until=", string(f.ValidUntil))
	if f.Sample {
		line("sample=yes")
	}
	for _, block := range f.Blocks {
		line("[", CanonicalText(block.Title), "]")
		for _, r := range block.Rows {
			v := CanonicalText(r.Value)
			if v == "" {
				v = empty
			}
			line(CanonicalText(r.Label), "=", v)
		}
	}
	return b.Bytes()
}

// Digest is the SHA-256 of the canonical bytes.
func (f Form) Digest() [sha256.Size]byte { return sha256.Sum256(f.Canonical()) }

// CanonicalText is a label or value as it stands in the canonical bytes: without
// white space, control and format characters, and then in NFC, so that an accent
// that one of them kept from its letter is put together as it is on paper.
func CanonicalText(s string) string {
	return norm.NFC.String(strings.Map(func(c rune) rune {
		if unicode.IsSpace(c) || unicode.In(c, unicode.Cc, unicode.Cf) {
			return -1
		}
		return c
	}, s))
}
