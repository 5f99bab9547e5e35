package wechattest

import (
	"bytes"
	"net/http"
	"net/url"
	"unicode/utf8"
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

// publishedMenu is what the account shows. Guarded by Server.mu.
type publishedMenu struct {
	menu
	// ID is the MenuId of VIEW events.
	ID int64
	// conditional are the menus that some see in place of it, the newest first.
	conditional []conditionalMenu
	// console is the menu as the account's console set it; nil when the API did.
	console []consoleButton
	// closed: 菜单 is switched off in the console.
	closed bool
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

func (s *Server) menuEndpoints() map[string]endpoint {
	const get, post = http.MethodGet, http.MethodPost
	return map[string]endpoint{
		"/cgi-bin/menu/create":               {post, nil, true, s.createMenu},
		"/cgi-bin/menu/get":                  {get, nil, true, s.getMenu},
		"/cgi-bin/menu/delete":               {get, nil, true, s.deleteMenu},
		"/cgi-bin/menu/addconditional":       {post, nil, true, s.addConditional},
		"/cgi-bin/menu/delconditional":       {post, nil, true, s.delConditional},
		"/cgi-bin/menu/trymatch":             {post, nil, true, s.tryMatch},
		"/cgi-bin/get_current_selfmenu_info": {get, nil, true, s.selfMenu},
	}
}

// checkEscapes refuses a body with escapes: WeChat would show them as they stand.
func checkEscapes(body []byte) *apiError {
	if bytes.Contains(body, []byte(`\u`)) {
		return &apiError{code: 40033}
	}
	if !utf8.Valid(body) {
		return &apiError{code: 40033, detail: "invalid UTF-8"}
	}
	return nil
}

// full gives every button its sub_button, as menu/get shows it.
func full(buttons []button) []button {
	for i := range buttons {
		if buttons[i].Sub == nil {
			buttons[i].Sub = []button{}
		}
		full(buttons[i].Sub)
	}
	return buttons
}

func (s *Server) createMenu(r request) (any, *apiError) {
	if err := checkEscapes(r.body); err != nil {
		return nil, err
	}
	var m menu
	if err := decode(r.body, &m); err != nil {
		return nil, err
	}
	if err := m.check(); err != nil {
		return nil, err
	}
	full(m.Buttons)
	s.mu.Lock()
	defer s.mu.Unlock()
	// The conditional menus stay: creating replaces the default one only.
	next := &publishedMenu{menu: m, ID: s.nextMenuID()}
	if s.menu != nil {
		next.conditional = s.menu.conditional
	}
	s.menu = next
	return nil, nil
}

// nextMenuID counts over all menus there ever were. Needs mu.
func (s *Server) nextMenuID() int64 {
	s.menuIDs++
	return firstMenuID + s.menuIDs
}

const firstMenuID = 400_000_000

func (s *Server) getMenu(request) (any, *apiError) {
	type defaultMenu struct {
		menu
		ID int64 `json:"menuid,omitempty"`
	}
	type rule struct {
		// The tag is called a group here, as it was before there were tags.
		Group    int    `json:"group_id,omitempty"`
		Platform string `json:"client_platform_type,omitempty"`
	}
	type conditional struct {
		menu
		Rule rule  `json:"matchrule"`
		ID   int64 `json:"menuid"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.menu == nil || s.menu.console != nil {
		return nil, &apiError{code: 46003}
	}
	answer := struct {
		Menu        defaultMenu   `json:"menu"`
		Conditional []conditional `json:"conditionalmenu,omitempty"`
	}{Menu: defaultMenu{menu: s.menu.menu}}
	for _, m := range s.menu.conditional {
		answer.Menu.ID = s.menu.ID // told only beside conditional menus
		answer.Conditional = append(answer.Conditional, conditional{m.menu, rule{m.Tag, m.Platform}, m.ID})
	}
	return answer, nil
}

// deleteMenu takes the conditional menus away, too.
func (s *Server) deleteMenu(request) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.menu = nil
	return nil, nil
}
