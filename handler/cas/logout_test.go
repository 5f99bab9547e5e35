package cas_test

import (
	"net/url"
	"strings"
	"testing"

	"quxiang/handler/cas"
)

// logoutBody is the form that carries the document.
func logoutBody(document string) string {
	return url.Values{"logoutRequest": {document}}.Encode()
}

const logoutDocument = `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="LR-1" Version="2.0" IssueInstant="2026-06-01T00:00:00Z">
  <saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">@NOT_USED@</saml:NameID>
  <samlp:SessionIndex>ST-1-secret</samlp:SessionIndex>
</samlp:LogoutRequest>`

func TestParseLogoutRequest(t *testing.T) {
	got, err := cas.ParseLogoutRequest([]byte(logoutBody(logoutDocument)))
	if err != nil || got != "ST-1-secret" {
		t.Fatalf("got %q, %v", got, err)
	}
	index := "<samlp:SessionIndex>ST-1-secret</samlp:SessionIndex>"
	for name, body := range map[string]string{
		"empty":           "",
		"no form":         logoutDocument,
		"bad escape":      "logoutRequest=%zz",
		"other field":     url.Values{"x": {logoutDocument}}.Encode(),
		"twice":           logoutBody(logoutDocument) + "&" + logoutBody(logoutDocument),
		"no XML":          logoutBody("ST-1-secret"),
		"cut off":         logoutBody(logoutDocument[:len(logoutDocument)-5]),
		"DTD":             logoutBody(`<!DOCTYPE x [<!ENTITY t "ST-1-secret">]>` + logoutDocument),
		"other namespace": logoutBody(strings.ReplaceAll(logoutDocument, "SAML:2.0:protocol", "SAML:1.0:protocol")),
		"other request":   logoutBody(strings.ReplaceAll(logoutDocument, "LogoutRequest", "AuthnRequest")),
		"no index":        logoutBody(strings.Replace(logoutDocument, index, "", 1)),
		"two indexes":     logoutBody(strings.Replace(logoutDocument, index, index+index, 1)),
		"empty index":     logoutBody(strings.Replace(logoutDocument, "ST-1-secret", "", 1)),
		"odd index":       logoutBody(strings.Replace(logoutDocument, "ST-1-secret", "ST-1 secret", 1)),
		"nested index":    logoutBody(strings.Replace(logoutDocument, "ST-1-secret", "ST-1-secret<samlp:a/>", 1)),
		"long document":   logoutBody(logoutDocument + strings.Repeat(" ", 64<<10)),
		"long body":       logoutBody(logoutDocument) + "&x=" + strings.Repeat("x", 200<<10),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := cas.ParseLogoutRequest([]byte(body))
			if err == nil || got != "" {
				t.Fatalf("accepted, %q", got)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("the error names the ticket: %v", err)
			}
		})
	}
}

func FuzzParseLogoutRequest(f *testing.F) {
	f.Add(logoutBody(logoutDocument))
	f.Add("logoutRequest=%3Ca%2F%3E")
	f.Fuzz(func(t *testing.T, body string) {
		got, err := cas.ParseLogoutRequest([]byte(body))
		if (err == nil) != (got != "") {
			t.Fatalf("%q, %v", got, err)
		}
		if len(got) > 256 || strings.ContainsFunc(got, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Fatalf("ticket %q", got)
		}
	})
}
