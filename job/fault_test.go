package job_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"quxiang/job"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/demo"
	"quxiang/model/store/storetest"
)

// fault is a way in which people and spreadsheets spoil a row: what is put where,
// which column is to blame, and words of the sentence.
type fault struct {
	put    []string // column, value, …
	column string
	words  string
}

// faults are the kinds that the sheet of 5,000 rows has.
func faults() []fault {
	long := strings.Repeat("长", 121)
	blame := func(column, value, words string) fault { return fault{[]string{column, value}, column, words} }
	job := func(f fault, more ...string) fault {
		f.put = append([]string{"毕业去向", "签就业协议形式就业", "单位名称", "甲公司", "单位所在地", "北京市西城区"}, append(f.put, more...)...)
		return f
	}
	return []fault{
		blame("考生号", "", "不能为空"),
		blame("考生号", "123", "位数字，现在是 3 位"),
		blame("考生号", "2311010111000A", "位数字"),
		blame("考生号", "2.31101E+13", "长数字被表格软件截断"),
		blame("考生号", "２３", "现在是 2 位"),
		blame("姓名", "", "不能为空"),
		blame("姓名", long, "超过 120 字"),
		blame("姓名", "张\n三", "控制字符"),
		blame("姓名", "张\ufffd", "无法识别的字符"),
		blame("身份证号", "", "不能为空"),
		blame("身份证号", "1.10105E+17", "长数字被表格软件截断"),
		blame("身份证号", "110105491231002", "15 位的旧号码"),
		blame("身份证号", "1101051949123100", "应为 18 位"),
		blame("身份证号", "110105194912310021", "出生日期或校验码不符"),
		blame("身份证号", "110105194912310000", "末尾的 000"),
		blame("身份证号", "110105194913310029", "出生日期或校验码不符"),
		blame("身份证号", "AB#12345", "只能是字母和数字"),
		blame("身份证号", "A1", "5–30 位"),
		blame("性别", "未知", "不在代码表中"),
		blame("性别代码", "9", "没有代码"),
		blame("民族", "火星族", "不在代码表中"),
		blame("民族代码", "99", "没有代码“99”"),
		{[]string{"民族代码", "1", "民族", ""}, "民族代码", "可能丢了前面的 0"},
		{[]string{"民族代码", "01", "民族", "满族"}, "民族", "不一致"},
		blame("政治面貌", "中立", "不在代码表中"),
		blame("政治面貌代码", "77", "没有代码“77”"),
		blame("院校代码", "123", "应为 5 位数字"),
		blame("院校代码", "99002", "不是贵校的代码"),
		blame("学历", "超人毕业", "不在代码表中"),
		blame("学历代码", "99", "没有代码“99”"),
		{[]string{"学历代码", "", "学历", ""}, "学历", "不能为空"},
		blame("所在院系", "", "不能为空"),
		blame("所在院系", long, "超过 120 字"),
		blame("所在班级", long, "超过 120 字"),
		blame("学号", "1\t2", "控制字符"),
		blame("专业", "哲\n学", "控制字符"),
		blame("专业方向", long, "超过 120 字"),
		blame("培养方式", "随便", "不在代码表中"),
		blame("培养方式代码", "8", "没有代码“8”"),
		blame("生源所在地代码", "11010", "6 位数字的行政区划代码"),
		blame("学制", "十年", "1.5 到 9.5 之间"),
		blame("学制", "12", "1.5 到 9.5 之间"),
		blame("入学时间", "去年九月", "应写成 6 位年月"),
		blame("入学时间", "202709", "应早于毕业时间"),
		blame("毕业时间", "", "不能为空"),
		blame("毕业时间", "2027-13", "应写成 6 位年月"),
		blame("毕业时间", "205706", "不可能是毕业年份"),
		blame("档案是否转入学校", "大概", "应填“是”或“否”"),
		blame("户口是否转入学校", "也许", "应填“是”或“否”"),
		blame("手机号码", "12345", "11 位手机号码"),
		blame("手机号码", "1.38E+10", "长数字被表格软件截断"),
		blame("电子邮箱", "a@b", "不是有效的电子邮箱"),
		blame("毕业去向", "上天入地", "没有毕业去向“上天入地”"),
		blame("毕业去向代码", "98", "没有毕业去向代码“98”"),
		{[]string{"毕业去向代码", "10", "毕业去向", "升学"}, "毕业去向", "不一致"},
		{[]string{"单位名称", "甲公司"}, "毕业去向", "为空，但填有单位"},
		{[]string{"毕业去向", "签就业协议形式就业", "单位名称", ""}, "单位名称", "需要填写"},
		job(blame("单位组织机构代码", "12100000466006770X", "校验码")),
		job(blame("单位性质", "神秘单位", "不在代码表中")),
		job(blame("单位行业代码", "00", "没有代码“00”")),
		job(blame("工作职位类别", "国王", "不在代码表中")),
		job(blame("单位名称", long, "超过 120 字")),
		job(blame("上报时间", "昨天", "应写成")),
		job(blame("档案转递类型", "寄走", "没有“寄走”这一类型")),
		job(blame("档案转递单位邮编", "12", "6 位数字"), "档案转递类型", "托管单位接收", "档案转递单位名称", "甲中心"),
		job(blame("档案转递单位名称", "", "请填写档案转递单位名称"), "档案转递类型", "托管单位接收"),
		job(blame("户口迁移类型", "飞走", "没有“飞走”这一类型")),
		job(fault{[]string{"户口是否转入学校", "否", "户口迁移类型", "不迁移"}, "户口迁移类型", "户口未转入学校"}),
	}
}

