package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// contradicted are graduates who reported here and of whom a platform says
// otherwise, a minute after one another.
func contradicted(t testing.TB, s *store.Store, gs ...model.Graduate) []model.GraduateID {
	t.Helper()
	ids := create(t, s, gs...)
	for i, id := range ids {
		change(t, s, id, link(boundAccount(t, s, gs[i].Basics.ExamNumber, "")), check, report("本地"), upstream("上级", june.Add(time.Duration(i+200)*time.Minute)))
	}
	return ids
}

func upstream(unit string, at time.Time) rule {
	return func(r model.Record) (model.Change, error) {
		ch, _, err := model.ReceiveUpstream(r, cohort27, model.Incoming{
			Destination: destination(unit), Name: r.Graduate.Basics.Name, ReportedAt: at, By: model.ByUpstream("91job"),
		}, anyCodes{}, at)
		return ch, err
	}
}

// TestConflicts: what came is kept and read back, listed within the scope, the
// oldest first, by the index that is for it, and settled once.
func TestConflicts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		foreign := graduate(9)
		foreign.SchoolCode = "99003"
		if err := s.SaveSchool(t.Context(), model.School{Code: "99003", Name: "第三大学", Origin: model.OriginHere}); err != nil {
			t.Fatal(err)
		}
		ids := contradicted(t, s, graduate(1), graduate(2), graduate(3), foreign)
		r, err := s.Record(t.Context(), ids[0])
		if err != nil {
			t.Fatal(err)
		}
		q := r.OpenConflict()
		if q == nil || q.Kind != model.ConflictHere || q.Incoming.Destination != destination("上级") || q.Incoming.By != model.ByUpstream("91job") ||
			q.Incoming.Name != r.Graduate.Basics.Name || !q.Incoming.ReportedAt.Equal(june.Add(200*time.Minute)) || q.Revision != 1 {
			t.Fatalf("read back: %+v", q)
		}
		school := model.Scope{SchoolCode: "99001"}
		var seen []model.GraduateID
		var after store.Cursor
		for range 5 {
			rows, next, err := s.OpenConflicts(t.Context(), school, after, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				seen = append(seen, row.GraduateID)
				if row.Source != "91job" || row.Revisions != 1 || row.Number != 1 || row.Name == "" {
					t.Errorf("%+v", row)
				}
			}
			if after = next; next.IsZero() {
				break
			}
		}
		if !slices.Equal(seen, ids[:3]) {
			t.Errorf("listed %v, want %v", seen, ids[:3])
		}
		for _, tc := range []struct {
			scope model.Scope
			want  int
		}{
			{model.Scope{All: true}, 4},
			{school, 3},
			{model.Scope{SchoolCode: "99001", College: "信息学院"}, 3},
			{model.Scope{SchoolCode: "99001", College: "别的学院"}, 0},
			{model.Scope{SchoolCode: "99001", College: "信息学院", Classes: []string{"计算机1班"}}, 1},
			{model.Scope{}, 0},
		} {
			n, err := s.CountOpenConflicts(t.Context(), tc.scope)
			rows, _, err2 := s.OpenConflicts(t.Context(), tc.scope, store.Cursor{}, 10)
			if err != nil || err2 != nil || n != tc.want || len(rows) != tc.want {
				t.Errorf("%+v: counted %d, listed %d, want %d, %v, %v", tc.scope, n, len(rows), tc.want, err, err2)
			}
		}
		settle := func(r model.Record) (model.Change, error) {
			return model.SettleConflict(r, cohort27, schoolReview, model.Settlement{Conflict: 1, Revision: 1, Reason: "已电话核实"}, anyCodes{}, june.Add(9*time.Hour))
		}
		after1 := change(t, s, ids[0], settle)
		if c := after1.Conflict(1); c.State != model.ConflictKept || c.Reason != "已电话核实" {
			t.Errorf("%+v", c)
		}
		if again, err := s.Record(t.Context(), ids[0]); err != nil || again.Conflict(1).State != model.ConflictKept || again.Conflict(1).SettledBy.ID != int64(schoolReview.ID) {
			t.Errorf("settled and read back: %+v, %v", again.Conflict(1), err)
		}
		if _, err := s.Change(t.Context(), ids[0], settle); model.CodeOf(err) != model.CodeChanged {
			t.Errorf("settled twice: %v", err)
		}
		if n, _ := s.CountOpenConflicts(t.Context(), school); n != 2 {
			t.Errorf("%d left", n)
		}
	})
}

