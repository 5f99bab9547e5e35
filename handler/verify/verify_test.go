package verify_test

import (
	"crypto/rand"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"quxiang/handler/verify"
	"quxiang/model"
	"quxiang/model/form"
)

// content is what only a form in force shows.
var content = []string{"学信咨询服务有限公司", "海淀区人力资源公共服务中心", "四川省成都市武侯区", "010-12345678", "基本信息"}

func TestPublicPages(t *testing.T) {
	s := newSite(t)
	for _, tc := range []struct {
		path string
		has  []string
	}{
		{"/", []string{"选择登录用户", "毕业生去向登记", "档案转递信息在线核验", "户口迁移信息在线核验", "管理人员登录"}},
		{"/help", []string{"帮助", "学信网账号", "就业指导中心", "8 月 31 日"}},
		{"/verify/archive", []string{"档案转递信息在线核验", "毕业生姓名", "核验编号"}},
		{"/verify/household", []string{"户口迁移信息在线核验", "毕业生姓名", "核验编号"}},
	} {
		t.Run(tc.path, func(t *testing.T) { expect(t, s.from("192.0.2.1").get(tc.path), 200, tc.has, nil) })
	}
	front := s.from("192.0.2.1").get("/").Body.String()
	for _, href := range []string{`href="/h5/home"`, `href="/verify/archive"`, `href="/verify/household"`, `href="/admin"`} {
		if !strings.Contains(front, href) {
			t.Errorf("front page lacks %s", href)
		}
	}
	w := s.from("192.0.2.1").get("/care?on=1&next=/help")
	if w.Code != 303 || w.Header().Get("Location") != "/help" || len(w.Result().Cookies()) != 1 {
		t.Errorf("care: %d %v", w.Code, w.Header())
	}
}

func TestMatch(t *testing.T) {
	s := newSite(t)
	name, archive, household := s.authorised()
	for _, tc := range []struct {
		what         string
		kind         model.FormKind
		name, number string
		has, not     []string
	}{
		{"archive", model.FormArchive, name, string(archive), []string{"真实有效", "档案登记信息表", "海淀区人力资源公共服务中心", "王推"}, []string{"四川省成都市武侯区"}},
		{"household", model.FormHousehold, name, string(household), []string{"真实有效", "户口登记信息表", "四川省成都市武侯区"}, []string{"海淀区人力资源公共服务中心", "王推"}},
		{"lower case and blanks", model.FormArchive, " " + name + "　", " 27 99001 aaaa aaaa ", []string{"真实有效", name}, nil},
		{"full width", model.FormArchive, name, "２７９９００１ＡＡＡＡＡＡＡＡ", []string{"真实有效"}, nil},
	} {
		t.Run(tc.what, func(t *testing.T) {
			w := s.from("203.0.113.77").verify(tc.kind, tc.name, tc.number)
			expect(t, w, 200, append(tc.has, "核验结果", "示范登记系统", "2027年7月31日", "2027年7月1日 10:00", "核验回执", origin+"/verify/"+string(tc.kind), w.Header().Get("X-Request-Id")), tc.not)
		})
	}
	// Every look has left a trace, with a masked network.
	seen, err := s.store.Verifications(t.Context(), 1, 0, 10)
	must(t, err)
	if len(seen) != 4 {
		t.Fatalf("%d verifications", len(seen))
	}
	for _, v := range seen {
		if v.Network != "203.0.113.0/24" || v.Place != "北京市海淀区" || v.Way != model.WayNumber || v.Own || v.RequestID == "" || !v.At.Equal(begin) {
			t.Errorf("verification %+v", v)
		}
	}
}

func TestIDNumberPhoneAndMailNeverShown(t *testing.T) {
	s := newSite(t)
	name, archive, _ := s.authorised()
	r, err := s.store.Record(t.Context(), 1)
	must(t, err)
	b := r.Graduate.Basics
	if b.IDNumber == "" || b.Phone == "" || b.ExamNumber == "" {
		t.Fatal("the demo graduate has no secrets")
	}
	not := []string{b.IDNumber, b.Phone, b.ExamNumber}
	if b.Email != "" {
		not = append(not, b.Email)
	}
	expect(t, s.from("192.0.2.1").verify(model.FormArchive, name, string(archive)), 200, []string{name}, not)
}

