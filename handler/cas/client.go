// Package cas is a client of the CAS protocol as 学信网 (CHSI) speaks it: a
// login is a redirect to the server, which sends the browser back with a
// one-time ticket; the ticket is then checked from server to server.
//
// The rules are those of "CAS Protocol 3.0 Specification", §2. What is not
// known of CHSI (paths, attributes, logout) is an option. No error and no log
// line of this package carries a ticket or anything the server said of a
// person.
package cas

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	defaultValidatePath = "/p3/serviceValidate"
	defaultLoginPath    = "/login"
	defaultLogoutPath   = "/logout"
	defaultTimeout      = 5 * time.Second

	// maxAnswer bounds an answer and a logout request, in bytes. A real one
	// has one or two kilobytes.
	maxAnswer = 64 << 10

	// maxTicket is the length up to which services must accept tickets
	// (CAS 3.0 §3.1.1).
	maxTicket = 256
)

// Options configure a Client. Only URL is required.
type Options struct {
	// URL is the server's base address without a trailing slash needed, for
	// example https://account.chsi.com.cn/passport. Plain http is accepted
	// for loopback hosts only: who can alter the answer can be anybody.
	URL string
	// ValidatePath, LoginPath and LogoutPath follow URL. Empty ones are
	// /p3/serviceValidate, /login and /logout; a server of CAS 2 has
	// /serviceValidate.
	ValidatePath, LoginPath, LogoutPath string
	// Timeout bounds one validation; 0 is five seconds.
	Timeout time.Duration
	// HTTP makes the calls; nil is a client of its own. Its redirect policy
	// and cookie jar are not used.
	HTTP *http.Client
	// Now is the clock by which Error.Elapsed is measured; nil is time.Now.
	Now func() time.Time
}

// Client asks one CAS server. It is safe for concurrent use.
type Client struct {
	login, logout, validate url.URL
	timeout                 time.Duration
	http                    http.Client
	now                     func() time.Time
}

// User is the person a ticket stands for.
type User struct {
	// Name is the account's name at the server, never empty.
	Name string
	// Attributes are what the server released, each with one value or more.
	// A server of CAS 2 releases none. Names are the server's.
	Attributes map[string][]string
}

// New checks the options and returns a client. It makes no call.
func New(o Options) (*Client, error) {
	base, err := baseURL(o.URL)
	if err != nil {
		return nil, fmt.Errorf("cas: options: URL: %w", err)
	}
	if o.Timeout < 0 {
		return nil, errors.New("cas: options: Timeout is negative")
	}
	c := &Client{timeout: o.Timeout, now: o.Now}
	if c.timeout == 0 {
		c.timeout = defaultTimeout
	}
	if c.now == nil {
		c.now = time.Now
	}
	if o.HTTP != nil {
		c.http = *o.HTTP
	}
	// A validation is never redirected by a healthy server, and following it
	// would hand the ticket to whoever is named there.
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	c.http.Jar = nil

	for _, p := range []struct {
		name, path, standard string
		to                   *url.URL
	}{
		{"ValidatePath", o.ValidatePath, defaultValidatePath, &c.validate},
		{"LoginPath", o.LoginPath, defaultLoginPath, &c.login},
		{"LogoutPath", o.LogoutPath, defaultLogoutPath, &c.logout},
	} {
		path := p.path
		if path == "" {
			path = p.standard
		}
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#%\\") || strings.Contains(path, "..") {
			return nil, fmt.Errorf("cas: options: %s must be a plain path that starts with /", p.name)
		}
		*p.to = *base.JoinPath(path)
	}
	return c, nil
}

// baseURL reads the server's address.
func baseURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	switch {
	case err != nil:
		// url.Parse quotes what it was given, which may hold a password.
		return nil, errors.New("not an address")
	case u.Host == "" || u.Opaque != "":
		return nil, errors.New("must be an absolute address")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("must have neither user, query nor fragment")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return nil, errors.New("http is for loopback hosts only, use https")
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("scheme must be https")
	}
	return u, nil
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// LoginURL is where to send a browser so that it comes back to service with a
// ticket. With renew the server asks for the password even if the browser has
// a session there (CAS 3.0 §2.1.1).
func (c *Client) LoginURL(service string, renew bool) string {
	q := url.Values{"service": {service}}
	if renew {
		q.Set("renew", "true")
	}
	u := c.login
	u.RawQuery = q.Encode()
	return u.String()
}

// LogoutURL is where to send a browser to end its session at the server. The
// server may send it back to service, which may be empty.
func (c *Client) LogoutURL(service string) string {
	u := c.logout
	if service != "" {
		u.RawQuery = url.Values{"service": {service}}.Encode()
	}
	return u.String()
}

// Validate asks the server whose ticket this is. The service must be the very
// string that LoginURL was given. A ticket can be asked for once, also when
// the attempt fails, so that callers must not repeat a call.
//
// A failure is an *Error that is one of ErrInvalidTicket, ErrInvalidService
// and ErrUnavailable.
func (c *Client) Validate(ctx context.Context, service, ticket string) (User, error) {
	// A ticket comes from whoever opened our page: what cannot be one costs
	// no call.
	if !wellFormedTicket(ticket) {
		return User{}, &Error{Code: codeTicketSpec, kind: ErrInvalidTicket}
	}
	started := c.now()
	user, failure := c.ask(ctx, service, ticket)
	if failure != nil {
		failure.Elapsed = c.now().Sub(started)
		return User{}, failure
	}
	return user, nil
}

// ask makes the call of Validate.
func (c *Client) ask(ctx context.Context, service, ticket string) (User, *Error) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	u := c.validate
	u.RawQuery = url.Values{"service": {service}, "ticket": {ticket}}.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return User{}, &Error{Code: codeUnreachable, kind: ErrUnavailable, cause: discreet(err, ticket)}
	}
	req.Header.Set("Accept", "application/xml, text/xml")
	res, err := c.http.Do(req)
	if err != nil {
		return User{}, &Error{Code: codeUnreachable, kind: ErrUnavailable, cause: discreet(err, ticket)}
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return User{}, &Error{Code: codeHTTPStatus, Status: res.StatusCode, kind: ErrUnavailable}
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	if err != nil {
		return User{}, &Error{Code: codeUnreachable, Status: res.StatusCode, kind: ErrUnavailable, cause: discreet(err, ticket)}
	}
	user, failure := readAnswer(body)
	if failure != nil {
		failure.Status = res.StatusCode
	}
	return user, failure
}

// wellFormedTicket says whether s can be a ticket: 1 to 256 printable ASCII
// characters. The prefix ST- is not asked for, because servers differ.
func wellFormedTicket(s string) bool {
	if s == "" || len(s) > maxTicket {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
