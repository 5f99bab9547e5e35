package castest_test

import (
	"bytes"
	"encoding/json"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"quxiang/handler/cas/castest"
)

const service = "http://127.0.0.1:8080/chsi/callback?state=s1"

var demo = []castest.Account{
	{Username: "zhangsan", Password: "demo-1", Name: "张三", State: "approved", Attributes: map[string][]string{"xm": {"张三"}, "ksh": {"23110105150001"}}},
	{Username: "lisi", Password: "demo-2", Name: "李四<b>", State: "new"},
	{Username: "wang wu", Password: `de"mo&3`, Name: "王五", State: "moved_abroad"},
}

// bench is a simulator with a clock and one browser's cookies.
type bench struct {
	t       *testing.T
	sim     *castest.Server
	now     time.Time
	log     bytes.Buffer
	cookies map[string]string
}

func newBench(t *testing.T, prefixes ...string) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC), cookies: map[string]string{}}
	sim, err := castest.New(castest.Options{
		Accounts: demo, ServicePrefixes: prefixes,
		Now: func() time.Time { return b.now }, Logger: slog.New(slog.NewTextHandler(&b.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	b.sim = sim
	return b
}

func (b *bench) do(method, target, contentType, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	for name, value := range b.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.sim.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		b.cookies[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/passport" {
			b.t.Errorf("cookie %s is too open", c.Name)
		}
	}
	return w
}

func (b *bench) get(target string) *httptest.ResponseRecorder { return b.do("GET", target, "", "") }

var (
	inputField = regexp.MustCompile(`<input[^>]* name="([^"]*)"[^>]*? value="([^"]*)"`)
	formAction = regexp.MustCompile(`<form method="post" action="([^"]*)"`)
)

// form reads the login form of a page.
func (b *bench) form(page string) (action string, fields url.Values) {
	b.t.Helper()
	m := formAction.FindStringSubmatch(page)
	if m == nil {
		b.t.Fatalf("no form in %s", page)
	}
	fields = url.Values{}
	for _, f := range inputField.FindAllStringSubmatch(page, -1) {
		fields.Set(f[1], html.UnescapeString(f[2]))
	}
	return html.UnescapeString(m[1]), fields
}

func (b *bench) post(action string, fields url.Values) *httptest.ResponseRecorder {
	return b.do("POST", action, "application/x-www-form-urlencoded", fields.Encode())
}

// login opens the page, writes the names in, and sends it.
func (b *bench) login(target, username, password string) *httptest.ResponseRecorder {
	b.t.Helper()
	action, fields := b.form(b.get(target).Body.String())
	fields.Set("username", username)
	fields.Set("password", password)
	return b.post(action, fields)
}

// ticket reads the ticket that a redirect to the service carries.
func (b *bench) ticket(w *httptest.ResponseRecorder) string {
	b.t.Helper()
	to, err := url.Parse(w.Header().Get("Location"))
	if err != nil || !strings.HasPrefix(to.Query().Get("ticket"), "ST-") {
		b.t.Fatalf("status %d, Location %q: no ticket", w.Code, w.Header().Get("Location"))
	}
	return to.Query().Get("ticket")
}

func loginAt(service string, more ...string) string {
	q := url.Values{"service": {service}}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return "/passport/login?" + q.Encode()
}

func (b *bench) validate(path, service, ticket string, more ...string) string {
	q := url.Values{"service": {service}, "ticket": {ticket}}
	for i := 0; i < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	w := b.get(path + "?" + q.Encode())
	if w.Code != http.StatusOK {
		b.t.Errorf("validation has status %d", w.Code)
	}
	return w.Body.String()
}

const (
	cas2 = "/passport/serviceValidate"
	cas3 = "/passport/p3/serviceValidate"
)

func (b *bench) wantCode(body, code string) {
	b.t.Helper()
	if !strings.Contains(body, `<cas:authenticationFailure code="`+code+`">`) || strings.Contains(body, "authenticationSuccess") {
		b.t.Errorf("want %s, got %s", code, body)
	}
}

func TestLoginPage(t *testing.T) {
	b := newBench(t)
	w := b.get(loginAt(service, "renew", "true"))
	page := w.Body.String()
	for _, want := range []string{"模拟", `name="username"`, `name="password"`, `name="lt"`, `name="execution"`, `name="_eventId"`, `<details>`, "审核通过，待确认", "moved_abroad", "李四&lt;b&gt;", "127.0.0.1:8080"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, never := range []string{"<script", "demo-1", "李四<b>"} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %q", never)
		}
	}
	if h := w.Header(); w.Code != 200 || h.Get("X-Frame-Options") != "" || strings.Contains(h.Get("Content-Security-Policy"), "frame") {
		t.Errorf("status %d, header %v", w.Code, h)
	}
	if w := b.get("/"); w.Header().Get("Location") != "/passport/login" {
		t.Errorf("/ leads to %q", w.Header().Get("Location"))
	}
}

func TestFillLogsInWithoutTyping(t *testing.T) {
	b := newBench(t)
	links := regexp.MustCompile(`<a href="([^"]*)" data-fill="wang wu"`).FindStringSubmatch(b.get(loginAt(service, "renew", "true")).Body.String())
	if links == nil {
		t.Fatal("no link that fills the account in")
	}
	action, fields := b.form(b.get(html.UnescapeString(links[1])).Body.String())
	w := b.post(action, fields)
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), service+"&ticket=ST-") {
		t.Fatalf("status %d, Location %q", w.Code, w.Header().Get("Location"))
	}
	if got := b.validate(cas3, service, b.ticket(w), "renew", "true"); !strings.Contains(got, "<cas:user>wang wu</cas:user>") || strings.Contains(got, "cas:attributes") {
		t.Errorf("answer %s", got)
	}
}

