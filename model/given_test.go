package model

import "testing"

// TestGiven: a verdict that comes twice is known by what is kept of it.
func TestGiven(t *testing.T) {
	r := Record{Revisions: []Revision{{Number: 1, Reviews: []Review{
		{Level: LevelCollege, Decision: DecisionApprove, By: ByOperator(collegeOp)},
		{Level: LevelSchool, Decision: DecisionReturn, Reason: "单位名称不全", By: ByOperator(schoolOp)},
	}}}}
	for _, tc := range []struct {
		name string
		op   Operator
		v    Verdict
		want bool
	}{
		{"the same", collegeOp, Verdict{Revision: 1, Level: LevelCollege, Decision: DecisionApprove}, true},
		{"no level", collegeOp, Verdict{Revision: 1, Decision: DecisionApprove}, true},
		{"a reason with an approval", collegeOp, Verdict{Revision: 1, Decision: DecisionApprove, Reason: "好"}, true},
		{"another level", collegeOp, Verdict{Revision: 1, Level: LevelSchool, Decision: DecisionApprove}, false},
		{"another's", schoolOp, Verdict{Revision: 1, Level: LevelCollege, Decision: DecisionApprove}, false},
		{"another decision", collegeOp, Verdict{Revision: 1, Level: LevelCollege, Decision: DecisionReturn}, false},
		{"another revision", collegeOp, Verdict{Revision: 2, Level: LevelCollege, Decision: DecisionApprove}, false},
		{"reason as typed", schoolOp, Verdict{Revision: 1, Level: LevelSchool, Decision: DecisionReturn, Reason: " 单位名称\u200b不全 "}, true},
		{"another reason", schoolOp, Verdict{Revision: 1, Level: LevelSchool, Decision: DecisionReturn, Reason: "代码不符"}, false},
	} {
		if got := r.Given(tc.op, tc.v); got != tc.want {
			t.Errorf("%s: %v", tc.name, got)
		}
	}
}
