package roster_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quxiang/model"
	"quxiang/model/roster"
)

func TestReadContacts(t *testing.T) {
	want := []model.Contact{
		{Role: model.ContactCounsellor, SchoolCode: "10001", College: "哲学系", Class: "哲学2301", Name: "王老师", Phone: "13800138000"},
		{Role: model.ContactOffice, SchoolCode: "10001", Name: "就业指导中心", Phone: "010-12345678转8"},
	}
	byRow := "院校代码,学院,班级,角色,姓名,电话\n10001,哲学系,哲学2301,辅导员,王老师,13800138000\n\n10001,,,就业指导中心,就业指导中心,010-12345678转8\n10001,,,就业指导中心,就业指导中心,010-12345678转8\n"
	got, err := roster.ReadContacts(file(t, "c.csv", byRow))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	want[1].College, want[1].Class = "哲学系", "哲学2301"
	inOne := map[string][][]any{"联系人": {
		{"学校代码", "院系", "班级", "辅导员", "辅导员电话", "就业指导中心", "就业指导中心电话"},
		{"10001", "哲学系", "哲学2301", "王老师", 13800138000, "就业指导中心", "010-12345678转8"},
	}}
	got, err = roster.ReadContacts(workbook(t, inOne))
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

func TestContactsThatAreRefused(t *testing.T) {
	const header = "院校代码,学院,班级,角色,姓名,电话\n"
	for content, says := range map[string]string{
		"":                      "空的",
		"a,b\n":                 "没有找到联系人表的表头（院校代码、姓名、电话等）",
		"院校代码,学院,班级\n10001,,\n": "缺少必需的列：姓名、电话",
		header:                  "没有联系人",
		header + "1001,,,辅导员,王,13800138000\n":              "第 2 行“院校代码”",
		header + ",,,辅导员,王,13800138000\n":                  "第 2 行“院校代码”：不能为空",
		header + "10001,,,校长,王,13800138000\n":              "第 2 行“角色”：应填",
		header + "10001,,哲学1,辅导员,王,13800138000\n":          "第 2 行“学院”：填了班级",
		header + "10001,,,辅导员,,13800138000\n":              "第 2 行“姓名”：不能为空",
		header + "10001,,,辅导员,王,\n":                        "第 2 行“电话”：不能为空",
		header + "10001,,,辅导员,王,打听\n":                      "第 2 行“电话”：不是有效的电话",
		header + "10001,,,辅导员,王,13800138000\n10001,,,,,\n": "第 3 行“角色”",
	} {
		_, err := roster.ReadContacts(file(t, "c.csv", content))
		var e *model.Error
		if !errors.As(err, &e) || !strings.Contains(e.Message, says) {
			t.Errorf("%q: %v, want %s", content, err, says)
		}
	}
}
