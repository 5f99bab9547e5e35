package store_test

import (
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func TestDeskHistory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		qs := authorised(t, s, 3)
		d, other := newDesk(t, s, "desk"), newDesk(t, s, "other")
		c := checkOf(qs)
		for _, one := range []struct {
			d model.Desk
			c model.DeskCheck
		}{{d, c}, {d, checkOf(qs[:1])}, {other, checkOf(qs[1:])}} {
			if _, err := s.CheckForms(t.Context(), one.d, one.c); err != nil {
				t.Fatal(err)
			}
		}
		found, err := s.DeskVerifications(t.Context(), d.OperatorID, c.Batch)
		if err != nil || len(found) != 3 {
			t.Fatalf("%+v, %v", found, err)
		}
		for i, v := range found {
			if v.Tail != string(qs[i].Number[11:]) || v.Batch != c.Batch || v.Kind != model.FormArchive {
				t.Errorf("%+v", v)
			}
		}
		if v, err := s.DeskVerification(t.Context(), d.OperatorID, found[1].ID); err != nil || v.GraduateID != 2 {
			t.Errorf("%+v, %v", v, err)
		}
		if b, err := s.DeskBatch(t.Context(), d.OperatorID, c.Batch); err != nil || b.Asked != 3 || b.Found != 3 {
			t.Errorf("%+v, %v", b, err)
		}
		// Nothing of it is another account's.
		if got, err := s.DeskVerifications(t.Context(), other.OperatorID, c.Batch); err != nil || len(got) != 0 {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := s.DeskVerification(t.Context(), other.OperatorID, found[1].ID); model.CodeOf(err) != model.CodeNotFound {
			t.Error(err)
		}
		for _, batch := range []string{c.Batch, "", "\xff批", "x' OR 1=1"} {
			if _, err := s.DeskBatch(t.Context(), other.OperatorID, batch); model.CodeOf(err) != model.CodeNotFound {
				t.Errorf("%q: %v", batch, err)
			}
		}
		first, err := s.DeskBatches(t.Context(), d.OperatorID, 0, 1)
		if err != nil || len(first) != 1 || first[0].Asked != 1 {
			t.Fatalf("%+v, %v", first, err)
		}
		if next, err := s.DeskBatches(t.Context(), d.OperatorID, first[0].ID, 10); err != nil || len(next) != 1 || next[0].Batch != c.Batch {
			t.Errorf("%+v, %v", next, err)
		}
	}, nextDay)
}

