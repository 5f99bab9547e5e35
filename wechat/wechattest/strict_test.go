package wechattest

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestDecodeIsExact(t *testing.T) {
	type inner struct {
		OpenID string `json:"openid"`
	}
	type shape struct {
		inner
		List []inner                    `json:"list"`
		Deep *struct{ A int }           `json:"deep"`
		Data map[string]json.RawMessage `json:"data"`
	}
	for body, want := range map[string]string{
		`{"openid":"a","list":[{"openid":"b"}],"data":{"X":{"y":1,"Y":2}}}`: "",
		`{"openid":"a"} `:                          "",
		`{"OpenID":"a"}`:                           "unknown field OpenID",
		`{"open_id":"a"}`:                          "unknown field open_id",
		`{"openid":"a","openid":"b"}`:              "unknown field openid (twice)",
		`{"list":[{"openid":"b"},{"Openid":1}]}`:   "body",
		`{"list":[{"openid":"b"},{"Openid":"c"}]}`: "unknown field Openid",
		`{"data":{"a":1,"a":2}}`:                   "unknown field a (twice)",
		`{"openid":"a"}{}`:                         "body",
		`[]`:                                       "body",
		`{"openid":1}`:                             "body",
	} {
		var dst shape
		err := decode([]byte(body), &dst)
		got := ""
		if err != nil {
			got = err.detail
			if err.code != 47001 || err.loud != strings.HasPrefix(got, "unknown") {
				t.Errorf("%s: %+v", body, err)
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"touser":"o","data":{"thing1":{"value":"x"}},"miniprogram":{"appid":""}}`))
	f.Add([]byte(`{"touser":[[{}]]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var m templateSend
		if decode(body, &m) != nil {
			return
		}
		// What was taken means the same to a reader that ignores nothing.
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var back templateSend
		if e := decode(again, &back); e != nil {
			t.Errorf("%s became %s: %+v", body, again, e)
		}
	})
}
