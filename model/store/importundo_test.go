package store_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// numbers are all lines of the rollups that count somebody, in words.
func numbers(t testing.TB, s *store.Store) []string {
	t.Helper()
	var out []string
	for _, table := range []string{"step_counts", "destination_counts", "destination_days", "unit_uses", "area_counts"} {
		var rows []map[string]any
		if err := s.DB().Table(table).Where("graduates <> 0").Find(&rows).Error; err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			var parts []string
			for k, v := range r {
				if b, ok := v.([]byte); ok {
					v = string(b)
				}
				parts = append(parts, fmt.Sprintf("%s=%v", k, v))
			}
			slices.Sort(parts)
			out = append(out, table+" "+strings.Join(parts, " "))
		}
	}
	slices.Sort(out)
	return out
}

func undoAll(t testing.TB, s *store.Store, task int64, now time.Time) (undone, acted int) {
	t.Helper()
	for after := model.GraduateID(0); ; {
		n, a, last, err := s.UndoImport(t.Context(), task, after, roster, now)
		if err != nil {
			t.Fatal(err)
		}
		undone, acted = undone+n, acted+a
		if last == 0 {
			return undone, acted
		}
		after = last
	}
}

// TestUndoImport: what an import did is gone as if it had not been: records,
// history, messages and numbers.
func TestUndoImport(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		old := mustImport(t, s, importRows(0, 4, true), june)
		// One is bound, so that the import owes a message.
		account := boundAccount(t, s, "u", "o")
		change(t, s, old[1].ID, link(account), check)
		// One has asked for something, and the import moves him to another college.
		change(t, s, old[0].ID, func(r model.Record) (model.Change, error) {
			return model.AskCorrection(r, "name", "别名", "", anyCodes{}, june)
		})
		before := numbers(t, s)
		records := map[model.GraduateID]model.Record{}
		for _, o := range old {
			r, err := s.Record(t.Context(), o.ID)
			if err != nil {
				t.Fatal(err)
			}
			records[o.ID] = r
		}

		rows := importRows(0, 300, true)
		rows[0].Basics.College, rows[0].Basics.IDNumber = "文学院", "999999200501019999"
		for i := range 2 {
			d := destination("另一公司")
			d.Category = "70"
			rows[i].Destination = &d
		}
		o := importOptions(june.Add(26 * time.Hour))
		o.TaskID = 77
		run := func() {
			t.Helper()
			out, err := s.Import(t.Context(), rows, o)
			if err != nil {
				t.Fatal(err)
			}
			if got := tally(out); got[store.ImportImported] != 296 || got[store.ImportChanged] != 2 || got[store.ImportUnchanged] != 2 {
				t.Fatalf("import: %v", got)
			}
		}
		for range 2 { // undone and imported again, everything happens again
			run()
			if created, changed, err := s.ImportChanges(t.Context(), 77); err != nil || created != 296 || changed != 2 {
				t.Errorf("kept: %d, %d, %v", created, changed, err)
			}
			if m, err := s.Messages(t.Context(), old[1].ID, 10); err != nil || len(m) != 1 || m[0].State != model.MessageQueued && m[0].State != model.MessageHeld {
				t.Fatalf("messages: %+v, %v", m, err)
			}
			if n, names, err := s.ImportActedOn(t.Context(), 77, 20); err != nil || n != 0 || len(names) != 0 {
				t.Fatalf("acted on: %d %v, %v", n, names, err)
			}
			if undone, acted := undoAll(t, s, 77, june.Add(50*time.Hour)); undone != 298 || acted != 0 {
				t.Fatalf("undone %d, acted %d", undone, acted)
			}
			if diff := cmp.Diff(before, numbers(t, s)); diff != "" {
				t.Errorf("numbers (-before +after):\n%s", diff)
			}
			for id, want := range records {
				got, err := s.Record(t.Context(), id)
				if err != nil {
					t.Fatal(err)
				}
				if want.Version != got.Version && got.Version == 1 {
					t.Errorf("the version of %d went back", id)
				}
				want.Version = got.Version
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("record %d (-before +after):\n%s", id, diff)
				}
			}
			if m, err := s.Messages(t.Context(), old[1].ID, 10); err != nil || len(m) != 0 {
				t.Errorf("messages: %+v, %v", m, err)
			}
			var college string
			if err := s.DB().Raw("SELECT college FROM requests").Scan(&college).Error; err != nil || college != basics(0).College {
				t.Errorf("the request is in the queue of %q, %v", college, err)
			}
			if found, err := s.FindByExamNumber(t.Context(), basics(200).ExamNumber); err != nil || len(found) != 0 {
				t.Errorf("still there: %v, %v", found, err)
			}
			var left int64
			if err := s.DB().Raw("SELECT (SELECT COUNT(*) FROM revisions) + (SELECT COUNT(*) FROM import_changes)").Scan(&left).Error; err != nil || left != 4 {
				t.Errorf("%d rows of history and of changes are left, %v", left, err)
			}
		}
		if undone, acted := undoAll(t, s, 77, june); undone+acted != 0 {
			t.Errorf("undone twice: %d, %d", undone, acted)
		}
	})
}