func TestDeskNotes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		qs := authorised(t, s, 2)
		d := newDesk(t, s, "desk")
		c := checkOf(qs)
		if _, err := s.CheckForms(t.Context(), d, c); err != nil {
			t.Fatal(err)
		}
		found, err := s.DeskVerifications(t.Context(), d.OperatorID, c.Batch)
		if err != nil {
			t.Fatal(err)
		}
		by := model.Actor{Kind: model.ActorOperator, ID: int64(d.OperatorID), Name: d.Account}
		write := func(v store.DeskVerification, text string) error {
			t.Helper()
			n, err := model.WriteNote(d, v.Verification, model.NoteMissing, text, s.Clock())
			if err != nil {
				t.Fatal(err)
			}
			return s.AddDeskNote(t.Context(), n, by)
		}
		for _, v := range found {
			if err := write(v, "联系人张三未寄"); err != nil {
				t.Fatal(err)
			}
		}
		if err := write(found[0], "再一次"); model.CodeOf(err) != model.CodeConflict {
			t.Errorf("a second note about the same form: %v", err)
		}
		school := model.Operator{ID: 5, Name: "xx", Role: model.RoleSchool, SchoolCode: "99001"}
		for _, tc := range []struct {
			op   model.Operator
			want int
		}{
			{school, 2},
			{model.Operator{Role: model.RoleAdmin}, 2},
			{model.Operator{Role: model.RoleSchool, SchoolCode: "99002"}, 0},
			{model.Operator{Role: model.RoleCollege, SchoolCode: "99001", College: "信息学院"}, 0},
			{model.Operator{Role: model.RoleCounsellor, SchoolCode: "99001", College: "信息学院", Classes: []string{"计算机1班"}}, 0},
			{model.Operator{Role: model.RoleAuditor}, 0},
			{model.Operator{Role: model.RoleDesk}, 0},
			{model.Operator{Role: model.RoleSchool, SchoolCode: "99001", Disabled: true}, 0},
		} {
			counts, err := s.RequestCounts(t.Context(), tc.op)
			if err != nil || counts[model.InboxNotes] != tc.want {
				t.Errorf("%s waits for %d, want %d (%v)", tc.op.Role, counts[model.InboxNotes], tc.want, err)
			}
			if tc.op.Role == model.RoleAuditor { // may read all records, but answers no notes: its page asks May first
				continue
			}
			if got, err := s.DeskNotes(t.Context(), tc.op.Scope(), 0, 10); err != nil || len(got) != tc.want {
				t.Errorf("%s sees %d, want %d (%v)", tc.op.Role, len(got), tc.want, err)
			}
		}
		queue, err := s.DeskNotes(t.Context(), school.Scope(), 0, 1)
		if err != nil || len(queue) != 1 || queue[0].GraduateID != 1 || queue[0].Text != "联系人张三未寄" || queue[0].Department != d.Department {
			t.Fatalf("%+v, %v", queue, err)
		}
		if next, err := s.DeskNotes(t.Context(), school.Scope(), queue[0].ID, 10); err != nil || len(next) != 1 || next[0].GraduateID != 2 {
			t.Errorf("%+v, %v", next, err)
		}
		r, err := s.Record(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		answered, err := model.AnswerNote(queue[0], school, r.Graduate, "李四已补寄", s.Clock().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.AnswerDeskNote(t.Context(), answered); err != nil {
			t.Fatal(err)
		}
		if err := s.AnswerDeskNote(t.Context(), answered); model.CodeOf(err) != model.CodeChanged {
			t.Errorf("answered twice: %v", err)
		}
		mine, err := s.DeskNotesBy(t.Context(), d.OperatorID, 0, 10)
		if err != nil || len(mine) != 2 || mine[0].GraduateID != 2 || mine[1].Answer != "李四已补寄" || mine[1].AnsweredBy.Name != "xx" || mine[1].Open() {
			t.Errorf("%+v, %v", mine, err)
		}
		if about, err := s.DeskNotesAbout(t.Context(), 1, 10); err != nil || len(about) != 1 {
			t.Errorf("%+v, %v", about, err)
		}
		if err := write(found[0], "又缺材料"); err != nil { // the first is answered
			t.Error(err)
		}
		// What was written stands nowhere in the clear.
		var raw []string
		if err := s.DB().Table("audits").Where("action LIKE ?", "desk_note.%").Pluck("detail", &raw).Error; err != nil || len(raw) != 4 {
			t.Errorf("%v, %v", raw, err)
		}
		var contents [][]byte
		if err := s.DB().Table("desk_notes").Pluck("content", &contents).Error; err != nil {
			t.Fatal(err)
		}
		for _, c := range contents {
			if strings.Contains(string(c), "张三") {
				t.Error("a note is not encrypted")
			}
		}
		if strings.Contains(strings.Join(raw, ""), "张三") || strings.Contains(strings.Join(raw, ""), "李四") {
			t.Error("the audit repeats a note")
		}
	}, nextDay)
}

// TestNotesOfADay: an account that floods a school is stopped.
func TestNotesOfADay(t *testing.T) {
	s := storetest.Open(t, nextDay)
	authorised(t, s, 1)
	d := newDesk(t, s, "desk")
	write := func(form int64) error {
		return s.AddDeskNote(t.Context(), model.DeskNote{OperatorID: d.OperatorID, Authorization: form, GraduateID: 1, Kind: model.FormArchive, Item: model.NoteOther, Text: "x", At: s.Clock()}, vetter)
	}
	for i := range model.MaxNotesPerDay {
		if err := write(int64(i)); err != nil {
			t.Fatal(err)
		}
	}
	if err := write(1000); model.CodeOf(err) != model.CodeTooMany {
		t.Errorf("one more: %v", err)
	}
}
