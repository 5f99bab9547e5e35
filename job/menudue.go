package job

import (
	"context"
	"errors"
	"fmt"
	"time"

	"quxiang/model"
)

// Run publishes what falls due and watches the live menu, until ctx ends. What
// fell due while nothing ran is published at once.
func (m *Menus) Run(ctx context.Context) error {
	watched := time.Now() // of the machine: how fast WeChat is asked has nothing to do with the date played
	for {
		if _, err := m.RunDue(ctx); err != nil && ctx.Err() == nil {
			m.o.Logger.ErrorContext(ctx, "menus that are due", "err", err)
		}
		if time.Since(watched) >= menuWatch {
			watched = time.Now()
			if _, err := m.Watch(ctx); err != nil && ctx.Err() == nil {
				m.o.Logger.WarnContext(ctx, "live menu not read", "err", err)
			}
		}
		if !wait(ctx, menuEvery) {
			return nil
		}
	}
}

// Job is the Menus' part of a schedule: their own loop runs beside the Runner's.
func (m *Menus) Job() Job {
	return Job{Name: "menu", Spec: Always, Run: m.RunDue, Forced: m.RunAll, Next: m.Next}
}

// RunDue publishes the version that is due; of several the latest, the others are
// overtaken.
func (m *Menus) RunDue(ctx context.Context) (outcome string, err error) {
	now := m.o.Now()
	broken, err := m.o.Store.BrokenMenus(ctx, now)
	if err != nil {
		return "", fmt.Errorf("job: menus: %w", err)
	}
	waiting, err := m.o.Store.ScheduledMenus(ctx)
	if err != nil {
		return "", fmt.Errorf("job: menus: %w", err)
	}
	due := 0
	for due < len(waiting) && !waiting[due].DueAt.After(now) {
		due++
	}
	m.next.Store(0)
	if due < len(waiting) {
		m.next.Store(waiting[due].DueAt.UnixMilli())
	}
	outcome = fmt.Sprintf("到期 %d 版", due)
	if broken > 0 {
		outcome += fmt.Sprintf("，发现中断的发布 %d 次", broken)
	}
	if due == 0 {
		return outcome, nil
	}
	var errs []error
	for _, v := range waiting[:due-1] {
		if err := m.o.Store.SkipMenu(ctx, v.ID, now); err != nil && model.CodeOf(err) != model.CodeChanged {
			errs = append(errs, err)
		}
	}
	v, err := m.Publish(ctx, waiting[due-1].ID)
	switch model.CodeOf(err) {
	case "", model.CodeConflict, model.CodeChanged: // done, or another replica is at it
		outcome += "，" + v.State.Chinese()
	case model.CodeInvalid: // it was right when it was scheduled: the rules have changed
		errs = append(errs, err, m.giveUp(ctx, v, err))
	default:
		errs = append(errs, err)
	}
	return outcome, errors.Join(errs...)
}

// giveUp ends a scheduled version that the rules refuse, so that it is not tried
// every few seconds.
func (m *Menus) giveUp(ctx context.Context, v model.MenuVersion, why error) error {
	if err := m.o.Store.ClaimMenu(ctx, v.ID); err != nil {
		return err
	}
	text, code := whyRefused(why)
	v.State, v.DoneAt, v.Steps = model.MenuFailed, m.o.Now(), []model.MenuStep{{Text: "检查", Said: text, Code: code}}
	return m.o.Store.FinishMenu(ctx, v)
}

// RunAll is RunDue and a look at the live menu.
func (m *Menus) RunAll(ctx context.Context) (outcome string, err error) {
	outcome, err = m.RunDue(ctx)
	if err != nil {
		return outcome, err
	}
	d, err := m.Watch(ctx)
	if err != nil {
		return outcome, err
	}
	if len(d.Changes) > 0 {
		return outcome + fmt.Sprintf("；线上菜单在别处被修改，有 %d 处不同", len(d.Changes)), nil
	}
	return outcome + "；线上菜单没有在别处被修改", nil
}

// Next is when the next version falls due after t, zero when none does.
func (m *Menus) Next(t time.Time) time.Time {
	if ms := m.next.Load(); ms > t.UnixMilli() {
		return time.UnixMilli(ms)
	}
	return time.Time{}
}

// Plan is told that a version was scheduled, so that a walk through time stops
// there.
func (m *Menus) Plan(due time.Time) {
	for {
		ms := m.next.Load()
		if ms != 0 && ms <= due.UnixMilli() || m.next.CompareAndSwap(ms, due.UnixMilli()) {
			return
		}
	}
}

// Watch compares the live menu with the version that was published last and keeps
// what it finds. While a publication is under way or has failed, nothing is
// compared: its steps tell what stands.
func (m *Menus) Watch(ctx context.Context) (model.MenuDrift, error) {
	published, tried, err := m.o.Store.PublishedMenu(ctx)
	if err != nil {
		return model.MenuDrift{}, err
	}
	d := model.MenuDrift{CheckedAt: m.o.Now()}
	if tried != nil && tried.State != model.MenuPublished {
		return d, nil
	}
	live, err := m.Live(ctx)
	if err != nil {
		return d, err
	}
	d.Digest, d.Changes = live.Digest, model.CompareLive(published, live)
	return d, m.o.Store.SaveMenuDrift(ctx, d)
}
