package wechattest

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// maxAPIBody caps the body of an API call; the largest, a menu, needs 20 KiB.
const maxAPIBody = 256 << 10

// request is one API call as the endpoints see it.
type request struct {
	query url.Values
	body  []byte
	now   time.Time
	// remote is the caller's address without a port.
	remote string
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
	all := map[string]endpoint{}
	for _, more := range []map[string]endpoint{
		s.menuEndpoints(), s.tokenEndpoints(), s.oauthEndpoints(), s.templateEndpoints(), s.quotaEndpoints(),
		s.userEndpoints(), s.tagEndpoints(), s.qrEndpoints(), s.mediaEndpoints(),
	} {
		maps.Copy(all, more)
	}
	return all
}

// serveAPI answers one call and records it. The answer is ready before a fault's
// delay starts: a client that gives up waiting has been served all the same,
// which is the harder case for it.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == authorizePath {
		s.authorize(w, r)
		return
	}
	fault := s.takeFault(r.URL.Path)
	o := s.outcomeOf(r, fault)
	if o.notModelled != "" {
		s.log.Warn("simulator: call is not modelled", "method", r.Method, "path", r.URL.Path, "problem", o.notModelled)
	}
	s.record(r, o)
	if !fault.wait(r.Context()) {
		return // the client has gone
	}
	if o.contentType == "" {
		o.contentType = "application/json; encoding=utf-8"
	}
	w.Header().Set("Content-Type", o.contentType)
	w.WriteHeader(o.status)
	_, _ = w.Write(o.answer)
}

// outcome is what became of a call.
type outcome struct {
	status      int
	contentType string // empty for JSON
	body        []byte // of the call, as far as it was read
	answer      []byte
	// rid is the id that the answer names, "" on success.
	rid string
	// notModelled says what of the call the simulator does not model, if anything.
	notModelled string
}

// fail makes an errcode the outcome.
func (o *outcome) fail(e *apiError, now time.Time) {
	a := answerOf(e, now)
	o.answer, o.rid = marshal(a), a.rid
	if e.status != 0 {
		o.status = e.status
	}
	if e.loud {
		o.notModelled = e.detail
		if e.detail == "" {
			o.notModelled = messages[e.code]
		}
	}
}

func (s *Server) outcomeOf(r *http.Request, fault *Fault) outcome {
	o := outcome{status: http.StatusOK}
	now := s.now()
	e, modelled := s.endpoints[r.URL.Path]
	if !modelled || fault.fails() {
		o.body, _ = io.ReadAll(io.LimitReader(r.Body, maxAPIBody))
		if !modelled {
			o.fail(&apiError{code: codeNotModelled, detail: r.URL.Path, loud: true, status: http.StatusNotFound}, now)
			return o
		}
		o.status, o.answer, o.rid = fault.answer(now)
		return o
	}
	var result any
	body, failed := readBody(r)
	o.body = body
	if failed == nil {
		result, failed = s.callEndpoint(e, r, body, now)
	}
	switch result := result.(type) {
	case raw:
		if failed == nil {
			o.contentType, o.answer = result.contentType, result.body
			return o
		}
	case nil:
		o.answer = marshal(answerOf(&apiError{code: 0}, now))
	default:
		o.answer = marshal(result)
	}
	if failed != nil {
		o.fail(failed, now)
	}
	return o
}

// callEndpoint checks in the order in which the platform is seen to check: method,
// parameters, token, quota, then what the call itself says.
func (s *Server) callEndpoint(e endpoint, r *http.Request, body []byte, now time.Time) (any, *apiError) {
	if r.Method != e.method {
		code := 43002
		if e.method == http.MethodGet {
			code = 43001
		}
		return nil, &apiError{code: code, loud: true}
	}
	if e.method == http.MethodGet && len(body) > 0 {
		return nil, &apiError{code: 40035, detail: "body of a GET", loud: true}
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
	s.mu.Lock()
	var failed *apiError
	if e.token {
		failed = s.access.check(query.Get("access_token"), now)
	}
	if failed == nil {
		failed = s.quota.spend(r.URL.Path, now, s.set.MinuteErrcode)
	}
	s.mu.Unlock()
	if failed != nil {
		return nil, failed
	}
	remote, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		remote = r.RemoteAddr
	}
	return e.work(request{query: query, body: body, now: now, remote: remote})
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
