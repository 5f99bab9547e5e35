package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"quxiang/config"
	"quxiang/handler"
	"quxiang/handler/admin"
	"quxiang/handler/api"
	"quxiang/handler/callback"
	"quxiang/handler/cas"
	"quxiang/handler/h5"
	"quxiang/handler/oauth"
	"quxiang/handler/verify"
	"quxiang/handler/web"
	"quxiang/job"
	"quxiang/job/upstream"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/form"
	"quxiang/model/links"
	"quxiang/model/store"
	"quxiang/wechat"
)

// app is the whole program, wired. Start serves it, Stop ends it; closers run
// last in first out, so that the database goes last.
type app struct {
	cfg    config.Config
	clock  *clock
	log    *slog.Logger
	store  *store.Store
	wechat *wechat.Client
	menus  *job.Menus
	jobs   *job.Runner
	site   http.Handler

	dispatcher *job.Dispatcher
	importer   *job.Importer
	receiver   *upstream.Receiver
	presses    *job.Presses
	metrics    *metrics

	closers []func(context.Context) error
	workers sync.WaitGroup
}

// newApp opens the database and wires every room to the others.
func newApp(ctx context.Context, cfg config.Config, clk *clock, log *slog.Logger) (_ *app, err error) {
	a := &app{cfg: cfg, clock: clk, log: log, metrics: newMetrics()}
	defer func() {
		if err != nil {
			_ = a.stop(context.WithoutCancel(ctx))
		}
	}()
	if a.store, err = openStore(ctx, cfg, clk, log); err != nil {
		return nil, err
	}
	a.closers = append(a.closers, func(context.Context) error { return a.store.Close() })
	if err := a.store.EnsureFormKey(ctx, rand.Reader, clk.Now()); err != nil {
		return nil, err
	}
	l, err := links.New(cfg.PublicURL)
	if err != nil {
		return nil, err
	}
	a.metrics.registry.MustRegister(newOutbox(a.store))
	if a.wechat, err = a.newWeChat(); err != nil {
		return nil, err
	}
	a.menus = job.NewMenus(job.MenuOptions{Store: a.store, Client: a.wechat, Links: l, Now: clk.Now, Logger: log})
	a.presses = job.NewPresses(a.store, log)
	if err := a.wireJobs(l); err != nil {
		return nil, err
	}
	return a, a.wireSite(l)
}

func openStore(ctx context.Context, cfg config.Config, clk *clock, log *slog.Logger) (*store.Store, error) {
	keys, err := store.ParseKeys(cfg.Keys.Keyset.Reveal(), cfg.Keys.IndexKeyset.Reveal())
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, store.Options{DSN: cfg.Database.Reveal(), Keys: keys, Now: clk.Now, Logger: log, Dir: cfg.DataDir})
}

func (a *app) newWeChat() (*wechat.Client, error) {
	w := a.cfg.WeChat
	return wechat.New(wechat.Options{
		AppID: w.AppID, Secret: w.Secret.Reveal(), APIURL: w.APIURL, OpenURL: w.OpenURL,
		Timeout: w.Timeout, Cache: a.store, Now: a.clock.Now, Observe: a.metrics.call,
	})
}

// tables are the code tables of a version, as every room takes them.
func tables(version string) (*codes.Table, error) { return codes.For(version) }

func (a *app) wireJobs(l links.Links) error {
	r := a.cfg.Reminder
	a.dispatcher = job.NewDispatcher(job.DispatcherOptions{
		Store: a.store, Sender: a.wechat, Links: l, Now: a.clock.Now, Logger: a.log,
		QuietHours: model.QuietHours{From: int(r.QuietHours.From), To: int(r.QuietHours.Until)},
		Rate:       r.SendRate, Concurrency: r.SendConcurrency, Lease: r.Lease, Every: r.DispatchEvery,
	})
	a.importer = job.NewImporter(job.ImporterOptions{
		Store: a.store, Codes: tables, Dir: a.cfg.DataDir, Now: a.clock.Now, Logger: a.log,
	})
	a.receiver = upstream.NewReceiver(upstream.ReceiverOptions{
		Store: a.store, Codes: tables, Now: a.clock.Now, Logger: a.log, Observe: a.metrics.upstream,
	})
	ladder := &job.Ladder{Store: a.store, Now: a.clock.Now, Ladder: model.Ladder{Days: r.LadderDays, Minute: int(r.LadderHour)}}
	keep := a.cfg.Retention
	purge := &job.Purge{
		Store: a.store, Now: a.clock.Now, Dir: a.cfg.DataDir, UploadDays: keep.UploadDays, MessageDays: keep.MessageDays, UnfollowedDays: keep.UnfollowedDays,
	}
	var err error
	a.jobs, err = job.NewRunner(job.RunnerOptions{
		Store: a.store, Now: a.clock.Now, Logger: a.log, Wake: a.clock.moved,
		Jobs: job.Schedule(job.ScheduleOptions{
			LadderMinute: int(r.LadderHour), Ladder: ladder, Dispatcher: a.dispatcher, Importer: a.importer, Purge: purge,
			Verified: &job.Verified{Store: a.store, Now: a.clock.Now}, More: append(a.watch(), a.menus.Job()),
		}),
	})
	return err
}

