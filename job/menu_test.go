package job_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"quxiang/job"
	"quxiang/model"
	"quxiang/model/links"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
	"quxiang/wechat"
	"quxiang/wechat/wechattest"
)

// menuRig is the publisher with a real store and the simulator.
type menuRig struct {
	*testing.T
	clock *clock
	store *store.Store
	sim   *wechattest.Server
	menus *job.Menus
	since int64
}

const menuOrigin = "https://dj.example.edu.cn"

func newMenuRig(t *testing.T, c *clock, s *store.Store) *menuRig {
	t.Helper()
	r := &menuRig{T: t, clock: c, store: s, sim: wechattest.New(wechattest.Options{Now: c.Now})}
	t.Cleanup(r.sim.Close)
	front := httptest.NewServer(r.sim)
	t.Cleanup(front.Close)
	a := r.sim.Account()
	client, err := wechat.New(wechat.Options{AppID: a.AppID, Secret: a.Secret, APIURL: front.URL, OpenURL: front.URL, Now: c.Now})
	if err != nil {
		t.Fatal(err)
	}
	l, err := links.New(menuOrigin)
	if err != nil {
		t.Fatal(err)
	}
	r.menus = job.NewMenus(job.MenuOptions{Store: s, Client: client, Links: l, Now: c.Now})
	return r
}

func eachMenu(t *testing.T, f func(r *menuRig)) {
	t.Helper()
	c := &clock{}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c.set(at(t, "2027-06-10 10:00"))
		f(newMenuRig(t, c, s))
	}, storetest.WithNow(c.Now))
}

// add puts a set into the history, due at an instant or at once.
func (r *menuRig) add(set model.MenuSet, due time.Time) int64 {
	r.Helper()
	v := model.MenuVersion{Set: set, State: model.MenuKept, By: model.BySystem("test"), SavedAt: r.clock.Now(), DueAt: due}
	if !due.IsZero() {
		v.State = model.MenuScheduled
	}
	v, err := r.store.AddMenu(r.Context(), v)
	if err != nil {
		r.Fatal(err)
	}
	return v.ID
}

// calls are the menu calls since the last time, without reading ones.
func (r *menuRig) calls() string {
	r.Helper()
	var out []string
	for _, c := range r.sim.Calls(r.since) {
		r.since = c.Seq
		name := c.Path[strings.LastIndex(c.Path, "/")+1:]
		if slices.Contains([]string{"create", "delete", "addconditional", "delconditional"}, name) {
			out = append(out, strings.TrimPrefix(c.Path, "/cgi-bin/"))
		}
	}
	return strings.Join(out, " ")
}

func (r *menuRig) state(id int64) model.MenuState {
	r.Helper()
	v, err := r.store.Menu(r.Context(), id)
	if err != nil {
		r.Fatal(err)
	}
	return v.State
}

