package admin_test

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
)

// whole is a destination that lacks nothing.
func whole(unit string) model.Destination {
	return model.Destination{
		Category: "10", Unit: unit, UnitCode: "12100000466006770Q", UnitKind: "31", Industry: "34",
		UnitPlace: "北京市西城区", JobKind: "13", SignedOn: "2027-05-20",
		Archive: model.ArchiveTransfer{Type: "agency", Unit: "海淀区人力资源公共服务中心", Place: "北京市海淀区"},
	}
}

// reportAs hands in a destination that edit has changed.
func (s *site) reportAs(id model.GraduateID, edit func(*model.Destination)) model.Record {
	s.t.Helper()
	return s.rule(id, func(r model.Record) (model.Change, error) {
		d := whole("单位")
		edit(&d)
		return model.Report(r, model.NewCohort(2027), len(r.Revisions), d, s.table, s.now)
	})
}

// receiveAs takes a destination from a roster, which may lack what our own pages
// ask for.
func (s *site) receiveAs(id model.GraduateID, d model.Destination) {
	s.t.Helper()
	s.rule(id, func(r model.Record) (model.Change, error) {
		ch, _, err := model.Receive(r, model.NewCohort(2027), d, model.BySystem("roster"), s.now, s.now, s.table)
		return ch, err
	})
}

func TestQueueFilters(t *testing.T) {
	s := newSite(t)
	named := func(name string) func(*model.Basics) { return func(b *model.Basics) { b.Name = name } }
	s.reportAs(s.graduate(here, collegeA, classA, named("王一")).Graduate.ID, func(d *model.Destination) { d.Unit = "共同单位" })
	s.reportAs(s.graduate(here, collegeA, "测试2302", named("王二")).Graduate.ID, func(d *model.Destination) { d.Unit = "共同单位" })
	s.reportAs(s.graduate(here, collegeB, "乙班", named("王三")).Graduate.ID, func(d *model.Destination) {
		*d = model.Destination{Category: "70", SubCategory: "701", Archive: d.Archive}
	})
	v := s.operator(model.Operator{Role: model.RoleAdmin})
	all := []string{"王一", "王二", "王三"}
	for filter, want := range map[string][]string{
		"":                                      all,
		"&cohort=2027":                          all,
		"&cohort=2026":                          nil,
		"&school=" + here:                       all,
		"&school=99002":                         nil,
		"&college=" + url.QueryEscape(collegeB): {"王三"},
		"&college=" + url.QueryEscape(collegeA) + "&class=测试2302": {"王二"},
		"&class=" + url.QueryEscape(classA):                       {"王一"},
		"&category=70":                                            {"王三"},
		"&category=10&school=" + here:                             {"王一", "王二"},
		"&unit=" + url.QueryEscape("共同单位"):                        {"王一", "王二"},
		"&unit=" + url.QueryEscape("共同单位") + "&college=nowhere":   nil,
		"&flagged=1": {"王一", "王二"},
	} {
		w := v.get("/admin/reviews?level=college" + strings.ReplaceAll(filter, "测试", url.QueryEscape("测试")))
		page{}.check(t, w)
		for _, name := range all {
			if strings.Contains(text(w), name) != strings.Contains(strings.Join(want, " "), name) {
				t.Errorf("%q: %s is wrong", filter, name)
			}
		}
	}
	w := v.get("/admin/reviews?level=college")
	page{has: []string{"同一单位 2 人"}, raw: []string{
		`href="/admin/reviews?` + strings.ReplaceAll(url.Values{"level": {"college"}, "school": {here}, "cohort": {"2027"}, "unit": {"共同单位"}}.Encode(), "&", "&amp;"),
	}}.check(t, w)
	link := regexp.MustCompile(`<a class="nowrap" href="([^"]+)">同一单位 2 人`).FindStringSubmatch(w.Body.String())
	page{has: []string{"王一", "王二"}, not: []string{"王三"}}.check(t, v.get(strings.ReplaceAll(link[1], "&amp;", "&")))
	page{status: 422}.check(t, v.get("/admin/reviews?level=college&after=nonsense"))
	page{status: 422}.check(t, v.get("/admin/reviews/next?queue=elsewhere"))
	page{status: 403}.check(t, v.get("/admin/reviews?level=auditor"))
}

