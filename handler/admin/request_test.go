package admin_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/demo"
	"quxiang/model/store"
)

// approved is a graduate of collegeA whose destination both levels approved;
// op, if given, is who approved it for the college.
func (s *site) approved(edit func(*model.Basics), by ...model.Operator) model.Record {
	s.t.Helper()
	s.numbers++
	b := model.Basics{}
	for p := range demo.Graduates(s.numbers, 7, demo.Options{Year: 2027}) {
		b = p.Basics
	}
	if b.College, b.Class = collegeA, classA; edit != nil {
		edit(&b)
	}
	ids, err := s.store.CreateGraduates(s.t.Context(), []model.Graduate{{CohortCode: "2027", SchoolCode: here, Basics: b, CreatedAt: s.now}}, model.BySystem("test"))
	must(s.t, err)
	// With a WeChat, so that messages are owed.
	id, openid := ids[0], fmt.Sprintf("oDemo%07d", s.numbers)
	a, err := s.store.EnsureAccount(s.t.Context(), openid, s.now)
	must(s.t, err)
	_, err = s.store.ChangeAccount(s.t.Context(), a.ID, openid, func(a model.Account, holder *model.Account) (model.AccountChange, error) {
		return model.Bind(a, holder, openid, false, s.now)
	})
	must(s.t, err)
	s.rule(id, func(r model.Record) (model.Change, error) { return model.Link(r, a, "test", s.now) })
	s.rule(id, func(r model.Record) (model.Change, error) { return model.CheckBasics(r, s.now) })
	s.report(id, unitA)
	op := model.Operator{ID: 99, Name: "other", Role: model.RoleAdmin}
	if len(by) > 0 {
		op = by[0]
	}
	s.rule(id, func(r model.Record) (model.Change, error) {
		return model.Decide(r, model.NewCohort(2027), op, model.Verdict{Revision: 1, Level: model.LevelCollege, Decision: model.DecisionApprove}, s.now)
	})
	s.decide(id, model.LevelSchool, model.DecisionApprove)
	return s.record(id)
}

func (s *site) asks(id model.GraduateID, item, wanted string) {
	s.t.Helper()
	s.rule(id, func(r model.Record) (model.Change, error) {
		return model.AskCorrection(r, item, wanted, "见证明", s.table, s.now)
	})
}

func (s *site) disputed(id model.GraduateID) {
	s.t.Helper()
	s.rule(id, func(r model.Record) (model.Change, error) {
		return model.Dispute(r, len(r.Revisions), "我没有与该单位签约", s.now)
	})
}

// known is an operator as the store knows him, with a session.
func (s *site) known(op model.Operator) (model.Operator, *browser) {
	s.t.Helper()
	b := s.operator(op)
	name := op.Name
	if name == "" {
		name = string(op.Role)
	}
	got, _, err := s.store.OperatorByName(s.t.Context(), name)
	must(s.t, err)
	return got, b
}

var yes = url.Values{"decision": {"approve"}, "level": {"school"}}

func no(reason string) url.Values {
	return url.Values{"decision": {"return"}, "level": {"school"}, "reason": {reason}}
}

func with(v url.Values, name, value string) url.Values {
	out := url.Values{name: {value}}
	for k, vs := range v {
		out[k] = vs
	}
	return out
}

func at(kind string, id model.GraduateID, ordinal int) string {
	return fmt.Sprintf("/admin/%s/%d/%d", kind, id, ordinal)
}

