package main

import (
	"context"
	"fmt"
	"time"

	"quxiang/model"
	"quxiang/model/links"
	"quxiang/wechat"
)

// menuStore keeps the menus that were published.
type menuStore interface {
	AddMenu(ctx context.Context, v model.MenuVersion) (model.MenuVersion, error)
}

// publisher turns our menu into WeChat's and publishes it.
type publisher struct {
	client *wechat.Client
	store  menuStore
	links  links.Links
	now    func() time.Time
}

// Publish validates the menu, publishes it and keeps it. What WeChat refuses is
// not kept.
func (p *publisher) Publish(ctx context.Context, items []model.MenuItem, by model.Actor) error {
	m := p.menu(items)
	if err := m.Validate(); err != nil {
		return model.Invalid("menu", "菜单不符合微信的要求：%v", err).Because(err)
	}
	if err := p.client.CreateMenu(ctx, m); err != nil {
		return fmt.Errorf("publish menu: %w", err)
	}
	_, err := p.store.AddMenu(ctx, model.MenuVersion{
		Set: model.MenuSet{Default: items}, State: model.MenuPublished, By: by, SavedAt: p.now(), DoneAt: p.now(),
	})
	return err
}

func (p *publisher) menu(items []model.MenuItem) wechat.Menu {
	var m wechat.Menu
	for _, it := range items {
		m.Buttons = append(m.Buttons, p.button(it))
	}
	return m
}

func (p *publisher) button(it model.MenuItem) wechat.Button {
	b := wechat.Button{Name: it.Name}
	if len(it.Items) > 0 {
		for _, sub := range it.Items {
			b.SubButtons = append(b.SubButtons, p.button(sub))
		}
		return b
	}
	switch it.Action {
	case model.MenuRegister:
		b.Type, b.URL = "view", p.links.OAuth("/h5/home")
	case model.MenuRebind:
		b.Type, b.URL = "view", p.links.OAuth("/h5/binding")
	case model.MenuVerify:
		b.Type, b.URL = "view", p.links.Home()
	default:
		b.Type, b.Key = "click", string(it.Action)
	}
	return b
}
