package store_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// walked makes graduates of two schools and two cohorts and walks them at random
// to where graduates stand: settled, returned, confirmed, void. Each is bound,
// unbound or unfollowed, at random.
func walked(t testing.TB, s *store.Store, people int) []model.GraduateID {
	t.Helper()
	withSchools(t, s)
	there := schoolThere
	there.Origin, there.PlatformName, there.PlatformURL = model.OriginHere, "", ""
	if err := s.SaveSchool(t.Context(), there); err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(7, uint64(people)))
	pick := func(names ...string) string { return names[rnd.IntN(len(names))] }
	gs := make([]model.Graduate, people)
	for n := range gs {
		gs[n] = graduate(n)
		b := &gs[n].Basics
		b.Major, b.Class, b.College = pick("软件工程", "数学", ""), pick("一班", "二班", ""), pick("信息学院", "信息学院", "文学院", "")
		gs[n].SchoolCode, gs[n].CohortCode = pick("99001", "99001", "99002"), pick("2027", "2027", "2027", "2026")
	}
	ids := create(t, s, gs...)
	boss := model.Operator{ID: 1, Name: "a", Role: model.RoleAdmin}
	auditor := model.Operator{ID: 2, Name: "b", Role: model.RoleAuditor}
	for i, id := range ids {
		far := rnd.IntN(9)
		if far == 0 {
			continue
		}
		openid := pick("", fmt.Sprintf("o%d", i))
		rules := []rule{link(boundAccount(t, s, fmt.Sprintf("u%d", i), openid))}
		if openid != "" && rnd.IntN(2) == 0 {
			if _, err := s.Follow(t.Context(), openid, rnd.IntN(2) == 0, "", june); err != nil {
				t.Fatal(err)
			}
		}
		category := pick("10", "70")
		reported := func(r model.Record) (model.Change, error) {
			d := destination("甲")
			d.Category = category
			return model.Report(r, cohort27, len(r.Revisions), d, anyCodes{}, june.Add(2*time.Hour))
		}
		all := slices.Concat([]rule{check, reported}, []rule{
			decide(boss, 1, model.LevelCollege, model.DecisionApprove),
			decide(boss, 1, model.LevelSchool, []model.Decision{model.DecisionApprove, model.DecisionApprove, model.DecisionReturn}[rnd.IntN(3)]),
		})
		rules = append(rules, all[:min(far, len(all))]...)
		r := change(t, s, id, rules...)
		if r.Settled() == nil {
			continue
		}
		switch far {
		case 5:
			change(t, s, id, confirm(1, model.AnswerRight))
		case 6:
			change(t, s, id, confirm(1, model.AnswerRight), authorize(model.VerificationNumber(fmt.Sprintf("N%d", i))))
		case 7:
			change(t, s, id,
				func(r model.Record) (model.Change, error) {
					return model.Dispute(r, 1, "我没有签约", june.Add(6*time.Hour))
				},
				func(r model.Record) (model.Change, error) {
					return model.AnswerDispute(r, auditor, model.Ruling{Request: 1, Decision: model.DecisionApprove, Reason: "属实"}, june.Add(30*time.Hour))
				})
		}
	}
	wantRollups(t, s)
	return ids
}

// scopes are one of each kind.
func scopes() map[string]model.Scope {
	return map[string]model.Scope{
		"all":     {All: true},
		"school":  {SchoolCode: "99001"},
		"college": {SchoolCode: "99001", College: "信息学院"},
		"classes": {SchoolCode: "99001", College: "信息学院", Classes: []string{"一班", "二班"}},
	}
}

