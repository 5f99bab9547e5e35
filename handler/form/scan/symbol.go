package scan

import "math/bits"

// symbol is a code as modules, dark or light, row by row.
type symbol struct {
	size int
	dark []bool
}

func (s symbol) at(x, y int) bool { return s.dark[y*s.size+x] }

// maxVersion is the largest code that is read: 57 modules on a side.
const maxVersion = 10

func sizeOf(version int) int { return 17 + 4*version }

// module is one of known colour.
type module struct {
	x, y int
	dark bool
}

// alignments are the middles of the alignment patterns of a version, the same
// across and down (ISO/IEC 18004, annex E).
var alignments = [maxVersion + 1][]int{
	2: {6, 18}, 3: {6, 22}, 4: {6, 26}, 5: {6, 30}, 6: {6, 34},
	7: {6, 22, 38}, 8: {6, 24, 42}, 9: {6, 26, 46}, 10: {6, 28, 50},
}

// knownModules are those that are the same in every code of a version, and
// reserved says of each module whether it holds no data.
func knownModules(version int) (known []module, reserved []bool) {
	size := sizeOf(version)
	reserved = make([]bool, size*size)
	put := func(x, y int, dark bool) {
		if x < 0 || y < 0 || x >= size || y >= size || reserved[y*size+x] {
			return
		}
		reserved[y*size+x] = true
		known = append(known, module{x, y, dark})
	}
	for _, c := range [3][2]int{{3, 3}, {size - 4, 3}, {3, size - 4}} {
		for dy := -4; dy <= 4; dy++ {
			for dx := -4; dx <= 4; dx++ {
				ring := max(dx, -dx, dy, -dy) // 2 and the separator, 4, are light
				put(c[0]+dx, c[1]+dy, ring != 2 && ring != 4)
			}
		}
	}
	for _, cy := range alignments[version] {
		for _, cx := range alignments[version] {
			if near, far := 6, size-7; (cx == near && (cy == near || cy == far)) || (cx == far && cy == near) {
				continue // a finder pattern stands there
			}
			for dy := -2; dy <= 2; dy++ {
				for dx := -2; dx <= 2; dx++ {
					put(cx+dx, cy+dy, max(dx, -dx, dy, -dy) != 1)
				}
			}
		}
	}
	for i := 8; i < size-8; i++ {
		put(i, 6, i%2 == 0)
		put(6, i, i%2 == 0)
	}
	put(8, size-8, true)
	keep := func(x, y int) { reserved[y*size+x] = true }
	for i := range 9 { // format
		keep(i, 8)
		keep(8, i)
		if i < 8 {
			keep(size-1-i, 8)
			keep(8, size-1-i)
		}
	}
	if version >= 7 {
		for i := range 6 {
			for j := range 3 {
				keep(i, size-11+j)
				keep(size-11+j, i)
			}
		}
	}
	return known, reserved
}

// level of correction, in the order of the tables below.
type level int

// levelOfFormat maps the two bits of the format to L, M, Q, H.
var levelOfFormat = [4]level{1, 0, 3, 2}

// format reads level and mask from the better of its two copies: 15 bits of a
// code with distance 7, so that up to three wrong ones are found out.
func (s symbol) format() (l level, mask int, ok bool) {
	var near, far uint
	for i := range 15 {
		near = near<<1 | bit(s.nearFormat(i))
		if i < 7 {
			far = far<<1 | bit(s.at(8, s.size-1-i))
		} else {
			far = far<<1 | bit(s.at(s.size-15+i, 8))
		}
	}
	best := 4
	for data := range uint(32) {
		code := formatCode(data)
		if d := min(bits.OnesCount(near^code), bits.OnesCount(far^code)); d < best {
			best, l, mask = d, levelOfFormat[data>>3], int(data&7) // #nosec G115 -- three bits
		}
	}
	return l, mask, best < 4
}

// nearFormat is the i-th bit, most significant first, of the copy around the
// corner's finder pattern. It leaves out the timing patterns.
func (s symbol) nearFormat(i int) bool {
	switch {
	case i < 6:
		return s.at(i, 8)
	case i == 6:
		return s.at(7, 8)
	case i == 7:
		return s.at(8, 8)
	case i == 8:
		return s.at(8, 7)
	default:
		return s.at(8, 14-i)
	}
}

