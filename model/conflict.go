package model

import (
	"slices"
	"strconv"
	"time"
)

// ConflictKind says what stands here against what upstream tells.
type ConflictKind string

// The kinds of conflicts, in the order in which they are looked for.
const (
	ConflictName    ConflictKind = "name"    // the 考生号 has another name here
	ConflictDispute ConflictKind = "dispute" // the graduate said 这不是我登记的
	ConflictRequest ConflictKind = "request" // a 变更申请 waits here
	ConflictEntered ConflictKind = "entered" // an operator entered what is here
	ConflictHere    ConflictKind = "here"    // reported or reviewed on our own pages
	ConflictOlder   ConflictKind = "older"   // upstream's is older than ours
	ConflictClosed  ConflictKind = "closed"  // the deadline has passed
)

// ConflictKinds lists them.
func ConflictKinds() []ConflictKind {
	return []ConflictKind{ConflictName, ConflictDispute, ConflictRequest, ConflictEntered, ConflictHere, ConflictOlder, ConflictClosed}
}

// Chinese says what the conflict is about.
func (k ConflictKind) Chinese() string {
	return map[ConflictKind]string{
		ConflictName:    "考生号对应的姓名不一致",
		ConflictDispute: "毕业生反映“这不是我登记的”",
		ConflictRequest: "毕业生的变更申请正在审核",
		ConflictEntered: "本系统的去向由管理员录入",
		ConflictHere:    "本系统的去向已有人填报、审核或处理",
		ConflictOlder:   "上级数据早于本系统的去向",
		ConflictClosed:  "登记信息的更新已截止",
	}[k]
}

// Told is the kind as it is told to everybody who may not know of disputes
// (SeesDisputes): platforms, the audit log, and most operators.
func (k ConflictKind) Told(seesDisputes bool) ConflictKind {
	if k == ConflictDispute && !seesDisputes {
		return ConflictHere
	}
	return k
}

// ConflictState is how a conflict stands.
type ConflictState string

// The states of a conflict.
const (
	ConflictOpen     ConflictState = "open"
	ConflictTaken    ConflictState = "taken"    // upstream's was taken over
	ConflictKept     ConflictState = "kept"     // ours stands
	ConflictOutdated ConflictState = "outdated" // upstream itself has said something else since
)

// Chinese says the state in words.
func (s ConflictState) Chinese() string {
	return map[ConflictState]string{
		ConflictOpen: "待处理", ConflictTaken: "已采用上级数据", ConflictKept: "已保留本地数据", ConflictOutdated: "上级已有更新",
	}[s]
}

// Conflict (上级数据冲突) is something that came from upstream and was not taken
// in, because somebody here has said or done otherwise. What came never changes.
type Conflict struct {
	Number    int // from 1 within a graduate
	Kind      ConflictKind
	Revision  int // the latest one when it came, or when ours was kept; 0 for none
	Incoming  Incoming
	At        time.Time // when it came
	State     ConflictState
	Reason    string // the operator's, 1–200 characters when ours was kept
	SettledBy Actor
	SettledAt time.Time
}

// Conflict returns conflict n, nil when there is none.
func (r Record) Conflict(n int) *Conflict {
	if n < 1 || n > len(r.Conflicts) {
		return nil
	}
	return &r.Conflicts[n-1]
}

// OpenConflict is the one that waits for an operator, nil when none does: a
// newer one from upstream outdates those before.
func (r Record) OpenConflict() *Conflict {
	for i := range slices.Backward(r.Conflicts) {
		if r.Conflicts[i].State == ConflictOpen {
			return &r.Conflicts[i]
		}
	}
	return nil
}

// decided is the conflict that tells the same as in and waits, or was decided
// against while the same revision stood here; nil when there is none.
func (r Record) decided(in Incoming) *Conflict {
	for i := range slices.Backward(r.Conflicts) {
		q := &r.Conflicts[i]
		same := q.Incoming.Destination == in.Destination && FoldName(q.Incoming.Name) == FoldName(in.Name)
		if same && q.Revision == len(r.Revisions) && (q.State == ConflictOpen || q.State == ConflictKept) {
			return q
		}
	}
	return nil
}

// outdate ends the open conflicts before in, which upstream sent later. r must
// be a clone.
func (r Record) outdate(in Incoming, now time.Time) bool {
	changed := false
	for i := range r.Conflicts {
		q := &r.Conflicts[i]
		if q.State == ConflictOpen {
			q.State, q.SettledBy, q.SettledAt = ConflictOutdated, in.By, now
			changed = true
		}
	}
	return changed
}

