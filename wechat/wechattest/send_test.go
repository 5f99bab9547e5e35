package wechattest

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"
)

// goodSend is an accepted message: the first template, filled.
func goodSend(openid string) object {
	return object{
		"touser": openid, "template_id": DemoTemplates()[0].ID, "url": "http://127.0.0.1:8080/",
		"data": object{
			"thing1": object{"value": "毕业去向登记"}, "phrase2": object{"value": "审核通过"},
			"time3": object{"value": "2027年6月18日 15:01"}, "thing4": object{"value": "请登录核对并确认"},
		},
	}
}

func with(base object, key string, value any) object {
	o := maps.Clone(base)
	o[key] = value
	return o
}

func withData(base object, key string, value any) object {
	data, _ := base["data"].(object)
	return with(base, "data", with(data, key, value))
}

func TestSendReachesThePhone(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	o := r.api("POST", sendPath, goodSend(openid))
	r.wantCode(o, 0)
	id, err := o["msgid"].(json.Number).Int64()
	if err != nil || id < 1<<53 || int64(float64(id)) == id {
		t.Errorf("msgid %v must be above 2^53 and no float64", o["msgid"])
	}
	inbox := r.Inbox(openid)
	if len(inbox) != 1 || inbox[0].Type != ItemTemplate || inbox[0].MsgID != id || inbox[0].Title != "审核进度通知" ||
		inbox[0].URL != "http://127.0.0.1:8080/" || len(inbox[0].Rows) != 4 || inbox[0].Rows[1] != (Row{"phrase2", "状态", "审核通过"}) {
		t.Errorf("inbox: %+v", inbox)
	}
	// A member of the demo family is there without having been made.
	r.wantCode(r.api("POST", sendPath, goodSend("oDemo0000007")), 0)
	if got := r.Deliveries(); got[openid] != 1 || got["oDemo0000007"] != 1 || len(got) != 2 {
		t.Errorf("deliveries: %v", got)
	}
}

func TestSendRefusals(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	blocked := r.follower(Phone{Blacklisted: true})
	stranger := r.AddPhone(Phone{})
	good := goodSend(openid)
	lacking := maps.Clone(good["data"].(object))
	delete(lacking, "thing4")
	for name, c := range map[string]struct {
		body any
		code int64
		says string
	}{
		"unknown openid":      {with(good, "touser", "oNobody"), 40003, ""},
		"no openid":           {with(good, "touser", ""), 40003, ""},
		"nearly demo":         {with(good, "touser", "oDemo000007"), 40003, ""},
		"unknown template":    {with(good, "template_id", "x"), 40037, ""},
		"not following":       {goodSend(stranger), 43004, ""},
		"blacklisted":         {goodSend(blocked), 43019, ""},
		"value too long":      {withData(good, "thing1", object{"value": strings.Repeat("长", 21)}), 47003, "argument invalid! data.thing1.value invalid"},
		"empty value":         {withData(good, "thing1", object{"value": ""}), 47003, "data.thing1.value is empty"},
		"missing value":       {with(good, "data", lacking), 47003, "data.thing4.value is empty"},
		"key with .DATA":      {withData(good, "thing1.DATA", object{"value": "x"}), 47003, "data.thing1.DATA invalid"},
		"key of no keyword":   {withData(good, "thing9", object{"value": "x"}), 47003, "data.thing9 invalid"},
		"value is no text":    {withData(good, "thing1", object{"value": 1}), 47001, "data.thing1"},
		"value has a stray":   {withData(good, "thing1", object{"value": "x", "bold": true}), 47001, "data.thing1"},
		"url without scheme":  {with(good, "url", "/h5/home"), 47003, "url invalid"},
		"mini program":        {with(good, "miniprogram", object{"appid": "wx1", "pagepath": "p"}), 40013, "miniprogram"},
		"unknown field":       {with(good, "priority", 1), 47001, "unknown field priority"},
		"no JSON":             {"{", 47001, ""},
		"empty":               {"", 44002, ""},
		"empty mini program":  {with(good, "miniprogram", object{"appid": "", "pagepath": ""}), 0, ""},
		"first and remark":    {withData(withData(good, "first", object{"value": "您好"}), "remark", object{"value": "谢谢", "color": "#ff0000"}), 0, ""},
		"no url":              {with(good, "url", ""), 0, ""},
		"color, long dropped": {with(good, "topcolor", "#ff0000"), 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(r.Inbox(openid))
			o := r.api("POST", sendPath, c.body)
			r.wantCode(o, c.code)
			if text, _ := o["errmsg"].(string); !strings.Contains(text, c.says) {
				t.Errorf("errmsg %q lacks %q", text, c.says)
			}
			if c.code != 0 && len(r.Inbox(openid)) != before {
				t.Error("a refused message reached the phone")
			}
		})
	}
	if err := r.Unfollow(t.Context(), openid); err != nil {
		t.Fatal(err)
	}
	r.wantCode(r.api("POST", sendPath, good), 43004)
}

