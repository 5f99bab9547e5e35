package wechat_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"quxiang/wechat"
	"quxiang/wechat/wechattest"
)

// start is where the clock of these tests begins.
var start = time.Date(2027, 6, 18, 7, 0, 0, 0, time.UTC)

// platform is the simulator behind HTTP, with a clock that the test moves.
type platform struct {
	*wechattest.Server
	t   *testing.T
	url string
	mu  sync.Mutex
	now time.Time
}

func newPlatform(t *testing.T) *platform {
	t.Helper()
	p := &platform{t: t, now: start}
	p.Server = wechattest.New(wechattest.Options{Now: p.clock})
	s := httptest.NewServer(p.Server)
	p.url = s.URL
	t.Cleanup(func() {
		s.Close()
		p.Close()
		if asked := p.NotModelled(); len(asked) > 0 {
			t.Errorf("the client asked for what WeChat does not have: %v", asked)
		}
	})
	return p
}

func (p *platform) clock() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

func (p *platform) pass(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = p.now.Add(d)
}

func (p *platform) client(change func(*wechat.Options)) *wechat.Client {
	p.t.Helper()
	o := wechat.Options{AppID: p.Account().AppID, Secret: p.Account().Secret, APIURL: p.url, OpenURL: p.url, Now: p.clock}
	if change != nil {
		change(&o)
	}
	c, err := wechat.New(o)
	if err != nil {
		p.t.Fatal(err)
	}
	return c
}

// calls counts the calls of a path that arrived.
func (p *platform) calls(path string) int {
	n := 0
	for _, c := range p.Calls(0) {
		if c.Path == path {
			n++
		}
	}
	return n
}

