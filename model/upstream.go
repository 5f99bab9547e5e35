package model

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Incoming (上级数据) is what a platform upstream tells about one graduate.
type Incoming struct {
	Destination Destination
	Name        string    // of the graduate as the platform knows him; "" says nothing
	ReportedAt  time.Time // there
	By          Actor     // ByUpstream
}

// Reception is what became of an Incoming.
type Reception string

// The receptions.
const (
	ReceptionAccepted  Reception = "accepted"  // it is the newest revision now
	ReceptionUnchanged Reception = "unchanged" // we had it already
	ReceptionConflict  Reception = "conflict"  // an operator settles it
	ReceptionRefused   Reception = "refused"   // it breaks a rule; nothing was taken
)

// Receptions lists them in the order in which they are counted.
func Receptions() []Reception {
	return []Reception{ReceptionAccepted, ReceptionUnchanged, ReceptionConflict, ReceptionRefused}
}

// clockSkew is how far a platform's clock may be ahead of ours, so that a
// report of this minute is not one from the future.
const clockSkew = 5 * time.Minute

// Reply is what a platform is told about an Incoming.
type Reply struct {
	Reception Reception
	Conflict  ConflictKind // what stands against it, as it is told to platforms
	Kept      bool         // an operator has decided for ours already
}

// Fault says a conflict as an error, nil for every other reply.
func (p Reply) Fault() *Error {
	switch {
	case p.Reception != ReceptionConflict:
		return nil
	case p.Kept:
		return Errorf(CodeConflict, "%s，学校已核实并保留本地数据。", p.Conflict.Chinese())
	default:
		return Errorf(CodeConflict, "%s，已转学校处理。", p.Conflict.Chinese())
	}
}

// ReceiveUpstream takes what a platform upstream tells. It becomes the newest
// revision where nobody here has said or done otherwise; where somebody has, it
// becomes a Conflict for an operator, and what is here stays. The Change is empty
// when there is nothing to write: it was unchanged, or the same conflict waits
// already, or an operator has decided about it. The error is for what breaks a
// rule whoever is right.
func ReceiveUpstream(r Record, c Cohort, in Incoming, codes Codes, now time.Time) (Change, Reply, error) {
	refused := Reply{Reception: ReceptionRefused}
	in.ReportedAt = in.ReportedAt.Truncate(time.Millisecond) // as it will be kept and compared
	switch {
	case in.ReportedAt.IsZero():
		return Change{}, refused, Invalid("reported_at", "请提供上报时间。")
	case in.ReportedAt.After(now.Add(clockSkew)):
		return Change{}, refused, Invalid("reported_at", "上报时间晚于当前时间，请核对系统时钟和时区。")
	}
	if q := r.decided(in); q != nil {
		return Change{}, Reply{ReceptionConflict, q.Kind.Told(false), q.State == ConflictKept}, nil
	}
	kind := r.against(c, in, now)
	if kind == "" && r.knows(in) {
		return r.outdateConflicts(in, now), Reply{Reception: ReceptionUnchanged}, nil
	}
	if err := CheckDestination(in.Destination, r.Graduate.Basics.HouseholdIn, codes); err != nil {
		return Change{}, refused, err
	}
	if err := checkCoded(in.Destination, codes); err != nil {
		return Change{}, refused, err
	}
	if kind != "" {
		return r.conflict(kind, in, now), Reply{Reception: ReceptionConflict, Conflict: kind.Told(false)}, nil
	}
	if !c.Open(r.Graduate, now) {
		return Change{}, refused, c.closed(now)
	}
	r = r.clone()
	r.outdate(in, now)
	return r.received(c, in.Destination, in.By, in.ReportedAt, now), Reply{Reception: ReceptionAccepted}, nil
}

// knows reports whether in tells nothing new: it is the newest revision, or an
// older one that came from upstream and comes again.
func (r Record) knows(in Incoming) bool {
	last := r.Latest()
	if last == nil {
		return false
	}
	if last.Destination == in.Destination {
		return true
	}
	for _, v := range r.Revisions {
		if v.ReportedBy.Kind == ActorUpstream && v.Destination == in.Destination && v.ReportedAt.Equal(in.ReportedAt) {
			return true
		}
	}
	return false
}

