package wechattest

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// Account is what an operator would copy from the developer page of
// mp.weixin.qq.com. All of it is invented.
type Account struct {
	// AppID is "wx" and 16 hexadecimal digits.
	AppID string `json:"appid"`
	// Secret is 32 hexadecimal digits.
	Secret string `json:"secret"`
	// Token signs pushes: 3 to 32 letters and digits.
	Token string `json:"token"`
	// EncodingAESKey is base64 of a 32-byte key without its last "=": 43 characters.
	EncodingAESKey string `json:"encoding_aes_key"`
	// Username is the account's original id, gh_…, the ToUserName of its pushes.
	Username string `json:"username"`
}

// newAccount fills what o leaves open with random values, so that two
// simulators never accept each other's secrets by accident.
func newAccount(o Options) Account {
	a := Account{AppID: o.AppID, Secret: o.Secret, Token: o.Token, EncodingAESKey: o.EncodingAESKey, Username: o.Username}
	if a.AppID == "" {
		a.AppID = "wx" + randomHex(8)
	}
	if a.Secret == "" {
		a.Secret = randomHex(16)
	}
	if a.Token == "" {
		a.Token = randomHex(12)
	}
	if a.EncodingAESKey == "" {
		a.EncodingAESKey = randomAESKey()
	}
	if a.Username == "" {
		a.Username = "gh_" + randomHex(6)
	}
	return a
}

// aesKey decodes EncodingAESKey.
func (a Account) aesKey() ([]byte, error) {
	key, err := base64.StdEncoding.DecodeString(a.EncodingAESKey + "=")
	if err != nil || len(key) != aesKeySize {
		return nil, fmt.Errorf("wechattest: EncodingAESKey must be 43 characters of base64")
	}
	return key, nil
}

// randomAESKey draws until the key has only letters and digits, which is all
// that the platform's form takes; about one draw in four fits.
func randomAESKey() string {
	for {
		key := strings.TrimSuffix(base64.StdEncoding.EncodeToString(randomBytes(aesKeySize)), "=")
		if !strings.ContainsAny(key, "+/") {
			return key
		}
	}
}

// randomBytes cannot fail: crypto/rand ends the program when the system has no
// randomness.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}

func randomHex(n int) string { return hex.EncodeToString(randomBytes(n)) }

// randomURLText is n characters of letters, digits, "_" and "-", as openids,
// tokens and codes have them.
func randomURLText(n int) string {
	return base64.RawURLEncoding.EncodeToString(randomBytes(n))[:n]
}

// randomDigits is a number of up to nineteen digits, as nonces and echostrs are.
func randomDigits() string {
	return strconv.FormatUint(binary.BigEndian.Uint64(randomBytes(8))>>1, 10)
}
