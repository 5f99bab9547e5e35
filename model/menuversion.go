package model

import "time"

// MenuState says what became of a version of the menu.
type MenuState string

// The states of a version. Its content never changes.
const (
	MenuKept       MenuState = "kept"       // a draft, or a menu found live, that was put aside so that nothing is lost
	MenuScheduled  MenuState = "scheduled"  // waits for DueAt
	MenuPublishing MenuState = "publishing" // somebody is talking to WeChat
	MenuPublished  MenuState = "published"  // the whole set stood live
	MenuFailed     MenuState = "failed"     // WeChat refused a step; Steps tell what stands
	MenuCancelled  MenuState = "cancelled"  // was scheduled, and called off
	MenuSkipped    MenuState = "skipped"    // was scheduled, and a later one came due first
)

// Chinese names the state.
func (s MenuState) Chinese() string {
	return map[MenuState]string{
		MenuKept: "留存", MenuScheduled: "定时发布", MenuPublishing: "正在发布", MenuPublished: "已发布",
		MenuFailed: "发布中断", MenuCancelled: "已取消", MenuSkipped: "未发布（有更晚的定时发布）",
	}[s]
}

// MenuStep is one call to WeChat while a version was published.
type MenuStep struct {
	Text string `json:"text"` // what was done, in words
	OK   bool   `json:"ok"`
	Said string `json:"said,omitempty"` // why not, in words
	Code int    `json:"code,omitempty"` // WeChat's errcode
}

// MenuVersion is one set in the account's history.
type MenuVersion struct {
	ID      int64
	Set     MenuSet
	State   MenuState
	Note    string // why it is there, such as 回滚到第 3 版
	By      Actor
	SavedAt time.Time
	DueAt   time.Time // for MenuScheduled and what came of it; zero: at once
	DoneAt  time.Time // when it was published, failed or was called off
	Steps   []MenuStep
	// Live is the digest of what WeChat showed right after it was published, so
	// that a change made elsewhere is noticed; "" when that is not known.
	Live string
}

// MenuDraft is the one draft on which all operators work. Revision counts its
// changes: who saves names the one he saw.
type MenuDraft struct {
	Set      MenuSet
	Revision int
	Base     int64 // the version from which it was made; 0 for none
	By       Actor // who changed it last
	At       time.Time
}

// Check reports CodeChanged when the draft is not the one that was seen.
func (d MenuDraft) Check(seen int) error {
	if d.Revision == seen {
		return nil
	}
	who := "系统"
	if d.By.Kind == ActorOperator {
		who = "管理员 " + d.By.Name
	}
	return Errorf(CodeChanged, "您打开页面之后，%s在 %s 修改了菜单草稿，您的这次修改还没有保存。", who, Minute(d.At))
}

// maxMenuAhead bounds how far ahead a menu is scheduled: further is a slip of
// the keyboard.
const maxMenuAhead = 366 * 24 * time.Hour

// CheckMenuDue checks the instant at which a version shall be published.
func CheckMenuDue(due, now time.Time) error {
	switch {
	case !due.After(now):
		return Invalid("due", "定时发布的时间已经过去，请选择以后的时间，或选择立即发布。")
	case due.Sub(now) > maxMenuAhead:
		return Invalid("due", "定时发布最多提前一年。")
	}
	return nil
}

// MenuLive is what WeChat shows now, read as a set of ours.
type MenuLive struct {
	Set    MenuSet
	Digest string
	// Notes say what of it cannot be kept as it is, such as an answer in words
	// that was set in WeChat's own console.
	Notes []string
	// Closed: the account shows no menu, whatever is set.
	Closed bool
}

// MenuDrift says whether the live menu is still the one that was published.
type MenuDrift struct {
	CheckedAt time.Time
	Digest    string       // of what was seen
	Changes   []MenuChange // from the published version to the live one
}

// CompareLive tells how the live menu differs from the version that was
// published last; nil when it does not, or nothing was ever published here.
func CompareLive(published *MenuVersion, live MenuLive) []MenuChange {
	if published == nil || published.Live != "" && published.Live == live.Digest {
		return nil
	}
	changes := DiffMenus(published.Set, live.Set)
	if live.Closed && !published.Set.Empty() {
		changes = append([]MenuChange{{Kind: MenuRemoved, Menu: "公众号", Text: "菜单没有开启，手机上不显示"}}, changes...)
	}
	if len(changes) == 0 && published.Live != "" {
		changes = []MenuChange{{Kind: MenuChanged, Menu: "公众号", Text: "菜单在别处重新设置过，内容看起来相同"}}
	}
	return changes
}

// MenuPress is how often a button was pressed on one day.
type MenuPress struct {
	Day   Date
	Kind  MenuType // MenuClick or MenuView, as WeChat's event says
	Key   string   // the button's key or address
	Count int
}