// TestNextStaysInTheFilteredQueue: what was narrowed stays narrow, whoever was
// left out comes again at the end, and addresses lead nowhere else.
func TestNextStaysInTheFilteredQueue(t *testing.T) {
	s := newSite(t)
	var ids []model.GraduateID
	for i := range 6 {
		r := s.graduate(here, collegeA, []string{classA, "测试2302"}[i%2], nil)
		s.now = begin.Add(time.Duration(i) * time.Hour)
		s.report(r.Graduate.ID, "单位"+strconv.Itoa(i))
		ids = append(ids, r.Graduate.ID)
	}
	v := s.operator(model.Operator{Role: model.RoleCollege, SchoolCode: here, College: collegeA})
	in := "reviews?" + url.Values{"level": {"college"}, "class": {"测试2302"}}.Encode()
	open := path(ids[1]) + "?" + url.Values{"queue": {in}}.Encode()
	w := v.get(open)
	skip := regexp.MustCompile(`<a href="([^"]+)" data-key="n">`).FindStringSubmatch(w.Body.String())
	if skip == nil {
		t.Fatal("no way to the next")
	}
	third := path(ids[3]) + "?" + url.Values{"queue": {in}}.Encode()
	page{to: third}.check(t, v.get(strings.ReplaceAll(skip[1], "&amp;", "&")))
	page{to: inQueue(ids[5], in, "approve")}.check(t, v.post(path(ids[3])+"/review", verdict(v.get(third), t, "approve", "")))
	page{to: inQueue(ids[1], in, "return")}.check(t, v.post(path(ids[5])+"/review", verdict(v.get(path(ids[5])+"?"+url.Values{"queue": {in}}.Encode()), t, "return", "说明")))
	page{to: "/admin/reviews?class=" + url.QueryEscape("测试2302") + "&done=finished&level=college"}.check(t, v.post(path(ids[1])+"/review", verdict(v.get(open), t, "approve", "")))
	// Another address in its place is no queue.
	form := verdict(v.get(path(ids[0])), t, "approve", "")
	form.Set("queue", "https://elsewhere.example/?level=college")
	page{to: inQueue(ids[2], "reviews?level=college", "approve")}.check(t, v.post(path(ids[0])+"/review", form))
}

// TestStandOutsOnPages: each kind has its word in the queue, its sentence on the
// page, and its list.
func TestStandOutsOnPages(t *testing.T) {
	s := newSite(t)
	var crowd model.GraduateID
	for range 3 {
		crowd = s.graduate(here, collegeA, classA, nil).Graduate.ID
		s.reportAs(crowd, func(d *model.Destination) { d.Unit, d.UnitKind = "小小公司", "39" })
	}
	other := s.graduate(here, collegeA, classA, nil).Graduate.ID
	s.reportAs(other, func(d *model.Destination) {
		d.Unit, d.UnitKind, d.UnitCode = "另一个名字", "31", whole("").UnitCode
	})
	bare := s.graduate(here, collegeA, classA, nil).Graduate.ID
	d := whole("没有代码的公司")
	d.UnitCode = ""
	s.receiveAs(bare, d)
	plain := s.graduate(here, collegeA, classA, nil).Graduate.ID
	s.reportAs(plain, func(d *model.Destination) { *d = model.Destination{Category: "71"} })

	v := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	c := s.operator(model.Operator{Role: model.RoleCollege, SchoolCode: here, College: collegeA})
	w := c.get("/admin/reviews")
	page{has: []string{"小单位多人", "同码不同名", "缺信用代码", "缺证明材料"}}.check(t, w)
	page{has: []string{"本页查看了 6 人，其中 5 人有提示"}, not: []string{path(plain)}}.check(t, c.get("/admin/reviews?level=college&flagged=1"))
	w = c.get(path(crowd))
	page{has: []string{"请留意", "本校本届有 4 人去往这个单位，单位性质为“其他企业”", "对应 2 个不同的单位名称", "看名单"}}.check(t, w)
	link := regexp.MustCompile(`小单位多人</span>[^<]*<a href="([^"]+)">`).FindStringSubmatch(w.Body.String())
	if link == nil {
		t.Fatal("no list behind it")
	}
	page{has: []string{"小小公司", "另一个名字"}, not: []string{"没有代码的公司"}}.check(t, v.get(strings.ReplaceAll(link[1], "&amp;", "&")))
	page{has: []string{"通常应填写统一社会信用代码"}, not: []string{"没有上传证明材料。“"}}.check(t, c.get(path(bare)))
	page{not: []string{"请留意"}}.check(t, c.get(path(plain)))
}

