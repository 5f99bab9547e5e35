package admin

import (
	"fmt"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
)

// menuHistory is how many versions a page lists.
const menuHistory = 20

func versionPath(id int64) string { return historyPath + "/" + strconv.FormatInt(id, 10) }

// versionLine is one line of the history.
type versionLine struct {
	ID                           int64
	Href, When, Who, State, Note string
	Current                      bool
}

// history lists all versions, newest first.
func (h *Handler) history(v visit) error {
	ctx := v.Request.Context()
	before, err := strconv.ParseInt(v.DefaultQuery("before", "0"), 10, 64)
	if err != nil {
		return model.Invalid("before", "这个列表地址不完整，请从菜单页面重新进入。").Because(err)
	}
	found, err := h.o.Store.Menus(ctx, before, menuHistory+1)
	if err != nil {
		return fmt.Errorf("admin: menus: %w", err)
	}
	published, _, err := h.o.Store.PublishedMenu(ctx)
	if err != nil {
		return fmt.Errorf("admin: published menu: %w", err)
	}
	var pager web.Pager
	if len(found) > menuHistory {
		found = found[:menuHistory]
		pager.Next = fmt.Sprintf("%s?before=%d", historyPath, found[menuHistory-1].ID)
	}
	if before > 0 {
		pager.Prev = historyPath
	}
	lines := make([]versionLine, len(found))
	for i, m := range found {
		lines[i] = versionLine{
			ID: m.ID, Href: versionPath(m.ID), When: model.Minute(m.SavedAt), Who: actor(m.By), State: m.State.Chinese(), Note: m.Note,
			Current: published != nil && published.ID == m.ID,
		}
		if !m.DoneAt.IsZero() {
			lines[i].When = model.Minute(m.DoneAt)
		}
	}
	return h.showPage(v, nil, "menu_history", "菜单历史", map[string]any{"Lines": lines, "Pager": pager})
}

// outline is one menu of a set, with its preview.
type outline struct {
	Title string
	Phone phoneMenu
	Lines []menuLine
}

func (h *Handler) outlines(set model.MenuSet) []outline {
	var out []outline
	for n := range set.Menus() {
		out = append(out, outline{Title: set.Title(n), Phone: h.phone(set.Of(n)), Lines: menuLines(set, n, model.MenuReport{})})
	}
	return out
}

// versionOf is the version that the address names.
func (h *Handler) versionOf(v visit) (model.MenuVersion, error) {
	id, err := strconv.ParseInt(v.Param("id"), 10, 64)
	if err != nil {
		return model.MenuVersion{}, model.Errorf(model.CodeNotFound, "没有这一版菜单。")
	}
	m, err := h.o.Store.Menu(v.Request.Context(), id)
	if err != nil {
		return m, fmt.Errorf("admin: menu: %w", err)
	}
	return m, nil
}

// version shows one version: what it holds, what became of it, and how it differs
// from another (?with=), by default from what is published.
func (h *Handler) version(v visit) error { return h.showVersion(v, nil) }

