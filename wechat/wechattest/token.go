package wechattest

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"
)

const (
	tokenLife = 2 * time.Hour
	// tokenOverlap is both how long a replaced token lives on and how early before
	// its end stable_token gives a new one.
	tokenOverlap = 5 * time.Minute
	// tokenMemory is how long an ended token still answers 42001 rather than 40001.
	tokenMemory  = 24 * time.Hour
	forcedPerDay = 20
	forcedApart  = 30 * time.Second
)

// maxToken is the longest that a token may be: 512 bytes are to be kept for one.
const maxToken = 512

// tokenBook knows the access tokens. Those of /cgi-bin/token and of
// /cgi-bin/stable_token do not disturb each other. Guarded by Server.mu.
type tokenBook struct {
	ends map[string]time.Time
	// spoiled are tokens that answer an errcode before their end.
	spoiled map[string]int
	stable  string
	plain   string

	forced    int
	forcedDay string
	forcedAt  time.Time

	jsTicket    string
	jsTicketEnd time.Time
}

func newTokenBook() tokenBook {
	return tokenBook{ends: map[string]time.Time{}, spoiled: map[string]int{}}
}

func (b *tokenBook) issue(now time.Time) string {
	for token, end := range b.ends {
		if now.Sub(end) > tokenMemory {
			delete(b.ends, token)
			delete(b.spoiled, token)
		}
	}
	token := randomURLText(136)
	b.ends[token] = now.Add(tokenLife)
	return token
}

func (b *tokenBook) check(token string, now time.Time) *apiError {
	if token == "" {
		return &apiError{code: 41001}
	}
	end, known := b.ends[token]
	switch {
	case len(token) > maxToken || !all(token, isTokenRune):
		return &apiError{code: 40014}
	case !known:
		return &apiError{code: 40001}
	case b.spoiled[token] != 0:
		return &apiError{code: b.spoiled[token]}
	case !now.Before(end):
		return &apiError{code: 42001}
	}
	return nil
}

func isTokenRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-'
}

// spoil makes every token that lives answer code from now on, as when somebody
// else's program has replaced them; the next ones that are asked for are good.
func (b *tokenBook) spoil(code int, now time.Time) {
	for token, end := range b.ends {
		if now.Before(end) {
			b.spoiled[token] = code
		}
	}
	b.stable, b.plain = "", ""
}

// rotate gives a new token of /cgi-bin/token; the old one lives five minutes more.
func (b *tokenBook) rotate(now time.Time) string {
	if end, known := b.ends[b.plain]; known && end.After(now.Add(tokenOverlap)) {
		b.ends[b.plain] = now.Add(tokenOverlap)
	}
	b.plain = b.issue(now)
	return b.plain
}

// keep gives the token of /cgi-bin/stable_token: the same one until its last five
// minutes.
func (b *tokenBook) keep(now time.Time) (string, time.Duration) {
	if left := b.ends[b.stable].Sub(now); left > tokenOverlap {
		return b.stable, left
	}
	b.stable = b.issue(now)
	return b.stable, tokenLife
}

// force replaces the stable token and kills the old one at once: 20 times a day,
// 30 seconds apart.
func (b *tokenBook) force(now time.Time) (string, *apiError) {
	if day := dayOf(now); day != b.forcedDay {
		b.forcedDay, b.forced = day, 0
	}
	if b.forced >= forcedPerDay {
		return "", &apiError{code: 45009}
	}
	if since := now.Sub(b.forcedAt); since >= 0 && since < forcedApart {
		return "", &apiError{code: 45011}
	}
	b.forced++
	b.forcedAt = now
	delete(b.ends, b.stable)
	b.stable = b.issue(now)
	return b.stable, nil
}

// tokenAnswer carries no errcode, as the platform's does not.
type tokenAnswer struct {
	Token     string `json:"access_token"`
	ExpiresIn int    `json:"expires_in"`
}

