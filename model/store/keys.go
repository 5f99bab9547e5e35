package store

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/prf"
	tinkpb "github.com/tink-crypto/tink-go/v2/proto/tink_go_proto"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// errKeys never quotes a keyset.
var errKeys = errors.New("store: a keyset cannot be read")

// Keys are the two keysets of personal data at rest: one encrypts columns
// (AES256-GCM), the other makes an encrypted column findable by its exact
// value (HMAC-SHA256 PRF). Both can hold old keys beside the primary one.
type Keys struct {
	cipherSet, indexSet *keyset.Handle
	cipher              tink.AEAD
	index               *prf.Set
}

// NewKeys makes fresh keysets.
func NewKeys() (*Keys, error) {
	c, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("store: new keys: %w", err)
	}
	i, err := keyset.NewHandle(prf.HMACSHA256PRFKeyTemplate())
	if err != nil {
		return nil, fmt.Errorf("store: new keys: %w", err)
	}
	return makeKeys(c, i)
}

// ParseKeys reads keysets as Export wrote them: base64 of Tink's JSON. The
// error tells nothing of their content.
func ParseKeys(aeadKeyset, indexKeyset string) (*Keys, error) {
	c, err := parseKeyset(aeadKeyset)
	if err != nil {
		return nil, err
	}
	i, err := parseKeyset(indexKeyset)
	if err != nil {
		return nil, err
	}
	return makeKeys(c, i)
}

func parseKeyset(s string) (*keyset.Handle, error) {
	data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(s))
	if err != nil {
		return nil, errKeys
	}
	h, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(data)))
	if err != nil {
		return nil, errKeys
	}
	return h, nil
}

func makeKeys(c, i *keyset.Handle) (*Keys, error) {
	// RAW keys would make the key unknown at a rotation.
	for _, info := range c.KeysetInfo().GetKeyInfo() {
		if info.GetOutputPrefixType() != tinkpb.OutputPrefixType_TINK {
			return nil, errKeys
		}
	}
	a, err := aead.New(c)
	if err != nil {
		return nil, errKeys
	}
	p, err := prf.NewPRFSet(i)
	if err != nil {
		return nil, errKeys
	}
	return &Keys{cipherSet: c, indexSet: i, cipher: a, index: p}, nil
}

// Export writes both keysets in the clear, for a key file or a secret store.
func (k *Keys) Export() (aeadKeyset, indexKeyset string, err error) {
	var out [2]string
	for n, h := range []*keyset.Handle{k.cipherSet, k.indexSet} {
		var b bytes.Buffer
		if err := insecurecleartextkeyset.Write(h, keyset.NewJSONWriter(&b)); err != nil {
			return "", "", fmt.Errorf("store: export keys: %w", err)
		}
		out[n] = base64.StdEncoding.EncodeToString(b.Bytes())
	}
	return out[0], out[1], nil
}

// String keeps keys out of whatever prints them.
func (k *Keys) String() string { return "<secret>" }

// GoString keeps keys out of %#v.
func (k *Keys) GoString() string { return "<secret>" }

// LogValue keeps keys out of logs.
func (k *Keys) LogValue() slog.Value { return slog.StringValue("<secret>") }

// seal encrypts a value for one column of one row; nothing stays nothing. The
// place is authenticated with it, so that a value copied to another row or
// column does not open.
func (k *Keys) seal(table, column, uid string, plain []byte) ([]byte, error) {
	if len(plain) == 0 {
		return nil, nil
	}
	sealed, err := k.cipher.Encrypt(plain, []byte(table+"|"+column+"|"+uid))
	if err != nil {
		return nil, fmt.Errorf("store: encrypt %s.%s: %w", table, column, err)
	}
	return sealed, nil
}

// unseal decrypts what seal made for the same place.
func (k *Keys) unseal(table, column, uid string, sealed []byte) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, nil
	}
	plain, err := k.cipher.Decrypt(sealed, []byte(table+"|"+column+"|"+uid))
	if err != nil {
		return nil, fmt.Errorf("store: decrypt %s.%s: %w", table, column, err)
	}
	return plain, nil
}

// normal is the form in which values are indexed: upper case, no blanks around.
func normal(value string) string { return strings.ToUpper(strings.TrimSpace(value)) }

// indexOf is the look-up value of a secret value, 64 hex digits; "" for "".
// what separates the columns.
func (k *Keys) indexOf(what, value string) (string, error) {
	if normal(value) == "" {
		return "", nil
	}
	sum, err := k.index.ComputePrimaryPRF([]byte(what+"|"+normal(value)), 32)
	if err != nil {
		return "", fmt.Errorf("store: index %s: %w", what, err)
	}
	return hex.EncodeToString(sum), nil
}

// indexesOf are the look-up values under all keys of the set, for finding rows
// written before a rotation.
func (k *Keys) indexesOf(what, value string) ([]string, error) {
	if normal(value) == "" {
		return nil, nil
	}
	all := make([]string, 0, len(k.index.PRFs))
	for _, p := range k.index.PRFs {
		sum, err := p.ComputePRF([]byte(what+"|"+normal(value)), 32)
		if err != nil {
			return nil, fmt.Errorf("store: index %s: %w", what, err)
		}
		all = append(all, hex.EncodeToString(sum))
	}
	return all, nil
}
