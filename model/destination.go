package model

import (
	"strings"
	"time"
	"unicode/utf8"
)

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

// maxText bounds every free text of a destination, in characters.
const maxText = 120

// CheckDestination applies the rules of the cohort's code tables to d and
// returns the first fault, naming the form field. householdIn is the roster's
// answer to 户口是否转入学校.
func CheckDestination(d Destination, householdIn YesNo, codes Codes) error {
	cat, ok := codes.Category(d.Category)
	if !ok {
		return Invalid("category", "请选择毕业去向类别。")
	}
	if d.SubCategory != "" && !cat.HasSub(d.SubCategory) {
		return Invalid("sub_category", "所选具体情况不属于“%s”，请重新选择。", cat.Name)
	}
	if d.SubCategory == "" && cat.NeedsSub {
		return Invalid("sub_category", "请选择“%s”的具体情况。", cat.Name)
	}
	texts := []struct{ field, label, v string }{
		{"unit", "单位名称", d.Unit},
		{"unit_place", "单位所在地", d.UnitPlace},
		{"note", "说明", d.Note},
		{"archive_unit", "档案转递单位名称", d.Archive.Unit},
		{"archive_place", "档案转递单位所在地", d.Archive.Place},
		{"archive_address", "档案转递地址", d.Archive.Address},
		{"archive_contact", "联系人/联系部门", d.Archive.Contact},
		{"archive_phone", "联系电话", d.Archive.Phone},
		{"household_place", "户口迁移所在地", d.Household.Place},
	}
	for _, t := range texts {
		if !utf8.ValidString(t.v) || strings.ContainsAny(t.v, "\r\n\x00") {
			return Invalid(t.field, "%s含有不能识别的字符，请重新填写。", t.label)
		}
		if utf8.RuneCountInString(t.v) > maxText {
			return Invalid(t.field, "%s最多 %d 个字，请缩短后再提交。", t.label, maxText)
		}
	}
	if cat.NeedsUnit && d.Unit == "" {
		return Invalid("unit", "“%s”需要填写%s。", cat.Name, cat.UnitLabel)
	}
	if cat.NeedsPlace && d.UnitPlace == "" {
		return Invalid("unit_place", "“%s”需要填写%s所在地。", cat.Name, strings.TrimSuffix(cat.UnitLabel, "名称"))
	}
	if d.UnitCode != "" && !ValidUnitCode(d.UnitCode) {
		return Invalid("unit_code", "统一社会信用代码应为 18 位，且末位校验码相符，请核对。")
	}
	return checkTransfers(d, householdIn, codes)
}

func checkTransfers(d Destination, householdIn YesNo, codes Codes) error {
	if d.HasArchive() {
		if _, ok := codes.Name(TableArchive, d.Archive.Type); !ok {
			return Invalid("archive_type", "请选择档案转递类型。")
		}
		if d.Archive.Unit == "" {
			return Invalid("archive_unit", "请填写档案转递单位名称，否则档案可能被退回。")
		}
		if d.Archive.Postcode != "" && !digits(d.Archive.Postcode, 6) {
			return Invalid("archive_postcode", "单位邮编应为 6 位数字。")
		}
	}
	if !d.HasHousehold() {
		return nil
	}
	if effective := d.AnsweredHousehold(householdIn); effective == No {
		return Invalid("household_type", "户口未转入学校的，不需要填写户口迁移信息。")
	}
	if _, ok := codes.Name(TableHousehold, d.Household.Type); !ok {
		return Invalid("household_type", "请选择户口迁移类型。")
	}
	return nil
}

// AnsweredHousehold is the roster's answer to 户口是否转入学校, or the
// graduate's own where the roster has none.
func (d Destination) AnsweredHousehold(roster YesNo) YesNo {
	if roster != Unknown {
		return roster
	}
	return d.HouseholdIn
}

func digits(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789") == ""
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
	if err := CheckDestination(d, r.Graduate.Basics.HouseholdIn, codes); err != nil {
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
// waits for the college. An unchanged destination is no change (ok is false).
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
	if r.School.Origin != OriginUpstream && last != nil {
		return Change{}, false, Errorf(CodeConflict, "该毕业生已在本系统上报去向，不能用表格覆盖。")
	}
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
	return ch, true, nil
}

// ValidUnitCode checks a 统一社会信用代码: 18 characters of its alphabet and the
// check digit of GB 32100-2015.
func ValidUnitCode(s string) bool {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	weights := [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}
	if len(s) != 18 {
		return false
	}
	sum := 0
	for i, w := range weights {
		v := strings.IndexByte(alphabet, s[i])
		if v < 0 {
			return false
		}
		sum += v * w
	}
	return alphabet[(31-sum%31)%31] == s[17]
}
