package admin

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
)

// Menu publishes versions of the account's menu and asks WeChat about the live
// one. Whatever WeChat refuses is an error with a sentence for operators.
type Menu interface {
	Publish(ctx context.Context, id int64) (model.MenuVersion, error)
	Plan(due time.Time)
	Live(ctx context.Context) (model.MenuLive, error)
	Watch(ctx context.Context) (model.MenuDrift, error)
	Match(ctx context.Context, user string) ([]model.MenuItem, error)
	Tags(ctx context.Context) ([]string, error)
}

// MenuStore is what the pages of the menu read and change.
type MenuStore interface {
	MenuDraft(ctx context.Context) (model.MenuDraft, error)
	SaveMenuDraft(ctx context.Context, seen int, d model.MenuDraft, keep bool) (model.MenuDraft, error)
	AddMenu(ctx context.Context, v model.MenuVersion) (model.MenuVersion, error)
	AddDraftMenu(ctx context.Context, seen int, v model.MenuVersion) (model.MenuVersion, error)
	CallOffMenu(ctx context.Context, id int64, now time.Time) error
	Menu(ctx context.Context, id int64) (model.MenuVersion, error)
	Menus(ctx context.Context, before int64, limit int) ([]model.MenuVersion, error)
	ScheduledMenus(ctx context.Context) ([]model.MenuVersion, error)
	PublishedMenu(ctx context.Context) (published, tried *model.MenuVersion, err error)
	MenuDrift(ctx context.Context) (model.MenuDrift, error)
	MenuPresses(ctx context.Context, first, last model.Date) ([]model.MenuPress, error)
	RecentFollowers(ctx context.Context, limit int) ([]model.Follower, error)
}

const (
	menuPath    = "/admin/menu"
	historyPath = menuPath + "/history"
	// watchAge is how old a look at the live menu may be before a page looks again.
	watchAge = time.Minute
	// watchPatience bounds how long a page waits for WeChat.
	watchPatience = 3 * time.Second
)

// mountMenu adds the routes of the menu, all for those who may edit it.
func (h *Handler) mountMenu(r gin.IRouter) {
	for path, p := range map[string]page{
		"/item": h.item, "/conditional": h.conditional, "/live": h.liveMenu, "/clear": h.clearPage, "/history": h.history,
		"/history/:id": h.version, "/match": h.match, "/presses": h.presses,
	} {
		r.GET(menuPath+path, h.as(may(model.ActionMenu), p))
	}
	for path, p := range map[string]page{
		"/item": h.saveItem, "/move": h.moveItem, "/remove": h.removeItem, "/conditional": h.changeConditional, "/publish": h.publish,
		"/live": h.importMenu, "/clear": h.clearMenu, "/history/:id/restore": h.restore, "/history/:id/draft": h.loadVersion,
		"/history/:id/cancel": h.callOff, "/match": h.matchUser,
	} {
		r.POST(menuPath+path, h.as(may(model.ActionMenu), p))
	}
}

// phoneMenu is a menu as a phone shows it.
type phoneMenu struct {
	Account string
	Columns []phoneButton
}

// phoneButton is a button with its name as the phone cuts it.
type phoneButton struct {
	Name  string
	Full  string // the whole name where it is cut, else ""
	Items []phoneButton
}

func (h *Handler) phone(items []model.MenuItem) phoneMenu {
	return phoneMenu{Account: h.o.AccountName, Columns: phoneButtons(items, true)}
}

func phoneButtons(items []model.MenuItem, top bool) []phoneButton {
	var out []phoneButton
	for _, it := range items {
		shown, cut := model.MenuNameShown(it.Name, top)
		b := phoneButton{Name: shown, Items: phoneButtons(it.Items, false)}
		if cut {
			b.Full = it.Name
		}
		out = append(out, b)
	}
	return out
}

// menuLine is a button in the list that is edited.
type menuLine struct {
	Path, Name, Does, Place string
	Sub                     bool
	Edit, Add               string // addresses; Add is "" where no button fits below
	Up, Down                string // the place that it moves to; "" where it cannot
	Faults                  []model.MenuFault
}

// pathOf is a place as forms and addresses carry it.
func pathOf(p model.MenuPlace) string {
	s := fmt.Sprintf("%d.%d", p.Menu, p.Column)
	if p.Item >= 0 {
		s += "." + strconv.Itoa(p.Item)
	}
	return s
}

// placeAt reads pathOf; -1 for what is left out.
func placeAt(path string) (model.MenuPlace, error) {
	p := model.MenuPlace{Menu: 0, Column: -1, Item: -1}
	parts := strings.Split(path, ".")
	for i, to := range []*int{&p.Menu, &p.Column, &p.Item} {
		if i >= len(parts) {
			break
		}
		n, err := strconv.Atoi(parts[i])
		if err != nil || n < -1 || n > 1000 {
			return p, model.Invalid("path", "这个按钮的位置不完整，请从菜单页面重新进入。")
		}
		*to = n
	}
	if len(parts) > 3 || p.Menu < 0 {
		return p, model.Invalid("path", "这个按钮的位置不完整，请从菜单页面重新进入。")
	}
	return p, nil
}

