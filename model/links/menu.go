package links

import "quxiang/model"

// menuPages are the built-in actions that open a page after WeChat's login.
var menuPages = map[model.MenuAction]string{
	model.MenuRegister: pathProgress,
	model.MenuRebind:   "/h5/binding",
}

// MenuButton is what a built-in action is to WeChat: an address of ours, or a
// key that we answer.
func (l Links) MenuButton(a model.MenuAction) (t model.MenuType, value string) {
	if page, ok := menuPages[a]; ok {
		return model.MenuView, l.OAuth(page)
	}
	if a == model.MenuVerify {
		return model.MenuView, l.Home()
	}
	return model.MenuClick, string(a)
}

// MenuAction is the built-in action behind a button of WeChat's, if it is one.
func (l Links) MenuAction(t model.MenuType, value string) (model.MenuAction, bool) {
	for _, a := range model.MenuActions() {
		if kind, v := l.MenuButton(a); kind == t && v == value {
			return a, true
		}
	}
	return "", false
}

// MenuPressed is what WeChat names when a button is pressed: the kind of event
// and its key; "" for a button whose press is not told.
func (l Links) MenuPressed(it model.MenuItem) (t model.MenuType, key string) {
	switch {
	case len(it.Items) > 0:
		return "", ""
	case it.Action != "":
		return l.MenuButton(it.Action)
	case it.Type == model.MenuView:
		return model.MenuView, it.URL
	case it.Type == model.MenuClick:
		return model.MenuClick, it.Key
	}
	return "", ""
}
