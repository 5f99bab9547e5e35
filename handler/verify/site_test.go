package verify_test

import (
	"crypto/rand"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/verify"
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

// begin is when most tests happen: before the deadline of the cohort 2027.
var begin = time.Date(2027, 7, 1, 10, 0, 0, 0, model.Shanghai)

const origin = "https://dj.example.edu.cn"

// site is the public pages on a real store.
type site struct {
	t     *testing.T
	store *store.Store
	table *codes.Table
	links links.Links
	now   time.Time
	http.Handler
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, now: begin}
	s.store = storetest.Open(t, storetest.WithNow(s.clock))
	must(t, s.store.EnsureFormKey(t.Context(), rand.Reader, begin))
	must(t, s.store.SaveSchool(t.Context(), demo.School()))
	must(t, s.store.SaveCohort(t.Context(), model.NewCohort(2027)))
	must(t, s.store.ReplaceContacts(t.Context(), demo.School().Code, []model.Contact{
		{Role: model.ContactCounsellor, College: "文学院", Name: "张辅导", Phone: "025-83790001"},
		{Role: model.ContactOffice, Name: "李老师", Phone: "025-83790000"},
	}, model.BySystem("test")))
	var err error
	s.table, err = codes.For(codes.Default)
	must(t, err)
	s.links, err = links.New(origin)
	must(t, err)
	s.Handler = s.replica(s.store)
	return s
}

func (s *site) clock() time.Time { return s.now }

// replica is another process that serves the same pages.
func (s *site) replica(on verify.Store) http.Handler {
	t := s.t
	t.Helper()
	w := webtest.New(t, s.store, s.clock)
	places, err := model.ParseAddressTable(strings.NewReader("203.0.113.64/26,北京市海淀区"))
	must(t, err)
	h, err := verify.New(verify.Options{
		Web: w, Store: on, Links: s.links, Codes: codes.For, Tag: s.store.Tag, Place: places.Place,
		Form: form.Options{Issuer: "示范登记系统", ServiceAddress: "dj.example.edu.cn"},
	})
	must(t, err)
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.ContextWithFallback = true
	must(t, r.SetTrustedProxies(nil))
	r.Use(w.Begin, web.Limit(web.MaxForm), w.SameSite, w.Guard([]string{
		"/", "/help", "/care", "/verify/archive", "/verify/household", "/v/:payload", "/V/:payload", "/.well-known/quxiang-keys.json", "/test/login",
	}, nil))
	r.POST("/test/login", w.Do(func(c *gin.Context) error {
		return w.StartSession(c, store.Session{Kind: web.KindGraduate, AccountID: 1, GraduateID: 1})
	}))
	h.Mount(r)
	return r
}