func TestLoginRefusals(t *testing.T) {
	b := newBench(t)
	for name, tc := range map[string]struct {
		change func(url.Values)
		status int
		words  string
	}{
		"wrong password":  {func(v url.Values) { v.Set("password", "demo-2") }, 401, "用户名或密码不正确"},
		"empty password":  {func(v url.Values) { v.Set("password", "") }, 401, "用户名或密码不正确"},
		"unknown account": {func(v url.Values) { v.Set("username", "nobody"); v.Set("password", "") }, 401, "用户名或密码不正确"},
		"invented form":   {func(v url.Values) { v.Set("lt", "LT-1") }, 409, "登录页面已失效"},
		"no form":         {func(v url.Values) { v.Del("lt") }, 409, "登录页面已失效"},
		"other event":     {func(v url.Values) { v.Set("_eventId", "cancel") }, 409, "登录页面已失效"},
		"other execution": {func(v url.Values) { v.Set("execution", "e2s1") }, 409, "登录页面已失效"},
	} {
		t.Run(name, func(t *testing.T) {
			action, fields := b.form(b.get(loginAt(service, "fill", "zhangsan")).Body.String())
			tc.change(fields)
			w := b.post(action, fields)
			if w.Code != tc.status || !strings.Contains(w.Body.String(), tc.words) || len(b.cookies) > 0 {
				t.Errorf("status %d, cookies %v, page %s", w.Code, b.cookies, w.Body)
			}
			_, again := b.form(w.Body.String())
			if again.Get("lt") == fields.Get("lt") || again.Get("password") != "" {
				t.Error("the page returned does not start afresh")
			}
		})
	}
	action, fields := b.form(b.get(loginAt(service, "fill", "zhangsan")).Body.String())
	b.ticket(b.post(action, fields))
	if w := b.post(action, fields); w.Code != http.StatusConflict {
		t.Errorf("one form logged in twice, status %d", w.Code)
	}
	action, fields = b.form(b.get(loginAt(service, "fill", "zhangsan")).Body.String())
	b.now = b.now.Add(30 * time.Minute)
	if w := b.post(action, fields); w.Code != http.StatusConflict {
		t.Errorf("a form of half an hour ago logged in, status %d", w.Code)
	}
	if s := b.log.String(); strings.Contains(s, "demo-") || strings.Contains(s, "ST-") || strings.Contains(s, "LT-") {
		t.Errorf("the log has secrets: %s", s)
	}
}

