package demo

import "quxiang/model"

// Units is an invented register, so that looking a unit up can be tried. The
// codes are valid; their institution kind 99 is one that nobody registers.
func Units() []model.Unit {
	return []model.Unit{
		{Code: "99990000MA0000000F", Name: "示范信息技术有限公司", Kind: "39", Industry: "34", Place: "江苏省南京市玄武区"},
		{Code: "99990001MA00000011", Name: "北京市海淀区示范科技有限公司", Kind: "39", Industry: "34", Place: "北京市海淀区"},
		{Code: "99990002MA0000002J", Name: "示范（中国）投资有限公司", Kind: "32", Industry: "35", Place: "上海市浦东新区"},
		{Code: "99990003MA00000034", Name: "江苏省南京市示范第一中学", Kind: "22", Industry: "42", Place: "江苏省南京市鼓楼区"},
		{Code: "99990004MA0000004M", Name: "示范市人民医院", Kind: "23", Industry: "43", Place: "广东省东莞市"},
		{Code: "99990005MA00000057", Name: "样例建筑工程集团有限公司", Kind: "31", Industry: "24", Place: "四川省成都市武侯区"},
	}
}
