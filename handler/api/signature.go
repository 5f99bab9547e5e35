package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"quxiang/model"
)

// The headers of a signed request.
const (
	HeaderKey         = "X-Quxiang-Key"
	HeaderTimestamp   = "X-Quxiang-Timestamp"
	HeaderNonce       = "X-Quxiang-Nonce"
	HeaderSignature   = "X-Quxiang-Signature"
	HeaderIdempotency = "Idempotency-Key"
)

// Window is how far a request's timestamp may be from our clock, either way.
const Window = 300 * time.Second

// scheme begins what is signed, so that another one can come beside it.
const scheme = "QX1"

// Sign is the signature of a request: HMAC-SHA256, with the secret's characters
// as key, over seven lines without a last newline, in lower-case hex:
//
//	QX1
//	POST
//	/api/v1/upstream/destinations      path, and ?query where there is one
//	1811901600                         X-Quxiang-Timestamp, seconds since 1970
//	d2c1b5a07e1f4a0c                   X-Quxiang-Nonce
//	batch-2027-06-01-0001              Idempotency-Key; an empty line for GET
//	e3b0c442…                          SHA-256 of the body, in lower-case hex
func Sign(secret, method, target, timestamp, nonce, idempotency string, body []byte) string {
	digest := sha256.Sum256(body)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(strings.Join([]string{scheme, method, target, timestamp, nonce, idempotency, hex.EncodeToString(digest[:])}, "\n")))
	return hex.EncodeToString(mac.Sum(nil))
}

// credentials are the headers of a signed request, well-formed.
type credentials struct {
	key, timestamp, nonce, idempotency string
	at                                 time.Time
	mac                                []byte
}

// readCredentials reads the headers; each must be there once and look right.
func readCredentials(h http.Header) (c credentials, err error) {
	for _, f := range []struct {
		name     string
		into     *string
		min, max int
		alphabet func(byte) bool
	}{
		{HeaderKey, &c.key, 4, 32, word},
		{HeaderTimestamp, &c.timestamp, 1, 12, digit},
		{HeaderNonce, &c.nonce, 16, 64, word},
	} {
		v, ok := once(h, f.name)
		if !ok || !made(v, f.min, f.max, f.alphabet) {
			return c, unsigned(f.name)
		}
		*f.into = v
	}
	signature, ok := once(h, HeaderSignature)
	if c.mac, err = hex.DecodeString(signature); !ok || err != nil || len(c.mac) != sha256.Size {
		return c, unsigned(HeaderSignature)
	}
	seconds, err := strconv.ParseInt(c.timestamp, 10, 64)
	if err != nil {
		return c, unsigned(HeaderTimestamp)
	}
	c.at = time.Unix(seconds, 0)
	if c.idempotency, ok = once(h, HeaderIdempotency); !ok && len(h.Values(HeaderIdempotency)) > 0 {
		return c, model.Invalid(HeaderIdempotency, "请求头 %s 只能出现一次。", HeaderIdempotency)
	}
	return c, nil
}

// once is the value of a header that is there exactly once.
func once(h http.Header, name string) (string, bool) {
	v := h.Values(name)
	if len(v) != 1 {
		return "", false
	}
	return v[0], true
}

// made reports whether s has that many characters, all of the alphabet.
func made(s string, shortest, longest int, alphabet func(byte) bool) bool {
	if len(s) < shortest || len(s) > longest {
		return false
	}
	for i := range len(s) {
		if !alphabet(s[i]) {
			return false
		}
	}
	return true
}

func digit(b byte) bool { return '0' <= b && b <= '9' }

func word(b byte) bool {
	return digit(b) || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || b == '-' || b == '_'
}

func unsigned(field string) *model.Error {
	e := model.Errorf(model.CodeUnauthenticated, "请求没有正确签名：请求头 %s 缺失、重复或格式不对。", field)
	e.Field = field
	return e
}
