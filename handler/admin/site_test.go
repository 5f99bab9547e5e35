package admin_test

import (
	"cmp"
	"context"
	"html"
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

	"quxiang/handler/admin"
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
var begin = time.Date(2027, 6, 10, 9, 30, 0, 0, model.Shanghai)

const (
	origin   = "https://dj.example.edu.cn"
	password = "Sonne-Mond-2027"
	here     = "99001" // demo.School
	account  = "毕业生去向登记"
	classA   = "测试2301"
)

// limits of what stands out, small enough for few graduates.
var limits = model.StandOutLimits{SmallUnit: 3, ShareMinimum: 20, SharePoints: 20}

// deskLimits of a day for departments.
var deskLimits = model.DeskLimits{Rows: 2000, Misses: 400}

// cheap hashes keep the tests fast.
var cheap = admin.HashParameters{Time: 1, Memory: 8, Threads: 1}

// site is the operators' pages on a real store.
type site struct {
	t       *testing.T
	store   *store.Store
	table   *codes.Table
	now     time.Time
	data    string
	menu    *menu
	engine  *gin.Engine
	hash    string
	numbers int
	only    *only // what the pages get in place of the store; nil for the store
}

// menu stands in for WeChat: what is published is live, unless err says why not.
type menu struct {
	store   *store.Store
	now     func() time.Time
	live    model.MenuLive
	calls   int // of Publish
	planned []time.Time
	shown   []model.MenuItem
	asked   string // whose menu
	tags    []string
	err     error
}

func (m *menu) Publish(ctx context.Context, id int64) (model.MenuVersion, error) {
	m.calls++
	v, err := m.store.Menu(ctx, id)
	if err != nil {
		return v, err
	}
	if err := m.store.ClaimMenu(ctx, id); err != nil {
		return v, err
	}
	v.State, v.DoneAt, v.Live = model.MenuPublished, m.now(), "digest"
	v.Steps = []model.MenuStep{{Text: "默认菜单（3 个一级按钮）", OK: true}}
	if m.err != nil {
		v.State, v.Live = model.MenuFailed, ""
		v.Steps = append(v.Steps, model.MenuStep{Text: "添加个性化菜单（标签“未绑定”）", Said: "个性化菜单的数量已达上限。", Code: 65305}, model.MenuStep{Text: "现在线上：默认菜单 去向登记", OK: true})
	} else {
		m.live = model.MenuLive{Set: v.Set, Digest: v.Live}
	}
	if err := m.store.FinishMenu(ctx, v); err != nil {
		return v, err
	}
	return v, m.err
}

func (m *menu) Plan(due time.Time) { m.planned = append(m.planned, due) }

func (m *menu) Live(context.Context) (model.MenuLive, error) { return m.live, m.err }

func (m *menu) Watch(ctx context.Context) (model.MenuDrift, error) {
	published, _, err := m.store.PublishedMenu(ctx)
	if err != nil || m.err != nil {
		return model.MenuDrift{}, cmp.Or(err, m.err)
	}
	d := model.MenuDrift{CheckedAt: m.now(), Digest: m.live.Digest, Changes: model.CompareLive(published, m.live)}
	return d, m.store.SaveMenuDrift(ctx, d)
}

func (m *menu) Match(_ context.Context, user string) ([]model.MenuItem, error) {
	m.asked = user
	return m.shown, m.err
}

func (m *menu) Tags(context.Context) ([]string, error) {
	return append(model.OwnTags(), m.tags...), m.err
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{t: t, now: begin, data: t.TempDir(), menu: &menu{}}
	s.store = storetest.Open(t, storetest.WithNow(s.clock))
	s.wire()
	return s
}

// siteOn is a site on a store that is there already.
func siteOn(t *testing.T, st *store.Store) *site {
	t.Helper()
	s := &site{t: t, now: begin, data: t.TempDir(), menu: &menu{}, store: st}
	s.wire()
	return s
}

func (s *site) clock() time.Time { return s.now }

func (s *site) wire() {
	t := s.t
	t.Helper()
	for _, sc := range []model.School{demo.School(), demo.UpstreamSchool()} {
		must(t, s.store.SaveSchool(t.Context(), sc))
	}
	must(t, s.store.SaveCohort(t.Context(), model.NewCohort(2027)))
	var err error
	s.table, err = codes.For(codes.Default)
	must(t, err)
	s.hash = admin.HashWith(cheap, password)
	w := webtest.New(t, s.store, s.clock)
	l, err := links.New(origin)
	must(t, err)
	s.menu.store, s.menu.now = s.store, s.clock
	var pages admin.Store = s.store
	if s.only != nil {
		s.only.store, pages = s.store, s.only
	}
	h, err := admin.New(admin.Options{Web: w, Store: pages, Links: l, Codes: codes.For, DataDir: s.data, Menu: s.menu, AccountName: account, Hash: cheap, StandOut: limits, Desk: deskLimits, Form: form.Options{Issuer: "示范登记系统"}})
	must(t, err)
	gin.SetMode(gin.ReleaseMode)
	s.engine = gin.New()
	s.engine.ContextWithFallback = true
	must(t, s.engine.SetTrustedProxies(nil))
	s.engine.Use(w.Begin, func(c *gin.Context) {
		limit := int64(web.MaxForm)
		switch c.FullPath() {
		case "/admin/roster":
			limit = 64<<20 + web.MaxForm
		case "/admin/desk/sheet":
			limit = 4<<20 + web.MaxForm
		}
		web.Limit(limit)(c)
	}, w.SameSite, w.Guard([]string{"/admin/login"}, nil))
	h.Mount(s.engine)
}

// operator adds an operator whose name is that of the role, and logs in.
func (s *site) operator(op model.Operator) *browser {
	s.t.Helper()
	if op.Name == "" {
		op.Name = string(op.Role)
	}
	id, err := s.store.CreateOperator(s.t.Context(), op, s.hash, model.BySystem("test"))
	must(s.t, err)
	if op.Role == model.RoleDesk {
		must(s.t, s.store.SaveDesk(s.t.Context(), model.Desk{
			OperatorID: id, Department: "甲区人才中心", Purpose: "接收毕业生档案", Kinds: model.FormKinds(),
		}, model.BySystem("test")))
	}
	b := s.browser()
	if w := b.login(op.Name, password); w.Code != http.StatusSeeOther {
		s.t.Fatalf("%s cannot log in: %d", op.Name, w.Code)
	}
	return b
}

func (s *site) browser() *browser {
	return &browser{s: s, ip: "192.0.2.1", cookies: map[string]*http.Cookie{}}
}

// graduate adds a graduate who has checked the basics and reported; edit
// changes the roster's facts before.
func (s *site) graduate(school, college, class string, edit func(*model.Basics)) model.Record {
	s.t.Helper()
	b := model.Basics{}
	for p := range demo.Graduates(s.numbers+1, 7, demo.Options{Year: 2027}) {
		b = p.Basics
	}
	s.numbers++
	b.College, b.Class = college, class
	if edit != nil {
		edit(&b)
	}
	ids, err := s.store.CreateGraduates(s.t.Context(), []model.Graduate{{CohortCode: "2027", SchoolCode: school, Basics: b, CreatedAt: s.now}}, model.BySystem("test"))
	must(s.t, err)
	account := model.Account{ID: model.AccountID(100 + s.numbers)}
	s.rule(ids[0], func(r model.Record) (model.Change, error) { return model.Link(r, account, "test", s.now) })
	return s.rule(ids[0], func(r model.Record) (model.Change, error) { return model.CheckBasics(r, s.now) })
}

// report hands in a destination with a unit of that name.
func (s *site) report(id model.GraduateID, unit string) model.Record {
	s.t.Helper()
	return s.rule(id, func(r model.Record) (model.Change, error) {
		d := model.Destination{
			Category: "10", Unit: unit, UnitCode: "99990000MA0000000F", UnitKind: "39", Industry: "34",
			UnitPlace: "北京市西城区", JobKind: "13", SignedOn: "2027-05-20",
			Archive: model.ArchiveTransfer{Type: "agency", Unit: "海淀区人力资源公共服务中心", Place: "北京市海淀区"},
		}
		return model.Report(r, model.NewCohort(2027), len(r.Revisions), d, s.table, s.now)
	})
}

func (s *site) rule(id model.GraduateID, f func(model.Record) (model.Change, error)) model.Record {
	s.t.Helper()
	r, err := s.store.Change(s.t.Context(), id, f)
	must(s.t, err)
	return r
}

func (s *site) decide(id model.GraduateID, l model.Level, d model.Decision) {
	s.t.Helper()
	s.rule(id, func(r model.Record) (model.Change, error) {
		op := model.Operator{ID: 99, Name: "other", Role: model.RoleAdmin}
		return model.Decide(r, model.NewCohort(2027), op, model.Verdict{Revision: len(r.Revisions), Level: l, Decision: d, Reason: "请补充单位名称"}, s.now)
	})
}

func (s *site) record(id model.GraduateID) model.Record {
	s.t.Helper()
	r, err := s.store.Record(s.t.Context(), id)
	must(s.t, err)
	return r
}

func path(id model.GraduateID) string { return "/admin/graduates/" + strconv.FormatInt(int64(id), 10) }

// browser keeps cookies.
type browser struct {
	s       *site
	ip      string
	cookies map[string]*http.Cookie
}

func (b *browser) login(name, pw string) *httptest.ResponseRecorder {
	return b.post("/admin/login", url.Values{"name": {name}, "password": {pw}})
}

func (b *browser) get(path string) *httptest.ResponseRecorder {
	return b.do(httptest.NewRequest(http.MethodGet, origin+path, nil))
}

func (b *browser) post(path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, origin+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

func (b *browser) do(r *http.Request) *httptest.ResponseRecorder {
	r.RemoteAddr = b.ip + ":4711"
	for _, c := range b.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	b.s.engine.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		b.cookies[c.Name] = c
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
		}
	}
	return w
}

