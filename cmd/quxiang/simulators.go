package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"quxiang/config"
	"quxiang/handler/cas/castest"
	"quxiang/model/demo"
	"quxiang/wechat/wechattest"
)

// simulators are WeChat and CHSI on loopback.
type simulators struct {
	wechat    *wechattest.Server
	chsi      *castest.Server
	wechatURL string
	chsiURL   string
	servers   []*http.Server
	running   sync.WaitGroup
}

// simulatorOptions say where the simulators listen and which clock they share.
type simulatorOptions struct {
	wechatAddr, chsiAddr string
	account              wechattest.Options
	people               []demo.DemoPerson
	now                  func() time.Time
	advance              func(context.Context, time.Time) error
	log                  *slog.Logger
}

// The CAS attributes that the simulator of CHSI gives, in our own choice of
// names: what the real ones are called is configuration.
var simAttributes = config.Attributes{
	ExamNumber: "ksh", Name: "xm", IDNumber: "sfzh", Phone: "sjhm", Email: "dzyx",
}

func startSimulators(ctx context.Context, o simulatorOptions) (_ *simulators, err error) {
	s := &simulators{}
	defer func() {
		if err != nil {
			_ = s.stop(context.WithoutCancel(ctx))
		}
	}()
	wechatLn, err := listen(ctx, "微信模拟器", o.wechatAddr)
	if err != nil {
		return nil, err
	}
	s.wechatURL = "http://" + wechatLn.Addr().String()
	o.account.Now, o.account.Advance, o.account.Logger = o.now, o.advance, o.log
	s.wechat = wechattest.New(o.account)
	s.serve(wechatLn, s.wechat)
	chsiLn, err := listen(ctx, "学信网模拟器", o.chsiAddr)
	if err != nil {
		return nil, err
	}
	s.chsiURL = "http://" + chsiLn.Addr().String()
	s.chsi, err = castest.New(castest.Options{Accounts: chsiAccounts(o.people), Now: o.now, Logger: o.log})
	if err != nil {
		return nil, err
	}
	s.serve(chsiLn, s.chsi)
	return s, nil
}

// chsiAccounts gives the demo people a login each, with the attributes that
// match the roster. Somebody without a record in it has attributes all the
// same: CHSI knows every student.
func chsiAccounts(people []demo.DemoPerson) []castest.Account {
	accounts := make([]castest.Account, 0, len(people))
	for _, p := range people {
		b := p.Person.Basics
		accounts = append(accounts, castest.Account{
			Username: p.Username, Password: p.Password, Name: b.Name, State: string(p.State),
			Attributes: map[string][]string{
				simAttributes.ExamNumber: {b.ExamNumber}, simAttributes.Name: {b.Name}, simAttributes.IDNumber: {b.IDNumber},
				simAttributes.Phone: {b.Phone}, simAttributes.Email: {b.Email},
			},
		})
	}
	return accounts
}

func (s *simulators) serve(ln net.Listener, h http.Handler) {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	s.servers = append(s.servers, server)
	s.running.Go(func() { _ = server.Serve(ln) })
}

// stop ends the listeners, then the pushes under way.
func (s *simulators) stop(ctx context.Context) error {
	var errs []error
	for _, server := range s.servers {
		if err := server.Shutdown(ctx); err != nil {
			errs = append(errs, server.Close())
		}
	}
	s.running.Wait()
	if s.wechat != nil {
		s.wechat.Close()
	}
	return errors.Join(errs...)
}

// configure points a configuration at the simulators.
func (s *simulators) configure(cfg *config.Config) {
	a := s.wechat.Account()
	cfg.WeChat.AppID, cfg.WeChat.Secret = a.AppID, config.Secret(a.Secret)
	cfg.WeChat.Token, cfg.WeChat.AESKey = config.Secret(a.Token), config.Secret(a.EncodingAESKey)
	cfg.WeChat.Username, cfg.WeChat.Mode, cfg.WeChat.Name = a.Username, s.wechat.Mode(), s.wechat.Name()
	if cfg.WeChat.Mode == "compatible" {
		cfg.WeChat.Mode = "secure" // which reads the sealed half of what such an account is sent
	}
	cfg.WeChat.APIURL, cfg.WeChat.OpenURL = s.wechatURL, s.wechatURL
	cfg.CHSI.CASURL = s.chsiURL + "/passport"
	cfg.CHSI.AccountURL = s.chsiURL + "/"
	cfg.CHSI.Attributes = simAttributes
	cfg.FrameAncestors = []string{s.wechatURL}
}
