package api_test

import (
	"crypto/rand"
	"encoding/json"
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
	"quxiang/model/form"
)

// TestVerifications: each result, in the order of the post, with what may be
// said of it and nothing else.
func TestVerifications(t *testing.T) {
	each(t, func(s *site) {
		s.withDesk()
		s.authorise(1, model.FormHousehold, "2027-06-10")
		p := s.people[0].Basics
		misnamed, unknown, otherKind := s.question(0, model.FormArchive), s.question(0, model.FormArchive), s.question(0, model.FormArchive)
		misnamed["name"] = "另有其人"
		unknown["number"] = "2799002CCCCCCCC"
		otherKind["kind"] = model.FormHousehold
		typed := s.question(0, model.FormArchive)
		typed["name"], typed["number"] = " "+strings.ReplaceAll(p.Name, "·", "•"), "２７９９００２ aaaa-aaaa"
		typed["id"] = "row-9"
		s.pass(24 * time.Hour) // the household form of 1 is over
		for i, tc := range []struct {
			name   string
			check  any
			result api.Result
			want   []string // in the answer to this check
		}{
			{"in force", s.question(0, model.FormArchive), api.ResultInForce, []string{
				"2027-07-31", "示范登记系统", "025-12345678", "档案转递信息", "海淀区人力资源公共服务中心", p.Name, `"content"`,
			}},
			{"as people type", typed, api.ResultInForce, []string{"row-9", "档案转递信息"}},
			{"the other form", s.question(0, model.FormHousehold), api.ResultInForce, []string{"户口迁移信息", "四川省成都市"}},
			{"expired", s.question(1, model.FormHousehold), api.ResultExpired, []string{"2027-06-10", "2027-06-11T00:00:00+08:00", "025-12345678"}},
			{"revoked", s.question(2, model.FormArchive), api.ResultRevoked, []string{"2027-06-10T09:30:05+08:00"}},
			{"superseded", s.question(3, model.FormArchive), api.ResultSuperseded, []string{"2027-06-10T09:31:05+08:00"}},
			{"wrong name", misnamed, api.ResultNoMatch, []string{"无匹配不代表材料虚假"}},
			{"unknown number", unknown, api.ResultNoMatch, nil},
			{"wrong kind", otherKind, api.ResultNoMatch, nil},
			{"no number at all", object{"kind": "archive", "name": "张三", "number": "O0"}, api.ResultNoMatch, nil},
			{"scanned", object{"qr": s.qr(0, model.FormArchive), "id": "scan"}, api.ResultInForce, []string{`"content_matches":true`, "scan", "档案转递信息"}},
			{"scanned, revoked", object{"qr": s.qr(2, model.FormArchive)}, api.ResultRevoked, []string{`"content_matches":true`}},
		} {
			w := s.do(s.check(fmt.Sprintf("scenario-%d", i), s.checks(tc.check)))
			a, body := s.toldBy(w), w.Body.String()
			r := a.Results[0]
			if r.Result != tc.result || a.RequestID != w.Header().Get("X-Request-Id") || a.CheckedAt != s.Now().In(model.Shanghai).Format(time.RFC3339) {
				s.Errorf("%s: %s", tc.name, body)
			}
			known := tc.result != api.ResultNoMatch
			if (r.EndedAt != "") != (known && tc.result != api.ResultInForce) || (r.ValidUntil != "") != known || (r.School.Name != "") != known || (r.Issuer != "") != known ||
				(len(r.Content) > 0) != (tc.result == api.ResultInForce) || (r.Message != "") == known || r.Code != "" {
				s.Errorf("%s: %s", tc.name, body)
			}
			for _, text := range tc.want {
				if !strings.Contains(body, text) {
					s.Errorf("%s: no %q in %s", tc.name, text, body)
				}
			}
			forbidden := []string{p.IDNumber, p.Phone, p.Email, p.ExamNumber, s.people[2].Basics.IDNumber, "李老师", "13700001234", "另有其人"}
			if r.Kind != model.FormHousehold {
				forbidden = append(forbidden, "户口迁移", "四川省成都市")
			}
			if r.Kind != model.FormArchive {
				forbidden = append(forbidden, "档案转递", "海淀区人力资源公共服务中心", "档案科")
			}
			if tc.result != api.ResultInForce {
				forbidden = append(forbidden, p.Name, s.people[2].Basics.Name, "示范公司", "另一家公司")
			}
			for _, text := range forbidden {
				if text != "" && strings.Contains(body, text) {
					s.Errorf("%s: %q in %s", tc.name, text, body)
				}
			}
		}
		v := s.seen(0)[0]
		if v.Way != model.WayAPI || v.Department != s.desk.Department || v.OperatorID != s.desk.OperatorID || v.Place != "北京市海淀区" || v.Network != "192.0.2.0/24" || v.Batch == "" || v.Own {
			s.Errorf("%+v", v)
		}
		if n := len(s.seen(0)); n != 4 {
			s.Errorf("%d verifications", n)
		}
	})
}

