package model

import (
	"fmt"
	"slices"
)

// MenuChange is one difference between two sets.
type MenuChange struct {
	Kind MenuChangeKind
	Menu string // which menu: 默认菜单 or a conditional one
	Text string // what, in words
}

// MenuChangeKind says what sort of difference it is.
type MenuChangeKind string

// The kinds of differences.
const (
	MenuAdded   MenuChangeKind = "added"
	MenuRemoved MenuChangeKind = "removed"
	MenuChanged MenuChangeKind = "changed"
	MenuMoved   MenuChangeKind = "moved"
)

// Chinese names the kind.
func (k MenuChangeKind) Chinese() string {
	return map[MenuChangeKind]string{MenuAdded: "新增", MenuRemoved: "删除", MenuChanged: "修改", MenuMoved: "移动"}[k]
}

// Mark is the kind as a sign at the beginning of a line.
func (k MenuChangeKind) Mark() string {
	return map[MenuChangeKind]string{MenuAdded: "+", MenuRemoved: "-", MenuChanged: "~", MenuMoved: "↕"}[k]
}

// DiffMenus tells how to get from one set to another, in words; nil when they
// are equal.
func DiffMenus(from, to MenuSet) []MenuChange {
	d := menuDiff{}
	d.menu = "默认菜单"
	d.items("", from.Default, to.Default)
	at := func(in MenuSet, c ConditionalMenu) int {
		return slices.IndexFunc(in.Conditional, func(o ConditionalMenu) bool { return o.Tag == c.Tag && o.Platform == c.Platform })
	}
	var kept []string // conditions that both have, in the order of to
	for _, c := range to.Conditional {
		d.menu = "个性化菜单（" + c.Condition() + "）"
		if was := at(from, c); was >= 0 {
			kept = append(kept, c.Condition())
			d.items("", from.Conditional[was].Items, c.Items)
			continue
		}
		d.add(MenuAdded, "整个菜单")
		d.items("", nil, c.Items)
	}
	var before []string
	for _, c := range from.Conditional {
		if at(to, c) < 0 {
			d.menu = "个性化菜单（" + c.Condition() + "）"
			d.add(MenuRemoved, "整个菜单")
			continue
		}
		before = append(before, c.Condition())
	}
	if !slices.Equal(before, kept) {
		d.menu = "个性化菜单"
		d.add(MenuMoved, "先后次序有变化，排在前面的先匹配")
	}
	return d.changes
}

type menuDiff struct {
	menu    string
	changes []MenuChange
}

func (d *menuDiff) add(kind MenuChangeKind, format string, args ...any) {
	d.changes = append(d.changes, MenuChange{Kind: kind, Menu: d.menu, Text: fmt.Sprintf(format, args...)})
}

// items compares two lists of buttons. A button is the same if it has the same
// name, or else does the same, or else stands in the same place.
func (d *menuDiff) items(above string, from, to []MenuItem) {
	match := make([]int, len(to)) // index in from, -1 for none
	taken := make([]bool, len(from))
	for i := range match {
		match[i] = -1
	}
	for _, same := range []func(i, j int) bool{
		func(i, j int) bool { return to[i].Name == from[j].Name },
		func(i, j int) bool { return to[i].target() == from[j].target() && to[i].target() != "" },
		func(i, j int) bool { return i == j },
	} {
		for i := range to {
			for j := range from {
				if match[i] < 0 && !taken[j] && same(i, j) {
					match[i], taken[j] = j, true
				}
			}
		}
	}
	for j, it := range from {
		if !taken[j] {
			d.add(MenuRemoved, "%s%s", above, quoted(it.Name))
		}
	}
	last := -1
	for i, it := range to {
		j := match[i]
		if j < 0 {
			d.add(MenuAdded, "%s%s：%s", above, quoted(it.Name), it.Does())
			for _, sub := range it.Items {
				d.add(MenuAdded, "%s%s ▸ %s：%s", above, quoted(it.Name), quoted(sub.Name), sub.Does())
			}
			continue
		}
		was := from[j]
		if was.Name != it.Name {
			d.add(MenuChanged, "%s%s：改名为%s", above, quoted(was.Name), quoted(it.Name))
		}
		if was.target() != it.target() {
			d.add(MenuChanged, "%s%s：由“%s”改为“%s”", above, quoted(it.Name), was.Does(), it.Does())
		}
		if j < last {
			d.add(MenuMoved, "%s%s：移到第 %d 个", above, quoted(it.Name), i+1)
		}
		last = max(last, j)
		d.items(above+it.Name+" ▸ ", was.Items, it.Items)
	}
}

// target is what a button does, to compare: "" for a parent.
func (it MenuItem) target() string {
	if len(it.Items) > 0 {
		return ""
	}
	return fmt.Sprintf("%q", []string{string(it.Action), string(it.Type), it.Key, it.URL, it.AppID, it.PagePath, it.MediaID, it.ArticleID})
}

func quoted(name string) string { return "“" + name + "”" }
