package scan

// field is GF(256) as QR codes use it: powers of 2 modulo x⁸+x⁴+x³+x²+1, twice,
// so that sums of two logarithms need no modulo.
type field struct {
	exp [510]byte
	log [256]int
}

func newField() *field {
	var f field
	v := 1
	for i := range 255 {
		f.exp[i], f.exp[i+255], f.log[v] = byte(v), byte(v), i // #nosec G115 -- v stays below 256
		if v <<= 1; v > 255 {
			v ^= 0x11d
		}
	}
	return &f
}

var gf = newField()

func (f *field) mul(a, b byte) byte {
	if a == 0 || b == 0 {
		return 0
	}
	return f.exp[f.log[a]+f.log[b]]
}

func (f *field) div(a, b byte) byte {
	if a == 0 {
		return 0
	}
	return f.exp[f.log[a]+255-f.log[b]]
}

// value of a polynomial, lowest power first, at 2ⁿ.
func (f *field) value(poly []byte, n int) byte {
	var v byte
	for i, c := range poly {
		if c != 0 {
			v ^= f.exp[(f.log[c]+i*n)%255]
		}
	}
	return v
}

// correct mends a block in place that ends in its check codewords
// (Reed–Solomon), and reports whether it could. Half as many wrong codewords as
// there are checks are found and mended.
func correct(block []byte, checks int) bool {
	syndromes, clean := syndromesOf(block, checks)
	if clean {
		return true
	}
	locator := locatorOf(syndromes)
	wrong := len(locator) - 1
	if wrong < 1 || 2*wrong > checks {
		return false
	}
	// The evaluator is syndromes × locator, of powers below checks (Forney).
	evaluator := make([]byte, checks)
	for i, s := range syndromes {
		for j, l := range locator {
			if i+j < checks {
				evaluator[i+j] ^= gf.mul(s, l)
			}
		}
	}
	found := 0
	for i := range block {
		power := len(block) - 1 - i // the codeword is this power's coefficient
		inverse := (255 - power%255) % 255
		if gf.value(locator, inverse) != 0 {
			continue
		}
		found++
		var slope byte // the locator's formal derivative: its odd powers, one lower
		for j := 1; j < len(locator); j += 2 {
			if locator[j] != 0 {
				slope ^= gf.exp[(gf.log[locator[j]]+(j-1)*inverse)%255]
			}
		}
		if slope == 0 {
			return false
		}
		block[i] ^= gf.mul(gf.exp[power%255], gf.div(gf.value(evaluator, inverse), slope))
	}
	if found != wrong {
		return false
	}
	_, clean = syndromesOf(block, checks)
	return clean
}

func syndromesOf(block []byte, checks int) (syndromes []byte, clean bool) {
	syndromes, clean = make([]byte, checks), true
	for i := range syndromes {
		var v byte
		for _, c := range block { // Horner, highest power first
			v = gf.mul(v, gf.exp[i]) ^ c
		}
		syndromes[i] = v
		clean = clean && v == 0
	}
	return syndromes, clean
}

// locatorOf is the shortest polynomial whose recurrence makes the syndromes: its
// roots are where the errors are (Berlekamp–Massey).
func locatorOf(syndromes []byte) []byte {
	now, before := []byte{1}, []byte{1}
	length, gap := 0, 1
	var last byte = 1
	for n, s := range syndromes {
		off := s
		for i := 1; i <= length && i < len(now); i++ {
			off ^= gf.mul(now[i], syndromes[n-i])
		}
		if off == 0 {
			gap++
			continue
		}
		next := make([]byte, max(len(now), len(before)+gap))
		copy(next, now)
		factor := gf.div(off, last)
		for i, c := range before {
			next[i+gap] ^= gf.mul(factor, c)
		}
		if 2*length <= n {
			length, before, last, gap = n+1-length, now, off, 1
		} else {
			gap++
		}
		now = next
	}
	for len(now) > 1 && now[len(now)-1] == 0 {
		now = now[:len(now)-1]
	}
	return now
}
