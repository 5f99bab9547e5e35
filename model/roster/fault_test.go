package roster_test

import (
	"slices"
	"strings"
	"testing"

	"quxiang/model/roster"
)

func TestFaults(t *testing.T) {
	long := strings.Repeat("长", 121)
	for _, tc := range []struct {
		changes []string
		column  string // at which the fault lies
		says    string
	}{
		{[]string{"考生号", "2311010111000"}, "考生号", "14 或 15 位数字，现在是 13 位"},
		{[]string{"考生号", "2311010111000A"}, "考生号", "14 或 15 位数字"},
		{[]string{"考生号", "2.31101E+13"}, "考生号", "丢失"},
		{[]string{"考生号", ""}, "考生号", "不能为空"},
		{[]string{"姓名", " "}, "姓名", "不能为空"},
		{[]string{"姓名", long}, "姓名", "超过 120 字"},
		{[]string{"姓名", "张\x07强"}, "姓名", "控制字符"},
		{[]string{"姓名", "张\xff强"}, "姓名", "无法识别"},
		{[]string{"身份证号", "110105194912310021"}, "身份证号", "校验码不符（110***********0021）"},
		{[]string{"身份证号", "110105194902300025"}, "身份证号", "出生日期或校验码"},
		{[]string{"身份证号", "110105491231002"}, "身份证号", "15 位的旧号码"},
		{[]string{"身份证号", "1101051949123100"}, "身份证号", "现在是 16 位"},
		{[]string{"身份证号", "11010519491231OO2X"}, "身份证号", "校验码不符"},
		{[]string{"身份证号", "1.1E+17"}, "身份证号", "丢失"},
		{[]string{"身份证号", "1.10105194912310016E17"}, "身份证号", "丢失"},
		{[]string{"身份证号", "110105194912310000"}, "身份证号", "末尾的 000"},
		{[]string{"身份证号", "E123"}, "身份证号", "5–30 位"},
		{[]string{"身份证号", "护照E1234567"}, "身份证号", "只能是字母和数字"},
		{[]string{"身份证号", "E1234567", "证件类型", "居民身份证"}, "身份证号", "18 位"},
		{[]string{"身份证号", ""}, "身份证号", "不能为空"},
		{[]string{"性别", "男"}, "性别", "第 17 位不符"},
		{[]string{"性别", "甲"}, "性别", "1 男、2 女"},
		{[]string{"民族", "火星族"}, "民族", "不在代码表"},
		{[]string{"民族代码", "1", "民族", ""}, "民族代码", "前面的 0（01 汉族）"},
		{[]string{"民族代码", "02"}, "民族", "（蒙古族）与名称“汉族”不一致"},
		{[]string{"政治面貌", "14"}, "政治面貌", "不在代码表"},
		{[]string{"学历", "小学"}, "学历", "31 本科"},
		{[]string{"学历", ""}, "学历", "不能为空"},
		{[]string{"学历", "硕士", "学历代码", "31"}, "学历", "不一致"},
		{[]string{"院校代码", "1001"}, "院校代码", "5 位数字"},
		{[]string{"院校代码", ""}, "院校代码", "不能为空"},
		{[]string{"院系", ""}, "院系", "不能为空"},
		{[]string{"毕业时间", ""}, "毕业时间", "不能为空"},
		{[]string{"毕业时间", "202713"}, "毕业时间", "6 位年月"},
		{[]string{"毕业时间", "明年"}, "毕业时间", "6 位年月"},
		{[]string{"入学时间", "202709"}, "入学时间", "早于毕业时间"},
		{[]string{"学制", "1"}, "学制", "1.5 到 9.5"},
		{[]string{"学制", "9.6"}, "学制", "1.5 到 9.5"},
		{[]string{"学制", "4.25"}, "学制", "至多一位小数"},
		{[]string{"学制", "NaN"}, "学制", "1.5 到 9.5"},
		{[]string{"生源所在地代码", "11010"}, "生源所在地代码", "6 位数字"},
		{[]string{"手机", "23800138000"}, "手机", "11 位手机号码"},
		{[]string{"手机", "1.38E+10"}, "手机", "丢失"},
		{[]string{"邮箱", "zhang"}, "邮箱", "不是有效的电子邮箱"},
		{[]string{"户口是否转入学校", "也许"}, "户口是否转入学校", "“是”或“否”"},
		{[]string{"毕业去向", "在家"}, "毕业去向", "没有毕业去向“在家”"},
		{[]string{"毕业去向代码", "99"}, "毕业去向代码", "没有毕业去向代码"},
		{[]string{"毕业去向代码", "10", "毕业去向", "求职中"}, "毕业去向", "不一致"},
		{[]string{"毕业去向代码", "702", "毕业去向", "求职中"}, "毕业去向", "不一致"},
		{[]string{"毕业去向", "升学"}, "单位名称", "录取学校"},
		{[]string{"毕业去向", "", "单位名称", "某公司"}, "毕业去向", "为空，但填有"},
		{[]string{"毕业去向", "求职中", "统一社会信用代码", "91110000000000000X"}, "统一社会信用代码", "校验码"},
		{[]string{"毕业去向", "求职中", "档案转递类型", "送人", "档案转递单位名称", "某处"}, "档案转递类型", "可填：签约单位接收、"},
		{[]string{"毕业去向", "求职中", "档案转递类型", "转回生源地", "档案转递单位名称", "某处", "档案转递单位邮编", "10019"}, "档案转递单位邮编", "6 位"},
		{[]string{"毕业去向", "求职中", "户口是否转入学校", "否", "户口迁移类型", "转回生源地"}, "户口迁移类型", "不需要填写"},
		{[]string{"上报时间", "昨天"}, "上报时间", "2027-05-24"},
		{[]string{"签约日期", "昨天"}, "签约日期", "2027-06-30"},
		{[]string{"单位性质", "黑店", "毕业去向", "求职中"}, "单位性质", "不在代码表"},
	} {
		lines := grid(good(), with(tc.changes...))
		at := slices.Index(lines[0], "考生号")
		lines[1][at] = "23110101119999"
		lines[1][slices.Index(lines[0], "身份证号")] = "H12345678"
		rows := readAll(t, open(t, file(t, "r.csv", csvText(t, lines))))
		if len(rows) != 2 || len(rows[0].Faults) > 0 {
			t.Fatalf("%v: the good row: %v", tc.changes, rows)
		}
		if len(rows[1].Faults) != 1 {
			t.Errorf("%v: faults %v", tc.changes, rows[1].Faults)
			continue
		}
		f := rows[1].Faults[0]
		if f.Column != tc.column || f.Line != 3 || !strings.Contains(f.Message, tc.says) {
			t.Errorf("%v: %v", tc.changes, f)
		}
		if s := f.String(); !strings.HasPrefix(s, "第 3 行“"+tc.column+"”：") {
			t.Errorf("%v: %s", tc.changes, s)
		}
		if id := lines[2][slices.Index(lines[0], "身份证号")]; len(id) > 14 && !strings.Contains(id, "E") && strings.Contains(f.Message, id) {
			t.Errorf("%v: the message holds the ID number", tc.changes)
		}
	}
}

