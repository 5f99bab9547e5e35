package model_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"quxiang/model"
)

func TestValidIDNumber(t *testing.T) {
	for s, want := range map[string]bool{
		"11010519491231002X":  true,
		"11010519491231002x":  false, // normalise first
		"110105194912310021":  false,
		"110105194902300025":  false, // 30 February
		"11010519491231002":   false,
		"11010519491231002X0": false,
		"１10105194912310":     false,
		"":                    false,
		"00000000000000000X":  false,
	} {
		if got := model.ValidIDNumber(s); got != want {
			t.Errorf("ValidIDNumber(%q) = %v", s, got)
		}
	}
	if got := model.IDNumberSex("11010519491231002X"); got != "2" {
		t.Errorf("IDNumberSex = %s", got)
	}
	if got := model.IDCheckDigit("1101051949123100A"); got != 0 {
		t.Errorf("IDCheckDigit of a letter = %c", got)
	}
}

// The code finds every single wrong character and every swap of neighbours.
func TestIDCheckDigitFindsSlips(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := fmt.Sprintf("%06d%04d%02d%02d%03d", rapid.IntRange(0, 999999).Draw(t, "region"), rapid.IntRange(1900, 2099).Draw(t, "year"),
			rapid.IntRange(1, 12).Draw(t, "month"), rapid.IntRange(1, 28).Draw(t, "day"), rapid.IntRange(0, 999).Draw(t, "order"))
		id := first + string(model.IDCheckDigit(first))
		if !model.ValidIDNumber(id) {
			t.Fatalf("%s is refused", id)
		}
		slip := []byte(id)
		i := rapid.IntRange(0, 16).Draw(t, "place")
		slip[i] = '0' + (slip[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if model.ValidIDNumber(string(slip)) {
			t.Fatalf("%s passes for %s", slip, id)
		}
		swap := []byte(id)
		swap[i], swap[i+1] = swap[i+1], swap[i]
		if swap[i] != swap[i+1] && model.ValidIDNumber(string(swap)) {
			t.Fatalf("%s passes for %s", swap, id)
		}
	})
}