func TestServices(t *testing.T) {
	loopback, school := newBench(t), newBench(t, "https://dj.example.edu.cn/chsi/", "http://10.0.0.1:8080")
	for _, tc := range []struct {
		b       *bench
		service string
		ok      bool
	}{
		{loopback, "http://127.0.0.1:1/x", true},
		{loopback, "http://localhost/x", true},
		{loopback, "https://[::1]:9/x", true},
		{loopback, "http://example.com/", false},
		{loopback, "http://localhost.example.com/", false},
		{loopback, "http://127.0.0.1@example.com/", false},
		{loopback, "http://me@127.0.0.1/", false},
		{loopback, "//127.0.0.1/", false},
		{loopback, "javascript:alert(1)", false},
		{loopback, "http://127.0.0.1/#x", false},
		{loopback, "nonsense", false},
		{school, "https://dj.example.edu.cn/chsi/callback?state=1", true},
		{school, "https://DJ.example.edu.cn/chsi", true},
		{school, "http://10.0.0.1:8080/any", true},
		{school, "http://10.0.0.1:8080", true},
		{school, "http://127.0.0.1/chsi/", false},
		{school, "http://dj.example.edu.cn/chsi/callback", false},
		{school, "https://dj.example.edu.cn.evil.cn/chsi/callback", false},
		{school, "https://dj.example.edu.cn/chsi-evil", false},
		{school, "https://dj.example.edu.cn/chsi/../admin", false},
		{school, "https://dj.example.edu.cn:444/chsi/", false},
	} {
		w := tc.b.get(loginAt(tc.service))
		if ok := w.Code == 200 && strings.Contains(w.Body.String(), "<form"); ok != tc.ok || !ok && w.Code != http.StatusForbidden {
			t.Errorf("%s: status %d, want allowed %v", tc.service, w.Code, tc.ok)
		}
		w = tc.b.do("POST", loginAt(tc.service), "application/x-www-form-urlencoded", "")
		if w.Header().Get("Location") != "" {
			t.Errorf("%s: redirected", tc.service)
		}
	}
}

func TestTickets(t *testing.T) {
	b := newBench(t)
	first := b.ticket(b.login(loginAt(service), "zhangsan", "demo-1"))
	got := b.validate(cas3, service, first)
	for _, want := range []string{`xmlns:cas="http://www.yale.edu/tp/cas"`, "<cas:user>zhangsan</cas:user>", "<cas:ksh>23110105150001</cas:ksh>", "<cas:xm>张三</cas:xm>", "<cas:isFromNewLogin>true</cas:isFromNewLogin>", "<cas:authenticationDate>2026-06-01T08:00:00Z</cas:authenticationDate>"} {
		if !strings.Contains(got, want) {
			t.Errorf("the answer lacks %s: %s", want, got)
		}
	}
	b.wantCode(b.validate(cas3, service, first), "INVALID_TICKET")

	again := func() string { return b.ticket(b.get(loginAt(service))) }
	if got := b.validate(cas2, service, again()); strings.Contains(got, "attributes") || !strings.Contains(got, "<cas:user>zhangsan<") {
		t.Errorf("CAS 2 answers %s", got)
	}
	if got := b.validate(cas3, service, again()); !strings.Contains(got, "<cas:isFromNewLogin>false<") {
		t.Errorf("single sign-on is not told: %s", got)
	}
	ticket := again()
	b.wantCode(b.validate(cas3, service, ticket, "renew", "true"), "INVALID_TICKET")
	b.wantCode(b.validate(cas3, service, ticket), "INVALID_TICKET")
	ticket = again()
	b.wantCode(b.validate(cas3, service+"&", ticket), "INVALID_SERVICE")
	b.wantCode(b.validate(cas3, service, ticket), "INVALID_TICKET")
	ticket = again()
	b.now = b.now.Add(5*time.Minute - time.Second)
	if got := b.validate(cas3, service, ticket); !strings.Contains(got, "authenticationSuccess") {
		t.Errorf("a ticket of under five minutes: %s", got)
	}
	ticket = again()
	b.now = b.now.Add(5 * time.Minute)
	b.wantCode(b.validate(cas3, service, ticket), "INVALID_TICKET")
	b.wantCode(b.validate(cas3, service, "PT-1"), "INVALID_TICKET_SPEC")
	b.wantCode(b.validate(cas3, service, ""), "INVALID_REQUEST")
	b.wantCode(b.validate(cas3, "", again()), "INVALID_REQUEST")
	if odd := b.sim.Unmodelled(); len(odd) > 0 {
		t.Errorf("Unmodelled = %v", odd)
	}
	b.wantCode(b.validate(cas3, service, again(), "pgtUrl", "https://x"), "INVALID_REQUEST")

	ticket = again()
	if err := b.sim.SetAccounts(demo[1:]); err != nil {
		t.Fatal(err)
	}
	b.wantCode(b.validate(cas3, service, ticket), "INVALID_TICKET")
	if w := b.get(loginAt(service)); !strings.Contains(w.Body.String(), "<form") {
		t.Errorf("the session of an account that is gone goes on, status %d", w.Code)
	}
}

