package wechattest

import (
	"net/url"
	"testing"
	"time"
)

func TestWebTokens(t *testing.T) {
	r := newRig(t, Options{})
	a := r.Account()
	openid := r.AddPhone(Phone{})
	exchange := func(scope string) object {
		w := r.do("GET", r.authorizeURL(scope, "1", "sim_openid", openid, "sim_consent", "yes"), nil)
		back, err := url.Parse(w.Header().Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		return r.exchangeCode(back.Query().Get("code"))
	}
	get := func(path string, pairs ...string) object { return r.json(r.do("GET", path+query(pairs...), nil)) }
	o := exchange(scopeUser)
	token, _ := o["access_token"].(string)
	refresh, _ := o["refresh_token"].(string)
	r.wantCode(get("/sns/auth", "access_token", token, "openid", openid), 0)
	u := get("/sns/userinfo", "access_token", token, "openid", openid, "lang", "zh_CN")
	if u["openid"] != openid || u["nickname"] != "微信用户" {
		t.Errorf("user: %v", u)
	}
	r.wantCode(get("/sns/userinfo", "access_token", token, "openid", "oNobody"), 40003)
	r.wantCode(get("/sns/userinfo", "access_token", token), 41009)
	r.wantCode(get("/sns/userinfo", "access_token", token, "openid", openid, "lang", "de"), 40035)
	r.wantCode(get("/sns/userinfo", "access_token", r.accessToken(), "openid", openid), 40001) // of the other kind
	r.wantCode(r.json(r.do("GET", "/cgi-bin/user/info?openid="+openid+"&access_token="+token, nil)), 40001)
	base, _ := exchange(scopeBase)["access_token"].(string)
	r.wantCode(get("/sns/userinfo", "access_token", base, "openid", openid), 48001)

	r.pass(2 * time.Hour)
	r.wantCode(get("/sns/auth", "access_token", token, "openid", openid), 42001)
	fresh := get("/sns/oauth2/refresh_token", "appid", a.AppID, "grant_type", "refresh_token", "refresh_token", refresh)
	again, _ := fresh["access_token"].(string)
	if again == token || fresh["refresh_token"] != refresh || fresh["openid"] != openid {
		t.Errorf("refreshed: %v", fresh)
	}
	r.wantCode(get("/sns/auth", "access_token", again, "openid", openid), 0)
	r.wantCode(get("/sns/oauth2/refresh_token", "appid", a.AppID, "grant_type", "refresh_token", "refresh_token", "x"), 40030)
	r.wantCode(get("/sns/oauth2/refresh_token", "appid", a.AppID, "grant_type", "refresh_token"), 41003)
	r.wantCode(get("/sns/oauth2/refresh_token", "appid", "wx0", "grant_type", "refresh_token", "refresh_token", refresh), 40013)
	r.wantCode(get("/sns/oauth2/refresh_token", "appid", a.AppID, "grant_type", "x", "refresh_token", refresh), 40002)
	r.pass(30 * 24 * time.Hour)
	r.wantCode(get("/sns/oauth2/refresh_token", "appid", a.AppID, "grant_type", "refresh_token", "refresh_token", refresh), 42002)
}
