package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

const menuOrigin = "https://dj.example.edu.cn"

// fullMenu uses every part of a set and is right.
func fullMenu() MenuSet {
	m := DefaultMenu()
	m.Conditional = []ConditionalMenu{
		{Tag: TagUnbound, Items: []MenuItem{{Name: "绑定", Action: MenuRebind}, {Name: "网站", Type: MenuView, URL: "https://a.example.edu.cn/"}}},
		{Platform: PlatformIOS, Items: []MenuItem{{Name: "更多", Items: []MenuItem{
			{Name: strings.Repeat("字", 20), Type: MenuScanWait, Key: "scan"},
			{Name: "小程序", Type: MenuMiniProgram, URL: "https://a.example.edu.cn/", AppID: "wx1", PagePath: "pages/index"},
			{Name: "图文", Type: MenuArticle, ArticleID: "a1"},
			{Name: "素材", Type: MenuMedia, MediaID: "m1"},
			{Name: "常见问题", Type: MenuClick, Key: "faq"},
		}}}},
	}
	return m
}

func TestMenuThatIsRight(t *testing.T) {
	r := CheckMenus(fullMenu(), menuOrigin)
	if !r.OK() || r.Err() != nil {
		t.Errorf("refused: %v", r.Err())
	}
	// The long name is cut on the phone, which is no fault.
	if len(r.Notes) != 1 || !strings.Contains(r.Notes[0].Problem, "字字字字字字字字…") {
		t.Errorf("notes %v", r.Notes)
	}
}

