package wechattest

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

const backURL = "http://127.0.0.1:8080/wechat/oauth/callback?x=1"

func (r *rig) authorizeURL(scope, state string, more ...string) string {
	pairs := append([]string{"appid", r.Account().AppID, "redirect_uri", backURL, "response_type", "code", "scope", scope, "state", state}, more...)
	return authorizePath + query(pairs...)
}

// code gets a code for openid through the redirect.
func (r *rig) code(openid string) string {
	r.t.Helper()
	w := r.do("GET", r.authorizeURL("snsapi_base", "abc123", "sim_openid", openid), nil)
	back, err := url.Parse(w.Header().Get("Location"))
	if w.Code != http.StatusFound || err != nil {
		r.t.Fatalf("authorize: HTTP %d", w.Code)
	}
	if !strings.HasPrefix(back.String(), backURL+"&code=") || back.Query().Get("state") != "abc123" {
		r.t.Fatalf("redirect to %s", back)
	}
	return back.Query().Get("code")
}

func (r *rig) exchangeCode(code string) object {
	a := r.Account()
	return r.json(r.do("GET", "/sns/oauth2/access_token"+query("appid", a.AppID, "secret", a.Secret, "code", code, "grant_type", "authorization_code"), nil))
}

func TestOAuth(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.AddPhone(Phone{}) // need not follow
	code := r.code(openid)
	got := r.exchangeCode(code)
	if _, has := got["errcode"]; has || got["openid"] != openid || got["scope"] != "snsapi_base" {
		t.Fatalf("exchange: %v", got)
	}
	if _, has := got["is_snapshotuser"]; has {
		t.Error("is_snapshotuser for an ordinary phone")
	}
	r.wantCode(r.exchangeCode(code), 40163)
	r.wantCode(r.exchangeCode("unknown"), 40029)
	r.wantCode(r.exchangeCode(""), 41008)

	late := r.code(openid)
	r.pass(5 * time.Minute)
	r.wantCode(r.exchangeCode(late), 42003)
	r.pass(2 * time.Hour)
	r.code(openid) // forgets what ended long ago
	r.wantCode(r.exchangeCode(late), 40029)

	a := r.Account()
	r.wantCode(r.json(r.do("GET", "/sns/oauth2/access_token"+query("appid", a.AppID, "secret", "no", "code", code, "grant_type", "authorization_code"), nil)), 40125)
}

func TestOAuthSnapshotIsAVirtualUser(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{Snapshot: true})
	got := r.exchangeCode(r.code(openid))
	if s, _ := got["is_snapshotuser"]; got["openid"] == openid || s == nil {
		t.Fatalf("snapshot: %v", got)
	}
	if again := r.exchangeCode(r.code(openid)); again["openid"] != got["openid"] {
		t.Error("the virtual user changes")
	}
	if w := r.do("POST", "/phone/full", object{"openid": openid}); w.Code != http.StatusOK {
		t.Fatalf("full service: %d", w.Code)
	}
	if got := r.exchangeCode(r.code(openid)); got["openid"] != openid || got["is_snapshotuser"] != nil {
		t.Errorf("after 使用完整服务: %v", got)
	}
	if w := r.do("POST", "/phone/full", object{"openid": "oNobody"}); w.Code != http.StatusNotFound {
		t.Errorf("unknown phone: %d", w.Code)
	}
}

func TestAuthorizeAsksWhoHoldsThePhone(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.AddPhone(Phone{})
	target := r.authorizeURL("snsapi_base", "s1")
	w := r.do("GET", target, nil)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), openid) || !strings.Contains(w.Body.String(), "sim_openid="+openid) {
		t.Fatalf("HTTP %d without the list", w.Code)
	}
	req := httptest.NewRequest("GET", target, http.NoBody)
	req.AddCookie(&http.Cookie{Name: "sim_openid", Value: openid})
	w = httptest.NewRecorder()
	r.ServeHTTP(w, req)
	if w.Code != http.StatusFound {
		t.Errorf("with the cookie: HTTP %d", w.Code)
	}
	// The query wins over the cookie, for tests that change phones.
	other := r.AddPhone(Phone{})
	req = httptest.NewRequest("GET", r.authorizeURL("snsapi_base", "s1", "sim_openid", other), http.NoBody)
	req.AddCookie(&http.Cookie{Name: "sim_openid", Value: openid})
	w = httptest.NewRecorder()
	r.ServeHTTP(w, req)
	back, _ := url.Parse(w.Header().Get("Location"))
	if got := r.exchangeCode(back.Query().Get("code")); got["openid"] != other {
		t.Errorf("holder: %v, want %s", got["openid"], other)
	}
}

