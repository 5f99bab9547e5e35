package main

import (
	"io"
	"log/slog"
	"os"

	"github.com/spf13/cobra"

	"quxiang/config"
)

// loader reads the settings of a command that works on a configured system.
type loader struct{ file string }

// flag adds --config to c.
func (l *loader) flag(c *cobra.Command) {
	c.Flags().StringVar(&l.file, "config", "", "配置文件（YAML）；每项也可用 QUXIANG_… 环境变量设置")
}

func (l *loader) load(needs ...config.Need) (config.Config, error) {
	return config.Load(l.file, os.Environ(), needs...)
}

// newLogger writes to w as the settings say.
func newLogger(cfg config.Config, w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogFormat == config.LogText {
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}
