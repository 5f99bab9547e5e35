package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

var (
	vetter     = model.Actor{Kind: model.ActorOperator, ID: 1, Name: "root"}
	deskLimits = model.DeskLimits{Rows: 20, Misses: 5}
	nextDay    = storetest.WithNow(func() time.Time { return june.Add(24 * time.Hour) })
)

// newDesk adds the account of a department that checks archive forms.
func newDesk(t testing.TB, s *store.Store, name string) model.Desk {
	t.Helper()
	id, err := s.CreateDesk(t.Context(), model.Operator{Name: name}, "hash", model.Desk{
		Department: "人才中心" + name, Purpose: "接收毕业生档案", Kinds: []model.FormKind{model.FormArchive}, Contact: "王主任 010-66778899", Document: "京人社〔2027〕1号",
	}, vetter)
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Desk(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// authorised adds n graduates with an archive form each and returns what a
// department would ask of them.
func authorised(t testing.TB, s *store.Store, n int) []model.Question {
	t.Helper()
	withSchools(t, s)
	qs := make([]model.Question, n)
	for i := range n {
		number := model.VerificationNumber(fmt.Sprintf("2799001AAAAAA%c%c", 'A'+i/20, 'A'+i%20))
		id := create(t, s, graduate(i+1))[0]
		rules := append([]rule{link(boundAccount(t, s, fmt.Sprintf("u%d", i), "")), check, report("甲公司")}, approveBoth(1)...)
		change(t, s, id, append(rules, confirm(1, model.AnswerRight), authorize(number))...)
		qs[i] = model.Question{Kind: model.FormArchive, Name: basics(i + 1).Name, Number: number}
	}
	return qs
}

func checkOf(qs []model.Question) model.DeskCheck {
	return model.DeskCheck{Way: model.WaySheet, Batch: store.NewBatch(), Questions: qs, Limits: deskLimits, Network: "192.0.2.0/24", RequestID: "r1"}
}

func TestDesks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		d := newDesk(t, s, "b")
		if d.Department != "人才中心b" || d.Contact != "王主任 010-66778899" || d.VettedBy != vetter || !d.VettedAt.Equal(time.UnixMilli(d.VettedAt.UnixMilli())) || d.Account != "b" || d.ValidUntil != "" {
			t.Errorf("%+v", d)
		}
		newDesk(t, s, "a")
		menu, err := s.CreateOperator(t.Context(), model.Operator{Name: "c", Role: model.RoleMenu}, "hash", vetter)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.CreateDesk(t.Context(), model.Operator{Name: "a"}, "hash", d, vetter); !errors.Is(err, store.ErrDuplicateName) {
			t.Errorf("the same name again: %v", err)
		}
		d.Kinds, d.ValidUntil, d.RowsPerDay = model.FormKinds(), "2027-12-31", 9
		if err := s.SaveDesk(t.Context(), d, vetter); err != nil {
			t.Fatal(err)
		}
		all, err := s.Desks(t.Context(), "", 10)
		if err != nil || len(all) != 2 || all[0].Account != "a" || len(all[1].Kinds) != 2 || all[1].RowsPerDay != 9 || all[1].ValidUntil != "2027-12-31" {
			t.Errorf("%+v, %v", all, err)
		}
		if next, err := s.Desks(t.Context(), "a", 1); err != nil || len(next) != 1 || next[0].Account != "b" {
			t.Errorf("%+v, %v", next, err)
		}
		other := d
		other.OperatorID = menu
		if err := s.SaveDesk(t.Context(), other, vetter); model.CodeOf(err) != model.CodeNotFound {
			t.Errorf("an operator of another role became a department: %v", err)
		}
		if _, err := s.Desk(t.Context(), menu); model.CodeOf(err) != model.CodeNotFound {
			t.Errorf("%v", err)
		}
		if err := s.SetOperatorDisabled(t.Context(), d.OperatorID, true, vetter); err != nil {
			t.Fatal(err)
		}
		if d, err := s.Desk(t.Context(), d.OperatorID); err != nil || !d.Disabled {
			t.Errorf("%+v, %v", d, err)
		}
		entries, _, err := s.Audits(t.Context(), model.Scope{All: true}, store.AuditFilter{}, 0, 10)
		if err != nil || !slices.ContainsFunc(entries, func(a model.Audit) bool {
			return a.Action == "desk.vet" && a.Detail["until"] == "2027-12-31" && a.Detail["kinds"] == "archive,household"
		}) {
			t.Errorf("%+v, %v", entries, err)
		}
		if fmt.Sprint(entries) == "" || strings.Contains(fmt.Sprint(entries), "66778899") {
			t.Error("the audit names the contact")
		}
	}, nextDay)
}