func (h *Handler) showVersion(v visit, fault *model.Error) error {
	ctx := v.Request.Context()
	m, err := h.versionOf(v)
	if err != nil {
		return err
	}
	d, err := h.o.Store.MenuDraft(ctx)
	if err != nil {
		return fmt.Errorf("admin: menu draft: %w", err)
	}
	published, _, err := h.o.Store.PublishedMenu(ctx)
	if err != nil {
		return fmt.Errorf("admin: published menu: %w", err)
	}
	with, title, err := h.compared(v, m, published)
	if err != nil {
		return err
	}
	cells := web.Cells{Items: []web.Cell{{Label: "状态", Value: m.State.Chinese()}, {Label: "保存", Value: model.Minute(m.SavedAt), Note: actor(m.By)}}}
	if !m.DueAt.IsZero() {
		cells.Items = append(cells.Items, web.Cell{Label: "定时", Value: model.Minute(m.DueAt)})
	}
	if !m.DoneAt.IsZero() {
		cells.Items = append(cells.Items, web.Cell{Label: "结果时间", Value: model.Minute(m.DoneAt)})
	}
	if m.Note != "" {
		cells.Items = append(cells.Items, web.Cell{Label: "说明", Value: m.Note})
	}
	current := published != nil && published.ID == m.ID
	data := map[string]any{
		"Version": m, "Cells": cells, "Menus": h.outlines(m.Set), "Revision": d.Revision, "Path": versionPath(m.ID), "Empty": m.Set.Empty(),
		"Scheduled": m.State == model.MenuScheduled, "Current": current, "Compared": title, "Changes": []model.MenuChange(nil),
		"Failed": m.State == model.MenuFailed,
	}
	if with != nil {
		data["Changes"] = model.DiffMenus(with.Set, m.Set)
	}
	if m.State == model.MenuFailed && published != nil {
		data["Former"] = published.ID
	}
	return h.showPage(v, fault, "menu_version", fmt.Sprintf("菜单第 %d 版", m.ID), data)
}

// compared is the version with which one is compared: the one that ?with= names,
// the one before it when it is published, or else what is published.
func (h *Handler) compared(v visit, m model.MenuVersion, published *model.MenuVersion) (*model.MenuVersion, string, error) {
	ctx := v.Request.Context()
	if text := v.Query("with"); text != "" {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, "", model.Errorf(model.CodeNotFound, "没有这一版菜单。")
		}
		other, err := h.o.Store.Menu(ctx, id)
		if err != nil {
			return nil, "", fmt.Errorf("admin: menu: %w", err)
		}
		return &other, fmt.Sprintf("与第 %d 版相比", id), nil
	}
	if published != nil && published.ID != m.ID {
		return published, fmt.Sprintf("与已发布的第 %d 版相比", published.ID), nil
	}
	earlier, err := h.o.Store.Menus(ctx, m.ID, 50)
	if err != nil {
		return nil, "", fmt.Errorf("admin: menus: %w", err)
	}
	for i := range earlier {
		if earlier[i].State == model.MenuPublished {
			return &earlier[i], fmt.Sprintf("与之前的第 %d 版相比", earlier[i].ID), nil
		}
	}
	return nil, "", nil
}

// restore publishes an old version again, the whole set, as a new version.
func (h *Handler) restore(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	m, err := h.versionOf(v)
	if err != nil {
		return err
	}
	if m.Set.Empty() {
		return web.SeeOther(v.Context, menuPath+"/clear")
	}
	if err := model.CheckMenus(m.Set, h.o.Links.Origin()).Err(); err != nil {
		e, _ := asError(err)
		return h.showVersion(v, e)
	}
	version, err := h.o.Store.AddMenu(v.Request.Context(), model.MenuVersion{
		Set: m.Set, State: model.MenuKept, Note: fmt.Sprintf("回滚到第 %d 版", m.ID), By: model.ByOperator(v.op), SavedAt: h.o.Web.Now(),
	})
	if err != nil {
		return fmt.Errorf("admin: add menu: %w", err)
	}
	return h.goLive(v, "menu.restore", version)
}

// loadVersion makes an old version the draft.
func (h *Handler) loadVersion(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	m, err := h.versionOf(v)
	if err != nil {
		return err
	}
	return h.replaceDraft(v, model.MenuDraft{Set: m.Set, Base: m.ID}, "menuloaded", h.showVersion)
}

// callOff cancels a scheduled version.
func (h *Handler) callOff(v visit) error {
	m, err := h.versionOf(v)
	if err != nil {
		return err
	}
	if err := h.o.Store.CallOffMenu(v.Request.Context(), m.ID, h.o.Web.Now()); err != nil {
		if e, ok := asError(err); ok {
			return h.showVersion(v, e)
		}
		return fmt.Errorf("admin: call off menu: %w", err)
	}
	if err := h.menuAudit(v, "menu.calloff", m); err != nil {
		return err
	}
	return web.SeeOther(v.Context, versionPath(m.ID)+"?done=calledoff")
}
