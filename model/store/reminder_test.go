package store_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// boundGraduates creates one graduate of cohort27 for each openid, each in
// the step named at the same place; "" as an openid binds no WeChat.
func boundGraduates(t *testing.T, s *store.Store, openids []string, steps []model.Step) []model.GraduateID {
	t.Helper()
	withSchools(t, s)
	records := make([]model.Record, len(openids))
	for i, openid := range openids {
		g := model.Graduate{
			CohortCode: cohort27.Code, SchoolCode: schoolHere.Code, CreatedAt: start,
			Basics: model.Basics{
				ExamNumber: fmt.Sprintf("2732010000%04d", i), Name: "赵一", IDNumber: fmt.Sprintf("PASSPORT%04d", i), Level: "31",
				College: "理学院", Graduates: "202706",
			},
		}
		r := model.Record{Graduate: g, School: schoolHere}
		if steps[i] != model.StepLink {
			r.Graduate.AccountID, r.Graduate.LinkedAt = boundAccount(t, s, fmt.Sprintf("chsi%04d", i), openid).ID, start
		}
		if steps[i] != model.StepLink && steps[i] != model.StepCheck {
			ch, err := model.CheckBasics(r, start)
			if err != nil {
				t.Fatal(err)
			}
			r = ch.Record
		}
		if steps[i] == model.StepConfirm || steps[i] == model.StepAuthorize {
			approve := func(l model.Level) model.Review {
				return model.Review{Level: l, Decision: model.DecisionApprove, At: start}
			}
			r.Revisions = []model.Revision{{
				Number: 1, Origin: model.OriginHere, ReportedAt: start,
				Reviews: []model.Review{approve(model.LevelCollege), approve(model.LevelSchool)},
			}}
		}
		if steps[i] == model.StepAuthorize {
			r.Confirmations = []model.Confirmation{{Revision: 1, Answer: model.AnswerRight, At: start}}
		}
		if got, _ := r.Step(); got != steps[i] {
			t.Fatalf("graduate %d is at %s, want %s", i, got, steps[i])
		}
		records[i] = r
	}
	ids, err := s.CreateRecords(t.Context(), records, model.BySystem("test"))
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func TestOwing(t *testing.T) {
	openids := []string{"o0", "o1", "o2", "", "o4", "o5", "", "o7"}
	steps := []model.Step{
		model.StepReport, model.StepCheck, model.StepAuthorize, model.StepReport,
		model.StepConfirm, model.StepCheck, model.StepLink, model.StepReport,
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ids := boundGraduates(t, s, openids, steps)
		var want []store.OwingRow
		for _, i := range []int{0, 1, 4, 5, 7} {
			want = append(want, store.OwingRow{ID: ids[i], OpenID: openids[i], Step: steps[i]})
		}
		for _, limit := range []int{1, 2, 3, 100} {
			var got []store.OwingRow
			for after := model.GraduateID(0); ; {
				page, err := s.Owing(t.Context(), cohort27.Code, after, limit)
				if err != nil {
					t.Fatal(err)
				}
				if len(page) > limit {
					t.Fatalf("a page of %d, want at most %d", len(page), limit)
				}
				if len(page) == 0 {
					break
				}
				got = append(got, page...)
				after = page[len(page)-1].ID
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("in pages of %d (-want +got):\n%s", limit, d)
			}
		}
		if rows, err := s.Owing(t.Context(), "2028", 0, 10); err != nil || len(rows) != 0 {
			t.Errorf("Owing of another cohort = %v, %v", rows, err)
		}
	})
}

func rung(id model.GraduateID, openid string, days int) store.DeadlineNotice {
	return store.DeadlineNotice{
		GraduateID: id, OpenID: openid,
		Notice: model.NoticeDeadline(id, model.StepReport, cohort27, days, start),
	}
}

func TestEnqueueDeadline(t *testing.T) {
	openids := []string{"o0", "o1", "o2", "gone"}
	steps := []model.Step{model.StepReport, model.StepCheck, model.StepAuthorize, model.StepReport}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ids := boundGraduates(t, s, openids, steps)
		if _, err := s.Follow(ctx, "gone", false, "", start); err != nil {
			t.Fatal(err)
		}
		all := func(days int) (list []store.DeadlineNotice) {
			for i, id := range ids {
				list = append(list, rung(id, openids[i], days))
			}
			return append(list, rung(ids[0], "", days))
		}
		add := func(list []store.DeadlineNotice, want int) {
			t.Helper()
			if n, err := s.EnqueueDeadline(ctx, list, start); err != nil || n != want {
				t.Fatalf("EnqueueDeadline = %d, %v; want %d", n, err, want)
			}
		}
		key := func(i, days int) string { return rung(ids[i], "", days).Notice.Key }
		check := func(i int, want map[string]model.MessageState) {
			t.Helper()
			wantStates(t, s, ids[i], want)
		}
		add(nil, 0)
		add(all(14), 3)
		add(all(14), 0)
		check(0, map[string]model.MessageState{key(0, 14): model.MessageQueued})
		check(2, map[string]model.MessageState{}) // owes nothing
		check(3, map[string]model.MessageState{key(3, 14): model.MessageHeld})

		// One is sent; the others' rungs are replaced by the next.
		token, got, err := s.ClaimMessages(ctx, 1, time.Minute, start)
		if err != nil || len(got) != 1 || got[0].GraduateID != ids[0] {
			t.Fatalf("ClaimMessages = %v, %v", got, err)
		}
		mustBegin(t, s, got[0].ID, token, start)
		if err := s.Settle(ctx, got[0].ID, token, store.Settlement{State: model.MessageAccepted, MsgID: msgID}); err != nil {
			t.Fatal(err)
		}
		add(all(7), 3)
		check(0, map[string]model.MessageState{key(0, 14): model.MessageAccepted, key(0, 7): model.MessageQueued})
		check(1, map[string]model.MessageState{key(1, 14): model.MessageCancelled, key(1, 7): model.MessageQueued})
		check(3, map[string]model.MessageState{key(3, 14): model.MessageCancelled, key(3, 7): model.MessageHeld})
	})
}

// A step done while the ladder runs: whichever is first, no reminder of it is
// left to be sent.
func TestEnqueueDeadlineRace(t *testing.T) {
	const graduates = 12
	openids, steps := make([]string, graduates), make([]model.Step, graduates)
	for i := range openids {
		openids[i], steps[i] = fmt.Sprintf("o%d", i), model.StepConfirm
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ids := boundGraduates(t, s, openids, steps)
		errs := make(chan error)
		for i, id := range ids {
			go func() {
				_, err := s.EnqueueDeadline(t.Context(), []store.DeadlineNotice{rung(id, openids[i], 7)}, start)
				errs <- err
			}()
			go func() {
				_, err := s.Change(t.Context(), id, func(r model.Record) (model.Change, error) {
					return model.Confirm(r, model.Confirmation{Revision: 1, Answer: model.AnswerRight}, start)
				})
				errs <- err
			}()
		}
		for range 2 * graduates {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		for i, id := range ids {
			if state := states(t, s, id)[rung(id, "", 7).Notice.Key]; state != "" && state != model.MessageCancelled {
				t.Errorf("graduate %d: the reminder is %s", i, state)
			}
		}
	})
}
