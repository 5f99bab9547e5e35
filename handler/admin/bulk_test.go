package admin_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

var pickBox = regexp.MustCompile(`name="pick" value="([^"]+)"( checked)?`)

// boxes are the tick boxes of a page, with those that are ticked.
func boxes(w *httptest.ResponseRecorder) (all, ticked []string) {
	for _, m := range pickBox.FindAllStringSubmatch(w.Body.String(), -1) {
		all = append(all, m[1])
		if m[2] != "" {
			ticked = append(ticked, m[1])
		}
	}
	return all, ticked
}

func TestBulkApprove(t *testing.T) {
	s := newSite(t)
	var ids []model.GraduateID
	for i := range 8 {
		id := s.graduate(here, collegeA, classA, nil).Graduate.ID
		s.reportAs(id, func(d *model.Destination) { *d = model.Destination{Category: "71"} })
		if i == 5 {
			bare := whole("没有代码的公司")
			bare.UnitCode = ""
			id = s.graduate(here, collegeA, classA, nil).Graduate.ID
			s.receiveAs(id, bare)
		}
		ids = append(ids, id)
	}
	v := s.operator(model.Operator{Role: model.RoleCollege, SchoolCode: here, College: collegeA})
	queue := v.get("/admin/reviews")
	all, ticked := boxes(queue)
	if len(all) != 9 || len(ticked) != 0 {
		t.Fatalf("%d boxes, %d ticked", len(all), len(ticked))
	}
	post := func(field string, values []string) url.Values {
		return url.Values{"queue": {"reviews?level=college"}, field: values, "which": {"page"}}
	}
	page{to: "/admin/reviews?level=college&done=unpicked"}.check(t, v.post("/admin/reviews/chosen", url.Values{"queue": {"reviews?level=college"}, "which": {"picked"}}))
	page{has: []string{"请先勾选"}}.check(t, v.get("/admin/reviews?level=college&done=unpicked"))

	chosen := v.post("/admin/reviews/chosen", post("row", all))
	page{has: []string{"共 9 人", "有提示的 1 人排在最前，默认不勾选", "缺信用代码", "通常应填写统一社会信用代码"}}.check(t, chosen)
	asked, ticked := boxes(chosen)
	if len(asked) != 9 || len(ticked) != 8 || asked[0] != fmt.Sprintf("%d.1", ids[5]) || strings.Contains(strings.Join(ticked, " "), asked[0]) {
		t.Errorf("asked %v, ticked %v", asked, ticked)
	}
	if r := s.record(ids[0]); len(r.Latest().Reviews) != 0 {
		t.Error("approved before it was confirmed")
	}

	// Meanwhile one is returned by somebody else, and one returned and reported anew.
	s.decide(ids[1], model.LevelCollege, model.DecisionReturn)
	s.decide(ids[2], model.LevelCollege, model.DecisionReturn)
	s.reportAs(ids[2], func(d *model.Destination) { *d = model.Destination{Category: "71"} })
	result := v.post("/admin/reviews/approve", post("pick", append(ticked, "999999.1")))
	page{has: []string{"通过 6 人", "已有变化，未通过 2 人", "没有找到 1 人", "学院退回，管理员 other", "提交第 2 次上报"}}.check(t, result)
	for i, want := range []model.ReviewState{model.ReviewSchool, model.ReviewReturned, model.ReviewCollege, model.ReviewSchool, model.ReviewSchool, model.ReviewCollege} {
		if got := s.record(ids[i]).Latest().State(); got != want {
			t.Errorf("%d: %s, want %s", i, got, want)
		}
	}
	// Sent twice, nothing happens twice.
	page{has: []string{"通过 0 人", "此前已由您通过 6 人"}}.check(t, v.post("/admin/reviews/approve", post("pick", ticked)))
	if r := s.record(ids[0]); len(r.Latest().Reviews) != 1 {
		t.Errorf("%d reviews", len(r.Latest().Reviews))
	}
	// What has changed is not even listed.
	page{has: []string{"共 0 人", "另有 8 人刚刚已有变化"}}.check(t, v.post("/admin/reviews/chosen", post("row", ticked)))
}

