package admin_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
)

// editor is an operator for menus, at his page.
type editor struct {
	*browser
	t *testing.T
}

func newEditor(t *testing.T) (*site, *editor) {
	t.Helper()
	s := newSite(t)
	return s, &editor{s.operator(model.Operator{Role: model.RoleMenu}), t}
}

// posts a form of the present draft.
func (e *editor) posts(path string, form url.Values) page {
	e.t.Helper()
	form.Set("revision", e.revision())
	w := e.post(path, form)
	return page{status: w.Code, to: w.Header().Get("Location"), has: []string{text(w)}}
}

func (e *editor) revision() string {
	e.t.Helper()
	d, err := e.s.store.MenuDraft(e.t.Context())
	must(e.t, err)
	return fmt.Sprint(d.Revision)
}

// names are the draft's buttons of one menu, items in brackets.
func (e *editor) names(menu int) string {
	e.t.Helper()
	d, err := e.s.store.MenuDraft(e.t.Context())
	must(e.t, err)
	var out []string
	for _, it := range d.Set.Of(menu) {
		s := it.Name
		for _, sub := range it.Items {
			s += "/" + sub.Name
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

const more = "更多/核验入口/截止日期/换绑微信/帮助"

func TestMenuIsEditedAndPublished(t *testing.T) {
	s, e := newEditor(t)
	page{has: []string{"公众号菜单", "去向登记", "办理进度", "还没有发布过菜单", "没有错误", "手机端最多 5 分钟后更新", origin}, raw: []string{`data-path="0.2.3"`}}.check(t, e.get("/admin/menu"))
	for _, step := range []struct {
		path string
		form url.Values
		want string
	}{
		{"/admin/menu/item", url.Values{"path": {"0.0"}, "name": {"登记"}, "kind": {"action:register"}}, "登记 办理进度 " + more},
		{"/admin/menu/move", url.Values{"path": {"0.2.3"}, "to": {"0.2.2"}}, "登记 办理进度 更多/核验入口/截止日期/帮助/换绑微信"},
		{"/admin/menu/remove", url.Values{"path": {"0.2.1"}}, "登记 办理进度 更多/核验入口/帮助/换绑微信"},
		{"/admin/menu/item", url.Values{"below": {"0.2"}, "name": {"学校网站"}, "kind": {"type:view"}, "url": {"https://www.example.edu.cn/"}, "key": {"not kept"}}, "登记 办理进度 更多/核验入口/帮助/换绑微信/学校网站"},
		{"/admin/menu/item", url.Values{"path": {"0.2.0"}, "name": {"核验"}, "kind": {"action:verify"}, "where": {"0.1.0"}}, "登记 办理进度/核验 更多/帮助/换绑微信/学校网站"},
		{"/admin/menu/move", url.Values{"path": {"0.1"}, "to": {"0.0"}}, "办理进度/核验 登记 更多/帮助/换绑微信/学校网站"},
	} {
		if got := e.posts(step.path, step.form); got.to != "/admin/menu?menu=0&done=menusaved" {
			t.Fatalf("%s: %+v", step.path, got)
		}
		if got := e.names(0); got != step.want {
			t.Errorf("%s %v: %s, want %s", step.path, step.form, got, step.want)
		}
	}
	page{has: []string{"已保存到草稿", "尚未发布的改动"}}.check(t, e.get("/admin/menu?done=menusaved"))
	if got := e.posts("/admin/menu/publish", url.Values{"when": {"now"}}); got.to != "/admin/menu/history/1?done=published" {
		t.Fatalf("%+v", got)
	}
	page{has: []string{"菜单已发布", "最多 5 分钟后更新", "菜单第 1 版", "管理员 menu", "默认菜单（3 个一级按钮）", "学校网站"}}.check(t, e.get("/admin/menu/history/1?done=published"))
	page{has: []string{"第 1 版", "草稿与已发布的菜单相同"}}.check(t, e.get("/admin/menu"))
	audits, _, err := s.store.Audits(t.Context(), model.Scope{All: true}, store.AuditFilter{}, 0, 1)
	must(t, err)
	if len(audits) != 1 || audits[0].Actor.Name != "menu" || audits[0].Action != "menu.publish" || audits[0].Detail["version"] != "1" {
		t.Errorf("audit %+v", audits)
	}
	// Taken back as a whole: an older version becomes a new one.
	e.posts("/admin/menu/remove", url.Values{"path": {"0.2"}})
	e.posts("/admin/menu/publish", url.Values{"when": {"now"}})
	page{has: []string{"与之前的第 1 版相比", "删除", "“更多”"}}.check(t, e.get("/admin/menu/history/2"))
	page{to: "/admin/menu/history/3?done=published"}.check(t, e.post("/admin/menu/history/1/restore", url.Values{}))
	page{has: []string{"回滚到第 1 版", "学校网站"}}.check(t, e.get("/admin/menu/history/3"))
	page{has: []string{"第 3 版", "当前使用中", "第 1 版", "回滚到第 1 版"}}.check(t, e.get("/admin/menu/history"))
	page{has: []string{"内容相同"}}.check(t, e.get("/admin/menu/history/3?with=1"))
	if got := e.names(0); got != "办理进度/核验 登记" {
		t.Errorf("the draft is left alone: %s", got)
	}
}

// TestMenuThatIsWrong: a draft may be wrong; it is not published, each reason has
// its place, and WeChat is not called.
func TestMenuThatIsWrong(t *testing.T) {
	s, e := newEditor(t)
	e.posts("/admin/menu/item", url.Values{"path": {"0.2.1"}, "name": {strings.Repeat("字", 20) + "x"}, "kind": {"type:click"}})
	e.posts("/admin/menu/item", url.Values{"path": {"0.0"}, "name": {"登记\xf0\x9f\x8e"}, "kind": {"type:view"}, "url": {"javascript:alert(1)"}})
	want := []string{
		"有 4 处错误", "更多 ▸ 第2个按钮（字字字字字字字字字字字字…） ：名称“" + strings.Repeat("字", 20) + "x”有 61 字节，最多 60 字节", "错误码 40025", "没有填写关键字", "错误码 40026",
		"表情被截成了两半", "错误码 40033", "链接是一段脚本", "错误码 40055", "请缩短到 20 个汉字以内",
	}
	page{has: want, not: []string{`href="javascript`}}.check(t, e.get("/admin/menu"))
	got := e.posts("/admin/menu/publish", url.Values{"when": {"now"}})
	if got.status != 422 || !strings.Contains(got.has[0], "菜单有 4 处不符合要求，没有发布") || s.menu.calls != 0 {
		t.Errorf("%+v, %d calls", got, s.menu.calls)
	}
	page{has: []string{"没有填写关键字", "有 61 字节"}}.check(t, e.get("/admin/menu/item?path=0.2.1"))
	if all, err := s.store.Menus(t.Context(), 0, 5); err != nil || len(all) != 0 {
		t.Errorf("%d versions, %v", len(all), err)
	}
	for path, form := range map[string]url.Values{
		"/admin/menu/move":   {"path": {"0.9"}, "to": {"0.0"}},
		"/admin/menu/remove": {"path": {"0.2.9"}},
	} {
		if got := e.posts(path, form); got.status != 409 || !strings.Contains(got.has[0], "已经不在草稿里") {
			t.Errorf("%s: %+v", path, got)
		}
	}
	for _, path := range []string{"x", "0.0.0.0", "-1.0", "0.99999"} {
		if w := e.get("/admin/menu/item?path=" + path); w.Code != 422 && w.Code != 404 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// TestTwoOperatorsAtTheMenu: the second is told who was first and loses nothing of
// what was typed.
func TestTwoOperatorsAtTheMenu(t *testing.T) {
	s, e := newEditor(t)
	other := s.operator(model.Operator{Name: "zweite", Role: model.RoleMenu})
	page{to: "/admin/menu?menu=0&done=menusaved"}.check(t, other.post("/admin/menu/remove", url.Values{"revision": {"0"}, "path": {"0.2.0"}}))
	typed := url.Values{"revision": {"0"}, "path": {"0.2.3"}, "name": {"常见问题"}, "kind": {"type:click"}, "key": {"faq"}}
	w := e.post("/admin/menu/item", typed)
	page{
		status: 409, has: []string{"管理员 zweite", "还没有保存", "您填写的内容都还在下面", "最新的草稿"}, not: []string{"核验入口</li>"},
		raw: []string{`value="常见问题"`, `value="faq"`, `<option value="type:click" selected>`},
	}.check(t, w)
	// Its place is gone, so that it becomes a new button in the present draft.
	typed.Set("revision", hidden(t, w, "revision"))
	typed.Set("path", hidden(t, w, "path"))
	typed.Set("below", hidden(t, w, "below"))
	if got := typed.Get("path") + "|" + typed.Get("below"); got != "|0.-1" {
		t.Errorf("where to: %s", got)
	}
	typed.Set("below", "0.2")
	page{to: "/admin/menu?menu=0&done=menusaved"}.check(t, e.post("/admin/menu/item", typed))
	if got := e.names(0); got != "去向登记 办理进度 更多/截止日期/换绑微信/帮助/常见问题" {
		t.Errorf("draft %s", got)
	}
	for _, path := range []string{"/admin/menu/move", "/admin/menu/publish", "/admin/menu/conditional"} {
		page{status: 409, has: []string{"修改了菜单草稿"}}.check(t, other.post(path, url.Values{"revision": {"1"}, "path": {"0.0"}, "to": {"0.1"}, "do": {"add"}, "tag": {"x"}}))
	}
	if s.menu.calls != 0 {
		t.Errorf("%d calls", s.menu.calls)
	}
}

func TestConditionalMenusAreEdited(t *testing.T) {
	s, e := newEditor(t)
	s.menu.tags = []string{"星标组"}
	page{has: []string{"未绑定", "待确认", "已确认", "星标组", "苹果手机"}}.check(t, e.get("/admin/menu/conditional"))
	if got := e.posts("/admin/menu/conditional", url.Values{"do": {"add"}, "menu": {"0"}}); got.status != 422 || !strings.Contains(got.has[0], "至少一项") {
		t.Errorf("%+v", got)
	}
	if got := e.posts("/admin/menu/conditional", url.Values{"do": {"add"}, "menu": {"0"}, "tag": {"未绑定"}}); got.to != "/admin/menu?menu=1&done=menusaved" {
		t.Fatalf("%+v", got)
	}
	e.posts("/admin/menu/conditional", url.Values{"do": {"add"}, "menu": {"0"}, "platform": {"android"}})
	e.posts("/admin/menu/remove", url.Values{"path": {"2.1"}})
	page{has: []string{"显示给：安卓手机", "优先匹配", "个性化菜单（标签“未绑定”）"}}.check(t, e.get("/admin/menu?menu=2"))
	e.posts("/admin/menu/conditional", url.Values{"do": {"raise"}, "menu": {"2"}})
	if got := e.names(1); got != "去向登记 "+more {
		t.Errorf("raised: %s", got)
	}
	e.posts("/admin/menu/conditional", url.Values{"do": {"set"}, "menu": {"1"}, "tag": {"星标组"}, "platform": {"ios"}})
	page{has: []string{"标签“星标组” · 苹果手机"}}.check(t, e.get("/admin/menu?menu=1"))
	if got := e.posts("/admin/menu/conditional", url.Values{"do": {"remove"}, "menu": {"1"}}); got.to != "/admin/menu?menu=0&done=menusaved" || e.names(2) != "" {
		t.Errorf("%+v %s", got, e.names(2))
	}
	s.menu.err = model.Errorf(model.CodeUnavailable, "没有读到公众号的标签")
	page{has: []string{"未绑定"}}.check(t, e.get("/admin/menu/conditional?menu=1"))
}

func TestMenuIsScheduled(t *testing.T) {
	s, e := newEditor(t)
	for due, says := range map[string]string{"": "请填写发布时间", "2027-06-10T09:29": "已经过去", "2029-01-01T00:00": "最多提前一年"} {
		if got := e.posts("/admin/menu/publish", url.Values{"when": {"later"}, "due": {due}}); got.status != 422 || !strings.Contains(got.has[0], says) {
			t.Errorf("%q: %+v", due, got)
		}
	}
	if got := e.posts("/admin/menu/publish", url.Values{"when": {"later"}, "due": {"2027-06-18T08:00"}}); got.to != "/admin/menu?done=scheduled" {
		t.Fatalf("%+v", got)
	}
	if s.menu.calls != 0 || len(s.menu.planned) != 1 || !s.menu.planned[0].Equal(time.Date(2027, 6, 18, 8, 0, 0, 0, model.Shanghai)) {
		t.Errorf("%d calls, planned %v", s.menu.calls, s.menu.planned)
	}
	page{has: []string{"第 1 版将在 2027年6月18日 08:00 发布", "已安排定时发布"}}.check(t, e.get("/admin/menu?done=scheduled"))
	page{to: "/admin/menu/history/1?done=calledoff"}.check(t, e.post("/admin/menu/history/1/cancel", url.Values{}))
	page{status: 409, has: []string{"已经不在等待"}}.check(t, e.post("/admin/menu/history/1/cancel", url.Values{}))
	page{has: []string{"已取消", "回滚到这一版"}, not: []string{"取消定时发布</button>"}}.check(t, e.get("/admin/menu/history/1"))
}

// TestMenuThatFailsMidway: the operator is told exactly what stands live, and one
// press restores the former set.
func TestMenuThatFailsMidway(t *testing.T) {
	s, e := newEditor(t)
	e.posts("/admin/menu/publish", url.Values{"when": {"now"}})
	s.menu.err = model.Errorf(model.CodeUnavailable, "菜单没有发布完整")
	e.posts("/admin/menu/conditional", url.Values{"do": {"add"}, "menu": {"0"}, "tag": {"未绑定"}})
	if got := e.posts("/admin/menu/publish", url.Values{"when": {"now"}}); got.to != "/admin/menu/history/2?done=menufailed" {
		t.Fatalf("%+v", got)
	}
	page{has: []string{"没有发布完整", "成功 默认菜单", "失败 添加个性化菜单（标签“未绑定”）：个性化菜单的数量已达上限", "65305", "现在线上：默认菜单 去向登记", "恢复原来的整套菜单（第 1 版）"}}.check(t, e.get("/admin/menu/history/2?done=menufailed"))
	page{has: []string{"上一次发布（第 2 版）没有完成"}}.check(t, e.get("/admin/menu"))
	s.menu.err = nil
	page{to: "/admin/menu/history/3?done=published"}.check(t, e.post("/admin/menu/history/1/restore", url.Values{}))
	page{not: []string{"没有完成"}}.check(t, e.get("/admin/menu"))
	s.menu.err = errors.New("at 10.0.0.1")
	page{status: 500, not: []string{"10.0.0.1"}}.check(t, e.post("/admin/menu/history/1/restore", url.Values{}))
}

// TestMenuChangedElsewhere: the page warns, shows what differs, and imports it; an
// unpublished draft is kept.
func TestMenuChangedElsewhere(t *testing.T) {
	s, e := newEditor(t)
	e.posts("/admin/menu/publish", url.Values{"when": {"now"}})
	page{not: []string{"在别处被修改"}}.check(t, e.get("/admin/menu"))
	s.menu.live = model.MenuLive{Digest: "other", Set: model.MenuSet{Default: []model.MenuItem{{Name: "电话", Type: model.MenuClick, Key: "text-1"}}}, Notes: []string{"“电话”原来回复一段文字"}}
	page{not: []string{"在别处被修改"}}.check(t, e.get("/admin/menu")) // looked at less than a minute ago
	s.now = s.now.Add(2 * time.Minute)
	page{has: []string{"线上菜单在别处被修改过，与第 1 版有 4 处不同"}}.check(t, e.get("/admin/menu"))
	page{has: []string{"在别处被修改过", "与第 1 版不同", "“电话”原来回复一段文字", "导入到草稿"}}.check(t, e.get("/admin/menu/live"))
	e.posts("/admin/menu/remove", url.Values{"path": {"0.0"}})
	if got := e.posts("/admin/menu/live", url.Values{}); got.to != "/admin/menu?done=menuimported" || e.names(0) != "电话" {
		t.Fatalf("%+v %s", got, e.names(0))
	}
	page{has: []string{"草稿被替换前的内容", "留存"}}.check(t, e.get("/admin/menu/history"))
	page{to: "/admin/menu?done=menuloaded"}.check(t, e.post("/admin/menu/history/2/draft", url.Values{"revision": {e.revision()}}))
	if got := e.names(0); got != "办理进度 "+more {
		t.Errorf("the draft is back: %s", got)
	}
	page{status: 409, has: []string{"修改了菜单草稿"}}.check(t, e.post("/admin/menu/live", url.Values{"revision": {"1"}}))
	s.menu.err = model.Errorf(model.CodeUnavailable, "没有读到线上菜单：请检查网络")
	s.now = s.now.Add(2 * time.Minute)
	page{has: []string{"没有连上微信"}}.check(t, e.get("/admin/menu"))
	page{status: 503, has: []string{"没有读到线上菜单", "再试一次"}}.check(t, e.get("/admin/menu/live"))
}

func TestMenuIsEmptiedByNameOnly(t *testing.T) {
	s, e := newEditor(t)
	page{has: []string{"请输入“" + account + "”"}}.check(t, e.get("/admin/menu/clear"))
	page{status: 422, has: []string{"名称不一致，没有清空"}, raw: []string{`value="毕业生"`}}.check(t, e.post("/admin/menu/clear", url.Values{"account": {"毕业生"}}))
	if s.menu.calls != 0 {
		t.Fatalf("%d calls", s.menu.calls)
	}
	page{to: "/admin/menu/history/1?done=published"}.check(t, e.post("/admin/menu/clear", url.Values{"account": {account}}))
	page{has: []string{"清空菜单", "这一版没有菜单"}, not: []string{"/restore"}}.check(t, e.get("/admin/menu/history/1"))
	page{to: "/admin/menu/clear"}.check(t, e.post("/admin/menu/history/1/restore", url.Values{}))
}

func TestMenuOfAFollower(t *testing.T) {
	s, e := newEditor(t)
	for i, openid := range []string{"oABCDEFGHIJKLMNOPQRSTUVWX001", "oABCDEFGHIJKLMNOPQRSTUVWX002", "oZZZZZZZZZZZZZZZZZZZZTUVWX02"} {
		_, err := s.store.Follow(t.Context(), openid, true, "", s.now.Add(time.Duration(i)*time.Minute))
		must(t, err)
	}
	page{has: []string{"…VWX002", "2027年6月10日 09:31 关注"}, not: []string{"oABCDEFGHIJKLMNOPQRSTUVWX002"}}.check(t, e.get("/admin/menu/match"))
	s.menu.shown = []model.MenuItem{{Name: "绑定", Action: model.MenuRebind}}
	for form, want := range map[string]string{"tail=VWX002": "oABCDEFGHIJKLMNOPQRSTUVWX002", "user=UVWX001": "oABCDEFGHIJKLMNOPQRSTUVWX001", "user=my_wechat-1": "my_wechat-1", "user=ab1": "ab1"} {
		values, err := url.ParseQuery(form)
		must(t, err)
		page{has: []string{"看到的菜单", "绑定", "打开微信绑定页面"}, not: []string{"oABCDEFGHIJKLMNOPQRSTUVWX00"}}.check(t, e.post("/admin/menu/match", values))
		if s.menu.asked != want {
			t.Errorf("%s asked for %s", form, s.menu.asked)
		}
	}
	for form, says := range map[string]string{"": "请选择一部手机", "user=中文": "只含字母", "user=" + strings.Repeat("a", 65): "只含字母"} {
		values, err := url.ParseQuery(form)
		must(t, err)
		page{status: 422, has: []string{says}}.check(t, e.post("/admin/menu/match", values))
	}
	s.menu.err = model.Invalid("user", "没有找到这位关注者（微信错误码 65302）。")
	page{status: 422, has: []string{"没有找到这位关注者"}}.check(t, e.post("/admin/menu/match", url.Values{"user": {"nobody_1"}}))
}

func TestMenuPressesAreShown(t *testing.T) {
	s, e := newEditor(t)
	page{has: []string{"还没有可以统计的按钮"}}.check(t, e.get("/admin/menu/presses"))
	e.posts("/admin/menu/publish", url.Values{"when": {"now"}})
	must(t, s.store.AddMenuPresses(t.Context(), []model.MenuPress{
		{Day: "2027-06-10", Kind: model.MenuClick, Key: "progress", Count: 41},
		{Day: "2027-06-09", Kind: model.MenuClick, Key: "progress", Count: 1},
		{Day: "2027-06-10", Kind: model.MenuView, Key: origin + "/wechat/oauth?next=%2Fh5%2Fhome", Count: 7},
		{Day: "2027-06-10", Kind: model.MenuClick, Key: "faq", Count: 3},
		{Day: "2027-05-01", Kind: model.MenuClick, Key: "progress", Count: 1000},
	}))
	page{has: []string{"去向登记 打开毕业去向登记（已绑定的直接进入下一步） 7", "办理进度 在对话中回复办理进度 42", "（已不在菜单里） faq 3", "6/10"}, not: []string{"1000", "1042"}}.check(t, e.get("/admin/menu/presses"))
}

// TestMenuWhileAnotherIsPublished: the second is told, and nothing of it is begun.
func TestMenuWhileAnotherIsPublished(t *testing.T) {
	s, e := newEditor(t)
	v, err := s.store.AddMenu(t.Context(), model.MenuVersion{Set: model.DefaultMenu(), State: model.MenuKept, SavedAt: s.now})
	must(t, err)
	must(t, s.store.ClaimMenu(t.Context(), v.ID))
	if got := e.posts("/admin/menu/publish", url.Values{"when": {"now"}}); got.status != 409 || !strings.Contains(got.has[0], "另一次发布正在进行") {
		t.Errorf("%+v", got)
	}
}
