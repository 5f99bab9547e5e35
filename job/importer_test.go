package job_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"quxiang/job"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/demo"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func importer(r *rig, dir string) *job.Importer {
	return job.NewImporter(job.ImporterOptions{Store: r.store, Codes: codes.For, Dir: dir, Now: r.clock.Now, Every: time.Millisecond})
}

// sample writes n invented graduates of 2027 and returns the file.
func sample(t testing.TB, dir string, f demo.Format, n int) string {
	t.Helper()
	table, err := codes.For(codes.Default)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "roster.xlsx")
	if f == demo.WideCSV {
		file = filepath.Join(dir, "roster.csv")
	}
	w, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	people := demo.Graduates(n, 1, demo.Options{Year: 2027, Destinations: 0.5, ReportedAt: at(t, "2027-06-01 12:00")})
	if err := demo.SampleRoster(w, f, people, table); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestImport(t *testing.T) {
	for f, n := range map[demo.Format]int{demo.National: 20, demo.WideXLSX: 20, demo.WideCSV: 620} {
		t.Run(string(f), func(t *testing.T) {
			c := &clock{t: at(t, "2027-06-10 12:00")}
			s := storetest.Open(t, storetest.WithNow(c.Now))
			im := job.NewImporter(job.ImporterOptions{Store: s, Codes: codes.For, Now: c.Now})
			dir := t.TempDir()
			o := job.ImportOptions{Path: sample(t, dir, f, n), ReportPath: filepath.Join(dir, "refused.xlsx"), By: model.BySystem("test"), Scope: model.Scope{All: true}}
			var steps []int
			o.Progress = func(done, total int) {
				steps = append(steps, done)
				if total < done {
					t.Errorf("%d of %d", done, total)
				}
			}
			dry := o
			dry.DryRun = true
			if got, err := im.Import(t.Context(), dry); err != nil || got != (model.TaskResult{Imported: n}) {
				t.Fatalf("dry run: %+v, %v", got, err)
			}
			if _, err := s.School(t.Context(), "99001"); model.CodeOf(err) != model.CodeNotFound {
				t.Fatalf("the dry run added a school: %v", err)
			}
			steps = nil
			got, err := im.Import(t.Context(), o)
			if err != nil || got != (model.TaskResult{Imported: n}) {
				t.Fatalf("%+v, %v", got, err)
			}
			if steps[len(steps)-1] != n || (n > 500 && steps[0] != 500) {
				t.Errorf("progress %v", steps)
			}
			again, err := im.Import(t.Context(), o)
			if err != nil || again != (model.TaskResult{Unchanged: n}) {
				t.Errorf("again: %+v, %v", again, err)
			}
			school, err := s.School(t.Context(), "99001")
			if err != nil || school.Name != "示范大学" || school.Origin != model.OriginHere {
				t.Errorf("school %+v, %v", school, err)
			}
			cohort, err := s.Cohort(t.Context(), "2027")
			if err != nil || cohort.Code != "2027" || cohort.Deadline != "2027-08-31" || cohort.CodeTable != codes.Default {
				t.Errorf("cohort %+v, %v", cohort, err)
			}
		})
	}
}

// TestImportOfFewerColumns: a roster without some columns, such as the national
// sheet, leaves what a wider one has told.
func TestImportOfFewerColumns(t *testing.T) {
	c := &clock{t: at(t, "2027-06-10 12:00")}
	s := storetest.Open(t, storetest.WithNow(c.Now))
	im := job.NewImporter(job.ImporterOptions{Store: s, Codes: codes.For, Now: c.Now})
	const n = 20
	for _, tc := range []struct {
		format demo.Format
		want   model.TaskResult
	}{
		{demo.WideXLSX, model.TaskResult{Imported: n}},
		{demo.National, model.TaskResult{Unchanged: n}},
		{demo.WideXLSX, model.TaskResult{Unchanged: n}},
	} {
		dir := t.TempDir()
		got, err := im.Import(t.Context(), job.ImportOptions{Path: sample(t, dir, tc.format, n), By: model.BySystem("test"), Scope: model.Scope{All: true}})
		if err != nil || got != tc.want {
			t.Errorf("%s: %+v, %v; want %+v", tc.format, got, err, tc.want)
		}
	}
}

