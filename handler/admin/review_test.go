package admin_test

import (
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"quxiang/model"
)

func verdict(w *httptest.ResponseRecorder, t *testing.T, decision, reason string) url.Values {
	t.Helper()
	return url.Values{
		"revision": {hidden(t, w, "revision")}, "level": {hidden(t, w, "level")}, "queue": {hidden(t, w, "queue")}, "decision": {decision}, "reason": {reason},
	}
}

// inQueue is the page of a graduate to which a decision leads.
func inQueue(id model.GraduateID, queue, done string) string {
	return path(id) + "?" + url.Values{"queue": {queue}, "done": {done}}.Encode()
}

func TestReviewFromQueueToQueue(t *testing.T) {
	s := newSite(t)
	var ids []model.GraduateID
	for i := range 3 {
		r := s.graduate(here, collegeA, classA, nil)
		s.now = begin.Add(time.Duration(i) * 24 * time.Hour)
		s.report(r.Graduate.ID, "单位"+strconv.Itoa(i))
		ids = append(ids, r.Graduate.ID)
	}
	s.now = begin.Add(72 * time.Hour)
	v := s.operator(model.Operator{Role: model.RoleCollege, SchoolCode: here, College: collegeA})
	queue := v.get("/admin/reviews")
	page{has: []string{"待学院审核", "签就业协议形式就业", "单位0", "3 天", "2027年6月10日", "待学院审核 3 项待处理"}}.check(t, queue)
	if body := queue.Body.String(); strings.Index(body, "单位0") > strings.Index(body, "单位1") {
		t.Error("the longest waiting is not first")
	}

	first := v.get(path(ids[0]))
	page{has: []string{"学院审核中", "单位0", "海淀区人力资源公共服务中心", "户口迁移信息", "未登记", "第 1 次上报", "现由学院办理", "退回修改"}, not: []string{"重新开放"}}.check(t, first)
	page{to: inQueue(ids[1], "reviews?level=college", "approve")}.check(t, v.post(path(ids[0])+"/review", verdict(first, t, "approve", "")))
	second := v.get(path(ids[1]) + "?done=approve")
	page{has: []string{"上一位毕业生的去向已通过"}}.check(t, second)

	// Returning needs a reason; what was chosen stays.
	page{status: 422, has: []string{"退回时请写明原因"}, raw: []string{`aria-invalid="true"`}}.check(t, v.post(path(ids[1])+"/review", verdict(second, t, "return", " ")))
	page{status: 422, has: []string{"请选择通过或退回"}}.check(t, v.post(path(ids[1])+"/review", verdict(second, t, "", "")))
	long := strings.Repeat("字", 201)
	page{status: 422, has: []string{"最多 200 字", long}}.check(t, v.post(path(ids[1])+"/review", verdict(second, t, "return", long)))
	page{to: inQueue(ids[2], "reviews?level=college", "return")}.check(t, v.post(path(ids[1])+"/review", verdict(second, t, "return", "请补充单位地址")))
	page{has: []string{"已退回，请修改", "现由毕业生本人办理", "原因：请补充单位地址", "学院退回，管理员 college", "审核退回"}, not: []string{"退回修改"}}.check(t, v.get(path(ids[1])))
	third := v.get(path(ids[2]))
	page{to: "/admin/reviews?done=finished&level=college"}.check(t, v.post(path(ids[2])+"/review", verdict(third, t, "approve", "")))
	page{has: []string{"没有等待学院审核的去向", "没有其他等待处理的了"}}.check(t, v.get("/admin/reviews?level=college&done=finished"))

	school := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	page{has: []string{"待学校审核", "单位0", "单位2"}, not: []string{"单位1"}}.check(t, school.get("/admin/reviews"))
	w := school.get(path(ids[0]))
	page{to: inQueue(ids[2], "reviews?level=school", "approve")}.check(t, school.post(path(ids[0])+"/review", verdict(w, t, "approve", "")))
	if r := s.record(ids[0]); r.Latest().State() != model.ReviewApproved {
		t.Errorf("state %s", r.Latest().State())
	}
}

func TestTwoReviewersOneWins(t *testing.T) {
	s := newSite(t)
	id := s.report(s.graduate(here, collegeA, classA, nil).Graduate.ID, unitA).Graduate.ID
	v := s.operator(model.Operator{Role: model.RoleCollege, SchoolCode: here, College: collegeA})
	stale := verdict(v.get(path(id)), t, "approve", "")

	s.decide(id, model.LevelCollege, model.DecisionReturn)
	page{status: 409, has: []string{"学院退回，管理员 other", "2027年6月10日 09:30"}, not: []string{"退回修改"}}.check(t, v.post(path(id)+"/review", stale))

	// The graduate was faster with a new revision: the page shows it with what
	// is different, and asks anew.
	s.now = begin.Add(time.Hour)
	s.report(id, "另一家单位")
	w := v.post(path(id)+"/review", stale)
	page{status: 409, has: []string{"毕业生本人已于2027年6月10日 10:30提交第 2 次上报", "另一家单位", "有变更", "原为：" + unitA, "退回修改"}, not: []string{"checked"}}.check(t, w)
	if got := hidden(t, w, "revision"); got != "2" {
		t.Errorf("revision %s", got)
	}
	if r := s.record(id); len(r.Latest().Reviews) != 0 {
		t.Error("a stale verdict was taken")
	}
	// Numbers that are none are stale as well.
	page{status: 409}.check(t, v.post(path(id)+"/review", url.Values{"revision": {"x"}, "level": {"college"}, "decision": {"approve"}}))
}

