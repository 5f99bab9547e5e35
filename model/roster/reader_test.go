package roster_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"quxiang/model"
	"quxiang/model/demo"
)

// What demo writes is what is read, in all three formats.
func TestReadsSamples(t *testing.T) {
	o := demo.Options{Year: 2027, Destinations: 0.6, ReportedAt: time.Date(2027, 5, 24, 10, 30, 0, 0, model.Shanghai)}
	people := slices.Collect(demo.Graduates(400, 5, o))
	for _, p := range demo.People(2027) {
		people = append(people, p.Records()...)
	}
	for _, f := range []demo.Format{demo.National, demo.WideXLSX, demo.WideCSV} {
		t.Run(string(f), func(t *testing.T) {
			r := open(t, sample(t, f, slices.Values(people)))
			if f != demo.WideCSV && r.Total() != len(people) {
				t.Errorf("Total = %d of %d", r.Total(), len(people))
			}
			rows := readAll(t, r)
			if len(rows) != len(people) || r.Progress() != 1 {
				t.Fatalf("%d rows of %d, progress %v", len(rows), len(people), r.Progress())
			}
			for i, row := range rows {
				want := people[i]
				if f == demo.National {
					b := &want.Basics
					b.Degree, b.ArchiveIn, b.HouseholdIn, b.Phone, b.Email = "", "", "", "", ""
					if want.Destination != nil {
						d := *want.Destination
						d.Note, d.Archive, d.Household, want.Destination = "", model.ArchiveTransfer{}, model.HouseholdTransfer{}, &d
					}
					want.ReportedAt = time.Time{}
				}
				if len(row.Faults) > 0 {
					t.Fatalf("line %d: %v", row.Line, row.Faults)
				}
				if row.Basics != want.Basics || row.SchoolCode != want.SchoolCode || row.SchoolName != want.SchoolName || row.CohortCode != want.CohortCode || !row.ReportedAt.Equal(want.ReportedAt) {
					t.Fatalf("line %d:\n%+v\nwant\n%+v", row.Line, row, want)
				}
				if (row.Destination == nil) != (want.Destination == nil) || row.Destination != nil && *row.Destination != *want.Destination {
					t.Fatalf("line %d: destination\n%+v\nwant\n%+v", row.Line, row.Destination, want.Destination)
				}
				if header := map[demo.Format]int{demo.National: 3, demo.WideXLSX: 2, demo.WideCSV: 2}[f]; row.Line != i+header {
					t.Fatalf("row %d is on line %d", i, row.Line)
				}
			}
		})
	}
}

func TestEncodingsAndSeparators(t *testing.T) {
	row := with("姓名", "吴㛃·买买提", "专业", "哲学, \"中国\"\t方向")
	row["专业"] = "哲学, \"中国\"方向"
	text := csvText(t, grid(row))
	gb, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	le, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	be, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	retab := func(sep string) string {
		lines := grid(with("姓名", "吴㛃·买买提"))
		var b strings.Builder
		for _, l := range lines {
			b.WriteString(strings.Join(l, sep) + "\r\n")
		}
		return b.String()
	}
	// The first Chinese character comes after the first piece that is looked at.
	late := "Ksh,Xm,Sfzh,Yxdm,Xl,Szyx,Bysj,Szbj\n" + strings.Repeat(",,,,,,,\n", 12_000) + "23110101110001,吴㛃·买买提,11010519491231002X,10001,本科,哲学系,202706,x\n"
	lateGB, err := simplifiedchinese.GB18030.NewEncoder().String(late)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"utf8": text, "utf8 with mark": "\ufeff" + text, "gb18030": gb, "utf16le": le, "utf16be": be,
		"tab": retab("\t"), "semicolon": retab(";"), "late utf8": late, "late gb18030": lateGB,
	} {
		t.Run(name, func(t *testing.T) {
			rows := readAll(t, open(t, file(t, "r.csv", content)))
			if len(rows) != 1 || len(rows[0].Faults) > 0 || rows[0].Basics.Name != "吴㛃·买买提" || rows[0].Basics.College != "哲学系" {
				t.Errorf("%+v", rows)
			}
		})
	}
}

