package admin

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
)

// notes is the inbox of what departments told the school; see inboxes.
var notes = inbox{kind: model.InboxNotes, path: "/admin/notes", title: "接收部门反映", note: "条接收部门的反映"}

// noteRow is a note that waits.
type noteRow struct{ Href, Department, Kind, Item, At, Waited string }

// noteQueue lists what waits for the school's answer, the longest waiting first.
func (h *Handler) noteQueue(v visit) error {
	after := int64(0)
	if word := v.Query("after"); word != "" {
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil || n <= 0 {
			return model.Invalid("after", "这个列表地址不完整，请从左侧重新进入。").Because(err)
		}
		after = n
	}
	found, err := h.o.Store.DeskNotes(v.Request.Context(), v.scope(), after, pageSize+1)
	if err != nil {
		return fmt.Errorf("admin: notes: %w", err)
	}
	pager := web.Pager{Text: "每页 50 条，等待最久的在前"}
	if len(found) > pageSize {
		found = found[:pageSize]
		pager.Next = notes.path + "?" + url.Values{"after": {strconv.FormatInt(found[pageSize-1].ID, 10)}}.Encode()
	}
	now := h.o.Web.Now()
	rows := make([]noteRow, len(found))
	for i, n := range found {
		rows[i] = noteRow{
			Href: noteAt(n), Department: n.Department, Kind: n.Kind.Chinese(), Item: n.Item.Chinese(), At: model.Minute(n.At), Waited: waited(n.At, now),
		}
	}
	return h.show(v, http.StatusOK, "notes", web.Page{Title: notes.title, Banner: done(v.Query("done")), Scripts: []string{keysScript}, Data: map[string]any{
		"Rows": rows, "Pager": pager, "Empty": web.Empty{Text: "没有等待答复的反映。"},
	}})
}

func noteAt(n model.DeskNote) string { return notes.path + "/" + strconv.FormatInt(n.ID, 10) }

// theNote loads the note that the address names with its graduate: not found
// outside the operator's scope, and an attempt at one that is there is audited.
func (h *Handler) theNote(v visit) (model.DeskNote, model.Record, error) {
	ctx := v.Request.Context()
	absent := model.Errorf(model.CodeNotFound, "没有找到这条反映，或不在您的管理范围内。")
	id, err := strconv.ParseInt(v.Param("id"), 10, 64)
	if err != nil {
		return model.DeskNote{}, model.Record{}, absent.Because(err)
	}
	n, err := h.o.Store.DeskNote(ctx, id)
	if model.CodeOf(err) == model.CodeNotFound {
		return n, model.Record{}, absent.Because(err)
	}
	if err != nil {
		return n, model.Record{}, fmt.Errorf("admin: note: %w", err)
	}
	r, err := h.o.Store.Record(ctx, n.GraduateID)
	switch {
	case model.CodeOf(err) == model.CodeNotFound:
		return n, r, absent.Because(err)
	case err != nil:
		return n, r, fmt.Errorf("admin: record: %w", err)
	case !v.scope().Covers(r.Graduate):
		if err := h.denied(v, r.Graduate.ID, r.Graduate.SchoolCode, r.Graduate.Basics.College); err != nil {
			return n, r, err
		}
		return model.DeskNote{}, model.Record{}, absent
	}
	return n, r, nil
}

// note shows one note with what is asked of the school.
func (h *Handler) note(v visit) error {
	n, r, err := h.theNote(v)
	if err != nil {
		return err
	}
	return h.showNote(v, n, r, "", nil)
}

func (h *Handler) showNote(v visit, n model.DeskNote, r model.Record, typed string, fault *model.Error) error {
	told := web.Cells{Title: "反映", Items: []web.Cell{
		{Label: "接收部门", Value: n.Department},
		{Label: "登记信息表", Value: n.Kind.Chinese()},
		{Label: "哪里不符", Value: n.Item.Chinese()},
		{Label: "具体情况", Value: n.Text},
		{Label: "时间", Value: model.Minute(n.At)},
	}}
	data := map[string]any{
		"Queue": notes.path, "Told": told,
		"Graduate": web.Link{Href: graduatePath(r.Graduate.ID), Text: r.Graduate.Basics.Name, Note: join(r.Graduate.Basics.College, r.Graduate.Basics.Class)},
	}
	if n.Open() {
		answer := web.Field{
			Name: "answer", Label: "答复", Value: typed, Required: true, MaxLength: 500, Hint: "接收部门会看到。写明核实的结果和怎么办；最多 500 字，请勿填写身份证号。",
		}
		if fault != nil {
			answer.Error = fault.Message
		}
		data["Action"], data["Answer"] = noteAt(n), answer
	} else {
		data["Answered"] = web.Cells{Title: "答复", Items: []web.Cell{
			{Label: "答复", Value: n.Answer}, {Label: "由谁", Value: actor(n.AnsweredBy)}, {Label: "时间", Value: model.Minute(n.AnsweredAt)},
		}}
	}
	return h.show(v, status(fault), "note", web.Page{Title: "接收部门反映：" + r.Graduate.Basics.Name, Next: noteAt(n), Scripts: []string{keysScript}, Data: data})
}

// answerNote closes a note.
func (h *Handler) answerNote(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	n, r, err := h.theNote(v)
	if err != nil {
		return err
	}
	answered, err := model.AnswerNote(n, v.op, r.Graduate, v.PostForm("answer"), h.o.Web.Now())
	if err == nil {
		err = h.o.Store.AnswerDeskNote(v.Request.Context(), answered)
	}
	if e := refused(err, model.CodeInvalid); e != nil {
		return h.showNote(v, n, r, v.PostForm("answer"), e)
	}
	if model.CodeOf(err) == model.CodeChanged { // somebody was faster: his answer is there to read
		return web.SeeOther(v.Context, noteAt(n))
	}
	if err != nil {
		return fmt.Errorf("admin: answer a note: %w", err)
	}
	return web.SeeOther(v.Context, notes.path+"?done=noteanswered")
}
