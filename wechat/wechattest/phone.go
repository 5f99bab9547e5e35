package wechattest

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// listedPhones is how many phones the lists show.
const listedPhones = 100

//go:embed page/*.html page/*.css page/*.js
var pageFiles embed.FS

var pageTemplates = template.Must(template.ParseFS(pageFiles, "page/*.html"))

// isPage tells the simulator's own addresses from the API's.
func isPage(path string) bool {
	return path == "/" || path == "/phone" || strings.HasPrefix(path, "/phone/") || strings.HasPrefix(path, "/sim/")
}

// newPages routes them. A page of another origin may not steer the simulator
// through somebody's browser; programs without a browser may.
func (s *Server) newPages() *http.ServeMux {
	mux := http.NewServeMux()
	s.controlRoutes(mux)
	mux.HandleFunc("GET /phone", s.phonePage)
	mux.HandleFunc("GET /phone/state", s.phoneState)
	mux.HandleFunc("POST /phone/new", s.newPhone)
	mux.HandleFunc("POST /phone/full", s.fullService)
	mux.Handle("GET /phone/", http.StripPrefix("/phone/", assets()))
	mux.Handle("GET /{$}", http.RedirectHandler("/phone", http.StatusFound))

	guarded := http.NewServeMux()
	guarded.Handle("/", http.NewCrossOriginProtection().Handler(mux))
	return guarded
}

// assets serves the style sheet and the script, by name: the templates are not
// for downloading.
func assets() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if name := r.URL.Path; name != "phone.css" && name != "phone.js" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-cache")
		http.ServeFileFS(w, r, pageFiles, "page/"+r.URL.Path)
	})
}

// render writes a page whole or not at all. Pages may frame anything, which is
// what a web view does, and run only their own script.
func (s *Server) render(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := pageTemplates.ExecuteTemplate(&b, name, data); err != nil {
		s.log.Error("simulator: page not drawn", "page", name, "error", err)
		http.Error(w, "页面无法显示", http.StatusInternalServerError)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", "default-src 'self'; frame-src http: https:; img-src 'self' http: https: data:")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// listPage lists phones to choose from.
type listPage struct {
	Name   string
	Phones []listedPhone
}

// listedPhone is one line of a list; Link is where choosing it leads.
type listedPhone struct {
	Phone
	Link string
}

// consentPage asks the phone's owner on behalf of snsapi_userinfo.
type consentPage struct {
	Name  string
	Allow string
}

func (s *Server) listPhones(link func(openid string) string) listPage {
	s.mu.Lock()
	defer s.mu.Unlock()
	page := listPage{Name: s.name}
	for _, p := range s.phones.latest(listedPhones) {
		page.Phones = append(page.Phones, listedPhone{p, link(p.OpenID)})
	}
	return page
}

// holderPage lists who may hold the phone at the authorize address u.
func (s *Server) holderPage(u *url.URL) listPage {
	return s.listPhones(func(openid string) string { return withParam(u, holderCookie, openid) })
}

func withParam(u *url.URL, name, value string) string {
	return u.Path + "?" + u.RawQuery + "&" + name + "=" + url.QueryEscape(value)
}

// phonePage is the phone of ?openid=, or the list of phones.
func (s *Server) phonePage(w http.ResponseWriter, r *http.Request) {
	openid := r.URL.Query().Get("openid")
	if openid == "" {
		s.render(w, http.StatusOK, "list.html", s.listPhones(func(id string) string {
			return "/phone?openid=" + url.QueryEscape(id)
		}))
		return
	}
	if _, known := s.Phone(openid); !known {
		s.render(w, http.StatusNotFound, "refused.html", "没有这部手机："+openid)
		return
	}
	// Not HttpOnly: the page's script sets it again when a web view opens, so that of
	// two phones in one browser the right one is asked.
	http.SetCookie(w, &http.Cookie{ // #nosec G124 -- names a simulated phone, guards nothing
		Name: holderCookie, Value: openid, Path: "/", SameSite: http.SameSiteLaxMode,
	})
	s.render(w, http.StatusOK, "phone.html", struct{ Name, OpenID string }{s.name, openid})
}

func (s *Server) newPhone(w http.ResponseWriter, r *http.Request) {
	openid := s.AddPhone(Phone{
		Snapshot:    r.FormValue("snapshot") != "",
		Blacklisted: r.FormValue("blacklisted") != "",
	})
	http.Redirect(w, r, "/phone?openid="+url.QueryEscape(openid), http.StatusSeeOther)
}

// fullService is the tap on 使用完整服务.
func (s *Server) fullService(w http.ResponseWriter, r *http.Request) {
	var body struct {
		OpenID string `json:"openid"`
	}
	if !readControl(w, r, &body) {
		return
	}
	if err := s.EndSnapshot(body.OpenID); err != nil {
		writeProblem(w, problemStatus(err), err)
		return
	}
	writeJSON(w, http.StatusOK, body)
}

// phoneState is what the phone page polls: everything that may have changed since
// the item that it has last.
func (s *Server) phoneState(w http.ResponseWriter, r *http.Request) {
	since, ok := readSince(w, r)
	if !ok {
		return
	}
	phone, known := s.Phone(r.URL.Query().Get("openid"))
	if !known {
		writeProblem(w, http.StatusNotFound, errors.New("没有这部手机"))
		return
	}
	state := struct {
		Now      time.Time   `json:"now"`
		Movable  bool        `json:"clock_movable"`
		Phone    Phone       `json:"phone"`
		Menu     []button    `json:"menu"`
		Messages []InboxItem `json:"messages"`
	}{s.now().In(zone), s.advance != nil, phone, []button{}, s.chat(phone.OpenID, since, true)}
	s.mu.Lock()
	shown, _ := s.menuOf(phone.OpenID)
	state.Menu = shown.Buttons
	s.mu.Unlock()
	writeJSON(w, http.StatusOK, state)
}
