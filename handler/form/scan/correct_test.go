package scan

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// checked appends check codewords to data, so that all syndromes are zero: the
// rest of a division by (x-1)(x-2)(x-4)….
func checked(data []byte, checks int) []byte {
	divisor := []byte{1}
	for i := range checks {
		next := append(bytes.Clone(divisor), 0)
		for j, c := range divisor {
			next[j+1] ^= gf.mul(c, gf.exp[i])
		}
		divisor = next
	}
	rest := append(bytes.Clone(data), make([]byte, checks)...)
	for i := range data {
		factor := rest[i]
		for j, c := range divisor {
			rest[i+j] ^= gf.mul(c, factor)
		}
	}
	return append(bytes.Clone(data), rest[len(data):]...)
}

// TestCorrect: up to half as many wrong codewords as there are checks are
// mended; with more the block is refused or, rarely, becomes another codeword,
// never something that is none.
func TestCorrect(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for range 2000 {
		checks := 2 * (1 + r.IntN(15))
		data := make([]byte, 1+r.IntN(110))
		for i := range data {
			data[i] = byte(r.UintN(256))
		}
		good := checked(data, checks)
		wrong := r.IntN(checks + 1)
		bad := bytes.Clone(good)
		for _, i := range r.Perm(len(bad))[:min(wrong, len(bad))] {
			bad[i] ^= byte(1 + r.UintN(255))
		}
		ok := correct(bad, checks)
		switch _, clean := syndromesOf(bad, checks); {
		case wrong <= checks/2 && (!ok || !bytes.Equal(bad, good)):
			t.Fatalf("%d of %d wrong, %d checks: not mended", wrong, len(good), checks)
		case ok && !clean:
			t.Fatal("mended to what is no codeword")
		case !ok:
			refused++
		}
	}
	if refused < 500 {
		t.Errorf("only %d refused", refused)
	}
}

func TestFormat(t *testing.T) {
	// ISO/IEC 18004, annex C: level M and mask 5 are 100000011001110.
	if got := formatCode(0b00101); got != 0b100000011001110 {
		t.Errorf("%015b", got)
	}
}

func FuzzSpell(f *testing.F) {
	f.Add([]byte{0x20, 0x5b, 0x0b, 0x78, 0xd1, 0x72, 0xdc, 0x4d, 0x43, 0x40}, 1)
	f.Add([]byte{0x40, 0x24, 0x16, 0x20}, 10)
	f.Fuzz(func(t *testing.T, data []byte, version int) {
		if text, ok := spell(data, version); len(text) > 3*len(data) || (!ok && text != "") {
			t.Errorf("%q of %x", text, data)
		}
	})
}

func FuzzCorrect(f *testing.F) {
	f.Add([]byte("a block of codewords"), 6)
	f.Fuzz(func(t *testing.T, block []byte, checks int) {
		if checks < 1 || checks > 30 || len(block) <= checks || len(block) > 150 {
			return
		}
		if ok := correct(block, checks); ok {
			if _, clean := syndromesOf(block, checks); !clean {
				t.Error("mended to what is no codeword")
			}
		}
	})
}