func codeOf(err error) int {
	if e, ok := errors.AsType[*wechat.Error](err); ok {
		return e.Code
	}
	return 0
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func TestTagsOfTheAccount(t *testing.T) {
	p := newPlatform(t)
	c, ctx := p.client(nil), t.Context()
	if err := p.MeetDemo(60); err != nil {
		t.Fatal(err)
	}
	tag := must[wechat.Tag](t)(c.CreateTag(ctx, "未绑定"))
	if tag.ID < 3 || tag.Name != "未绑定" {
		t.Errorf("made %+v", tag)
	}
	_, err := c.CreateTag(ctx, "未绑定")
	if codeOf(err) != wechat.CodeTagName || wechat.KindOf(err) != wechat.KindConfiguration {
		t.Errorf("the same name again: %v", err)
	}
	var batch []string
	for i := range wechat.MaxTagBatch {
		batch = append(batch, fmt.Sprintf("oDemo%07d", i+1))
	}
	for _, err := range []error{
		c.TagUsers(ctx, tag.ID, batch), c.TagUsers(ctx, tag.ID, batch[:1]), c.UntagUsers(ctx, tag.ID, batch[:2]), c.RenameTag(ctx, tag.ID, "待确认"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	list := must[[]wechat.Tag](t)(c.Tags(ctx))
	if i := slices.IndexFunc(list, func(l wechat.Tag) bool { return l.ID == tag.ID }); i < 0 || list[i] != (wechat.Tag{ID: tag.ID, Name: "待确认", Count: 48}) {
		t.Errorf("tags %+v", list)
	}
	members := must[wechat.FollowerPage](t)(c.TagMembers(ctx, tag.ID, ""))
	if len(members.OpenIDs) != 48 || members.Next != members.OpenIDs[47] {
		t.Errorf("members %+v", members)
	}
	if end := must[wechat.FollowerPage](t)(c.TagMembers(ctx, tag.ID, members.Next)); len(end.OpenIDs) != 0 || end.Next != "" {
		t.Errorf("after the last: %+v", end)
	}
	if ids := must[[]int64](t)(c.UserTags(ctx, batch[10])); !slices.Equal(ids, []int64{tag.ID}) {
		t.Errorf("tags of one: %v", ids)
	}
	if u := must[wechat.User](t)(c.UserInfo(ctx, batch[10])); !slices.Equal(u.TagIDs, []int64{tag.ID}) {
		t.Errorf("user %+v", u)
	}
	stranger := p.AddPhone(wechattest.Phone{})
	err = c.TagUsers(ctx, tag.ID, []string{batch[0], stranger})
	if codeOf(err) != wechat.CodeNotFollowing || wechat.KindOf(err) != wechat.KindRecipient {
		t.Errorf("a batch with somebody who does not follow: %v", err)
	}
	if ids := must[[]int64](t)(c.UserTags(ctx, batch[0])); len(ids) != 0 {
		t.Errorf("of a refused batch somebody was tagged: %v", ids)
	}
	if err := c.DeleteTag(ctx, tag.ID); err != nil {
		t.Error(err)
	}
	if err := c.TagUsers(ctx, tag.ID, batch[:1]); codeOf(err) != wechat.CodeTagUnknown {
		t.Errorf("a deleted tag: %v", err)
	}
	// What cannot succeed is not asked.
	before := len(p.Calls(0))
	for _, err := range []error{
		c.TagUsers(ctx, tag.ID, nil), c.UntagUsers(ctx, tag.ID, append(batch, "oDemo0000060")), c.RenameTag(ctx, 100, ""),
		func() error { _, err := c.CreateTag(ctx, strings.Repeat("字", 11)); return err }(),
	} {
		if err == nil {
			t.Error("taken")
		}
	}
	if n := len(p.Calls(0)); n != before {
		t.Errorf("%d calls for what cannot succeed", n-before)
	}
}

func TestFollowersByPage(t *testing.T) {
	p := newPlatform(t)
	c := p.client(nil)
	if page := must[wechat.FollowerPage](t)(c.Followers(t.Context(), "")); page.Total != 0 || page.OpenIDs != nil || page.Next != "" {
		t.Errorf("nobody: %+v", page)
	}
	const people = wechat.MaxFollowerPage + 3
	if err := p.MeetDemo(people); err != nil {
		t.Fatal(err)
	}
	var all []string
	pages := 0
	for after := ""; ; {
		page := must[wechat.FollowerPage](t)(c.Followers(t.Context(), after))
		pages++
		all = append(all, page.OpenIDs...)
		if page.Total != people {
			t.Fatalf("total %d", page.Total)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	slices.Sort(all)
	if len(slices.Compact(all)) != people || pages != 3 {
		t.Errorf("%d openids on %d pages", len(all), pages)
	}
}

func TestQRCodeOfAScene(t *testing.T) {
	p := newPlatform(t)
	c, ctx := p.client(nil), t.Context()
	code := must[wechat.QRCode](t)(c.CreateQR(ctx, "class-0801", time.Hour))
	if code.Ticket == "" || code.URL == "" || !code.Expires.Equal(start.Add(time.Hour)) {
		t.Errorf("code %+v", code)
	}
	openid := p.AddPhone(wechattest.Phone{})
	if _, err := p.Scan(ctx, wechattest.Scan{OpenID: openid, URL: code.URL}); !errors.Is(err, wechattest.ErrNoCallback) {
		t.Fatal(err)
	}
	if u := must[wechat.User](t)(c.UserInfo(ctx, openid)); !u.Subscribed || u.QRScene != "class-0801" {
		t.Errorf("user %+v", u)
	}
	forever := must[wechat.QRCode](t)(c.CreateQR(ctx, "class-0801", 0))
	if again := must[wechat.QRCode](t)(c.CreateQR(ctx, "class-0801", 0)); again != forever || !forever.Expires.IsZero() {
		t.Errorf("permanent codes %+v and %+v", forever, again)
	}
	before := len(p.Calls(0))
	for scene, life := range map[string]time.Duration{
		"": time.Hour, strings.Repeat("班", 65): time.Hour, "a": wechat.MaxQRLife + time.Second, "b": -time.Second, "c": time.Millisecond,
	} {
		if _, err := c.CreateQR(ctx, scene, life); err == nil {
			t.Errorf("%q for %s: made", scene, life)
		}
	}
	if n := len(p.Calls(0)); n != before {
		t.Errorf("%d calls for what cannot succeed", n-before)
	}
}

// sharedCache is what replicas share, as the database does.
type sharedCache struct {
	mu     sync.Mutex
	values map[string]string
	ends   map[string]time.Time
}

func newSharedCache() *sharedCache {
	return &sharedCache{values: map[string]string{}, ends: map[string]time.Time{}}
}

func (s *sharedCache) Get(_ context.Context, key string) (string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.values[key], s.ends[key], nil
}

func (s *sharedCache) Swap(_ context.Context, key, old, new string, ends time.Time) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.values[key] != old {
		return false, nil
	}
	s.values[key], s.ends[key] = new, ends
	return true, nil
}

// TestReplicas lets eight replicas with a cold shared cache call at once, kills
// the token in every way that a neighbour can, and lets them call again. No call
// may fail, nobody may force a token, and all must end with one.
func TestReplicas(t *testing.T) {
	const (
		replicas = 8
		callers  = 4
		stable   = "/cgi-bin/stable_token"
	)
	p := newPlatform(t)
	cache := newSharedCache()
	var clients []*wechat.Client
	for range replicas {
		clients = append(clients, p.client(func(o *wechat.Options) { o.Cache = cache }))
	}
	storm := func(what string) {
		t.Helper()
		gate := make(chan struct{})
		var running sync.WaitGroup
		for _, c := range clients {
			for range callers {
				running.Go(func() {
					<-gate
					if _, err := c.Templates(t.Context()); err != nil {
						t.Errorf("%s: %v", what, err)
					}
				})
			}
		}
		close(gate)
		running.Wait()
	}
	storm("cold")
	if n := p.calls(stable); n > replicas {
		t.Errorf("cold: %d tokens asked for by %d replicas", n, replicas)
	}
	warm := p.calls(stable)
	storm("warm")
	if n := p.calls(stable); n != warm {
		t.Errorf("warm: %d tokens asked for", n-warm)
	}
	spoil := func(errcode int) func() error { return func() error { return p.SpoilTokens(errcode) } }
	for _, kill := range []struct {
		name string
		do   func() error
	}{
		{"40001", spoil(40001)},
		{"40014", spoil(40014)},
		{"42001", spoil(42001)},
		{"force_refresh by another program", func() error { return otherProgram(p, stable, `,"force_refresh":true`) }},
		{"stable_token by another program", func() error { return otherProgram(p, stable, "") }},
		{"expiry", func() error { p.pass(2*time.Hour + time.Minute); return nil }},
	} {
		before := p.calls(stable)
		if err := kill.do(); err != nil {
			t.Fatal(err)
		}
		storm(kill.name)
		if n := p.calls(stable) - before; n > 2*replicas {
			t.Errorf("%s: %d tokens asked for by %d replicas", kill.name, n, replicas)
		}
		before = p.calls(stable)
		storm("after " + kill.name)
		if n := p.calls(stable) - before; n != 0 {
			t.Errorf("after %s: %d more tokens asked for", kill.name, n)
		}
	}
	forced := 0
	for _, c := range p.Calls(0) {
		if c.Path == stable && strings.Contains(string(c.Body), `"force_refresh":true`) {
			forced++
		}
	}
	if forced != 1 {
		t.Errorf("%d tokens were forced, want the other program's", forced)
	}
}

// otherProgram asks for a token of the same account.
func otherProgram(p *platform, path, more string) error {
	body := fmt.Sprintf(`{"grant_type":"client_credential","appid":%q,"secret":%q%s}`, p.Account().AppID, p.Account().Secret, more)
	w := httptest.NewRecorder()
	p.ServeHTTP(w, httptest.NewRequestWithContext(p.t.Context(), http.MethodPost, path, strings.NewReader(body)))
	if !strings.Contains(w.Body.String(), "access_token") {
		return errors.New(w.Body.String())
	}
	return nil
}

// TestWhitelistNamesTheAddress walks the way of an operator whose server is not
// on the account's list.
func TestWhitelistNamesTheAddress(t *testing.T) {
	p := newPlatform(t)
	list := []string{"203.0.113.9"}
	if err := p.Configure(wechattest.Settings{Whitelist: &list}); err != nil {
		t.Fatal(err)
	}
	_, err := p.client(nil).Templates(t.Context())
	e, ok := errors.AsType[*wechat.Error](err)
	if !ok || e.Code != 40164 || e.Kind != wechat.KindConfiguration || e.RID == "" || !strings.Contains(e.Hint(), "“IP白名单”中加入本服务器的地址 127.0.0.1。") {
		t.Errorf("error %v", err)
	}
	list = append(list, "127.0.0.1")
	if err := p.Configure(wechattest.Settings{Whitelist: &list}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.client(nil).Templates(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestEveryErrcodeHasASentence holds the client's table against the simulator's.
func TestEveryErrcodeHasASentence(t *testing.T) {
	p := newPlatform(t)
	c := p.client(nil)
	openid := p.AddPhone(wechattest.Phone{})
	const path = "/cgi-bin/message/template/send"
	for code, text := range wechattest.Errcodes() {
		if err := p.SetFault(wechattest.Fault{Path: path, Errcode: code, Times: new(2)}); err != nil {
			t.Fatal(err)
		}
		_, err := c.SendTemplate(t.Context(), wechat.TemplateMessage{ToUser: openid, TemplateID: "x"})
		e, ok := errors.AsType[*wechat.Error](err)
		if !ok || e.Code != code {
			t.Errorf("%d %s: %v", code, text, err)
			continue
		}
		if strings.Contains(e.Hint(), "未知") || e.Hint() == "" {
			t.Errorf("%d %s has no sentence of its own: %s", code, text, e.Hint())
		}
	}
}

// TestPushModes holds our end of a push against the simulator's in each of the
// account's three modes, and refuses what a configuration does not expect.
func TestPushModes(t *testing.T) {
	for _, tt := range []struct {
		sent string
		ours wechat.Mode
		want int
	}{
		{"plain", wechat.ModePlain, http.StatusOK},
		{"secure", wechat.ModeSecure, http.StatusOK},
		{"compatible", wechat.ModeSecure, http.StatusOK},
		{"plain", wechat.ModeSecure, http.StatusForbidden}, // a downgrade
		{"secure", wechat.ModePlain, http.StatusForbidden},
		{"compatible", wechat.ModePlain, http.StatusForbidden},
	} {
		t.Run(tt.sent+" to "+string(tt.ours), func(t *testing.T) {
			sim := wechattest.New(wechattest.Options{Mode: tt.sent, MaxTries: 1})
			defer sim.Close()
			a := sim.Account()
			push, err := wechat.NewPush(wechat.PushOptions{AppID: a.AppID, Username: a.Username, Token: a.Token, AESKey: a.EncodingAESKey, Mode: tt.ours})
			if err != nil {
				t.Fatal(err)
			}
			callback := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				event, envelope, err := push.Open(r.URL.Query(), body)
				if refusal, is := errors.AsType[*wechat.PushError](err); is {
					http.Error(w, refusal.Reason, refusal.Status)
					return
				}
				answer, err := push.Seal(envelope, wechat.TextReply{Content: "答" + event.Content})
				if err != nil {
					t.Error(err)
				}
				_, _ = w.Write(answer)
			}))
			defer callback.Close()
			sim.SetCallback(callback.URL)
			openid := sim.AddPhone(wechattest.Phone{})
			if err := sim.Follow(t.Context(), openid); err != nil {
				t.Fatal(err)
			}
			result, err := sim.Push(t.Context(), wechattest.Push{OpenID: openid, Text: "进度 ]]> <&>"})
			if err != nil || result.Status != tt.want || (result.Message.Content == "答进度 ]]> <&>") != (tt.want == http.StatusOK) {
				t.Errorf("%+v, %v", result, err)
			}
		})
	}
}
