package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"quxiang/config"
	"quxiang/model"
)

func newJob() *cobra.Command {
	var l loader
	c := &cobra.Command{Use: "job", Short: "定时任务"}
	with := func(f func(c *cobra.Command, a *app, args []string) error) func(*cobra.Command, []string) error {
		return func(c *cobra.Command, args []string) error {
			cfg, err := l.load(config.NeedDatabase, config.NeedKeys, config.NeedWeChat, config.NeedSite)
			if err != nil {
				return err
			}
			a, err := newApp(c.Context(), cfg, newClock(time.Time{}), newLogger(cfg, c.ErrOrStderr()))
			if err != nil {
				return err
			}
			defer func() { _ = a.stop(c.Context()) }()
			return f(c, a, args)
		}
	}
	list := &cobra.Command{
		Use: "list", Short: "列出任务及最近一次运行", Args: cobra.NoArgs,
		RunE: with(func(c *cobra.Command, a *app, _ []string) error {
			runs, err := a.store.Jobs(c.Context())
			if err != nil {
				return err
			}
			last := map[string]string{}
			for _, r := range runs {
				if r.Outcome != "" {
					last[r.Name] = model.Minute(r.FinishedAt) + " " + r.Outcome
				}
			}
			for _, j := range a.jobs.Jobs() {
				fmt.Fprintf(c.OutOrStdout(), "%s\t%s\t%s\n", j.Name, j.Spec, last[j.Name])
			}
			return nil
		}),
	}
	run := &cobra.Command{
		Use: "run NAME", Short: "立即运行一次", Args: cobra.ExactArgs(1),
		RunE: with(func(c *cobra.Command, a *app, args []string) error {
			outcome, err := a.jobs.RunOnce(c.Context(), args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "%s: %s\n", args[0], outcome)
			return nil
		}),
	}
	for _, sub := range []*cobra.Command{list, run} {
		l.flag(sub)
		c.AddCommand(sub)
	}
	return c
}
