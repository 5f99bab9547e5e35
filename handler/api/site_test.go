package api_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"quxiang/handler"
	"quxiang/handler/api"
	"quxiang/handler/web/webtest"
	"quxiang/job/upstream"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/demo"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

const (
	postPath = "/api/v1/upstream/destinations"
	rate     = 20
)

// begin is when the tests take place: within a minute, before the deadline.
var begin = time.Date(2027, 6, 10, 9, 30, 5, 0, model.Shanghai)

// site is the whole router with the API on a real store and the real Receiver.
type site struct {
	testing.TB
	store    *store.Store
	receiver *upstream.Receiver
	now      atomic.Int64
	handler  http.Handler
	people   []demo.Person // of demo.UpstreamSchool, in its roster
	nonces   atomic.Int64
	key      key // of that school

	desk    model.Desk
	deskKey key // of that department
}

// key signs.
type key struct{ id, secret string }

func (s *site) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *site) Now() time.Time { return time.UnixMilli(s.now.Load()) }

func (s *site) pass(d time.Duration) { s.now.Add(d.Milliseconds()) }

// each runs f on both databases.
func each(t *testing.T, f func(s *site)) {
	t.Helper()
	for name, open := range map[string]func(testing.TB, ...storetest.Option) *store.Store{"sqlite": storetest.Open, "mariadb": storetest.OpenMariaDB} {
		t.Run(name, func(t *testing.T) { f(newSite(t, open)) })
	}
}

func one(t testing.TB) *site {
	t.Helper()
	return newSite(t, storetest.Open)
}

func newSite(t testing.TB, open func(testing.TB, ...storetest.Option) *store.Store) *site {
	t.Helper()
	s := &site{TB: t}
	s.now.Store(begin.UnixMilli())
	st := open(t, storetest.WithNow(s.Now))
	s.store = st
	s.must(st.EnsureFormKey(t.Context(), rand.Reader, begin.AddDate(0, 0, -30)))
	for _, sc := range []model.School{demo.School(), demo.UpstreamSchool()} {
		s.must(st.SaveSchool(t.Context(), sc))
	}
	s.must(st.SaveCohort(t.Context(), model.NewCohort(2027)))
	table, err := codes.For(codes.Default)
	s.must(err)
	var rows []store.ImportRow
	for p := range demo.Graduates(6, 3, demo.Options{Year: 2027, School: demo.UpstreamSchool()}) {
		p.Basics.HouseholdIn = model.Yes
		s.people = append(s.people, p)
		rows = append(rows, store.ImportRow{CohortCode: p.CohortCode, SchoolCode: p.SchoolCode, Basics: p.Basics})
	}
	outcomes, err := st.Import(t.Context(), rows, store.ImportOptions{
		Kind: model.SheetRoster, By: model.BySystem("test"), Scope: model.Scope{All: true}, Now: begin, Codes: table,
	})
	s.must(err)
	for _, o := range outcomes {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
	}
	s.key = s.newKey(demo.UpstreamSchool().Code)
	s.receiver = upstream.NewReceiver(upstream.ReceiverOptions{Store: st, Codes: codes.For, Now: s.Now})
	s.mount(s.receiver)
	return s
}

func (s *site) mount(r api.Receiver) {
	s.Helper()
	w := webtest.New(s, s.store, s.Now)
	area, err := api.New(api.Options{Web: w, Store: s.store, Receiver: r, Rate: rate})
	s.must(err)
	desk, err := api.NewDesk(api.DeskOptions{
		Web: w, Store: s.store, Codes: codes.For, Form: sheet, Limits: limits, Rate: rate, Place: func(string) string { return "北京市海淀区" },
	})
	s.must(err)
	s.handler, err = handler.New(handler.Options{
		Web: w, Static: http.NotFoundHandler(), Areas: []handler.Area{area, desk}, Ready: s.store.Ping,
	})
	s.must(err)
}

func (s *site) newKey(school string) key {
	s.Helper()
	id, secret, err := s.store.AddUpstreamKey(s.Context(), model.UpstreamKey{SchoolCode: school, Platform: "91job"}, model.BySystem("test"), begin)
	s.must(err)
	return key{id, secret}
}

// call is a request that can be spoiled after it was signed.
type call struct {
	method, path, idempotency, contentType string
	body                                   []byte
	key                                    key
	at                                     time.Time // "" is now
	nonce                                  string
	spoil                                  func(r *http.Request)
}

