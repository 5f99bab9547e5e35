package roster

import (
	"errors"

	"quxiang/model"
)

// destination reads the destination that the row registers, if it does.
func (l *line) destination() {
	d := model.Destination{
		Unit: l.text(unit), UnitCode: l.number(unitCode), UnitPlace: l.words(unitPlace, unitPlaceCode), Note: l.text(note),
		UnitKind: l.coded(model.TableUnitKind, unitKindCode, unitKind),
		Industry: l.coded(model.TableIndustry, industryCode, industry),
		JobKind:  l.coded(model.TableJobKind, jobKindCode, jobKind),
		Archive: model.ArchiveTransfer{
			Type: l.own(model.TableArchive, archiveType), Unit: l.text(archiveUnit), Place: l.text(archivePlace), Address: l.text(archiveAddress),
			Postcode: l.number(archivePostcode), Contact: l.text(archiveContact), Phone: l.text(archivePhone),
		},
		Household: model.HouseholdTransfer{Type: l.own(model.TableHousehold, householdType), Place: l.text(householdPlace)},
	}
	d.Category, d.SubCategory = l.category()
	if s := l.raw(signedOn); s != "" {
		if t, ok := instant(s); ok {
			d.SignedOn = model.DateOf(t)
		} else {
			l.fault(signedOn, "应写成 2027-06-30 的形式，现在是"+quote(s)+"。")
		}
	}
	if s := l.raw(reportedAt); s != "" {
		var ok bool
		if l.row.ReportedAt, ok = instant(s); !ok {
			l.fault(reportedAt, "应写成 2027-05-24 或 2027-05-24 10:30:00 的形式，现在是"+quote(s)+"。")
		}
	}
	if d == (model.Destination{}) {
		return
	}
	if d.Category == "" {
		f := l.present(category, categoryCode)
		if l.raw(category) == "" && l.raw(categoryCode) == "" {
			l.fault(f, "为空，但填有单位、档案转递或户口迁移信息。请补填毕业去向，或清空这些信息。")
		}
		return
	}
	if len(l.row.Faults) == 0 {
		l.checkDestination(d)
	}
	l.row.Destination = &d
}

// own reads a table of codes of our own, which files give by name.
func (l *line) own(table model.CodeTable, f field) string {
	s := l.text(f)
	if s == "" {
		return ""
	}
	if code, ok := l.codes.Code(table, s); ok {
		return code
	}
	l.fault(f, "没有"+quote(s)+"这一类型"+l.choices(table)+"，请改正。")
	return ""
}

// category reads the destination's category from its code, which may be a finer
// one, and its name, which must agree.
func (l *line) category() (code, sub string) {
	given, called := l.number(categoryCode), l.text(category)
	if given != "" {
		code = given
		if above, ok := l.subs[given]; ok {
			code, sub = above, given
		}
		if _, ok := l.codes.Category(code); !ok {
			l.fault(categoryCode, "没有毕业去向代码"+quote(given)+"，请改正。")
			return "", ""
		}
	}
	if called == "" {
		return code, sub
	}
	byName, subByName, ok := l.codes.CategoryNamed(called)
	switch {
	case !ok && given == "" && l.isCategory(called):
		if above, ok := l.subs[called]; ok {
			return above, called // the column holds codes
		}
		return called, ""
	case !ok:
		l.fault(category, "没有毕业去向"+quote(called)+"，请按毕业去向类别的名称填写。")
		return "", ""
	case given == "":
		return byName, subByName
	case byName != code || (sub != "" && subByName != "" && sub != subByName):
		l.fault(category, "代码"+quote(given)+"与名称"+quote(called)+"不一致，请核对。")
		return "", ""
	case sub == "":
		sub = subByName
	}
	return code, sub
}

func (l *line) isCategory(code string) bool {
	if _, ok := l.subs[code]; ok {
		return true
	}
	_, ok := l.codes.Category(code)
	return ok
}

// checkDestination applies the rules for destinations and lays their fault at
// the column that it is about.
func (l *line) checkDestination(d model.Destination) {
	err := model.CheckDestination(d, l.row.Basics.HouseholdIn, l.codes)
	var e *model.Error
	if !errors.As(err, &e) {
		return
	}
	at, ok := blamed()[e.Field]
	if !ok {
		at = category
	}
	l.fault(at, e.Message)
}