func TestHeaderIsFoundByName(t *testing.T) {
	lines := grid(good())
	for i, n := range lines[0] {
		switch n {
		case "考生号":
			lines[0][i] = " *考生号（必填） "
		case "身份证号":
			lines[0][i] = "证件号码"
		case "邮箱":
			lines[0][i] = "E-mail"
		}
	}
	lines[0] = append(lines[0], "备注", "")
	lines[1] = append(lines[1], "任何内容", "")
	above := [][]any{{"2027届毕业生源信息"}, {"填表说明：请勿改动列名"}, {}}
	r := open(t, workbook(t, map[string][][]any{
		"1说明": {{"请填写第二张表"}},
		"2数据": slices.Concat(above, cells(lines)),
		"3字典": {{"代码", "名称"}, {"31", "本科"}},
	}))
	rows := readAll(t, r)
	if len(rows) != 1 || len(rows[0].Faults) > 0 || rows[0].Line != 5 || rows[0].Basics.Email == "" {
		t.Fatalf("%+v", rows)
	}
	if h := r.Header(); h[len(lines[0])-2] != "备注" || !slices.Contains(h, "证件号码") {
		t.Errorf("header %q", h)
	}
	if got := rows[0].Cells; !slices.Contains(got, "任何内容") {
		t.Errorf("cells %q", got)
	}
}

func TestValuesAreReadAsPeopleWriteThem(t *testing.T) {
	for _, tc := range []struct {
		column, value string
		get           func(model.Basics) string
		want          string
	}{
		{"毕业时间", "2027-06", func(b model.Basics) string { return string(b.Graduates) }, "202706"},
		{"毕业时间", "2027年6月", func(b model.Basics) string { return string(b.Graduates) }, "202706"},
		{"毕业时间", "2027/6/30 0:00:00", func(b model.Basics) string { return string(b.Graduates) }, "202706"},
		{"毕业时间", "20270630", func(b model.Basics) string { return string(b.Graduates) }, "202706"},
		{"毕业时间", "46568", func(b model.Basics) string { return string(b.Graduates) }, "202706"},
		{"毕业时间", "202706.0", func(b model.Basics) string { return string(b.Graduates) }, "202706"},
		{"毕业时间", "２０２７０６", func(b model.Basics) string { return string(b.Graduates) }, "202706"},
		{"考生号", `="23110101110001"`, func(b model.Basics) string { return b.ExamNumber }, "23110101110001"},
		{"考生号", "'23110101110001", func(b model.Basics) string { return b.ExamNumber }, "23110101110001"},
		{"考生号", "\t23110101110001", func(b model.Basics) string { return b.ExamNumber }, "23110101110001"},
		{"考生号", "231101011100011", func(b model.Basics) string { return b.ExamNumber }, "231101011100011"},
		{"身份证号", "11010519491231002x", func(b model.Basics) string { return b.IDNumber }, "11010519491231002X"},
		{"身份证号", "１１０１０５ 19491231 002X", func(b model.Basics) string { return b.IDNumber }, "11010519491231002X"},
		{"身份证号", "H12345678", func(b model.Basics) string { return b.IDNumber }, "H12345678"},
		{"身份证号", "12345678", func(b model.Basics) string { return b.IDNumber }, "12345678"},
		{"身份证号", "e1234567", func(b model.Basics) string { return b.IDNumber }, "E1234567"},
		{"性别", "", func(b model.Basics) string { return b.Sex }, "2"},
		{"性别", "2", func(b model.Basics) string { return b.Sex }, "2"},
		{"学历", "本科生毕业", func(b model.Basics) string { return b.Level }, "31"},
		{"学历", "33", func(b model.Basics) string { return b.Level }, "33"},
		{"学历", "专科结业", func(b model.Basics) string { return b.Level }, "43"},
		{"学历", "硕士生结业", func(b model.Basics) string { return b.Level }, "13"},
		{"学历", "博士生结业", func(b model.Basics) string { return b.Level }, "03"},
		{"学制", "2.5", func(b model.Basics) string { return b.Years }, "2.5"},
		{"学制", "4年", func(b model.Basics) string { return b.Years }, "4"},
		{"学制", "4.0", func(b model.Basics) string { return b.Years }, "4"},
		{"民族", "-", func(b model.Basics) string { return b.Ethnicity }, ""},
		{"生源所在地代码", "110228", func(b model.Basics) string { return b.OriginCode }, "110228"}, // abolished in 2015
		{"户口是否转入学校", "", func(b model.Basics) string { return string(b.HouseholdIn) }, ""},
		{"户口是否转入学校", "未转入", func(b model.Basics) string { return string(b.HouseholdIn) }, "no"},
		{"档案是否转入学校", "Y", func(b model.Basics) string { return string(b.ArchiveIn) }, "yes"},
		{"手机", "+86 138-0013-8000", func(b model.Basics) string { return b.Phone }, "13800138000"},
		{"手机", "", func(b model.Basics) string { return b.Phone }, ""},
		{"姓名", " 吴𬭚\u200b ", func(b model.Basics) string { return b.Name }, "吴𬭚"},
		{"姓名", "Anna Petrova", func(b model.Basics) string { return b.Name }, "Anna Petrova"},
	} {
		rows := readAll(t, open(t, file(t, "r.csv", csvText(t, grid(with(tc.column, tc.value))))))
		if len(rows) != 1 || len(rows[0].Faults) > 0 {
			t.Errorf("%s %q: %v", tc.column, tc.value, rows[0].Faults)
			continue
		}
		if got := tc.get(rows[0].Basics); got != tc.want {
			t.Errorf("%s %q is read as %q, want %q", tc.column, tc.value, got, tc.want)
		}
	}
}

