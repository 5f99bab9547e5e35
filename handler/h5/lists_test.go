package h5_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"quxiang/model"
	"quxiang/model/demo"
)

func TestVerifications(t *testing.T) {
	s := newSite(t)
	r := s.confirmed()
	b := s.login(r)
	page{has: []string{"谁核验过", "还没有人核验过您的登记信息表。"}}.check(t, b.get("/h5/verifications"))
	b.post("/h5/authorization", wishes("for", "海淀区"))
	a := s.record(r.Graduate.ID).Authorizations[0]
	add := func(change func(*model.Verification)) {
		t.Helper()
		v := model.Verification{AuthorizationID: a.ID, GraduateID: r.Graduate.ID, Kind: a.Kind, At: s.now, Way: model.WayQR, RequestID: "r"}
		change(&v)
		must(t, s.store.AddVerification(t.Context(), v))
	}
	add(func(v *model.Verification) { v.Network = "203.0.113.0/24" })
	add(func(v *model.Verification) { v.At, v.Way, v.Own = s.now.AddDate(0, 0, 1), model.WayNumber, true })
	add(func(v *model.Verification) {
		v.Way, v.Department, v.Network, v.Place = model.WaySheet, "示范区人才中心", "10.1.2.0/24", "北京市海淀区"
	})
	add(func(v *model.Verification) { v.AuthorizationID = 9999 })
	n := string(a.Number)
	revoke := fmt.Sprintf(`href="/h5/authorization?revoke=%d#form-%d"`, a.ID, a.ID)
	w := b.get("/h5/verifications")
	page{
		has: []string{
			"2027年6月10日 (周四) 09:30", "档案登记信息表 · " + n[:2] + " " + n[2:7], "提供给：海淀区", "扫描二维码 · 网络 203.0.113.0/24", "输入姓名和核验编号", "您本人",
			"未登录的核验方", "示范区人才中心", "部门批量核验 · 北京市海淀区（网络 10.1.2.0/24）",
		},
		raw: []string{revoke}, not: []string{"更早的"},
		once: []string{`<span class="tag">您本人</span>`},
	}.check(t, w)
	if got := strings.Count(w.Body.String(), revoke); got != 2 { // not beside the holder's own
		t.Errorf("%d links to revoke, want 2", got)
	}
	page{has: []string{"已被核验 2 次，最近 2027年6月10日 09:30"}}.check(t, b.get("/h5/authorization"))

	// The link opens what revokes that number, and changes nothing by itself.
	page{once: []string{`<details class="fold" open>`}, raw: []string{fmt.Sprintf(`id="form-%d"`, a.ID)}}.check(t, b.get(fmt.Sprintf("/h5/authorization?revoke=%d", a.ID)))
	b.post("/h5/authorization/revoke", url.Values{"id": {fmt.Sprint(a.ID)}})
	page{has: []string{"这个编号现已撤销"}, not: []string{"撤销这个编号"}}.check(t, b.get("/h5/verifications"))
}

// TestOlderVerifications: every verification is on exactly one page, and each
// page leads on.
func TestOlderVerifications(t *testing.T) {
	s := newSite(t)
	r := s.confirmed()
	b := s.login(r)
	b.post("/h5/authorization", wishes("kind", "archive"))
	a := s.record(r.Graduate.ID).Authorizations[0]
	for i := range 101 {
		must(t, s.store.AddVerification(t.Context(), model.Verification{
			AuthorizationID: a.ID, GraduateID: r.Graduate.ID, Kind: a.Kind, At: s.now, Way: model.WayDesk, Department: fmt.Sprintf("第%03d号窗口", i),
		}))
	}
	seen := map[string]int{}
	next := regexp.MustCompile(`href="(/h5/verifications\?before=\d+)"`)
	path, pages := "/h5/verifications", 0
	for path != "" && pages < 10 {
		w := b.get(path)
		page{raw: []string{`href="/h5/home"`}}.check(t, w)
		for _, d := range regexp.MustCompile(`第\d+号窗口`).FindAllString(w.Body.String(), -1) {
			seen[d]++
		}
		pages++
		path = ""
		if m := next.FindStringSubmatch(w.Body.String()); m != nil {
			path = m[1]
		} else {
			page{has: []string{"没有更早的了", "最新的"}}.check(t, w)
		}
	}
	if pages != 3 || len(seen) != 101 {
		t.Errorf("%d verifications on %d pages", len(seen), pages)
	}
	for d, n := range seen {
		if n != 1 {
			t.Errorf("%s is listed %d times", d, n)
		}
	}
	page{has: []string{"没有更早的核验记录。", "最新的核验记录"}}.check(t, b.get("/h5/verifications?before=1"))
	for _, bad := range []string{"x", "-1", "99999999999999999999"} {
		page{has: []string{"第100号窗口"}}.check(t, b.get("/h5/verifications?before="+bad))
	}
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