func TestGraduatePageHidesIDNumber(t *testing.T) {
	s := newSite(t)
	r := s.graduate(here, collegeA, classA, nil)
	id := r.Graduate.Basics.IDNumber
	if len(id) != 18 {
		t.Fatalf("ID number of %d characters", len(id))
	}
	v := s.operator(model.Operator{Role: model.RoleAdmin})
	page{
		has: []string{r.Graduate.Basics.Name, id[:3] + "***********" + id[14:], "示范大学", "还没有上报毕业去向", "绑定学信网账号", "核对基本信息无误"},
		not: []string{id},
	}.check(t, v.get(path(r.Graduate.ID)))
	for _, p := range []string{"/admin/graduates/0", "/admin/graduates/x", "/admin/graduates/99999", "/admin/graduates/-1"} {
		page{status: 404}.check(t, v.get(p))
	}
}

func TestReopen(t *testing.T) {
	s := newSite(t)
	id := s.graduate(here, collegeA, classA, nil).Graduate.ID
	s.now = time.Date(2027, 9, 2, 9, 0, 0, 0, model.Shanghai)
	v := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	page{has: []string{"更新已于2027年8月31日截止", "重新开放"}, raw: []string{`min="2027-09-02"`}}.check(t, v.get(path(id)))
	for typed, why := range map[string]string{"": "2027-08-31 的形式", "tomorrow": "2027-08-31 的形式", "2027-09-01": "不能早于今天"} {
		page{status: 422, has: []string{why}, raw: []string{`<details open`, `value="` + typed + `"`}}.check(t, v.post(path(id)+"/reopen", url.Values{"until": {typed}}))
	}
	page{to: path(id) + "?done=reopened"}.check(t, v.post(path(id)+"/reopen", url.Values{"until": {"2027-09-10"}}))
	page{has: []string{"更新重新开放至2027年9月10日", "当前已重新开放到2027年9月10日", "重新开放更新"}}.check(t, v.get(path(id)))
}

func TestListPagesByKeyAndKeepsNamesOutOfAddresses(t *testing.T) {
	s := newSite(t)
	for i := range 60 {
		s.now = begin.Add(time.Duration(i) * time.Minute)
		s.graduate(here, collegeA, classA, func(b *model.Basics) { b.Name = "王" + strings.Repeat("一", 1+i%3) + strconv.Itoa(i) })
	}
	v := s.operator(model.Operator{Role: model.RoleCollege, SchoolCode: here, College: collegeA})
	first := v.get("/admin/graduates?step=report")
	if n := strings.Count(first.Body.String(), `<th scope="row"><a`); n != 50 {
		t.Errorf("%d rows", n)
	}
	next := between(first.Body.String(), `<a href="`, `" rel="next">`)
	second := v.get(strings.ReplaceAll(next, "&amp;", "&"))
	if n := strings.Count(second.Body.String(), `<th scope="row"><a`); n != 10 || !strings.HasPrefix(next, "/admin/graduates?") || !strings.Contains(next, "step=report") {
		t.Errorf("%d rows at %s", n, next)
	}
	page{not: []string{`rel="next"`}, has: []string{"王一一一59"}}.check(t, second)
	page{status: 422}.check(t, v.get("/admin/graduates?after=nonsense"))
	page{has: []string{"没有符合条件的毕业生"}}.check(t, v.get("/admin/graduates?step=done"))

	page{to: "/admin/graduates?class=" + url.QueryEscape(classA) + "&step=report"}.check(t, v.post("/admin/graduates", url.Values{"class": {classA}, "step": {"report"}, "q": {""}}))
	page{to: "/admin/graduates"}.check(t, v.post("/admin/graduates", url.Values{"step": {"nonsense"}}))
	found := v.post("/admin/graduates", url.Values{"q": {"王一"}})
	page{has: []string{"只显示前 50 人"}, raw: []string{`name="q" type="text" value="王一"`}, not: []string{`rel="next"`, url.QueryEscape("王一")}}.check(t, found)
}

// between is what stands between two markers, the first one searched backwards
// from the second.
func between(s, from, to string) string {
	end := strings.Index(s, to)
	if end < 0 {
		return ""
	}
	return s[strings.LastIndex(s[:end], from)+len(from) : end]
}
