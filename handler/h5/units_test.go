package h5_test

import (
	"net/url"
	"testing"

	"quxiang/model"
	"quxiang/model/demo"
)

// Looking a unit up keeps the form; choosing one fills in name, code, kind,
// industry and place, and leaves the rest.
func TestFindUnit(t *testing.T) {
	s := newSite(t)
	_, err := s.store.SaveUnits(t.Context(), demo.Units())
	must(t, err)
	other := s.person(demo.StateReported, nil)
	s.check(other.Graduate.ID)
	s.report(other.Graduate.ID, func(d *model.Destination) { d.UnitCode = "12100000466006770Q" })
	id, b := s.reporter(nil)

	to := formPath + "?show=units#f-unit"
	page{to: to}.check(t, b.post(formPath, employment("action", "units", "unit", "示范科技", "unit_code", "1", "unit_kind", "", "unit_place", "", "signed_on", "大概")))
	page{
		has: []string{"选择您的单位", "北京市海淀区示范科技有限公司99990001MA00000011 · 其他企业 · 北京市海淀区"},
		raw: []string{`name="action" value="unit:99990001MA00000011"`, `value="示范科技"`, `value="大概"`},
		not: []string{"99990002MA0000002J"},
	}.check(t, b.get(formPath+"?show=units"))
	page{not: []string{"选择您的单位"}}.check(t, b.get(formPath))
	page{to: formPath + "#f-unit"}.check(t, b.post(formPath, employment("action", "unit:99990001MA00000011", "unit", "示范科技", "unit_code", "1", "unit_kind", "", "industry", "42", "unit_place", "")))
	got := s.record(id).Draft
	if got.Unit != "北京市海淀区示范科技有限公司" || got.UnitCode != "99990001MA00000011" || got.UnitKind != "39" || got.Industry != "34" ||
		got.UnitPlace != "北京市海淀区" || got.JobKind != "13" || got.SignedOn != "2027-05-20" {
		t.Errorf("draft %+v", got)
	}

	// By code, when only that was typed; and a unit that another graduate goes to,
	// without a word about that graduate.
	page{to: to}.check(t, b.post(formPath, employment("action", "units", "unit", "", "unit_code", "９９９９0003ma 00000034")))
	page{has: []string{"江苏省南京市示范第一中学"}}.check(t, b.get(formPath+"?show=units"))
	page{to: to}.check(t, b.post(formPath, employment("action", "units", "unit", "一中（旧校名）", "unit_code", "99990003ma00000034")))
	page{has: []string{"江苏省南京市示范第一中学"}}.check(t, b.get(formPath+"?show=units"))
	page{to: to}.check(t, b.post(formPath, employment("action", "units", "unit", "学信咨询")))
	page{
		has: []string{"学信咨询服务有限公司12100000466006770Q"}, not: []string{other.Graduate.Basics.Name},
	}.check(t, b.get(formPath+"?show=units"))

	for query, says := range map[string]string{
		"": "请先填写单位名称的开头", "示": "没有找到这样开头的单位", "没有这家": "没有找到这样开头的单位", "示范%": "没有找到这样开头的单位",
	} {
		page{to: to}.check(t, b.post(formPath, employment("action", "units", "unit", query, "unit_code", "")))
		page{has: []string{says}, not: []string{"选择您的单位"}}.check(t, b.get(formPath+"?show=units"))
	}
	page{status: 422, has: []string{"没有找到这家单位"}}.check(t, b.post(formPath, employment("action", "unit:91110000000000000X")))
	page{status: 422, has: []string{"没有找到这家单位"}}.check(t, b.post(formPath, employment("action", "unit:示范")))
	// Schools abroad and schools of further study are in no register.
	b.post(formPath, url.Values{"action": {"category"}, "category": {"85"}})
	page{not: []string{"查找单位"}}.check(t, b.get(formPath))
	if n := len(s.record(id).Revisions); n != 0 {
		t.Errorf("%d revisions", n)
	}
}

// What was chosen can be handed in as it is.
func TestChosenUnitIsHandedIn(t *testing.T) {
	s := newSite(t)
	_, err := s.store.SaveUnits(t.Context(), []model.Unit{{Code: "12100000466006770Q", Name: "示范局"}})
	must(t, err)
	id, b := s.reporter(nil)
	page{to: formPath + "#f-unit"}.check(t, b.post(formPath, employment("action", "unit:12100000466006770Q")))
	d := s.record(id).Draft
	page{to: "/h5/home?done=reported"}.check(t, b.post(formPath, employment("unit", d.Unit, "unit_code", d.UnitCode)))
	if got := s.record(id).Latest().Destination; got.Unit != "示范局" || got.UnitKind != "39" {
		t.Errorf("what the register does not know was taken away: %+v", got)
	}
}
