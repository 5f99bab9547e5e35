package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"quxiang/config"
	"quxiang/model/demo"
)

func newSimulate() *cobra.Command {
	o := simulatorOptions{now: time.Now}
	c := &cobra.Command{
		Use:   "simulate",
		Short: "只启动微信与学信网模拟器，供一个或多个 serve 使用",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if !slices.Contains([]string{"secure", "compatible", "plain"}, o.account.Mode) {
				return fmt.Errorf("--push-mode 只能是 secure、compatible 或 plain，不能是 %q", o.account.Mode)
			}
			cfg := config.Default()
			o.log = newLogger(cfg, c.ErrOrStderr())
			o.people = demo.People(demoYear(time.Now()))
			s, err := startSimulators(c.Context(), o)
			if err != nil {
				return err
			}
			keys, err := newKeys()
			if err != nil {
				return err
			}
			cfg.Keys = keys
			s.configure(&cfg)
			printEnviron(c, cfg)
			<-c.Context().Done()
			grace, cancel := context.WithTimeout(context.WithoutCancel(c.Context()), 10*time.Second)
			defer cancel()
			return s.stop(grace)
		},
	}
	f := c.Flags()
	f.StringVar(&o.wechatAddr, "wechat-addr", "127.0.0.1:8081", "微信模拟器地址")
	f.StringVar(&o.chsiAddr, "chsi-addr", "127.0.0.1:8082", "学信网模拟器地址")
	f.StringVar(&o.account.Callback, "callback", "http://127.0.0.1:8080/wechat/callback", "推送地址（服务的 /wechat/callback）")
	f.StringVar(&o.account.Mode, "push-mode", "secure", "推送的加密方式：secure（安全）、compatible（兼容）、plain（明文）")
	return c
}

// printEnviron prints the settings that serve, migrate, seed and job need to
// work with the simulators. They are a simulator's secrets, made for printing.
func printEnviron(c *cobra.Command, cfg config.Config) {
	a := cfg.CHSI.Attributes
	for _, line := range [][2]string{
		{"QUXIANG_WECHAT_APP_ID", cfg.WeChat.AppID},
		{"QUXIANG_WECHAT_SECRET", cfg.WeChat.Secret.Reveal()},
		{"QUXIANG_WECHAT_TOKEN", cfg.WeChat.Token.Reveal()},
		{"QUXIANG_WECHAT_AES_KEY", cfg.WeChat.AESKey.Reveal()},
		{"QUXIANG_WECHAT_MODE", cfg.WeChat.Mode},
		{"QUXIANG_WECHAT_USERNAME", cfg.WeChat.Username},
		{"QUXIANG_WECHAT_NAME", cfg.WeChat.Name},
		{"QUXIANG_WECHAT_API_URL", cfg.WeChat.APIURL},
		{"QUXIANG_WECHAT_OPEN_URL", cfg.WeChat.OpenURL},
		{"QUXIANG_CHSI_CAS_URL", cfg.CHSI.CASURL},
		{"QUXIANG_CHSI_ACCOUNT_URL", cfg.CHSI.AccountURL},
		{"QUXIANG_CHSI_ATTRIBUTES_EXAM_NUMBER", a.ExamNumber},
		{"QUXIANG_CHSI_ATTRIBUTES_NAME", a.Name},
		{"QUXIANG_CHSI_ATTRIBUTES_ID_NUMBER", a.IDNumber},
		{"QUXIANG_CHSI_ATTRIBUTES_PHONE", a.Phone},
		{"QUXIANG_CHSI_ATTRIBUTES_EMAIL", a.Email},
		{"QUXIANG_FRAME_ANCESTORS", strings.Join(cfg.FrameAncestors, ",")},
		{"QUXIANG_KEYSET", cfg.Keys.Keyset.Reveal()},
		{"QUXIANG_INDEX_KEYSET", cfg.Keys.IndexKeyset.Reveal()},
	} {
		fmt.Fprintf(c.OutOrStdout(), "%s=%s\n", line[0], line[1])
	}
}
