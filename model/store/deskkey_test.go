package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func newDeskKey(t testing.TB, s *store.Store, d model.Desk) (k model.DeskKey, secret string) {
	t.Helper()
	id, _, err := s.AddDeskKey(t.Context(), model.DeskKey{Desk: d, Kinds: d.Kinds, PerMinute: 100}, vetter, s.Clock())
	if err != nil {
		t.Fatal(err)
	}
	k, secret, ok, err := s.DeskSecret(t.Context(), id)
	if err != nil || !ok {
		t.Fatalf("%v, %v", ok, err)
	}
	return k, secret
}

// TestDeskKeys: a key ends when it is revoked, and with its account.
func TestDeskKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s, "desk")
		k, secret := newDeskKey(t, s, d)
		other, _ := newDeskKey(t, s, newDesk(t, s, "other"))
		if len(secret) < 40 || k.Desk.Department != d.Department || k.PerMinute != 100 || !slices.Equal(k.Kinds, d.Kinds) {
			t.Errorf("%+v", k)
		}
		in := func(want bool) {
			t.Helper()
			got, plain, ok, err := s.DeskSecret(t.Context(), k.ID)
			if err != nil || ok != want || want != (plain == secret) || want != (got.ID == k.ID) {
				t.Errorf("in force %v, want %v; %v", ok, want, err)
			}
		}
		in(true)
		for _, id := range []string{"", "dkNONE", "dk\x00", "汉"} {
			if _, _, ok, err := s.DeskSecret(t.Context(), id); ok || err != nil {
				t.Errorf("%q: %v, %v", id, ok, err)
			}
		}
		save := func(until model.Date) {
			t.Helper()
			d.ValidUntil = until
			if err := s.SaveDesk(t.Context(), d, vetter); err != nil {
				t.Fatal(err)
			}
		}
		save("2027-01-31")
		in(false)
		save("")
		in(true)
		for _, disabled := range []bool{true, false} {
			if err := s.SetOperatorDisabled(t.Context(), d.OperatorID, disabled, vetter); err != nil {
				t.Fatal(err)
			}
			in(!disabled)
		}
		if err := s.RevokeDeskKey(t.Context(), k.ID, vetter, s.Clock()); err != nil {
			t.Fatal(err)
		}
		in(false)
		if err := s.RevokeDeskKey(t.Context(), k.ID, vetter, s.Clock()); model.CodeOf(err) != model.CodeConflict {
			t.Errorf("revoked again: %v", err)
		}
		for _, id := range []string{"dkNONE", "汉"} {
			if err := s.RevokeDeskKey(t.Context(), id, vetter, s.Clock()); model.CodeOf(err) != model.CodeNotFound {
				t.Errorf("%s: %v", id, err)
			}
		}
		if keys, err := s.DeskKeys(t.Context(), d.OperatorID); err != nil || len(keys) != 1 || keys[0].RevokedAt.IsZero() || keys[0].Desk.Account != "desk" {
			t.Errorf("%+v, %v", keys, err)
		}
		if keys, err := s.DeskKeys(t.Context(), 0); err != nil || len(keys) != 2 || !slices.ContainsFunc(keys, func(k model.DeskKey) bool { return k.ID == other.ID }) {
			t.Errorf("%+v, %v", keys, err)
		}
		entries, _, err := s.Audits(t.Context(), model.Scope{All: true}, store.AuditFilter{}, 0, 20)
		if text := fmt.Sprint(entries); err != nil || !strings.Contains(text, "desk_key.add") || !strings.Contains(text, "desk_key.revoke") || strings.Contains(text, secret) {
			t.Errorf("%s, %v", text, err)
		}
	}, nextDay)
}

func postOf(k model.DeskKey, name string, checks int) store.DeskPost {
	return store.DeskPost{Key: k, Name: name, Digest: "d", Checks: checks, Expires: k.CreatedAt.Add(time.Hour)}
}

func said(text string) func([]model.FormAnswer, time.Time) ([]byte, error) {
	return func([]model.FormAnswer, time.Time) ([]byte, error) { return []byte(`"` + text + `"`), nil }
}

// TestPostDeskCheckAtOnce: of ten posts of one name at once one is answered and
// leaves verifications, each form once; the others are told that it was.
func TestPostDeskCheckAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		qs := authorised(t, s, 3)
		k, _ := newDeskKey(t, s, newDesk(t, s, "desk"))
		errs := make(chan error)
		for i := range 10 {
			go func() {
				_, err := s.PostDeskCheck(t.Context(), postOf(k, "batch-0001", 3), checkOf(qs), said(fmt.Sprint(i)))
				errs <- err
			}()
		}
		answered := 0
		for range 10 {
			switch err := <-errs; {
			case err == nil:
				answered++
			case !errors.Is(err, store.ErrPosted):
				t.Error(err)
			}
		}
		if answered != 1 {
			t.Errorf("%d were answered", answered)
		}
		for id := range model.GraduateID(3) {
			if seen, err := s.Verifications(t.Context(), id+1, 0, 10); err != nil || len(seen) != 1 {
				t.Errorf("graduate %d: %d verifications, %v", id+1, len(seen), err)
			}
		}
		if p, found, err := s.DeskPosted(t.Context(), k.ID, "batch-0001"); err != nil || !found || p.Digest != "d" || len(p.Answer) != 3 {
			t.Errorf("%+v, %v, %v", p, found, err)
		}
		keys, err := s.DeskKeys(t.Context(), 0)
		if err != nil || keys[0].Posts != 1 || keys[0].Asked != 3 || keys[0].Found != 3 || keys[0].Used.InMinute != 3 || keys[0].Used.InDay != 3 {
			t.Errorf("%+v, %v", keys, err)
		}
		if use, err := s.DeskUse(t.Context(), k.Desk.OperatorID, s.Clock()); err != nil || use.Rows != 3 {
			t.Errorf("%+v, %v", use, err)
		}
	}, nextDay)
}

