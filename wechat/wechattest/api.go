package wechattest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// maxAPIBody caps the body of an API call; the largest, a menu, needs 20 KiB.
const maxAPIBody = 256 << 10

// request is one API call as the endpoints see it.
type request struct {
	query url.Values
	body  []byte
	now   time.Time
}

// endpoint is one modelled path of the API.
type endpoint struct {
	method string
	// params are the query parameters it takes, access_token aside.
	params []string
	// token says whether it wants an access_token.
	token bool
	// work answers with the success body, or nil for a bare ok.
	work func(request) (any, *apiError)
}

func (s *Server) newEndpoints() map[string]endpoint {
	const get, post = http.MethodGet, http.MethodPost
	secret := []string{"grant_type", "appid", "secret"}
	return map[string]endpoint{
		"/cgi-bin/token":                             {get, secret, false, s.token},
		"/cgi-bin/stable_token":                      {post, nil, false, s.stableToken},
		"/cgi-bin/ticket/getticket":                  {get, []string{"type"}, true, s.ticket},
		"/sns/oauth2/access_token":                   {get, append(secret, "code"), false, s.exchange},
		"/cgi-bin/menu/create":                       {post, nil, true, s.createMenu},
		"/cgi-bin/menu/get":                          {get, nil, true, s.getMenu},
		"/cgi-bin/menu/delete":                       {get, nil, true, s.deleteMenu},
		"/cgi-bin/get_current_selfmenu_info":         {get, nil, true, s.selfMenu},
		"/cgi-bin/message/template/send":             {post, nil, true, s.sendTemplate},
		"/cgi-bin/template/get_all_private_template": {get, nil, true, s.listTemplates},
		"/cgi-bin/openapi/quota/get":                 {post, nil, true, s.getQuota},
		"/cgi-bin/user/info":                         {get, []string{"openid", "lang"}, true, s.userInfo},
		"/cgi-bin/user/get":                          {get, []string{"next_openid"}, true, s.userList},
	}
}

// serveAPI answers one call and records it. The answer is ready before a fault's
// delay starts: a client that gives up waiting has been served all the same,
// which is the harder case for it.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == authorizePath {
		s.authorize(w, r)
		return
	}
	var body, answer []byte
	status := http.StatusOK
	fault := s.takeFault(r.URL.Path)
	e, modelled := s.endpoints[r.URL.Path]
	switch {
	case !modelled:
		status, answer = http.StatusNotFound, marshal(answerOf(&apiError{code: codeNotModelled, detail: r.URL.Path}))
		body, _ = io.ReadAll(io.LimitReader(r.Body, maxAPIBody))
	case fault.fails():
		body, _ = io.ReadAll(io.LimitReader(r.Body, maxAPIBody))
		status, answer = fault.answer()
	default:
		var failed *apiError
		var result any
		body, failed = readBody(r)
		if failed == nil {
			result, failed = s.callEndpoint(e, r, body)
		}
		if failed != nil {
			result = answerOf(failed)
		} else if result == nil {
			result = answerOf(&apiError{code: 0})
		}
		answer = marshal(result)
		if failed != nil && failed.loud {
			s.log.Warn("simulator: call is not modelled", "path", r.URL.Path, "errcode", failed.code, "detail", failed.detail)
		}
	}
	if !modelled {
		s.log.Warn("simulator: path is not modelled", "method", r.Method, "path", r.URL.Path)
	}
	s.record(r, body, status, answer)
	if !fault.wait(r.Context()) {
		return // the client has gone
	}
	w.Header().Set("Content-Type", "application/json; encoding=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(answer)
}

// callEndpoint checks in the order in which the platform is seen to check: method,
// parameters, token, quota, then what the call itself says.
func (s *Server) callEndpoint(e endpoint, r *http.Request, body []byte) (any, *apiError) {
	if r.Method != e.method {
		if e.method == http.MethodGet {
			return nil, &apiError{code: 43001}
		}
		return nil, &apiError{code: 43002}
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, &apiError{code: 40035, detail: "query", loud: true}
	}
	for name, values := range query {
		known := slices.Contains(e.params, name) || e.token && name == "access_token"
		if !known || len(values) != 1 {
			return nil, &apiError{code: 40035, detail: "parameter " + name, loud: true}
		}
	}
	now := s.now()
	s.mu.Lock()
	var failed *apiError
	if e.token {
		failed = s.tokens.check(query.Get("access_token"), now)
	}
	if failed == nil {
		failed = s.quota.spend(r.URL.Path, now)
	}
	s.mu.Unlock()
	if failed != nil {
		return nil, failed
	}
	return e.work(request{query: query, body: body, now: now})
}

func readBody(r *http.Request) ([]byte, *apiError) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxAPIBody+1))
	if err != nil {
		return nil, &apiError{code: 47001, detail: "body"}
	}
	if len(body) > maxAPIBody {
		return nil, &apiError{code: 45002}
	}
	return body, nil
}

// decode reads the one JSON object of a call's body. A field that dst does not
// name is refused: the simulator would not know what it asks for.
func decode(body []byte, dst any) *apiError {
	if len(bytes.TrimSpace(body)) == 0 {
		return &apiError{code: 44002}
	}
	if err := decodeStrict(bytes.NewReader(body), dst); err != nil {
		name, unknown := unknownField(err)
		if unknown {
			return &apiError{code: 47001, detail: "unknown field " + name, loud: true}
		}
		return &apiError{code: 47001, detail: "body"}
	}
	return nil
}

// decodeStrict reads exactly one JSON value and refuses unknown fields.
func decodeStrict(r io.Reader, dst any) error {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(dst); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value")
	}
	return nil
}

// unknownField names the field that decodeStrict refused. encoding/json has no
// error type for it, so its text is all there is.
func unknownField(err error) (string, bool) {
	name, found := strings.CutPrefix(err.Error(), "json: unknown field ")
	return strings.Trim(name, `"`), found
}

// marshal writes JSON as the platform does: "&" and "<" stand as themselves.
func marshal(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // every value is one of this package's own plain structs
	}
	return bytes.TrimRight(b.Bytes(), "\n")
}
