package admin

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"quxiang/handler/web"
	"quxiang/model"
)

// desksPath is where the administrator looks after departments.
const desksPath = "/admin/desks"

// deskLine is a department in the list.
type deskLine struct{ Href, Department, Account, Kinds, Until, State, Vetted string }

// desks lists the departments by account.
func (h *Handler) desks(v visit) error {
	found, err := h.o.Store.Desks(v.Request.Context(), v.Query("after"), pageSize+1)
	if err != nil {
		return fmt.Errorf("admin: desks: %w", err)
	}
	pager := web.Pager{Text: "每页 50 个，按账号排列"}
	if len(found) > pageSize {
		found = found[:pageSize]
		pager.Next = desksPath + "?" + url.Values{"after": {found[pageSize-1].Account}}.Encode()
	}
	now := h.o.Web.Now()
	lines := make([]deskLine, len(found))
	for i, d := range found {
		lines[i] = deskLine{
			Href: deskPath(d.OperatorID), Department: d.Department, Account: d.Account, Kinds: d.KindsChinese(), Until: "不限", State: "使用中",
			Vetted: fmt.Sprintf("%s，%s", actor(d.VettedBy), model.DateOf(d.VettedAt).Chinese()),
		}
		if d.ValidUntil != "" {
			lines[i].Until = d.ValidUntil.Chinese()
		}
		switch {
		case d.Disabled:
			lines[i].State = "已停用"
		case d.Expired(now):
			lines[i].State = "已到期"
		}
	}
	return h.show(v, http.StatusOK, "desks", web.Page{Title: "接收部门", Banner: done(v.Query("done")), Data: map[string]any{
		"Lines": lines, "Pager": pager, "New": desksPath + "/new", "Empty": web.Empty{Text: "还没有接收部门账号。"},
	}})
}

func deskPath(id model.OperatorID) string {
	return desksPath + "/" + strconv.FormatInt(int64(id), 10)
}

// deskData is what template admin/desk_edit draws.
type deskData struct {
	Action, Submit string
	Account        *web.Field // of a new one
	Fields         map[string]web.Field
	Kinds          web.Choices
	Facts          *web.Cells
	Posts          []web.Post
}

// deskForm reads what was posted of a department.
func deskForm(v visit) model.Desk {
	d := model.Desk{
		Department: v.PostForm("department"), Purpose: v.PostForm("purpose"), Contact: v.PostForm("contact"), Document: v.PostForm("document"),
		ValidUntil: model.Date(strings.TrimSpace(v.PostForm("until"))),
	}.Cleaned()
	for _, k := range v.PostFormArray("kind") {
		d.Kinds = append(d.Kinds, model.FormKind(k))
	}
	d.RowsPerDay = -1 // what is no number is refused
	if n, err := strconv.Atoi(strings.TrimSpace(v.PostForm("quota"))); err == nil {
		d.RowsPerDay = n
	} else if strings.TrimSpace(v.PostForm("quota")) == "" {
		d.RowsPerDay = 0
	}
	return d
}

// editing draws the form of a department; fault may be nil.
func (h *Handler) editing(d model.Desk, fault *model.Error) deskData {
	quota := ""
	if d.RowsPerDay > 0 {
		quota = strconv.Itoa(d.RowsPerDay)
	}
	e := deskData{Fields: map[string]web.Field{}}
	for key, f := range map[string]web.Field{
		"Department": {Name: "department", Label: "部门名称", Value: d.Department, Required: true, MaxLength: model.MaxDepartment, Hint: "毕业生会在“谁核验过”中看到。"},
		"Purpose":    {Name: "purpose", Label: "核验用途", Value: d.Purpose, Required: true, MaxLength: 200, Hint: "该部门申请账号时写明的用途，如：接收高校毕业生档案。"},
		"Contact":    {Name: "contact", Label: "联系方式", Value: d.Contact, MaxLength: 100, Hint: "联系人和电话，加密保存。"},
		"Document":   {Name: "document", Label: "核准依据", Value: d.Document, MaxLength: 100, Hint: "来函或协议的文号，便于日后核查。"},
		"Until":      {Name: "until", Label: "可以核验到哪一天", Type: "date", Value: string(d.ValidUntil), Hint: "到期后不能再核验，记录仍可查看。不填为不限。"},
		"Quota":      {Name: "quota", Label: "每日核验行数", Value: quota, InputMode: "numeric", MaxLength: 6, Hint: fmt.Sprintf("不填按系统设置：%d 行。", h.o.Desk.Rows)},
	} {
		if fault != nil && fault.Field == f.Name {
			f.Error = fault.Message
		}
		e.Fields[key] = f
	}
	e.Kinds = web.Choices{Name: "kind", Label: "可以核验", Required: true}
	for _, k := range model.FormKinds() {
		e.Kinds.Items = append(e.Kinds.Items, web.Choice{Value: string(k), Text: k.Chinese(), Chosen: d.Checks(k)})
	}
	if fault != nil && fault.Field == "kind" {
		e.Kinds.Error = fault.Message
	}
	return e
}

// newDesk asks for a new department.
func (h *Handler) newDesk(v visit) error { return h.showNewDesk(v, "", model.Desk{}, nil) }

func (h *Handler) showNewDesk(v visit, account string, d model.Desk, fault *model.Error) error {
	e := h.editing(d, fault)
	e.Action, e.Submit = desksPath, "核准并开通账号"
	e.Account = &web.Field{Name: "name", Label: "账号", Value: account, Required: true, MaxLength: maxName, Autocomplete: "off", Hint: "登录用，1–64 个字符。"}
	if fault != nil && (fault.Field == "name" || fault.Code == model.CodeConflict) {
		e.Account.Error = fault.Message
	}
	return h.show(v, status(fault), "desk_edit", web.Page{Title: "新增接收部门", Next: desksPath + "/new", Data: e})
}

