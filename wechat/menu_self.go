package wechat

import "context"

const pathSelfMenu = "/cgi-bin/get_current_selfmenu_info"

// SelfMenu is the default menu that the account shows, whoever set it.
type SelfMenu struct {
	// Open tells whether the account shows a menu at all.
	Open    bool         `json:"open"`
	Buttons []SelfButton `json:"buttons"`
}

// SelfButton is a button as get_current_selfmenu_info tells it. One that was set
// in WeChat's console can have the types text, img, photo, video, voice and news,
// which no menu made by API has; what they send is in Value.
type SelfButton struct {
	Button
	Value string       `json:"value,omitempty"`
	News  []SelfNews   `json:"news,omitempty"`
	Sub   []SelfButton `json:"sub,omitempty"`
}

// SelfNews is one article of a button of the type news.
type SelfNews struct {
	Title string `json:"title"`
	URL   string `json:"content_url"`
}

// selfButton is a button in WeChat's own shape, which differs from that of
// menu/get.
type selfButton struct {
	Name      string `json:"name"`
	Type      string `json:"type"`
	Key       string `json:"key"`
	URL       string `json:"url"`
	AppID     string `json:"appid"`
	PagePath  string `json:"pagepath"`
	MediaID   string `json:"media_id"`
	ArticleID string `json:"article_id"`
	Value     string `json:"value"`
	News      struct {
		List []SelfNews `json:"list"`
	} `json:"news_info"`
	Sub struct {
		List []selfButton `json:"list"`
	} `json:"sub_button"`
}

func selfButtons(list []selfButton) []SelfButton {
	var out []SelfButton
	for _, b := range list {
		out = append(out, SelfButton{
			Button: Button{
				Name: b.Name, Type: b.Type, Key: b.Key, URL: b.URL, AppID: b.AppID, PagePath: b.PagePath, MediaID: b.MediaID, ArticleID: b.ArticleID,
			},
			Value: b.Value, News: b.News.List, Sub: selfButtons(b.Sub.List),
		})
	}
	return out
}

// SelfMenu returns the default menu that the account shows now.
func (c *Client) SelfMenu(ctx context.Context) (SelfMenu, error) {
	var out struct {
		Open int `json:"is_menu_open"`
		Info struct {
			Buttons []selfButton `json:"button"`
		} `json:"selfmenu_info"`
	}
	if err := c.call(ctx, request{path: pathSelfMenu}, &out); err != nil {
		return SelfMenu{}, err
	}
	return SelfMenu{Open: out.Open != 0, Buttons: selfButtons(out.Info.Buttons)}, nil
}
