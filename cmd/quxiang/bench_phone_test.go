package main

import (
	"context"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httputil"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"quxiang/model/demo"
)

// benchPhone is a browser inside WeChat that walks the sandbox's pages.
type benchPhone struct {
	b           *testing.B
	app, wechat string // origins
	openid      string
	jar         *cookiejar.Jar
	client      *http.Client
}

// benchAnswer is a page that the phone got.
type benchAnswer struct {
	status int
	text   string
	at     *url.URL
}

const phoneAgent = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile MicroMessenger/8.0.50"

func newBenchPhone(b *testing.B, app, wechat string) *benchPhone {
	b.Helper()
	p := &benchPhone{b: b, app: app, wechat: wechat}
	p.forget()
	return p
}

// forget makes it the phone of somebody else.
func (p *benchPhone) forget() {
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.b.Fatal(err)
	}
	p.openid, p.jar = "", jar
	p.client = &http.Client{Jar: jar, Timeout: time.Minute}
}

// waitReady waits until /readyz says so.
func (p *benchPhone) waitReady(ctx context.Context) {
	p.b.Helper()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for p.get(ctx, p.app+"/readyz").status != http.StatusOK {
		select {
		case <-ctx.Done():
			p.b.Fatal(context.Cause(ctx))
		case <-again.C:
		}
	}
}

// get fetches an address, following redirects.
func (p *benchPhone) get(ctx context.Context, address string) benchAnswer {
	return p.do(ctx, http.MethodGet, address, "", "")
}

func (p *benchPhone) do(ctx context.Context, method, address, kind, body string) benchAnswer {
	p.b.Helper()
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		p.b.Fatal(err)
	}
	r.Header.Set("User-Agent", phoneAgent)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	res, err := p.client.Do(r)
	if err != nil {
		p.b.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		p.b.Fatal(err)
	}
	return benchAnswer{status: res.StatusCode, text: string(text), at: res.Request.URL}
}

// wireSize is what an address costs with an empty cache: head and body as they
// are sent to a browser that takes gzip. Redirects are not followed.
func (p *benchPhone) wireSize(ctx context.Context, address string) (status int, bytes int64) {
	p.b.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		p.b.Fatal(err)
	}
	r.Header.Set("User-Agent", phoneAgent)
	r.Header.Set("Accept-Encoding", "gzip") // by hand: the transport leaves it packed
	for _, c := range p.jar.Cookies(r.URL) {
		r.AddCookie(c)
	}
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		p.b.Fatal(err)
	}
	defer res.Body.Close()
	head, err := httputil.DumpResponse(res, false)
	if err != nil {
		p.b.Fatal(err)
	}
	body, err := io.Copy(io.Discard, res.Body)
	if err != nil {
		p.b.Fatal(err)
	}
	return res.StatusCode, int64(len(head)) + body
}

var (
	formTag   = regexp.MustCompile(`<form method="post" action="([^"]*)"`)
	hiddenTag = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)
)

// submit sends the first form of a page that posts to an address beginning with
// action, its hidden fields and what is typed.
func (p *benchPhone) submit(ctx context.Context, on benchAnswer, action string, typed map[string]string) benchAnswer {
	p.b.Helper()
	for _, at := range formTag.FindAllStringSubmatchIndex(on.text, -1) {
		to := html.UnescapeString(on.text[at[2]:at[3]])
		if !strings.HasPrefix(to, action) {
			continue
		}
		target, err := on.at.Parse(to)
		if err != nil {
			p.b.Fatal(err)
		}
		form, _, _ := strings.Cut(on.text[at[1]:], "</form>")
		fields := url.Values{}
		for _, hidden := range hiddenTag.FindAllStringSubmatch(form, -1) {
			fields.Set(html.UnescapeString(hidden[1]), html.UnescapeString(hidden[2]))
		}
		for name, value := range typed {
			fields.Set(name, value)
		}
		return p.do(ctx, http.MethodPost, target.String(), "application/x-www-form-urlencoded", fields.Encode())
	}
	p.b.Fatalf("%s (status %d) has no form that posts to %s", on.at.Path, on.status, action)
	return benchAnswer{}
}

// login follows the account, binds it and goes in: what a graduate does the
// first time.
func (p *benchPhone) login(ctx context.Context, who demo.DemoPerson) {
	p.b.Helper()
	p.bind(ctx, p.follow(ctx), who)
}

// follow makes the phone that of a new follower who opens 去向登记, and returns
// the page that asks for consent.
func (p *benchPhone) follow(ctx context.Context) benchAnswer {
	p.b.Helper()
	made := p.do(ctx, http.MethodPost, p.wechat+"/sim/followers", "application/json", "{}")
	var follower struct {
		OpenID string `json:"openid"`
	}
	if err := json.Unmarshal([]byte(made.text), &follower); err != nil || follower.OpenID == "" {
		p.b.Fatalf("no follower (status %d): %v", made.status, err)
	}
	p.openid = follower.OpenID
	wechat, err := url.Parse(p.wechat)
	if err != nil {
		p.b.Fatal(err)
	}
	p.jar.SetCookies(wechat, []*http.Cookie{{Name: "sim_openid", Value: p.openid, Path: "/"}})
	return p.get(ctx, p.app+"/wechat/oauth?next=/h5/home")
}

// bind consents on the page that follow returned, and logs in at CHSI.
func (p *benchPhone) bind(ctx context.Context, asks benchAnswer, who demo.DemoPerson) {
	p.b.Helper()
	chsi := p.submit(ctx, asks, "/h5/bind", map[string]string{"agree": "yes", "agree_id": "yes"})
	in := p.submit(ctx, chsi, "/passport/login", map[string]string{"username": who.Username, "password": who.Password})
	if in.status != http.StatusOK || !strings.HasPrefix(in.at.String(), p.app+"/h5/") {
		p.b.Fatalf("%s did not get in: status %d at %s", who.Username, in.status, in.at.Path)
	}
}

// cookies are those that the phone sends to the app.
func (p *benchPhone) cookies() string {
	app, err := url.Parse(p.app)
	if err != nil {
		p.b.Fatal(err)
	}
	var pairs []string
	for _, c := range p.jar.Cookies(app) {
		pairs = append(pairs, c.Name+"="+c.Value)
	}
	return strings.Join(pairs, "; ")
}
