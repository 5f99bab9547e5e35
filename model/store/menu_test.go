package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

var (
	anna = model.Actor{Kind: model.ActorOperator, ID: 7, Name: "anna"}
	bert = model.Actor{Kind: model.ActorOperator, ID: 8, Name: "bert"}
)

func menuNamed(name string) model.MenuSet {
	return model.MenuSet{Default: []model.MenuItem{{Name: name, Action: model.MenuHelp}}}
}

func TestMenuHistory(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		add := func(name string, state model.MenuState, due time.Duration) model.MenuVersion {
			t.Helper()
			v := model.MenuVersion{Set: menuNamed(name), State: state, Note: "试", By: anna, SavedAt: start}
			if due != 0 {
				v.DueAt = start.Add(due)
			}
			v, err := s.AddMenu(ctx, v)
			must(t, err)
			return v
		}
		if p, tried, err := s.PublishedMenu(ctx); p != nil || tried != nil || err != nil {
			t.Fatalf("before anything: %v %v %v", p, tried, err)
		}
		a := add("甲", model.MenuKept, 0)
		must(t, s.ClaimMenu(ctx, a.ID))
		b := add("乙", model.MenuScheduled, 2*time.Hour)
		if err := s.ClaimMenu(ctx, b.ID); model.CodeOf(err) != model.CodeConflict {
			t.Errorf("two at once: %v", err)
		}
		a.State, a.DoneAt, a.Live = model.MenuPublished, start.Add(time.Minute), "digest"
		a.Steps = []model.MenuStep{{Text: "默认菜单", OK: true}, {Text: "个性化菜单", Said: "标签不存在", Code: 65304}}
		must(t, s.FinishMenu(ctx, a))
		got, err := s.Menu(ctx, a.ID)
		must(t, err)
		if d := cmp.Diff(a, got); d != "" {
			t.Error(d)
		}
		if err := s.ClaimMenu(ctx, a.ID); model.CodeOf(err) != model.CodeChanged {
			t.Errorf("published again: %v", err)
		}
		c := add("丙", model.MenuScheduled, time.Hour)
		waiting, err := s.ScheduledMenus(ctx)
		must(t, err)
		if len(waiting) != 2 || waiting[0].ID != c.ID || waiting[1].ID != b.ID {
			t.Errorf("scheduled %+v", waiting)
		}
		must(t, s.CallOffMenu(ctx, c.ID, start))
		must(t, s.SkipMenu(ctx, b.ID, start))
		if err := s.CallOffMenu(ctx, b.ID, start); model.CodeOf(err) != model.CodeChanged {
			t.Errorf("called off twice: %v", err)
		}
		if waiting, err = s.ScheduledMenus(ctx); err != nil || len(waiting) != 0 {
			t.Errorf("scheduled %+v, %v", waiting, err)
		}
		d := add("丁", model.MenuKept, 0)
		must(t, s.ClaimMenu(ctx, d.ID))
		d.State, d.DoneAt = model.MenuFailed, start.Add(2*time.Minute)
		must(t, s.FinishMenu(ctx, d))
		published, tried, err := s.PublishedMenu(ctx)
		must(t, err)
		if published.ID != a.ID || tried.ID != d.ID || tried.State != model.MenuFailed {
			t.Errorf("published %d, tried %+v", published.ID, tried)
		}
		page, err := s.Menus(ctx, d.ID, 2)
		must(t, err)
		if len(page) != 2 || page[0].ID != c.ID || page[0].State != model.MenuCancelled || page[1].State != model.MenuSkipped {
			t.Errorf("history %+v", page)
		}
		if _, err := s.Menu(ctx, 999); model.CodeOf(err) != model.CodeNotFound {
			t.Errorf("no such version: %v", err)
		}
	})
}