// formatCode is the BCH (15,5) code of five bits, masked as the standard says.
func formatCode(data uint) uint {
	rest := data << 10
	for i := 14; i >= 10; i-- {
		if rest>>i&1 == 1 {
			rest ^= 0x537 << (i - 10)
		}
	}
	return (data<<10 | rest) ^ 0x5412
}

func bit(b bool) uint {
	if b {
		return 1
	}
	return 0
}

// masked reports whether a mask turns a module round.
func masked(mask, x, y int) bool {
	switch mask {
	case 0:
		return (x+y)%2 == 0
	case 1:
		return y%2 == 0
	case 2:
		return x%3 == 0
	case 3:
		return (x+y)%3 == 0
	case 4:
		return (y/2+x/3)%2 == 0
	case 5:
		return x*y%2+x*y%3 == 0
	case 6:
		return (x*y%2+x*y%3)%2 == 0
	default:
		return ((x+y)%2+x*y%3)%2 == 0
	}
}

// codewords reads the data modules in their order: two columns at a time, from
// the right, up and down in turn.
func (s symbol) codewords(mask int, reserved []bool) []byte {
	var words []byte
	var word byte
	n := 0
	for right := s.size - 1; right > 0; right -= 2 {
		if right == 6 { // the timing pattern's column
			right--
		}
		for i := range s.size {
			y := i
			if (right+1)&2 == 0 {
				y = s.size - 1 - i
			}
			for _, x := range [2]int{right, right - 1} {
				if reserved[y*s.size+x] {
					continue
				}
				word = word<<1 | byte(bit(s.at(x, y) != masked(mask, x, y))) // #nosec G115 -- one bit
				if n++; n%8 == 0 {
					words = append(words, word)
				}
			}
		}
	}
	return words
}

// blocksOf and checksOf are, by version and level, the number of blocks and the
// check codewords of each (ISO/IEC 18004, table 9).
var (
	blocksOf = [maxVersion + 1][4]int{
		1: {1, 1, 1, 1}, 2: {1, 1, 1, 1}, 3: {1, 1, 2, 2}, 4: {1, 2, 2, 4}, 5: {1, 2, 4, 4},
		6: {2, 4, 4, 4}, 7: {2, 4, 6, 5}, 8: {2, 4, 6, 6}, 9: {2, 5, 8, 8}, 10: {4, 5, 8, 8},
	}
	checksOf = [maxVersion + 1][4]int{
		1: {7, 10, 13, 17}, 2: {10, 16, 22, 28}, 3: {15, 26, 18, 22}, 4: {20, 18, 26, 16}, 5: {26, 24, 18, 22},
		6: {18, 16, 24, 28}, 7: {20, 18, 18, 26}, 8: {24, 22, 22, 26}, 9: {30, 22, 20, 24}, 10: {18, 26, 24, 28},
	}
)

// read decodes the symbol.
func (s symbol) read() (string, bool) {
	version := (s.size - 17) / 4
	l, mask, ok := s.format()
	if !ok {
		return "", false
	}
	_, reserved := knownModules(version)
	data, ok := corrected(s.codewords(mask, reserved), blocksOf[version][l], checksOf[version][l])
	if !ok {
		return "", false
	}
	return spell(data, version)
}

// corrected parts the codewords into blocks, as they were interleaved, corrects
// each, and returns their data in order. The last blocks may be longer by one.
func corrected(words []byte, blocks, checks int) ([]byte, bool) {
	long := len(words) % blocks
	length := len(words)/blocks - checks // of the data of a short block
	parts := make([][]byte, blocks)
	at := 0
	for i := range length + 1 {
		for b := range parts {
			if i == length && b < blocks-long {
				continue
			}
			parts[b] = append(parts[b], words[at])
			at++
		}
	}
	for range checks {
		for b := range parts {
			parts[b] = append(parts[b], words[at])
			at++
		}
	}
	var data []byte
	for _, p := range parts {
		if !correct(p, checks) {
			return nil, false
		}
		data = append(data, p[:len(p)-checks]...)
	}
	return data, true
}
