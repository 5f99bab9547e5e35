package wechattest

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"
)

func (r *rig) stable(force bool) object {
	return r.json(r.do("POST", "/cgi-bin/stable_token", object{
		"grant_type": "client_credential", "appid": r.Account().AppID, "secret": r.Account().Secret, "force_refresh": force,
	}))
}

func (r *rig) tokenWorks(token string) int64 {
	o := r.json(r.do("GET", "/cgi-bin/get_current_selfmenu_info?access_token="+token, nil))
	return o.code()
}

const works = -999 // get_current_selfmenu_info has no errcode when it answers

func TestStableTokenStaysUntilItsLastFiveMinutes(t *testing.T) {
	r := newRig(t, Options{})
	first := r.stable(false)
	if _, has := first["errcode"]; has || first["expires_in"] != json.Number("7200") {
		t.Fatalf("first answer: %v", first)
	}
	r.pass(time.Hour)
	second := r.stable(false)
	if second["access_token"] != first["access_token"] || second["expires_in"] != json.Number("3600") {
		t.Fatalf("an hour later: expires_in %v", second["expires_in"])
	}
	r.pass(55*time.Minute + time.Second)
	third := r.stable(false)
	if third["access_token"] == first["access_token"] {
		t.Fatal("no new token in the last five minutes")
	}
	old, _ := first["access_token"].(string)
	if got := r.tokenWorks(old); got != works {
		t.Fatalf("old token in the overlap: %d", got)
	}
	r.pass(5 * time.Minute)
	if got := r.tokenWorks(old); got != 42001 {
		t.Fatalf("old token after its end: %d, want 42001", got)
	}
	r.pass(26 * time.Hour)
	r.stable(false) // forgets what ended long ago
	if got := r.tokenWorks(old); got != 40001 {
		t.Fatalf("forgotten token: %d, want 40001", got)
	}
}

func TestForceRefresh(t *testing.T) {
	r := newRig(t, Options{})
	old := r.accessToken()
	if _, ok := r.stable(true)["access_token"]; !ok {
		t.Fatal("not refreshed")
	}
	if got := r.tokenWorks(old); got != 40001 {
		t.Errorf("token after force_refresh: %d, want 40001", got)
	}
	r.wantCode(r.stable(true), 45011)
	for range 19 {
		r.pass(30 * time.Second)
		if o := r.stable(true); o["access_token"] == nil {
			t.Fatalf("refused too early: %v", o)
		}
	}
	r.pass(30 * time.Second)
	r.wantCode(r.stable(true), 45009)
	r.pass(24 * time.Hour)
	if r.stable(true)["access_token"] == nil {
		t.Error("refused on the next day")
	}
}

func TestPlainToken(t *testing.T) {
	r := newRig(t, Options{})
	a := r.Account()
	target := "/cgi-bin/token" + query("grant_type", "client_credential", "appid", a.AppID, "secret", a.Secret)
	first, _ := r.json(r.do("GET", target, nil))["access_token"].(string)
	second, _ := r.json(r.do("GET", target, nil))["access_token"].(string)
	if first == second {
		t.Error("the same token twice")
	}
	if r.tokenWorks(first) != works || r.tokenWorks(second) != works {
		t.Error("both must work for five minutes")
	}
	r.pass(5 * time.Minute)
	if got := r.tokenWorks(first); got != 42001 {
		t.Errorf("old token after five minutes: %d", got)
	}
	if r.tokenWorks(second) != works {
		t.Error("new token does not work")
	}
}

func TestTokenRefusals(t *testing.T) {
	r := newRig(t, Options{})
	a := r.Account()
	for name, c := range map[string]struct {
		grant, appid, secret string
		want                 int64
	}{
		"grant":         {"password", a.AppID, a.Secret, 40002},
		"no appid":      {"client_credential", "", a.Secret, 41002},
		"wrong appid":   {"client_credential", "wx0", a.Secret, 40013},
		"no secret":     {"client_credential", a.AppID, "", 41004},
		"wrong secret":  {"client_credential", a.AppID, "x", 40125},
		"secret prefix": {"client_credential", a.AppID, a.Secret[:31], 40125},
	} {
		t.Run(name, func(t *testing.T) {
			r.wantCode(r.json(r.do("POST", "/cgi-bin/stable_token", object{"grant_type": c.grant, "appid": c.appid, "secret": c.secret})), c.want)
			r.wantCode(r.json(r.do("GET", "/cgi-bin/token"+query("grant_type", c.grant, "appid", c.appid, "secret", c.secret), nil)), c.want)
		})
	}
	const path = "/cgi-bin/get_current_selfmenu_info"
	r.wantCode(r.json(r.do("GET", path, nil)), 41001)
	r.wantCode(r.json(r.do("GET", path+"?access_token=nonsense", nil)), 40001)
}

func TestTicket(t *testing.T) {
	r := newRig(t, Options{})
	first := r.api("GET", "/cgi-bin/ticket/getticket?type=jsapi", nil)
	r.wantCode(first, 0)
	if first["expires_in"] != json.Number("7200") || first["ticket"] == "" {
		t.Errorf("ticket: %v", first)
	}
	r.pass(time.Hour)
	if again := r.api("GET", "/cgi-bin/ticket/getticket?type=jsapi", nil); again["ticket"] != first["ticket"] {
		t.Error("ticket changed within its life")
	}
	r.pass(time.Hour)
	if again := r.api("GET", "/cgi-bin/ticket/getticket?type=jsapi", nil); again["ticket"] == first["ticket"] {
		t.Error("ticket outlived its life")
	}
	r.wantCode(r.api("GET", "/cgi-bin/ticket/getticket?type=wx_card", nil), 40097)
}

func TestQuota(t *testing.T) {
	r := newRig(t, Options{DailySends: 2})
	openid := r.follower(Phone{})
	get := func() object {
		o := r.api("POST", "/cgi-bin/openapi/quota/get", object{"cgi_path": sendPath})
		r.wantCode(o, 0)
		q, _ := o["quota"].(map[string]any)
		return q
	}
	if q := get(); q["daily_limit"] != json.Number("2") || q["used"] != json.Number("0") || q["remain"] != json.Number("2") {
		t.Fatalf("quota: %v", q)
	}
	for range 2 {
		r.wantCode(r.api("POST", sendPath, goodSend(openid)), 0)
	}
	r.wantCode(r.api("POST", sendPath, goodSend(openid)), 45009)
	if q := get(); q["remain"] != json.Number("0") {
		t.Errorf("quota: %v", q)
	}
	r.pass(8*time.Hour + 59*time.Minute) // 23:59 in Shanghai
	r.wantCode(r.api("POST", sendPath, goodSend(openid)), 45009)
	r.pass(time.Minute)
	r.wantCode(r.api("POST", sendPath, goodSend(openid)), 0)
	r.wantCode(r.api("POST", "/cgi-bin/openapi/quota/get", object{"cgi_path": "/nowhere"}), 76021)
}

func TestStableTokenMinuteQuota(t *testing.T) {
	r := newRig(t, Options{})
	for range minuteLimits[stableTokenPath] {
		if err := r.quota.spend(stableTokenPath, start, 45011); err != nil {
			t.Fatal("refused too early")
		}
	}
	r.wantCode(r.stable(false), 45011)
	r.pass(time.Minute)
	if w := r.do("POST", "/cgi-bin/stable_token", ""); w.Code != http.StatusOK || r.json(w).code() != 44002 {
		t.Error("the next minute must be answered")
	}
}
