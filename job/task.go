package job

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"quxiang/model"
	"quxiang/model/store"
)

const (
	// uploads is the folder of uploaded rosters and of the sheets made from
	// them, below the data directory.
	uploads = "uploads"
	// taskLease is how long a task is ours without a sign of progress: a batch
	// of rows takes a fraction of it.
	taskLease = time.Minute
)

// Run works tasks until ctx ends.
func (im *Importer) Run(ctx context.Context) error {
	trouble := im.every
	for ctx.Err() == nil {
		worked, err := im.Step(ctx)
		nap := im.every
		switch {
		case err != nil && ctx.Err() == nil:
			im.log.Error("work a task", "err", err)
			nap, trouble = trouble, min(2*trouble, maxErrorPause)
		case worked:
			nap, trouble = 0, im.every
		default:
			trouble = im.every
		}
		wait(ctx, nap)
	}
	return nil
}

// RunAll is Step as a job, until no task waits.
func (im *Importer) RunAll(ctx context.Context) (outcome string, err error) {
	n := 0
	for {
		worked, err := im.Step(ctx)
		if err != nil || !worked {
			return fmt.Sprintf("处理导入任务 %d 个", n), err
		}
		n++
	}
}

// Step works the oldest waiting task to its end and reports whether there was
// one. A task that a stopping program breaks off begins again when its lease
// has run out: rows that are in already are unchanged then.
func (im *Importer) Step(ctx context.Context) (worked bool, err error) {
	select {
	case im.turn <- struct{}{}:
		defer func() { <-im.turn }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	t, token, err := im.store.ClaimTask(ctx, taskLease, im.now())
	if err != nil {
		return false, fmt.Errorf("job: import: %w", err)
	}
	if t == nil {
		return false, nil
	}
	result, err := im.work(ctx, *t, token)
	state := model.TaskDone
	switch {
	case err == nil:
	case errors.Is(err, store.ErrLeaseLost):
		im.log.Warn("task taken over", "task", t.ID)
		return true, nil
	case ctx.Err() != nil, model.CodeOf(err) == model.CodeUnavailable:
		return true, err
	default:
		level := slog.LevelError
		if model.CodeOf(err) != model.CodeInternal {
			level = slog.LevelInfo // the sheet is at fault, and its operator is told
		}
		im.log.Log(ctx, level, "task failed", "task", t.ID, "err", err)
		state, result.Error = model.TaskFailed, taskFailure(err)
	}
	if err := im.store.FinishTask(ctx, t.ID, token, state, result, im.now()); err != nil {
		return true, fmt.Errorf("job: import: %w", err)
	}
	if t.Stage != model.StagePreview || state == model.TaskFailed { // a preview's file has still to serve
		im.discard(t.Path, t.Result.Plan)
	}
	return true, nil
}

// discard removes an upload, which holds ID numbers in the clear and has
// served, and what goes with it. What stays because of an error Purge removes
// later.
func (im *Importer) discard(paths ...string) {
	root, err := os.OpenRoot(im.dir)
	if err != nil {
		im.log.Warn("remove upload", "err", err)
		return
	}
	defer root.Close() //nolint:errcheck // nothing is written through it
	for _, p := range paths {
		if p == "" {
			continue
		}
		if err := root.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			im.log.Warn("remove upload", "err", err)
		}
	}
}

// taskFailure says to the operator why a task failed.
func taskFailure(err error) string {
	if rule, ok := errors.AsType[*model.Error](err); ok && rule.Code != model.CodeInternal {
		return rule.Message
	}
	return "系统内部错误，名单没有全部导入。请稍后重新上传；如仍失败，请联系系统管理员。"
}

// work does the stage of a task for the operator who asked for it. A panic,
// which only a malformed file could cause, fails the task and not the program.
func (im *Importer) work(ctx context.Context, t model.Task, token string) (result model.TaskResult, err error) {
	defer func() {
		if p := recover(); p != nil {
			im.log.Error("task panicked", "task", t.ID, "stack", string(debug.Stack()))
			err = model.Invalid("file", "文件无法读取，请用表格软件另存为 XLSX 后重新上传。")
		}
	}()
	kind, ok := t.Kind.Sheet()
	if !ok {
		return result, fmt.Errorf("job: import: task %d imports no sheet", t.ID)
	}
	by, op, err := im.behind(ctx, t, kind)
	if err != nil {
		return t.Result, err
	}
	// Progress renews the lease: whoever has lost it stops.
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	w := taskWork{Importer: im, task: t, kind: kind, by: by, op: op, progress: func(done, total int) {
		if err := im.store.ProgressTask(ctx, t.ID, token, done, total, taskLease); err != nil {
			stop(err)
		}
	}}
	switch t.Stage {
	case model.StageUndo:
		return w.undo(ctx)
	case model.StagePreview:
		return w.preview(ctx)
	case model.StageApply:
	}
	return w.apply(ctx)
}

// behind is in whose name a task is worked. Whoever uploaded a sheet must still
// be allowed to; undoing was asked for by somebody who was.
func (im *Importer) behind(ctx context.Context, t model.Task, kind model.SheetKind) (by model.Actor, op model.Operator, err error) {
	if t.Path == "" && t.Stage != model.StageUndo { // the file lies where the command ran
		return by, op, model.Invalid("file", "命令行的导入中断了。请重新运行命令，已导入的行不会重复。")
	}
	if t.OperatorID == 0 {
		return model.BySystem("cli"), op, nil
	}
	if op, err = im.store.Operator(ctx, t.OperatorID); err != nil {
		return by, op, fmt.Errorf("job: import: %w", err)
	}
	s := op.Scope()
	if t.Stage != model.StageUndo && (!op.MayImport(kind) || s.Empty() || (!s.All && s.SchoolCode != t.SchoolCode)) {
		return by, op, model.Errorf(model.CodeForbidden, "上传名单的账号已没有导入权限。")
	}
	return model.ByOperator(op), op, nil
}

// below is a path of the data directory.
func (im *Importer) below(p string) string { return filepath.Join(im.dir, filepath.FromSlash(p)) }