// watch is the job that looks into the folder of sheets from upstream, where one
// is set.
func (a *app) watch() []job.Job {
	if a.cfg.Upstream.Folder == "" {
		return nil
	}
	folder := upstream.NewFolder(upstream.FolderOptions{
		Dir: a.cfg.Upstream.Folder, Store: a.store, Importer: a.importer, Receiver: a.receiver, Codes: tables, Now: a.clock.Now,
		Days: a.cfg.Retention.UploadDays, Logger: a.log,
	})
	return []job.Job{{Name: "upstream", Spec: "* * * * *", Run: folder.Run}}
}

func (a *app) wireSite(l links.Links) error {
	// What is embedded must have been built: say so now, not at somebody's page.
	if _, err := codes.LoadRegions(); err != nil {
		return err
	}
	renderer, err := web.NewRenderer(web.RenderOptions{})
	if err != nil {
		return err
	}
	site, err := web.New(web.Options{
		Store: a.store, Renderer: renderer, Logger: a.log, Now: a.clock.Now, PublicURL: a.cfg.PublicURL,
		FrameAncestors: a.cfg.FrameAncestors, Observe: a.metrics.request,
		FormTargets: []string{originOf(a.cfg.CHSI.CASURL), originOf(a.cfg.WeChat.OpenURL)},
	})
	if err != nil {
		return err
	}
	push, err := a.pushes(site, l)
	if err != nil {
		return err
	}
	areas, err := a.areas(site, l)
	if err != nil {
		return err
	}
	proxies := make([]string, 0, len(a.cfg.TrustedProxies))
	for _, p := range a.cfg.TrustedProxies {
		proxies = append(proxies, p.String())
	}
	a.site, err = handler.New(handler.Options{
		Web: site, Static: renderer.Static(), Areas: areas, TrustedProxies: proxies, Ready: a.store.Ping,
		Edge: a.edge(site, push),
	})
	return err
}

// edge is what machines ask: WeChat's pushes, and its files that check the domain.
func (a *app) edge(site *web.Web, push *callback.Handler) map[string]http.Handler {
	edge := map[string]http.Handler{callback.Route: push.Edge()}
	for _, f := range a.cfg.WeChat.VerifyFiles {
		edge["/MP_verify_"+f+".txt"] = site.Text("/MP_verify_*.txt", f)
	}
	return edge
}

// pushes is where WeChat pushes to.
func (a *app) pushes(site *web.Web, l links.Links) (*callback.Handler, error) {
	w := a.cfg.WeChat
	push, err := wechat.NewPush(wechat.PushOptions{
		AppID: w.AppID, Username: w.Username, Token: w.Token.Reveal(), PreviousToken: w.PreviousToken.Reveal(),
		AESKey: w.AESKey.Reveal(), PreviousAESKey: w.PreviousAESKey.Reveal(), Mode: wechat.Mode(w.Mode), Now: a.clock.Now,
	})
	if err != nil {
		return nil, err
	}
	return callback.New(callback.Options{Web: site, Push: push, Store: a.store, Links: l, Unknown: a.metrics.event, Presses: a.presses})
}

