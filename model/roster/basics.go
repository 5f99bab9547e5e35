package roster

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"quxiang/model"
)

func itoa(n int) string { return strconv.Itoa(n) }

// identity reads who the graduate is.
func (l *line) identity() {
	b := &l.row.Basics
	b.ExamNumber = l.examNumber()
	l.need(examNumber, b.ExamNumber)
	b.Name = l.text(name)
	l.need(name, b.Name)
	b.IDNumber = l.idNumber()
	l.need(idNumber, b.IDNumber)
	b.Sex = l.coded(model.TableSex, sexCode, sex)
	if model.ValidIDNumber(b.IDNumber) {
		switch told := model.IDNumberSex(b.IDNumber); b.Sex {
		case "":
			b.Sex = told
		case told:
		default:
			l.fault(sex, "与身份证号（"+model.Mask(b.IDNumber)+"）第 17 位不符：奇数为男，偶数为女。请核对。")
		}
	}
	b.Ethnicity = l.coded(model.TableEthnicity, ethnicityCode, ethnicity)
	b.Politics = l.coded(model.TablePolitics, politicsCode, politics)
	b.OriginCode, b.OriginName = l.number(originCode), l.text(origin)
	if b.OriginCode != "" && (len(b.OriginCode) != 6 || !isDigits(b.OriginCode)) {
		l.fault(originCode, "应为 6 位数字的行政区划代码，现在是"+quote(b.OriginCode)+"。")
	}
}

func (l *line) examNumber() string {
	s := l.number(examNumber)
	if s == "" {
		return ""
	}
	lengths := l.codes.ExamNumberLengths()
	if isDigits(s) && slices.Contains(lengths, len(s)) {
		return s
	}
	allowed := make([]string, len(lengths))
	for i, n := range lengths {
		allowed[i] = itoa(n)
	}
	l.fault(examNumber, "应为 "+strings.Join(allowed, " 或 ")+" 位数字，现在是 "+itoa(len([]rune(s)))+" 位。请核对，并把该列设为“文本”格式以免丢失数字。")
	return ""
}

// idNumber reads a 公民身份号码, which must be valid, or the number of another
// document. Without the column 证件类型, what looks like digits of some length
// is meant to be the former.
func (l *line) idNumber() string {
	s := strings.ToUpper(l.number(idNumber))
	if s == "" {
		return ""
	}
	kind := l.text(idKind)
	citizen := kind == "1" || kind == "01" || kind == "身份证" || strings.Contains(kind, "居民身份证")
	digitLike := digitLike(s)
	switch {
	case model.ValidIDNumber(s):
		return s
	case !citizen && (kind != "" || !digitLike):
		return l.otherDocument(s)
	case len(s) == 15 && isDigits(s):
		l.fault(idNumber, "是 15 位的旧号码（"+model.Mask(s)+"），已经停用，请填 18 位号码。")
	case len(s) != 18:
		l.fault(idNumber, "身份证号应为 18 位（末位可为 X），现在是 "+itoa(len([]rune(s)))+" 位（"+model.Mask(s)+"）。其他证件请增加“证件类型”一列。")
	case strings.HasSuffix(s, "000"):
		l.fault(idNumber, "校验码不符（"+model.Mask(s)+"），末尾的 000 可能是表格软件丢失了数字。请把该列设为“文本”格式，重新填写或导出。")
	default:
		l.fault(idNumber, "出生日期或校验码不符（"+model.Mask(s)+"），请对照证件核对。")
	}
	return ""
}

// digitLike reports whether s must be meant as a 公民身份号码, mistyped ones
// included: other documents have at most 12 digits, beside letters, or 11.
func digitLike(s string) bool {
	n := 0
	for i := range len(s) {
		if s[i] >= '0' && s[i] <= '9' {
			n++
		}
	}
	return n > 12 || (n == 12 && len(s) == 12)
}

// otherDocument reads a passport's or permit's number.
func (l *line) otherDocument(s string) string {
	short := strings.NewReplacer("(", "", ")", "", "-", "", "/", "").Replace(s)
	for i := range len(short) {
		if !alnum(short[i]) {
			l.fault(idNumber, "证件号码只能是字母和数字（"+model.Mask(s)+"），请核对。")
			return ""
		}
	}
	if len(short) < 5 || len(s) > 30 {
		l.fault(idNumber, "证件号码应为 5–30 位，现在是 "+itoa(len(s))+" 位，请核对。")
		return ""
	}
	return s
}

