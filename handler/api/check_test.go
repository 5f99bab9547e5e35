package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"quxiang/handler/api"
	"quxiang/model"
)

// TestMalformedChecks: each is answered in its place, and the right one beside
// it, too.
func TestMalformedChecks(t *testing.T) {
	s := one(t).withDesk()
	good := s.question(0, model.FormArchive)
	with := func(change object) object {
		c := object{"id": "kept"}
		for k, v := range good {
			c[k] = v
		}
		for k, v := range change {
			if v == nil {
				delete(c, k)
			} else {
				c[k] = v
			}
		}
		return c
	}
	cases := []struct {
		check any
		field string
	}{
		{nil, "kind"},
		{1, "check"},
		{"text", "check"},
		{[]string{}, "check"},
		{object{}, "kind"},
		{with(object{"kind": "both"}), "kind"},
		{with(object{"kind": nil}), "kind"},
		{with(object{"kind": 1}), "kind"},
		{with(object{"name": nil}), "name"},
		{with(object{"name": " 　"}), "name"},
		{with(object{"name": strings.Repeat("名", 100)}), "name"},
		{with(object{"number": nil}), "number"},
		{with(object{"number": strings.Repeat("A", 200)}), "number"},
		{with(object{"number": object{}}), "number"},
		{with(object{"qr": s.qr(0, model.FormArchive)}), "qr"},
		{object{"qr": strings.Repeat("A", 2000)}, "qr"},
		{object{"qr": nil, "id": "x"}, "kind"},
		{with(object{"id": "汉字"}), "id"},
		{with(object{"id": strings.Repeat("x", 65)}), "id"},
		{with(object{"kohort": "x"}), "kohort"},
		{with(object{"Name": "x"}), "check"},
		{json.RawMessage(`{"kind":"archive","kind":"household"}`), "kind"},
		{json.RawMessage(`{"kind":[[[[[[[[[[[[[]]]]]]]]]]]]]}`), "check"},
	}
	var checks []any
	for _, tc := range cases {
		checks = append(checks, tc.check)
	}
	a := s.tells(s.check("batch-0001", s.checks(append(checks, good)...)))
	for i, tc := range cases {
		r := a.Results[i]
		if r.Index != i || r.Result != api.ResultInvalid || r.Code != model.CodeInvalid || r.Field != tc.field || r.Message == "" {
			t.Errorf("check %d, %v: %+v", i, tc.check, r)
		}
		if c, ok := tc.check.(object); ok && c["id"] == "kept" && tc.field != "kohort" && tc.field != "check" && r.ID != "kept" && r.ID != "" {
			t.Errorf("check %d is named %q", i, r.ID)
		}
	}
	if r := a.Results[len(cases)]; r.Result != api.ResultInForce || r.Index != len(cases) {
		t.Errorf("the right one: %+v", r)
	}
	if n := len(s.seen(0)); n != 1 {
		t.Errorf("%d verifications", n)
	}
	// Nothing but malformed ones is a post, too.
	if a := s.tells(s.check("batch-0002", s.checks(nil, 1))); len(a.Results) != 2 || a.Results[1].Result != api.ResultInvalid {
		t.Errorf("%+v", a)
	}
}

// TestCheckBodies: what is wrong with a post as a whole.
func TestCheckBodies(t *testing.T) {
	s := one(t).withDesk()
	for i, tc := range []struct {
		name, body string
		status     int
		code       model.Code
		field      string
	}{
		{"nothing", "", 422, model.CodeInvalid, ""},
		{"no JSON", "checks=1", 422, model.CodeInvalid, ""},
		{"a list", "[]", 422, model.CodeInvalid, ""},
		{"null", "null", 422, model.CodeInvalid, ""},
		{"no checks", "{}", 422, model.CodeInvalid, "checks"},
		{"null for checks", `{"checks":null}`, 422, model.CodeInvalid, "checks"},
		{"none", `{"checks":[]}`, 422, model.CodeInvalid, "checks"},
		{"501", `{"checks":[` + strings.Repeat("{},", 500) + "{}]}", 422, model.CodeInvalid, "checks"},
		{"an object for checks", `{"checks":{}}`, 422, model.CodeInvalid, "checks"},
		{"another key", `{"checks":[{}],"more":1}`, 422, model.CodeInvalid, "more"},
		{"a key twice", `{"checks":[{}],"checks":[{}]}`, 422, model.CodeInvalid, "checks"},
		{"a key in capitals", `{"Checks":[{}]}`, 422, model.CodeInvalid, ""},
		{"half", `{"checks":[{}`, 422, model.CodeInvalid, ""},
		{"more behind", `{"checks":[{}]}{}`, 422, model.CodeInvalid, ""},
		{"another encoding", "{\"checks\":[\"\xca\"]}", 422, model.CodeInvalid, ""},
		{"too large", `{"checks":["` + strings.Repeat("x", 1<<20) + `"]}`, 413, model.CodeTooLarge, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s.pass(time.Minute)
			s.refused(s.check(fmt.Sprintf("batch-%04d", i), []byte(tc.body)), tc.status, tc.code, tc.field)
		})
	}
	s.pass(time.Minute)
	c := s.check("batch-9001", s.checks(nil))
	c.contentType = "text/plain"
	s.refused(c, http.StatusUnsupportedMediaType, model.CodeMediaType, "")
	for _, name := range []string{"", "short", strings.Repeat("x", 65), "汉字汉字汉字"} {
		s.refused(s.check(name, s.checks(nil)), http.StatusUnprocessableEntity, model.CodeInvalid, api.HeaderIdempotency)
	}
	w := s.refused(call{method: http.MethodPut, path: checkPath, key: s.deskKey}, http.StatusMethodNotAllowed, model.CodeMethod, "")
	if w.Header().Get("Allow") != http.MethodPost {
		t.Errorf("Allow %q", w.Header().Get("Allow"))
	}
}
