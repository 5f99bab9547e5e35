package api_test

import (
	"encoding/json"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"quxiang/handler"
	"quxiang/handler/api"
	"quxiang/model"
	"quxiang/model/codes"
)

// described is docs/openapi.yaml, as far as it is held against the program.
type described struct {
	OpenAPI string `yaml:"openapi"`
	Paths   map[string]map[string]struct {
		Parameters []struct {
			Name string `yaml:"name"`
		} `yaml:"parameters"`
		Responses map[string]struct {
			Ref string `yaml:"$ref"`
		} `yaml:"responses"`
		RequestBody struct {
			Content map[string]body `yaml:"content"`
		} `yaml:"requestBody"`
	} `yaml:"paths"`
	Components struct {
		SecuritySchemes map[string]struct {
			Name string `yaml:"name"`
		} `yaml:"securitySchemes"`
		Responses map[string]struct {
			Content map[string]body `yaml:"content"`
			Headers map[string]any  `yaml:"headers"`
		} `yaml:"responses"`
		Schemas map[string]*schema `yaml:"schemas"`
	} `yaml:"components"`
}

// body is that of a request or answer.
type body struct {
	Schema   schema `yaml:"schema"`
	Examples map[string]struct {
		Value any `yaml:"value"`
	} `yaml:"examples"`
}

// schema is a JSON schema, of the words that the file uses.
type schema struct {
	Ref        string             `yaml:"$ref"`
	Type       string             `yaml:"type"`
	Properties map[string]*schema `yaml:"properties"`
	Required   []string           `yaml:"required"`
	Additional *bool              `yaml:"additionalProperties"`
	Items      *schema            `yaml:"items"`
	Enum       []string           `yaml:"enum"`
	Pattern    string             `yaml:"pattern"`
	MaxLength  int                `yaml:"maxLength"`
	MaxItems   int                `yaml:"maxItems"`
}

func readDescription(t *testing.T) described {
	t.Helper()
	data, err := os.ReadFile("../../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var d described
	if err := yaml.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(d.OpenAPI, "3.1.") || len(d.Components.Schemas) < 8 {
		t.Fatalf("version %q, %d schemas", d.OpenAPI, len(d.Components.Schemas))
	}
	return d
}

func (d described) resolve(s *schema) *schema {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		return d.Components.Schemas[name]
	}
	return s
}

// check holds a value against a schema.
func (d described) check(t testing.TB, at string, s *schema, v any) {
	t.Helper()
	if s = d.resolve(s); s == nil {
		t.Errorf("%s: a schema that is not there", at)
		return
	}
	switch v := v.(type) {
	case map[string]any:
		if s.Type != "object" || s.Additional == nil || *s.Additional {
			t.Errorf("%s: an object, described as %s", at, s.Type)
		}
		for key, inner := range v {
			if s.Properties[key] == nil {
				t.Errorf("%s.%s is not described", at, key)
				continue
			}
			d.check(t, at+"."+key, s.Properties[key], inner)
		}
		for _, key := range s.Required {
			if _, ok := v[key]; !ok {
				t.Errorf("%s.%s is missing", at, key)
			}
		}
	case []any:
		if s.Type != "array" {
			t.Errorf("%s: a list, described as %s", at, s.Type)
			return
		}
		for i, inner := range v {
			d.check(t, at+"["+strconv.Itoa(i)+"]", s.Items, inner)
		}
	case string:
		switch {
		case s.Type != "string":
			t.Errorf("%s: a text, described as %s", at, s.Type)
		case len(s.Enum) > 0 && !slices.Contains(s.Enum, v):
			t.Errorf("%s: %q is not among %v", at, v, s.Enum)
		case s.Pattern != "" && !regexp.MustCompile(s.Pattern).MatchString(v):
			t.Errorf("%s: %q does not match %s", at, v, s.Pattern)
		}
	case bool:
		if s.Type != "boolean" {
			t.Errorf("%s: true or false, described as %s", at, s.Type)
		}
	case float64:
		if s.Type != "integer" || v != float64(int(v)) {
			t.Errorf("%s: a number, described as %s", at, s.Type)
		}
	default:
		t.Errorf("%s: %T", at, v)
	}
}