// TestUndoIsBlocked by everybody who acts: the graduate who links, a reviewer,
// another import, a message that has gone out.
func TestUndoIsBlocked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		o := importOptions(june)
		o.TaskID = 5
		rows := importRows(0, 5, false)
		rows[4].SchoolCode, rows[4].Basics.Class = "99001", "1班"
		out, err := s.Import(t.Context(), rows, o)
		if err != nil {
			t.Fatal(err)
		}
		change(t, s, out[1].ID, link(boundAccount(t, s, "u", "o")))
		rows[2].Basics.Major = "哲学"
		mustImport(t, s, rows[2:3], june.Add(time.Minute))
		n, names, err := s.ImportActedOn(t.Context(), 5, 1)
		if err != nil || n != 2 || len(names) != 1 || !strings.HasPrefix(names[0], basics(1).Name+"（") {
			t.Errorf("acted on: %d %v, %v", n, names, err)
		}
		// Whoever is acted on in the midst of undoing stays.
		if undone, acted := undoAll(t, s, 5, june.Add(time.Hour)); undone != 3 || acted != 2 {
			t.Errorf("undone %d, acted %d", undone, acted)
		}
		if r, err := s.Record(t.Context(), out[2].ID); err != nil || r.Graduate.Basics.Major != "哲学" {
			t.Errorf("the other import's work: %q, %v", r.Graduate.Basics.Major, err)
		}

		// A message that may have gone out.
		o.TaskID = 6
		d := destination("乙公司")
		change(t, s, out[1].ID, check)
		row := []store.ImportRow{{CohortCode: "2027", SchoolCode: "99002", Basics: rows[1].Basics, Destination: &d}}
		o.Now = june.Add(3 * time.Hour)
		if out, err = s.Import(t.Context(), row, o); err != nil || out[0].Status != store.ImportChanged {
			t.Fatalf("%+v, %v", out, err)
		}
		token, claimed, err := s.ClaimMessages(t.Context(), 10, time.Minute, o.Now.Add(time.Hour))
		if err != nil || len(claimed) != 1 {
			t.Fatalf("claimed %d, %v", len(claimed), err)
		}
		if n, _, err := s.ImportActedOn(t.Context(), 6, 1); err != nil || n != 1 {
			t.Errorf("a message is on its way: %d, %v", n, err)
		}
		if _, err := s.BeginAttempt(t.Context(), claimed[0].ID, token, "o", o.Now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if undone, acted := undoAll(t, s, 6, o.Now.Add(2*time.Hour)); undone != 0 || acted != 1 {
			t.Errorf("after sending: undone %d, acted %d", undone, acted)
		}
		if n, err := s.PurgeImports(t.Context(), o.Now.Add(time.Millisecond)); err != nil || n != 3 {
			t.Errorf("purged %d, %v", n, err)
		}
	})
}

