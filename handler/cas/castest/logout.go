package castest

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// logoutPatience bounds how long one logout waits for all its services.
const logoutPatience = 3 * time.Second

// logout is GET /passport/logout: it ends the session, tells the services that
// validated its tickets, and sends the browser on if it may go there.
func (s *Server) logout(w http.ResponseWriter, r *http.Request) {
	if name := s.foreign(r, "service"); name != "" {
		s.render(w, http.StatusBadRequest, page{
			Title: "无法退出", Problem: "学信网模拟器不支持参数“" + name + "”，请检查退出地址。",
		})
		return
	}
	ended := s.dropSession(r)
	s.setCookie(w, &http.Cookie{MaxAge: -1})
	ctx, cancel := context.WithTimeout(r.Context(), logoutPatience)
	defer cancel()
	for _, v := range ended.visits {
		s.tell(ctx, v)
	}
	if service := r.URL.Query().Get("service"); service != "" {
		if _, ok := s.allowed(service); ok {
			http.Redirect(w, r, service, http.StatusFound)
			return
		}
		s.log.Warn("chsi simulator: service refused")
	}
	s.render(w, http.StatusOK, page{Title: "已退出", Notice: "您已退出学信网（模拟）。"})
}

// dropSession ends the browser's session and returns what it was.
func (s *Server) dropSession(r *http.Request) session {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return session{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	ended, _ := s.sessions.take(c.Value, s.now())
	return ended
}

// tell POSTs the logout request of SAML 2 to the service (CAS 3.0 §2.3.3). A
// service that does not listen is no failure.
func (s *Server) tell(ctx context.Context, v visit) {
	body := url.Values{"logoutRequest": {`<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"` +
		` xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="LR-` + rand.Text() + `" Version="2.0" IssueInstant="` +
		s.now().UTC().Format(time.RFC3339) + `"><saml:NameID>@NOT_USED@</saml:NameID><samlp:SessionIndex>` +
		escape(v.ticket) + `</samlp:SessionIndex></samlp:LogoutRequest>`}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, v.service, strings.NewReader(body.Encode()))
	if err != nil {
		s.log.Warn("chsi simulator: service cannot be told of a logout")
		return
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := s.http.Do(req)
	if err != nil {
		// The error would quote the service with its state.
		s.log.Warn("chsi simulator: service did not hear of a logout", "host", req.URL.Host)
		return
	}
	_ = res.Body.Close()
	s.log.Info("chsi simulator: told a service of a logout", "host", req.URL.Host, "status", res.StatusCode)
}
