package main

import (
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store/storetest"
)

// The share that owes holds among those bound to WeChat too: that is how many
// reminders a seeded database gives.
func TestSeedSharesAreIndependent(t *testing.T) {
	s := storetest.Open(t)
	now := time.Date(2027, 8, 1, 9, 0, 0, 0, model.Shanghai)
	o := seedOptions{graduates: 200, bound: 0.8, owing: 0.3, deadline: "2027-08-15"}
	counts, err := seed(t.Context(), s, o, now)
	if err != nil {
		t.Fatal(err)
	}
	if want := (seedCounts{graduates: 200, bound: 160, owing: 60, deadline: "2027-08-15"}); counts != want {
		t.Errorf("counts %+v, want %+v", counts, want)
	}
	rows, err := s.Owing(t.Context(), "2027", 0, 500)
	if err != nil || len(rows) != 48 {
		t.Errorf("%d owing and bound, %v; want 48", len(rows), err)
	}
	if _, err := seed(t.Context(), s, o, now); model.CodeOf(err) != model.CodeConflict {
		t.Errorf("a second seed: %v", err)
	}
}
