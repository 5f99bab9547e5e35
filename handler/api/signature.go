package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

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

// request is one whose sender is known.
type request struct {
	*gin.Context
	key         model.UpstreamKey
	idempotency string
	body        []byte
}

// signed adapts a handler: only requests that a key in force has signed, inside
// the window, not seen before, and not too many. A nonce counts as seen only
// when the signature is right, so that nobody uses up another's.
func (h *Handler) signed(f func(r request) error) gin.HandlerFunc {
	return h.o.Web.Do(func(c *gin.Context) error {
		r, err := h.authenticate(c)
		if err != nil {
			if e, ok := errors.AsType[*model.Error](err); ok && e.Code == model.CodeUnauthenticated {
				c.Header("WWW-Authenticate", "HMAC-SHA256")
				h.o.Web.Logger(c).Warn("post of a platform refused", "header", e.Field)
			}
			return err
		}
		if err := h.pace(r); err != nil {
			return err
		}
		return f(r)
	})
}

func (h *Handler) authenticate(c *gin.Context) (r request, err error) {
	ctx, now := c.Request.Context(), h.o.Web.Now()
	cred, err := readCredentials(c.Request.Header)
	if err != nil {
		return r, err
	}
	if off := now.Sub(cred.at); off > Window || off < -Window {
		e := model.Errorf(model.CodeUnauthenticated, "请求的时间与服务器相差超过 %d 秒，请校准时钟后重新签名。", int(Window/time.Second))
		e.Field = HeaderTimestamp
		return r, e
	}
	body, err := io.ReadAll(c.Request.Body)
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return r, model.Errorf(model.CodeTooLarge, "请求内容超过 %d KB，请分批提交。", tooLarge.Limit>>10).Because(err)
		}
		return r, model.Errorf(model.CodeInvalid, "请求内容没有完整到达，请重试。").Because(err)
	}
	key, secret, ok, err := h.o.Store.UpstreamSecret(ctx, cred.key)
	if err != nil {
		return r, fmt.Errorf("api: key: %w", err)
	}
	if !ok {
		secret = "no key has this secret" // the same work, so that time does not tell which keys there are
	}
	want, err := hex.DecodeString(Sign(secret, c.Request.Method, target(c.Request), cred.timestamp, cred.nonce, cred.idempotency, body))
	if err != nil {
		return r, fmt.Errorf("api: signature: %w", err)
	}
	if !hmac.Equal(want, cred.mac) || !ok {
		e := model.Errorf(model.CodeUnauthenticated, "签名不正确，或密钥不存在、已停用。")
		e.Field = HeaderSignature
		return r, e
	}
	// Remembered until no timestamp of that request can be in the window any more.
	first, err := h.o.Store.UseUpstreamNonce(ctx, cred.key, cred.nonce, cred.at.Add(2*Window))
	if err != nil {
		return r, fmt.Errorf("api: nonce: %w", err)
	}
	if !first {
		e := model.Errorf(model.CodeUnauthenticated, "这个请求已经收到过。重试时请使用新的随机数重新签名，幂等键不变。")
		e.Field = HeaderNonce
		return r, e
	}
	return request{Context: c, key: key, idempotency: cred.idempotency, body: body}, nil
}

// target is the path as it was asked for, with the query where there is one.
func target(r *http.Request) string {
	t := r.URL.EscapedPath()
	if r.URL.RawQuery != "" {
		t += "?" + r.URL.RawQuery
	}
	return t
}

// pace counts the request and refuses it when the key has made too many in this
// minute, whichever replica they reached.
func (h *Handler) pace(r request) error {
	now := h.o.Web.Now()
	minute := now.Truncate(time.Minute)
	tries, err := h.o.Store.AddTry(r.Request.Context(), "upstream:"+r.key.ID+":"+strconv.FormatInt(minute.Unix(), 36), 2*time.Minute, now)
	if err != nil {
		return fmt.Errorf("api: rate: %w", err)
	}
	if tries.Count <= h.o.Rate {
		return nil
	}
	wait := int((minute.Add(time.Minute).Sub(now) + time.Second - 1) / time.Second)
	r.Header("Retry-After", strconv.Itoa(wait))
	return model.Errorf(model.CodeTooMany, "请求过于频繁：每分钟最多 %d 次，请 %d 秒后再试。", h.o.Rate, wait)
}
