package castest

import (
	"crypto/rand"
	"net/http"
	"net/url"
)

// asked is what the address of the login page says.
type asked struct {
	service string // allowed, or empty
	host    string // the service's, for people
	renew   bool
	fill    string // the account to fill in
}

// readLogin reads the login page's query. A false answer was written already.
func (s *Server) readLogin(w http.ResponseWriter, r *http.Request) (asked, bool) {
	if name := s.foreign(r, "service", "renew", "fill"); name != "" {
		s.render(w, http.StatusBadRequest, page{
			Title: "无法登录", Problem: "学信网模拟器不支持参数“" + name + "”，请检查登录地址。",
		})
		return asked{}, false
	}
	q := r.URL.Query()
	a := asked{service: q.Get("service"), renew: q.Get("renew") == "true", fill: q.Get("fill")}
	if a.service == "" {
		return a, true
	}
	u, ok := s.allowed(a.service)
	if !ok {
		s.log.Warn("chsi simulator: service refused")
		s.render(w, http.StatusForbidden, page{
			Title: "无法登录", Problem: "该应用未在学信网（模拟）登记，不能使用学信网账号登录。请联系应用的管理人员。",
		})
		return asked{}, false
	}
	a.host = u.Host
	return a, true
}

// address is the login page's own, for its form and its links.
func (a asked) address(fill string) string {
	q := url.Values{}
	if a.service != "" {
		q.Set("service", a.service)
	}
	if a.renew {
		q.Set("renew", "true")
	}
	if fill != "" {
		q.Set("fill", fill)
	}
	if len(q) == 0 {
		return "/passport/login"
	}
	return "/passport/login?" + q.Encode()
}

// showLogin is GET /passport/login: single sign-on for a browser that has a
// session, else the form. One who chose an account to fill in wants the form.
func (s *Server) showLogin(w http.ResponseWriter, r *http.Request) {
	a, ok := s.readLogin(w, r)
	if !ok {
		return
	}
	id, account, open := s.currentSession(r)
	switch {
	case !open || a.renew || a.fill != "":
		s.mu.Lock()
		filled, _ := s.account(a.fill)
		s.mu.Unlock()
		s.showForm(w, http.StatusOK, a, page{Username: filled.Username, Password: filled.Password})
	case a.service == "":
		s.showWelcome(w, account)
	default:
		ticket := s.grantTicket(grant{session: id, username: account.Username, service: a.service})
		http.Redirect(w, r, withTicket(a.service, ticket), http.StatusFound)
	}
}

// login is POST /passport/login.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	a, ok := s.readLogin(w, r)
	if !ok {
		return
	}
	if err := r.ParseForm(); err != nil {
		s.showForm(w, http.StatusBadRequest, a, page{Problem: "提交的内容无法读取，请重新登录。"})
		return
	}
	username := r.PostForm.Get("username")
	s.mu.Lock()
	_, fresh := s.forms.take(r.PostForm.Get("lt"), s.now())
	s.mu.Unlock()
	if !fresh || r.PostForm.Get("_eventId") != "submit" || r.PostForm.Get("execution") != execution {
		s.showForm(w, http.StatusConflict, a, page{Username: username, Problem: "登录页面已失效，请重新输入密码登录。"})
		return
	}
	if !s.authenticates(username, r.PostForm.Get("password")) {
		s.log.Info("chsi simulator: login refused")
		s.showForm(w, http.StatusUnauthorized, a, page{Username: username, Problem: "用户名或密码不正确，请您重新输入。"})
		return
	}
	s.log.Info("chsi simulator: login", "host", a.host)
	s.dropSession(r) // a shared phone: the former person's session ends
	id := s.openSession(w, username)
	if a.service == "" {
		http.Redirect(w, r, "/passport/login", http.StatusSeeOther)
		return
	}
	ticket := s.grantTicket(grant{session: id, username: username, service: a.service, renewed: true})
	http.Redirect(w, r, withTicket(a.service, ticket), http.StatusSeeOther)
}

// execution is the key of the login flow's only step, as servers built on
// Spring Web Flow name it.
const execution = "e1s1"

// showForm renders the login form with a login ticket of its own.
func (s *Server) showForm(w http.ResponseWriter, status int, a asked, p page) {
	p.Title, p.Form, p.Host, p.Execution = "登录", true, a.host, execution
	p.Action = a.address("")
	p.LT = "LT-" + rand.Text()
	s.mu.Lock()
	s.forms.put(p.LT, struct{}{}, s.now())
	for _, account := range s.accounts {
		p.Accounts = append(p.Accounts, accountLink{
			Username: account.Username, Name: account.Name, State: stateLabel(account.State), Href: a.address(account.Username),
		})
	}
	s.mu.Unlock()
	s.render(w, status, p)
}

func (s *Server) showWelcome(w http.ResponseWriter, a Account) {
	s.render(w, http.StatusOK, page{Title: "已登录", Notice: "您已登录学信网（模拟）：" + a.Name + "（" + a.Username + "）", SignedIn: true})
}