func TestSessions(t *testing.T) {
	b := newBench(t)
	b.ticket(b.login(loginAt(service), "zhangsan", "demo-1"))
	for _, target := range []string{loginAt(service, "renew", "true"), loginAt(service, "fill", "lisi")} {
		if w := b.get(target); w.Code != 200 || !strings.Contains(w.Body.String(), "<form") {
			t.Errorf("%s: status %d instead of the form", target, w.Code)
		}
	}
	former := b.cookies["sim_chsi_tgc"]
	b.ticket(b.login(loginAt(service, "renew", "true"), "lisi", "demo-2"))
	if got := b.validate(cas3, service, b.ticket(b.get(loginAt(service)))); !strings.Contains(got, "<cas:user>lisi<") {
		t.Errorf("the newer login does not hold: %s", got)
	}
	newer := b.cookies["sim_chsi_tgc"]
	b.cookies["sim_chsi_tgc"] = former
	if w := b.get(loginAt(service)); w.Code != 200 {
		t.Error("the former person's session goes on")
	}
	b.cookies["sim_chsi_tgc"] = newer

	if page := b.get("/passport/login").Body.String(); !strings.Contains(page, "您已登录") || !strings.Contains(page, "李四&lt;b&gt;") {
		t.Errorf("welcome page %s", page)
	}
	if w := b.get("/passport/logout?service=" + url.QueryEscape("http://example.com/")); w.Code != 200 || !strings.Contains(w.Body.String(), "您已退出") || len(b.cookies) > 0 {
		t.Errorf("logout: status %d, cookies %v", w.Code, b.cookies)
	}
	b.cookies["sim_chsi_tgc"] = newer
	if w := b.get(loginAt(service)); w.Code != 200 {
		t.Error("the session outlives the logout")
	}
	w := b.login("/passport/login", "lisi", "demo-2")
	if w.Header().Get("Location") != "/passport/login" {
		t.Errorf("login without a service leads to %q", w.Header().Get("Location"))
	}
	b.now = b.now.Add(8 * time.Hour)
	if w := b.get(loginAt(service)); w.Code != 200 {
		t.Error("a session lives for ever")
	}
}

func TestLogoutTellsServices(t *testing.T) {
	var told []string
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		told = append(told, r.Method+" "+r.URL.Path+" "+r.PostFormValue("logoutRequest"))
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer app.Close()
	b := newBench(t)
	here := app.URL + "/callback"
	used := b.ticket(b.login(loginAt(here), "zhangsan", "demo-1"))
	b.validate(cas3, here, used)
	unused := b.ticket(b.get(loginAt(here)))
	refused := b.ticket(b.get(loginAt(here)))
	b.validate(cas3, here+"2", refused)
	if w := b.get("/passport/logout?service=" + url.QueryEscape(app.URL)); w.Header().Get("Location") != app.URL {
		t.Errorf("logout leads to %q", w.Header().Get("Location"))
	}
	if len(told) != 1 || !strings.HasPrefix(told[0], "POST /callback <samlp:LogoutRequest") ||
		!strings.Contains(told[0], "<samlp:SessionIndex>"+used+"<") || strings.Contains(told[0], unused) {
		t.Errorf("told %q", told)
	}
	if strings.Contains(b.log.String(), "ST-") {
		t.Error("the log has a ticket")
	}
}

func TestAccountsAreListed(t *testing.T) {
	b := newBench(t)
	var got []map[string]string
	w := b.get("/sim/accounts")
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"username": "zhangsan", "password": "demo-1", "name": "张三", "state": "approved"}
	if len(got) != 3 || !reflect.DeepEqual(got[0], want) {
		t.Errorf("accounts %v", got)
	}
	if err := b.sim.SetAccounts(nil); err != nil {
		t.Fatal(err)
	}
	if s := b.get("/sim/accounts").Body.String(); strings.TrimSpace(s) != "[]" {
		t.Errorf("no accounts are %q", s)
	}
}

