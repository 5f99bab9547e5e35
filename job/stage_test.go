package job_test

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"quxiang/job"
	"quxiang/model"
	"quxiang/model/demo"
)

// stage puts an upload of n rows into the queue and works its preview.
func (r *rig) previewed(im *job.Importer, dir string, op model.OperatorID, n int) model.Task {
	r.Helper()
	folder := filepath.Join(dir, "uploads")
	r.must(os.MkdirAll(folder, 0o700))
	file := sample(r, r.TempDir(), demo.WideCSV, n)
	r.n++
	path := "uploads/" + number(r.n) + ".csv"
	content, err := os.ReadFile(file)
	r.must(err)
	r.must(os.WriteFile(filepath.Join(dir, path), content, 0o600))
	id, err := r.store.AddTask(r.Context(), model.Task{
		Kind: model.TaskImportRoster, Stage: model.StagePreview, OperatorID: op, SchoolCode: "99001", FileName: "名单.csv", Path: path, CreatedAt: r.clock.Now(),
	})
	r.must(err)
	return r.work(im, id)
}

// work works the one task that waits and returns it.
func (r *rig) work(im *job.Importer, id int64) model.Task {
	r.Helper()
	if worked, err := im.Step(r.Context()); !worked || err != nil {
		r.Fatalf("worked %v, %v", worked, err)
	}
	t, err := r.store.Task(r.Context(), id)
	r.must(err)
	return t
}

func (r *rig) move(t model.Task, stage model.TaskStage) {
	r.Helper()
	r.must(r.store.MoveTask(r.Context(), t, stage, model.TaskWaiting, model.Audit{At: r.clock.Now(), Actor: model.BySystem("test"), Action: "test"}))
}

func (r *rig) exists(dir, path string) bool {
	r.Helper()
	_, err := os.Stat(filepath.Join(dir, path))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		r.Fatal(err)
	}
	return err == nil
}

// TestStages: a preview writes nothing, the import does what it said, and
// undoing leaves nothing.
func TestStages(t *testing.T) {
	each(t, func(r *rig) {
		dir := r.TempDir()
		im := importer(r, dir)
		op := operator(r, model.RoleSchool, "99001")
		task := r.previewed(im, dir, op, 1200)
		if !task.Previewed() || task.Result.Imported != 1200 || task.Result.Changed != 0 || !r.exists(dir, task.Path) {
			r.Fatalf("preview %+v", task)
		}
		plan := task.Result.Plan
		r.move(task, model.StageApply)
		task = r.work(im, task.ID)
		if task.State != model.TaskDone || task.Result.Imported != 1200 || task.Result.Refused != 0 || r.exists(dir, task.Path) || r.exists(dir, plan) {
			r.Fatalf("applied %+v", task)
		}
		again := r.previewed(im, dir, op, 1200)
		if again.Result.Unchanged != 1200 || again.Result.Imported != 0 {
			r.Errorf("again %+v", again)
		}
		r.move(task, model.StageUndo)
		task = r.work(im, task.ID)
		if task.State != model.TaskDone || task.Result.Undone != 1200 {
			r.Fatalf("undone %+v", task)
		}
		counts, err := r.store.StepCounts(r.Context(), model.Scope{All: true}, "2027")
		r.must(err)
		for step, n := range counts {
			if n != 0 {
				r.Errorf("%d are counted at %s", n, step)
			}
		}
		audits, _, err := r.store.Audits(r.Context(), model.Scope{All: true}, storeAuditFilter, 0, 200)
		r.must(err)
		seen := map[string]bool{}
		for _, a := range audits {
			seen[a.Action] = true
		}
		for _, action := range []string{"import.preview", "import.apply", "import.undo", "import.undone"} {
			if !seen[action] {
				r.Errorf("no audit %s", action)
			}
		}
	})
}

