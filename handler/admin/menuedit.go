package admin

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
)

// seen is the revision of the draft on which a form was made.
func seen(v visit) int {
	n, err := strconv.Atoi(v.PostForm("revision"))
	if err != nil {
		return -1 // no draft has it: the answer is that of a changed one
	}
	return n
}

// saveDraft changes the draft that the form has seen. The error is of code
// CodeChanged when somebody else was first.
func (h *Handler) saveDraft(v visit, change func(model.MenuSet) (model.MenuSet, error)) error {
	ctx := v.Request.Context()
	d, err := h.o.Store.MenuDraft(ctx)
	if err != nil {
		return fmt.Errorf("admin: menu draft: %w", err)
	}
	revision := seen(v)
	if err := d.Check(revision); err != nil {
		return err
	}
	if d.Set, err = change(d.Set); err != nil {
		return err
	}
	d.By, d.At = model.ByOperator(v.op), h.o.Web.Now()
	if _, err = h.o.Store.SaveMenuDraft(ctx, revision, d, false); err != nil {
		return fmt.Errorf("admin: save menu draft: %w", err)
	}
	return nil
}

// editDraft is a post that changes the draft and leads back to the menu; what is
// refused is told there, on the draft as it is now.
func (h *Handler) editDraft(v visit, menu func() int, change func(model.MenuSet) (model.MenuSet, error)) error {
	if err := h.saveDraft(v, change); err != nil {
		e, ok := asError(err)
		if !ok {
			return err
		}
		return h.showMenu(v, e)
	}
	return web.SeeOther(v.Context, menuAt(menu())+"&done=menusaved")
}

// moveItem moves a button: up, down, or to where it was dropped.
func (h *Handler) moveItem(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	from, err1 := placeAt(v.PostForm("path"))
	to, err2 := placeAt(v.PostForm("to"))
	if err := cmp.Or(err1, err2); err != nil {
		return err
	}
	return h.editDraft(v, func() int { return from.Menu }, func(s model.MenuSet) (model.MenuSet, error) { return s.Move(from, to) })
}

func (h *Handler) removeItem(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	p, err := placeAt(v.PostForm("path"))
	if err != nil {
		return err
	}
	return h.editDraft(v, func() int { return p.Menu }, func(s model.MenuSet) (model.MenuSet, error) { return s.Remove(p) })
}

// condition are the fields that say for whom a conditional menu is. Where WeChat
// cannot be asked, our own tags and the present one are offered.
type condition struct {
	Tag, Platform web.Choices
}

func (h *Handler) condition(ctx context.Context, c model.ConditionalMenu) condition {
	asking, cancel := context.WithTimeout(ctx, watchPatience)
	defer cancel()
	names, err := h.o.Menu.Tags(asking)
	if err != nil {
		names = model.OwnTags()
	}
	if c.Tag != "" && !slices.Contains(names, c.Tag) {
		names = append(names, c.Tag)
	}
	f := condition{
		Tag:      web.Choices{Name: "tag", Label: "标签", Items: []web.Choice{{Text: "不限标签", Chosen: c.Tag == ""}}},
		Platform: web.Choices{Name: "platform", Label: "手机类型", Items: []web.Choice{{Text: "不限手机类型", Chosen: c.Platform == ""}}},
	}
	for _, n := range names {
		f.Tag.Items = append(f.Tag.Items, web.Choice{Value: n, Text: n, Chosen: n == c.Tag})
	}
	for _, p := range model.MenuPlatforms() {
		f.Platform.Items = append(f.Platform.Items, web.Choice{Value: string(p), Text: p.Chinese(), Chosen: p == c.Platform})
	}
	return f
}

// conditional is the form that says for whom a conditional menu is; menu 0 is a new
// one.
func (h *Handler) conditional(v visit) error {
	d, err := h.o.Store.MenuDraft(v.Request.Context())
	if err != nil {
		return fmt.Errorf("admin: menu draft: %w", err)
	}
	n, c, title, do := menuNumber(v, d.Set), model.ConditionalMenu{}, "添加个性化菜单", "add"
	if n > 0 {
		c, title, do = d.Set.Conditional[n-1], "给谁看", "set"
	}
	return h.showPage(v, nil, "menu_conditional", title, map[string]any{
		"Menu": n, "Revision": d.Revision, "Do": do, "Condition": h.condition(v.Request.Context(), c), "Back": menuAt(n),
	})
}

// changeConditional adds, moves or removes a conditional menu, or changes for whom
// it is.
func (h *Handler) changeConditional(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	n, _ := strconv.Atoi(v.PostForm("menu")) // a menu that is none is refused below
	tag, platform := v.PostForm("tag"), model.MenuPlatform(v.PostForm("platform"))
	at := n
	return h.editDraft(v, func() int { return at }, func(s model.MenuSet) (model.MenuSet, error) {
		switch v.PostForm("do") {
		case "add":
			if tag == "" && platform == "" {
				return s, model.Invalid("tag", "请选择标签或手机类型，至少一项：个性化菜单要说明给谁看。")
			}
			at = s.Menus()
			return s.AddConditional(tag, platform)
		case "raise":
			at = n - 1
			return s.RaiseConditional(n)
		case "remove":
			at = 0
			return s.RemoveConditional(n)
		}
		return s.SetCondition(n, tag, platform)
	})
}
