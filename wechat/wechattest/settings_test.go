package wechattest

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

func (r *rig) set(o object) {
	r.t.Helper()
	if w := r.do("POST", "/sim/settings", o); w.Code != http.StatusOK {
		r.t.Fatalf("HTTP %d: %s", w.Code, w.Body)
	}
}

func TestSettings(t *testing.T) {
	r := newRig(t, Options{MaxTries: 2, DailySends: 7})
	o := r.json(r.do("GET", "/sim/settings", nil))
	limits, _ := o["daily_limits"].(map[string]any)
	if o["push_tries"] != number(2) || o["push_timeout_ms"] != number(5000) || o["receipt_delay_ms"] != number(3000) ||
		o["duplicate_errcode"] != number(0) || limits[sendPath] != number(7) {
		t.Errorf("settings: %v", o)
	}
	for _, c := range []object{
		{"push_tries": 0},
		{"push_tries": 5},
		{"push_timeout_ms": 0},
		{"receipt_delay_ms": -1},
		{"whitelist": []string{"localhost"}},
		{"daily_limits": object{"/nowhere": 1}},
		{"minute_limits": object{"/nowhere": 1}},
		{"tries": 3},
	} {
		if w := r.do("POST", "/sim/settings", with(c, "duplicate_errcode", 1)); w.Code != http.StatusBadRequest {
			t.Errorf("%v: HTTP %d", c, w.Code)
		}
	}
	if r.setting().Duplicate != 0 {
		t.Error("of a refused change a part was made")
	}

	openid := r.follower(Phone{})
	r.set(object{"push_tries": 4, "duplicate_errcode": 43116})
	r.callback.next(status(500), status(500), status(500), say("success"))
	if result, err := r.Push(t.Context(), Push{OpenID: openid, Text: "?"}); err != nil || result.Tries != 4 || result.Problem != "" {
		t.Errorf("1+3 tries: %+v, %v", result, err)
	}
	r.wantCode(r.api("POST", sendPath, with(goodSend(openid), "client_msg_id", "m")), 0)
	r.wantCode(r.api("POST", sendPath, with(goodSend(openid), "client_msg_id", "m")), 43116)
}

func TestEveryPathHasAQuota(t *testing.T) {
	r := newRig(t, Options{})
	free := map[string]bool{ // no limit is published
		"/sns/oauth2/access_token": true, "/sns/oauth2/refresh_token": true, "/sns/auth": true, "/sns/userinfo": true,
		"/cgi-bin/openapi/quota/get": true, "/cgi-bin/openapi/rid/get": true, "/cgi-bin/clear_quota": true, "/cgi-bin/clear_quota/v2": true,
		"/cgi-bin/getcallbackip": true, "/cgi-bin/get_api_domain_ip": true, "/cgi-bin/template/get_industry": true, showQRPath: true,
		"/cgi-bin/tags/members/getblacklist": true, "/cgi-bin/tags/members/batchblacklist": true, "/cgi-bin/tags/members/batchunblacklist": true,
	}
	for path, e := range r.endpoints {
		limit, limited := dailyLimits[path]
		if limited == free[path] {
			t.Errorf("%s: limited %v", path, limited)
		}
		if !limited {
			continue
		}
		o := r.api("POST", "/cgi-bin/openapi/quota/get", object{"cgi_path": path})
		q, _ := o["quota"].(map[string]any)
		if q["daily_limit"] != number(int64(limit)) {
			t.Errorf("%s: quota %v", path, o)
		}
		if path == stableTokenPath {
			continue // it gives the token for the others
		}
		r.set(object{"daily_limits": object{path: 0}})
		target := path
		if e.token {
			target += "?access_token=" + r.accessToken()
		}
		if o := r.json(r.do(e.method, target, nil)); o.code() != 45009 {
			t.Errorf("%s with its quota used up: %v", path, o)
		}
		r.set(object{"daily_limits": object{path: -1}})
		if o := r.api("POST", "/cgi-bin/openapi/quota/get", object{"cgi_path": path}); o.code() != 76022 {
			t.Errorf("%s without a limit: %v", path, o)
		}
	}
}

func TestMinuteLimit(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	r.set(object{"minute_limits": object{sendPath: 2}})
	for _, want := range []int64{0, 0, 45011} {
		r.wantCode(r.api("POST", sendPath, goodSend(openid)), want)
	}
	r.pass(time.Minute)
	r.wantCode(r.api("POST", sendPath, goodSend(openid)), 0)
	r.set(object{"minute_errcode": -1, "minute_limits": object{sendPath: 1}})
	r.wantCode(r.api("POST", sendPath, goodSend(openid)), -1)
	if w := r.do("POST", "/sim/settings", object{"minute_errcode": 45009}); w.Code != http.StatusBadRequest {
		t.Errorf("HTTP %d", w.Code)
	}
}

