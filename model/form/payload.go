package form

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"quxiang/model"
)

// Payload is what a form's QR code says (docs/verification.md). It holds no
// personal data: the digest covers the number's random part, too.
type Payload struct {
	Kind       model.FormKind
	Number     model.VerificationNumber
	Issued     model.Date // the day on which the sheet was drawn
	ValidUntil model.Date // as printed; only the service knows whether it was extended
	KeyID      KeyID
	Digest     [sha256.Size]byte
}

// Matches reports whether the payload was made for a form with these canonical
// bytes.
func (p Payload) Matches(canonical []byte) bool { return p.Digest == sha256.Sum256(canonical) }

// Why a payload is refused.
var (
	ErrMalformed  = errors.New("form: no payload of ours, or only a part of one")
	ErrUnknownKey = errors.New("form: signed with an unknown key")
	ErrSignature  = errors.New("form: the signature is wrong")
	ErrRevokedKey = errors.New("form: signed with a key that was revoked")
	ErrKeyWindow  = errors.New("form: signed with a key outside its time")
	ErrFuture     = errors.New("form: issued on a day to come")
)

// Offsets of the fields in the payload; all numbers are big endian.
const (
	atKind    = 1
	atIssued  = 2
	atUntil   = 4
	atNumber  = 6
	atKey     = 14
	atDigest  = 18
	atSign    = 50
	signedLen = atSign + ed25519.SignatureSize

	payloadVersion = 1
	payloadChars   = 183 // 114 bytes in base32 are 182.4 characters
)

// signContext stands before what is signed, so that the key's signatures mean
// nothing elsewhere.
const signContext = "quxiang-qr/1\n"

// base32Text is RFC 4648's alphabet: a QR code's alphanumeric mode holds it.
var base32Text = base32.StdEncoding.WithPadding(base32.NoPadding)

// epoch is day 0 of the dates in a payload.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, model.Shanghai)

// kindCodes are the numbers of the kinds in a payload.
var kindCodes = map[model.FormKind]byte{model.FormArchive: 1, model.FormHousehold: 2}

// Sign makes the payload of f, drawn on the day issued, as text for its QR
// code.
func Sign(f Form, issued model.Date, k SigningKey) (string, error) {
	p := Payload{Kind: f.Kind, Number: f.Number, Issued: issued, ValidUntil: f.ValidUntil, KeyID: k.ID(), Digest: f.Digest()}
	b, err := p.bytes()
	if err != nil {
		return "", err
	}
	return base32Text.EncodeToString(append(b, ed25519.Sign(k.private, signed(b))...)), nil
}

func signed(b []byte) []byte { return append([]byte(signContext), b...) }

// bytes are the fields before the signature.
func (p Payload) bytes() ([]byte, error) {
	issued, ok1 := days(p.Issued)
	until, ok2 := days(p.ValidUntil)
	packed, ok3 := pack(p.Number)
	kind, ok4 := kindCodes[p.Kind]
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return nil, fmt.Errorf("form: a payload cannot hold kind %q, days %q and %q", p.Kind, p.Issued, p.ValidUntil)
	}
	b := make([]byte, atSign, signedLen)
	b[0], b[atKind] = payloadVersion, kind
	binary.BigEndian.PutUint16(b[atIssued:], issued)
	binary.BigEndian.PutUint16(b[atUntil:], until)
	binary.BigEndian.PutUint64(b[atNumber:], packed)
	copy(b[atKey:], p.KeyID[:])
	copy(b[atDigest:], p.Digest[:])
	return b, nil
}

// parse reads the text of a payload without judging its signature: ErrMalformed
// for everything that Sign does not write, byte for byte.
func parse(text string) (p Payload, raw []byte, err error) {
	if len(text) != payloadChars {
		return p, nil, ErrMalformed
	}
	raw, err = base32Text.DecodeString(text)
	// The decoder ignores bits that are left over: encoding again must give the same.
	if err != nil || len(raw) != signedLen || base32Text.EncodeToString(raw) != text {
		return p, nil, ErrMalformed
	}
	for kind, code := range kindCodes {
		if raw[atKind] == code {
			p.Kind = kind
		}
	}
	var ok bool
	p.Number, ok = unpack(binary.BigEndian.Uint64(raw[atNumber:]))
	if raw[0] != payloadVersion || p.Kind == "" || !ok {
		return p, nil, ErrMalformed
	}
	p.Issued, p.ValidUntil = day(binary.BigEndian.Uint16(raw[atIssued:])), day(binary.BigEndian.Uint16(raw[atUntil:]))
	copy(p.KeyID[:], raw[atKey:])
	copy(p.Digest[:], raw[atDigest:])
	return p, raw, nil
}

// FromQR finds the payload in what a scanner read: the last part of our
// address, whatever its host, or the payload alone.
func FromQR(text string) string {
	text = strings.TrimSpace(text)
	if i := strings.LastIndexByte(text, '/'); i >= 0 {
		text = text[i+1:]
	}
	return text
}

// IsPayload reports whether text has the form of a payload. Who signed it, and
// whether anybody did, is for Ring.Open to say.
func IsPayload(text string) bool {
	_, _, err := parse(text)
	return err == nil
}

func days(d model.Date) (uint16, bool) {
	t := d.Start()
	n := int(t.Sub(epoch) / (24 * time.Hour))
	return uint16(n), !t.IsZero() && n >= 0 && n < 1<<16 // #nosec G115 -- ok says whether it fits
}

func day(n uint16) model.Date { return model.DateOf(epoch.AddDate(0, 0, int(n))) }

// Bits of a packed number: 7 for the year, 17 for the school, 5 for each of the
// eight characters.
const (
	schoolBits = 17
	charBits   = 5
)

func pack(n model.VerificationNumber) (uint64, bool) {
	if parsed, ok := ParseNumber(string(n)); !ok || parsed != n {
		return 0, false
	}
	year, err1 := strconv.ParseUint(string(n[:yearDigits]), 10, 64)
	school, err2 := strconv.ParseUint(string(n[yearDigits:yearDigits+schoolDigits]), 10, 64)
	v := year<<schoolBits | school
	for _, c := range []byte(n[yearDigits+schoolDigits:]) {
		v = v<<charBits | uint64(strings.IndexByte(alphabet, c)) // #nosec G115 -- ParseNumber allows only the alphabet
	}
	return v, err1 == nil && err2 == nil
}

func unpack(v uint64) (model.VerificationNumber, bool) {
	var chars [randomChars]byte
	for i := range chars {
		chars[randomChars-1-i] = alphabet[v&(1<<charBits-1)]
		v >>= charBits
	}
	year, school := v>>schoolBits, v&(1<<schoolBits-1)
	n := fmt.Sprintf("%0*d%0*d%s", yearDigits, year, schoolDigits, school, chars[:])
	return model.VerificationNumber(n), len(n) == numberLength
}
