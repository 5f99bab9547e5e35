package links

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxNext bounds an address that is taken along through a login, in bytes.
const maxNext = 2048

// SafeNext returns next when it is a path of our own, with or without a query,
// and "/" otherwise: an address that somebody else chose must not lead a person
// who has just logged in to another host. Refused are a scheme, a host, //, a
// backslash (browsers read it as a slash), control characters, and dot segments.
func SafeNext(next string) string {
	if len(next) > maxNext || !strings.HasPrefix(next, "/") || !utf8.ValidString(next) {
		return pathHome
	}
	if strings.ContainsFunc(next, func(c rune) bool { return c == '\\' || unicode.IsControl(c) || unicode.IsSpace(c) }) {
		return pathHome
	}
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return pathHome
	}
	// u.Path is decoded: %2e%2e and %5c are caught as well.
	if strings.Contains(u.Path, "//") || strings.ContainsFunc(u.Path, func(c rune) bool { return c == '\\' || unicode.IsControl(c) }) {
		return pathHome
	}
	for segment := range strings.SplitSeq(u.Path, "/") {
		if segment == "." || segment == ".." {
			return pathHome
		}
	}
	return next
}
