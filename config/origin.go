package config

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// isAddressURL reports whether text is an absolute URL without user, query or
// fragment, by https, or by http to a loopback host: what is sent there holds
// secrets or decides who somebody is.
func isAddressURL(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" || u.User != nil || u.Hostname() == "" || strings.ContainsAny(text, "?#\\ \t\r\n,;'\"*") {
		return false
	}
	if port := u.Port(); port != "" && !isPort(port) {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname())
}

// isOrigin reports whether text is such a URL without any path, not even a
// slash: origins are compared and joined with paths as texts.
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	return isAddressURL(text) && err == nil && u.Path == "" && u.Scheme+"://"+u.Host == text
}

// isAddress reports whether text is HOST:PORT to listen on; the host may be
// empty, for every interface.
func isAddress(text string) bool {
	host, port, err := net.SplitHostPort(text)
	return err == nil && isPort(port) && !strings.ContainsAny(host, " /\t")
}

func isPort(text string) bool {
	_, err := strconv.ParseUint(text, 10, 16)
	return err == nil
}

// isLoopback reports whether host, a name or an address, is this machine.
func isLoopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
