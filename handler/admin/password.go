package admin

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"quxiang/model"
)

// HashParameters are the cost of argon2id (RFC 9106). They stand in each hash,
// so that they can be raised without breaking older ones.
type HashParameters struct {
	Time    uint32 // passes
	Memory  uint32 // KiB
	Threads uint8
}

// DefaultHash is OWASP's first choice for argon2id with little memory: some
// 30 ms and 19 MiB for a login.
var DefaultHash = HashParameters{Time: 2, Memory: 19 << 10, Threads: 1}

const (
	saltBytes = 16
	keyBytes  = 32

	minPassword = 10  // characters
	maxPassword = 128 // characters
)

// HashPassword returns the hash of a password with DefaultHash, as a PHC
// string: $argon2id$v=19$m=…,t=…,p=…$salt$key.
func HashPassword(password string) (string, error) {
	if password == "" {
		return "", errors.New("admin: hash password: it is empty")
	}
	return DefaultHash.hash(password), nil
}

func (p HashParameters) hash(password string) string {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // never fails (crypto/rand)
	key := argon2.IDKey([]byte(password), salt, p.Time, p.Memory, p.Threads, keyBytes)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.Memory, p.Time, p.Threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key))
}

// VerifyPassword reports whether password is the one that hash was made of. It
// takes the same time for a wrong password as for the right one. A hash that
// cannot be read, or asks for absurd amounts of work, is an error.
func VerifyPassword(hash, password string) (bool, error) {
	p, salt, want, err := parseHash(hash)
	if err != nil {
		return false, fmt.Errorf("admin: verify password: %w", err)
	}
	got := argon2.IDKey([]byte(password), salt, p.Time, p.Memory, p.Threads, keyBytes)
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// parseHash reads a PHC string of argon2id. Its errors do not repeat it.
func parseHash(hash string) (p HashParameters, salt, key []byte, err error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return p, nil, nil, errors.New("not an argon2id hash")
	}
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, nil, nil, errors.New("another version of argon2id")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.Memory, &p.Time, &p.Threads); err != nil {
		return p, nil, nil, errors.New("parameters cannot be read")
	}
	if p.Time < 1 || p.Time > 64 || p.Threads < 1 || p.Memory < 8 || p.Memory > 1<<20 {
		return p, nil, nil, errors.New("parameters are out of bounds")
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil || len(salt) < 8 {
		return p, nil, nil, errors.New("salt cannot be read")
	}
	if key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(key) != keyBytes {
		return p, nil, nil, errors.New("key cannot be read")
	}
	return p, salt, key, nil
}

// CheckPassword says what is wrong with a new password: too short or too long,
// or holding the operator's name.
func CheckPassword(name, password string) error {
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return model.Invalid("new", "新密码至少 %d 个字符。", minPassword)
	case n > maxPassword:
		return model.Invalid("new", "新密码最多 %d 个字符。", maxPassword)
	case name != "" && strings.Contains(strings.ToLower(password), strings.ToLower(name)):
		return model.Invalid("new", "新密码不能包含账号名。")
	case strings.Count(password, string([]rune(password)[:1])) == n:
		return model.Invalid("new", "新密码不能是同一个字符的重复。")
	}
	return nil
}
