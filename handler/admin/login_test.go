package admin_test

import (
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"quxiang/model"
)

func TestLoginIsNeeded(t *testing.T) {
	s := newSite(t)
	for _, r := range s.engine.Routes() {
		if strings.HasPrefix(r.Path, "/admin/login") {
			continue
		}
		p := strings.ReplaceAll(r.Path, ":id", "1")
		w := s.browser().do(httptest.NewRequest(r.Method, origin+p, nil))
		page{to: "/admin/login?next=" + url.QueryEscape(p)}.check(t, w)
	}
}

func TestLogin(t *testing.T) {
	s := newSite(t)
	admin := s.operator(model.Operator{Name: "root", Role: model.RoleAdmin})
	page{has: []string{"管理首页", "root", "退出登录"}}.check(t, admin.get("/admin"))
	page{to: "/admin"}.check(t, admin.get("/admin/login"))

	b := s.browser()
	page{has: []string{"管理人员登录"}, raw: []string{`value="/admin/jobs"`}}.check(t, b.get("/admin/login?next=/admin/jobs"))
	wrong := page{status: 422, has: []string{"账号或密码不正确"}, not: []string{"no-such-password"}}
	known, unknown := b.login("root", "no-such-password"), b.login("toor", "no-such-password")
	wrong.check(t, known)
	wrong.check(t, unknown)
	if a, z := strings.Replace(text(known), "root", "", 1), strings.Replace(text(unknown), "toor", "", 1); a != z {
		t.Error("a name that exists answers differently")
	}
	page{status: 422, has: []string{"请填写账号和密码"}}.check(t, b.login("root", ""))
	page{to: "/admin"}.check(t, b.login("root", password))
	page{to: "/admin/login"}.check(t, b.post("/admin/logout", nil))
	page{to: "/admin/login?next=%2Fadmin"}.check(t, b.get("/admin"))
	// The other browser of the same operator stays.
	page{}.check(t, admin.get("/admin"))
}

func TestLoginLeadsOnlyBelowAdmin(t *testing.T) {
	s := newSite(t)
	s.operator(model.Operator{Name: "root", Role: model.RoleAdmin})
	for next, want := range map[string]string{
		"/admin/jobs": "/admin/jobs", "/admin?done=x": "/admin?done=x", "": "/admin", "//evil.example": "/admin", "https://evil.example/admin": "/admin",
		"/h5/home": "/admin", "/adminx": "/admin", "/admin/login": "/admin", "/admin/../h5": "/admin", `/admin\evil`: "/admin",
	} {
		w := s.browser().post("/admin/login", url.Values{"name": {"root"}, "password": {password}, "next": {next}})
		page{to: want}.check(t, w)
	}
}

func TestLoginStartsANewSession(t *testing.T) {
	s := newSite(t)
	s.operator(model.Operator{Name: "root", Role: model.RoleAdmin})
	b := s.browser()
	b.login("root", password)
	var before string
	for _, c := range b.cookies {
		before = c.Value
	}
	b.login("root", password)
	for _, c := range b.cookies {
		if c.Value == before {
			t.Error("the session token was kept")
		}
		if !c.HttpOnly || !c.Secure {
			t.Errorf("cookie %+v", c)
		}
	}
	if len(b.cookies) != 1 {
		t.Errorf("%d cookies", len(b.cookies))
	}
}

func TestLockOut(t *testing.T) {
	s := newSite(t)
	s.operator(model.Operator{Name: "root", Role: model.RoleAdmin})
	s.operator(model.Operator{Name: "other", Role: model.RoleAuditor})
	b := s.browser()
	for _, name := range []string{"root", "nobody"} {
		for range 5 {
			page{status: 422}.check(t, b.login(name, "wrong-password"))
		}
		w := b.login(name, password)
		page{status: 429, has: []string{"登录已暂停到 09:45 以后"}}.check(t, w)
		if w.Header().Get("Retry-After") != "901" {
			t.Errorf("Retry-After %s", w.Header().Get("Retry-After"))
		}
	}
	// From everywhere, and in any case of letters; but not other names.
	page{status: 429}.check(t, (&browser{s: s, ip: "198.51.100.1"}).login("ROOT", password))
	page{to: "/admin"}.check(t, b.login("other", password))
	// Trying on does not make it longer.
	s.now = begin.Add(15*time.Minute - time.Second)
	page{status: 429}.check(t, b.login("root", password))
	s.now = begin.Add(15*time.Minute + time.Second)
	page{to: "/admin"}.check(t, b.login("root", password))
	// A right password clears the count.
	for range 3 {
		for range 4 {
			page{status: 422}.check(t, (&browser{s: s, ip: "198.51.100.2"}).login("root", "wrong-password"))
		}
		page{to: "/admin"}.check(t, b.login("root", password))
	}
}

func TestLockOutOfAnAddress(t *testing.T) {
	s := newSite(t)
	s.operator(model.Operator{Name: "root", Role: model.RoleAdmin})
	b := s.browser()
	for i := range 20 {
		page{status: 422}.check(t, b.login("guess"+strconv.Itoa(i), "wrong-password"))
	}
	page{status: 429}.check(t, b.login("root", password))
	b.ip = "198.51.100.1"
	page{to: "/admin"}.check(t, b.login("root", password))
}

