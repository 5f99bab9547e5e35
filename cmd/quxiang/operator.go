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
	var desk deskFlags
	var role string
	c := &cobra.Command{
		Use:   "add NAME --role R [--school C] [--college C] [--class C]",
		Short: "新增管理员，并显示一次性密码",
		Long: "新增管理员，并显示一次性密码。接收部门（desk）还要写明部门与用途：\n" +
			"add NAME --role desk --department D --purpose P [--kind archive] [--contact C] [--document D] [--until DATE] [--quota N]",
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			op.Name, op.Role, op.MustChange = args[0], model.Role(role), true
			if err := model.CheckOperator(op); err != nil {
				return fmt.Errorf("%w: %s", errUsage, messageOf(err))
			}
			d, err := desk.desk(op.Role)
			if err != nil {
				return fmt.Errorf("%w: %s", errUsage, messageOf(err))
			}
			return l.withStore(c, func(w *workbench) error {
				password, hash, err := oneTimePassword()
				if err != nil {
					return err
				}
				op.CreatedAt = w.clock.Now()
				if op.Role == model.RoleDesk {
					_, err = w.store.CreateDesk(c.Context(), op, hash, d, model.BySystem("cli"))
				} else {
					_, err = w.store.CreateOperator(c.Context(), op, hash, model.BySystem("cli"))
				}
				if err != nil {
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
	desk.add(c)
	return c
}

// deskFlags state what makes an operator of role desk a department.
type deskFlags struct {
	d     model.Desk
	kinds []string
	until string
}

func (f *deskFlags) add(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.d.Department, "department", "", "接收部门：部门名称")
	flags.StringVar(&f.d.Purpose, "purpose", "", "接收部门：核验用途")
	flags.StringSliceVar(&f.kinds, "kind", []string{"archive", "household"}, "接收部门：可以核验的登记信息表，archive（档案）或 household（户口），可重复")
	flags.StringVar(&f.d.Contact, "contact", "", "接收部门：联系方式")
	flags.StringVar(&f.d.Document, "document", "", "接收部门：核准依据，如来函文号")
	flags.StringVar(&f.until, "until", "", "接收部门：可以核验到哪一天，2027-12-31；默认不限")
	flags.IntVar(&f.d.RowsPerDay, "quota", 0, "接收部门：每日核验行数，默认按系统设置")
}

// desk is the department of a new operator; for every other role it must not be
// stated.
func (f *deskFlags) desk(role model.Role) (model.Desk, error) {
	if role != model.RoleDesk {
		if f.d.Department != "" || f.d.Purpose != "" {
			return f.d, model.Invalid("department", "--department 和 --purpose 只用于角色 desk。")
		}
		return f.d, nil
	}
	d := f.d.Cleaned()
	for _, k := range f.kinds {
		d.Kinds = append(d.Kinds, model.FormKind(k))
	}
	d.ValidUntil = model.Date(f.until)
	return d, model.CheckDesk(d)
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
