package store

import "encoding/base32"

// tagAlphabet is the verification number's: no 0, 1, I or O.
var tagAlphabet = base32.NewEncoding("23456789ABCDEFGHJKLMNPQRSTUVWXYZ").WithPadding(base32.NoPadding)

// Tag is a keyed check of a value for a purpose: 16 upper-case characters, 80
// bits, that nobody can make without the index keyset. A form's QR code carries
// one, so that its number alone opens nothing; limits are counted under one, so
// that the table of tries holds no addresses.
func (s *Store) Tag(purpose, value string) string {
	sum, err := s.keys.index.ComputePrimaryPRF([]byte("tag|"+purpose+"|"+value), 10)
	if err != nil { // an HMAC key of this set has made it at start-up: it cannot fail later
		panic("store: tag: " + err.Error())
	}
	return tagAlphabet.EncodeToString(sum)
}
