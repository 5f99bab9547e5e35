package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func TestOperators(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		by := model.BySystem("cli")
		op := model.Operator{Name: "王老师", Role: model.RoleCounsellor, SchoolCode: "99001", College: "信息学院", Classes: []string{"一班", "二班"}, MustChange: true}
		id, err := s.CreateOperator(t.Context(), op, "$argon2id$1", by)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.CreateOperator(t.Context(), op, "x", by); !errors.Is(err, store.ErrDuplicateName) || model.CodeOf(err) != model.CodeConflict {
			t.Errorf("twice: %v", err)
		}
		if _, err := s.CreateOperator(t.Context(), model.Operator{Name: "x", Role: "root"}, "x", by); model.CodeOf(err) != model.CodeInvalid {
			t.Errorf("unknown role: %v", err)
		}
		op.ID = id
		got, hash, err := s.OperatorByName(t.Context(), "王老师")
		if diff := cmp.Diff(op, got, cmpopts.IgnoreFields(model.Operator{}, "CreatedAt")); err != nil || diff != "" || hash != "$argon2id$1" {
			t.Errorf("%s, %q, %v", diff, hash, err)
		}
		for _, name := range []string{"nobody", "", "\xff"} {
			if _, _, err := s.OperatorByName(t.Context(), name); model.CodeOf(err) != model.CodeNotFound {
				t.Errorf("%q: %v", name, err)
			}
		}
		login := func() {
			t.Helper()
			if err := s.CreateSession(t.Context(), store.Session{TokenHash: "op", Kind: store.SessionOperator, OperatorID: id, ExpiresAt: june.Add(time.Hour)}); err != nil {
				t.Fatal(err)
			}
		}
		out := func(what string) {
			t.Helper()
			if _, err := s.SessionByHash(t.Context(), "op", june); model.CodeOf(err) != model.CodeUnauthenticated {
				t.Errorf("%s left the session: %v", what, err)
			}
		}
		login()
		if err := s.SetPassword(t.Context(), id, "$argon2id$2", false); err != nil {
			t.Fatal(err)
		}
		out("a new password")
		login()
		if err := s.SetOperatorDisabled(t.Context(), id, true, by); err != nil {
			t.Fatal(err)
		}
		out("disabling")
		got, hash, err = s.OperatorByName(t.Context(), "王老师")
		if err != nil || got.MustChange || !got.Disabled || hash != "$argon2id$2" {
			t.Errorf("%+v, %q, %v", got, hash, err)
		}
		if err := s.SetOperatorDisabled(t.Context(), id, false, by); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Operator(t.Context(), id); err != nil || got.Disabled {
			t.Errorf("%+v, %v", got, err)
		}
		if err := s.SetPassword(t.Context(), 999, "x", true); model.CodeOf(err) != model.CodeNotFound {
			t.Errorf("nobody's password: %v", err)
		}
		if all, err := s.Operators(t.Context()); err != nil || len(all) != 1 || all[0].Name != "王老师" {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

func TestContactsAndVerifications(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		contacts := []model.Contact{
			{Role: model.ContactOffice, SchoolCode: "99001", Name: "就业指导中心", Phone: "025-83790000"},
			{Role: model.ContactCounsellor, SchoolCode: "99001", College: "信息学院", Class: "一班", Name: "李老师"},
		}
		for range 2 {
			if err := s.ReplaceContacts(t.Context(), "99001", contacts, roster); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Contacts(t.Context(), "99001"); err != nil || !cmp.Equal(got, contacts) {
			t.Errorf("%s, %v", cmp.Diff(contacts, got), err)
		}
		if err := s.ReplaceContacts(t.Context(), "99001", nil, roster); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Contacts(t.Context(), "99001"); err != nil || len(got) != 0 {
			t.Errorf("%v, %v", got, err)
		}
		v := model.Verification{
			AuthorizationID: 4, GraduateID: 5, Kind: model.FormArchive, At: june, Way: model.WayQR, Network: "2001:db8::/48", RequestID: "r", Own: true,
		}
		for range 3 {
			if err := s.AddVerification(t.Context(), v); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Verifications(t.Context(), 5, 0, 2)
		if err != nil || len(got) != 2 || got[0].ID <= got[1].ID {
			t.Fatalf("%+v, %v", got, err)
		}
		v.ID = got[0].ID
		if got[0] != v {
			t.Errorf("%+v, want %+v", got[0], v)
		}
	})
}

func TestAuditScope(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		g := graduate(1)
		g.Basics.Class = "一班"
		id := create(t, s, g)[0]
		change(t, s, id, check)
		for _, tt := range []struct {
			name  string
			scope model.Scope
			want  int
		}{
			{"nobody", model.Scope{}, 0},
			{"all", model.Scope{All: true}, 1},
			{"school", model.Scope{SchoolCode: "99001"}, 1},
			{"another school", model.Scope{SchoolCode: "99002"}, 0},
			{"another college", model.Scope{SchoolCode: "99001", College: "文学院"}, 0},
			{"class", model.Scope{SchoolCode: "99001", College: "信息学院", Classes: []string{"一班"}}, 1},
			{"another class", model.Scope{SchoolCode: "99001", College: "信息学院", Classes: []string{"二班"}}, 0},
		} {
			if got, _, err := s.Audits(t.Context(), tt.scope, store.AuditFilter{Graduate: id}, 0, 10); err != nil || len(got) != tt.want {
				t.Errorf("%s: %d entries, %v; want %d", tt.name, len(got), err, tt.want)
			}
		}
	})
}
