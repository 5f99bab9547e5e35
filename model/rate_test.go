package model_test

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quxiang/model"
	"quxiang/model/codes"
)

// TestCountRates holds both versions against numbers worked out by hand for the
// same 300 graduates.
func TestCountRates(t *testing.T) {
	settled := map[string]int{
		"10": 60, "11": 41, "12": 7, "27": 3, "46": 5, "50": 4, "51": 2, // 122
		"75": 1, "76": 13, "80": 90, "85": 10, // 114
		"70": 20, "71": 6, "72": 5, // 31
		"": 32, "99": 1,
	}
	type line struct {
		key, name string
		graduates int
		percent   string
	}
	for _, tt := range []struct {
		version string
		want    []line
	}{
		{"2021", []line{
			{"total", "毕业去向落实率", 236, "78.67%"}, // 115 + 1 + 20 + 100
			{"contract", "协议和合同就业率", 115, "38.33%"},
			{"venture", "创业率", 1, "0.33%"},
			{"flexible", "灵活就业率", 20, "6.67%"}, // 12 and 76
			{"study", "升学率", 100, "33.33%"},
			{"pausing", "暂不就业率", 11, "3.67%"},
			{"seeking", "待就业率", 20, "6.67%"},
			{"none", "未上报或未审核通过", 32, "10.67%"},
			{"unknown", "代码表中没有的去向", 1, "0.33%"},
		}},
		{"2024", []line{
			{"total", "毕业去向落实率", 236, "78.67%"}, // 122 + 1 + 13 + 100
			{"unit", "单位就业率", 122, "40.67%"},    // 12 is with the units
			{"venture", "自主创业率", 1, "0.33%"},
			{"freelance", "自由职业率", 13, "4.33%"},
			{"study", "升学率", 100, "33.33%"},
			{"pausing", "暂不就业率", 11, "3.67%"},
			{"seeking", "待就业率", 20, "6.67%"},
			{"none", "未上报或未审核通过", 32, "10.67%"},
			{"unknown", "代码表中没有的去向", 1, "0.33%"},
		}},
	} {
		table, err := codes.For(tt.version)
		if err != nil {
			t.Fatal(err)
		}
		n := model.CountRates(table.Rates(), table, settled)
		if n.Graduates != 300 {
			t.Errorf("%s: %d graduates", tt.version, n.Graduates)
		}
		var got []line
		for _, f := range n.Figures() {
			got = append(got, line{f.Key, f.Name, f.Graduates, f.Percent()})
		}
		if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(line{})); diff != "" {
			t.Errorf("%s: %s", tt.version, diff)
		}
	}
}

// TestRatesCountEverybodyOnce: whatever the counts, nobody is left out or
// counted twice.
func TestRatesCountEverybodyOnce(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, version := range codes.Versions() {
		table, err := codes.For(version)
		if err != nil {
			t.Fatal(err)
		}
		for range 50 {
			settled := map[string]int{"": rnd.IntN(500), "XX": rnd.IntN(3)}
			for _, c := range table.Categories() {
				settled[c.Code] = rnd.IntN(1000)
			}
			all := 0
			for _, n := range settled {
				all += n
			}
			n := model.CountRates(table.Rates(), table, settled)
			parts, rest := 0, n.None.Graduates+n.Unknown.Graduates
			for _, f := range n.Parts {
				parts += f.Graduates
			}
			for _, f := range n.Rest {
				rest += f.Graduates
			}
			if parts != n.Total.Graduates || parts+rest != all || n.Graduates != all {
				t.Fatalf("%s: %v of %v", version, n, settled)
			}
		}
	}
}

func TestPercent(t *testing.T) {
	for _, tt := range []struct {
		n, of int
		want  string
	}{
		{0, 0, "–"},
		{0, 7, "0.00%"},
		{7, 7, "100.00%"},
		{1, 3, "33.33%"},
		{2, 3, "66.67%"},
		{1, 20000, "0.01%"}, // 0.005: half goes up
		{1, 20001, "0.00%"},
		{19999, 20000, "100.00%"}, // 99.995
		{99994, 100000, "99.99%"},
		{1_000_000, 3_000_000, "33.33%"},
	} {
		if got := (model.Figure{Graduates: tt.n, Of: tt.of}).Percent(); got != tt.want {
			t.Errorf("%d of %d: %s, want %s", tt.n, tt.of, got, tt.want)
		}
	}
}
