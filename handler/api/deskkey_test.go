package api_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"quxiang/handler/api"
	"quxiang/model"
)

// TestDeskSignatures: who has not signed, has signed something else, too early,
// too late or before, or with a key of another kind, learns nothing.
func TestDeskSignatures(t *testing.T) {
	s := one(t).withDesk()
	body := s.checks(s.question(0, model.FormArchive))
	for _, tc := range []struct {
		name  string
		spoil func(c *call)
		field string
	}{
		{"altered body", func(c *call) {
			c.spoil = func(r *http.Request) { *r = *withBody(r, s.checks(s.question(2, model.FormArchive))) }
		}, api.HeaderSignature},
		{"altered idempotency key", func(c *call) {
			c.spoil = func(r *http.Request) { r.Header.Set(api.HeaderIdempotency, "batch-0002") }
		}, api.HeaderSignature},
		{"no signature", func(c *call) { c.spoil = func(r *http.Request) { r.Header.Del(api.HeaderSignature) } }, api.HeaderSignature},
		{"too old", func(c *call) { c.at = s.Now().Add(-api.Window - time.Second) }, api.HeaderTimestamp},
		{"too new", func(c *call) { c.at = s.Now().Add(api.Window + time.Second) }, api.HeaderTimestamp},
		{"a platform's key", func(c *call) { c.key = s.key }, api.HeaderSignature},
		{"an unknown key", func(c *call) { c.key.id = "dkUNKNOWN" }, api.HeaderSignature},
		{"another secret", func(c *call) { c.key.secret += "x" }, api.HeaderSignature},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := s.check("batch-0001", body)
			tc.spoil(&c)
			w := s.refused(c, http.StatusUnauthorized, model.CodeUnauthenticated, tc.field)
			if w.Header().Get("WWW-Authenticate") == "" || w.Header().Get("RateLimit") != "" {
				t.Errorf("%v", w.Header())
			}
		})
	}
	if n := len(s.seen(0)); n != 0 {
		t.Errorf("%d verifications", n)
	}
	c := s.check("batch-0001", body)
	c.nonce = "the-same-nonce-0001"
	s.tells(c)
	s.refused(c, http.StatusUnauthorized, model.CodeUnauthenticated, api.HeaderNonce)
	// A department's key is none of a platform's.
	p := post("batch-0001", s.body(s.item(0, "示范公司")))
	p.key = s.deskKey
	s.refused(p, http.StatusUnauthorized, model.CodeUnauthenticated, api.HeaderSignature)
	// The key ends at once, with itself and with its account.
	s.must(s.store.SetOperatorDisabled(t.Context(), s.desk.OperatorID, true, model.BySystem("test")))
	s.refused(s.check("batch-0003", body), http.StatusUnauthorized, model.CodeUnauthenticated, api.HeaderSignature)
	s.refused(call{method: http.MethodGet, path: checkPath + "/batch-0001", key: s.deskKey}, http.StatusUnauthorized, model.CodeUnauthenticated, api.HeaderSignature)
	s.must(s.store.SetOperatorDisabled(t.Context(), s.desk.OperatorID, false, model.BySystem("test")))
	s.tells(s.check("batch-0003", body))
	s.must(s.store.RevokeDeskKey(t.Context(), s.deskKey.id, model.BySystem("test"), s.Now()))
	s.refused(s.check("batch-0004", body), http.StatusUnauthorized, model.CodeUnauthenticated, api.HeaderSignature)
}

// TestDeskScope: a kind that key or account may not check is refused in its
// place, typed or scanned, and leaves no trace.
func TestDeskScope(t *testing.T) {
	s := one(t).withDesk()
	body := s.checks(s.question(0, model.FormArchive), s.question(0, model.FormHousehold), object{"qr": s.qr(0, model.FormHousehold)})
	c := s.check("batch-0001", body)
	c.key = s.newDeskKey(model.DeskKey{Desk: s.desk, Kinds: []model.FormKind{model.FormArchive}, PerMinute: 10})
	narrow := func(a told) {
		t.Helper()
		for i, want := range []api.Result{api.ResultInForce, api.ResultRefused, api.ResultRefused} {
			if r := a.Results[i]; r.Result != want || (want == api.ResultRefused) != (r.Code == model.CodeForbidden) || len(r.Content) > 0 != (want == api.ResultInForce) {
				t.Errorf("%d: %+v", i, r)
			}
		}
	}
	narrow(s.tells(c))
	if v := s.seen(0); len(v) != 1 || v[0].Kind != model.FormArchive {
		t.Errorf("%+v", v)
	}
	// What the account loses, its keys lose, also in what is told again.
	whole := s.check("batch-0002", body)
	if a := s.tells(whole); a.Results[1].Result != api.ResultInForce || len(a.Results[2].Content) == 0 {
		t.Errorf("%+v", a)
	}
	s.desk.Kinds = []model.FormKind{model.FormArchive}
	s.must(s.store.SaveDesk(t.Context(), s.desk, model.BySystem("test")))
	if a := s.tells(whole); len(a.Results[0].Content) == 0 || len(a.Results[1].Content) != 0 || len(a.Results[2].Content) != 0 {
		t.Errorf("%+v", a)
	}
	narrow(s.tells(s.check("batch-0003", body)))
}

