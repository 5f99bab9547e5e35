package model

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// RequestKind is what a graduate asks for besides reporting.
type RequestKind string

// The kinds of requests.
const (
	RequestChange     RequestKind = "change"     // 作废/变更申请: an approved destination is to change
	RequestCorrection RequestKind = "correction" // 信息更正申请: an item of the basics is wrong
	RequestDispute    RequestKind = "dispute"    // 去向异议: 这不是我登记的
)

// Chinese names the kind.
func (k RequestKind) Chinese() string {
	switch k {
	case RequestChange:
		return "变更申请"
	case RequestCorrection:
		return "信息更正"
	default:
		return "去向异议"
	}
}

// RequestState is with whom a request lies, or how it ended.
type RequestState string

// The states of a request.
const (
	RequestCollege   RequestState = "college" // changes only
	RequestSchool    RequestState = "school"
	RequestAuditor   RequestState = "auditor" // disputes only
	RequestGranted   RequestState = "granted"
	RequestRefused   RequestState = "refused"
	RequestWithdrawn RequestState = "withdrawn"
)

// Chinese says the state in words.
func (s RequestState) Chinese() string {
	return map[RequestState]string{
		RequestCollege: "学院审核中", RequestSchool: "学校处理中", RequestAuditor: "学校监督人员处理中",
		RequestGranted: "已通过", RequestRefused: "未通过", RequestWithdrawn: "已撤回",
	}[s]
}

// Open reports whether somebody still has to answer.
func (s RequestState) Open() bool {
	return s == RequestCollege || s == RequestSchool || s == RequestAuditor
}

// Request (申请) is something that a graduate asked the school for. What was
// asked never changes; answers are appended.
type Request struct {
	Number      int // from 1 within a graduate
	Kind        RequestKind
	Revision    int    // the revision that a change or dispute is about; 0 for a correction
	Item        string // the item that a correction is about, by Item.Key
	Wanted      string // what would be right there, as Graduate.itemValues holds it: a code where the item is coded
	Reason      string // 1–200 characters; may be "" for a correction
	At          time.Time
	Answers     []Review // by level, in their order
	WithdrawnAt time.Time
}

// State derives the state from the answers.
func (q Request) State() RequestState {
	if !q.WithdrawnAt.IsZero() {
		return RequestWithdrawn
	}
	for _, a := range q.Answers {
		if a.Decision == DecisionReturn {
			return RequestRefused
		}
	}
	switch {
	case q.Kind == RequestDispute && len(q.Answers) == 0:
		return RequestAuditor
	case q.Kind == RequestCorrection && len(q.Answers) == 0, q.Kind == RequestChange && len(q.Answers) == 1:
		return RequestSchool
	case q.Kind == RequestChange && len(q.Answers) == 0:
		return RequestCollege
	default:
		return RequestGranted
	}
}

// Since is when the request came into its present state.
func (q Request) Since() time.Time {
	switch {
	case !q.WithdrawnAt.IsZero():
		return q.WithdrawnAt
	case len(q.Answers) > 0:
		return q.Answers[len(q.Answers)-1].At
	default:
		return q.At
	}
}

// Request returns request n, nil when there is none. It looks at the numbers and
// not at the places: SeenBy leaves some out.
func (r Record) Request(n int) *Request {
	for i := range r.Requests {
		if r.Requests[i].Number == n {
			return &r.Requests[i]
		}
	}
	return nil
}

// Ordinal is the place of a request among those of its kind, from 1; 0 when there
// is none such. Addresses and forms of operators carry it instead of the number:
// a gap in the numbers would tell of a dispute.
func (r Record) Ordinal(q Request) int {
	n := 0
	for _, o := range r.Requests {
		if o.Kind == q.Kind {
			n++
		}
		if o.Number == q.Number {
			return n
		}
	}
	return 0
}

// Nth is the request of a kind with an ordinal, nil when there is none.
func (r Record) Nth(kind RequestKind, ordinal int) *Request {
	for i := range r.Requests {
		if r.Requests[i].Kind != kind {
			continue
		}
		if ordinal--; ordinal == 0 {
			return &r.Requests[i]
		}
	}
	return nil
}

// newest is the newest request of a kind about revision n, nil when none.
func (r Record) newest(kind RequestKind, n int) *Request {
	for _, q := range slices.Backward(r.Requests) {
		if q.Kind == kind && q.Revision == n {
			return &q
		}
	}
	return nil
}

// maxRequests bounds how often one graduate can ask in all: everything that was
// asked is kept and read with the record.
const maxRequests = 60

