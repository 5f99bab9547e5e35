package store_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func importRows(from, to int, withDestination bool) []store.ImportRow {
	rows := make([]store.ImportRow, 0, to-from)
	for n := from; n < to; n++ {
		r := store.ImportRow{CohortCode: "2027", SchoolCode: "99002", Basics: basics(n)}
		if withDestination {
			d := destination(fmt.Sprintf("某公司%d", n))
			r.Destination, r.ReportedAt = &d, june.Add(-time.Hour)
		}
		rows = append(rows, r)
	}
	return rows
}

func importOptions(now time.Time) store.ImportOptions {
	return store.ImportOptions{Kind: model.SheetRoster, By: roster, Scope: model.Scope{All: true}, Now: now, Codes: anyCodes{}}
}

func mustImport(t testing.TB, s *store.Store, rows []store.ImportRow, now time.Time) []store.ImportOutcome {
	t.Helper()
	out, err := s.Import(t.Context(), rows, importOptions(now))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func tally(out []store.ImportOutcome) map[store.ImportStatus]int {
	n := map[store.ImportStatus]int{}
	for _, o := range out {
		n[o.Status]++
	}
	return n
}

func TestImportRoster(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		rows := importRows(0, 600, true)
		out := mustImport(t, s, rows, june)
		if got := tally(out); got[store.ImportImported] != 600 {
			t.Fatalf("first import: %v", got)
		}
		r, err := s.Record(t.Context(), out[599].ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(rows[599].Basics, r.Graduate.Basics); diff != "" {
			t.Error(diff)
		}
		if last := r.Latest(); last == nil || last.State() != model.ReviewApproved || last.Destination != *rows[599].Destination {
			t.Errorf("destination not taken: %+v", last)
		}
		wantCounts(t, s, map[model.Step]int{model.StepLink: 600})

		queries := s.CountQueries(t)
		if got := tally(mustImport(t, s, rows, june.Add(time.Hour))); got[store.ImportUnchanged] != 600 {
			t.Errorf("second import: %v", got)
		}
		if n := queries(); n > 8 {
			t.Errorf("an unchanged roster of 600 rows takes %d queries", n)
		}

		rows[1].Basics.Phone = "13800000001"
		d := destination("另一公司")
		rows[2].Destination = &d
		rows[3].Basics.College, rows[3].Destination = "文学院", &d
		rows[4].Basics.IDNumber = rows[5].Basics.IDNumber
		rows = append(rows, importRows(600, 601, false)...)
		out = mustImport(t, s, rows, june.Add(2*time.Hour))
		if got := tally(out); got[store.ImportImported] != 1 || got[store.ImportChanged] != 3 || got[store.ImportRefused] != 1 || got[store.ImportUnchanged] != 596 {
			t.Errorf("third import: %v", got)
		}
		if e := out[4].Err; e == nil || e.Field != "id_number" || !errors.Is(e, store.ErrDuplicatePerson) {
			t.Errorf("ID number of another: %v", e)
		}
		if r, err = s.Record(t.Context(), out[3].ID); err != nil || r.Graduate.Basics.College != "文学院" || len(r.Revisions) != 2 {
			t.Errorf("changed row: %v, %d revisions, %v", r.Graduate.Basics.College, len(r.Revisions), err)
		}
		wantCounts(t, s, map[model.Step]int{model.StepLink: 601})
		audits, _, err := s.Audits(t.Context(), model.Scope{All: true}, store.AuditFilter{}, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		actions := map[string]int{}
		for _, a := range audits {
			actions[a.Action]++
		}
		if want := map[string]int{"roster.import": 2, "basics.update": 2, "destination.receive": 2}; !cmp.Equal(want, actions) {
			t.Errorf("audit: %s", cmp.Diff(want, actions))
		}
	})
}

func TestImportRosterRefuses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		known := mustImport(t, s, importRows(0, 1, true), june)[0].ID
		row := func(edit func(*store.ImportRow)) store.ImportRow {
			r := importRows(50, 51, true)[0]
			edit(&r)
			return r
		}
		for _, tt := range []struct {
			name  string
			edit  func(*store.ImportRow)
			now   time.Time
			code  model.Code
			field string
		}{
			{"cohort", func(r *store.ImportRow) { r.CohortCode = "2031" }, june, model.CodeInvalid, "graduates"},
			{"school", func(r *store.ImportRow) { r.SchoolCode = "10001" }, june, model.CodeInvalid, "school"},
			{"no exam number", func(r *store.ImportRow) { r.Basics.ExamNumber = "" }, june, model.CodeInvalid, "exam_number"},
			{"exam number not ASCII", func(r *store.ImportRow) { r.Basics.ExamNumber = "考生" }, june, model.CodeInvalid, "exam_number"},
			{"exam number with a blank", func(r *store.ImportRow) { r.Basics.ExamNumber += " " }, june, model.CodeInvalid, "exam_number"},
			{"name too long", func(r *store.ImportRow) { r.Basics.Name = fmt.Sprintf("%0121d", 1) }, june, model.CodeInvalid, "name"},
			{"broken text", func(r *store.ImportRow) { r.Basics.Major = "\xff" }, june, model.CodeInvalid, "major"},
			{"id number taken", func(r *store.ImportRow) { r.Basics.IDNumber = basics(0).IDNumber }, june, model.CodeInvalid, "id_number"},
			{"category", func(r *store.ImportRow) { r.Destination.Category = "99" }, june, model.CodeInvalid, "category"},
			{"too late", func(*store.ImportRow) {}, cohort27.Deadline.End(), model.CodeClosed, ""},
			{"too late for a known one", func(r *store.ImportRow) {
				r.Basics = basics(0)
				r.Basics.Major = "哲学"
			}, cohort27.Deadline.End(), model.CodeClosed, ""},
		} {
			t.Run(tt.name, func(t *testing.T) {
				good := importRows(70, 71, false)[0]
				out := mustImport(t, s, []store.ImportRow{row(tt.edit), good}, tt.now)
				if e := out[0].Err; out[0].Status != store.ImportRefused || e == nil || e.Code != tt.code || e.Field != tt.field {
					t.Errorf("outcome %+v", out[0])
				}
				if out[1].Status == store.ImportRefused {
					t.Errorf("the good row beside it was refused: %v", out[1].Err)
				}
			})
		}
		r, err := s.Record(t.Context(), known)
		if err != nil || r.Graduate.Basics.Major != basics(0).Major {
			t.Errorf("a refused row left a trace: %q, %v", r.Graduate.Basics.Major, err)
		}
		if _, err := s.Import(t.Context(), make([]store.ImportRow, 1001), importOptions(june)); model.CodeOf(err) != model.CodeTooLarge {
			t.Errorf("1,001 rows: %v", err)
		}
	})
}

