package wechat

import (
	"errors"
	"reflect"
	"strings"
	"testing"
)

func goodMenu() Menu {
	return Menu{Buttons: []Button{
		{Name: "去向登记", Type: "view", URL: "https://dj.example/?a=1&b=<2>"},
		{Name: "办理进度", Type: "click", Key: "progress"},
		{Name: "更多", SubButtons: []Button{
			{Name: strings.Repeat("字", 20), Type: "scancode_waitmsg", Key: "scan"},
			{Name: "小程序", Type: "miniprogram", URL: "http://dj.example/", AppID: "wx1", PagePath: "pages/index"},
			{Name: "图文", Type: "article_id", ArticleID: "a1"},
			{Name: "素材", Type: "media_id", MediaID: "m1"},
		}},
	}}
}

func TestMenuValidate(t *testing.T) {
	if err := goodMenu().Validate(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*Menu)
		path   string
		code   int
		limit  string
	}{
		{"none", func(m *Menu) { m.Buttons = nil }, "button", 40016, "3"},
		{"four", func(m *Menu) { m.Buttons = append(m.Buttons, m.Buttons[0]) }, "button", 40016, "3"},
		{"six below", func(m *Menu) {
			s := &m.Buttons[2].SubButtons
			*s = append(*s, (*s)[0], (*s)[0])
		}, "button[2].sub_button", 40023, "5"},
		{"no name", func(m *Menu) { m.Buttons[0].Name = " " }, "button[0].name", 40018, "空"},
		{"long name", func(m *Menu) { m.Buttons[1].Name = "办理进度查询" }, "button[1].name", 40018, "16"},
		{"long name below", func(m *Menu) { m.Buttons[2].SubButtons[0].Name += "x" }, "button[2].sub_button[0].name", 40025, "60"},
		{"line break", func(m *Menu) { m.Buttons[1].Name = "a\nb" }, "button[1].name", 40033, "换行"},
		{"line separator", func(m *Menu) { m.Buttons[1].Name = "a\u2028b" }, "button[1].name", 40033, "换行"},
		{"not UTF-8", func(m *Menu) { m.Buttons[1].Key = "a\xff" }, "button[1].key", 40033, "无效"},
		{"no type", func(m *Menu) { m.Buttons[1].Type = "" }, "button[1].type", 40017, "类型"},
		{"unknown type below", func(m *Menu) { m.Buttons[2].SubButtons[0].Type = "CLICK" }, "button[2].sub_button[0].type", 40024, "CLICK"},
		{"no key", func(m *Menu) { m.Buttons[1].Key = "" }, "button[1].key", 40019, "key"},
		{"long key", func(m *Menu) { m.Buttons[1].Key = strings.Repeat("k", 129) }, "button[1].key", 40019, "128"},
		{"no key below", func(m *Menu) { m.Buttons[2].SubButtons[0].Key = "" }, "button[2].sub_button[0].key", 40026, "key"},
		{"no url", func(m *Menu) { m.Buttons[0].URL = "" }, "button[0].url", 40020, "url"},
		{"long url", func(m *Menu) { m.Buttons[0].URL = "https://" + strings.Repeat("u", 1017) }, "button[0].url", 40020, "1024"},
		{"long url below", func(m *Menu) { m.Buttons[2].SubButtons[1].URL = "https://" + strings.Repeat("u", 1017) }, "button[2].sub_button[1].url", 40027, "1024"},
		{"script as url", func(m *Menu) { m.Buttons[0].URL = "javascript:alert(1)" }, "button[0].url", 40055, "https://"},
		{"url below without scheme", func(m *Menu) { m.Buttons[2].SubButtons[1].URL = "dj.example" }, "button[2].sub_button[1].url", 40054, "https://"},
		{"no pagepath", func(m *Menu) { m.Buttons[2].SubButtons[1].PagePath = "" }, "button[2].sub_button[1].pagepath", 40024, "pagepath"},
		{"no article", func(m *Menu) { m.Buttons[2].SubButtons[2].ArticleID = "" }, "button[2].sub_button[2].article_id", 40024, "article_id"},
		{"key of a view", func(m *Menu) { m.Buttons[0].Key = "k" }, "button[0].key", 40019, "不能有"},
		{"parent with a type", func(m *Menu) { m.Buttons[2].Type = "click" }, "button[2]", 40017, "二级菜单"},
		{"third level", func(m *Menu) { m.Buttons[2].SubButtons[0].SubButtons = []Button{{Name: "x"}} }, "button[2].sub_button[0].sub_button", 40022, "两级"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := goodMenu()
			tt.change(&m)
			err := m.Validate()
			e, ok := errors.AsType[*MenuError](err)
			if !ok {
				t.Fatalf("error %v", err)
			}
			if e.Path != tt.path || e.Code != tt.code || !strings.Contains(e.Problem, tt.limit) {
				t.Errorf("got %+v, want %s, %d and %q", e, tt.path, tt.code, tt.limit)
			}
		})
	}
	m := goodMenu()
	m.Buttons[0].Name, m.Buttons[1].Key = "", ""
	if err := m.Validate(); strings.Count(err.Error(), "errcode") != 2 {
		t.Errorf("not every breach is named: %v", err)
	}
}

