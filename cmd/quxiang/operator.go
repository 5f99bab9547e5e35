package main

import (
	"crypto/rand"
	"fmt"

	"github.com/spf13/cobra"

	"quxiang/handler/admin"
	"quxiang/model"
)

func newOperator() *cobra.Command {
	c := &cobra.Command{Use: "operator", Short: "管理管理员账号"}
	c.AddCommand(newOperatorAdd(), newOperatorReset())
	return c
}

func newOperatorAdd() *cobra.Command {
	var l loader
	var op model.Operator
	var role string
	c := &cobra.Command{
		Use:   "add NAME --role R [--school C] [--college C] [--class C]",
		Short: "新增管理员，并显示一次性密码",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			op.Name, op.Role, op.MustChange = args[0], model.Role(role), true
			if err := model.CheckOperator(op); err != nil {
				return fmt.Errorf("%w: %s", errUsage, messageOf(err))
			}
			return l.withStore(c, func(w *workbench) error {
				password, hash, err := oneTimePassword()
				if err != nil {
					return err
				}
				op.CreatedAt = w.clock.Now()
				if _, err := w.store.CreateOperator(c.Context(), op, hash, model.BySystem("cli")); err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "operator=%s role=%s password=%s\n", op.Name, op.Role, password)
				return nil
			})
		},
	}
	l.flag(c)
	c.Flags().StringVar(&role, "role", "", "角色：admin、school、college、counsellor、menu、auditor、desk")
	c.Flags().StringVar(&op.SchoolCode, "school", "", "学校代码（五位）")
	c.Flags().StringVar(&op.College, "college", "", "学院")
	c.Flags().StringSliceVar(&op.Classes, "class", nil, "班级，可重复")
	return c
}

// oneTimePassword makes a password to be given out once, and its hash.
func oneTimePassword() (password, hash string, err error) {
	password = rand.Text()[:16]
	hash, err = admin.HashPassword(password)
	return password, hash, err
}

func newOperatorReset() *cobra.Command {
	var l loader
	c := &cobra.Command{
		Use:   "reset NAME",
		Short: "重置管理员密码，显示新的一次性密码，并退出其所有登录",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return l.withStore(c, func(w *workbench) error {
				op, _, err := w.store.OperatorByName(c.Context(), args[0])
				if err != nil {
					return err
				}
				password, hash, err := oneTimePassword()
				if err != nil {
					return err
				}
				if err := w.store.SetPassword(c.Context(), op.ID, hash, true); err != nil {
					return err
				}
				fmt.Fprintf(c.OutOrStdout(), "operator=%s password=%s\n", op.Name, password)
				return nil
			})
		},
	}
	l.flag(c)
	return c
}
