package job_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"quxiang/job"
	"quxiang/model"
	"quxiang/model/links"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
	"quxiang/wechat"
	"quxiang/wechat/wechattest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

const sendPath = "/cgi-bin/message/template/send"

// clock is business time, moved by the test.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = t
}

func (c *clock) pass(d time.Duration) { c.set(c.Now().Add(d)) }

// at is an instant in Shanghai.
func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", s, model.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// rig is a dispatcher with a real store and the simulator of WeChat, whose
// receipts reach the store as in the program.
type rig struct {
	*testing.T
	clock *clock
	store *store.Store
	sim   *wechattest.Server
	d     *job.Dispatcher
	n     int
	ids   []model.GraduateID
}

// each runs f on both databases, ten days before the deadline at ten o'clock.
func each(t *testing.T, f func(r *rig)) {
	t.Helper()
	c := &clock{t: at(t, "2027-08-21 10:00")}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c.set(at(t, "2027-08-21 10:00"))
		f(newRig(t, c, s))
	}, storetest.WithNow(c.Now))
}

// one runs f on SQLite.
func one(t *testing.T) *rig {
	t.Helper()
	c := &clock{t: at(t, "2027-08-21 10:00")}
	return newRig(t, c, storetest.Open(t, storetest.WithNow(c.Now)))
}

func newRig(t *testing.T, c *clock, s *store.Store) *rig {
	t.Helper()
	r := &rig{T: t, clock: c, store: s}
	r.sim = wechattest.New(wechattest.Options{Now: c.Now})
	t.Cleanup(r.sim.Close)
	r.must(s.SaveSchool(t.Context(), model.School{Code: "99001", Name: "示范大学", Origin: model.OriginHere}))
	r.must(s.SaveCohort(t.Context(), model.NewCohort(2027)))
	r.mapTemplates()
	r.receive()
	r.d = r.dispatcher(nil)
	return r
}

func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatal(err)
	}
}

func (r *rig) mapTemplates() {
	r.Helper()
	for _, kind := range model.MessageKinds() {
		r.must(r.store.SaveTemplate(r.Context(), model.Template{
			Kind: kind, TemplateID: wechattest.DemoTemplates()[1].ID,
			Fields: map[string]string{"thing1": model.VarItem, "time2": model.VarDeadline, "thing3": model.VarRemark},
		}))
	}
}

// receive carries the simulator's receipts to the store.
func (r *rig) receive() {
	r.Helper()
	a := r.sim.Account()
	push, err := wechat.NewPush(wechat.PushOptions{
		AppID: a.AppID, Token: a.Token, AESKey: a.EncodingAESKey, Mode: wechat.Mode(r.sim.Mode()), Now: r.clock.Now,
	})
	r.must(err)
	callback := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			r.Error(err)
		}
		event, envelope, err := push.Open(req.URL.Query(), body)
		if err != nil {
			r.Error(err)
			return
		}
		if event.TemplateMsgID != 0 {
			err = r.store.Receipts(req.Context(), []store.Receipt{{
				MsgID: event.TemplateMsgID, OpenID: event.FromUser, Status: event.Status, At: r.clock.Now(),
			}})
			if err != nil && req.Context().Err() == nil { // a test that is over hangs up
				r.Error(err)
			}
		}
		answer, err := push.Seal(envelope, nil)
		if err != nil {
			r.Error(err)
		}
		_, _ = w.Write(answer)
	}))
	r.Cleanup(callback.Close)
	r.sim.SetCallback(callback.URL)
}

// dispatcher is one more replica; change, if given, sets its options.
func (r *rig) dispatcher(change func(*job.DispatcherOptions)) *job.Dispatcher {
	r.Helper()
	api := httptest.NewServer(r.sim)
	r.Cleanup(api.Close)
	a := r.sim.Account()
	client, err := wechat.New(wechat.Options{
		AppID: a.AppID, Secret: a.Secret, APIURL: api.URL, OpenURL: api.URL, Cache: r.store, Now: r.clock.Now,
	})
	r.must(err)
	l, err := links.New("https://dj.example.edu.cn")
	r.must(err)
	o := job.DispatcherOptions{
		Store: r.store, Sender: client, Links: l, Now: r.clock.Now, Rate: 1000, Concurrency: 4, Every: time.Millisecond,
		QuietHours: model.QuietHours{From: 22 * 60, To: 8 * 60},
	}
	if change != nil {
		change(&o)
	}
	return job.NewDispatcher(o)
}