func TestImportRosterDuplicatesInBatch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		rows := importRows(0, 4, false)
		rows[1].Basics = rows[0].Basics                   // the same person again
		rows[2].Basics.IDNumber = rows[0].Basics.IDNumber // another person with the number
		rows[3].Basics.IDNumber = rows[0].Basics.IDNumber // at another level: 专升本
		rows[3].Basics.Level = "25"
		out := mustImport(t, s, rows, june)
		want := []store.ImportStatus{store.ImportImported, store.ImportRefused, store.ImportRefused, store.ImportImported}
		for i, o := range out {
			if o.Status != want[i] {
				t.Errorf("row %d: %s (%v), want %s", i, o.Status, o.Err, want[i])
			}
		}
		found, err := s.FindByIDNumber(t.Context(), " "+rows[0].Basics.IDNumber+" ")
		if err != nil || len(found) != 2 {
			t.Errorf("found %d records by the number, %v; want 2", len(found), err)
		}
	})
}

// TestImportRosterAtOnce: the same file uploaded twice at once is taken once.
func TestImportRosterAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		rows := importRows(0, 100, true)
		var wg sync.WaitGroup
		outs := make([][]store.ImportOutcome, 3)
		for i := range outs {
			wg.Go(func() {
				out, err := s.Import(t.Context(), rows, importOptions(june))
				if err != nil {
					t.Error(err)
				}
				outs[i] = out
			})
		}
		wg.Wait()
		total := map[store.ImportStatus]int{}
		for _, out := range outs {
			for status, n := range tally(out) {
				total[status] += n
			}
		}
		if total[store.ImportImported] != 100 || total[store.ImportUnchanged] != 200 {
			t.Errorf("three imports at once: %v", total)
		}
		wantCounts(t, s, map[model.Step]int{model.StepLink: 100})
	})
}

// BenchmarkImportRoster prints the time of one row that is new.
func BenchmarkImportRoster(b *testing.B) {
	for _, db := range []struct {
		name string
		open func(testing.TB, ...storetest.Option) *store.Store
	}{{"sqlite", storetest.Open}, {"mariadb", storetest.OpenMariaDB}} {
		b.Run(db.name, func(b *testing.B) {
			s := db.open(b)
			withSchools(b, s)
			n := 0
			for b.Loop() {
				mustImport(b, s, importRows(n, n+500, true), june)
				n += 500
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/row")
		})
	}
}
