package model

import (
	"fmt"
	"time"
)

// Step is where a graduate stands. It does not depend on the time of day, so
// that the store can keep it in an indexed column.
type Step string

// The steps of design §2, in their order.
const (
	StepLink          Step = "link"           // log in and link the CHSI account
	StepCheck         Step = "check"          // check the basic information
	StepReport        Step = "report"         // report a destination
	StepCollegeReview Step = "college_review" // the college reviews
	StepSchoolReview  Step = "school_review"  // the school reviews
	StepRevise        Step = "revise"         // returned: mend and report again
	StepConfirm       Step = "confirm"        // 去向登记确认
	StepUpdate        Step = "update"         // said wrong: a new revision is due
	StepAuthorize     Step = "authorize"      // confirmed; forms can be made
	StepDone          Step = "done"           // forms made
	StepChangeCollege Step = "change_college" // a 变更申请 waits for the college
	StepChangeSchool  Step = "change_school"  // a 变更申请 waits for the school
)

// Steps lists all steps in order.
func Steps() []Step {
	return []Step{
		StepLink, StepCheck, StepReport, StepCollegeReview, StepSchoolReview, StepRevise,
		StepConfirm, StepUpdate, StepAuthorize, StepDone, StepChangeCollege, StepChangeSchool,
	}
}

// Chinese says the step in words.
func (s Step) Chinese() string {
	switch s {
	case StepLink:
		return "等待绑定学信网账号"
	case StepCheck:
		return "请核对基本信息"
	case StepReport:
		return "请上报毕业去向"
	case StepCollegeReview:
		return "学院审核中"
	case StepSchoolReview:
		return "学校审核中"
	case StepRevise:
		return "已退回，请修改"
	case StepConfirm:
		return "请确认毕业去向"
	case StepUpdate:
		return "信息有误，请更新"
	case StepAuthorize:
		return "已确认，可核验授权"
	case StepChangeCollege:
		return "变更申请学院审核中"
	case StepChangeSchool:
		return "变更申请学校审核中"
	default:
		return "已确认并授权核验"
	}
}

// Owes reports whether the graduate still has to do something before the
// deadline: the reminders' ladder is for these.
func (s Step) Owes() bool {
	switch s {
	case StepLink, StepCheck, StepReport, StepRevise, StepConfirm, StepUpdate:
		return true
	default:
		return false
	}
}

// OwingSteps lists the steps that Owe.
func OwingSteps() []Step {
	var owing []Step
	for _, s := range Steps() {
		if s.Owes() {
			owing = append(owing, s)
		}
	}
	return owing
}

// Holder is who has the record now.
type Holder string

// The holders.
const (
	HolderGraduate Holder = "graduate"
	HolderCollege  Holder = "college"
	HolderSchool   Holder = "school"
	HolderUpstream Holder = "upstream"
	HolderAuditor  Holder = "auditor"
)

// Chinese names the holder.
func (h Holder) Chinese(s School) string {
	switch h {
	case HolderGraduate:
		return "您本人"
	case HolderCollege:
		return "学院"
	case HolderSchool:
		return "学校就业指导中心"
	case HolderAuditor:
		return LevelAuditor.Chinese()
	default:
		return s.PlatformName
	}
}

// Standing is the part of the answer to "what now?" that does not depend on
// the time of day. The store keeps it in columns of the graduate's row, so
// that lists, jobs and the chat's 办理进度 need no whole record.
type Standing struct {
	Step     Step
	Since    time.Time
	Reason   string // why it was returned, or what was said to be wrong
	Returned Level  // who returned it
	Disputed bool   // 这不是我登记的: waits for the auditor, whatever the step
}

// Chinese says where the record stands, for the graduate.
func (s Standing) Chinese() string {
	if s.Disputed {
		return "您反映的情况正在核实"
	}
	return s.Step.Chinese()
}

// Standing derives where the record stands.
func (r Record) Standing() Standing {
	s := Standing{Disputed: r.Disputed()}
	s.Step, s.Since = r.Step()
	switch s.Step {
	case StepRevise:
		rv := r.Latest().LastReview()
		s.Reason, s.Returned = rv.Reason, rv.Level
	case StepUpdate:
		s.Reason = r.whyUpdate()
	case StepChangeCollege, StepChangeSchool:
		s.Reason = r.changeAsked().Reason
	}
	return s
}

// NextStep is the single answer to "what now?" (design §2).
type NextStep struct {
	Standing
	Holder   Holder
	Deadline Date
	DaysLeft int  // days to the deadline; negative after it
	Open     bool // whether destination fields may still change
	Until    Date // the last day on which they may; "" when not Open
}