// createDesk vets a department and opens its account. The one-time password is
// on the answer and nowhere else.
func (h *Handler) createDesk(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	name, d := strings.TrimSpace(v.PostForm("name")), deskForm(v)
	password := oneTimePassword()
	op := model.Operator{Name: name, Role: model.RoleDesk, MustChange: true}
	id, err := h.o.Store.CreateDesk(v.Request.Context(), op, h.o.Hash.hash(password), d, model.ByOperator(v.op))
	if e := refused(err, model.CodeInvalid, model.CodeConflict); e != nil {
		return h.showNewDesk(v, name, d, e)
	}
	if err != nil {
		return fmt.Errorf("admin: create desk: %w", err)
	}
	return h.showPasswordOnce(v, id, name, d.Department, password)
}

func oneTimePassword() string { return rand.Text()[:16] }

// showPasswordOnce shows a password that was just made.
func (h *Handler) showPasswordOnce(v visit, id model.OperatorID, account, department, password string) error {
	return h.show(v, http.StatusOK, "desk_password", web.Page{Title: "一次性密码", Next: deskPath(id), Data: map[string]any{
		"Cells": web.Cells{Title: department, Items: []web.Cell{
			{Label: "账号", Value: account}, {Label: "一次性密码", Value: password, Note: "只显示这一次，首次登录后须改成自己的密码。"},
		}}, "Back": deskPath(id),
	}})
}

// theDesk loads the department that the address names: an account of role desk,
// vetted or not yet.
func (h *Handler) theDesk(v visit) (model.Operator, model.Desk, error) {
	op, err := h.other(v)
	if err != nil {
		return op, model.Desk{}, err
	}
	if op.Role != model.RoleDesk {
		return op, model.Desk{}, model.Errorf(model.CodeNotFound, "没有找到这个接收部门账号。")
	}
	d, err := h.o.Store.Desk(v.Request.Context(), op.ID)
	if model.CodeOf(err) == model.CodeNotFound {
		return op, model.Desk{OperatorID: op.ID, Account: op.Name, Disabled: op.Disabled}, nil
	}
	if err != nil {
		return op, d, fmt.Errorf("admin: desk: %w", err)
	}
	return op, d, nil
}

// editDesk shows a department with what it asked today.
func (h *Handler) editDesk(v visit) error {
	op, d, err := h.theDesk(v)
	if err != nil {
		return err
	}
	return h.showDesk(v, op, d, d, nil)
}

// showDesk draws a department as it is and the form with what was typed.
func (h *Handler) showDesk(v visit, op model.Operator, d, typed model.Desk, fault *model.Error) error {
	used, err := h.o.Store.DeskUse(v.Request.Context(), op.ID, h.o.Web.Now())
	if err != nil {
		return fmt.Errorf("admin: desk use: %w", err)
	}
	e := h.editing(typed, fault)
	e.Action, e.Submit = deskPath(op.ID), "核准并保存"
	line := lineOf(op, "", false)
	e.Facts = &web.Cells{Items: []web.Cell{
		{Label: "账号", Value: op.Name},
		{Label: "状态", Value: line.State},
		{Label: "今天已核验", Value: fmt.Sprintf("%d 行，其中未匹配 %d 行", used.Rows, used.Misses)},
	}}
	if !d.VettedAt.IsZero() {
		e.Facts.Items = append(e.Facts.Items, web.Cell{Label: "核准", Value: actor(d.VettedBy) + "，" + model.Minute(d.VettedAt), Note: d.Document})
	}
	toggle := *line.Toggle
	toggle.Action = deskPath(op.ID) + "/disabled"
	e.Posts = []web.Post{{Action: deskPath(op.ID) + "/password", Text: "发放新的一次性密码", Kind: "default"}, toggle}
	title := d.Department
	if title == "" {
		title = "尚未核准：" + op.Name
	}
	return h.show(v, status(fault), "desk_edit", web.Page{Title: title, Banner: done(v.Query("done")), Next: deskPath(op.ID), Data: e})
}

// saveDesk vets a department anew.
func (h *Handler) saveDesk(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	op, d, err := h.theDesk(v)
	if err != nil {
		return err
	}
	typed := deskForm(v)
	typed.OperatorID = op.ID
	err = h.o.Store.SaveDesk(v.Request.Context(), typed, model.ByOperator(v.op))
	if e := refused(err, model.CodeInvalid); e != nil {
		return h.showDesk(v, op, d, typed, e)
	}
	if err != nil {
		return fmt.Errorf("admin: save desk: %w", err)
	}
	return web.SeeOther(v.Context, deskPath(op.ID)+"?done=vetted")
}

// disableDesk disables or enables a department's account.
func (h *Handler) disableDesk(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	op, _, err := h.theDesk(v)
	if err != nil {
		return err
	}
	word, err := h.toggle(v, op)
	if err != nil {
		return err
	}
	return web.SeeOther(v.Context, deskPath(op.ID)+"?done="+word)
}

// resetDesk gives a department a new one-time password and logs it out.
func (h *Handler) resetDesk(v visit) error {
	op, d, err := h.theDesk(v)
	if err != nil {
		return err
	}
	password := oneTimePassword()
	if err := h.o.Store.ResetPassword(v.Request.Context(), op.ID, h.o.Hash.hash(password), model.ByOperator(v.op)); err != nil {
		return fmt.Errorf("admin: reset desk: %w", err)
	}
	return h.showPasswordOnce(v, op.ID, op.Name, d.Department, password)
}