func TestOwnLook(t *testing.T) {
	s := newSite(t)
	name, archive, _ := s.authorised()
	f := s.from("2001:db8:1:2:3::4")
	f.post("/test/login", nil)
	expect(t, f.verify(model.FormArchive, name, string(archive)), 200, []string{"真实有效"}, nil)
	seen, err := s.store.Verifications(t.Context(), 1, 0, 10)
	must(t, err)
	if len(seen) != 1 || !seen[0].Own || seen[0].Network != "2001:db8:1::/48" {
		t.Errorf("%+v", seen)
	}
}

// TestNoMatchIsOneAnswer: wrong name, unknown number, wrong kind and malformed
// number cannot be told apart.
func TestNoMatchIsOneAnswer(t *testing.T) {
	s := newSite(t)
	name, archive, household := s.authorised()
	// A form that has ended is told only to who has both right.
	s.rule(1, func(r model.Record) (model.Change, error) { return model.Revoke(r, household, s.now) })
	var first string
	for i, tc := range []struct{ what, name, number string }{
		{"unknown number", name, "2799001CCCCCCCC"},
		{"wrong name", "张三", string(archive)},
		{"rare character mistaken", strings.ReplaceAll(name, "𬭚", "𬭛"), string(archive)},
		{"wrong kind", name, string(household)},
		{"both wrong", "张三", "2799001CCCCCCCC"},
		{"looks right, is not", name, "2799001IIIIIIII"},
		{"no number at all", name, "abc"},
		{"long", strings.Repeat("长", 5000), strings.Repeat("9", 5000)},
		{"markup", "<b>x</b>", "<script>"},
	} {
		t.Run(tc.what, func(t *testing.T) {
			w := s.from("192.0.2."+strconv.Itoa(10+i)).verify(model.FormArchive, tc.name, tc.number)
			expect(t, w, 200, []string{"没有匹配的登记信息", "无匹配不代表材料虚假"}, append([]string{"张三", string(archive)}, content...))
			body := required.ReplaceAllString(w.Body.String(), "0123456789abcdef") + w.Header().Get("Content-Length")
			if first == "" {
				first = body
			}
			if body != first {
				t.Error("the answer differs")
			}
		})
	}
	seen, err := s.store.Verifications(t.Context(), 1, 0, 10)
	must(t, err)
	if len(seen) != 0 {
		t.Errorf("failed tries left %d verifications", len(seen))
	}
}

func TestEmptyFieldsAreNamed(t *testing.T) {
	s := newSite(t)
	w := s.from("192.0.2.1").verify(model.FormArchive, " ", "2799001AAAAAAAA")
	expect(t, w, 422, []string{"请填写毕业生姓名。"}, nil)
	if !strings.Contains(w.Body.String(), `value="2799001AAAAAAAA"`) {
		t.Error("the number that was typed is gone")
	}
	expect(t, s.from("192.0.2.1").verify(model.FormArchive, "张三", ""), 422, []string{"请填写核验编号。"}, nil)
}

func TestEndedFormsSayWhyAndSinceWhenOnly(t *testing.T) {
	for _, tc := range []struct {
		what string
		end  func(s *site)
		has  []string
	}{
		{"revoked", func(s *site) {
			s.now = begin.Add(time.Hour)
			s.rule(1, func(r model.Record) (model.Change, error) { return model.Revoke(r, "2799001AAAAAAAA", s.now) })
		}, []string{"已撤销", "2027年7月1日 11:00"}},
		{"expired", func(s *site) { s.now = time.Date(2027, 8, 1, 0, 0, 0, 0, model.Shanghai) }, []string{"已过期", "2027年7月31日 24:00"}},
		{"superseded", func(s *site) {
			s.now = begin.Add(2 * time.Hour)
			s.confirmAnother()
		}, []string{"已被新的确认取代", "2027年7月1日 12:00"}},
	} {
		t.Run(tc.what, func(t *testing.T) {
			s := newSite(t)
			name, archive, _ := s.authorised()
			tc.end(s)
			expect(t, s.from("192.0.2.1").verify(model.FormArchive, name, string(archive)), 200, append(tc.has, "核验结果", "真实"), append([]string{"真实有效", name}, content...))
			expect(t, s.from("192.0.2.1").verify(model.FormArchive, "张三", string(archive)), 200, []string{"没有匹配的登记信息"}, tc.has[:1])
		})
	}
	t.Run("the last second of the last day", func(t *testing.T) {
		s := newSite(t)
		name, archive, _ := s.authorised()
		s.now = time.Date(2027, 7, 31, 23, 59, 59, 0, model.Shanghai)
		expect(t, s.from("192.0.2.1").verify(model.FormArchive, name, string(archive)), 200, []string{"真实有效"}, nil)
	})
}