// TestImportAsPreviewed: a row is taken only while its record is as the preview
// saw it.
func TestImportAsPreviewed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		rows := importRows(0, 6, true)
		mustImport(t, s, rows[:4], june)
		rows[1].Basics.Major, rows[2].Basics.Major = "哲学", "哲学"
		o := importOptions(june.Add(time.Hour))
		o.Dry = true
		seen, err := s.Import(t.Context(), rows, o)
		if err != nil {
			t.Fatal(err)
		}
		if got := tally(seen); got[store.ImportImported] != 2 || got[store.ImportChanged] != 2 || got[store.ImportUnchanged] != 2 {
			t.Fatalf("dry: %v", got)
		}
		if want := []model.FieldChange{{Label: "专业", Old: "计算机科学与技术", New: "哲学"}}; !cmp.Equal(want, seen[1].Changes) {
			t.Errorf("changes %+v", seen[1].Changes)
		}
		wantCounts(t, s, map[model.Step]int{model.StepLink: 4})
		for i := range rows {
			rows[i].Previewed, rows[i].Version = true, seen[i].Version
		}
		// Meanwhile: one of those to change, one of the new ones, and the one that was equal.
		other := []store.ImportRow{rows[2], rows[4], rows[3]}
		for i := range other {
			other[i].Previewed, other[i].Basics.Class = false, "别的班"
		}
		mustImport(t, s, other, june.Add(2*time.Hour))
		o.Dry = false
		out, err := s.Import(t.Context(), rows, o)
		if err != nil {
			t.Fatal(err)
		}
		want := []store.ImportStatus{store.ImportUnchanged, store.ImportChanged, store.ImportRefused, store.ImportRefused, store.ImportRefused, store.ImportImported}
		for i, o := range out {
			if o.Status != want[i] || o.Status == store.ImportRefused && o.Err.Code != model.CodeChanged {
				t.Errorf("row %d: %s (%v), want %s", i, o.Status, o.Err, want[i])
			}
		}
		// After a kill it goes on from the first row.
		out, err = s.Import(t.Context(), rows, o)
		if err != nil || out[1].Status != store.ImportUnchanged || out[5].Status != store.ImportUnchanged {
			t.Errorf("again: %+v, %v", out, err)
		}
	})
}

// TestImportScope: whoever works on a college or on classes takes no other's
// rows, new or known, and moves nobody out.
func TestImportScope(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		row := func(n int, school, college, class string) store.ImportRow {
			r := importRows(n, n+1, false)[0]
			r.SchoolCode, r.Basics.College, r.Basics.Class = school, college, class
			return r
		}
		mustImport(t, s, []store.ImportRow{row(0, "99001", "信息学院", "1班"), row(1, "99001", "文学院", "1班"), row(2, "99001", "信息学院", "2班")}, june)
		o := importOptions(june.Add(time.Hour))
		o.Scope = model.Scope{SchoolCode: "99001", College: "信息学院", Classes: []string{"1班"}}
		changed := row(0, "99001", "信息学院", "1班")
		changed.Basics.Major = "哲学"
		for _, tc := range []struct {
			what  string
			row   store.ImportRow
			want  store.ImportStatus
			field string
		}{
			{"own", changed, store.ImportChanged, ""},
			{"own, out of the class", row(0, "99001", "信息学院", "2班"), store.ImportRefused, "class"},
			{"own, out of the college", row(0, "99001", "文学院", "1班"), store.ImportRefused, "college"},
			{"another college's, drawn in", row(1, "99001", "信息学院", "1班"), store.ImportRefused, "exam_number"},
			{"another class's, drawn in", row(2, "99001", "信息学院", "1班"), store.ImportRefused, "exam_number"},
			{"new", row(3, "99001", "信息学院", "1班"), store.ImportImported, ""},
			{"new, another class", row(4, "99001", "信息学院", "2班"), store.ImportRefused, "class"},
			{"new, another college", row(4, "99001", "文学院", "1班"), store.ImportRefused, "college"},
			{"new, another school", row(4, "99002", "信息学院", "1班"), store.ImportRefused, "school"},
		} {
			for _, dry := range []bool{true, false} {
				o.Dry = dry
				out, err := s.Import(t.Context(), []store.ImportRow{tc.row}, o)
				if err != nil {
					t.Fatal(err)
				}
				if out[0].Status != tc.want || tc.field != "" && out[0].Err.Field != tc.field {
					t.Errorf("%s (dry %v): %s, %v", tc.what, dry, out[0].Status, out[0].Err)
				}
			}
		}
		// In other sheets, those out of scope are not found.
		o.Dry, o.Kind = false, model.SheetDestinations
		d := destination("甲")
		out, err := s.Import(t.Context(), []store.ImportRow{{Basics: model.Basics{ExamNumber: basics(1).ExamNumber}, Destination: &d}}, o)
		if err != nil || out[0].Status != store.ImportRefused || !strings.Contains(out[0].Err.Message, "没有找到这个考生号") {
			t.Errorf("%+v, %v", out, err)
		}
	})
}

