package h5

import (
	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/form"
)

// row is one line of a destination in words. Field is the form field behind it,
// as model.CheckDestination names it.
type row struct{ Field, Label, Value string }

// rows writes a destination as figure 6 of the guide does: what is not
// registered is left out.
func rows(d model.Destination, codes model.Codes) []row {
	cat, _ := codes.Category(d.Category)
	name := func(t model.CodeTable, code string) string {
		if n, ok := codes.Name(t, code); ok {
			return n
		}
		return code
	}
	all := []row{
		{"category", "毕业去向", form.DestinationName(d, codes)},
		{"unit", cat.Label("unit"), d.Unit},
		{"unit_code", cat.Label("unit_code"), d.UnitCode},
		{"unit_kind", cat.Label("unit_kind"), name(model.TableUnitKind, d.UnitKind)},
		{"industry", cat.Label("industry"), name(model.TableIndustry, d.Industry)},
		{"unit_place", cat.Label("unit_place"), d.UnitPlace},
		{"job_kind", cat.Label("job_kind"), name(model.TableJobKind, d.JobKind)},
		{"signed_on", cat.Label("signed_on"), day(d.SignedOn)},
		{"note", cat.Label("note"), d.Note},
		{"archive_type", "档案转递类型", name(model.TableArchive, d.Archive.Type)},
		{"archive_unit", "档案转递单位名称", d.Archive.Unit},
		{"archive_place", "档案转递单位所在地", d.Archive.Place},
		{"archive_address", "档案转递单位地址", d.Archive.Address},
		{"archive_postcode", "档案转递单位邮编", d.Archive.Postcode},
		{"archive_contact", "档案转递联系人/联系部门", d.Archive.Contact},
		{"archive_phone", "档案转递联系电话", d.Archive.Phone},
		{"household_in", "户口是否转入学校", d.HouseholdIn.Chinese()},
		{"household_type", "户口迁移类型", name(model.TableHousehold, d.Household.Type)},
		{"household_place", "户口迁移所在地", d.Household.Place},
	}
	var some []row
	for _, r := range all {
		if r.Value != "" {
			some = append(some, r)
		}
	}
	return some
}

// day writes a date in words; one that is none as it was given.
func day(d model.Date) string {
	if d.Start().IsZero() {
		return string(d)
	}
	return d.Chinese()
}

// cells draws a destination.
func cells(title string, d model.Destination, codes model.Codes) web.Cells {
	c := web.Cells{Title: title}
	for _, r := range rows(d, codes) {
		c.Items = append(c.Items, web.Cell{Label: r.Label, Value: r.Value})
	}
	return c
}

// changedCells draws a destination and marks what differs from an older one,
// lines that are gone included.
func changedCells(title string, d, old model.Destination, codes model.Codes) web.Cells {
	before := map[string]string{}
	was := rows(old, codes)
	for _, r := range was {
		before[r.Field] = r.Value
	}
	c := web.Cells{Title: title}
	for _, r := range rows(d, codes) {
		cell := web.Cell{Label: r.Label, Value: r.Value, Changed: before[r.Field] != r.Value}
		if cell.Changed {
			cell.Note = "原为：–"
			if before[r.Field] != "" {
				cell.Note = "原为：" + before[r.Field]
			}
		}
		delete(before, r.Field)
		c.Items = append(c.Items, cell)
	}
	for _, r := range was {
		if _, gone := before[r.Field]; gone {
			c.Items = append(c.Items, web.Cell{Label: r.Label, Changed: true, Note: "原为：" + r.Value})
		}
	}
	return c
}
