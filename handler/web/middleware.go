package web

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/model"
	"quxiang/model/store"
)

const requestIDKey = "web.request_id"

// MaxForm bounds the body of a posted form, in bytes. Uploads have their own
// limit.
const MaxForm = 64 << 10

// MaxUpload bounds the body of a form that carries proofs, in bytes: more than
// five files may be, so that whoever chose photos that are too large reads which
// ones, and does not just see the connection break.
const MaxUpload = 64 << 20

// RequestID names a request in pages, log lines and audit entries.
func RequestID(c *gin.Context) string { return c.GetString(requestIDKey) }

func (w *Web) log(c *gin.Context) *slog.Logger {
	return w.o.Logger.With("request_id", RequestID(c), "route", c.FullPath())
}

// Logger is the request's logger: it names the route, never the address, which
// may hold a number.
func (w *Web) Logger(c *gin.Context) *slog.Logger { return w.log(c) }

// Begin gives the request an id, bounds its body, sets the headers of every
// answer, contains panics and writes the access log.
func (w *Web) Begin(c *gin.Context) {
	var b [8]byte
	_, _ = rand.Read(b[:])
	id := hex.EncodeToString(b[:])
	c.Set(requestIDKey, id)
	c.Request = c.Request.WithContext(store.WithRequestID(c.Request.Context(), id))
	start := time.Now() // how long an answer takes is not business time
	h := c.Writer.Header()
	h.Set("X-Request-Id", id)
	h.Set("Content-Security-Policy", w.csp)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	if w.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	defer func() {
		if p := recover(); p != nil {
			w.log(c).Error("panic", "value", fmt.Sprint(p), "stack", string(debug.Stack()))
			w.Fail(c, model.Errorf(model.CodeInternal, "").Because(fmt.Errorf("panic")))
		}
		w.o.Observe(c.FullPath(), c.Writer.Status(), time.Since(start))
		w.log(c).Info("request", "method", c.Request.Method, "status", c.Writer.Status(), "ms", time.Since(start).Milliseconds())
	}()
	c.Next()
}

// Limit bounds the request's body.
func Limit(n int64) gin.HandlerFunc {
	return func(c *gin.Context) {
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, n)
	}
}

// SameSite refuses posts that another site's page makes a browser send.
func (w *Web) SameSite(c *gin.Context) {
	if err := w.cross.Check(c.Request); err != nil {
		w.Fail(c, model.Errorf(model.CodeForbidden, "这个请求来自其他网站的页面，已被拒绝。请从本系统的页面操作。").Because(err))
	}
}

// Form parses a posted form. A body over its limit is CodeTooLarge, a broken
// one CodeInvalid.
func Form(c *gin.Context) error {
	if err := c.Request.ParseForm(); err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return model.Errorf(model.CodeTooLarge, "提交的内容超过 %d KB，请缩短后再试。", tooLarge.Limit>>10).Because(err)
		}
		return model.Errorf(model.CodeInvalid, "提交的内容无法识别，请返回重试。").Because(err)
	}
	return nil
}
