package admin_test

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
)

// told is a conflict: the graduate reported unitA here, and a platform says
// otherwise.
func (s *site) told(id model.GraduateID, unit string) model.Record {
	s.t.Helper()
	return s.rule(id, func(r model.Record) (model.Change, error) {
		d := r.Latest().Destination
		d.Unit = unit
		ch, reply, err := model.ReceiveUpstream(r, model.NewCohort(2027), model.Incoming{
			Destination: d, ReportedAt: s.now, By: model.ByUpstream("91job"), Name: r.Graduate.Basics.Name,
		}, s.table, s.now)
		if err == nil && reply.Reception != model.ReceptionConflict {
			s.t.Fatalf("%+v", reply)
		}
		return ch, err
	})
}

// TestConflictIsSettled: shown to the school, field by field, decided by it, and
// the other side told nothing of either.
func TestConflictIsSettled(t *testing.T) {
	s := newSite(t)
	g := s.report(s.graduate(here, collegeA, classA, nil).Graduate.ID, unitA)
	s.told(g.Graduate.ID, "上级的单位")
	name := g.Graduate.Basics.Name
	at := fmt.Sprintf("/admin/conflicts/%d/1", g.Graduate.ID)
	v := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	page{has: []string{"上级数据冲突 1 项等待决定采用哪一方"}}.check(t, v.get("/admin"))
	page{has: []string{name, "91job", "本系统的去向已有人填报、审核或处理"}, raw: []string{`href="` + at + `"`}}.check(t, v.get("/admin/conflicts"))
	page{raw: []string{`href="` + at + `"`}}.check(t, v.get(path(g.Graduate.ID)))
	page{
		has: []string{"单位名称 不一致 上级的单位 " + unitA, "单位所在地 北京市西城区 北京市西城区", "等待学院审核", "采用上级数据", "保留本地数据"},
		not: []string{g.Graduate.Basics.IDNumber},
	}.check(t, v.get(at))

	// Without a reason ours is not kept; what was not seen is not decided.
	page{status: 422, has: []string{"请写明理由"}}.check(t, v.post(at, url.Values{"revision": {"1"}, "decision": {"keep"}}))
	page{status: 409, has: []string{"信息已有变化"}}.check(t, v.post(at, url.Values{"revision": {"0"}, "decision": {"take"}}))
	page{to: "/admin/conflicts?done=finished"}.check(t, v.post(at, url.Values{"revision": {"1"}, "decision": {"take"}}))
	r := s.record(g.Graduate.ID)
	if r.Latest().Destination.Unit != "上级的单位" || r.Latest().State() != model.ReviewCollege || len(r.Revisions) != 2 {
		t.Errorf("%+v", r.Revisions)
	}
	page{has: []string{"已采用上级数据，管理员 school"}, not: []string{`value="take"`}}.check(t, v.get(at))
	page{status: 409, has: []string{"刚刚已处理"}}.check(t, v.post(at, url.Values{"revision": {"2"}, "decision": {"take"}}))
	page{has: []string{"没有等待处理的上级数据冲突"}}.check(t, v.get("/admin/conflicts"))
	_, _, err := s.store.AddUpstreamKey(t.Context(), model.UpstreamKey{SchoolCode: here, Platform: "91job"}, model.BySystem("test"), s.now)
	must(t, err)
	auditor := s.operator(model.Operator{Role: model.RoleAuditor, SchoolCode: here})
	page{has: []string{"上级平台推送", here + " 91job 有效 尚未推送 0 采用 0"}}.check(t, auditor.get("/admin/jobs"))
	page{has: []string{"上级数据与本系统不一致，待学校处理", "采用上级数据"}}.check(t, v.get(path(g.Graduate.ID)))
}

