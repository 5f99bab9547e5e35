package model_test

import (
	"slices"
	"testing"
	"time"

	"quxiang/model"
)

func TestReachWhy(t *testing.T) {
	now := time.Date(2027, 6, 20, 0, 30, 0, 0, model.Shanghai)
	day := func(d int) time.Time { return time.Date(2027, 6, d, 23, 59, 0, 0, model.Shanghai) }
	unbound, unfollowed, silent := model.UnreachedUnbound, model.UnreachedUnfollowed, model.UnreachedSilent
	for _, tt := range []struct {
		name string
		r    model.Reach
		want []model.Unreached
	}{
		{"reached and busy", model.Reach{Step: model.StepReport, Since: day(19), Bound: true}, nil},
		{"the 14th day has not come", model.Reach{Step: model.StepReport, Since: day(7), Bound: true}, nil},
		{"14 days, counted by the calendar", model.Reach{Step: model.StepReport, Since: day(6), Bound: true}, []model.Unreached{silent}},
		{"who waits for others is not silent", model.Reach{Step: model.StepSchoolReview, Since: day(1), Bound: true}, nil},
		{"but has to hear of it", model.Reach{Step: model.StepSchoolReview, Since: day(19), Bound: true, Unfollowed: true}, []model.Unreached{unfollowed}},
		{"never logged in", model.Reach{Step: model.StepLink, Since: day(1)}, []model.Unreached{unbound, silent}},
		{"without WeChat", model.Reach{Step: model.StepConfirm, Since: day(19)}, []model.Unreached{unbound}},
		{"no WeChat, nothing to follow with", model.Reach{Step: model.StepConfirm, Since: day(19), Unfollowed: true}, []model.Unreached{unbound}},
		{"confirmed", model.Reach{Step: model.StepAuthorize, Since: day(1)}, nil},
		{"done", model.Reach{Step: model.StepDone, Since: day(1), Bound: true, Unfollowed: true}, nil},
	} {
		if got := tt.r.Why(14, now); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	for _, s := range model.OwingSteps() {
		if !s.Unfinished() {
			t.Errorf("%s owes something and is finished", s)
		}
	}
}
