package api_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"quxiang/handler/api"
	"quxiang/model"
	"quxiang/model/demo"
)

// TestSignVectors: what openssl makes of the seven lines, see docs/operations.md.
func TestSignVectors(t *testing.T) {
	for _, tc := range []struct{ method, target, idempotency, body, want string }{
		{"POST", postPath, "batch-0001", `{"destinations":[]}`, "76627b412485c03ce5c465826c4ae184b92d8e34593acd8bf67341533cf75184"},
		{"GET", postPath + "/batch-0001?x=1", "", "", "227e1fbc93cf4dfc5bb1ebe606eff9dfa01b95a85b76fcc6bf44d951ee1f81a8"},
	} {
		got := api.Sign("S3CRETS3CRETS3CRETS3CRET", tc.method, tc.target, "1811901600", "d2c1b5a07e1f4a0c", tc.idempotency, []byte(tc.body))
		if got != tc.want {
			t.Errorf("%s: %s", tc.method, got)
		}
	}
}

// TestPost: a post is taken in, answered item by item, and answered the same
// when it comes again; what it brought is the graduate's to confirm.
func TestPost(t *testing.T) {
	each(t, func(s *site) {
		unknown := s.item(1, "示范公司")
		unknown["exam_number"] = "99999999999999"
		broken := s.item(2, "")
		misnamed := s.item(3, "示范公司")
		misnamed["name"] = "另有其人"
		body := s.body(s.item(0, "示范公司"), unknown, broken, misnamed)
		a := s.ok(post("batch-0001", body))
		if a.Accepted != 1 || a.Refused != 2 || a.Conflict != 1 || len(a.Results) != 4 {
			s.Fatalf("%+v", a)
		}
		for i, want := range []string{"accepted", "refused not_found exam_number", "refused invalid destination.unit", "conflict conflict"} {
			r := a.Results[i]
			if got := strings.TrimSpace(r.Status + " " + r.Code + " " + r.Field); got != want || r.Index != i {
				s.Errorf("result %d: %s, want %s", i, got, want)
			}
			if (r.Message == "") != (r.Status == "accepted") {
				s.Errorf("result %d says %q", i, r.Message)
			}
		}
		if a.Results[0].ExternalID != "ext-0" || a.Results[3].Conflict != "name" {
			s.Errorf("%+v", a.Results)
		}
		r := s.record(0)
		if v := r.Latest(); v == nil || v.State() != model.ReviewApproved || v.ReportedBy != model.ByUpstream("91job") || v.Destination.Archive.Contact != "档案科" || v.Destination.SignedOn != "2027-05-20" {
			s.Errorf("%+v", v)
		}
		if len(s.record(3).Conflicts) != 1 || s.record(3).Latest() != nil {
			s.Errorf("%+v", s.record(3))
		}
		// The same key and content: the same answer, and nothing happens.
		s.pass(time.Minute)
		if again := s.ok(post("batch-0001", body)); again.Accepted != 1 || again.Conflict != 1 {
			s.Errorf("again: %+v", again)
		}
		if got := s.ok(call{method: http.MethodGet, path: postPath + "/batch-0001"}); got.Accepted != 1 || got.Results[0].ExternalID != "ext-0" {
			s.Errorf("asked for: %+v", got)
		}
		// Another key, the same content: it was all there.
		if a := s.ok(post("batch-0002", body)); a.Accepted != 0 || a.Unchanged != 1 || a.Conflict != 1 || len(s.record(3).Conflicts) != 1 {
			s.Errorf("under another key: %+v", a)
		}
		keys, err := s.store.UpstreamKeys(s.Context(), "")
		s.must(err)
		if k := keys[0]; k.Posts != 2 || k.Tally != (model.Tally{Accepted: 1, Unchanged: 1, Conflict: 2, Refused: 4}) || k.ReceivedAt.IsZero() {
			s.Errorf("the key's count: %+v", k)
		}
	})
}

