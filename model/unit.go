package model

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Unit (单位) is one entry of the register in which graduates look up where
// they go.
type Unit struct {
	Code     string // 统一社会信用代码
	Name     string // full legal name
	Kind     string // code of TableUnitKind, "" when not known
	Industry string // code of TableIndustry, "" when not known
	Place    string // 单位所在地, "" when not known
}

const (
	unitCodeAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	unitCodeLength   = 18
)

// unitCodeWeights are those of GB 32100-2015, one for each character but the
// last.
func unitCodeWeights() []int {
	return []int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}
}

// ValidUnitCode checks a 统一社会信用代码: 18 characters of its alphabet and the
// check digit of GB 32100-2015.
func ValidUnitCode(s string) bool { return unitCodeFault(s) == nil }

// NormalUnitCode writes a 统一社会信用代码 as people type it in the one way in which
// codes are compared: full-width characters and small letters become plain and
// large, blanks and hyphens go. Whether the code is valid is another question.
func NormalUnitCode(s string) string {
	return strings.Map(func(c rune) rune {
		if c == '-' || unicode.IsSpace(c) || unicode.IsControl(c) || unicode.Is(unicode.Cf, c) {
			return -1
		}
		return unicode.ToUpper(c)
	}, norm.NFKC.String(s))
}

// unitCodeFault says what is wrong with a code, nil when nothing is. It never
// names the check digit that would fit: a slip is mostly in the 17 characters
// before, and a code made to fit would be another unit's or nobody's.
func unitCodeFault(s string) error {
	sum, weights := 0, unitCodeWeights()
	runes := []rune(s)
	for i, c := range runes {
		v := strings.IndexRune(unitCodeAlphabet, c)
		if v < 0 {
			like := ""
			if digit := strings.IndexRune("OIZS", c); digit >= 0 {
				like = "，是否为数字 " + string("0125"[digit])
			}
			return Invalid("unit_code", "统一社会信用代码第 %d 位“%c”不会出现在代码中%s？代码由数字和除 I、O、S、V、Z 外的字母组成，请核对。", i+1, c, like)
		}
		if i < len(weights) {
			sum += v * weights[i]
		}
	}
	if len(runes) != unitCodeLength {
		return Invalid("unit_code", "统一社会信用代码应为 18 位，现在是 %d 位，请核对。", len(runes))
	}
	if unitCodeAlphabet[(31-sum%31)%31] != s[unitCodeLength-1] {
		return Invalid("unit_code", "统一社会信用代码的校验码不符，可能有一位填错，请对照营业执照或事业单位法人证书逐位核对。")
	}
	return nil
}

// CheckUnit validates an entry of the register and returns the first fault,
// naming the field. Texts must be clean.
func CheckUnit(u Unit, codes Codes) error {
	if u.Name == "" {
		return Invalid("unit", "请填写单位名称。")
	}
	if err := unitCodeFault(u.Code); err != nil {
		return err
	}
	for _, t := range []struct{ field, label, v string }{{"unit", "单位名称", u.Name}, {"unit_place", "单位所在地", u.Place}} {
		if err := checkText(t.field, t.label, t.v); err != nil {
			return err
		}
	}
	return checkCodes([]coded{{"unit_kind", "单位性质", TableUnitKind, u.Kind}, {"industry", "单位行业", TableIndustry, u.Industry}}, codes)
}

// coded is a value of a form that must be in a table when there is one.
type coded struct {
	field, label string
	table        CodeTable
	code         string
}

// coded are the values of d that say something of the unit or the work.
func (d Destination) coded() []coded {
	return []coded{
		{"unit_kind", "单位性质", TableUnitKind, d.UnitKind},
		{"industry", "单位行业", TableIndustry, d.Industry},
		{"job_kind", "职位类别", TableJobKind, d.JobKind},
	}
}

// unknownCode is the first value that its table lacks.
func unknownCode(values []coded, codes Codes) (coded, bool) {
	i := slices.IndexFunc(values, func(c coded) bool {
		_, ok := codes.Name(c.table, c.code)
		return c.code != "" && !ok
	})
	if i < 0 {
		return coded{}, false
	}
	return values[i], true
}

// checkCodes refuses, in the words of a form, a code of no table.
func checkCodes(values []coded, codes Codes) error {
	if c, found := unknownCode(values, codes); found {
		return Invalid(c.field, "%s中没有所选的一项，请重新选择。", c.label)
	}
	return nil
}