// edit changes cells of a CSV by line (from 1, the header) and column name.
func edit(t *testing.T, file string, line int, old, replacement string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	if !strings.Contains(lines[line-1], old) {
		t.Fatalf("line %d has no %q: %s", line, old, lines[line-1])
	}
	lines[line-1] = strings.Replace(lines[line-1], old, replacement, 1)
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
}

func reportRows(t *testing.T, file string) [][]string {
	t.Helper()
	x, err := excelize.OpenFile(file)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	rows, err := x.GetRows(x.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestImportRefusesRows(t *testing.T) {
	c := &clock{t: at(t, "2027-06-10 12:00")}
	s := storetest.Open(t, storetest.WithNow(c.Now))
	im := job.NewImporter(job.ImporterOptions{Store: s, Codes: codes.For, Now: c.Now})
	dir := t.TempDir()
	file := sample(t, dir, demo.WideCSV, 6)
	edit(t, file, 2, "202706", "205706")  // no graduation year
	edit(t, file, 4, "99001", "99009")    // a school that is added
	edit(t, file, 5, "202706", "2027年六月") // no month
	report := filepath.Join(dir, "refused.xlsx")
	o := job.ImportOptions{Path: file, ReportPath: report, By: model.BySystem("test"), Scope: model.Scope{All: true}}
	got, err := im.Import(t.Context(), o)
	if err != nil || got != (model.TaskResult{Imported: 4, Refused: 2, Report: report}) {
		t.Fatalf("%+v, %v", got, err)
	}
	rows := reportRows(t, report)
	if len(rows) != 3 || rows[1][0] != "2" || rows[2][0] != "5" {
		t.Fatalf("report %q", rows)
	}
	for _, row := range rows[1:] {
		if !strings.Contains(row[1], "毕业时间") {
			t.Errorf("line %s: %q", row[0], row[1])
		}
	}
	// A school's own operator neither adds schools nor reaches another one.
	o.Scope = model.Scope{SchoolCode: "99009"}
	scoped, err := im.Import(t.Context(), o)
	if err != nil || scoped.Unchanged != 1 || scoped.Refused != 5 {
		t.Errorf("scoped: %+v, %v", scoped, err)
	}
	o.Scope = model.Scope{SchoolCode: "99010"}
	if foreign, err := im.Import(t.Context(), o); err != nil || foreign.Refused != 6 {
		t.Errorf("foreign: %+v, %v", foreign, err)
	}
	if _, err := s.School(t.Context(), "99010"); model.CodeOf(err) != model.CodeNotFound {
		t.Errorf("a school was added: %v", err)
	}
}

func TestImportOfNoRoster(t *testing.T) {
	r := one(t)
	file := filepath.Join(t.TempDir(), "x.csv")
	r.must(os.WriteFile(file, []byte("a,b\n1,2\n"), 0o600))
	_, err := importer(r, "").Import(t.Context(), job.ImportOptions{Path: file, ReportPath: file + ".xlsx", By: model.BySystem("test"), Scope: model.Scope{All: true}})
	var rule *model.Error
	if !errors.As(err, &rule) || rule.Message == "" {
		t.Errorf("error %v", err)
	}
}

// operator adds one and returns its id.
func operator(r *rig, role model.Role, school string) model.OperatorID {
	r.Helper()
	r.n++
	id, err := r.store.CreateOperator(r.Context(), model.Operator{
		Name: "op" + number(r.n), Role: role, SchoolCode: school, College: "信息学院", CreatedAt: r.clock.Now(),
	}, "hash", model.BySystem("test"))
	r.must(err)
	return id
}

// upload puts a task for a roster of n into the queue.
func upload(r *rig, dir string, op model.OperatorID, school string, n int) int64 {
	r.Helper()
	folder := filepath.Join(dir, "uploads")
	r.must(os.MkdirAll(folder, 0o700))
	file := sample(r, folder, demo.WideCSV, n)
	id, err := r.store.AddTask(r.Context(), model.Task{
		Kind: model.TaskImportRoster, OperatorID: op, SchoolCode: school, FileName: "名单.csv",
		Path: "uploads/" + filepath.Base(file), CreatedAt: r.clock.Now(),
	})
	r.must(err)
	return id
}

func TestTask(t *testing.T) {
	each(t, func(r *rig) {
		dir := r.TempDir()
		id := upload(r, dir, operator(r, model.RoleSchool, "99001"), "99001", 30)
		edit(r.T, filepath.Join(dir, "uploads", "roster.csv"), 3, "99001", "99002")
		im := importer(r, dir)
		ctx, cancel := context.WithCancel(r.Context())
		done := make(chan error)
		go func() { done <- im.Run(ctx) }()
		var task model.Task
		for deadline := time.After(20 * time.Second); task.State != model.TaskDone && task.State != model.TaskFailed; {
			select {
			case <-deadline:
				r.Fatalf("task %+v", task)
			case <-time.After(5 * time.Millisecond):
			}
			var err error
			task, err = r.store.Task(r.Context(), id)
			r.must(err)
		}
		cancel()
		r.must(<-done)
		want := model.TaskResult{Imported: 29, Refused: 1, Report: "uploads/roster-refused.xlsx"}
		if task.Result != want || task.State != model.TaskDone || task.Done != 30 {
			r.Errorf("task %+v", task)
		}
		if rows := reportRows(r.T, filepath.Join(dir, task.Result.Report)); len(rows) != 2 || !strings.Contains(rows[1][1], "99002") {
			r.Errorf("report %q", rows)
		}
		if _, err := os.Stat(filepath.Join(dir, "uploads", "roster.csv")); !errors.Is(err, os.ErrNotExist) {
			r.Errorf("the upload is still there: %v", err)
		}
		audits, _, err := r.store.Audits(r.Context(), model.Scope{All: true}, store.AuditFilter{}, 0, 10)
		r.must(err)
		if !slices.ContainsFunc(audits, func(a model.Audit) bool { return a.Action == "roster.import" && a.Actor.Kind == model.ActorOperator }) {
			r.Errorf("no audit names the operator: %+v", audits)
		}
	})
}

func TestTaskIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		role         model.Role
		own, upload  string
		path, reason string
		disabled     bool
	}{
		"role":         {role: model.RoleAuditor, own: "99001", upload: "99001", reason: "权限"},
		"other school": {role: model.RoleSchool, own: "99001", upload: "99002", reason: "权限"},
		"all schools":  {role: model.RoleSchool, own: "99001", upload: "", reason: "权限"},
		"disabled":     {role: model.RoleAdmin, disabled: true, reason: "权限"},
		"path":         {role: model.RoleAdmin, path: "../outside.csv", reason: "内部错误"},
		"no file":      {role: model.RoleAdmin, path: "uploads/none.csv", reason: ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := one(t)
			dir := filepath.Join(t.TempDir(), "data")
			op := operator(r, c.role, c.own)
			if c.disabled {
				r.must(r.store.SetOperatorDisabled(t.Context(), op, true, model.BySystem("test")))
			}
			id := upload(r, dir, op, c.upload, 3)
			outside := filepath.Join(dir, "..", "outside.csv")
			r.must(os.WriteFile(outside, []byte("x"), 0o600))
			im := importer(r, dir)
			if c.path != "" {
				_, err := im.Step(t.Context())
				r.must(err)
				id, err = r.store.AddTask(t.Context(), model.Task{Kind: model.TaskImportRoster, OperatorID: op, SchoolCode: c.upload, Path: c.path})
				r.must(err)
			}
			worked, err := im.Step(t.Context())
			if !worked || err != nil {
				t.Errorf("worked %v, %v", worked, err)
			}
			task, err := r.store.Task(t.Context(), id)
			r.must(err)
			if task.State != model.TaskFailed || task.Result.Error == "" || !strings.Contains(task.Result.Error, c.reason) || task.Result.Imported != 0 {
				t.Errorf("task %+v", task)
			}
			if _, err := os.Stat(outside); err != nil {
				t.Errorf("a file outside was touched: %v", err)
			}
			if again, err := im.Step(t.Context()); again || err != nil {
				t.Errorf("worked again: %v, %v", again, err)
			}
		})
	}
}