// TestDeskQuota: a key's checks are counted by the minute and by the day, its
// account's misses by the day, its requests by the minute.
func TestDeskQuota(t *testing.T) {
	s := one(t).withDesk()
	s.pass(begin.Add(10 * time.Minute).Truncate(time.Minute).Add(5 * time.Second).Sub(s.Now()))
	s.deskKey = s.newDeskKey(model.DeskKey{Desk: s.desk, Kinds: s.desk.Kinds, PerMinute: 6, PerDay: 10})
	one := s.question(0, model.FormArchive)
	many := func(n int) []byte { return s.checks(slices.Repeat([]any{one}, n)...) }
	left := func(w *httptest.ResponseRecorder, want string) {
		t.Helper()
		if got := w.Header().Get("RateLimit"); got != want {
			t.Errorf("RateLimit %s, want %s", got, want)
		}
		if got := w.Header().Get("RateLimit-Policy"); got != `"minute";q=6;w=60, "day";q=10;w=86400` {
			t.Errorf("RateLimit-Policy %s", got)
		}
	}
	later := func(c call, want string) {
		t.Helper()
		w := s.refused(c, http.StatusTooManyRequests, model.CodeTooMany, "")
		if got := w.Header().Get("Retry-After"); got != want {
			t.Errorf("Retry-After %s, want %s", got, want)
		}
	}
	s.refused(s.check("batch-0001", many(7)), http.StatusUnprocessableEntity, model.CodeInvalid, "checks")
	left(s.do(s.check("batch-0002", many(5))), `"minute";r=1;t=55, "day";r=5;t=51595`)
	later(s.check("batch-0003", many(2)), "55")
	left(s.do(s.check("batch-0002", many(5))), `"minute";r=1;t=55, "day";r=5;t=51595`) // told again: costs nothing
	left(s.do(s.check("batch-0004", s.checks(nil))), `"minute";r=0;t=55, "day";r=4;t=51595`)
	s.pass(55 * time.Second)
	later(s.check("batch-0005", many(5)), "51540")
	left(s.do(s.check("batch-0006", many(4))), `"minute";r=2;t=60, "day";r=0;t=51540`)
	later(s.check("batch-0007", many(1)), "51540")
	later(call{method: http.MethodPost, path: checkPath, idempotency: "batch-0008", body: many(1), contentType: "application/json", key: s.deskKey}, "51540")
	s.pass(51540 * time.Second)
	left(s.do(s.check("batch-0007", many(1))), `"minute";r=5;t=60, "day";r=9;t=86400`)

	// Misses are the account's, whichever key or page they came by.
	s.deskKey = s.newDeskKey(model.DeskKey{Desk: s.desk, Kinds: s.desk.Kinds, PerMinute: 6, PerDay: 10})
	wrong := s.question(0, model.FormArchive)
	wrong["number"] = "2799002CCCCCCCC"
	s.tells(s.check("batch-0009", s.checks(slices.Repeat([]any{wrong}, limits.Misses)...)))
	later(s.check("batch-0010", many(1)), "86400")
	if n := len(s.seen(0)); n != 3 {
		t.Errorf("%d verifications", n)
	}
	s.pass(24 * time.Hour)
	s.tells(s.check("batch-0010", many(1)))

	get := call{method: http.MethodGet, path: checkPath + "/batch-9999", key: s.deskKey}
	for range rate - 1 {
		s.refused(get, http.StatusNotFound, model.CodeNotFound, "")
	}
	later(get, "60")
}

func TestDeskOptions(t *testing.T) {
	if _, err := api.NewDesk(api.DeskOptions{}); err == nil {
		t.Error("no error")
	}
}
