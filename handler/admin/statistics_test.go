package admin_test

import (
	"bytes"
	"encoding/csv"
	"html"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"quxiang/model"
)

// numbered makes a site with 60 graduates of two colleges, three classes and a
// second school; a third is settled as 签就业协议.
func numbered(t *testing.T) *site {
	t.Helper()
	s := newSite(t)
	for i := range 60 {
		college, class := collegeA, classA
		switch i % 4 {
		case 1:
			class = "测试2302"
		case 2:
			college, class = collegeB, "乙班"
		}
		school := here
		if i%10 == 9 {
			school = "99002"
		}
		r := s.graduate(school, college, class, nil)
		if i%3 == 0 && school == here {
			s.report(r.Graduate.ID, unitA)
			s.decide(r.Graduate.ID, model.LevelCollege, model.DecisionApprove)
			if i%6 == 0 {
				s.decide(r.Graduate.ID, model.LevelSchool, model.DecisionApprove)
			}
		}
	}
	return s
}

var (
	numberLink = regexp.MustCompile(`<a href="(/admin/graduates\?[^"]*)"><data value="(\d+)">`)
	personLink = regexp.MustCompile(`<th scope="row"><a href="/admin/graduates/\d+"`)
	personName = regexp.MustCompile(`<th scope="row"><a href="/admin/graduates/\d+">([^<]+)</a>`)
	nextLink   = regexp.MustCompile(`<a href="([^"]+)" rel="next">`)
)

// listed pages through a list and counts its people.
func (b *browser) listed(t *testing.T, path string) int {
	t.Helper()
	n := 0
	for path != "" {
		w := b.get(path)
		if w.Code != 200 {
			t.Fatalf("%s: %d", path, w.Code)
		}
		n += len(personLink.FindAllString(w.Body.String(), -1))
		path = next(w)
	}
	return n
}

// next is where a page leads on to, "" for the last.
func next(w *httptest.ResponseRecorder) string {
	if m := nextLink.FindStringSubmatch(w.Body.String()); m != nil {
		return html.UnescapeString(m[1])
	}
	return ""
}

// TestNumbersLeadToTheirLists follows every number of every table, for each
// role that sees any.
func TestNumbersLeadToTheirLists(t *testing.T) {
	s := numbered(t)
	for _, op := range everybody() {
		if !op.May(model.ActionStatistics) {
			continue
		}
		b := s.operator(op)
		followed, people := map[string]bool{}, 0
		for _, path := range []string{
			"/admin/statistics", "/admin/statistics?by=category", "/admin/statistics?by=class", "/admin/statistics?by=major",
			"/admin/statistics?by=college&school=99001", "/admin/statistics?by=class&school=99001&college=" + url.QueryEscape(collegeA),
		} {
			w := b.get(path)
			if w.Code == 404 {
				t.Errorf("%s %s is not found", op.Role, path)
				continue
			}
			page{has: []string{"毕业去向落实率", "分母为全部毕业生"}}.check(t, w)
			links := numberLink.FindAllStringSubmatch(w.Body.String(), -1)
			if len(links) < 10 {
				t.Errorf("%s %s: %d numbers", op.Role, path, len(links))
			}
			for _, m := range links {
				href, want := html.UnescapeString(m[1]), m[2]
				if followed[href] {
					continue
				}
				followed[href] = true
				got := b.listed(t, href)
				people += got
				if strconv.Itoa(got) != want {
					t.Errorf("%s %s: %s leads to %d people: %s", op.Role, path, want, got, href)
				}
			}
		}
		if people == 0 {
			t.Errorf("%s: every list is empty", op.Role)
		}
	}
}

// TestStatisticsScope: nobody sees numbers of others, and what is out of scope
// is not found.
func TestStatisticsScope(t *testing.T) {
	s := numbered(t)
	counsellor := s.operator(model.Operator{Role: model.RoleCounsellor, SchoolCode: here, College: collegeA, Classes: []string{classA}})
	page{has: []string{"按班级", "按专业", classA}, not: []string{collegeB, "测试2302", "按日期"}}.check(t, counsellor.get("/admin/statistics"))
	page{has: []string{"按班级"}, not: []string{"按日期统计"}}.check(t, counsellor.get("/admin/statistics?by=day")) // days are not kept by class
	college := s.operator(model.Operator{Role: model.RoleCollege, SchoolCode: here, College: collegeA})
	page{has: []string{classA, "测试2302", "按日期"}, not: []string{"乙班", collegeB}}.check(t, college.get("/admin/statistics"))
	for _, path := range []string{
		"/admin/statistics?school=99002", "/admin/statistics?college=" + url.QueryEscape(collegeB), "/admin/statistics?cohort=1999",
		"/admin/statistics/export?format=csv&college=" + url.QueryEscape(collegeB), "/admin/unreached?college=" + url.QueryEscape(collegeB),
	} {
		page{status: 404}.check(t, college.get(path))
	}
	school := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	page{has: []string{collegeA, collegeB, "按日期"}, not: []string{"示范学院"}}.check(t, school.get("/admin/statistics"))
	admin := s.operator(model.Operator{Role: model.RoleAdmin})
	page{has: []string{"示范大学", "示范学院"}}.check(t, admin.get("/admin/statistics"))
}

