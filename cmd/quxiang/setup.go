package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/store"
)

// setupFile is what an operator tells a new system beside its settings: which
// schools and cohorts there are, and which template carries which message. It
// is data, so that it lives in the database and not in the configuration.
type setupFile struct {
	Schools []struct {
		Code         string `yaml:"code"`
		Name         string `yaml:"name"`
		Origin       string `yaml:"origin"` // here, or upstream
		PlatformName string `yaml:"platform_name"`
		PlatformURL  string `yaml:"platform_url"`
	} `yaml:"schools"`
	Cohorts []struct {
		Year       int    `yaml:"year"`
		ReportFrom string `yaml:"report_from"` // first day of reporting; default: from the beginning
		Deadline   string `yaml:"deadline"`    // default 31 August of the year
		LeaveDate  string `yaml:"leave_date"`  // 离校日
		CodeTable  string `yaml:"code_table"`  // version of the code tables and of the rates' formula: 2021 or 2024
		Windows    []struct {
			From string `yaml:"from"`
			To   string `yaml:"to"`
		} `yaml:"windows"` // days after the deadline on which changes are open again
	} `yaml:"cohorts"`
	Templates []struct {
		Kind       string            `yaml:"kind"`
		TemplateID string            `yaml:"template_id"`
		Fields     map[string]string `yaml:"fields"` // keyword such as thing1 → item, status, time, deadline, remark or school
	} `yaml:"templates"`
}

func newImportSetup() *cobra.Command {
	var l loader
	c := &cobra.Command{
		Use:   "setup FILE",
		Short: "导入学校、届别和消息模板的设置（YAML）；再次导入会更新，并恢复已停发的模板",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			data, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("不能读取 %s：%w", args[0], err)
			}
			in, err := readSetup(data)
			if err != nil {
				return err
			}
			return l.withStore(c, func(w *workbench) error {
				if err := in.save(c.Context(), w.store); err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "schools=%d cohorts=%d templates=%d\n", len(in.schools), len(in.cohorts), len(in.templates))
				return nil
			})
		},
	}
	l.flag(c)
	return c
}

// setup is a setupFile that was found right.
type setup struct {
	schools   []model.School
	cohorts   []model.Cohort
	templates []model.Template
}

// readSetup reports every fault of the file at once.
func readSetup(data []byte) (setup, error) {
	var f setupFile
	if err := yaml.UnmarshalWithOptions(data, &f, yaml.Strict()); err != nil {
		return setup{}, model.Errorf(model.CodeInvalid, "设置文件无法识别：%s", yaml.FormatError(err, false, true)).Because(err)
	}
	var out setup
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	for i, s := range f.Schools {
		school := model.School{
			Code: s.Code, Name: s.Name, Origin: model.Origin(s.Origin), PlatformName: s.PlatformName, PlatformURL: s.PlatformURL,
		}
		if s.Origin == "" {
			school.Origin = model.OriginHere
		}
		if err := model.CheckSchool(school); err != nil {
			fault("schools 第 %d 项：%s", i+1, messageOf(err))
		}
		out.schools = append(out.schools, school)
	}
	for i, c := range f.Cohorts {
		cohort := model.NewCohort(c.Year)
		if c.Year < 2000 || c.Year > 2999 {
			fault("cohorts 第 %d 项：year 应为毕业年份，例如 2027。", i+1)
		}
		broken := false // a date that cannot be read is told once
		cohort.Windows = make([]model.Window, len(c.Windows))
		dates := []struct {
			text string
			into *model.Date
		}{{c.ReportFrom, &cohort.ReportFrom}, {c.Deadline, &cohort.Deadline}, {c.LeaveDate, &cohort.LeaveDate}}
		for n, w := range c.Windows {
			dates = append(dates, []struct {
				text string
				into *model.Date
			}{{w.From, &cohort.Windows[n].From}, {w.To, &cohort.Windows[n].To}}...)
		}
		for _, d := range dates {
			if d.text == "" {
				continue
			}
			date, err := model.ParseDate(d.text)
			if err != nil {
				broken = true
				fault("cohorts 第 %d 项：%s", i+1, messageOf(err))
			}
			*d.into = date
		}
		if c.CodeTable != "" {
			cohort.CodeTable = c.CodeTable
		}
		if _, err := codes.For(cohort.CodeTable); err != nil {
			fault("cohorts 第 %d 项：code_table 没有“%s”这个版本；可用：%s。", i+1, cohort.CodeTable, strings.Join(codes.Versions(), "、"))
		}
		if err := model.CheckCohort(cohort); err != nil && !broken {
			fault("cohorts 第 %d 项：%s", i+1, messageOf(err))
		}
		out.cohorts = append(out.cohorts, cohort)
	}
	for i, t := range f.Templates {
		template := model.Template{Kind: model.MessageKind(t.Kind), TemplateID: t.TemplateID, Fields: t.Fields}
		if err := model.CheckTemplate(template); err != nil {
			fault("templates 第 %d 项：%s", i+1, messageOf(err))
		}
		out.templates = append(out.templates, template)
	}
	if len(faults) > 0 {
		return setup{}, model.Errorf(model.CodeInvalid, "设置文件有 %d 处需要改正，没有导入任何内容：\n%s", len(faults), strings.Join(faults, "\n"))
	}
	return out, nil
}

func (in setup) save(ctx context.Context, s *store.Store) error {
	for _, school := range in.schools {
		if err := s.SaveSchool(ctx, school); err != nil {
			return err
		}
	}
	for _, cohort := range in.cohorts {
		if err := s.SaveCohort(ctx, cohort); err != nil {
			return err
		}
	}
	for _, template := range in.templates {
		if err := s.SaveTemplate(ctx, template); err != nil {
			return err
		}
	}
	return nil
}

// messageOf is an error's sentence for people, without the code.
func messageOf(err error) string {
	var e *model.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return err.Error()
}
