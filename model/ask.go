package model

import "slices"

// Need says where a field that a category asks for must be filled in.
type Need string

// The three values of Need. What comes from rosters and platforms carries less
// than our own pages ask for, and must not fail for it.
const (
	NeedAlways   Need = "always"   // in every destination, wherever it comes from
	NeedHere     Need = "here"     // in one that is handed in on our pages
	NeedOptional Need = "optional" // nowhere
)

// Ask is one field that a category asks for.
type Ask struct {
	Field   string // as forms and errors name it: unit, unit_code, …
	Label   string
	Need    Need
	Reason  string   // why it is asked, a sentence for the graduate; "" when the label says it
	Excused []string // codes of TableUnitKind whose units have no such thing
}

// Required reports whether d must have the field to be handed in on our pages.
func (a Ask) Required(d Destination) bool {
	return a.Need == NeedAlways || a.Need == NeedHere && !slices.Contains(a.Excused, d.UnitKind)
}

// Ask returns what the category asks about a field; ok is false when it does not
// ask for it.
func (c Category) Ask(field string) (_ Ask, ok bool) {
	i := slices.IndexFunc(c.Asks, func(a Ask) bool { return a.Field == field })
	if i < 0 {
		return Ask{}, false
	}
	return c.Asks[i], true
}

// Label is what the category calls a field; its usual name where the category
// does not ask for it but a destination from outside has it.
func (c Category) Label(field string) string {
	if a, asked := c.Ask(field); asked {
		return a.Label
	}
	return map[string]string{
		"unit": "单位名称", "unit_code": "统一社会信用代码", "unit_kind": "单位性质", "industry": "单位行业", "unit_place": "单位所在地",
		"job_kind": "职位类别", "signed_on": "签约日期", "note": "说明",
	}[field]
}

// Missing lists the fields that d must still get to be handed in on our pages,
// in the order of the form.
func (c Category) Missing(d Destination) []Ask {
	var missing []Ask
	for _, a := range c.Asks {
		if a.Required(d) && *d.at(a.Field) == "" {
			missing = append(missing, a)
		}
	}
	return missing
}

// AskableFields are the fields that a category may ask for, or not.
func AskableFields() []string {
	return []string{"unit", "unit_code", "unit_kind", "industry", "unit_place", "job_kind", "signed_on", "note"}
}

// at is where d keeps an askable field.
func (d *Destination) at(field string) *string {
	switch field {
	case "unit":
		return &d.Unit
	case "unit_code":
		return &d.UnitCode
	case "unit_kind":
		return &d.UnitKind
	case "industry":
		return &d.Industry
	case "unit_place":
		return &d.UnitPlace
	case "job_kind":
		return &d.JobKind
	case "signed_on":
		return (*string)(&d.SignedOn)
	default:
		return &d.Note
	}
}

// Get returns an askable field of d as it was typed.
func (d Destination) Get(field string) string { return *d.at(field) }

// With returns d with an askable field set.
func (d Destination) With(field, value string) Destination {
	*d.at(field) = value
	return d
}

// only returns d without what the category does not ask for: an enlistment has
// no unit, whatever an older draft said.
func (d Destination) only(c Category) Destination {
	for _, field := range AskableFields() {
		if _, asked := c.Ask(field); !asked {
			d = d.With(field, "")
		}
	}
	return d
}

// CheckReported applies the rules for a destination that is handed in on our
// pages: those of CheckDestination, and whatever else the category asks for. The
// error names the field with the reason why it is needed.
func CheckReported(d Destination, householdIn YesNo, codes Codes) error {
	if err := CheckDestination(d, householdIn, codes); err != nil {
		return err
	}
	cat, _ := codes.Category(d.Category)
	for _, field := range AskableFields() {
		if _, asked := cat.Ask(field); !asked && d.Get(field) != "" {
			return Invalid(field, "“%s”不填写%s，请清空后再提交。", cat.Name, cat.Label(field))
		}
	}
	for _, a := range cat.Missing(d) {
		return missing(cat, a)
	}
	if d.HasHousehold() && d.AnsweredHousehold(householdIn) == Unknown {
		return Invalid("household_in", "请选择户口是否转入学校：没有转入的，不登记户口迁移。")
	}
	if d.SignedOn != "" && d.SignedOn.Start().IsZero() {
		return Invalid("signed_on", "日期应写成 2027-06-30 的形式，请核对。")
	}
	return checkCodes(d.coded(), codes)
}

// missing is the error about a field that must be filled in.
func missing(cat Category, a Ask) *Error {
	return Invalid(a.Field, "“%s”需要填写%s。%s", cat.Name, a.Label, a.Reason)
}
