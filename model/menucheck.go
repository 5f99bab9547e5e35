package model

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// The limits of WeChat's page on custom menus; lengths are in bytes of UTF-8.
const (
	MaxMenuButtons = 3
	MaxMenuItems   = 5
	MaxMenuName    = 16 // at the top
	MaxMenuSubName = 60
	MaxMenuKey     = 128
	MaxMenuURL     = 1024
	MaxMenuDomains = 3 // of a conditional menu
	// maxConditional is our own: a page has to show them all.
	maxConditional = 20
	maxTagName     = 30 // characters
	maxMenuID      = 256
)

// MenuPlace is where in a set something is: menu 0 is the default one; Column
// and Item count from 0, -1 stands for the menu or the column itself.
type MenuPlace struct{ Menu, Column, Item int }

// MenuFault is one reason for which a menu cannot be published, or something
// that WeChat takes and an operator should know.
type MenuFault struct {
	At      MenuPlace
	Place   string // At in words, like 更多 ▸ 第2个按钮
	Field   string // the button's field that is to blame, as in MenuItem's JSON; may be empty
	Problem string // a Chinese sentence
	Advice  string // what to do
	// Code is the errcode that WeChat would answer; 0 where it would take it.
	Code int
}

// String is the fault in one line.
func (f MenuFault) String() string {
	s := f.Place + "：" + f.Problem + f.Advice
	if f.Code != 0 {
		s += fmt.Sprintf("（微信错误码 %d）", f.Code)
	}
	return s
}

// MenuReport is what the check of a set found.
type MenuReport struct {
	Faults []MenuFault // it cannot be published
	Notes  []MenuFault // it can, but look
}

// OK reports whether the set can be published.
func (r MenuReport) OK() bool { return len(r.Faults) == 0 }

// Err is a CodeInvalid error that tells every fault, nil when there is none.
func (r MenuReport) Err() error {
	if r.OK() {
		return nil
	}
	lines := make([]string, len(r.Faults))
	for i, f := range r.Faults {
		lines[i] = f.String()
	}
	return Invalid("menu", "菜单有 %d 处不符合要求，没有发布：\n%s", len(r.Faults), strings.Join(lines, "\n"))
}

// menuCodes are WeChat's errcodes for one level of a menu.
type menuCodes struct{ count, kind, name, key, url, domain int }

var (
	topCodes = menuCodes{count: 40016, kind: 40017, name: 40018, key: 40019, url: 40020, domain: 40055}
	subCodes = menuCodes{count: 40023, kind: 40024, name: 40025, key: 40026, url: 40027, domain: 40054}
)

// The other errcodes for menus.
const (
	codeLevels       = 40022
	codeCharset      = 40033
	codeMedia        = 40007
	codeAppID        = 40013
	codePagePath     = 40165
	codeArticle      = 53600
	codeNoDefault    = 65303
	codeNoRule       = 65304
	codeTooManyMenus = 65305
	codeNoButtons    = 65307
	codeNoType       = 65308
	codeDomains      = 65316
	codeMenuURL      = 65317
)

// CheckMenus checks a whole set against WeChat's limits and our own rules, so
// that nothing is refused after some of it stands live. origin is the scheme and
// host of our own pages, to which built-in actions lead.
func CheckMenus(m MenuSet, origin string) MenuReport {
	c := menuCheck{set: m, own: hostOf(origin)}
	if m.Empty() {
		c.fault(MenuPlace{0, -1, -1}, "", topCodes.count, "菜单是空的，至少要有 1 个按钮。", "要让公众号不显示菜单，请使用“清空菜单”。")
		return c.report
	}
	if len(m.Default) == 0 {
		c.fault(MenuPlace{0, -1, -1}, "", codeNoDefault, "还没有默认菜单，微信不接受只有个性化菜单。", "请在默认菜单中添加按钮。")
	}
	if len(m.Conditional) > maxConditional {
		c.fault(MenuPlace{maxConditional + 1, -1, -1}, "", codeTooManyMenus, fmt.Sprintf("个性化菜单最多 %d 个，现有 %d 个。", maxConditional, len(m.Conditional)), "请删除用不到的。")
	}
	for n := range m.Menus() {
		c.menu(n)
	}
	return c.report
}

