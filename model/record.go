package model

import (
	"slices"
	"time"
)

// Record is everything that the rules look at for one graduate.
type Record struct {
	Graduate       Graduate
	School         School
	OpenID         string         // of the linked account; "" when no WeChat is bound
	Draft          *Destination   // as typed, not handed in; nil when none
	Revisions      []Revision     // append-only, oldest first, numbered from 1
	Confirmations  []Confirmation // oldest first
	Authorizations []Authorization
	Requests       []Request  // oldest first, numbered from 1
	Conflicts      []Conflict // oldest first, numbered from 1
	Version        int64      // the store's optimistic lock

	// Voided holds, in what SeenBy returns, when revisions became void whose
	// disputes it leaves out; nil in a record from the store.
	Voided map[int]time.Time
}

// Change is the outcome of a rule: the new record and what must be written
// with it in the same transaction.
type Change struct {
	Record Record
	Audit  Audit
	Owe    []Notice      // messages owed to the graduate
	Cancel []MessageKind // kinds of this graduate's unsent messages that no longer hold
}

// change starts a Change of r by an actor.
func (r Record) change(by Actor, action string, now time.Time) Change {
	return Change{Record: r, Audit: Audit{
		At: now, Actor: by, Action: action, GraduateID: r.Graduate.ID,
		SchoolCode: r.Graduate.SchoolCode, College: r.Graduate.Basics.College,
	}}
}

// Latest is the newest revision, nil when nothing was reported yet.
func (r Record) Latest() *Revision {
	if len(r.Revisions) == 0 {
		return nil
	}
	return &r.Revisions[len(r.Revisions)-1]
}

// Revision returns revision n, nil when there is none.
func (r Record) Revision(n int) *Revision {
	if n < 1 || n > len(r.Revisions) {
		return nil
	}
	return &r.Revisions[n-1]
}

// answer is the newest confirmation answer given to revision n, nil when none.
func (r Record) answer(n int) *Confirmation {
	for _, c := range slices.Backward(r.Confirmations) {
		if c.Revision == n {
			return &c
		}
	}
	return nil
}

// Confirmed is the newest confirmation that found its revision right, nil when
// there is none. It may be of an older revision than the latest. One of a void
// revision does not count.
func (r Record) Confirmed() *Confirmation {
	for _, c := range slices.Backward(r.Confirmations) {
		if c.Answer == AnswerRight && !r.void(c.Revision) {
			return &c
		}
	}
	return nil
}

// Settled is the newest revision that both levels approved and that is not
// void, nil when there is none: what the numbers of 去向落实率 count.
func (r Record) Settled() *Revision {
	for i := len(r.Revisions) - 1; i >= 0; i-- {
		if v := &r.Revisions[i]; v.State() == ReviewApproved && !r.void(v.Number) {
			return v
		}
	}
	return nil
}

// clone copies the slices that a rule appends to or edits, so that a retried
// closure never sees the traces of its first run.
func (r Record) clone() Record {
	r.Revisions = slices.Clone(r.Revisions)
	for i := range r.Revisions {
		r.Revisions[i].Reviews = slices.Clone(r.Revisions[i].Reviews)
	}
	r.Confirmations = slices.Clone(r.Confirmations)
	r.Authorizations = slices.Clone(r.Authorizations)
	r.Requests = slices.Clone(r.Requests)
	for i := range r.Requests {
		r.Requests[i].Answers = slices.Clone(r.Requests[i].Answers)
	}
	r.Conflicts = slices.Clone(r.Conflicts)
	return r
}