func (a *app) areas(site *web.Web, l links.Links) ([]handler.Area, error) {
	w := a.cfg.WeChat
	chsi, err := cas.New(cas.Options{
		URL: a.cfg.CHSI.CASURL, ValidatePath: a.cfg.CHSI.ValidatePath, Timeout: w.Timeout, Now: a.clock.Now,
	})
	if err != nil {
		return nil, err
	}
	sheet := form.Options{
		Issuer: a.cfg.Form.Issuer, ServiceAddress: a.cfg.Form.ServiceAddress, Sample: a.cfg.Form.Sample, Notes: a.cfg.Form.Notes,
	}
	if sheet.ServiceAddress == "" {
		sheet.ServiceAddress = hostOf(a.cfg.PublicURL)
	}
	at := a.cfg.CHSI.Attributes
	oauthArea, err2 := oauth.New(oauth.Options{
		Web: site, Store: a.store, WeChat: a.wechat, CAS: chsi, Links: l, Codes: tables,
		Attributes: oauth.Attributes{ExamNumber: at.ExamNumber, Name: at.Name, IDNumber: at.IDNumber, Phone: at.Phone, Email: at.Email},
	})
	h5Area, err3 := h5.New(h5.Options{Web: site, Store: a.store, Links: l, Codes: tables, Form: sheet, CHSIAccountURL: a.cfg.CHSI.AccountURL, Tag: a.store.Tag, Rand: rand.Reader})
	places, err := readAddressTable(a.cfg.Verify.AddressTable)
	if err != nil {
		return nil, err
	}
	verifyArea, err4 := verify.New(verify.Options{
		Web: site, Store: a.store, Links: l, Codes: tables, Form: sheet, Tag: a.store.Tag, Place: places.Place,
	})
	adminArea, err5 := admin.New(admin.Options{
		Web: site, Store: a.store, Links: l, Codes: tables, DataDir: a.cfg.DataDir, Menu: a.menus, AccountName: accountName(w),
		StandOut: standOut(a.cfg.Review), Desk: deskLimits(a.cfg.Desk), Form: sheet, Place: places.Place,
	})
	apiArea, err6 := api.New(api.Options{Web: site, Store: a.store, Receiver: a.receiver, Rate: a.cfg.Upstream.Rate})
	deskArea, err7 := api.NewDesk(api.DeskOptions{
		Web: site, Store: a.store, Codes: tables, Form: sheet, Place: places.Place, Limits: deskLimits(a.cfg.Desk), Rate: a.cfg.Upstream.Rate,
	})
	if err := errors.Join(err2, err3, err4, err5, err6, err7); err != nil {
		return nil, err
	}
	return []handler.Area{oauthArea, h5Area, verifyArea, adminArea, apiArea, deskArea}, nil
}

// deskLimits are how much a department may ask in a day, on pages and by API.
func deskLimits(c config.Desk) model.DeskLimits {
	return model.DeskLimits{Rows: c.RowsPerDay, Misses: c.MissesPerDay}
}

// accountName is what an operator types before the menu is emptied.
func accountName(c config.WeChat) string { return cmp.Or(c.Name, c.Username, c.AppID) }

func standOut(c config.Review) model.StandOutLimits {
	return model.StandOutLimits{SmallUnit: c.SmallUnit, ShareMinimum: c.ShareMinimum, SharePoints: c.SharePoints}
}

// gcPercent is GOGC of a server. About 8 MB stay alive, and Go's 100 would
// collect after every 8 MB of garbage: a seventh of the CPU time of a page. This
// costs some 20 MB under load.
const gcPercent = 300

// softMemory is GOMEMLIMIT of a server: when many draw forms at once some
// 60 MB stay alive, of which gcPercent would make 240. Above the limit garbage is
// collected sooner; nothing is refused.
const softMemory = 192 << 20

// start serves the site on ln and lets the jobs and the dispatcher run.
func (a *app) start(ctx context.Context, ln net.Listener) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(gcPercent)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemory)
	}
	ctx, cancel := context.WithCancel(ctx)
	server := &http.Server{
		Handler: a.site, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 5 * time.Minute,
		WriteTimeout: 5 * time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(a.log.Handler(), slog.LevelDebug),
	}
	a.work(func() {
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			a.log.Error("serve", "err", err)
		}
	})
	a.work(func() { a.report("jobs", a.jobs.Run(ctx)) })
	a.work(func() { a.report("dispatcher", a.dispatcher.Run(ctx)) })
	a.work(func() { a.report("importer", a.importer.Run(ctx)) })
	a.work(func() { a.report("menus", a.menus.Run(ctx)) })
	a.work(func() { a.report("presses", a.presses.Run(ctx)) })
	a.closers = append(a.closers, func(stopping context.Context) error {
		err := server.Shutdown(stopping)
		cancel()
		return errors.Join(err, a.await(stopping))
	})
}

// await returns when every worker has ended, or with an error when the grace is
// over: a lease that was not given back runs out by itself.
func (a *app) await(stopping context.Context) error {
	ended := make(chan struct{})
	go func() {
		a.workers.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-stopping.Done():
		return fmt.Errorf("workers did not end in time: %w", stopping.Err())
	}
}

func (a *app) work(f func()) { a.workers.Go(f) }

func (a *app) report(part string, err error) {
	if err != nil && !errors.Is(err, context.Canceled) {
		a.log.Error("worker ended", "part", part, "err", err)
	}
}

// stop ends everything that start and newApp began, the newest first.
func (a *app) stop(ctx context.Context) error {
	var errs []error
	for i := len(a.closers) - 1; i >= 0; i-- {
		errs = append(errs, a.closers[i](ctx))
	}
	a.closers = nil
	return errors.Join(errs...)
}

func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}

// listen opens a TCP address with an error that says what to do.
func listen(ctx context.Context, name, addr string) (net.Listener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("%s 无法监听 %s，可能已被占用；请换一个地址：%w", name, addr, err)
	}
	return ln, nil
}