type menuCheck struct {
	set    MenuSet
	own    string
	report MenuReport
	menuNo int
	hosts  []string // of the conditional menu being checked, each once
}

func (c *menuCheck) at(p MenuPlace, field string, code int, problem, advice string) MenuFault {
	return MenuFault{At: p, Place: c.set.Place(p), Field: field, Problem: problem, Advice: advice, Code: code}
}

func (c *menuCheck) fault(p MenuPlace, field string, code int, problem, advice string) {
	c.report.Faults = append(c.report.Faults, c.at(p, field, code, problem, advice))
}

func (c *menuCheck) note(p MenuPlace, field, problem, advice string) {
	c.report.Notes = append(c.report.Notes, c.at(p, field, 0, problem, advice))
}

func (c *menuCheck) menu(n int) {
	c.menuNo, c.hosts = n, nil
	whole := MenuPlace{n, -1, -1}
	items := c.set.Of(n)
	if n > 0 {
		c.rule(n)
		if len(items) == 0 {
			c.fault(whole, "", codeNoButtons, "这个个性化菜单没有按钮。", "请添加按钮，或删除这个菜单。")
		}
	}
	if len(items) > MaxMenuButtons {
		c.fault(whole, "", topCodes.count, fmt.Sprintf("一级按钮最多 %d 个，现有 %d 个。", MaxMenuButtons, len(items)),
			"请删除多余的，或把它移到另一个一级按钮的下面。")
	}
	for i, it := range items {
		p := MenuPlace{n, i, -1}
		c.name(p, it.Name, MaxMenuName, topCodes, true)
		if len(it.Items) == 0 {
			c.leaf(p, it, topCodes)
			continue
		}
		c.parent(p, it)
		for j, sub := range it.Items {
			p := MenuPlace{n, i, j}
			c.name(p, sub.Name, MaxMenuSubName, subCodes, false)
			if len(sub.Items) > 0 {
				c.fault(p, "items", codeLevels, "下面还有子按钮，微信的菜单最多两级。", "请把第三级的按钮移到上一级。")
				continue
			}
			c.leaf(p, sub, subCodes)
		}
		c.names(n, i, it.Items)
	}
	c.names(n, -1, items)
	if n > 0 && len(c.hosts) > MaxMenuDomains {
		c.fault(whole, "", codeDomains, fmt.Sprintf("个性化菜单的链接最多用 %d 个域名，现有 %d 个：%s。", MaxMenuDomains, len(c.hosts), strings.Join(c.hosts, "、")),
			"请减少链接的网站。")
	}
}

// names refuses two buttons of one name beside each other: nobody can tell them
// apart, on the phone or in our history.
func (c *menuCheck) names(n, column int, items []MenuItem) {
	for i, it := range items {
		if first := slices.IndexFunc(items, func(o MenuItem) bool { return o.Name == it.Name }); first < i && strings.TrimSpace(it.Name) != "" {
			p := MenuPlace{n, column, i}
			if column < 0 {
				p = MenuPlace{n, i, -1}
			}
			c.fault(p, "name", 0, fmt.Sprintf("名称与第 %d 个按钮重复。", first+1), "请换一个名称，否则看不出是哪一个。")
		}
	}
}

