package model_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"quxiang/model"
)

func archiveDesk() model.Desk {
	return model.Desk{OperatorID: 7, Department: "甲区人才中心", Purpose: "接收毕业生档案", Kinds: []model.FormKind{model.FormArchive}}
}

func TestCheckDesk(t *testing.T) {
	for _, tc := range []struct {
		what, field string
		edit        func(*model.Desk)
	}{
		{"complete", "", func(*model.Desk) {}},
		{"60 characters", "", func(d *model.Desk) { d.Department = strings.Repeat("门", 60) }},
		{"no department", "department", func(d *model.Desk) { d.Department = "" }},
		{"61 characters", "department", func(d *model.Desk) { d.Department = strings.Repeat("门", 61) }},
		{"invisible", "department", func(d *model.Desk) { d.Department = "门\u202e" }},
		{"no text", "purpose", func(d *model.Desk) { d.Purpose = "\xff" }},
		{"no purpose", "purpose", func(d *model.Desk) { d.Purpose = "" }},
		{"long purpose", "purpose", func(d *model.Desk) { d.Purpose = strings.Repeat("a", 201) }},
		{"long contact", "contact", func(d *model.Desk) { d.Contact = strings.Repeat("1", 101) }},
		{"long document", "document", func(d *model.Desk) { d.Document = strings.Repeat("1", 101) }},
		{"no kind", "kind", func(d *model.Desk) { d.Kinds = nil }},
		{"another kind", "kind", func(d *model.Desk) { d.Kinds = append(d.Kinds, "both") }},
		{"no day", "until", func(d *model.Desk) { d.ValidUntil = "2027-02-30" }},
		{"negative quota", "quota", func(d *model.Desk) { d.RowsPerDay = -1 }},
		{"endless quota", "quota", func(d *model.Desk) { d.RowsPerDay = 1 << 40 }},
	} {
		d := archiveDesk()
		tc.edit(&d)
		err := model.CheckDesk(d)
		if tc.field == "" && err != nil {
			t.Errorf("%s: %v", tc.what, err)
		}
		if tc.field != "" && !isInvalid(err, tc.field) {
			t.Errorf("%s: %v, want a fault of %s", tc.what, err, tc.field)
		}
	}
	if got := (model.Desk{Department: "  甲\u200b区 \n 人才中心 "}).Cleaned().Department; got != "甲区 人才中心" {
		t.Errorf("cleaned: %q", got)
	}
}

func isInvalid(err error, field string) bool {
	var e *model.Error
	return errors.As(err, &e) && e.Code == model.CodeInvalid && e.Field == field
}

func TestMayCheck(t *testing.T) {
	lastDay := time.Date(2027, 12, 31, 23, 59, 59, 0, model.Shanghai)
	for _, tc := range []struct {
		what string
		kind model.FormKind
		now  time.Time
		edit func(*model.Desk)
		code model.Code
	}{
		{"without end", model.FormArchive, lastDay, func(*model.Desk) {}, ""},
		{"on the last day", model.FormArchive, lastDay, func(d *model.Desk) { d.ValidUntil = "2027-12-31" }, ""},
		{"after the last day", model.FormArchive, lastDay.Add(time.Second), func(d *model.Desk) { d.ValidUntil = "2027-12-31" }, model.CodeForbidden},
		{"the other kind", model.FormHousehold, lastDay, func(*model.Desk) {}, model.CodeForbidden},
		{"no kind", "", lastDay, func(*model.Desk) {}, model.CodeInvalid},
		{"disabled", model.FormArchive, lastDay, func(d *model.Desk) { d.Disabled = true }, model.CodeForbidden},
		{"nobody", model.FormArchive, lastDay, func(d *model.Desk) { d.OperatorID = 0 }, model.CodeForbidden},
	} {
		d := archiveDesk()
		tc.edit(&d)
		if got := model.CodeOf(model.MayCheck(d, tc.kind, tc.now)); got != tc.code {
			t.Errorf("%s: %q, want %q", tc.what, got, tc.code)
		}
	}
}

func TestMayAsk(t *testing.T) {
	limits := model.DeskLimits{Rows: 1000, Misses: 20}
	for _, tc := range []struct {
		what string
		own  int
		used model.DeskUse
		rows int
		code model.Code
	}{
		{"the first", 0, model.DeskUse{}, 1, ""},
		{"a whole sheet", 0, model.DeskUse{Rows: 500}, 500, ""},
		{"one row more", 0, model.DeskUse{Rows: 501}, 500, model.CodeTooMany},
		{"a smaller quota of its own", 10, model.DeskUse{Rows: 10}, 1, model.CodeTooMany},
		{"a larger quota of its own", 2000, model.DeskUse{Rows: 1000}, 500, ""},
		{"501 rows", 2000, model.DeskUse{}, 501, model.CodeTooLarge},
		{"one miss left", 0, model.DeskUse{Rows: 19, Misses: 19}, 500, ""},
		{"no miss left", 0, model.DeskUse{Rows: 20, Misses: 20}, 1, model.CodeTooMany},
	} {
		d := archiveDesk()
		d.RowsPerDay = tc.own
		if got := model.CodeOf(model.MayAsk(d, tc.used, tc.rows, limits)); got != tc.code {
			t.Errorf("%s: %q, want %q", tc.what, got, tc.code)
		}
	}
}

// TestDeskSeesNobody: a department checks forms and has no graduate in its scope,
// whatever its account says of a place.
func TestDeskSeesNobody(t *testing.T) {
	op := model.Operator{ID: 7, Name: "d", Role: model.RoleDesk, SchoolCode: "99001", College: "甲学院", Classes: []string{"1"}}
	if !op.Scope().Empty() {
		t.Errorf("scope %+v", op.Scope())
	}
	if op.May(model.ActionView) || !op.May(model.ActionVerify) {
		t.Error("a desk verifies and views no record")
	}
	for _, r := range model.Roles() {
		if o := (model.Operator{Role: r}); r != model.RoleDesk && o.May(model.ActionVerify) {
			t.Errorf("%s verifies as a department", r)
		}
	}
}