// confirmAnother has a second revision reported, approved and confirmed, as
// upstream platforms send them.
func (s *site) confirmAnother() {
	s.t.Helper()
	admin := model.Operator{ID: 1, Name: "root", Role: model.RoleAdmin}
	cohort := model.NewCohort(2027)
	s.rule(1, func(r model.Record) (model.Change, error) {
		d := r.Latest().Destination
		d.Unit = "另一家单位"
		r.School.Origin = model.OriginUpstream
		ch, _, err := model.Receive(r, cohort, d, model.BySystem("test"), s.now, s.now, s.table)
		return ch, err
	})
	for _, l := range []model.Level{model.LevelCollege, model.LevelSchool} {
		r, err := s.store.Record(s.t.Context(), 1)
		must(s.t, err)
		if r.Latest().State() == model.ReviewApproved {
			break
		}
		s.rule(1, func(r model.Record) (model.Change, error) {
			return model.Decide(r, cohort, admin, model.Verdict{Revision: len(r.Revisions), Level: l, Decision: model.DecisionApprove}, s.now)
		})
	}
	s.rule(1, func(r model.Record) (model.Change, error) {
		return model.Confirm(r, model.Confirmation{Revision: len(r.Revisions), Answer: model.AnswerRight}, s.now)
	})
}

// qrPath is where the QR code of an authorised form leads that was drawn on the
// day issued.
func (s *site) qrPath(n model.VerificationNumber, issued model.Date) string {
	s.t.Helper()
	found, err := s.store.Issued(s.t.Context(), []model.VerificationNumber{n})
	must(s.t, err)
	key, err := s.store.FormSigningKey(s.t.Context())
	must(s.t, err)
	payload, err := form.Sign(form.Content(found[n].Record, found[n].Authorization, s.table, form.Options{}), issued, key)
	must(s.t, err)
	return strings.TrimPrefix(s.links.VerifyQR(payload), strings.ToUpper(origin))
}

func TestQR(t *testing.T) {
	s := newSite(t)
	name, archive, household := s.authorised()
	today := model.DateOf(s.now)
	right := s.qrPath(archive, today)
	for _, path := range []string{right, "/v/" + strings.TrimPrefix(right, "/V/")} {
		expect(t, s.from("192.0.2.1").get(path), 200, []string{"真实有效", name, "海淀区人力资源公共服务中心", "扫描核验二维码"}, []string{"四川省成都市武侯区"})
	}
	expect(t, s.from("192.0.2.1").get(s.qrPath(household, today)), 200, []string{"真实有效", "四川省成都市武侯区"}, nil)
	other, err := form.NewSigningKey(rand.Reader)
	must(t, err)
	found, err := s.store.Issued(t.Context(), []model.VerificationNumber{archive})
	must(t, err)
	foreign, err := form.Sign(form.Content(found[archive].Record, found[archive].Authorization, s.table, form.Options{}), today, other)
	must(t, err)
	for _, path := range []string{
		right + "A", right[:len(right)-1], strings.ToLower(right), strings.Replace(right, "/V/A", "/V/B", 1),
		"/V/" + foreign, s.qrPath(archive, today.AddDays(1)), "/v/x",
	} {
		expect(t, s.from("192.0.2.1").get(path), 200, []string{"没有匹配的登记信息"}, append([]string{name}, content...))
	}
	// The address of a form is personal: no page repeats it.
	if body := s.from("192.0.2.1").get(right).Body.String(); strings.Contains(body, strings.TrimPrefix(right, "/V/")) {
		t.Error("the page repeats the payload")
	}
}

