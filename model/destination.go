package model

import "time"

// ArchiveTransfer (档案转递) is where the personal archive goes.
type ArchiveTransfer struct {
	Type     string // code of TableArchive
	Unit     string // 档案转递单位名称
	Place    string // 档案转递单位所在地
	Address  string
	Postcode string
	Contact  string // 联系人/联系部门
	Phone    string // 联系电话
}

// HouseholdTransfer (户口迁移) is where the household registration goes.
type HouseholdTransfer struct {
	Type  string // code of TableHousehold
	Place string // 户口迁移所在地
}

// Destination (毕业去向) is what a graduate reports. It is compared with ==.
type Destination struct {
	Category    string // code of the category table
	SubCategory string // code below the category, "" when it has none
	Unit        string // 单位名称, or the school for 升学
	UnitCode    string // 统一社会信用代码
	UnitKind    string // 单位性质
	Industry    string // 单位行业
	UnitPlace   string // 单位所在地
	JobKind     string // 职位类别
	SignedOn    Date   // 签约日期
	Note        string // content of the work, venture or study where the category asks for it

	HouseholdIn YesNo // the graduate's own answer where the roster is silent
	Archive     ArchiveTransfer
	Household   HouseholdTransfer
}

// HasArchive reports whether an archive transfer is registered: without one the
// form leaves the block out (guide §5.1).
func (d Destination) HasArchive() bool { return d.Archive != ArchiveTransfer{} }

// HasHousehold reports whether a household transfer is registered.
func (d Destination) HasHousehold() bool { return d.Household != HouseholdTransfer{} }

// Revision is one reported version of the destination. Its content never
// changes; reviews are appended.
type Revision struct {
	Number      int
	Destination Destination
	Origin      Origin
	ReportedAt  time.Time
	ReportedBy  Actor
	Reviews     []Review
}

// MayReport says whether the graduate may hand in a destination on our pages
// now, or why not: nothing is reported, or the last one was returned, or said
// to be wrong.
func MayReport(r Record, c Cohort, now time.Time) error {
	if r.School.Origin == OriginUpstream {
		return Errorf(CodeLocked, "贵校的毕业去向在%s上报和更新，本系统只供核对确认。", r.School.PlatformName)
	}
	if r.Graduate.NeedsCheck() {
		return Errorf(CodeLocked, "请先核对基本信息，再上报毕业去向。")
	}
	if !c.Open(r.Graduate, now) {
		return c.closed(now)
	}
	last := r.Latest()
	if last == nil {
		return nil
	}
	switch {
	case r.Disputed():
		return Errorf(CodeLocked, "您已反映“这不是我登记的”，学校监督人员答复前不能修改。")
	case r.void(last.Number):
		return nil
	}
	switch last.State() {
	case ReviewCollege, ReviewSchool:
		return Errorf(CodeConflict, "您的毕业去向正在审核中，审核结束后才能修改。")
	case ReviewReturned:
		return nil
	}
	switch {
	case r.changeAsked() != nil:
		return Errorf(CodeConflict, "您的变更申请正在审核中，通过后才能更新毕业去向。")
	case r.mayReplace(*last):
		return nil
	}
	return Errorf(CodeConflict, "您的毕业去向已通过审核。如信息有误，请在“去向登记确认”中选择“信息有误，需更新后确认”；已确认的，请申请变更。")
}

// SaveDraft keeps d as typed, whatever is missing, for a graduate who may
// report.
func SaveDraft(r Record, c Cohort, d Destination, now time.Time) (Change, error) {
	if err := MayReport(r, c, now); err != nil {
		return Change{}, err
	}
	r.Draft = &d
	return r.change(ByGraduate(r.Graduate.ID), "destination.draft", now), nil
}

// Report hands in a new revision on our pages (毕业去向上报). base is the number
// of the latest revision that the graduate saw (0 for none): another tab that
// was faster makes this one CodeChanged.
func Report(r Record, c Cohort, base int, d Destination, codes Codes, now time.Time) (Change, error) {
	if base != len(r.Revisions) {
		return Change{}, changedMeanwhile()
	}
	if err := MayReport(r, c, now); err != nil {
		return Change{}, err
	}
	d = d.handedIn(r.Graduate.Basics.HouseholdIn, codes)
	if err := CheckReported(d, r.Graduate.Basics.HouseholdIn, codes); err != nil {
		return Change{}, err
	}
	r = r.clone()
	r.Draft = nil
	by := ByGraduate(r.Graduate.ID)
	r.Revisions = append(r.Revisions, Revision{
		Number: len(r.Revisions) + 1, Destination: d, Origin: OriginHere, ReportedAt: now, ReportedBy: by,
	})
	ch := r.change(by, "destination.report", now)
	ch.Audit.Detail = revisionDetail(r.Latest().Number)
	ch.Cancel = []MessageKind{MessageReturned, MessageDeadline}
	return ch, nil
}

// Receive takes a destination from outside: a roster that carries one, or a
// platform upstream. For a school whose origin is upstream it has passed both
// reviews there, and stands here as approved; for a school that reports here it
// waits for the college, and replaces nothing but what came in the same way and
// was returned: what the graduate has reported is the graduate's to mend. An
// unchanged destination is no change (ok is false).
func Receive(r Record, c Cohort, d Destination, by Actor, reportedAt, now time.Time, codes Codes) (_ Change, ok bool, _ error) {
	last := r.Latest()
	if last != nil && last.Destination == d {
		return Change{}, false, nil
	}
	if !c.Open(r.Graduate, now) {
		return Change{}, false, c.closed(now)
	}
	if err := CheckDestination(d, r.Graduate.Basics.HouseholdIn, codes); err != nil {
		return Change{}, false, err
	}
	if r.School.Origin != OriginUpstream && last != nil && !last.enteredAndReturned() {
		return Change{}, false, Errorf(CodeConflict, "该毕业生已在本系统上报去向，不能用表格覆盖。")
	}
	return r.received(c, d, by, reportedAt, now), true, nil
}

// received appends what came from outside as a new revision: approved where
// both reviews were upstream, else waiting for the college.
func (r Record) received(c Cohort, d Destination, by Actor, reportedAt, now time.Time) Change {
	r = r.clone()
	rev := Revision{Number: len(r.Revisions) + 1, Destination: d, Origin: r.School.Origin, ReportedAt: reportedAt, ReportedBy: by}
	if r.School.Origin == OriginUpstream {
		rev.Reviews = []Review{
			{Level: LevelCollege, Decision: DecisionApprove, By: ByUpstream(r.School.PlatformName), At: reportedAt},
			{Level: LevelSchool, Decision: DecisionApprove, By: ByUpstream(r.School.PlatformName), At: reportedAt},
		}
	}
	r.Revisions = append(r.Revisions, rev)
	r.Draft = nil
	ch := r.change(by, "destination.receive", now)
	ch.Audit.Detail = revisionDetail(rev.Number)
	ch.Cancel = []MessageKind{MessageReturned, MessageDeadline}
	if rev.State() == ReviewApproved {
		ch.Owe = []Notice{noticeApproved(r, c, now)}
	}
	return ch
}
