package admin

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
)

// operatorLine is an operator in the list.
type operatorLine struct {
	Name, Role, Place, State string
	Desk                     string    // address of its department; "" where it is none
	Toggle, Logout           *web.Post // nil for oneself
}

// operators lists everybody who works here. Accounts are made on the server,
// by `quxiang operator add`.
func (h *Handler) operators(v visit) error {
	all, err := h.o.Store.Operators(v.Request.Context())
	if err != nil {
		return fmt.Errorf("admin: operators: %w", err)
	}
	schools, err := h.o.Store.Schools(v.Request.Context())
	if err != nil {
		return fmt.Errorf("admin: operators: %w", err)
	}
	names := map[string]string{}
	for _, s := range schools {
		names[s.Code] = s.Name
	}
	lines := make([]operatorLine, 0, len(all))
	for _, op := range all {
		lines = append(lines, lineOf(op, cmp.Or(names[op.SchoolCode], op.SchoolCode), op.ID == v.op.ID))
	}
	return h.show(v, http.StatusOK, "operators", web.Page{
		Title: "管理员", Banner: done(v.Query("done")), Data: map[string]any{"Operators": lines},
	})
}

func lineOf(op model.Operator, school string, self bool) operatorLine {
	shown := op
	shown.Disabled = false // a disabled operator sees nobody, but the list says whom he had
	l := operatorLine{Name: op.Name, Role: op.Role.Chinese(), Place: place(shown, school), State: "使用中"}
	switch {
	case op.Disabled:
		l.State = "已停用"
	case op.MustChange:
		l.State = "未改一次性密码"
	}
	if op.Role == model.RoleDesk {
		l.Desk = deskPath(op.ID)
	}
	if self {
		return l
	}
	base := "/admin/operators/" + strconv.FormatInt(int64(op.ID), 10)
	l.Logout = &web.Post{Action: base + "/logout", Text: "退出其登录", Kind: "default"}
	l.Toggle = &web.Post{Action: base + "/disabled", Text: "停用", Kind: "warn", Hidden: []web.Hidden{{Name: "disabled", Value: "1"}}}
	if op.Disabled {
		l.Toggle = &web.Post{Action: base + "/disabled", Text: "启用", Kind: "default", Hidden: []web.Hidden{{Name: "disabled", Value: "0"}}}
	}
	return l
}

// other loads the operator that the address names: never oneself, so that
// nobody locks himself out.
func (h *Handler) other(v visit) (model.Operator, error) {
	absent := model.Errorf(model.CodeNotFound, "没有找到这个管理员账号。")
	id, err := strconv.ParseInt(v.Param("id"), 10, 64)
	if err != nil {
		return model.Operator{}, absent
	}
	op, err := h.o.Store.Operator(v.Request.Context(), model.OperatorID(id))
	switch {
	case model.CodeOf(err) == model.CodeNotFound:
		return op, absent.Because(err)
	case err != nil:
		return op, fmt.Errorf("admin: operator: %w", err)
	case op.ID == v.op.ID:
		return op, model.Errorf(model.CodeConflict, "不能对自己的账号进行这项操作。")
	}
	return op, nil
}

// setDisabled disables or enables an operator; a disabled one is logged out.
func (h *Handler) setDisabled(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	op, err := h.other(v)
	if err != nil {
		return err
	}
	word, err := h.toggle(v, op)
	if err != nil {
		return err
	}
	return web.SeeOther(v.Context, "/admin/operators?done="+word)
}

// toggle disables or enables another operator, as the form says, and returns the
// word for what was done.
func (h *Handler) toggle(v visit, op model.Operator) (word string, err error) {
	disabled := false
	switch v.PostForm("disabled") {
	case "0":
		word = "enabled"
	case "1":
		disabled, word = true, "disabled"
	default:
		return "", model.Invalid("disabled", "请从管理员列表操作。")
	}
	if err := h.o.Store.SetOperatorDisabled(v.Request.Context(), op.ID, disabled, model.ByOperator(v.op)); err != nil {
		return "", fmt.Errorf("admin: disable operator: %w", err)
	}
	return word, nil
}

// endSessions logs another operator out everywhere.
func (h *Handler) endSessions(v visit) error {
	op, err := h.other(v)
	if err != nil {
		return err
	}
	if err := h.o.Store.EndOperatorSessions(v.Request.Context(), op.ID, model.ByOperator(v.op)); err != nil {
		return fmt.Errorf("admin: end sessions: %w", err)
	}
	return web.SeeOther(v.Context, "/admin/operators?done=loggedout")
}
