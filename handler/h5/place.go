package h5

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"unicode/utf8"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/codes"
)

// placePage is what template h5/place draws: one level of the regions, each a
// button that takes it or a link to what is below.
type placePage struct {
	Field  string
	Here   string      // the region whose parts are listed, in full; "" at the top
	Within []web.Link  // regions that have parts
	Jumps  []string    // letters of Groups, when these are many
	Groups []placeList // regions that can be taken
	Other  *web.Link   // to 国（境）外, or back to the provinces
	Up     *web.Link
	Text   web.Field // 直接填写, where the world does not fit
}

type placeList struct {
	Title string
	Names []placeName
}

// placeName is a place as its button shows it and as the form gets it.
type placeName struct{ Short, Full string }

// abroadCode is what the address of the page calls 国（境）外.
const abroadCode = "abroad"

// placeFields are the fields that can get a place, and where a destination
// keeps them.
func placeFields(d *model.Destination) map[string]*string {
	return map[string]*string{"unit_place": &d.UnitPlace, "archive_place": &d.Archive.Place, "household_place": &d.Household.Place}
}

func isPlaceField(field string) bool {
	_, ok := placeFields(new(model.Destination))[field]
	return ok
}

func placePath(field, in string) string {
	q := url.Values{"field": {field}}
	if in != "" {
		q.Set("in", in)
	}
	return destinationPath + "/place?" + q.Encode()
}

// place offers regions for a field of the draft.
func (h *Handler) place(v *visit) error {
	field := v.c.Query("field")
	if !isPlaceField(field) || model.MayReport(v.record, v.cohort, v.now) != nil {
		return web.SeeOther(v.c, destinationPath)
	}
	return v.showPlaces(http.StatusOK, field, v.c.Query("in"), nil)
}

// choosePlace puts a place into the draft: one of those offered, or any other in
// the graduate's own words. No place is refused for not being known.
func (h *Handler) choosePlace(v *visit) error {
	field, place := v.typed("field"), v.typed("place")
	if !isPlaceField(field) {
		return web.SeeOther(v.c, destinationPath)
	}
	var fault *model.Error
	switch {
	case place == "":
		fault = model.Invalid("place", "请填写所在地。")
	case utf8.RuneCountInString(place) > longest:
		fault = model.Invalid("place", "最多 %d 个字，请缩短。", longest)
	}
	if fault != nil {
		return v.showPlaces(web.Status(fault), field, v.typed("in"), fault)
	}
	d := v.started()
	*placeFields(&d)[field] = place
	err := v.keep(d)
	if _, refused := refusal(err); refused {
		return web.SeeOther(v.c, destinationPath) // which says why
	}
	if err != nil {
		return err
	}
	return web.SeeOther(v.c, destinationPath+"#f-"+field)
}

func (v *visit) showPlaces(status int, field, in string, fault *model.Error) error {
	regions, err := codes.LoadRegions()
	if err != nil {
		return fmt.Errorf("h5: %w", err)
	}
	d := v.started()
	p := placePage{Field: field, Text: textField("place", "直接填写", *placeFields(&d)[field], "")}
	p.Text.Hint, p.Text.Required = "上面没有的地方，请直接写，可以写外文。", true
	var banners []web.Banner
	if fault != nil {
		p.Text.Value, p.Text.Error = v.typed("place"), fault.Message
		banners = append(banners, banner(fault))
	}
	if in == "" && field == "unit_place" && d.Category == "85" {
		in = abroadCode
	}
	p.fill(regions, in)
	return v.show(status, "place", "选择地区", p, banners...)
}

// fill lists what is below the region in: the provinces at the top.
func (p *placePage) fill(regions *codes.Regions, in string) {
	provinces := &web.Link{Href: placePath(p.Field, "china"), Text: "中国各省、自治区、直辖市"}
	if in == abroadCode {
		p.Here, p.Other = "国（境）外", provinces
		for _, r := range regions.Abroad() {
			if n := len(p.Groups); n == 0 || p.Groups[n-1].Title != r.Letter {
				p.Groups = append(p.Groups, placeList{Title: r.Letter})
				if r.Letter != "" {
					p.Jumps = append(p.Jumps, r.Letter)
				}
			}
			list := &p.Groups[len(p.Groups)-1]
			list.Names = append(list.Names, placeName{r.Name, r.Name})
		}
		return
	}
	region, known := regions.Region(in)
	parts := regions.Below(in)
	if !known || len(parts) == 0 {
		parts = regions.Provinces()
		p.Other = &web.Link{Href: placePath(p.Field, abroadCode), Text: "国（境）外"}
	} else {
		p.Here = regions.Full(in)
		p.Up = provinces
		if above, ok := regions.Above(in); ok {
			p.Up = &web.Link{Href: placePath(p.Field, above.Code), Text: above.Name}
		}
		p.Groups = []placeList{{Names: []placeName{{"只写到" + region.Name, p.Here}}}}
	}
	var leaves []placeName
	for _, part := range parts {
		if len(regions.Below(part.Code)) > 0 {
			p.Within = append(p.Within, web.Link{Href: placePath(p.Field, part.Code), Text: part.Name})
			continue
		}
		leaves = append(leaves, placeName{part.Name, regions.Full(part.Code)})
	}
	if len(leaves) > 0 {
		p.Groups = slices.Insert(p.Groups, 0, placeList{Names: leaves})
	}
}
