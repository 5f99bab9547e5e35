package h5

import (
	"strings"
	"unicode/utf8"

	"quxiang/handler/web"
	"quxiang/model"
)

// destinationForm is the form of 毕业去向上报. Without a category only that is
// asked; with one, what that category needs.
type destinationForm struct {
	Base      int // number of the latest revision that the graduate saw
	Category  web.Choices
	Named     string // name of the category; "" while none is chosen
	Unit      []web.Field
	Archive   archiveForm
	Household *householdForm // nil when the household did not move to the school
}

type archiveForm struct {
	Type   web.Choices
	Fields []web.Field
}

type householdForm struct {
	In    *web.Choices // 户口是否转入学校, where the roster is silent
	Type  web.Choices
	Place web.Field
}

// longest bounds what is kept of one field, in characters, drafts included: the
// rules bound only what is handed in.
const longest = 120

// typedDestination reads the form. What it does not ask for (codes of the unit
// that came with a roster) stays as it was while category and unit are the same.
// An overlong field is an error of code CodeInvalid; the destination is returned
// all the same, so that the form can keep it.
func (v *visit) typedDestination() (model.Destination, error) {
	old := v.started()
	d := model.Destination{}
	d.Category, d.SubCategory, _ = strings.Cut(v.typed("category"), "-")
	cat, _ := v.codes.Category(d.Category)
	if cat.NeedsUnit {
		d.Unit = v.typed("unit")
	}
	if cat.NeedsPlace {
		d.UnitPlace = v.typed("unit_place")
	}
	if d.Category == old.Category && d.Unit == old.Unit {
		d.UnitCode, d.UnitKind, d.Industry, d.JobKind, d.SignedOn, d.Note = old.UnitCode, old.UnitKind, old.Industry, old.JobKind, old.SignedOn, old.Note
	}
	d.Archive = model.ArchiveTransfer{
		Type: v.typed("archive_type"), Unit: v.typed("archive_unit"), Place: v.typed("archive_place"), Address: v.typed("archive_address"),
		Postcode: v.typed("archive_postcode"), Contact: v.typed("archive_contact"), Phone: v.typed("archive_phone"),
	}
	if v.record.Graduate.Basics.HouseholdIn == model.Unknown {
		d.HouseholdIn = model.YesNo(v.typed("household_in"))
		if d.HouseholdIn != model.Yes && d.HouseholdIn != model.No {
			d.HouseholdIn = model.Unknown
		}
	}
	d.Household = model.HouseholdTransfer{Type: v.typed("household_type"), Place: v.typed("household_place")}
	for _, name := range []string{
		"category", "unit", "unit_place", "archive_type", "archive_unit", "archive_place", "archive_address", "archive_postcode",
		"archive_contact", "archive_phone", "household_type", "household_place",
	} {
		if utf8.RuneCountInString(v.typed(name)) > longest {
			return d, model.Invalid(name, "最多 %d 个字，请缩短后再提交。", longest)
		}
	}
	return d, nil
}

// destinationForm draws d as a form; fault marks a field.
func (v *visit) destinationForm(d model.Destination, fault *model.Error) *destinationForm {
	faults := map[string]string{}
	if fault != nil {
		faults[fault.Field] = fault.Message
		faults["category"] += faults["sub_category"]
	}
	field := func(name, label, value string, required bool) web.Field {
		return web.Field{Name: name, Label: label, Value: value, Required: required, MaxLength: longest, Error: faults[name]}
	}
	f := &destinationForm{Base: len(v.record.Revisions), Category: v.categories(d, faults["category"])}
	cat, ok := v.codes.Category(d.Category)
	if !ok {
		return f
	}
	f.Named = cat.Name
	if cat.NeedsUnit {
		f.Unit = append(f.Unit, field("unit", cat.UnitLabel, d.Unit, true))
	}
	if cat.NeedsPlace {
		place := field("unit_place", placeLabel(cat.UnitLabel), d.UnitPlace, true)
		place.Hint = "写到区、县，如：北京市海淀区。"
		f.Unit = append(f.Unit, place)
	}
	postcode := field("archive_postcode", "单位邮编", d.Archive.Postcode, false)
	postcode.InputMode, postcode.MaxLength = "numeric", 6
	phone := field("archive_phone", "联系电话", d.Archive.Phone, false)
	phone.Type, phone.InputMode = "tel", "tel"
	f.Archive = archiveForm{
		Type: v.choices("archive_type", "档案转递类型", model.TableArchive, d.Archive.Type, faults["archive_type"]),
		Fields: []web.Field{
			field("archive_unit", "档案转递单位名称", d.Archive.Unit, false),
			field("archive_place", "档案转递单位所在地", d.Archive.Place, false),
			field("archive_address", "单位地址", d.Archive.Address, false),
			postcode,
			field("archive_contact", "联系人/联系部门", d.Archive.Contact, false),
			phone,
		},
	}
	f.Household = v.householdForm(d, faults)
	return f
}

// householdForm asks for the household where it moved to the school, or where
// the roster does not say whether it did.
func (v *visit) householdForm(d model.Destination, faults map[string]string) *householdForm {
	roster := v.record.Graduate.Basics.HouseholdIn
	if roster == model.No {
		return nil
	}
	f := &householdForm{
		Type: v.choices("household_type", "户口迁移类型", model.TableHousehold, d.Household.Type, faults["household_type"]),
		Place: web.Field{
			Name: "household_place", Label: "户口迁移所在地", Value: d.Household.Place, MaxLength: longest,
			Error: faults["household_place"], Hint: "写到区、县，如：北京市海淀区。",
		},
	}
	if roster == model.Unknown {
		f.In = &web.Choices{
			Name: "household_in", Label: "户口是否转入学校", Error: faults["household_in"],
			Hint: "选“否”的，下面的户口迁移信息不用填写。",
			Items: []web.Choice{
				{Value: string(model.Yes), Text: "是", Chosen: d.HouseholdIn == model.Yes},
				{Value: string(model.No), Text: "否", Chosen: d.HouseholdIn == model.No},
			},
		}
	}
	return f
}

// categories offers every category, and its finer codes where it has some, in
// one list: 待就业：求职中 is 70-701.
func (v *visit) categories(d model.Destination, fault string) web.Choices {
	c := web.Choices{
		Name: "category", Label: "毕业去向", Required: true, Error: fault,
		Items: []web.Choice{{Text: "请选择"}},
	}
	for _, cat := range v.codes.Categories() {
		here := cat.Code == d.Category
		if !cat.NeedsSub {
			c.Items = append(c.Items, web.Choice{Value: cat.Code, Text: cat.Name, Chosen: here && d.SubCategory == ""})
		}
		for _, s := range cat.Sub {
			c.Items = append(c.Items, web.Choice{
				Value: cat.Code + "-" + s.Code, Text: cat.Name + "：" + s.Name, Chosen: here && d.SubCategory == s.Code,
			})
		}
	}
	return c
}

// choices offers a table's codes and none of them.
func (v *visit) choices(name, label string, table model.CodeTable, chosen, fault string) web.Choices {
	c := web.Choices{Name: name, Label: label, Error: fault, Items: []web.Choice{{Text: "暂不登记"}}}
	for _, n := range v.codes.List(table) {
		c.Items = append(c.Items, web.Choice{Value: n.Code, Text: n.Name, Chosen: n.Code == chosen})
	}
	return c
}
