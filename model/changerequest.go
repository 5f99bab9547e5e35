package model

import (
	"time"
)

// changeAsked is the open 变更申请 about the latest revision, nil when none. One
// about a revision that became void meanwhile has nothing left to ask for: the
// graduate may report anew.
func (r Record) changeAsked() *Request {
	if r.void(len(r.Revisions)) {
		return nil
	}
	if q := r.newest(RequestChange, len(r.Revisions)); q != nil && q.State().Open() {
		return q
	}
	return nil
}

// changeGranted reports whether revision n may be replaced because a 变更申请
// about it was granted.
func (r Record) changeGranted(n int) bool {
	q := r.newest(RequestChange, n)
	return q != nil && q.State() == RequestGranted
}

// mayReplace reports whether revision v, which both levels approved, may be
// replaced: it is void, a change was granted, or the graduate said that it is
// wrong.
func (r Record) mayReplace(v Revision) bool {
	a := r.answer(v.Number)
	return r.void(v.Number) || r.changeGranted(v.Number) || a != nil && a.Answer == AnswerWrong
}

// MayAskChange says whether the graduate may apply to change an approved
// destination now, or why not (facts: 作废/变更申请, college and school approve,
// then it is registered anew). Where destinations are born upstream, so are
// changes.
func MayAskChange(r Record, c Cohort, now time.Time) error {
	if r.School.Origin == OriginUpstream {
		return Errorf(CodeLocked, "贵校的毕业去向在%s上报和更新，变更也请在那里申请。", r.School.PlatformName)
	}
	last := r.Latest()
	switch {
	case last == nil || last.State() != ReviewApproved:
		return Errorf(CodeLocked, "毕业去向通过学院、学校审核后才需要申请变更；在此之前可直接修改。")
	case r.Disputed():
		return Errorf(CodeLocked, "您已提出“这不是我登记的”，答复前不能申请变更。")
	case r.changeAsked() != nil:
		return Errorf(CodeConflict, "您已提交变更申请，正在审核中。")
	case r.mayReplace(*last):
		return Errorf(CodeConflict, "您的毕业去向已可更新，无需再申请变更。")
	case r.Graduate.NeedsCheck():
		return Errorf(CodeLocked, "请先核对基本信息，再申请变更。")
	case !c.Open(r.Graduate, now):
		return c.closed(now)
	}
	return nil
}

// AskChange applies to change the approved destination that the graduate saw.
// It stays in force, and readable, until a new revision was approved and
// confirmed.
func AskChange(r Record, c Cohort, revision int, reason string, now time.Time) (Change, error) {
	if revision != len(r.Revisions) {
		return Change{}, changedMeanwhile()
	}
	if err := MayAskChange(r, c, now); err != nil {
		return Change{}, err
	}
	if readable(reason) == "" {
		return Change{}, Invalid("reason", "请写明变更原因，例如已与原单位解约。")
	}
	ch, err := r.ask(Request{Kind: RequestChange, Revision: revision, Reason: reason}, now)
	ch.Cancel = []MessageKind{MessageApproved, MessageDeadline}
	return ch, err
}

// DecideChange answers a 变更申请 at the level that the reviewer saw; college
// before school. When both granted it, the graduate reports anew. Like reviews
// it goes on after the deadline; reporting does not.
func DecideChange(r Record, op Operator, v Ruling, now time.Time) (Change, error) {
	r, q, err := r.rule(op, v, RequestChange, op.MayReview(v.Level), now)
	if err != nil {
		return Change{}, err
	}
	return r.answered(op, q, now), nil
}