var tags = regexp.MustCompile(`<[^>]*>`)

// text is a page without its markup.
func text(w *httptest.ResponseRecorder) string {
	return strings.Join(strings.Fields(html.UnescapeString(tags.ReplaceAllString(w.Body.String(), " "))), " ")
}

// page is what an answer has to be.
type page struct {
	status int
	to     string   // of a redirect
	has    []string // in the text
	not    []string // anywhere
	raw    []string // in the markup
}

func (p page) check(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	if p.status == 0 {
		p.status = http.StatusOK
		if p.to != "" {
			p.status = http.StatusSeeOther
		}
	}
	body, said := w.Body.String(), text(w)
	if w.Code != p.status || w.Header().Get("Location") != p.to {
		t.Fatalf("status %d to %q, want %d to %q: %s", w.Code, w.Header().Get("Location"), p.status, p.to, said)
	}
	for _, want := range p.has {
		if !strings.Contains(said, want) {
			t.Errorf("%q is missing in: %s", want, said)
		}
	}
	for _, no := range p.not {
		if strings.Contains(html.UnescapeString(body), no) {
			t.Errorf("%q must not be there", no)
		}
	}
	for _, want := range p.raw {
		if !strings.Contains(body, want) {
			t.Errorf("%q is missing in the markup", want)
		}
	}
	if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") || p.to != "" {
		return
	}
	webtest.CheckPage(t, w)
}

func hidden(t *testing.T, w *httptest.ResponseRecorder, name string) string {
	t.Helper()
	m := regexp.MustCompile(`<input type="hidden" name="` + name + `" value="([^"]*)">`).FindStringSubmatch(w.Body.String())
	if m == nil {
		t.Fatalf("no hidden field %s in: %s", name, text(w))
	}
	return html.UnescapeString(m[1])
}
