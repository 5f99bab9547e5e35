package wechattest

import (
	"errors"
	"net/http"
)

// consoleButton is a button as get_current_selfmenu_info tells it. One that was
// set in the account's console has types of its own, with what they send in Value.
type consoleButton struct {
	Name      string       `json:"name"`
	Type      string       `json:"type,omitempty"`
	Key       string       `json:"key,omitempty"`
	URL       string       `json:"url,omitempty"`
	AppID     string       `json:"appid,omitempty"`
	PagePath  string       `json:"pagepath,omitempty"`
	MediaID   string       `json:"media_id,omitempty"`
	ArticleID string       `json:"article_id,omitempty"`
	Value     string       `json:"value,omitempty"`
	News      *consoleNews `json:"news_info,omitempty"`
	Sub       *consoleList `json:"sub_button,omitempty"`
}

type consoleList struct {
	List []consoleButton `json:"list"`
}

type consoleNews struct {
	List []consoleArticle `json:"list"`
}

type consoleArticle struct {
	Title   string `json:"title"`
	Author  string `json:"author"`
	Digest  string `json:"digest"`
	Cover   string `json:"cover_url"`
	Content string `json:"content_url"`
	Source  string `json:"source_url"`
	Show    int    `json:"show_cover"`
}

// consoleTypes are what a menu that is set in the console can hold.
var consoleTypes = []string{"view", "text", "img", "photo", "video", "voice", "news", "miniprogram"}

func consoleOf(buttons []button) []consoleButton {
	list := []consoleButton{}
	for _, b := range buttons {
		shown := consoleButton{
			Name: b.Name, Type: b.Type, Key: b.Key, URL: b.URL, AppID: b.AppID, PagePath: b.PagePath, MediaID: b.MediaID, ArticleID: b.ArticleID,
		}
		if len(b.Sub) > 0 {
			shown.Sub = &consoleList{consoleOf(b.Sub)}
		}
		list = append(list, shown)
	}
	return list
}

// selfMenu is get_current_selfmenu_info: what the account shows, whoever set it.
func (s *Server) selfMenu(request) (any, *apiError) {
	type info struct {
		Buttons []consoleButton `json:"button"`
	}
	result := struct {
		Open int  `json:"is_menu_open"`
		Info info `json:"selfmenu_info"`
	}{0, info{[]consoleButton{}}}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.menu == nil {
		return result, nil
	}
	if !s.menu.closed {
		result.Open = 1
	}
	if result.Info.Buttons = s.menu.console; s.menu.console == nil {
		result.Info.Buttons = consoleOf(s.menu.Buttons)
	}
	return result, nil
}

// ConsoleMenu is what somebody does in the account's own console, behind the back
// of whoever uses the API. A menu that is set there ends all that the API set.
type ConsoleMenu struct {
	// Buttons are as get_current_selfmenu_info tells them; nil leaves the menu.
	Buttons []consoleButton `json:"button"`
	// Closed switches the menu off, or on again.
	Closed bool `json:"closed"`
}

// SetConsoleMenu sets a menu as the account's console does.
func (s *Server) SetConsoleMenu(m ConsoleMenu) error {
	phones, err := phoneButtons(m.Buttons)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.Buttons != nil {
		s.menu = &publishedMenu{menu: menu{phones}, ID: s.nextMenuID(), console: m.Buttons}
	}
	if s.menu == nil {
		return errors.New("there is no menu")
	}
	s.menu.closed = m.Closed
	return nil
}

// phoneButtons are the console's buttons as the phone page draws them.
func phoneButtons(list []consoleButton) ([]button, error) {
	out := []button{}
	for _, b := range list {
		shown := button{Name: b.Name, Type: b.Type, Key: b.Key, URL: b.URL, AppID: b.AppID, PagePath: b.PagePath, Sub: []button{}}
		known := b.Sub != nil
		for _, t := range consoleTypes {
			known = known || b.Type == t
		}
		if b.Name == "" || !known {
			return nil, errors.New("button needs a name and a type of the console, or sub_button")
		}
		if b.Sub != nil {
			below, err := phoneButtons(b.Sub.List)
			if err != nil {
				return nil, err
			}
			shown.Sub = below
		}
		out = append(out, shown)
	}
	return out, nil
}

// controlMenu is POST /sim/menu.
func (s *Server) controlMenu(w http.ResponseWriter, r *http.Request) {
	var body ConsoleMenu
	if !readControl(w, r, &body) {
		return
	}
	if err := s.SetConsoleMenu(body); err != nil {
		writeProblem(w, http.StatusBadRequest, err)
		return
	}
	writeJSON(w, http.StatusOK, body)
}

// Name returns the account's name, the title of the chat.
func (s *Server) Name() string { return s.name }