// studies reads where, what and when the graduate studied.
func (l *line) studies() {
	b := &l.row.Basics
	l.row.SchoolCode, l.row.SchoolName = l.schoolCode(), l.text(schoolName)
	b.Level = l.coded(model.TableLevel, levelCode, level)
	l.need(l.present(level, levelCode), b.Level)
	b.College, b.Class, b.StudentNumber = l.text(college), l.text(class), l.text(studentNumber)
	l.need(college, b.College)
	b.MajorCode, b.Major, b.MajorDirection = l.number(majorCode), l.text(major), l.text(majorDirection)
	b.Training = l.coded(model.TableTraining, trainingCode, training)
	b.Commissioner = l.text(commissioner)
	b.Degree = l.text(degree)
	b.Hardship, b.Teacher = l.words(hardship, hardshipCode), l.words(teacher, teacherCode)
	b.Entered, b.Graduates = l.month(entered), l.month(graduates)
	l.need(graduates, string(b.Graduates))
	if b.Graduates != "" {
		l.row.CohortCode = string(b.Graduates[:4])
		if b.Entered != "" && b.Entered >= b.Graduates {
			l.fault(entered, "入学时间（"+string(b.Entered)+"）应早于毕业时间（"+string(b.Graduates)+"），请核对。")
		}
	}
	b.Years = l.years()
	b.ArchiveIn, b.HouseholdIn = l.yesNo(archiveIn), l.yesNo(householdIn)
}

// words is a field's name, or its code where no name is given.
func (l *line) words(nameAt, codeAt field) string {
	if s := l.text(nameAt); s != "" {
		return s
	}
	return l.text(codeAt)
}

// present is the first of two fields that the file has a column for.
func (l *line) present(f, other field) field {
	if l.header.at[f] < 0 {
		return other
	}
	return f
}

func (l *line) schoolCode() string {
	s := l.number(schoolCode)
	switch {
	case s == "" && l.school != "":
		return l.school
	case s == "":
		l.need(schoolCode, "")
	case len(s) != 5 || !isDigits(s):
		l.fault(schoolCode, "应为 5 位数字，现在是"+quote(s)+"。")
		return ""
	case l.school != "" && s != l.school:
		l.fault(schoolCode, "是"+quote(s)+"，不是贵校的代码（"+l.school+"），不能导入其他学校的毕业生。")
	}
	return s
}

func (l *line) month(f field) model.Month {
	s := l.raw(f)
	if s == "" {
		return ""
	}
	m, ok := month(s)
	if !ok {
		l.fault(f, "应写成 6 位年月，如 202706，现在是"+quote(s)+"。")
		return ""
	}
	return m
}

// years reads 学制, a decimal from 1.5 to 9.5 (facts of the national sheet).
func (l *line) years() string {
	s := strings.TrimSuffix(l.number(years), "年")
	if s == "" {
		return ""
	}
	n, err := strconv.ParseFloat(s, 64)
	tenths := math.Round(n * 10)
	if err != nil || !(n >= 1.5 && n <= 9.5) || math.Abs(n*10-tenths) > 1e-6 {
		l.fault(years, "应为 1.5 到 9.5 之间、至多一位小数的数字，现在是"+quote(s)+"。")
		return ""
	}
	return strconv.FormatFloat(tenths/10, 'f', -1, 64)
}

// contact reads phone and e-mail.
func (l *line) contact() {
	b := &l.row.Basics
	if p := strings.TrimPrefix(strings.ReplaceAll(l.number(phone), "-", ""), "+86"); p != "" {
		if len(p) != 11 || !isDigits(p) || p[0] != '1' || p[1] < '3' {
			l.fault(phone, "应为 11 位手机号码，以 13–19 开头（"+model.Mask(p)+"），请核对；没有的请留空。")
		} else {
			b.Phone = p
		}
	}
	if e := l.text(email); e != "" {
		user, host, ok := strings.Cut(e, "@")
		if !ok || user == "" || len(host) < 3 || !strings.Contains(host[1:len(host)-1], ".") || strings.ContainsAny(e, " ,;\"<>") || strings.Contains(host, "@") {
			l.fault(email, "不是有效的电子邮箱，请核对；没有的请留空。")
		} else {
			b.Email = e
		}
	}
}