func TestAuthorizeConsent(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.AddPhone(Phone{})
	w := r.do("GET", r.authorizeURL("snsapi_userinfo", "s1", "sim_openid", openid), nil)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "允许") {
		t.Fatalf("HTTP %d without the question", w.Code)
	}
	w = r.do("GET", r.authorizeURL("snsapi_userinfo", "s1", "sim_openid", openid, "sim_consent", "yes"), nil)
	if w.Code != http.StatusFound {
		t.Errorf("after consent: HTTP %d", w.Code)
	}
}

func TestAuthorizeRefuses(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.AddPhone(Phone{})
	id := r.Account().AppID
	for name, target := range map[string]string{
		"order":             query("redirect_uri", backURL, "appid", id, "response_type", "code", "scope", "snsapi_base", "state", "1"),
		"missing state":     query("appid", id, "redirect_uri", backURL, "response_type", "code", "scope", "snsapi_base"),
		"unknown parameter": query("appid", id, "redirect_uri", backURL, "response_type", "code", "scope", "snsapi_base", "state", "1", "color", "red"),
		"twice":             query("appid", id, "appid", id, "redirect_uri", backURL, "response_type", "code", "scope", "snsapi_base", "state", "1"),
		"appid":             query("appid", "wx0", "redirect_uri", backURL, "response_type", "code", "scope", "snsapi_base", "state", "1"),
		"foreign host":      query("appid", id, "redirect_uri", "http://evil.example/", "response_type", "code", "scope", "snsapi_base", "state", "1"),
		"user in host":      query("appid", id, "redirect_uri", "http://127.0.0.1@evil.example/", "response_type", "code", "scope", "snsapi_base", "state", "1"),
		"scheme":            query("appid", id, "redirect_uri", "javascript:alert(1)", "response_type", "code", "scope", "snsapi_base", "state", "1"),
		"response type":     query("appid", id, "redirect_uri", backURL, "response_type", "token", "scope", "snsapi_base", "state", "1"),
		"scope":             query("appid", id, "redirect_uri", backURL, "response_type", "code", "scope", "snsapi_login", "state", "1"),
		"state sign":        query("appid", id, "redirect_uri", backURL, "response_type", "code", "scope", "snsapi_base", "state", "a-b"),
		"state length":      query("appid", id, "redirect_uri", backURL, "response_type", "code", "scope", "snsapi_base", "state", strings.Repeat("a", 129)),
	} {
		t.Run(name, func(t *testing.T) {
			before := len(r.Calls(0))
			w := r.do("GET", authorizePath+target+"&sim_openid="+openid, nil)
			if w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" || !strings.Contains(w.Body.String(), "无法继续") {
				t.Errorf("HTTP %d", w.Code)
			}
			if len(r.Calls(0)) != before+1 {
				t.Error("not recorded")
			}
		})
	}
	if w := r.do("GET", r.authorizeURL("snsapi_base", "1", "sim_openid", "oNobody"), nil); w.Code != http.StatusBadRequest {
		t.Errorf("unknown holder: HTTP %d", w.Code)
	}
	if w := r.do("POST", r.authorizeURL("snsapi_base", "1"), nil); w.Code != http.StatusBadRequest {
		t.Errorf("POST: HTTP %d", w.Code)
	}
}

func TestOAuthHosts(t *testing.T) {
	for _, c := range []struct {
		hosts []string
		uri   string
		want  bool
	}{
		{nil, "http://localhost:8080/", true},
		{nil, "http://[::1]:8080/", true},
		{nil, "http://127.0.0.2/", true},
		{nil, "http://10.0.0.1/", false},
		{[]string{"quxiang.example.edu.cn"}, "https://quxiang.example.edu.cn/cb", true},
		{[]string{"quxiang.example.edu.cn"}, "https://quxiang.example.edu.cn:8443/cb", true},
		{[]string{"quxiang.example.edu.cn"}, "https://a.quxiang.example.edu.cn/cb", false},
		{[]string{"quxiang.example.edu.cn"}, "http://127.0.0.1/cb", false},
		{[]string{"127.0.0.1:8080"}, "http://127.0.0.1:8080/cb", true},
		{[]string{"127.0.0.1:8080"}, "http://127.0.0.1:9090/cb", false},
	} {
		u, err := url.Parse(c.uri)
		if err != nil {
			t.Fatal(err)
		}
		if got := New(Options{OAuthHosts: c.hosts}).allowsRedirect(u); got != c.want {
			t.Errorf("%v, %s: %v", c.hosts, c.uri, got)
		}
	}
}
