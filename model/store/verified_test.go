package store_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// look is a verification of one of a graduate's forms.
func look(id model.GraduateID, form int64, at time.Time) model.Verification {
	return model.Verification{
		AuthorizationID: form, GraduateID: id, Kind: model.FormArchive, At: at, Way: model.WayNumber, Network: "192.0.2.0/24", RequestID: "r",
	}
}

func add(t testing.TB, s *store.Store, all ...model.Verification) {
	t.Helper()
	for _, v := range all {
		if err := s.AddVerification(t.Context(), v); err != nil {
			t.Fatal(err)
		}
	}
}

// bound makes graduates with WeChat: openids o1, o2 ….
func bound(t testing.TB, s *store.Store, n int) []model.GraduateID {
	t.Helper()
	withSchools(t, s)
	var gs []model.Graduate
	for i := range n {
		gs = append(gs, graduate(i+1))
	}
	ids := create(t, s, gs...)
	for i, id := range ids {
		change(t, s, id, link(boundAccount(t, s, fmt.Sprint("u", i+1), fmt.Sprint("o", i+1))))
	}
	return ids
}

// TestTellVerified: one message for each form and day of Shanghai, none for the
// holder's own checks, to those without WeChat, or of what is long past.
func TestTellVerified(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ids := bound(t, s, 2)
		alone := create(t, s, graduate(3))[0]
		if _, err := s.Follow(t.Context(), "o2", false, "", june); err != nil {
			t.Fatal(err)
		}
		now := time.Date(2027, 6, 20, 23, 50, 0, 0, model.Shanghai)
		tell := func(limit, wantSeen, wantTold int) {
			t.Helper()
			seen, told, err := s.TellVerified(t.Context(), limit, now)
			if err != nil || seen != wantSeen || told != wantTold {
				t.Fatalf("seen %d told %d, want %d and %d: %v", seen, told, wantSeen, wantTold, err)
			}
		}
		own := look(ids[0], 11, now)
		own.Own = true
		named := look(ids[1], 21, now)
		named.Department, named.Kind = "海淀区人力资源公共服务中心流动人员档案管理科", model.FormHousehold
		add(t, s, own, look(ids[0], 11, now), look(ids[0], 11, now.Add(time.Minute)), look(ids[0], 12, now), named,
			look(alone, 31, now), look(ids[0], 13, now.AddDate(0, 0, -15)))
		tell(2, 2, 1)
		tell(10, 4, 2)
		tell(10, 0, 0)

		add(t, s, look(ids[0], 11, now.Add(5*time.Minute))) // the same day
		tell(10, 1, 0)
		add(t, s, look(ids[0], 11, now.Add(10*time.Minute))) // after midnight
		tell(10, 1, 1)

		mine, err := s.Messages(t.Context(), ids[0], 10)
		if err != nil || len(mine) != 3 {
			t.Fatalf("%+v, %v", mine, err)
		}
		for i, key := range []string{"verified/11/2027-06-21", "verified/12/2027-06-20", "verified/11/2027-06-20"} {
			if m := mine[i]; m.Notice.Key != key || m.OpenID != "o1" || m.State != model.MessageQueued || m.Notice.Kind != model.MessageVerified ||
				m.Notice.Path != "/h5/verifications" || m.Notice.Vars[model.VarItem] != "档案登记信息表被核验" || m.Notice.Vars[model.VarSchool] != "示范大学" {
				t.Errorf("message %d: %+v", i, m)
			}
		}
		theirs, err := s.Messages(t.Context(), ids[1], 10)
		if err != nil || len(theirs) != 1 || theirs[0].State != model.MessageHeld || theirs[0].Notice.Vars[model.VarItem] != "户口登记信息表被核验" ||
			theirs[0].Notice.Vars[model.VarRemark] != "核验部门：海淀区人力资源公共服务中心流…" {
			t.Errorf("to one who does not follow: %+v, %v", theirs, err)
		}
		if m, err := s.Messages(t.Context(), alone, 10); err != nil || len(m) != 0 {
			t.Errorf("to one without WeChat: %+v, %v", m, err)
		}
	})
}

