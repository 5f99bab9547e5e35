package wechattest

import (
	"bytes"
	"net/url"
)

// Limits of a menu (自定义菜单, 创建接口). Sizes are bytes of UTF-8.
const (
	maxTopButtons = 3
	maxSubButtons = 5
	maxTopName    = 16
	maxSubName    = 60
	maxKey        = 128
	maxURL        = 1024
)

// button is one button as menu/create takes it and menu/get gives it.
type button struct {
	Type      string   `json:"type,omitempty"`
	Name      string   `json:"name"`
	Key       string   `json:"key,omitempty"`
	URL       string   `json:"url,omitempty"`
	AppID     string   `json:"appid,omitempty"`
	PagePath  string   `json:"pagepath,omitempty"`
	MediaID   string   `json:"media_id,omitempty"`
	ArticleID string   `json:"article_id,omitempty"`
	Sub       []button `json:"sub_button"`
}

// menu is the body of menu/create.
type menu struct {
	Buttons []button `json:"button"`
}

// publishedMenu is the menu that phones show.
type publishedMenu struct {
	menu
	// ID is the MenuId of VIEW events.
	ID int64
}

// levelCodes are the errcodes of one level of the menu.
type levelCodes struct {
	typ, name, key, url, domain, maxName int
}

var (
	topCodes = levelCodes{40017, 40018, 40019, 40020, 40055, maxTopName}
	subCodes = levelCodes{40024, 40025, 40026, 40027, 40054, maxSubName}
)

// check finds the first breach of the platform's rules.
func (m menu) check() *apiError {
	if len(m.Buttons) < 1 || len(m.Buttons) > maxTopButtons {
		return &apiError{code: 40016}
	}
	for _, top := range m.Buttons {
		if len(top.Sub) == 0 {
			if err := top.check(topCodes); err != nil {
				return err
			}
			continue
		}
		if err := checkName(top.Name, topCodes); err != nil {
			return err
		}
		if top.Type+top.Key+top.URL+top.AppID+top.PagePath+top.MediaID+top.ArticleID != "" {
			return &apiError{code: 40017, detail: "a parent has only name and sub_button", loud: true}
		}
		if len(top.Sub) > maxSubButtons {
			return &apiError{code: 40023}
		}
		for _, sub := range top.Sub {
			if len(sub.Sub) > 0 {
				return &apiError{code: 40022}
			}
			if err := sub.check(subCodes); err != nil {
				return err
			}
		}
	}
	return nil
}

// check wants of each type exactly what that type needs.
func (b button) check(codes levelCodes) *apiError {
	if err := checkName(b.Name, codes); err != nil {
		return err
	}
	switch b.Type {
	case "click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select":
		if b.Key == "" || len(b.Key) > maxKey {
			return &apiError{code: codes.key}
		}
	case "view":
		return checkURL(b.URL, codes)
	case "miniprogram":
		switch {
		case b.AppID == "":
			return &apiError{code: 40013}
		case b.PagePath == "":
			return &apiError{code: 40165}
		}
		return checkURL(b.URL, codes)
	case "media_id", "view_limited":
		// The account has no media, so that every id is an unknown one.
		return &apiError{code: 40007, loud: true}
	case "article_id", "article_view_limited":
		return &apiError{code: 53600, loud: true}
	default:
		return &apiError{code: codes.typ}
	}
	return nil
}

func checkName(name string, codes levelCodes) *apiError {
	if name == "" || len(name) > codes.maxName {
		return &apiError{code: codes.name}
	}
	return nil
}

func checkURL(raw string, codes levelCodes) *apiError {
	if raw == "" || len(raw) > maxURL {
		return &apiError{code: codes.url}
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return &apiError{code: codes.domain}
	}
	return nil
}

func (s *Server) createMenu(r request) (any, *apiError) {
	// WeChat shows an escape as it stands, so it refuses them all.
	if bytes.Contains(r.body, []byte(`\u`)) {
		return nil, &apiError{code: 40033}
	}
	var m menu
	if err := decode(r.body, &m); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	for i := range m.Buttons {
		if m.Buttons[i].Sub == nil {
			m.Buttons[i].Sub = []button{}
		}
		for j := range m.Buttons[i].Sub {
			m.Buttons[i].Sub[j].Sub = []button{}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	id := int64(400_000_000)
	if s.menu != nil {
		id = s.menu.ID + 1
	}
	s.menu = &publishedMenu{menu: m, ID: id}
	return nil, nil
}

func (s *Server) getMenu(request) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.menu == nil {
		return nil, &apiError{code: 46003}
	}
	return struct {
		Menu menu `json:"menu"`
	}{s.menu.menu}, nil
}

func (s *Server) deleteMenu(request) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.menu = nil
	return nil, nil
}

// selfMenu is get_current_selfmenu_info, which lists sub buttons in its own way.
func (s *Server) selfMenu(request) (any, *apiError) {
	type subList struct {
		List []map[string]any `json:"list"`
	}
	shape := func(b button) map[string]any {
		m := map[string]any{"name": b.Name}
		for name, value := range map[string]string{
			"type": b.Type, "key": b.Key, "url": b.URL, "appid": b.AppID, "pagepath": b.PagePath,
		} {
			if value != "" {
				m[name] = value
			}
		}
		return m
	}
	type info struct {
		Buttons []map[string]any `json:"button"`
	}
	result := struct {
		Open int  `json:"is_menu_open"`
		Info info `json:"selfmenu_info"`
	}{0, info{Buttons: []map[string]any{}}}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.menu == nil {
		return result, nil
	}
	result.Open = 1
	for _, top := range s.menu.Buttons {
		shaped := shape(top)
		if len(top.Sub) > 0 {
			list := subList{}
			for _, sub := range top.Sub {
				list.List = append(list.List, shape(sub))
			}
			shaped["sub_button"] = list
		}
		result.Info.Buttons = append(result.Info.Buttons, shaped)
	}
	return result, nil
}
