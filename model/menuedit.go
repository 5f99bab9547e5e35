package model

import "slices"

var (
	errMenuGone = func() error {
		return Errorf(CodeChanged, "这个按钮已经不在草稿里了，可能有人刚刚修改过。请看最新的草稿。")
	}
	errMenuFull = func(n int) error {
		return Invalid("menu", "这里最多 %d 个按钮，请先删除或移走一个。", n)
	}
)

// Item returns the button at a place.
func (m MenuSet) Item(p MenuPlace) (MenuItem, bool) {
	items := m.Of(p.Menu)
	if p.Column < 0 || p.Column >= len(items) {
		return MenuItem{}, false
	}
	if p.Item < 0 {
		return items[p.Column], true
	}
	if p.Item >= len(items[p.Column].Items) {
		return MenuItem{}, false
	}
	return items[p.Column].Items[p.Item], true
}

// edit changes the items of one menu of a copy of m.
func (m MenuSet) edit(menu int, f func([]MenuItem) ([]MenuItem, error)) (MenuSet, error) {
	out := m.Clone()
	if menu < 0 || menu >= out.Menus() {
		return m, errMenuGone()
	}
	items, err := f(out.Of(menu))
	if err != nil {
		return m, err
	}
	if menu == 0 {
		out.Default = items
	} else {
		out.Conditional[menu-1].Items = items
	}
	return out, nil
}

// Add puts a button into a menu: at the end of the bar for a Column of -1, else
// at the end of that column. A button that gets its first item below it loses
// what it did itself: a parent only opens its list.
func (m MenuSet) Add(menu, column int, it MenuItem) (MenuSet, error) {
	return m.edit(menu, func(items []MenuItem) ([]MenuItem, error) {
		if column < 0 {
			if len(items) >= MaxMenuButtons {
				return nil, errMenuFull(MaxMenuButtons)
			}
			return append(items, it), nil
		}
		if column >= len(items) {
			return nil, errMenuGone()
		}
		if len(items[column].Items) >= MaxMenuItems {
			return nil, errMenuFull(MaxMenuItems)
		}
		items[column] = MenuItem{Name: items[column].Name, Items: append(items[column].Items, it)}
		return items, nil
	})
}

// Replace changes a button; what is below it stays unless it gets something to
// do itself.
func (m MenuSet) Replace(p MenuPlace, it MenuItem) (MenuSet, error) {
	return m.edit(p.Menu, func(items []MenuItem) ([]MenuItem, error) {
		if _, ok := m.Item(p); !ok {
			return nil, errMenuGone()
		}
		if p.Item >= 0 {
			items[p.Column].Items[p.Item] = it
			return items, nil
		}
		if it.Action == "" && it.Type == "" {
			it.Items = items[p.Column].Items
		}
		items[p.Column] = it
		return items, nil
	})
}

// Remove takes a button out, with all below it.
func (m MenuSet) Remove(p MenuPlace) (MenuSet, error) {
	return m.edit(p.Menu, func(items []MenuItem) ([]MenuItem, error) {
		if _, ok := m.Item(p); !ok {
			return nil, errMenuGone()
		}
		if p.Item < 0 {
			return slices.Delete(items, p.Column, p.Column+1), nil
		}
		items[p.Column].Items = slices.Delete(items[p.Column].Items, p.Item, p.Item+1)
		return items, nil
	})
}

// Move takes the button at from to the place to, within one menu: also from one
// column into another, or between the bar and a list. A parent stays in the bar.
func (m MenuSet) Move(from, to MenuPlace) (MenuSet, error) {
	it, ok := m.Item(from)
	if !ok || from.Menu != to.Menu {
		return m, errMenuGone()
	}
	if len(it.Items) > 0 && to.Item >= 0 {
		return m, Invalid("menu", "“%s”下面有子按钮，不能移到另一个按钮下面：菜单最多两级。", it.Name)
	}
	return m.edit(from.Menu, func(items []MenuItem) ([]MenuItem, error) {
		if to.Column < 0 || to.Column > len(items) || to.Item >= 0 && to.Column >= len(items) {
			return nil, errMenuGone()
		}
		if from.Item < 0 && to.Item >= 0 && from.Column == to.Column {
			return nil, Invalid("menu", "按钮不能移到它自己下面。")
		}
		// A mark keeps the place of the target while the button is taken out.
		if to.Item >= 0 && from.Item < 0 && to.Column > from.Column {
			to.Column--
		}
		if from.Item < 0 {
			items = slices.Delete(items, from.Column, from.Column+1)
		} else {
			items[from.Column].Items = slices.Delete(items[from.Column].Items, from.Item, from.Item+1)
		}
		if to.Item < 0 {
			if len(items) >= MaxMenuButtons {
				return nil, errMenuFull(MaxMenuButtons)
			}
			return slices.Insert(items, min(to.Column, len(items)), it), nil
		}
		column := &items[to.Column]
		if len(column.Items) >= MaxMenuItems {
			return nil, errMenuFull(MaxMenuItems)
		}
		*column = MenuItem{Name: column.Name, Items: slices.Insert(column.Items, min(to.Item, len(column.Items)), it)}
		return items, nil
	})
}

// AddConditional adds a conditional menu at the end, which begins as a copy of
// the default one.
func (m MenuSet) AddConditional(tag string, platform MenuPlatform) (MenuSet, error) {
	if len(m.Conditional) >= maxConditional {
		return m, Invalid("menu", "个性化菜单最多 %d 个。", maxConditional)
	}
	out := m.Clone()
	out.Conditional = append(out.Conditional, ConditionalMenu{Tag: tag, Platform: platform, Items: cloneItems(m.Default)})
	return out, nil
}

// SetCondition changes for whom a conditional menu is.
func (m MenuSet) SetCondition(menu int, tag string, platform MenuPlatform) (MenuSet, error) {
	if menu < 1 || menu > len(m.Conditional) {
		return m, errMenuGone()
	}
	out := m.Clone()
	out.Conditional[menu-1].Tag, out.Conditional[menu-1].Platform = tag, platform
	return out, nil
}

// RemoveConditional takes a conditional menu out.
func (m MenuSet) RemoveConditional(menu int) (MenuSet, error) {
	if menu < 1 || menu > len(m.Conditional) {
		return m, errMenuGone()
	}
	out := m.Clone()
	out.Conditional = slices.Delete(out.Conditional, menu-1, menu)
	return out, nil
}

// RaiseConditional moves a conditional menu before the one before it, so that it
// is looked at earlier.
func (m MenuSet) RaiseConditional(menu int) (MenuSet, error) {
	if menu < 2 || menu > len(m.Conditional) {
		return m, errMenuGone()
	}
	out := m.Clone()
	out.Conditional[menu-2], out.Conditional[menu-1] = out.Conditional[menu-1], out.Conditional[menu-2]
	return out, nil
}
