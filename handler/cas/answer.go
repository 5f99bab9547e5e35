package cas

import (
	"encoding/xml"
	"errors"
	"strings"
	"unicode"
)

// namespace is that of every element of an answer (CAS 3.0, appendix A).
const namespace = "http://www.yale.edu/tp/cas"

// maxName bounds an account's name, in bytes.
const maxName = 256

// readAnswer reads what serviceValidate answers with status 200. There must be
// exactly one success with one user, or exactly one failure: of two statements
// none is believed.
func readAnswer(body []byte) (User, *Error) {
	root, err := parseDocument(body)
	if err != nil {
		return User{}, badAnswer(err)
	}
	if root.name != (xml.Name{Space: namespace, Local: "serviceResponse"}) {
		return User{}, badAnswer(errors.New("root is not serviceResponse of CAS"))
	}
	successes := root.all(namespace, "authenticationSuccess")
	failures := root.all(namespace, "authenticationFailure")
	if len(successes)+len(failures) != 1 {
		return User{}, badAnswer(errors.New("neither one success nor one failure"))
	}
	if len(failures) == 1 {
		// Its text usually quotes the ticket: only the code is read.
		code := plainCode(failures[0].attr("code"))
		return User{}, &Error{Code: code, kind: kindOf(code)}
	}
	users := successes[0].all(namespace, "user")
	if len(users) != 1 || !plainName(users[0]) {
		return User{}, badAnswer(errors.New("not one plain user name"))
	}
	return User{Name: users[0].text, Attributes: readAttributes(successes[0])}, nil
}

func badAnswer(cause error) *Error {
	return &Error{Code: codeBadAnswer, kind: ErrUnavailable, cause: cause}
}

// readAttributes collects the released attributes. Servers write them in two
// ways: <cas:attributes><cas:NAME>VALUE</cas:NAME>… of CAS 3, a name repeated
// for a list; and <cas:attribute name="NAME" value="VALUE"/>, inside or
// outside of cas:attributes, of older ones. Some, django-cas-server among
// them, say everything in both: what is outside counts only when there is no
// cas:attributes. An empty value is none.
func readAttributes(success element) map[string][]string {
	var released []element
	blocks := success.all(namespace, "attributes")
	for _, block := range blocks {
		released = append(released, block.children...)
	}
	if len(blocks) == 0 {
		released = success.all(namespace, "attribute")
	}
	var attributes map[string][]string
	for _, e := range released {
		if e.name.Space != namespace || len(e.children) > 0 {
			continue
		}
		name, value := e.name.Local, e.text
		if named := e.attr("name"); name == "attribute" && named != "" {
			name = named
			if value == "" {
				value = e.attr("value")
			}
		}
		if value == "" {
			continue
		}
		if attributes == nil {
			attributes = make(map[string][]string)
		}
		attributes[name] = append(attributes[name], value)
	}
	return attributes
}

// plainName says whether the element's text can name an account.
func plainName(e element) bool {
	return len(e.children) == 0 && e.text != "" && len(e.text) <= maxName &&
		!strings.ContainsFunc(e.text, unicode.IsControl)
}

// plainCode returns the code if it can stand in a log, else UNKNOWN.
func plainCode(code string) string {
	odd := func(r rune) bool { return r != '_' && (r < 'A' || r > 'Z') }
	if code == "" || len(code) > 64 || strings.ContainsFunc(code, odd) {
		return codeUnknown
	}
	return code
}
