package main

import (
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"quxiang/model"
)

func newUpstream() *cobra.Command {
	c := &cobra.Command{Use: "upstream", Short: "上级平台：密钥与试推送"}
	key := &cobra.Command{Use: "key", Short: "管理上级平台的签名密钥，每个只对一所学校有效"}
	key.AddCommand(newKeyAdd(), newKeyList(), newKeyRevoke())
	c.AddCommand(key, newPush())
	return c
}

func newKeyAdd() *cobra.Command {
	var l loader
	var k model.UpstreamKey
	c := &cobra.Command{
		Use:   "add --school C [--platform NAME]",
		Short: "新增密钥；密钥内容只显示这一次",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return l.withStore(c, func(w *workbench) error {
				school, err := w.store.School(c.Context(), k.SchoolCode)
				if err != nil && model.CodeOf(err) != model.CodeNotFound {
					return err
				}
				if k.Platform == "" {
					k.Platform = school.PlatformName
				}
				if err := model.CheckUpstreamKey(k, school); err != nil {
					return fmt.Errorf("%w: %s", errUsage, messageOf(err))
				}
				id, secret, err := w.store.AddUpstreamKey(c.Context(), k, model.BySystem("cli"), w.clock.Now())
				if err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "key=%s school=%s secret=%s\n", id, k.SchoolCode, secret)
				return nil
			})
		},
	}
	l.flag(c)
	c.Flags().StringVar(&k.SchoolCode, "school", "", "学校代码（五位）")
	c.Flags().StringVar(&k.Platform, "platform", "", "上级平台的名称，记入操作记录（默认：该校设置的平台名称）")
	return c
}

func newKeyList() *cobra.Command {
	var l loader
	var school string
	c := &cobra.Command{
		Use: "list", Short: "列出密钥及其推送情况", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return l.withStore(c, func(w *workbench) error {
				keys, err := w.store.UpstreamKeys(c.Context(), school)
				if err != nil {
					return err
				}
				out := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(out, "密钥\t学校\t平台\t状态\t请求\t采用\t无变化\t冲突\t拒绝\t最近一次")
				for _, k := range keys {
					state, last := "有效", "–"
					if !k.RevokedAt.IsZero() {
						state = "已停用"
					}
					if !k.ReceivedAt.IsZero() {
						last = model.Minute(k.ReceivedAt)
					}
					fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%d\t%d\t%d\t%d\t%d\t%s\n", k.ID, k.SchoolCode, k.Platform, state,
						k.Posts, k.Tally.Accepted, k.Tally.Unchanged, k.Tally.Conflict, k.Tally.Refused, last)
				}
				return out.Flush()
			})
		},
	}
	l.flag(c)
	c.Flags().StringVar(&school, "school", "", "只列出这所学校的")
	return c
}

func newKeyRevoke() *cobra.Command {
	var l loader
	c := &cobra.Command{
		Use: "revoke ID", Short: "停用密钥，立即生效", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return l.withStore(c, func(w *workbench) error {
				if err := w.store.RevokeUpstreamKey(c.Context(), args[0], model.BySystem("cli"), w.clock.Now()); err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "revoked=%s\n", args[0])
				return nil
			})
		},
	}
	l.flag(c)
	return c
}
