package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const testSecret = "s3cret-of-the-account"

// fakeAPI answers as the platform does: it lends tokens t1, t2, … and knows
// which are stale. It is loud on paths without a handler.
type fakeAPI struct {
	t   *testing.T
	url string

	mu       sync.Mutex
	calls    []apiCall
	answers  map[string]func(apiCall) string // by path
	lent     int                             // number of the token in force
	stale    map[string]int                  // errcode by token
	fetches  int
	forced   int
	tokenErr string                // answered instead of a token
	hold     chan struct{}         // if set, stable_token waits for its close
	life     int                   // seconds
	status   func(path string) int // if set, the HTTP status
}

type apiCall struct{ method, path, query, token, body string }

func newFakeAPI(t *testing.T) *fakeAPI {
	f := &fakeAPI{t: t, answers: map[string]func(apiCall) string{}, lent: 1, stale: map[string]int{}, life: 7200}
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	f.url = s.URL
	return f
}

func (f *fakeAPI) answer(path, body string) {
	f.answers[path] = func(apiCall) string { return body }
}

func (f *fakeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		f.t.Error(err)
	}
	q := r.URL.Query()
	c := apiCall{r.Method, r.URL.Path, r.URL.RawQuery, q.Get("access_token"), strings.TrimSpace(string(body))}
	if c.path == pathStableToken {
		f.mu.Lock()
		hold := f.hold
		f.mu.Unlock()
		if hold != nil {
			select {
			case <-hold:
			case <-r.Context().Done():
				return
			}
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls = append(f.calls, c)
	if f.status != nil {
		if s := f.status(c.path); s != 0 {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(s)
			fmt.Fprint(w, "<html>", r.URL.String(), "</html>")
			return
		}
	}
	fmt.Fprint(w, f.reply(c))
}

func (f *fakeAPI) reply(c apiCall) string {
	if c.path == pathStableToken {
		f.fetches++
		var in map[string]any
		if err := json.Unmarshal([]byte(c.body), &in); err != nil || c.method != http.MethodPost ||
			in["grant_type"] != "client_credential" || in["appid"] != testAppID || in["secret"] != testSecret {
			f.t.Errorf("stable_token asked by %s %s", c.method, c.body)
		}
		if in["force_refresh"] == true {
			f.forced++
			f.lent++
		}
		if f.tokenErr != "" {
			return f.tokenErr
		}
		return fmt.Sprintf(`{"access_token":"t%d","expires_in":%d}`, f.lent, f.life)
	}
	answer, ok := f.answers[c.path]
	if !ok {
		f.t.Errorf("path %s is not modelled", c.path)
		return `{"errcode":-2,"errmsg":"not modelled"}`
	}
	if code := f.stale[c.token]; code != 0 {
		return fmt.Sprintf(`{"errcode":%d,"errmsg":"invalid credential, access_token %s is invalid or not latest rid: 66c419fc-410bb46d-46565a66"}`, code, c.token)
	}
	return answer(c)
}

// tokens lists the tokens that calls of path came with.
func (f *fakeAPI) tokens(path string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var got []string
	for _, c := range f.calls {
		if c.path == path {
			got = append(got, c.token)
		}
	}
	return strings.Join(got, " ")
}

func (f *fakeAPI) last() apiCall {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[len(f.calls)-1]
}

// clock is a time that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func (f *fakeAPI) client(change func(*Options)) *Client {
	f.t.Helper()
	o := Options{AppID: testAppID, Secret: testSecret, APIURL: f.url, Now: func() time.Time { return testNow }}
	if change != nil {
		change(&o)
	}
	c, err := New(o)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(c.http.CloseIdleConnections)
	return c
}