func TestDestinations(t *testing.T) {
	for _, tc := range []struct {
		changes []string
		want    *model.Destination
	}{
		{nil, nil},
		{[]string{"毕业去向", "求职中"}, &model.Destination{Category: "70", SubCategory: "701"}},
		{[]string{"毕业去向代码", "701", "毕业去向", "待就业"}, &model.Destination{Category: "70", SubCategory: "701"}},
		{[]string{"毕业去向", "701"}, &model.Destination{Category: "70", SubCategory: "701"}},
		{[]string{"毕业去向代码", "46"}, &model.Destination{Category: "46"}},
		{
			[]string{
				"毕业去向", "签就业协议形式就业", "单位名称", "学信咨询服务有限公司", "单位所在地", "北京市西城区", "单位行业", "教育", "签约日期", "2027/5/1",
				"档案转寄单位", "海淀人才", "档案转递类型", "托管单位接收", "档案转寄邮编", "100195", "户口迁移类型", "不迁移",
			},
			&model.Destination{
				Category: "10", Unit: "学信咨询服务有限公司", UnitPlace: "北京市西城区", Industry: "42", SignedOn: "2027-05-01",
				Archive:   model.ArchiveTransfer{Type: "agency", Unit: "海淀人才", Postcode: "100195"},
				Household: model.HouseholdTransfer{Type: "stay"},
			},
		},
	} {
		rows := readAll(t, open(t, file(t, "r.csv", csvText(t, grid(with(tc.changes...))))))
		got := rows[0].Destination
		if len(rows[0].Faults) > 0 || (got == nil) != (tc.want == nil) || got != nil && *got != *tc.want {
			t.Errorf("%v: %+v %v", tc.changes, got, rows[0].Faults)
		}
	}
}