func TestFirstRowStands(t *testing.T) {
	other := "99990020030101001" // an ID number that nobody has
	other += string("10X98765432"[checksum(other)])
	rows := readAll(t, open(t, file(t, "r.csv", csvText(t, grid(
		with("院系", ""), // refused: does not stand
		good(),
		with("姓名", "李四", "身份证号", other, "性别", "男"),              // 考生号 again
		with("考生号", "23110101110002"),                           // ID number again
		with("考生号", "23110101110003", "学历", "硕士"),               // another level: allowed
		with("考生号", "23110101110004", "毕业时间", "202806"),         // another cohort: allowed
		with("考生号", "23110101110005", "身份证号", other, "性别", "男"), // its first row was refused
	)))))
	want := []string{"不能为空", "", "与第 3 行的考生号相同", "与第 3 行的证件号码相同", "", "", ""}
	if len(rows) != len(want) {
		t.Fatalf("%d rows", len(rows))
	}
	for i, w := range want {
		var says []string
		for _, f := range rows[i].Faults {
			says = append(says, f.String())
		}
		if s := strings.Join(says, " "); (w == "") != (s == "") || !strings.Contains(s, w) || strings.Contains(s, "11010519491231002X") {
			t.Errorf("line %d: %q, want %q", rows[i].Line, s, w)
		}
	}
}

func checksum(s string) int {
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(s[i]-'0') * w
	}
	return sum % 11
}

func TestOnlyTheOperatorsSchool(t *testing.T) {
	path := file(t, "r.csv", csvText(t, grid(good(), with("考生号", "23110101110002", "院校代码", "10002", "身份证号", "H12345678"), with("考生号", "23110101110003", "院校代码", "", "身份证号", "H12345679"))))
	r, err := roster.Open(path, roster.Options{Codes: table(t), School: "10001"})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	rows := readAll(t, r)
	if len(rows) != 3 || len(rows[0].Faults)+len(rows[2].Faults) > 0 || rows[2].SchoolCode != "10001" {
		t.Fatalf("%+v", rows)
	}
	if f := rows[1].Faults; len(f) != 1 || !strings.Contains(f[0].Message, "不是贵校的代码") {
		t.Errorf("another school's row: %v", f)
	}
	bare := with("院校代码", "\x00")
	r, err = roster.Open(file(t, "r.csv", csvText(t, grid(bare))), roster.Options{Codes: table(t), School: "10001"})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if row := readAll(t, r)[0]; len(row.Faults) > 0 || row.SchoolCode != "10001" {
		t.Errorf("%+v", row)
	}
}