func TestPublishedKeysVerify(t *testing.T) {
	s := newSite(t)
	_, archive, _ := s.authorised()
	w := s.from("192.0.2.1").get("/.well-known/quxiang-keys.json")
	ring, issuer, err := form.ReadRing(w.Body.Bytes())
	must(t, err)
	if w.Code != 200 || issuer != "示范登记系统" || w.Header().Get("Content-Type") != "application/json; charset=utf-8" {
		t.Errorf("%d %s %v", w.Code, issuer, w.Header())
	}
	if p, err := ring.Open(form.FromQR(s.qrPath(archive, "2027-07-01")), "2027-07-01"); err != nil || p.Number != archive {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestPace(t *testing.T) {
	s := newSite(t)
	name, archive, _ := s.authorised()
	f := s.from("198.51.100.7")
	wrong := func() *httptest.ResponseRecorder { return f.verify(model.FormArchive, "张三", "2799001CCCCCCCC") }
	for range 9 {
		expect(t, wrong(), 200, []string{"没有匹配的登记信息"}, nil)
	}
	expect(t, wrong(), 200, []string{"没有匹配的登记信息"}, nil)
	for n := 1; n <= 65; n++ {
		seconds := min(n, 60)
		w := wrong()
		expect(t, w, 429, []string{"请等待 " + strconv.Itoa(seconds) + " 秒"}, content)
		if got := w.Header().Get("Retry-After"); got != strconv.Itoa(seconds) {
			t.Fatalf("after %d tries: Retry-After %s", 9+n, got)
		}
		// Who waits gets his try; asking too early costs nothing.
		s.now = s.now.Add(time.Duration(seconds)*time.Second - time.Millisecond)
		expect(t, wrong(), 429, []string{"请等待 1 秒"}, nil)
		s.now = s.now.Add(time.Millisecond)
		expect(t, wrong(), 200, []string{"没有匹配的登记信息"}, nil)
	}
	// Right ones wait too, others do not.
	expect(t, f.verify(model.FormArchive, name, string(archive)), 429, nil, content)
	expect(t, s.from("198.51.100.8").verify(model.FormArchive, name, string(archive)), 200, []string{"真实有效"}, nil)
	// Forwarded addresses count only from trusted proxies: none here.
	r := httptest.NewRequest("POST", origin+"/verify/archive", strings.NewReader("name=a&number=b"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Forwarded-For", "203.0.113.9")
	if w := f.do(r); w.Code != 429 {
		t.Errorf("a forwarded address was believed: %d", w.Code)
	}
	s.now = s.now.Add(time.Hour)
	expect(t, f.verify(model.FormArchive, name, string(archive)), 200, []string{"真实有效"}, nil)
}

func TestOneIPv6NetworkIsOneAddress(t *testing.T) {
	s := newSite(t)
	wrong := func(address string) *httptest.ResponseRecorder {
		return s.from(address).verify(model.FormArchive, "张三", "2799001CCCCCCCC")
	}
	for i := range 10 {
		expect(t, wrong("2001:db8:0:1::"+strconv.Itoa(i+1)), 200, nil, nil)
	}
	expect(t, wrong("2001:db8:0:1:ffff::1"), 429, nil, nil)
	expect(t, wrong("2001:db8:0:2::1"), 200, nil, nil)
}

func TestForeignPostIsRefused(t *testing.T) {
	s := newSite(t)
	r := httptest.NewRequest("POST", origin+"/verify/archive", strings.NewReader("name=a&number=b"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	expect(t, s.from("192.0.2.1").do(r), 403, nil, nil)
}

func TestOptionsAreChecked(t *testing.T) {
	if _, err := verify.New(verify.Options{}); err == nil {
		t.Error("no error")
	}
}
