package wechattest

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" // #nosec G505 -- the platform's signatures are SHA-1
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	aesKeySize = 32
	// padSize is the block of the PKCS#7 padding: 32, not AES's own 16.
	padSize = 32
	// headSize is 16 random bytes and the length of the message.
	headSize = 16 + 4
)

// signature is hex(sha1(concat(sort(parts)))), the scheme of both signature and
// msg_signature (developers.weixin.qq.com, message push).
func signature(parts ...string) string {
	sorted := slices.Sorted(slices.Values(parts))
	sum := sha1.Sum([]byte(strings.Join(sorted, ""))) // #nosec G401 -- see the import
	return hex.EncodeToString(sum[:])
}

// encrypt seals a message for appID: random, length, message, appid, padded to
// 32 and run through AES-256-CBC with the key's first half as the IV.
func encrypt(key []byte, appID, message string) (string, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", fmt.Errorf("encrypt: %w", err)
	}
	plain := randomBytes(16)
	plain = binary.BigEndian.AppendUint32(plain, uint32(len(message))) // #nosec G115 -- messages are small
	plain = append(plain, message...)
	plain = append(plain, appID...)
	pad := padSize - len(plain)%padSize
	for range pad {
		plain = append(plain, byte(pad))
	}
	cipher.NewCBCEncrypter(block, key[:aes.BlockSize]).CryptBlocks(plain, plain)
	return base64.StdEncoding.EncodeToString(plain), nil
}

// errCipher is every way in which a ciphertext can be wrong.
var errCipher = errors.New("ciphertext is malformed")

// decrypt opens what encrypt sealed and refuses a message for another appid.
func decrypt(key []byte, appID, sealed string) (string, error) {
	plain, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", fmt.Errorf("decrypt: %w: not base64", errCipher)
	}
	if len(plain) == 0 || len(plain)%padSize != 0 {
		return "", fmt.Errorf("decrypt: %w: length is no multiple of %d", errCipher, padSize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", fmt.Errorf("decrypt: %w", err)
	}
	cipher.NewCBCDecrypter(block, key[:aes.BlockSize]).CryptBlocks(plain, plain)

	pad := int(plain[len(plain)-1])
	if pad < 1 || pad > padSize {
		return "", fmt.Errorf("decrypt: %w: padding", errCipher)
	}
	for _, b := range plain[len(plain)-pad:] {
		if int(b) != pad {
			return "", fmt.Errorf("decrypt: %w: padding", errCipher)
		}
	}
	plain = plain[:len(plain)-pad]
	if len(plain) < headSize {
		return "", fmt.Errorf("decrypt: %w: too short", errCipher)
	}
	size := int(binary.BigEndian.Uint32(plain[16:headSize]))
	if size > len(plain)-headSize {
		return "", fmt.Errorf("decrypt: %w: length of the message", errCipher)
	}
	if got := string(plain[headSize+size:]); got != appID {
		return "", fmt.Errorf("decrypt: %w: sealed for another appid", errCipher)
	}
	return string(plain[headSize : headSize+size]), nil
}
