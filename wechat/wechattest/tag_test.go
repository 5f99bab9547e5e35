package wechattest

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// tag makes a tag and returns its id.
func (r *rig) tag(name string) json.Number {
	r.t.Helper()
	o := r.api("POST", "/cgi-bin/tags/create", object{"tag": object{"name": name}})
	made, _ := o["tag"].(map[string]any)
	id, is := made["id"].(json.Number)
	if _, has := o["errcode"]; has || !is || made["name"] != name {
		r.t.Fatalf("tag: %v", o)
	}
	return id
}

func (r *rig) tagging(un string, id any, openids ...string) object {
	r.t.Helper()
	return r.api("POST", "/cgi-bin/tags/members/batch"+un+"tagging", object{"openid_list": openids, "tagid": id})
}

func (r *rig) tagsOf(openid string) string {
	r.t.Helper()
	o := r.api("GET", "/cgi-bin/user/info?openid="+openid, nil)
	p := r.api("POST", "/cgi-bin/tags/getidlist", object{"openid": openid})
	if fmt.Sprint(o["tagid_list"]) != fmt.Sprint(p["tagid_list"]) {
		r.t.Errorf("user/info tells %v, getidlist %v", o["tagid_list"], p["tagid_list"])
	}
	return fmt.Sprint(p["tagid_list"])
}

