package wechattest

import (
	"encoding/json"
	"strings"
	"testing"
)

const goodMenu = `{"button":[{"type":"view","name":"去向登记","url":"http://127.0.0.1:8080/?a=1&b=2"},` +
	`{"type":"click","name":"办理进度","key":"progress"},` +
	`{"name":"更多","sub_button":[{"type":"view","name":"核验入口","url":"http://127.0.0.1:8080/verify/archive"},{"type":"scancode_waitmsg","name":"扫码核验","key":"scan"}]}]}`

func TestMenuRoundTrip(t *testing.T) {
	r := newRig(t, Options{})
	r.wantCode(r.api("GET", "/cgi-bin/menu/get", nil), 46003)
	if o := r.api("GET", "/cgi-bin/get_current_selfmenu_info", nil); o["is_menu_open"] != json.Number("0") {
		t.Errorf("without a menu: %v", o)
	}
	r.wantCode(r.api("POST", "/cgi-bin/menu/create", goodMenu), 0)

	w := r.do("GET", "/cgi-bin/menu/get?access_token="+r.accessToken(), nil)
	want := `{"menu":{"button":[{"type":"view","name":"去向登记","url":"http://127.0.0.1:8080/?a=1&b=2","sub_button":[]},` +
		`{"type":"click","name":"办理进度","key":"progress","sub_button":[]},` +
		`{"name":"更多","sub_button":[{"type":"view","name":"核验入口","url":"http://127.0.0.1:8080/verify/archive","sub_button":[]},` +
		`{"type":"scancode_waitmsg","name":"扫码核验","key":"scan","sub_button":[]}]}]}}`
	if w.Body.String() != want {
		t.Errorf("menu/get:\n%s\nwant\n%s", w.Body, want)
	}
	w = r.do("GET", "/cgi-bin/get_current_selfmenu_info?access_token="+r.accessToken(), nil)
	for _, part := range []string{`"is_menu_open":1`, `"sub_button":{"list":[{`, `"key":"progress"`} {
		if !strings.Contains(w.Body.String(), part) {
			t.Errorf("selfmenu lacks %s: %s", part, w.Body)
		}
	}
	r.wantCode(r.api("GET", "/cgi-bin/menu/delete", nil), 0)
	r.wantCode(r.api("GET", "/cgi-bin/menu/get", nil), 46003)
}

func TestMenuRefusals(t *testing.T) {
	r := newRig(t, Options{})
	top := func(b string) string { return `{"button":[` + b + `]}` }
	sub := func(b string) string { return top(`{"name":"更多","sub_button":[` + b + `]}`) }
	view := func(name, url string) string { return `{"type":"view","name":"` + name + `","url":"` + url + `"}` }
	click := func(name, key string) string { return `{"type":"click","name":"` + name + `","key":"` + key + `"}` }
	many := func(n int) string { return strings.Repeat(click("一", "k")+",", n-1) + click("一", "k") }
	long := "http://a/" + strings.Repeat("x", 1016)
	for name, c := range map[string]struct {
		body string
		want int64
	}{
		"three at the top":      {top(many(3)), 0},
		"none":                  {`{"button":[]}`, 40016},
		"four at the top":       {top(many(4)), 40016},
		"five below":            {sub(many(5)), 0},
		"six below":             {sub(many(6)), 40023},
		"three levels":          {sub(`{"name":"深","sub_button":[` + click("一", "k") + `]}`), 40022},
		"unknown type":          {top(`{"type":"dance","name":"一","key":"k"}`), 40017},
		"no type":               {top(`{"name":"一","key":"k"}`), 40017},
		"unknown type below":    {sub(`{"type":"dance","name":"一","key":"k"}`), 40024},
		"parent with type":      {top(`{"type":"click","name":"一","key":"k","sub_button":[` + click("一", "k") + `]}`), 40017},
		"parent without a name": {top(`{"sub_button":[` + click("一", "k") + `]}`), 40018},
		"name of 16 bytes":      {top(click("去向登记处x", "k")), 0},
		"name of 17 bytes":      {top(click("去向登记处xy", "k")), 40018},
		"no name":               {top(click("", "k")), 40018},
		"name of 60 bytes":      {sub(click(strings.Repeat("去", 20), "k")), 0},
		"name of 61 bytes":      {sub(click(strings.Repeat("去", 20)+"x", "k")), 40025},
		"key of 128 bytes":      {top(click("一", strings.Repeat("k", 128))), 0},
		"key of 129 bytes":      {top(click("一", strings.Repeat("k", 129))), 40019},
		"no key":                {top(click("一", "")), 40019},
		"no key below":          {sub(click("一", "")), 40026},
		"url of 1024 bytes":     {top(view("一", long[:1024])), 0},
		"url of 1025 bytes":     {top(view("一", long)), 40020},
		"no url":                {top(view("一", "")), 40020},
		"no url below":          {sub(view("一", "")), 40027},
		"scheme":                {top(view("一", "weixin://dl")), 40055},
		"scheme below":          {sub(view("一", "/h5/home")), 40054},
		"mini program":          {top(`{"type":"miniprogram","name":"一","url":"https://a.example/","appid":"wx1","pagepath":"p"}`), 0},
		"mini program's appid":  {top(`{"type":"miniprogram","name":"一","url":"https://a.example/","pagepath":"p"}`), 40013},
		"mini program's path":   {top(`{"type":"miniprogram","name":"一","url":"https://a.example/","appid":"wx1"}`), 40165},
		"mini program's url":    {top(`{"type":"miniprogram","name":"一","appid":"wx1","pagepath":"p"}`), 40020},
		"media":                 {top(`{"type":"media_id","name":"一","media_id":"m"}`), 40007},
		"article":               {top(`{"type":"article_id","name":"一","article_id":"m"}`), 53600},
		"escapes":               {top(`{"type":"click","name":"\u53bb","key":"k"}`), 40033},
		"unknown field":         {`{"button":[],"matchrule":{}}`, 47001},
		"unknown button field":  {top(`{"type":"click","name":"一","key":"k","colour":"red"}`), 47001},
		"no JSON":               {`<xml/>`, 47001},
		"two values":            {goodMenu + goodMenu, 47001},
		"empty":                 {``, 44002},
	} {
		t.Run(name, func(t *testing.T) {
			r.wantCode(r.api("POST", "/cgi-bin/menu/create", c.body), c.want)
		})
	}
}

func TestARefusedMenuLeavesTheOldOne(t *testing.T) {
	r := newRig(t, Options{})
	r.wantCode(r.api("POST", "/cgi-bin/menu/create", goodMenu), 0)
	r.wantCode(r.api("POST", "/cgi-bin/menu/create", `{"button":[]}`), 40016)
	if o := r.api("GET", "/cgi-bin/menu/get", nil); o["menu"] == nil {
		t.Errorf("menu is gone: %v", o)
	}
}
