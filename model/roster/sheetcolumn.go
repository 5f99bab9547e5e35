package roster

import (
	"slices"
	"strconv"
	"time"

	"quxiang/model"
)

// exported is a column of an export: what it is called, so that the reader knows
// it again, and what stands in it.
type exported struct {
	name  string
	value func(r model.Record, codes model.Codes) string
}

// of makes a column of something in the basics.
func of(name string, value func(model.Basics) string) exported {
	return exported{name, func(r model.Record, _ model.Codes) string { return value(r.Graduate.Basics) }}
}

// to makes a column of something in the newest destination.
func to(name string, value func(model.Destination) string) exported {
	return exported{name, func(r model.Record, _ model.Codes) string {
		if last := r.Latest(); last != nil {
			return value(last.Destination)
		}
		return ""
	}}
}

// ofCode makes the two columns of a coded field of the basics, code and name.
func ofCode(name string, table model.CodeTable, code func(model.Basics) string) []exported {
	return []exported{of(name+"代码", code), {name, func(r model.Record, codes model.Codes) string {
		n, _ := codes.Name(table, code(r.Graduate.Basics))
		return n
	}}}
}

// toCode is ofCode for the destination.
func toCode(name string, table model.CodeTable, code func(model.Destination) string) []exported {
	return []exported{to(name+"代码", code), toName(name, table, code)}
}

// toName makes the column of a code of our own, which means nothing to people.
func toName(name string, table model.CodeTable, code func(model.Destination) string) exported {
	return exported{name, func(r model.Record, codes model.Codes) string {
		if last := r.Latest(); last != nil {
			n, _ := codes.Name(table, code(last.Destination))
			return n
		}
		return ""
	}}
}

// exportedOf are the columns of an export of some kind. An export for those who
// may not see whole ID numbers has no column for them: it says nothing about
// what it does not show.
func exportedOf(k model.SheetKind, masked bool) []exported {
	switch k {
	case model.SheetDestinations:
		return slices.Concat(whom(), destinationExported())
	case model.SheetReviews:
		return slices.Concat(whom(), reviewExported())
	case model.SheetRoster:
	}
	return slices.Concat(rosterExported(masked), destinationExported())
}

// whom says whom a row is about.
func whom() []exported {
	return []exported{
		of("考生号", func(b model.Basics) string { return b.ExamNumber }),
		of("姓名", func(b model.Basics) string { return b.Name }),
		{"院校代码", func(r model.Record, _ model.Codes) string { return r.Graduate.SchoolCode }},
		of("所在院系", func(b model.Basics) string { return b.College }),
		of("所在班级", func(b model.Basics) string { return b.Class }),
		of("毕业时间", func(b model.Basics) string { return string(b.Graduates) }),
	}
}

func rosterExported(masked bool) []exported {
	columns := []exported{
		of("考生号", func(b model.Basics) string { return b.ExamNumber }),
		of("姓名", func(b model.Basics) string { return b.Name }),
	}
	if !masked {
		columns = append(columns, of("身份证号", func(b model.Basics) string { return b.IDNumber }), idKindExported())
	}
	return slices.Concat(columns,
		ofCode("性别", model.TableSex, func(b model.Basics) string { return b.Sex }),
		ofCode("民族", model.TableEthnicity, func(b model.Basics) string { return b.Ethnicity }),
		ofCode("政治面貌", model.TablePolitics, func(b model.Basics) string { return b.Politics }),
		[]exported{
			{"院校代码", func(r model.Record, _ model.Codes) string { return r.Graduate.SchoolCode }},
			{"院校名称", func(r model.Record, _ model.Codes) string { return r.School.Name }},
			of("所在院系", func(b model.Basics) string { return b.College }),
			of("所在班级", func(b model.Basics) string { return b.Class }),
			of("学号", func(b model.Basics) string { return b.StudentNumber }),
		},
		ofCode("学历", model.TableLevel, func(b model.Basics) string { return b.Level }),
		[]exported{
			of("专业代码", func(b model.Basics) string { return b.MajorCode }),
			of("专业", func(b model.Basics) string { return b.Major }),
			of("专业方向", func(b model.Basics) string { return b.MajorDirection }),
		},
		ofCode("培养方式", model.TableTraining, func(b model.Basics) string { return b.Training }),
		[]exported{
			of("定向或委培单位", func(b model.Basics) string { return b.Commissioner }),
			of("生源所在地代码", func(b model.Basics) string { return b.OriginCode }),
			of("生源所在地", func(b model.Basics) string { return b.OriginName }),
			of("学制", func(b model.Basics) string { return b.Years }),
			of("入学时间", func(b model.Basics) string { return string(b.Entered) }),
			of("毕业时间", func(b model.Basics) string { return string(b.Graduates) }),
			of("困难生类别", func(b model.Basics) string { return b.Hardship }),
			of("师范生类别", func(b model.Basics) string { return b.Teacher }),
			of("学位", func(b model.Basics) string { return b.Degree }),
			of("档案是否转入学校", func(b model.Basics) string { return b.ArchiveIn.Chinese() }),
			of("户口是否转入学校", func(b model.Basics) string { return b.HouseholdIn.Chinese() }),
			of("手机号码", func(b model.Basics) string { return b.Phone }),
			of("电子邮箱", func(b model.Basics) string { return b.Email }),
		})
}

