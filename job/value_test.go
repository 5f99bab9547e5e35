package job

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"quxiang/model"
)

func TestFit(t *testing.T) {
	at := time.Date(2027, 6, 18, 15, 1, 0, 0, model.Shanghai)
	for _, c := range []struct{ key, text, want string }{
		{"thing1", "毕业去向登记", "毕业去向登记"},
		{"thing4", "一二三四五六七八九十一二三四五六七八九十一", "一二三四五六七八九十一二三四五六七八九…"},
		{"thing12", "两行\r\n和\t制表\u0000符", "两行 和 制表 符"},
		{"thing1", " ", "请点击查看详情"},
		{"phrase2", "学院退回（请修改）", "学院退回请"},
		{"phrase2", "OK", "请查看"},
		{"time3", "2027年8月31日 09:05", "2027年8月31日 09:05"},
		{"time3", "2027年8月31日", "2027年8月31日 23:59"},
		{"time3", "", "2027年6月18日 15:01"},
		{"time3", "2027年8月31日 下午", "2027年6月18日 15:01"},
		{"date2", "2027年8月31日 09:05", "2027年8月31日"},
		{"date2", "2027年8月31日", "2027年8月31日"},
		{"date2", "很快", "2027年6月18日"},
		{"character_string5", "27 10001 ABCD编号", "27 10001 ABCD"},
		{"number1", "还有 7 天", "7"},
		{"number1", "", "0"},
		{"name1", "张三（2027）", "张三"},
		{"phone_number5", "025-8379 0001", "02583790001"},
		{"car_number1", "苏A12345警备区", "苏A12345警"},
		{"symbol1", "！？a", "！？"},
		{"letter1", "是", "A"},
		{"amount1", "", "0"},
		{"enum1", "档案转递信息", "档案转递信息"},
	} {
		if got := fit(c.key, c.text, at); got != c.want {
			t.Errorf("fit(%s, %q) = %q, want %q", c.key, c.text, got, c.want)
		}
	}
}

// Whatever a notice says, the value keeps WeChat's rules for its type.
func FuzzFit(f *testing.F) {
	rules := map[string]func(string) bool{
		"thing1":            func(v string) bool { return utf8.RuneCountInString(v) <= 20 },
		"character_string1": regexp.MustCompile(`^[ -~]{1,32}$`).MatchString,
		"number1":           regexp.MustCompile(`^[0-9]{1,32}$`).MatchString,
		"letter1":           regexp.MustCompile(`^[A-Za-z]{1,32}$`).MatchString,
		"symbol1":           func(v string) bool { return utf8.RuneCountInString(v) <= 5 },
		"time1":             regexp.MustCompile(`^[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日 [0-9]{2}:[0-9]{2}$`).MatchString,
		"date1":             regexp.MustCompile(`^[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日$`).MatchString,
		"amount1":           regexp.MustCompile(`^[0-9]{1,10}$`).MatchString,
		"phone_number1":     regexp.MustCompile(`^[0-9]{1,17}$`).MatchString,
		"car_number1":       func(v string) bool { return utf8.RuneCountInString(v) <= 8 },
		"name1":             func(v string) bool { return utf8.RuneCountInString(v) <= 10 },
		"phrase1":           regexp.MustCompile(`^\p{Han}{1,5}$`).MatchString,
		"enum1":             func(v string) bool { return utf8.RuneCountInString(v) <= 20 },
	}
	for _, s := range []string{"", "毕业去向登记", "2027年8月31日", "2027年8月31日 23:59", "a\x00\xff\nb", "＋－", "𬭚㛃䶮", strings.Repeat("长", 50)} {
		f.Add(s)
	}
	at := time.Date(2027, 6, 18, 15, 1, 0, 0, model.Shanghai)
	f.Fuzz(func(t *testing.T, text string) {
		for key, rule := range rules {
			v := fit(key, text, at)
			if v == "" || !utf8.ValidString(v) || strings.ContainsFunc(v, unicode.IsControl) || !rule(v) {
				t.Errorf("fit(%s, %q) = %q", key, text, v)
			}
		}
	})
}
