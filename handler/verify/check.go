package verify

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/form"
)

// question is what a department types in.
type question struct{ name, number string }

// fault names the first empty field; nil when both are there. Whatever else is
// wrong with a number is no match, so that its shape is not explained to those
// who guess.
func (q question) fault() *model.Error {
	switch {
	case model.FoldName(q.name) == "":
		return model.Invalid("name", "请填写毕业生姓名。")
	case strings.TrimSpace(q.number) == "":
		return model.Invalid("number", "请填写核验编号。")
	}
	return nil
}

// fields draws the two inputs; fault may be nil.
func (q question) fields(fault *model.Error) map[string]any {
	name := web.Field{Name: "name", Label: "毕业生姓名", Value: q.name, Required: true, MaxLength: 60, Hint: "与登记信息表上的姓名一致。"}
	number := web.Field{
		Name: "number", Label: "核验编号", Value: q.number, Required: true, MaxLength: 60,
		Hint: "登记信息表上方的 15 位编号，大小写、空格均可。",
	}
	if fault != nil {
		for _, f := range []*web.Field{&name, &number} {
			if f.Name == fault.Field {
				f.Error = fault.Message
			}
		}
	}
	return map[string]any{"Name": name, "Number": number}
}

// ask shows the form of a module.
func (h *Handler) ask(kind model.FormKind) web.Handler {
	return func(c *gin.Context) error { return h.asked(c, http.StatusOK, kind, question{}, nil) }
}

func (h *Handler) asked(c *gin.Context, status int, kind model.FormKind, q question, fault *model.Error) error {
	data := q.fields(fault)
	data["Kind"] = kind
	return h.o.Web.Page(c, status, "verify/ask", web.Page{Title: kind.Module(), Next: backTo(kind), Data: data})
}

// check answers a posted name and number.
func (h *Handler) check(kind model.FormKind) web.Handler {
	return func(c *gin.Context) error {
		if err := web.Form(c); err != nil {
			return err
		}
		q := question{name: c.PostForm("name"), number: c.PostForm("number")}
		if fault := q.fault(); fault != nil {
			return h.asked(c, http.StatusUnprocessableEntity, kind, q, fault)
		}
		n, _ := form.ParseNumber(q.number) // "" where that is no number: looked up all the same
		asked := model.Question{Kind: kind, Name: q.name, Number: n}
		var found *model.Issued
		right, wait, err := h.guarded(c, q.number, func() (_ bool, err error) {
			found, err = h.o.Store.IssuedIf(c.Request.Context(), n, asked.Matches)
			return found != nil, err
		})
		switch {
		case err != nil:
			return err
		case wait > 0:
			return h.slow(c, kind, wait)
		case !right:
			return h.noMatch(c, kind)
		}
		return h.found(c, *found, nil)
	}
}

// noMatch shows the one page for every name and number that does not match. It
// repeats nothing that was typed: its bytes are always the same.
func (h *Handler) noMatch(c *gin.Context, kind model.FormKind) error {
	return h.o.Web.Page(c, http.StatusOK, "verify/nomatch", web.Page{
		Title: "没有匹配的登记信息", Next: backTo(kind), Data: map[string]any{"Kind": kind, "Again": question{}.fields(nil)},
	})
}