func TestSendTemplate(t *testing.T) {
	f := newFakeAPI(t)
	f.answer(pathSendTemplate, `{"errcode":0,"errmsg":"ok","msgid":3599307433715204104}`)
	type seen struct {
		path string
		code int
	}
	var observed []seen
	c := f.client(func(o *Options) {
		o.Observe = func(path string, code int, _ time.Duration) { observed = append(observed, seen{path, code}) }
	})
	id, err := c.SendTemplate(t.Context(), TemplateMessage{
		ToUser: testOpenID, TemplateID: "tpl", URL: "https://dj.example/?a=1&b=<2>", ClientMsgID: "m-1",
		Data: map[string]string{"thing1": "去向登记", "time2": "2026-08-31 24:00"},
	})
	if err != nil || id != 3599307433715204104 {
		t.Fatalf("id %d, %v", id, err)
	}
	got := f.last()
	want := `{"touser":"` + testOpenID + `","template_id":"tpl","url":"https://dj.example/?a=1&b=<2>","client_msg_id":"m-1",` +
		`"data":{"thing1":{"value":"去向登记"},"time2":{"value":"2026-08-31 24:00"}}}`
	if got.method != http.MethodPost || got.body != want || got.query != "access_token=t1" {
		t.Errorf("sent %+v, want body %s", got, want)
	}
	if want := []seen{{pathStableToken, 0}, {pathSendTemplate, 0}}; fmt.Sprint(observed) != fmt.Sprint(want) {
		t.Errorf("observed %v, want %v", observed, want)
	}
	if _, err := c.SendTemplate(t.Context(), TemplateMessage{ToUser: testOpenID, TemplateID: "tpl"}); err != nil {
		t.Fatal(err)
	}
	if got, want := f.last().body, `{"touser":"`+testOpenID+`","template_id":"tpl","data":{}}`; got != want {
		t.Errorf("sent %s, want %s", got, want)
	}
	if _, err := c.SendTemplate(t.Context(), TemplateMessage{TemplateID: "tpl"}); err == nil {
		t.Error("a message to nobody was sent")
	}
}