// TestPostDeskCheckQuota: many posts at once get no more than the quota, by
// rows; what is refused leaves nothing, and its name is free.
func TestPostDeskCheckQuota(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		qs := authorised(t, s, 1)
		k, _ := newDeskKey(t, s, newDesk(t, s, "desk"))
		errs := make(chan error)
		for i := range 8 {
			go func() {
				c := checkOf(qs)
				c.Limits.Rows = 1000
				_, err := s.PostDeskCheck(t.Context(), postOf(k, fmt.Sprintf("batch-%04d", i), 30), c, said("x"))
				errs <- err
			}()
		}
		passed := 0
		for range 8 {
			err := <-errs
			if err == nil {
				passed++
			} else if pause, ok := errors.AsType[*model.Pause](err); !ok || pause.Until.Sub(s.Clock()) > time.Minute {
				t.Error(err)
			}
		}
		if seen, err := s.Verifications(t.Context(), 1, 0, 20); passed != 3 || len(seen) != 3 || err != nil {
			t.Errorf("%d of 3 passed, %d verifications, %v", passed, len(seen), err)
		}
		named := 0
		for i := range 8 {
			if _, found, err := s.DeskPosted(t.Context(), k.ID, fmt.Sprintf("batch-%04d", i)); err != nil {
				t.Fatal(err)
			} else if found {
				named++
			}
		}
		if named != 3 {
			t.Errorf("%d posts are kept", named)
		}
		// Nothing but malformed checks uses the quota, too.
		if got, err := s.PostDeskCheck(t.Context(), postOf(k, "batch-0009", 10), model.DeskCheck{}, said("x")); err != nil || got.Used.InMinute != 100 || got.Asked != 100 || got.Found != 3 {
			t.Errorf("%+v, %v", got, err)
		}
		if err := s.RevokeDeskKey(t.Context(), k.ID, vetter, s.Clock()); err != nil {
			t.Fatal(err)
		}
		k.PerMinute = 1000
		if _, err := s.PostDeskCheck(t.Context(), postOf(k, "batch-0010", 1), checkOf(qs), said("x")); model.CodeOf(err) != model.CodeUnauthenticated {
			t.Errorf("revoked in between: %v", err)
		}
		if n, err := s.PurgeDeskPosts(t.Context(), s.Clock()); err != nil || n != 0 {
			t.Errorf("%d purged, %v", n, err)
		}
		if n, err := s.PurgeDeskPosts(t.Context(), s.Clock().Add(time.Hour)); err != nil || n != 4 {
			t.Errorf("%d purged, %v", n, err)
		}
	}, nextDay)
}

// TestDeskKeySecretsAtRest: neither a key's secret nor what a post was answered
// is in the database's files.
func TestDeskKeySecretsAtRest(t *testing.T) {
	dsn := storetest.SQLite(t)
	s, err := store.Open(t.Context(), store.Options{DSN: dsn, Keys: newKeys(t), Now: func() time.Time { return june.Add(24 * time.Hour) }, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	k, secret := newDeskKey(t, s, newDesk(t, s, "desk"))
	if _, err := s.PostDeskCheck(t.Context(), postOf(k, "batch-0001", 1), model.DeskCheck{}, said("what was answered")); err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, f := range []string{dsn[len("sqlite:"):], dsn[len("sqlite:"):] + "-wal"} {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	if !bytes.Contains(all, []byte(k.ID)) || !bytes.Contains(all, []byte("batch-0001")) {
		t.Error("this test looks in the wrong place")
	}
	for _, text := range []string{secret, "what was answered"} {
		if bytes.Contains(all, []byte(text)) {
			t.Errorf("%s is in the file", text)
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

// TestDeskSecretStatements: as many statements for a key that is unknown as for
// one in force.
func TestDeskSecretStatements(t *testing.T) {
	s := storetest.Open(t, nextDay)
	k, _ := newDeskKey(t, s, newDesk(t, s, "desk"))
	ask := func(id string) int {
		count := s.CountQueries(t)
		if _, _, _, err := s.DeskSecret(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		return count()
	}
	if known, unknown := ask(k.ID), ask("dkUNKNOWN"); known != unknown {
		t.Errorf("%d statements for a known key, %d for an unknown one", known, unknown)
	}
}

// TestPostDeskCheckStatements: as many statements for twenty checks as for one.
func TestPostDeskCheckStatements(t *testing.T) {
	s := storetest.Open(t, nextDay)
	qs := authorised(t, s, 20)
	k, _ := newDeskKey(t, s, newDesk(t, s, "desk"))
	ask := func(name string, qs []model.Question) int {
		t.Helper()
		c := checkOf(qs)
		c.Limits.Rows = 100
		count := s.CountQueries(t)
		if _, err := s.PostDeskCheck(t.Context(), postOf(k, name, len(qs)), c, said("x")); err != nil {
			t.Fatal(err)
		}
		return count()
	}
	if one, many := ask("batch-0001", qs[:1]), ask("batch-0002", qs); one != many {
		t.Errorf("%d statements for one check, %d for 20", one, many)
	}
}
