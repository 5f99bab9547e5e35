package model

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// identityItems say who somebody is: only the school's own office corrects
// them. The college is one of these: it decides whose graduate somebody is.
var identityItems = []string{"exam_number", "name", "id_number", "level", "graduates", "school", "college"}

// sureItems are corrected only after the operator said once more that he has
// compared them with the document.
var sureItems = []string{"name", "id_number"}

// formItems are the items that stand on a 去向登记信息表 (guide, figure 8).
var formItems = []string{"name", "sex", "school", "graduates", "years", "major", "level", "origin"}

// CorrectionTable is the code table from which the right value of a coded item
// is chosen; "" for an item in words.
func CorrectionTable(item string) CodeTable {
	return map[string]CodeTable{
		"level": TableLevel, "sex": TableSex, "ethnicity": TableEthnicity, "politics": TablePolitics, "training": TableTraining,
	}[item]
}

// openCorrection is the open correction of an item, nil when none.
func (r Record) openCorrection(item string) *Request {
	for _, q := range slices.Backward(r.Requests) {
		if q.Kind == RequestCorrection && q.Item == item && q.State().Open() {
			return &q
		}
	}
	return nil
}

// OnForm reports whether an item stands on the form, which then waits for its
// correction.
func OnForm(item string) bool { return slices.Contains(formItems, item) }

// FormWaitsFor is the open correction of an item that stands on the form, nil
// when there is none.
func (r Record) FormWaitsFor() *Request {
	for _, item := range formItems {
		if q := r.openCorrection(item); q != nil {
			return q
		}
	}
	return nil
}

// MayAskCorrection says whether the graduate may ask the school to correct an
// item, or why not: phone and e-mail are mended at CHSI (guide §2).
func MayAskCorrection(r Record, item string) error {
	i := slices.IndexFunc(r.Graduate.Items(r.School, noCodes{}), func(it Item) bool { return it.Key == item })
	switch {
	case i < 0:
		return Errorf(CodeNotFound, "没有这一项基本信息。")
	case r.Graduate.Items(r.School, noCodes{})[i].OfCHSI:
		return Errorf(CodeLocked, "手机号码和电子邮箱请登录学信网，在账号信息中修改。")
	case r.openCorrection(item) != nil:
		return Errorf(CodeConflict, "这一项的更正申请正在处理中。")
	}
	return nil
}

// noCodes names nothing: for callers that need no words.
type noCodes struct{}

func (noCodes) Name(CodeTable, string) (string, bool) { return "", false }
func (noCodes) Category(string) (Category, bool)      { return Category{}, false }

// AskCorrection asks the school to correct one item. wanted is a code where the
// item is coded (CorrectionTable), 是 or 否 as YesNo, else words. The flow goes
// on meanwhile; the form waits where the item stands on it (MayAuthorize).
func AskCorrection(r Record, item, wanted, reason string, codes Codes, now time.Time) (Change, error) {
	if err := MayAskCorrection(r, item); err != nil {
		return Change{}, err
	}
	wanted = readable(wanted)
	if item == "school" {
		if readable(reason) == "" {
			return Change{}, Invalid("reason", "请写明正确的毕业院校和情况。")
		}
	} else {
		b := r.Graduate.Basics
		if err := setItem(&b, item, wanted, codes); err != nil {
			return Change{}, err
		}
		if b == r.Graduate.Basics {
			return Change{}, Invalid("wanted", "填写的内容与现有信息相同，无需更正。")
		}
	}
	ch, err := r.ask(Request{Kind: RequestCorrection, Item: item, Wanted: wanted, Reason: reason}, now)
	if err == nil {
		ch.Audit.Detail = map[string]string{"item": item}
	}
	return ch, err
}

// MayCorrect reports whether an operator may answer the correction of an item.
func (o Operator) MayCorrect(item string) bool {
	if o.Role != RoleAdmin && o.Role != RoleSchool && slices.Contains(identityItems, item) {
		return false
	}
	return o.May(ActionCorrect)
}

// NotCorrected lists the items whose corrections are not op's to answer.
func (o Operator) NotCorrected() []string {
	return slices.DeleteFunc(slices.Clone(identityItems), o.MayCorrect)
}

