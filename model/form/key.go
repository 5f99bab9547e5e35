package form

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"quxiang/model"
)

// KeyID names a key: the first four bytes of the SHA-256 of its public half.
type KeyID [4]byte

// String is the id as published: eight upper-case hexadecimal digits.
func (id KeyID) String() string { return strings.ToUpper(hex.EncodeToString(id[:])) }

// ParseKeyID reads what String writes, in either case.
func ParseKeyID(s string) (id KeyID, ok bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(id) {
		return id, false
	}
	return KeyID(b), true
}

func keyID(public ed25519.PublicKey) KeyID {
	sum := sha256.Sum256(public)
	return KeyID(sum[:len(KeyID{})])
}

// SigningKey is the private half of a key. Nothing that prints shows it.
type SigningKey struct{ private ed25519.PrivateKey }

// NewSigningKey draws a key from rand, which in production is
// crypto/rand.Reader.
func NewSigningKey(rand io.Reader) (SigningKey, error) {
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(rand, seed); err != nil {
		return SigningKey{}, fmt.Errorf("form: draw a key: %w", err)
	}
	return SigningKey{ed25519.NewKeyFromSeed(seed)}, nil
}

// SigningKeyFromSeed makes the key of RFC 8032's 32-byte seed.
func SigningKeyFromSeed(seed []byte) (SigningKey, error) {
	if len(seed) != ed25519.SeedSize {
		return SigningKey{}, fmt.Errorf("form: a seed has %d bytes, not %d", ed25519.SeedSize, len(seed))
	}
	return SigningKey{ed25519.NewKeyFromSeed(seed)}, nil
}

// Seed is what SigningKeyFromSeed takes; the store encrypts it.
func (k SigningKey) Seed() []byte { return k.private.Seed() }

// Public is the half that everybody may know.
func (k SigningKey) Public() ed25519.PublicKey {
	public, _ := k.private.Public().(ed25519.PublicKey)
	return public
}

// ID names the key.
func (k SigningKey) ID() KeyID { return keyID(k.Public()) }

// String keeps the key out of whatever prints it.
func (SigningKey) String() string { return "<secret>" }

// GoString keeps the key out of %#v.
func (SigningKey) GoString() string { return "<secret>" }

// Key is the public half of a key and when it signed. A retired key signs no
// more and stays good for what it signed; a revoked one is good for nothing.
type Key struct {
	Public    ed25519.PublicKey
	NotBefore time.Time
	RetiredAt time.Time // zero while it signs
	RevokedAt time.Time // zero unless it became known
}

// ID names the key.
func (k Key) ID() KeyID { return keyID(k.Public) }

// Ring is every key of one service, retired and revoked ones too.
type Ring []Key

// key finds a key by its id.
func (r Ring) key(id KeyID) (Key, bool) {
	for _, k := range r {
		if k.ID() == id {
			return k, true
		}
	}
	return Key{}, false
}

// Open reads the text of a payload and checks its signature with the keys of
// the ring, for somebody whose calendar shows today. The error is one of
// ErrMalformed, ErrUnknownKey, ErrSignature, ErrRevokedKey, ErrKeyWindow and
// ErrFuture; the payload is worth nothing then. Whether the form was revoked or
// superseded only the service knows.
func (r Ring) Open(text string, today model.Date) (Payload, error) {
	p, raw, err := parse(text)
	if err != nil {
		return Payload{}, err
	}
	k, ok := r.key(p.KeyID)
	if !ok {
		return Payload{}, ErrUnknownKey
	}
	// Signed before anything else is judged: an unsigned payload says nothing.
	if !ed25519.Verify(k.Public, signed(raw[:atSign]), raw[atSign:]) {
		return Payload{}, ErrSignature
	}
	switch {
	case !k.RevokedAt.IsZero():
		return Payload{}, ErrRevokedKey
	case p.Issued < model.DateOf(k.NotBefore), !k.RetiredAt.IsZero() && p.Issued > model.DateOf(k.RetiredAt):
		return Payload{}, ErrKeyWindow
	case p.Issued > today:
		return Payload{}, ErrFuture
	}
	return p, nil
}

// keyDocument is /.well-known/quxiang-keys.json: a JSON Web Key Set (RFC 7517,
// RFC 8037) with the issuer and each key's days besides.
type keyDocument struct {
	Issuer string   `json:"issuer"`
	Keys   []keyJWK `json:"keys"`
}

type keyJWK struct {
	KeyType   string     `json:"kty"`
	Curve     string     `json:"crv"`
	Algorithm string     `json:"alg"`
	Use       string     `json:"use"`
	ID        string     `json:"kid"`
	X         string     `json:"x"`
	NotBefore model.Date `json:"not_before"`
	Retired   model.Date `json:"retired,omitempty"` // the last day on which it signed
	Revoked   model.Date `json:"revoked,omitempty"`
}

// Publish writes the ring as the document that anybody verifies with.
func (r Ring) Publish(issuer string) ([]byte, error) {
	doc := keyDocument{Issuer: issuer, Keys: make([]keyJWK, 0, len(r))}
	for _, k := range r {
		doc.Keys = append(doc.Keys, keyJWK{
			KeyType: "OKP", Curve: "Ed25519", Algorithm: "EdDSA", Use: "sig", ID: k.ID().String(),
			X: base64.RawURLEncoding.EncodeToString(k.Public), NotBefore: model.DateOf(k.NotBefore),
			Retired: dateOf(k.RetiredAt), Revoked: dateOf(k.RevokedAt),
		})
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("form: publish keys: %w", err)
	}
	return append(b, '\n'), nil
}

func dateOf(t time.Time) model.Date {
	if t.IsZero() {
		return ""
	}
	return model.DateOf(t)
}

// ReadRing reads what Publish writes. A document with a key that it cannot use,
// or whose id does not fit, is refused as a whole.
func ReadRing(document []byte) (r Ring, issuer string, err error) {
	var doc keyDocument
	if err := json.Unmarshal(document, &doc); err != nil {
		return nil, "", model.Invalid("keys", "公钥文件不是有效的 JSON。").Because(err)
	}
	if len(doc.Keys) == 0 {
		return nil, "", model.Invalid("keys", "公钥文件里没有公钥。")
	}
	for i, j := range doc.Keys {
		public, err := base64.RawURLEncoding.DecodeString(j.X)
		if err != nil || len(public) != ed25519.PublicKeySize || j.KeyType != "OKP" || j.Curve != "Ed25519" || j.NotBefore.Start().IsZero() {
			return nil, "", model.Invalid("keys", "公钥文件的第 %d 个公钥不是 Ed25519 公钥，或缺少启用日期。", i+1).Because(err)
		}
		k := Key{Public: public, NotBefore: j.NotBefore.Start(), RetiredAt: j.Retired.Start(), RevokedAt: j.Revoked.Start()}
		if k.ID().String() != j.ID || (j.Retired != "" && k.RetiredAt.IsZero()) || (j.Revoked != "" && k.RevokedAt.IsZero()) {
			return nil, "", model.Invalid("keys", "公钥文件的第 %d 个公钥的编号或日期不对。", i+1)
		}
		r = append(r, k)
	}
	return r, doc.Issuer, nil
}