// idKindExported says which numbers are no 公民身份号码, so that reading does not
// take one of eighteen digits for a mistyped one.
func idKindExported() exported {
	return of("证件类型", func(b model.Basics) string {
		switch {
		case b.IDNumber == "":
			return ""
		case model.ValidIDNumber(b.IDNumber):
			return "居民身份证"
		default:
			return "其他证件"
		}
	})
}

func destinationExported() []exported {
	return slices.Concat(
		[]exported{
			to("毕业去向代码", func(d model.Destination) string {
				if d.SubCategory != "" {
					return d.SubCategory
				}
				return d.Category
			}),
			{"毕业去向", categoryName},
			to("统一社会信用代码", func(d model.Destination) string { return d.UnitCode }),
			to("单位名称", func(d model.Destination) string { return d.Unit }),
		},
		toCode("单位性质", model.TableUnitKind, func(d model.Destination) string { return d.UnitKind }),
		toCode("单位行业", model.TableIndustry, func(d model.Destination) string { return d.Industry }),
		[]exported{to("单位所在地", func(d model.Destination) string { return d.UnitPlace })},
		toCode("工作职位类别", model.TableJobKind, func(d model.Destination) string { return d.JobKind }),
		[]exported{
			to("签约日期", func(d model.Destination) string { return string(d.SignedOn) }),
			to("工作内容", func(d model.Destination) string { return d.Note }),
			toName("档案转递类型", model.TableArchive, func(d model.Destination) string { return d.Archive.Type }),
			to("档案转递单位名称", func(d model.Destination) string { return d.Archive.Unit }),
			to("档案转递单位所在地", func(d model.Destination) string { return d.Archive.Place }),
			to("档案转递单位地址", func(d model.Destination) string { return d.Archive.Address }),
			to("档案转递单位邮编", func(d model.Destination) string { return d.Archive.Postcode }),
			to("档案转递联系人", func(d model.Destination) string { return d.Archive.Contact }),
			to("档案转递联系电话", func(d model.Destination) string { return d.Archive.Phone }),
			toName("户口迁移类型", model.TableHousehold, func(d model.Destination) string { return d.Household.Type }),
			to("户口迁移所在地", func(d model.Destination) string { return d.Household.Place }),
			{"上报时间", reported},
		})
}

// reviewExported are the columns that a reviewer fills in, then what he needs to
// know for it, which reading leaves alone.
func reviewExported() []exported {
	return []exported{
		{"审核级别", func(r model.Record, _ model.Codes) string {
			if last := r.Latest(); last != nil {
				switch last.State() {
				case model.ReviewCollege:
					return model.LevelCollege.Chinese()
				case model.ReviewSchool:
					return model.LevelSchool.Chinese()
				case model.ReviewReturned, model.ReviewApproved:
				}
			}
			return ""
		}},
		{"版本", func(r model.Record, _ model.Codes) string {
			if n := len(r.Revisions); n > 0 {
				return strconv.Itoa(n)
			}
			return ""
		}},
		{"审核结果", func(model.Record, model.Codes) string { return "" }},
		{"退回原因", func(model.Record, model.Codes) string { return "" }},
		{"当前步骤", func(r model.Record, _ model.Codes) string { return r.Standing().Step.Chinese() }},
		{"毕业去向", categoryName},
		to("单位名称", func(d model.Destination) string { return d.Unit }),
		to("统一社会信用代码", func(d model.Destination) string { return d.UnitCode }),
		to("单位所在地", func(d model.Destination) string { return d.UnitPlace }),
		{"上报时间", reported},
	}
}

func categoryName(r model.Record, codes model.Codes) string {
	last := r.Latest()
	if last == nil {
		return ""
	}
	return last.Destination.CategoryName(codes)
}

func reported(r model.Record, _ model.Codes) string {
	last := r.Latest()
	if last == nil || last.ReportedAt.IsZero() {
		return ""
	}
	return last.ReportedAt.In(model.Shanghai).Format(time.DateTime)
}