func TestClearQuota(t *testing.T) {
	r := newRig(t, Options{DailySends: 1})
	a := r.Account()
	openid := r.follower(Phone{})
	spend := func() int64 { return r.api("POST", sendPath, goodSend(openid)).code() }
	if spend() != 0 || spend() != 45009 {
		t.Fatal("the quota of one is not one")
	}
	r.wantCode(r.api("POST", "/cgi-bin/clear_quota", object{"appid": "wx0"}), 40013)
	r.wantCode(r.api("POST", "/cgi-bin/clear_quota", object{"appid": a.AppID}), 0)
	if spend() != 0 {
		t.Error("the quota did not begin anew")
	}
	bySecret := func(secret string) int64 {
		return r.json(r.do("POST", "/cgi-bin/clear_quota/v2", object{"appid": a.AppID, "appsecret": secret})).code()
	}
	if got := bySecret("x"); got != 40125 {
		t.Errorf("wrong secret: %d", got)
	}
	for range 9 {
		if got := bySecret(a.Secret); got != 0 {
			t.Fatalf("refused too early: %d", got)
		}
	}
	if got := bySecret(a.Secret); got != 48006 {
		t.Errorf("the eleventh of a month: %d", got)
	}
	r.pass(31 * 24 * time.Hour)
	if got := bySecret(a.Secret); got != 0 {
		t.Errorf("the next month: %d", got)
	}
}

func TestRIDLeadsToTheCall(t *testing.T) {
	r := newRig(t, Options{})
	refused := r.api("POST", sendPath, goodSend("oNobody"))
	text, _ := refused["errmsg"].(string)
	_, rid, found := strings.Cut(text, "rid: ")
	if !found || len(rid) != 26 {
		t.Fatalf("errmsg %q", text)
	}
	get := func(rid string) object { return r.api("POST", "/cgi-bin/openapi/rid/get", object{"rid": rid}) }
	o := get(rid)
	told, _ := o["request"].(map[string]any)
	body, _ := told["request_body"].(string)
	answer, _ := told["response_body"].(string)
	if o.code() != 0 || told["request_url"] != sendPath || told["invoke_time"] != number(start.Unix()) || !strings.Contains(body, "oNobody") || !strings.Contains(answer, rid) {
		t.Errorf("rid: %v", o)
	}
	r.wantCode(get("66c419fc-410bb46d-46565a66"), 76001)
	r.wantCode(get(""), 76001)
	r.pass(8 * 24 * time.Hour)
	r.wantCode(get(rid), 76001)
}

func TestWhitelist(t *testing.T) {
	r := newRig(t, Options{})
	old := r.accessToken()
	r.set(object{"whitelist": []string{"203.0.113.7"}})
	o := r.stable(false)
	text, _ := o["errmsg"].(string)
	// httptest's requests come from 192.0.2.1.
	if o.code() != 40164 || !strings.HasPrefix(text, "invalid ip 192.0.2.1 ipv6 ::ffff:192.0.2.1, not in whitelist rid: ") {
		t.Errorf("refused with %v", o)
	}
	a := r.Account()
	r.wantCode(r.json(r.do("GET", "/cgi-bin/token"+query("grant_type", "client_credential", "appid", a.AppID, "secret", a.Secret), nil)), 40164)
	if r.tokenWorks(old) != works {
		t.Error("a token in hand must work on")
	}
	r.set(object{"whitelist": []string{"203.0.113.7", "192.0.2.1"}})
	if r.stable(false)["access_token"] != old {
		t.Error("not lent to a listed address")
	}
	r.set(object{"whitelist": []string{}})
	r.stable(true)
}

func TestSpoiledTokens(t *testing.T) {
	r := newRig(t, Options{})
	for _, code := range []int64{40001, 40014, 42001} {
		old := r.accessToken()
		if w := r.do("POST", "/sim/tokens", object{"errcode": code}); w.Code != http.StatusOK {
			t.Fatalf("HTTP %d", w.Code)
		}
		if got := r.tokenWorks(old); got != code {
			t.Errorf("spoiled with %d: %d", code, got)
		}
		if fresh := r.accessToken(); fresh == old || r.tokenWorks(fresh) != works {
			t.Error("no good token after it")
		}
	}
	if w := r.do("POST", "/sim/tokens", object{"errcode": 45009}); w.Code != http.StatusBadRequest {
		t.Errorf("HTTP %d", w.Code)
	}
	for _, token := range []string{"a+b", strings.Repeat("a", 513), "%E5%AD%97"} {
		if got := r.tokenWorks(strings.ReplaceAll(token, "+", "%2B")); got != 40014 {
			t.Errorf("token of impossible form: %d", got)
		}
	}
}

