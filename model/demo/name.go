package demo

import "math/rand/v2"

// names deals people's names, ethnicities with them.
type names struct{ rnd *rand.Rand }

// named is a name and what goes with it.
type named struct {
	name      string
	ethnicity string
	foreign   bool // has a passport instead of an ID number
}

// next is a name for a person: mostly two or three characters, sometimes with a
// character that few fonts have, a middle dot, or in Latin letters.
func (n names) next() named {
	const (
		surnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
		given    = "子轩宇涵浩然欣怡诗梓俊杰雨桐思远佳慧明哲若晴嘉懿文博静雯天佑晓楠一鸣志强雅婷海燕立群秋月"
	)
	switch k := n.rnd.IntN(1000); {
	case k < 3:
		return named{name: pick(n.rnd, "Anna Petrova", "John Smith", "Maria García"), ethnicity: "98", foreign: true}
	case k < 15:
		return named{name: pick(n.rnd, "阿依古丽·买买提", "迪丽娜尔·艾合买提", "买买提·吐尔逊"), ethnicity: "05"}
	case k < 25:
		return named{name: runeOf(n.rnd, surnames) + pick(n.rnd, "𬭚", "㛃", "䶮", "喆", "堃"), ethnicity: "01"}
	case k < 35:
		return named{name: pick(n.rnd, "欧阳", "司马", "诸葛", "上官") + runeOf(n.rnd, given) + runeOf(n.rnd, given), ethnicity: "01"}
	}
	p := named{name: runeOf(n.rnd, surnames) + runeOf(n.rnd, given), ethnicity: "01"}
	if n.rnd.IntN(4) > 0 {
		p.name += runeOf(n.rnd, given)
	}
	if n.rnd.IntN(12) == 0 {
		p.ethnicity = pick(n.rnd, "02", "03", "04", "06", "07", "08", "11", "15")
	}
	return p
}

func pick(rnd *rand.Rand, of ...string) string { return of[rnd.IntN(len(of))] }

// runeOf picks one of a string's characters, each of three bytes.
func runeOf(rnd *rand.Rand, of string) string {
	i := 3 * rnd.IntN(len(of)/3)
	return of[i : i+3]
}
