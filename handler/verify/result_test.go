package verify_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store/storetest"
)

// revoke ends the archive form an hour after begin.
func (s *site) revoke() {
	s.now = begin.Add(time.Hour)
	s.rule(1, func(r model.Record) (model.Change, error) { return model.Revoke(r, "2799001AAAAAAAA", s.now) })
}

// void has the school find that the graduate never registered what the forms
// show.
func (s *site) void() {
	s.now = begin.Add(3 * time.Hour)
	s.rule(1, func(r model.Record) (model.Change, error) { return model.Dispute(r, 1, "不是我登记的", s.now) })
	auditor := model.Operator{ID: 9, Name: "监督", Role: model.RoleAuditor, SchoolCode: "99001"}
	s.rule(1, func(r model.Record) (model.Change, error) {
		return model.AnswerDispute(r, auditor, model.Ruling{Request: 1, Decision: model.DecisionApprove, Reason: "已核实"}, s.now)
	})
}

// confirmAnother has a second revision reported, approved and confirmed, as
// upstream platforms send them.
func (s *site) confirmAnother() {
	s.t.Helper()
	admin := model.Operator{ID: 1, Name: "root", Role: model.RoleAdmin}
	cohort := model.NewCohort(2027)
	s.rule(1, func(r model.Record) (model.Change, error) {
		d := r.Latest().Destination
		d.Unit = "另一家单位"
		r.School.Origin = model.OriginUpstream
		ch, _, err := model.Receive(r, cohort, d, model.BySystem("test"), s.now, s.now, s.table)
		return ch, err
	})
	for _, l := range []model.Level{model.LevelCollege, model.LevelSchool} {
		r, err := s.store.Record(s.t.Context(), 1)
		must(s.t, err)
		if r.Latest().State() == model.ReviewApproved {
			break
		}
		s.rule(1, func(r model.Record) (model.Change, error) {
			return model.Decide(r, cohort, admin, model.Verdict{Revision: len(r.Revisions), Level: l, Decision: model.DecisionApprove}, s.now)
		})
	}
	s.rule(1, func(r model.Record) (model.Change, error) {
		return model.Confirm(r, model.Confirmation{Revision: len(r.Revisions), Answer: model.AnswerRight}, s.now)
	})
}

// TestEndedForms: each way in which a form ends has its words, since when, and
// what can be done; the content is gone, and only name and number together hear
// of it.
func TestEndedForms(t *testing.T) {
	extend, anew := "延长有效期（核验编号不变）", "重新授权，提供新的登记信息表"
	for _, tc := range []struct {
		what     string
		end      func(s *site)
		has, not []string
	}{
		{"revoked", (*site).revoke, []string{"已撤销", "自2027年7月1日 11:00起不再有效", anew}, []string{extend}},
		{"void", (*site).void, []string{"已撤销", "自2027年7月1日 13:00起不再有效", anew}, []string{"不是我登记的", "作废", extend}},
		{"expired", func(s *site) { s.now = time.Date(2027, 8, 1, 0, 0, 0, 0, model.Shanghai) }, []string{"已过期", "2027年7月31日 24:00", extend}, []string{anew}},
		{"superseded", func(s *site) {
			s.now = begin.Add(2 * time.Hour)
			s.confirmAnother()
		}, []string{"已被新的确认取代", "2027年7月1日 12:00", anew}, []string{"另一家单位", extend}},
		{"after the cap", func(s *site) { s.now = time.Date(2028, 1, 1, 0, 0, 0, 0, model.Shanghai) }, []string{
			"已过期", "核验服务已于2027年12月31日截止（毕业时间加六个月）", "请联系学校就业指导中心",
		}, []string{extend, anew}},
	} {
		t.Run(tc.what, func(t *testing.T) {
			s := newSite(t)
			name, archive, _ := s.authorised()
			tc.end(s)
			has := append([]string{"核验结果", "是否真实？", "是否仍有效？", "由谁出具？", "本系统出具过这份表，但现在不能凭它办理", "示范大学就业指导中心 李老师，电话 025-83790000", "核验回执"}, tc.has...)
			not := append(append([]string{"真实有效", "逐项核对", name}, content...), tc.not...)
			expect(t, s.from("192.0.2.1").verify(model.FormArchive, name, string(archive)), 200, has, not)
			expect(t, s.from("192.0.2.1").verify(model.FormArchive, "张三", string(archive)), 200, []string{"没有匹配的登记信息"}, tc.has[:1])
		})
	}
	t.Run("the cap moved before the day that the holder set", func(t *testing.T) {
		s := newSite(t)
		name, archive, _ := s.authorised()
		s.rule(1, func(r model.Record) (model.Change, error) {
			b := r.Graduate.Basics
			b.Graduates = "202701"
			ch, _ := model.UpdateBasics(r, b, model.BySystem("test"), s.now)
			return ch, nil
		})
		s.rule(1, func(r model.Record) (model.Change, error) {
			r.Authorizations[0].ValidUntil = "2027-12-31" // as it was set while the cap was later
			return model.Change{Record: r}, nil
		})
		expect(t, s.from("192.0.2.1").verify(model.FormArchive, name, string(archive)), 200, []string{"真实有效，有效期至2027年7月31日"}, []string{"2027年12月31日当天"})
	})
	t.Run("the last second of the last day", func(t *testing.T) {
		s := newSite(t)
		name, archive, _ := s.authorised()
		s.now = time.Date(2027, 7, 31, 23, 59, 59, 0, model.Shanghai)
		expect(t, s.from("192.0.2.1").verify(model.FormArchive, name, string(archive)), 200, []string{"真实有效", "有效期到2027年7月31日当天为止", "与下面的内容逐项核对"}, []string{"怎么办"})
	})
}

// TestTextBrowser: without the sheet the result reads from top to bottom, with
// label and value on one line.
func TestTextBrowser(t *testing.T) {
	w3m, err := exec.LookPath("w3m")
	if err != nil {
		if os.Getenv(storetest.RequireVariable) != "" {
			t.Fatal("w3m is not installed")
		}
		t.Skip("w3m is not installed")
	}
	s := newSite(t)
	name, archive, _ := s.authorised()
	page := s.from("192.0.2.1").verify(model.FormArchive, name, string(archive)).Body.String()
	cmd := exec.CommandContext(t.Context(), w3m, "-dump", "-T", "text/html", "-I", "UTF-8", "-O", "UTF-8", "-cols", "72") // #nosec G204 -- found above
	cmd.Stdin = strings.NewReader(page)
	out, err := cmd.Output()
	must(t, err)
	var lines []string
	for line := range strings.Lines(string(out)) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	text := strings.Join(lines, "\n")
	for _, want := range []string{
		"是否真实？\n", "\n真实\n", "是否仍有效？\n", "\n有效\n", "由谁出具？\n", "\n示范登记系统\n", "档案登记信息表的内容\n", "姓名 " + name + "\n",
		"毕业院校 示范大学\n", "毕业去向 签就业协议形式就业\n", "联系电话 010-12345678\n", "电话 025-83790000", "核验回执\n", "核验编号 27 99001 AAAA AAAA\n",
		"核验结论 真实有效，有效期至2027年7月31日\n", "请求编号 ",
	} {
		before, after, ok := strings.Cut(text, want)
		if !ok {
			t.Fatalf("%q is not there, or not in its place, in:\n%s", want, out)
		}
		_, text = before, "\n"+after
	}
}
