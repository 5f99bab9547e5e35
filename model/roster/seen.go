package roster

import "hash/maphash"

// seen remembers on which line a number came first. It keeps 64-bit hashes under
// a random key instead of the numbers: a million rows fit in memory, and two
// numbers share a hash once in ten million such files.
type seen struct {
	seed  maphash.Seed
	lines map[uint64]uint32
}

func newSeen() *seen { return &seen{seed: maphash.MakeSeed(), lines: map[uint64]uint32{}} }

// first returns the line on which key was stored, 0 when it was not.
func (s *seen) first(key string) int { return int(s.lines[maphash.String(s.seed, key)]) }

func (s *seen) store(key string, line int) {
	s.lines[maphash.String(s.seed, key)] = uint32(line) //nolint:gosec // a line number fits
}