// lines lists the buttons of one menu of the draft.
func menuLines(set model.MenuSet, menu int, report model.MenuReport) []menuLine {
	faults := map[model.MenuPlace][]model.MenuFault{}
	for _, f := range report.Faults {
		faults[f.At] = append(faults[f.At], f)
	}
	var out []menuLine
	line := func(p model.MenuPlace, it model.MenuItem, up, down *model.MenuPlace) {
		l := menuLine{
			Path: pathOf(p), Name: it.Name, Does: it.Does(), Place: set.Place(p), Sub: p.Item >= 0, Faults: faults[p],
			Edit: menuPath + "/item?path=" + pathOf(p),
		}
		if p.Item < 0 && len(it.Items) < model.MaxMenuItems {
			l.Add = menuPath + "/item?below=" + pathOf(p)
		}
		if up != nil {
			l.Up = pathOf(*up)
		}
		if down != nil {
			l.Down = pathOf(*down)
		}
		out = append(out, l)
	}
	// beside are the places before and after the i-th of n.
	beside := func(p model.MenuPlace, i, n int, at func(*model.MenuPlace) *int) (up, down *model.MenuPlace) {
		if i > 0 {
			before := p
			*at(&before)--
			up = &before
		}
		if i < n-1 {
			after := p
			*at(&after)++
			down = &after
		}
		return up, down
	}
	items := set.Of(menu)
	for i, it := range items {
		p := model.MenuPlace{Menu: menu, Column: i, Item: -1}
		up, down := beside(p, i, len(items), func(p *model.MenuPlace) *int { return &p.Column })
		line(p, it, up, down)
		for j, sub := range it.Items {
			p := model.MenuPlace{Menu: menu, Column: i, Item: j}
			up, down := beside(p, j, len(it.Items), func(p *model.MenuPlace) *int { return &p.Item })
			line(p, sub, up, down)
		}
	}
	return out
}

// menuTab leads to one menu of the draft.
type menuTab struct {
	Text, Href string
	Current    bool
	Faults     int
}

func menuTabs(set model.MenuSet, menu int, report model.MenuReport) []menuTab {
	var out []menuTab
	for n := range set.Menus() {
		t := menuTab{Text: set.Title(n), Href: menuAt(n), Current: n == menu}
		for _, f := range report.Faults {
			if f.At.Menu == n {
				t.Faults++
			}
		}
		out = append(out, t)
	}
	return out
}

func menuAt(n int) string { return menuPath + "?menu=" + strconv.Itoa(n) }

// menu is the draft with its preview, what the check says, and where the live menu
// stands.
func (h *Handler) menu(v visit) error { return h.showMenu(v, nil) }

func (h *Handler) showMenu(v visit, fault *model.Error) error {
	ctx := v.Request.Context()
	d, err := h.o.Store.MenuDraft(ctx)
	if err != nil {
		return fmt.Errorf("admin: menu draft: %w", err)
	}
	menu := menuNumber(v, d.Set)
	report := model.CheckMenus(d.Set, h.o.Links.Origin())
	p := web.Page{Title: "公众号菜单", Banner: done(v.Query("done")), Next: menuPath, Scripts: []string{"menu.js"}}
	if fault != nil {
		p.Banner = append(p.Banner, web.Banner{Kind: web.BannerError, Text: strings.TrimSuffix(firstLine(fault.Message), "：")})
	}
	published, tried, err := h.o.Store.PublishedMenu(ctx)
	if err != nil {
		return fmt.Errorf("admin: published menu: %w", err)
	}
	waiting, err := h.o.Store.ScheduledMenus(ctx)
	if err != nil {
		return fmt.Errorf("admin: scheduled menus: %w", err)
	}
	p.Banner = append(p.Banner, h.driftBanners(v, published, tried)...)
	for _, w := range waiting {
		p.Banner = append(p.Banner, web.Banner{
			Kind: web.BannerInfo, Text: fmt.Sprintf("第 %d 版将在 %s 发布。", w.ID, model.Minute(w.DueAt)), Link: &web.Link{Href: versionPath(w.ID), Text: "查看或取消"},
		})
	}
	data := map[string]any{
		"Tabs": menuTabs(d.Set, menu, report), "Menu": menu, "Revision": d.Revision, "Phone": h.phone(d.Set.Of(menu)),
		"Lines": menuLines(d.Set, menu, report), "Report": report, "State": stateCells(d, published), "Changes": unpublished(d, published),
		"Origin": h.o.Links.Origin(), "Due": dueField(h.o.Web.Now(), v.PostForm("due")), "Later": v.PostForm("when") == "later",
	}
	if len(d.Set.Of(menu)) < model.MaxMenuButtons {
		data["Add"] = fmt.Sprintf("%s/item?below=%d.-1", menuPath, menu)
	}
	if menu > 0 {
		data["Condition"], data["First"] = d.Set.Conditional[menu-1].Condition(), menu == 1
	}
	p.Data = data
	return h.show(v, status(fault), "menu", p)
}

