package h5_test

import (
	"testing"

	"quxiang/model"
	"quxiang/model/demo"
)

func TestVerifications(t *testing.T) {
	s := newSite(t)
	r := s.confirmed()
	b := s.login(r)
	page{has: []string{"谁核验过", "还没有人核验过您的登记信息表。"}}.check(t, b.get("/h5/verifications"))
	b.post("/h5/authorization", wishes())
	a := s.record(r.Graduate.ID).Authorizations[0]
	must(t, s.store.AddVerification(t.Context(), model.Verification{
		AuthorizationID: a.ID, GraduateID: r.Graduate.ID, Kind: a.Kind, At: s.now, Way: model.WayQR, Network: "203.0.113.0/24", RequestID: "r1",
	}))
	must(t, s.store.AddVerification(t.Context(), model.Verification{
		AuthorizationID: a.ID, GraduateID: r.Graduate.ID, Kind: a.Kind, At: s.now.AddDate(0, 0, 1), Way: model.WayNumber, Own: true,
	}))
	page{
		has:  []string{"2027年6月10日 (周四) 09:30", "档案登记信息表", "扫描二维码", "203.0.113.0/24", "输入姓名和核验编号", "您本人"},
		once: []string{`<span class="tag">您本人</span>`},
	}.check(t, b.get("/h5/verifications"))
}

func TestMessages(t *testing.T) {
	s := newSite(t)
	r := s.person(demo.StateApproved, nil)
	_, err := s.store.ChangeAccount(t.Context(), r.Graduate.AccountID, "oDemo0000001", func(a model.Account, holder *model.Account) (model.AccountChange, error) {
		return model.Bind(a, holder, "oDemo0000001", false, s.now)
	})
	must(t, err)
	b := s.login(r)
	page{has: []string{"还没有发给您的提醒。"}}.check(t, b.get("/h5/messages"))
	s.check(r.Graduate.ID)
	s.report(r.Graduate.ID, nil)
	s.review(r.Graduate.ID, model.LevelCollege, model.DecisionReturn, "单位名称不一致")
	page{has: []string{"毕业去向被退回", "单位名称不一致", "等待发送", "2027年6月10日 09:30"}}.check(t, b.get("/h5/messages"))
}
