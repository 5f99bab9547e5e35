package oauth

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/links"
	"quxiang/model/store"
)

const (
	// flowLife is how long somebody may take at WeChat or CHSI.
	flowLife = 10 * time.Minute
	// callbackPatience bounds the work of one callback, whose browser may have
	// hung up: WeChat drops the first of two callbacks, and its code is used up.
	callbackPatience = 15 * time.Second
	// secondPatience is how long a second callback waits for the first.
	secondPatience = 5 * time.Second
	secondLook     = 100 * time.Millisecond
	// maxNext is what the store keeps of an address to go to, in characters.
	maxNext = 1000
)

// What the claimant of a flow leaves for later callbacks.
const (
	resultSession = "session:" // and the hash of the session that began
	resultNone    = "none"     // no session came of it
)

// login is one of the two ways to come back from a login elsewhere.
type login struct {
	name      string // of its states
	path      string // where it begins
	parameter string // query parameter that proves the login, used once
	limit     int    // longest value of that parameter, in bytes
	lost      string // what people are told when the way is lost
	finish    func(c *gin.Context, f store.Flow, state, proof string) (ending, error)
}

// ending is what became of a login.
type ending struct {
	path string   // where to go with the session that began
	stop *stopped // or the page that says why none began
	anew bool     // or the proof was no good: begin once more
}

// begin opens a flow and returns its state.
func (h *Handler) begin(c *gin.Context, l login, f store.Flow, again bool) (string, error) {
	now := h.o.Web.Now()
	f.Browser, f.CreatedAt, f.ExpiresAt = h.o.Web.BrowserSecret(c), now, now.Add(flowLife)
	text := mintState(l.name, f.Browser, state{again: again, at: now})
	f.StateHash = web.Hash(text)
	if err := h.o.Store.PutFlow(c.Request.Context(), f); err != nil {
		return "", fmt.Errorf("oauth: begin %s: %w", l.name, err)
	}
	return text, nil
}

// back handles the return of a browser from a login.
func (h *Handler) back(l login) web.Handler {
	return func(c *gin.Context) error {
		browser, text, proof := h.o.Web.BrowserSecret(c), c.Query("state"), c.Query(l.parameter)
		st, ours := readState(l.name, browser, text)
		if !ours || !plausible(proof, l.limit) {
			return h.stop(c, l.astray(pathHome))
		}
		asked := c.Request.Context()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(asked), callbackPatience)
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
		f, first, err := h.o.Store.ClaimFlow(ctx, web.Hash(text), h.o.Web.Now())
		switch {
		case model.CodeOf(err) == model.CodeExpired:
			return h.later(c, l, st, store.Flow{Next: pathHome})
		case err != nil:
			return fmt.Errorf("oauth: claim %s: %w", l.name, err)
		case subtle.ConstantTimeCompare([]byte(f.Browser), []byte(browser)) != 1:
			return h.stop(c, l.astray(pathHome))
		case first:
			return h.first(c, l, st, f, text, proof)
		}
		if f.Result == "" {
			if f, err = h.await(asked, f, web.Hash(text)); err != nil {
				return err
			}
		}
		return h.later(c, l, st, f)
	}
}

// first finishes the login and leaves the result for later callbacks.
func (h *Handler) first(c *gin.Context, l login, st state, f store.Flow, text, proof string) error {
	end, err := l.finish(c, f, text, proof)
	f.Result = resultNone
	if s := web.SessionOf(c); err == nil && end.path != "" && s != nil {
		f.Result = resultSession + s.TokenHash
	}
	if ferr := h.o.Store.FinishFlow(c.Request.Context(), web.Hash(text), f); ferr != nil {
		// The answer stands; a second callback will begin anew.
		h.o.Web.Logger(c).Warn("finish flow", "login", l.name, "err", ferr)
	}
	switch {
	case err != nil:
		return fmt.Errorf("oauth: finish %s: %w", l.name, err)
	case end.anew:
		return h.anew(c, l, st, f.Next)
	case end.stop != nil:
		return h.stop(c, *end.stop)
	}
	return web.SeeOther(c, end.path)
}

// await waits until the flow's claimant has left its result, or for
// secondPatience: then the flow comes back without one.
func (h *Handler) await(ctx context.Context, f store.Flow, hash string) (store.Flow, error) {
	ctx, cancel := context.WithTimeout(ctx, secondPatience)
	defer cancel()
	look := time.NewTicker(secondLook)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return f, nil
		case <-look.C:
		}
		again, _, err := h.o.Store.ClaimFlow(ctx, hash, h.o.Web.Now())
		switch {
		case ctx.Err() != nil || model.CodeOf(err) == model.CodeExpired:
			return f, nil
		case err != nil:
			return f, fmt.Errorf("oauth: wait for the first callback: %w", err)
		case again.Result != "":
			return again, nil
		}
	}
}

// later answers a callback whose flow was used: the second of two, back, or a
// reload. Whoever has a session goes on with it. One that the first callback
// began counts while it lives: after 退出 an old address opens nothing.
func (h *Handler) later(c *gin.Context, l login, st state, f store.Flow) error {
	s, err := h.o.Web.LoadSession(c, web.KindGraduate)
	if err != nil {
		return err
	}
	if hash, ok := strings.CutPrefix(f.Result, resultSession); ok && s == nil {
		begun, err := h.o.Store.SessionByHash(c.Request.Context(), hash, h.o.Web.Now())
		switch {
		case err == nil:
			if err := h.start(c, begun); err != nil {
				return err
			}
			s = &begun
		case model.CodeOf(err) != model.CodeUnauthenticated:
			return fmt.Errorf("oauth: session of the first callback: %w", err)
		}
	}
	if s == nil {
		return h.anew(c, l, st, f.Next)
	}
	path, err := h.onward(c.Request.Context(), *s, nextOf(f.Next))
	if err != nil {
		return err
	}
	return web.SeeOther(c, path)
}

// anew begins the login once more without a word. When that was done just now
// it would go on for ever, so that then a page asks.
func (h *Handler) anew(c *gin.Context, l login, st state, next string) error {
	if st.again && h.o.Web.Now().Before(st.at.Add(flowLife)) {
		return h.stop(c, l.astray(next))
	}
	return web.SeeOther(c, with(l.path, next)+"&again=1")
}

// astray is the page for one who came back by a state that is not this
// browser's, or whose login failed twice.
func (l login) astray(next string) stopped {
	return stopped{
		Status: http.StatusGone, Title: "链接已失效", Lead: l.lost,
		Way: web.Link{Href: with(l.path, next), Text: "重新登录"},
	}
}

// start begins a session with what s knows; its token is always new.
func (h *Handler) start(c *gin.Context, s store.Session) error {
	return h.o.Web.StartSession(c, store.Session{
		Kind: web.KindGraduate, AccountID: s.AccountID, GraduateID: s.GraduateID, OpenID: s.OpenID, CHSITicketHash: s.CHSITicketHash,
	})
}

// plausible reports whether s can be a code or ticket: printable ASCII without
// blanks, not empty, at most limit bytes.
func plausible(s string, limit int) bool {
	return s != "" && len(s) <= limit && !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c > '~' })
}

// nextOf is where a login leads: a page of our own, the home page unless one
// was asked for.
func nextOf(next string) string {
	next = links.SafeNext(next)
	if next == "/" || len(next) > maxNext {
		return pathHome
	}
	return next
}

// with adds the page to go to afterwards to a path of this area.
func with(path, next string) string { return path + "?next=" + url.QueryEscape(nextOf(next)) }
