package store_test

import (
	"testing"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// TestExportQueries: an export costs one query for its ids and some for each 500
// records, none a row, and hands out each graduate once.
func TestExportQueries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		withSchools(t, s)
		for from := 0; from < 1200; from += 600 {
			mustImport(t, s, importRows(from, from+600, true), june)
		}
		count := s.CountQueries(t)
		seen, batches, told := map[model.GraduateID]bool{}, 0, 0
		err := s.Export(t.Context(), model.Scope{SchoolCode: "99002"}, store.ExportFilter{}, func(n int) error { told = n; return nil },
			func(rs []model.Record) error {
				batches++
				for _, r := range rs {
					seen[r.Graduate.ID] = true
				}
				return nil
			})
		if n := count(); err != nil || batches != 3 || len(seen) != 1200 || told != 1200 || n > 2+6*batches {
			t.Errorf("%d graduates of %d in %d batches with %d queries, %v", len(seen), told, batches, n, err)
		}
		for name, scope := range map[string]model.Scope{"nobody": {}, "another school": {SchoolCode: "99001"}} {
			err := s.Export(t.Context(), scope, store.ExportFilter{}, func(n int) error { told = n; return nil }, func([]model.Record) error { return nil })
			if err != nil || told != 0 {
				t.Errorf("%s: %d, %v", name, told, err)
			}
		}
	})
}