// TestGuessesAtOnce: many at the same time get no more tries than one after
// the other.
func TestGuessesAtOnce(t *testing.T) {
	s := newSite(t)
	s.operator(model.Operator{Name: "root", Role: model.RoleAdmin})
	var wg sync.WaitGroup
	codes := make([]int, 15)
	for i := range codes {
		wg.Go(func() {
			codes[i] = (&browser{s: s, ip: "192.0.2." + strconv.Itoa(i)}).login("root", "wrong-password").Code
		})
	}
	wg.Wait()
	looked := 0
	for _, c := range codes {
		if c == 422 {
			looked++
		}
	}
	if looked != 5 {
		t.Errorf("%d guesses were looked at: %v", looked, codes)
	}
}

func TestOneTimePasswordMustBeChanged(t *testing.T) {
	s := newSite(t)
	_, err := s.store.CreateOperator(t.Context(), model.Operator{Name: "wangli", Role: model.RoleAdmin, MustChange: true}, s.hash, model.BySystem("test"))
	must(t, err)
	b, other := s.browser(), s.browser()
	page{to: "/admin/password"}.check(t, b.login("wangli", password))
	page{to: "/admin/password"}.check(t, other.login("wangli", password))
	for _, p := range []string{"/admin", "/admin/graduates", "/admin/operators"} {
		page{to: "/admin/password"}.check(t, b.get(p))
	}
	page{has: []string{"修改密码", "一次性"}, not: []string{"/admin/graduates"}}.check(t, b.get("/admin/password"))
	change := func(old, fresh, repeat string) *httptest.ResponseRecorder {
		return b.post("/admin/password", url.Values{"old": {old}, "new": {fresh}, "repeat": {repeat}})
	}
	const fresh = "Regen-Wolke-88"
	page{status: 422, has: []string{"至少 10 个字符"}}.check(t, change(password, "kurz", "kurz"))
	page{status: 422, has: []string{"不能包含账号名"}}.check(t, change(password, "wangli-2027-x", "wangli-2027-x"))
	page{status: 422, has: []string{"两次输入的新密码不一致"}}.check(t, change(password, fresh, fresh+"x"))
	page{status: 422, has: []string{"不能与现在的密码相同"}}.check(t, change(password, password, password))
	page{status: 422, has: []string{"现在的密码不正确"}}.check(t, change("wrong-password", fresh, fresh))
	page{to: "/admin?done=password"}.check(t, change(password, fresh, fresh))
	page{has: []string{"密码已修改"}}.check(t, b.get("/admin?done=password"))
	page{to: "/admin/login?next=%2Fadmin"}.check(t, other.get("/admin"))
	page{status: 422}.check(t, s.browser().login("wangli", password))
	page{to: "/admin"}.check(t, s.browser().login("wangli", fresh))
}

// TestPostAfterTheSessionEnded: the login leads back to the page of the form.
func TestPostAfterTheSessionEnded(t *testing.T) {
	s := newSite(t)
	b := s.operator(model.Operator{Role: model.RoleAdmin})
	stranger := s.browser()
	for post, back := range map[string]string{
		"/admin/graduates/7/review": "/admin/graduates/7", "/admin/graduates/7/reopen": "/admin/graduates/7",
		"/admin/menu/publish": "/admin/menu", "/admin/operators/2/disabled": "/admin/operators",
		"/admin/operators/2/logout": "/admin/operators", "/admin/logout": "/admin",
	} {
		page{to: "/admin/login?next=" + url.QueryEscape(post)}.check(t, stranger.post(post, nil))
		page{to: back}.check(t, b.get(post))
	}
}

func TestDisabledOperatorIsOut(t *testing.T) {
	s := newSite(t)
	root := s.operator(model.Operator{Name: "root", Role: model.RoleAdmin})
	b := s.operator(model.Operator{Name: "pruefer", Role: model.RoleAuditor})
	op, _, err := s.store.OperatorByName(t.Context(), "pruefer")
	must(t, err)
	page{has: []string{"pruefer", "审计员", "本人", "停用"}}.check(t, root.get("/admin/operators"))
	to := "/admin/operators/" + strconv.Itoa(int(op.ID)) + "/disabled"
	page{status: 422}.check(t, root.post(to, nil))
	page{to: "/admin/operators?done=disabled"}.check(t, root.post(to, url.Values{"disabled": {"1"}}))
	page{has: []string{"账号已停用", "已停用"}}.check(t, root.get("/admin/operators?done=disabled"))
	page{to: "/admin/login?next=%2Fadmin"}.check(t, b.get("/admin"))
	page{status: 422, has: []string{"账号或密码不正确"}}.check(t, b.login("pruefer", password))
	page{to: "/admin/operators?done=enabled"}.check(t, root.post(to, url.Values{"disabled": {"0"}}))
	page{to: "/admin"}.check(t, b.login("pruefer", password))

	self, _, err := s.store.OperatorByName(t.Context(), "root")
	must(t, err)
	page{status: 409, has: []string{"不能对自己的账号进行这项操作"}}.check(t, root.post("/admin/operators/"+strconv.Itoa(int(self.ID))+"/disabled", url.Values{"disabled": {"1"}}))
	page{status: 404}.check(t, root.post("/admin/operators/999/disabled", url.Values{"disabled": {"1"}}))
}
