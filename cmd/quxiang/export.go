package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"quxiang/model"
	"quxiang/model/roster"
	"quxiang/model/store"
)

func newExport() *cobra.Command {
	c := &cobra.Command{Use: "export", Short: "导出数据，格式与导入相同"}
	for _, k := range model.SheetKinds() {
		c.AddCommand(newExportSheet(k))
	}
	return c
}

// newExportSheet makes the command that exports sheets of a kind, whole ID
// numbers included: whoever runs it has the keys.
func newExportSheet(kind model.SheetKind) *cobra.Command {
	var l loader
	var f store.ExportFilter
	var step string
	c := &cobra.Command{
		Use:   string(kind) + " FILE",
		Short: "导出" + kind.Chinese() + "（.xlsx 或 .csv）",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			format := roster.TableFormat(strings.TrimPrefix(strings.ToLower(filepath.Ext(args[0])), "."))
			if format != roster.TableXLSX && format != roster.TableCSV {
				return fmt.Errorf("%w: 文件名应以 .xlsx 或 .csv 结尾", errUsage)
			}
			if step != "" {
				if !slices.Contains(model.Steps(), model.Step(step)) {
					return fmt.Errorf("%w: 没有步骤 %q", errUsage, step)
				}
				f.Steps = []model.Step{model.Step(step)}
			}
			return l.withStore(c, func(w *workbench) error { return exportSheet(c, w, args[0], kind, format, f) })
		},
	}
	l.flag(c)
	c.Flags().StringVar(&f.Cohort, "cohort", "", "届，如 2027")
	c.Flags().StringVar(&f.School, "school", "", "院校代码")
	c.Flags().StringVar(&f.College, "college", "", "院系")
	c.Flags().StringVar(&f.Class, "class", "", "班级")
	c.Flags().StringVar(&f.Category, "category", "", "毕业去向类别代码，如 10")
	c.Flags().StringVar(&step, "step", "", "步骤，如 report、college_review")
	return c
}

// exportSheet writes a new file that only its owner can read, and none when the
// export fails.
func exportSheet(c *cobra.Command, w *workbench, path string, kind model.SheetKind, format roster.TableFormat, f store.ExportFilter) (err error) {
	ctx := c.Context()
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // #nosec G304 -- whoever runs the command names the file
	if err != nil {
		return fmt.Errorf("不能写出 %s：%w", path, err)
	}
	defer func() {
		if err = errors.Join(err, file.Close()); err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	out, err := roster.NewWriter(file, roster.WriterOptions{Kind: kind, Format: format})
	if err != nil {
		return err
	}
	known := map[string]model.Codes{}
	codes := func(cohort string) (model.Codes, error) {
		if t, ok := known[cohort]; ok {
			return t, nil
		}
		co, err := w.store.Cohort(ctx, cohort)
		if err != nil {
			return nil, err
		}
		t, err := tables(co.CodeTable)
		if err != nil {
			return nil, err
		}
		known[cohort] = t
		return t, nil
	}
	n := 0
	begin := func(all int) error {
		n = all
		return w.store.AddAudit(ctx, model.Audit{
			At: w.clock.Now(), Actor: model.BySystem("cli"), Action: "graduate.export", SchoolCode: f.School,
			Detail: map[string]string{"sheet": string(kind), "graduates": fmt.Sprint(all)},
		})
	}
	err = w.store.Export(ctx, model.Scope{All: true}, f, begin, func(rs []model.Record) error { return out.WriteAll(rs, codes) })
	if err != nil {
		return errors.Join(err, out.Abandon())
	}
	if err := out.Close(); err != nil {
		return err
	}
	fmt.Fprintf(c.OutOrStdout(), "exported=%d\n", n)
	return nil
}
