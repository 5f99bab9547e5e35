package cas_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quxiang/handler/cas"
)

const (
	service = "http://127.0.0.1:8080/chsi/callback?state=a%20b&next=%2Fh5"
	ticket  = "ST-1-abc+/=?&secret"
)

func newClient(t *testing.T, o cas.Options) *cas.Client {
	t.Helper()
	c, err := cas.New(o)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return c
}

func TestNewRefusesBadOptions(t *testing.T) {
	for name, o := range map[string]cas.Options{
		"empty":             {},
		"relative":          {URL: "/passport"},
		"no host":           {URL: "https:///passport"},
		"opaque":            {URL: "https:account.chsi.com.cn"},
		"other scheme":      {URL: "ftp://account.chsi.com.cn/passport"},
		"plain http abroad": {URL: "http://account.chsi.com.cn/passport"},
		"looks like local":  {URL: "http://localhost.example.com/passport"},
		"password":          {URL: "https://me:hunter2@account.chsi.com.cn/passport"},
		"unreadable":        {URL: "https://me:hunter2@bad host/"},
		"query":             {URL: "https://account.chsi.com.cn/passport?a=b"},
		"fragment":          {URL: "https://account.chsi.com.cn/passport#a"},
		"relative path":     {URL: "https://account.chsi.com.cn", ValidatePath: "p3/serviceValidate"},
		"path with query":   {URL: "https://account.chsi.com.cn", LoginPath: "/login?x=y"},
		"path upwards":      {URL: "https://account.chsi.com.cn/passport", LogoutPath: "/../logout"},
		"negative timeout":  {URL: "https://account.chsi.com.cn/passport", Timeout: -1},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := cas.New(o)
			if err == nil || c != nil {
				t.Fatalf("New accepted %+v", o)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error names the password: %v", err)
			}
		})
	}
}

func TestAddresses(t *testing.T) {
	c := newClient(t, cas.Options{URL: "https://account.chsi.com.cn/passport/"})
	other := newClient(t, cas.Options{URL: "http://[::1]:8082", LoginPath: "/in", LogoutPath: "/out"})
	for name, pair := range map[string][2]string{
		"login":        {c.LoginURL("https://x.cn/a?b=c&d", false), "https://account.chsi.com.cn/passport/login?service=https%3A%2F%2Fx.cn%2Fa%3Fb%3Dc%26d"},
		"login renew":  {c.LoginURL("https://x.cn/a", true), "https://account.chsi.com.cn/passport/login?renew=true&service=https%3A%2F%2Fx.cn%2Fa"},
		"logout":       {c.LogoutURL(""), "https://account.chsi.com.cn/passport/logout"},
		"logout to":    {c.LogoutURL("https://x.cn/"), "https://account.chsi.com.cn/passport/logout?service=https%3A%2F%2Fx.cn%2F"},
		"other login":  {other.LoginURL("s", false), "http://[::1]:8082/in?service=s"},
		"other logout": {other.LogoutURL(""), "http://[::1]:8082/out"},
	} {
		if pair[0] != pair[1] {
			t.Errorf("%s: got %s, want %s", name, pair[0], pair[1])
		}
	}
}

func TestValidateAsksAsTheProtocolSays(t *testing.T) {
	var asked *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r
		_, _ = w.Write([]byte(answer(`<cas:authenticationSuccess><cas:user>zhang</cas:user></cas:authenticationSuccess>`)))
	}))
	defer server.Close()
	for path, o := range map[string]cas.Options{
		"/passport/p3/serviceValidate": {URL: server.URL + "/passport"},
		"/passport/serviceValidate":    {URL: server.URL + "/passport", ValidatePath: "/serviceValidate"},
	} {
		user, err := newClient(t, o).Validate(t.Context(), service, ticket)
		if err != nil || user.Name != "zhang" || len(user.Attributes) != 0 {
			t.Fatalf("Validate: %+v, %v", user, err)
		}
		if q := asked.URL.Query(); asked.Method != http.MethodGet || asked.URL.Path != path ||
			q.Get("service") != service || q.Get("ticket") != ticket || len(q) != 2 {
			t.Errorf("asked %s %s", asked.Method, asked.URL)
		}
	}
}