// TestApplyGoesOn: an import that was broken off goes on where it was, counts
// all of its work, and is undone whole.
func TestApplyGoesOn(t *testing.T) {
	r := one(t)
	dir := r.TempDir()
	r.must(r.store.SaveSchool(r.Context(), demo.School()))
	im := importer(r, dir)
	task := r.previewed(im, dir, operator(r, model.RoleSchool, "99001"), 1300)
	r.move(task, model.StageApply)
	// The worker is killed after its first batch.
	ctx, kill := context.WithCancel(r.Context())
	k := &killer{importStore: r.store, kill: kill}
	killed := job.NewImporter(job.ImporterOptions{Store: k, Codes: tablesFor, Dir: dir, Now: r.clock.Now})
	if _, err := killed.Step(ctx); err == nil {
		r.Fatal("it was not killed")
	}
	created, _, err := r.store.ImportChanges(r.Context(), task.ID)
	r.must(err)
	if created != 500 || !r.exists(dir, task.Path) {
		r.Fatalf("%d before the kill", created)
	}
	r.must(r.store.ProgressTask(r.Context(), task.ID, k.token, 500, 1300, -time.Minute)) // its lease runs out
	task = r.work(im, task.ID)
	if task.State != model.TaskDone || task.Result.Imported != 1300 || task.Result.Unchanged != 0 || task.Result.Refused != 0 {
		r.Errorf("gone on: %+v", task)
	}
	r.move(task, model.StageUndo)
	if task = r.work(im, task.ID); task.Result.Undone != 1300 {
		r.Errorf("undone: %+v", task)
	}
}

// TestTwoOperatorsAtOnce: two previews of the same rows, applied at once: every
// graduate is there once, with one of the two values, and each operator is told
// of what was not taken.
func TestTwoOperatorsAtOnce(t *testing.T) {
	each(t, func(r *rig) {
		dir := r.TempDir()
		r.must(r.store.SaveSchool(r.Context(), demo.School()))
		first := operator(r, model.RoleSchool, "99001")
		second := operator(r, model.RoleSchool, "99001")
		a, b := importer(r, dir), importer(r, dir)
		task := r.previewed(a, dir, first, 40)
		r.move(task, model.StageApply)
		r.work(a, task.ID)
		ids := []int64{}
		for i, op := range []model.OperatorID{first, second} {
			path := "uploads/two" + number(i) + ".csv"
			content, err := os.ReadFile(sample(r, r.TempDir(), demo.WideCSV, 40))
			r.must(err)
			text := strings.ReplaceAll(string(content), "工学学士", "学士"+number(i))
			text = strings.ReplaceAll(text, "管理学学士", "学士"+number(i))
			text = strings.ReplaceAll(text, "文学学士", "学士"+number(i))
			r.must(os.WriteFile(filepath.Join(dir, path), []byte(text), 0o600))
			id, err := r.store.AddTask(r.Context(), model.Task{
				Kind: model.TaskImportRoster, Stage: model.StagePreview, OperatorID: op, SchoolCode: "99001", FileName: "x.csv", Path: path, CreatedAt: r.clock.Now(),
			})
			r.must(err)
			seen := r.work(a, id)
			if seen.Result.Changed == 0 {
				r.Fatalf("nothing to change: %+v", seen)
			}
			ids = append(ids, id)
			if i == 0 {
				continue
			}
			for _, id := range ids {
				t, err := r.store.Task(r.Context(), id)
				r.must(err)
				r.move(t, model.StageApply)
			}
		}
		var wg sync.WaitGroup
		for _, im := range []*job.Importer{a, b} {
			wg.Go(func() {
				if worked, err := im.Step(r.Context()); !worked || err != nil {
					r.Errorf("worked %v, %v", worked, err)
				}
			})
		}
		wg.Wait()
		changed, refused := 0, 0
		for _, id := range ids {
			t, err := r.store.Task(r.Context(), id)
			r.must(err)
			changed, refused = changed+t.Result.Changed, refused+t.Result.Refused
			if t.Result.Refused > 0 {
				rows := reportRows(r.T, filepath.Join(dir, t.Result.Report))
				if len(rows) != t.Result.Refused+1 || !strings.Contains(rows[1][1], "预览之后") {
					r.Errorf("report %q", rows)
				}
			}
		}
		if changed == 0 || changed != refused {
			r.Errorf("%d changed, %d refused: a change was lost or made twice", changed, refused)
		}
	})
}