// TestNoMatchIsOneAnswer: what does not match is answered the same, byte by
// byte, whatever was wrong.
func TestNoMatchIsOneAnswer(t *testing.T) {
	s := one(t).withDesk()
	q := func(change object) object {
		c := s.question(0, model.FormArchive)
		for k, v := range change {
			c[k] = v
		}
		return c
	}
	body := s.checks(
		q(object{"name": "另有其人"}), q(object{"number": "2799002CCCCCCCC"}), q(object{"kind": "household"}), q(object{"number": "x"}),
		s.question(2, model.FormHousehold), q(object{"number": number(2, model.FormArchive)}),
	)
	var a struct{ Results []map[string]any }
	s.must(json.Unmarshal(s.do(s.check("batch-0001", body)).Body.Bytes(), &a))
	for i, r := range a.Results {
		delete(r, "index")
		if fmt.Sprint(r) != fmt.Sprint(a.Results[0]) || r["result"] != "no_match" {
			t.Errorf("check %d: %v", i, r)
		}
	}
}

// TestScannedCodes: whatever is not signed by us, byte for byte, is answered as
// such and looked up nowhere.
func TestScannedCodes(t *testing.T) {
	s := one(t).withDesk()
	good := s.qr(0, model.FormArchive)
	foreign, err := form.NewSigningKey(rand.Reader)
	s.must(err)
	sign := func(f form.Form, on model.Date, k form.SigningKey) string {
		text, err := form.Sign(f, on, k)
		s.must(err)
		return text
	}
	ours, err := s.store.FormSigningKey(t.Context())
	s.must(err)
	payload := form.FromQR(good)
	flipped := func(i int) string {
		other := byte('A')
		if payload[i] == other {
			other = 'B'
		}
		return payload[:i] + string(other) + payload[i+1:]
	}
	today := model.DateOf(s.Now())
	for reason, codes := range map[string][]string{
		"malformed": {"x", "https://example.com/", good[:len(good)-1], strings.ToLower(payload), good + "A"},
		"signature": {flipped(20), flipped(100), flipped(150)},
		"unknown_key": {
			sign(s.drawn(0, model.FormArchive), today, foreign), flipped(24),
		},
		"future":     {sign(s.drawn(0, model.FormArchive), today.AddDays(1), ours)},
		"key_window": {sign(s.drawn(0, model.FormArchive), "2027-01-01", ours)},
	} {
		for _, code := range codes {
			r := s.tells(s.check("batch-"+strconv.FormatInt(s.nonces.Load(), 36)+"000", s.checks(object{"qr": code}))).Results[0]
			if r.Result != api.ResultInvalid || r.Reason != reason || r.Field != "qr" || r.Message == "" || r.Code != model.CodeInvalid {
				t.Errorf("%s: %+v", reason, r)
			}
			s.pass(time.Minute)
		}
	}
	if n := len(s.seen(0)); n != 0 {
		t.Errorf("%d verifications", n)
	}
	// The paper says what it said when it was drawn: also after an extension, not
	// when another text was signed.
	s.rule(0, func(r model.Record) (model.Change, error) {
		return model.Extend(r, number(0, model.FormArchive), "2027-08-31", s.Now())
	})
	other := s.drawn(0, model.FormArchive)
	other.Blocks[0].Rows[0].Value = "别人"
	a := s.tells(s.check("batch-0100", s.checks(object{"qr": good}, object{"qr": payload}, object{"qr": sign(other, today, ours)})))
	for i, want := range []bool{true, true, false} {
		if r := a.Results[i]; r.Result != api.ResultInForce || r.ContentMatches == nil || *r.ContentMatches != want || r.ValidUntil != "2027-08-31" {
			t.Errorf("%d: %+v", i, r)
		}
	}
	if n := len(s.seen(0)); n != 1 {
		t.Errorf("%d verifications for one form in one post", n)
	}
	// Signed by us for a number that there is no longer, or for another kind: no
	// match, but no guess.
	gone, otherKind := s.drawn(0, model.FormArchive), s.drawn(0, model.FormArchive)
	gone.Number, otherKind.Kind = "2799002CCCCCCCC", model.FormHousehold
	for _, r := range s.tells(s.check("batch-0102", s.checks(object{"qr": sign(gone, today, ours)}, object{"qr": sign(otherKind, today, ours)}))).Results {
		if r.Result != api.ResultNoMatch || r.ContentMatches != nil {
			t.Errorf("%+v", r)
		}
	}
	if use, err := s.store.DeskUse(t.Context(), s.desk.OperatorID, s.Now()); err != nil || use.Misses != 0 || use.Rows != 5 {
		t.Errorf("%+v, %v", use, err)
	}
	s.must(s.store.RevokeFormKey(t.Context(), ours.ID(), rand.Reader, model.BySystem("test"), s.Now()))
	if r := s.tells(s.check("batch-0101", s.checks(object{"qr": good}))).Results[0]; r.Reason != "revoked_key" {
		t.Errorf("%+v", r)
	}
}

