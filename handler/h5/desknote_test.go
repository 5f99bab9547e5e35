package h5_test

import (
	"testing"
	"time"

	"quxiang/model"
)

// TestNotesInTimeline: the graduate hears that a department told the school
// something and that it answered, and nothing of what they wrote.
func TestNotesInTimeline(t *testing.T) {
	s := newSite(t)
	r := s.approved()
	by := model.BySystem("test")
	must(t, s.store.AddDeskNote(t.Context(), model.DeskNote{
		OperatorID: 7, Department: "甲区人才中心", GraduateID: r.Graduate.ID, Kind: model.FormArchive, Item: model.NoteMissing, Text: "联系人张三说未寄", At: s.now.Add(time.Minute),
	}, by))
	b := s.login(r)
	page{has: []string{"甲区人才中心", "向学校反映“档案未收到”（档案登记信息表）"}, not: []string{"张三", "答复甲区"}}.check(t, b.get("/h5/timeline"))
	notes, err := s.store.DeskNotesAbout(t.Context(), r.Graduate.ID, 1)
	must(t, err)
	n := notes[0]
	n.Answer, n.AnsweredAt, n.AnsweredBy = "李四已补寄", s.now.Add(time.Hour), by
	must(t, s.store.AnswerDeskNote(t.Context(), n))
	page{has: []string{"答复甲区人才中心反映的“档案未收到”"}, not: []string{"张三", "李四"}}.check(t, b.get("/h5/timeline"))
}
