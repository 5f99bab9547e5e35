package wechattest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// oneButton is a menu whose only button has that name.
func oneButton(name string) string {
	return `"button":[{"type":"click","name":"` + name + `","key":"k"}]`
}

// seen is the name of the first button that trymatch tells.
func (r *rig) seen(openid string) string {
	r.t.Helper()
	o := r.api("POST", "/cgi-bin/menu/trymatch", object{"user_id": openid})
	buttons, _ := o["button"].([]any)
	if len(buttons) == 0 {
		return fmt.Sprint(o["errcode"])
	}
	first, _ := buttons[0].(map[string]any)
	return fmt.Sprint(first["name"])
}

func TestConditionalMenus(t *testing.T) {
	r := newRig(t, Options{})
	a, b := r.follower(Phone{}), r.follower(Phone{Platform: "2"})
	add := func(name, rule string) string {
		t.Helper()
		o := r.api("POST", "/cgi-bin/menu/addconditional", `{`+oneButton(name)+`,"matchrule":`+rule+`}`)
		id, is := o["menuid"].(string)
		if !is {
			t.Fatalf("%s: %v", name, o)
		}
		return id
	}
	r.wantCode(r.api("POST", "/cgi-bin/menu/addconditional", `{`+oneButton("早")+`,"matchrule":{"client_platform_type":"1"}}`), 65303)
	if got := r.seen(a); got != "46003" {
		t.Errorf("without a menu: %s", got)
	}
	r.wantCode(r.api("POST", "/cgi-bin/menu/create", `{`+oneButton("都")+`}`), 0)
	tagged := r.api("POST", "/cgi-bin/tags/create", object{"tag": object{"name": "未绑定"}})
	tag := fmt.Sprint(tagged["tag"].(map[string]any)["id"])
	add("标签", `{"tag_id":"`+tag+`"}`)
	android := add("安卓", `{"client_platform_type":"2"}`)
	if got := r.seen(a) + r.seen(b); got != "都安卓" {
		t.Errorf("before tagging: %s", got)
	}
	r.wantCode(r.api("POST", "/cgi-bin/tags/members/batchtagging", object{"openid_list": []string{a, b}, "tagid": json.Number(tag)}), 0)
	if got := r.seen(a) + r.seen(b); got != "标签安卓" { // the newest wins
		t.Errorf("tagged: %s", got)
	}
	o := r.json(r.do("GET", "/phone/state?openid="+b+"&since=0", nil))
	if shown := fmt.Sprint(o["menu"]); !strings.Contains(shown, "安卓") {
		t.Errorf("on the phone: %s", shown)
	}
	listed := r.do("GET", "/cgi-bin/menu/get?access_token="+r.accessToken(), nil).Body.String()
	for _, part := range []string{`"menuid":400000001}`, `"matchrule":{"group_id":` + tag + `},"menuid":400000002`, `"matchrule":{"client_platform_type":"2"},"menuid":` + android} {
		if !strings.Contains(listed, part) {
			t.Errorf("menu/get lacks %s: %s", part, listed)
		}
	}
	// A new default menu leaves the others; each is deleted by itself.
	r.wantCode(r.api("POST", "/cgi-bin/menu/create", `{`+oneButton("新")+`}`), 0)
	r.wantCode(r.api("POST", "/cgi-bin/menu/delconditional", object{"menuid": android}), 0)
	r.wantCode(r.api("POST", "/cgi-bin/menu/delconditional", object{"menuid": android}), 65301)
	if got := r.seen(b); got != "标签" {
		t.Errorf("after deleting: %s", got)
	}
	r.wantCode(r.api("POST", "/cgi-bin/menu/trymatch", object{"user_id": "oNobody"}), 65302)
	r.wantCode(r.api("GET", "/cgi-bin/menu/delete", nil), 0)
	if got := r.seen(a); got != "46003" {
		t.Errorf("after delete: %s", got)
	}
}