// outdateConflicts is the Change of a message from upstream that says nothing
// but that a conflict is over; the empty Change when there is none.
func (r Record) outdateConflicts(in Incoming, now time.Time) Change {
	r = r.clone()
	if !r.outdate(in, now) {
		return Change{}
	}
	return r.change(in.By, "conflict.outdated", now)
}

// conflict opens one.
func (r Record) conflict(kind ConflictKind, in Incoming, now time.Time) Change {
	r = r.clone()
	r.outdate(in, now)
	r.Conflicts = append(r.Conflicts, Conflict{
		Number: len(r.Conflicts) + 1, Kind: kind, Revision: len(r.Revisions), Incoming: in, At: now, State: ConflictOpen,
	})
	ch := r.change(in.By, "conflict.open", now)
	ch.Audit.Detail = map[string]string{"conflict": strconv.Itoa(len(r.Conflicts)), "kind": string(kind.Told(false))}
	return ch
}

// Settlement is an operator's answer to a conflict.
type Settlement struct {
	Conflict int
	Revision int // the latest one that the operator saw; 0 for none
	Take     bool
	Reason   string // 1–200 characters when ours is kept
}

// MayTake says whether upstream's side of a conflict may be taken over now, or
// what has to come first. The gates of the flow hold for an operator as well.
func MayTake(r Record, c Cohort, op Operator, q Conflict, codes Codes, now time.Time) error {
	if r.Disputed() {
		if !op.SeesDisputes(r) {
			return Errorf(CodeLocked, "这条去向暂时不能更换，请过几天再处理，或联系系统管理员。")
		}
		return Errorf(CodeLocked, "毕业生反映“这不是我登记的”，学校监督人员答复后才能采用上级数据。")
	}
	for _, v := range r.Revisions {
		if v.Destination == q.Incoming.Destination && r.void(v.Number) {
			return Errorf(CodeLocked, "同样的去向在本系统已作废，不能再次采用。请保留本地数据，并在上级平台更正。")
		}
	}
	if !c.Open(r.Graduate, now) {
		return Errorf(CodeClosed, "登记信息的更新已截止。如需采用上级数据，请先在毕业生页面“重新开放更新”。")
	}
	return CheckDestination(q.Incoming.Destination, r.Graduate.Basics.HouseholdIn, codes)
}

// SettleConflict decides a conflict. Taken, what came becomes the newest
// revision: approved for a school whose graduates report upstream, else for the
// college to review as any other. Kept, nothing changes here, and the same from
// upstream does not ask again while the same revision stands.
func SettleConflict(r Record, c Cohort, op Operator, s Settlement, codes Codes, now time.Time) (Change, error) {
	if !op.May(ActionUpstream) || !op.Scope().Covers(r.Graduate) {
		return Change{}, forbidden()
	}
	reason := readable(s.Reason)
	if err := checkReason("reason", reason); err != nil {
		return Change{}, err
	}
	if !s.Take && reason == "" {
		return Change{}, Invalid("reason", "保留本地数据时请写明理由，供以后查阅。")
	}
	q := r.Conflict(s.Conflict)
	switch {
	case q == nil:
		return Change{}, Errorf(CodeNotFound, "没有找到这条冲突。")
	case q.State != ConflictOpen:
		return Change{}, Errorf(CodeChanged, "这条冲突刚刚已处理（%s），请看最新状态。", q.State.Chinese())
	case s.Revision != len(r.Revisions):
		return Change{}, changedMeanwhile()
	}
	r = r.clone()
	q = r.Conflict(s.Conflict)
	q.Reason, q.SettledBy, q.SettledAt = reason, ByOperator(op), now
	detail := map[string]string{"conflict": strconv.Itoa(q.Number), "kind": string(q.Kind.Told(false))}
	if !s.Take {
		q.State, q.Revision = ConflictKept, len(r.Revisions)
		ch := r.change(ByOperator(op), "conflict.keep", now)
		ch.Audit.Detail = detail
		return ch, nil
	}
	if err := MayTake(r, c, op, *q, codes, now); err != nil {
		return Change{}, err
	}
	q.State = ConflictTaken
	for i := range r.Requests { // a change of what is replaced has become pointless
		if a := &r.Requests[i]; a.Kind == RequestChange && a.Revision == len(r.Revisions) && a.State().Open() {
			a.WithdrawnAt = now
		}
	}
	ch := r.received(c, q.Incoming.Destination, q.Incoming.By, q.Incoming.ReportedAt, now)
	detail["revision"] = strconv.Itoa(len(ch.Record.Revisions))
	ch.Audit.Actor, ch.Audit.Action, ch.Audit.Detail = ByOperator(op), "conflict.take", detail
	return ch, nil
}
