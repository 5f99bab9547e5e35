package oauth_test

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/cas"
	"quxiang/handler/cas/castest"
	"quxiang/handler/oauth"
	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/demo"
	"quxiang/model/links"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
	"quxiang/wechat"
	"quxiang/wechat/wechattest"
)

// The routes as the router of the site lists them.
var (
	publicRoutes  = []string{"/", "/wechat/oauth", "/wechat/oauth/callback", "/chsi/login", "/chsi/callback", "/cannot-login", "/h5/logout"}
	visitorRoutes = []string{"/h5/bind", "/h5/prove", "/h5/move", "/h5/choose", "/h5/binding", "/h5/unbind"}
)

const (
	inWeChat  = "Mozilla/5.0 (iPhone) AppleWebKit/605 MicroMessenger/8.0.58"
	elsewhere = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
)

// world is the logins with both simulators, on SQLite.
type world struct {
	t      *testing.T
	store  *store.Store
	wechat *wechattest.Server
	chsi   *castest.Server
	site   string // origin of our site
	casURL string
	people map[string]demo.DemoPerson
	logs   *lockedBuffer

	mu  sync.Mutex
	now time.Time
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) advance(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var attributes = oauth.Attributes{ExamNumber: "ksh", Name: "xm", IDNumber: "sfzh", Phone: "sjh", Email: "yx"}

func attributesOf(b model.Basics) map[string][]string {
	return map[string][]string{"ksh": {b.ExamNumber}, "xm": {b.Name}, "sfzh": {b.IDNumber}, "sjh": {b.Phone}, "yx": {b.Email}}
}

// newWorld has the people of the demo in its roster. Each has a CHSI account
// with attributes, and one named plain-… of which CHSI gives the name only.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, now: time.Date(2027, 6, 1, 2, 0, 0, 0, time.UTC), people: map[string]demo.DemoPerson{}, logs: &lockedBuffer{}}
	w.store = storetest.Open(t, storetest.WithNow(w.clock))
	w.fill()
	listener := httptest.NewUnstartedServer(nil)
	w.site = "http://" + listener.Listener.Addr().String()
	w.wechat = wechattest.New(wechattest.Options{Now: w.clock})
	t.Cleanup(w.wechat.Close)
	weixin := httptest.NewServer(w.wechat)
	t.Cleanup(weixin.Close)
	var err error
	if w.chsi, err = castest.New(castest.Options{Accounts: w.accounts(), Now: w.clock}); err != nil {
		t.Fatal(err)
	}
	chsi := httptest.NewServer(w.chsi)
	t.Cleanup(chsi.Close)
	w.casURL = chsi.URL
	listener.Config.Handler = w.handler(weixin.URL)
	listener.Start()
	t.Cleanup(listener.Close)
	return w
}

func (w *world) fill() {
	w.t.Helper()
	ctx, by := w.t.Context(), model.BySystem("test")
	for _, s := range []model.School{demo.School(), demo.UpstreamSchool()} {
		w.must(w.store.SaveSchool(ctx, s))
		w.must(w.store.ReplaceContacts(ctx, s.Code, demo.Contacts(s), by))
	}
	for _, year := range []int{2025, 2027} {
		w.must(w.store.SaveCohort(ctx, model.NewCohort(year)))
	}
	var all []model.Graduate
	for _, p := range demo.People(2027) {
		w.people[p.Username] = p
		for _, r := range p.Records() {
			all = append(all, model.Graduate{CohortCode: r.CohortCode, SchoolCode: r.SchoolCode, Basics: r.Basics, CreatedAt: w.now})
		}
	}
	_, err := w.store.CreateGraduates(ctx, all, by)
	w.must(err)
}

func (w *world) accounts() []castest.Account {
	var accounts []castest.Account
	for name, p := range w.people {
		accounts = append(accounts,
			castest.Account{Username: name, Password: "demo", Name: p.Person.Basics.Name, Attributes: attributesOf(p.Person.Basics)},
			castest.Account{Username: "plain-" + name, Password: "demo", Name: p.Person.Basics.Name})
	}
	return accounts
}

