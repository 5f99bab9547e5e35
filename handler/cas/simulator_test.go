package cas_test

import (
	"errors"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"quxiang/handler/cas"
	"quxiang/handler/cas/castest"
)

// TestAgainstTheSimulator walks the client through logins at the simulator,
// which was written from the specification without the client's code.
func TestAgainstTheSimulator(t *testing.T) {
	now := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	loggedOut := make(chan string, 1)
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			return
		}
		body, _ := io.ReadAll(r.Body)
		named, err := cas.ParseLogoutRequest(body)
		if err != nil {
			t.Errorf("ParseLogoutRequest: %v", err)
		}
		loggedOut <- named
	}))
	defer app.Close()
	sim, err := castest.New(castest.Options{
		Accounts: []castest.Account{
			{Username: "zhangsan", Password: "demo-1", Name: "张三", Attributes: map[string][]string{"xm": {"张三 <&>"}, "sjh": {"13800000000", "13900000000"}}},
			{Username: "李四@example.com", Password: "demo-2", Name: "李四"},
		},
		Now: func() time.Time { return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	chsi := httptest.NewServer(sim)
	defer chsi.Close()
	c := newClient(t, cas.Options{URL: chsi.URL + "/passport"})
	cas2 := newClient(t, cas.Options{URL: chsi.URL + "/passport", ValidatePath: "/serviceValidate"})
	here := app.URL + "/chsi/callback?state=s1"
	b := newBrowser(t)

	first := b.login(c.LoginURL(here, true), "zhangsan", "demo-1")
	user, err := c.Validate(t.Context(), here, first)
	if err != nil || user.Name != "zhangsan" || !reflect.DeepEqual(user.Attributes["sjh"], []string{"13800000000", "13900000000"}) ||
		!reflect.DeepEqual(user.Attributes["xm"], []string{"张三 <&>"}) || !reflect.DeepEqual(user.Attributes["isFromNewLogin"], []string{"true"}) {
		t.Fatalf("Validate: %+v, %v", user, err)
	}
	user, err = c.Validate(t.Context(), here, first)
	checkFailure(t, user, err, cas.ErrInvalidTicket, "INVALID_TICKET")

	second := b.follow(c.LoginURL(here, false)) // single sign-on
	user, err = cas2.Validate(t.Context(), here, second)
	if err != nil || !reflect.DeepEqual(user, cas.User{Name: "zhangsan"}) {
		t.Fatalf("Validate by CAS 2: %+v, %v", user, err)
	}

	stolen := b.follow(c.LoginURL(here, false))
	user, err = c.Validate(t.Context(), here+"2", stolen)
	checkFailure(t, user, err, cas.ErrInvalidService, "INVALID_SERVICE")
	user, err = c.Validate(t.Context(), here, stolen)
	checkFailure(t, user, err, cas.ErrInvalidTicket, "INVALID_TICKET")

	late := b.follow(c.LoginURL(here, false))
	now = now.Add(5 * time.Minute)
	user, err = c.Validate(t.Context(), here, late)
	checkFailure(t, user, err, cas.ErrInvalidTicket, "INVALID_TICKET")

	user, err = c.Validate(t.Context(), here, "PT-1")
	checkFailure(t, user, err, cas.ErrInvalidTicket, "INVALID_TICKET_SPEC")

	res, err := http.Post(chsi.URL+"/sim/faults", "application/json", strings.NewReader(`{"http_status":502,"times":1}`))
	if err != nil || res.StatusCode != http.StatusNoContent {
		t.Fatalf("faults: %v, %v", res, err)
	}
	_ = res.Body.Close()
	unlucky := b.follow(c.LoginURL(here, false))
	user, err = c.Validate(t.Context(), here, unlucky)
	checkFailure(t, user, err, cas.ErrUnavailable, "HTTP_STATUS")

	other := newBrowser(t)
	plain := other.login(c.LoginURL(here, false), "李四@example.com", "demo-2")
	user, err = c.Validate(t.Context(), here, plain)
	if err != nil || !reflect.DeepEqual(user, cas.User{Name: "李四@example.com"}) {
		t.Fatalf("Validate without attributes: %+v, %v", user, err)
	}
	if got := other.get(c.LogoutURL(app.URL + "/bye")); got.Header.Get("Location") != app.URL+"/bye" {
		t.Errorf("logout leads to %q", got.Header.Get("Location"))
	}
	select {
	case named := <-loggedOut:
		if named != plain {
			t.Error("the logout request named another ticket")
		}
	default:
		t.Error("the service was not told of the logout")
	}
	if odd := sim.Unmodelled(); len(odd) > 0 {
		t.Errorf("the client leaned on what is not modelled: %v", odd)
	}
}

// browser keeps cookies and shows each redirect.
type browser struct {
	t    *testing.T
	http http.Client
}

func newBrowser(t *testing.T) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, http: http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
}

func (b *browser) get(address string) *http.Response {
	b.t.Helper()
	res, err := b.http.Get(address)
	if err != nil {
		b.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res
}

// follow expects to be sent to the service at once and returns the ticket.
func (b *browser) follow(address string) string {
	b.t.Helper()
	return b.ticket(b.get(address))
}

func (b *browser) ticket(res *http.Response) string {
	b.t.Helper()
	to, err := url.Parse(res.Header.Get("Location"))
	if err != nil || to.Query().Get("ticket") == "" {
		b.t.Fatalf("status %d, Location %q", res.StatusCode, res.Header.Get("Location"))
	}
	return to.Query().Get("ticket")
}

var (
	inputField = regexp.MustCompile(`<input[^>]* name="([^"]*)"[^>]*? value="([^"]*)"`)
	formAction = regexp.MustCompile(`<form method="post" action="([^"]*)"`)
)

// login fills the form in as a person does and returns the ticket.
func (b *browser) login(address, username, password string) string {
	b.t.Helper()
	res, err := b.http.Get(address)
	if err != nil {
		b.t.Fatal(err)
	}
	page, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		b.t.Fatal(err)
	}
	fields := url.Values{}
	for _, m := range inputField.FindAllStringSubmatch(string(page), -1) {
		fields.Set(m[1], html.UnescapeString(m[2]))
	}
	fields.Set("username", username)
	fields.Set("password", password)
	action := formAction.FindStringSubmatch(string(page))
	if action == nil {
		b.t.Fatalf("no form, status %d", res.StatusCode)
	}
	to, err := res.Request.URL.Parse(html.UnescapeString(action[1]))
	if err != nil {
		b.t.Fatal(err)
	}
	res, err = b.http.PostForm(to.String(), fields)
	if err != nil {
		b.t.Fatal(err)
	}
	_ = res.Body.Close()
	return b.ticket(res)
}
