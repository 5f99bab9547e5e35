package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"quxiang/config"
)

func newKeysCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "keys FILE",
		Short: "生成一份新的密钥文件（用于 QUXIANG_KEY_FILE）；请妥善备份，且不要与数据库备份放在一起",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			keys, err := newKeys()
			if err != nil {
				return err
			}
			if err := config.WriteKeyFile(args[0], keys); err != nil {
				return fmt.Errorf("不能写入密钥文件：%w", err)
			}
			fmt.Fprintf(c.OutOrStdout(), "keys=%s\n", args[0])
			return nil
		},
	}
}