func TestAddressesOfThePlatform(t *testing.T) {
	r := newRig(t, Options{})
	o := r.api("GET", "/cgi-bin/getcallbackip", nil)
	if list, _ := o["ip_list"].([]any); len(list) != 1 || list[0] != "127.0.0.1" {
		t.Errorf("addresses: %v", o)
	}
}

func TestTemplatesOfTheAccount(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	add := func(o object) object { return r.api("POST", "/cgi-bin/template/api_add_template", o) }
	o := add(object{"template_id_short": "41001", "keyword_name_list": []string{"时间", "事项"}})
	id, _ := o["template_id"].(string)
	if o.code() != 0 || len(id) != 43 {
		t.Fatalf("added: %v", o)
	}
	send := object{"touser": openid, "template_id": id, "data": object{
		"time3": object{"value": "15:01"}, "thing1": object{"value": "毕业去向登记"},
	}}
	r.wantCode(r.api("POST", sendPath, send), 0)
	if rows := r.Inbox(openid)[0].Rows; len(rows) != 2 || rows[0].Name != "时间" {
		t.Errorf("rows: %+v", rows)
	}
	r.wantCode(r.api("POST", sendPath, withData(send, "phrase2", object{"value": "通过"})), 47003) // was not chosen
	r.wantCode(r.api("POST", "/cgi-bin/template/del_private_template", object{"template_id": id}), 0)
	r.wantCode(r.api("POST", "/cgi-bin/template/del_private_template", object{"template_id": id}), 40037)
	r.wantCode(r.api("POST", sendPath, send), 40037)
	r.wantCode(add(object{"template_id_short": "TM00015"}), 40037)
	r.wantCode(add(object{"template_id_short": "41001", "keyword_name_list": []string{"天气"}}), 40035)
	for range 25 - len(DemoTemplates()) {
		r.wantCode(add(object{"template_id_short": "41002"}), 0)
	}
	r.wantCode(add(object{"template_id_short": "41002"}), 45026)
	list, _ := r.api("GET", "/cgi-bin/template/get_all_private_template", nil)["template_list"].([]any)
	if len(list) != 25 {
		t.Errorf("%d templates", len(list))
	}
	if o := r.api("GET", "/cgi-bin/template/get_industry", nil); o["primary_industry"] == nil {
		t.Errorf("industry: %v", o)
	}
}

func TestReceiptsInABurst(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	r.callback.clear()
	if err := r.SetReceipts(ReceiptBurst); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		r.wantCode(r.api("POST", sendPath, goodSend(openid)), 0)
	}
	if err := r.Idle(t.Context()); err != nil || len(r.callback.pushes()) != 0 || r.Deliveries()[openid] != 20 {
		t.Fatalf("%v, %d receipts, %v delivered", err, len(r.callback.pushes()), r.Deliveries())
	}
	if err := r.SetReceipts(ReceiptSuccess); err != nil {
		t.Fatal(err)
	}
	if err := r.Idle(t.Context()); err != nil || len(r.callback.pushes()) != 20 {
		t.Errorf("%v, %d receipts", err, len(r.callback.pushes()))
	}
}

func TestAPhoneThatRefuses(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{Refuses: true})
	r.callback.clear()
	r.wantCode(r.api("POST", sendPath, goodSend(openid)), 0)
	if err := r.Idle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := r.callback.pushes(); len(got) != 1 || got[0].Status != "failed:user block" || len(r.Inbox(openid)) != 0 {
		t.Errorf("receipts: %+v", got)
	}
	o := r.json(r.do("POST", "/sim/phone", object{"openid": openid, "refuses": false, "blacklisted": true, "snapshot": true}))
	if o["refuses"] != false || o["blacklisted"] != true || o["snapshot"] != true || o["following"] != true {
		t.Errorf("phone: %v", o)
	}
	r.wantCode(r.api("POST", sendPath, goodSend(openid)), 43019)
	if w := r.do("POST", "/sim/phone", object{"openid": "oNobody"}); w.Code != http.StatusNotFound {
		t.Errorf("HTTP %d", w.Code)
	}
}

func TestMeetDemo(t *testing.T) {
	r := newRig(t, Options{})
	if o := r.json(r.do("POST", "/sim/followers", object{"demo": 12_000})); o["demo"] != number(12_000) {
		t.Fatalf("answer: %v", o)
	}
	o := r.api("GET", "/cgi-bin/user/get", nil)
	if o["total"] != json.Number("12000") || o["count"] != json.Number("10000") || o["next_openid"] != "oDemo0010000" {
		t.Errorf("first page: total %v, count %v", o["total"], o["count"])
	}
	if len(r.callback.pushes()) != 0 {
		t.Error("events were pushed")
	}
	if w := r.do("POST", "/sim/followers", object{"demo": -1}); w.Code != http.StatusBadRequest {
		t.Errorf("HTTP %d", w.Code)
	}
}
