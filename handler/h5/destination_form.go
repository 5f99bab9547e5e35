package h5

import (
	"quxiang/handler/web"
	"quxiang/model"
)

// categoryList is the first question: which category. The others follow from it.
type categoryList struct {
	Error  string
	Groups []categoryGroup
}

type categoryGroup struct {
	Title string
	Items []web.Choice
}

// destinationForm is the form of 毕业去向上报 for one category.
type destinationForm struct {
	Category  string // as the form sends it: 70-701
	Named     string // the category in words
	Asked     []askedField
	Archive   transferForm
	Household *transferForm // nil when the household did not move to the school
	In        *web.Choices  // 户口是否转入学校, where the roster is silent
}

// askedField is one field with what is beside it. One of Field and Select is set.
type askedField struct {
	Field   *web.Field
	Select  *web.Choices
	Button  *formButton
	Matches *unitMatches // of the unit, when they were asked for
}

// formButton is a button of the form that keeps what was typed and leads on.
type formButton struct{ Value, Text string }

type transferForm struct {
	Type      web.Choices
	Otherwise string // what happens when it is not registered
	Fields    []askedField
}

// inCategories reports whether a fault is one of the list of categories.
func inCategories(fault *model.Error) bool {
	return fault != nil && (fault.Field == "category" || fault.Field == "sub_category")
}

// categories offers every category, and its finer codes where it has some, in
// the groups by which rates are computed and in their order, so that those who
// are still looking come last: 待就业：求职中 is 70-701.
func (v *visit) categories(d model.Destination, fault *model.Error) *categoryList {
	l := &categoryList{}
	if inCategories(fault) {
		l.Error = fault.Message
	}
	at := map[string]int{}
	for _, rate := range v.codes.Rates() {
		for _, group := range rate.Groups {
			at[group] = len(l.Groups)
			l.Groups = append(l.Groups, categoryGroup{Title: group})
		}
	}
	for _, cat := range v.codes.Categories() {
		i, known := at[cat.Group]
		if !known {
			i = len(l.Groups)
			at[cat.Group] = i
			l.Groups = append(l.Groups, categoryGroup{Title: cat.Group})
		}
		here := cat.Code == d.Category
		items := &l.Groups[i].Items
		if !cat.NeedsSub {
			*items = append(*items, web.Choice{Value: cat.Code, Text: cat.Name, Chosen: here && d.SubCategory == ""})
		}
		for _, s := range cat.Sub {
			*items = append(*items, web.Choice{
				Value: cat.Code + "-" + s.Code, Text: cat.Name + "：" + s.Name, Chosen: here && d.SubCategory == s.Code,
			})
		}
	}
	return l
}

// destinationForm draws d as a form; fault marks a field. When something is
// missing, everything that is missing is marked at once. Who takes archive and
// household is proposed where that is empty and known: on the page, for the
// graduate to see before it is handed in.
func (v *visit) destinationForm(d model.Destination, fault *model.Error) (*destinationForm, error) {
	cat, _ := v.codes.Category(d.Category)
	faults := map[string]string{}
	if fault != nil {
		faults[fault.Field] = fault.Message
		if fault.Code == model.CodeInvalid && v.typed("action") == actionSubmit {
			for _, a := range cat.Missing(d) {
				if faults[a.Field] == "" {
					faults[a.Field] = "请填写" + a.Label + "。" + a.Reason
				}
			}
		}
	}
	f := &destinationForm{Category: d.Category, Named: cat.Name}
	for _, s := range cat.Sub {
		if s.Code == d.SubCategory {
			f.Category, f.Named = d.Category+"-"+s.Code, cat.Name+"："+s.Name
		}
	}
	for _, a := range cat.Asks {
		asked := v.asked(a, d, faults[a.Field])
		if _, hasCode := cat.Ask("unit_code"); a.Field == "unit" && hasCode {
			asked.Button = &formButton{Value: actionUnits, Text: "查找单位"}
			if v.c.Query("show") == showUnits && fault == nil {
				var err error
				if asked.Matches, err = v.matches(d); err != nil {
					return nil, err
				}
			}
		}
		f.Asked = append(f.Asked, asked)
	}
	filled := d.FillReceivers(v.record.Graduate, v.record.School, v.codes)
	f.Archive = v.archiveForm(filled, cat, faults)
	f.Household, f.In = v.householdForm(filled, cat, faults)
	return f, nil
}