// authorised is the demo graduate 吴𬭚 with a number of each kind, valid until
// 31 July 2027.
func (s *site) authorised() (name string, archive, household model.VerificationNumber) {
	s.t.Helper()
	var b model.Basics
	for _, p := range demo.People(2027) {
		if p.Username == "approved2" {
			b = p.Person.Basics
		}
	}
	ctx := s.t.Context()
	ids, err := s.store.CreateGraduates(ctx, []model.Graduate{{CohortCode: "2027", SchoolCode: demo.School().Code, Basics: b, CreatedAt: s.now}}, model.BySystem("test"))
	must(s.t, err)
	cohort := model.NewCohort(2027)
	d := model.Destination{
		Category: "10", Unit: "学信咨询服务有限公司", UnitCode: "99990000MA0000000F", UnitKind: "39", Industry: "34",
		UnitPlace: "北京市西城区", JobKind: "13", SignedOn: "2027-05-20",
		Archive:   model.ArchiveTransfer{Type: "agency", Unit: "海淀区人力资源公共服务中心", Place: "北京市海淀区", Contact: "王推", Phone: "010-12345678"},
		Household: model.HouseholdTransfer{Type: "origin", Place: "四川省成都市武侯区"},
	}
	admin := model.Operator{ID: 1, Name: "root", Role: model.RoleAdmin}
	archive, household = "2799001AAAAAAAA", "2799001BBBBBBBB"
	grant := func(kind model.FormKind, n model.VerificationNumber) func(model.Record) (model.Change, error) {
		return func(r model.Record) (model.Change, error) {
			return model.Authorize(r, model.AuthorizationRequest{Kind: kind, ValidUntil: "2027-07-31", Consent: true, Number: n}, s.now)
		}
	}
	decide := func(l model.Level) func(model.Record) (model.Change, error) {
		return func(r model.Record) (model.Change, error) {
			return model.Decide(r, cohort, admin, model.Verdict{Revision: len(r.Revisions), Level: l, Decision: model.DecisionApprove}, s.now)
		}
	}
	for _, rule := range []func(model.Record) (model.Change, error){
		func(r model.Record) (model.Change, error) { return model.Link(r, model.Account{ID: 1}, "test", s.now) },
		func(r model.Record) (model.Change, error) { return model.CheckBasics(r, s.now) },
		func(r model.Record) (model.Change, error) {
			return model.Report(r, cohort, len(r.Revisions), d, s.table, s.now)
		},
		decide(model.LevelCollege), decide(model.LevelSchool),
		func(r model.Record) (model.Change, error) {
			return model.Confirm(r, model.Confirmation{Revision: len(r.Revisions), Answer: model.AnswerRight}, s.now)
		},
		grant(model.FormArchive, archive), grant(model.FormHousehold, household),
	} {
		s.rule(ids[0], rule)
	}
	return b.Name, archive, household
}

func (s *site) rule(id model.GraduateID, f func(model.Record) (model.Change, error)) {
	s.t.Helper()
	_, err := s.store.Change(s.t.Context(), id, f)
	must(s.t, err)
}

// from is a browser at an address on the net.
type from struct {
	s       *site
	ip      string
	cookies []*http.Cookie
	to      http.Handler // which replica answers
}

func (s *site) from(ip string) *from { return &from{s: s, ip: ip, to: s.Handler} }

func (f *from) get(path string) *httptest.ResponseRecorder {
	return f.do(httptest.NewRequest(http.MethodGet, origin+path, nil))
}

func (f *from) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, origin+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return f.do(r)
}

func (f *from) do(r *http.Request) *httptest.ResponseRecorder {
	r.RemoteAddr = "[" + f.ip + "]:4711"
	for _, c := range f.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	f.to.ServeHTTP(w, r)
	if set := w.Result().Cookies(); len(set) > 0 {
		f.cookies = set
	}
	return w
}

func (f *from) verify(kind model.FormKind, name, number string) *httptest.ResponseRecorder {
	return f.post("/verify/"+string(kind), url.Values{"name": {name}, "number": {number}})
}

var (
	tags     = regexp.MustCompile(`<[^>]*>`)
	required = regexp.MustCompile(`[0-9a-f]{16}`) // a request id
)

// expect checks an answer: what it has to say, and what it must not.
func expect(t *testing.T, w *httptest.ResponseRecorder, status int, has, not []string) {
	t.Helper()
	body := w.Body.String()
	text := html.UnescapeString(tags.ReplaceAllString(body, ""))
	var faults []string
	if w.Code != status {
		faults = append(faults, fmt.Sprintf("status %d, want %d", w.Code, status))
	}
	for _, want := range has {
		if !strings.Contains(text, want) {
			faults = append(faults, fmt.Sprintf("%q is missing", want))
		}
	}
	for _, no := range not {
		if strings.Contains(text, no) || strings.Contains(body, html.EscapeString(no)) {
			faults = append(faults, fmt.Sprintf("%q must not be there", no))
		}
	}
	if len(faults) > 0 {
		t.Errorf("%s\npage: %s", strings.Join(faults, "\n"), strings.Join(strings.Fields(text), " "))
	}
	if w.Code/100 == 3 {
		return
	}
	webtest.CheckPage(t, w)
}
