package form_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/form"
)

func table(t *testing.T) *codes.Table {
	t.Helper()
	c, err := codes.For(codes.Default)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// figure8 is the graduate of the guide's figure 8.
func figure8() (model.Record, model.Authorization) {
	r := model.Record{
		School: model.School{Code: "10001", Name: "北京大学"},
		Graduate: model.Graduate{ID: 7, SchoolCode: "10001", Basics: model.Basics{
			ExamNumber: "19110101110001", Name: "陈诚", IDNumber: "11010519491231002X", Sex: "1", Level: "31",
			Graduates: "202306", Years: "4", Major: "哲学类", OriginName: "北京市海淀区", Phone: "13800000000", Email: "chen@example.edu.cn",
		}},
		Revisions: []model.Revision{
			{Number: 1, Destination: model.Destination{
				Category: "10", Unit: "学信咨询服务有限公司", UnitPlace: "北京市西城区",
				Archive: model.ArchiveTransfer{
					Type: "agency", Unit: "北京市海淀区人力资源公共服务中心", Place: "北京市海淀区", Postcode: "100195", Contact: "王推", Phone: "18593241256",
				},
			}},
			{Number: 2, Destination: model.Destination{Category: "70", SubCategory: "701", Household: model.HouseholdTransfer{Type: "origin", Place: "北京市海淀区"}}},
		},
	}
	return r, model.Authorization{
		Number: "2310001EQ86V47B", Kind: model.FormArchive, Revision: 1, ValidUntil: "2023-12-31",
		CreatedAt: time.Date(2023, 6, 30, 0, 0, 0, 0, time.UTC),
	}
}

var options = form.Options{Issuer: "毕业去向登记系统", ServiceAddress: "dj.example.edu.cn"}

// text flattens a form; | marks two rows on one line.
func text(f form.Form) []string {
	lines := []string{f.Title, "核验编号 " + string(f.Number)}
	for _, b := range f.Blocks {
		lines = append(lines, "# "+b.Title)
		for i := 0; i < len(b.Rows); i++ {
			line := b.Rows[i].Label + " " + b.Rows[i].Value
			if b.Rows[i].Half {
				i++
				line += " | " + b.Rows[i].Label + " " + b.Rows[i].Value
			}
			lines = append(lines, line)
		}
	}
	return lines
}

func TestContentIsFigure8(t *testing.T) {
	r, a := figure8()
	got := form.Content(r, a, table(t), options)
	want := []string{
		"全国普通高等学校毕业生去向登记信息", "核验编号 2310001EQ86V47B",
		"# 基本信息", "姓名 陈诚 | 性别 男", "毕业院校 北京大学", "毕业时间 202306 | 学制 4", "专业 哲学类 | 学历 本科", "生源所在地 北京市海淀区",
		"# 毕业去向信息", "毕业去向 签就业协议形式就业", "单位名称 学信咨询服务有限公司", "单位所在地 北京市西城区",
		"# 档案转递信息", "档案转递类型 托管单位接收", "单位名称 北京市海淀区人力资源公共服务中心", "单位所在地 北京市海淀区", "单位邮编 100195",
		"联系人/联系部门 王推 | 联系电话 18593241256",
	}
	if diff := cmp.Diff(want, text(got)); diff != "" {
		t.Error(diff)
	}
	if len(got.Notes) != 4 || !strings.Contains(got.Notes[1], "dj.example.edu.cn，选择“档案转递信息在线核验”模块") {
		t.Errorf("notes: %q", got.Notes)
	}
	if got.Sample || got.ValidUntil != "2023-12-31" || got.Kind != model.FormArchive || got.Revision != 1 {
		t.Errorf("form: %+v", got)
	}
}

func TestContentLeavesOutWhatIsNotRegistered(t *testing.T) {
	for _, tc := range []struct {
		kind     model.FormKind
		revision int
		last     string
		blocks   int
	}{
		{model.FormArchive, 1, "档案转递信息", 3},
		{model.FormHousehold, 1, "毕业去向信息", 2},
		{model.FormArchive, 2, "毕业去向信息", 2},
		{model.FormHousehold, 2, "户口迁移信息", 3},
		{model.FormHousehold, 9, "基本信息", 1},
	} {
		r, a := figure8()
		a.Kind, a.Revision = tc.kind, tc.revision
		f := form.Content(r, a, table(t), options)
		if n := len(f.Blocks); n != tc.blocks || f.Blocks[n-1].Title != tc.last {
			t.Errorf("%s of revision %d: %q", tc.kind, tc.revision, text(f))
		}
	}
}

func TestContentHidesWhatVerifiersNeedNot(t *testing.T) {
	r, a := figure8()
	for _, kind := range model.FormKinds() {
		for revision := range 3 {
			a.Kind, a.Revision = kind, revision
			all := fmt.Sprintf("%+v", form.Content(r, a, table(t), options))
			b := r.Graduate.Basics
			for _, secret := range []string{b.IDNumber, b.ExamNumber, b.Phone, b.Email} {
				if strings.Contains(all, secret) {
					t.Errorf("%s form of revision %d says %s", kind, revision, secret)
				}
			}
		}
	}
}

func TestOptionsReplaceNotes(t *testing.T) {
	r, a := figure8()
	o := options
	o.Sample, o.Notes = true, []string{"一", "二"}
	f := form.Content(r, a, table(t), o)
	if !f.Sample || len(f.Notes) != 2 {
		t.Errorf("%+v", f)
	}
}

func TestDestinationName(t *testing.T) {
	c := table(t)
	for _, tc := range []struct{ category, sub, want string }{
		{"10", "", "签就业协议形式就业"},
		{"70", "701", "求职中"},
		{"70", "", "待就业"},
		{"72", "722", "拟出国出境"},
		{"80", "801", "升学（研究生）"},
		{"80", "", "升学"},
		{"50", "502", "国家基层项目（三支一扶）"},
		{"00", "", "00"},
	} {
		if got := form.DestinationName(model.Destination{Category: tc.category, SubCategory: tc.sub}, c); got != tc.want {
			t.Errorf("%s %s is %q, want %q", tc.category, tc.sub, got, tc.want)
		}
	}
}

func TestAdmittingSchoolIsNamedSo(t *testing.T) {
	r, a := figure8()
	a.Revision = 3
	r.Revisions = append(r.Revisions, model.Revision{Number: 3, Destination: model.Destination{
		Category: "80", SubCategory: "801", Unit: "示范大学", UnitPlace: "江苏省南京市",
	}})
	got := text(form.Content(r, a, table(t), options))
	if diff := cmp.Diff([]string{"毕业去向 升学（研究生）", "录取学校 示范大学", "录取学校所在地 江苏省南京市"}, got[len(got)-3:]); diff != "" {
		t.Error(diff)
	}
}
