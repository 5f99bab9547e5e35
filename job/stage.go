package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"quxiang/model"
)

// namesShown is how many graduates a message names who keep an import from being
// undone.
const namesShown = 20

// taskWork is one stage of a task on its way.
type taskWork struct {
	*Importer
	task     model.Task
	kind     model.SheetKind
	by       model.Actor
	op       model.Operator // zero when it is the command line's
	progress func(done, total int)
}

// options are what preview and import of the task's file have in common.
func (w taskWork) options() (ImportOptions, error) {
	if !filepath.IsLocal(filepath.FromSlash(w.task.Path)) {
		return ImportOptions{}, fmt.Errorf("job: import: the file of task %d is not below the data directory", w.task.ID)
	}
	scope := w.op.Scope()
	if scope.All && w.task.SchoolCode != "" {
		scope = model.Scope{SchoolCode: w.task.SchoolCode}
	}
	return ImportOptions{
		Kind: w.kind, Path: w.below(w.task.Path), ReportPath: w.below(w.beside("-refused.xlsx")),
		By: w.by, Reviewer: w.op, Scope: scope, Progress: w.progress,
	}, nil
}

// beside names a file next to the upload.
func (w taskWork) beside(ending string) string {
	return strings.TrimSuffix(w.task.Path, path.Ext(w.task.Path)) + ending
}

// preview runs the import on paper and keeps what the page shows and what
// applying it will follow.
func (w taskWork) preview(ctx context.Context) (result model.TaskResult, err error) {
	o, err := w.options()
	if err != nil {
		return result, err
	}
	file, err := os.OpenFile(w.below(w.beside(".plan")), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return result, fmt.Errorf("job: preview: %w", err)
	}
	o.DryRun, o.PreviewPath, o.plan, o.sample = true, w.below(w.beside("-preview.xlsx")), writePlan(file), &sample{}
	result, err = w.Import(ctx, o)
	if err := errors.Join(err, o.plan.end(), file.Close()); err != nil {
		w.discard(w.beside(".plan"))
		return model.TaskResult{}, err // a preview of half a file is none
	}
	shown, err := json.Marshal(o.sample.ImportSample)
	if err != nil {
		return result, fmt.Errorf("job: preview: %w", err)
	}
	if err := os.WriteFile(w.below(w.beside("-preview.json")), shown, 0o600); err != nil {
		return result, fmt.Errorf("job: preview: %w", err)
	}
	w.name(&result)
	result.Plan, result.Sample = w.beside(".plan"), w.beside("-preview.json")
	return result, w.audit(ctx, "import.preview", result)
}

// name makes a result's paths those below the data directory.
func (w taskWork) name(r *model.TaskResult) {
	if r.Report != "" {
		r.Report = w.beside("-refused.xlsx")
	}
	if r.Preview != "" {
		r.Preview = w.beside("-preview.xlsx")
	}
}

// apply imports the file, as far as the records are as the preview saw them. An
// import that was broken off goes on: what it had changed is unchanged now and
// still counts as its work.
func (w taskWork) apply(ctx context.Context) (result model.TaskResult, err error) {
	o, err := w.options()
	if err != nil {
		return result, err
	}
	o.TaskID = w.task.ID
	created, changed, err := w.store.ImportChanges(ctx, w.task.ID)
	if err != nil {
		return result, fmt.Errorf("job: apply: %w", err)
	}
	if w.task.Result.Plan != "" {
		file, err := os.OpenInRoot(w.dir, w.task.Result.Plan)
		if errors.Is(err, fs.ErrNotExist) {
			return result, model.Errorf(model.CodeExpired, "上传的文件已被清理，没有导入。请重新上传。")
		}
		if err != nil {
			return result, fmt.Errorf("job: apply: %w", err)
		}
		defer file.Close() //nolint:errcheck // read only
		o.plan = readPlan(file)
	}
	result, err = w.Import(ctx, o)
	result.Imported += created + changed
	result.Changed += changed
	result.Unchanged = max(0, result.Unchanged-created-changed)
	result.Preview, result.Sample = w.task.Result.Preview, w.task.Result.Sample
	if result.Report != "" {
		result.Report = w.beside("-refused.xlsx")
	}
	if err != nil {
		return result, err
	}
	return result, w.audit(ctx, "import.apply", result)
}

// undo takes the whole import back.
func (w taskWork) undo(ctx context.Context) (model.TaskResult, error) {
	result := w.task.Result
	result.Error = ""
	undone, acted, err := w.Undo(ctx, w.task, w.by, func(done int) {
		w.progress(result.Undone+done, result.Imported)
	})
	result.Undone += undone
	result.ActedOn = acted
	if err != nil {
		return result, err
	}
	return result, w.audit(ctx, "import.undone", result)
}

// audit tells what a stage came to. Counts only: no personal data.
func (w taskWork) audit(ctx context.Context, action string, r model.TaskResult) error {
	n := func(i int) string { return strconv.Itoa(i) }
	detail := map[string]string{
		"task": strconv.FormatInt(w.task.ID, 10), "sheet": string(w.kind), "imported": n(r.Imported), "changed": n(r.Changed),
		"unchanged": n(r.Unchanged), "refused": n(r.Refused),
	}
	if action == "import.undone" {
		detail = map[string]string{"task": detail["task"], "sheet": detail["sheet"], "undone": n(r.Undone), "acted": n(r.ActedOn)}
	}
	err := w.store.AddAudit(ctx, model.Audit{
		At: w.now(), Actor: w.by, Action: action, SchoolCode: w.task.SchoolCode, College: w.op.Scope().College, Detail: detail,
	})
	if err != nil {
		return fmt.Errorf("job: audit: %w", err)
	}
	return nil
}

// Undo takes back everything that an import changed, or nothing: CodeConflict
// names those on whom somebody has acted since. Whoever is acted on in the
// midst of it stays as he is and is counted in acted. Progress, which may be
// nil, is told after each batch how many are undone. Broken off, it can be
// called again.
func (im *Importer) Undo(ctx context.Context, t model.Task, by model.Actor, progress func(done int)) (undone, acted int, err error) {
	created, changed, err := im.store.ImportChanges(ctx, t.ID)
	if err != nil {
		return 0, 0, fmt.Errorf("job: undo: %w", err)
	}
	if begun := created+changed < t.Result.Imported; !begun {
		n, names, err := im.store.ImportActedOn(ctx, t.ID, namesShown)
		if err != nil {
			return 0, 0, fmt.Errorf("job: undo: %w", err)
		}
		if n > 0 {
			return 0, n, model.ImportActedOn(n, names)
		}
	}
	for after := model.GraduateID(0); ; {
		some, acts, last, err := im.store.UndoImport(ctx, t.ID, after, by, im.now())
		undone, acted = undone+some, acted+acts
		if err != nil {
			return undone, acted, fmt.Errorf("job: undo: %w", err)
		}
		if last == 0 {
			return undone, acted, nil
		}
		after = last
		if progress != nil {
			progress(undone)
		}
		if ctx.Err() != nil {
			return undone, acted, context.Cause(ctx)
		}
	}
}