func TestAPIErrors(t *testing.T) {
	tests := []struct {
		answer string
		kind   Kind
		msg    string
		rid    string
		hint   string
	}{
		{`{"errcode":-1,"errmsg":"system error rid: 66c419fc-410bb46d-46565a66"}`, KindTransient, "system error", "66c419fc-410bb46d-46565a66", "自动重试"},
		{`{"errcode":45009,"errmsg":"reach max api daily quota limit, rid: 66c4-1"}`, KindQuota, "reach max api daily quota limit", "66c4-1", "已用完"},
		{`{"errcode":45011,"errmsg":"api minute-quota reach limit"}`, KindRate, "api minute-quota reach limit", "", "放慢"},
		{`{"errcode":40164,"errmsg":"invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 1-2"}`, KindConfiguration, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist", "1-2", "203.0.113.7"},
		{`{"errcode":40164,"errmsg":"not in whitelist"}`, KindConfiguration, "not in whitelist", "", "IP白名单"},
		{`{"errcode":40003,"errmsg":"invalid openid ` + testOpenID + `"}`, KindRecipient, "invalid openid ***", "", "openid"},
		{`{"errcode":43004,"errmsg":"require subscribe"}`, KindRecipient, "require subscribe", "", "取消关注"},
		{`{"errcode":43019,"errmsg":"require remove blacklist"}`, KindRecipient, "require remove blacklist", "", "黑名单"},
		{`{"errcode":48002,"errmsg":"user refused"}`, KindRecipient, "user refused", "", "接收消息"},
		{`{"errcode":40037,"errmsg":"invalid template_id"}`, KindTemplate, "invalid template_id", "", "模板编号"},
		{`{"errcode":47003,"errmsg":"argument invalid! data.thing1.value invalid rid: a-b"}`, KindTemplate, "argument invalid! data.thing1.value invalid", "a-b", "thing1"},
		{`{"errcode":48001,"errmsg":"api unauthorized"}`, KindPermission, "api unauthorized", "", "权限"},
		{`{"errcode":40252,"errmsg":"held"}`, KindUnknown, "held", "", "审核"},
		{`{"errcode":99999,"errmsg":"new"}`, KindUnknown, "new", "", "未知"},
		{`<html>gateway</html>`, KindTransient, "the answer is not the JSON expected", "", "网络"},
		{`{"errcode":"x"}`, KindTransient, "the answer is not the JSON expected", "", "网络"},
		{`{"errcode":0,"msgid":"x"}`, KindTransient, "the answer is not the JSON expected", "", "网络"},
		{strings.Repeat(" ", maxAnswer+1), KindTransient, "the answer is too long", "", "网络"},
	}
	f := newFakeAPI(t)
	c := f.client(nil)
	for _, tt := range tests {
		f.answer(pathSendTemplate, tt.answer)
		_, err := c.SendTemplate(t.Context(), TemplateMessage{ToUser: testOpenID, TemplateID: "tpl"})
		e, ok := errors.AsType[*Error](err)
		if !ok {
			t.Errorf("%.80s: error %v", tt.answer, err)
			continue
		}
		if e.Path != pathSendTemplate || e.Kind != tt.kind || e.Msg != tt.msg || e.RID != tt.rid || !strings.Contains(e.Hint(), tt.hint) {
			t.Errorf("%.80s: got %+v with hint %q", tt.answer, e, e.Hint())
		}
		if KindOf(fmt.Errorf("send: %w", err)) != tt.kind {
			t.Errorf("%.80s: KindOf of the wrapped error differs", tt.answer)
		}
	}
	if f.fetches != 1 {
		t.Errorf("%d tokens fetched for errors that no token mends", f.fetches)
	}
}

func TestKinds(t *testing.T) {
	if KindOf(nil) != "" || KindOf(errors.New("x")) != KindUnknown || KindOf(context.DeadlineExceeded) != KindTransient {
		t.Error("KindOf of foreign errors")
	}
	for _, tt := range []struct {
		path string
		code int
		want Kind
	}{
		{pathStableToken, 40001, KindConfiguration},
		{pathStableToken, 40125, KindConfiguration},
		{pathMenuCreate, 47001, KindConfiguration},
		{pathMenuCreate, 40018, KindConfiguration},
		{pathSendTemplate, 47001, KindTemplate},
		{pathOAuthToken, CodeOAuthUsed, KindUnknown},
	} {
		if got := kindOf(tt.path, tt.code); got != tt.want {
			t.Errorf("%s %d: %s, want %s", tt.path, tt.code, got, tt.want)
		}
	}
	for code := range verdicts {
		for _, path := range []string{pathStableToken, pathSendTemplate} {
			if apiError(path, code, "", nil).Hint() == "" {
				t.Errorf("errcode %d has no hint", code)
			}
		}
	}
	long := apiError(pathQuota, 1, strings.Repeat("错", 200)+"\n", nil)
	if len(long.Msg) > maxMsg || strings.ToValidUTF8(long.Msg, "") != long.Msg {
		t.Errorf("long message kept as %d bytes", len(long.Msg))
	}
	if e := apiError(pathQuota, 1, "a\r\nforged line", nil); strings.ContainsAny(e.Error(), "\r\n") {
		t.Errorf("line break kept in %q", e)
	}
}

// failing is a transport whose errors quote everything they see, as a proxy's
// may.
type failing struct{ err error }

func (f failing) RoundTrip(r *http.Request) (*http.Response, error) {
	if f.err != nil {
		return nil, f.err
	}
	return nil, fmt.Errorf("cannot reach %s", r.URL)
}

func TestErrorsHoldNoSecrets(t *testing.T) {
	const code = "oauth-code-0001"
	run := map[string]func(*Client) error{
		"send": func(c *Client) error {
			_, err := c.SendTemplate(t.Context(), TemplateMessage{ToUser: testOpenID, TemplateID: "tpl"})
			return err
		},
		"user": func(c *Client) error { _, err := c.UserInfo(t.Context(), testOpenID); return err },
		"code": func(c *Client) error { _, err := c.ExchangeCode(t.Context(), code); return err },
		"menu": func(c *Client) error { _, _, err := c.GetMenu(t.Context()); return err },
	}
	check := func(name string, err error) {
		t.Helper()
		if err == nil {
			t.Errorf("%s: no error", name)
			return
		}
		text := fmt.Sprintf("%v %+v %#v", err, err, err)
		if e, ok := errors.AsType[*Error](err); ok {
			text += e.Hint()
		}
		for _, private := range []string{testSecret, "tok-private", testOpenID, code, "access_token=t"} {
			if strings.Contains(text, private) {
				t.Errorf("%s: %q in %s", name, private, text)
			}
		}
	}
	f := newFakeAPI(t)
	for name, call := range run {
		live := func(transport http.RoundTripper) *Client {
			c := f.client(func(o *Options) { o.HTTP = &http.Client{Transport: transport} })
			c.token.current = credential{"tok-private", testNow.Add(time.Hour), testNow.Add(time.Hour)}
			return c
		}
		err := call(live(failing{}))
		check(name+" transport", err)
		if KindOf(err) != KindTransient {
			t.Errorf("%s: kind %s", name, KindOf(err))
		}
		err = call(live(failing{context.DeadlineExceeded}))
		check(name+" timeout", err)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v hides the time-out", name, err)
		}
		for status, kind := range map[int]Kind{502: KindTransient, 429: KindTransient, 404: KindConfiguration, 302: KindConfiguration} {
			f.status = func(string) int { return status }
			err := call(live(nil))
			check(fmt.Sprint(name, status), err)
			if KindOf(err) != kind {
				t.Errorf("%s: status %d is %s, want %s", name, status, KindOf(err), kind)
			}
		}
		f.status = nil
		for _, path := range []string{pathSendTemplate, pathUserInfo, pathOAuthToken, pathMenuGet} {
			f.answers[path] = func(c apiCall) string {
				text, err := json.Marshal(c.query + c.body)
				if err != nil {
					t.Error(err)
				}
				return `{"errcode":12345,"errmsg":` + string(text) + `}`
			}
		}
		check(name+" echo", call(live(nil)))
	}
	f.tokenErr = `{"errcode":40125,"errmsg":"invalid appsecret ` + testSecret + `"}`
	_, err := f.client(nil).Templates(t.Context())
	check("token", err)
	if KindOf(err) != KindConfiguration || f.tokens(pathTemplates) != "" {
		t.Errorf("kind %s after a bad secret", KindOf(err))
	}
	for _, c := range f.calls {
		if c.path == "/elsewhere" {
			t.Error("a redirect was followed")
		}
	}
}

