package castest

import (
	"bytes"
	_ "embed" // page.html
	"html/template"
	"net/http"
)

//go:embed page.html
var pageSource string

var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// page is what page.html shows.
type page struct {
	Title    string
	Problem  string // what went wrong, for an alert
	Notice   string // what is so
	SignedIn bool   // offer to log out

	Form                       bool
	Host                       string // where the login leads, or empty
	Action, Username, Password string
	LT, Execution              string
	Accounts                   []accountLink
}

// accountLink fills one account into the form.
type accountLink struct {
	Username, Name, State, Href string
}

// render writes a whole page or a plain failure.
func (s *Server) render(w http.ResponseWriter, status int, p page) {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, p); err != nil {
		s.log.Error("chsi simulator: render page", "error", err)
		http.Error(w, "模拟器页面无法显示。", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a browser that went away
}
