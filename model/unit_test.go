package model

import (
	"errors"
	"strings"
	"testing"
)

func TestUnitCodeAsTyped(t *testing.T) {
	for typed, want := range map[string]string{
		"12100000466006770Q":   "12100000466006770Q",
		" 12100000466006770q ": "12100000466006770Q",
		"１２１０００００４６６００６７７０Ｑ":       "12100000466006770Q",
		"1210 0000-4660 06770q":    "12100000466006770Q",
		"\u200b12100000466006770Q": "12100000466006770Q",
		"\u3000":                   "",
	} {
		if got := NormalUnitCode(typed); got != want || want != "" && !ValidUnitCode(got) {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
	for code, says := range map[string]string{
		"12100000466006770A":    "校验码不符",
		"1210000046600677":      "应为 18 位，现在是 16 位",
		"12100000466006770QQ":   "应为 18 位，现在是 19 位",
		"121O0000466006770Q":    "第 4 位“O”不会出现在代码中，是否为数字 0？",
		"12I00000466006770Q":    "第 3 位“I”不会出现在代码中，是否为数字 1？",
		"121V0000466006770Q":    "第 4 位“V”不会出现在代码中？",
		"中文":                    "第 1 位“中”",
		"":                      "现在是 0 位",
		"12100000466006770\xff": "第 18 位",
	} {
		var e *Error
		if err := unitCodeFault(code); !errors.As(err, &e) || e.Field != "unit_code" || !strings.Contains(e.Message, strings.TrimSuffix(says, "？")) {
			t.Errorf("%q: %v, want %s", code, err, says)
		}
	}
}

// One slip in any place, and two neighbours changed about, are always noticed.
func TestUnitCodeNoticesSlips(t *testing.T) {
	const good = "12100000466006770Q"
	for i := range good {
		for _, c := range unitCodeAlphabet {
			if slip := good[:i] + string(c) + good[i+1:]; slip != good && ValidUnitCode(slip) {
				t.Errorf("%s passes", slip)
			}
		}
	}
	for i := range len(good) - 2 {
		if swapped := good[:i] + good[i+1:i+2] + good[i:i+1] + good[i+2:]; swapped != good && ValidUnitCode(swapped) {
			t.Errorf("%s passes", swapped)
		}
	}
}

func FuzzUnitCode(f *testing.F) {
	for _, s := range []string{"12100000466006770Q", "１２１０", "", "\xff", "O", "ſ", "ﬀ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		code := NormalUnitCode(s)
		if again := NormalUnitCode(code); again != code {
			t.Fatalf("%q becomes %q, then %q", s, code, again)
		}
		if ValidUnitCode(code) != (unitCodeFault(code) == nil) || ValidUnitCode(code) && len(code) != unitCodeLength {
			t.Fatalf("%q", code)
		}
	})
}

func TestTypedDay(t *testing.T) {
	for typed, want := range map[string]Date{
		"2027-06-01": "2027-06-01", "2027年6月1日": "2027-06-01", "2027/6/1": "2027-06-01", "2027.06.1": "2027-06-01", "20270601": "2027-06-01",
		" ２０２７ 年 6 月 1 日": "2027-06-01", "2027-02-30": "", "6月1日": "", "": "", "大概": "", "2027-6": "", "27-6-1": "", "2027-06-001": "",
	} {
		if got, ok := typedDay(typed); got != want || ok != (want != "") {
			t.Errorf("%q is %q, %v", typed, got, ok)
		}
	}
}