func TestMenuCalls(t *testing.T) {
	f := newFakeAPI(t)
	c := f.client(nil)
	f.answer(pathMenuCreate, `{"errcode":0,"errmsg":"ok"}`)
	if err := c.CreateMenu(t.Context(), Menu{Buttons: goodMenu().Buttons[:2]}); err != nil {
		t.Fatal(err)
	}
	want := `{"button":[{"name":"去向登记","type":"view","url":"https://dj.example/?a=1&b=<2>"},{"name":"办理进度","type":"click","key":"progress"}]}`
	if got := f.last(); got.body != want || got.method != "POST" {
		t.Errorf("sent %s, want %s", got.body, want)
	}
	n := len(f.calls)
	if err := c.CreateMenu(t.Context(), Menu{}); err == nil || len(f.calls) != n {
		t.Errorf("an empty menu: %v, %d calls", err, len(f.calls)-n)
	}
	f.answer(pathMenuCreate, `{"errcode":40055,"errmsg":"invalid button url domain"}`)
	if err := c.CreateMenu(t.Context(), goodMenu()); KindOf(err) != KindConfiguration {
		t.Errorf("error %v", err)
	}

	f.answer(pathMenuGet, `{"menu":{"button":[{"type":"view","name":"去向登记","url":"https://dj.example/","sub_button":[]},`+
		`{"name":"更多","sub_button":[{"type":"click","name":"进度","key":"progress","sub_button":[]}]}],"menuid":208396938},`+
		`"conditionalmenu":[{"button":[],"matchrule":{"group_id":2},"menuid":208396993}]}`)
	m, ok, err := c.GetMenu(t.Context())
	got := Menu{Buttons: []Button{
		{Name: "去向登记", Type: "view", URL: "https://dj.example/"},
		{Name: "更多", SubButtons: []Button{{Name: "进度", Type: "click", Key: "progress"}}},
	}}
	if err != nil || !ok || !reflect.DeepEqual(m, got) {
		t.Errorf("menu %+v, %v, %v", m, ok, err)
	}
	f.answer(pathMenuGet, `{"errcode":46003,"errmsg":"menu no exist rid: 1-2"}`)
	if _, ok, err := c.GetMenu(t.Context()); ok || err != nil {
		t.Errorf("no menu: %v, %v", ok, err)
	}
	f.answer(pathMenuDelete, `{"errcode":0,"errmsg":"ok"}`)
	if err := c.DeleteMenu(t.Context()); err != nil || f.last().path != pathMenuDelete || f.last().method != "GET" {
		t.Errorf("delete: %v by %+v", err, f.last())
	}
}
