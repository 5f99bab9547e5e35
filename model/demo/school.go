package demo

import (
	"slices"

	"quxiang/model"
)

// School is the invented school whose graduates report on our own pages.
func School() model.School {
	return model.School{Code: "99001", Name: "示范大学", Origin: model.OriginHere}
}

// UpstreamSchool is the invented school whose graduates report on a platform
// upstream.
func UpstreamSchool() model.School {
	return model.School{
		Code: "99002", Name: "示范学院", Origin: model.OriginUpstream,
		PlatformName: "省级智慧就业服务平台（演示）", PlatformURL: "https://jiuye.example/",
	}
}

// major is one subject of study, and the college that teaches it.
type major struct {
	college string
	code    string // 专业代码 of the undergraduate catalogue
	name    string
	class   string // what its classes are called
	degree  string // as in 工学学士
}

func majors() []major {
	return []major{
		{"计算机科学与技术学院", "080901", "计算机科学与技术", "计科", "工学"},
		{"计算机科学与技术学院", "080902", "软件工程", "软工", "工学"},
		{"机械工程学院", "080202", "机械设计制造及其自动化", "机制", "工学"},
		{"机械工程学院", "080207", "车辆工程", "车辆", "工学"},
		{"经济管理学院", "020301", "金融学", "金融", "经济学"},
		{"经济管理学院", "120203", "会计学", "会计", "管理学"},
		{"人文学院", "050101", "汉语言文学", "中文", "文学"},
		{"人文学院", "010101", "哲学", "哲学", "哲学"},
		{"医学院", "100201", "临床医学", "临床", "医学"},
		{"医学院", "101101", "护理学", "护理", "理学"},
	}
}

// Colleges lists the colleges of both schools.
func Colleges() []string {
	var names []string
	for _, m := range majors() {
		if !slices.Contains(names, m.college) {
			names = append(names, m.college)
		}
	}
	return names
}

// Contacts are those of a school: its employment office, and a counsellor for
// every college. The numbers are the invented block 025-0000.
func Contacts(s model.School) []model.Contact {
	contacts := []model.Contact{{
		Role: model.ContactOffice, SchoolCode: s.Code, Name: s.Name + "就业指导中心", Phone: "025-00000000",
	}}
	names := []string{"王老师", "李老师", "赵老师", "孙老师", "周老师"}
	for i, college := range Colleges() {
		contacts = append(contacts, model.Contact{
			Role: model.ContactCounsellor, SchoolCode: s.Code, College: college,
			Name: names[i%len(names)], Phone: "025-0000000" + string(rune('1'+i)),
		})
	}
	return contacts
}