// TestMenuThatIsBrokenOff: a publication whose process died is known as failed
// when its lease is over, and does not hold up the next.
func TestMenuThatIsBrokenOff(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		v, err := s.AddMenu(ctx, model.MenuVersion{Set: menuNamed("甲"), State: model.MenuKept, By: anna, SavedAt: start})
		must(t, err)
		must(t, s.ClaimMenu(ctx, v.ID))
		if n, err := s.BrokenMenus(ctx, start); n != 0 || err != nil {
			t.Fatalf("under way: %d, %v", n, err)
		}
		if err := s.DB().Exec("UPDATE menus SET claimed_at = claimed_at - 400000").Error; err != nil {
			t.Fatal(err)
		}
		if n, err := s.BrokenMenus(ctx, start); n != 1 || err != nil {
			t.Fatalf("broken off: %d, %v", n, err)
		}
		got, err := s.Menu(ctx, v.ID)
		must(t, err)
		if got.State != model.MenuFailed || len(got.Steps) != 1 || !strings.Contains(got.Steps[0].Text, "中断") {
			t.Errorf("%+v", got)
		}
		next, err := s.AddMenu(ctx, model.MenuVersion{Set: menuNamed("乙"), State: model.MenuKept, By: anna, SavedAt: start})
		must(t, err)
		must(t, s.ClaimMenu(ctx, next.ID))
	})
}

// TestTwoEditors: whoever saves second is told who was first, and nothing of
// either is lost.
func TestTwoEditors(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		d, err := s.MenuDraft(ctx)
		must(t, err)
		if d.Revision != 0 || len(model.DiffMenus(d.Set, model.DefaultMenu())) != 0 {
			t.Fatalf("first draft %+v", d)
		}
		first, err := s.SaveMenuDraft(ctx, 0, model.MenuDraft{Set: menuNamed("甲"), By: anna, At: start}, false)
		must(t, err)
		_, err = s.SaveMenuDraft(ctx, 0, model.MenuDraft{Set: menuNamed("乙"), By: bert, At: start}, false)
		if model.CodeOf(err) != model.CodeChanged || !strings.Contains(err.Error(), "管理员 anna") || !strings.Contains(err.Error(), "还没有保存") {
			t.Errorf("second: %v", err)
		}
		if _, err := s.AddDraftMenu(ctx, 0, model.MenuVersion{State: model.MenuKept, By: bert, SavedAt: start}); model.CodeOf(err) != model.CodeChanged {
			t.Errorf("publish what was not seen: %v", err)
		}
		if got, err := s.MenuDraft(ctx); err != nil || got.Revision != first.Revision || got.Set.Default[0].Name != "甲" {
			t.Errorf("draft %+v, %v", got, err)
		}
		v, err := s.AddDraftMenu(ctx, first.Revision, model.MenuVersion{State: model.MenuKept, By: bert, SavedAt: start})
		must(t, err)
		if got, err := s.MenuDraft(ctx); err != nil || got.Base != v.ID || got.Revision != first.Revision || v.Set.Default[0].Name != "甲" {
			t.Errorf("draft %+v of %+v, %v", got, v, err)
		}
		// Replaced as a whole: what was published needs no copy, what was not is kept.
		second, err := s.SaveMenuDraft(ctx, first.Revision, model.MenuDraft{Set: menuNamed("丙"), Base: v.ID, By: bert, At: start}, true)
		must(t, err)
		_, err = s.SaveMenuDraft(ctx, second.Revision, model.MenuDraft{Set: menuNamed("丁"), By: anna, At: start}, true)
		must(t, err)
		all, err := s.Menus(ctx, 0, 9)
		must(t, err)
		if len(all) != 2 || all[0].State != model.MenuKept || all[0].Set.Default[0].Name != "丙" || all[0].By != bert {
			t.Errorf("history %+v", all)
		}
	})
}

func TestManyEditorsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var wg sync.WaitGroup
		var mu sync.Mutex
		won, lost := 0, 0
		for range 8 {
			wg.Go(func() {
				_, err := s.SaveMenuDraft(t.Context(), 0, model.MenuDraft{Set: menuNamed("甲"), By: anna, At: start}, false)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					won++
				case model.CodeOf(err) == model.CodeChanged:
					lost++
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won != 1 || lost != 7 {
			t.Errorf("%d won, %d were told", won, lost)
		}
	})
}