// behind pages through the list behind a number.
func behind(t testing.TB, s *store.Store, scope model.Scope, f store.GraduateFilter) []store.GraduateRow {
	t.Helper()
	var all []store.GraduateRow
	seen := map[model.GraduateID]bool{}
	for after := (store.Cursor{}); ; {
		rows, next, err := s.Graduates(t.Context(), scope, f, after, 7)
		if err != nil {
			t.Fatal(err)
		}
		for i, r := range rows {
			if seen[r.ID] {
				t.Fatalf("%v: graduate %d comes twice", f, r.ID)
			}
			seen[r.ID] = true
			if len(all)+i > 0 {
				before := slices.Concat(all, rows)[len(all)+i-1]
				if before.Settled > r.Settled || before.Settled == r.Settled && before.ID >= r.ID {
					t.Fatalf("%v: out of order", f)
				}
			}
		}
		all = append(all, rows...)
		if next.IsZero() {
			return all
		}
		if after, err = store.ParseCursor(next.String()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNumbersAreTheListsBehind: each number counts the graduates of the list
// that it leads to, in every scope and split, and the parts add up to the whole.
func TestNumbersAreTheListsBehind(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		walked(t, s, 60)
		blank := func(name string) string {
			if name == "" {
				return store.Blank
			}
			return name
		}
		for name, scope := range scopes() {
			for _, area := range []store.NumberArea{
				{Cohort: "2027"},
				{Cohort: "2026"},
				{Cohort: "2027", School: "99001"},
				{Cohort: "2027", School: "99001", College: "信息学院"},
				{Cohort: "2027", School: "99001", College: store.Blank},
			} {
				if scope.College != "" && area.College == store.Blank {
					continue
				}
				count := func(by store.Split) []store.SettledCount {
					counts, err := s.SettledCounts(t.Context(), scope, area, by)
					if err != nil {
						t.Fatal(err)
					}
					return counts
				}
				whole, all := map[string]int{}, 0
				for _, c := range count(store.SplitNone) {
					whole[c.Settled] = c.Graduates
					all += c.Graduates
					list := behind(t, s, scope, store.GraduateFilter{Cohort: area.Cohort, School: area.School, College: area.College, Settled: []string{c.Settled}})
					if len(list) != c.Graduates {
						t.Errorf("%s %v: %d are settled as %q, the list has %d", name, area, c.Graduates, c.Settled, len(list))
					}
				}
				if list := behind(t, s, scope, store.GraduateFilter{Cohort: area.Cohort, School: area.School, College: area.College}); len(list) != all {
					t.Errorf("%s %v: %d graduates, the list has %d", name, area, all, len(list))
				}
				for _, by := range []store.Split{store.SplitSchool, store.SplitCollege, store.SplitMajor, store.SplitClass} {
					counts := count(by)
					if len(counts) == 0 { // the split does not fit the area
						continue
					}
					sum := map[string]int{}
					for _, c := range counts {
						sum[c.Settled] += c.Graduates
						f := store.GraduateFilter{Cohort: area.Cohort, School: area.School, College: area.College, Settled: []string{c.Settled}}
						switch by {
						case store.SplitSchool:
							f.School = c.School
						case store.SplitCollege:
							f.College = blank(c.College)
						case store.SplitClass:
							f.Class, f.Major = blank(c.Class), blank(c.Major)
						case store.SplitMajor:
							f.Major = blank(c.Major)
						}
						if list := behind(t, s, scope, f); len(list) != c.Graduates {
							t.Errorf("%s %v by %s: %v, the list has %d", name, area, by, c, len(list))
						}
					}
					if diff := cmp.Diff(whole, sum); diff != "" {
						t.Errorf("%s %v by %s: %s", name, area, by, diff)
					}
				}
			}
		}
	})
}

// TestNumbersStayWithinTheScope: an area outside counts nobody.
func TestNumbersStayWithinTheScope(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		walked(t, s, 30)
		for _, tt := range []struct {
			scope model.Scope
			area  store.NumberArea
		}{
			{model.Scope{}, store.NumberArea{Cohort: "2027"}},
			{model.Scope{SchoolCode: "99001"}, store.NumberArea{Cohort: "2027", School: "99002"}},
			{model.Scope{SchoolCode: "99001", College: "文学院"}, store.NumberArea{Cohort: "2027", College: "信息学院"}},
			{model.Scope{All: true}, store.NumberArea{}},
			{model.Scope{All: true}, store.NumberArea{Cohort: "二〇二七"}},
			{model.Scope{All: true}, store.NumberArea{Cohort: "2027", College: "信息学院"}}, // of which school?
			{model.Scope{All: true}, store.NumberArea{Cohort: "2027", School: "99001", College: "\xff"}},
		} {
			counts, err1 := s.SettledCounts(t.Context(), tt.scope, tt.area, store.SplitNone)
			days, err2 := s.SettledDays(t.Context(), tt.scope, tt.area)
			parts, err3 := s.UnfinishedParts(t.Context(), tt.scope, tt.area)
			people, more, err4 := s.Unreached(t.Context(), tt.scope, store.UnreachedFilter{Area: tt.area, Classes: []string{"一班", "二班"}, SilentBefore: june}, 9)
			if len(counts)+len(days)+len(parts)+len(people) > 0 || more || err1 != nil || err2 != nil || err3 != nil || err4 != nil {
				t.Errorf("%v %v: %v %v %v %v %v %v %v %v", tt.scope, tt.area, counts, days, parts, people, err1, err2, err3, err4)
			}
		}
		// A counsellor of some classes gets nobody of another by asking for it.
		people, _, err := s.Unreached(t.Context(), model.Scope{SchoolCode: "99001", College: "信息学院", Classes: []string{"一班"}},
			store.UnreachedFilter{Area: store.NumberArea{Cohort: "2027"}, Classes: []string{"二班"}, SilentBefore: june}, 9)
		if len(people) > 0 || err != nil {
			t.Errorf("%d of another class, %v", len(people), err)
		}
	})
}