// TestAltered: a request that was altered after it was signed, in any part, is
// refused and changes nothing.
func TestAltered(t *testing.T) {
	s := one(t)
	body := s.body(s.item(0, "示范公司"))
	other := s.body(s.item(0, "另一家公司"))
	for _, tc := range []struct {
		name  string
		spoil func(r *http.Request)
		field string
	}{
		{"body", func(r *http.Request) { r.Body = http.NoBody }, api.HeaderSignature},
		{"another body", func(r *http.Request) { *r = *withBody(r, other) }, api.HeaderSignature},
		{"query", func(r *http.Request) { r.URL.RawQuery = "x=1" }, api.HeaderSignature},
		{"timestamp", func(r *http.Request) { r.Header.Set(api.HeaderTimestamp, strconv.FormatInt(s.Now().Unix()+1, 10)) }, api.HeaderSignature},
		{"nonce", func(r *http.Request) { r.Header.Set(api.HeaderNonce, "another-nonce-0001") }, api.HeaderSignature},
		{"idempotency key", func(r *http.Request) { r.Header.Set(api.HeaderIdempotency, "batch-9999") }, api.HeaderSignature},
		{"no idempotency key", func(r *http.Request) { r.Header.Del(api.HeaderIdempotency) }, api.HeaderSignature},
		{"key", func(r *http.Request) { r.Header.Set(api.HeaderKey, s.newKey(demo.School().Code).id) }, api.HeaderSignature},
		{"unknown key", func(r *http.Request) { r.Header.Set(api.HeaderKey, "ukUNKNOWN") }, api.HeaderSignature},
		{"signature", func(r *http.Request) { r.Header.Set(api.HeaderSignature, strings.Repeat("0", 64)) }, api.HeaderSignature},
		{"no signature", func(r *http.Request) { r.Header.Del(api.HeaderSignature) }, api.HeaderSignature},
		{"half a signature", func(r *http.Request) { r.Header.Set(api.HeaderSignature, r.Header.Get(api.HeaderSignature)[:32]) }, api.HeaderSignature},
		{"two signatures", func(r *http.Request) { r.Header.Add(api.HeaderSignature, strings.Repeat("0", 64)) }, api.HeaderSignature},
		{"two keys", func(r *http.Request) { r.Header.Add(api.HeaderKey, "ukOTHER") }, api.HeaderKey},
		{"no key", func(r *http.Request) { r.Header.Del(api.HeaderKey) }, api.HeaderKey},
		{"no nonce", func(r *http.Request) { r.Header.Del(api.HeaderNonce) }, api.HeaderNonce},
		{"a short nonce", func(r *http.Request) { r.Header.Set(api.HeaderNonce, "short") }, api.HeaderNonce},
		{"no time", func(r *http.Request) { r.Header.Del(api.HeaderTimestamp) }, api.HeaderTimestamp},
		{"a time in words", func(r *http.Request) { r.Header.Set(api.HeaderTimestamp, "now") }, api.HeaderTimestamp},
		{"a session's cookie alone", func(r *http.Request) {
			r.Header = http.Header{"Cookie": {"qx_operator=x"}}
		}, api.HeaderKey},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := post("batch-0001", body)
			c.spoil = tc.spoil
			w := s.refused(c, http.StatusUnauthorized, model.CodeUnauthenticated, tc.field)
			if w.Header().Get("WWW-Authenticate") == "" {
				t.Error("no WWW-Authenticate")
			}
			if strings.Contains(w.Body.String(), "示范") {
				t.Error("the answer tells of the body")
			}
		})
	}
	s.refused(call{method: http.MethodGet, path: postPath + "/batch-0001", spoil: func(r *http.Request) { r.URL.Path = postPath + "/batch-0002" }},
		http.StatusUnauthorized, model.CodeUnauthenticated, api.HeaderSignature)
	if s.record(0).Latest() != nil {
		t.Error("something was taken in")
	}
}

func withBody(r *http.Request, body []byte) *http.Request {
	n := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), bytes.NewReader(body))
	n.Header = r.Header
	return n
}

// TestReplay: the same request again is refused, on whichever replica, for as
// long as its time is in the window; a spoiled one does not use up its nonce.
func TestReplay(t *testing.T) {
	each(t, func(s *site) {
		c := post("batch-0001", s.body(s.item(0, "示范公司")))
		c.nonce, c.at = "the-same-nonce-0001", s.Now()
		spoiled := c
		spoiled.spoil = func(r *http.Request) { r.Header.Set(api.HeaderIdempotency, "batch-0002") }
		s.refused(spoiled, http.StatusUnauthorized, model.CodeUnauthenticated, api.HeaderSignature)
		s.ok(c)
		s.refused(c, http.StatusUnauthorized, model.CodeUnauthenticated, api.HeaderNonce)
		s.pass(api.Window)
		if _, err := s.store.PurgeUpstream(s.Context(), s.Now()); err != nil {
			s.Fatal(err)
		}
		s.refused(c, http.StatusUnauthorized, model.CodeUnauthenticated, api.HeaderNonce)
		// Another key may use the same nonce.
		c.key = s.newKey(demo.UpstreamSchool().Code)
		s.ok(c)
		// When the window is over the nonce is forgotten, and not needed.
		s.pass(api.Window + time.Second)
		n, err := s.store.PurgeUpstream(s.Context(), s.Now())
		s.must(err)
		if n != 2 {
			s.Errorf("%d purged", n)
		}
		s.refused(c, http.StatusUnauthorized, model.CodeUnauthenticated, api.HeaderTimestamp)
		s.pass(8 * 24 * time.Hour)
		if n, _ := s.store.PurgeUpstream(s.Context(), s.Now()); n != 2 {
			s.Errorf("%d answers purged", n)
		}
		s.refused(call{method: http.MethodGet, path: postPath + "/batch-0001"}, http.StatusNotFound, model.CodeNotFound, "")
	})
}