// TestMenuFaults is the table of what is refused before WeChat is called: each
// with its place, its reason and WeChat's errcode.
func TestMenuFaults(t *testing.T) {
	link := func(n int) string { return ("https://a.example.edu.cn/" + strings.Repeat("x", n))[:n] }
	more := func(m *MenuSet) *[]MenuItem { return &m.Default[2].Items }
	ios := func(m *MenuSet) *[]MenuItem { return &m.Conditional[1].Items[0].Items }
	for _, tt := range []struct {
		name   string
		change func(*MenuSet)
		place  string
		field  string
		code   int
		says   string
	}{
		{"4 buttons", func(m *MenuSet) { m.Default = append(m.Default, MenuItem{Name: "四", Action: MenuHelp}) }, "默认菜单", "", 40016, "最多 3 个，现有 4 个"},
		{"6 sub-buttons", func(m *MenuSet) {
			*more(m) = append(*more(m), MenuItem{Name: "五", Action: MenuHelp}, MenuItem{Name: "六", Action: MenuHelp})
		}, "第3个按钮（更多）", "items", 40023, "最多 5 个，现有 6 个"},
		{"a name of 17 bytes", func(m *MenuSet) { m.Default[1].Name = "办理进度查xy" }, "第2个按钮（办理进度查xy）", "name", 40018, "有 17 字节，最多 16 字节"},
		{"a 61-byte name", func(m *MenuSet) { (*more(m))[1].Name = strings.Repeat("字", 20) + "x" }, "更多 ▸ 第2个按钮（字字字字字字字字字字字字…）", "name", 40025, "有 61 字节，最多 60 字节"},
		{"an emoji cut in half", func(m *MenuSet) { m.Default[0].Name = "登记\xf0\x9f\x8e" }, "第1个按钮（登记\uFFFD）", "name", 40033, "表情被截成了两半"},
		{"an emoji cut in half by a browser", func(m *MenuSet) { m.Default[0].Name = "登记\uFFFD" }, "第1个按钮（登记\uFFFD）", "name", 40033, "表情被截成了两半"},
		{"half a surrogate pair", func(m *MenuSet) { m.Default[0].Name = "登记\xed\xa0\xbc" }, "第1个按钮（登记\uFFFD）", "name", 40033, "截成了两半"},
		{"half a family", func(m *MenuSet) { m.Default[0].Name = "家👨\u200D" }, "第1个按钮（家👨\u200D）", "name", 40033, "不完整的表情"},
		{"half a flag", func(m *MenuSet) { m.Default[0].Name = "旗🇨" }, "第1个按钮（旗🇨）", "name", 40033, "不完整的表情"},
		{"a javascript: link", func(m *MenuSet) { m.Default[0] = MenuItem{Name: "去", Type: MenuView, URL: "javascript:alert(1)"} }, "第1个按钮（去）", "url", 40055, "脚本"},
		{"a disguised javascript: link", func(m *MenuSet) { m.Default[0] = MenuItem{Name: "去", Type: MenuView, URL: "JavaScript:alert(1)"} }, "第1个按钮（去）", "url", 40055, "脚本"},
		{"a javascript: link below", func(m *MenuSet) { (*more(m))[0] = MenuItem{Name: "去", Type: MenuView, URL: "javascript:alert(1)"} }, "更多 ▸ 第1个按钮（去）", "url", 40054, "脚本"},
		{"a javascript: link in a conditional menu", func(m *MenuSet) { m.Conditional[0].Items[1].URL = "javascript:alert(1)" }, "个性化菜单（标签“未绑定”） ▸ 第2个按钮（网站）", "url", 65317, "脚本"},
		{"a 1025-byte link", func(m *MenuSet) { m.Default[0] = MenuItem{Name: "去", Type: MenuView, URL: link(1025)} }, "第1个按钮（去）", "url", 40020, "有 1025 字节，最多 1024 字节"},
		{"a 1025-byte link below", func(m *MenuSet) { (*more(m))[0] = MenuItem{Name: "去", Type: MenuView, URL: link(1025)} }, "更多 ▸ 第1个按钮（去）", "url", 40027, "1025 字节"},
		{"a missing key", func(m *MenuSet) { m.Default[1] = MenuItem{Name: "问", Type: MenuClick} }, "第2个按钮（问）", "key", 40019, "没有填写关键字"},
		{"a missing key below", func(m *MenuSet) { (*more(m))[3] = MenuItem{Name: "问", Type: MenuScanWait} }, "更多 ▸ 第4个按钮（问）", "key", 40026, "没有填写关键字"},
		{"a key of 129 bytes", func(m *MenuSet) {
			m.Default[1] = MenuItem{Name: "问", Type: MenuClick, Key: strings.Repeat("k", 129)}
		}, "第2个按钮（问）", "key", 40019, "129 字节"},
		{"three levels", func(m *MenuSet) { (*more(m))[0].Items = []MenuItem{{Name: "深", Action: MenuHelp}} }, "更多 ▸ 第1个按钮（核验入口）", "items", 40022, "最多两级"},

		{"nothing", func(m *MenuSet) { *m = MenuSet{} }, "默认菜单", "", 40016, "清空菜单"},
		{"no default menu", func(m *MenuSet) { m.Default = nil }, "默认菜单", "", 65303, "默认菜单"},
		{"no name", func(m *MenuSet) { m.Default[0].Name = "  " }, "第1个按钮", "name", 40018, "没有填写名称"},
		{"a line break", func(m *MenuSet) { m.Default[0].Name = "去\n登" }, "第1个按钮（去登）", "name", 40033, "换行"},
		{"a line separator", func(m *MenuSet) { m.Default[0].Name = "去\u2028登" }, "第1个按钮（去\u2028登）", "name", 40033, "换行"},
		{"a text turned round", func(m *MenuSet) { m.Default[0].Name = "去\u202E登" }, "第1个按钮（去登）", "name", 40033, "看不见"},
		{"a control character in a link", func(m *MenuSet) {
			m.Default[0] = MenuItem{Name: "去", Type: MenuView, URL: "https://a.example/\x00"}
		}, "第1个按钮（去）", "url", 40033, "控制字符"},
		{"the same name twice", func(m *MenuSet) { (*more(m))[2].Name = "帮助" }, "更多 ▸ 第4个按钮（帮助）", "name", 0, "与第 3 个按钮重复"},
		{"no such type", func(m *MenuSet) { m.Default[1] = MenuItem{Name: "舞", Type: "dance", Key: "k"} }, "第2个按钮（舞）", "type", 40017, "dance"},
		{"no such type below", func(m *MenuSet) { (*more(m))[1] = MenuItem{Name: "舞", Type: "CLICK", Key: "k"} }, "更多 ▸ 第2个按钮（舞）", "type", 40024, "CLICK"},
		{"no such action", func(m *MenuSet) { m.Default[1].Action = "dance" }, "第2个按钮（办理进度）", "action", 40017, "dance"},
		{"action and type", func(m *MenuSet) { m.Default[1].Type = MenuClick }, "第2个按钮（办理进度）", "action", 40017, "只选一种"},
		{"nothing to do", func(m *MenuSet) { m.Default[2].Items = nil }, "第3个按钮（更多）", "type", 40017, "添加子按钮"},
		{"nothing to do in a conditional menu", func(m *MenuSet) { (*ios(m))[0].Type, (*ios(m))[0].Key = "", "" }, "个性化菜单（苹果手机） ▸ 更多 ▸ 第1个按钮（字字字字字字字字字字字字…）", "type", 65308, "还没有设置"},
		{"a parent that does something", func(m *MenuSet) { m.Default[2].Action = MenuHelp }, "第3个按钮（更多）", "type", 40017, "只会展开"},
		{"a field too many", func(m *MenuSet) { m.Default[0].URL = "https://a.example/" }, "第1个按钮（去向登记）", "url", 40020, "不需要链接"},
		{"no scheme", func(m *MenuSet) { m.Default[0] = MenuItem{Name: "去", Type: MenuView, URL: "dj.example.edu.cn"} }, "第1个按钮（去）", "url", 40055, "http://"},
		{"no host", func(m *MenuSet) { m.Default[0] = MenuItem{Name: "去", Type: MenuView, URL: "https:///x"} }, "第1个按钮（去）", "url", 40055, "不是有效的"},
		{"a password in a link", func(m *MenuSet) { m.Default[0] = MenuItem{Name: "去", Type: MenuView, URL: "https://u:p@a.example/"} }, "第1个按钮（去）", "url", 40055, "密码"},
		{"no appid", func(m *MenuSet) { (*ios(m))[1].AppID = "" }, "个性化菜单（苹果手机） ▸ 更多 ▸ 第2个按钮（小程序）", "appid", 40013, "AppID"},
		{"no page", func(m *MenuSet) { (*ios(m))[1].PagePath = "" }, "个性化菜单（苹果手机） ▸ 更多 ▸ 第2个按钮（小程序）", "pagepath", 40165, "小程序页面"},
		{"no article", func(m *MenuSet) { (*ios(m))[2].ArticleID = "" }, "个性化菜单（苹果手机） ▸ 更多 ▸ 第3个按钮（图文）", "article_id", 53600, "图文编号"},
		{"no media", func(m *MenuSet) { (*ios(m))[3].MediaID = "" }, "个性化菜单（苹果手机） ▸ 更多 ▸ 第4个按钮（素材）", "media_id", 40007, "素材编号"},
		{"no condition", func(m *MenuSet) { m.Conditional[0].Tag = "" }, "个性化菜单（未设置条件）", "tag", 65304, "给谁看"},
		{"no such platform", func(m *MenuSet) { m.Conditional[1].Platform = "symbian" }, "个性化菜单（symbian）", "platform", 65304, "symbian"},
		{"no buttons", func(m *MenuSet) { m.Conditional[0].Items = nil }, "个性化菜单（标签“未绑定”）", "", 65307, "没有按钮"},
		{"the same condition twice", func(m *MenuSet) { m.Conditional = append(m.Conditional, m.Conditional[1]) }, "个性化菜单（苹果手机）", "tag", 0, "永远不会显示"},
		{"four domains", func(m *MenuSet) {
			for i, host := range []string{"b", "c", "d"} {
				(*ios(m))[i] = MenuItem{Name: host, Type: MenuView, URL: "https://" + host + ".example/"}
			}
			(*ios(m))[3] = MenuItem{Name: "记", Action: MenuRegister}
		}, "个性化菜单（苹果手机）", "", 65316, "最多用 3 个域名，现有 4 个"},
		{"too many", func(m *MenuSet) {
			for i := range 20 {
				m.Conditional = append(m.Conditional, ConditionalMenu{Tag: fmt.Sprint("标签", i), Items: m.Default})
			}
		}, "个性化菜单（标签“标签18”）", "", 65305, "最多 20 个"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			m := fullMenu()
			tt.change(&m)
			r := CheckMenus(m, menuOrigin)
			if len(r.Faults) != 1 {
				t.Fatalf("%d faults: %v", len(r.Faults), r.Faults)
			}
			f := r.Faults[0]
			if f.Place != tt.place || f.Field != tt.field || f.Code != tt.code || !strings.Contains(f.Problem+f.Advice, tt.says) {
				t.Errorf("got %+v\nwant %s %s %d %q", f, tt.place, tt.field, tt.code, tt.says)
			}
			if f.Advice == "" || !strings.HasSuffix(f.Problem, "。") && !strings.HasSuffix(f.Problem, "）。") {
				t.Errorf("no advice, or no sentence: %+v", f)
			}
			if err := r.Err(); CodeOf(err) != CodeInvalid || !strings.Contains(err.Error(), f.Place) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestMenuLimitsAreReached(t *testing.T) {
	m := DefaultMenu()
	m.Default[0] = MenuItem{Name: "去向登记处x", Type: MenuView, URL: ("https://a.example.edu.cn/" + strings.Repeat("x", 1024))[:1024]}
	m.Default[2].Items[0].Name = strings.Repeat("字", 20)
	m.Default[2].Items = append(m.Default[2].Items, MenuItem{Name: "五", Type: MenuClick, Key: strings.Repeat("k", 128)})
	if r := CheckMenus(m, menuOrigin); !r.OK() {
		t.Error(r.Err())
	}
}

func TestNamesAsShown(t *testing.T) {
	for _, tt := range []struct {
		name, top, sub string
	}{
		{"去向登记", "去向登记", "去向登记"},
		{"去向登记处", "去向登记…", "去向登记处"},
		{"abcdefgh", "abcdefgh", "abcdefgh"},
		{"abcdefghi", "abcdefgh…", "abcdefghi"},
		{"字字字字字字字字字", "字字字字…", "字字字字字字字字…"},
		{"👨\u200D👩\u200D👧🇨🇳👍🏽旗帜", "👨\u200D👩\u200D👧🇨🇳👍🏽旗…", "👨\u200D👩\u200D👧🇨🇳👍🏽旗帜"},
		{"\xff去", "\uFFFD去", "\uFFFD去"},
	} {
		if got, cut := MenuNameShown(tt.name, true); got != tt.top || cut != strings.HasSuffix(got, "…") {
			t.Errorf("%q at the top: %q %v, want %q", tt.name, got, cut, tt.top)
		}
		if got, _ := MenuNameShown(tt.name, false); got != tt.sub {
			t.Errorf("%q below: %q, want %q", tt.name, got, tt.sub)
		}
	}
	for _, whole := range []string{"👨\u200D👩\u200D👧", "🇨🇳🇭🇰", "👍🏽", "1️⃣", "🏴\U000E0067\U000E0062\U000E007F", "é"} {
		if said := brokenText(whole); said != "" {
			t.Errorf("%q %s", whole, said)
		}
	}
}

func TestMenuForm(t *testing.T) {
	m := fullMenu()
	data, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(data), `\u`) || !strings.HasPrefix(string(data), `{"default":[{"name":"去向登记","action":"register"}`) {
		t.Errorf("form %s", data)
	}
	back, err := ParseMenus(data)
	if err != nil || len(DiffMenus(m, back)) != 0 {
		t.Errorf("%v, %v", err, DiffMenus(m, back))
	}
	for _, bad := range []string{
		`{"default":[],"colour":"red"}`, `{"default":[{"name":"a","colour":"red"}]}`, `{"default":[{"name":"a","name":"b"}]}`,
		`{"default":[{"Name":"a"}]}`, `[]`, `{"default":[]} {}`, "{\"default\":[{\"name\":\"\xf0\x9f\"}]}", ``, `{"default":"x"}`,
	} {
		if _, err := ParseMenus([]byte(bad)); CodeOf(err) != CodeInvalid {
			t.Errorf("%s: %v", bad, err)
		}
	}
	empty, err := MenuSet{}.Encode()
	if err != nil || string(empty) != `{"default":[]}` {
		t.Errorf("%s %v", empty, err)
	}
}

// names are the buttons of a menu as a line: a parent with its items in brackets.
func names(items []MenuItem) string {
	var out []string
	for _, it := range items {
		s := it.Name
		if len(it.Items) > 0 {
			s += "(" + names(it.Items) + ")"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

func TestMenuEdits(t *testing.T) {
	abc := MenuSet{Default: []MenuItem{
		{Name: "a", Action: MenuRegister},
		{Name: "b", Action: MenuProgress},
		{Name: "c", Items: []MenuItem{{Name: "1", Action: MenuVerify}, {Name: "2", Action: MenuHelp}, {Name: "3", Action: MenuRebind}}},
	}}
	at := func(column, item int) MenuPlace { return MenuPlace{0, column, item} }
	x := MenuItem{Name: "x", Action: MenuHelp}
	for _, tt := range []struct {
		name string
		do   func() (MenuSet, error)
		want string // "" is refused
	}{
		{"add below", func() (MenuSet, error) { return abc.Add(0, 2, x) }, "a b c(1 2 3 x)"},
		{"add below a leaf", func() (MenuSet, error) { return abc.Add(0, 0, x) }, "a(x) b c(1 2 3)"},
		{"add a fourth", func() (MenuSet, error) { return abc.Add(0, -1, x) }, ""},
		{"add where nothing is", func() (MenuSet, error) { return abc.Add(0, 7, x) }, ""},
		{"add to no menu", func() (MenuSet, error) { return abc.Add(1, -1, x) }, ""},
		{"remove", func() (MenuSet, error) { return abc.Remove(at(2, 1)) }, "a b c(1 3)"},
		{"remove a parent", func() (MenuSet, error) { return abc.Remove(at(2, -1)) }, "a b"},
		{"remove nothing", func() (MenuSet, error) { return abc.Remove(at(2, 9)) }, ""},
		{"rename a parent", func() (MenuSet, error) { return abc.Replace(at(2, -1), MenuItem{Name: "d"}) }, "a b d(1 2 3)"},
		{"replace", func() (MenuSet, error) { return abc.Replace(at(2, 0), x) }, "a b c(x 2 3)"},
		{"up", func() (MenuSet, error) { return abc.Move(at(2, 2), at(2, 1)) }, "a b c(1 3 2)"},
		{"down", func() (MenuSet, error) { return abc.Move(at(2, 0), at(2, 1)) }, "a b c(2 1 3)"},
		{"to the end", func() (MenuSet, error) { return abc.Move(at(2, 0), at(2, 2)) }, "a b c(2 3 1)"},
		{"left", func() (MenuSet, error) { return abc.Move(at(1, -1), at(0, -1)) }, "b a c(1 2 3)"},
		{"into a list", func() (MenuSet, error) { return abc.Move(at(0, -1), at(2, 1)) }, "b c(1 a 2 3)"},
		{"out into a full bar", func() (MenuSet, error) { return abc.Move(at(2, 0), at(0, -1)) }, ""},
		{"a parent into a list", func() (MenuSet, error) { return abc.Move(at(2, -1), at(0, 0)) }, ""},
		{"into itself", func() (MenuSet, error) { return abc.Move(at(0, -1), at(0, 0)) }, ""},
		{"where nothing is", func() (MenuSet, error) { return abc.Move(at(0, -1), at(9, 0)) }, ""},
		{"of nothing", func() (MenuSet, error) { return abc.Move(at(9, -1), at(0, -1)) }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tt.do()
			if tt.want == "" {
				if err == nil {
					t.Fatalf("done: %s", names(got.Default))
				}
				return
			}
			if err != nil || names(got.Default) != tt.want {
				t.Errorf("got %s, %v; want %s", names(got.Default), err, tt.want)
			}
			if names(abc.Default) != "a b c(1 2 3)" {
				t.Fatalf("the original became %s", names(abc.Default))
			}
		})
	}
	two, err := abc.AddConditional(TagUnbound, "")
	if err == nil {
		two, err = two.AddConditional("", PlatformIOS)
	}
	if err == nil {
		two, err = two.Remove(MenuPlace{1, 0, -1})
	}
	if err == nil {
		two, err = two.RaiseConditional(2)
	}
	if err == nil {
		two, err = two.SetCondition(1, TagDone, PlatformAndroid)
	}
	if err != nil || names(two.Of(1)) != "a b c(1 2 3)" || names(two.Of(2)) != "b c(1 2 3)" || two.Conditional[0].Tag != TagDone || names(two.Default) != "a b c(1 2 3)" {
		t.Errorf("%+v, %v", two, err)
	}
	if two, err = two.RemoveConditional(1); err != nil || len(two.Conditional) != 1 || two.Conditional[0].Tag != TagUnbound {
		t.Errorf("%+v, %v", two, err)
	}
}

func TestMenuDiff(t *testing.T) {
	from, to := fullMenu(), fullMenu()
	to.Default[0].Name = "登记"
	to.Default[2].Items = append([]MenuItem{{Name: "官网", Type: MenuView, URL: "https://a.example/"}}, to.Default[2].Items[1], to.Default[2].Items[3], to.Default[2].Items[2])
	to.Default[1] = MenuItem{Name: "办理进度", Type: MenuClick, Key: "faq"}
	to.Conditional = []ConditionalMenu{to.Conditional[1], {Tag: TagDone, Items: []MenuItem{{Name: "核验", Action: MenuVerify}}}}
	var got []string
	for _, c := range DiffMenus(from, to) {
		got = append(got, c.Kind.Mark()+" "+c.Menu+" "+c.Text)
	}
	want := []string{
		"~ 默认菜单 “去向登记”：改名为“登记”",
		"~ 默认菜单 “办理进度”：由“在对话中回复办理进度”改为“回复关键字“faq”的内容”",
		"~ 默认菜单 更多 ▸ “核验入口”：改名为“官网”",
		"~ 默认菜单 更多 ▸ “官网”：由“打开在线核验入口”改为“打开 https://a.example/”",
		"↕ 默认菜单 更多 ▸ “换绑微信”：移到第 4 个",
		"+ 个性化菜单（标签“已确认”） 整个菜单",
		"+ 个性化菜单（标签“已确认”） “核验”：打开在线核验入口",
		"- 个性化菜单（标签“未绑定”） 整个菜单",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if d := DiffMenus(from, fullMenu()); d != nil {
		t.Errorf("equal sets differ: %v", d)
	}
	swapped := fullMenu()
	swapped.Conditional[0], swapped.Conditional[1] = swapped.Conditional[1], swapped.Conditional[0]
	if d := DiffMenus(from, swapped); len(d) != 1 || d[0].Kind != MenuMoved {
		t.Errorf("order: %v", d)
	}
}

// FuzzMenus: whatever is read as a set can be checked, shown and written, and is
// the same when it is read again.
func FuzzMenus(f *testing.F) {
	for _, m := range []MenuSet{fullMenu(), {}, {Default: []MenuItem{{Name: "家👨\u200D", Type: MenuView, URL: "javascript:alert(1)"}}}} {
		data, err := m.Encode()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(`{"default":[{"name":"\ud83c","items":[{"name":"x","items":[{"name":"y"}]}]}],"conditional":[{"tag":"a","items":[]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := ParseMenus(data)
		if err != nil {
			if CodeOf(err) != CodeInvalid {
				t.Fatal(err)
			}
			return
		}
		for _, fault := range CheckMenus(m, menuOrigin).Faults {
			if fault.Place == "" || fault.Problem == "" || fault.Advice == "" {
				t.Errorf("%+v", fault)
			}
		}
		again, err := m.Encode()
		if CodeOf(err) == CodeInvalid {
			return // too much of it
		}
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseMenus(again)
		if err != nil {
			t.Fatalf("%s: %v", again, err)
		}
		if d := DiffMenus(m, back); len(d) != 0 {
			t.Errorf("%s: %v", again, d)
		}
	})
}
