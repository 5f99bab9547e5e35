package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/demo"
	"quxiang/model/roster"
)

func newImport() *cobra.Command {
	c := &cobra.Command{Use: "import", Short: "导入数据"}
	for _, k := range model.SheetKinds() {
		c.AddCommand(newImportSheet(k))
	}
	c.AddCommand(newImportUndo(), newImportContacts(), newImportUnits(), newImportSetup(), newImportSample())
	return c
}

// readable fails before anything is begun for a file that cannot be read.
func readable(file string) error {
	f, err := os.Open(file) // #nosec G304 -- whoever runs the command names the file
	if err != nil {
		return fmt.Errorf("不能读取 %s：%w", file, err)
	}
	return f.Close()
}

// printImport writes the last line of an import (design §6). Without refused
// rows there is no report, which is written as -.
func printImport(w io.Writer, r model.TaskResult) {
	report := r.Report
	if report == "" {
		report = "-"
	}
	fmt.Fprintf(w, "imported=%d unchanged=%d refused=%d report=%s\n", r.Imported, r.Unchanged, r.Refused, report)
}

func newImportContacts() *cobra.Command {
	var l loader
	c := &cobra.Command{
		Use:   "contacts FILE",
		Short: "导入联系人：学校、学院、班级对应的辅导员和就业指导中心",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := readable(args[0]); err != nil {
				return err
			}
			contacts, err := roster.ReadContacts(args[0])
			if err != nil {
				return err
			}
			return l.withStore(c, func(w *workbench) error {
				bySchool := map[string][]model.Contact{}
				for _, contact := range contacts {
					bySchool[contact.SchoolCode] = append(bySchool[contact.SchoolCode], contact)
				}
				for school, list := range bySchool {
					if err := w.store.ReplaceContacts(c.Context(), school, list, model.BySystem("cli")); err != nil {
						return err
					}
				}
				fmt.Fprintf(c.OutOrStdout(), "contacts=%d schools=%d\n", len(contacts), len(bySchool))
				return nil
			})
		},
	}
	l.flag(c)
	return c
}

// newImportSample writes a roster to try the import with.
func newImportSample() *cobra.Command {
	var n int
	var wide bool
	c := &cobra.Command{
		Use:   "sample FILE",
		Short: "写出一份样例生源名单（.xlsx 或 .csv），人员均为虚构",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) (err error) {
			if n < 1 {
				return fmt.Errorf("%w: --rows 应为 1 以上", errUsage)
			}
			format := demo.National
			switch ext := strings.ToLower(filepath.Ext(args[0])); {
			case ext == ".csv":
				format = demo.WideCSV
			case ext != ".xlsx":
				return fmt.Errorf("%w: 文件名应以 .xlsx 或 .csv 结尾", errUsage)
			case wide:
				format = demo.WideXLSX
			}
			table, err := tables(codes.Default)
			if err != nil {
				return err
			}
			f, err := os.OpenFile(args[0], os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
			if err != nil {
				return fmt.Errorf("不能写出样例：%w", err)
			}
			defer func() { err = errors.Join(err, f.Close()) }()
			return demo.SampleRoster(f, format, demo.Graduates(n, 2, demo.Options{Year: demoYear(time.Now())}), table)
		},
	}
	c.Flags().IntVar(&n, "rows", 20, "多少行")
	c.Flags().BoolVar(&wide, "wide", false, "含去向、档案、户口等列的一行表头格式（默认：全国表的 50 列、两行表头；CSV 总是宽格式）")
	return c
}

// progressBar shows an import's progress on a terminal, and nothing in a pipe.
type progressBar struct {
	out      io.Writer
	terminal bool
	drawn    bool
}

func (b *progressBar) show(done, total int) {
	if !b.terminal {
		return
	}
	b.drawn = true
	if total <= 0 {
		fmt.Fprintf(b.out, "\r已处理 %d 行", done)
		return
	}
	const width = 30
	filled := min(width, done*width/total)
	fmt.Fprintf(b.out, "\r[%s%s] %d/%d 行", strings.Repeat("█", filled), strings.Repeat("·", width-filled), done, total)
}

func (b *progressBar) end() {
	if b.drawn {
		fmt.Fprintln(b.out)
	}
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
