package web

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/model"
	"quxiang/model/store"
)

// The two kinds of sessions. Each has a cookie of its own, so that an operator
// who is also a graduate can be both in one browser.
const (
	KindGraduate = "graduate"
	KindOperator = "operator"
)

// lifetimes of sessions; a graduate's is short since WeChat logs in again by
// itself, an operator's ends with the working day.
var lifetime = map[string]time.Duration{
	KindGraduate: 2 * time.Hour,
	KindOperator: 10 * time.Hour,
}

const sessionKey = "web.session"

func (w *Web) cookieName(kind string) string { return "qx_" + kind[:1] + "_" + w.suffix }

// Secret is a fresh random token of 256 bits and the hash under which the
// store knows it.
func Secret() (token, hash string) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	token = base64.RawURLEncoding.EncodeToString(b[:])
	return token, Hash(token)
}

// Hash is the SHA-256 of a token in hex: the store never holds tokens.
func Hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// StartSession makes a new session of s.Kind, sets its cookie and ends the one
// that the browser had: a login always gets a new token.
func (w *Web) StartSession(c *gin.Context, s store.Session) error {
	ctx := c.Request.Context()
	if old, err := c.Cookie(w.cookieName(s.Kind)); err == nil && old != "" {
		if err := w.o.Store.EndSession(ctx, Hash(old)); err != nil && model.CodeOf(err) != model.CodeNotFound {
			return fmt.Errorf("web: end old session: %w", err)
		}
	}
	token, hash := Secret()
	now := w.o.Now()
	s.TokenHash, s.CreatedAt, s.ExpiresAt = hash, now, now.Add(lifetime[s.Kind])
	if err := w.o.Store.CreateSession(ctx, s); err != nil {
		return fmt.Errorf("web: start session: %w", err)
	}
	w.setCookie(c, w.cookieName(s.Kind), token, 0)
	c.Set(sessionKey, &s)
	return nil
}

// EndSession ends the browser's session of a kind and removes its cookie.
func (w *Web) EndSession(c *gin.Context, kind string) error {
	name := w.cookieName(kind)
	token, _ := c.Cookie(name) // its one error is that there is none
	if token == "" {
		return nil
	}
	w.setCookie(c, name, "", -1)
	if err := w.o.Store.EndSession(c.Request.Context(), Hash(token)); err != nil && model.CodeOf(err) != model.CodeNotFound {
		return fmt.Errorf("web: end session: %w", err)
	}
	return nil
}

// SessionOf is the session that the guard or LoadSession found; nil when none.
func SessionOf(c *gin.Context) *store.Session {
	s, _ := c.Get(sessionKey)
	session, _ := s.(*store.Session)
	return session
}

// LoadSession reads the browser's session of a kind. An unknown or expired one
// is none; only a database that fails is an error.
func (w *Web) LoadSession(c *gin.Context, kind string) (*store.Session, error) {
	if s := SessionOf(c); s != nil && s.Kind == kind {
		return s, nil
	}
	token, _ := c.Cookie(w.cookieName(kind)) // its one error is that there is none
	if token == "" {
		return nil, nil
	}
	s, err := w.o.Store.SessionByHash(c.Request.Context(), Hash(token), w.o.Now())
	switch {
	case model.CodeOf(err) == model.CodeUnauthenticated:
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("web: load session: %w", err)
	case s.Kind != kind:
		return nil, nil
	}
	c.Set(sessionKey, &s)
	return &s, nil
}

// BrowserSecret returns the hash of a random cookie that ties a login flow to
// the browser that began it, setting the cookie when it is missing.
func (w *Web) BrowserSecret(c *gin.Context) string {
	name := "qx_b_" + w.suffix
	if token, err := c.Cookie(name); err == nil && len(token) == 43 {
		return Hash(token)
	}
	token, hash := Secret()
	w.setCookie(c, name, token, 24*3600)
	c.Request.AddCookie(&http.Cookie{Name: name, Value: token}) // a second call in this request sees the same
	return hash
}

func (w *Web) setCookie(c *gin.Context, name, value string, maxAge int) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: w.secure, SameSite: http.SameSiteLaxMode,
	})
}