// TestStatisticsSaysTheCohortsFormula: the code tables of the cohort decide.
func TestStatisticsSaysTheCohortsFormula(t *testing.T) {
	s := numbered(t)
	b := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	page{has: []string{"毕业去向落实率 ＝ 单位就业率 ＋ 自主创业率 ＋ 自由职业率 ＋ 升学率", "未上报或未审核通过 44", "全部毕业生 54"}, not: []string{"灵活就业率"}}.check(t, b.get("/admin/statistics"))
	old := model.NewCohort(2027)
	old.CodeTable = "2021"
	must(t, s.store.SaveCohort(t.Context(), old))
	page{has: []string{"毕业去向落实率 ＝ 协议和合同就业率 ＋ 创业率 ＋ 灵活就业率 ＋ 升学率"}, not: []string{"单位就业率"}}.check(t, b.get("/admin/statistics"))
}

func TestStatisticsByDay(t *testing.T) {
	s := numbered(t)
	s.now = s.now.AddDate(0, 0, 3)
	r := s.graduate(here, collegeB, "乙班", nil)
	s.report(r.Graduate.ID, unitA)
	s.decide(r.Graduate.ID, model.LevelCollege, model.DecisionApprove)
	s.decide(r.Graduate.ID, model.LevelSchool, model.DecisionApprove)
	b := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	w := b.get("/admin/statistics?by=day")
	page{has: []string{"2027年6月13日 55 11 20.00%", "2027年6月10日 54 10 18.52%"}, raw: []string{`<time datetime="2027-06-13">`, `data-chart="lines"`}}.check(t, w)
}

func TestStatisticsExport(t *testing.T) {
	s := newSite(t)
	formula := `=cmd|' /C calc'!A0`
	s.report(s.graduate(here, collegeA, formula, nil).Graduate.ID, unitA)
	b := s.operator(model.Operator{Role: model.RoleCollege, SchoolCode: here, College: collegeA})
	w := b.get("/admin/statistics/export?by=class&format=csv")
	if w.Code != 200 || !strings.Contains(w.Header().Get("Content-Disposition"), "attachment") {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(w.Body.String(), "\ufeff"))).ReadAll()
	if err != nil || len(lines) != 3 {
		t.Fatalf("%v, %v", lines, err)
	}
	if got := strings.Join(lines[0][:4], " "); got != "班级 人数 毕业去向落实人数 毕业去向落实率" {
		t.Errorf("heading %s", got)
	}
	if !strings.HasPrefix(lines[1][0], "'=cmd") || lines[1][1] != "1" || lines[1][3] != "0.00%" {
		t.Errorf("line %v", lines[1])
	}
	w = b.get("/admin/statistics/export?by=class&format=xlsx")
	f, err := excelize.OpenReader(bytes.NewReader(w.Body.Bytes()))
	must(t, err)
	defer func() { _ = f.Close() }()
	cell, err := f.GetCellFormula("去向统计", "A2")
	value, err2 := f.GetCellValue("去向统计", "A2")
	if err != nil || err2 != nil || cell != "" || !strings.HasPrefix(value, formula) {
		t.Errorf("formula %q, value %q, %v %v", cell, value, err, err2)
	}
	page{status: 422}.check(t, b.get("/admin/statistics/export?by=class&format=exe"))
}

// TestListByFigures: the filter of the list names the figures, and an address
// that nobody wrote is refused.
func TestListByFigures(t *testing.T) {
	s := numbered(t)
	b := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	for settled, want := range map[string]int{"total": 10, "unit": 10, "study": 0, "none": 44, "10": 10, "10,none": 54, "80,85": 0} {
		if got := b.listed(t, "/admin/graduates?cohort=2027&settled="+settled); got != want {
			t.Errorf("settled=%s: %d people, want %d", settled, got, want)
		}
	}
	if got := b.listed(t, "/admin/graduates?settled=none"); got != 44 {
		t.Errorf("without a cohort: %d", got)
	}
	page{status: 422}.check(t, b.get("/admin/graduates?settled=flexible")) // of 2021
	page{has: []string{"其他（10,none）"}}.check(t, b.get("/admin/graduates?cohort=2027&settled=10,none"))
}
