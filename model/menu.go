package model

import (
	"fmt"
	"slices"
	"strings"
)

// MenuAction is a built-in action that a button can have, so that nobody types
// an address by hand.
type MenuAction string

// The built-in actions.
const (
	MenuRegister MenuAction = "register" // 去向登记: opens the next step
	MenuProgress MenuAction = "progress" // 办理进度: answered in the chat
	MenuVerify   MenuAction = "verify"   // 核验入口
	MenuDeadline MenuAction = "deadline" // 截止日期: answered in the chat
	MenuRebind   MenuAction = "rebind"   // 换绑微信
	MenuHelp     MenuAction = "help"     // 帮助: answered in the chat
)

// MenuActions lists the built-in actions in the order in which they are offered.
func MenuActions() []MenuAction {
	return []MenuAction{MenuRegister, MenuProgress, MenuVerify, MenuDeadline, MenuRebind, MenuHelp}
}

// Chinese names the action; "" for one that does not exist.
func (a MenuAction) Chinese() string {
	return map[MenuAction]string{
		MenuRegister: "去向登记", MenuProgress: "办理进度", MenuVerify: "核验入口",
		MenuDeadline: "截止日期", MenuRebind: "换绑微信", MenuHelp: "帮助",
	}[a]
}

// Does says what happens on the phone.
func (a MenuAction) Does() string {
	return map[MenuAction]string{
		MenuRegister: "打开毕业去向登记（已绑定的直接进入下一步）",
		MenuProgress: "在对话中回复办理进度",
		MenuVerify:   "打开在线核验入口",
		MenuDeadline: "在对话中回复截止日期",
		MenuRebind:   "打开微信绑定页面",
		MenuHelp:     "在对话中回复帮助",
	}[a]
}

// MenuType is WeChat's type of a button that has no built-in action.
type MenuType string

// The types of WeChat's page on custom menus.
const (
	MenuClick        MenuType = "click"
	MenuView         MenuType = "view"
	MenuScanPush     MenuType = "scancode_push"
	MenuScanWait     MenuType = "scancode_waitmsg"
	MenuPhoto        MenuType = "pic_sysphoto"
	MenuPhotoOrAlbum MenuType = "pic_photo_or_album"
	MenuAlbum        MenuType = "pic_weixin"
	MenuLocation     MenuType = "location_select"
	MenuMiniProgram  MenuType = "miniprogram"
	MenuMedia        MenuType = "media_id"
	MenuMediaView    MenuType = "view_limited"
	MenuArticle      MenuType = "article_id"
	MenuArticleView  MenuType = "article_view_limited"
)

// MenuTypes lists the types, the common ones first.
func MenuTypes() []MenuType {
	return []MenuType{
		MenuView, MenuClick, MenuMiniProgram, MenuScanWait, MenuScanPush, MenuPhoto, MenuPhotoOrAlbum, MenuAlbum, MenuLocation,
		MenuArticle, MenuArticleView, MenuMedia, MenuMediaView,
	}
}

// Chinese names the type; "" for one that does not exist.
func (t MenuType) Chinese() string {
	return map[MenuType]string{
		MenuClick: "关键字回复", MenuView: "打开网页", MenuScanPush: "扫码（微信打开结果）", MenuScanWait: "扫码（由本系统处理）",
		MenuPhoto: "拍照", MenuPhotoOrAlbum: "拍照或选图", MenuAlbum: "从相册选图", MenuLocation: "发送位置",
		MenuMiniProgram: "打开小程序", MenuMedia: "发送素材", MenuMediaView: "打开图文素材", MenuArticle: "发送已发布的图文", MenuArticleView: "打开已发布的图文",
	}[t]
}

// MenuItem is one button, or a button with items below it. Exactly one of
// Action, Type and Items says which.
type MenuItem struct {
	Name   string     `json:"name" yaml:"name"`
	Action MenuAction `json:"action,omitempty" yaml:"action,omitempty"`
	Type   MenuType   `json:"type,omitempty" yaml:"type,omitempty"`
	// Key is for click, scancode_*, pic_* and location_select.
	Key string `json:"key,omitempty" yaml:"key,omitempty"`
	// URL is for view, and the fallback of miniprogram.
	URL string `json:"url,omitempty" yaml:"url,omitempty"`
	// AppID and PagePath are for miniprogram.
	AppID    string `json:"appid,omitempty" yaml:"appid,omitempty"`
	PagePath string `json:"pagepath,omitempty" yaml:"pagepath,omitempty"`
	// MediaID is for media_id and view_limited.
	MediaID string `json:"media_id,omitempty" yaml:"media_id,omitempty"`
	// ArticleID is for article_id and article_view_limited.
	ArticleID string     `json:"article_id,omitempty" yaml:"article_id,omitempty"`
	Items     []MenuItem `json:"items,omitempty" yaml:"items,omitempty"`
}

