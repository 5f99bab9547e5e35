package store_test

import (
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func TestAccounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		a := boundAccount(t, s, "Zhang.San@example.com", "oOld")
		if again, err := s.EnsureAccount(t.Context(), " zhang.san@EXAMPLE.com ", june); err != nil || again.ID != a.ID || again.CHSIUser != "Zhang.San@example.com" {
			t.Errorf("second login: %+v, %v", again, err)
		}
		if _, err := s.EnsureAccount(t.Context(), " ", june); model.CodeOf(err) != model.CodeInvalid {
			t.Errorf("no user: %v", err)
		}
		if got, err := s.Account(t.Context(), a.ID); err != nil || got != a {
			t.Errorf("%+v, %v; want %+v", got, err, a)
		}
		if _, err := s.Account(t.Context(), 999); model.CodeOf(err) != model.CodeNotFound {
			t.Errorf("nobody: %v", err)
		}
		for openid, want := range map[string]bool{"oOld": true, "oold": false, "": false, "微信": false} {
			if got, err := s.AccountByOpenID(t.Context(), openid); err != nil || (got != nil) != want {
				t.Errorf("by openid %q: %+v, %v", openid, got, err)
			}
		}
		session := store.Session{TokenHash: "t1", Kind: store.SessionGraduate, AccountID: a.ID, OpenID: "oOld", CreatedAt: june, ExpiresAt: june.Add(time.Hour)}
		other := store.Session{TokenHash: "t2", Kind: store.SessionGraduate, AccountID: a.ID + 1, CreatedAt: june, ExpiresAt: june.Add(time.Hour)}
		for _, se := range []store.Session{session, other} {
			if err := s.CreateSession(t.Context(), se); err != nil {
				t.Fatal(err)
			}
		}
		consent := func(a model.Account, _ *model.Account) (model.AccountChange, error) {
			return model.Consent(a, june), nil
		}
		if a, err := s.ChangeAccount(t.Context(), a.ID, "", consent); err != nil || !a.ConsentAt.Equal(june) {
			t.Fatalf("%+v, %v", a, err)
		}
		if _, err := s.SessionByHash(t.Context(), "t1", june); err != nil {
			t.Errorf("consent ended the session: %v", err)
		}
		moved, err := s.ChangeAccount(t.Context(), a.ID, "oNew", func(a model.Account, holder *model.Account) (model.AccountChange, error) {
			return model.Bind(a, holder, "oNew", true, june.Add(time.Minute))
		})
		if err != nil || moved.OpenID != "oNew" {
			t.Fatalf("%+v, %v", moved, err)
		}
		if got, err := s.Account(t.Context(), a.ID); err != nil || got != moved {
			t.Errorf("%+v, %v; want %+v", got, err, moved)
		}
		if _, err := s.SessionByHash(t.Context(), "t1", june); model.CodeOf(err) != model.CodeUnauthenticated {
			t.Errorf("the session outlived its binding: %v", err)
		}
		if _, err := s.SessionByHash(t.Context(), "t2", june); err != nil {
			t.Errorf("somebody else's session ended: %v", err)
		}
		told, err := s.Messages(t.Context(), 0, 10)
		if err != nil || len(told) != 1 || told[0].OpenID != "oOld" || told[0].Notice.Kind != model.MessageRebound {
			t.Errorf("the old WeChat hears %+v, %v", told, err)
		}
		if _, err := s.ChangeAccount(t.Context(), a.ID, "oNew", func(a model.Account, holder *model.Account) (model.AccountChange, error) {
			return model.Bind(a, holder, "oNew", false, june)
		}); err != nil {
			t.Errorf("binding again: %v", err)
		}
		if freed, err := s.ChangeAccount(t.Context(), a.ID, "", func(a model.Account, _ *model.Account) (model.AccountChange, error) {
			return model.Unbind(a, june), nil
		}); err != nil || freed.OpenID != "" {
			t.Errorf("unbinding: %+v, %v", freed, err)
		}
		boundAccount(t, s, "somebody else", "oNew")
		boundAccount(t, s, "unbound", "")
		audits, _, err := s.Audits(t.Context(), model.Scope{All: true}, store.AuditFilter{}, 0, 10)
		if err != nil || len(audits) != 5 || audits[2].Action != "account.rebind" || audits[2].Detail["account"] == "" {
			t.Errorf("%d entries %+v, %v", len(audits), audits, err)
		}
	})
}

func TestStandings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		a := boundAccount(t, s, "u", "oBound")
		older := graduate(1)
		older.CohortCode = "2026"
		ids := create(t, s, older, graduate(1), graduate(2))
		for _, id := range ids[:2] {
			change(t, s, id, link(a))
		}
		change(t, s, ids[1], check, report("甲"), decide(collegeReview, 1, model.LevelCollege, model.DecisionReturn))
		got, err := s.Standings(t.Context(), "oBound")
		if err != nil || len(got) != 2 || got[0].ID != ids[1] || got[1].ID != ids[0] {
			t.Fatalf("%+v, %v", got, err)
		}
		r, err := s.Record(t.Context(), ids[1])
		if err != nil || got[0].Standing != r.Standing() || got[0].Standing.Reason == "" {
			t.Errorf("standing %+v, record's %+v, %v", got[0].Standing, r.Standing(), err)
		}
		if got, err := s.Standings(t.Context(), "oNobody"); err != nil || len(got) != 0 {
			t.Errorf("%+v, %v", got, err)
		}
		linked, err := s.GraduatesOf(t.Context(), a.ID)
		if err != nil || len(linked) != 2 || linked[0].CohortCode != "2027" || linked[0].Basics != basics(1) {
			t.Errorf("%+v, %v", linked, err)
		}
		if none, err := s.GraduatesOf(t.Context(), 0); err != nil || none != nil {
			t.Errorf("records linked to nobody were listed: %d, %v", len(none), err)
		}
		for exam, want := range map[string]int{basics(1).ExamNumber: 2, basics(2).ExamNumber: 1, "考生": 0, "": 0} {
			if found, err := s.FindByExamNumber(t.Context(), exam); err != nil || len(found) != want {
				t.Errorf("%q: %d records, %v", exam, len(found), err)
			}
		}
	})
}

func TestCreateAccounts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		accounts := []model.Account{
			{CHSIUser: "demo1", OpenID: "oDemo0000001", BoundAt: june, ConsentAt: june}, {CHSIUser: "demo2"}, {CHSIUser: "demo3", OpenID: "oDemo0000003", BoundAt: june},
		}
		ids, err := s.CreateAccounts(t.Context(), accounts, june)
		if err != nil || len(ids) != 3 {
			t.Fatalf("%v, %v", ids, err)
		}
		for i, id := range ids {
			want := accounts[i]
			want.ID, want.Version = id, 1
			if got, err := s.Account(t.Context(), id); err != nil || got != want {
				t.Errorf("%+v, %v; want %+v", got, err, want)
			}
		}
		if _, err := s.CreateAccounts(t.Context(), accounts[1:2], june); model.CodeOf(err) != model.CodeConflict {
			t.Errorf("twice: %v", err)
		}
	})
}
