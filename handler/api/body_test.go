package api_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"quxiang/handler/api"
	"quxiang/model"
)

// TestBodies: what a post has to look like.
func TestBodies(t *testing.T) {
	s := one(t)
	good := string(s.body(s.item(0, "示范公司")))
	with := func(old, replacement string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("%s is not in %s", old, good)
		}
		return strings.Replace(good, old, replacement, 1)
	}
	for i, tc := range []struct {
		name, body string
		status     int
		code       model.Code
		field      string
	}{
		{"nothing", "", 422, model.CodeInvalid, ""},
		{"no JSON", "destinations=1", 422, model.CodeInvalid, ""},
		{"half", good[:len(good)-3], 422, model.CodeInvalid, ""},
		{"more behind", good + "{}", 422, model.CodeInvalid, ""},
		{"a list", "[]", 422, model.CodeInvalid, ""},
		{"null", "null", 422, model.CodeInvalid, "destinations"},
		{"none", `{"destinations":[]}`, 422, model.CodeInvalid, "destinations"},
		{"too many", `{"destinations":[` + strings.Repeat("{},", 500) + "{}]}", 422, model.CodeInvalid, "destinations"},
		{"a key that is not known", with(`"cohort"`, `"kohort"`), 422, model.CodeInvalid, "destinations[0].kohort"},
		{"a key in capitals", with(`"cohort"`, `"Cohort"`), 422, model.CodeInvalid, ""},
		{"a key with a long s", with(`"destinations"`, `"deſtinations"`), 422, model.CodeInvalid, ""},
		{"a key twice", with(`"cohort":"2027"`, `"cohort":"2027","cohort":"2026"`), 422, model.CodeInvalid, "cohort"},
		{"a number for a text", with(`"cohort":"2027"`, `"cohort":2027`), 422, model.CodeInvalid, "destinations[0].cohort"},
		{"a text for a list", `{"destinations":"x"}`, 422, model.CodeInvalid, "destinations"},
		{"a text for an archive", with(`"archive":{`, `"household":"x","archive":{`), 422, model.CodeInvalid, "destinations[0].destination.household"},
		{"bytes of another encoding", with("示范公司", "\xca\xbe\xb7\xb6"), 422, model.CodeInvalid, ""},
		{"too deep", strings.Repeat(`{"destinations":[`, 20) + strings.Repeat("]}", 20), 422, model.CodeInvalid, ""},
		{"too large", with("示范公司", strings.Repeat("x", 1<<20)), 413, model.CodeTooLarge, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s.pass(time.Minute) // the rate is another test's
			s.refused(post(fmt.Sprintf("batch-%04d", i), []byte(tc.body)), tc.status, tc.code, tc.field)
		})
	}
	s.pass(time.Minute)
	for _, kind := range []string{"", "text/plain", "application/json; charset=gbk", "application/x-www-form-urlencoded"} {
		c := post("batch-9001", []byte(good))
		c.contentType = kind
		s.refused(c, http.StatusUnsupportedMediaType, model.CodeMediaType, "")
	}
	c := post("batch-9001", []byte(good))
	c.spoil = func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }
	s.refused(c, http.StatusUnsupportedMediaType, model.CodeMediaType, "")
	for _, key := range []string{"", "short", strings.Repeat("x", 65), "with blanks in it", "汉字汉字汉字"} {
		s.refused(post(key, []byte(good)), http.StatusUnprocessableEntity, model.CodeInvalid, api.HeaderIdempotency)
	}
	w := s.refused(call{method: http.MethodDelete, path: postPath}, http.StatusMethodNotAllowed, model.CodeMethod, "")
	if w.Header().Get("Allow") != http.MethodPost {
		t.Errorf("Allow %q", w.Header().Get("Allow"))
	}
	s.refused(call{method: http.MethodGet, path: "/api/v1/nothing"}, http.StatusNotFound, model.CodeNotFound, "")
	if s.record(0).Latest() != nil {
		t.Error("something was taken in")
	}
}

// TestItems: what is wrong with one destination is told of that one, by the
// place in the body.
func TestItems(t *testing.T) {
	s := one(t)
	inner := func(o object, key string) object { return o["destination"].(object)[key].(object) }
	var items []object
	var want []string
	add := func(field string, spoil func(it, d object)) {
		it := s.item(0, "示范公司")
		spoil(it, it["destination"].(object))
		items, want = append(items, it), append(want, field)
	}
	add("cohort", func(it, _ object) { it["cohort"] = "27" })
	add("cohort", func(it, _ object) { it["cohort"] = "2031" })
	add("exam_number", func(it, _ object) { it["exam_number"] = "" })
	add("exam_number", func(it, _ object) { it["exam_number"] = "汉字" })
	add("reported_at", func(it, _ object) { it["reported_at"] = "2027-06-01" })
	add("reported_at", func(it, _ object) { delete(it, "reported_at") })
	add("reported_at", func(it, _ object) { it["reported_at"] = s.Now().Add(time.Hour).Format(time.RFC3339) })
	add("external_id", func(it, _ object) { it["external_id"] = strings.Repeat("x", 65) })
	add("name", func(it, _ object) { it["name"] = strings.Repeat("名", 100) })
	add("name", func(it, _ object) { it["name"] = "张\u202e三" })
	add("destination.category", func(_, d object) { d["category"] = "99" })
	add("destination.category", func(it, _ object) { it["destination"] = nil })
	add("destination.sub_category", func(_, d object) { d["sub_category"] = "801" })
	add("destination.unit_code", func(_, d object) { d["unit_code"] = "12100000466006771Q" })
	add("destination.unit_kind", func(_, d object) { d["unit_kind"] = "98" })
	add("destination.industry", func(_, d object) { d["industry"] = "98" })
	add("destination.job_kind", func(_, d object) { d["job_kind"] = "98" })
	add("destination.signed_on", func(_, d object) { d["signed_on"] = "2027-02-30" })
	add("destination.household_in", func(_, d object) { d["household_in"] = "是" })
	add("destination.note", func(_, d object) { d["note"] = strings.Repeat("长", 200) })
	add("destination.note", func(_, d object) { d["note"] = "两行\n字" })
	add("destination.archive.type", func(it, _ object) { inner(it, "archive")["type"] = "x" })
	add("destination.archive.postcode", func(it, _ object) { inner(it, "archive")["postcode"] = "1" })
	add("destination.household.type", func(_, d object) { d["household"] = object{"type": "x"} })
	a := s.ok(post("batch-0001", s.body(items...)))
	for i, r := range a.Results {
		if r.Status != "refused" || r.Code != "invalid" || r.Field != want[i] || r.Message == "" {
			t.Errorf("item %d: %+v, want %s", i, r, want[i])
		}
	}
	half := bytes.Replace(s.body(s.item(0, "示范公司")), []byte("示范公司"), []byte(`\ud83d`), 1)
	if a := s.ok(post("batch-0002", half)); a.Refused != 1 || a.Results[0].Field != "destination" {
		t.Errorf("half a character: %+v", a)
	}
	if s.record(0).Latest() != nil {
		t.Error("something was taken in")
	}
}
