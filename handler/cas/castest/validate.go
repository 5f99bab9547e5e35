package castest

import (
	"encoding/xml"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// validate is serviceValidate; with attributes it is that of CAS 3.
func (s *Server) validate(attributes bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/xml; charset=utf-8")
		_, _ = w.Write([]byte(s.answer(r, attributes))) // a client that went away
	}
}

// answer spends the ticket, if there is one, and writes the document.
func (s *Server) answer(r *http.Request, attributes bool) string {
	q := r.URL.Query()
	service, ticket := q.Get("service"), q.Get("ticket")
	if name := s.foreign(r, "service", "ticket", "renew"); name != "" {
		return failure("INVALID_REQUEST", "Parameter "+name+" is not simulated")
	}
	if service == "" || ticket == "" {
		return failure("INVALID_REQUEST", "Both service and ticket are required")
	}
	if !strings.HasPrefix(ticket, "ST-") {
		return failure("INVALID_TICKET_SPEC", "Ticket "+ticket+" is no service ticket")
	}
	g, a, ok := s.spendTicket(ticket)
	switch {
	case !ok:
		return failure("INVALID_TICKET", "Ticket "+ticket+" not recognized")
	case g.service != service:
		return failure("INVALID_SERVICE", "Ticket "+ticket+" does not match the service "+service)
	case q.Get("renew") == "true" && !g.renewed:
		return failure("INVALID_TICKET", "Ticket "+ticket+" is not from a new login")
	}
	s.remember(g, ticket)
	return success(a, g, attributes, s.now())
}

const (
	opening = `<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">` + "\n"
	closing = `</cas:serviceResponse>` + "\n"
)

// failure quotes the ticket in its text as the servers in use do.
func failure(code, text string) string {
	return opening + `  <cas:authenticationFailure code="` + code + `">` + escape(text) + "</cas:authenticationFailure>\n" + closing
}

// success writes the user and, for CAS 3 and an account that has any, the
// attributes, with those that CAS 3.0 (appendix A) adds of itself.
func success(a Account, g grant, attributes bool, now time.Time) string {
	var b strings.Builder
	b.WriteString(opening + "  <cas:authenticationSuccess>\n    <cas:user>" + escape(a.Username) + "</cas:user>\n")
	if attributes && len(a.Attributes) > 0 {
		write := func(name, value string) {
			b.WriteString("      <cas:" + name + ">" + escape(value) + "</cas:" + name + ">\n")
		}
		b.WriteString("    <cas:attributes>\n")
		write("authenticationDate", now.UTC().Format(time.RFC3339))
		write("longTermAuthenticationRequestTokenUsed", "false")
		write("isFromNewLogin", strconv.FormatBool(g.renewed))
		for _, name := range attributeNames(a) {
			for _, value := range a.Attributes[name] {
				write(name, value)
			}
		}
		b.WriteString("    </cas:attributes>\n")
	}
	b.WriteString("  </cas:authenticationSuccess>\n" + closing)
	return b.String()
}

func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder does not fail
	return b.String()
}
