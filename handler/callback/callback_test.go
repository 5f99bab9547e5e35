package callback_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"quxiang/handler/callback"
	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/links"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
	"quxiang/wechat"
	"quxiang/wechat/wechattest"
)

// bench is the push endpoint on a real store, pushed to by the simulator.
type bench struct {
	t       *testing.T
	store   *store.Store
	sim     *wechattest.Server
	url     string
	now     time.Time
	unknown []string
	presses []string
	kept    callback.Store // what the handler uses; the store unless a test breaks it
}

func newBench(t *testing.T, wrap func(callback.Store) callback.Store) *bench {
	t.Helper()
	return newBenchWith(t, wrap, 0)
}

func newBenchWith(t *testing.T, wrap func(callback.Store) callback.Store, answer time.Duration) *bench {
	t.Helper()
	b := &bench{t: t, now: time.Date(2027, 8, 20, 9, 0, 0, 0, model.Shanghai)}
	now := func() time.Time { return b.now }
	b.store = storetest.Open(t, storetest.WithNow(now))
	b.kept = b.store
	if wrap != nil {
		b.kept = wrap(b.store)
	}
	b.sim = wechattest.New(wechattest.Options{Now: now, MaxTries: 1})
	t.Cleanup(b.sim.Close)
	a := b.sim.Account()
	push, err := wechat.NewPush(wechat.PushOptions{
		AppID: a.AppID, Username: a.Username, Token: a.Token, AESKey: a.EncodingAESKey, Mode: wechat.ModeSecure, Now: now,
	})
	if err != nil {
		t.Fatal(err)
	}
	renderer, err := web.NewRenderer(web.RenderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	w, err := web.New(web.Options{
		Store: b.store, Renderer: renderer, Logger: slog.New(slog.DiscardHandler), Now: now, PublicURL: "http://127.0.0.1:8080",
	})
	if err != nil {
		t.Fatal(err)
	}
	l, err := links.New("http://127.0.0.1:8080")
	if err != nil {
		t.Fatal(err)
	}
	h, err := callback.New(callback.Options{
		Web: w, Push: push, Store: b.kept, Links: l, Answer: answer, Presses: b, Unknown: func(e string) { b.unknown = append(b.unknown, e) },
	})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h.Edge())
	t.Cleanup(srv.Close)
	b.url = srv.URL + callback.Route
	b.sim.SetCallback(b.url)
	return b
}

// bound makes a graduate who waits for the school and is bound to openid.
func (b *bench) bound(openid string) {
	b.t.Helper()
	ctx := b.t.Context()
	must := func(err error) {
		b.t.Helper()
		if err != nil {
			b.t.Fatal(err)
		}
	}
	must(b.store.SaveSchool(ctx, model.School{Code: "99001", Name: "示范大学", Origin: model.OriginHere}))
	must(b.store.SaveCohort(ctx, model.NewCohort(2027)))
	accounts, err := b.store.CreateAccounts(ctx, []model.Account{{CHSIUser: "u1", OpenID: openid, BoundAt: b.now}}, b.now)
	must(err)
	_, err = b.store.CreateRecords(ctx, []model.Record{{
		School: model.School{Code: "99001", Name: "示范大学", Origin: model.OriginHere},
		Graduate: model.Graduate{
			CohortCode: "2027", SchoolCode: "99001", AccountID: accounts[0], CreatedAt: b.now, LinkedAt: b.now,
			Basics: model.Basics{ExamNumber: "27999901000001", Name: "张三", Level: "31", Graduates: "202706"},
		},
		Revisions: []model.Revision{{
			Number: 1, Origin: model.OriginHere, ReportedAt: b.now, Destination: model.Destination{Category: "10", Unit: "某公司"},
			Reviews: []model.Review{{Level: model.LevelCollege, Decision: model.DecisionApprove, At: b.now}},
		}},
	}}, model.BySystem("test"))
	must(err)
}