func TestBulkApproveBadInput(t *testing.T) {
	s := newSite(t)
	b := s.report(s.graduate(here, collegeB, "乙班", nil).Graduate.ID, "单位").Graduate.ID
	v := s.operator(model.Operator{Role: model.RoleCollege, SchoolCode: here, College: collegeA})
	many := make([]string, 201)
	for i := range many {
		many[i] = strconv.Itoa(i+1) + ".1"
	}
	for name, form := range map[string]url.Values{
		"too many":           {"queue": {"reviews?level=college"}, "pick": many},
		"no number":          {"queue": {"reviews?level=college"}, "pick": {"x.1"}},
		"no revision":        {"queue": {"reviews?level=college"}, "pick": {"1"}},
		"revision 0":         {"queue": {"reviews?level=college"}, "pick": {"1.0"}},
		"no queue":           {"pick": {"1.1"}},
		"change application": {"queue": {"changes?level=college"}, "pick": {"1.1"}},
	} {
		for _, to := range []string{"/admin/reviews/chosen", "/admin/reviews/approve"} {
			if w := v.post(to, form); w.Code != 422 {
				t.Errorf("%s %s: %d", name, to, w.Code)
			}
		}
	}
	page{status: 403}.check(t, v.post("/admin/reviews/approve", url.Values{"queue": {"reviews?level=school"}, "pick": {"1.1"}}))
	// Another college's graduate is not there, and the attempt is audited.
	pick := url.Values{"queue": {"reviews?level=college"}, "pick": {fmt.Sprintf("%d.1", b)}}
	page{has: []string{"共 0 人"}, not: []string{s.record(b).Graduate.Basics.Name}}.check(t, v.post("/admin/reviews/chosen", pick))
	page{has: []string{"通过 0 人", "没有找到 1 人"}, not: []string{s.record(b).Graduate.Basics.Name}}.check(t, v.post("/admin/reviews/approve", pick))
	audits, _, err := s.store.Audits(t.Context(), model.Scope{All: true}, store.AuditFilter{Graduate: b}, 0, 1)
	must(t, err)
	if len(audits) != 1 || audits[0].Action != "graduate.denied" || len(s.record(b).Latest().Reviews) != 0 {
		t.Errorf("audits %+v", audits)
	}
}

// TestTwoReviewersAtOnce: two colleges' operators approve one page at the same
// time while a third returns some of it: every revision has exactly one verdict,
// and the pages' counts add up.
func TestTwoReviewersAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		s := siteOn(t, st)
		var ids []model.GraduateID
		form := url.Values{"queue": {"reviews?level=college"}}
		for range 12 {
			id := s.report(s.graduate(here, collegeA, classA, nil).Graduate.ID, unitA).Graduate.ID
			ids = append(ids, id)
			form.Add("pick", fmt.Sprintf("%d.1", id))
		}
		a := s.operator(model.Operator{Name: "a", Role: model.RoleCollege, SchoolCode: here, College: collegeA})
		b := s.operator(model.Operator{Name: "b", Role: model.RoleCounsellor, SchoolCode: here, College: collegeA, Classes: []string{classA}})
		c := s.operator(model.Operator{Name: "c", Role: model.RoleAdmin})
		var pages [2]*httptest.ResponseRecorder
		returned := 0
		start := make(chan struct{})
		var wg sync.WaitGroup
		for i, v := range []*browser{a, b} {
			wg.Go(func() {
				<-start
				pages[i] = v.post("/admin/reviews/approve", form)
			})
		}
		wg.Go(func() {
			<-start
			for _, id := range ids[6:] {
				w := c.post(path(id)+"/review", url.Values{"revision": {"1"}, "level": {"college"}, "decision": {"return"}, "reason": {"请补充"}})
				switch w.Code {
				case http.StatusSeeOther:
					returned++
				case http.StatusConflict:
				default:
					t.Errorf("returning: %d", w.Code)
				}
			}
		})
		close(start)
		wg.Wait()
		approved := 0
		for _, w := range pages {
			page{}.check(t, w)
			m := regexp.MustCompile(`通过 (\d+) 人`).FindStringSubmatch(text(w))
			n, err := strconv.Atoi(m[1])
			must(t, err)
			approved += n
		}
		if approved+returned != len(ids) {
			t.Errorf("%d approved, %d returned, of %d", approved, returned, len(ids))
		}
		for _, id := range ids {
			if r := s.record(id); len(r.Latest().Reviews) != 1 {
				t.Errorf("graduate %d has %d verdicts", id, len(r.Latest().Reviews))
			}
		}
	})
}