func TestCorrections(t *testing.T) {
	s := newSite(t)
	first := s.approved(func(b *model.Basics) { b.Degree = "工学学士" })
	number := first.Graduate.Basics.IDNumber
	id := first.Graduate.ID
	const wanted = "11010519491231002X"
	s.asks(id, "id_number", wanted)
	s.now = begin.Add(24 * time.Hour)
	s.asks(id, "sex", map[string]string{"1": "2", "2": "1"}[first.Graduate.Basics.Sex])
	second := s.graduate(here, collegeA, "乙班", nil).Graduate.ID
	s.asks(second, "degree", "文学学士")
	s.now = begin.Add(48 * time.Hour)

	office := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	list := office.get("/admin/corrections")
	page{
		has: []string{"待处理更正 3 项待处理", "身份证号", "110***********002X", "文学学士", "2 天", "2027年6月10日"},
		not: []string{number, wanted},
	}.check(t, list)
	if body := list.Body.String(); strings.Index(body, at("corrections", id, 1)) > strings.Index(body, at("corrections", id, 2)) {
		t.Error("the longest waiting is not first")
	}
	page{has: []string{"待处理更正", "3 项信息更正申请等待处理"}}.check(t, office.get("/admin"))

	// The college and the counsellor answer what does not say who somebody is.
	college := s.operator(model.Operator{Role: model.RoleCollege, SchoolCode: here, College: collegeA})
	page{has: []string{"待处理更正 2 项待处理", "文学学士"}, not: []string{"身份证号"}}.check(t, college.get("/admin/corrections"))
	page{not: []string{number, wanted, "同意更正"}}.check(t, college.get(at("corrections", id, 1)))
	page{status: 403}.check(t, college.post(at("corrections", id, 1), with(yes, "sure", "yes")))
	counsellor := s.operator(model.Operator{Role: model.RoleCounsellor, SchoolCode: here, College: collegeA, Classes: []string{classA}})
	page{has: []string{"待处理更正 1 项待处理"}, not: []string{"文学学士"}}.check(t, counsellor.get("/admin/corrections"))
	page{status: 404}.check(t, counsellor.get(at("corrections", second, 1)))
	page{status: 404}.check(t, counsellor.post(at("corrections", second, 1), yes))
	for _, bad := range []string{at("corrections", id, 0), at("corrections", id, 9), at("corrections", 999, 1), "/admin/corrections/x/1", fmt.Sprintf("/admin/corrections/%d/x", id)} {
		page{status: 404}.check(t, office.get(bad))
		page{status: 404}.check(t, office.post(bad, yes))
	}
	page{status: 422}.check(t, office.get("/admin/corrections?after=nonsense"))

	// In clear beside each other, which is audited; never without a second word.
	page{has: []string{number, wanted, "见证明", "已对照证件核对", "没有上传证明材料"}}.check(t, office.get(at("corrections", id, 1)))
	entries, _, err := s.store.Audits(t.Context(), model.Scope{All: true}, store.AuditFilter{Graduate: id}, 0, 1)
	must(t, err)
	if len(entries) != 1 || entries[0].Action != "correction.view_id" || len(entries[0].Detail) != 0 {
		t.Errorf("audit %+v", entries)
	}
	page{status: 422, has: []string{"请先对照证件核对"}}.check(t, office.post(at("corrections", id, 1), yes))
	page{status: 422, has: []string{"请选择通过或不通过"}}.check(t, office.post(at("corrections", id, 1), url.Values{"level": {"school"}}))
	page{status: 422, has: []string{"不通过时请写明原因"}}.check(t, office.post(at("corrections", id, 1), no(" ")))
	if got := s.record(id).Graduate.Basics; got != first.Graduate.Basics {
		t.Fatalf("written: %+v", got)
	}
	page{to: at("corrections", id, 2) + "?done=corrected"}.check(t, office.post(at("corrections", id, 1), with(yes, "sure", "yes")))
	if s.record(id).Graduate.Basics.IDNumber != wanted {
		t.Error("not written")
	}
	page{has: []string{"上一项已更正"}}.check(t, office.get(at("corrections", id, 2)+"?done=corrected"))
	// Twice: the second is told what has happened.
	page{status: 409, has: []string{"刚刚已由他人处理"}, not: []string{wanted}}.check(t, office.post(at("corrections", id, 1), with(yes, "sure", "yes")))
	page{to: at("corrections", second, 1) + "?done=kept"}.check(t, office.post(at("corrections", id, 2), url.Values{
		"decision": {"return"}, "level": {"school"}, "choice": {"现有内容无误，无需更正"}, "reason": {"请来办公室"},
	}))
	if q := s.record(id).Requests[1]; q.Answers[0].Reason != "现有内容无误，无需更正。请来办公室" {
		t.Errorf("reason %q", q.Answers[0].Reason)
	}
	page{to: "/admin/corrections?done=finished"}.check(t, office.post(at("corrections", second, 1), yes))
	page{has: []string{"没有等待您处理的信息更正", "没有其他等待处理的了"}}.check(t, office.get("/admin/corrections?done=finished"))
	page{has: []string{"信息更正“身份证号”通过", "学校 · 管理员 school", "现有内容无误", "为处理更正查看证件号码"}, not: []string{wanted, number}}.check(t, office.get(path(id)))
}

// TestCorrectionToAnothersNumber is refused politely, with nothing written.
func TestCorrectionToAnothersNumber(t *testing.T) {
	s := newSite(t)
	other := s.graduate(here, collegeA, classA, nil).Graduate.Basics
	id := s.graduate(here, collegeA, classA, nil).Graduate.ID
	s.asks(id, "exam_number", other.ExamNumber)
	s.asks(id, "id_number", other.IDNumber)
	office := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	for ordinal, says := range map[int]string{1: "考生号与本校同届的另一条记录重复", 2: "身份证号与同届同学历的另一条记录重复"} {
		page{status: 422, has: []string{says, "同意更正"}}.check(t, office.post(at("corrections", id, ordinal), with(yes, "sure", "yes")))
	}
	if r := s.record(id); r.Graduate.Basics.ExamNumber == other.ExamNumber || !r.Requests[0].State().Open() || !r.Requests[1].State().Open() {
		t.Error("something was written")
	}
}