func (b *bench) push(p wechattest.Push) wechattest.PushResult {
	b.t.Helper()
	r, err := b.sim.Push(b.t.Context(), p)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

func TestAnswersInTheChat(t *testing.T) {
	b := newBench(t, nil)
	stranger, err := b.sim.AddFollower(t.Context(), wechattest.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	b.bound("oDemo0000001")
	for _, tc := range []struct {
		name   string
		push   wechattest.Push
		want   []string
		forbid []string
	}{
		{
			"progress of a bound graduate",
			wechattest.Push{OpenID: "oDemo0000001", Event: "CLICK", EventKey: "progress"},
			[]string{"学校审核中", "学校就业指导中心", "2027年8月20日", "还有 11 天", "/wechat/oauth?next="},
			[]string{"张三", "27999901000001"},
		},
		{
			"progress typed",
			wechattest.Push{OpenID: "oDemo0000001", Text: "我的进度"},
			[]string{"学校审核中"},
			nil,
		},
		{
			"progress of a stranger",
			wechattest.Push{OpenID: stranger, Event: "CLICK", EventKey: "progress"},
			[]string{"绑定学信网账号"},
			[]string{"审核中"},
		},
		{
			"deadline",
			wechattest.Push{OpenID: stranger, Event: "CLICK", EventKey: "deadline"},
			[]string{"2027届", "2027年8月31日", "11 天", "否则会影响后续转档、落户"},
			nil,
		},
		{"anything else gets help", wechattest.Push{OpenID: stranger, Text: "你好<a>"}, []string{"去向登记", "办理进度"}, []string{"你好"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := b.push(tc.push)
			if r.Status != http.StatusOK {
				t.Fatalf("status %d", r.Status)
			}
			for _, w := range tc.want {
				if !strings.Contains(r.Reply, w) {
					t.Errorf("reply lacks %q:\n%s", w, r.Reply)
				}
			}
			for _, f := range tc.forbid {
				if strings.Contains(r.Reply, f) {
					t.Errorf("reply contains %q:\n%s", f, r.Reply)
				}
			}
		})
	}
}

// A graduate who waits for an answer to what he asked reads with whom it lies.
func TestProgressOfRequests(t *testing.T) {
	b := newBench(t, nil)
	b.bound("oDemo0000001")
	g, err := b.store.FindByExamNumber(t.Context(), "27999901000001")
	if err != nil || len(g) != 1 {
		t.Fatal(g, err)
	}
	change := func(f func(model.Record) (model.Change, error)) {
		t.Helper()
		if _, err := b.store.Change(t.Context(), g[0].ID, f); err != nil {
			t.Fatal(err)
		}
	}
	says := func(want []string, forbid ...string) {
		t.Helper()
		r := b.push(wechattest.Push{OpenID: "oDemo0000001", Event: "CLICK", EventKey: "progress"})
		for _, w := range want {
			if !strings.Contains(r.Reply, w) {
				t.Errorf("reply lacks %q:\n%s", w, r.Reply)
			}
		}
		for _, f := range forbid {
			if strings.Contains(r.Reply, f) {
				t.Errorf("reply contains %q:\n%s", f, r.Reply)
			}
		}
	}
	school := model.Operator{ID: 2, Role: model.RoleSchool, SchoolCode: "99001"}
	change(func(r model.Record) (model.Change, error) { return model.CheckBasics(r, b.now) })
	change(func(r model.Record) (model.Change, error) {
		return model.Decide(r, model.NewCohort(2027), school, model.Verdict{Revision: 1, Level: model.LevelSchool, Decision: model.DecisionApprove}, b.now)
	})
	change(func(r model.Record) (model.Change, error) {
		return model.AskChange(r, model.NewCohort(2027), 1, "已解约", b.now)
	})
	says([]string{"变更申请学院审核中", "办理方：学院", "原因：已解约", "还有 11 天"})
	change(func(r model.Record) (model.Change, error) { return model.Dispute(r, 1, "没有签约", b.now) })
	says([]string{"您反映的情况正在核实", "办理方：学校监督人员", "现在无需操作"}, "变更申请", "没有签约", "已解约", "还有 11 天")
}

func TestFollowAndUnfollow(t *testing.T) {
	b := newBench(t, nil)
	openid, err := b.sim.AddFollower(t.Context(), wechattest.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	check := func(want bool) {
		t.Helper()
		f, ok, err := b.store.Follower(t.Context(), openid)
		if err != nil || !ok || f.Subscribed != want {
			t.Fatalf("follower %+v, %v, %v; want subscribed %v", f, ok, err, want)
		}
	}
	check(true)
	b.now = b.now.Add(time.Minute)
	if err := b.sim.Unfollow(t.Context(), openid); err != nil {
		t.Fatal(err)
	}
	check(false)
}

func TestUnknownEventsAreCountedAndAnswered(t *testing.T) {
	b := newBench(t, nil)
	r := b.push(wechattest.Push{OpenID: "oDemo0000001", Event: "pic_weixin", EventKey: "k"})
	if r.Status != http.StatusOK || r.Reply != "success" {
		t.Errorf("answer %d %q", r.Status, r.Reply)
	}
	if len(b.unknown) != 1 || b.unknown[0] != "pic_weixin" {
		t.Errorf("counted %v", b.unknown)
	}
}

// broken is a store that cannot write.
type broken struct{ callback.Store }

var errDown = errors.New("database down")

func (broken) Receipts(context.Context, []store.Receipt) error { return errDown }

func (broken) Follow(context.Context, string, bool, string, time.Time) (bool, error) {
	return false, errDown
}

func (broken) Standings(context.Context, string) ([]store.StandingRow, error) { return nil, errDown }

func TestADatabaseThatIsDown(t *testing.T) {
	b := newBench(t, func(s callback.Store) callback.Store { return broken{s} })
	if r := b.push(wechattest.Push{OpenID: "oDemo0000001", Event: "unsubscribe"}); r.Status != http.StatusServiceUnavailable {
		t.Errorf("an unfollow that was not kept is answered %d: WeChat would not try again", r.Status)
	}
	if r := b.push(wechattest.Push{OpenID: "oDemo0000001", Event: "CLICK", EventKey: "progress"}); r.Status != http.StatusOK || !strings.Contains(r.Reply, "系统繁忙") {
		t.Errorf("a click is answered %d %q", r.Status, r.Reply)
	}
}

func TestRefusals(t *testing.T) {
	b := newBench(t, nil)
	for _, tc := range []struct {
		name, method, query, body string
		want                      int
	}{
		{"no signature", "POST", "", "<xml></xml>", http.StatusForbidden},
		{"wrong signature", "POST", "signature=00&timestamp=1&nonce=2&encrypt_type=aes&msg_signature=00", "<xml><Encrypt>x</Encrypt></xml>", http.StatusForbidden},
		{"too large", "POST", "", strings.Repeat("x", wechat.MaxPushBody+1), http.StatusRequestEntityTooLarge},
		{"check of the address with a wrong signature", "GET", "signature=00&timestamp=1&nonce=2&echostr=abc", "", http.StatusForbidden},
	} {
		t.Run(tc.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), tc.method, b.url+"?"+tc.query, strings.NewReader(tc.body))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != tc.want {
				t.Errorf("status %d, want %d", resp.StatusCode, tc.want)
			}
			if strings.Contains(string(body), "abc") {
				t.Error("echoed an unsigned echostr")
			}
		})
	}
	if err := b.sim.VerifyCallback(t.Context()); err != nil {
		t.Errorf("the address was not verified: %v", err)
	}
}

