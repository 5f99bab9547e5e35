package main

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"quxiang/config"
	"quxiang/model/store"
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

// withStore runs a command that needs the database and nothing else.
func (l *loader) withStore(c *cobra.Command, f func(*workbench) error) error {
	cfg, err := l.load(config.NeedDatabase, config.NeedKeys)
	if err != nil {
		return err
	}
	w := &workbench{cfg: cfg, clock: newClock(time.Time{}), log: newLogger(cfg, c.ErrOrStderr())}
	if w.store, err = openStore(c.Context(), cfg, w.clock, w.log); err != nil {
		return err
	}
	return errors.Join(f(w), w.store.Close())
}

// workbench is what such a command works with.
type workbench struct {
	cfg   config.Config
	clock *clock
	log   *slog.Logger
	store *store.Store
}