func TestDisputes(t *testing.T) {
	s := newSite(t)
	id := s.approved(nil).Graduate.ID
	s.disputed(id)
	s.now = begin.Add(48 * time.Hour)
	auditor := s.operator(model.Operator{Role: model.RoleAuditor, SchoolCode: here})
	page{has: []string{"待核实异议 1 项待处理", "第 1 次登记", "2 天"}}.check(t, auditor.get("/admin/disputes"))
	page{has: []string{"去向异议核实中（请确认毕业去向）", "现由学校监督人员办理", "反映“这不是我登记的”"}, raw: []string{`href="` + at("disputes", id, 1)}}.check(t, auditor.get(path(id)))
	w := auditor.get(at("disputes", id, 1))
	page{has: []string{"我没有与该单位签约", unitA, "登记与审核", "第 1 次上报", "学院通过，管理员 other", "作废这条登记", "不予作废"}}.check(t, w)
	page{status: 422, has: []string{"不通过时请写明原因"}}.check(t, auditor.post(at("disputes", id, 1), no("")))
	page{status: 404}.check(t, auditor.get(at("disputes", id, 2)))
	page{status: 403}.check(t, auditor.get(at("corrections", id, 1)))
	elsewhere := s.operator(model.Operator{Name: "elsewhere", Role: model.RoleAuditor, SchoolCode: "99002"})
	page{status: 404}.check(t, elsewhere.get(at("disputes", id, 1)))
	page{status: 404}.check(t, elsewhere.post(at("disputes", id, 1), yes))

	page{to: "/admin/disputes?done=finished"}.check(t, auditor.post(at("disputes", id, 1), with(yes, "reason", "单位未录用")))
	page{status: 409, has: []string{"刚刚已由他人处理"}}.check(t, auditor.post(at("disputes", id, 1), yes))
	page{has: []string{"核实并非本人登记，原登记作废", "学校监督人员 · 管理员 auditor", "单位未录用", "原登记已作废"}}.check(t, auditor.get(path(id)))
}

// words are those that tell of a dispute.
var words = []string{"异议", "不是我登记", "监督", "dispute", "我没有与该单位签约", "单位未录用", "有您签名", "核实"}

