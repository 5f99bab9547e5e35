package admin

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"quxiang/handler/web"
	"quxiang/model"
)

// itemForm is the form of one button.
type itemForm struct {
	Action           string
	Path, Below      string
	Menu, Revision   int
	Name             web.Field
	Kind             web.Choices
	Fields           []itemField
	Where            *web.Choices
	Place            string
	Phone            phoneMenu
	Faults           []model.MenuFault
	Back             string
	Now              *phoneMenu // of the draft as it is, when somebody else has changed it
	NameBytes, Limit int
}

// itemField is a field with the kinds of buttons that need it.
type itemField struct {
	web.Field
	For string
}

// kindParent is the choice of a button that only opens a list.
const kindParent = "parent"

func kindOf(it model.MenuItem) string {
	switch {
	case it.Action != "":
		return "action:" + string(it.Action)
	case it.Type != "":
		return "type:" + string(it.Type)
	}
	return kindParent
}

// readItem is the button that was typed; only the fields that its kind needs.
func readItem(v visit) model.MenuItem {
	it := model.MenuItem{Name: strings.TrimSpace(v.PostForm("name"))}
	kind, value, _ := strings.Cut(v.PostForm("kind"), ":")
	switch kind {
	case "action":
		it.Action = model.MenuAction(value)
	case "type":
		it.Type = model.MenuType(value)
	}
	for _, name := range it.Type.Fields() {
		text := strings.TrimSpace(v.PostForm(name))
		switch name {
		case "key":
			it.Key = text
		case "url":
			it.URL = text
		case "appid":
			it.AppID = text
		case "pagepath":
			it.PagePath = text
		case "media_id":
			it.MediaID = text
		case "article_id":
			it.ArticleID = text
		}
	}
	return it
}

func itemKinds(it model.MenuItem, top bool) web.Choices {
	c := web.Choices{Name: "kind", Label: "点击后", Required: true}
	add := func(value, text string) {
		c.Items = append(c.Items, web.Choice{Value: value, Text: text, Chosen: value == kindOf(it)})
	}
	if top || kindOf(it) == kindParent {
		text := "展开子按钮"
		if !top {
			text = "（请选择）"
		}
		add(kindParent, text)
	}
	for _, a := range model.MenuActions() {
		add("action:"+string(a), "内置功能 · "+a.Chinese()+"："+a.Does())
	}
	for _, t := range model.MenuTypes() {
		add("type:"+string(t), t.Chinese())
	}
	return c
}

// itemFields are all fields, each with the kinds that need it: without scripts all
// are shown.
func itemFields(it model.MenuItem, faults []model.MenuFault) []itemField {
	of := []itemField{
		{Field: web.Field{Name: "url", Label: "链接", Value: it.URL, InputMode: "url", Hint: "以 https:// 开头的完整网页地址。需要时填写：打开网页、打开小程序（旧版微信打开这个网页）"}},
		{Field: web.Field{Name: "key", Label: "关键字", Value: it.Key, Hint: "最多 128 字节，点击后回复这个关键字的内容。需要时填写：关键字回复、扫码、拍照、选图、发送位置"}},
		{Field: web.Field{Name: "appid", Label: "小程序 AppID", Value: it.AppID, Hint: "以 wx 开头，小程序须已与公众号关联。需要时填写：打开小程序"}},
		{Field: web.Field{Name: "pagepath", Label: "小程序页面", Value: it.PagePath, Hint: "如 pages/index/index。需要时填写：打开小程序"}},
		{Field: web.Field{Name: "article_id", Label: "图文编号", Value: it.ArticleID, Hint: "已发布图文的 article_id。需要时填写：发送或打开已发布的图文"}},
		{Field: web.Field{Name: "media_id", Label: "素材编号", Value: it.MediaID, Hint: "永久素材的 media_id。需要时填写：发送素材、打开图文素材"}},
	}
	for i := range of {
		f := &of[i]
		f.Depends = true
		for _, t := range model.MenuTypes() {
			if slices.Contains(t.Fields(), f.Name) {
				f.For += " type:" + string(t)
			}
		}
		f.For = strings.TrimSpace(f.For)
		f.Error = faultOf(faults, f.Name)
	}
	return of
}

func faultOf(faults []model.MenuFault, field string) string {
	for _, f := range faults {
		if f.Field == field {
			return f.Problem + f.Advice
		}
	}
	return ""
}

// item is the form of a button that is there (path) or of a new one (below).
func (h *Handler) item(v visit) error {
	d, err := h.o.Store.MenuDraft(v.Request.Context())
	if err != nil {
		return fmt.Errorf("admin: menu draft: %w", err)
	}
	if below := v.Query("below"); below != "" {
		it := model.MenuItem{}
		return h.showItem(v, nil, d, "", below, it)
	}
	p, err := placeAt(v.Query("path"))
	if err != nil {
		return err
	}
	it, ok := d.Set.Item(p)
	if !ok {
		return model.Errorf(model.CodeNotFound, "这个按钮已经不在草稿里了，请从菜单页面重新进入。")
	}
	return h.showItem(v, nil, d, v.Query("path"), "", it)
}