func TestValidateRefusesWhatIsNoTicketWithoutACall(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the server was asked")
	}))
	defer server.Close()
	c := newClient(t, cas.Options{URL: server.URL})
	for _, bad := range []string{"", " ", "ST-1 2", "ST-\n", "ST-\x7f", "ST-票", "ST-" + strings.Repeat("x", 254)} {
		if _, err := c.Validate(t.Context(), service, bad); !errors.Is(err, cas.ErrInvalidTicket) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestValidateFailures(t *testing.T) {
	write := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Location", "/elsewhere?"+r.URL.RawQuery)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	refusal := func(code string) http.HandlerFunc {
		return write(200, answer(`<cas:authenticationFailure code="`+code+`">Ticket `+strings.ReplaceAll(ticket, "&", "&amp;")+` refused</cas:authenticationFailure>`))
	}
	good := answer(`<cas:authenticationSuccess><cas:user>zhang</cas:user></cas:authenticationSuccess>`)
	for name, tc := range map[string]struct {
		handler http.HandlerFunc
		kind    error
		code    string
	}{
		"unknown ticket":       {refusal("INVALID_TICKET"), cas.ErrInvalidTicket, "INVALID_TICKET"},
		"no ticket":            {refusal("INVALID_TICKET_SPEC"), cas.ErrInvalidTicket, "INVALID_TICKET_SPEC"},
		"other service":        {refusal("INVALID_SERVICE"), cas.ErrInvalidService, "INVALID_SERVICE"},
		"unregistered service": {refusal("UNAUTHORIZED_SERVICE"), cas.ErrInvalidService, "UNAUTHORIZED_SERVICE"},
		"our mistake":          {refusal("INVALID_REQUEST"), cas.ErrUnavailable, "INVALID_REQUEST"},
		"their mistake":        {refusal("INTERNAL_ERROR"), cas.ErrUnavailable, "INTERNAL_ERROR"},
		"new code":             {refusal("TOO_MANY_LOGINS"), cas.ErrUnavailable, "TOO_MANY_LOGINS"},
		"code not for logs":    {refusal("no, " + strings.TrimSuffix(ticket, "&secret")), cas.ErrUnavailable, "UNKNOWN"},
		"no code":              {refusal(""), cas.ErrUnavailable, "UNKNOWN"},
		"5xx":                  {write(503, good), cas.ErrUnavailable, "HTTP_STATUS"},
		"404":                  {write(404, good), cas.ErrUnavailable, "HTTP_STATUS"},
		"redirect":             {write(302, good), cas.ErrUnavailable, "HTTP_STATUS"},
		"204":                  {write(204, ""), cas.ErrUnavailable, "HTTP_STATUS"},
		"empty":                {write(200, ""), cas.ErrUnavailable, "BAD_ANSWER"},
		"HTML":                 {write(200, "<!doctype html><title>维护中</title>"), cas.ErrUnavailable, "BAD_ANSWER"},
		"too long":             {write(200, good+strings.Repeat(" ", 64<<10)), cas.ErrUnavailable, "BAD_ANSWER"},
		"hangs up": {
			func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			cas.ErrUnavailable, "UNREACHABLE",
		},
		"half an answer": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9000")
			_, _ = w.Write([]byte(good))
		}, cas.ErrUnavailable, "UNREACHABLE"},
	} {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				tc.handler(w, r)
			}))
			defer server.Close()
			clock := time.Unix(0, 0)
			c := newClient(t, cas.Options{URL: server.URL, Now: func() time.Time {
				clock = clock.Add(time.Second)
				return clock
			}, HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
			user, err := c.Validate(t.Context(), service, ticket)
			checkFailure(t, user, err, tc.kind, tc.code)
			var failure *cas.Error
			if errors.As(err, &failure) && failure.Elapsed != time.Second {
				t.Errorf("Elapsed = %v", failure.Elapsed)
			}
			if n := calls.Load(); n != 1 {
				t.Errorf("%d calls for one ticket", n)
			}
		})
	}
}

// checkFailure holds an error to its kind, to no other kind, and to silence
// about the ticket.
func checkFailure(t *testing.T, user cas.User, err, kind error, code string) {
	t.Helper()
	if !reflect.DeepEqual(user, cas.User{}) {
		t.Errorf("a failure gave the user %+v", user)
	}
	for _, k := range []error{cas.ErrInvalidTicket, cas.ErrInvalidService, cas.ErrUnavailable} {
		if errors.Is(err, k) != errors.Is(kind, k) {
			t.Errorf("errors.Is(%v, %v) = %v", err, k, errors.Is(err, k))
		}
	}
	var failure *cas.Error
	if !errors.As(err, &failure) {
		t.Fatalf("%v (%T) is no *cas.Error", err, err)
	}
	if failure.Code != code {
		t.Errorf("Code = %s, want %s (%v)", failure.Code, code, err)
	}
	if s := fmt.Sprintf("%v %+v %#v", err, err, failure.Unwrap()); strings.Contains(s, "ST-") || strings.Contains(s, "chsi/callback") {
		t.Errorf("the error names ticket or service: %s", s)
	}
}

func TestValidateWithoutAServer(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	user, err := newClient(t, cas.Options{URL: server.URL}).Validate(t.Context(), service, ticket)
	checkFailure(t, user, err, cas.ErrUnavailable, "UNREACHABLE")
}

// leakyTransport fails as wrappers do that quote the request.
type leakyTransport struct{}

func (leakyTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	return nil, fmt.Errorf("proxy: cannot GET %s", r.URL)
}

func TestValidateHidesTheTicketOfATransportsError(t *testing.T) {
	c := newClient(t, cas.Options{URL: "https://cas.example", HTTP: &http.Client{Transport: leakyTransport{}}})
	user, err := c.Validate(t.Context(), service, ticket)
	checkFailure(t, user, err, cas.ErrUnavailable, "UNREACHABLE")
}

func TestValidateTimesOut(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer server.Close()
	c := newClient(t, cas.Options{URL: server.URL, Timeout: 20 * time.Millisecond})
	user, err := c.Validate(t.Context(), service, ticket)
	checkFailure(t, user, err, cas.ErrUnavailable, "UNREACHABLE")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v does not say that time ran out", err)
	}

	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Validate(gone, service, ticket); !errors.Is(err, context.Canceled) {
		t.Errorf("%v does not say that the caller left", err)
	}
}