// TestSettledDays: the running sum of the days is the present state, at each
// level that has days.
func TestSettledDays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		walked(t, s, 60)
		for name, scope := range scopes() {
			for _, area := range []store.NumberArea{{Cohort: "2027", School: "99001"}, {Cohort: "2027", School: "99001", College: "信息学院"}} {
				days, err := s.SettledDays(t.Context(), scope, area)
				if err != nil {
					t.Fatal(err)
				}
				if len(scope.Classes) > 0 {
					if len(days) > 0 {
						t.Errorf("%s: classes have no days", name)
					}
					continue
				}
				counts, err := s.SettledCounts(t.Context(), scope, area, store.SplitNone)
				if err != nil {
					t.Fatal(err)
				}
				now, sum := map[string]int{}, map[string]int{}
				for _, c := range counts {
					now[c.Settled] = c.Graduates
				}
				for i, d := range days {
					sum[d.Settled] += d.Graduates
					if i > 0 && d.Day < days[i-1].Day {
						t.Errorf("%s: days out of order", name)
					}
				}
				maps.DeleteFunc(sum, func(_ string, n int) bool { return n == 0 })
				if diff := cmp.Diff(now, sum); diff != "" || len(now) == 0 {
					t.Errorf("%s %v: %s", name, area, diff)
				}
			}
		}
	})
}

// TestUnreached: the list names those and only those of whom the rule says so,
// class after class, and pages leave nobody out.
func TestUnreached(t *testing.T) {
	now := june.AddDate(0, 0, 14)
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ids := walked(t, s, 90)
		for name, scope := range scopes() {
			area := store.NumberArea{Cohort: "2027", School: "99001", College: "信息学院"}
			parts, err := s.UnfinishedParts(t.Context(), scope, area)
			if err != nil || len(parts) < 2 {
				t.Fatalf("%s: classes %v, %v", name, parts, err)
			}
			f := store.UnreachedFilter{Area: area, SilentBefore: model.SilentBefore(model.SilentDays, now)}
			unfinished := 0
			for _, p := range parts {
				f.Classes = append(f.Classes, p.Name)
				unfinished += p.Graduates
			}
			var got []store.UnreachedRow
			for {
				rows, more, err := s.Unreached(t.Context(), scope, f, 4)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, rows...)
				if !more {
					break
				}
				f.From, f.After = rows[len(rows)-1].Class, rows[len(rows)-1].ID
			}
			reasons, seen := map[model.Unreached]int{}, map[model.GraduateID]bool{}
			for i, r := range got {
				why := r.Reach.Why(model.SilentDays, now)
				if len(why) == 0 || seen[r.ID] || r.Phone == "" {
					t.Errorf("%s: %v is on the list, why %v", name, r, why)
				}
				seen[r.ID] = true
				for _, u := range why {
					reasons[u]++
				}
				if i > 0 && (r.Class < got[i-1].Class || r.Class == got[i-1].Class && r.ID <= got[i-1].ID) {
					t.Errorf("%s: %d is out of order", name, r.ID)
				}
			}
			if len(reasons) != 3 {
				t.Errorf("%s: reasons %v", name, reasons)
			}
			for _, id := range ids {
				rec, err := s.Record(t.Context(), id)
				if err != nil {
					t.Fatal(err)
				}
				g := rec.Graduate
				inArea := g.CohortCode == "2027" && g.SchoolCode == "99001" && g.Basics.College == "信息学院" && scope.Covers(g)
				follower, known, err := s.Follower(t.Context(), rec.OpenID)
				if err != nil {
					t.Fatal(err)
				}
				step, since := rec.Step()
				reach := model.Reach{Step: step, Since: since, Bound: rec.OpenID != "", Unfollowed: known && !follower.Subscribed}
				if want := inArea && len(reach.Why(model.SilentDays, now)) > 0; want != seen[id] {
					t.Errorf("%s: %v, on the list %v", name, reach, seen[id])
				}
				if inArea && step.Unfinished() {
					unfinished--
				}
			}
			if unfinished != 0 {
				t.Errorf("%s: %d too many are counted as unfinished", name, unfinished)
			}
		}
	})
}