func TestOAuth(t *testing.T) {
	f := newFakeAPI(t)
	c := f.client(nil)
	want := "https://open.weixin.qq.com/connect/oauth2/authorize?appid=" + testAppID +
		"&redirect_uri=https%3A%2F%2Fdj.example%2Fwechat%2Foauth%2Fcallback%3Fa%3D1%26b&response_type=code&scope=snsapi_base&state=abc123#wechat_redirect"
	if got := c.AuthorizeURL("https://dj.example/wechat/oauth/callback?a=1&b", ScopeBase, "abc123"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	for _, tt := range []struct {
		answer string
		want   OAuthUser
		code   int
	}{
		{`{"access_token":"x","expires_in":7200,"refresh_token":"y","openid":"` + testOpenID + `","scope":"snsapi_base"}`, OAuthUser{OpenID: testOpenID, Scope: ScopeBase}, 0},
		{`{"openid":"oV","scope":"snsapi_base","is_snapshotuser":1,"unionid":"u"}`, OAuthUser{OpenID: "oV", Scope: ScopeBase, UnionID: "u", Snapshot: true}, 0},
		{`{"errcode":40029,"errmsg":"invalid code"}`, OAuthUser{}, CodeOAuthInvalid},
		{`{"errcode":40163,"errmsg":"code been used"}`, OAuthUser{}, CodeOAuthUsed},
		{`{}`, OAuthUser{}, CodeTransport},
	} {
		f.answer(pathOAuthToken, tt.answer)
		got, err := c.ExchangeCode(t.Context(), "0a1B_-")
		code := 0
		if e, ok := errors.AsType[*Error](err); ok {
			code = e.Code
		}
		if got != tt.want || code != tt.code {
			t.Errorf("%s: got %+v, %v", tt.answer, got, err)
		}
	}
	if got, want := f.last().query, "appid="+testAppID+"&code=0a1B_-&grant_type=authorization_code&secret="+testSecret; got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
	n := len(f.calls)
	for _, code := range []string{"", "a b", "a&b", strings.Repeat("a", 513), "中"} {
		_, err := c.ExchangeCode(t.Context(), code)
		if e, ok := errors.AsType[*Error](err); !ok || e.Code != CodeOAuthInvalid {
			t.Errorf("code %q: %v", code, err)
		}
	}
	if len(f.calls) != n || f.fetches != 0 {
		t.Error("impossible codes reached WeChat, or a token was fetched for OAuth")
	}
}

func TestUserTemplatesQuota(t *testing.T) {
	f := newFakeAPI(t)
	c := f.client(nil)
	f.answer(pathUserInfo, `{"subscribe":1,"openid":"`+testOpenID+`","subscribe_time":1785574800,"tagid_list":[128,2],"qr_scene_str":"s1"}`)
	u, err := c.UserInfo(t.Context(), testOpenID)
	if err != nil || !u.Subscribed || u.OpenID != testOpenID || !u.SubscribedAt.Equal(testNow) || fmt.Sprint(u.TagIDs) != "[128 2]" || u.QRScene != "s1" {
		t.Errorf("user %+v, %v", u, err)
	}
	if got, want := f.last().query, "access_token=t1&lang=zh_CN&openid="+testOpenID; got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
	f.answer(pathUserInfo, `{"subscribe":0,"openid":"`+testOpenID+`"}`)
	if u, err = c.UserInfo(t.Context(), testOpenID); err != nil || u.Subscribed || !u.SubscribedAt.IsZero() {
		t.Errorf("user %+v, %v", u, err)
	}
	f.answer(pathTemplates, `{"template_list":[{"template_id":"a","title":"审核进度通知","primary_industry":"教育","deputy_industry":"院校","content":"{{thing1.DATA}}","example":"x"}]}`)
	list, err := c.Templates(t.Context())
	if err != nil || len(list) != 1 || list[0] != (Template{"a", "审核进度通知", "教育", "院校", "{{thing1.DATA}}", "x"}) {
		t.Errorf("templates %+v, %v", list, err)
	}
	f.answer(pathQuota, `{"errcode":0,"errmsg":"ok","quota":{"daily_limit":100000,"used":25,"remain":99975}}`)
	q, err := c.Quota(t.Context(), pathSendTemplate)
	if err != nil || q != (Quota{100000, 25, 99975}) || f.last().body != `{"cgi_path":"/cgi-bin/message/template/send"}` {
		t.Errorf("quota %+v, %v for %s", q, err, f.last().body)
	}
}

// TestJSConfig uses the vector of WeChat's page on the JS-SDK.
func TestJSConfig(t *testing.T) {
	const ticket = "sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg"
	for _, page := range []string{"http://mp.weixin.qq.com?params=value", "http://mp.weixin.qq.com?params=value#part"} {
		if got := jsSignature(ticket, "Wm3WZYTPz0wzccnW", 1414587457, page); got != "0f9de62fce790f9a083d5c99e95740ceb90c27ed" {
			t.Errorf("%s: signature %s", page, got)
		}
	}
	f := newFakeAPI(t)
	now := &clock{t: testNow}
	c := f.client(func(o *Options) { o.Now = now.now })
	f.answer(pathTicket, `{"errcode":0,"errmsg":"ok","ticket":"`+ticket+`","expires_in":7200}`)
	var nonces [2]string
	for i := range nonces {
		j, err := c.JSConfig(t.Context(), "https://dj.example/verify/archive")
		if err != nil {
			t.Fatal(err)
		}
		if want := jsSignature(ticket, j.NonceStr, testNow.Unix(), "https://dj.example/verify/archive"); j.Signature != want || j.AppID != testAppID || j.Timestamp != testNow.Unix() {
			t.Errorf("config %+v", j)
		}
		nonces[i] = j.NonceStr
	}
	if nonces[0] == nonces[1] || f.tokens(pathTicket) != "t1" {
		t.Errorf("nonces %v, tickets fetched with %q", nonces, f.tokens(pathTicket))
	}
	if got, want := f.last().query, "access_token=t1&type=jsapi"; got != want {
		t.Errorf("asked %s, want %s", got, want)
	}
	now.advance(2 * time.Hour)
	f.answer(pathTicket, `{"errcode":0,"errmsg":"ok","ticket":"","expires_in":7200}`)
	if _, err := c.JSConfig(t.Context(), "https://dj.example/"); KindOf(err) != KindTransient {
		t.Errorf("an empty ticket gave %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, o := range map[string]Options{
		"no appid":      {Secret: testSecret},
		"no secret":     {AppID: testAppID},
		"no scheme":     {AppID: testAppID, Secret: testSecret, APIURL: "api.weixin.qq.com"},
		"other scheme":  {AppID: testAppID, Secret: testSecret, OpenURL: "ftp://open.weixin.qq.com"},
		"query":         {AppID: testAppID, Secret: testSecret, APIURL: "https://api.weixin.qq.com?secret=" + testSecret},
		"broken":        {AppID: testAppID, Secret: testSecret, APIURL: "https://" + testSecret + "\x7f"},
		"user in there": {AppID: testAppID, Secret: testSecret, APIURL: "https://u:" + testSecret + "@h"},
	} {
		_, err := New(o)
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), testSecret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c, err := New(Options{AppID: testAppID, Secret: testSecret}); err != nil || c.apiURL != "https://api.weixin.qq.com" || c.timeout != 5*time.Second {
		t.Errorf("defaults: %+v, %v", c, err)
	}
}