func (h *Handler) showItem(v visit, fault *model.Error, d model.MenuDraft, path, below string, it model.MenuItem) error {
	p, err := placeAt(cmp.Or(path, below))
	if err != nil {
		return err
	}
	if p.Menu >= d.Set.Menus() {
		p.Menu = 0
	}
	f := itemForm{
		Action: menuPath + "/item", Path: path, Below: below, Menu: p.Menu, Revision: d.Revision, Back: menuAt(p.Menu),
		NameBytes: len(it.Name),
	}
	top := path != "" && p.Item < 0 || path == "" && p.Column < 0
	f.Limit = model.MaxMenuSubName
	if top {
		f.Limit = model.MaxMenuName
	}
	title := "添加按钮"
	if path != "" {
		title, f.Place = "编辑按钮", d.Set.Place(p)
		if old, ok := d.Set.Item(p); ok && (fault == nil || fault.Code != model.CodeChanged) {
			for _, found := range model.CheckMenus(d.Set, h.o.Links.Origin()).Faults {
				if found.At == p && old.Name == it.Name {
					f.Faults = append(f.Faults, found)
				}
			}
		}
		f.Where = places(d.Set, p, it)
	} else if parent, ok := d.Set.Item(model.MenuPlace{Menu: p.Menu, Column: p.Column, Item: -1}); ok {
		f.Place = d.Set.Place(model.MenuPlace{Menu: p.Menu, Column: p.Column, Item: -1})
		if len(parent.Items) == 0 && (parent.Action != "" || parent.Type != "") {
			f.Place += "（它原来的功能“" + parent.Does() + "”将去掉，点击时只展开子按钮）"
		}
	}
	limit := fmt.Sprintf("最多 %d 个汉字（%d 字节）；手机上显示前 %d 个汉字", f.Limit/3, f.Limit, map[bool]int{true: 4, false: 8}[top])
	f.Name = web.Field{Name: "name", Label: "名称", Value: it.Name, Required: true, Hint: limit, Error: faultOf(f.Faults, "name")}
	f.Kind = itemKinds(it, top)
	f.Kind.Error = cmp.Or(faultOf(f.Faults, "type"), faultOf(f.Faults, "action"), faultOf(f.Faults, "items"))
	f.Fields = itemFields(it, f.Faults)
	page := web.Page{Title: title, Next: menuPath, Data: f, Scripts: []string{"menu.js"}}
	if fault != nil {
		page.Banner = append(page.Banner, web.Banner{Kind: web.BannerError, Text: firstLine(fault.Message)})
		if fault.Code == model.CodeChanged {
			now := h.phone(d.Set.Of(p.Menu))
			f.Now = &now
			page.Banner = append(page.Banner, web.Banner{Kind: web.BannerWarn, Text: "您填写的内容都还在下面。请先看最新的草稿，再点“保存到草稿”，会保存到最新的草稿里。"})
			page.Data = f
		}
	}
	return h.show(v, status(fault), "menu_item", page)
}

// places are where a button can be moved to: the bar, or below another.
func places(set model.MenuSet, p model.MenuPlace, it model.MenuItem) *web.Choices {
	c := &web.Choices{Name: "where", Label: "移动位置", Items: []web.Choice{{Value: "", Text: "不变", Chosen: true}}}
	items := set.Of(p.Menu)
	if p.Item >= 0 && len(items) < model.MaxMenuButtons {
		c.Items = append(c.Items, web.Choice{Value: pathOf(model.MenuPlace{Menu: p.Menu, Column: len(items), Item: -1}), Text: "移到一级按钮"})
	}
	for i, other := range items {
		if i == p.Column || len(it.Items) > 0 || len(other.Items) >= model.MaxMenuItems {
			continue
		}
		c.Items = append(c.Items, web.Choice{Value: pathOf(model.MenuPlace{Menu: p.Menu, Column: i, Item: len(other.Items)}), Text: "移到“" + other.Name + "”下面"})
	}
	if len(c.Items) == 1 {
		return nil
	}
	return c
}

// saveItem keeps a button in the draft, right or not: the menu's page tells what
// has to be put right before it can be published.
func (h *Handler) saveItem(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	path, below, where := v.PostForm("path"), v.PostForm("below"), v.PostForm("where")
	p, err := placeAt(cmp.Or(path, below))
	if err != nil {
		return err
	}
	it := readItem(v)
	err = h.saveDraft(v, func(s model.MenuSet) (model.MenuSet, error) {
		if path == "" {
			return s.Add(p.Menu, p.Column, it)
		}
		out, err := s.Replace(p, it)
		if err != nil || where == "" {
			return out, err
		}
		to, err := placeAt(where)
		if err != nil {
			return s, err
		}
		return out.Move(p, to)
	})
	if err == nil {
		return web.SeeOther(v.Context, menuAt(p.Menu)+"&done=menusaved")
	}
	e, ok := asError(err)
	if !ok {
		return err
	}
	d, derr := h.o.Store.MenuDraft(v.Request.Context())
	if derr != nil {
		return fmt.Errorf("admin: menu draft: %w", derr)
	}
	if path != "" {
		if _, there := d.Set.Item(p); !there { // it is gone: what was typed becomes a new button
			path, below = "", pathOf(model.MenuPlace{Menu: p.Menu, Column: -1, Item: -1})
		}
	}
	return h.showItem(v, e, d, path, below, it)
}
