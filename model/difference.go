package model

import "strings"

// FieldChange is one field of a record that a change touches, in words.
type FieldChange struct{ Label, Old, New string }

// Differences says field by field what a change of a record touches: basics,
// the newest destination, its reviews. Codes are named; ID number and phone are
// masked, since a preview is not where they are read.
func Differences(before, after Record, codes Codes) []FieldChange {
	var out []FieldChange
	add := func(old, current []labelled) {
		for i, o := range old {
			n := current[i]
			if o.value == n.value {
				continue
			}
			if o.secret {
				o.value, n.value = Mask(o.value), Mask(n.value)
			}
			out = append(out, FieldChange{Label: o.label, Old: o.value, New: n.value})
		}
	}
	add(before.Graduate.Basics.labelled(codes), after.Graduate.Basics.labelled(codes))
	add(before.latestDestination().labelled(codes), after.latestDestination().labelled(codes))
	if words := after.reviewWords(); words != before.reviewWords() && len(before.Revisions) == len(after.Revisions) {
		out = append(out, FieldChange{Label: "审核结果", Old: before.reviewWords(), New: words})
	}
	return out
}

// labelled is a field's value for people.
type labelled struct {
	label, value string
	secret       bool
}

func (b Basics) labelled(codes Codes) []labelled {
	named := func(t CodeTable, code string) string { return nameOr(codes, t, code) }
	return []labelled{
		{"考生号", b.ExamNumber, false},
		{"姓名", b.Name, false},
		{"身份证号", b.IDNumber, true},
		{"性别", named(TableSex, b.Sex), false},
		{"民族", named(TableEthnicity, b.Ethnicity), false},
		{"政治面貌", named(TablePolitics, b.Politics), false},
		{"学历", named(TableLevel, b.Level), false},
		{"培养方式", named(TableTraining, b.Training), false},
		{"定向或委培单位", b.Commissioner, false},
		{"生源所在地代码", b.OriginCode, false},
		{"生源所在地", b.OriginName, false},
		{"入学时间", string(b.Entered), false},
		{"毕业时间", string(b.Graduates), false},
		{"学位", b.Degree, false},
		{"所在院系", b.College, false},
		{"所在班级", b.Class, false},
		{"学号", b.StudentNumber, false},
		{"专业代码", b.MajorCode, false},
		{"专业", b.Major, false},
		{"专业方向", b.MajorDirection, false},
		{"学制", b.Years, false},
		{"档案是否转入学校", b.ArchiveIn.Chinese(), false},
		{"户口是否转入学校", b.HouseholdIn.Chinese(), false},
		{"电子邮箱", b.Email, false},
		{"手机号码", b.Phone, true},
		{"困难生类别", b.Hardship, false},
		{"师范生类别", b.Teacher, false},
	}
}

func (d Destination) labelled(codes Codes) []labelled {
	named := func(t CodeTable, code string) string { return nameOr(codes, t, code) }
	return []labelled{
		{"毕业去向", d.CategoryName(codes), false},
		{"单位名称", d.Unit, false},
		{"统一社会信用代码", d.UnitCode, false},
		{"单位性质", named(TableUnitKind, d.UnitKind), false},
		{"单位行业", named(TableIndustry, d.Industry), false},
		{"单位所在地", d.UnitPlace, false},
		{"工作职位类别", named(TableJobKind, d.JobKind), false},
		{"签约日期", string(d.SignedOn), false},
		{"工作内容", d.Note, false},
		{"档案转递类型", named(TableArchive, d.Archive.Type), false},
		{"档案转递单位名称", d.Archive.Unit, false},
		{"档案转递单位所在地", d.Archive.Place, false},
		{"档案转递单位地址", d.Archive.Address, false},
		{"档案转递单位邮编", d.Archive.Postcode, false},
		{"档案转递联系人", d.Archive.Contact, false},
		{"档案转递联系电话", d.Archive.Phone, true},
		{"户口迁移类型", named(TableHousehold, d.Household.Type), false},
		{"户口迁移所在地", d.Household.Place, false},
	}
}

// CategoryName is the category's name, with that of the finer code.
func (d Destination) CategoryName(codes Codes) string {
	c, ok := codes.Category(d.Category)
	if !ok {
		return d.Category
	}
	for _, s := range c.Sub {
		if s.Code == d.SubCategory {
			return c.Name + "-" + s.Name
		}
	}
	return c.Name
}

func (r Record) latestDestination() Destination {
	if last := r.Latest(); last != nil {
		return last.Destination
	}
	return Destination{}
}

// reviewWords sums up the reviews of the newest revision.
func (r Record) reviewWords() string {
	last := r.Latest()
	if last == nil {
		return ""
	}
	words := make([]string, len(last.Reviews))
	for i, v := range last.Reviews {
		words[i] = v.Level.Chinese() + v.Decision.Chinese()
		if v.Reason != "" {
			words[i] += "（" + v.Reason + "）"
		}
	}
	return strings.Join(words, "，")
}

// Chinese names the decision.
func (d Decision) Chinese() string {
	if d == DecisionApprove {
		return "通过"
	}
	return "退回"
}

// nameOr is the name of a code, or the code where the table has none.
func nameOr(codes Codes, t CodeTable, code string) string {
	if name, ok := codes.Name(t, code); ok {
		return name
	}
	return code
}