// Does says what happens on the phone when the button is pressed.
func (it MenuItem) Does() string {
	switch {
	case len(it.Items) > 0:
		return fmt.Sprintf("展开 %d 个子按钮", len(it.Items))
	case it.Action != "":
		return it.Action.Does()
	case it.Type == "":
		return "还没有设置"
	case it.Type == MenuView:
		return "打开 " + it.URL
	case it.Type == MenuClick:
		return "回复关键字“" + it.Key + "”的内容"
	case it.Type == MenuMiniProgram:
		return "打开小程序 " + it.AppID
	}
	return it.Type.Chinese()
}

// MenuPlatform is the kind of phone that a conditional menu is for.
type MenuPlatform string

// The platforms that WeChat tells apart (client_platform_type).
const (
	PlatformIOS     MenuPlatform = "ios"
	PlatformAndroid MenuPlatform = "android"
	PlatformOther   MenuPlatform = "other"
)

// MenuPlatforms lists them.
func MenuPlatforms() []MenuPlatform {
	return []MenuPlatform{PlatformIOS, PlatformAndroid, PlatformOther}
}

// Chinese names the platform; "" for one that does not exist.
func (p MenuPlatform) Chinese() string {
	return map[MenuPlatform]string{PlatformIOS: "苹果手机", PlatformAndroid: "安卓手机", PlatformOther: "其他设备"}[p]
}

// The account's own tags, which follow the state of the graduate.
const (
	TagUnbound = "未绑定"
	TagConfirm = "待确认"
	TagDone    = "已确认"
)

// OwnTags lists them in the order of the flow.
func OwnTags() []string { return []string{TagUnbound, TagConfirm, TagDone} }

// ConditionalMenu is shown in place of the default menu to followers who carry
// the tag and use the platform; an empty condition matches all.
type ConditionalMenu struct {
	Tag      string       `json:"tag,omitempty" yaml:"tag,omitempty"` // by its name on the account
	Platform MenuPlatform `json:"platform,omitempty" yaml:"platform,omitempty"`
	Items    []MenuItem   `json:"items" yaml:"items"`
}

// Condition says for whom the menu is.
func (c ConditionalMenu) Condition() string {
	var parts []string
	if c.Tag != "" {
		parts = append(parts, "标签“"+c.Tag+"”")
	}
	if c.Platform != "" {
		name := c.Platform.Chinese()
		if name == "" {
			name = string(c.Platform)
		}
		parts = append(parts, name)
	}
	if len(parts) == 0 {
		return "未设置条件"
	}
	return strings.Join(parts, " · ")
}

// MenuSet is the account's whole menu. Of the conditional menus that match a
// follower the first in this order is shown.
type MenuSet struct {
	Default     []MenuItem        `json:"default" yaml:"default"`
	Conditional []ConditionalMenu `json:"conditional,omitempty" yaml:"conditional,omitempty"`
}

// Empty reports whether the set leaves the account without any menu.
func (m MenuSet) Empty() bool { return len(m.Default) == 0 && len(m.Conditional) == 0 }

// Menus is how many menus there are, the default one included.
func (m MenuSet) Menus() int { return 1 + len(m.Conditional) }

// Of returns the items of the menu n: 0 is the default one, n the nth
// conditional one; nil when there is none.
func (m MenuSet) Of(n int) []MenuItem {
	switch {
	case n == 0:
		return m.Default
	case n > 0 && n <= len(m.Conditional):
		return m.Conditional[n-1].Items
	}
	return nil
}

// Title names the menu n.
func (m MenuSet) Title(n int) string {
	if n > 0 && n <= len(m.Conditional) {
		return "个性化菜单（" + m.Conditional[n-1].Condition() + "）"
	}
	return "默认菜单"
}

// Clone is a copy that shares nothing with m.
func (m MenuSet) Clone() MenuSet {
	out := MenuSet{Default: cloneItems(m.Default), Conditional: slices.Clone(m.Conditional)}
	for i := range out.Conditional {
		out.Conditional[i].Items = cloneItems(out.Conditional[i].Items)
	}
	return out
}

func cloneItems(items []MenuItem) []MenuItem {
	out := slices.Clone(items)
	for i := range out {
		out[i].Items = cloneItems(out[i].Items)
	}
	return out
}

// Tags lists the names of the tags that the conditions use, each once.
func (m MenuSet) Tags() []string {
	var tags []string
	for _, c := range m.Conditional {
		if c.Tag != "" && !slices.Contains(tags, c.Tag) {
			tags = append(tags, c.Tag)
		}
	}
	return tags
}

// DefaultMenu is the menu of a new account (screens, Chat).
func DefaultMenu() MenuSet {
	return MenuSet{Default: []MenuItem{
		{Name: "去向登记", Action: MenuRegister},
		{Name: "办理进度", Action: MenuProgress},
		{Name: "更多", Items: []MenuItem{
			{Name: "核验入口", Action: MenuVerify},
			{Name: "截止日期", Action: MenuDeadline},
			{Name: "换绑微信", Action: MenuRebind},
			{Name: "帮助", Action: MenuHelp},
		}},
	}}
}
