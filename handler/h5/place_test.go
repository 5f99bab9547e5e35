package h5_test

import (
	"net/url"
	"strings"
	"testing"

	"quxiang/model"
)

// A tap on a button keeps the form, three taps choose a county, and the form is
// there again with it.
func TestChoosePlace(t *testing.T) {
	s := newSite(t)
	id, b := s.reporter(nil)
	to := b.post(formPath, employment("action", "place:unit_place", "unit_place", "")).Header().Get("Location")
	page{has: []string{"选择地区", "江苏省", "国（境）外", "香港特别行政区"}, raw: []string{`href="/h5/destination/place?field=unit_place&amp;in=320000"`}}.check(t, b.get(to))
	page{
		has: []string{"江苏省", "南京市", "只写到江苏省"}, raw: []string{`href="/h5/destination/place?field=unit_place&amp;in=320100"`},
	}.check(t, b.get("/h5/destination/place?field=unit_place&in=320000"))
	page{raw: []string{`name="place" value="江苏省南京市玄武区"`, `value="江苏省南京市"`}}.check(t, b.get("/h5/destination/place?field=unit_place&in=320100"))
	page{raw: []string{`name="place" value="北京市海淀区"`}, not: []string{"县级行政区划"}}.check(t, b.get("/h5/destination/place?field=unit_place&in=110000"))
	page{raw: []string{`name="place" value="湖北省仙桃市"`}, not: []string{"县级行政区划"}}.check(t, b.get("/h5/destination/place?field=unit_place&in=420000"))
	page{raw: []string{`value="英国"`, `value="香港特别行政区"`}}.check(t, b.get("/h5/destination/place?field=unit_place&in=abroad"))

	page{to: formPath + "#f-unit_place"}.check(t, b.post("/h5/destination/place", url.Values{"field": {"unit_place"}, "place": {"江苏省南京市玄武区"}}))
	page{raw: []string{`name="unit_place" type="text" value="江苏省南京市玄武区"`, `value="学信咨询服务有限公司"`}}.check(t, b.get(formPath))
	for field, get := range map[string]func(model.Destination) string{
		"archive_place":   func(d model.Destination) string { return d.Archive.Place },
		"household_place": func(d model.Destination) string { return d.Household.Place },
	} {
		// No place is refused for being in no list.
		page{to: formPath + "#f-" + field}.check(t, b.post("/h5/destination/place", url.Values{"field": {field}, "place": {"Ciudad del Este, 巴拉圭"}}))
		if got := get(*s.record(id).Draft); got != "Ciudad del Este, 巴拉圭" {
			t.Errorf("%s is %q", field, got)
		}
	}
}

func TestPlaceThatIsRefused(t *testing.T) {
	s := newSite(t)
	id, b := s.reporter(nil)
	place := "/h5/destination/place"
	page{status: 422, has: []string{"请填写所在地"}}.check(t, b.post(place, url.Values{"field": {"unit_place"}, "place": {" "}}))
	page{status: 422, has: []string{"最多 120 个字"}}.check(t, b.post(place, url.Values{"field": {"unit_place"}, "place": {strings.Repeat("远", 121)}}))
	page{to: formPath}.check(t, b.get(place+"?field=unit"))
	page{to: formPath}.check(t, b.post(place, url.Values{"field": {"unit"}, "place": {"北京市"}}))
	page{status: 422}.check(t, b.post(formPath, employment("action", "place:unit")))
	if d := s.record(id).Draft; d != nil {
		t.Errorf("draft %+v", d)
	}
	page{to: "/h5/home?done=reported"}.check(t, b.post(formPath, employment()))
	page{to: formPath}.check(t, b.get(place+"?field=unit_place"))
	page{to: formPath}.check(t, b.post(place, url.Values{"field": {"unit_place"}, "place": {"北京市"}}))
	page{has: []string{"正在审核中"}}.check(t, b.get(formPath))
}

// 出国、出境 begins abroad; whoever goes nowhere abroad gets to China's regions.
func TestPlaceAbroad(t *testing.T) {
	s := newSite(t)
	_, b := s.reporter(nil)
	b.post(formPath, url.Values{"action": {"category"}, "category": {"85"}})
	page{has: []string{"国（境）外"}, raw: []string{`value="英国"`, `in=china`}}.check(t, b.get("/h5/destination/place?field=unit_place"))
	page{has: []string{"江苏省"}}.check(t, b.get("/h5/destination/place?field=unit_place&in=china"))
	page{has: []string{"江苏省"}}.check(t, b.get("/h5/destination/place?field=archive_place"))
	page{has: []string{"江苏省"}}.check(t, b.get("/h5/destination/place?field=archive_place&in=999999"))
}
