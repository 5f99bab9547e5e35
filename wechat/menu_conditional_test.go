package wechat

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestConditionalMenuValidate(t *testing.T) {
	good := func() ConditionalMenu {
		return ConditionalMenu{Buttons: goodMenu().Buttons, Rule: MatchRule{TagID: "100", Platform: PlatformIOS}}
	}
	if err := good().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		change func(*ConditionalMenu)
		code   int
	}{
		"no rule":    {func(m *ConditionalMenu) { m.Rule = MatchRule{} }, 65304},
		"no buttons": {func(m *ConditionalMenu) { m.Buttons = nil }, 65307},
		"four domains": {func(m *ConditionalMenu) {
			m.Buttons[2].SubButtons = nil
			for i := range 4 {
				m.Buttons[2].SubButtons = append(m.Buttons[2].SubButtons, Button{Name: fmt.Sprint(i), Type: "view", URL: fmt.Sprintf("https://%d.example/", i)})
			}
		}, 65316},
		"what a menu must not": {func(m *ConditionalMenu) { m.Buttons[1].Key = "" }, 40019},
	} {
		m := good()
		tt.change(&m)
		if e, ok := errors.AsType[*MenuError](m.Validate()); !ok || e.Code != tt.code {
			t.Errorf("%s: %v", name, e)
		}
	}
}

func TestConditionalMenuCalls(t *testing.T) {
	f := newFakeAPI(t)
	c := f.client(nil)
	ctx := t.Context()
	m := ConditionalMenu{Buttons: goodMenu().Buttons[1:2], Rule: MatchRule{TagID: "100", Platform: PlatformAndroid}}
	for _, answer := range []string{`{"menuid":"208379533"}`, `{"menuid":208379533}`} {
		f.answer(pathMenuAddConditional, answer)
		if id, err := c.AddConditional(ctx, m); id != "208379533" || err != nil {
			t.Errorf("added as %q, %v", id, err)
		}
	}
	want := `{"button":[{"name":"办理进度","type":"click","key":"progress"}],"matchrule":{"tag_id":"100","client_platform_type":"2"}}`
	if got := f.last(); got.body != want || got.method != "POST" {
		t.Errorf("sent %s", got.body)
	}
	f.answer(pathMenuAddConditional, `{}`)
	if _, err := c.AddConditional(ctx, m); err == nil {
		t.Error("an answer that names no menu")
	}
	n := len(f.calls)
	if _, err := c.AddConditional(ctx, ConditionalMenu{}); err == nil || len(f.calls) != n {
		t.Errorf("an empty menu: %v", err)
	}
	f.answer(pathMenuDelConditional, `{"errcode":65301,"errmsg":"not exist menuid openid"}`)
	if err := c.DeleteConditional(ctx, "1"); err == nil || f.last().body != `{"menuid":"1"}` {
		t.Errorf("%v by %s", err, f.last().body)
	}
	f.answer(pathMenuGet, `{"menu":{"button":[{"type":"click","name":"a","key":"k","sub_button":[]}],"menuid":1},"conditionalmenu":[`+
		`{"button":[{"type":"click","name":"b","key":"k","sub_button":[]}],"matchrule":{"group_id":2},"menuid":99},`+
		`{"button":[{"type":"click","name":"c","key":"k","sub_button":[]}],"matchrule":{"tag_id":"100","client_platform_type":"1"},"menuid":"100"}]}`)
	got, ok, err := c.Menus(ctx)
	leaf := func(name string) []Button { return []Button{{Name: name, Type: "click", Key: "k"}} }
	all := Menus{Default: Menu{leaf("a")}, Conditional: []ConditionalMenu{
		{Buttons: leaf("c"), Rule: MatchRule{TagID: "100", Platform: "1"}, ID: "100"}, {Buttons: leaf("b"), Rule: MatchRule{TagID: "2"}, ID: "99"},
	}}
	if err != nil || !ok || !reflect.DeepEqual(got, all) {
		t.Errorf("menus %+v, %v, %v", got, ok, err)
	}
	for _, answer := range []string{`{"button":[{"type":"click","name":"a","key":"k","sub_button":[]}]}`, `{"menu":{"button":[{"type":"click","name":"a","key":"k"}]}}`} {
		f.answer(pathMenuTryMatch, answer)
		if m, err := c.TryMatch(ctx, "oABC"); err != nil || !reflect.DeepEqual(m.Buttons, leaf("a")) {
			t.Errorf("%+v, %v", m, err)
		}
	}
	f.answer(pathMenuTryMatch, `{"errcode":65302,"errmsg":"there is no such user oABC"}`)
	if _, err := c.TryMatch(ctx, "oABC"); err == nil || strings.Contains(err.Error(), "oABC") {
		t.Errorf("an error that names the follower: %v", err)
	}
}

func TestSelfMenu(t *testing.T) {
	f := newFakeAPI(t)
	c := f.client(nil)
	f.answer(pathSelfMenu, `{"is_menu_open":1,"selfmenu_info":{"button":[{"name":"更多","sub_button":{"list":[`+
		`{"type":"view","name":"网站","url":"https://a.example/"},{"type":"text","name":"电话","value":"010-1"},`+
		`{"type":"news","name":"图文","value":"KQb","news_info":{"list":[{"title":"t","author":"x","content_url":"http://mp/1"}]}}]}},`+
		`{"type":"click","name":"进度","key":"progress"}]}}`)
	got, err := c.SelfMenu(t.Context())
	want := SelfMenu{Open: true, Buttons: []SelfButton{
		{Button: Button{Name: "更多"}, Sub: []SelfButton{
			{Button: Button{Name: "网站", Type: "view", URL: "https://a.example/"}},
			{Button: Button{Name: "电话", Type: "text"}, Value: "010-1"},
			{Button: Button{Name: "图文", Type: "news"}, Value: "KQb", News: []SelfNews{{Title: "t", URL: "http://mp/1"}}},
		}},
		{Button: Button{Name: "进度", Type: "click", Key: "progress"}},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	f.answer(pathSelfMenu, `{"is_menu_open":0,"selfmenu_info":{"button":[]}}`)
	if got, err := c.SelfMenu(t.Context()); err != nil || got.Open || got.Buttons != nil {
		t.Errorf("%+v, %v", got, err)
	}
}