// against says what stands here against taking in; "" when nothing does.
func (r Record) against(c Cohort, in Incoming, now time.Time) ConflictKind {
	last := r.Latest()
	if !r.sameName(in.Name) {
		return ConflictName
	}
	if r.Draft != nil && r.School.Origin == OriginHere && !r.knows(in) {
		return ConflictHere
	}
	if last == nil {
		return ""
	}
	void := r.void(last.Number)
	if void && last.Destination == in.Destination {
		return ConflictDispute // upstream still says what was found to be false
	}
	if r.knows(in) {
		return ""
	}
	fromThere := last.ReportedBy.Kind == ActorUpstream || last.Origin == OriginUpstream
	// What is waited for contradicts nobody.
	due := r.updateDue() && (r.School.Origin == OriginUpstream || last.ReportedBy.Kind == ActorUpstream)
	switch {
	case r.Disputed():
		return ConflictDispute
	case r.changeAsked() != nil:
		return ConflictRequest
	case !due && last.ReportedBy.Kind == ActorOperator:
		return ConflictEntered
	case !due && (!fromThere || last.reviewedHere()):
		return ConflictHere
	case in.ReportedAt.Before(last.ReportedAt):
		return ConflictOlder
	case !c.Open(r.Graduate, now):
		return ConflictClosed
	}
	return ""
}

// sameName reports whether the graduate has that name as far as anybody can
// tell, or an operator has said before that it is the same person.
func (r Record) sameName(name string) bool {
	if name == "" || FoldName(name) == FoldName(r.Graduate.Basics.Name) {
		return true
	}
	for _, q := range r.Conflicts {
		if q.State == ConflictTaken && FoldName(q.Incoming.Name) == FoldName(name) {
			return true
		}
	}
	return false
}

// updateDue reports whether the latest revision waits to be replaced: returned,
// void, said to be wrong, or granted a change.
func (r Record) updateDue() bool {
	last := r.Latest()
	if last == nil {
		return false
	}
	a := r.answer(last.Number)
	return last.State() == ReviewReturned || r.void(last.Number) || r.changeGranted(last.Number) || (a != nil && a.Answer == AnswerWrong)
}

// reviewedHere reports whether an operator of ours has reviewed v.
func (v Revision) reviewedHere() bool {
	return slices.ContainsFunc(v.Reviews, func(rv Review) bool { return rv.By.Kind == ActorOperator })
}

// Tally counts what became of the Incoming of one delivery.
type Tally struct{ Accepted, Unchanged, Conflict, Refused int }

// Add counts one more.
func (t *Tally) Add(r Reception) {
	switch r {
	case ReceptionAccepted:
		t.Accepted++
	case ReceptionUnchanged:
		t.Unchanged++
	case ReceptionConflict:
		t.Conflict++
	default:
		t.Refused++
	}
}

// Total is how many were counted.
func (t Tally) Total() int { return t.Accepted + t.Unchanged + t.Conflict + t.Refused }

// UpstreamKey (上级平台密钥) is what a platform signs its posts with, for one
// school. The secret stays in the store.
type UpstreamKey struct {
	ID         string
	SchoolCode string
	Platform   string // its name, as actor of what it sends
	CreatedAt  time.Time
	RevokedAt  time.Time
	ReceivedAt time.Time // of the last post that was worked
	Posts      int
	Tally      Tally // of all its posts
}

// CheckUpstreamKey validates a new key for a school.
func CheckUpstreamKey(k UpstreamKey, s School) error {
	switch {
	case k.SchoolCode == "" || k.SchoolCode != s.Code:
		return Invalid("school", "请指定已有学校的五位代码。")
	case strings.TrimSpace(k.Platform) == "":
		return Invalid("platform", "请用 --platform 写明上级平台的名称；在上级平台上报的学校默认用其设置的平台名称。")
	case utf8.RuneCountInString(k.Platform) > 60:
		return Invalid("platform", "上级平台的名称最多 60 个字。")
	}
	return nil
}

// UpstreamItem is one line of a delivery: whom it is about, and what it tells.
type UpstreamItem struct {
	CohortCode, ExamNumber string
	ExternalID             string // the platform's own name for it, given back with the result
	Incoming               Incoming
	Fault                  *Error // why it cannot even be asked about; nil when it can
}

// UpstreamResult is the answer to one UpstreamItem.
type UpstreamResult struct {
	ExternalID string
	Reply      Reply
	Code       Code   // of what was refused
	Field      string // that is to blame
	Message    string // for people; "" for what was accepted or unchanged
}

// Result puts a Reply, and the fault of what was refused, into words.
func (it UpstreamItem) Result(reply Reply, fault *Error) UpstreamResult {
	out := UpstreamResult{ExternalID: it.ExternalID, Reply: reply}
	if fault != nil {
		out.Reply = Reply{Reception: ReceptionRefused}
	} else if fault = reply.Fault(); fault == nil {
		return out
	}
	out.Code, out.Field, out.Message = fault.Code, fault.Field, fault.Message
	return out
}

// checkCoded refuses, in the words of a platform, codes of no table, which pages
// could not name.
func checkCoded(d Destination, codes Codes) error {
	if c, found := unknownCode(d.coded(), codes); found {
		return Invalid(c.field, "没有这个%s代码，请核对。", c.label)
	}
	return nil
}
