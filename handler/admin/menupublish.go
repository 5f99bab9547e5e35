package admin

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"quxiang/handler/web"
	"quxiang/model"
)

// publish puts the draft on the account, now or at a time. What the check refuses
// is told with its place; nothing of it reaches WeChat.
func (h *Handler) publish(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	ctx := v.Request.Context()
	d, err := h.o.Store.MenuDraft(ctx)
	if err != nil {
		return fmt.Errorf("admin: menu draft: %w", err)
	}
	if err := d.Check(seen(v)); err != nil {
		e, _ := asError(err)
		return h.showMenu(v, e)
	}
	if err := model.CheckMenus(d.Set, h.o.Links.Origin()).Err(); err != nil {
		e, _ := asError(err)
		return h.showMenu(v, e)
	}
	now := h.o.Web.Now()
	version := model.MenuVersion{State: model.MenuKept, By: model.ByOperator(v.op), SavedAt: now, Note: strings.TrimSpace(v.PostForm("note"))}
	if v.PostForm("when") == "later" {
		due, err := time.ParseInLocation(dueForm, v.PostForm("due"), model.Shanghai)
		if err != nil {
			return h.showMenu(v, model.Invalid("due", "请填写发布时间，如 2027-06-18 08:00。").Because(err))
		}
		if err := model.CheckMenuDue(due, now); err != nil {
			e, _ := asError(err)
			return h.showMenu(v, e)
		}
		version.State, version.DueAt = model.MenuScheduled, due
	}
	version, err = h.o.Store.AddDraftMenu(ctx, d.Revision, version)
	if err != nil {
		return fmt.Errorf("admin: add menu: %w", err)
	}
	if version.State == model.MenuScheduled {
		h.o.Menu.Plan(version.DueAt)
		if err := h.menuAudit(v, "menu.schedule", version); err != nil {
			return err
		}
		return web.SeeOther(v.Context, menuPath+"?done=scheduled")
	}
	return h.goLive(v, "menu.publish", version)
}

// goLive publishes a version and leads to its page, which tells what became of
// each step.
func (h *Handler) goLive(v visit, action string, version model.MenuVersion) error {
	if _, err := h.o.Menu.Publish(v.Request.Context(), version.ID); err != nil {
		h.o.Web.Logger(v.Context).Warn("menu not published", "version", version.ID, "err", err)
		e, ok := asError(err)
		if !ok {
			return fmt.Errorf("admin: publish menu: %w", err)
		}
		if now, err := h.o.Store.Menu(v.Request.Context(), version.ID); err == nil && now.State == model.MenuKept {
			return h.showMenu(v, e) // another publication is under way: this one has not begun
		}
		if err := h.menuAudit(v, action+".failed", version); err != nil {
			return err
		}
		return web.SeeOther(v.Context, versionPath(version.ID)+"?done=menufailed")
	}
	if err := h.menuAudit(v, action, version); err != nil {
		return err
	}
	return web.SeeOther(v.Context, versionPath(version.ID)+"?done=published")
}

func (h *Handler) menuAudit(v visit, action string, version model.MenuVersion) error {
	a := audit(v.op, action, h.o.Web.Now())
	a.Detail = map[string]string{"version": strconv.FormatInt(version.ID, 10)}
	if err := h.o.Store.AddAudit(v.Request.Context(), a); err != nil {
		return fmt.Errorf("admin: audit: %w", err)
	}
	return nil
}

// liveMenu is what WeChat shows now beside what was published here.
func (h *Handler) liveMenu(v visit) error { return h.showLive(v, nil) }

func (h *Handler) showLive(v visit, fault *model.Error) error {
	ctx := v.Request.Context()
	d, err := h.o.Store.MenuDraft(ctx)
	if err != nil {
		return fmt.Errorf("admin: menu draft: %w", err)
	}
	published, _, err := h.o.Store.PublishedMenu(ctx)
	if err != nil {
		return fmt.Errorf("admin: published menu: %w", err)
	}
	live, err := h.o.Menu.Live(ctx)
	if err != nil {
		e, ok := asError(err)
		if !ok {
			return fmt.Errorf("admin: live menu: %w", err)
		}
		h.o.Web.Logger(v.Context).Warn("live menu not read", "err", err)
		return h.showPage(v, e, "menu_live", "线上菜单", map[string]any{"Read": false})
	}
	data := map[string]any{
		"Read": true, "Live": live, "Menus": h.outlines(live.Set), "Changes": model.CompareLive(published, live), "Revision": d.Revision,
		"Empty": live.Set.Empty(),
	}
	if published != nil {
		data["Published"] = published.ID
	}
	return h.showPage(v, fault, "menu_live", "线上菜单", data)
}

// importMenu makes the live menu the draft. A draft that was not published is kept
// in the history.
func (h *Handler) importMenu(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	live, err := h.o.Menu.Live(v.Request.Context())
	if err != nil {
		if e, ok := asError(err); ok {
			return h.showPage(v, e, "menu_live", "线上菜单", map[string]any{"Read": false})
		}
		return fmt.Errorf("admin: live menu: %w", err)
	}
	return h.replaceDraft(v, model.MenuDraft{Set: live.Set}, "menuimported", h.showLive)
}

// replaceDraft makes a whole set the draft.
func (h *Handler) replaceDraft(v visit, d model.MenuDraft, word string, again func(visit, *model.Error) error) error {
	d.By, d.At = model.ByOperator(v.op), h.o.Web.Now()
	if _, err := h.o.Store.SaveMenuDraft(v.Request.Context(), seen(v), d, true); err != nil {
		if e, ok := asError(err); ok {
			return again(v, e)
		}
		return fmt.Errorf("admin: replace menu draft: %w", err)
	}
	return web.SeeOther(v.Context, menuPath+"?done="+word)
}

// clearPage asks for the account's name before its menu is taken away.
func (h *Handler) clearPage(v visit) error { return h.showClear(v, nil) }

func (h *Handler) showClear(v visit, fault *model.Error) error {
	f := web.Field{Name: "account", Label: "公众号名称", Value: v.PostForm("account"), Required: true, Hint: "请输入“" + h.o.AccountName + "”"}
	if fault != nil {
		f.Error = fault.Message
	}
	return h.showPage(v, fault, "menu_clear", "清空菜单", map[string]any{"Name": h.o.AccountName, "Field": f})
}

func (h *Handler) clearMenu(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	if strings.TrimSpace(v.PostForm("account")) != h.o.AccountName {
		return h.showClear(v, model.Invalid("account", "名称不一致，没有清空。请输入“%s”。", h.o.AccountName))
	}
	version, err := h.o.Store.AddMenu(v.Request.Context(), model.MenuVersion{
		State: model.MenuKept, Note: "清空菜单", By: model.ByOperator(v.op), SavedAt: h.o.Web.Now(),
	})
	if err != nil {
		return fmt.Errorf("admin: add menu: %w", err)
	}
	return h.goLive(v, "menu.clear", version)
}
