package castest

import (
	"crypto/rand"
	"net/http"
)

// cookieName is of this simulator alone: cookies do not know ports, and the
// app and the WeChat simulator share the host.
const cookieName = "sim_chsi_tgc"

// maxVisits bounds the services that one logout tells.
const maxVisits = 10

// session is one browser that gave a password: the ticket granting cookie.
type session struct {
	username string
	visits   []visit // services that validated a ticket of this session
}

type visit struct{ service, ticket string }

// grant is what a ticket stands for.
type grant struct {
	session, username, service string
	// renewed tells a ticket that was given for a password from one that was
	// given for the cookie.
	renewed bool
}

// openSession starts a session for the account and sets its cookie, which
// ends with the browser: its life is counted by our clock, not the browser's.
func (s *Server) openSession(w http.ResponseWriter, username string) string {
	id := "TGT-" + rand.Text()
	s.mu.Lock()
	s.sessions.put(id, session{username: username}, s.now())
	s.mu.Unlock()
	s.setCookie(w, &http.Cookie{Value: id})
	return id
}

func (s *Server) setCookie(w http.ResponseWriter, c *http.Cookie) {
	c.Name, c.Path, c.HttpOnly, c.SameSite = cookieName, "/passport", true, http.SameSiteLaxMode
	http.SetCookie(w, c)
}

// currentSession returns the browser's session, if its account still exists.
func (s *Server) currentSession(r *http.Request) (id string, a Account, ok bool) {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return "", Account{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	open, ok := s.sessions.get(c.Value, s.now())
	if !ok {
		return "", Account{}, false
	}
	a, ok = s.account(open.username)
	return c.Value, a, ok
}

// grantTicket makes a ticket for one service.
func (s *Server) grantTicket(g grant) string {
	ticket := "ST-" + rand.Text()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tickets.put(ticket, g, s.now())
	return ticket
}

// spendTicket returns what a ticket stood for. It can be asked once, whatever
// comes of it.
func (s *Server) spendTicket(ticket string) (grant, Account, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.tickets.take(ticket, s.now())
	if !ok {
		return grant{}, Account{}, false
	}
	a, ok := s.account(g.username)
	return g, a, ok
}

// remember notes in the ticket's session that the service is to hear of a
// logout.
func (s *Server) remember(g grant, ticket string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	open, ok := s.sessions.get(g.session, s.now())
	if !ok {
		return
	}
	open.visits = append(open.visits, visit{service: g.service, ticket: ticket})
	if len(open.visits) > maxVisits {
		open.visits = open.visits[1:]
	}
	s.sessions.replace(g.session, open)
}