// spoiled is a sheet of n rows: three of four have a fault, each kind as often as
// the others, then one that repeats a 考生号 and one that repeats an ID number.
// want says, by line, which fault it has.
func spoiled(t *testing.T, n int) (grid [][]string, want map[int]fault) {
	t.Helper()
	table, err := codes.For(codes.Default)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := demo.SampleRoster(&b, demo.WideCSV, demo.Graduates(n, 4, demo.Options{Year: 2027}), table); err != nil {
		t.Fatal(err)
	}
	grid, err = csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b.Bytes(), []byte("\ufeff")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := func(column string) int {
		i := slices.Index(grid[0], column)
		if i < 0 {
			t.Fatalf("no column %s in %q", column, grid[0])
		}
		return i
	}
	kinds := faults()
	want = map[int]fault{}
	for i := 1; i <= n-2; i++ {
		if i%4 == 0 {
			continue
		}
		f := kinds[len(want)%len(kinds)]
		for j := 0; j < len(f.put); j += 2 {
			grid[i][at(f.put[j])] = f.put[j+1]
			// A code beside a name, or the other way, would be a second fault.
			if twin, ok := strings.CutSuffix(f.put[j], "代码"); ok && len(f.put) == 2 && slices.Contains(grid[0], twin) {
				grid[i][at(twin)] = ""
			}
			if twin := f.put[j] + "代码"; len(f.put) == 2 && slices.Contains(grid[0], twin) {
				grid[i][at(twin)] = ""
			}
		}
		want[i+1] = f
	}
	good := 4 // line 5
	grid[n-1][at("考生号")] = grid[good][at("考生号")]
	want[n] = fault{nil, "考生号", "与第 5 行的考生号相同"}
	grid[n][at("身份证号")], grid[n][at("学历代码")], grid[n][at("学历")] = grid[good][at("身份证号")], grid[good][at("学历代码")], grid[good][at("学历")]
	grid[n][at("性别代码")], grid[n][at("性别")] = "", ""
	want[n+1] = fault{nil, "身份证号", "与第 5 行的证件号码相同"}
	return grid, want
}

// TestFiveThousandRowsWithFaults: each bad row is refused with its line, its
// column and a sentence; the good ones go in, counted exactly; and what was
// refused comes back as the sheet that it was.
func TestFiveThousandRowsWithFaults(t *testing.T) {
	const n = 5000
	grid, want := spoiled(t, n)
	if len(faults()) < 60 {
		t.Fatalf("only %d kinds", len(faults()))
	}
	for _, format := range []string{"csv", "xlsx"} {
		t.Run(format, func(t *testing.T) {
			c := &clock{t: at(t, "2027-06-10 12:00")}
			s := storetest.Open(t, storetest.WithNow(c.Now))
			if err := s.SaveSchool(t.Context(), demo.School()); err != nil {
				t.Fatal(err)
			}
			im := job.NewImporter(job.ImporterOptions{Store: s, Codes: codes.For, Now: c.Now})
			o := job.ImportOptions{
				Path: csvFile(t, grid...), ReportPath: filepath.Join(t.TempDir(), "refused.xlsx"), By: model.BySystem("test"),
				Scope: model.Scope{SchoolCode: "99001"},
			}
			if format == "xlsx" {
				o.Path = workbook(t, grid)
			}
			result := model.TaskResult{Imported: n - len(want), Refused: len(want), Report: o.ReportPath}
			dry := o
			dry.DryRun = true
			for _, run := range []job.ImportOptions{dry, o} {
				if got, err := im.Import(t.Context(), run); err != nil || got != result {
					t.Errorf("%+v, want %+v, %v", got, result, err)
				}
			}
			rows := reportRows(t, o.ReportPath)
			if len(rows) != len(want)+1 || !slices.Equal(rows[0][2:], grid[0]) {
				t.Fatalf("%d rows in the report, header %q", len(rows), rows[0])
			}
			wrong := 0
			for _, row := range rows[1:] {
				line, err := strconv.Atoi(row[0])
				if err != nil {
					t.Fatal(err)
				}
				f, ok := want[line]
				says := "第 " + row[0] + " 行“" + f.column + "”："
				_, after, named := strings.Cut(row[1], says)
				sentence, _, _ := strings.Cut(after, "；第 ")
				if !ok || !named || !strings.Contains(sentence, f.words) || !strings.HasSuffix(sentence, "。") {
					if wrong++; wrong < 10 {
						t.Errorf("line %d is told %q, want %s … %s", line, row[1], says, f.words)
					}
				}
				if id := cellOf(grid, line, "身份证号"); len(id) == 18 && strings.Contains(row[1], id) {
					t.Errorf("line %d: a whole ID number in the reason", line)
				}
				if exam := cellOf(grid, line, "考生号"); cellIn(row[2:], grid[0], "考生号") != exam {
					t.Fatalf("line %d comes back as %q", line, row)
				}
			}
			counts, err := s.StepCounts(t.Context(), model.Scope{All: true}, "2027")
			if err != nil || counts[model.StepLink]+counts[model.StepCollegeReview] != n-len(want) {
				t.Errorf("counted %v, %v", counts, err)
			}
		})
	}
}

func cellOf(grid [][]string, line int, column string) string {
	return cellIn(grid[line-1], grid[0], column)
}

func cellIn(row, header []string, column string) string {
	if i := slices.Index(header, column); i < len(row) {
		return row[i]
	}
	return ""
}

// workbook writes rows to an XLSX of text cells.
func workbook(t *testing.T, rows [][]string) string {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range rows {
		cells := make([]any, len(row))
		for j, c := range row {
			cells[j] = c
		}
		if err := w.SetRow("A"+strconv.Itoa(i+1), cells); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "sheet.xlsx")
	to, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	if err := f.Write(to); err != nil {
		t.Fatal(err)
	}
	return file
}
