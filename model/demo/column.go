package demo

import (
	"slices"
	"time"

	"quxiang/model"
)

// nationalColumns are the 50 of the national sheet, in its order. The last
// seven are those of the 就业报到证, which ended in 2023.
func nationalColumns() []column {
	return slices.Concat(
		[]column{
			withPinyin("Ksh", of("考生号", func(p Person) string { return p.Basics.ExamNumber })),
			withPinyin("Xm", of("姓名", func(p Person) string { return p.Basics.Name })),
			withPinyin("Sfzh", of("身份证号", func(p Person) string { return p.Basics.IDNumber })),
		},
		coded("Xb", "性别", model.TableSex, func(p Person) string { return p.Basics.Sex }),
		coded("Mz", "民族", model.TableEthnicity, func(p Person) string { return p.Basics.Ethnicity }),
		coded("Zzmm", "政治面貌", model.TablePolitics, func(p Person) string { return p.Basics.Politics }),
		[]column{
			withPinyin("Yxdm", of("院校代码", func(p Person) string { return p.SchoolCode })),
			withPinyin("Yx", of("院校名称", func(p Person) string { return p.SchoolName })),
			withPinyin("Szyx", of("所在院系", func(p Person) string { return p.Basics.College })),
			withPinyin("Szbj", of("所在班级", func(p Person) string { return p.Basics.Class })),
			withPinyin("Xh", of("学号", func(p Person) string { return p.Basics.StudentNumber })),
		},
		coded("Xl", "学历", model.TableLevel, func(p Person) string { return p.Basics.Level }),
		[]column{
			withPinyin("Zydm", of("专业代码", func(p Person) string { return p.Basics.MajorCode })),
			withPinyin("Zy", of("专业", func(p Person) string { return p.Basics.Major })),
			withPinyin("Zyfx", of("专业方向", func(p Person) string { return p.Basics.MajorDirection })),
		},
		training(),
		[]column{
			withPinyin("Syszddm", of("生源所在地代码", func(p Person) string { return p.Basics.OriginCode })),
			withPinyin("Syszd", of("生源所在地", func(p Person) string { return p.Basics.OriginName })),
			withPinyin("Xz", of("学制", func(p Person) string { return p.Basics.Years })),
			withPinyin("Rxsj", of("入学时间", func(p Person) string { return string(p.Basics.Entered) })),
			withPinyin("Bysj", of("毕业时间", func(p Person) string { return string(p.Basics.Graduates) })),
			withPinyin("Knslbdm", of("困难生类别代码", blank)),
			withPinyin("Knslb", of("困难生类别", func(p Person) string { return p.Basics.Hardship })),
			withPinyin("Sfslbdm", of("师范生类别代码", blank)),
			withPinyin("Sfslb", of("师范生类别", func(p Person) string { return p.Basics.Teacher })),
		},
		unit(),
		[]column{
			withPinyin("Bdzqflbdm", of("报到证签发类别代码", blank)),
			withPinyin("Bdzqflb", of("报到证签发类别", blank)),
			withPinyin("Bdzqwdwmc", of("报到证签往单位名称", blank)),
			withPinyin("Qwdwszddm", of("签往单位所在地代码", blank)),
			withPinyin("Qwdwszd", of("签往单位所在地", blank)),
			withPinyin("Bdzbh", of("报到证编号", blank)),
			withPinyin("Bdqssj", of("报到起始时间", blank)),
		},
	)
}

// training has 定向委培单位 between the code and the name, as the sheet does.
func training() []column {
	c := coded("Pyfs", "培养方式", model.TableTraining, func(p Person) string { return p.Basics.Training })
	return slices.Insert(c, 1, withPinyin("Dxhwpdw", of("定向或委培单位", func(p Person) string { return p.Basics.Commissioner })))
}

// unit are the sheet's columns about the destination.
func unit() []column {
	return slices.Concat(
		[]column{
			withPinyin("Byqxdm", of("毕业去向代码", field(categoryCode))),
			{"Byqx", "毕业去向", categoryName},
			withPinyin("Dwzzjgdm", of("单位组织机构代码", field(func(d model.Destination) string { return d.UnitCode }))),
			withPinyin("Dwmc", of("单位名称", field(func(d model.Destination) string { return d.Unit }))),
		},
		coded("Dwxz", "单位性质", model.TableUnitKind, field(func(d model.Destination) string { return d.UnitKind })),
		coded("Dwhy", "单位行业", model.TableIndustry, field(func(d model.Destination) string { return d.Industry })),
		[]column{
			withPinyin("Dwszddm", of("单位所在地代码", blank)),
			withPinyin("Dwszd", of("单位所在地", field(func(d model.Destination) string { return d.UnitPlace }))),
		},
		coded("Gzzwlb", "工作职位类别", model.TableJobKind, field(func(d model.Destination) string { return d.JobKind })),
	)
}

// wideColumns are those of a wider export: the national ones without the
// obsolete, and what those lack.
func wideColumns() []column {
	national := nationalColumns()
	named := func(table model.CodeTable, name string, code func(model.Destination) string) column {
		return column{name: name, value: func(p Person, codes model.Codes) string {
			n, _ := codes.Name(table, field(code)(p))
			return n
		}}
	}
	return slices.Concat(national[:len(national)-7], []column{
		of("学位", func(p Person) string { return p.Basics.Degree }),
		of("档案是否转入学校", func(p Person) string { return p.Basics.ArchiveIn.Chinese() }),
		of("户口是否转入学校", func(p Person) string { return p.Basics.HouseholdIn.Chinese() }),
		of("手机号码", func(p Person) string { return p.Basics.Phone }),
		of("电子邮箱", func(p Person) string { return p.Basics.Email }),
		of("工作内容", field(func(d model.Destination) string { return d.Note })),
		named(model.TableArchive, "档案转递类型", func(d model.Destination) string { return d.Archive.Type }),
		of("档案转递单位名称", field(func(d model.Destination) string { return d.Archive.Unit })),
		of("档案转递单位所在地", field(func(d model.Destination) string { return d.Archive.Place })),
		of("档案转递单位地址", field(func(d model.Destination) string { return d.Archive.Address })),
		of("档案转递单位邮编", field(func(d model.Destination) string { return d.Archive.Postcode })),
		of("档案转递联系人", field(func(d model.Destination) string { return d.Archive.Contact })),
		of("档案转递联系电话", field(func(d model.Destination) string { return d.Archive.Phone })),
		named(model.TableHousehold, "户口迁移类型", func(d model.Destination) string { return d.Household.Type }),
		of("户口迁移所在地", field(func(d model.Destination) string { return d.Household.Place })),
		of("上报时间", func(p Person) string {
			if p.ReportedAt.IsZero() {
				return ""
			}
			return p.ReportedAt.In(model.Shanghai).Format(time.DateTime)
		}),
	})
}