func TestWindow(t *testing.T) {
	s := one(t)
	for off, ok := range map[time.Duration]bool{
		-api.Window - time.Second: false, -api.Window: true, api.Window: true, api.Window + time.Second: false,
	} {
		c := post("batch-"+strconv.Itoa(int(off.Seconds())+1000), s.body(s.item(0, "示范公司")))
		c.at = s.Now().Add(off)
		if ok {
			s.ok(c)
		} else {
			s.refused(c, http.StatusUnauthorized, model.CodeUnauthenticated, api.HeaderTimestamp)
		}
	}
}

// TestIdempotencyInParallel: of many posts with one key one is worked; the
// others wait for its answer or are told to come again, and are then told the
// same.
func TestIdempotencyInParallel(t *testing.T) {
	each(t, func(s *site) {
		body := s.body(s.item(0, "示范公司"), s.item(1, "示范公司"))
		var wg sync.WaitGroup
		answers := make([]*httptest.ResponseRecorder, 8)
		for i := range answers {
			wg.Go(func() { answers[i] = s.do(post("batch-0001", body)) })
		}
		wg.Wait()
		done := 0
		for _, w := range answers {
			switch w.Code {
			case http.StatusOK:
				done++
				if a := s.read(w); a.Accepted != 2 {
					s.Errorf("%+v", a)
				}
			case http.StatusConflict:
				if w.Header().Get("Retry-After") == "" {
					s.Error("no Retry-After")
				}
			default:
				s.Errorf("%d: %s", w.Code, w.Body.String())
			}
		}
		if done == 0 {
			s.Error("nobody was answered")
		}
		if a := s.ok(post("batch-0001", body)); a.Accepted != 2 {
			s.Errorf("afterwards: %+v", a)
		}
		if n := len(s.record(0).Revisions); n != 1 {
			s.Errorf("%d revisions", n)
		}
		s.refused(post("batch-0001", s.body(s.item(2, "示范公司"))), http.StatusUnprocessableEntity, model.CodeInvalid, api.HeaderIdempotency)
	})
}

// TestWhileWorking: who asks for a post that is being worked is told to come
// again, also under another replica; when its worker died, it is worked anew.
func TestWhileWorking(t *testing.T) {
	each(t, func(s *site) {
		body := s.body(s.item(0, "示范公司"))
		claimed := s.claim("batch-0001", body, time.Minute)
		w := s.refused(post("batch-0001", body), http.StatusConflict, model.CodeConflict, "")
		if w.Header().Get("Retry-After") == "" {
			s.Error("no Retry-After")
		}
		s.refused(call{method: http.MethodGet, path: postPath + "/batch-0001"}, http.StatusConflict, model.CodeConflict, "")
		s.refused(post("batch-0001", s.body(s.item(1, "示范公司"))), http.StatusUnprocessableEntity, model.CodeInvalid, api.HeaderIdempotency)
		s.must(s.store.ReleaseUpstream(s.Context(), claimed)) // as when the lease ends
		s.ok(post("batch-0001", body))
		if err := s.store.FinishUpstream(s.Context(), claimed, []byte("[]"), model.Tally{}, s.Now()); err == nil {
			s.Error("the dead worker could still answer")
		}
	})
}

// TestUnavailable: a database that fails is 503 with Retry-After, and the same
// post goes on when it is back.
func TestUnavailable(t *testing.T) {
	s := one(t)
	s.mount(down{s.receiver})
	w := s.refused(post("batch-0001", s.body(s.item(0, "示范公司"))), http.StatusServiceUnavailable, model.CodeUnavailable, "")
	if w.Header().Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	s.mount(broken{s.receiver})
	w = s.refused(post("batch-0002", s.body(s.item(0, "示范公司"))), http.StatusInternalServerError, model.CodeInternal, "")
	if strings.Contains(w.Body.String(), "secret detail") {
		t.Error("the cause is told")
	}
}

type down struct{ api.Receiver }