// TestRoutesAreDescribed: each route stands in the file, and nothing else.
func TestRoutesAreDescribed(t *testing.T) {
	d := readDescription(t)
	s := one(t)
	site, ok := s.handler.(*handler.Site)
	if !ok {
		t.Fatalf("%T", s.handler)
	}
	var routes, want []string
	for _, r := range site.Routes() {
		if strings.Contains(r, " /api/") {
			routes = append(routes, regexp.MustCompile(`:(\w+)`).ReplaceAllString(r, "{$1}"))
		}
	}
	for path, methods := range d.Paths {
		for method := range methods {
			want = append(want, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(routes)
	slices.Sort(want)
	if !slices.Equal(routes, want) {
		t.Errorf("routes %v, described %v", routes, want)
	}
	var headers []string
	for _, sc := range d.Components.SecuritySchemes {
		headers = append(headers, sc.Name)
	}
	slices.Sort(headers)
	if !slices.Equal(headers, []string{api.HeaderKey, api.HeaderNonce, api.HeaderSignature, api.HeaderTimestamp}) {
		t.Errorf("headers %v", headers)
	}
}

// TestWordsAreDescribed: codes, kinds and limits stand in the file as they are
// in the program.
func TestWordsAreDescribed(t *testing.T) {
	d := readDescription(t)
	var allCodes, receptions, kinds []string
	for _, c := range model.ErrorCodes() {
		allCodes = append(allCodes, string(c))
	}
	for _, r := range model.Receptions() {
		receptions = append(receptions, string(r))
	}
	for _, k := range model.ConflictKinds() {
		if told := string(k.Told(false)); !slices.Contains(kinds, told) {
			kinds = append(kinds, told)
		}
	}
	table, err := codes.For(codes.Default)
	if err != nil {
		t.Fatal(err)
	}
	list := func(tab model.CodeTable) []string {
		names := []string{""}
		for _, c := range table.List(tab) {
			names = append(names, c.Code)
		}
		return names
	}
	sc := d.Components.Schemas
	for _, tc := range []struct {
		what string
		got  []string
		want []string
	}{
		{"codes", sc["Code"].Enum, allCodes},
		{"receptions", sc["Result"].Properties["status"].Enum, receptions},
		{"conflicts", sc["Result"].Properties["conflict"].Enum, kinds},
		{"archive types", sc["Archive"].Properties["type"].Enum, list(model.TableArchive)},
		{"household types", sc["Household"].Properties["type"].Enum, list(model.TableHousehold)},
	} {
		slices.Sort(tc.got)
		slices.Sort(tc.want)
		if !slices.Equal(tc.got, tc.want) {
			t.Errorf("%s: described %v, are %v", tc.what, tc.got, tc.want)
		}
	}
	if sc["Post"].Properties["destinations"].MaxItems != 500 {
		t.Error("the limit of a post")
	}
}

// TestEveryFieldIsTaken: what the file describes of a post is all known to the
// program, and reaches the record.
func TestEveryFieldIsTaken(t *testing.T) {
	d := readDescription(t)
	s := one(t)
	it := s.item(0, "示范公司")
	dest := it["destination"].(object)
	more := object{
		"sub_category": "", "unit_code": "99990000MA0000000F", "unit_kind": "39", "industry": "34", "job_kind": "13", "note": "说明", "household_in": "yes",
		"archive": object{
			"type": "agency", "unit": "中心", "place": "北京市海淀区", "address": "示范路1号", "postcode": "100080", "contact": "档案科", "phone": "025-00000000",
		},
		"household": object{"type": "origin", "place": "某省某市"},
	}
	for k, v := range more {
		dest[k] = v
	}
	samples := map[string]object{"Item": it, "Destination": dest, "Archive": dest["archive"].(object), "Household": dest["household"].(object)}
	for name, sample := range samples {
		for key := range d.Components.Schemas[name].Properties {
			if _, ok := sample[key]; !ok {
				t.Errorf("%s.%s is not tried", name, key)
			}
		}
	}
	var body any
	s.must(json.Unmarshal(s.body(it), &body))
	d.check(t, "post", d.Components.Schemas["Post"], body)
	if a := s.ok(post("batch-0001", s.body(it))); a.Accepted != 1 {
		t.Fatalf("%+v", a)
	}
	want := model.Destination{
		Category: "10", Unit: "示范公司", UnitCode: "99990000MA0000000F", UnitKind: "39", Industry: "34", UnitPlace: "北京市海淀区", JobKind: "13",
		SignedOn: "2027-05-20", Note: "说明", HouseholdIn: model.Yes,
		Archive: model.ArchiveTransfer{
			Type: "agency", Unit: "中心", Place: "北京市海淀区", Address: "示范路1号", Postcode: "100080", Contact: "档案科", Phone: "025-00000000",
		},
		Household: model.HouseholdTransfer{Type: "origin", Place: "某省某市"},
	}
	if got := s.record(0).Latest().Destination; got != want {
		t.Errorf("%+v", got)
	}
}

// TestExampleIsTaken: the file's example is a post that is well-formed.
func TestExampleIsTaken(t *testing.T) {
	d := readDescription(t)
	s := one(t)
	value := d.Paths[postPath]["post"].RequestBody.Content["application/json"].Examples["one"].Value
	body, err := json.Marshal(value)
	s.must(err)
	var parsed any
	s.must(json.Unmarshal(body, &parsed))
	d.check(t, "example", d.Components.Schemas["Post"], parsed)
	a := s.ok(post("batch-0001", body))
	if len(a.Results) != 1 || a.Results[0].Code != "not_found" { // nobody has that 考生号 here
		t.Errorf("%+v", a)
	}
}

// TestAnswersAreDescribed holds what is answered, status, headers and every
// field, against the file.
func TestAnswersAreDescribed(t *testing.T) {
	d := readDescription(t)
	s := one(t)
	misnamed := s.item(1, "示范公司")
	misnamed["name"] = "另有其人"
	body := s.body(s.item(0, "示范公司"), misnamed, s.item(2, ""))
	get := call{method: http.MethodGet, path: postPath + "/batch-0001"}
	s.claim("batch-0009", body, time.Minute)
	busy := post("batch-0009", body)
	unsigned := post("batch-0001", body)
	unsigned.spoil = func(r *http.Request) { r.Header.Del(api.HeaderSignature) }
	typed := post("batch-0002", body)
	typed.contentType = "text/plain"
	absent := get
	absent.path += "x"
	seen := map[int]bool{}
	for _, c := range []call{
		post("batch-0001", body), get, absent, busy, unsigned, typed, post("batch-0002", []byte("x")), post("batch-0003", make([]byte, 1<<20+1)),
	} {
		seen[d.answered(s, postPath, c)] = true
	}
	for _, status := range []int{200, 401, 404, 409, 413, 415, 422} {
		if !seen[status] {
			t.Errorf("%d was not tried", status)
		}
	}
}

// answered makes a call to an address below base, holds what is answered
// against the file, and returns the status.
func (d described) answered(s *site, base string, c call) int {
	s.Helper()
	w := s.do(c)
	path := base
	if c.method == http.MethodGet {
		path += "/{key}"
	}
	ref := d.Paths[path][strings.ToLower(c.method)].Responses[strconv.Itoa(w.Code)].Ref
	response, ok := d.Components.Responses[strings.TrimPrefix(ref, "#/components/responses/")]
	if !ok {
		s.Errorf("%s %s: %d is not described", c.method, c.path, w.Code)
		return w.Code
	}
	for header := range response.Headers {
		if w.Header().Get(header) == "" {
			s.Errorf("%s %d: no %s", c.method, w.Code, header)
		}
	}
	kind := "application/json"
	if w.Code != http.StatusOK {
		kind = "application/problem+json"
	}
	described, ok := response.Content[kind]
	if !ok || !strings.HasPrefix(w.Header().Get("Content-Type"), kind) {
		s.Errorf("%d: Content-Type %s", w.Code, w.Header().Get("Content-Type"))
	}
	var parsed any
	s.must(json.Unmarshal(w.Body.Bytes(), &parsed))
	d.check(s, strconv.Itoa(w.Code), &described.Schema, parsed)
	return w.Code
}
