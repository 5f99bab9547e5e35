package codes_test

import (
	"slices"
	"testing"

	"quxiang/model"
	"quxiang/model/codes"
)

var _ model.Codes = (*codes.Table)(nil)

func table(t *testing.T, version string) *codes.Table {
	t.Helper()
	c, err := codes.For(version)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestEveryVersionLoads(t *testing.T) {
	sizes := map[model.CodeTable]int{
		model.TableSex: 2, model.TableEthnicity: 58, model.TablePolitics: 13, model.TableLevel: 11, model.TableTraining: 5,
		model.TableUnitKind: 14, model.TableIndustry: 21, model.TableJobKind: 18, model.TableArchive: 5, model.TableHousehold: 5,
	}
	for _, v := range codes.Versions() {
		c := table(t, v)
		for name, want := range sizes {
			if got := len(c.List(name)); got != want {
				t.Errorf("%s %s: %d entries, want %d", v, name, got, want)
			}
			for _, e := range c.List(name) {
				if got, ok := c.Name(name, e.Code); !ok || got != e.Name {
					t.Errorf("%s %s: Name(%s) = %q, %v", v, name, e.Code, got, ok)
				}
				if !c.Names(name, e.Code, " "+e.Name) {
					t.Errorf("%s %s: %s is not named %s", v, name, e.Code, e.Name)
				}
				if got, ok := c.Code(name, e.Name); !ok || (got != e.Code && e.Code != "26") {
					t.Errorf("%s %s: Code(%s) = %q, want %q", v, name, e.Name, got, e.Code)
				}
			}
		}
		if n := len(c.Categories()); n != 14 {
			t.Errorf("%s: %d categories", v, n)
		}
	}
}

func TestUnknownVersion(t *testing.T) {
	if _, err := codes.For("1999"); model.CodeOf(err) != model.CodeInvalid {
		t.Fatalf("For(1999) = %v", err)
	}
	if !slices.Contains(codes.Versions(), codes.Default) {
		t.Fatal("Default is no version")
	}
	if got := model.NewCohort(2027).CodeTable; got != codes.Default {
		t.Fatalf("a new cohort uses %q, Default is %q", got, codes.Default)
	}
}

func TestCode(t *testing.T) {
	c := table(t, codes.Default)
	for _, tc := range []struct {
		table model.CodeTable
		name  string
		want  string
	}{
		{model.TableLevel, "本科", "31"},
		{model.TableLevel, "本科生毕业", "31"},
		{model.TableLevel, "本科生结业", "33"},
		{model.TableLevel, " 硕士 研究生 ", "11"},
		{model.TableEthnicity, "汉", "01"},
		{model.TableEthnicity, "维吾尔族", "05"},
		{model.TablePolitics, "团员", "03"},
		{model.TablePolitics, "九三学社社员", "10"},
		{model.TableIndustry, "农林牧渔业", "11"},
		{model.TableIndustry, "信息传输,软件和信息技术服务业", "34"},
		{model.TableArchive, "转回生源地", "origin"},
		{model.TableHousehold, "托管／集体户", "collective"},
		{model.TableSex, "男", "1"},
		{model.TableSex, "", ""},
		{model.TableSex, "不明", ""},
		{"no such table", "男", ""},
	} {
		if got, ok := c.Code(tc.table, tc.name); got != tc.want || ok != (tc.want != "") {
			t.Errorf("Code(%s, %q) = %q, %v; want %q", tc.table, tc.name, got, ok, tc.want)
		}
	}
	if c.Names(model.TableLevel, "33", "本科") || !c.Names(model.TableLevel, "26", "第二学士学位") {
		t.Error("Names confuses codes")
	}
}

func TestCategoryNamed(t *testing.T) {
	c := table(t, codes.Default)
	for _, tc := range []struct{ name, category, sub string }{
		{"签就业协议形式就业", "10", ""},
		{"求职中", "70", "701"},
		{"待就业（求职中）", "70", "701"},
		{"待就业(求职中)", "70", "701"},
		{"升学-研究生", "80", "801"},
		{"科研助理管理助理", "27", ""},
		{"科研助理", "27", "271"},
		{"出国（境）", "85", ""},
		{"暂不就业", "72", "721"},
		{"在家", "", ""},
	} {
		category, sub, ok := c.CategoryNamed(tc.name)
		if category != tc.category || sub != tc.sub || ok != (tc.category != "") {
			t.Errorf("CategoryNamed(%q) = %q, %q, %v", tc.name, category, sub, ok)
		}
	}
}

func TestGroups(t *testing.T) {
	for _, tc := range []struct{ version, category, group string }{
		{"2021", "12", "灵活"},
		{"2024", "12", "单位就业"},
		{"2021", "76", "灵活"},
		{"2024", "76", "自由职业"},
		{"2021", "75", "创业"},
		{"2024", "75", "自主创业"},
		{"2021", "85", "升学"},
		{"2024", "46", "单位就业"},
		{"2024", "70", "待就业"},
	} {
		c, ok := table(t, tc.version).Category(tc.category)
		if !ok || c.Group != tc.group {
			t.Errorf("%s: group of %s = %q, want %q", tc.version, tc.category, c.Group, tc.group)
		}
	}
}
