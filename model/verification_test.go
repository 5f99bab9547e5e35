package model_test

import (
	"testing"

	"quxiang/model"
)

func TestFoldName(t *testing.T) {
	const (
		aigul  = "阿依古丽·买买提"
		smith  = "JOHN·SMITH"
		rare   = "吴𬭚"
		noname = ""
	)
	for _, tc := range []struct{ typed, want string }{
		{"阿依古丽·买买提", aigul},
		{" 阿依古丽 · 买买提　", aigul},
		{"阿依古丽•买买提", aigul},
		{"阿依古丽‧买买提", aigul},
		{"阿依古丽・买买提", aigul},
		{"阿依古丽･买买提", aigul}, // half width
		{"阿依古丽．买买提", aigul},
		{"阿依古丽.买买提", aigul},
		{"阿依古丽∙买买提", aigul},
		{"阿依古丽⋅买买提", aigul},
		{"阿依古丽\u0387买买提", aigul}, // Greek ano teleia
		{"阿依古丽\u200b·\ufeff买买提", aigul},
		{"阿依古丽\t·\r\n买买提", aigul},
		{"John·Smith", smith},
		{"Ｊｏｈｎ・Ｓｍｉｔｈ", smith},
		{"吴𬭚", rare},
		{"吴\u3000𬭚", rare},
		{"\u2f0a", "入"}, // a radical that a PDF gave in place of the character
		{" \u3000\u200b", noname},
	} {
		if got := model.FoldName(tc.typed); got != tc.want {
			t.Errorf("FoldName(%q) = %q, want %q", tc.typed, got, tc.want)
		}
	}
	for _, pair := range [][2]string{{"吴𬭚", "吴𬭛"}, {"张三", "张叁"}, {"陈诚", "陳誠"}, {aigul, "阿依古丽买买提"}} {
		if model.FoldName(pair[0]) == model.FoldName(pair[1]) {
			t.Errorf("%q is taken for %q", pair[0], pair[1])
		}
	}
}