func TestConditionalMenuRefusals(t *testing.T) {
	r := newRig(t, Options{})
	r.wantCode(r.api("POST", "/cgi-bin/menu/create", `{`+oneButton("都")+`}`), 0)
	links := func(hosts ...string) string {
		var b []string
		for _, h := range hosts {
			b = append(b, `{"type":"view","name":"`+h+`","url":"https://`+h+`.example/"}`)
		}
		return `"button":[{"name":"更多","sub_button":[` + strings.Join(b, ",") + `]}]`
	}
	const ios = `"matchrule":{"client_platform_type":"1"}`
	for name, tt := range map[string]struct {
		body string
		want int64
	}{
		"no rule":               {`{` + oneButton("a") + `}`, 65304},
		"an empty rule":         {`{` + oneButton("a") + `,"matchrule":{}}`, 65304},
		"sex":                   {`{` + oneButton("a") + `,"matchrule":{"sex":"1"}}`, 65320},
		"language":              {`{` + oneButton("a") + `,"matchrule":{"language":"zh_CN","client_platform_type":"1"}}`, 65320},
		"no such tag":           {`{` + oneButton("a") + `,"matchrule":{"tag_id":"999"}}`, 40035},
		"no such platform":      {`{` + oneButton("a") + `,"matchrule":{"client_platform_type":"4"}}`, 40035},
		"an unknown condition":  {`{` + oneButton("a") + `,"matchrule":{"age":"4"}}`, 47001},
		"no buttons":            {`{"button":[],` + ios + `}`, 65307},
		"a button without type": {`{"button":[{"name":"a"}],` + ios + `}`, 65308},
		"three domains":         {`{` + links("a", "b", "c", "c") + `,` + ios + `}`, -999},
		"four domains":          {`{` + links("a", "b", "c", "d") + `,` + ios + `}`, 65316},
		"a wrong link":          {`{"button":[{"type":"view","name":"a","url":"javascript:alert(1)"}],` + ios + `}`, 65317},
		"a long name":           {`{` + oneButton("去向登记处xy") + `,` + ios + `}`, 40018},
		"escapes":               {`{"button":[{"type":"click","name":"\u53bb","key":"k"}],` + ios + `}`, 40033},
		"half an emoji":         {`{` + oneButton("\xf0\x9f") + `,` + ios + `}`, 40033},
	} {
		if got := r.api("POST", "/cgi-bin/menu/addconditional", tt.body); got.code() != tt.want {
			t.Errorf("%s: %v, want %d", name, got, tt.want)
		}
	}
}

// TestMenuSetElsewhere: a menu that is set in the console ends the API's menus,
// and only get_current_selfmenu_info tells of it.
func TestMenuSetElsewhere(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	r.wantCode(r.api("POST", "/cgi-bin/menu/create", goodMenu), 0)
	body := `{"button":[{"name":"电话","type":"text","value":"010-1"},{"name":"更多","sub_button":{"list":[{"name":"网站","type":"view","url":"https://a.example/"}]}}]}`
	if w := r.do("POST", "/sim/menu", body); w.Code != 200 {
		t.Fatal(w.Body)
	}
	self := r.do("GET", "/cgi-bin/get_current_selfmenu_info?access_token="+r.accessToken(), nil).Body.String()
	if !strings.Contains(self, `{"name":"电话","type":"text","value":"010-1"}`) || !strings.Contains(self, `"is_menu_open":1`) {
		t.Errorf("self menu %s", self)
	}
	r.wantCode(r.api("GET", "/cgi-bin/menu/get", nil), 46003)
	if o := r.json(r.do("GET", "/phone/state?openid="+openid+"&since=0", nil)); !strings.Contains(fmt.Sprint(o["menu"]), "电话") {
		t.Errorf("on the phone: %v", o["menu"])
	}
	if w := r.do("POST", "/sim/menu", `{"closed":true}`); w.Code != 200 {
		t.Fatal(w.Body)
	}
	if o := r.api("GET", "/cgi-bin/get_current_selfmenu_info", nil); o["is_menu_open"] != json.Number("0") {
		t.Errorf("closed: %v", o)
	}
	for _, bad := range []string{`{"button":[{"name":"a","type":"click","key":"k"}]}`, `{"button":[{"type":"text"}]}`, `{"colour":1}`} {
		if w := r.do("POST", "/sim/menu", bad); w.Code != 400 {
			t.Errorf("%s: HTTP %d", bad, w.Code)
		}
	}
	r.wantCode(r.api("POST", "/cgi-bin/menu/create", goodMenu), 0)
	if o := r.api("GET", "/cgi-bin/menu/get", nil); o["menu"] == nil {
		t.Errorf("set again: %v", o)
	}
}