func (w *world) handler(weixin string) http.Handler {
	w.t.Helper()
	renderer, err := web.NewRenderer(web.RenderOptions{})
	w.must(err)
	log := slog.New(slog.NewTextHandler(w.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	site, err := web.New(web.Options{Store: w.store, Renderer: renderer, Logger: log, Now: w.clock, PublicURL: w.site, FormTargets: []string{w.casURL, weixin}})
	w.must(err)
	l, err := links.New(w.site)
	w.must(err)
	account := w.wechat.Account()
	weChat, err := wechat.New(wechat.Options{AppID: account.AppID, Secret: account.Secret, APIURL: weixin, OpenURL: weixin, Now: w.clock})
	w.must(err)
	chsi, err := cas.New(cas.Options{URL: w.casURL + "/passport", Now: w.clock})
	w.must(err)
	area, err := oauth.New(oauth.Options{
		Web: site, Store: w.store, WeChat: weChat, CAS: chsi, Links: l, Attributes: attributes, Codes: codes.For,
	})
	w.must(err)
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.ContextWithFallback = true
	w.must(r.SetTrustedProxies([]string{"127.0.0.1"})) // X-Forwarded-For makes other addresses
	r.Use(site.Begin, web.Limit(web.MaxForm), site.SameSite, site.Guard(publicRoutes, visitorRoutes))
	area.Mount(r)
	// A page behind the login, in place of the graduate's pages.
	r.GET("/h5/:page", site.Do(func(c *gin.Context) error {
		s := web.SessionOf(c)
		c.String(http.StatusOK, "page=%s account=%d graduate=%d openid=%s", c.Param("page"), s.AccountID, s.GraduateID, s.OpenID)
		return nil
	}))
	r.GET("/", func(c *gin.Context) { c.String(http.StatusOK, "front") })
	return r
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// graduate finds the record of one of the people by exam number.
func (w *world) graduate(username string) model.Graduate {
	w.t.Helper()
	found, err := w.store.FindByExamNumber(w.t.Context(), w.people[username].Person.Basics.ExamNumber)
	w.must(err)
	if len(found) != 1 {
		w.t.Fatalf("%s: %d records", username, len(found))
	}
	return found[0]
}

func (w *world) account(id model.AccountID) model.Account {
	w.t.Helper()
	a, err := w.store.Account(w.t.Context(), id)
	w.must(err)
	return a
}

// exchanges counts how often WeChat was asked about a code.
func (w *world) exchanges() int {
	n := 0
	for _, c := range w.wechat.Calls(0) {
		if c.Path == "/sns/oauth2/access_token" {
			n++
		}
	}
	return n
}

// browser keeps cookies and follows redirects as people's browsers do.
type browser struct {
	w       *world
	http    http.Client
	agent   string
	address string // as a proxy names it
	hops    []string
}

func (w *world) browser(agent string) *browser {
	jar, err := cookiejar.New(nil)
	w.must(err)
	b := &browser{w: w, agent: agent, address: "198.51.100.1"}
	b.http = http.Client{Jar: jar, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		b.hops = append(b.hops, r.URL.String())
		if len(via) > 15 {
			return fmt.Errorf("redirected for ever: %v", b.hops)
		}
		return nil
	}}
	return b
}

// phone is a browser inside WeChat, in the hands of who has openid.
func (w *world) phone(openid string) *browser {
	b := w.browser(inWeChat)
	u, err := url.Parse(w.site)
	w.must(err)
	b.http.Jar.SetCookies(u, []*http.Cookie{{Name: "sim_openid", Value: openid, Path: "/"}})
	return b
}

// page is what a browser shows.
type page struct {
	status int
	url    *url.URL
	body   string
	header http.Header
}

func (p page) path() string { return p.url.RequestURI() }

func (b *browser) do(r *http.Request) page {
	b.w.t.Helper()
	b.hops = nil
	r.Header.Set("User-Agent", b.agent)
	r.Header.Set("X-Forwarded-For", b.address)
	res, err := b.http.Do(r)
	b.w.must(err)
	body, err := io.ReadAll(res.Body)
	b.w.must(err)
	b.w.must(res.Body.Close())
	return page{status: res.StatusCode, url: res.Request.URL, body: html.UnescapeString(string(body)), header: res.Header}
}

func (b *browser) absolute(address string) string {
	if strings.HasPrefix(address, "/") {
		return b.w.site + address
	}
	return address
}

func (b *browser) get(address string) page {
	b.w.t.Helper()
	r, err := http.NewRequest(http.MethodGet, b.absolute(address), nil)
	b.w.must(err)
	return b.do(r)
}

func (b *browser) post(address string, fields url.Values) page {
	b.w.t.Helper()
	r, err := http.NewRequest(http.MethodPost, b.absolute(address), strings.NewReader(fields.Encode()))
	b.w.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

var (
	inputTag   = regexp.MustCompile(`<input[^>]*>`)
	formTag    = regexp.MustCompile(`(?s)<form method="post" action="([^"]*)".*?</form>`)
	nameOf     = regexp.MustCompile(` name="([^"]*)"`)
	valueOf    = regexp.MustCompile(` value="([^"]*)"`)
	kindOf     = regexp.MustCompile(` type="([^"]*)"`)
	headingOne = regexp.MustCompile(`<h1>([^<]*)</h1>`)
)

// submit sends the page's form with that action as it stands, with what is
// typed in. An empty action takes the first form.
func (b *browser) submit(p page, action string, typed url.Values) page {
	b.w.t.Helper()
	for _, form := range formTag.FindAllStringSubmatch(p.body, -1) {
		if action != "" && form[1] != action {
			continue
		}
		fields := url.Values{}
		for _, tag := range inputTag.FindAllString(form[0], -1) {
			kind := kindOf.FindStringSubmatch(tag)
			if kind != nil && (kind[1] == "checkbox" || kind[1] == "radio") && !strings.Contains(tag, " checked") {
				continue
			}
			if name, value := nameOf.FindStringSubmatch(tag), valueOf.FindStringSubmatch(tag); name != nil && value != nil {
				fields.Set(name[1], value[1])
			}
		}
		for name, values := range typed {
			fields[name] = values
		}
		to, err := p.url.Parse(form[1])
		b.w.must(err)
		return b.post(to.String(), fields)
	}
	b.w.t.Fatalf("no form %q on %s:\n%s", action, p.path(), p.body)
	return page{}
}

// login fills in CHSI's form.
func (b *browser) login(p page, username string) page {
	b.w.t.Helper()
	if !strings.HasPrefix(p.url.String(), b.w.casURL) {
		b.w.t.Fatalf("not at CHSI but at %s:\n%s", p.url, p.body)
	}
	return b.submit(p, "", url.Values{"username": {username}, "password": {"demo"}})
}

var bothConsents = url.Values{"agree": {"yes"}, "agree_id": {"yes"}}

// bindFrom walks a phone from the menu through consent and CHSI.
func (b *browser) bindFrom(username string) page {
	b.w.t.Helper()
	p := b.get("/wechat/oauth?next=/h5/home")
	p = b.submit(p, "/h5/bind", bothConsents)
	return b.login(p, username)
}

// shows fails unless the page is at path with status and contains all wanted.
func (b *browser) shows(p page, status int, path string, wanted ...string) {
	b.w.t.Helper()
	if p.status != status || p.url.Path != path {
		b.w.t.Fatalf("at %d %s by way of %v, want %d %s\n%s", p.status, p.path(), b.hops, status, path, p.body)
	}
	for _, s := range wanted {
		if !strings.Contains(p.body, s) {
			b.w.t.Errorf("%s lacks %q\n%s", p.path(), s, p.body)
		}
	}
	if headings := headingOne.FindAllString(p.body, -1); strings.Contains(p.body, "<html") && len(headings) != 1 {
		b.w.t.Errorf("%s has %d h1", p.path(), len(headings))
	}
	if n := strings.Count(p.body, "weui-btn_primary"); n > 1 {
		b.w.t.Errorf("%s has %d primary buttons", p.path(), n)
	}
}

// lacks fails when the page says what it must not.
func (b *browser) lacks(p page, forbidden ...string) {
	b.w.t.Helper()
	for _, s := range forbidden {
		if strings.Contains(p.body, s) {
			b.w.t.Errorf("%s says %q\n%s", p.path(), s, p.body)
		}
	}
}

// home is what the page behind the login shows of a session.
func home(page string, g model.Graduate, a model.AccountID, openid string) string {
	return fmt.Sprintf("page=%s account=%d graduate=%d openid=%s", page, a, g.ID, openid)
}
