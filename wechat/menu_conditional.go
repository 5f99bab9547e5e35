package wechat

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

const (
	pathMenuAddConditional = "/cgi-bin/menu/addconditional"
	pathMenuDelConditional = "/cgi-bin/menu/delconditional"
	pathMenuTryMatch       = "/cgi-bin/menu/trymatch"

	maxMenuDomains = 3

	codeNoMenu      = 46003
	codeMenuRule    = 65304
	codeMenuEmpty   = 65307
	codeMenuDomains = 65316

	// CodeMenuGone refuses to delete a conditional menu that is not there.
	CodeMenuGone = 65301
	// CodeMenuUser refuses trymatch: nobody of that name follows the account.
	CodeMenuUser = 65302
)

// The values of MatchRule.Platform.
const (
	PlatformIOS     = "1"
	PlatformAndroid = "2"
	PlatformOther   = "3"
)

// MatchRule says who sees a conditional menu; what is empty matches all. The
// other conditions of WeChat's page (sex, region, language) are refused since
// 2020 with 65320.
type MatchRule struct {
	TagID    string `json:"tag_id,omitempty"`
	Platform string `json:"client_platform_type,omitempty"`
}

// ConditionalMenu is a menu that some followers see in place of the default one.
// Of several that match, the newest wins.
type ConditionalMenu struct {
	Buttons []Button  `json:"button"`
	Rule    MatchRule `json:"matchrule"`
	// ID is WeChat's; AddConditional returns it.
	ID string `json:"-"`
}

// Menus is everything that was set by API.
type Menus struct {
	Default Menu
	// Conditional are the newest first, the order in which they match.
	Conditional []ConditionalMenu
}

// Validate checks m as [Menu.Validate] does, and its rule and domains.
func (m ConditionalMenu) Validate() error {
	var c menuCheck
	if m.Rule == (MatchRule{}) {
		c.add("matchrule", codeMenuRule, "个性化菜单需要一个匹配条件。")
	}
	if len(m.Buttons) == 0 {
		c.add("button", codeMenuEmpty, "个性化菜单没有按钮。")
		return errors.Join(c.problems...)
	}
	if hosts := menuHosts(m.Buttons); len(hosts) > maxMenuDomains {
		c.add("button", codeMenuDomains, "个性化菜单的链接最多用 %d 个域名，现有 %d 个。", maxMenuDomains, len(hosts))
	}
	return errors.Join(Menu{Buttons: m.Buttons}.Validate(), errors.Join(c.problems...))
}

func menuHosts(buttons []Button) []string {
	var hosts []string
	for _, b := range buttons {
		if u, err := url.Parse(b.URL); err == nil && u.Host != "" {
			hosts = append(hosts, strings.ToLower(u.Host))
		}
		hosts = append(hosts, menuHosts(b.SubButtons)...)
	}
	slices.Sort(hosts)
	return slices.Compact(hosts)
}

// AddConditional adds m and returns its ID. A default menu must be there. There is
// no call that changes one: delete it and add another.
func (c *Client) AddConditional(ctx context.Context, m ConditionalMenu) (string, error) {
	if err := m.Validate(); err != nil {
		return "", err
	}
	var out struct {
		ID flexible `json:"menuid"`
	}
	if err := c.call(ctx, request{path: pathMenuAddConditional, body: m}, &out); err != nil {
		return "", err
	}
	if out.ID == "" {
		return "", transportError(pathMenuAddConditional, errors.New("the answer names no menu"), nil)
	}
	return string(out.ID), nil
}

// DeleteConditional removes one conditional menu.
func (c *Client) DeleteConditional(ctx context.Context, id string) error {
	body := struct {
		ID string `json:"menuid"`
	}{id}
	return c.call(ctx, request{path: pathMenuDelConditional, body: body}, nil)
}

// TryMatch returns the menu that a follower sees, named by openid or by WeChat
// name (微信号); CodeMenuUser when there is no such follower.
func (c *Client) TryMatch(ctx context.Context, user string) (Menu, error) {
	body := struct {
		User string `json:"user_id"`
	}{user}
	var out struct {
		Buttons []Button `json:"button"`
		Menu    Menu     `json:"menu"` // what WeChat answered at times
	}
	if err := c.call(ctx, request{path: pathMenuTryMatch, body: body, private: []string{user}}, &out); err != nil {
		return Menu{}, err
	}
	if len(out.Buttons) == 0 {
		out.Buttons = out.Menu.Buttons
	}
	return Menu{Buttons: tidyButtons(out.Buttons)}, nil
}

// Menus returns what was set by API, and whether anything was. Menus that were
// set in WeChat's own console are seen by [Client.SelfMenu] only.
func (c *Client) Menus(ctx context.Context) (Menus, bool, error) {
	var out struct {
		Menu        Menu `json:"menu"`
		Conditional []struct {
			Buttons []Button `json:"button"`
			Rule    struct {
				TagID    flexible `json:"tag_id"`
				GroupID  flexible `json:"group_id"` // the tag, as menu/get calls it
				Platform flexible `json:"client_platform_type"`
			} `json:"matchrule"`
			ID flexible `json:"menuid"`
		} `json:"conditionalmenu"`
	}
	err := c.call(ctx, request{path: pathMenuGet}, &out)
	if e, ok := errors.AsType[*Error](err); ok && e.Code == codeNoMenu {
		return Menus{}, false, nil
	}
	if err != nil {
		return Menus{}, false, err
	}
	m := Menus{Default: Menu{Buttons: tidyButtons(out.Menu.Buttons)}}
	for _, one := range out.Conditional {
		m.Conditional = append(m.Conditional, ConditionalMenu{
			Buttons: tidyButtons(one.Buttons), ID: string(one.ID),
			Rule: MatchRule{TagID: cmp.Or(string(one.Rule.TagID), string(one.Rule.GroupID)), Platform: string(one.Rule.Platform)},
		})
	}
	// IDs grow; in which order WeChat lists them is not said.
	slices.SortStableFunc(m.Conditional, func(a, b ConditionalMenu) int {
		return cmp.Or(cmp.Compare(len(b.ID), len(a.ID)), cmp.Compare(b.ID, a.ID))
	})
	return m, true, nil
}

// tidyButtons takes out the "sub_button": [] that WeChat writes into every leaf,
// which would make a menu differ from itself.
func tidyButtons(buttons []Button) []Button {
	for i := range buttons {
		if len(buttons[i].SubButtons) == 0 {
			buttons[i].SubButtons = nil
		}
		tidyButtons(buttons[i].SubButtons)
	}
	return buttons
}

// flexible reads what WeChat writes as a number on one page and as a text on
// another.
type flexible string

// UnmarshalJSON takes a text, a number, or null.
func (f *flexible) UnmarshalJSON(data []byte) error {
	data = bytes.TrimSpace(data)
	if string(data) == "null" {
		return nil
	}
	if len(data) > 0 && data[0] == '"' {
		var s string
		if err := json.Unmarshal(data, &s); err != nil {
			return err
		}
		*f = flexible(s)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(data, &n); err != nil {
		return fmt.Errorf("neither text nor number: %w", err)
	}
	*f = flexible(n)
	return nil
}
