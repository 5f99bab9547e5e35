package h5_test

import (
	"crypto/rand"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/h5"
	"quxiang/handler/web"
	"quxiang/handler/web/webtest"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/demo"
	"quxiang/model/form"
	"quxiang/model/links"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// begin is when most tests happen: well before the deadline of the cohort 2027.
var begin = time.Date(2027, 6, 10, 9, 30, 0, 0, model.Shanghai)

var (
	college = model.Operator{ID: 1, Name: "xueyuan", Role: model.RoleCollege, SchoolCode: "99001"}
	school  = model.Operator{ID: 2, Name: "xuexiao", Role: model.RoleSchool, SchoolCode: "99001"}
)

// site is the graduate's pages on a real store, with a way to log in.
type site struct {
	t     *testing.T
	store *store.Store
	table *codes.Table
	now   time.Time
	rand  io.Reader
	http.Handler
}

func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteOn(t, storetest.Open)
}

// newSiteOn is newSite on a store of one's choice.
func newSiteOn(t *testing.T, open func(testing.TB, ...storetest.Option) *store.Store) *site {
	t.Helper()
	s := &site{t: t, now: begin, rand: rand.Reader}
	now := func() time.Time { return s.now }
	s.store = open(t, storetest.WithNow(now))
	ctx := t.Context()
	must(t, s.store.EnsureFormKey(ctx, rand.Reader, s.now))
	for _, sc := range []model.School{demo.School(), demo.UpstreamSchool()} {
		must(t, s.store.SaveSchool(ctx, sc))
		must(t, s.store.ReplaceContacts(ctx, sc.Code, demo.Contacts(sc), model.BySystem("test")))
	}
	must(t, s.store.SaveCohort(ctx, model.NewCohort(2027)))
	var err error
	s.table, err = codes.For(codes.Default)
	must(t, err)
	w := webtest.New(t, s.store, now)
	l, err := links.New("https://dj.example.edu.cn")
	must(t, err)
	h, err := h5.New(h5.Options{
		Web: w, Store: s.store, Links: l, Codes: codes.For,
		Form:           form.Options{Issuer: "示范登记系统", ServiceAddress: "dj.example.edu.cn", Sample: true},
		Tag:            func(purpose, value string) string { return "TAG" + strconv.Itoa(len(purpose+value)) },
		CHSIAccountURL: "https://chsi.example/account", Rand: readerFunc(func(b []byte) (int, error) { return s.rand.Read(b) }),
	})
	must(t, err)
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.ContextWithFallback = true
	r.Use(w.Begin, func(c *gin.Context) {
		limit := int64(web.MaxForm)
		if c.FullPath() == "/h5/proofs" {
			limit = web.MaxUpload
		}
		web.Limit(limit)(c)
	}, w.SameSite, w.Guard([]string{"/test/login"}, nil))
	r.GET("/test/login", w.Do(func(c *gin.Context) error {
		account, _ := strconv.ParseInt(c.Query("account"), 10, 64)
		graduate, _ := strconv.ParseInt(c.Query("graduate"), 10, 64)
		return w.StartSession(c, store.Session{
			Kind: web.KindGraduate, AccountID: model.AccountID(account), GraduateID: model.GraduateID(graduate),
		})
	}))
	h.Mount(r)
	s.Handler = r
	return s
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// person puts a demo graduate who has logged in into the database; edit
// changes the roster's facts before.
func (s *site) person(state demo.State, edit func(*model.Graduate)) model.Record {
	s.t.Helper()
	for _, p := range demo.People(2027) {
		if p.State != state {
			continue
		}
		sc := demo.School()
		if state == demo.StateUpstream {
			sc = demo.UpstreamSchool()
		}
		g := model.Graduate{CohortCode: p.Person.CohortCode, SchoolCode: sc.Code, Basics: p.Person.Basics, CreatedAt: s.now}
		if edit != nil {
			edit(&g)
		}
		ids, err := s.store.CreateGraduates(s.t.Context(), []model.Graduate{g}, model.BySystem("test"))
		must(s.t, err)
		a, err := s.store.EnsureAccount(s.t.Context(), p.Username, s.now)
		must(s.t, err)
		return s.rule(ids[0], func(r model.Record) (model.Change, error) { return model.Link(r, a, "test", s.now) })
	}
	s.t.Fatalf("no demo person %s", state)
	return model.Record{}
}

// rule runs a rule that must be allowed.
func (s *site) rule(id model.GraduateID, f func(model.Record) (model.Change, error)) model.Record {
	s.t.Helper()
	r, err := s.store.Change(s.t.Context(), id, f)
	must(s.t, err)
	return r
}

func (s *site) check(id model.GraduateID) {
	s.t.Helper()
	s.rule(id, func(r model.Record) (model.Change, error) { return model.CheckBasics(r, s.now) })
}

// report hands in the demo destination with archive and household.
func (s *site) report(id model.GraduateID, edit func(*model.Destination)) model.Record {
	s.t.Helper()
	d := figure8()
	if edit != nil {
		edit(&d)
	}
	return s.rule(id, func(r model.Record) (model.Change, error) {
		return model.Report(r, model.NewCohort(2027), len(r.Revisions), d, s.table, s.now)
	})
}

// figure8 is the destination of the guide's figure 8, with a household.
func figure8() model.Destination {
	return model.Destination{
		Category: "10", Unit: "学信咨询服务有限公司", UnitCode: "99990000MA0000000F", UnitKind: "39", Industry: "34",
		UnitPlace: "北京市西城区", JobKind: "13", SignedOn: "2027-05-20",
		Archive: model.ArchiveTransfer{
			Type: "agency", Unit: "北京市海淀区人力资源公共服务中心", Place: "北京市海淀区", Postcode: "100195", Contact: "王推", Phone: "010-00000000",
		},
		Household: model.HouseholdTransfer{Type: "origin", Place: "北京市海淀区"},
	}
}

// review decides on the latest revision at a level.
func (s *site) review(id model.GraduateID, level model.Level, decision model.Decision, reason string) {
	s.t.Helper()
	op := school
	if level == model.LevelCollege {
		op = college
	}
	s.rule(id, func(r model.Record) (model.Change, error) {
		op.College = r.Graduate.Basics.College
		if level == model.LevelSchool {
			op.College = ""
		}
		return model.Decide(r, model.NewCohort(2027), op, model.Verdict{
			Revision: len(r.Revisions), Level: level, Decision: decision, Reason: reason,
		}, s.now)
	})
}

// approved is a graduate whose destination has passed both reviews.
func (s *site) approved() model.Record {
	s.t.Helper()
	r := s.person(demo.StateApproved, nil)
	s.check(r.Graduate.ID)
	s.report(r.Graduate.ID, nil)
	s.review(r.Graduate.ID, model.LevelCollege, model.DecisionApprove, "")
	s.review(r.Graduate.ID, model.LevelSchool, model.DecisionApprove, "")
	return s.record(r.Graduate.ID)
}

func (s *site) record(id model.GraduateID) model.Record {
	s.t.Helper()
	r, err := s.store.Record(s.t.Context(), id)
	must(s.t, err)
	return r
}

// browser holds one session.
type browser struct {
	s       *site
	cookies []*http.Cookie
}

func (s *site) login(r model.Record) *browser {
	s.t.Helper()
	b := &browser{s: s}
	b.cookies = b.get(fmt.Sprintf("/test/login?account=%d&graduate=%d", r.Graduate.AccountID, r.Graduate.ID)).Result().Cookies()
	return b
}

func (b *browser) get(path string) *httptest.ResponseRecorder {
	return b.do(httptest.NewRequest(http.MethodGet, "https://dj.example.edu.cn"+path, nil))
}

func (b *browser) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "https://dj.example.edu.cn"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

func (b *browser) do(r *http.Request) *httptest.ResponseRecorder {
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.s.ServeHTTP(w, r)
	return w
}

// page is an expectation about one answer.
type page struct {
	status int
	to     string   // of a redirect
	has    []string // in the page, markup left out
	not    []string
	raw    []string // in the markup
	once   []string // exactly once in the markup
}

var tags = regexp.MustCompile(`<[^>]*>`)

func (p page) check(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	if p.status == 0 {
		p.status = http.StatusOK
		if p.to != "" {
			p.status = http.StatusSeeOther
		}
	}
	body := w.Body.String()
	text := html.UnescapeString(tags.ReplaceAllString(body, ""))
	if w.Code != p.status || w.Header().Get("Location") != p.to {
		t.Fatalf("status %d to %q, want %d to %q\n%s", w.Code, w.Header().Get("Location"), p.status, p.to, strings.TrimSpace(text))
	}
	for _, want := range p.has {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	for _, no := range p.not {
		if strings.Contains(body, no) {
			t.Errorf("%q must not be there", no)
		}
	}
	for _, want := range p.raw {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing in the markup\n%s", want, body)
		}
	}
	for _, want := range p.once {
		if n := strings.Count(body, want); n != 1 {
			t.Errorf("%q is there %d times", want, n)
		}
	}
	if p.to != "" || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		return
	}
	webtest.CheckPage(t, w)
}

// hidden reads a hidden field of a page.
func hidden(t *testing.T, w *httptest.ResponseRecorder, name string) string {
	t.Helper()
	m := regexp.MustCompile(`<input type="hidden" name="` + name + `" value="([^"]*)">`).FindStringSubmatch(w.Body.String())
	if m == nil {
		t.Fatalf("no hidden field %s in\n%s", name, w.Body)
	}
	return html.UnescapeString(m[1])
}
