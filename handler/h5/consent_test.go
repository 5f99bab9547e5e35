package h5_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quxiang/model"
)

// Withdrawing says first what it leads to, ends all numbers at once, and what
// comes after asks for the consent again.
func TestWithdrawConsent(t *testing.T) {
	s := newSite(t)
	r := s.confirmed()
	b := s.login(r)
	const path = "/h5/authorization/withdraw"
	page{not: []string{"撤回核验授权同意"}}.check(t, b.get("/h5/authorization"))
	page{to: "/h5/authorization"}.check(t, b.get(path))
	page{status: http.StatusConflict, has: []string{"您现在没有可以撤回的核验授权"}}.check(t, b.post(path, nil))

	b.post("/h5/authorization", wishes("valid", "7"))
	s.now = s.now.AddDate(0, 0, 10)
	b = s.login(r)
	page{to: "/h5/authorization?done=made"}.check(t, b.post("/h5/authorization", wishes("kind", "archive")))
	page{raw: []string{`href="/h5/authorization/withdraw"`}, has: []string{"您的全部核验编号一次失效"}}.check(t, b.get("/h5/authorization"))
	number := string(s.record(r.Graduate.ID).Authorizations[2].Number)
	page{
		has: []string{"撤回以后", "1 个有效的核验编号立即失效", "不再能核验", "不受影响", "重新授权", number[:2] + " " + number[2:7], "不撤回，返回核验授权"},
		raw: []string{`action="/h5/authorization/withdraw"`},
	}.check(t, b.get(path))
	if a := s.record(r.Graduate.ID).Authorizations[2]; !a.RevokedAt.IsZero() {
		t.Fatal("reading about it has withdrawn the consent")
	}
	page{to: "/h5/authorization?done=unconsented"}.check(t, b.post(path, nil))
	page{to: "/h5/authorization?done=unconsented"}.check(t, b.post(path, nil)) // the button pressed twice
	page{
		has:  []string{"已撤回核验授权同意，全部核验编号立即失效", "您已于2027年6月20日 09:30撤回核验授权同意", "再次勾选同意", "已失效的登记信息表（3）", "撤回同意，编号随之失效"},
		raw:  []string{`name="consent" value="yes">`},
		not:  []string{"不再同意核验"},
		once: []string{`name="kind" value="archive" checked`},
	}.check(t, b.get("/h5/authorization?done=unconsented"))
	for i, a := range s.record(r.Graduate.ID).Authorizations {
		if a.State(s.record(r.Graduate.ID), s.now) != model.AuthorizationRevoked || !a.Withdrawn {
			t.Errorf("number %d: %+v", i, a)
		}
	}
	page{status: 422, has: []string{"请先阅读并勾选同意授权核验"}}.check(t, b.post("/h5/authorization", wishes("consent", "")))
	page{has: []string{"撤回核验授权同意，3 个编号随之失效"}, not: []string{"撤销核验授权"}}.check(t, b.get("/h5/timeline"))
	s.now = s.now.Add(time.Hour)
	page{to: "/h5/authorization?done=made"}.check(t, b.post("/h5/authorization", wishes()))
	page{has: []string{"有效期至 2027年12月31日"}, not: []string{"您已于2027年6月20日 09:30撤回核验授权同意"}}.check(t, b.get("/h5/authorization"))
}