// asked draws a field that the category asks for.
func (v *visit) asked(a model.Ask, d model.Destination, fault string) askedField {
	table := map[string]model.CodeTable{"unit_kind": model.TableUnitKind, "industry": model.TableIndustry, "job_kind": model.TableJobKind}[a.Field]
	if table != "" {
		s := v.choices(a.Field, a.Label, table, d.Get(a.Field), fault)
		s.Items[0].Text, s.Required, s.Hint = "请选择", a.Required(d), a.Reason
		return askedField{Select: &s}
	}
	f := textField(a.Field, a.Label, d.Get(a.Field), fault)
	f.Required, f.Depends, f.Hint = a.Required(d) && len(a.Excused) == 0, len(a.Excused) > 0, a.Reason
	asked := askedField{Field: &f}
	switch a.Field {
	case "unit_place":
		asked.Button = placeButton(a.Field)
	case "signed_on":
		// A browser shows a date field empty when its value is no date, and would
		// lose what was typed.
		if f.Value == "" || !model.Date(f.Value).Start().IsZero() {
			f.Type = "date"
		}
	}
	return asked
}

// textField is a field of free text.
func textField(name, label, value, fault string) web.Field {
	return web.Field{Name: name, Label: label, Value: value, MaxLength: longest, Error: fault}
}

func placeButton(field string) *formButton {
	return &formButton{Value: actionPlace + field, Text: "选择地区"}
}

func (v *visit) archiveForm(d model.Destination, cat model.Category, faults map[string]string) transferForm {
	text := func(name, label, value string) *web.Field {
		f := textField(name, label, value, faults[name])
		return &f
	}
	f := transferForm{
		Type:      v.choices("archive_type", "档案转递类型", model.TableArchive, d.Archive.Type, faults["archive_type"]),
		Otherwise: cat.Transfer.ArchiveOtherwise,
		Fields: []askedField{
			{Field: text("archive_unit", "档案转递单位名称", d.Archive.Unit)},
			{Field: text("archive_place", "档案转递单位所在地", d.Archive.Place), Button: placeButton("archive_place")},
			{Field: text("archive_address", "单位地址", d.Archive.Address)},
			{Field: text("archive_postcode", "单位邮编", d.Archive.Postcode)},
			{Field: text("archive_contact", "联系人/联系部门", d.Archive.Contact)},
			{Field: text("archive_phone", "联系电话", d.Archive.Phone)},
		},
	}
	f.Fields[0].Field.Hint, f.Fields[0].Field.Depends = "登记档案转递的必须填写。按类型填入的内容请核对，可以修改。", true
	f.Fields[3].Field.InputMode = "numeric"
	f.Fields[5].Field.Type, f.Fields[5].Field.InputMode = "tel", "tel"
	return f
}

// householdForm asks for the household where it moved to the school, and where
// the roster does not say whether it did.
func (v *visit) householdForm(d model.Destination, cat model.Category, faults map[string]string) (*transferForm, *web.Choices) {
	roster := v.record.Graduate.Basics.HouseholdIn
	if roster == model.No {
		return nil, nil
	}
	place := textField("household_place", "户口迁移所在地", d.Household.Place, faults["household_place"])
	place.Hint = "写到区、县，如：北京市海淀区。"
	f := &transferForm{
		Type:      v.choices("household_type", "户口迁移类型", model.TableHousehold, d.Household.Type, faults["household_type"]),
		Otherwise: cat.Transfer.HouseholdOtherwise,
		Fields:    []askedField{{Field: &place, Button: placeButton("household_place")}},
	}
	if roster == model.Yes {
		return f, nil
	}
	return f, &web.Choices{
		Name: "household_in", Label: "户口是否转入学校", Error: faults["household_in"],
		Hint: "选“否”的，不登记下面的户口迁移信息。",
		Items: []web.Choice{
			{Value: string(model.Yes), Text: "是", Chosen: d.HouseholdIn == model.Yes},
			{Value: string(model.No), Text: "否", Chosen: d.HouseholdIn == model.No},
		},
	}
}

// choices offers a table's codes and none of them. A code that the table does
// not know stays chosen as it is: the rules say what is wrong with it.
func (v *visit) choices(name, label string, table model.CodeTable, chosen, fault string) web.Choices {
	c := web.Choices{Name: name, Label: label, Error: fault, Items: []web.Choice{{Text: "暂不登记"}}}
	for _, n := range v.codes.List(table) {
		c.Items = append(c.Items, web.Choice{Value: n.Code, Text: n.Name, Chosen: n.Code == chosen})
	}
	if _, known := v.codes.Name(table, chosen); chosen != "" && !known {
		c.Items = append(c.Items, web.Choice{Value: chosen, Text: chosen, Chosen: true})
	}
	return c
}
