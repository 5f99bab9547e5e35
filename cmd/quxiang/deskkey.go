package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"quxiang/model"
)

func newDesk() *cobra.Command {
	c := &cobra.Command{Use: "desk", Short: "接收部门：核验接口的密钥"}
	key := &cobra.Command{Use: "key", Short: "管理接收部门的签名密钥，每个只属于一个账号，随账号失效"}
	key.AddCommand(newDeskKeyAdd(), newDeskKeyList(), newDeskKeyRevoke())
	c.AddCommand(key)
	return c
}

// deskNamed finds the department of an account.
func deskNamed(ctx context.Context, w *workbench, account string) (model.Desk, error) {
	op, _, err := w.store.OperatorByName(ctx, account)
	if model.CodeOf(err) == model.CodeNotFound || (err == nil && op.Role != model.RoleDesk) {
		return model.Desk{}, model.Errorf(model.CodeNotFound, "没有名为“%s”的接收部门账号；用 quxiang operator add NAME --role desk 新增。", account)
	}
	if err != nil {
		return model.Desk{}, err
	}
	return w.store.Desk(ctx, op.ID)
}

func newDeskKeyAdd() *cobra.Command {
	var l loader
	var kinds []string
	k := model.DeskKey{}
	c := &cobra.Command{
		Use:   "add NAME [--kind archive] [--per-minute N] [--per-day N]",
		Short: "为接收部门账号新增密钥；密钥内容只显示这一次",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return l.withStore(c, func(w *workbench) (err error) {
				if k.Desk, err = deskNamed(c.Context(), w, args[0]); err != nil {
					return err
				}
				k.Kinds = k.Desk.Kinds
				if len(kinds) > 0 {
					k.Kinds = nil
				}
				for _, kind := range kinds {
					if kind := model.FormKind(kind); !slices.Contains(k.Kinds, kind) {
						k.Kinds = append(k.Kinds, kind)
					}
				}
				if err := model.CheckDeskKey(k); err != nil {
					return fmt.Errorf("%w: %s", errUsage, messageOf(err))
				}
				id, secret, err := w.store.AddDeskKey(c.Context(), k, model.BySystem("cli"), w.clock.Now())
				if err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "key=%s account=%s secret=%s\n", id, k.Desk.Account, secret)
				return nil
			})
		},
	}
	l.flag(c)
	f := c.Flags()
	f.StringSliceVar(&kinds, "kind", nil, "可以核验的登记信息表，archive（档案）或 household（户口），可重复（默认：与账号相同）")
	f.IntVar(&k.PerMinute, "per-minute", model.DefaultPerMinute, "每分钟核验条数上限")
	f.IntVar(&k.PerDay, "per-day", 0, "每日核验条数上限，0 表示与账号相同")
	return c
}

func newDeskKeyList() *cobra.Command {
	var l loader
	var account string
	c := &cobra.Command{
		Use: "list", Short: "列出密钥及其使用情况", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return l.withStore(c, func(w *workbench) error {
				var department model.OperatorID
				if account != "" {
					d, err := deskNamed(c.Context(), w, account)
					if err != nil {
						return err
					}
					department = d.OperatorID
				}
				keys, err := w.store.DeskKeys(c.Context(), department)
				if err != nil {
					return err
				}
				out := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(out, "密钥\t账号\t部门\t状态\t范围\t每分钟\t每日\t请求\t核验\t匹配\t最近一次")
				for _, k := range keys {
					daily := "同账号"
					if k.PerDay > 0 {
						daily = strconv.Itoa(k.PerDay)
					}
					fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%d\t%s\t%d\t%d\t%d\t%s\n", k.ID, k.Desk.Account, k.Desk.Department, deskKeyState(k, w),
						model.Desk{Kinds: k.Kinds}.KindsChinese(), k.PerMinute, daily, k.Posts, k.Asked, k.Found, minuteOrDash(k.UsedAt))
				}
				return out.Flush()
			})
		},
	}
	l.flag(c)
	c.Flags().StringVar(&account, "account", "", "只列出这个账号的")
	return c
}

func deskKeyState(k model.DeskKey, w *workbench) string {
	switch {
	case !k.RevokedAt.IsZero():
		return "已停用"
	case !k.InForce(w.clock.Now()):
		return "账号已停用或到期"
	default:
		return "有效"
	}
}

func newDeskKeyRevoke() *cobra.Command {
	var l loader
	c := &cobra.Command{
		Use: "revoke ID", Short: "停用密钥，立即生效", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return l.withStore(c, func(w *workbench) error {
				if err := w.store.RevokeDeskKey(c.Context(), args[0], model.BySystem("cli"), w.clock.Now()); err != nil {
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
