package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"quxiang/config"
	"quxiang/model/store"
)

func newMigrate() *cobra.Command {
	var l loader
	c := &cobra.Command{
		Use:   "migrate",
		Short: "建立或升级数据库结构",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := l.load(config.NeedDatabase)
			if err != nil {
				return err
			}
			from, to, err := store.Migrate(c.Context(), cfg.Database.Reveal(), newLogger(cfg, c.ErrOrStderr()))
			if err != nil {
				return err
			}
			fmt.Fprintf(c.OutOrStdout(), "schema from=%d to=%d\n", from, to)
			return nil
		},
	}
	l.flag(c)
	return c
}
