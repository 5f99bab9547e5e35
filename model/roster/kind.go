package roster

import (
	"slices"

	"quxiang/model"
)

// what names a kind of sheet in messages about a file as a whole.
func what(k model.SheetKind) string {
	if k == model.SheetRoster {
		return "毕业生源信息"
	}
	return k.Chinese()
}

// columnsOf are the columns that sheets of a kind are known to have. Those that
// are not listed for a kind are left alone in it, so that an export can show
// more than an import takes.
func columnsOf(k model.SheetKind) []column {
	named := []field{examNumber, name, schoolCode, schoolName, graduates}
	switch k {
	case model.SheetDestinations:
		return slices.DeleteFunc(columns(), func(c column) bool {
			return (c.field < categoryCode || c.field > reportedAt) && !slices.Contains(named, c.field)
		})
	case model.SheetReviews:
		return append(slices.DeleteFunc(columns(), func(c column) bool { return !slices.Contains(named, c.field) }), reviewColumns()...)
	case model.SheetRoster:
	}
	return columns()
}

// reviewColumns are those of a sheet of reviews beside who it is about.
func reviewColumns() []column {
	return []column{
		{reviewLevel, "审核级别", "", []string{"审核层级", "级别"}},
		{reviewRevision, "版本", "", []string{"去向版本", "上报版本"}},
		{reviewResult, "审核结果", "", []string{"结果", "审核意见"}},
		{reviewReason, "退回原因", "", []string{"退回理由", "不通过原因"}},
	}
}

// requiredOf are the columns without which a row of a kind says too little; each
// may be given as either of its fields.
func requiredOf(k model.SheetKind, school string) [][]field {
	switch k {
	case model.SheetDestinations:
		return [][]field{{examNumber}, {category, categoryCode}}
	case model.SheetReviews:
		return [][]field{{examNumber}, {reviewRevision}, {reviewResult}}
	case model.SheetRoster:
	}
	return required(school)
}

// who reads whom a row of a sheet other than a roster is about.
func (l *line) who() {
	b := &l.row.Basics
	b.ExamNumber = l.examNumber()
	l.need(examNumber, b.ExamNumber)
	b.Name = l.text(name)
	l.row.SchoolName = l.text(schoolName)
	if l.raw(schoolCode) != "" || l.school != "" {
		l.row.SchoolCode = l.schoolCode()
	}
	if b.Graduates = l.month(graduates); b.Graduates != "" {
		l.row.CohortCode = string(b.Graduates[:4])
	}
}

// verdict reads the decision of a row of reviews; one without a result is
// complete and says nothing.
func (l *line) verdict() {
	result := l.text(reviewResult)
	if result == "" {
		if l.raw(reviewReason) != "" {
			l.fault(reviewResult, "为空，但填有退回原因。请填“退回”，或清空退回原因。")
		}
		return
	}
	v := model.Verdict{Level: l.level(), Revision: l.revisionNumber(), Reason: l.bounded(reviewReason, maxReason)}
	switch result {
	case "通过", "审核通过", "同意":
		v.Decision = model.DecisionApprove
		if v.Reason != "" {
			l.fault(reviewReason, "审核结果是“通过”，不应填退回原因。请核对后改正其中一项。")
		}
	case "退回", "审核退回", "不通过":
		v.Decision = model.DecisionReturn
		if l.raw(reviewReason) == "" {
			l.fault(reviewReason, "退回时请写明原因，毕业生会看到。")
		}
	default:
		l.fault(reviewResult, "应填“通过”或“退回”，不审核的请留空，现在是"+quote(result)+"。")
	}
	l.row.Verdict = &v
}

// level reads 学院 or 学校; empty is the level at which the revision waits.
func (l *line) level() model.Level {
	s := l.text(reviewLevel)
	switch s {
	case "":
		return ""
	case "学院", "院系", "学院审核", "college":
		return model.LevelCollege
	case "学校", "校级", "学校审核", "school":
		return model.LevelSchool
	}
	l.fault(reviewLevel, "应填“学院”或“学校”，现在是"+quote(s)+"。")
	return ""
}

// revisionNumber reads which reported version the reviewer saw.
func (l *line) revisionNumber() int {
	s := l.number(reviewRevision)
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' || n > 9999 {
			n = 0
			break
		}
		n = n*10 + int(c-'0')
	}
	if n == 0 {
		l.fault(reviewRevision, "应填所审核的版本号（导出的审核表中已有，如 1），现在是"+quote(s)+"。")
	}
	return n
}

// blamed are the columns of what the rules of model and store blame.
func blamed() map[string]field {
	return map[string]field{
		"exam_number": examNumber, "name": name, "id_number": idNumber, "sex": sex, "ethnicity": ethnicity, "politics": politics,
		"level": level, "training": training, "commissioner": commissioner, "origin": origin, "entered": entered, "graduates": graduates,
		"degree": degree, "school": schoolCode, "院校代码": schoolCode, "院校名称": schoolName, "毕业时间": graduates,
		"college": college, "class": class, "student_number": studentNumber,
		"major": major, "major_direction": majorDirection, "years": years, "archive_in": archiveIn, "household_in": householdIn,
		"email": email, "phone": phone, "hardship": hardship, "teacher": teacher,
		"category": category, "sub_category": category, "unit": unit, "unit_code": unitCode, "unit_place": unitPlace, "note": note,
		"unit_kind": unitKind, "industry": industry, "job_kind": jobKind, "signed_on": signedOn,
		"archive_type": archiveType, "archive_unit": archiveUnit, "archive_place": archivePlace, "archive_address": archiveAddress,
		"archive_postcode": archivePostcode, "archive_contact": archiveContact, "archive_phone": archivePhone,
		"household_type": householdType, "household_place": householdPlace,
		"decision": reviewResult, "reason": reviewReason, "revision": reviewRevision,
	}
}
