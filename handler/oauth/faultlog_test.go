package oauth_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"quxiang/wechat/wechattest"
)

var codeParameter = regexp.MustCompile(`[?&]code=([^&#]+)`)

// TestFaultsOfWeChatLeaveNothingInTheLog lets the exchange of the code fail in
// every way and reads the log for what must not be there.
func TestFaultsOfWeChatLeaveNothingInTheLog(t *testing.T) {
	w := newWorld(t)
	private := []string{w.wechat.Account().Secret}
	before := len(w.logs.String())
	for _, f := range []wechattest.Fault{
		{Errcode: -1},
		{Errcode: 40001},
		{Errcode: 40013},
		{Errcode: 40029},
		{Errcode: 40125},
		{Errcode: 40163},
		{Errcode: 40164},
		{Errcode: 42003},
		{Errcode: 45009},
		{Errcode: 45011},
		{Errcode: 48001},
		{Errcode: 99999},
		{HTTPStatus: 302},
		{HTTPStatus: 404},
		{HTTPStatus: 500},
		{HTTPStatus: 502},
	} {
		f.Path, f.Times = "/sns/oauth2/access_token", new(3)
		w.must(w.wechat.SetFault(f))
		openid := w.wechat.AddPhone(wechattest.Phone{})
		b := w.phone(openid)
		b.get("/h5/home")
		private = append(private, openid)
		codes := 0
		for _, hop := range b.hops {
			if m := codeParameter.FindStringSubmatch(hop); m != nil {
				private = append(private, m[1])
				codes++
			}
		}
		if codes == 0 {
			t.Errorf("%+v: no code was exchanged: %v", f, b.hops)
		}
		w.must(w.wechat.SetFault(wechattest.Fault{Path: f.Path, Times: new(0)}))
	}
	log := w.logs.String()[before:]
	if !strings.Contains(log, "99999") || !strings.Contains(log, "40164") {
		t.Errorf("faults were not logged:\n%s", log)
	}
	for _, secret := range private {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
	if n := fmt.Sprint(len(private)); len(private) < 30 {
		t.Errorf("only %s values were looked for", n)
	}
}
