package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"quxiang/job"
	"quxiang/model"
)

// commandLease is how long a task of the command line is its own without a sign
// of progress.
const commandLease = time.Minute

// sheetImport is one `quxiang import roster|destinations|reviews`.
type sheetImport struct {
	kind     model.SheetKind
	file     string
	report   string
	preview  string
	operator string
	dry      bool
}

// newImportSheet makes the command that imports sheets of a kind at once.
func newImportSheet(kind model.SheetKind) *cobra.Command {
	var l loader
	o := sheetImport{kind: kind}
	c := &cobra.Command{
		Use:   string(kind) + " FILE",
		Short: "导入" + kind.Chinese() + "（XLSX 或 CSV），逐行检查",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if o.file = args[0]; kind == model.SheetReviews && o.operator == "" {
				return fmt.Errorf("%w: 审核结果是管理员的决定，请用 --operator 指明是谁的", errUsage)
			}
			if err := readable(o.file); err != nil {
				return err
			}
			return l.withStore(c, func(w *workbench) error { return o.run(c, w) })
		},
	}
	l.flag(c)
	c.Flags().StringVar(&o.report, "report", "", "被拒绝的行写到哪个 XLSX 文件（默认：名单旁边的 …-refused.xlsx）")
	c.Flags().BoolVar(&o.dry, "dry-run", false, "只检查并预览，不写入任何内容")
	c.Flags().StringVar(&o.preview, "preview", "", "预览时，将变更的内容逐项写到哪个 XLSX 文件（默认：名单旁边的 …-preview.xlsx）")
	c.Flags().StringVar(&o.operator, "operator", "", "以哪个管理员的名义、在其管理范围内导入（默认：不限范围）")
	return c
}

// run imports the file, or says what importing it would change.
func (o sheetImport) run(c *cobra.Command, w *workbench) (err error) {
	ctx := c.Context()
	base := strings.TrimSuffix(o.file, filepath.Ext(o.file))
	options := job.ImportOptions{
		Kind: o.kind, Path: o.file, ReportPath: o.report, By: model.BySystem("cli"), Scope: model.Scope{All: true}, DryRun: o.dry,
	}
	if options.ReportPath == "" {
		options.ReportPath = base + "-refused.xlsx"
	}
	if options.PreviewPath = o.preview; o.dry && o.preview == "" {
		options.PreviewPath = base + "-preview.xlsx"
	}
	if o.operator != "" {
		op, _, err := w.store.OperatorByName(ctx, o.operator)
		if err != nil {
			return err
		}
		if !op.MayImport(o.kind) {
			return model.Errorf(model.CodeForbidden, "管理员 %s（%s）不能导入%s。", op.Name, op.Role.Chinese(), o.kind.Chinese())
		}
		options.By, options.Reviewer, options.Scope = model.ByOperator(op), op, op.Scope()
	}
	bar := &progressBar{out: c.ErrOrStderr(), terminal: isTerminal(os.Stderr)}
	options.Progress = bar.show
	finish := func(model.TaskResult, error) error { return nil }
	if !o.dry {
		if options.TaskID, finish, err = o.begin(ctx, w, &options); err != nil {
			return err
		}
	}
	im := job.NewImporter(job.ImporterOptions{Store: w.store, Codes: tables, Dir: w.cfg.DataDir, Now: w.clock.Now, Logger: w.log})
	result, err := im.Import(ctx, options)
	bar.end()
	err = errors.Join(err, finish(result, err))
	switch {
	case result.Preview != "":
		fmt.Fprintf(c.ErrOrStderr(), "将变更的内容见 %s\n", result.Preview)
	case result.Imported > 0 && !o.dry:
		fmt.Fprintf(c.ErrOrStderr(), "如无人办理，可整批撤销：quxiang import undo %d\n", options.TaskID)
	}
	// A file that breaks off leaves rows that stand.
	if err == nil || result.Imported+result.Unchanged+result.Refused > 0 {
		printImport(c.OutOrStdout(), result)
	}
	return err
}

// begin adds the task under which the import can be undone; finish ends it, also
// when the command is interrupted.
func (o sheetImport) begin(ctx context.Context, w *workbench, options *job.ImportOptions) (id int64, finish func(model.TaskResult, error) error, err error) {
	t := model.Task{
		Kind: o.kind.Task(), Stage: model.StageApply, SchoolCode: options.Scope.SchoolCode, FileName: filepath.Base(o.file), CreatedAt: w.clock.Now(),
	}
	if options.By.Kind == model.ActorOperator {
		t.OperatorID = model.OperatorID(options.By.ID)
	}
	id, token, err := w.store.StartTask(ctx, t, commandLease)
	if err != nil {
		return 0, nil, err
	}
	show := options.Progress
	options.Progress = func(done, total int) {
		show(done, total)
		if err := w.store.ProgressTask(ctx, id, token, done, total, commandLease); err != nil {
			w.log.Warn("progress of the import", "err", err)
		}
	}
	return id, func(r model.TaskResult, failed error) error {
		state := model.TaskDone
		if failed != nil {
			state, r.Error = model.TaskFailed, "命令行的导入没有完成。"
		}
		r.Report, r.Preview = "", "" // they lie where the command ran
		return w.store.FinishTask(context.WithoutCancel(ctx), id, token, state, r, w.clock.Now())
	}, nil
}

// newImportUndo makes the command that takes a whole import back.
func newImportUndo() *cobra.Command {
	var l loader
	c := &cobra.Command{
		Use:   "undo ID",
		Short: "整批撤销一次导入（编号见导入时的提示或管理页面的地址）",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return fmt.Errorf("%w: ID 应为导入的编号", errUsage)
			}
			return l.withStore(c, func(w *workbench) error { return undoImport(c, w, id) })
		},
	}
	l.flag(c)
	return c
}

func undoImport(c *cobra.Command, w *workbench, id int64) error {
	ctx := c.Context()
	t, err := w.store.Task(ctx, id)
	if err != nil {
		return err
	}
	if _, ok := t.Kind.Sheet(); !ok || !t.Applied() {
		return model.Errorf(model.CodeConflict, "编号 %d 不是一次已完成的导入，或已撤销。", id)
	}
	im := job.NewImporter(job.ImporterOptions{Store: w.store, Codes: tables, Dir: w.cfg.DataDir, Now: w.clock.Now, Logger: w.log})
	by := model.BySystem("cli")
	undone, acted, err := im.Undo(ctx, t, by, nil)
	if err != nil {
		return err
	}
	err = w.store.MoveTask(ctx, t, model.StageUndo, model.TaskDone, model.Audit{
		At: w.clock.Now(), Actor: by, Action: "import.undone", SchoolCode: t.SchoolCode,
		Detail: map[string]string{"task": strconv.FormatInt(id, 10), "undone": strconv.Itoa(undone), "acted": strconv.Itoa(acted)},
	})
	fmt.Fprintf(c.OutOrStdout(), "undone=%d kept=%d\n", undone, acted)
	return err
}