// NeedsSure reports whether granting the correction of an item takes a second
// word of the operator's.
func NeedsSure(item string) bool { return slices.Contains(sureItems, item) }

// AnswerCorrection answers a correction. Granting it writes the value into the
// basics, and the graduate checks them again; the school of graduation is moved
// by a roster only.
func AnswerCorrection(r Record, op Operator, v Ruling, codes Codes, now time.Time) (Change, error) {
	item := ""
	if q := r.Request(v.Request); q != nil {
		item = q.Item
	}
	v.Level = LevelSchool
	r, q, err := r.rule(op, v, RequestCorrection, op.MayCorrect(item), now)
	if err != nil {
		return Change{}, err
	}
	if v.Decision == DecisionApprove {
		if q.Item == "school" {
			return Change{}, Invalid("decision", "毕业院校只能由正确的学校重新导入名单来更正，请选择“不通过”并说明处理办法。")
		}
		if NeedsSure(q.Item) && !v.Sure {
			return Change{}, Invalid("sure", "更正%s请先对照证件核对，并勾选“已核对”。", r.Graduate.ItemLabel(q.Item))
		}
		if err := setItem(&r.Graduate.Basics, q.Item, q.Wanted, codes); err != nil {
			return Change{}, err
		}
	}
	return r.answered(op, q, now), nil
}

// setItem writes one item into the basics after checking it; its errors blame
// the form field wanted.
func setItem(b *Basics, item, value string, codes Codes) error {
	bad := func(format string, args ...any) error { return Invalid("wanted", format, args...) }
	switch {
	case value == "":
		return bad("请填写正确的内容。")
	case !utf8.ValidString(value) || strings.ContainsAny(value, "\r\n\x00"):
		return bad("填写的内容含有不能识别的字符，请重新填写。")
	case utf8.RuneCountInString(value) > maxText:
		return bad("最多 %d 个字，请缩短后再提交。", maxText)
	}
	if table := CorrectionTable(item); table != "" {
		if _, ok := codes.Name(table, value); !ok {
			return bad("请从列表中选择。")
		}
	}
	text := map[string]*string{
		"name": &b.Name, "level": &b.Level, "sex": &b.Sex, "ethnicity": &b.Ethnicity, "politics": &b.Politics,
		"training": &b.Training, "degree": &b.Degree, "college": &b.College, "major": &b.Major,
	}[item]
	if text != nil {
		if item == "major" && *text != value {
			b.MajorCode = "" // belongs to the old name
		}
		*text = value
		return nil
	}
	switch item {
	case "exam_number":
		if strings.Trim(value, "0123456789") != "" || len(value) > 20 {
			return bad("考生号只能是数字，最多 20 位。")
		}
		b.ExamNumber = value
	case "id_number":
		value = strings.ToUpper(value)
		if digits(value[:len(value)-1], 17) && !ValidIDNumber(value) {
			return bad("身份证号的校验码不符，请对照证件核对。")
		}
		if len(value) < 5 || len(value) > 30 || strings.Trim(value, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ()") != "" {
			return bad("证件号码应为 5–30 位字母和数字。")
		}
		b.IDNumber = value
	case "origin":
		if b.OriginName != value {
			b.OriginCode, b.OriginName = "", value // the code belongs to the old name
		}
	case "entered", "graduates":
		m := Month(value)
		if !m.Valid() {
			return bad("请写成 6 位年月，例如 202706。")
		}
		if item == "entered" {
			b.Entered = m
		} else {
			b.Graduates = m
		}
	case "years":
		if len(value) > 4 || strings.Trim(value, "0123456789.") != "" {
			return bad("学制应为数字，例如 4 或 2.5。")
		}
		b.Years = value
	case "archive_in", "household_in":
		y := YesNo(value)
		if y != Yes && y != No {
			return bad("请选择是或否。")
		}
		if item == "archive_in" {
			b.ArchiveIn = y
		} else {
			b.HouseholdIn = y
		}
	default:
		return bad("这一项不能在这里更正，请联系学校就业指导中心。")
	}
	return nil
}