// TestUndoRaces: whoever acts while an import is undone either acts on a record
// that stays, or finds none; never half of one.
func TestUndoRaces(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		const n = 12
		rows := importRows(0, n, true)
		o := importOptions(june)
		o.TaskID = 9
		out, err := s.Import(t.Context(), rows, o)
		if err != nil {
			t.Fatal(err)
		}
		account := boundAccount(t, s, "u", "o")
		var wg sync.WaitGroup
		linked := make([]bool, n)
		for i := range n {
			wg.Go(func() {
				_, err := s.Change(t.Context(), out[i].ID, link(account))
				if linked[i] = err == nil; err != nil && model.CodeOf(err) != model.CodeNotFound {
					t.Errorf("link: %v", err)
				}
			})
		}
		undone, acted := 0, 0
		wg.Go(func() { undone, acted = undoAll(t, s, 9, june.Add(time.Hour)) })
		wg.Wait()
		stay := 0
		for i, is := range linked {
			r, err := s.Record(t.Context(), out[i].ID)
			switch {
			case is && err == nil && len(r.Revisions) == 1 && r.Graduate.AccountID == account.ID:
				stay++
			case !is && model.CodeOf(err) == model.CodeNotFound:
			default:
				t.Errorf("graduate %d: linked %v, %d revisions, %v", i, is, len(r.Revisions), err)
			}
		}
		if undone+acted != n || stay != acted {
			t.Errorf("undone %d, acted %d, stay %d", undone, acted, stay)
		}
		want := map[model.Step]int{}
		if stay > 0 {
			want[model.StepCheck] = stay
		}
		wantCounts(t, s, want)
	})
}

// TestUndoRacesWithSending: what a phone was told of an import is not undone.
func TestUndoRacesWithSending(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		const n = 30
		rows := importRows(0, n, true)
		out := mustImport(t, s, rows, june)
		for i := range n {
			account := boundAccount(t, s, fmt.Sprint("u", i), fmt.Sprint("o", i))
			change(t, s, out[i].ID, link(account), check)
			d := destination("另一公司")
			rows[i].Destination = &d
		}
		o := importOptions(june.Add(2 * time.Hour))
		o.TaskID = 11
		if _, err := s.Import(t.Context(), rows, o); err != nil {
			t.Fatal(err)
		}
		told := map[model.GraduateID]bool{}
		var wg sync.WaitGroup
		wg.Go(func() {
			for range n {
				token, claimed, err := s.ClaimMessages(t.Context(), 2, time.Minute, o.Now.Add(time.Hour))
				if err != nil {
					t.Errorf("claim: %v", err)
					return
				}
				for _, m := range claimed {
					begun, err := s.BeginAttempt(t.Context(), m.ID, token, m.OpenID, o.Now.Add(time.Hour))
					if err != nil {
						t.Errorf("begin: %v", err)
					}
					if begun {
						told[m.GraduateID] = true
					}
				}
			}
		})
		undone, acted := 0, 0
		wg.Go(func() { undone, acted = undoAll(t, s, 11, o.Now.Add(2*time.Hour)) })
		wg.Wait()
		stand := 0
		for i := range n {
			r, err := s.Record(t.Context(), out[i].ID)
			if err != nil {
				t.Fatal(err)
			}
			stands := len(r.Revisions) == 2
			if told[out[i].ID] && !stands {
				t.Errorf("graduate %d was told of what is undone", i)
			}
			if stands {
				stand++
			}
		}
		if undone+acted != n || stand != acted {
			t.Errorf("undone %d, acted %d, stand %d", undone, acted, stand)
		}
	})
}
