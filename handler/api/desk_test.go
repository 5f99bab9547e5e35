package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"quxiang/handler/api"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/form"
)

const checkPath = "/api/v1/verifications"

var (
	sheet  = form.Options{Issuer: "示范登记系统", ServiceAddress: "dj.example.edu.cn"}
	limits = model.DeskLimits{Rows: 2000, Misses: 5}
)

// newDesk is a department with an account, and a key for what it may check.
func (s *site) newDesk(account string, kinds ...model.FormKind) (model.Desk, key) {
	s.Helper()
	id, err := s.store.CreateDesk(s.Context(), model.Operator{Name: account}, "hash", model.Desk{
		Department: "示范人才中心" + account, Purpose: "接收档案", Kinds: kinds, ValidUntil: "2027-12-31",
	}, model.BySystem("test"))
	s.must(err)
	d, err := s.store.Desk(s.Context(), id)
	s.must(err)
	return d, s.newDeskKey(model.DeskKey{Desk: d, Kinds: kinds, PerMinute: 600})
}

func (s *site) newDeskKey(k model.DeskKey) key {
	s.Helper()
	id, secret, err := s.store.AddDeskKey(s.Context(), k, model.BySystem("test"), begin)
	s.must(err)
	return key{id, secret}
}

// withDesk is a site with a department for both kinds, and graduates who made
// forms: 0 has one of each kind, 1 to 3 an archive form that expired, was
// revoked, and was superseded.
func (s *site) withDesk() *site {
	s.Helper()
	s.desk, s.deskKey = s.newDesk("archive1", model.FormKinds()...)
	s.must(s.store.ReplaceContacts(s.Context(), s.people[0].SchoolCode, []model.Contact{
		{Role: model.ContactCounsellor, SchoolCode: s.people[0].SchoolCode, Class: "1班", Name: "李老师", Phone: "13700001234"},
		{Role: model.ContactOffice, SchoolCode: s.people[0].SchoolCode, Name: "就业指导中心", Phone: "025-12345678"},
	}, model.BySystem("test")))
	for n := range 4 {
		s.confirmed(n, "示范公司")
		s.authorise(n, model.FormArchive, "2027-07-31")
	}
	s.authorise(0, model.FormHousehold, "2027-07-31")
	s.rule(2, func(r model.Record) (model.Change, error) {
		return model.Revoke(r, number(2, model.FormArchive), s.Now())
	})
	s.pass(time.Minute)
	s.confirmed(3, "另一家公司")
	return s
}

func (s *site) rule(n int, f func(model.Record) (model.Change, error)) {
	s.Helper()
	_, err := s.store.Change(s.Context(), s.record(n).Graduate.ID, f)
	s.must(err)
}

// confirmed lets a graduate confirm what the platform says now.
func (s *site) confirmed(n int, unit string) {
	s.Helper()
	it := s.item(n, unit)
	it["destination"].(object)["household"] = object{"type": "origin", "place": "四川省成都市"}
	if a := s.ok(post(fmt.Sprintf("prepare-%d-%d", n, s.nonces.Load()), s.body(it))); a.Accepted != 1 {
		s.Fatalf("%+v", a)
	}
	if len(s.record(n).Confirmations) == 0 {
		account, err := s.store.EnsureAccount(s.Context(), fmt.Sprintf("user-%d", n), s.Now())
		s.must(err)
		s.rule(n, func(r model.Record) (model.Change, error) { return model.Link(r, account, "test", s.Now()) })
		s.rule(n, func(r model.Record) (model.Change, error) { return model.CheckBasics(r, s.Now()) })
	}
	s.rule(n, func(r model.Record) (model.Change, error) {
		return model.Confirm(r, model.Confirmation{Revision: len(r.Revisions), Answer: model.AnswerRight}, s.Now())
	})
}

// number is that of graduate n's form.
func number(n int, kind model.FormKind) model.VerificationNumber {
	c := map[model.FormKind]string{model.FormArchive: "A", model.FormHousehold: "H"}[kind]
	return model.VerificationNumber("2799002" + strings.Repeat(c, 7) + string(rune('A'+n)))
}

func (s *site) authorise(n int, kind model.FormKind, until model.Date) {
	s.Helper()
	s.rule(n, func(r model.Record) (model.Change, error) {
		return model.Authorize(r, model.AuthorizationRequest{Kind: kind, ValidUntil: until, Consent: true, Number: number(n, kind)}, s.Now())
	})
}

// qr is the code on graduate n's form, drawn today.
func (s *site) qr(n int, kind model.FormKind) string {
	s.Helper()
	k, err := s.store.FormSigningKey(s.Context())
	s.must(err)
	text, err := form.Sign(s.drawn(n, kind), model.DateOf(s.Now()), k)
	s.must(err)
	return "HTTPS://DJ.EXAMPLE.EDU.CN/V/" + text
}

// drawn is graduate n's form as it is drawn now.
func (s *site) drawn(n int, kind model.FormKind) form.Form {
	s.Helper()
	table, err := codes.For(codes.Default)
	s.must(err)
	r := s.record(n)
	i := slices.IndexFunc(r.Authorizations, func(a model.Authorization) bool { return a.Number == number(n, kind) })
	return form.Content(r, r.Authorizations[i], table, sheet)
}

// question asks for graduate n's form by name and number.
func (s *site) question(n int, kind model.FormKind) object {
	return object{"kind": kind, "name": s.people[n].Basics.Name, "number": number(n, kind)}
}

func (s *site) checks(checks ...any) []byte {
	s.Helper()
	b, err := json.Marshal(object{"checks": checks})
	s.must(err)
	return b
}

// check is a post of checks by the department's program.
func (s *site) check(idempotency string, body []byte) call {
	return call{method: http.MethodPost, path: checkPath, idempotency: idempotency, body: body, contentType: "application/json", key: s.deskKey}
}

// told is what a post of checks was answered.
type told struct {
	CheckedAt string `json:"checked_at"`
	RequestID string `json:"request_id"`
	Results   []struct {
		Index          int
		ID             string
		Result         api.Result
		Kind           model.FormKind
		ValidUntil     model.Date `json:"valid_until"`
		EndedAt        string     `json:"ended_at"`
		Issuer         string
		School         struct{ Name, Phone string }
		ContentMatches *bool `json:"content_matches"`
		Content        []struct {
			Title string
			Rows  []struct{ Label, Value string }
		}
		Code                   model.Code
		Reason, Field, Message string
	}
}

// tells posts checks and wants a 200.
func (s *site) tells(c call) told {
	s.Helper()
	return s.toldBy(s.do(c))
}

func (s *site) toldBy(w *httptest.ResponseRecorder) (a told) {
	s.Helper()
	if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != "no-store" {
		s.Fatalf("%d %v: %s", w.Code, w.Header(), w.Body.String())
	}
	s.must(json.Unmarshal(w.Body.Bytes(), &a))
	return a
}

// seen counts the verifications in graduate n's ledger.
func (s *site) seen(n int) []model.Verification {
	s.Helper()
	v, err := s.store.Verifications(s.Context(), s.record(n).Graduate.ID, 0, 100)
	s.must(err)
	return v
}