func TestPurge(t *testing.T) {
	r := one(t)
	now := r.clock.Now()
	r.must(r.store.CreateSession(t.Context(), store.Session{TokenHash: strings.Repeat("a", 64), Kind: "graduate", CreatedAt: now, ExpiresAt: now.Add(time.Hour)}))
	r.must(r.store.CreateSession(t.Context(), store.Session{TokenHash: strings.Repeat("b", 64), Kind: "graduate", CreatedAt: now, ExpiresAt: now.Add(48 * time.Hour)}))
	dir := t.TempDir()
	folder := filepath.Join(dir, "uploads")
	r.must(os.MkdirAll(folder, 0o700))
	for name, age := range map[string]int{"old.xlsx": 31, "new.xlsx": 29} {
		file := filepath.Join(folder, name)
		r.must(os.WriteFile(file, []byte("x"), 0o600))
		r.must(os.Chtimes(file, now, now.AddDate(0, 0, -age)))
	}
	if first, err := r.store.UseNonce(t.Context(), "ukA", "nonce-0000000001", now.Add(time.Hour)); err != nil || !first {
		t.Fatal(err)
	}
	r.clock.pass(2 * time.Hour)
	proofs := &proofPurges{Store: r.store}
	p := &job.Purge{Store: proofs, Now: r.clock.Now, Dir: dir, UploadDays: 30}
	outcome, err := p.Run(t.Context())
	r.must(err)
	if !strings.Contains(outcome, "会话 1 个") || !strings.Contains(outcome, "文件 1 个") || !strings.Contains(outcome, "接口请求 3 条") {
		t.Errorf("outcome %s", outcome)
	}
	if _, err := os.Stat(filepath.Join(folder, "new.xlsx")); err != nil {
		t.Error(err)
	}
	if _, err := r.store.SessionByHash(t.Context(), strings.Repeat("b", 64), r.clock.Now()); err != nil {
		t.Error(err)
	}
	r.clock.pass(24 * time.Hour)
	_, err = p.Run(t.Context())
	r.must(err)
	if len(proofs.before) != 2 || !proofs.before[0].Equal(now.Add(-22*time.Hour)) || len(proofs.folders) != 2 || proofs.folders[1] != proofs.folders[0]+1 {
		t.Errorf("proofs purged: %+v", proofs)
	}
	// Nothing there is nothing to do.
	if _, err := (&job.Purge{Store: r.store, Now: r.clock.Now, Dir: filepath.Join(dir, "none"), UploadDays: 1}).Run(t.Context()); err != nil {
		t.Error(err)
	}
}

// proofPurges notes what is asked of the proofs, and finds two posts of
// departments.
type proofPurges struct {
	*store.Store
	before  []time.Time
	folders []int
}

func (p *proofPurges) PurgeProofs(ctx context.Context, before time.Time) (int, error) {
	p.before = append(p.before, before)
	return p.Store.PurgeProofs(ctx, before)
}

func (p *proofPurges) PurgeDeskPosts(context.Context, time.Time) (int, error) { return 2, nil }

func (p *proofPurges) SweepProofs(ctx context.Context, folder int, before time.Time) (int, error) {
	p.folders = append(p.folders, folder)
	return p.Store.SweepProofs(ctx, folder, before)
}
