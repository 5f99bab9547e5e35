package model

import (
	"slices"
	"time"
)

// Disputed reports whether the graduate said 这不是我登记的 about the latest
// revision and waits for an answer. It stops confirmation.
func (r Record) Disputed() bool {
	q := r.newest(RequestDispute, len(r.Revisions))
	return q != nil && q.State().Open()
}

// DisputedAt is when the open dispute of the latest revision was reported; zero
// when there is none.
func (r Record) DisputedAt() time.Time {
	if !r.Disputed() {
		return time.Time{}
	}
	return r.newest(RequestDispute, len(r.Revisions)).At
}

// void reports whether revision n does not count any more because a dispute
// about it was found right.
func (r Record) void(n int) bool { return !r.VoidedAt(n).IsZero() }

// VoidedAt is when revision n became void (作废); zero while it is not.
func (r Record) VoidedAt(n int) time.Time {
	if q := r.newest(RequestDispute, n); q != nil && q.State() == RequestGranted {
		return q.Since()
	}
	return r.Voided[n]
}

// SeesDisputes reports whether op may know of every dispute in r.
func (o Operator) SeesDisputes(r Record) bool {
	for _, q := range r.Requests {
		if q.Kind == RequestDispute && !o.seesDispute(r, q) {
			return false
		}
	}
	return o.May(ActionDispute)
}

func (o Operator) seesDispute(r Record, q Request) bool {
	v := r.Revision(q.Revision)
	return v != nil && o.MayAnswerDispute(*v)
}

// SeenBy is the record as an operator's pages show it: to whoever does not
// answer a dispute (MayAnswerDispute) there is none, open or answered. That a
// revision is void stays, without the reason. It is for pages only: rules and
// the store take the whole record.
func (r Record) SeenBy(op Operator) Record {
	requests := make([]Request, 0, len(r.Requests))
	voided := map[int]time.Time{}
	for _, q := range r.Requests {
		if q.Kind != RequestDispute || op.seesDispute(r, q) {
			requests = append(requests, q)
			continue
		}
		if q.State() == RequestGranted {
			voided[q.Revision] = q.Since()
		}
	}
	r.Requests, r.Voided = requests, voided
	return r
}

// Betrays reports whether a message to the graduate would tell a reader that
// there was a dispute: it is the answer to one.
func (r Record) Betrays(m Message) bool {
	return m.Notice.Kind == MessageAnswered && slices.ContainsFunc(r.Requests, func(q Request) bool {
		return q.Kind == RequestDispute && m.Notice.Key == answeredKey(r, q)
	})
}

// MayDispute says whether the graduate may say of the latest revision that it is
// not his, or why not. A dispute that was answered is not opened again: the
// answer names whom to ask.
func MayDispute(r Record) error {
	last := r.Latest()
	if last == nil {
		return Errorf(CodeLocked, "现在没有以您的名义登记的毕业去向。")
	}
	if q := r.newest(RequestDispute, last.Number); q != nil && q.State() != RequestWithdrawn {
		if q.State().Open() {
			return Errorf(CodeConflict, "您已于%s反映，学校监督人员正在核实。", DateOf(q.At).Chinese())
		}
		return Errorf(CodeConflict, "您反映的情况已于%s答复。仍有疑问请联系学校就业指导中心。", DateOf(q.Since()).Chinese())
	}
	return nil
}

// Dispute reports that the destination shown was not registered by the
// graduate (被就业). It goes to the school's auditor and never to the operator
// who entered it. No message is taken back for it: operators see what becomes of
// messages.
func Dispute(r Record, revision int, reason string, now time.Time) (Change, error) {
	if revision != len(r.Revisions) {
		return Change{}, changedMeanwhile()
	}
	if err := MayDispute(r); err != nil {
		return Change{}, err
	}
	if readable(reason) == "" {
		return Change{}, Invalid("reason", "请写明情况，例如“我没有与该单位签约”。")
	}
	return r.ask(Request{Kind: RequestDispute, Revision: revision, Reason: reason}, now)
}

// MayAnswerDispute reports whether op may see and answer a dispute about
// revision v: an auditor or administrator who did not enter or review it.
func (o Operator) MayAnswerDispute(v Revision) bool {
	mine := func(a Actor) bool { return a.Kind == ActorOperator && a.ID == int64(o.ID) }
	if mine(v.ReportedBy) {
		return false
	}
	for _, rv := range v.Reviews {
		if mine(rv.By) {
			return false
		}
	}
	return o.May(ActionDispute)
}

// AnswerDispute answers a dispute. Found right, the revision is void: forms that
// show it are no longer in force, and the graduate reports anew. Found wrong, the
// graduate goes on where he was.
func AnswerDispute(r Record, op Operator, v Ruling, now time.Time) (Change, error) {
	may := false
	if q := r.Request(v.Request); q != nil {
		if rev := r.Revision(q.Revision); rev != nil {
			may = op.MayAnswerDispute(*rev)
		}
	}
	v.Level = LevelAuditor
	r, q, err := r.rule(op, v, RequestDispute, may, now)
	if err != nil {
		return Change{}, err
	}
	if q.State() == RequestGranted {
		for i := range r.Requests { // a change of what is void has become pointless
			if c := &r.Requests[i]; c.Kind == RequestChange && c.Revision == q.Revision && c.State().Open() {
				c.WithdrawnAt = now
			}
		}
	}
	return r.answered(op, q, now), nil
}
