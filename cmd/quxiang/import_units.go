package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/roster"
)

func newImportUnits() *cobra.Command {
	var l loader
	var report string
	c := &cobra.Command{
		Use:   "units FILE",
		Short: "导入单位登记表（XLSX 或 CSV），供毕业生上报时查找单位",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := readable(args[0]); err != nil {
				return err
			}
			return l.withStore(c, func(w *workbench) error {
				if report == "" {
					report = strings.TrimSuffix(args[0], filepath.Ext(args[0])) + "-refused.xlsx"
				}
				bar := &progressBar{out: c.ErrOrStderr(), terminal: isTerminal(os.Stderr)}
				result, err := importUnits(c, w, args[0], report, bar.show)
				bar.end()
				if err == nil || result.Imported+result.Unchanged+result.Refused > 0 {
					printImport(c.OutOrStdout(), result)
				}
				return err
			})
		},
	}
	l.flag(c)
	c.Flags().StringVar(&report, "report", "", "被拒绝的行写到哪个 XLSX 文件（默认：登记表旁边的 …-refused.xlsx）")
	return c
}

// importUnits reads a register and says in the audit log that it did.
func importUnits(c *cobra.Command, w *workbench, file, report string, progress func(done, total int)) (result model.TaskResult, err error) {
	table, err := tables(codes.Default)
	if err != nil {
		return result, err
	}
	var refused *roster.Report // made when there is something to report
	result, err = roster.ImportUnits(c.Context(), roster.UnitImport{
		Path: file, Options: roster.Options{Codes: table}, Saver: w.store, Progress: progress,
		Refused: func(columns []string, row roster.Row) error {
			if refused == nil {
				refused = roster.NewReport(report, columns)
			}
			_, err := refused.Refuse(row)
			return err
		},
	})
	if refused != nil {
		err = errors.Join(err, refused.Close())
		result.Report = report
	}
	if result.Imported > 0 {
		err = errors.Join(err, w.store.AddAudit(c.Context(), model.Audit{
			At: w.clock.Now(), Actor: model.BySystem("cli"), Action: "units.import", Detail: map[string]string{"imported": strconv.Itoa(result.Imported)},
		}))
	}
	if err != nil {
		return result, fmt.Errorf("import units: %w", err)
	}
	return result, nil
}