// TestPreviewShowsFields: what the page shows of a preview holds no whole ID
// number.
func TestPreviewShowsFields(t *testing.T) {
	r := one(t)
	dir := r.TempDir()
	r.must(r.store.SaveSchool(r.Context(), demo.School()))
	im := importer(r, dir)
	op := operator(r, model.RoleSchool, "99001")
	task := r.previewed(im, dir, op, 3)
	r.move(task, model.StageApply)
	r.work(im, task.ID)
	var person demo.Person
	for p := range demo.Graduates(3, 1, demo.Options{Year: 2027, Destinations: 0.5, ReportedAt: at(t, "2027-06-01 12:00")}) {
		person = p
	}
	content, err := os.ReadFile(sample(r, r.TempDir(), demo.WideCSV, 3))
	r.must(err)
	text := strings.Replace(string(content), person.Basics.IDNumber, "11010519491231002X", 1)
	text = strings.Replace(text, ",女,", ",,", 1)
	r.must(os.WriteFile(filepath.Join(dir, "uploads", "c.csv"), []byte(text), 0o600))
	id, err := r.store.AddTask(r.Context(), model.Task{
		Kind: model.TaskImportRoster, Stage: model.StagePreview, OperatorID: op, SchoolCode: "99001", FileName: "c.csv", Path: "uploads/c.csv", CreatedAt: r.clock.Now(),
	})
	r.must(err)
	task = r.work(im, id)
	shown, err := os.ReadFile(filepath.Join(dir, task.Result.Sample))
	r.must(err)
	var s model.ImportSample
	r.must(json.Unmarshal(shown, &s))
	if len(s.Changed)+len(s.Refused) != 1 {
		t.Fatalf("sample %s", shown)
	}
	if strings.Contains(string(shown), "11010519491231002X") || strings.Contains(string(shown), person.Basics.IDNumber) {
		t.Errorf("a whole ID number: %s", shown)
	}
}

// TestTasksOfTheCommandLine: an import of the command line is undone like any
// other, and one that was killed is not taken for an upload.
func TestTasksOfTheCommandLine(t *testing.T) {
	r := one(t)
	r.must(r.store.SaveSchool(r.Context(), demo.School()))
	im := importer(r, r.TempDir())
	begin := func(by model.OperatorID, lease time.Duration) (int64, string) {
		id, token, err := r.store.StartTask(r.Context(), model.Task{
			Kind: model.TaskImportRoster, Stage: model.StageApply, OperatorID: by, FileName: "x.csv", CreatedAt: r.clock.Now(),
		}, lease)
		r.must(err)
		return id, token
	}
	id, token := begin(0, time.Minute)
	if worked, err := im.Step(r.Context()); worked || err != nil {
		t.Fatalf("the task of the command line was taken: %v, %v", worked, err)
	}
	got, err := im.Import(r.Context(), job.ImportOptions{
		Path: sample(t, r.TempDir(), demo.WideCSV, 30), By: model.BySystem("cli"), Scope: model.Scope{All: true}, TaskID: id,
	})
	r.must(err)
	r.must(r.store.FinishTask(r.Context(), id, token, model.TaskDone, got, r.clock.Now()))
	task, err := r.store.Task(r.Context(), id)
	r.must(err)
	r.move(task, model.StageUndo)
	if task = r.work(im, id); task.State != model.TaskDone || task.Result.Undone != 30 {
		t.Errorf("undone %+v", task)
	}
	for _, by := range []model.OperatorID{0, 7} { // with and without --operator
		killed, _ := begin(by, -time.Minute)
		if task = r.work(im, killed); task.State != model.TaskFailed || !strings.Contains(task.Result.Error, "命令行的导入中断了") {
			t.Errorf("killed %+v", task)
		}
	}
}
