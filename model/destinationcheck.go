package model

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxText bounds every free text of a destination, in characters.
const maxText = 120

// CheckDestination applies the rules of the cohort's code tables that hold for
// every destination, wherever it comes from, to d and returns the first fault,
// naming the form field. householdIn is the roster's answer to 户口是否转入学校.
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
	for _, t := range []struct{ field, label, v string }{
		{"unit", "单位名称", d.Unit},
		{"unit_place", "单位所在地", d.UnitPlace},
		{"note", "说明", d.Note},
		{"archive_unit", "档案转递单位名称", d.Archive.Unit},
		{"archive_place", "档案转递单位所在地", d.Archive.Place},
		{"archive_address", "档案转递地址", d.Archive.Address},
		{"archive_contact", "联系人/联系部门", d.Archive.Contact},
		{"archive_phone", "联系电话", d.Archive.Phone},
		{"household_place", "户口迁移所在地", d.Household.Place},
	} {
		if err := checkText(t.field, t.label, t.v); err != nil {
			return err
		}
	}
	for _, a := range cat.Asks {
		if a.Need == NeedAlways && readable(d.Get(a.Field)) == "" {
			return missing(cat, a)
		}
	}
	if d.UnitCode != "" {
		if err := unitCodeFault(d.UnitCode); err != nil {
			return err
		}
	}
	return checkTransfers(d, householdIn, codes)
}

// checkText refuses what no page could show, or would show as something else.
func checkText(field, label, v string) error {
	if !utf8.ValidString(v) || strings.ContainsFunc(v, turning) {
		return Invalid(field, "%s含有不能识别的字符，请重新填写。", label)
	}
	if utf8.RuneCountInString(v) > maxText {
		return Invalid(field, "%s最多 %d 个字，请缩短后再提交。", label, maxText)
	}
	return nil
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

// handedIn is a draft as it is handed in: a draft keeps what was typed, a
// revision what was meant. Blanks around texts go, numbers and codes lose their
// full-width characters, days get their one form, and what is not asked is left
// out: fields of another category, and the household of those whose household
// did not come to the school.
func (d Destination) handedIn(householdIn YesNo, codes Codes) Destination {
	if cat, ok := codes.Category(d.Category); ok {
		d = d.only(cat)
	}
	for _, text := range []*string{
		&d.Unit, &d.UnitPlace, &d.Note, &d.Archive.Unit, &d.Archive.Place, &d.Archive.Address, &d.Archive.Contact, &d.Archive.Phone, &d.Household.Place,
	} {
		*text = readable(*text)
	}
	d.UnitCode = NormalUnitCode(d.UnitCode)
	d.Archive.Postcode = strings.Join(strings.Fields(norm.NFKC.String(d.Archive.Postcode)), "")
	if day, ok := typedDay(string(d.SignedOn)); ok {
		d.SignedOn = day
	}
	if householdIn != Unknown {
		d.HouseholdIn = Unknown // the roster has answered
	}
	if d.AnsweredHousehold(householdIn) == No {
		d.Household = HouseholdTransfer{}
	}
	return d
}

// typedDay reads a day as people type it on a phone: 2027年6月30日, 2027/6/30,
// 2027.6.30 or 20270630.
func typedDay(s string) (Date, bool) {
	s = strings.Join(strings.Fields(norm.NFKC.String(s)), "")
	if digits(s, 8) {
		s = s[:4] + "-" + s[4:6] + "-" + s[6:]
	}
	s = strings.NewReplacer("年", "-", "月", "-", "日", "", "/", "-", ".", "-").Replace(s)
	parts := strings.Split(s, "-")
	if len(parts) != 3 {
		return "", false
	}
	for i := range parts[1:] {
		if len(parts[i+1]) == 1 {
			parts[i+1] = "0" + parts[i+1]
		}
	}
	day, err := ParseDate(strings.Join(parts, "-"))
	return day, err == nil
}

func digits(s string, n int) bool {
	return len(s) == n && strings.Trim(s, "0123456789") == ""
}
