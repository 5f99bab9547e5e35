package wechattest

import (
	"net/http"
	"slices"
	"time"
)

const (
	webTokenLife = 2 * time.Hour
	refreshLife  = 30 * 24 * time.Hour
)

// webToken is what OAuth hands out beside an openid: an access_token of its own
// kind, or the refresh_token for one. It is good for the calls below only.
type webToken struct {
	openid string
	scope  string
	ends   time.Time
}

// webBook knows them. Guarded by Server.mu.
type webBook struct {
	tokens, refreshes map[string]webToken
}

func newWebBook() webBook {
	return webBook{tokens: map[string]webToken{}, refreshes: map[string]webToken{}}
}

// issue puts a token in a book and drops those that ended long ago.
func issue(book map[string]webToken, t webToken, now time.Time) string {
	if len(book)%1000 == 999 {
		for key, old := range book {
			if now.Sub(old.ends) > tokenMemory {
				delete(book, key)
			}
		}
	}
	key := randomURLText(96)
	book[key] = t
	return key
}

func (s *Server) oauthEndpoints() map[string]endpoint {
	const get = http.MethodGet
	return map[string]endpoint{
		"/sns/oauth2/access_token":  {get, []string{"grant_type", "appid", "secret", "code"}, false, s.exchange},
		"/sns/oauth2/refresh_token": {get, []string{"grant_type", "appid", "refresh_token"}, false, s.refreshWeb},
		"/sns/auth":                 {get, []string{"access_token", "openid"}, false, s.authWeb},
		"/sns/userinfo":             {get, []string{"access_token", "openid", "lang"}, false, s.webUser},
	}
}

// webAnswer is the success of an exchange; it carries no errcode.
type webAnswer struct {
	Token     string `json:"access_token"`
	ExpiresIn int    `json:"expires_in"`
	Refresh   string `json:"refresh_token"`
	OpenID    string `json:"openid"`
	Scope     string `json:"scope"`
	Snapshot  int    `json:"is_snapshotuser,omitempty"`
}

// lend makes the tokens of one openid. Needs mu.
func (s *Server) lend(openid, scope string, now time.Time) webAnswer {
	return webAnswer{
		Token:     issue(s.web.tokens, webToken{openid, scope, now.Add(webTokenLife)}, now),
		ExpiresIn: int(webTokenLife.Seconds()),
		Refresh:   issue(s.web.refreshes, webToken{openid, scope, now.Add(refreshLife)}, now),
		OpenID:    openid, Scope: scope,
	}
}

// exchange is /sns/oauth2/access_token.
func (s *Server) exchange(r request) (any, *apiError) {
	q := r.query
	if err := s.checkSecret(q.Get("grant_type"), "authorization_code", q.Get("appid"), q.Get("secret")); err != nil {
		return nil, err
	}
	if q.Get("code") == "" {
		return nil, &apiError{code: 41008}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	code := s.codes.byCode[q.Get("code")]
	switch {
	case code == nil:
		return nil, &apiError{code: 40029}
	case code.used:
		return nil, &apiError{code: 40163}
	case !r.now.Before(code.ends):
		return nil, &apiError{code: 42003}
	}
	code.used = true
	result := s.lend(code.openid, code.scope, r.now)
	if code.snapshot {
		result.Snapshot = 1
	}
	return result, nil
}

func (s *Server) refreshWeb(r request) (any, *apiError) {
	q := r.query
	switch {
	case q.Get("grant_type") != "refresh_token":
		return nil, &apiError{code: 40002}
	case q.Get("appid") != s.account.AppID:
		return nil, &apiError{code: 40013}
	case q.Get("refresh_token") == "":
		return nil, &apiError{code: 41003}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, known := s.web.refreshes[q.Get("refresh_token")]
	switch {
	case !known:
		return nil, &apiError{code: 40030}
	case !r.now.Before(t.ends):
		return nil, &apiError{code: 42002}
	}
	result := s.lend(t.openid, t.scope, r.now)
	result.Refresh = q.Get("refresh_token")
	return result, nil
}

// checkWeb finds the holder of an OAuth access_token. Needs mu.
func (s *Server) checkWeb(r request) (webToken, *apiError) {
	token := r.query.Get("access_token")
	t, known := s.web.tokens[token]
	switch {
	case token == "":
		return t, &apiError{code: 41001}
	case !known:
		return t, &apiError{code: 40001}
	case !r.now.Before(t.ends):
		return t, &apiError{code: 42001}
	case r.query.Get("openid") == "":
		return t, &apiError{code: 41009}
	case r.query.Get("openid") != t.openid:
		return t, &apiError{code: 40003}
	}
	return t, nil
}

func (s *Server) authWeb(r request) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.checkWeb(r)
	return nil, err
}

// webUser tells of somebody who consented: since 2021 everybody is 微信用户 until
// they choose a name for the account.
func (s *Server) webUser(r request) (any, *apiError) {
	if lang := r.query.Get("lang"); !slices.Contains(languages, lang) {
		return nil, &apiError{code: 40035, detail: "lang " + lang, loud: true}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.checkWeb(r)
	switch {
	case err != nil:
		return nil, err
	case t.scope != scopeUser:
		return nil, &apiError{code: 48001}
	}
	return struct {
		OpenID    string   `json:"openid"`
		Nickname  string   `json:"nickname"`
		Sex       int      `json:"sex"`
		Language  string   `json:"language"`
		City      string   `json:"city"`
		Province  string   `json:"province"`
		Country   string   `json:"country"`
		Portrait  string   `json:"headimgurl"`
		Privilege []string `json:"privilege"`
	}{t.openid, "微信用户", 0, "", "", "", "", "", []string{}}, nil
}
