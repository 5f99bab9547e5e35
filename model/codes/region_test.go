package codes

import (
	"strings"
	"testing"
	"testing/fstest"
)

func built(t *testing.T) *Regions {
	t.Helper()
	r, err := LoadRegions()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRegions(t *testing.T) {
	r := built(t)
	if n := len(r.Provinces()); n != 34 {
		t.Errorf("%d provinces", n)
	}
	for code, want := range map[string]string{
		"110108": "北京市海淀区", "320102": "江苏省南京市玄武区", "500235": "重庆市云阳县", "429004": "湖北省仙桃市",
		"441900": "广东省东莞市", "659001": "新疆维吾尔自治区石河子市", "810000": "香港特别行政区", "GB": "英国", "XX": "",
	} {
		if got := r.Full(code); got != want {
			t.Errorf("%s is %q, want %q", code, got, want)
		}
	}
	seen := map[string]bool{}
	var walk func(region Region, depth int)
	walk = func(region Region, depth int) {
		seen[region.Code] = true
		if depth > 3 {
			t.Fatalf("%s is too deep", region.Code)
		}
		for _, b := range r.Below(region.Code) {
			if above, ok := r.Above(b.Code); !ok || above.Code != region.Code {
				t.Errorf("%s lies in %s, and above it is %s", b.Code, region.Code, above.Code)
			}
			walk(b, depth+1)
		}
	}
	for _, p := range r.Provinces() {
		walk(p, 1)
	}
	for code, region := range r.byCode {
		if len(code) == 6 && !seen[code] && (strings.HasSuffix(code, "00") && r.isCity(region) || !strings.HasSuffix(code, "00")) {
			t.Errorf("nobody can choose %s %s", code, region.Name)
		}
	}
	abroad := r.Abroad()
	if len(abroad) < 200 || abroad[0].Letter == "" && abroad[3].Letter == "" {
		t.Errorf("%d countries, first %v", len(abroad), abroad[:4])
	}
	names := map[string]int{}
	for _, a := range abroad {
		names[a.Name]++
	}
	for _, n := range []string{"香港特别行政区", "澳门特别行政区", "台湾省", "英国", "美国", "日本"} {
		if names[n] != 1 {
			t.Errorf("%s is there %d times", n, names[n])
		}
	}
	for _, n := range []string{"中国", "中国台湾省", "香港"} {
		if names[n] != 0 {
			t.Errorf("%s is abroad", n)
		}
	}
}

func TestCore(t *testing.T) {
	r := built(t)
	for name, want := range map[string]string{
		"南京市玄武区示范科技有限公司": "示范科技有限公司",
		"江苏省 南京示范科技有限公司": "示范科技有限公司",
		"北京大学":             "北京大学",
		"北京学信咨询服务有限公司":     "学信咨询服务有限公司",
		"ａｂｃ（中国）有限公司":      "ABC(中国)有限公司",
		"新疆维吾尔自治区人民医院示范分院": "人民医院示范分院",
		"": "",
	} {
		if got := r.Core(name); got != want {
			t.Errorf("core of %s is %s, want %s", name, got, want)
		}
	}
}

func TestRegionsThatAreNotBuilt(t *testing.T) {
	for name, files := range map[string]fstest.MapFS{
		"not built": {"built/.gitkeep": {}},
		"damaged":   {"built/regions.csv": {Data: []byte("code\n110000\n")}},
		"empty":     {"built/regions.csv": {Data: []byte("code,name,letter\n")}},
	} {
		if _, err := loadRegions(files); err == nil || !strings.Contains(err.Error(), "run `make assets`") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A line of a data file can hold for some versions only.
func TestApplies(t *testing.T) {
	for _, tc := range []struct {
		version, from, to string
		want              bool
	}{
		{"2021", "", "", true},
		{"2021", "2024", "", false},
		{"2024", "2024", "", true},
		{"2024", "", "2021", false},
		{"2021", "", "2021", true},
		{"2024", "2021", "2024", true},
	} {
		tb := &Table{version: tc.version}
		if got := tb.applies(map[string]string{"from": tc.from, "to": tc.to}); got != tc.want {
			t.Errorf("%+v: %v", tc, got)
		}
	}
}