func (s *Server) tokenEndpoints() map[string]endpoint {
	const get, post = http.MethodGet, http.MethodPost
	return map[string]endpoint{
		"/cgi-bin/token":            {get, []string{"grant_type", "appid", "secret"}, false, s.token},
		stableTokenPath:             {post, nil, false, s.stableToken},
		"/cgi-bin/ticket/getticket": {get, []string{"type"}, true, s.ticket},
	}
}

// checkSecret compares what a call gives as the account's credentials. Plain
// comparison will do: the account is invented.
func (s *Server) checkSecret(grant, wantGrant, appID, secret string) *apiError {
	switch {
	case grant != wantGrant:
		return &apiError{code: 40002}
	case appID == "":
		return &apiError{code: 41002}
	case appID != s.account.AppID:
		return &apiError{code: 40013}
	case secret == "":
		return &apiError{code: 41004}
	case secret != s.account.Secret:
		return &apiError{code: 40125}
	}
	return nil
}

// checkAddress refuses a caller whose address the account's IP白名单 lacks. It
// guards the calls that hand out an access token.
func (s *Server) checkAddress(remote string) *apiError {
	s.mu.Lock()
	allowed := s.set.Whitelist
	s.mu.Unlock()
	if len(allowed) == 0 || slices.Contains(allowed, remote) {
		return nil
	}
	ipv6 := remote
	if ip := net.ParseIP(remote); ip.To4() != nil {
		ipv6 = "::ffff:" + remote
	}
	return &apiError{code: 40164, text: fmt.Sprintf("invalid ip %s ipv6 %s, not in whitelist", remote, ipv6)}
}

func (s *Server) token(r request) (any, *apiError) {
	if err := s.checkSecret(r.query.Get("grant_type"), "client_credential", r.query.Get("appid"), r.query.Get("secret")); err != nil {
		return nil, err
	}
	if err := s.checkAddress(r.remote); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return tokenAnswer{Token: s.access.rotate(r.now), ExpiresIn: int(tokenLife.Seconds())}, nil
}

func (s *Server) stableToken(r request) (any, *apiError) {
	var body struct {
		GrantType    string `json:"grant_type"`
		AppID        string `json:"appid"`
		Secret       string `json:"secret"`
		ForceRefresh bool   `json:"force_refresh"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	if err := s.checkSecret(body.GrantType, "client_credential", body.AppID, body.Secret); err != nil {
		return nil, err
	}
	if err := s.checkAddress(r.remote); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if body.ForceRefresh {
		token, err := s.access.force(r.now)
		if err != nil {
			return nil, err
		}
		return tokenAnswer{Token: token, ExpiresIn: int(tokenLife.Seconds())}, nil
	}
	token, left := s.access.keep(r.now)
	return tokenAnswer{Token: token, ExpiresIn: int(left.Seconds())}, nil
}

// ticket gives the JS-SDK's ticket: the same one until its last five minutes.
func (s *Server) ticket(r request) (any, *apiError) {
	if kind := r.query.Get("type"); kind != "jsapi" {
		return nil, &apiError{code: 40097, detail: "type " + kind, loud: true}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	b := &s.access
	if b.jsTicketEnd.Sub(r.now) <= tokenOverlap {
		b.jsTicket, b.jsTicketEnd = randomURLText(86), r.now.Add(tokenLife)
	}
	return struct {
		answer
		Ticket    string `json:"ticket"`
		ExpiresIn int    `json:"expires_in"`
	}{answer{Message: "ok"}, b.jsTicket, int(b.jsTicketEnd.Sub(r.now).Seconds())}, nil
}

// SpoilTokens ends every access token that lives, as when somebody else's program
// has replaced them: calls with one answer 40001, 40014 or 42001 from now on.
func (s *Server) SpoilTokens(errcode int) error {
	if errcode != 40001 && errcode != 40014 && errcode != 42001 {
		return errors.New("errcode must be 40001, 40014 or 42001")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.access.spoil(errcode, s.now())
	return nil
}
