package admin

import (
	"fmt"
	"net/http"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/store"
)

// noteLine is a note in its department's list.
type noteLine struct{ At, Kind, Item, Text, Answer, Answered string }

// deskNoteList is what a department told schools, with their answers.
func (h *Handler) deskNoteList(v visit, d model.Desk) error {
	at, err := beforeOf(v)
	if err != nil {
		return err
	}
	found, err := h.o.Store.DeskNotesBy(v.Request.Context(), d.OperatorID, at, pageSize+1)
	if err != nil {
		return fmt.Errorf("admin: notes: %w", err)
	}
	pager := web.Pager{Text: "每页 50 条，最近的在前"}
	if len(found) > pageSize {
		found = found[:pageSize]
		pager.Next = before(deskNotes, found[pageSize-1].ID)
	}
	lines := make([]noteLine, len(found))
	for i, n := range found {
		lines[i] = noteLine{At: model.Minute(n.At), Kind: n.Kind.Chinese(), Item: n.Item.Chinese(), Text: n.Text, Answer: n.Answer}
		if !n.Open() {
			lines[i].Answered = model.Minute(n.AnsweredAt)
		}
	}
	return h.show(v, http.StatusOK, "desk_notes", web.Page{Title: "向学校反映", Banner: done(v.Query("done")), Next: deskNotes, Data: map[string]any{
		"Lines": lines, "Pager": pager,
		"Empty": web.Empty{Text: "还没有向学校反映过。发现不符时，在核验结果或核验记录中点“向学校反映不符”。"},
	}})
}

// noteShown is the form of a note with what was typed, and why it was refused.
type noteShown struct {
	item  model.NoteItem
	text  string
	fault *model.Error
}

// looked finds the look at a form that the address names: one of this account.
func (h *Handler) looked(v visit, d model.Desk) (store.DeskVerification, error) {
	id, err := strconv.ParseInt(v.Param("id"), 10, 64)
	if err != nil {
		return store.DeskVerification{}, model.Errorf(model.CodeNotFound, "没有找到这次核验。").Because(err)
	}
	found, err := h.o.Store.DeskVerification(v.Request.Context(), d.OperatorID, id)
	if err != nil {
		return found, fmt.Errorf("admin: verification: %w", err)
	}
	return found, nil
}

// deskNoteForm asks what does not fit.
func (h *Handler) deskNoteForm(v visit, d model.Desk) error {
	f, err := h.looked(v, d)
	if err != nil {
		return err
	}
	return h.showNoteForm(v, f, noteShown{})
}

func (h *Handler) showNoteForm(v visit, f store.DeskVerification, s noteShown) error {
	items := web.Choices{Name: "item", Label: "哪里不符", Required: true}
	for _, i := range model.NoteItems(f.Kind) {
		items.Items = append(items.Items, web.Choice{Value: string(i), Text: i.Chinese(), Chosen: i == s.item})
	}
	text := web.Field{Name: "text", Label: "具体情况", Value: s.text, Required: true, MaxLength: 500, Hint: "写明材料上是什么、希望学校做什么。最多 500 字；请勿填写身份证号。"}
	p := web.Page{Title: "向学校反映不符", Next: notePath(f.ID)}
	if s.fault != nil {
		switch s.fault.Field {
		case "item":
			items.Error = s.fault.Message
		case "text":
			text.Error = s.fault.Message
		default:
			p.Banner = []web.Banner{{Kind: web.BannerWarn, Text: s.fault.Message}}
		}
	}
	p.Data = map[string]any{
		"Action": notePath(f.ID), "Items": items, "Text": text, "Back": deskHistory,
		"Form": web.Cells{Items: []web.Cell{
			{Label: "登记信息表", Value: f.Kind.Chinese()}, {Label: "核验编号", Value: "后四位 " + f.Tail}, {Label: "核验时间", Value: model.Minute(f.At)},
		}},
	}
	return h.show(v, status(s.fault), "desk_note", p)
}

// deskNote sends a note to the school.
func (h *Handler) deskNote(v visit, d model.Desk) error {
	if err := v.form(); err != nil {
		return err
	}
	f, err := h.looked(v, d)
	if err != nil {
		return err
	}
	s := noteShown{item: model.NoteItem(v.PostForm("item")), text: v.PostForm("text")}
	n, err := model.WriteNote(d, f.Verification, s.item, s.text, h.o.Web.Now())
	if err == nil {
		err = h.o.Store.AddDeskNote(v.Request.Context(), n, model.ByOperator(v.op))
	}
	if e := refused(err, model.CodeInvalid, model.CodeForbidden, model.CodeConflict, model.CodeTooMany); e != nil {
		s.fault = e
		return h.showNoteForm(v, f, s)
	}
	if err != nil {
		return fmt.Errorf("admin: note: %w", err)
	}
	return web.SeeOther(v.Context, deskNotes+"?done=noted")
}
