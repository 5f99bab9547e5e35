package wechattest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"time"
)

// keptCalls is how many calls are remembered; a send keeps under 1 KiB.
const keptCalls = 20_000

// keptBody caps what is remembered of one body or answer, in bytes.
const keptBody = 8 << 10

// Call is one request that reached an API path, or a path that is not modelled.
type Call struct {
	// Seq counts calls from 1.
	Seq    int64  `json:"seq"`
	Method string `json:"method"`
	Path   string `json:"path"`
	// Query is the parameters without access_token and secret.
	Query map[string]string `json:"query,omitempty"`
	// Body and Answer are JSON as they travelled; what was no JSON is a string.
	Body   json.RawMessage `json:"body"`
	Answer json.RawMessage `json:"answer"`
	// Status is the HTTP status of the answer.
	Status int `json:"status"`
	// RID is the id in the answer of a refused call.
	RID string `json:"rid,omitempty"`
	// NotModelled says what of the call the simulator does not model: a real account
	// might have taken it. Empty for everything else.
	NotModelled string `json:"not_modelled,omitempty"`

	at     time.Time
	remote string
}

// callRing holds the latest calls. Guarded by Server.mu.
type callRing struct {
	last  int64
	calls []Call // calls[(Seq-1)%keptCalls]
}

func (c *callRing) add(call Call) {
	c.last++
	call.Seq = c.last
	if len(c.calls) < keptCalls {
		c.calls = append(c.calls, call)
		return
	}
	c.calls[(call.Seq-1)%keptCalls] = call
}

// since returns the calls whose Seq is above n, oldest first.
func (c *callRing) since(n int64) []Call {
	first := max(n, c.last-int64(len(c.calls)), 0) + 1
	found := make([]Call, 0, max(c.last-first+1, 0))
	for seq := first; seq <= c.last; seq++ {
		found = append(found, c.calls[(seq-1)%keptCalls])
	}
	return found
}

// byRID finds a refused call, the latest first.
func (c *callRing) byRID(rid string) (Call, bool) {
	for seq := c.last; rid != "" && seq > c.last-int64(len(c.calls)); seq-- {
		if call := c.calls[(seq-1)%keptCalls]; call.RID == rid {
			return call, true
		}
	}
	return Call{}, false
}

// NotModelled returns what clients asked of the simulator that it does not model,
// as method, path and what of it. A test of a client wants none.
func (s *Server) NotModelled() []string {
	var found []string
	for _, call := range s.Calls(0) {
		if call.NotModelled != "" {
			found = append(found, call.Method+" "+call.Path+": "+call.NotModelled)
		}
	}
	return found
}

// Calls returns the API calls whose Seq is above since, oldest first; the last
// 20,000 are kept.
func (s *Server) Calls(since int64) []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls.since(since)
}

// record keeps a call and its outcome.
func (s *Server) record(r *http.Request, o outcome) {
	query, _ := url.ParseQuery(r.URL.RawQuery)
	call := Call{
		Method: r.Method, Path: r.URL.Path, Query: map[string]string{},
		Body: rawJSON(o.body), Answer: rawJSON(o.answer), Status: o.status, RID: o.rid, NotModelled: o.notModelled,
		at: s.now(), remote: r.RemoteAddr,
	}
	if o.contentType != "" {
		call.Answer = marshal(fmt.Sprintf("%d bytes of %s", len(o.answer), o.contentType))
	}
	for name := range query {
		if name != "access_token" && name != "secret" && name != "refresh_token" {
			call.Query[name] = query.Get(name)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls.add(call)
}

// rawJSON keeps JSON as it is and anything else as a string, cut to keptBody.
func rawJSON(b []byte) json.RawMessage {
	switch {
	case len(b) == 0:
		return json.RawMessage("null")
	case len(b) <= keptBody && json.Valid(b):
		return b
	}
	if len(b) > keptBody {
		b = b[:keptBody]
	}
	return marshal(string(b))
}
