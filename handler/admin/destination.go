package admin

import (
	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/form"
)

// line is one field of a destination in words.
type line struct {
	label string
	value string
	group int // 0 destination, 1 archive, 2 household
}

// lines are all fields of a destination, in the order of the guide's figure 6.
func lines(d model.Destination, codes model.Codes) []line {
	name := func(t model.CodeTable, code string) string {
		if n, ok := codes.Name(t, code); ok {
			return n
		}
		return code
	}
	cat, _ := codes.Category(d.Category)
	return []line{
		{label: "毕业去向", value: form.DestinationName(d, codes)},
		{label: cat.Label("unit"), value: d.Unit},
		{label: cat.Label("unit_code"), value: d.UnitCode},
		{label: cat.Label("unit_kind"), value: name(model.TableUnitKind, d.UnitKind)},
		{label: cat.Label("industry"), value: name(model.TableIndustry, d.Industry)},
		{label: cat.Label("unit_place"), value: d.UnitPlace},
		{label: cat.Label("job_kind"), value: name(model.TableJobKind, d.JobKind)},
		{label: cat.Label("signed_on"), value: string(d.SignedOn)},
		{label: cat.Label("note"), value: d.Note},
		{label: "户口是否转入学校（本人填写）", value: d.HouseholdIn.Chinese(), group: 2},
		{label: "档案转递类型", value: name(model.TableArchive, d.Archive.Type), group: 1},
		{label: "档案转递单位名称", value: d.Archive.Unit, group: 1},
		{label: "档案转递单位所在地", value: d.Archive.Place, group: 1},
		{label: "单位地址", value: d.Archive.Address, group: 1},
		{label: "单位邮编", value: d.Archive.Postcode, group: 1},
		{label: "联系人/联系部门", value: d.Archive.Contact, group: 1},
		{label: "联系电话", value: d.Archive.Phone, group: 1},
		{label: "户口迁移类型", value: name(model.TableHousehold, d.Household.Type), group: 2},
		{label: "户口迁移所在地", value: d.Household.Place, group: 2},
	}
}

// compare draws a destination with what has changed since an older one, nil
// for none. Fields empty in both are left out.
func compare(d model.Destination, before *model.Destination, codes model.Codes) []web.Cells {
	blocks := []web.Cells{{Title: "毕业去向信息"}, {Title: "档案转递信息"}, {Title: "户口迁移信息"}}
	var old []line
	if before != nil {
		old = lines(*before, codes)
	}
	for i, l := range lines(d, codes) {
		cell := web.Cell{Label: l.label, Value: l.value}
		if old != nil && old[i].value != l.value {
			was := old[i].value
			if was == "" {
				was = "未填写"
			}
			cell.Changed, cell.Note = true, "原为："+was
		}
		if l.value != "" || cell.Changed {
			blocks[l.group].Items = append(blocks[l.group].Items, cell)
		}
	}
	out := blocks[:0]
	for _, b := range blocks {
		if len(b.Items) == 0 {
			b.Items = []web.Cell{{Label: b.Title, Value: "未登记"}}
		}
		out = append(out, b)
	}
	return out
}
