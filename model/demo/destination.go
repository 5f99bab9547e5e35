package demo

import "quxiang/model"

// destination invents where b goes, with archive, and with household where that
// came to the school.
func (m *maker) destination(b model.Basics) model.Destination {
	place := m.places[m.rnd.IntN(len(m.places))]
	var d model.Destination
	var archive, household string
	switch k := m.rnd.IntN(100); {
	case k < 55:
		d = employed(pick(m.rnd, "10", "11", "12"), place.name)
		f := firms()[m.rnd.IntN(len(firms()))]
		d.Unit, d.UnitCode, d.UnitKind, d.Industry = f.name, f.code, f.kind, f.industry
		d.JobKind = pick(m.rnd, "13", "30", "22")
		archive, household = "employer", "employer"
	case k < 75:
		d = model.Destination{Category: "80", SubCategory: "801", Unit: UpstreamSchool().Name, UnitPlace: place.name}
		archive, household = "study", "study"
	case k < 80:
		d = model.Destination{Category: "85", Unit: "University of Example", UnitPlace: "英国"}
		archive, household = "agency", "stay"
	case k < 90:
		d = model.Destination{Category: "70", SubCategory: pick(m.rnd, "701", "702", "703")}
		archive, household = "origin", "origin"
	case k < 95:
		return model.Destination{Category: "46"}
	default:
		d = model.Destination{Category: "76", Note: "自由撰稿"}
		archive, household = "agency", "collective"
	}
	d.Archive = archiveOf(archive, place.name)
	if b.HouseholdIn == model.Yes {
		d.Household = model.HouseholdTransfer{Type: household, Place: place.name}
	}
	return d
}

// firm is an invented employer.
type firm struct{ name, code, kind, industry string }

// firms are where graduates go. So that reviewers have something to look at, one
// is small and takes many, one goes by two names, and one has no code.
func firms() []firm {
	small := firm{"示范信息技术有限公司", "99990000MA0000000F", "39", "34"}
	return []firm{
		small, small, small,
		{"示范机床集团有限公司", "99990000MA0000001J", "31", "22"},
		{"示范银行股份有限公司", "99990000MA0000002M", "31", "35"},
		{"示范银行", "99990000MA0000002M", "31", "35"},
		{"示范市第一医院", "99990000MA0000003Q", "23", "43"},
		{"示范市第二中学", "99990000MA0000004U", "22", "42"},
		{"示范设计工作室", "", "33", "44"},
	}
}

// employed is a destination at an invented firm. Its 统一社会信用代码 has the
// institution kind 99, which nobody registers.
func employed(category, place string) model.Destination {
	return model.Destination{
		Category: category, Unit: "示范信息技术有限公司", UnitCode: "99990000MA0000000F", UnitPlace: place,
		UnitKind: "39", Industry: "34", JobKind: "13",
	}
}

func archiveOf(kind, place string) model.ArchiveTransfer {
	return model.ArchiveTransfer{
		Type: kind, Unit: place + "人力资源公共服务中心", Place: place, Address: "示范路1号", Postcode: "000000", Contact: "档案科", Phone: "025-00000000",
	}
}