func TestExtendByOnePressAndNote(t *testing.T) {
	s := newSite(t)
	r := s.confirmed()
	b := s.login(r)
	b.post("/h5/authorization", wishes("valid", "7", "kind", "archive"))
	a := s.record(r.Graduate.ID).Authorizations[0]
	id := fmt.Sprint(a.ID)
	page{has: []string{"还有 7 天", "延期到最晚日期（2027年12月31日 (周五)）"}}.check(t, b.get("/h5/authorization"))
	page{to: "/h5/authorization?done=extended"}.check(t, b.post("/h5/authorization/extend", url.Values{"id": {id}, "valid": {"cap"}}))
	if a = s.record(r.Graduate.ID).Authorizations[0]; a.ValidUntil != "2027-12-31" {
		t.Errorf("valid until %s", a.ValidUntil)
	}
	page{has: []string{"已到最晚日期（毕业时间加六个月），不能再延"}, not: []string{"延期到最晚日期"}}.check(t, b.get("/h5/authorization"))

	page{status: 422, has: []string{"最多 40 字"}}.check(t, b.post("/h5/authorization/note", url.Values{"id": {id}, "for": {strings.Repeat("长", 41)}}))
	page{to: "/h5/authorization?done=noted"}.check(t, b.post("/h5/authorization/note", url.Values{"id": {id}, "for": {" 海淀区人才中心 "}}))
	page{has: []string{"提供给：海淀区人才中心"}, raw: []string{`name="for" value="海淀区人才中心"`}}.check(t, b.get("/h5/authorization"))
	page{status: http.StatusNotFound}.check(t, b.post("/h5/authorization/note", url.Values{"id": {"0"}, "for": {"x"}}))

	// The third number is the last; the form says so, and no longer offers it.
	b.post("/h5/authorization", wishes("kind", "archive", "for", "二"))
	page{has: []string{"已有 2 个有效编号（最多 3 个），再做请写明提供给谁。"}, raw: []string{`value="household" checked`}}.check(t, b.get("/h5/authorization"))
	b.post("/h5/authorization", wishes("kind", "archive", "for", "三"))
	page{has: []string{"已有 3 个有效编号，不能再做"}}.check(t, b.get("/h5/authorization"))
	page{status: http.StatusConflict, has: []string{"最多同时有 3 个有效编号"}}.check(t, b.post("/h5/authorization", wishes("kind", "archive", "for", "四")))
}

func TestNewerConfirmationEndsForms(t *testing.T) {
	s := newSite(t)
	r := s.confirmed()
	id := r.Graduate.ID
	b := s.login(r)
	b.post("/h5/authorization", wishes("kind", "archive"))
	s.now = s.now.Add(time.Hour)
	s.rule(id, func(r model.Record) (model.Change, error) {
		return model.AskChange(r, model.NewCohort(2027), 1, "已解约", s.now)
	})
	s.rules(id, 1, model.LevelCollege, model.DecisionApprove, "")
	s.rules(id, 1, model.LevelSchool, model.DecisionApprove, "")
	s.report(id, func(d *model.Destination) { d.Unit = "另一家公司" })
	s.review(id, model.LevelCollege, model.DecisionApprove, "")
	s.review(id, model.LevelSchool, model.DecisionApprove, "")
	s.rule(id, func(r model.Record) (model.Change, error) {
		return model.Confirm(r, model.Confirmation{Revision: 2, Answer: model.AnswerRight}, s.now)
	})
	page{
		has: []string{
			"您于2027年6月10日 10:30确认了新的去向，此前的登记信息表已失效。请重新授权", "已失效的登记信息表（1）", "已被新的确认取代",
			"您已于2027年6月10日 10:30确认新的去向，这张表不再有效",
		},
		not: []string{"再做一张登记信息表"}, // the form that makes new ones is open
	}.check(t, b.get("/h5/authorization"))
	b.post("/h5/authorization", wishes("kind", "archive"))
	page{not: []string{"此前的登记信息表已失效"}, has: []string{"有效期至"}}.check(t, b.get("/h5/authorization"))
}

// After the cap the page says who can help, and numbers can still be ended.
func TestPastTheCap(t *testing.T) {
	s := newSite(t)
	r := s.confirmed()
	b := s.login(r)
	b.post("/h5/authorization", wishes("kind", "archive"))
	s.now = time.Date(2028, 1, 1, 0, 0, 0, 0, model.Shanghai)
	b = s.login(r)
	page{
		has: []string{"截止以后谁能帮忙", "示范大学就业指导中心：025-00000000", "核验服务到2027年12月31日为止（毕业时间加六个月），已截止", "撤回核验授权同意"},
		raw: []string{`href="tel:025-00000000"`}, not: []string{"延期", "再做一张"},
	}.check(t, b.get("/h5/authorization"))
	page{has: []string{"核验服务已于2027年12月31日截止"}, not: []string{"暂时无法核验"}}.check(t, b.get("/h5/home"))
	page{to: "/h5/authorization?done=unconsented"}.check(t, b.post("/h5/authorization/withdraw", nil))
}
