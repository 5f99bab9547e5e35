package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"quxiang/config"
	"quxiang/job"
	"quxiang/model"
	"quxiang/model/demo"
	"quxiang/model/store"
	"quxiang/wechat/wechattest"
)

// sandboxOptions are the flags of sandbox.
type sandboxOptions struct {
	addr, wechatAddr, chsiAddr string
	dir, roster, now           string
	database                   string // tests run the sandbox on MariaDB, too
}

func newSandbox() *cobra.Command {
	var o sandboxOptions
	c := &cobra.Command{
		Use:   "sandbox",
		Short: "演示环境：服务、微信与学信网模拟器、演示数据，一条命令启动",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := startSandbox(c.Context(), o, c.OutOrStdout(), c.ErrOrStderr())
			if err != nil {
				return err
			}
			<-c.Context().Done()
			grace, cancel := context.WithTimeout(context.WithoutCancel(c.Context()), 10*time.Second)
			defer cancel()
			return s.stop(grace)
		},
	}
	f := c.Flags()
	f.StringVar(&o.addr, "addr", "127.0.0.1:8080", "服务地址")
	f.StringVar(&o.wechatAddr, "wechat-addr", "127.0.0.1:8081", "微信模拟器地址")
	f.StringVar(&o.chsiAddr, "chsi-addr", "127.0.0.1:8082", "学信网模拟器地址")
	f.StringVar(&o.dir, "dir", "", "存放密钥和数据的文件夹（默认：新的临时文件夹）")
	f.StringVar(&o.roster, "roster", "", "另外导入的生源名单（XLSX 或 CSV）")
	f.StringVar(&o.now, "now", "", "起始时间，如 2027-06-01T09:00:00+08:00（默认：现在）")
	return c
}

// sandbox is the program with both simulators and demo data.
type sandbox struct {
	app      *app
	sims     *simulators
	clock    *clock
	password string // of admin, given out once
	dir      string
}

func startSandbox(ctx context.Context, o sandboxOptions, out, logs io.Writer) (_ *sandbox, err error) {
	start := time.Time{}
	if o.now != "" {
		if start, err = time.Parse(time.RFC3339, o.now); err != nil {
			return nil, fmt.Errorf("%w: --now 应写成 2027-06-01T09:00:00+08:00 的形式", errUsage)
		}
	}
	if o.roster != "" {
		if err := readable(o.roster); err != nil {
			return nil, err
		}
	}
	s := &sandbox{clock: newClock(start)}
	defer func() {
		if err != nil {
			_ = s.stop(context.WithoutCancel(ctx))
		}
	}()
	if s.dir, err = sandboxDir(o.dir); err != nil {
		return nil, err
	}
	ln, err := listen(ctx, "服务", o.addr)
	if err != nil {
		return nil, err
	}
	log := slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelInfo}))
	cfg, people, err := s.prepare(ctx, o, ln, log)
	if err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	if s.app, err = newApp(ctx, cfg, s.clock, log); err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	if s.password, err = s.fill(ctx, people); err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	if err := s.importRoster(ctx, o.roster, out); err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	if err := s.rememberPhones(ctx); err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	// Before anything runs that publishes what is due.
	if err := s.app.sandboxMenu(ctx); err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	s.app.start(ctx, ln)
	s.sims.wechat.SetCallback(cfg.PublicURL + "/wechat/callback")
	s.print(out)
	return s, nil
}

// prepare starts the simulators, makes keys, and migrates the database.
func (s *sandbox) prepare(ctx context.Context, o sandboxOptions, ln net.Listener, log *slog.Logger) (config.Config, []demo.DemoPerson, error) {
	year := demoYear(s.clock.Now())
	people := demo.People(year)
	var err error
	s.sims, err = startSimulators(ctx, simulatorOptions{
		wechatAddr: o.wechatAddr, chsiAddr: o.chsiAddr, people: people,
		now: s.clock.Now, advance: s.advance, log: log,
	})
	if err != nil {
		return config.Config{}, nil, err
	}
	cfg := config.Default()
	cfg.Listen = ln.Addr().String()
	cfg.PublicURL = "http://" + cfg.Listen
	cfg.LogFormat = config.LogText
	cfg.DataDir = filepath.Join(s.dir, "data")
	cfg.Database = config.DatabaseURL("sqlite:" + filepath.Join(s.dir, "quxiang.db"))
	if o.database != "" {
		cfg.Database = config.DatabaseURL(o.database)
	}
	cfg.Reminder.QuietHours = config.QuietHours{}
	cfg.Reminder.DispatchEvery = 200 * time.Millisecond
	cfg.Form.Sample = true
	s.sims.configure(&cfg)
	if cfg.Keys, err = sandboxKeys(filepath.Join(s.dir, "keys.yml")); err != nil {
		return cfg, nil, err
	}
	if err := cfg.Validate(config.NeedDatabase, config.NeedKeys, config.NeedWeChat, config.NeedSite); err != nil {
		return cfg, nil, err
	}
	_, _, err = store.Migrate(ctx, cfg.Database.Reveal(), log)
	return cfg, people, err
}

