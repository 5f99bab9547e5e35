package wechat

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The limits of WeChat's page on custom menus; lengths are in bytes.
const (
	maxTopButtons  = 3
	maxSubButtons  = 5
	maxTopName     = 16
	maxSubName     = 60
	maxMenuKey     = 128
	maxMenuURL     = 1024
	codeMenuEscape = 40033
)

// MenuError names one breach of WeChat's limits for menus.
type MenuError struct {
	// Path is where, in WeChat's names: button[1].sub_button[0].name.
	Path string
	// Problem is a Chinese sentence that names the limit.
	Problem string
	// Code is the errcode that WeChat would answer.
	Code int
}

// Error gives path, code and problem.
func (e *MenuError) Error() string {
	return fmt.Sprintf("wechat: menu: %s: errcode %d: %s", e.Path, e.Code, e.Problem)
}

// menuCodes are WeChat's errcodes for one level of the menu.
type menuCodes struct{ count, kind, name, key, url, domain int }

var (
	topCodes = menuCodes{count: 40016, kind: 40017, name: 40018, key: 40019, url: 40020, domain: 40055}
	subCodes = menuCodes{count: 40023, kind: 40024, name: 40025, key: 40026, url: 40027, domain: 40054}
)

const codeTooDeep = 40022

// need says which fields a type of button requires.
type need struct{ key, url, appID, pagePath, media, article bool }

var needs = map[string]need{
	"click":                {key: true},
	"scancode_push":        {key: true},
	"scancode_waitmsg":     {key: true},
	"pic_sysphoto":         {key: true},
	"pic_photo_or_album":   {key: true},
	"pic_weixin":           {key: true},
	"location_select":      {key: true},
	"view":                 {url: true},
	"miniprogram":          {url: true, appID: true, pagePath: true},
	"media_id":             {media: true},
	"view_limited":         {media: true},
	"article_id":           {article: true},
	"article_view_limited": {article: true},
}

// Validate checks m against WeChat's limits. The error joins a [MenuError] for
// every breach, in the order of the menu.
func (m Menu) Validate() error {
	var c menuCheck
	if n := len(m.Buttons); n < 1 || n > maxTopButtons {
		c.add("button", topCodes.count, "一级菜单应为 1 至 %d 个，现有 %d 个。", maxTopButtons, n)
	}
	for i, b := range m.Buttons {
		path := fmt.Sprintf("button[%d]", i)
		c.name(path, b, maxTopName, topCodes)
		if len(b.SubButtons) == 0 {
			c.leaf(path, b, topCodes)
			continue
		}
		c.parent(path, b)
		for j, s := range b.SubButtons {
			path := fmt.Sprintf("%s.sub_button[%d]", path, j)
			c.name(path, s, maxSubName, subCodes)
			if len(s.SubButtons) > 0 {
				c.add(path+".sub_button", codeTooDeep, "菜单最多两级，二级菜单下不能再有子菜单。")
				continue
			}
			c.leaf(path, s, subCodes)
		}
	}
	return errors.Join(c.problems...)
}

type menuCheck struct{ problems []error }

func (c *menuCheck) add(path string, code int, format string, args ...any) {
	c.problems = append(c.problems, &MenuError{Path: path, Code: code, Problem: fmt.Sprintf(format, args...)})
}

func (c *menuCheck) name(path string, b Button, limit int, codes menuCodes) {
	path += ".name"
	switch n := len(b.Name); {
	case strings.TrimSpace(b.Name) == "":
		c.add(path, codes.name, "菜单名称不能为空。")
	case n > limit:
		c.add(path, codes.name, "菜单名称最多 %d 字节（一个汉字占 3 字节），现有 %d 字节。", limit, n)
	}
	c.text(path, b.Name)
}

// text refuses what the JSON encoder would write as \uXXXX, which WeChat does
// not accept.
func (c *menuCheck) text(path, s string) {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	}) {
		c.add(path, codeMenuEscape, "不能含有换行、控制字符或无效字符。")
	}
}

func (c *menuCheck) parent(path string, b Button) {
	if n := len(b.SubButtons); n > maxSubButtons {
		c.add(path+".sub_button", subCodes.count, "每个一级菜单下最多 %d 个二级菜单，现有 %d 个。", maxSubButtons, n)
	}
	if b.Type != "" || b.Key != "" || b.URL != "" || b.AppID != "" || b.PagePath != "" || b.MediaID != "" || b.ArticleID != "" {
		c.add(path, topCodes.kind, "有二级菜单的一级菜单只能有名称，不能有类型、链接等其他内容。")
	}
}

func (c *menuCheck) leaf(path string, b Button, codes menuCodes) {
	n, ok := needs[b.Type]
	if !ok {
		c.add(path+".type", codes.kind, "菜单类型“%s”不存在。", b.Type)
		return
	}
	fields := []struct {
		name, value string
		needed      bool
		code        int
	}{
		{"key", b.Key, n.key, codes.key},
		{"url", b.URL, n.url, codes.url},
		{"appid", b.AppID, n.appID, codes.kind},
		{"pagepath", b.PagePath, n.pagePath, codes.kind},
		{"media_id", b.MediaID, n.media, codes.kind},
		{"article_id", b.ArticleID, n.article, codes.kind},
	}
	for _, f := range fields {
		switch {
		case f.needed && f.value == "":
			c.add(path+"."+f.name, f.code, "%s 类型的菜单需要填写 %s。", b.Type, f.name)
		case !f.needed && f.value != "":
			c.add(path+"."+f.name, f.code, "%s 类型的菜单不能有 %s。", b.Type, f.name)
		}
		c.text(path+"."+f.name, f.value)
	}
	if k := len(b.Key); k > maxMenuKey {
		c.add(path+".key", codes.key, "key 最多 %d 字节，现有 %d 字节。", maxMenuKey, k)
	}
	if b.URL == "" {
		return
	}
	if k := len(b.URL); k > maxMenuURL {
		c.add(path+".url", codes.url, "链接最多 %d 字节，现有 %d 字节。", maxMenuURL, k)
	}
	if !strings.HasPrefix(b.URL, "http://") && !strings.HasPrefix(b.URL, "https://") {
		c.add(path+".url", codes.domain, "链接必须以 http:// 或 https:// 开头。")
	}
}
