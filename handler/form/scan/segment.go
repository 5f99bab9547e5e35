package scan

import (
	"strings"
	"unicode/utf8"
)

// Modes of a segment (ISO/IEC 18004, table 2). Kanji and joined codes are not
// read: no code of ours has them.
const (
	modeEnd          = 0
	modeNumeric      = 1
	modeAlphanumeric = 2
	modeByte         = 4
	modeECI          = 7
)

const alphanumeric = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// bitReader reads numbers of some bits; short says that there were too few.
type bitReader struct {
	data  []byte
	at    int
	short bool
}

func (r *bitReader) left() int { return 8*len(r.data) - r.at }

func (r *bitReader) take(n int) int {
	if r.left() < n {
		r.short = true
		r.at = 8 * len(r.data)
		return 0
	}
	v := 0
	for range n {
		v = v<<1 | int(r.data[r.at/8]>>(7-r.at%8)&1)
		r.at++
	}
	return v
}

// spell reads the segments of a code's data.
func spell(data []byte, version int) (string, bool) {
	r := &bitReader{data: data}
	var b strings.Builder
	wide := 0
	if version >= 10 {
		wide = 1
	}
	for r.left() >= 4 {
		switch r.take(4) {
		case modeEnd:
			return b.String(), true
		case modeNumeric:
			r.numeric(&b, r.take(10+2*wide))
		case modeAlphanumeric:
			r.alphanumeric(&b, r.take(9+2*wide))
		case modeByte:
			r.bytes(&b, r.take(8+8*wide))
		case modeECI: // says how bytes are to be read; one byte is enough for the common ones
			if r.take(8) >= 0x80 {
				return "", false
			}
		default:
			return "", false
		}
		if r.short {
			return "", false
		}
	}
	return b.String(), true
}

func (r *bitReader) numeric(b *strings.Builder, n int) {
	for n > 0 && !r.short {
		digits := min(n, 3)
		v := r.take(1 + 3*digits)
		for i := digits - 1; i >= 0; i-- {
			d := v
			for range i {
				d /= 10
			}
			if i == digits-1 && d > 9 {
				r.short = true
				return
			}
			b.WriteByte('0' + byte(d%10)) // #nosec G115 -- a digit
		}
		n -= digits
	}
}

func (r *bitReader) alphanumeric(b *strings.Builder, n int) {
	for n > 0 && !r.short {
		if n == 1 {
			v := r.take(6)
			if v >= len(alphanumeric) {
				r.short = true
				return
			}
			b.WriteByte(alphanumeric[v])
			return
		}
		v := r.take(11)
		if v >= len(alphanumeric)*len(alphanumeric) {
			r.short = true
			return
		}
		b.WriteByte(alphanumeric[v/len(alphanumeric)])
		b.WriteByte(alphanumeric[v%len(alphanumeric)])
		n -= 2
	}
}

// bytes are UTF-8, or else ISO 8859-1.
func (r *bitReader) bytes(b *strings.Builder, n int) {
	if r.left() < 8*n {
		r.short = true
		return
	}
	raw := make([]byte, n)
	for i := range raw {
		raw[i] = byte(r.take(8)) // #nosec G115 -- eight bits
	}
	if utf8.Valid(raw) {
		b.Write(raw)
		return
	}
	for _, c := range raw {
		b.WriteRune(rune(c))
	}
}
