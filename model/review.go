package model

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Level is one of the two levels of review that are ours (guide §4).
type Level string

// The levels of review, in their order, and that of disputes.
const (
	LevelCollege Level = "college"
	LevelSchool  Level = "school"
	LevelAuditor Level = "auditor" // answers disputes only, reviews nothing
)

// Chinese names the level.
func (l Level) Chinese() string {
	switch l {
	case LevelCollege:
		return "学院"
	case LevelSchool:
		return "学校"
	default:
		return "学校监督人员"
	}
}

// Decision is what a reviewer decides.
type Decision string

// The decisions.
const (
	DecisionApprove Decision = "approve"
	DecisionReturn  Decision = "return"
)

// Review (审核) is one decision about one revision.
type Review struct {
	Level    Level
	Decision Decision
	Reason   string // why it was returned, for the graduate to read
	By       Actor
	At       time.Time
}

// ReviewState is where a revision stands between the two levels.
type ReviewState string

// The states of a revision's review.
const (
	ReviewCollege  ReviewState = "college"  // waits for the college
	ReviewSchool   ReviewState = "school"   // waits for the school
	ReviewReturned ReviewState = "returned" // the graduate must mend it
	ReviewApproved ReviewState = "approved" // both levels approved
)

// State derives the state from the reviews: only both approvals make it
// approved.
func (v Revision) State() ReviewState {
	college, school := false, false
	for _, r := range v.Reviews {
		switch {
		case r.Decision == DecisionReturn:
			return ReviewReturned
		case r.Level == LevelCollege:
			college = true
		case r.Level == LevelSchool:
			school = true
		}
	}
	switch {
	case college && school:
		return ReviewApproved
	case college:
		return ReviewSchool
	default:
		return ReviewCollege
	}
}

// LastReview is the newest review, nil when there is none.
func (v Revision) LastReview() *Review {
	if len(v.Reviews) == 0 {
		return nil
	}
	return &v.Reviews[len(v.Reviews)-1]
}

// Verdict is a reviewer's decision about the revision and level that he saw.
type Verdict struct {
	Revision int
	Level    Level
	Decision Decision
	Reason   string // 1–200 characters when returning
}

// Decide applies a verdict. It is refused with CodeChanged when the revision is
// no longer the latest or the level no longer open, so that two reviewers, or a
// reviewer and the graduate, never overwrite one another. Reviews go on after
// the deadline for what was handed in in time.
func Decide(r Record, c Cohort, op Operator, v Verdict, now time.Time) (Change, error) {
	if !op.MayReview(v.Level) || !op.Scope().Covers(r.Graduate) {
		return Change{}, forbidden()
	}
	reason := readable(v.Reason)
	switch {
	case v.Decision != DecisionApprove && v.Decision != DecisionReturn:
		return Change{}, Invalid("decision", "请选择通过或退回。")
	case v.Decision == DecisionReturn && reason == "":
		return Change{}, Invalid("reason", "退回时请写明原因，毕业生会看到。")
	case utf8.RuneCountInString(reason) > 200:
		return Change{}, Invalid("reason", "退回原因最多 200 字。")
	}
	if err := checkReason("reason", reason); err != nil {
		return Change{}, err
	}
	last := r.Latest()
	if last == nil || last.Number != v.Revision || r.void(last.Number) {
		return Change{}, changedMeanwhile()
	}
	if (v.Level == LevelCollege && last.State() != ReviewCollege) || (v.Level == LevelSchool && last.State() != ReviewSchool) {
		return Change{}, Errorf(CodeChanged, "这条去向刚刚已由他人处理，请看最新状态。")
	}
	if v.Decision == DecisionApprove {
		reason = ""
	}
	r = r.clone()
	rev := r.Latest()
	rev.Reviews = append(rev.Reviews, Review{Level: v.Level, Decision: v.Decision, Reason: reason, By: ByOperator(op), At: now})
	ch := r.change(ByOperator(op), "review."+string(v.Decision), now)
	ch.Audit.Detail = revisionDetail(rev.Number)
	ch.Audit.Detail["level"] = string(v.Level)
	switch rev.State() {
	case ReviewReturned:
		ch.Owe = []Notice{noticeReturned(r, c, now)}
		ch.Cancel = []MessageKind{MessageCollegeApproved}
	case ReviewSchool:
		ch.Owe = []Notice{noticeCollegeApproved(r, now)}
	case ReviewApproved:
		ch.Owe = []Notice{noticeApproved(r, c, now)}
		ch.Cancel = []MessageKind{MessageCollegeApproved}
	}
	return ch, nil
}

// Given reports whether op has given this very verdict already, so that the form
// or the sheet that brings it has come twice. Level "" is any.
func (r Record) Given(op Operator, v Verdict) bool {
	rev := r.Revision(v.Revision)
	return rev != nil && slices.ContainsFunc(rev.Reviews, func(rv Review) bool {
		return rv.By == ByOperator(op) && rv.Decision == v.Decision && (v.Level == "" || rv.Level == v.Level) &&
			(v.Decision == DecisionApprove || rv.Reason == readable(v.Reason))
	})
}

func revisionDetail(n int) map[string]string { return map[string]string{"revision": strconv.Itoa(n)} }

func forbidden() *Error { return Errorf(CodeForbidden, "您没有权限进行这项操作。") }

func changedMeanwhile() *Error {
	return Errorf(CodeChanged, "您打开页面之后，信息已有变化。请看最新内容后再提交。")
}
