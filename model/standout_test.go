package model_test

import (
	"slices"
	"testing"

	"quxiang/model"
	"quxiang/model/codes"
)

func TestStandOuts(t *testing.T) {
	table, err := codes.For(codes.Default)
	if err != nil {
		t.Fatal(err)
	}
	limits := model.StandOutLimits{SmallUnit: 10, ShareMinimum: 20, SharePoints: 20}
	const code, other = "12100000466006770Q", "11100000000000000X"
	good := model.Destination{Category: "10", Unit: "甲公司", UnitCode: code, UnitKind: "31"}
	with := func(f func(*model.Destination)) model.Destination {
		d := good
		f(&d)
		return d
	}
	use := func(unit, code string, n int) model.UnitUse {
		return model.UnitUse{UnitCode: code, Unit: unit, Graduates: n}
	}
	few := model.StandOutFacts{Uses: []model.UnitUse{use("甲公司", code, 3)}}
	for _, tt := range []struct {
		name  string
		d     model.Destination
		facts model.StandOutFacts
		want  []model.StandOutKind
	}{
		{"nothing", good, few, nil},
		{"no facts", good, model.StandOutFacts{}, nil},
		{"check digit", with(func(d *model.Destination) { d.UnitCode = "12100000466006770A" }), few, []model.StandOutKind{model.StandOutCodeWrong}},
		{"no code", with(func(d *model.Destination) { d.UnitCode = "" }), few, []model.StandOutKind{model.StandOutCodeMissing}},
		{"the army has none", with(func(d *model.Destination) { d.UnitCode, d.UnitKind = "", "40" }), few, nil},
		{"nor a school abroad", model.Destination{Category: "85", Unit: "Université"}, few, nil},
		{"no proof", good, model.StandOutFacts{ByGraduate: true}, []model.StandOutKind{model.StandOutNoProof}},
		{"a proof", good, model.StandOutFacts{ByGraduate: true, Proofs: 1}, nil},
		{"nothing to prove", model.Destination{Category: "71"}, model.StandOutFacts{ByGraduate: true}, nil},
		{"one code, two names", good, model.StandOutFacts{Uses: []model.UnitUse{use("甲公司", code, 3), use("甲有限公司", code, 1)}}, []model.StandOutKind{model.StandOutCodeNames}},
		{"typed differently", with(func(d *model.Destination) { d.Unit = "甲（南京）公司" }), model.StandOutFacts{Uses: []model.UnitUse{use("甲（南京）公司", code, 3), use("甲(南京) 公司", code, 1)}}, nil},
		{"one name, two codes", good, model.StandOutFacts{Uses: []model.UnitUse{use("甲公司", code, 3), use("甲公司", other, 1), use("甲公司", "", 1)}}, []model.StandOutKind{model.StandOutNameCodes}},
		{"a code missing elsewhere", good, model.StandOutFacts{Uses: []model.UnitUse{use("甲公司", code, 3), use("甲公司", "", 9)}}, nil},
		{"a crowd at a small firm", with(func(d *model.Destination) { d.UnitKind = "39" }), model.StandOutFacts{Uses: []model.UnitUse{use("甲公司", code, 10)}}, []model.StandOutKind{model.StandOutCrowd}},
		{"under several codes", with(func(d *model.Destination) { d.UnitKind = "" }), model.StandOutFacts{Uses: []model.UnitUse{use("甲公司", code, 6), use("甲公司", "", 4)}}, []model.StandOutKind{model.StandOutCrowd}},
		{"not quite a crowd", with(func(d *model.Destination) { d.UnitKind = "33" }), model.StandOutFacts{Uses: []model.UnitUse{use("甲公司", code, 9)}}, nil},
		{"a crowd at a state firm", good, model.StandOutFacts{Uses: []model.UnitUse{use("甲公司", code, 500)}}, nil},
		{"a crowd at a university", model.Destination{Category: "80", Unit: "甲大学"}, model.StandOutFacts{Uses: []model.UnitUse{use("甲大学", "", 500)}}, nil},
		{"a share", model.Destination{Category: "76"}, model.StandOutFacts{School: model.Share{Of: 10, Among: 100}, College: model.Share{Of: 10, Among: 50}, Class: model.Share{Of: 9, Among: 30}}, []model.StandOutKind{model.StandOutShare}},
		{"class and college", model.Destination{Category: "76"}, model.StandOutFacts{School: model.Share{Of: 10, Among: 100}, College: model.Share{Of: 15, Among: 50}, Class: model.Share{Of: 9, Among: 30}}, []model.StandOutKind{model.StandOutShare, model.StandOutShare}},
		{"just below", model.Destination{Category: "76"}, model.StandOutFacts{School: model.Share{Of: 10, Among: 100}, Class: model.Share{Of: 8, Among: 30}}, nil},
		{"a small class", model.Destination{Category: "76"}, model.StandOutFacts{School: model.Share{Of: 10, Among: 100}, Class: model.Share{Of: 15, Among: 19}}, nil},
		{"few of them", model.Destination{Category: "76"}, model.StandOutFacts{School: model.Share{Among: 1000}, Class: model.Share{Of: 4, Among: 20}}, nil},
		{"a category that nobody watches", model.Destination{Category: "80", Unit: "甲大学"}, model.StandOutFacts{School: model.Share{Of: 10, Among: 100}, Class: model.Share{Of: 29, Among: 30}}, nil},
		{"archive to an employer while seeking", model.Destination{Category: "70", SubCategory: "701", Archive: model.ArchiveTransfer{Type: "employer", Unit: "甲"}}, few, []model.StandOutKind{model.StandOutOdd}},
	} {
		var got []model.StandOutKind
		for _, o := range model.StandOuts(tt.d, tt.facts, limits, table) {
			got = append(got, o.Kind)
			if o.Kind.Chinese() == "" || o.Text == "" {
				t.Errorf("%s: %+v says nothing", tt.name, o)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
		for _, o := range model.StandOuts(tt.d, tt.facts, model.StandOutLimits{}, table) {
			if o.Kind == model.StandOutCrowd || o.Kind == model.StandOutShare {
				t.Errorf("%s: %s although turned off", tt.name, o.Kind)
			}
		}
	}
}
