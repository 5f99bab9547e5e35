package main

import (
	"quxiang/model"
)

// endForms is the graduate again: the phone hears that a department looked, the
// ledger leads to that number's revocation, and withdrawing the consent ends the
// others, so that the form must be consented to anew.
func (b *browser) endForms(s *sandbox, openid string) {
	b.t.Helper()
	app := s.app.cfg.PublicURL
	r := recordOf(b.t, s, "approved1")
	a := r.Authorizations[0]
	b.must(s.app.store.AddVerification(b.t.Context(), model.Verification{
		AuthorizationID: a.ID, GraduateID: r.Graduate.ID, Kind: a.Kind, At: s.clock.Now(), Way: model.WayDesk,
		Department: "示范区人才中心", Network: "192.0.2.0/24", Place: "示范市示范区",
	}))
	heard := len(s.sims.wechat.Inbox(openid))
	for _, name := range []string{"verified", "verified", "dispatch"} {
		if _, err := s.app.jobs.RunOnce(b.t.Context(), name); err != nil {
			b.t.Fatal(err)
		}
	}
	b.must(s.sims.wechat.Idle(b.t.Context()))
	if got := s.sims.wechat.Inbox(openid); len(got) != heard+1 || len(got[heard].Rows) == 0 || got[heard].Rows[0].Value != "档案登记信息表被核验" {
		b.t.Errorf("the phone got %+v", got[heard:])
	}
	b.open(app + "/h5/verifications")
	b.sees("示范区人才中心", "示范市示范区（网络 192.0.2.0/24）", "您本人")
	b.inspect("ledger")
	b.press("撤销这个编号")
	b.sees("撤销后，这个核验编号立即失效")
	b.inspect("revoke")
	b.press("撤销这个核验编号")
	b.sees("核验编号已撤销", "已失效的登记信息表（1）", "户口登记信息表")
	b.press("撤回核验授权同意")
	b.sees("1 个有效的核验编号立即失效")
	b.inspect("withdraw")
	b.press("确认撤回，全部失效")
	b.sees("已撤回核验授权同意", "已失效的登记信息表（2）", "我同意授权核验")
	b.inspect("withdrawn")
	b.open(app + "/verify/household")
	b.fill("name", "周明哲")
	b.fill("number", string(r.Authorizations[1].Number))
	b.press("核验")
	b.sees("已撤销")
	b.open(app + "/h5/authorization")
	b.tap("我同意授权核验")
	b.press("授权核验")
	b.sees("已授权核验", "有效期至")
}
