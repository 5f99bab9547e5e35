package store_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// TestBackfill: the migrations that fill in what a database from before the
// rollups lacks find the same as the transactions do.
func TestBackfill(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		crowd(t, s)
		ids := create(t, s, graduate(101), graduate(102))
		change(t, s, ids[0], slices.Concat([]rule{link(boundAccount(t, s, "u", "o")), check, report("甲")}, approveBoth(1))...)
		change(t, s, ids[1], link(boundAccount(t, s, "v", "p")), check, report("乙"))
		for _, sql := range []string{
			"UPDATE graduates SET settled = '', unit_code = ''", "DELETE FROM destination_counts", "DELETE FROM destination_days", "DELETE FROM unit_uses", "DELETE FROM area_counts",
		} {
			if err := s.DB().Exec(sql).Error; err != nil {
				t.Fatal(err)
			}
		}
		folder := s.Dialect()
		for _, name := range []string{"0066_backfill_settled", "0067_backfill_destination_counts", "0068_backfill_destination_days", "0069_backfill_unit_uses", "0098_backfill_area_counts"} {
			text, err := os.ReadFile(filepath.Join("migrations", folder, name+".sql"))
			if err != nil {
				t.Fatal(err)
			}
			up, _, _ := strings.Cut(strings.TrimPrefix(string(text), "-- +goose Up\n"), "-- +goose Down")
			if err := s.DB().Exec(up).Error; err != nil {
				t.Fatal(name, err)
			}
		}
		wantRollups(t, s)
		r, err := s.Record(t.Context(), ids[0])
		if err != nil {
			t.Fatal(err)
		}
		var settled, day string
		if err := s.DB().Raw("SELECT settled FROM graduates WHERE id = ?", ids[0]).Scan(&settled).Error; err != nil || settled != r.Settled().Destination.Category {
			t.Errorf("settled as %q, %v", settled, err)
		}
		if err := s.DB().Raw("SELECT day FROM destination_days WHERE settled = ?", settled).Scan(&day).Error; err != nil || day != string(model.DateOf(r.Settled().LastReview().At)) {
			t.Errorf("counted on %q, %v", day, err)
		}
	})
}