// bound adds graduates who have to check their basics, bound to openids that
// the simulator knows as followers.
func (r *rig) bound(n int) []string {
	r.Helper()
	openids := make([]string, n)
	for i := range n {
		r.n++
		now := r.clock.Now()
		openids[i] = fmt.Sprintf("oDemo%07d", r.n)
		ids, err := r.store.CreateGraduates(r.Context(), []model.Graduate{{
			CohortCode: "2027", SchoolCode: "99001", CreatedAt: now, Basics: model.Basics{
				ExamNumber: fmt.Sprintf("27999001%06d", r.n), Name: "甲", IDNumber: fmt.Sprintf("9999992005010%05d", r.n),
				Level: "31", Graduates: "202706", College: "信息学院",
			},
		}}, model.BySystem("test"))
		r.must(err)
		a, err := r.store.EnsureAccount(r.Context(), fmt.Sprintf("user%d", r.n), now)
		r.must(err)
		a, err = r.store.ChangeAccount(r.Context(), a.ID, openids[i], func(a model.Account, holder *model.Account) (model.AccountChange, error) {
			return model.Bind(a, holder, openids[i], false, now)
		})
		r.must(err)
		_, err = r.store.Change(r.Context(), ids[0], func(rec model.Record) (model.Change, error) {
			return model.Link(rec, a, "test", now)
		})
		r.must(err)
		r.ids = append(r.ids, ids[0])
	}
	return openids
}

// owe puts a message of a kind to the n-th graduate into the outbox.
func (r *rig) owe(n int, kind model.MessageKind, notAfter time.Time) {
	r.Helper()
	now := r.clock.Now()
	r.n++
	_, err := r.store.Change(r.Context(), r.ids[n], func(rec model.Record) (model.Change, error) {
		return model.Change{
			Record: rec, Audit: model.Audit{At: now, Actor: model.BySystem("test"), Action: "test.owe", GraduateID: rec.Graduate.ID},
			Owe: []model.Notice{{
				Kind: kind, Key: fmt.Sprintf("test:%d", r.n), Path: "/h5/home", NotBefore: now, NotAfter: notAfter,
				Vars: map[string]string{
					model.VarItem: "毕业去向登记", model.VarDeadline: "2027年8月31日", model.VarRemark: "请点开核对并确认登记去向，这句话长于二十个字",
				},
			}},
		}, nil
	})
	r.must(err)
}

func (r *rig) step() job.Tally {
	r.Helper()
	t, err := r.d.Step(r.Context())
	r.must(err)
	return t
}

// message is the newest message of the n-th graduate.
func (r *rig) message(n int) model.Message {
	r.Helper()
	list, err := r.store.Messages(r.Context(), r.ids[n], 1)
	r.must(err)
	if len(list) == 0 {
		r.Fatal("no message")
	}
	return list[0]
}

func (r *rig) wantState(n int, want model.MessageState) model.Message {
	r.Helper()
	m := r.message(n)
	if m.State != want {
		r.Errorf("message of graduate %d is %s (%s), want %s", n, m.State, m.Reason, want)
	}
	return m
}

// idle waits for the receipts under way.
func (r *rig) idle() {
	r.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	r.must(r.sim.Idle(ctx))
}

// sends are the client_msg_ids of all sends that reached the simulator.
func (r *rig) sends() []string {
	r.Helper()
	var ids []string
	for _, c := range r.sim.Calls(0) {
		if c.Path == sendPath {
			var body struct {
				ID string `json:"client_msg_id"`
			}
			r.must(json.Unmarshal(c.Body, &body))
			ids = append(ids, body.ID)
		}
	}
	return ids
}

func (r *rig) fault(f wechattest.Fault) {
	r.Helper()
	f.Path = sendPath
	r.must(r.sim.SetFault(f))
}
