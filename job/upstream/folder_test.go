package upstream_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quxiang/job"
	"quxiang/job/upstream"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/demo"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

var june = time.Date(2027, 6, 10, 9, 30, 0, 0, model.Shanghai)

// rig is a watched folder with a real store and importer.
type rig struct {
	*testing.T
	store    *store.Store
	dir      string
	importer *breaking
	folder   *upstream.Folder
	table    *codes.Table
	now      time.Time
	there    model.School
}

// breaking is the importer, which breaks off in the middle when told to.
type breaking struct {
	*job.Importer
	calls  atomic.Int32
	breaks error
}

func (b *breaking) Import(ctx context.Context, o job.ImportOptions) (model.TaskResult, error) {
	b.calls.Add(1)
	r, err := b.Importer.Import(ctx, o)
	if b.breaks != nil {
		return r, b.breaks
	}
	return r, err
}

func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func each(t *testing.T, f func(r *rig)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) { f(newRig(t, s)) }, storetest.WithNow(func() time.Time { return june }))
}

func newRig(t *testing.T, s *store.Store) *rig {
	t.Helper()
	r := &rig{T: t, store: s, dir: t.TempDir(), now: june, there: demo.UpstreamSchool()}
	for _, sc := range []model.School{demo.School(), r.there} {
		r.must(s.SaveSchool(t.Context(), sc))
	}
	r.must(s.SaveCohort(t.Context(), model.NewCohort(2027)))
	var err error
	r.table, err = codes.For(codes.Default)
	r.must(err)
	now := func() time.Time { return r.now }
	r.importer = &breaking{Importer: job.NewImporter(job.ImporterOptions{Store: s, Codes: codes.For, Dir: t.TempDir(), Now: now})}
	r.folder = r.watch()
	for _, school := range []string{r.there.Code, demo.School().Code} {
		r.must(os.MkdirAll(filepath.Join(r.dir, school), 0o750))
	}
	return r
}

// watch is another replica's folder.
func (r *rig) watch() *upstream.Folder {
	now := func() time.Time { return r.now }
	return upstream.NewFolder(upstream.FolderOptions{
		Dir: r.dir, Store: r.store, Importer: r.importer, Codes: codes.For, Now: now, Days: 30,
		Receiver: upstream.NewReceiver(upstream.ReceiverOptions{Store: r.store, Codes: codes.For, Now: now}),
	})
}

// people are three of the school whose graduates report upstream, with units.
func (r *rig) people(unit string) []demo.Person {
	var out []demo.Person
	for p := range demo.Graduates(3, 5, demo.Options{Year: 2027, School: r.there}) {
		p.Destination = &model.Destination{Category: "10", Unit: unit, UnitCode: "99990000MA0000000F", UnitKind: "39", Industry: "34", UnitPlace: "北京市海淀区", JobKind: "13"}
		out = append(out, p)
	}
	return out
}

// put writes a sheet of people, complete since long ago.
func (r *rig) put(path string, people []demo.Person) {
	r.Helper()
	var b bytes.Buffer
	r.must(demo.SampleRoster(&b, demo.WideCSV, func(yield func(demo.Person) bool) {
		for _, p := range people {
			if !yield(p) {
				return
			}
		}
	}, r.table))
	r.write(path, b.Bytes(), time.Minute)
}

func (r *rig) write(path string, content []byte, age time.Duration) {
	r.Helper()
	full := filepath.Join(r.dir, path)
	r.must(os.WriteFile(full, content, 0o600))
	at := time.Now().Add(-age)
	r.must(os.Chtimes(full, at, at))
}

func (r *rig) run() string {
	r.Helper()
	outcome, err := r.folder.Run(r.Context())
	r.must(err)
	return outcome
}