func (c *menuCheck) rule(n int) {
	rule, whole := c.set.Conditional[n-1], MenuPlace{n, -1, -1}
	switch {
	case rule.Tag == "" && rule.Platform == "":
		c.fault(whole, "tag", codeNoRule, "没有设置给谁看。", "请选择标签或手机类型，至少一项。")
	case rule.Platform != "" && rule.Platform.Chinese() == "":
		c.fault(whole, "platform", codeNoRule, fmt.Sprintf("没有“%s”这种手机类型。", rule.Platform), "请从列表中选择。")
	case rule.Tag != "" && brokenText(rule.Tag) != "":
		c.fault(whole, "tag", codeCharset, "标签名称"+brokenText(rule.Tag)+"。", "请从列表中选择标签。")
	case len([]rune(rule.Tag)) > maxTagName:
		c.fault(whole, "tag", codeNoRule, fmt.Sprintf("标签名称最多 %d 个字。", maxTagName), "请从列表中选择标签。")
	}
	for i, other := range c.set.Conditional[:n-1] {
		if other.Tag == rule.Tag && other.Platform == rule.Platform {
			c.fault(whole, "tag", 0, fmt.Sprintf("条件与第 %d 个个性化菜单相同，排在后面的永远不会显示。", i+1), "请删除其中一个，或换一个条件。")
			return
		}
		if (other.Tag == "" || other.Tag == rule.Tag) && (other.Platform == "" || other.Platform == rule.Platform) {
			c.note(whole, "tag", fmt.Sprintf("第 %d 个个性化菜单的条件更宽并排在前面，这一个永远不会显示。", i+1), "请把这一个上移。")
			return
		}
	}
}

func (c *menuCheck) name(p MenuPlace, name string, limit int, codes menuCodes, top bool) {
	broken := brokenText(name)
	switch n := len(name); {
	case strings.TrimSpace(name) == "":
		c.fault(p, "name", codes.name, "没有填写名称。", "请填写按钮名称。")
		return
	case broken != "":
		c.fault(p, "name", codeCharset, "名称"+broken+"。", "请重新填写名称。")
	case n > limit:
		c.fault(p, "name", codes.name, fmt.Sprintf("名称“%s”有 %d 字节，最多 %d 字节（一个汉字占 3 字节，一个表情占 4 字节以上）。", name, n, limit),
			fmt.Sprintf("请缩短到 %d 个汉字以内。", limit/3))
	default:
		if shown, cut := MenuNameShown(name, top); cut {
			c.note(p, "name", fmt.Sprintf("名称“%s”在手机上会显示为“%s”。", name, shown), "如需完整显示，请缩短。")
		}
	}
}

func (c *menuCheck) parent(p MenuPlace, it MenuItem) {
	if n := len(it.Items); n > MaxMenuItems {
		c.fault(p, "items", subCodes.count, fmt.Sprintf("子按钮最多 %d 个，现有 %d 个。", MaxMenuItems, n), "请删除多余的，或移到另一个一级按钮的下面。")
	}
	if it.Action != "" || it.Type != "" || it.Key+it.URL+it.AppID+it.PagePath+it.MediaID+it.ArticleID != "" {
		c.fault(p, "type", topCodes.kind, "下面有子按钮，点击时只会展开，不能再有自己的功能。", "请去掉它的功能，或把子按钮移走。")
	}
}

// menuField is one field of a button, with the errcode for its breach.
type menuField struct {
	name, label, value string
	code               int
}

func (it MenuItem) fields(codes menuCodes) []menuField {
	return []menuField{
		{"key", "关键字", it.Key, codes.key},
		{"url", "链接", it.URL, codes.url},
		{"appid", "小程序 AppID", it.AppID, codeAppID},
		{"pagepath", "小程序页面", it.PagePath, codePagePath},
		{"media_id", "素材编号", it.MediaID, codeMedia},
		{"article_id", "图文编号", it.ArticleID, codeArticle},
	}
}

// Fields names the fields that a type of button needs, as in MenuItem's JSON.
func (t MenuType) Fields() []string {
	switch t {
	case MenuClick, MenuScanPush, MenuScanWait, MenuPhoto, MenuPhotoOrAlbum, MenuAlbum, MenuLocation:
		return []string{"key"}
	case MenuView:
		return []string{"url"}
	case MenuMiniProgram:
		return []string{"url", "appid", "pagepath"}
	case MenuMedia, MenuMediaView:
		return []string{"media_id"}
	case MenuArticle, MenuArticleView:
		return []string{"article_id"}
	}
	return nil
}