// TestReturnWithReasonFromList: one of the list, own words, or both; what is not
// on the list is none.
func TestReturnWithReasonFromList(t *testing.T) {
	s := newSite(t)
	v := s.operator(model.Operator{Role: model.RoleCollege, SchoolCode: here, College: collegeA})
	first := s.table.Reasons("return")[0]
	for _, tt := range []struct{ choice, own, want string }{
		{first, "", first},
		{first, "见附件", first + "。见附件"},
		{"", "见附件", "见附件"},
		{"不在列表中", "见附件", "见附件"},
	} {
		id := s.report(s.graduate(here, collegeA, classA, nil).Graduate.ID, unitA).Graduate.ID
		w := v.get(path(id))
		page{has: []string{first, "其他（请在下面写明）"}, raw: []string{`data-key="1"`, `data-key="a"`, `<script src="/static/keys.0.js" defer></script>`}}.check(t, w)
		form := verdict(w, t, "return", tt.own)
		form.Set("choice", tt.choice)
		if w := v.post(path(id)+"/review", form); w.Code != 303 {
			t.Fatalf("%+v: %d", tt, w.Code)
		}
		if got := s.record(id).Latest().LastReview().Reason; got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
	id := s.report(s.graduate(here, collegeA, classA, nil).Graduate.ID, unitA).Graduate.ID
	form := verdict(v.get(path(id)), t, "return", strings.Repeat("字", 190))
	form.Set("choice", first)
	page{status: 422, has: []string{"最多 200 字"}, raw: []string{`value="` + first + `" checked`}}.check(t, v.post(path(id)+"/review", form))
}

// TestDeniedIsAudited: a guessed id is not found, and whoever may see the
// graduate can see that somebody tried.
func TestDeniedIsAudited(t *testing.T) {
	s := newSite(t)
	id := s.report(s.graduate(here, collegeB, "乙班", nil).Graduate.ID, "单位").Graduate.ID
	v := s.operator(model.Operator{Name: "curious", Role: model.RoleCollege, SchoolCode: here, College: collegeA})
	page{status: 404}.check(t, v.get(path(id)))
	page{status: 404}.check(t, v.post(path(id)+"/review", url.Values{"revision": {"1"}, "level": {"college"}, "decision": {"approve"}}))
	page{status: 404}.check(t, v.get(path(id+1000)))
	audits, _, err := s.store.Audits(t.Context(), model.Scope{SchoolCode: here, College: collegeB}, store.AuditFilter{Graduate: id}, 0, 10)
	must(t, err)
	var denied []string
	for _, a := range audits {
		if a.Action == "graduate.denied" && a.Actor.Name == "curious" {
			denied = append(denied, a.Detail["method"]+" "+a.Detail["route"])
		}
	}
	if want := "POST /admin/graduates/:id/review, GET /admin/graduates/:id"; strings.Join(denied, ", ") != want {
		t.Errorf("audited %q", denied)
	}
	page{has: []string{"越权访问，已拒绝", "管理员 curious"}}.check(t, s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here}).get(path(id)))
}
