package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"quxiang/config"
)

func newServe() *cobra.Command {
	var l loader
	c := &cobra.Command{
		Use:   "serve",
		Short: "启动服务",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := l.load(config.NeedDatabase, config.NeedKeys, config.NeedWeChat, config.NeedSite)
			if err != nil {
				return err
			}
			return serve(c.Context(), c, cfg)
		},
	}
	l.flag(c)
	return c
}

func serve(ctx context.Context, c *cobra.Command, cfg config.Config) error {
	log := newLogger(cfg, c.ErrOrStderr())
	a, err := newApp(ctx, cfg, newClock(time.Time{}), log)
	if err != nil {
		return err
	}
	ln, err := listen(ctx, "服务", cfg.Listen)
	if err != nil {
		_ = a.stop(ctx)
		return err
	}
	a.start(ctx, ln)
	if err := a.startMetrics(ctx); err != nil {
		return errors.Join(err, a.stop(ctx))
	}
	log.Info("serving", "listen", ln.Addr().String())
	<-ctx.Done()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), cfg.ShutdownGrace)
	defer cancel()
	return a.stop(grace)
}
