// Package castest simulates the login server of 学信网 (CHSI): a CAS 3 server
// with a login page, for tests, the sandbox and demonstrations. Its pages say
// loudly that they are a simulation. What it does not model it refuses, logs
// and remembers, so that a client cannot lean on it unnoticed.
package castest

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

// The times that a CAS server gives (CAS 3.0 §3.1.1 recommends at most five
// minutes for a ticket).
const (
	ticketLife  = 5 * time.Minute
	formLife    = 30 * time.Minute
	sessionLife = 8 * time.Hour
)

const (
	// maxBody bounds a form and a control body, in bytes.
	maxBody = 64 << 10
	// maxUnmodelled bounds what Unmodelled remembers.
	maxUnmodelled = 100
)

// Options configure a Server. Every field may be left empty.
type Options struct {
	// Accounts can log in; SetAccounts replaces them.
	Accounts []Account
	// ServicePrefixes are the addresses, with scheme and host, that a browser
	// may be sent to with a ticket, and all below them. None: any loopback
	// host.
	ServicePrefixes []string
	// Now is the clock by which tickets and sessions end; nil is time.Now.
	Now func() time.Time
	// Logger hears of logins and of everything that is not modelled, never
	// of tickets or passwords; nil is silence.
	Logger *slog.Logger
	// HTTP delivers single logout to services; nil is a client of its own.
	HTTP *http.Client
}

// Server is the simulator. It is an http.Handler, safe for concurrent use.
type Server struct {
	mux      *http.ServeMux
	prefixes []*url.URL
	now      func() time.Time
	log      *slog.Logger
	http     http.Client

	mu         sync.Mutex // guards all below
	accounts   []Account
	byName     map[string]int // index into accounts
	forms      shelf[struct{}]
	sessions   shelf[session]
	tickets    shelf[grant]
	faults     []fault
	unmodelled []string
}

// New returns a server, or an error that names the option it cannot use.
func New(o Options) (*Server, error) {
	s := &Server{
		mux:      http.NewServeMux(),
		now:      o.Now,
		log:      o.Logger,
		forms:    newShelf[struct{}](formLife),
		sessions: newShelf[session](sessionLife),
		tickets:  newShelf[grant](ticketLife),
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if o.HTTP != nil {
		s.http = *o.HTTP
	}
	s.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, p := range o.ServicePrefixes {
		u, err := serviceURL(p)
		if err != nil {
			return nil, fmt.Errorf("castest: options: ServicePrefixes: %q: %w", p, err)
		}
		s.prefixes = append(s.prefixes, u)
	}
	if err := s.SetAccounts(o.Accounts); err != nil {
		return nil, err
	}

	s.mux.HandleFunc("GET /passport/login", s.showLogin)
	s.mux.HandleFunc("POST /passport/login", s.login)
	s.mux.HandleFunc("GET /passport/logout", s.logout)
	s.mux.HandleFunc("GET /passport/serviceValidate", s.validate(false))
	s.mux.HandleFunc("GET /passport/p3/serviceValidate", s.validate(true))
	s.mux.HandleFunc("GET /sim/accounts", s.listAccounts)
	s.mux.HandleFunc("POST /sim/faults", s.addFault)
	s.mux.Handle("GET /{$}", http.RedirectHandler("/passport/login", http.StatusFound))
	// Browsers ask for it unbidden.
	s.mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent)
	})
	s.mux.HandleFunc("/", s.unknownPath)
	return s, nil
}

// ServeHTTP implements http.Handler. It forbids no framing: the phone of the
// WeChat simulator shows the login page in a frame.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if s.interfere(w, r) {
		return
	}
	s.mux.ServeHTTP(w, r)
}

// Unmodelled returns what was asked for and is not simulated, oldest first and
// a hundred at most: "POST /passport/samlValidate", "GET /passport/login
// parameter gateway". A test of a client expects none.
func (s *Server) Unmodelled() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.unmodelled)
}

// note remembers and logs something that is not simulated.
func (s *Server) note(what string) {
	s.log.Warn("chsi simulator: not modelled", "request", what)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.unmodelled) < maxUnmodelled {
		s.unmodelled = append(s.unmodelled, what)
	}
}

// unknownPath answers all that has no handler.
func (s *Server) unknownPath(w http.ResponseWriter, r *http.Request) {
	s.note(r.Method + " " + r.URL.Path)
	http.Error(w, "学信网模拟器没有这个地址。", http.StatusNotFound)
}

// foreign returns the first query parameter that is not among known, having
// noted it, or "".
func (s *Server) foreign(r *http.Request, known ...string) string {
	var strangers []string
	for name := range r.URL.Query() {
		if !slices.Contains(known, name) {
			strangers = append(strangers, name)
		}
	}
	if len(strangers) == 0 {
		return ""
	}
	slices.Sort(strangers)
	s.note(r.Method + " " + r.URL.Path + " parameter " + strings.Join(strangers, ", "))
	return strangers[0]
}