// TestDisputeIsInvisible asks every page of operators who entered, reviewed or
// merely are in scope: there is no dispute, before, while or after it is
// answered, in words, counts or anything else that differs.
func TestDisputeIsInvisible(t *testing.T) {
	s := newSite(t)
	_, college := s.known(model.Operator{Role: model.RoleCollege, SchoolCode: here, College: collegeA})
	counsellorOp, counsellor := s.known(model.Operator{Role: model.RoleCounsellor, SchoolCode: here, College: collegeA, Classes: []string{classA}})
	_, office := s.known(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	adminOp, admin := s.known(model.Operator{Role: model.RoleAdmin})
	// The administrator reviewed it; the counsellor "entered" it.
	id := s.approved(nil, adminOp).Graduate.ID
	s.asks(id, "degree", "文学学士")
	visitors := map[string]*browser{"college": college, "counsellor": counsellor, "school": office, "admin who reviewed it": admin}
	pages := []string{
		"/admin", "/admin/graduates", "/admin/graduates?step=confirm", "/admin/reviews", "/admin/changes", "/admin/corrections", at("corrections", id, 1),
		path(id), path(id) + "/timeline?before=999", "/admin/statistics", "/admin/statistics/export", "/admin/jobs", "/admin/operators",
		"/admin/conflicts", "/admin/roster", "/admin/units",
	}
	read := func() map[string]string {
		seen := map[string]string{}
		for who, b := range visitors {
			for _, p := range pages {
				if w := b.get(p); w.Code == 200 {
					seen[who+" "+p] = text(w)
				}
			}
			for _, sheet := range []string{"roster", "destinations", "reviews"} {
				if w := b.post("/admin/export", url.Values{"sheet": {sheet}, "format": {"csv"}}); w.Code == 200 {
					seen[who+" "+sheet] = w.Body.String()
				}
			}
		}
		return seen
	}
	silent := func(when string, seen map[string]string) {
		t.Helper()
		for where, body := range seen {
			for _, w := range words {
				rest := body
				if strings.HasPrefix(where, "admin who reviewed it") { // his own queue is in his left column
					rest = strings.ReplaceAll(rest, "待核实异议", "")
					rest = strings.ReplaceAll(rest, "0 项“这不是我登记的”等待处理", "")
				}
				if strings.Contains(rest, w) {
					t.Errorf("%s, %s: %q in %s", when, where, w, rest)
				}
			}
		}
	}
	before := read()
	silent("before", before)
	s.now = begin.Add(time.Hour)
	base := read() // the clock moves, and nothing else
	s.disputed(id)
	open := read()
	silent("open", open)
	for where := range base {
		if base[where] != open[where] {
			t.Errorf("%s differs:\n%s\n%s", where, base[where], open[where])
		}
	}
	for who, b := range visitors {
		want := 403
		if who == "admin who reviewed it" {
			want = 404
		}
		for _, w := range []*httptest.ResponseRecorder{b.get(at("disputes", id, 1)), b.post(at("disputes", id, 1), yes)} {
			if w.Code != want {
				t.Errorf("%s: %d", who, w.Code)
			}
		}
	}
	page{has: []string{"没有等待您处理的去向异议"}}.check(t, admin.get("/admin/disputes"))
	// A change that is asked for afterwards does not show by its number either.
	s.rule(id, func(r model.Record) (model.Change, error) { return model.WithdrawRequest(r, 2, s.now) })
	s.rule(id, func(r model.Record) (model.Change, error) {
		return model.AskChange(r, model.NewCohort(2027), 1, "换了单位", s.now)
	})
	if got := hidden(t, counsellor.get(path(id)), "request"); got != "1" {
		t.Errorf("the change has number %s", got)
	}
	silent("withdrawn", read())

	// Answered: that the revision is void is seen, why is not.
	auditor := model.Operator{ID: 77, Name: "jd", Role: model.RoleAuditor, SchoolCode: here}
	s.disputed(id)
	s.rule(id, func(r model.Record) (model.Change, error) {
		return model.AnswerDispute(r, auditor, model.Ruling{Request: 4, Decision: model.DecisionApprove, Reason: "单位未录用"}, s.now)
	})
	silent("void", read())
	page{has: []string{"原登记已作废", "第 1 次登记的毕业去向作废"}, not: []string{"jd"}}.check(t, counsellor.get(path(id)))
	// The message about it is there for the auditor only.
	messages, err := s.store.Messages(t.Context(), id, 9)
	must(t, err)
	if n := len(messages); n != 3 || messages[0].Notice.Kind != model.MessageAnswered {
		t.Fatalf("messages %+v", messages)
	}
	if n := strings.Count(text(counsellor.get(path(id))), "申请答复"); n != 0 {
		t.Errorf("the counsellor sees %d answers", n)
	}
	page{has: []string{"申请答复"}}.check(t, s.operator(model.Operator{Role: model.RoleAuditor, SchoolCode: here}).get(path(id)))
	if counsellorOp.SeesDisputes(s.record(id)) {
		t.Error("the counsellor sees disputes")
	}
}

// TestTimelinePages: entries beyond the first page are on further ones, each
// once.
func TestTimelinePages(t *testing.T) {
	s := newSite(t)
	id := s.graduate(here, collegeA, classA, nil).Graduate.ID
	for i := range 45 {
		s.now = s.now.Add(time.Minute)
		s.rule(id, func(r model.Record) (model.Change, error) {
			return model.SaveDraft(r, model.NewCohort(2027), model.Destination{Category: "10", Unit: fmt.Sprint("单位", i)}, s.now)
		})
	}
	b := s.operator(model.Operator{Role: model.RoleAuditor, SchoolCode: here})
	w := b.get(path(id))
	drafts := strings.Count(w.Body.String(), "保存去向草稿")
	page{has: []string{"更早的办理记录", "绑定学信网账号"}}.check(t, w)
	for next := "x"; next != ""; {
		link := `href="` + path(id) + `/timeline?before=`
		i := strings.Index(w.Body.String(), link)
		if i < 0 {
			break
		}
		next = w.Body.String()[i+len(`href="`):]
		next = next[:strings.Index(next, `"`)]
		w = b.get(next)
		page{has: []string{"较早的办理记录"}}.check(t, w)
		drafts += strings.Count(w.Body.String(), "保存去向草稿")
	}
	if drafts != 45 {
		t.Errorf("%d drafts are told of", drafts)
	}
	page{to: path(id)}.check(t, b.get(path(id)+"/timeline"))
	page{to: path(id)}.check(t, b.get(path(id)+"/timeline?before=x"))
	other := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: "99002"})
	page{status: 404}.check(t, other.get(path(id)+"/timeline?before=9"))
}