// live is what WeChat shows, as differences from a set.
func (r *menuRig) live(want model.MenuSet) {
	r.Helper()
	live, err := r.menus.Live(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	if d := model.DiffMenus(want, live.Set); len(d) != 0 {
		r.Errorf("live differs: %v", d)
	}
}

func menuOf(name string) model.MenuSet {
	return model.MenuSet{Default: []model.MenuItem{{Name: name, Action: model.MenuHelp}}}
}

// withTwo is the default menu with one for a tag and one for a platform.
func withTwo() model.MenuSet {
	m := model.DefaultMenu()
	m.Conditional = []model.ConditionalMenu{
		{Tag: model.TagUnbound, Items: []model.MenuItem{{Name: "绑定", Action: model.MenuRebind}}},
		{Platform: model.PlatformAndroid, Items: []model.MenuItem{{Name: "安卓", Type: model.MenuView, URL: "https://a.example.edu.cn/?a=1&b=2"}}},
	}
	return m
}

func TestMenusArePublishedAsASet(t *testing.T) {
	eachMenu(t, func(r *menuRig) {
		ctx := r.Context()
		id := r.add(withTwo(), time.Time{})
		v, err := r.menus.Publish(ctx, id)
		if err != nil || v.State != model.MenuPublished || v.Live == "" {
			r.Fatalf("%+v, %v", v, err)
		}
		if got := r.calls(); got != "tags/create menu/create menu/addconditional menu/addconditional" {
			r.Errorf("calls %s", got)
		}
		r.live(withTwo())
		// The first condition of the set wins where both match.
		phone := r.sim.AddPhone(wechattest.Phone{Platform: "2"})
		if err := r.sim.Follow(ctx, phone); err != nil {
			r.Fatal(err)
		}
		shown, err := r.menus.Match(ctx, phone)
		if err != nil || shown[0].Name != "安卓" {
			r.Errorf("%v, %v", shown, err)
		}
		if _, err := r.menus.Match(ctx, "oNobody"); model.CodeOf(err) != model.CodeInvalid || !strings.Contains(err.Error(), "65302") {
			r.Errorf("nobody: %v", err)
		}
		// The next set takes the old conditional menus away, after its own stand.
		next := menuOf("新")
		next.Conditional = withTwo().Conditional[:1]
		if _, err := r.menus.Publish(ctx, r.add(next, time.Time{})); err != nil {
			r.Fatal(err)
		}
		if got := r.calls(); got != "menu/create menu/addconditional menu/delconditional menu/delconditional" {
			r.Errorf("calls %s", got)
		}
		r.live(next)
		if _, err := r.menus.Publish(ctx, r.add(model.MenuSet{}, time.Time{})); err != nil {
			r.Fatal(err)
		}
		if got := r.calls(); got != "menu/delete" {
			r.Errorf("calls %s", got)
		}
		r.live(model.MenuSet{})
		// And all is had back, by the version that stood first.
		if _, err := r.menus.Publish(ctx, r.add(withTwo(), time.Time{})); err != nil {
			r.Fatal(err)
		}
		r.live(withTwo())
	})
}

// TestMenusThatAreRefused never reach WeChat.
func TestMenusThatAreRefused(t *testing.T) {
	eachMenu(t, func(r *menuRig) {
		bad := model.DefaultMenu()
		bad.Default[0] = model.MenuItem{Name: "去", Type: model.MenuView, URL: "javascript:alert(1)"}
		id := r.add(bad, time.Time{})
		if _, err := r.menus.Publish(r.Context(), id); model.CodeOf(err) != model.CodeInvalid || !strings.Contains(err.Error(), "40055") {
			r.Errorf("%v", err)
		}
		if n := len(r.sim.Calls(0)); n != 0 || r.state(id) != model.MenuKept {
			r.Errorf("%d calls, %s", n, r.state(id))
		}
		// A tag that the account lacks is known before anything is changed.
		tagged := model.DefaultMenu()
		tagged.Conditional = []model.ConditionalMenu{{Tag: "没有的标签", Items: tagged.Default}}
		v, err := r.menus.Publish(r.Context(), r.add(tagged, time.Time{}))
		if model.CodeOf(err) != model.CodeInvalid || !strings.Contains(err.Error(), "没有名为“没有的标签”的标签") || v.State != model.MenuFailed {
			r.Errorf("%+v, %v", v, err)
		}
		if got := r.calls(); got != "" {
			r.Errorf("calls %s", got)
		}
	})
}

// TestMenusThatFailMidway: the steps tell what stands live, and the former set is
// had back whole.
func TestMenusThatFailMidway(t *testing.T) {
	eachMenu(t, func(r *menuRig) {
		ctx := r.Context()
		if _, err := r.menus.Publish(ctx, r.add(withTwo(), time.Time{})); err != nil {
			r.Fatal(err)
		}
		next := menuOf("新菜单")
		next.Conditional = []model.ConditionalMenu{
			{Tag: model.TagDone, Items: menuOf("确认").Default}, {Tag: model.TagConfirm, Items: menuOf("待办").Default},
		}
		if err := r.sim.SetFault(wechattest.Fault{Path: "/cgi-bin/menu/addconditional", Errcode: 65305}); err != nil {
			r.Fatal(err)
		}
		r.calls()
		v, err := r.menus.Publish(ctx, r.add(next, time.Time{}))
		if err == nil || v.State != model.MenuFailed || model.CodeOf(err) != model.CodeUnavailable || !strings.Contains(err.Error(), "65305") {
			r.Fatalf("%+v, %v", v, err)
		}
		last := v.Steps[len(v.Steps)-1]
		failed := v.Steps[len(v.Steps)-2]
		if failed.OK || failed.Code != 65305 || !strings.Contains(failed.Text, model.TagConfirm) ||
			last.Text != "现在线上：默认菜单 新菜单；个性化菜单（标签“未绑定”） 绑定；个性化菜单（安卓手机） 安卓" {
			r.Errorf("steps %+v", v.Steps)
		}
		if d, err := r.menus.Watch(ctx); err != nil || len(d.Changes) != 0 {
			r.Errorf("what failed is no change elsewhere: %+v, %v", d, err)
		}
		if _, err := r.menus.Publish(ctx, r.add(withTwo(), time.Time{})); err != nil {
			r.Fatal(err)
		}
		r.live(withTwo())
	})
}

func TestMenusFallDue(t *testing.T) {
	eachMenu(t, func(r *menuRig) {
		ctx := r.Context()
		first, second, later := r.add(menuOf("一"), at(r, "2027-06-10 11:00")), r.add(menuOf("二"), at(r, "2027-06-10 12:00")), r.add(menuOf("三"), at(r, "2027-06-20 08:00"))
		if _, err := r.menus.RunDue(ctx); err != nil || r.state(first) != model.MenuScheduled {
			r.Fatalf("too early: %s, %v", r.state(first), err)
		}
		if next := r.menus.Next(r.clock.Now()); !next.Equal(at(r, "2027-06-10 11:00")) {
			r.Errorf("next %s", next)
		}
		// Down until the evening: the latest that is due is published, once.
		r.clock.set(at(r, "2027-06-10 20:00"))
		if _, err := r.menus.RunDue(ctx); err != nil {
			r.Fatal(err)
		}
		if r.state(first) != model.MenuSkipped || r.state(second) != model.MenuPublished || r.state(later) != model.MenuScheduled {
			r.Errorf("%s %s %s", r.state(first), r.state(second), r.state(later))
		}
		r.live(menuOf("二"))
		r.calls()
		if _, err := r.menus.RunDue(ctx); err != nil || r.calls() != "" {
			r.Errorf("again: %v", err)
		}
		r.menus.Plan(at(r, "2027-06-15 08:00"))
		if next := r.menus.Next(r.clock.Now()); !next.Equal(at(r, "2027-06-15 08:00")) {
			r.Errorf("planned %s", next)
		}
	})
}

// TestMenusWaitForWeChat: while WeChat does not answer and nothing is done, a
// scheduled version is tried again, for an hour.
func TestMenusWaitForWeChat(t *testing.T) {
	eachMenu(t, func(r *menuRig) {
		ctx := r.Context()
		id := r.add(menuOf("一"), at(r, "2027-06-10 11:00"))
		fail := func() {
			if err := r.sim.SetFault(wechattest.Fault{Path: "/cgi-bin/menu/get", Errcode: -1}); err != nil {
				r.Fatal(err)
			}
		}
		fail()
		r.clock.set(at(r, "2027-06-10 11:00"))
		if _, err := r.menus.RunDue(ctx); err == nil || r.state(id) != model.MenuScheduled {
			r.Errorf("%v, %s", err, r.state(id))
		}
		if _, err := r.menus.RunDue(ctx); err != nil || r.state(id) != model.MenuPublished {
			r.Errorf("%v, %s", err, r.state(id))
		}
		id = r.add(menuOf("二"), at(r, "2027-06-10 11:30"))
		fail()
		r.clock.set(at(r, "2027-06-10 12:31"))
		if _, err := r.menus.RunDue(ctx); err == nil || r.state(id) != model.MenuFailed {
			r.Errorf("%v, %s", err, r.state(id))
		}
	})
}

// TestMenusSetElsewhere: the watch tells, the import reads what can be kept, and
// publishing over it puts what stood there into the history.
func TestMenusSetElsewhere(t *testing.T) {
	eachMenu(t, func(r *menuRig) {
		ctx := r.Context()
		if _, err := r.menus.Publish(ctx, r.add(withTwo(), time.Time{})); err != nil {
			r.Fatal(err)
		}
		if d, err := r.menus.Watch(ctx); err != nil || len(d.Changes) != 0 {
			r.Fatalf("untouched: %+v, %v", d, err)
		}
		set := r.console(`{"button":[{"name":"电话","type":"text","value":"010-1"},{"name":"更多","sub_button":{"list":[` +
			`{"name":"登记","type":"view","url":"` + menuOrigin + `/wechat/oauth?next=%2Fh5%2Fhome"},{"name":"图","type":"img","value":"MEDIA"}]}}]}`)
		outcome, err := r.menus.RunAll(ctx)
		if err != nil || !strings.Contains(outcome, "在别处被修改") {
			r.Errorf("%s, %v", outcome, err)
		}
		if d, err := r.store.MenuDrift(ctx); err != nil || len(d.Changes) == 0 {
			r.Errorf("%+v, %v", d, err)
		}
		live, err := r.menus.Live(ctx)
		if err != nil || len(live.Notes) != 1 || !strings.Contains(live.Notes[0], "010-1") {
			r.Fatalf("%+v, %v", live, err)
		}
		if d := model.DiffMenus(set, live.Set); len(d) != 0 {
			r.Errorf("imported: %v", d)
		}
		if _, err := r.menus.Publish(ctx, r.add(withTwo(), time.Time{})); err != nil {
			r.Fatal(err)
		}
		all, err := r.store.Menus(ctx, 0, 9)
		if err != nil || all[0].State != model.MenuKept || len(model.DiffMenus(set, all[0].Set)) != 0 {
			r.Errorf("kept %+v, %v", all[0], err)
		}
		if err := r.sim.SetConsoleMenu(wechattest.ConsoleMenu{Closed: true}); err != nil {
			r.Fatal(err)
		}
		if d, err := r.menus.Watch(ctx); err != nil || len(d.Changes) == 0 || !strings.Contains(d.Changes[0].Text, "没有开启") {
			r.Errorf("closed: %+v, %v", d, err)
		}
	})
}

// console sets a menu in WeChat's console and returns it as it is imported.
func (r *menuRig) console(body string) model.MenuSet {
	r.Helper()
	w := httptest.NewRecorder()
	r.sim.ServeHTTP(w, httptest.NewRequest("POST", "/sim/menu", strings.NewReader(body)))
	if w.Code != 200 {
		r.Fatal(w.Body)
	}
	live, err := r.menus.Live(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	return model.MenuSet{Default: []model.MenuItem{
		{Name: "电话", Type: model.MenuClick, Key: live.Set.Default[0].Key},
		{Name: "更多", Items: []model.MenuItem{{Name: "登记", Action: model.MenuRegister}, {Name: "图", Type: model.MenuMedia, MediaID: "MEDIA"}}},
	}}
}

// pressBook counts what is written.
type pressBook struct {
	writes int
	sums   map[string]int
	err    error
}

func (b *pressBook) AddMenuPresses(_ context.Context, presses []model.MenuPress) error {
	b.writes++
	if b.err != nil {
		return b.err
	}
	for _, p := range presses {
		b.sums[string(p.Day)+" "+string(p.Kind)+" "+p.Key] += p.Count
	}
	return nil
}

// TestPresses: many presses are one write, repetitions count once, and what could
// not be written is not lost. The end of Run writes what is left.
func TestPresses(t *testing.T) {
	book := &pressBook{sums: map[string]int{}}
	p := job.NewPresses(book, nil)
	noon := at(t, "2027-06-10 12:00")
	end := func() {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := p.Run(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 100 {
		once := string(rune('a' + i))
		for range 3 { // WeChat's three tries
			p.Press(model.MenuClick, "progress", once, noon)
		}
	}
	p.Press(model.MenuView, "https://a.example/", "view", at(t, "2027-06-10 23:59"))
	p.Press(model.MenuView, "https://a.example/", "view2", at(t, "2027-06-11 00:00"))
	book.err = errors.New("down")
	end()
	if len(book.sums) != 0 {
		t.Fatalf("%v", book.sums)
	}
	book.err = nil
	end()
	end()
	if book.writes != 2 || book.sums["2027-06-10 click progress"] != 100 || book.sums["2027-06-10 view https://a.example/"] != 1 || book.sums["2027-06-11 view https://a.example/"] != 1 {
		t.Errorf("%d writes, %v", book.writes, book.sums)
	}
}