func sandboxDir(dir string) (string, error) {
	if dir == "" {
		return os.MkdirTemp("", "quxiang-")
	}
	return dir, os.MkdirAll(dir, 0o700)
}

// sandboxKeys reads the folder's keys, or makes them the first time.
func sandboxKeys(file string) (config.Keys, error) {
	if _, err := os.Stat(file); err == nil {
		return config.ReadKeyFile(file)
	}
	keys, err := newKeys()
	if err != nil {
		return config.Keys{}, err
	}
	return keys, config.WriteKeyFile(file, keys)
}

func newKeys() (config.Keys, error) {
	k, err := store.NewKeys()
	if err != nil {
		return config.Keys{}, err
	}
	aead, index, err := k.Export()
	return config.Keys{Keyset: config.Secret(aead), IndexKeyset: config.Secret(index)}, err
}

// demoYear is the graduation year whose 31 August comes next.
func demoYear(now time.Time) int {
	year := now.In(model.Shanghai).Year()
	if !now.Before(model.NewCohort(year).Deadline.End()) {
		year++
	}
	return year
}

// fill puts the demo data into an empty database and gives out admin's
// password. A folder that is used again keeps its data; admin gets a new
// one-time password.
func (s *sandbox) fill(ctx context.Context, people []demo.DemoPerson) (string, error) {
	cohorts, err := s.app.store.Cohorts(ctx)
	if err != nil {
		return "", err
	}
	if len(cohorts) == 0 {
		if err := fillDemo(ctx, s.app.store, demoYear(s.clock.Now()), people, s.clock.Now()); err != nil {
			return "", fmt.Errorf("demo data: %w", err)
		}
	}
	password, hash, err := oneTimePassword()
	if err != nil {
		return "", err
	}
	op, _, err := s.app.store.OperatorByName(ctx, "admin")
	if model.CodeOf(err) == model.CodeNotFound {
		_, err = s.app.store.CreateOperator(ctx, model.Operator{
			Name: "admin", Role: model.RoleAdmin, MustChange: true, CreatedAt: s.clock.Now(),
		}, hash, model.BySystem("sandbox"))
		return password, err
	}
	if err != nil {
		return "", err
	}
	return password, s.app.store.SetPassword(ctx, op.ID, hash, true)
}

// rememberPhones tells the simulator of the phones that a folder used again
// knows, so that who was bound stays reachable.
func (s *sandbox) rememberPhones(ctx context.Context) error {
	const page = 500
	for after := ""; ; {
		followers, err := s.app.store.Followers(ctx, after, page)
		if err != nil {
			return err
		}
		for _, f := range followers {
			s.sims.wechat.Know(wechattest.Phone{OpenID: f.OpenID, Following: f.Subscribed, Since: f.LastEventAt})
			after = f.OpenID
		}
		if len(followers) < page {
			return nil
		}
	}
}

func (s *sandbox) importRoster(ctx context.Context, file string, out io.Writer) error {
	if file == "" {
		return nil
	}
	report := filepath.Join(s.dir, "refused.xlsx")
	result, err := s.app.importer.Import(ctx, job.ImportOptions{Path: file, ReportPath: report, By: model.BySystem("sandbox"), Scope: model.Scope{All: true}})
	if err != nil {
		return err
	}
	printImport(out, result)
	return nil
}

// advance moves the one clock; jobs that fall due on the way run. Before each
// jump the receipts under way arrive: a push that is signed at the old time
// would be refused at the new one.
func (s *sandbox) advance(ctx context.Context, to time.Time) error {
	jump := func(t time.Time) {
		settled, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		_ = s.sims.wechat.Idle(settled) // receipts that do not come in time are refused, as in life
		s.clock.freeze(t)
	}
	if now := s.clock.Now(); to.After(now) {
		if err := s.app.jobs.Walk(ctx, now, to, jump); err != nil {
			s.clock.release(to)
			return err
		}
	}
	jump(to)
	s.clock.release(to)
	return nil
}

func (s *sandbox) print(out io.Writer) {
	fmt.Fprintf(out, "app %s\nphone %s/phone\nadmin %s/admin user=admin password=%s\nwechat %s\nchsi %s\n",
		s.app.cfg.PublicURL, s.sims.wechatURL, s.app.cfg.PublicURL, s.password, s.sims.wechatURL, s.sims.chsiURL)
}

func (s *sandbox) stop(ctx context.Context) error {
	var errs []error
	if s.app != nil {
		errs = append(errs, s.app.stop(ctx))
	}
	if s.sims != nil {
		errs = append(errs, s.sims.stop(ctx))
	}
	return errors.Join(errs...)
}
