package model

import (
	"strings"
	"testing"
)

func TestMask(t *testing.T) {
	for in, want := range map[string]string{
		"":                       "",
		"11010119900101002X":     "110***********002X",
		"13800001234":            "138****1234",
		"E12345678":              "*********", // a passport
		"身份证号码一二三四五六七":           "身份证*****四五六七",
		strings.Repeat("1", 120): "111********************1111",
	} {
		if got := Mask(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
