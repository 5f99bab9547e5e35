package job_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"quxiang/job"
	"quxiang/model"
	"quxiang/wechat/wechattest"
)

// TestFaultsOfWeChatLeaveNothingInTheLog lets a send fail in every way and reads
// log, tally and message for what must not be there.
func TestFaultsOfWeChatLeaveNothingInTheLog(t *testing.T) {
	for _, f := range []wechattest.Fault{
		{Errcode: -1},
		{Errcode: 40001},
		{Errcode: 40003},
		{Errcode: 40014},
		{Errcode: 40037},
		{Errcode: 40164},
		{Errcode: 42001},
		{Errcode: 43004},
		{Errcode: 45009},
		{Errcode: 45011},
		{Errcode: 47003},
		{Errcode: 48001},
		{Errcode: 99999},
		{HTTPStatus: 302},
		{HTTPStatus: 404},
		{HTTPStatus: 500},
		{HTTPStatus: 502},
	} {
		r := one(t)
		var log bytes.Buffer
		openid := r.bound(1)[0]
		r.owe(0, model.MessageApproved, late(r))
		r.d = r.dispatcher(func(o *job.DispatcherOptions) {
			o.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
			o.Concurrency = 1
		})
		f.Times = new(9)
		r.fault(f)
		text := r.step().String()
		a := r.sim.Account()
		token, _, err := r.store.Get(t.Context(), "wechat/access_token/"+a.AppID)
		if err != nil || token == "" {
			t.Fatalf("%+v: no token: %v", f, err)
		}
		for _, secret := range []string{a.Secret, token, openid} {
			if strings.Contains(log.String()+text, secret) {
				t.Errorf("%+v: log or tally holds %q:\n%s%s", f, secret, log.String(), text)
			}
		}
	}
}