// Next answers "what now?" for a record at an instant.
func Next(r Record, c Cohort, now time.Time) NextStep {
	return NextOf(r.Standing(), r.School.Origin, r.Graduate.ReopenedUntil, c, now)
}

// NextOf answers "what now?" from a stored standing, the school's origin and
// the day until which the graduate is reopened.
func NextOf(s Standing, origin Origin, reopened Date, c Cohort, now time.Time) NextStep {
	n := NextStep{
		Standing: s, Holder: HolderGraduate, Deadline: c.Deadline, DaysLeft: c.Deadline.DaysUntil(now),
		Until: c.OpenUntil(Graduate{ReopenedUntil: reopened}, now),
	}
	n.Open = n.Until != ""
	switch s.Step {
	case StepCollegeReview, StepChangeCollege:
		n.Holder = HolderCollege
	case StepSchoolReview, StepChangeSchool:
		n.Holder = HolderSchool
	case StepReport, StepUpdate:
		if origin == OriginUpstream {
			n.Holder = HolderUpstream
		}
	}
	if s.Disputed {
		n.Holder = HolderAuditor
	}
	return n
}

// UpdateCause is why an approved revision is to be replaced.
type UpdateCause string

// The causes, in the order in which they count.
const (
	UpdateVoid    UpdateCause = "void"    // a dispute was right
	UpdateGranted UpdateCause = "granted" // a 变更申请 was granted
	UpdateWrong   UpdateCause = "wrong"   // said to be wrong when it was to be confirmed
)

// UpdateCause says why the latest revision is to be replaced; "" unless the
// step is StepUpdate.
func (r Record) UpdateCause() UpdateCause {
	if step, _ := r.Step(); step != StepUpdate {
		return ""
	}
	switch last := r.Latest().Number; {
	case r.void(last):
		return UpdateVoid
	case r.changeGranted(last):
		return UpdateGranted
	default:
		return UpdateWrong
	}
}

// whyUpdate says it in words. Those on a void revision are for operators as
// well, most of whom must not hear of a dispute.
func (r Record) whyUpdate() string {
	last := r.Latest().Number
	switch r.UpdateCause() {
	case UpdateVoid:
		return "原登记已作废"
	case UpdateGranted:
		return r.newest(RequestChange, last).Reason
	default:
		return r.answer(last).Note
	}
}

// Step derives where the record stands and since when. A review in progress
// comes first: while it lasts nothing is owed by the graduate. Then, in the
// guide's order: link, check, report or mend, confirm, authorise.
func (r Record) Step() (Step, time.Time) {
	last := r.Latest()
	if last != nil {
		switch last.State() {
		case ReviewCollege:
			if !r.void(last.Number) {
				return StepCollegeReview, last.ReportedAt
			}
		case ReviewSchool:
			if !r.void(last.Number) {
				return StepSchoolReview, last.LastReview().At
			}
		}
		if q := r.changeAsked(); q != nil {
			if q.State() == RequestCollege {
				return StepChangeCollege, q.Since()
			}
			return StepChangeSchool, q.Since()
		}
	}
	g := r.Graduate
	switch {
	case g.AccountID == 0:
		return StepLink, g.CreatedAt
	case g.NeedsCheck():
		if g.CheckedAt.IsZero() {
			return StepCheck, g.LinkedAt
		}
		return StepCheck, g.CheckedAt
	case last == nil:
		return StepReport, g.CheckedAt
	case r.void(last.Number):
		return StepUpdate, r.VoidedAt(last.Number)
	case last.State() == ReviewReturned:
		return StepRevise, last.LastReview().At
	case r.changeGranted(last.Number):
		return StepUpdate, r.newest(RequestChange, last.Number).Since()
	}
	a := r.answer(last.Number)
	switch {
	case a == nil:
		return StepConfirm, last.LastReview().At
	case a.Answer == AnswerWrong:
		return StepUpdate, a.At
	}
	for _, auth := range r.Authorizations {
		if auth.Revision == a.Revision && auth.RevokedAt.IsZero() {
			return StepDone, auth.CreatedAt
		}
	}
	return StepAuthorize, a.At
}

// Countdown says how much time is left, for people.
func (n NextStep) Countdown() string {
	switch {
	case n.DaysLeft > 0:
		return fmt.Sprintf("距 %s截止还有 %d 天", n.Deadline.Chinese(), n.DaysLeft)
	case n.DaysLeft == 0:
		return "今天（" + n.Deadline.Chinese() + "）截止"
	case n.Open:
		return "截止日期已过，更新重新开放至" + n.Until.Chinese()
	default:
		return "更新已于" + n.Deadline.Chinese() + "截止"
	}
}
