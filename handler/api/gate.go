package api

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

// signatures are where nonces and requests are counted, for all replicas.
type signatures interface {
	UseNonce(ctx context.Context, key, nonce string, expires time.Time) (first bool, err error)
	AddTry(ctx context.Context, key string, window time.Duration, now time.Time) (store.Tries, error)
}

// gate lets in what a kind of keys has signed: each family of addresses has its
// own. K is what the family knows of a key.
type gate[K any] struct {
	web    *web.Web
	store  signatures
	family string // names its counts, and its sender in the log
	rate   int    // requests that a key may make in a minute
	// secret finds a key in force; ok is false when there is none.
	secret func(ctx context.Context, id string) (k K, secret string, ok bool, err error)
}

// request is one whose sender is known.
type request[K any] struct {
	*gin.Context
	id          string // of the key
	key         K
	idempotency string
	body        []byte
}

// signed adapts a handler: only requests that a key in force has signed, inside
// the window, not seen before, and not too many. A nonce counts as seen only
// when the signature is right, so that nobody uses up another's.
func (g gate[K]) signed(f func(r request[K]) error) gin.HandlerFunc {
	return g.web.Do(func(c *gin.Context) error {
		r, err := g.authenticate(c)
		if err != nil {
			if e, ok := errors.AsType[*model.Error](err); ok && e.Code == model.CodeUnauthenticated {
				c.Header("WWW-Authenticate", "HMAC-SHA256")
				g.web.Logger(c).Warn("request not signed rightly", "family", g.family, "header", e.Field)
			}
			return err
		}
		if err := g.pace(r); err != nil {
			return err
		}
		return f(r)
	})
}

// checkPost refuses a post that is not JSON or has no name of its own.
func (r request[K]) checkPost() error {
	kind, params, err := mime.ParseMediaType(r.GetHeader("Content-Type"))
	charset := strings.ToLower(params["charset"])
	if err != nil || kind != "application/json" || (charset != "" && charset != "utf-8") || r.GetHeader("Content-Encoding") != "" {
		return model.Errorf(model.CodeMediaType, "请以 Content-Type: application/json（UTF-8，不压缩）提交。")
	}
	return checkIdempotency(r.idempotency)
}

func checkIdempotency(key string) error {
	if !made(key, 8, 64, word) {
		return model.Invalid(HeaderIdempotency, "请在 %s 中给出 8–64 个字母、数字、- 或 _ 作为幂等键，不要含个人信息。", HeaderIdempotency)
	}
	return nil
}

// digest is the body's SHA-256, by which a post that comes again is known.
func (r request[K]) digest() string {
	sum := sha256.Sum256(r.body)
	return hex.EncodeToString(sum[:])
}

func (g gate[K]) authenticate(c *gin.Context) (r request[K], err error) {
	ctx, now := c.Request.Context(), g.web.Now()
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
	key, secret, ok, err := g.secret(ctx, cred.key)
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
	first, err := g.store.UseNonce(ctx, cred.key, cred.nonce, cred.at.Add(2*Window))
	if err != nil {
		return r, fmt.Errorf("api: nonce: %w", err)
	}
	if !first {
		e := model.Errorf(model.CodeUnauthenticated, "这个请求已经收到过。重试时请使用新的随机数重新签名，幂等键不变。")
		e.Field = HeaderNonce
		return r, e
	}
	return request[K]{Context: c, id: cred.key, key: key, idempotency: cred.idempotency, body: body}, nil
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
func (g gate[K]) pace(r request[K]) error {
	now := g.web.Now()
	minute := now.Truncate(time.Minute)
	tries, err := g.store.AddTry(r.Request.Context(), g.family+":"+r.id+":"+strconv.FormatInt(minute.Unix(), 36), 2*time.Minute, now)
	if err != nil {
		return fmt.Errorf("api: rate: %w", err)
	}
	if tries.Count <= g.rate {
		return nil
	}
	wait := wholeSeconds(minute.Add(time.Minute).Sub(now))
	r.Header("Retry-After", strconv.Itoa(wait))
	return model.Errorf(model.CodeTooMany, "请求过于频繁：每分钟最多 %d 次，请 %d 秒后再试。", g.rate, wait)
}

// wholeSeconds are enough of them.
func wholeSeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }
