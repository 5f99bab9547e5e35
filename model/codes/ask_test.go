package codes_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"quxiang/model"
	"quxiang/model/codes"
)

// full is a destination with everything that a category asks for.
func full(t *testing.T, c *codes.Table, cat model.Category) model.Destination {
	t.Helper()
	d := model.Destination{Category: cat.Code}
	if cat.NeedsSub {
		if len(cat.Sub) == 0 {
			t.Fatalf("%s needs a finer code and has none", cat.Name)
		}
		d.SubCategory = cat.Sub[0].Code
	}
	for _, a := range cat.Asks {
		value := map[string]string{
			"unit": "示范单位", "unit_code": "12100000466006770Q", "unit_kind": c.List(model.TableUnitKind)[0].Code,
			"industry": c.List(model.TableIndustry)[0].Code, "unit_place": "北京市海淀区", "job_kind": c.List(model.TableJobKind)[0].Code,
			"signed_on": "2027-06-01", "note": "说明",
		}[a.Field]
		if value == "" {
			t.Fatalf("no value for %s", a.Field)
		}
		d = d.With(a.Field, value)
	}
	return d
}

// The rules of model must be satisfiable in every category of every version, and
// each required field must be missed by its name and with its reason: all of
// them on our own pages, those that are always needed wherever a destination
// comes from.
func TestEveryCategoryByEveryRequiredField(t *testing.T) {
	required := 0
	for _, version := range codes.Versions() {
		c := table(t, version)
		for _, cat := range c.Categories() {
			d := full(t, c, cat)
			if err := model.CheckReported(d, model.Unknown, c); err != nil {
				t.Errorf("%s %s: %v", version, cat.Name, err)
			}
			if cat.UnitLabel == "" {
				t.Errorf("%s calls its unit nothing", cat.Name)
			}
			for _, a := range cat.Asks {
				without := d.With(a.Field, "")
				reported, received := model.CheckReported(without, model.Unknown, c), model.CheckDestination(without, model.Unknown, c)
				if !a.Required(without) {
					if reported != nil || received != nil {
						t.Errorf("%s without %s, which is optional: %v, %v", cat.Name, a.Field, reported, received)
					}
					continue
				}
				required++
				var e *model.Error
				if !errors.As(reported, &e) || e.Field != a.Field || !strings.Contains(e.Message, a.Label) || !strings.Contains(e.Message, a.Reason) || a.Reason == "" {
					t.Errorf("%s without %s: %v", cat.Name, a.Field, reported)
				}
				if (received != nil) != (a.Need == model.NeedAlways) {
					t.Errorf("%s without %s (%s), received: %v", cat.Name, a.Field, a.Need, received)
				}
			}
			for _, field := range model.AskableFields() {
				if _, asked := cat.Ask(field); asked {
					continue
				}
				var e *model.Error
				if err := model.CheckReported(d.With(field, "9"), model.Unknown, c); !errors.As(err, &e) || e.Field != field {
					t.Errorf("%s with %s, which it does not ask for: %v", cat.Name, field, err)
				}
			}
		}
	}
	if required < 2*25 {
		t.Errorf("only %d required fields were tried", required)
	}
}

// Units that have no 统一社会信用代码 must not stand before a wall.
func TestUnitsWithoutACode(t *testing.T) {
	c := table(t, codes.Default)
	cat, _ := c.Category("10")
	d := full(t, c, cat).With("unit_code", "")
	for kind, missed := range map[string]bool{"39": true, "40": false, "99": false} {
		if err := model.CheckReported(d.With("unit_kind", kind), model.Unknown, c); (err != nil) != missed {
			t.Errorf("kind %s without a code: %v", kind, err)
		}
	}
}

// Every category proposes transfers that its own rules do not find odd, says
// what happens otherwise, and knows who receives them.
func TestProposedTransfers(t *testing.T) {
	for _, version := range codes.Versions() {
		c := table(t, version)
		for _, cat := range c.Categories() {
			g := model.Graduate{Basics: model.Basics{HouseholdIn: model.Yes, OriginName: "四川省成都市武侯区"}}
			d := full(t, c, cat).Propose("", g, c).FillReceivers(g, model.School{Name: "示范大学"}, c)
			if d.Archive.Type == "" || d.Household.Type == "" || cat.Transfer.ArchiveOtherwise == "" || cat.Transfer.HouseholdOtherwise == "" {
				t.Errorf("%s %s proposes %+v %+v", version, cat.Name, d.Archive, d.Household)
			}
			if odd := d.Oddities(c); len(odd) > 0 {
				t.Errorf("%s %s: %v", version, cat.Name, odd)
			}
			if err := model.CheckReported(d, model.Yes, c); err != nil || d.Household.Place == "" {
				t.Errorf("%s %s as proposed: %v %+v", version, cat.Name, err, d.Household)
			}
		}
	}
}

func TestTransfersFollowTheCategory(t *testing.T) {
	c := table(t, codes.Default)
	g := model.Graduate{Basics: model.Basics{HouseholdIn: model.Yes, OriginName: "四川省成都市武侯区"}}
	d := model.Destination{Category: "10", Unit: "示范公司", UnitPlace: "江苏省南京市玄武区"}.Propose("", g, c)
	if d.Archive != (model.ArchiveTransfer{Type: "employer"}) || d.Household.Type != "employer" {
		t.Fatalf("proposed %+v %+v", d.Archive, d.Household)
	}
	filled := d.FillReceivers(g, model.School{}, c)
	if filled.Archive.Unit != "示范公司" || filled.Archive.Place != "江苏省南京市玄武区" || filled.Household.Place != "江苏省南京市玄武区" {
		t.Errorf("filled %+v %+v", filled.Archive, filled.Household)
	}
	d.Category = "46" // asks for no unit; the draft keeps that of the category before
	if got := d.FillReceivers(g, model.School{}, c).Archive; got.Unit != "" || got.Place != "" {
		t.Errorf("a unit that is not asked for: %+v", got)
	}
	d.Category = "80"
	if d = d.Propose("10", g, c); d.Archive.Type != "study" || d.Household.Type != "study" {
		t.Errorf("another category kept %+v %+v", d.Archive, d.Household)
	}
	own := d
	own.Archive.Unit, own.Household.Type = "市人才中心", "stay"
	own.Category = "70"
	if got := own.Propose("80", g, c); got.Archive != own.Archive || got.Household != own.Household {
		t.Errorf("what the graduate chose became %+v %+v", got.Archive, got.Household)
	}
	own.Archive.Unit, own.Archive.Type = "", "origin"
	if got := own.FillReceivers(g, model.School{}, c).Archive; got.Unit != "四川省成都市武侯区公共就业和人才服务机构" || got.Place != "四川省成都市武侯区" {
		t.Errorf("origin: %+v", got)
	}
	if got := own.FillReceivers(model.Graduate{}, model.School{}, c).Archive; got.Unit != "" || got.Place != "" {
		t.Errorf("an unknown origin: %+v", got)
	}
	for in, want := range map[model.YesNo]string{model.Yes: "employer", model.Unknown: "employer", model.No: ""} {
		stays := model.Graduate{Basics: model.Basics{HouseholdIn: in}}
		if got := (model.Destination{Category: "10"}).Propose("", stays, c).Household.Type; got != want {
			t.Errorf("household %q: proposed %q", in, got)
		}
	}
}

func TestAskableFieldsAreAsked(t *testing.T) {
	asked := map[string]bool{}
	for _, cat := range table(t, codes.Default).Categories() {
		for _, a := range cat.Asks {
			asked[a.Field] = true
		}
	}
	for _, field := range model.AskableFields() {
		if !asked[field] {
			t.Errorf("no category asks for %s", field)
		}
		if d := (model.Destination{}).With(field, "x"); d.Get(field) != "x" || d == (model.Destination{}) {
			t.Errorf("%s: %+v", field, d)
		}
	}
	if cat, _ := table(t, codes.Default).Category("46"); slices.ContainsFunc(cat.Asks, func(a model.Ask) bool { return a.Field == "unit" }) {
		t.Error("an enlistment has no unit")
	}
}