// TestTwoReplicasTellOnce: replicas that look at the same moment make one
// message of each form.
func TestTwoReplicasTellOnce(t *testing.T) {
	for dialect, dsnOf := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "mariadb": storetest.MariaDB} {
		t.Run(dialect, func(t *testing.T) {
			dsn, keys := dsnOf(t), newKeys(t)
			var replicas []*store.Store
			for range 2 {
				s, err := store.Open(t.Context(), store.Options{DSN: dsn, Keys: keys, Now: func() time.Time { return june }})
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = s.Close() })
				replicas = append(replicas, s)
			}
			ids := bound(t, replicas[0], 3)
			for round := range 5 {
				for form := range int64(3) {
					for range 4 {
						add(t, replicas[0], look(ids[form], form+1, june.AddDate(0, 0, round)))
					}
				}
				var mu sync.Mutex
				var wg sync.WaitGroup
				start := make(chan struct{})
				seen, told := 0, 0
				for _, s := range replicas {
					wg.Go(func() {
						<-start
						for range 4 { // pages of five
							n, m, err := s.TellVerified(t.Context(), 5, june.AddDate(0, 0, round))
							mu.Lock()
							if seen, told = seen+n, told+m; err != nil {
								t.Error(err)
							}
							mu.Unlock()
						}
					})
				}
				close(start)
				wg.Wait()
				if seen != 12 || told != 3 {
					t.Errorf("round %d: %d seen, %d told, want 12 and 3", round, seen, told)
				}
			}
			for i, id := range ids {
				if m, err := replicas[1].Messages(t.Context(), id, 10); err != nil || len(m) != 5 {
					t.Errorf("graduate %d has %d messages for 5 days: %v", i, len(m), err)
				}
			}
		})
	}
}

func TestLedger(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i := range 7 {
			v := look(5, int64(1+i%2), june.Add(time.Duration(i)*time.Minute))
			v.Own = i == 6
			add(t, s, v, look(6, 9, june))
		}
		var got []int64
		before := int64(0)
		for range 4 {
			page, err := s.Verifications(t.Context(), 5, before, 3)
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range page {
				if before != 0 && v.ID >= before || v.GraduateID != 5 {
					t.Errorf("%+v after %d", v, before)
				}
				got, before = append(got, v.ID), v.ID
			}
		}
		if len(got) != 7 {
			t.Errorf("%d of 7 verifications were listed: %v", len(got), got)
		}
		looks, err := s.LooksAt(t.Context(), 5)
		if err != nil || len(looks) != 2 || looks[1].N != 3 || looks[2].N != 3 || !looks[1].Last.Equal(june.Add(4*time.Minute)) || !looks[2].Last.Equal(june.Add(5*time.Minute)) {
			t.Errorf("%+v, %v", looks, err)
		}
	})
}

// TestWithdrawIsKept: what withdrawing the consent ends is read back so, in one
// statement for all numbers.
func TestWithdrawIsKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		id := create(t, s, graduate(1))[0]
		change(t, s, id, append([]rule{link(boundAccount(t, s, "u", "")), check, report("甲"), approveBoth(1)[0], approveBoth(1)[1]}, confirm(1, model.AnswerRight))...)
		at := june.Add(6 * time.Hour)
		r := change(
			t, s, id, authorize("2799001AAAAAAAA"), authorize("2799001BBBBBBBB"), authorize("2799001CCCCCCCC"),
			func(r model.Record) (model.Change, error) { return model.Revoke(r, "2799001BBBBBBBB", at) },
			func(r model.Record) (model.Change, error) {
				return model.Annotate(r, "2799001CCCCCCCC", "派出所", at)
			},
			func(r model.Record) (model.Change, error) { return model.Withdraw(r, at.Add(time.Hour)) },
		)
		sameRecord(t, s, r)
		if a := r.Authorizations; !a[0].Withdrawn || a[1].Withdrawn || !a[2].Withdrawn || a[2].For != "派出所" || !a[1].RevokedAt.Equal(at) || !a[0].RevokedAt.Equal(at.Add(time.Hour)) {
			t.Errorf("%+v", a)
		}
		issued, err := s.Issued(t.Context(), []model.VerificationNumber{"2799001AAAAAAAA"})
		if err != nil || len(issued) != 1 {
			t.Fatalf("%v, %v", issued, err)
		}
		if state, since := issued["2799001AAAAAAAA"].State(at.Add(2 * time.Hour)); state != model.AuthorizationRevoked || !since.Equal(at.Add(time.Hour)) {
			t.Errorf("a verifier is told %s since %s", state, since)
		}
	})
}

// TestLedgerIsFoundByIndex: looking for what is untold, and into one ledger,
// reads no other verifications, however many there are.
func TestLedgerIsFoundByIndex(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		for i := range 400 {
			v := look(model.GraduateID(i%50+1), int64(i%50+1), june)
			v.Own = i%20 != 0 // told from the beginning
			add(t, s, v)
		}
		analyze := "ANALYZE"
		if s.Dialect() == "mysql" {
			analyze = "ANALYZE TABLE verifications"
		}
		if err := s.DB().Exec(analyze).Error; err != nil {
			t.Fatal(err)
		}
		for name, q := range s.LedgerQueries(7) {
			index := "verifications_graduate"
			if name == "untold" {
				index = "verifications_told"
			}
			if tables, plan := scanned(t, s, q); len(tables) > 0 || !strings.Contains(plan, index) {
				t.Errorf("%s: %v scanned: %s\n%s", name, tables, plan, q.SQL)
			}
		}
	})
}
