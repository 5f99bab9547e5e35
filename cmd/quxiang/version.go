package main

import (
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"quxiang/handler/form"
)

func newVersion() *cobra.Command {
	licences := false
	c := &cobra.Command{
		Use:   "version",
		Short: "显示版本",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if licences {
				text, err := form.Licences()
				fmt.Fprint(c.OutOrStdout(), text)
				return err
			}
			version, revision := "unreleased", ""
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						revision = " " + s.Value
					}
				}
				if info.Main.Version != "" && info.Main.Version != "(devel)" {
					version = info.Main.Version
				}
			}
			fmt.Fprintf(c.OutOrStdout(), "quxiang %s%s\n", version, revision)
			return nil
		},
	}
	c.Flags().BoolVar(&licences, "licences", false, "显示内嵌字体的许可证（SIL OFL）")
	return c
}
