package cas

import (
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
)

// namespaceSAML is that of a logout request (SAML 2.0 core, §3.7.1).
const namespaceSAML = "urn:oasis:names:tc:SAML:2.0:protocol"

// maxLogoutBody is a logout request in its worst encoding, each byte as %XX.
const maxLogoutBody = 3*maxAnswer + len("logoutRequest=")

// ParseLogoutRequest reads the body of the form that the server POSTs to a
// service when a person logs out there (single logout, CAS 3.0 §2.3.3), and
// returns the ticket whose session ends. The request is not signed: that it
// names a ticket which only the server, the browser and we have known is all
// that vouches for it.
//
// The error names neither the ticket nor any of the body.
func ParseLogoutRequest(body []byte) (ticket string, err error) {
	if len(body) > maxLogoutBody {
		return "", errors.New("cas: read logout request: too long")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil || len(form["logoutRequest"]) != 1 {
		return "", errors.New("cas: read logout request: not a form with one field logoutRequest")
	}
	root, err := parseDocument([]byte(form["logoutRequest"][0]))
	if err != nil {
		return "", fmt.Errorf("cas: read logout request: %w", err)
	}
	if root.name != (xml.Name{Space: namespaceSAML, Local: "LogoutRequest"}) {
		return "", errors.New("cas: read logout request: root is not LogoutRequest of SAML 2")
	}
	indexes := root.all(namespaceSAML, "SessionIndex")
	if len(indexes) != 1 || len(indexes[0].children) > 0 || !wellFormedTicket(indexes[0].text) {
		return "", errors.New("cas: read logout request: not one ticket in SessionIndex")
	}
	return indexes[0].text, nil
}
