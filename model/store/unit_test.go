package store_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// unitCode is the n-th of many valid codes.
func unitCode(t testing.TB, n int) string {
	t.Helper()
	for _, check := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
		if code := fmt.Sprintf("9999%04dMA%07d%c", n%10000, n, check); model.ValidUnitCode(code) {
			return code
		}
	}
	t.Fatalf("no code %d", n)
	return ""
}

func names(units []model.Unit) []string {
	var out []string
	for _, u := range units {
		out = append(out, u.Name)
	}
	return out
}

func TestUnits(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		register := []model.Unit{
			{Code: unitCode(t, 1), Name: "南京市玄武区示范科技有限公司", Kind: "39", Industry: "34", Place: "江苏省南京市玄武区"},
			{Code: unitCode(t, 2), Name: "示范（中国）投资有限公司", Kind: "32", Industry: "35", Place: "上海市浦东新区"},
			{Code: unitCode(t, 3), Name: "北京大学", Kind: "21", Industry: "42", Place: "北京市海淀区"},
		}
		if n, err := s.SaveUnits(ctx, register); err != nil || n != 3 {
			t.Fatalf("saved %d, %v", n, err)
		}
		if n, err := s.SaveUnits(ctx, register); err != nil || n != 0 {
			t.Fatalf("saved again %d, %v", n, err)
		}
		longNames := []model.Unit{{Code: unitCode(t, 9), Name: strings.Repeat("\ufdfa", 120)}}
		if n, err := s.SaveUnits(ctx, longNames); err != nil || n != 1 {
			t.Fatalf("a name that folds to a long one: %d, %v", n, err)
		}
		if n, err := s.SaveUnits(ctx, longNames); err != nil || n != 0 {
			t.Fatalf("the same again: %d, %v", n, err)
		}
		register[2].Place = "北京市"
		if n, err := s.SaveUnits(ctx, register); err != nil || n != 1 {
			t.Fatalf("saved a change %d, %v", n, err)
		}
		withSchools(t, s)
		var people []model.Record
		for i, d := range []model.Destination{
			{Category: "10", Unit: "示范未登记有限公司", UnitCode: unitCode(t, 4)},
			{Category: "10", Unit: "示范代码有误有限公司", UnitCode: "123456789012345670"},
			{Category: "10", Unit: "示范没有代码有限公司"},
			{Category: "10", Unit: "玄武示范的另一种写法", UnitCode: unitCode(t, 1)},
		} {
			people = append(people, model.Record{Graduate: graduate(i + 1), Revisions: []model.Revision{{Number: 1, Destination: d, ReportedAt: june}}})
		}
		if _, err := s.CreateRecords(ctx, people, roster); err != nil {
			t.Fatal(err)
		}
		for query, want := range map[string][]string{
			"":                        nil,
			"示":                       nil,
			"示范":                      {"示范（中国）投资有限公司", "南京市玄武区示范科技有限公司", "示范未登记有限公司"},
			"示范(中国)":                  {"示范（中国）投资有限公司"},
			" 南京示范科技":                 {"南京市玄武区示范科技有限公司"},
			"南京市玄武区":                  {"南京市玄武区示范科技有限公司"},
			"北京大学":                    {"北京大学"},
			"玄武示范":                    {"南京市玄武区示范科技有限公司"}, // by its code, as the register calls it
			"示范代码":                    nil,
			"示范%":                     nil,
			"\xff示范(中国)":              {"示范（中国）投资有限公司"},
			"示范\x00":                  nil,
			strings.Repeat("示", 5000): nil,
			unitCode(t, 4):            {"示范未登记有限公司"},
			unitCode(t, 5):            nil,
			"９９９９0003ma0000003":       nil,
			" " + strings.ToLower(unitCode(t, 3)) + " ": {"北京大学"},
			"123456789012345670":                        nil,
		} {
			found, err := s.FindUnits(ctx, query)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, names(found)); diff != "" {
				t.Errorf("%q: %s", query, diff)
			}
			for _, u := range found {
				if i := slices.IndexFunc(register, func(r model.Unit) bool { return r.Code == u.Code }); i >= 0 && u != register[i] {
					t.Errorf("%q: %+v", query, u)
				}
			}
		}
	})
}

// A search takes the beginning of an index, on both databases, in a register of
// some size.
func TestUnitSearchesTakeAnIndex(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		units := make([]model.Unit, 3000)
		for i := range units {
			units[i] = model.Unit{Code: unitCode(t, i), Name: fmt.Sprintf("南京市第%04d示范有限公司", i)}
		}
		if n, err := s.SaveUnits(t.Context(), units); err != nil || n != len(units) {
			t.Fatalf("saved %d, %v", n, err)
		}
		found, err := s.FindUnits(t.Context(), "第000")
		if err != nil || len(found) != 10 || found[0] != units[0] || found[9] != units[9] {
			t.Errorf("%v %v", names(found), err)
		}
		count := s.CountQueries(t)
		if _, err := s.FindUnits(t.Context(), "第000"); err != nil {
			t.Fatal(err)
		}
		if n := count(); n > 4 {
			t.Errorf("%d queries", n)
		}
		regions, err := codes.LoadRegions()
		if err != nil {
			t.Fatal(err)
		}
		statements, args := store.UnitSearches("第000", regions)
		for i, index := range []string{"units_folded", "units_core", "unit_uses_unit"} {
			checkSearch(t, s, index, statements[i], args[i])
		}
	})
}

// checkSearch asks the database how it would run a search: by the beginning of
// an index, in its order.
func checkSearch(t *testing.T, s *store.Store, index, sql string, args []any) {
	t.Helper()
	if s.Dialect() == "sqlite" {
		var plan []struct{ Detail string }
		if err := s.DB().Raw("EXPLAIN QUERY PLAN "+sql, args...).Scan(&plan).Error; err != nil {
			t.Fatal(err)
		}
		if text := fmt.Sprint(plan); !strings.Contains(text, "SEARCH") || !strings.Contains(text, index+" (") || strings.Contains(text, "TEMP B-TREE") {
			t.Errorf("%s is not used in order: %s", index, text)
		}
		return
	}
	var plan []struct{ Type, Key, Extra string }
	if err := s.DB().Raw("EXPLAIN "+sql, args...).Scan(&plan).Error; err != nil {
		t.Fatal(err)
	}
	if len(plan) != 1 || plan[0].Type != "range" || plan[0].Key != index || strings.Contains(plan[0].Extra, "filesort") {
		t.Errorf("%s is not used in order: %+v", index, plan)
	}
}
