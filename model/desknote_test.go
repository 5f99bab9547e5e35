package model_test

import (
	"strings"
	"testing"
	"time"

	"quxiang/model"
)

func TestWriteNote(t *testing.T) {
	now := time.Date(2027, 7, 1, 9, 0, 0, 0, model.Shanghai)
	looked := model.Verification{ID: 5, AuthorizationID: 6, GraduateID: 8, Kind: model.FormArchive, OperatorID: 7}
	for _, tc := range []struct {
		what string
		item model.NoteItem
		text string
		edit func(*model.Desk, *model.Verification)
		code model.Code
	}{
		{"complete", model.NoteMissing, " 截至今日未收到档案。 ", nil, ""},
		{"500 characters", model.NoteOther, strings.Repeat("字", 500), nil, ""},
		{"501 characters", model.NoteOther, strings.Repeat("字", 501), nil, model.CodeInvalid},
		{"nothing", model.NoteOther, " \u200b ", nil, model.CodeInvalid},
		{"no text", model.NoteOther, "\xff", nil, model.CodeInvalid},
		{"no item", "", "x", nil, model.CodeInvalid},
		{"an item of the other form", model.NotePlace, "x", nil, model.CodeInvalid},
		{"another department's look", model.NoteOther, "x", func(_ *model.Desk, v *model.Verification) { v.OperatorID = 9 }, model.CodeNotFound},
		{"nobody's look", model.NoteOther, "x", func(_ *model.Desk, v *model.Verification) { v.OperatorID = 0 }, model.CodeNotFound},
		{"past its last day", model.NoteOther, "x", func(d *model.Desk, _ *model.Verification) { d.ValidUntil = "2027-06-30" }, model.CodeForbidden},
	} {
		d, v := archiveDesk(), looked
		if tc.edit != nil {
			tc.edit(&d, &v)
		}
		n, err := model.WriteNote(d, v, tc.item, tc.text, now)
		if model.CodeOf(err) != tc.code {
			t.Errorf("%s: %v, want %q", tc.what, err, tc.code)
		}
		if err == nil && (n.Text != strings.TrimSpace(tc.text) || n.GraduateID != 8 || n.Authorization != 6 || n.Department != d.Department || !n.Open()) {
			t.Errorf("%s: %+v", tc.what, n)
		}
	}
	for _, k := range model.FormKinds() {
		for _, i := range model.NoteItems(k) {
			if i.Chinese() == "" {
				t.Errorf("%s has no words", i)
			}
		}
	}
}

func TestAnswerNote(t *testing.T) {
	now := time.Date(2027, 7, 2, 9, 0, 0, 0, model.Shanghai)
	g := model.Graduate{ID: 8, SchoolCode: "99001", Basics: model.Basics{College: "甲学院"}}
	n := model.DeskNote{ID: 1, GraduateID: 8, At: now.Add(-time.Hour)}
	for _, tc := range []struct {
		what string
		op   model.Operator
		text string
		edit func(*model.DeskNote)
		code model.Code
	}{
		{"the school", model.Operator{ID: 3, Role: model.RoleSchool, SchoolCode: "99001"}, "已补寄", nil, ""},
		{"the administrator", model.Operator{ID: 3, Role: model.RoleAdmin}, "已补寄", nil, ""},
		{"another school", model.Operator{ID: 3, Role: model.RoleSchool, SchoolCode: "99002"}, "已补寄", nil, model.CodeNotFound},
		{"the college", model.Operator{ID: 3, Role: model.RoleCollege, SchoolCode: "99001", College: "甲学院"}, "已补寄", nil, model.CodeNotFound},
		{"the department", model.Operator{ID: 7, Role: model.RoleDesk}, "已补寄", nil, model.CodeNotFound},
		{"an auditor", model.Operator{ID: 3, Role: model.RoleAuditor}, "已补寄", nil, model.CodeNotFound},
		{"nothing", model.Operator{ID: 3, Role: model.RoleAdmin}, " ", nil, model.CodeInvalid},
		{"answered", model.Operator{ID: 3, Role: model.RoleAdmin}, "又", func(n *model.DeskNote) { n.AnsweredAt = now }, model.CodeChanged},
		{"about somebody else", model.Operator{ID: 3, Role: model.RoleAdmin}, "x", func(n *model.DeskNote) { n.GraduateID = 9 }, model.CodeNotFound},
	} {
		asked := n
		if tc.edit != nil {
			tc.edit(&asked)
		}
		got, err := model.AnswerNote(asked, tc.op, g, tc.text, now)
		if model.CodeOf(err) != tc.code {
			t.Errorf("%s: %v, want %q", tc.what, err, tc.code)
		}
		if err == nil && (got.Open() || got.Answer != tc.text || got.AnsweredBy.ID != 3) {
			t.Errorf("%s: %+v", tc.what, got)
		}
	}
}

func TestWithNotes(t *testing.T) {
	at := time.Date(2027, 7, 1, 9, 0, 0, 0, model.Shanghai)
	before := []model.TimelineEntry{{At: at.Add(3 * time.Hour), What: "c"}, {At: at, What: "a"}}
	n := model.DeskNote{Department: "人才中心", Kind: model.FormArchive, Item: model.NoteMissing, Text: "张三说未寄", At: at.Add(time.Hour)}
	open := model.WithNotes(before, []model.DeskNote{n})
	if len(open) != 3 || open[1].Who != "人才中心" || open[1].What != "向学校反映“档案未收到”（档案登记信息表）" || len(before) != 2 {
		t.Errorf("%+v", open)
	}
	n.Answer, n.AnsweredAt, n.AnsweredBy = "李四已补寄", at.Add(2*time.Hour), model.Actor{Kind: model.ActorOperator, Name: "xx"}
	answered := model.WithNotes(before, []model.DeskNote{n})
	if len(answered) != 4 || answered[1].Who != "学校" || answered[1].What != "答复人才中心反映的“档案未收到”（档案登记信息表）" {
		t.Errorf("%+v", answered)
	}
	for _, e := range answered {
		if strings.Contains(e.What+e.Said+e.By.Name, "张三") || strings.Contains(e.What+e.Said+e.By.Name, "李四") || e.By.Name != "" {
			t.Errorf("it tells what was written, or by whom: %+v", e)
		}
	}
}
