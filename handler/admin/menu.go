package admin

import (
	"fmt"

	"quxiang/handler/web"
	"quxiang/model"
)

// button is a menu's button in words.
type button struct {
	Name, Does string
	Items      []button
}

func buttons(items []model.MenuItem) []button {
	out := make([]button, 0, len(items))
	for _, it := range items {
		out = append(out, button{Name: it.Name, Does: it.Does(), Items: buttons(it.Items)})
	}
	return out
}

// menu previews the account's menu as a phone shows it, and tells who has
// published which before.
func (h *Handler) menu(v visit) error { return h.showMenu(v, nil) }

func (h *Handler) showMenu(v visit, fault *model.Error) error {
	history, err := h.o.Store.Menus(v.Request.Context(), 0, 5)
	if err != nil {
		return fmt.Errorf("admin: menus: %w", err)
	}
	published := web.Cells{Title: "发布记录"}
	for i, m := range history {
		c := web.Cell{Label: model.Minute(m.DoneAt), Value: actor(m.By)}
		if i == 0 {
			c.Note = "当前使用中"
		}
		published.Items = append(published.Items, c)
	}
	p := web.Page{Title: "公众号菜单", Banner: done(v.Query("done")), Next: "/admin/menu", Data: map[string]any{
		"Buttons": buttons(model.DefaultMenu().Default), "Published": published, "Origin": h.o.Links.Origin(),
		"Publish": web.Post{Action: "/admin/menu/publish", Text: "发布菜单"},
	}}
	if fault != nil {
		p.Banner = append(p.Banner, web.Banner{Kind: web.BannerError, Text: fault.Message})
	}
	return h.show(v, status(fault), "menu", p)
}

// publish puts the menu on the account.
func (h *Handler) publish(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	ctx := v.Request.Context()
	err := h.o.Menu.Publish(ctx, model.DefaultMenu().Default, model.ByOperator(v.op))
	if err != nil {
		e, ok := asError(err)
		if !ok {
			e = model.Errorf(model.CodeUnavailable, "菜单没有发布：微信暂时没有接受。请稍后再试，或联系系统管理员查看日志。").Because(err)
		}
		h.o.Web.Logger(v.Context).Warn("menu not published", "err", err)
		return h.showMenu(v, e)
	}
	if err := h.o.Store.AddAudit(ctx, audit(v.op, "menu.publish", h.o.Web.Now())); err != nil {
		return fmt.Errorf("admin: audit: %w", err)
	}
	return web.SeeOther(v.Context, "/admin/menu?done=published")
}
