package main

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/admin"
	"quxiang/handler/web/webtest"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/links"
	"quxiang/model/store/storetest"
)

const (
	manyGraduates = 1_000_000
	fewGraduates  = 10_000
	sizeLimit     = 2 // a page at manyGraduates against one at fewGraduates
	pageRounds    = 41
)

// benchNumbers compares the pages of operators on a million graduates with the
// same pages on ten thousand, in MariaDB. The databases differ in nothing but
// size: see storetest.Fill. What counts is the time of the whole page, logged in.
func benchNumbers(b *testing.B, t *benchTable) {
	b.Helper()
	few, many := newBenchOffice(b, fewGraduates), newBenchOffice(b, manyGraduates)
	for _, page := range []struct{ what, who, path, search string }{
		{"review queue page, a college", "college", "/admin/reviews?level=college", ""},
		{"review queue page, a school", "school", "/admin/reviews?level=school", ""},
		{"review queue page, all schools", "admin", "/admin/reviews?level=school", ""},
		{"statistics page, a counsellor", "counsellor", "/admin/statistics", ""},
		{"statistics page, a college by class", "college", "/admin/statistics?by=class", ""},
		{"statistics page, a school by college", "school", "/admin/statistics", ""},
		{"statistics page, a school by day", "school", "/admin/statistics?by=day", ""},
		{"statistics page, all schools", "admin", "/admin/statistics", ""},
		{"list behind a number, a school", "school", "/admin/graduates?cohort=2027&settled=total", ""},
		{"search by 考生号, a school", "school", "/admin/graduates", storetest.FilledExam(1001)},
		{"search by 考生号, all schools", "admin", "/admin/graduates", storetest.FilledExam(1001)},
		{"search by the beginning of a name, a college", "college", "/admin/graduates", "王"},
		{"search by the beginning of a name, a school", "school", "/admin/graduates", "王"},
		{"search by the beginning of a name, all schools", "admin", "/admin/graduates", "王"},
	} {
		ask := func(o *benchOffice) func() time.Duration {
			return func() time.Duration { return o.time(b, page.who, page.path, page.search) }
		}
		large, small := takeTurns(pageRounds, ask(many), ask(few))
		t.ratio("1,000,000 graduates against 10,000: "+page.what, large, small, sizeLimit)
	}
}

// takeTurns measures two things alternately and returns their medians.
func takeTurns(rounds int, one, other func() time.Duration) (time.Duration, time.Duration) {
	one()
	other() // caches are warm on both sides
	var a, z []time.Duration
	for range rounds {
		a, z = append(a, one()), append(z, other())
	}
	median := func(d []time.Duration) time.Duration {
		slices.SortFunc(d, cmp.Compare[time.Duration])
		return d[len(d)/2]
	}
	return median(a), median(z)
}

// benchOffice is the operators' pages on a filled MariaDB, with somebody of each
// kind of scope logged in.
type benchOffice struct {
	engine  *gin.Engine
	cookies map[string][]*http.Cookie
}

func newBenchOffice(b *testing.B, graduates int) *benchOffice {
	b.Helper()
	s := storetest.Fill(b, storetest.MariaDB(b), graduates)
	w := webtest.New(b, s, time.Now)
	l, err := links.New(webtest.Origin)
	if err != nil {
		b.Fatal(err)
	}
	h, err := admin.New(admin.Options{Web: w, Store: s, Links: l, Codes: codes.For, DataDir: b.TempDir(), Menu: noMenu{}})
	if err != nil {
		b.Fatal(err)
	}
	gin.SetMode(gin.ReleaseMode)
	o := &benchOffice{engine: gin.New(), cookies: map[string][]*http.Cookie{}}
	o.engine.ContextWithFallback = true
	o.engine.Use(w.Begin, w.SameSite, w.Guard([]string{"/admin/login"}, nil))
	h.Mount(o.engine)
	const password = "Sonne-Mond-2027"
	hash, err := admin.HashPassword(password)
	if err != nil {
		b.Fatal(err)
	}
	for _, op := range []model.Operator{
		{Name: "admin", Role: model.RoleAdmin},
		{Name: "school", Role: model.RoleSchool, SchoolCode: storetest.FilledSchool},
		{Name: "college", Role: model.RoleCollege, SchoolCode: storetest.FilledSchool, College: storetest.FilledCollege},
		{Name: "counsellor", Role: model.RoleCounsellor, SchoolCode: storetest.FilledSchool, College: storetest.FilledCollege, Classes: []string{storetest.FilledClass, "班8"}},
	} {
		if _, err := s.CreateOperator(b.Context(), op, hash, model.BySystem("bench")); err != nil {
			b.Fatal(err)
		}
		answer := o.do(op.Name, "/admin/login", url.Values{"name": {op.Name}, "password": {password}})
		if answer.Code != http.StatusSeeOther {
			b.Fatalf("%s cannot log in: %d", op.Name, answer.Code)
		}
		o.cookies[op.Name] = answer.Result().Cookies()
	}
	return o
}

// do asks for a page, or posts a form to it.
func (o *benchOffice) do(who, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, webtest.Origin+path, nil)
	if form != nil {
		r = httptest.NewRequest(http.MethodPost, webtest.Origin+path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range o.cookies[who] {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	o.engine.ServeHTTP(w, r)
	return w
}

func (o *benchOffice) time(b *testing.B, who, path, search string) time.Duration {
	b.Helper()
	var form url.Values
	if search != "" {
		form = url.Values{"q": {search}}
	}
	began := time.Now()
	w := o.do(who, path, form)
	took := time.Since(began)
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<tbody><tr>") {
		b.Fatalf("%s %s shows no table: %d", who, path, w.Code)
	}
	return took
}

// noMenu stands where no page of the menu is asked for.
type noMenu struct{ admin.Menu }
