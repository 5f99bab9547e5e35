package main

import (
	"crypto/rand"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"quxiang/model"
	"quxiang/model/form"
)

func newFormKey() *cobra.Command {
	c := &cobra.Command{Use: "formkey", Short: "管理登记信息表二维码的签名密钥"}
	c.AddCommand(newFormKeyList(), newFormKeyRotate(), newFormKeyRevoke())
	return c
}

func newFormKeyList() *cobra.Command {
	var l loader
	c := &cobra.Command{
		Use: "list", Short: "列出所有签名密钥，正在使用的在最前", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return l.withStore(c, func(w *workbench) error {
				ring, err := w.store.FormRing(c.Context())
				if err != nil {
					return err
				}
				out := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
				fmt.Fprintln(out, "密钥\t状态\t启用\t停用\t作废")
				for _, k := range ring {
					fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\n", k.ID(), keyState(k), model.Minute(k.NotBefore), minuteOrDash(k.RetiredAt), minuteOrDash(k.RevokedAt))
				}
				return out.Flush()
			})
		},
	}
	l.flag(c)
	return c
}

func keyState(k form.Key) string {
	switch {
	case !k.RevokedAt.IsZero():
		return "已作废"
	case !k.RetiredAt.IsZero():
		return "已停用，原有签名仍有效"
	default:
		return "使用中"
	}
}

func newFormKeyRotate() *cobra.Command {
	var l loader
	c := &cobra.Command{
		Use: "rotate", Short: "启用新的签名密钥；旧密钥的签名仍有效", Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return l.withStore(c, func(w *workbench) error {
				id, err := w.store.RotateFormKey(c.Context(), rand.Reader, model.BySystem("cli"), w.clock.Now())
				if err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "key=%s\n", id)
				return nil
			})
		},
	}
	l.flag(c)
	return c
}

func newFormKeyRevoke() *cobra.Command {
	var l loader
	c := &cobra.Command{
		Use:   "revoke ID",
		Short: "作废泄露的签名密钥：它签过的二维码一律不再通过，正在使用的会同时换新",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			id, ok := form.ParseKeyID(args[0])
			if !ok {
				return fmt.Errorf("%w: 密钥编号是八位十六进制数，用 quxiang formkey list 查看", errUsage)
			}
			return l.withStore(c, func(w *workbench) error {
				if err := w.store.RevokeFormKey(c.Context(), id, rand.Reader, model.BySystem("cli"), w.clock.Now()); err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "revoked=%s\n", id)
				return nil
			})
		},
	}
	l.flag(c)
	return c
}

func minuteOrDash(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return model.Minute(t)
}