// in are the names of the files in a folder of the school.
func (r *rig) in(dir string) []string {
	r.Helper()
	entries, err := os.ReadDir(filepath.Join(r.dir, r.there.Code, dir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

func (r *rig) record(p demo.Person) model.Record {
	r.Helper()
	found, err := r.store.FindByExamNumber(r.Context(), p.Basics.ExamNumber)
	r.must(err)
	if len(found) != 1 {
		r.Fatalf("%d found", len(found))
	}
	rec, err := r.store.Record(r.Context(), found[0].ID)
	r.must(err)
	return rec
}

// TestFolder: a roster and then a sheet of newer destinations are taken in, once
// each, approved upstream, and put away.
func TestFolder(t *testing.T) {
	each(t, func(r *rig) {
		first := r.people("甲公司")
		r.put("99002/名单.csv", first)
		if got := r.run(); !strings.Contains(got, "处理表格 1 个：采用 3 条") {
			r.Errorf("outcome: %s", got)
		}
		rec := r.record(first[0])
		if v := rec.Latest(); v == nil || v.State() != model.ReviewApproved || v.ReportedBy != model.ByUpstream(r.there.PlatformName) {
			r.Errorf("%+v", v)
		}
		if len(r.in("")) != 0 || len(r.in("working")) != 0 || len(r.in("done")) != 1 || !strings.HasSuffix(r.in("done")[0], "-名单.csv") {
			r.Errorf("folders: %v %v %v", r.in(""), r.in("working"), r.in("done"))
		}
		r.now = r.now.Add(time.Hour)
		r.write("99002/新去向.csv", []byte("考生号,姓名,毕业去向,单位名称,统一社会信用代码,单位性质,单位行业,单位所在地,职位类别\n"+
			first[0].Basics.ExamNumber+","+first[0].Basics.Name+",签就业协议形式就业,乙公司,99990000MA0000000F,39,34,北京市海淀区,13\n"+
			first[1].Basics.ExamNumber+",另有其人,签就业协议形式就业,乙公司,99990000MA0000000F,39,34,北京市海淀区,13\n"+
			"99999999999999,没有其人,签就业协议形式就业,乙公司,99990000MA0000000F,39,34,北京市海淀区,13\n"), time.Minute)
		if got := r.run(); !strings.Contains(got, "采用 1 条、无变化 0 条、冲突 1 条、拒绝 1 条") {
			r.Errorf("outcome: %s", got)
		}
		if rec := r.record(first[0]); len(rec.Revisions) != 2 || rec.Latest().Destination.Unit != "乙公司" {
			r.Errorf("%+v", rec.Revisions)
		}
		if rec := r.record(first[1]); len(rec.Revisions) != 1 || rec.OpenConflict() == nil || rec.OpenConflict().Kind != model.ConflictName {
			r.Errorf("%+v", rec.Conflicts)
		}
		if names := strings.Join(r.in("done"), " "); !strings.Contains(names, "新去向-refused.xlsx") {
			r.Errorf("no sheet of refused rows: %s", names)
		}
		if got := r.run(); !strings.Contains(got, "处理表格 0 个") || r.importer.calls.Load() != 2 {
			r.Errorf("a third look: %s, %d imports", got, r.importer.calls.Load())
		}
	})
}

// TestComplete: what is being written is left alone until it is quiet, or a
// marker says that it is complete.
func TestComplete(t *testing.T) {
	r := newRig(t, storetest.Open(t))
	r.put("99002/a.csv", r.people("甲公司"))
	content, err := os.ReadFile(filepath.Join(r.dir, "99002/a.csv"))
	r.must(err)
	r.write("99002/a.csv", content, 0)
	for _, name := range []string{".hidden.csv", "~$lock.xlsx", "notes.txt"} {
		r.write("99002/"+name, content, time.Hour)
	}
	r.must(os.Symlink(filepath.Join(r.dir, "99002/notes.txt"), filepath.Join(r.dir, "99002/link.csv")))
	r.must(os.MkdirAll(filepath.Join(r.dir, "99009"), 0o750))
	if got := r.run(); !strings.Contains(got, "处理表格 0 个") || !strings.Contains(got, "没有学校的文件夹：99009") || len(r.in("")) != 5 {
		t.Errorf("%s, %v", got, r.in(""))
	}
	r.write("99002/a.csv.done", nil, 0)
	if got := r.run(); !strings.Contains(got, "处理表格 1 个") || len(r.in("")) != 4 {
		t.Errorf("%s, %v", got, r.in(""))
	}
}

// TestUnreadable: a sheet that is none is put aside with the reason, and the
// others go on.
func TestUnreadable(t *testing.T) {
	r := newRig(t, storetest.Open(t))
	r.write("99002/a.xlsx", []byte("PK\x03\x04 this is no workbook"), time.Minute)
	r.write("99002/b.csv", []byte("这,不是\n名,单\n"), time.Minute)
	r.put("99002/c.csv", r.people("甲公司"))
	if got := r.run(); !strings.Contains(got, "处理表格 1 个") || !strings.Contains(got, "无法读取 2 个") {
		t.Errorf("%s", got)
	}
	names := r.in("failed")
	if len(names) != 4 || len(r.in("working")) != 0 {
		t.Fatalf("%v, %v", names, r.in("working"))
	}
	for _, n := range names {
		if why, ok := strings.CutSuffix(n, ".txt"); ok {
			text, err := os.ReadFile(filepath.Join(r.dir, "99002/failed", why+".txt"))
			if err != nil || len(text) < 10 {
				t.Errorf("%s: %q, %v", n, text, err)
			}
		}
	}
}

// TestOtherSchool: a sheet in one school's folder touches no other school.
func TestOtherSchool(t *testing.T) {
	r := newRig(t, storetest.Open(t))
	people := r.people("甲公司")
	r.put("99001/名单.csv", people)
	if got := r.run(); !strings.Contains(got, "拒绝 3 条") {
		t.Errorf("%s", got)
	}
	if found, err := r.store.FindByExamNumber(t.Context(), people[0].Basics.ExamNumber); err != nil || len(found) != 0 {
		t.Errorf("%d found, %v", len(found), err)
	}
}

// TestKilledBetweenSteps: whatever moment a crash chooses, the sheet is taken in
// by the next look, and what it brought is there once.
func TestKilledBetweenSteps(t *testing.T) {
	once := func(r *rig, people []demo.Person) {
		r.Helper()
		for _, p := range people {
			if n := len(r.record(p).Revisions); n != 1 {
				r.Errorf("%d revisions", n)
			}
		}
		if len(r.in("working")) != 0 || len(r.in("done")) != 1 {
			r.Errorf("%v %v", r.in("working"), r.in("done"))
		}
	}
	t.Run("after taking", func(t *testing.T) {
		each(t, func(r *rig) {
			people := r.people("甲公司")
			r.must(os.MkdirAll(filepath.Join(r.dir, "99002/working"), 0o750))
			r.put("99002/working/20270610-093000.000-名单.csv", people)
			r.run()
			once(r, people)
		})
	})
	t.Run("in the middle", func(t *testing.T) {
		each(t, func(r *rig) {
			people := r.people("甲公司")
			r.put("99002/名单.csv", people)
			r.importer.breaks = context.DeadlineExceeded // all rows are in, nothing is answered
			if _, err := r.folder.Run(r.Context()); err == nil || len(r.in("working")) != 1 {
				r.Fatalf("%v, %v", err, r.in("working"))
			}
			r.importer.breaks = nil
			if got := r.run(); !strings.Contains(got, "无变化 3 条") {
				r.Errorf("%s", got)
			}
			once(r, people)
		})
	})
	t.Run("before putting away", func(t *testing.T) {
		each(t, func(r *rig) {
			people := r.people("甲公司")
			r.put("99002/名单.csv", people)
			r.run()
			name := r.in("done")[0]
			r.must(os.Rename(filepath.Join(r.dir, "99002/done", name), filepath.Join(r.dir, "99002/working", name)))
			if got := r.run(); !strings.Contains(got, "采用 3 条") || r.importer.calls.Load() != 1 {
				r.Errorf("%s after %d imports", got, r.importer.calls.Load())
			}
			once(r, people)
		})
	})
}

// TestReplicas: several looks at once take a sheet in once.
func TestReplicas(t *testing.T) {
	each(t, func(r *rig) {
		people := r.people("甲公司")
		r.put("99002/a.csv", people)
		r.put("99002/b.csv", people[:1])
		var wg sync.WaitGroup
		for range 4 {
			f := r.watch()
			wg.Go(func() {
				if _, err := f.Run(r.Context()); err != nil {
					r.Error(err)
				}
			})
		}
		wg.Wait()
		r.run() // what was busy when another looked
		if len(r.in("done")) != 2 || len(r.in("working")) != 0 || len(r.in("failed")) != 0 {
			r.Errorf("%v %v %v", r.in("done"), r.in("working"), r.in("failed"))
		}
		for _, p := range people {
			if n := len(r.record(p).Revisions); n != 1 {
				r.Errorf("%d revisions", n)
			}
		}
	})
}

// TestOldSheetsGo: what was finished long ago is removed, since it holds ID
// numbers in the clear.
func TestOldSheetsGo(t *testing.T) {
	r := newRig(t, storetest.Open(t))
	r.put("99002/a.csv", r.people("甲公司"))
	old := time.Now().AddDate(0, 0, -100)
	r.must(os.Chtimes(filepath.Join(r.dir, "99002/a.csv"), old, old)) // its own age does not count
	r.run()
	if len(r.in("done")) != 1 {
		t.Fatalf("%v", r.in("done"))
	}
	r.must(os.Chtimes(filepath.Join(r.dir, "99002/done", r.in("done")[0]), old, old))
	r.run()
	if len(r.in("done")) != 0 {
		t.Errorf("%v", r.in("done"))
	}
}