// TestConflictsOfOthers: another school's are not there, neither to see nor to
// decide.
func TestConflictsOfOthers(t *testing.T) {
	s := newSite(t)
	g := s.report(s.graduate(here, collegeA, classA, nil).Graduate.ID, unitA)
	s.told(g.Graduate.ID, "上级的单位")
	at := fmt.Sprintf("/admin/conflicts/%d/1", g.Graduate.ID)
	v := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: "99002"})
	page{not: []string{g.Graduate.Basics.Name}, has: []string{"没有等待处理的上级数据冲突"}}.check(t, v.get("/admin/conflicts"))
	page{status: 404, not: []string{g.Graduate.Basics.Name}}.check(t, v.get(at))
	page{status: 404}.check(t, v.post(at, url.Values{"revision": {"1"}, "decision": {"take"}}))
	page{status: 422, has: []string{"没有找到这条冲突"}, not: []string{g.Graduate.Basics.Name}}.check(t, v.post("/admin/conflicts", url.Values{
		"pick": {fmt.Sprintf("%d.1.1", g.Graduate.ID), "9999999.1.1", "x"}, "decision": {"take"},
	}))
	if r := s.record(g.Graduate.ID); r.OpenConflict() == nil || len(r.Revisions) != 1 {
		t.Error("decided")
	}
	// Nobody learns who there is by ticking numbers, and trying is audited.
	answer := func(pick string) string {
		return v.post("/admin/conflicts", url.Values{"pick": {pick}, "decision": {"take"}}).Body.String()
	}
	why := regexp.MustCompile(`没有处理：[^<]*`)
	if there, absent := why.FindString(answer(fmt.Sprintf("%d.1.1", g.Graduate.ID))), why.FindString(answer("9999999.1.1")); there == "" || there != absent {
		t.Errorf("somebody who is there is answered %q, nobody %q", there, absent)
	}
	audits, _, err := s.store.Audits(t.Context(), model.Scope{All: true}, store.AuditFilter{Graduate: g.Graduate.ID}, 0, 1)
	must(t, err)
	if len(audits) != 1 || audits[0].Action != "graduate.denied" || audits[0].Detail["route"] != "/admin/conflicts" {
		t.Errorf("audits %+v", audits)
	}
	own := s.operator(model.Operator{Name: "own", Role: model.RoleSchool, SchoolCode: here})
	for _, n := range []string{"0", "2", "x"} {
		page{status: 404}.check(t, own.get(strings.TrimSuffix(at, "1")+n))
	}
}

// TestConflictsTogether: those that were ticked, by one decision; what the rule
// refuses stays.
func TestConflictsTogether(t *testing.T) {
	s := newSite(t)
	var picks []string
	var ids []model.GraduateID
	for i := range 3 {
		g := s.report(s.graduate(here, collegeA, classA, nil).Graduate.ID, unitA)
		s.now = s.now.Add(time.Minute)
		s.told(g.Graduate.ID, fmt.Sprintf("上级的单位%d", i))
		ids, picks = append(ids, g.Graduate.ID), append(picks, fmt.Sprintf("%d.1.1", g.Graduate.ID))
	}
	v := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	page{status: 422, has: []string{"请先勾选"}}.check(t, v.post("/admin/conflicts", url.Values{"decision": {"take"}}))
	page{status: 422, has: []string{"请写明理由"}}.check(t, v.post("/admin/conflicts", url.Values{"decision": {"keep"}, "pick": picks[:1]}))
	page{to: "/admin/conflicts?done=settled"}.check(t, v.post("/admin/conflicts", url.Values{"decision": {"keep"}, "pick": picks[:1], "reason": {"已电话核实"}}))
	s.decide(ids[1], model.LevelCollege, model.DecisionReturn)
	s.report(ids[1], "又一次")
	page{status: 422, has: []string{"已处理 1 项，1 项没有处理", "信息已有变化"}}.check(t, v.post("/admin/conflicts", url.Values{"decision": {"take"}, "pick": picks[1:]}))
	if r := s.record(ids[0]); r.Conflict(1).State != model.ConflictKept || r.Conflict(1).Reason != "已电话核实" || len(r.Revisions) != 1 {
		t.Errorf("kept: %+v", r.Conflicts)
	}
	if r := s.record(ids[1]); r.Conflict(1).State != model.ConflictOpen || len(r.Revisions) != 2 {
		t.Errorf("changed meanwhile: %+v", r.Conflicts)
	}
	if r := s.record(ids[2]); r.Conflict(1).State != model.ConflictTaken || len(r.Revisions) != 2 {
		t.Errorf("taken: %+v", r.Conflicts)
	}
}

// TestConflictTellsNoDispute: whoever may not know of a dispute does not learn
// of it by a conflict with it.
func TestConflictTellsNoDispute(t *testing.T) {
	s := newSite(t)
	g := s.approved(nil)
	s.disputed(g.Graduate.ID)
	s.told(g.Graduate.ID, "上级的单位")
	at := fmt.Sprintf("/admin/conflicts/%d/1", g.Graduate.ID)
	secret := []string{"不是我登记的", "异议", "监督"}
	school := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	page{not: secret, has: []string{"本系统的去向已有人填报、审核或处理"}}.check(t, school.get("/admin/conflicts"))
	page{not: append(secret, `value="take"`), has: []string{"本系统的去向已有人填报、审核或处理", "暂时不能更换"}}.check(t, school.get(at))
	page{status: 409, not: secret, has: []string{"暂时不能更换"}}.check(t, school.post(at, url.Values{"revision": {"1"}, "decision": {"take"}}))
	page{has: []string{"毕业生反映“这不是我登记的”", "监督人员答复后"}}.check(t, s.operator(model.Operator{Role: model.RoleAdmin}).get(at))
	if len(s.record(g.Graduate.ID).Revisions) != 1 {
		t.Error("taken")
	}
}