func TestSetAccountsRefuses(t *testing.T) {
	b := newBench(t)
	for name, accounts := range map[string][]castest.Account{
		"no user name": {{Password: "x"}},
		"no password":  {{Username: "x"}},
		"twice":        {{Username: "x", Password: "x"}, {Username: "x", Password: "y"}},
		"odd name":     {{Username: "x", Password: "x", Attributes: map[string][]string{"a b": nil}}},
	} {
		if err := b.sim.SetAccounts(accounts); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if got := b.get("/sim/accounts").Body.String(); !strings.Contains(got, "zhangsan") {
		t.Error("a refused list replaced the accounts")
	}
	if _, err := castest.New(castest.Options{ServicePrefixes: []string{"dj.example.edu.cn"}}); err == nil {
		t.Error("a prefix without scheme was accepted")
	}
}

func TestFaults(t *testing.T) {
	b := newBench(t)
	fault := func(body string) int { return b.do("POST", "/sim/faults", "application/json", body).Code }
	status := func(target string) int { return b.get(target).Code }
	if got := fault(`{"http_status":503,"times":2}`); got != 204 {
		t.Fatalf("status %d", got)
	}
	for i, want := range []int{503, 503, 200} {
		if got := status([]string{cas3, cas2, cas3}[i]); got != want {
			t.Errorf("validation %d: status %d, want %d", i, got, want)
		}
		if got := status("/passport/login"); got != 200 {
			t.Errorf("the login page is hit too: %d", got)
		}
	}
	fault(`{"path":"/passport/login","http_status":500}`)
	if a, c := status("/passport/login"), status("/passport/login"); a != 500 || c != 200 {
		t.Errorf("login page: %d, then %d", a, c)
	}
	fault(`{"http_status":500,"times":9}`)
	fault(`{"times":0}`)
	if got := status(cas3); got != 200 {
		t.Errorf("faults taken back: %d", got)
	}
	for _, bad := range []string{``, `{}`, `[]`, `{"http_status":200}`, `{"http_status":600}`, `{"delay_ms":-1}`, `{"delay_ms":60001}`, `{"http_status":500,"times":-1}`, `{"http_status":500,"errcode":1}`, `{"http_status":500,"path":"` + strings.Repeat("x", 64<<10) + `"}`} {
		if got := fault(bad); got != 400 {
			t.Errorf("%.40s: status %d", bad, got)
		}
	}
}

func TestFaultDelays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.do("POST", "/sim/faults", "application/json", `{"delay_ms":1500}`)
		started := time.Now()
		if got := b.get(cas3).Code; got != 200 || time.Since(started) != 1500*time.Millisecond {
			t.Errorf("status %d after %v", got, time.Since(started))
		}
		started = time.Now()
		if b.get(cas3); time.Since(started) != 0 {
			t.Error("one fault hit twice")
		}
	})
}

func TestUnmodelledIsLoud(t *testing.T) {
	b := newBench(t)
	if w := b.get("/passport/proxyValidate?ticket=ST-secret"); w.Code != 404 {
		t.Errorf("status %d", w.Code)
	}
	if w := b.do("POST", "/passport/samlValidate", "text/xml", "<a/>"); w.Code != 404 {
		t.Errorf("status %d", w.Code)
	}
	if w := b.get(loginAt(service, "gateway", "true")); w.Code != 400 || w.Header().Get("Location") != "" {
		t.Errorf("status %d", w.Code)
	}
	if w := b.get("/passport/logout?url=x"); w.Code != 400 {
		t.Errorf("status %d", w.Code)
	}
	b.get("/favicon.ico")
	want := []string{"GET /passport/proxyValidate", "POST /passport/samlValidate", "GET /passport/login parameter gateway", "GET /passport/logout parameter url"}
	if got := b.sim.Unmodelled(); !reflect.DeepEqual(got, want) {
		t.Errorf("Unmodelled = %q", got)
	}
	if s := b.log.String(); strings.Count(s, "level=WARN") != 4 || strings.Contains(s, "ST-") {
		t.Errorf("log %s", s)
	}
	for range 200 {
		b.get("/x")
	}
	if n := len(b.sim.Unmodelled()); n != 100 {
		t.Errorf("%d remembered", n)
	}
}

func TestZeroOptions(t *testing.T) {
	sim, err := castest.New(castest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(sim)
	defer server.Close()
	res, err := http.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	if err != nil || res.StatusCode != 200 || !strings.Contains(string(page), "<form") || strings.Contains(string(page), "<details") {
		t.Errorf("status %d, %v, %s", res.StatusCode, err, page)
	}
}
