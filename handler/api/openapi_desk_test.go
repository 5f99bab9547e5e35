package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"quxiang/handler/api"
	"quxiang/model"
)

// TestVerdictsAreDescribed: results, reasons, kinds and limits stand in the file
// as they are in the program.
func TestVerdictsAreDescribed(t *testing.T) {
	sc := readDescription(t).Components.Schemas
	var results, kinds []string
	for _, r := range api.Results() {
		results = append(results, string(r))
	}
	for _, k := range model.FormKinds() {
		kinds = append(kinds, string(k))
	}
	for _, tc := range []struct {
		what      string
		got, want []string
	}{
		{"results", sc["Verdict"].Properties["result"].Enum, results},
		{"reasons", sc["Verdict"].Properties["reason"].Enum, api.Reasons()},
		{"kinds", sc["Kind"].Enum, kinds},
	} {
		if !slices.Equal(tc.got, tc.want) {
			t.Errorf("%s: described %v, are %v", tc.what, tc.got, tc.want)
		}
	}
	if sc["Checks"].Properties["checks"].MaxItems != model.MaxQuestions {
		t.Error("the limit of a post")
	}
}

// TestEveryCheckFieldIsTaken: what the file describes of a check is known to the
// program, and nothing else is.
func TestEveryCheckFieldIsTaken(t *testing.T) {
	d := readDescription(t)
	s := one(t).withDesk()
	typed, scanned := s.question(0, model.FormArchive), object{"qr": s.qr(0, model.FormArchive)}
	typed["id"], scanned["id"] = "row-1", "row-2"
	for key := range d.Components.Schemas["Check"].Properties {
		if typed[key] == nil && scanned[key] == nil {
			t.Errorf("%s is not tried", key)
		}
	}
	body := s.checks(typed, scanned)
	var parsed any
	s.must(json.Unmarshal(body, &parsed))
	d.check(t, "post", d.Components.Schemas["Checks"], parsed)
	for i, r := range s.tells(s.check("batch-0001", body)).Results {
		if r.Result != api.ResultInForce || r.ID == "" {
			t.Errorf("%d: %+v", i, r)
		}
	}
}

// TestCheckExamples: the file's example is a post that is well-formed, and its
// answer one that could be given.
func TestCheckExamples(t *testing.T) {
	d := readDescription(t)
	s := one(t).withDesk()
	request := d.Paths[checkPath]["post"].RequestBody.Content["application/json"]
	answer := d.Components.Responses["Verifications"].Content["application/json"]
	bodies := map[string][]byte{}
	for name, tc := range map[string]struct {
		b       body
		example string
	}{"post": {request, "both"}, "answer": {answer, "four"}} {
		value, err := json.Marshal(tc.b.Examples[tc.example].Value)
		s.must(err)
		var parsed any
		s.must(json.Unmarshal(value, &parsed))
		d.check(t, name, &tc.b.Schema, parsed)
		bodies[name] = value
	}
	a := s.tells(s.check("batch-0001", bodies["post"]))
	// Nobody of that name has that number here, and another service's key has signed that code.
	if len(a.Results) != 2 || a.Results[0].Result != api.ResultNoMatch || a.Results[1].Reason != "unknown_key" {
		t.Errorf("%+v", a)
	}
	var example told
	s.must(json.Unmarshal(bodies["answer"], &example))
	if no := a.Results[0].Message; len(example.Results) != 4 || example.Results[2].Message != no {
		t.Errorf("the example says %q, we say %q", example.Results[2].Message, no)
	}
}

// TestCheckAnswersAreDescribed holds what is answered to departments, status,
// headers and every field, against the file.
func TestCheckAnswersAreDescribed(t *testing.T) {
	d := readDescription(t)
	s := one(t).withDesk()
	narrow := s.newDeskKey(model.DeskKey{Desk: s.desk, Kinds: []model.FormKind{model.FormArchive}, PerMinute: 6})
	body := s.checks(
		s.question(0, model.FormArchive), s.question(2, model.FormArchive), s.question(3, model.FormArchive),
		s.question(0, model.FormHousehold), object{"qr": s.qr(0, model.FormArchive)}, object{"qr": "x"},
	)
	by := func(idempotency string, body []byte, spoil func(c *call)) call {
		c := s.check(idempotency, body)
		c.key = narrow
		if spoil != nil {
			spoil(&c)
		}
		return c
	}
	get := func(idempotency string) call {
		return call{method: http.MethodGet, path: checkPath + "/" + idempotency, key: narrow}
	}
	seen := map[int]bool{}
	for _, c := range []call{
		by("batch-0001", body, nil), get("batch-0001"), get("batch-0002"), by("batch-0001", s.checks(nil), nil),
		by("batch-0003", body, func(c *call) { c.at = s.Now().Add(-time.Hour) }),
		by("batch-0003", body, func(c *call) { c.contentType = "" }), by("batch-0003", []byte("x"), nil),
		by("batch-0003", []byte(strings.Repeat(" ", 1<<20+1)), nil), by("batch-0004", s.checks(nil), nil),
	} {
		seen[d.answered(s, checkPath, c)] = true
	}
	for _, status := range []int{200, 401, 404, 409, 413, 415, 422, 429} {
		if !seen[status] {
			t.Errorf("%d was not tried", status)
		}
	}
}
