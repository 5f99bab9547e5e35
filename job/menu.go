package job

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"quxiang/model"
	"quxiang/model/links"
	"quxiang/wechat"
)

// menuStore is where versions of the menu are kept.
type menuStore interface {
	AddMenu(ctx context.Context, v model.MenuVersion) (model.MenuVersion, error)
	Menu(ctx context.Context, id int64) (model.MenuVersion, error)
	ClaimMenu(ctx context.Context, id int64) error
	FinishMenu(ctx context.Context, v model.MenuVersion) error
	SkipMenu(ctx context.Context, id int64, now time.Time) error
	BrokenMenus(ctx context.Context, now time.Time) (int, error)
	ScheduledMenus(ctx context.Context) ([]model.MenuVersion, error)
	PublishedMenu(ctx context.Context) (published, tried *model.MenuVersion, err error)
	SaveMenuDrift(ctx context.Context, d model.MenuDrift) error
}

// menuClient are WeChat's calls for menus.
type menuClient interface {
	Menus(ctx context.Context) (wechat.Menus, bool, error)
	SelfMenu(ctx context.Context) (wechat.SelfMenu, error)
	CreateMenu(ctx context.Context, m wechat.Menu) error
	DeleteMenu(ctx context.Context) error
	AddConditional(ctx context.Context, m wechat.ConditionalMenu) (string, error)
	DeleteConditional(ctx context.Context, id string) error
	TryMatch(ctx context.Context, user string) (wechat.Menu, error)
	Tags(ctx context.Context) ([]wechat.Tag, error)
	CreateTag(ctx context.Context, name string) (wechat.Tag, error)
}

// MenuOptions are what Menus need.
type MenuOptions struct {
	Store  menuStore
	Client menuClient
	Links  links.Links
	Now    func() time.Time
	Logger *slog.Logger
}

// Menus publish versions of the account's menu, now or when they fall due, and
// watch whether somebody else changes the live one. WeChat has no call that
// replaces a whole set: it is put there step by step, and each step's result is
// kept with the version.
type Menus struct {
	o    MenuOptions
	next atomic.Int64 // milliseconds of the next version that falls due; 0 for none
}

// NewMenus returns Menus.
func NewMenus(o MenuOptions) *Menus {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Menus{o: o}
}

const (
	// menuBudget bounds one publication, below the store's lease.
	menuBudget = 4 * time.Minute
	// menuEvery is how often the database is asked what is due; an index answers.
	menuEvery = 5 * time.Second
	// menuWatch is how often the live menu is looked at: 288 calls a day of 10,000.
	menuWatch = 10 * time.Minute
	// menuPatience is how long a scheduled version is tried again while WeChat does
	// not answer and nothing of it has been done.
	menuPatience = time.Hour
)

// Publish puts a version that is kept or scheduled on the account: the default
// menu first, then the conditional ones, then the old conditional ones away. The
// version comes back with what became of it; the error says why it failed. What
// the rules refuse never reaches WeChat. Once begun it goes on when ctx ends: half
// a set must not depend on somebody closing a page.
func (m *Menus) Publish(ctx context.Context, id int64) (model.MenuVersion, error) {
	v, err := m.o.Store.Menu(ctx, id)
	if err != nil {
		return v, err
	}
	if !v.Set.Empty() {
		if err := model.CheckMenus(v.Set, m.o.Links.Origin()).Err(); err != nil {
			return v, err
		}
	}
	if err := m.o.Store.ClaimMenu(ctx, id); err != nil {
		return v, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), menuBudget)
	defer cancel()
	p := publication{Menus: m, set: v.Set}
	failed := p.run(ctx)
	now := m.o.Now()
	v.Steps, v.Live, v.DoneAt, v.State = p.steps, p.digest, now, model.MenuPublished
	if failed != nil {
		v.State = model.MenuFailed
		if !p.changed && !v.DueAt.IsZero() && wechat.KindOf(failed) == wechat.KindTransient && now.Before(v.DueAt.Add(menuPatience)) {
			v.State, v.DoneAt = model.MenuScheduled, time.Time{}
		}
		m.o.Logger.WarnContext(ctx, "menu not published", "version", v.ID, "err", failed)
	}
	recording, end := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer end()
	if err := m.o.Store.FinishMenu(recording, v); err != nil {
		return v, errors.Join(failed, err)
	}
	if failed != nil {
		return v, menuError(failed, "菜单没有发布完整")
	}
	return v, m.o.Store.SaveMenuDrift(recording, model.MenuDrift{CheckedAt: now, Digest: v.Live})
}

// menuError is what WeChat refused, for people.
func menuError(err error, what string) error {
	if e, ok := errors.AsType[*model.Error](err); ok {
		return e
	}
	why, code := whyRefused(err)
	if code != 0 {
		why += fmt.Sprintf("（微信错误码 %d）", code)
	}
	return model.Errorf(model.CodeUnavailable, "%s：%s", what, why).Because(err)
}

// whyRefused is why a call failed, in words, with WeChat's errcode or 0.
func whyRefused(err error) (string, int) {
	if e, ok := errors.AsType[*wechat.Error](err); ok {
		if e.Code == wechat.CodeTransport {
			return e.Hint(), 0
		}
		return e.Hint(), e.Code
	}
	if e, ok := errors.AsType[*wechat.MenuError](err); ok {
		return e.Problem, e.Code
	}
	if e, ok := errors.AsType[*model.Error](err); ok {
		return e.Message, 0
	}
	return "微信暂时没有接受，请稍后再试。", 0
}