func TestClientMsgID(t *testing.T) {
	r := newRig(t, Options{})
	a, b := r.follower(Phone{}), r.follower(Phone{})
	first := r.api("POST", sendPath, with(goodSend(a), "client_msg_id", "m1"))
	r.pass(9 * time.Minute)
	again := r.api("POST", sendPath, with(goodSend(a), "client_msg_id", "m1"))
	if again.code() != 0 || again["msgid"] != first["msgid"] || r.Deliveries()[a] != 1 {
		t.Errorf("duplicate: %v, deliveries %v", again, r.Deliveries())
	}
	other := r.api("POST", sendPath, with(goodSend(b), "client_msg_id", "m1"))
	if other["msgid"] == first["msgid"] || r.Deliveries()[b] != 1 {
		t.Error("the id of one openid held for another")
	}
	r.pass(time.Minute)
	after := r.api("POST", sendPath, with(goodSend(a), "client_msg_id", "m1"))
	if after["msgid"] == first["msgid"] || r.Deliveries()[a] != 2 {
		t.Error("the window did not end after ten minutes")
	}

	strict := newRig(t, Options{DuplicateCode: 43116})
	c := strict.follower(Phone{})
	strict.wantCode(strict.api("POST", sendPath, with(goodSend(c), "client_msg_id", "m1")), 0)
	strict.wantCode(strict.api("POST", sendPath, with(goodSend(c), "client_msg_id", "m1")), 43116)
}

func TestValueRules(t *testing.T) {
	for _, c := range []struct {
		key, value string
		want       bool
	}{
		{"thing1", strings.Repeat("字", 20), true},
		{"thing1", strings.Repeat("字", 21), false},
		{"thing1", "一\n二", false},
		{"thing1", "一\x00", false},
		{"thing1", "\xff", false},
		{"character_string1", strings.Repeat("A", 32), true},
		{"character_string1", strings.Repeat("A", 33), false},
		{"character_string1", "编号1", false},
		{"number1", "12.5", true},
		{"number1", "12a", false},
		{"letter1", "abc", true},
		{"letter1", "ab1", false},
		{"symbol1", "+-*/=", true},
		{"symbol1", "+-*/=!", false},
		{"symbol1", "a", false},
		{"time1", "15:01", true},
		{"time1", "2027年6月18日 15:01", true},
		{"time1", "2027-06-18 15:01:30", true},
		{"time1", "15:01~16:30", true},
		{"time1", "2027年6月18日 15:01 ~ 2027年6月19日 9:00", true},
		{"time1", "2027年6月18日", false},
		{"time1", "25:01", false},
		{"time1", "15:60", false},
		{"time1", "1:00~2:00~3:00", false},
		{"date1", "2027年6月18日", true},
		{"date1", "2027-06-18", true},
		{"date1", "2027/6/18", true},
		{"date1", "2027.06.18", true},
		{"date1", "2027-06/18", false},
		{"date1", "2027年13月1日", false},
		{"date1", "2027年6月32日", false},
		{"date1", "2027年6月18日 15:01", true},
		{"date1", "2027年6月18日~2027年8月31日", true},
		{"date1", "15:01", false},
		{"date1", "6月18日", false},
		{"amount1", "￥100.00", true},
		{"amount1", "100元", true},
		{"amount1", "12345678901", false},
		{"phone_number1", "010-12345678", true},
		{"phone_number1", "一二三", false},
		{"car_number1", "京A12345", true},
		{"car_number1", "京A12345678", false},
		{"name1", "欧阳·娜娜", true},
		{"name1", strings.Repeat("名", 11), false},
		{"name1", strings.Repeat("a", 20), true},
		{"name1", strings.Repeat("a", 21), false},
		{"name1", "张3", false},
		{"phrase1", "审核通过了", true},
		{"phrase1", "审核通过了吗", false},
		{"phrase1", "ok", false},
		{"enum1", "甲", true},
		{"enum1", "乙", false},
		{"const1", "甲", true},
		{"unheard1", "甲", false},
	} {
		if got := (Keyword{Key: c.key, Values: []string{"甲"}}).fits(c.value); got != c.want {
			t.Errorf("%s %q: %v, want %v", c.key, c.value, got, c.want)
		}
	}
}

func FuzzFits(f *testing.F) {
	f.Add("time1", "2027年6月18日 15:01~16:00")
	f.Add("date1", "2027.06.18")
	f.Add("thing1", "一")
	f.Fuzz(func(t *testing.T, key, value string) {
		if (Keyword{Key: key}).fits(value) && (value == "" || strings.ContainsAny(value, "\n\r\t")) {
			t.Errorf("%s takes %q", key, value)
		}
	})
}