func TestTags(t *testing.T) {
	r := newRig(t, Options{})
	a, b := r.follower(Phone{}), r.follower(Phone{})
	unbound, pending := r.tag("未绑定"), r.tag("待确认")
	r.wantCode(r.tagging("", unbound, a, b), 0)
	r.wantCode(r.tagging("", unbound, a), 0) // again is no error
	r.wantCode(r.tagging("", pending, a), 0)
	if got := r.tagsOf(a); got != "[100 101]" {
		t.Errorf("tags of a: %s", got)
	}
	r.wantCode(r.tagging("un", unbound, a), 0)
	r.wantCode(r.tagging("un", unbound, a), 0)
	if a, b := r.tagsOf(a), r.tagsOf(b); a != "[101]" || b != "[100]" {
		t.Errorf("tags of a %s, of b %s", a, b)
	}
	list := fmt.Sprint(r.api("GET", "/cgi-bin/tags/get", nil)["tags"])
	if list != "[map[count:0 id:2 name:星标组] map[count:1 id:100 name:未绑定] map[count:1 id:101 name:待确认]]" {
		t.Errorf("tags: %s", list)
	}
	members := r.api("POST", "/cgi-bin/user/tag/get", object{"tagid": unbound, "next_openid": ""})
	if fmt.Sprint(members["data"]) != "map[openid:["+b+"]]" || members["next_openid"] != b || members["total"] != nil {
		t.Errorf("members: %v", members)
	}
	if end := r.api("POST", "/cgi-bin/user/tag/get", object{"tagid": unbound, "next_openid": b}); end["count"] != json.Number("0") || end["next_openid"] != "" {
		t.Errorf("after the last: %v", end)
	}
	r.wantCode(r.api("POST", "/cgi-bin/tags/update", object{"tag": object{"id": pending, "name": "已确认"}}), 0)
	r.wantCode(r.api("POST", "/cgi-bin/tags/delete", object{"tag": object{"id": pending}}), 0)
	if got := r.tagsOf(a); got != "[]" {
		t.Errorf("a deleted tag is carried: %s", got)
	}

	// Unfollowing takes tags and remark.
	r.wantCode(r.api("POST", "/cgi-bin/user/info/updateremark", object{"openid": b, "remark": "班长"}), 0)
	if o := r.api("GET", "/cgi-bin/user/info?openid="+b, nil); o["remark"] != "班长" || o["groupid"] != unbound {
		t.Errorf("user: %v", o)
	}
	if err := r.Unfollow(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if err := r.Follow(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	if o := r.api("GET", "/cgi-bin/user/info?openid="+b, nil); fmt.Sprint(o["tagid_list"]) != "[]" || o["remark"] != "" {
		t.Errorf("after unfollowing: %v", o)
	}
	// A member of the demo family is listed once it carries a tag.
	r.wantCode(r.tagging("", unbound, "oDemo0000003"), 0)
	if o := r.api("POST", "/cgi-bin/user/tag/get", object{"tagid": unbound, "next_openid": ""}); o["count"] != json.Number("1") {
		t.Errorf("members: %v", o)
	}
}

func TestTagRefusals(t *testing.T) {
	r := newRig(t, Options{})
	openid, gone := r.follower(Phone{}), r.AddPhone(Phone{})
	id := r.tag("未绑定")
	fifty := make([]string, 51)
	for i := range fifty {
		fifty[i] = fmt.Sprintf("oDemo%07d", i+1)
	}
	create := func(name string) object {
		return r.api("POST", "/cgi-bin/tags/create", object{"tag": object{"name": name}})
	}
	r.wantCode(create("未绑定"), 45157)
	r.wantCode(create(""), 45157)
	r.wantCode(create("星标组"), 45157)
	r.wantCode(create(strings.Repeat("字", 10)), -999)
	r.wantCode(create(strings.Repeat("字", 10)+"a"), 45158)
	r.wantCode(r.api("POST", "/cgi-bin/tags/create", object{"tag": object{"name": "a", "count": 1}}), 47001)
	r.wantCode(r.api("POST", "/cgi-bin/tags/update", object{"tag": object{"id": 2, "name": "a"}}), 45058)
	r.wantCode(r.api("POST", "/cgi-bin/tags/update", object{"tag": object{"id": 999, "name": "a"}}), 45159)
	r.wantCode(r.api("POST", "/cgi-bin/tags/update", object{"tag": object{"id": id, "name": "未绑定"}}), 0) // its own name
	r.wantCode(r.api("POST", "/cgi-bin/tags/update", object{"tag": object{"id": id, "name": "星标组"}}), 45157)
	r.wantCode(r.api("POST", "/cgi-bin/tags/delete", object{"tag": object{"id": 0}}), 45058)
	r.wantCode(r.api("POST", "/cgi-bin/tags/delete", object{"tag": object{"id": 999}}), 45159)
	r.wantCode(r.api("POST", "/cgi-bin/user/tag/get", object{"tagid": 999, "next_openid": ""}), 45159)
	r.wantCode(r.api("POST", "/cgi-bin/tags/getidlist", object{"openid": "oNobody"}), 40003)
	r.wantCode(r.tagging("", id, fifty...), 40032)
	r.wantCode(r.tagging("", id, fifty[:50]...), 0)
	r.wantCode(r.tagging("", id), 40035)
	r.wantCode(r.tagging("", 999, openid), 45159)
	r.wantCode(r.tagging("", id, openid, "oNobody"), 40003)
	r.wantCode(r.tagging("", id, openid, gone), 43004)
	if got := r.tagsOf(openid); got != "[]" {
		t.Errorf("of a refused batch some were tagged: %s", got)
	}
	// Twenty to a user, the hundred and first refused.
	ids := []json.Number{id}
	for i := range 98 { // with 未绑定 and the ten 汉字 above: a hundred
		ids = append(ids, r.tag(fmt.Sprintf("t%d", i)))
	}
	r.wantCode(create("one too many"), 45056)
	for _, id := range ids[:20] {
		r.wantCode(r.tagging("", id, openid), 0)
	}
	r.wantCode(r.tagging("", ids[20], openid), 45059)
	r.wantCode(r.tagging("", ids[0], openid), 0)
	r.wantCode(r.tagging("un", ids[20], openid), 0)
}

func TestBlacklist(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	r.wantCode(r.api("POST", "/cgi-bin/tags/members/batchblacklist", object{"openid_list": []string{openid}}), 0)
	if o := r.api("POST", "/cgi-bin/tags/members/getblacklist", object{"begin_openid": ""}); o["total"] != json.Number("1") || fmt.Sprint(o["data"]) != "map[openid:["+openid+"]]" {
		t.Errorf("blacklist: %v", o)
	}
	r.wantCode(r.api("POST", sendPath, goodSend(openid)), 43019)
	r.wantCode(r.api("POST", "/cgi-bin/tags/members/batchunblacklist", object{"openid_list": []string{openid}}), 0)
	r.wantCode(r.api("POST", sendPath, goodSend(openid)), 0)
	r.wantCode(r.api("POST", "/cgi-bin/tags/members/batchblacklist", object{"openid_list": make([]string, 21)}), 40032)
	r.wantCode(r.api("POST", "/cgi-bin/tags/members/batchblacklist", object{"openid_list": []string{"oNobody"}}), 40003)
}

func TestManyUsersAtOnce(t *testing.T) {
	r := newRig(t, Options{})
	a, gone := r.follower(Phone{}), r.AddPhone(Phone{})
	o := r.api("POST", "/cgi-bin/user/info/batchget", object{"user_list": []object{{"openid": a, "lang": "zh_CN"}, {"openid": gone}}})
	list, _ := o["user_info_list"].([]any)
	if len(list) != 2 || !strings.Contains(fmt.Sprint(list[0]), "subscribe:1") || !strings.Contains(fmt.Sprint(list[1]), "subscribe:0") {
		t.Errorf("users: %v", o)
	}
	r.wantCode(r.api("POST", "/cgi-bin/user/info/batchget", object{"user_list": []object{}}), 40032)
	r.wantCode(r.api("POST", "/cgi-bin/user/info/batchget", object{"user_list": make([]object, 101)}), 40032)
	r.wantCode(r.api("POST", "/cgi-bin/user/info/batchget", object{"user_list": []object{{"openid": a, "language": "zh"}}}), 47001)
	r.wantCode(r.api("POST", "/cgi-bin/user/info/batchget", object{"user_list": []object{{"openid": a, "lang": "de"}}}), 40035)
	r.wantCode(r.api("GET", "/cgi-bin/user/info?lang=de&openid="+a, nil), 40035)
	if n := len(r.NotModelled()); n != 3 {
		t.Errorf("not modelled: %v", r.NotModelled())
	}
}
