package verify_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"quxiang/handler/verify"
	"quxiang/model"
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
	if !strings.Contains(front, "/static/verify.0.css") || strings.Contains(front, "app.0.css") {
		t.Error("the front page does not have the plain sheet")
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
		{"O for 0, l for 1", model.FormArchive, name, "2799OOlAAAAAAAA", []string{"真实有效"}, nil},
	} {
		t.Run(tc.what, func(t *testing.T) {
			w := s.from("203.0.113.77").verify(tc.kind, tc.name, tc.number)
			expect(t, w, 200, append(tc.has, "核验结果", "示范登记系统", "2027年7月31日", "2027年7月1日 10:00", "核验回执", origin+"/verify/"+string(tc.kind), w.Header().Get("X-Request-Id")), tc.not)
		})
	}
	// Every look has left a trace, with a masked network.
	seen, err := s.store.Verifications(t.Context(), 1, 0, 10)
	must(t, err)
	if len(seen) != 5 {
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
// number cannot be told apart: neither by status, headers and bytes, nor by what
// the store is asked and writes, which is what takes time.
func TestNoMatchIsOneAnswer(t *testing.T) {
	s := newSite(t)
	name, archive, household := s.authorised()
	// A form that has ended is told only to who has both right.
	s.rule(1, func(r model.Record) (model.Change, error) { return model.Revoke(r, household, s.now) })
	c := &counted{Store: s.store}
	s.Handler = s.replica(c)
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
			c.calls = nil
			w := s.from("192.0.2."+strconv.Itoa(10+i)).verify(model.FormArchive, tc.name, tc.number)
			expect(t, w, 200, []string{"没有匹配的登记信息", "无匹配不代表材料虚假"}, append([]string{"张三", string(archive)}, content...))
			w.Header().Del("X-Request-Id")
			same := fmt.Sprintln(w.Header(), c.calls, required.ReplaceAllString(w.Body.String(), "0123456789abcdef"))
			if first == "" {
				first = same
			}
			if same != first {
				t.Errorf("the answer differs:\n%s\nfrom\n%s", same, first)
			}
		})
	}
	if want := []string{"tries of 2", "issued if", "take 3"}; !slices.Equal(c.calls, want) {
		t.Errorf("the store is asked %v, want %v", c.calls, want)
	}
	seen, err := s.store.Verifications(t.Context(), 1, 0, 10)
	must(t, err)
	if len(seen) != 0 {
		t.Errorf("failed tries left %d verifications", len(seen))
	}
}

// TestRightAnswerIsLean: besides the look-up a right answer costs one write.
func TestRightAnswerIsLean(t *testing.T) {
	s := newSite(t)
	name, archive, _ := s.authorised()
	c := &counted{Store: s.store}
	s.Handler = s.replica(c)
	expect(t, s.from("192.0.2.1").verify(model.FormArchive, name, string(archive)), 200, []string{"真实有效"}, nil)
	if want := []string{"tries of 2", "issued if", "add verification"}; !slices.Equal(c.calls, want) {
		t.Errorf("the store is asked %v, want %v", c.calls, want)
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