func (s *site) do(c call) *httptest.ResponseRecorder {
	s.Helper()
	if c.key == (key{}) {
		c.key = s.key
	}
	if c.at.IsZero() {
		c.at = s.Now()
	}
	if c.nonce == "" {
		c.nonce = fmt.Sprintf("nonce-of-tests-%06d", s.nonces.Add(1))
	}
	timestamp := strconv.FormatInt(c.at.Unix(), 10)
	r := httptest.NewRequestWithContext(s.Context(), c.method, c.path, bytes.NewReader(c.body))
	r.Header.Set(api.HeaderKey, c.key.id)
	r.Header.Set(api.HeaderTimestamp, timestamp)
	r.Header.Set(api.HeaderNonce, c.nonce)
	r.Header.Set(api.HeaderSignature, api.Sign(c.key.secret, c.method, c.path, timestamp, c.nonce, c.idempotency, c.body))
	if c.idempotency != "" {
		r.Header.Set(api.HeaderIdempotency, c.idempotency)
	}
	if c.contentType != "" {
		r.Header.Set("Content-Type", c.contentType)
	}
	if c.spoil != nil {
		c.spoil(r)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

func post(idempotency string, body []byte) call {
	return call{method: http.MethodPost, path: postPath, idempotency: idempotency, body: body, contentType: "application/json"}
}

// object is a piece of JSON.
type object = map[string]any

// item is a destination of person n.
func (s *site) item(n int, unit string) object {
	return object{
		"exam_number": s.people[n].Basics.ExamNumber, "cohort": "2027", "name": s.people[n].Basics.Name, "external_id": fmt.Sprintf("ext-%d", n),
		"reported_at": s.Now().Format(time.RFC3339),
		"destination": object{
			"category": "10", "unit": unit, "unit_place": "北京市海淀区", "signed_on": "2027-05-20",
			"archive": object{"type": "agency", "unit": "海淀区人力资源公共服务中心", "contact": "档案科"},
		},
	}
}

func (s *site) body(items ...object) []byte {
	s.Helper()
	b, err := json.Marshal(object{"destinations": items})
	s.must(err)
	return b
}

// answer is what the API says, of whichever kind.
type answer struct {
	Accepted, Unchanged, Conflict, Refused int
	Results                                []struct {
		Index                                  int
		ExternalID                             string `json:"external_id"`
		Status, Code, Conflict, Field, Message string
	}
	Type, Title, Detail, Code, Field string
	RequestID                        string `json:"request_id"`
	Status                           int
}

func (s *site) read(w *httptest.ResponseRecorder) (a answer) {
	s.Helper()
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		s.Fatalf("%d: %v in %s", w.Code, err, w.Body.String())
	}
	return a
}

// ok posts and wants a 200.
func (s *site) ok(c call) answer {
	s.Helper()
	w := s.do(c)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json; charset=utf-8" {
		s.Fatalf("%d %v: %s", w.Code, w.Header(), w.Body.String())
	}
	return s.read(w)
}

// refused wants a problem.
func (s *site) refused(c call, status int, code model.Code, field string) *httptest.ResponseRecorder {
	s.Helper()
	w := s.do(c)
	a := s.read(w)
	if w.Code != status || a.Status != status || a.Code != string(code) || a.Field != field || a.Detail == "" || a.Title == "" ||
		a.RequestID == "" || a.RequestID != w.Header().Get("X-Request-Id") || a.Type != "docs/errors.md#"+string(code) ||
		w.Header().Get("Content-Type") != "application/problem+json" {
		s.Errorf("%d, want %d %s at %q: %s", w.Code, status, code, field, w.Body.String())
	}
	return w
}

func (s *site) record(n int) model.Record {
	s.Helper()
	found, err := s.store.FindByExamNumber(s.Context(), s.people[n].Basics.ExamNumber)
	s.must(err)
	r, err := s.store.Record(s.Context(), found[0].ID)
	s.must(err)
	return r
}

// claim is a post that some replica works.
func (s *site) claim(idempotency string, body []byte, lease time.Duration) store.UpstreamClaim {
	s.Helper()
	sum := sha256.Sum256(body)
	c, err := s.store.ClaimUpstream(s.Context(), store.UpstreamDelivery{Source: s.key.id, Name: idempotency, Digest: hex.EncodeToString(sum[:])},
		lease, s.Now(), s.Now().Add(time.Hour))
	s.must(err)
	if !c.Ours {
		s.Fatalf("%+v", c)
	}
	return c
}
