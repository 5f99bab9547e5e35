package admin_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"quxiang/handler/admin"
	"quxiang/model"
	"quxiang/model/store"
)

// only is a store that notes its calls and has none but those of a queue's page,
// each one query at most (a test of package store): another one would panic.
type only struct {
	admin.Store
	store *store.Store
	calls []string
}

func (o *only) note(call string) { o.calls = append(o.calls, call) }

func (o *only) Operator(ctx context.Context, id model.OperatorID) (model.Operator, error) {
	o.note("operator")
	return o.store.Operator(ctx, id)
}

func (o *only) Queue(ctx context.Context, s model.Scope, f store.QueueFilter, after store.Cursor, limit int) ([]store.QueueRow, store.Cursor, error) {
	o.note("queue")
	return o.store.Queue(ctx, s, f, after, limit)
}

func (o *only) UnitUses(ctx context.Context, of []store.GraduateRow) ([]model.UnitUse, error) {
	if len(of) > 0 { // else it asks nothing
		o.note("units")
	}
	return o.store.UnitUses(ctx, of)
}

func (o *only) SharesOf(ctx context.Context, of []store.GraduateRow) (store.Shares, error) {
	if len(of) > 0 { // as above
		o.note("shares")
	}
	return o.store.SharesOf(ctx, of)
}

func (o *only) StepCounts(ctx context.Context, s model.Scope, cohort string) (map[model.Step]int, error) {
	o.note("steps")
	return o.store.StepCounts(ctx, s, cohort)
}

func (o *only) RequestCounts(ctx context.Context, op model.Operator) (map[model.RequestKind]int, error) {
	o.note("requests")
	return o.store.RequestCounts(ctx, op)
}

// Cohort and Cohorts are answered from memory.
func (o *only) Cohort(ctx context.Context, code string) (model.Cohort, error) {
	return o.store.Cohort(ctx, code)
}

func (o *only) Cohorts(ctx context.Context) ([]model.Cohort, error) { return o.store.Cohorts(ctx) }

// TestQueuePageQueries: a page of a queue asks the same few questions however
// long it is and whatever it is narrowed to: who asks, two for the left column,
// the queue, and at most two for what stands out.
func TestQueuePageQueries(t *testing.T) {
	s := newSite(t)
	for i := range 60 {
		id := s.graduate(here, collegeA, classA, nil).Graduate.ID
		s.receiveAs(id, model.Destination{Category: []string{"71", "76"}[i%2], Note: "自由撰稿"})
		s.report(s.graduate(here, collegeA, classA, nil).Graduate.ID, unitA)
	}
	v := s.operator(model.Operator{Role: model.RoleCollege, SchoolCode: here, College: collegeA})
	counted := &site{t: t, now: begin, data: t.TempDir(), menu: &menu{}, store: s.store, only: &only{}}
	counted.wire()
	v.s = counted
	for _, path := range []string{"/admin/reviews", "/admin/reviews?level=college&category=76", "/admin/reviews?level=college&flagged=1", "/admin/reviews?level=college&size=200", "/admin/changes"} {
		counted.only.calls = nil
		page{}.check(t, v.get(path))
		slices.Sort(counted.only.calls)
		want := "operator queue requests shares steps units"
		if path == "/admin/changes" {
			want = "operator queue requests steps"
		}
		if got := strings.Join(counted.only.calls, " "); got != want {
			t.Errorf("%s asks %s", path, got)
		}
	}
}