// Press notes what is counted.
func (b *bench) Press(kind model.MenuType, key, once string, at time.Time) {
	b.presses = append(b.presses, fmt.Sprintf("%s %s %s %d", kind, key, at.In(model.Shanghai).Format(time.DateOnly), len(once)))
}

// TestPressesAreCounted: what is pressed in the menu, by WeChat's day; nothing else.
func TestPressesAreCounted(t *testing.T) {
	b := newBench(t, nil)
	openid, err := b.sim.AddFollower(t.Context(), wechattest.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	front := httptest.NewServer(b.sim)
	defer front.Close()
	a := b.sim.Account()
	c, err := wechat.New(wechat.Options{AppID: a.AppID, Secret: a.Secret, APIURL: front.URL, OpenURL: front.URL, Now: func() time.Time { return b.now }})
	if err == nil {
		err = c.CreateMenu(t.Context(), wechat.Menu{Buttons: []wechat.Button{{Name: "网站", Type: "view", URL: "https://a.example/"}}})
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []wechattest.Push{
		{OpenID: openid, Event: wechat.EventClick, EventKey: "progress"},
		{OpenID: openid, Event: wechat.EventView, EventKey: "https://a.example/"},
		{OpenID: openid, Text: "进度"},
	} {
		if got, err := b.sim.Push(t.Context(), p); err != nil || got.Problem != "" {
			t.Fatalf("%+v, %v", got, err)
		}
	}
	want := []string{"click progress 2027-08-20 34", "view https://a.example/ 2027-08-20 34"}
	if !slices.Equal(b.presses, want) {
		t.Errorf("counted %q, want %q", b.presses, want)
	}
}