// ask appends a request of the graduate's own.
func (r Record) ask(q Request, now time.Time) (Change, error) {
	if len(r.Requests) >= maxRequests {
		return Change{}, Errorf(CodeTooMany, "您已提交过 %d 项申请，不能再提交。请直接联系学校就业指导中心。", maxRequests)
	}
	q.Reason = readable(q.Reason)
	if err := checkReason("reason", q.Reason); err != nil {
		return Change{}, err
	}
	r = r.clone()
	q.Number, q.At = len(r.Requests)+1, now
	r.Requests = append(r.Requests, q)
	return r.change(ByGraduate(r.Graduate.ID), string(q.Kind)+".ask", now), nil
}

// checkReason bounds a free text of people, which must be one the other side
// can read.
func checkReason(field, text string) error {
	switch {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return Invalid(field, "说明含有不能识别的字符，请重新填写。")
	case utf8.RuneCountInString(text) > 200:
		return Invalid(field, "说明最多 200 字，请缩短后再提交。")
	}
	return nil
}

// WithdrawRequest takes back a request that nobody has answered to the end, or
// a granted change of which nothing was made yet.
func WithdrawRequest(r Record, number int, now time.Time) (Change, error) {
	q := r.Request(number)
	switch {
	case q == nil:
		return Change{}, Errorf(CodeNotFound, "没有找到这项申请。")
	case q.State() == RequestWithdrawn:
		return Change{}, Errorf(CodeConflict, "这项申请已撤回。")
	case !r.MayWithdraw(*q):
		return Change{}, Errorf(CodeConflict, "这项申请已处理完毕，不能撤回。")
	}
	r = r.clone()
	q = r.Request(number)
	q.WithdrawnAt = now
	if q.Kind == RequestChange {
		r.Draft = nil
	}
	ch := r.change(ByGraduate(r.Graduate.ID), string(q.Kind)+".withdraw", now)
	if q.Kind == RequestCorrection {
		ch.Audit.Detail = map[string]string{"item": q.Item}
	}
	return ch, nil
}

// MayWithdraw reports whether q can be taken back: while it is open, or, for a
// change, while it is granted and nothing was made of it.
func (r Record) MayWithdraw(q Request) bool {
	if q.State().Open() {
		return true
	}
	n := len(r.Revisions)
	newest := r.newest(RequestChange, n)
	return q.Kind == RequestChange && q.State() == RequestGranted && newest != nil && newest.Number == q.Number && !r.void(n)
}

// Ruling is an operator's answer to a request at the level that he saw.
type Ruling struct {
	Request  int
	Level    Level
	Decision Decision
	Reason   string // 1–200 characters when refusing, for the graduate to read
	Sure     bool   // asked for when a name or a document's number is to change
}

// rule checks who may answer and that the request still waits at the level, and
// appends the answer. The returned record is a clone; its request is the one
// answered.
func (r Record) rule(op Operator, v Ruling, kind RequestKind, may bool, now time.Time) (Record, *Request, error) {
	if !may || !op.Scope().Covers(r.Graduate) {
		return r, nil, forbidden()
	}
	reason := readable(v.Reason)
	switch {
	case v.Decision != DecisionApprove && v.Decision != DecisionReturn:
		return r, nil, Invalid("decision", "请选择通过或不通过。")
	case v.Decision == DecisionReturn && reason == "":
		return r, nil, Invalid("reason", "不通过时请写明原因，毕业生会看到。")
	}
	if err := checkReason("reason", reason); err != nil {
		return r, nil, err
	}
	q := r.Request(v.Request)
	if q == nil || q.Kind != kind {
		return r, nil, Errorf(CodeNotFound, "没有找到这项申请。")
	}
	if string(q.State()) != string(v.Level) {
		return r, nil, Errorf(CodeChanged, "这项申请刚刚已由他人处理或已撤回，请看最新状态。")
	}
	r = r.clone()
	q = r.Request(v.Request)
	q.Answers = append(q.Answers, Review{Level: v.Level, Decision: v.Decision, Reason: reason, By: ByOperator(op), At: now})
	return r, q, nil
}

// answered is the Change of a request that was answered, with the message to
// the graduate once it has ended.
func (r Record) answered(op Operator, q *Request, now time.Time) Change {
	last := q.Answers[len(q.Answers)-1]
	ch := r.change(ByOperator(op), string(q.Kind)+"."+string(last.Decision), now)
	if q.Kind != RequestDispute {
		ch.Audit.Detail = map[string]string{"level": string(last.Level)}
		if q.Item != "" {
			ch.Audit.Detail["item"] = q.Item
		}
	}
	if !q.State().Open() {
		ch.Owe = []Notice{noticeAnswered(r, *q, now)}
	}
	return ch
}