func TestDemoTemplatesFitTheirOwnRules(t *testing.T) {
	seen := map[string]bool{}
	for _, tpl := range DemoTemplates() {
		if seen[tpl.ID] || len(tpl.ID) != 43 {
			t.Errorf("id %q", tpl.ID)
		}
		seen[tpl.ID] = true
		for _, k := range tpl.Keywords {
			if !k.fits(k.Example) {
				t.Errorf("%s: example %q does not fit %s", tpl.Title, k.Example, k.Key)
			}
		}
	}
	r := newRig(t, Options{})
	o := r.api("GET", "/cgi-bin/template/get_all_private_template", nil)
	list, _ := o["template_list"].([]any)
	if len(list) != len(DemoTemplates()) {
		t.Fatalf("list: %v", o)
	}
	first, _ := list[0].(map[string]any)
	if first["template_id"] != DemoTemplates()[0].ID || first["content"] != "事项:{{thing1.DATA}}\n状态:{{phrase2.DATA}}\n时间:{{time3.DATA}}\n备注:{{thing4.DATA}}\n" {
		t.Errorf("first: %v", first)
	}
}

func TestUsers(t *testing.T) {
	r := newRig(t, Options{})
	if o := r.api("GET", "/cgi-bin/user/get", nil); o["total"] != json.Number("0") || o["data"] != nil {
		t.Errorf("nobody: %v", o)
	}
	a, b, stranger := r.follower(Phone{}), r.follower(Phone{}), r.AddPhone(Phone{})
	o := r.api("GET", "/cgi-bin/user/info?openid="+a+"&lang=zh_CN", nil)
	if _, has := o["errcode"]; has || o["subscribe"] != json.Number("1") || o["subscribe_time"] != json.Number("1813302000") || o["nickname"] != nil {
		t.Errorf("follower: %v", o)
	}
	if o = r.api("GET", "/cgi-bin/user/info?openid="+stranger, nil); o["subscribe"] != json.Number("0") || o["subscribe_time"] != nil {
		t.Errorf("stranger: %v", o)
	}
	if o = r.api("GET", "/cgi-bin/user/info?openid=oDemo0000001", nil); o["subscribe"] != json.Number("1") {
		t.Errorf("demo family: %v", o)
	}
	r.wantCode(r.api("GET", "/cgi-bin/user/info?openid=oNobody", nil), 40003)

	o = r.api("GET", "/cgi-bin/user/get", nil)
	data, _ := o["data"].(map[string]any)
	ids, _ := data["openid"].([]any)
	if o["total"] != json.Number("2") || len(ids) != 2 || ids[0] != a || ids[1] != b || o["next_openid"] != b {
		t.Errorf("list: %v", o)
	}
	if o = r.api("GET", "/cgi-bin/user/get?next_openid="+a, nil); o["count"] != json.Number("1") || o["total"] != json.Number("2") {
		t.Errorf("second page: %v", o)
	}
	r.wantCode(r.api("GET", "/cgi-bin/user/get?next_openid=oNobody", nil), 40003)
}

func TestUserListPages(t *testing.T) {
	r := newRig(t, Options{})
	for range pageOfUsers + 1 {
		r.phones.put(Phone{OpenID: "o" + randomURLText(27), Following: true})
	}
	first := r.api("GET", "/cgi-bin/user/get", nil)
	next, _ := first["next_openid"].(string)
	second := r.api("GET", "/cgi-bin/user/get?next_openid="+next, nil)
	if first["count"] != json.Number("10000") || second["count"] != json.Number("1") || second["total"] != json.Number("10001") {
		t.Errorf("pages of %v and %v", first["count"], second["count"])
	}
}

func TestLoudOnWhatIsNotModelled(t *testing.T) {
	r := newRig(t, Options{})
	for _, path := range []string{"/cgi-bin/message/custom/send", "/cgi-bin/media/upload", "/cgi-bin/User/info", "/cgi-bin/user/info/", "/nowhere"} {
		before := int64(len(r.Calls(0)))
		w := r.do("POST", path, `{"a":1}`)
		if w.Code != http.StatusNotFound || r.json(w).code() != codeNotModelled {
			t.Errorf("%s: HTTP %d", path, w.Code)
		}
		calls := r.Calls(before)
		if len(calls) != 1 || calls[0].NotModelled != path || calls[0].Path != path || string(calls[0].Body) != `{"a":1}` || calls[0].Status != http.StatusNotFound {
			t.Errorf("%s: recorded %+v", path, calls)
		}
		if !strings.Contains(r.log.String(), path) {
			t.Errorf("%s: not in the log", path)
		}
	}
	r.wantCode(r.api("POST", "/cgi-bin/menu/get", nil), 43001)
	r.wantCode(r.api("GET", sendPath, nil), 43002)
	r.wantCode(r.api("GET", "/cgi-bin/menu/get?color=red", nil), 40035)
	r.wantCode(r.api("GET", "/cgi-bin/user/info?openid=a&openid=b", nil), 40035)
	r.wantCode(r.json(r.do("GET", "/cgi-bin/menu/get?%zz", nil)), 40035)
	r.wantCode(r.json(r.do("POST", "/cgi-bin/stable_token", strings.Repeat(" ", maxAPIBody+1))), 45002)
}
