package web

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"quxiang/model/store"
)

// Answer is what an edge endpoint says.
type Answer struct {
	Status int
	Type   string // Content-Type
	Body   []byte
}

// TextAnswer is a short plain text.
func TextAnswer(status int, text string) Answer {
	return Answer{Status: status, Type: "text/plain; charset=utf-8", Body: []byte(text)}
}

// Call is one request to an edge endpoint.
type Call struct {
	*http.Request
	Writer http.ResponseWriter // for deadlines; the answer is returned
	ID     string              // of the request
	log    *slog.Logger
	route  string
}

// Logger is the request's logger, as [Web.Logger] is for pages.
func (c *Call) Logger() *slog.Logger { return c.log.With("request_id", c.ID, "route", c.route) }

// Edge serves an endpoint that one machine asks at a high rate, without the
// router and the middleware of the pages, which cost several times what the
// answer does. It keeps of them what such an endpoint needs: a request id, a
// contained panic (answered 503, so that the other side tries again), the measure
// and the access log, which name the route and never the address.
func (w *Web) Edge(route string, h func(*Call) Answer) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		start := time.Now() // how long an answer takes is not business time
		var b [8]byte
		_, _ = rand.Read(b[:])
		c := &Call{Writer: rw, ID: hex.EncodeToString(b[:]), log: w.o.Logger, route: route}
		c.Request = r.WithContext(store.WithRequestID(r.Context(), c.ID))
		a := w.contained(c, h)
		head := rw.Header()
		head["X-Request-Id"] = []string{c.ID}
		head["X-Content-Type-Options"] = nosniff
		head["Cache-Control"] = noStore
		if w.secure {
			head["Strict-Transport-Security"] = hsts
		}
		head["Content-Type"] = []string{a.Type}
		head["Content-Length"] = []string{strconv.Itoa(len(a.Body))}
		rw.WriteHeader(a.Status)
		_, _ = rw.Write(a.Body) // whoever hung up will ask again
		took := time.Since(start)
		w.o.Observe(route, a.Status, took)
		w.o.Logger.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("request_id", c.ID), slog.String("route", route),
			slog.String("method", r.Method), slog.Int("status", a.Status), slog.Int64("ms", took.Milliseconds()))
	})
}

// Text serves one unchanging text below a route, for GET and HEAD.
func (w *Web) Text(route, text string) http.Handler {
	return w.Edge(route, func(c *Call) Answer {
		if c.Method != http.MethodGet && c.Method != http.MethodHead {
			c.Writer.Header().Set("Allow", "GET, HEAD")
			return TextAnswer(http.StatusMethodNotAllowed, "refused")
		}
		return TextAnswer(http.StatusOK, text)
	})
}

// Values of headers, shared by all answers.
var (
	nosniff = []string{"nosniff"}
	noStore = []string{"no-store"}
	hsts    = []string{"max-age=31536000"}
)

func (w *Web) contained(c *Call, h func(*Call) Answer) (a Answer) {
	defer func() {
		if p := recover(); p != nil {
			c.Logger().Error("panic", "value", fmt.Sprint(p), "stack", string(debug.Stack()))
			a = TextAnswer(http.StatusServiceUnavailable, "unavailable")
		}
	}()
	return h(c)
}
