package h5

import (
	"strings"
	"unicode/utf8"

	"quxiang/model"
)

// longest bounds what is kept of one field, in characters, drafts included: the
// rules bound only what is handed in.
const longest = 120

// typedDestination reads the form over what it began with. Each value is kept as
// it was typed; what the form did not send, because the category does not ask for
// it, stays, so that going to another category and back loses nothing: the rules
// leave it out of what is handed in. An overlong field is an error of code
// CodeInvalid; the destination is returned all the same, so that the form can
// keep it.
func (v *visit) typedDestination() (model.Destination, error) {
	sent := v.c.Request.PostForm
	d := v.started()
	var tooLong error
	read := func(name string, into *string) {
		if !sent.Has(name) {
			return
		}
		if *into = sent.Get(name); utf8.RuneCountInString(*into) > longest && tooLong == nil {
			tooLong = model.Invalid(name, "最多 %d 个字，请缩短后再提交。", longest)
		}
	}
	if sent.Has("category") {
		d.Category, d.SubCategory, _ = strings.Cut(v.typed("category"), "-")
	}
	for _, field := range model.AskableFields() {
		value := d.Get(field)
		read(field, &value)
		d = d.With(field, value)
	}
	for name, into := range map[string]*string{
		"archive_type": &d.Archive.Type, "archive_unit": &d.Archive.Unit, "archive_place": &d.Archive.Place, "archive_address": &d.Archive.Address,
		"archive_postcode": &d.Archive.Postcode, "archive_contact": &d.Archive.Contact, "archive_phone": &d.Archive.Phone,
		"household_type": &d.Household.Type, "household_place": &d.Household.Place,
	} {
		read(name, into)
	}
	if in := model.YesNo(sent.Get("household_in")); v.record.Graduate.Basics.HouseholdIn == model.Unknown && (in == model.Yes || in == model.No) {
		d.HouseholdIn = in
	}
	return d, tooLong
}