func (c *menuCheck) leaf(p MenuPlace, it MenuItem, codes menuCodes) {
	needed := it.Type.Fields()
	switch {
	case it.Action != "" && it.Type != "":
		c.fault(p, "action", codes.kind, "同时设置了内置功能和其他类型。", "请只选一种。")
		return
	case it.Action != "" && it.Action.Chinese() == "":
		c.fault(p, "action", codes.kind, fmt.Sprintf("没有“%s”这个内置功能。", it.Action), "请从列表中选择。")
		return
	case it.Action == "" && it.Type == "":
		code := codes.kind
		if c.menuNo > 0 {
			code = codeNoType
		}
		advice := "请编辑它，选择点击后做什么。"
		if p.Item < 0 {
			advice = "请编辑它，选择点击后做什么，或在它下面添加子按钮。"
		}
		c.fault(p, "type", code, "还没有设置点击后做什么。", advice)
		return
	case it.Type != "" && needed == nil:
		c.fault(p, "type", codes.kind, fmt.Sprintf("没有“%s”这种类型。", it.Type), "请从列表中选择。")
		return
	}
	for _, f := range it.fields(codes) {
		c.field(p, it, f, slices.Contains(needed, f.name), codes)
	}
	if it.Action == MenuRegister || it.Action == MenuVerify || it.Action == MenuRebind {
		c.host(c.own)
	}
}

func (c *menuCheck) field(p MenuPlace, it MenuItem, f menuField, needed bool, codes menuCodes) {
	what := it.Type.Chinese()
	if it.Action != "" {
		what = it.Action.Chinese()
	}
	limit := map[string]int{"key": MaxMenuKey, "url": MaxMenuURL, "pagepath": MaxMenuURL}[f.name]
	if limit == 0 {
		limit = maxMenuID
	}
	switch broken := brokenText(f.value); {
	case needed && strings.TrimSpace(f.value) == "":
		c.fault(p, f.name, f.code, fmt.Sprintf("“%s”没有填写%s。", what, f.label), "请填写。")
	case !needed && f.value != "":
		c.fault(p, f.name, f.code, fmt.Sprintf("“%s”不需要%s。", what, f.label), "请删去它。")
	case !needed:
	case broken != "":
		c.fault(p, f.name, codeCharset, f.label+broken+"。", "请重新填写。")
	case len(f.value) > limit:
		c.fault(p, f.name, f.code, fmt.Sprintf("%s有 %d 字节，最多 %d 字节。", f.label, len(f.value), limit), "请缩短。")
	case f.name == "url":
		c.link(p, f.value, codes)
	}
}

func (c *menuCheck) link(p MenuPlace, raw string, codes menuCodes) {
	code := codes.domain
	if c.menuNo > 0 {
		code = codeMenuURL
	}
	u, err := url.Parse(raw)
	lower := strings.ToLower(raw)
	switch {
	case strings.HasPrefix(strings.TrimSpace(lower), "javascript:"), strings.HasPrefix(lower, "data:"), strings.HasPrefix(lower, "vbscript:"):
		c.fault(p, "url", code, "链接是一段脚本，不是网页地址。", "请填写以 https:// 开头的网页地址。")
	case !strings.HasPrefix(raw, "http://") && !strings.HasPrefix(raw, "https://"):
		c.fault(p, "url", code, "链接必须以 http:// 或 https:// 开头（小写）。", "请填写完整的网页地址，如 https://www.example.edu.cn/。")
	case err != nil || u.Hostname() == "" || strings.ContainsAny(raw, " \\\"<>"):
		c.fault(p, "url", code, "链接不是有效的网页地址。", "请在浏览器中打开这个网页，复制地址栏里的地址。")
	case u.User != nil:
		c.fault(p, "url", code, "链接里含有用户名或密码。", "请去掉 @ 及它前面的内容。")
	default:
		host := strings.ToLower(u.Host)
		c.host(host)
		if u.Scheme == "http" && host != c.own {
			c.note(p, "url", "链接以 http:// 开头，微信打开时可能提示不安全。", "网站支持的话请改为 https://。")
		}
	}
}

func (c *menuCheck) host(host string) {
	if host != "" && !slices.Contains(c.hosts, host) {
		c.hosts = append(c.hosts, host)
	}
}

func hostOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}
