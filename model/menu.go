package model

import "time"

// MenuAction is a built-in action that a button can have, so that nobody types
// an address by hand.
type MenuAction string

// The built-in actions.
const (
	MenuRegister MenuAction = "register" // 去向登记: opens the next step
	MenuProgress MenuAction = "progress" // 办理进度: answered in the chat
	MenuVerify   MenuAction = "verify"   // 核验入口
	MenuDeadline MenuAction = "deadline" // 截止日期: answered in the chat
	MenuRebind   MenuAction = "rebind"   // 换绑微信
	MenuHelp     MenuAction = "help"     // 帮助: answered in the chat
)

// MenuItem is one button, or a button with items below it.
type MenuItem struct {
	Name   string     `json:"name"`
	Action MenuAction `json:"action,omitempty"`
	Items  []MenuItem `json:"items,omitempty"`
}

// Menu is the account's menu as operators see it, and its history.
type Menu struct {
	ID          int64
	Items       []MenuItem
	PublishedAt time.Time
	PublishedBy Actor
}

// DefaultMenu is the menu of a new account (screens, Chat).
func DefaultMenu() []MenuItem {
	return []MenuItem{
		{Name: "去向登记", Action: MenuRegister},
		{Name: "办理进度", Action: MenuProgress},
		{Name: "更多", Items: []MenuItem{
			{Name: "核验入口", Action: MenuVerify},
			{Name: "截止日期", Action: MenuDeadline},
			{Name: "换绑微信", Action: MenuRebind},
			{Name: "帮助", Action: MenuHelp},
		}},
	}
}
