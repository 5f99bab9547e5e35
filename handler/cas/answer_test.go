package cas_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"quxiang/handler/cas"
)

// answer puts the inner part into the root that servers write.
func answer(inner string) string {
	return `<cas:serviceResponse xmlns:cas="http://www.yale.edu/tp/cas">` + inner + `</cas:serviceResponse>`
}

// validateAnswer validates a ticket at a server that answers body.
func validateAnswer(t *testing.T, body string) (cas.User, error) {
	t.Helper()
	c := newClient(t, cas.Options{URL: "https://cas.example", HTTP: &http.Client{Transport: fixed(body)}})
	return c.Validate(t.Context(), service, ticket)
}

// fixed is a transport that answers without a network.
type fixed string

func (f fixed) RoundTrip(*http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	_, _ = rec.WriteString(string(f))
	return rec.Result(), nil
}

func TestAnswersUnderstood(t *testing.T) {
	for name, tc := range map[string]struct {
		body string
		want cas.User
	}{
		"CAS 2, indented": {
			"\ufeff<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- c -->\n" + answer("\n  <cas:authenticationSuccess>\n    <cas:user> zhang </cas:user>\n    <cas:proxyGrantingTicket>PGTIOU-1</cas:proxyGrantingTicket>\n  </cas:authenticationSuccess>\n") + "\n",
			cas.User{Name: "zhang"},
		},
		"CAS 3, a list, an entity, an empty one": {
			answer(`<cas:authenticationSuccess><cas:user>zhang</cas:user><cas:attributes><cas:sjh>13800000000</cas:sjh><cas:xm>张&#19977;&amp;李</cas:xm><cas:role>a</cas:role><cas:role>b</cas:role><cas:yx/></cas:attributes></cas:authenticationSuccess>`),
			cas.User{Name: "zhang", Attributes: map[string][]string{"sjh": {"13800000000"}, "xm": {"张三&李"}, "role": {"a", "b"}}},
		},
		"default namespace, CDATA": {
			`<serviceResponse xmlns="http://www.yale.edu/tp/cas"><authenticationSuccess><user><![CDATA[zhang]]></user><attributes><xm><![CDATA[<张>]]></xm></attributes></authenticationSuccess></serviceResponse>`,
			cas.User{Name: "zhang", Attributes: map[string][]string{"xm": {"<张>"}}},
		},
		"name and value": {
			answer(`<cas:authenticationSuccess><cas:user>zhang</cas:user><cas:attribute name="xm" value="张三"/><cas:attribute name="role">a</cas:attribute><cas:attribute name="role" value="b"/></cas:authenticationSuccess>`),
			cas.User{Name: "zhang", Attributes: map[string][]string{"xm": {"张三"}, "role": {"a", "b"}}},
		},
		"name and value within attributes": {
			answer(`<cas:authenticationSuccess><cas:user>zhang</cas:user><cas:attributes><cas:attribute name="xm" value="张三"/><cas:attribute>plain</cas:attribute></cas:attributes></cas:authenticationSuccess>`),
			cas.User{Name: "zhang", Attributes: map[string][]string{"xm": {"张三"}, "attribute": {"plain"}}},
		},
		"everything said in both ways": {
			answer(`<cas:authenticationSuccess><cas:user>zhang</cas:user><cas:attributes><cas:xm>张三</cas:xm></cas:attributes><cas:attribute name="xm" value="张三"/></cas:authenticationSuccess>`),
			cas.User{Name: "zhang", Attributes: map[string][]string{"xm": {"张三"}}},
		},
		"a comment cuts nothing off": {
			answer(`<cas:authenticationSuccess><cas:user>zhang<!-- -->san</cas:user></cas:authenticationSuccess>`),
			cas.User{Name: "zhangsan"},
		},
		"others' elements are none of ours": {
			answer(`<cas:authenticationSuccess><cas:user>zhang</cas:user><x:user xmlns:x="urn:x">admin</x:user><cas:attributes xmlns:x="urn:x"><x:xm>李四</x:xm><cas:deep><cas:xm>李四</cas:xm></cas:deep></cas:attributes></cas:authenticationSuccess>`),
			cas.User{Name: "zhang"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := validateAnswer(t, tc.body)
			if err != nil || !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %+v, %v; want %+v", got, err, tc.want)
			}
		})
	}
}