// TestUpstreamSecretsAtRest: a key's secret, what came, and what was answered
// are in none of the database's files.
func TestUpstreamSecretsAtRest(t *testing.T) {
	dsn := storetest.SQLite(t)
	s, err := store.Open(t.Context(), store.Options{DSN: dsn, Keys: newKeys(t), Now: func() time.Time { return june }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	withSchools(t, s)
	id, secret, err := s.AddUpstreamKey(t.Context(), model.UpstreamKey{SchoolCode: "99001", Platform: "91job"}, roster, june)
	if err != nil {
		t.Fatal(err)
	}
	if _, got, ok, err := s.UpstreamSecret(t.Context(), id); err != nil || !ok || got != secret {
		t.Fatalf("the secret is not found: %v, %v", ok, err)
	}
	contradicted(t, s, graduate(1))
	d := store.UpstreamDelivery{Source: id, Name: "batch-0001", Digest: "00"}
	c, err := s.ClaimUpstream(t.Context(), d, time.Minute, june, june.Add(time.Hour))
	if err != nil || !c.Ours {
		t.Fatalf("%+v, %v", c, err)
	}
	if err := s.FinishUpstream(t.Context(), c, []byte("the-answer-that-was-given"), model.Tally{}, june); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(strings.TrimPrefix(dsn, "sqlite:") + "*")
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v", files, err)
	}
	found := false
	for _, f := range files {
		content, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		found = found || bytes.Contains(content, []byte(id))
		for _, hidden := range []string{secret, "the-answer-that-was-given", "张联系", "025-83790001"} {
			if bytes.Contains(content, []byte(hidden)) {
				t.Errorf("%q is in %s", hidden, filepath.Base(f))
			}
		}
	}
	if !found {
		t.Error("not even the key's id is found: this test looks in the wrong place")
	}
}

// TestClaimedOnce: of many who claim a delivery at once one gets it, and after
// its end everybody the answer.
func TestClaimedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := store.UpstreamDelivery{Source: "folder/99001", Name: "abc", Digest: "00"}
		claim := func(d store.UpstreamDelivery, lease time.Duration) store.UpstreamClaim {
			t.Helper()
			c, err := s.ClaimUpstream(t.Context(), d, lease, june, june.Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		claims := make(chan store.UpstreamClaim)
		for range 6 {
			go func() {
				c, err := s.ClaimUpstream(t.Context(), d, time.Minute, june, june.Add(time.Hour))
				if err != nil {
					t.Error(err)
				}
				claims <- c
			}()
		}
		var ours []store.UpstreamClaim
		for range 6 {
			if c := <-claims; c.Ours {
				ours = append(ours, c)
			} else if !c.Busy {
				t.Errorf("%+v", c)
			}
		}
		if len(ours) != 1 {
			t.Fatalf("%d have it", len(ours))
		}
		if c := claim(store.UpstreamDelivery{Source: d.Source, Name: d.Name, Digest: "01"}, time.Minute); !c.Other {
			t.Errorf("other content: %+v", c)
		}
		if err := s.RenewUpstream(t.Context(), ours[0], -time.Minute); err != nil { // the lease ends
			t.Fatal(err)
		}
		heir := claim(d, time.Minute)
		if !heir.Ours || s.RenewUpstream(t.Context(), ours[0], time.Minute) == nil {
			t.Errorf("a dead worker keeps it: %+v", heir)
		}
		if err := s.FinishUpstream(t.Context(), heir, []byte("answer"), model.Tally{}, june); err != nil {
			t.Fatal(err)
		}
		if c := claim(d, time.Minute); string(c.Answer) != "answer" {
			t.Errorf("%+v", c)
		}
		if answer, busy, found, err := s.UpstreamAnswer(t.Context(), d.Source, d.Name); err != nil || busy || !found || string(answer) != "answer" {
			t.Errorf("%s, %v, %v, %v", answer, busy, found, err)
		}
	})
}