// publication is one set on its way.
type publication struct {
	*Menus
	set     model.MenuSet
	steps   []model.MenuStep
	changed bool // something stands live that did not before
	digest  string
}

// step does one call and keeps what became of it.
func (p *publication) step(text string, call func() error) error {
	err := call()
	s := model.MenuStep{Text: text, OK: err == nil}
	if err != nil {
		s.Said, s.Code = whyRefused(err)
	}
	p.steps = append(p.steps, s)
	return err
}

// change is a step that changes what stands live.
func (p *publication) change(text string, call func() error) error {
	err := p.step(text, call)
	p.changed = p.changed || err == nil
	return err
}

func (p *publication) run(ctx context.Context) error {
	err := p.put(ctx)
	if err != nil && p.changed {
		p.tell(ctx)
	}
	if err == nil {
		// Without a digest the watch compares content, which is nearly as good.
		if live, lerr := p.Live(ctx); lerr == nil {
			p.digest = live.Digest
		}
	}
	return err
}

func (p *publication) put(ctx context.Context) error {
	var old wechat.Menus
	if err := p.step("读取线上菜单", func() (err error) {
		old, _, err = p.o.Client.Menus(ctx)
		return err
	}); err != nil {
		return err
	}
	if p.set.Empty() {
		return p.change("清空菜单", func() error { return p.o.Client.DeleteMenu(ctx) })
	}
	if err := p.keepFormer(ctx); err != nil {
		return err
	}
	tags, err := p.tags(ctx)
	if err != nil {
		return err
	}
	if err := p.change(fmt.Sprintf("默认菜单（%d 个一级按钮）", len(p.set.Default)), func() error {
		return p.o.Client.CreateMenu(ctx, wechat.Menu{Buttons: p.buttons(p.set.Default)})
	}); err != nil {
		return err
	}
	// The newest matches first, so that the first is added last; the old ones go
	// when all new ones stand before them.
	for _, c := range slices.Backward(p.set.Conditional) {
		rule := wechat.MatchRule{Platform: platformCodes[c.Platform]}
		if c.Tag != "" {
			rule.TagID = strconv.FormatInt(tags[c.Tag], 10)
		}
		if err := p.change("添加个性化菜单（"+c.Condition()+"）", func() error {
			_, err := p.o.Client.AddConditional(ctx, wechat.ConditionalMenu{Buttons: p.buttons(c.Items), Rule: rule})
			return err
		}); err != nil {
			return err
		}
	}
	for i, c := range old.Conditional {
		if err := p.change(fmt.Sprintf("删除原来的个性化菜单（第 %d 个）", i+1), func() error {
			err := p.o.Client.DeleteConditional(ctx, c.ID)
			if e, ok := errors.AsType[*wechat.Error](err); ok && e.Code == wechat.CodeMenuGone {
				return nil
			}
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// keepFormer puts a live menu that nobody published here into the history, so that
// it can be had back.
func (p *publication) keepFormer(ctx context.Context) error {
	published, _, err := p.o.Store.PublishedMenu(ctx)
	if err != nil {
		return err
	}
	live, err := p.Live(ctx)
	if err != nil {
		return p.step("读取线上菜单", func() error { return err })
	}
	if live.Set.Empty() || published != nil && len(model.CompareLive(published, live)) == 0 {
		return nil
	}
	now := p.o.Now()
	_, err = p.o.Store.AddMenu(ctx, model.MenuVersion{
		Set: live.Set, State: model.MenuKept, Note: "发布前的线上菜单（在别处设置的）", By: model.BySystem("menu"), SavedAt: now, DoneAt: now,
	})
	return err
}

// tags finds the ids of the tags that the set names. Our own are made when they
// are missing; another name that does not exist ends the publication before
// anything is changed.
func (p *publication) tags(ctx context.Context) (map[string]int64, error) {
	names := p.set.Tags()
	if len(names) == 0 {
		return nil, nil
	}
	ids := map[string]int64{}
	err := p.step("查找标签", func() error {
		all, err := p.o.Client.Tags(ctx)
		if err != nil {
			return err
		}
		for _, t := range all {
			ids[t.Name] = t.ID
		}
		for _, name := range names {
			if _, ok := ids[name]; ok {
				continue
			}
			if !slices.Contains(model.OwnTags(), name) {
				return model.Invalid("tag", "公众号没有名为“%s”的标签，请在微信公众平台建立，或换一个条件。", name)
			}
			made, err := p.o.Client.CreateTag(ctx, name)
			if err != nil {
				return err
			}
			ids[name] = made.ID
		}
		return nil
	})
	return ids, err
}

// tell adds to the steps of a publication that failed midway what stands live now.
func (p *publication) tell(ctx context.Context) {
	live, err := p.Live(ctx)
	if err != nil {
		p.steps = append(p.steps, model.MenuStep{Text: "现在线上的菜单没有读到", Said: "请稍后在“线上菜单”中查看"})
		return
	}
	text := "现在线上："
	for n := range live.Set.Menus() {
		if n > 0 {
			text += "；"
		}
		text += live.Set.Title(n)
		for i, it := range live.Set.Of(n) {
			text += map[bool]string{true: " ", false: "、"}[i == 0] + it.Name
		}
	}
	p.steps = append(p.steps, model.MenuStep{Text: text, OK: true})
}
