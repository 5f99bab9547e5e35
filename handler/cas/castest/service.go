package castest

import (
	"errors"
	"net"
	"net/url"
	"path"
	"strings"
)

// serviceURL reads an address that a browser is to be sent to.
func serviceURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		return nil, errors.New("not an address")
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "", u.User != nil, strings.Contains(s, "#"):
		return nil, errors.New("must be an absolute http address without user and fragment")
	}
	return u, nil
}

// allowed returns the service's address if tickets may go there.
func (s *Server) allowed(service string) (*url.URL, bool) {
	u, err := serviceURL(service)
	if err != nil {
		return nil, false
	}
	if len(s.prefixes) == 0 {
		host := u.Hostname()
		return u, host == "localhost" || net.ParseIP(host).IsLoopback()
	}
	for _, p := range s.prefixes {
		if u.Scheme == p.Scheme && strings.EqualFold(u.Host, p.Host) && below(u.Path, p.Path) {
			return u, true
		}
	}
	return nil, false
}

// below says whether a path is the prefix itself or lies under it.
func below(p, prefix string) bool {
	p, prefix = path.Clean("/"+p), path.Clean("/"+prefix)
	return p == prefix || strings.HasPrefix(p, strings.TrimSuffix(prefix, "/")+"/")
}

// withTicket adds the ticket to a service's address, which keeps its query.
func withTicket(service, ticket string) string {
	separator := "?"
	if strings.Contains(service, "?") {
		separator = "&"
	}
	return service + separator + "ticket=" + url.QueryEscape(ticket)
}
