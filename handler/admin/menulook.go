package admin

import (
	"fmt"
	"strings"
	"time"

	"quxiang/handler/web"
	"quxiang/model"
)

const (
	// pressDays is how many days of presses the page shows.
	pressDays = 14
	// recentListed followers are offered for a preview, and a tail is looked for
	// among recentSought: somebody who tries his own phone has just followed.
	recentListed = 10
	recentSought = 1000
	// tailShown is how much of an openid operators see.
	tailShown = 6
	// openidLength is that of every openid that WeChat gives.
	openidLength = 28
)

// match asks WeChat what a follower sees. Followers are shown by the end of their
// openid, and nothing of a graduate is read.
func (h *Handler) match(v visit) error { return h.showMatch(v, nil, "", nil) }

func (h *Handler) showMatch(v visit, fault *model.Error, who string, shown []model.MenuItem) error {
	recent, err := h.o.Store.RecentFollowers(v.Request.Context(), recentListed)
	if err != nil {
		return fmt.Errorf("admin: recent followers: %w", err)
	}
	c := web.Choices{Name: "tail", Label: "最近关注的手机", Required: false, Items: []web.Choice{{Text: "不从列表选择", Chosen: v.PostForm("tail") == ""}}}
	for _, f := range recent {
		tail := tailOf(f.OpenID)
		c.Items = append(c.Items, web.Choice{Value: tail, Text: "…" + tail + "　" + model.Minute(f.LastEventAt) + " 关注", Chosen: v.PostForm("tail") == tail})
	}
	field := web.Field{
		Name: "user", Label: "微信号，或 openid 的末尾", Value: v.PostForm("user"), Depends: true,
		Hint: "填自己的微信号最方便；openid 填末尾 6 位以上，在最近关注的 1000 部手机中查找",
	}
	data := map[string]any{"Recent": c, "Field": field, "Who": who}
	if shown != nil {
		data["Phone"] = h.phone(shown)
		data["Lines"] = menuLines(model.MenuSet{Default: shown}, 0, model.MenuReport{})
	}
	if fault != nil {
		field.Error = fault.Message
		data["Field"] = field
	}
	return h.showPage(v, fault, "menu_match", "预览某人看到的菜单", data)
}

func tailOf(openid string) string { return openid[max(0, len(openid)-tailShown):] }

func (h *Handler) matchUser(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	typed := strings.TrimSpace(v.PostForm("user"))
	if typed == "" {
		typed = v.PostForm("tail")
	}
	user, who, err := h.followerBy(v, typed)
	if err != nil {
		if e, ok := asError(err); ok {
			return h.showMatch(v, e, "", nil)
		}
		return err
	}
	shown, err := h.o.Menu.Match(v.Request.Context(), user)
	if err != nil {
		if e, ok := asError(err); ok {
			return h.showMatch(v, e, "", nil)
		}
		return fmt.Errorf("admin: match menu: %w", err)
	}
	if shown == nil {
		shown = []model.MenuItem{}
	}
	return h.showMatch(v, nil, who, shown)
}

// followerBy finds whom a text names: an openid, the end of one, or else a WeChat
// name, which only WeChat knows.
func (h *Handler) followerBy(v visit, typed string) (user, who string, err error) {
	switch {
	case typed == "":
		return "", "", model.Invalid("user", "请选择一部手机，或填写微信号。")
	case len(typed) > 64 || strings.ContainsFunc(typed, func(r rune) bool { return r <= ' ' || r > '~' }):
		return "", "", model.Invalid("user", "微信号和 openid 只含字母、数字、下划线和减号。")
	case len(typed) == openidLength && typed[0] == 'o':
		return typed, "…" + tailOf(typed), nil
	case len(typed) < tailShown:
		return typed, typed, nil
	}
	recent, err := h.o.Store.RecentFollowers(v.Request.Context(), recentSought)
	if err != nil {
		return "", "", fmt.Errorf("admin: recent followers: %w", err)
	}
	var found []string
	for _, f := range recent {
		if strings.HasSuffix(f.OpenID, typed) {
			found = append(found, f.OpenID)
		}
	}
	switch len(found) {
	case 0:
		return typed, typed, nil
	case 1:
		return found[0], "…" + tailOf(found[0]), nil
	}
	return "", "", model.Invalid("user", "有 %d 部手机的 openid 以它结尾，请多填几位。", len(found))
}

// pressRow is how often one button was pressed.
type pressRow struct {
	Name, Does string
	Days       []int
	Sum        int
}

// presses shows how often each button was pressed on each day.
func (h *Handler) presses(v visit) error {
	ctx := v.Request.Context()
	today := model.DateOf(h.o.Web.Now())
	first := today.AddDays(1 - pressDays)
	counted, err := h.o.Store.MenuPresses(ctx, first, today)
	if err != nil {
		return fmt.Errorf("admin: menu presses: %w", err)
	}
	published, _, err := h.o.Store.PublishedMenu(ctx)
	if err != nil {
		return fmt.Errorf("admin: published menu: %w", err)
	}
	var days []model.Date
	at := map[model.Date]int{}
	for d := first; d <= today; d = d.AddDays(1) {
		at[d] = len(days)
		days = append(days, d)
	}
	type button struct {
		kind model.MenuType
		key  string
	}
	rows, index := []*pressRow{}, map[button]*pressRow{}
	row := func(b button, name, does string) *pressRow {
		r := index[b]
		if r == nil {
			r = &pressRow{Name: name, Does: does, Days: make([]int, len(days))}
			index[b], rows = r, append(rows, r)
		}
		return r
	}
	if published != nil {
		for n := range published.Set.Menus() {
			for _, top := range published.Set.Of(n) {
				for _, it := range append([]model.MenuItem{top}, top.Items...) {
					if kind, key := h.o.Links.MenuPressed(it); key != "" {
						row(button{kind, key}, it.Name, it.Does())
					}
				}
			}
		}
	}
	for _, p := range counted {
		r := row(button{p.Kind, p.Key}, "（已不在菜单里）", model.Shorten(p.Key, 60))
		if a, ok := h.o.Links.MenuAction(p.Kind, p.Key); ok && r.Name == "（已不在菜单里）" {
			r.Name, r.Does = a.Chinese()+"（已不在菜单里）", a.Does()
		}
		r.Days[at[p.Day]] += p.Count
		r.Sum += p.Count
	}
	heads := make([]string, len(days))
	for i, d := range days {
		heads[i] = d.Start().In(model.Shanghai).Format("1/2")
	}
	return h.showPage(v, nil, "menu_presses", "按钮点击", map[string]any{"Days": heads, "Rows": rows, "Until": h.o.Web.Now().In(model.Shanghai).Format(time.DateOnly)})
}
