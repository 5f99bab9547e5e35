package form_test

import (
	"strings"
	"testing"

	picture "quxiang/handler/form"
	"quxiang/model"
	"quxiang/model/form"
)

// qrText is as long as a signed payload on a usual host.
var qrText = "HTTPS://DJ.EXAMPLE.EDU.CN/V/" + strings.Repeat("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 6)[:183]

const issued = model.Date("2023-07-01")

// archive and household are the forms of the guide's figure 8.
func archive() form.Form {
	f := basics(model.FormArchive)
	f.Blocks = append(f.Blocks, form.Block{Title: "档案转递信息", Rows: []form.Row{
		{Label: "档案转递类型", Value: "托管单位接收"},
		{Label: "单位名称", Value: "北京市海淀区人力资源公共服务中心"},
		{Label: "单位所在地", Value: "北京市海淀区"},
		{Label: "单位地址", Value: ""},
		{Label: "单位邮编", Value: "100195"},
		{Label: "联系人/联系部门", Value: "王推", Half: true},
		{Label: "联系电话", Value: "18593241256", Half: true},
	}})
	return f
}

func household() form.Form {
	f := basics(model.FormHousehold)
	f.Blocks = append(f.Blocks, form.Block{Title: "户口迁移信息", Rows: []form.Row{
		{Label: "户口迁移类型", Value: "迁往生源地"},
		{Label: "户口迁移所在地", Value: "北京市海淀区"},
	}})
	return f
}

func basics(kind model.FormKind) form.Form {
	return form.Form{
		Title: "全国普通高等学校毕业生去向登记信息", Number: "2310001EQ86V47B", Kind: kind,
		Issuer: "毕业去向登记系统", ValidUntil: "2023-12-31",
		Blocks: []form.Block{
			{Title: "基本信息", Rows: []form.Row{
				{Label: "姓名", Value: "陈诚", Half: true},
				{Label: "性别", Value: "男", Half: true},
				{Label: "毕业院校", Value: "北京大学"},
				{Label: "毕业时间", Value: "202306", Half: true},
				{Label: "学制", Value: "4", Half: true},
				{Label: "专业", Value: "哲学类", Half: true},
				{Label: "学历", Value: "本科", Half: true},
				{Label: "生源所在地", Value: "北京市海淀区"},
			}},
			{Title: "毕业去向信息", Rows: []form.Row{
				{Label: "毕业去向", Value: "签就业协议形式就业"},
				{Label: "单位名称", Value: "学信咨询服务有限公司"},
				{Label: "单位所在地", Value: "北京市西城区"},
			}},
		},
		Notes: []string{
			"登记信息由毕业去向登记系统提供。",
			"核验方式：①前往 dj.example.edu.cn，选择“" + kind.Module() + "”模块，正确输入毕业生姓名和核验编号进行核验；②使用手机扫一扫功能扫描表中的二维码在线核验。",
			"登记信息来自于毕业生离校时上报的信息，如有问题请联系毕业生核实。",
			"查询核验服务时间截止到毕业生的毕业时间加六个月。",
		},
	}
}

// filled is the archive form with every value replaced by text.
func filled(text string) form.Form {
	f := archive()
	for _, b := range f.Blocks {
		for i := range b.Rows {
			b.Rows[i].Value = text
		}
	}
	return f
}

func repeat(s string, characters int) string {
	return string([]rune(strings.Repeat(s, characters))[:characters])
}

func lay(t testing.TB, f form.Form) *picture.Sheet {
	t.Helper()
	s, err := picture.Lay(f, issued, qrText)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// compact is what the canonical bytes keep of a text.
func compact(s string) string { return strings.Join(strings.Fields(s), "") }