// menuNumber is the menu that the address or the form names; the default one where
// it is gone.
func menuNumber(v visit, set model.MenuSet) int {
	text := v.Query("menu")
	if text == "" {
		text = v.PostForm("menu")
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n >= set.Menus() {
		return 0
	}
	return n
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// stateCells say what is live and who changed the draft last.
func stateCells(d model.MenuDraft, published *model.MenuVersion) web.Cells {
	c := web.Cells{}
	live := web.Cell{Label: "已发布", Value: "还没有发布过菜单"}
	if published != nil {
		live.Value = fmt.Sprintf("第 %d 版 · %s", published.ID, model.Minute(published.DoneAt))
		live.Note = actor(published.By)
		live.Link = &web.Link{Href: versionPath(published.ID), Text: "查看"}
	}
	draft := web.Cell{Label: "草稿", Value: "没有人改过"}
	if d.Revision > 0 {
		draft.Value, draft.Note = fmt.Sprintf("第 %d 次修改 · %s", d.Revision, model.Minute(d.At)), actor(d.By)
	}
	c.Items = append(c.Items, live, draft)
	return c
}

// unpublished tells what of the draft is not live.
func unpublished(d model.MenuDraft, published *model.MenuVersion) []model.MenuChange {
	if published == nil {
		return model.DiffMenus(model.MenuSet{}, d.Set)
	}
	return model.DiffMenus(published.Set, d.Set)
}

// driftBanners warn when the live menu is not what was published here. WeChat is
// asked at most once a minute, and never waited for long.
func (h *Handler) driftBanners(v visit, published, tried *model.MenuVersion) []web.Banner {
	if tried != nil && tried.State == model.MenuFailed {
		return []web.Banner{{
			Kind: web.BannerError, Text: fmt.Sprintf("上一次发布（第 %d 版）没有完成，线上可能只有一部分。", tried.ID),
			Link: &web.Link{Href: versionPath(tried.ID), Text: "看完成了哪些，回滚或重新发布"},
		}}
	}
	if published == nil || tried.State != model.MenuPublished {
		return nil
	}
	ctx := v.Request.Context()
	drift, err := h.o.Store.MenuDrift(ctx)
	if err == nil && h.o.Web.Now().Sub(drift.CheckedAt) >= watchAge {
		looking, cancel := context.WithTimeout(ctx, watchPatience)
		drift, err = h.o.Menu.Watch(looking)
		cancel()
	}
	switch {
	case err != nil:
		h.o.Web.Logger(v.Context).Warn("live menu not read", "err", err)
		return []web.Banner{{Kind: web.BannerInfo, Text: "现在没有连上微信，不知道线上菜单是否在别处被修改。编辑草稿不受影响。"}}
	case len(drift.Changes) > 0:
		return []web.Banner{{
			Kind: web.BannerWarn, Text: fmt.Sprintf("线上菜单在别处被修改过，与第 %d 版有 %d 处不同。现在发布会覆盖那些修改。", published.ID, len(drift.Changes)),
			Link: &web.Link{Href: menuPath + "/live", Text: "看有什么不同，或导入到草稿"},
		}}
	}
	return nil
}

// dueField asks for the time of a later publication; it proposes tomorrow morning.
func dueField(now time.Time, typed string) web.Field {
	now = now.In(model.Shanghai)
	if typed == "" {
		tomorrow := now.AddDate(0, 0, 1)
		typed = time.Date(tomorrow.Year(), tomorrow.Month(), tomorrow.Day(), 8, 0, 0, 0, model.Shanghai).Format(dueForm)
	}
	return web.Field{Name: "due", Label: "发布时间（北京时间）", Type: "datetime-local", Value: typed, Min: now.Format(dueForm), Depends: true, Hint: "只在选择“定时发布”时需要"}
}

// dueForm is what datetime-local sends.
const dueForm = "2006-01-02T15:04"

// showPage renders another page of the menu.
func (h *Handler) showPage(v visit, fault *model.Error, name, title string, data map[string]any) error {
	p := web.Page{Title: title, Banner: done(v.Query("done")), Next: menuPath, Data: data}
	if fault != nil {
		p.Banner = append(p.Banner, web.Banner{Kind: web.BannerError, Text: firstLine(fault.Message)})
	}
	code := http.StatusOK
	if fault != nil {
		code = web.Status(fault)
	}
	return h.show(v, code, name, p)
}
