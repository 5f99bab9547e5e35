package main

import (
	"net/http/httptest"
	"strings"
	"testing"

	"quxiang/wechat"
	"quxiang/wechat/wechattest"
)

// TestCallsToWeChatAreCounted scrapes what calls to the simulator left behind:
// their paths and errcodes, and nobody's openid or token.
func TestCallsToWeChatAreCounted(t *testing.T) {
	sim := wechattest.New(wechattest.Options{})
	defer sim.Close()
	api := httptest.NewServer(sim)
	defer api.Close()
	m := newMetrics()
	a := sim.Account()
	client, err := wechat.New(wechat.Options{AppID: a.AppID, Secret: a.Secret, APIURL: api.URL, OpenURL: api.URL, Observe: m.call})
	if err != nil {
		t.Fatal(err)
	}
	openid := sim.AddPhone(wechattest.Phone{})
	if _, err := client.UserInfo(t.Context(), openid); err != nil {
		t.Fatal(err)
	}
	if _, err := client.UserInfo(t.Context(), "oNobody"); wechat.KindOf(err) != wechat.KindRecipient {
		t.Fatal(err)
	}
	if err := sim.SpoilTokens(40001); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Tags(t.Context()); err != nil { // after one replay
		t.Fatal(err)
	}
	if err := sim.SetFault(wechattest.Fault{Path: "/cgi-bin/tags/get", HTTPStatus: 502}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Tags(t.Context()); wechat.KindOf(err) != wechat.KindTransient {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	m.handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", "/metrics", nil))
	text := w.Body.String()
	for _, want := range []string{
		`{errcode="0",path="/cgi-bin/stable_token"} 2`, `{errcode="0",path="/cgi-bin/user/info"} 1`, `{errcode="40003",path="/cgi-bin/user/info"} 1`,
		`{errcode="40001",path="/cgi-bin/tags/get"} 1`, `{errcode="0",path="/cgi-bin/tags/get"} 1`, `{errcode="-999",path="/cgi-bin/tags/get"} 1`,
	} {
		if !strings.Contains(text, "quxiang_wechat_call_seconds_count"+want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	for _, private := range []string{openid, "oNobody", a.Secret, a.AppID, "access_token"} {
		if strings.Contains(text, private) {
			t.Errorf("metrics hold %q", private)
		}
	}
}