// TestAnsweredAgain: the same post is answered the same and leaves one set of
// verifications; another body, another key and another week are told apart.
func TestAnsweredAgain(t *testing.T) {
	each(t, func(s *site) {
		s.withDesk()
		body := s.checks(s.question(0, model.FormArchive), object{"qr": s.qr(0, model.FormHousehold)}, s.question(2, model.FormArchive), nil)
		get := call{method: http.MethodGet, path: checkPath + "/batch-0001", key: s.deskKey}
		s.refused(get, http.StatusNotFound, model.CodeNotFound, "")
		first := s.do(s.check("batch-0001", body))
		s.toldBy(first)
		s.pass(time.Hour)
		for _, c := range []call{s.check("batch-0001", body), get} {
			w := s.do(c)
			if w.Code != http.StatusOK || w.Body.String() != first.Body.String() || w.Header().Get("X-Request-Id") == first.Header().Get("X-Request-Id") {
				s.Errorf("%s: %d %s", c.method, w.Code, w.Body.String())
			}
		}
		if len(s.seen(0)) != 2 || len(s.seen(2)) != 1 {
			s.Errorf("%d and %d verifications", len(s.seen(0)), len(s.seen(2)))
		}
		kept, _, err := s.store.DeskPosted(s.Context(), s.deskKey.id, "batch-0001")
		s.must(err)
		for _, text := range []string{s.people[0].Basics.Name, s.people[2].Basics.Name, "示范公司", "海淀区人力资源公共服务中心", "四川省成都市"} {
			if strings.Contains(string(kept.Answer), text) {
				s.Errorf("%s is kept", text)
			}
		}
		w := s.refused(s.check("batch-0001", s.checks(s.question(0, model.FormArchive))), http.StatusConflict, model.CodeConflict, api.HeaderIdempotency)
		if w.Header().Get("Retry-After") != "" {
			s.Error("it helps to ask again, says Retry-After")
		}
		other := get
		other.key = s.newDeskKey(model.DeskKey{Desk: s.desk, Kinds: s.desk.Kinds, PerMinute: 10})
		s.refused(other, http.StatusNotFound, model.CodeNotFound, "")
		// What was in force then is said to have been; what stood on it is not told
		// any more once it has ended.
		s.rule(0, func(r model.Record) (model.Change, error) {
			return model.Revoke(r, number(0, model.FormArchive), s.Now())
		})
		again := s.tells(get)
		if r := again.Results[0]; r.Result != api.ResultInForce || len(r.Content) != 0 || again.CheckedAt != s.toldBy(first).CheckedAt {
			s.Errorf("%+v", again)
		}
		if len(again.Results[1].Content) == 0 {
			s.Error("the form that is still in force is not told")
		}
		s.pass(7 * 24 * time.Hour)
		n, err := s.store.PurgeDeskPosts(s.Context(), s.Now())
		s.must(err)
		if n != 1 {
			s.Errorf("%d purged", n)
		}
		s.refused(get, http.StatusNotFound, model.CodeNotFound, "")
	})
}

// TestTenPostsAtOnce: of ten posts with one idempotency key one is worked; all
// are answered the same.
func TestTenPostsAtOnce(t *testing.T) {
	each(t, func(s *site) {
		s.withDesk()
		body := s.checks(s.question(0, model.FormArchive), s.question(0, model.FormHousehold), s.question(2, model.FormArchive))
		answers := make([]*httptest.ResponseRecorder, 10)
		var wg sync.WaitGroup
		for i := range answers {
			wg.Go(func() { answers[i] = s.do(s.check("batch-0001", body)) })
		}
		wg.Wait()
		for _, w := range answers {
			if w.Code != http.StatusOK || w.Body.String() != answers[0].Body.String() {
				s.Errorf("%d: %s", w.Code, w.Body.String())
			}
		}
		if len(s.seen(0)) != 2 || len(s.seen(2)) != 1 {
			s.Errorf("%d and %d verifications", len(s.seen(0)), len(s.seen(2)))
		}
		keys, err := s.store.DeskKeys(s.Context(), s.desk.OperatorID)
		s.must(err)
		if keys[0].Posts != 1 || keys[0].Asked != 3 {
			s.Errorf("%+v", keys[0])
		}
	})
}
