package wechattest

import (
	"fmt"
	"strings"
)

// Keyword is one row of a template.
type Keyword struct {
	// Key is the name in a message's data; its letters are the value's type.
	Key string
	// Name is the row's label on the phone.
	Name string
	// Example is a value that the platform would show as an example.
	Example string
	// Values are the values that an enum or const takes.
	Values []string
}

// Template is one template message of the account's own list.
type Template struct {
	ID       string
	Title    string
	Keywords []Keyword
}

// content is the template as get_all_private_template spells it.
func (t Template) content() string {
	var b strings.Builder
	for _, k := range t.Keywords {
		fmt.Fprintf(&b, "%s:{{%s.DATA}}\n", k.Name, k.Key)
	}
	return b.String()
}

func (t Template) example() string {
	var b strings.Builder
	for _, k := range t.Keywords {
		fmt.Fprintf(&b, "%s:%s\n", k.Name, k.Example)
	}
	return b.String()
}

// DemoTemplates returns the templates that every simulated account owns. Their
// ids never change, so that a configuration may name them.
func DemoTemplates() []Template {
	const (
		matter   = "毕业去向登记"
		instant  = "2027年6月18日 15:01"
		deadline = "2027年8月31日"
	)
	id := func(n int) string { return fmt.Sprintf("SimTemplate%032d", n) }
	thing := func(n int, name, example string) Keyword {
		return Keyword{Key: fmt.Sprintf("thing%d", n), Name: name, Example: example}
	}
	return []Template{
		{id(1), "审核进度通知", []Keyword{
			thing(1, "事项", matter),
			{Key: "phrase2", Name: "状态", Example: "审核通过"},
			{Key: "time3", Name: "时间", Example: instant},
			thing(4, "备注", "请登录核对并确认"),
		}},
		{id(2), "截止提醒", []Keyword{
			thing(1, "事项", matter),
			{Key: "time2", Name: "截止时间", Example: deadline + " 23:59"},
			thing(3, "提示", "还有 7 天，请尽快办理"),
		}},
		{id(3), "审核退回通知", []Keyword{
			thing(1, "事项", matter),
			thing(2, "退回原因", "单位名称与协议不一致"),
			{Key: "time3", Name: "时间", Example: instant},
			thing(4, "办理方式", "修改后重新提交"),
		}},
		{id(4), "待确认提醒", []Keyword{
			thing(1, "事项", "去向登记确认"),
			{Key: "date2", Name: "截止日期", Example: deadline},
			thing(3, "提示", "核对无误后确认"),
		}},
		{id(5), "登记成功通知", []Keyword{
			thing(1, "事项", matter),
			{Key: "time2", Name: "确认时间", Example: instant},
			thing(3, "下一步", "可办理核验授权"),
		}},
		{id(6), "账号绑定通知", []Keyword{
			thing(1, "账号", "学信网账号"),
			{Key: "phrase2", Name: "结果", Example: "绑定成功"},
			{Key: "time3", Name: "时间", Example: instant},
		}},
		{id(7), "账号变更提醒", []Keyword{
			thing(1, "变更内容", "已换绑至另一微信"),
			{Key: "time2", Name: "变更时间", Example: instant},
			thing(3, "提示", "如非本人操作请联系学校"),
		}},
		{id(8), "信息核验通知", []Keyword{
			{Key: "enum1", Name: "核验内容", Example: "档案转递信息", Values: []string{"档案转递信息", "户口迁移信息"}},
			{Key: "time2", Name: "核验时间", Example: instant},
			thing(3, "核验单位", "某市公共就业服务中心"),
		}},
		{id(9), "核验授权到期提醒", []Keyword{
			{Key: "character_string1", Name: "核验编号", Example: "27 10001 ABCD 2345"},
			{Key: "date2", Name: "有效期至", Example: "2027年12月31日"},
			thing(3, "提示", "到期前可延期"),
		}},
		{id(10), "办事结果通知", []Keyword{
			{Key: "name1", Name: "姓名", Example: "张三"},
			thing(2, "事项", "信息更正"),
			{Key: "phrase3", Name: "结果", Example: "已处理"},
			{Key: "date4", Name: "日期", Example: "2027年6月18日"},
			{Key: "phone_number5", Name: "咨询电话", Example: "010-12345678"},
		}},
	}
}
