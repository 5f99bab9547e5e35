package store_test

import (
	"fmt"
	"strings"
	"testing"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// TestDeskPagesDoNotScan: what a page of a department, or of a school about its
// notes, asks costs what it shows, however much all departments ever asked.
func TestDeskPagesDoNotScan(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		const rows, desks = 3000, 60
		var looks, batches, notes, days []map[string]any
		for i := range rows {
			desk, batch := int64(1+i%desks), fmt.Sprintf("B%05d", i/10)
			looks = append(looks, map[string]any{
				"authorization_id": i + 1, "graduate_id": i + 1, "kind": "archive", "at": i, "way": "sheet", "network": "", "request_id": "", "own": false,
				"operator_id": desk, "department": "d", "batch": batch, "place": "", "told": true,
			})
			batches = append(batches, map[string]any{
				"batch": fmt.Sprintf("C%05d", i), "operator_id": desk, "at": i, "way": "sheet", "kind": "archive", "asked": 1, "found": 1, "in_force": 1, "request_id": "",
			})
			state := "closed"
			if i%50 == 0 {
				state = "open"
			}
			notes = append(notes, map[string]any{
				"uid": fmt.Sprint(i), "operator_id": desk, "department": "d", "verification_id": i, "form_id": i, "graduate_id": i, "kind": "archive", "item": "other", "at": i,
				"school_code": fmt.Sprintf("99%03d", i%desks), "college": "c", "state": state, "by_kind": "", "by_id": 0, "by_name": "", "answered_at": 0,
			})
			days = append(days, map[string]any{"operator_id": desk, "day": fmt.Sprintf("2027-%05d", i), "asked": 1, "missed": 0, "notes": 0})
		}
		for table, all := range map[string][]map[string]any{"verifications": looks, "desk_batches": batches, "desk_notes": notes, "desk_days": days} {
			for from := 0; from < rows; from += 500 {
				if err := s.DB().Table(table).Create(all[from : from+500]).Error; err != nil {
					t.Fatal(err)
				}
			}
		}
		school := model.Operator{Role: model.RoleSchool, SchoolCode: "99007"}
		for name, ask := range map[string]func() error{
			"history": func() error { _, err := s.DeskBatches(t.Context(), 7, 0, 51); return err },
			"older":   func() error { _, err := s.DeskBatches(t.Context(), 7, 2000, 51); return err },
			"check":   func() error { _, err := s.DeskVerifications(t.Context(), 7, "B00100"); return err },
			"use":     func() error { _, err := s.DeskUse(t.Context(), 7, s.Clock()); return err },
			"notes":   func() error { _, err := s.DeskNotesBy(t.Context(), 7, 0, 51); return err },
			"about":   func() error { _, err := s.DeskNotesAbout(t.Context(), 7, 50); return err },
			"queue":   func() error { _, err := s.DeskNotes(t.Context(), school.Scope(), 0, 51); return err },
			"all":     func() error { _, err := s.DeskNotes(t.Context(), model.Scope{All: true}, 100, 51); return err },
			"counts":  func() error { _, err := s.RequestCounts(t.Context(), school); return err },
			"desk":    func() error { _, _ = s.Desk(t.Context(), 7); return nil },
			"one":     func() error { _, _ = s.DeskVerification(t.Context(), 7, 7); return nil },
			"batch":   func() error { _, _ = s.DeskBatch(t.Context(), 7, "C00006"); return nil },
			"note":    func() error { _, _ = s.DeskNote(t.Context(), 7); return nil },
		} {
			done := s.Statements(t)
			if err := ask(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			all := done()
			if len(all) != 1 {
				t.Errorf("%s: %d statements", name, len(all))
			}
			for _, sql := range all {
				if tables, plan := scanned(t, s, store.Statement{SQL: strings.ReplaceAll(sql, `"`, `'`)}); len(tables) > 0 {
					t.Errorf("%s scans %v: %s\n%s", name, tables, plan, sql)
				}
			}
		}
	}, nextDay)
}