func (down) Post(context.Context, model.UpstreamKey, string, string, []model.UpstreamItem) ([]model.UpstreamResult, error) {
	return nil, model.Errorf(model.CodeUnavailable, "系统繁忙，请稍后再试。")
}

type broken struct{ api.Receiver }

func (broken) Post(context.Context, model.UpstreamKey, string, string, []model.UpstreamItem) ([]model.UpstreamResult, error) {
	return nil, errors.New("secret detail")
}

// TestRate: a key's requests are counted by the minute, over all replicas.
func TestRate(t *testing.T) {
	each(t, func(s *site) {
		get := call{method: http.MethodGet, path: postPath + "/batch-0001"}
		for range rate {
			s.refused(get, http.StatusNotFound, model.CodeNotFound, "")
		}
		w := s.refused(get, http.StatusTooManyRequests, model.CodeTooMany, "")
		if w.Header().Get("Retry-After") != "55" { // begin is 5 seconds past the minute
			s.Errorf("Retry-After %q", w.Header().Get("Retry-After"))
		}
		other := get
		other.key = s.newKey(demo.School().Code)
		s.refused(other, http.StatusNotFound, model.CodeNotFound, "")
		s.pass(55 * time.Second)
		s.refused(get, http.StatusNotFound, model.CodeNotFound, "")
	})
}

// TestScope: a key sees the graduates, and the answers, of its own alone.
func TestScope(t *testing.T) {
	s := one(t)
	body := s.body(s.item(0, "示范公司"))
	foreign := post("batch-0001", body)
	foreign.key = s.newKey(demo.School().Code)
	nobody := s.item(0, "示范公司")
	nobody["exam_number"] = "99999999999999"
	there, nowhere := s.ok(foreign), post("batch-0002", s.body(nobody))
	nowhere.key = foreign.key
	absent := s.ok(nowhere)
	if there.Refused != 1 || there.Results[0].Code != "not_found" || len(s.record(0).Revisions) != 0 {
		t.Errorf("%+v", there)
	}
	// Elsewhere and nowhere are one answer, but for the number that was asked for.
	a, b := there.Results[0].Message, absent.Results[0].Message
	if strings.ReplaceAll(a, s.people[0].Basics.ExamNumber, "") != strings.ReplaceAll(b, "99999999999999", "") {
		t.Errorf("%q, %q", a, b)
	}
	s.ok(post("batch-0003", body))
	s.refused(call{method: http.MethodGet, path: postPath + "/batch-0003", key: foreign.key}, http.StatusNotFound, model.CodeNotFound, "")
	s.must(s.store.RevokeUpstreamKey(t.Context(), s.key.id, model.BySystem("test"), s.Now()))
	s.refused(post("batch-0004", body), http.StatusUnauthorized, model.CodeUnauthenticated, api.HeaderSignature)
}

// TestSeveralOfOne: items about the same graduate are taken in their order.
func TestSeveralOfOne(t *testing.T) {
	each(t, func(s *site) {
		a := s.ok(post("batch-0001", s.body(s.item(0, "甲公司"), s.item(0, "乙公司"), s.item(0, "乙公司"))))
		if a.Accepted != 2 || a.Unchanged != 1 {
			s.Errorf("%+v", a)
		}
		if r := s.record(0); len(r.Revisions) != 2 || r.Latest().Destination.Unit != "乙公司" {
			s.Errorf("%+v", r.Revisions)
		}
	})
}

// TestSameWordByManyPosts: the same destination under many idempotency keys at
// once is one revision, and the same contradiction one conflict.
func TestSameWordByManyPosts(t *testing.T) {
	each(t, func(s *site) {
		misnamed := s.item(1, "示范公司")
		misnamed["name"] = "另有其人"
		body := s.body(s.item(0, "示范公司"), misnamed)
		var wg sync.WaitGroup
		answers := make([]*httptest.ResponseRecorder, 6)
		for i := range answers {
			wg.Go(func() { answers[i] = s.do(post(fmt.Sprintf("batch-%04d", i), body)) })
		}
		wg.Wait()
		accepted := 0
		for _, w := range answers {
			if w.Code != http.StatusOK {
				s.Errorf("%d: %s", w.Code, w.Body.String())
				continue
			}
			a := s.read(w)
			accepted += a.Accepted
			if a.Accepted+a.Unchanged != 1 || a.Conflict != 1 {
				s.Errorf("%+v", a)
			}
		}
		if accepted != 1 || len(s.record(0).Revisions) != 1 || len(s.record(1).Conflicts) != 1 {
			s.Errorf("%d accepted, %d revisions, %d conflicts", accepted, len(s.record(0).Revisions), len(s.record(1).Conflicts))
		}
	})
}
