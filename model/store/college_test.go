package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func TestColleges(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		crowd(t, s)
		for _, tt := range []struct {
			cohort, school string
			want           []string
		}{
			{"2027", "99001", []string{"信息学院", "文学院"}},
			{"2027", "99002", []string{"信息学院"}},
			{"2030", "99001", nil},
			{"二〇", "99001", nil},
		} {
			got, err := s.Colleges(t.Context(), tt.cohort, tt.school)
			if d := cmp.Diff(tt.want, got); err != nil || len(got)+len(tt.want) > 0 && d != "" {
				t.Errorf("%s %s: %s, %v", tt.cohort, tt.school, d, err)
			}
		}
	})
}
