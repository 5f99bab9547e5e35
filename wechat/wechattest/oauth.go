package wechattest

import (
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

const (
	authorizePath = "/connect/oauth2/authorize"
	codeLife      = 5 * time.Minute
	// codeMemory is how long an ended code still says why it is refused.
	codeMemory = time.Hour
	// holderCookie says who holds the phone. Browsers share it among the ports of
	// one host, so a web view may use any of the simulator's addresses.
	holderCookie = "sim_openid"
	scopeBase    = "snsapi_base"
	scopeUser    = "snsapi_userinfo"
)

var stateForm = regexp.MustCompile(`^[a-zA-Z0-9]{0,128}$`)

// oauthCode is one code on its way from the redirect to the exchange.
type oauthCode struct {
	openid   string
	scope    string
	snapshot bool
	ends     time.Time
	used     bool
}

// codeBook knows the codes given out. Guarded by Server.mu.
type codeBook struct {
	byCode map[string]*oauthCode
	oldest []string
}

func newCodeBook() codeBook { return codeBook{byCode: map[string]*oauthCode{}} }

func (b *codeBook) issue(c oauthCode, now time.Time) string {
	for len(b.oldest) > 0 && now.Sub(b.byCode[b.oldest[0]].ends) > codeMemory {
		delete(b.byCode, b.oldest[0])
		b.oldest = b.oldest[1:]
	}
	code := randomURLText(32)
	c.ends = now.Add(codeLife)
	b.byCode[code] = &c
	b.oldest = append(b.oldest, code)
	return code
}

// authorize is open.weixin.qq.com's page. It answers with a redirect, with the
// question who holds the phone, with the consent page, or with a refusal as
// WeChat shows it. The fragment #wechat_redirect never reaches a server, so that
// it cannot be checked here.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	fault := s.takeFault(authorizePath)
	defer func() { fault.wait(r.Context()) }()
	if fault.fails() {
		status, body, rid := fault.answer(s.now())
		s.record(r, outcome{status: status, answer: body, rid: rid})
		w.WriteHeader(status)
		_, _ = w.Write(body)
		return
	}
	if r.Method != http.MethodGet {
		s.refuse(w, r, "请求方式错误")
		return
	}
	ask, problem := s.readAuthorize(r.URL.RawQuery)
	if problem != "" {
		s.refuse(w, r, problem)
		return
	}
	holder := ask.holder
	if cookie, err := r.Cookie(holderCookie); holder == "" && err == nil {
		holder = cookie.Value
	}
	if holder == "" {
		s.record(r, outcome{status: http.StatusOK, answer: []byte("asks who holds the phone")})
		s.render(w, http.StatusOK, "holder.html", s.holderPage(r.URL))
		return
	}
	now := s.now()
	s.mu.Lock()
	phone, known := s.phones.find(holder, now)
	s.mu.Unlock()
	switch {
	case !known:
		s.refuse(w, r, "sim_openid 不是本公众号见过的手机")
		return
	case ask.scope == scopeUser && ask.consent == "":
		s.record(r, outcome{status: http.StatusOK, answer: []byte("asks for consent")})
		s.render(w, http.StatusOK, "consent.html", consentPage{Name: s.name, Allow: withParam(r.URL, "sim_consent", "yes")})
		return
	}
	code := oauthCode{openid: holder, scope: ask.scope, snapshot: phone.Snapshot}
	if phone.Snapshot {
		code.openid = phone.VirtualID
	}
	s.mu.Lock()
	back := ask.back(s.codes.issue(code, now))
	s.mu.Unlock()
	s.record(r, outcome{status: http.StatusFound, answer: []byte("redirects")})
	http.Redirect(w, r, back, http.StatusFound)
}

// authorizeRequest is the parameters of one authorize address.
type authorizeRequest struct {
	redirect *url.URL
	scope    string
	state    string
	holder   string
	consent  string
}

// back is the redirect_uri with code and state.
func (a authorizeRequest) back(code string) string {
	u := *a.redirect
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += "code=" + url.QueryEscape(code) + "&state=" + url.QueryEscape(a.state)
	return u.String()
}

// readAuthorize checks what the platform checks, the order of the parameters
// included, and says in WeChat's words what is wrong.
func (s *Server) readAuthorize(rawQuery string) (authorizeRequest, string) {
	var a authorizeRequest
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return a, "该链接无法访问"
	}
	var order []string
	for pair := range strings.SplitSeq(rawQuery, "&") {
		name, _, _ := strings.Cut(pair, "=")
		switch name {
		case "sim_openid", "sim_consent":
		default:
			order = append(order, name)
		}
	}
	if !slices.Equal(order, []string{"appid", "redirect_uri", "response_type", "scope", "state"}) {
		return a, "该链接无法访问：参数应依次为 appid、redirect_uri、response_type、scope、state"
	}
	a.scope, a.state = query.Get("scope"), query.Get("state")
	a.holder, a.consent = query.Get("sim_openid"), query.Get("sim_consent")
	if query.Get("appid") != s.account.AppID {
		return a, "AppID 参数错误 错误码：10013"
	}
	a.redirect, err = url.Parse(query.Get("redirect_uri"))
	if err != nil || !s.allowsRedirect(a.redirect) {
		return a, "redirect_uri 域名与后台配置不一致 错误码：10003"
	}
	switch {
	case query.Get("response_type") != "code":
		return a, "response_type 参数错误"
	case a.scope != scopeBase && a.scope != scopeUser:
		return a, "Scope 参数错误或没有 Scope 权限 错误码：10005"
	case !stateForm.MatchString(a.state):
		return a, "state 参数错误"
	}
	return a, ""
}

func (s *Server) allowsRedirect(u *url.URL) bool {
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return false
	}
	if len(s.oauthHosts) > 0 {
		return slices.Contains(s.oauthHosts, u.Host) || slices.Contains(s.oauthHosts, u.Hostname())
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

func (s *Server) refuse(w http.ResponseWriter, r *http.Request, problem string) {
	s.log.Warn("simulator: authorize refused", "reason", problem)
	s.record(r, outcome{status: http.StatusBadRequest, answer: []byte(problem)})
	s.render(w, http.StatusBadRequest, "refused.html", problem)
}
