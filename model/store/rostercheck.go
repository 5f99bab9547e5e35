package store

import (
	"context"
	"unicode/utf8"

	"quxiang/model"
)

// personKey is what an ID number may be in once.
type personKey struct{ index, cohort, level string }

// people finds who has the batch's ID numbers. Index graduates_person. A row's
// own number is claimed by its 考生号, so that the first of two rows with one
// number stands.
func (im *importing) people(ctx context.Context) (map[personKey]naturalKey, error) {
	indexes := make([]string, 0, len(im.rows))
	for _, r := range im.rows {
		all, err := im.keys.indexesOf(indexIDNumber, r.Basics.IDNumber)
		if err != nil {
			return nil, err
		}
		indexes = append(indexes, all...)
	}
	var found []struct {
		IDNumberIndex, CohortCode, SchoolCode, Level, ExamNumber string
	}
	err := im.read(ctx).Table(graduatesTable).Select("id_number_index, cohort_code, school_code, level, exam_number").
		Where("id_number_index IN ?", indexes).Find(&found).Error
	if err != nil {
		return nil, err
	}
	people := make(map[personKey]naturalKey, len(found)+len(im.rows))
	for _, f := range found {
		people[personKey{f.IDNumberIndex, f.CohortCode, f.Level}] = naturalKey{f.CohortCode, f.SchoolCode, f.ExamNumber}
	}
	return people, nil
}

// check refuses what the tables cannot hold or must not.
func (im *importing) check(row ImportRow, people map[personKey]naturalKey) *model.Error {
	b := row.Basics
	if _, ok := im.cohorts[row.CohortCode]; !ok {
		return model.Invalid("graduates", "没有“%s”届，请核对毕业时间。", row.CohortCode)
	}
	if _, ok := im.schools[row.SchoolCode]; !ok {
		return model.Invalid("school", "没有代码为“%s”的学校，请核对院校代码。", row.SchoolCode)
	}
	if b.ExamNumber == "" || b.Name == "" {
		return model.Invalid("exam_number", "考生号和姓名不能为空。")
	}
	if fault := checkWidths(b); fault != nil {
		return fault
	}
	indexes, err := im.keys.indexesOf(indexIDNumber, b.IDNumber)
	if err != nil {
		return model.Invalid("id_number", "身份证号不能识别，请核对。").Because(err)
	}
	own := naturalKey{row.CohortCode, row.SchoolCode, b.ExamNumber}
	for _, index := range indexes {
		if holder, taken := people[personKey{index, row.CohortCode, b.Level}]; taken && holder != own {
			return model.Invalid("id_number", "身份证号与同届同学历的另一名毕业生重复，请核对。").Because(ErrDuplicatePerson)
		}
		people[personKey{index, row.CohortCode, b.Level}] = own
	}
	return nil
}

// checkWidths holds the values against the columns: characters for text, ASCII
// without blanks for codes.
func checkWidths(b model.Basics) *model.Error {
	for _, f := range []struct {
		field, label, value string
		width               int
		ascii               bool
	}{
		{"exam_number", "考生号", b.ExamNumber, 32, true},
		{"name", "姓名", b.Name, 120, false},
		{"id_number", "身份证号", b.IDNumber, 50, false},
		{"sex", "性别", b.Sex, 16, true},
		{"ethnicity", "民族", b.Ethnicity, 16, true},
		{"politics", "政治面貌", b.Politics, 16, true},
		{"level", "学历", b.Level, 16, true},
		{"training", "培养方式", b.Training, 16, true},
		{"commissioner", "定向或委培单位", b.Commissioner, 120, false},
		{"origin", "生源所在地代码", b.OriginCode, 16, true},
		{"origin", "生源所在地", b.OriginName, 120, false},
		{"entered", "入学时间", string(b.Entered), 6, true},
		{"graduates", "毕业时间", string(b.Graduates), 6, true},
		{"degree", "学位", b.Degree, 120, false},
		{"college", "院系", b.College, 120, false},
		{"class", "班级", b.Class, 120, false},
		{"student_number", "学号", b.StudentNumber, 32, false},
		{"major", "专业代码", b.MajorCode, 16, true},
		{"major", "专业", b.Major, 120, false},
		{"major_direction", "专业方向", b.MajorDirection, 120, false},
		{"years", "学制", b.Years, 8, true},
		{"archive_in", "档案是否转入学校", string(b.ArchiveIn), 8, true},
		{"household_in", "户口是否转入学校", string(b.HouseholdIn), 8, true},
		{"email", "电子邮箱", b.Email, 254, false},
		{"phone", "手机号码", b.Phone, 50, false},
		{"hardship", "困难生类别", b.Hardship, 32, false},
		{"teacher", "师范生类别", b.Teacher, 32, false},
	} {
		switch {
		case !utf8.ValidString(f.value):
			return model.Invalid(f.field, "%s含有不能识别的字符。", f.label)
		case utf8.RuneCountInString(f.value) > f.width:
			return model.Invalid(f.field, "%s最多 %d 个字符。", f.label, f.width)
		case f.ascii && !isCode(f.value):
			return model.Invalid(f.field, "%s只能由字母、数字和半角符号组成。", f.label)
		}
	}
	return nil
}

// isCode reports whether s can be in an ASCII column. MySQL refuses to compare
// one with other text, so that what people typed is asked about first.
func isCode(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