func TestMenuDrift(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		if d, err := s.MenuDrift(t.Context()); err != nil || !d.CheckedAt.IsZero() {
			t.Errorf("before anybody looked: %+v, %v", d, err)
		}
		for _, want := range []model.MenuDrift{
			{CheckedAt: start, Digest: "a", Changes: []model.MenuChange{{Kind: model.MenuAdded, Menu: "默认菜单", Text: "“甲”"}}},
			{CheckedAt: start.Add(time.Hour), Digest: "b"},
		} {
			must(t, s.SaveMenuDrift(t.Context(), want))
			got, err := s.MenuDrift(t.Context())
			if d := cmp.Diff(want, got); err != nil || d != "" {
				t.Errorf("%v %s", err, d)
			}
		}
	})
}

func TestMenuPresses(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		long := "https://a.example/" + strings.Repeat("x", 1006)
		press := func(day model.Date, kind model.MenuType, key string, n int) model.MenuPress {
			return model.MenuPress{Day: day, Kind: kind, Key: key, Count: n}
		}
		var wg sync.WaitGroup
		for range 4 { // replicas that write at once, in different orders
			wg.Go(func() {
				must(t, s.AddMenuPresses(ctx, []model.MenuPress{press("2027-06-18", model.MenuView, long, 1), press("2027-06-18", model.MenuClick, "progress", 2)}))
				must(t, s.AddMenuPresses(ctx, []model.MenuPress{press("2027-06-18", model.MenuClick, "progress", 3), press("2027-06-18", model.MenuView, long, 4)}))
			})
		}
		wg.Wait()
		must(t, s.AddMenuPresses(ctx, []model.MenuPress{press("2027-06-19", model.MenuClick, "progress", 1), press("2027-06-19", model.MenuClick, long+"y", 1)}))
		must(t, s.AddMenuPresses(ctx, nil))
		got, err := s.MenuPresses(ctx, "2027-06-18", "2027-06-18")
		must(t, err)
		sums := map[string]int{}
		for _, p := range got {
			sums[string(p.Kind)+" "+p.Key] += p.Count
		}
		if d := cmp.Diff(map[string]int{"view " + long: 20, "click progress": 20}, sums); d != "" {
			t.Error(d)
		}
		if got, err = s.MenuPresses(ctx, "2027-06-18", "2027-06-19"); err != nil || len(got) != 3 {
			t.Errorf("%d lines, %v", len(got), err)
		}
	})
}

// TestMenusOfBefore: the menus that older programs published stay in the history.
func TestMenusOfBefore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		run := func(name, part string) {
			t.Helper()
			text, err := os.ReadFile(filepath.Join("migrations", s.Dialect(), name+".sql"))
			must(t, err)
			up, down, _ := strings.Cut(strings.TrimPrefix(string(text), "-- +goose Up\n"), "-- +goose Down")
			for sql := range strings.SplitSeq(map[string]string{"up": up, "down": down}[part], ";\n") {
				if strings.TrimSpace(sql) != "" {
					must(t, s.DB().Exec(sql).Error)
				}
			}
		}
		run("0141_menus_content", "down")
		run("0140_menus_versions", "down")
		old := `[{"name":"去向登记","action":"register"},{"name":"更多","items":[{"name":"帮助","action":"help"}]}]`
		must(t, s.DB().Exec("INSERT INTO menus (items, published_at, by_kind, by_id, by_name) VALUES (?, ?, 'operator', 7, 'anna')", old, start.UnixMilli()).Error)
		run("0140_menus_versions", "up")
		run("0141_menus_content", "up")
		v, _, err := s.PublishedMenu(t.Context())
		must(t, err)
		want := model.MenuSet{Default: []model.MenuItem{{Name: "去向登记", Action: model.MenuRegister}, {Name: "更多", Items: []model.MenuItem{{Name: "帮助", Action: model.MenuHelp}}}}}
		if v == nil || len(model.DiffMenus(want, v.Set)) != 0 || v.By != anna || !v.DoneAt.Equal(start) || !v.SavedAt.Equal(start) {
			t.Fatalf("%+v", v)
		}
		if d, err := s.MenuDraft(t.Context()); err != nil || d.Base != v.ID || len(model.DiffMenus(want, d.Set)) != 0 {
			t.Errorf("draft %+v, %v", d, err)
		}
		run("0141_menus_content", "down")
		run("0140_menus_versions", "down")
		var back string
		must(t, s.DB().Raw("SELECT items FROM menus").Scan(&back).Error)
		if strings.NewReplacer(" ", "").Replace(back) != old {
			t.Errorf("taken back: %s", back)
		}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
