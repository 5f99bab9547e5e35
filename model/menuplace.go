package model

import (
	"fmt"
	"strings"
)

// Place says where p is: 更多 ▸ 第2个按钮（截止日期）. The default menu is not
// named, a conditional one is.
func (m MenuSet) Place(p MenuPlace) string {
	var parts []string
	if p.Menu > 0 || p.Column < 0 {
		parts = append(parts, m.Title(p.Menu))
	}
	items := m.Of(p.Menu)
	if p.Column >= 0 && p.Column < len(items) {
		it := items[p.Column]
		if p.Item < 0 {
			parts = append(parts, place(p.Column, it.Name))
		} else {
			above := tidy(it.Name)
			if above == "" {
				above = place(p.Column, "")
			}
			parts = append(parts, above)
			if p.Item < len(it.Items) {
				parts = append(parts, place(p.Item, it.Items[p.Item].Name))
			}
		}
	}
	return strings.Join(parts, " ▸ ")
}

func place(i int, name string) string {
	s := fmt.Sprintf("第%d个按钮", i+1)
	if name = tidy(name); name != "" {
		s += "（" + name + "）"
	}
	return s
}

// tidy is a name as a place can quote it, whatever is wrong with it.
func tidy(name string) string {
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if Unseen(r) && !follows(r) {
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, string(replacement))))
	if c := characters(name); len(c) > 12 {
		name = strings.Join(c[:12], "") + "…"
	}
	return name
}