func TestAnswersRefused(t *testing.T) {
	const ok = `<cas:authenticationSuccess><cas:user>zhang</cas:user></cas:authenticationSuccess>`
	for name, body := range map[string]string{
		"no namespace":         `<serviceResponse><authenticationSuccess><user>zhang</user></authenticationSuccess></serviceResponse>`,
		"undeclared prefix":    `<cas:serviceResponse><cas:authenticationSuccess><cas:user>zhang</cas:user></cas:authenticationSuccess></cas:serviceResponse>`,
		"other namespace":      strings.ReplaceAll(answer(ok), "yale.edu/tp/cas", "yale.edu/tp/cas2"),
		"other root":           strings.ReplaceAll(answer(ok), "serviceResponse", "proxyResponse"),
		"nothing in it":        answer(""),
		"success in a wrapper": answer(`<cas:x>` + ok + `</cas:x>`),
		"two successes":        answer(ok + ok),
		"success and failure":  answer(ok + `<cas:authenticationFailure code="INVALID_TICKET"/>`),
		"no user":              answer(`<cas:authenticationSuccess/>`),
		"empty user":           answer(`<cas:authenticationSuccess><cas:user> </cas:user></cas:authenticationSuccess>`),
		"two users":            answer(`<cas:authenticationSuccess><cas:user>zhang</cas:user><cas:user>admin</cas:user></cas:authenticationSuccess>`),
		"elements in user":     answer(`<cas:authenticationSuccess><cas:user>zhang<cas:b>x</cas:b></cas:user></cas:authenticationSuccess>`),
		"control in user":      answer("<cas:authenticationSuccess><cas:user>zhang\nsan</cas:user></cas:authenticationSuccess>"),
		"long user":            answer(`<cas:authenticationSuccess><cas:user>` + strings.Repeat("z", 257) + `</cas:user></cas:authenticationSuccess>`),
		"user elsewhere":       answer(`<cas:authenticationSuccess><cas:attributes><cas:user>zhang</cas:user></cas:attributes></cas:authenticationSuccess>`),
		"DTD":                  `<!DOCTYPE r [<!ENTITY a "zhang">]>` + answer(ok),
		"entity of a DTD":      `<!DOCTYPE r [<!ENTITY a "zhang">]>` + answer(`<cas:authenticationSuccess><cas:user>&a;</cas:user></cas:authenticationSuccess>`),
		"directive within":     answer(`<!ENTITY a "b">` + ok),
		"cut off":              strings.TrimSuffix(answer(ok), "</cas:serviceResponse>"),
		"second root":          answer(ok) + answer(ok),
		"text behind":          answer(ok) + "x",
		"text before":          "x" + answer(ok),
		"text alone":           "yes\nzhang\n", // the answer of CAS 1
		"not UTF-8":            answer("<cas:authenticationSuccess><cas:user>\xd5\xc5</cas:user></cas:authenticationSuccess>"),
		"other encoding":       `<?xml version="1.0" encoding="GBK"?>` + answer(ok),
		"too deep":             answer(strings.Repeat("<cas:a>", 16) + strings.Repeat("</cas:a>", 16) + ok),
		"too many":             answer(strings.Repeat("<cas:a/>", 2000) + ok),
	} {
		t.Run(name, func(t *testing.T) {
			user, err := validateAnswer(t, body)
			checkFailure(t, user, err, cas.ErrUnavailable, "BAD_ANSWER")
			if strings.Contains(err.Error(), "zhang") {
				t.Errorf("the error quotes the answer: %v", err)
			}
		})
	}
}

func FuzzValidateAnswer(f *testing.F) {
	f.Add(answer(`<cas:authenticationSuccess><cas:user>zhang</cas:user><cas:attributes><cas:xm>张三</cas:xm><cas:attribute name="a" value="b"/></cas:attributes></cas:authenticationSuccess>`))
	f.Add(answer(`<cas:authenticationFailure code="INVALID_TICKET">Ticket ST-1 not recognized</cas:authenticationFailure>`))
	f.Add(`<!DOCTYPE a []><a/>`)
	f.Fuzz(func(t *testing.T, body string) {
		user, err := validateAnswer(t, body)
		if err != nil {
			var failure *cas.Error
			if !errors.As(err, &failure) || !reflect.DeepEqual(user, cas.User{}) {
				t.Fatalf("%+v, %v", user, err)
			}
			if strings.ContainsFunc(err.Error(), func(r rune) bool { return r > '~' || unicode.IsControl(r) }) {
				t.Fatalf("the error quotes the answer: %q", err)
			}
			return
		}
		if user.Name == "" || len(user.Name) > 256 || strings.ContainsFunc(user.Name, unicode.IsControl) {
			t.Fatalf("user name %q", user.Name)
		}
		if !strings.Contains(body, "http://www.yale.edu/tp/cas") {
			t.Fatal("a success without the namespace")
		}
		for name, values := range user.Attributes {
			if name == "" || len(values) == 0 {
				t.Fatalf("attribute %q has %d values", name, len(values))
			}
		}
	})
}
