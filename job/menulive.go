package job

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"quxiang/model"
	"quxiang/wechat"
)

// platformCodes are WeChat's numbers of the platforms.
var platformCodes = map[model.MenuPlatform]string{
	model.PlatformIOS: wechat.PlatformIOS, model.PlatformAndroid: wechat.PlatformAndroid, model.PlatformOther: wechat.PlatformOther,
}

// buttons are our buttons in WeChat's words.
func (m *Menus) buttons(items []model.MenuItem) []wechat.Button {
	var out []wechat.Button
	for _, it := range items {
		b := wechat.Button{Name: it.Name}
		switch {
		case len(it.Items) > 0:
			b.SubButtons = m.buttons(it.Items)
		case it.Action != "":
			t, value := m.o.Links.MenuButton(it.Action)
			b.Type = string(t)
			if t == model.MenuView {
				b.URL = value
			} else {
				b.Key = value
			}
		default:
			b.Type, b.Key, b.URL, b.AppID, b.PagePath = string(it.Type), it.Key, it.URL, it.AppID, it.PagePath
			b.MediaID, b.ArticleID = it.MediaID, it.ArticleID
		}
		out = append(out, b)
	}
	return out
}

// items are WeChat's buttons in our words: what is a built-in action of ours is
// known again.
func (m *Menus) items(buttons []wechat.Button) []model.MenuItem {
	var out []model.MenuItem
	for _, b := range buttons {
		it := model.MenuItem{Name: b.Name, Items: m.items(b.SubButtons)}
		value := b.Key
		if b.Type == string(model.MenuView) {
			value = b.URL
		}
		if a, ok := m.o.Links.MenuAction(model.MenuType(b.Type), value); ok {
			it.Action = a
		} else if len(it.Items) == 0 {
			it.Type, it.Key, it.URL, it.AppID, it.PagePath = model.MenuType(b.Type), b.Key, b.URL, b.AppID, b.PagePath
			it.MediaID, it.ArticleID = b.MediaID, b.ArticleID
		}
		out = append(out, it)
	}
	return out
}

// Live reads what the account shows now, whoever set it.
func (m *Menus) Live(ctx context.Context) (model.MenuLive, error) {
	api, has, err := m.o.Client.Menus(ctx)
	if err != nil {
		return model.MenuLive{}, menuError(err, "没有读到线上菜单")
	}
	self, err := m.o.Client.SelfMenu(ctx)
	if err != nil {
		return model.MenuLive{}, menuError(err, "没有读到线上菜单")
	}
	live := model.MenuLive{Digest: digestOf(api, self), Closed: !self.Open && len(self.Buttons) > 0}
	if !has {
		live.Set.Default = m.console(self.Buttons, &live)
		return live, nil
	}
	live.Set.Default = m.items(api.Default.Buttons)
	names := map[string]string{}
	for _, c := range api.Conditional {
		if c.Rule.TagID != "" && len(names) == 0 {
			tags, err := m.o.Client.Tags(ctx)
			if err != nil {
				return live, menuError(err, "没有读到公众号的标签")
			}
			for _, t := range tags {
				names[strconv.FormatInt(t.ID, 10)] = t.Name
			}
		}
		one := model.ConditionalMenu{Items: m.items(c.Buttons)}
		if c.Rule.TagID != "" {
			if one.Tag = names[c.Rule.TagID]; one.Tag == "" {
				one.Tag = "标签" + c.Rule.TagID
				live.Notes = append(live.Notes, fmt.Sprintf("一个个性化菜单使用的标签（编号 %s）已不存在，请换一个条件。", c.Rule.TagID))
			}
		}
		for p, code := range platformCodes {
			if code == c.Rule.Platform {
				one.Platform = p
			}
		}
		live.Set.Conditional = append(live.Set.Conditional, one)
	}
	return live, nil
}

// console reads buttons that were set in WeChat's own console; what they send
// cannot always be kept.
func (m *Menus) console(buttons []wechat.SelfButton, live *model.MenuLive) []model.MenuItem {
	var out []model.MenuItem
	for _, b := range buttons {
		it := m.items([]wechat.Button{b.Button})[0]
		it.Items = m.console(b.Sub, live)
		note := func(format string, args ...any) {
			live.Notes = append(live.Notes, "“"+b.Name+"”"+fmt.Sprintf(format, args...))
		}
		switch b.Type {
		case "text":
			it.Type, it.Key = model.MenuClick, "text-"+shortDigest(b.Value)
			note("原来回复一段文字，导入后是关键字“%s”，请设置它的回复。原文：%s", it.Key, model.Shorten(b.Value, 100))
		case "img", "photo", "voice":
			it.Type, it.MediaID = model.MenuMedia, b.Value
		case "video":
			it.Type, it.URL = model.MenuView, b.Value
			note("原来发送视频，导入后打开视频的链接。")
		case "news":
			it.Type, it.MediaID = model.MenuMediaView, b.Value
			if len(b.News) > 0 && strings.HasPrefix(b.News[0].URL, "http") {
				it.Type, it.MediaID, it.URL = model.MenuView, "", b.News[0].URL
				note("原来发送图文，导入后打开图文“%s”的链接。", model.Shorten(b.News[0].Title, 40))
			}
		}
		out = append(out, it)
	}
	return out
}

func shortDigest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:4])
}

// digestOf stands for all that WeChat tells of the live menu, IDs aside.
func digestOf(api wechat.Menus, self wechat.SelfMenu) string {
	data, err := json.Marshal(struct {
		API  wechat.Menus
		Self wechat.SelfMenu
	}{api, self})
	if err != nil {
		return "" // plain structs: there is no error
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// Match returns the menu that a follower sees, named by openid or WeChat name.
func (m *Menus) Match(ctx context.Context, user string) ([]model.MenuItem, error) {
	shown, err := m.o.Client.TryMatch(ctx, user)
	if e, ok := errors.AsType[*wechat.Error](err); ok && e.Code == wechat.CodeMenuUser {
		return nil, model.Invalid("user", "没有找到这位关注者，请确认他已关注公众号，并核对输入的内容（微信错误码 %d）。", e.Code)
	}
	if err != nil {
		return nil, menuError(err, "没有读到这位关注者的菜单")
	}
	return m.items(shown.Buttons), nil
}

// Tags names the account's tags, our own first.
func (m *Menus) Tags(ctx context.Context) ([]string, error) {
	tags, err := m.o.Client.Tags(ctx)
	if err != nil {
		return model.OwnTags(), menuError(err, "没有读到公众号的标签")
	}
	names := model.OwnTags()
	seen := map[string]bool{}
	for _, n := range names {
		seen[n] = true
	}
	for _, t := range tags {
		if !seen[t.Name] {
			seen[t.Name] = true
			names = append(names, t.Name)
		}
	}
	return names, nil
}