func TestCheckForms(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		qs := authorised(t, s, 4)
		d := newDesk(t, s, "desk")
		change(t, s, 2, func(r model.Record) (model.Change, error) {
			return model.Revoke(r, qs[1].Number, june.Add(6*time.Hour))
		})
		asked := []model.Question{
			qs[0], qs[1],
			{Kind: model.FormArchive, Name: "别人", Number: qs[2].Number},
			{Kind: model.FormArchive, Name: "别人", Number: "2799001CCCCCCCC"},
			{Kind: model.FormArchive, Name: "别人"},
			qs[0], // again
		}
		c := checkOf(asked)
		answers, err := s.CheckForms(t.Context(), d, c)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []model.AuthorizationState{model.AuthorizationActive, model.AuthorizationRevoked, "", "", "", model.AuthorizationActive} {
			if got := answers[i]; got.State != want || got.Found != (want != "") || !got.Found && got.Issued.Authorization.ID != 0 {
				t.Errorf("row %d: %+v, want %q", i, got, want)
			}
		}
		if a := answers[1]; !a.EndedAt.Equal(june.Add(6*time.Hour)) || a.Issued.Record.Graduate.Basics.Name != qs[1].Name {
			t.Errorf("%+v", a)
		}
		for id, want := range map[model.GraduateID]int{1: 1, 2: 1, 3: 0} {
			seen, err := s.Verifications(t.Context(), id, 0, 10)
			if err != nil || len(seen) != want {
				t.Fatalf("graduate %d: %d verifications, %v", id, len(seen), err)
			}
			if want > 0 {
				v := seen[0]
				if v.OperatorID != d.OperatorID || v.Department != d.Department || v.Batch != c.Batch || v.Way != model.WaySheet || v.Network != "192.0.2.0/24" || v.RequestID != "r1" || v.Own {
					t.Errorf("%+v", v)
				}
			}
		}
		if use, err := s.DeskUse(t.Context(), d.OperatorID, s.Clock()); err != nil || use != (model.DeskUse{Rows: 6, Misses: 2}) {
			t.Errorf("%+v, %v", use, err)
		}
		history, err := s.DeskBatches(t.Context(), d.OperatorID, 0, 10)
		if err != nil || len(history) != 1 {
			t.Fatalf("%+v, %v", history, err)
		}
		if b := history[0]; b.Asked != 6 || b.Found != 3 || b.InForce != 2 || b.Kind != model.FormArchive || b.Batch != c.Batch || b.RequestID != "r1" {
			t.Errorf("%+v", b)
		}
		if other, err := s.DeskBatches(t.Context(), d.OperatorID+1, 0, 10); err != nil || len(other) != 0 {
			t.Errorf("another account: %+v, %v", other, err)
		}
	}, nextDay)
}

// TestCheckFormsLimits: what is refused answers nothing, keeps nothing and
// counts nothing.
func TestCheckFormsLimits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		qs := authorised(t, s, 1)
		d := newDesk(t, s, "desk")
		refused := func(what string, d model.Desk, qs []model.Question, code model.Code) {
			t.Helper()
			before, _ := s.DeskUse(t.Context(), d.OperatorID, s.Clock())
			seen, _ := s.Verifications(t.Context(), 1, 0, 100)
			answers, err := s.CheckForms(t.Context(), d, checkOf(qs))
			if model.CodeOf(err) != code || answers != nil {
				t.Errorf("%s: %v, %v; want %s", what, answers, err, code)
			}
			after, _ := s.DeskUse(t.Context(), d.OperatorID, s.Clock())
			now, _ := s.Verifications(t.Context(), 1, 0, 100)
			if before != after || len(seen) != len(now) {
				t.Errorf("%s: %+v became %+v", what, before, after)
			}
		}
		refused("the other kind in one row", d, []model.Question{qs[0], {Kind: model.FormHousehold, Name: "a", Number: "b"}}, model.CodeForbidden)
		refused("nothing", d, nil, model.CodeInvalid)
		refused("501 rows", d, slices.Repeat(qs, 501), model.CodeTooLarge)
		refused("21 of 20 rows", d, slices.Repeat(qs, 21), model.CodeTooMany)
		over := d
		over.ValidUntil = "2027-05-31"
		refused("past its last day", over, qs, model.CodeForbidden)
		wrong := slices.Repeat([]model.Question{{Kind: model.FormArchive, Name: "x", Number: "2799001CCCCCCCC"}}, 6)
		if _, err := s.CheckForms(t.Context(), d, checkOf(wrong)); err != nil {
			t.Fatal(err)
		}
		refused("after 6 misses", d, qs, model.CodeTooMany)
		if _, err := s.CheckForms(t.Context(), newDesk(t, s, "other"), checkOf(qs)); err != nil {
			t.Errorf("another department is refused: %v", err)
		}
	}, nextDay)
}

// TestCheckFormsAtOnce: who asks many times at once gets no further than one by
// one.
func TestCheckFormsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		qs := authorised(t, s, 1)
		d := newDesk(t, s, "desk")
		errs := make(chan error)
		for range 8 {
			go func() {
				_, err := s.CheckForms(t.Context(), d, checkOf(slices.Repeat(qs, 5)))
				errs <- err
			}()
		}
		passed := 0
		for range 8 {
			err := <-errs
			if err == nil {
				passed++
			} else if model.CodeOf(err) != model.CodeTooMany {
				t.Error(err)
			}
		}
		if use, err := s.DeskUse(t.Context(), d.OperatorID, s.Clock()); passed != 4 || use.Rows != 20 || err != nil {
			t.Errorf("%d of 4 passed, %+v, %v", passed, use, err)
		}
	}, nextDay)
}

// TestCheckFormsStatements: as many statements for twenty rows as for one.
func TestCheckFormsStatements(t *testing.T) {
	s := storetest.Open(t, nextDay)
	qs := authorised(t, s, 20)
	d := newDesk(t, s, "desk")
	ask := func(qs []model.Question) int {
		t.Helper()
		count := s.CountQueries(t)
		c := checkOf(qs)
		c.Limits.Rows = 100
		if _, err := s.CheckForms(t.Context(), d, c); err != nil {
			t.Fatal(err)
		}
		return count()
	}
	if one, many := ask(qs[:1]), ask(qs); one != many {
		t.Errorf("%d statements for one row, %d for 20", one, many)
	}
}
