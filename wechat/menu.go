package wechat

import "context"

const (
	pathMenuCreate = "/cgi-bin/menu/create"
	pathMenuGet    = "/cgi-bin/menu/get"
	pathMenuDelete = "/cgi-bin/menu/delete"
)

// Menu is the custom menu at the bottom of the account's chat.
type Menu struct {
	Buttons []Button `json:"button"`
}

// Button is an entry of a [Menu]. A parent has only Name and SubButtons; what
// another needs depends on Type.
type Button struct {
	Name string `json:"name"`
	Type string `json:"type,omitempty"`
	// Key is for click, scancode_*, pic_* and location_select.
	Key string `json:"key,omitempty"`
	// URL is for view, and the fallback of miniprogram.
	URL string `json:"url,omitempty"`
	// AppID and PagePath are for miniprogram.
	AppID    string `json:"appid,omitempty"`
	PagePath string `json:"pagepath,omitempty"`
	// MediaID is for media_id and view_limited.
	MediaID string `json:"media_id,omitempty"`
	// ArticleID is for article_id and article_view_limited.
	ArticleID  string   `json:"article_id,omitempty"`
	SubButtons []Button `json:"sub_button,omitempty"`
}

// CreateMenu replaces the default menu by m. A menu that breaks a limit is not
// sent, since each try counts against 1,000 a day: the error then holds a
// [MenuError]. A phone fetches the menu again when its last pull is over
// 5 minutes old.
func (c *Client) CreateMenu(ctx context.Context, m Menu) error {
	if err := m.Validate(); err != nil {
		return err
	}
	return c.call(ctx, request{path: pathMenuCreate, body: m}, nil)
}

// GetMenu returns the default menu and whether there is one. Only menus made by
// API are seen.
func (c *Client) GetMenu(ctx context.Context) (Menu, bool, error) {
	set, ok, err := c.Menus(ctx)
	return set.Default, ok, err
}

// DeleteMenu removes the default menu and with it every conditional one.
func (c *Client) DeleteMenu(ctx context.Context) error {
	return c.call(ctx, request{path: pathMenuDelete}, nil)
}
