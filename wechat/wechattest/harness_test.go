package wechattest

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// start is where every test's clock begins: 18 June 2027, 15:00 in Shanghai.
var start = time.Date(2027, 6, 18, 7, 0, 0, 0, time.UTC)

// rig is a simulator, its clock, and a callback behind it. Nothing of it touches
// the network: pushes are handed to the callback in the process.
type rig struct {
	*Server
	t        *testing.T
	callback *fakeCallback
	log      *bytes.Buffer

	mu  sync.Mutex
	now time.Time
}

func newRig(t *testing.T, o Options) *rig {
	t.Helper()
	r := &rig{t: t, now: start, log: &bytes.Buffer{}}
	if o.Now == nil {
		o.Now = r.clock
	}
	o.Logger = slog.New(slog.NewTextHandler(&lockedWriter{w: r.log}, nil))
	o.Callback = "http://app.example/wechat/callback"
	r.Server = New(o)
	r.callback = &fakeCallback{account: r.Account(), secure: r.Mode() != modePlain, now: o.Now}
	r.client.Transport = inProcess{r.callback}
	t.Cleanup(r.Close)
	return r
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) pass(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// do sends one request; a body that is no string is sent as JSON.
func (r *rig) do(method, target string, body any) *httptest.ResponseRecorder {
	r.t.Helper()
	var reader io.Reader = http.NoBody
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		reader = bytes.NewReader(marshal(b))
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequest(method, target, reader))
	return w
}

// object is any JSON object, its numbers kept digit by digit.
type object map[string]any

func (r *rig) json(w *httptest.ResponseRecorder) object {
	r.t.Helper()
	d := json.NewDecoder(w.Body)
	d.UseNumber()
	o := object{}
	if err := d.Decode(&o); err != nil {
		r.t.Fatalf("answer is no JSON object: %v", err)
	}
	return o
}

// code is the errcode; -999 when the answer has none.
func (o object) code() int64 {
	n, is := o["errcode"].(json.Number)
	if !is {
		return -999
	}
	v, _ := n.Int64()
	return v
}

// accessToken gets the stable token.
func (r *rig) accessToken() string {
	r.t.Helper()
	o := r.json(r.do("POST", "/cgi-bin/stable_token", object{
		"grant_type": "client_credential", "appid": r.Account().AppID, "secret": r.Account().Secret,
	}))
	token, is := o["access_token"].(string)
	if !is {
		r.t.Fatalf("no token: %v", o)
	}
	return token
}

// api calls a path with a fresh token.
func (r *rig) api(method, path string, body any) object {
	r.t.Helper()
	sep := "?"
	if strings.Contains(path, "?") {
		sep = "&"
	}
	w := r.do(method, path+sep+"access_token="+r.accessToken(), body)
	if w.Code != http.StatusOK {
		r.t.Fatalf("%s %s: HTTP %d", method, path, w.Code)
	}
	return r.json(w)
}

func (r *rig) wantCode(o object, want int64) {
	r.t.Helper()
	if got := o.code(); got != want {
		r.t.Fatalf("errcode %d, want %d: %v", got, want, o)
	}
}

func (r *rig) follower(p Phone) string {
	r.t.Helper()
	openid, err := r.AddFollower(context.Background(), p)
	if err != nil {
		r.t.Fatal(err)
	}
	return openid
}

// inProcess hands a request to a handler and gives up when its context ends.
type inProcess struct{ http.Handler }

func (p inProcess) RoundTrip(req *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.ServeHTTP(w, req)
	}()
	select {
	case <-done:
		return w.Result(), nil
	case <-req.Context().Done():
		return nil, req.Context().Err()
	}
}

// received is one push as the callback read it.
type received struct {
	To       string `xml:"ToUserName"`
	From     string `xml:"FromUserName"`
	Created  int64  `xml:"CreateTime"`
	Type     string `xml:"MsgType"`
	Event    string `xml:"Event"`
	EventKey string `xml:"EventKey"`
	Content  string `xml:"Content"`
	MsgID    int64  `xml:"MsgId"`
	JobID    int64  `xml:"MsgID"`
	Status   string `xml:"Status"`
	MenuID   int64  `xml:"MenuId"`
	Ticket   string `xml:"Ticket"`
	MediaID  string `xml:"MediaId"`
	Scan     string `xml:"ScanCodeInfo>ScanResult"`

	sealed string // the ciphertext, in secure mode
}

// fakeCallback is an account's own server, written over the SDK's crypto rather
// than the simulator's.
type fakeCallback struct {
	account Account
	secure  bool
	now     func() time.Time

	mu     sync.Mutex
	got    []received
	broken []string
	// script answers pushes in turn; after it, and for an empty word, "success".
	script []func(w http.ResponseWriter, req *http.Request, m received)
}

func (c *fakeCallback) next(steps ...func(http.ResponseWriter, *http.Request, received)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.script = append(c.script, steps...)
}

func (c *fakeCallback) pushes() []received {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]received(nil), c.got...)
}

// clear forgets what came so far.
func (c *fakeCallback) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.got = nil
}

func (c *fakeCallback) problems() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.broken
}

func (c *fakeCallback) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	q := req.URL.Query()
	if util.Signature(c.account.Token, q.Get("timestamp"), q.Get("nonce")) != q.Get("signature") {
		c.fail(w, "signature")
		return
	}
	if req.Method == http.MethodGet {
		_, _ = io.WriteString(w, q.Get("echostr"))
		return
	}
	body, _ := io.ReadAll(req.Body)
	sealed := ""
	if c.secure {
		var outer struct{ ToUserName, Encrypt string }
		if err := xml.Unmarshal(body, &outer); err != nil || outer.ToUserName != c.account.Username {
			c.fail(w, "outer XML")
			return
		}
		sealed = outer.Encrypt
		if q.Get("encrypt_type") != "aes" || util.Signature(c.account.Token, q.Get("timestamp"), q.Get("nonce"), sealed) != q.Get("msg_signature") {
			c.fail(w, "msg_signature")
			return
		}
		_, plain, err := util.DecryptMsg(c.account.AppID, sealed, c.account.EncodingAESKey)
		if err != nil {
			c.fail(w, "decrypt: "+err.Error())
			return
		}
		body = plain
	}
	var m received
	if err := xml.Unmarshal(body, &m); err != nil || m.To != c.account.Username || m.From != q.Get("openid") {
		c.fail(w, "inner XML")
		return
	}
	m.sealed = sealed
	c.mu.Lock()
	c.got = append(c.got, m)
	var step func(http.ResponseWriter, *http.Request, received)
	if len(c.script) > 0 {
		step, c.script = c.script[0], c.script[1:]
	}
	c.mu.Unlock()
	if step == nil {
		_, _ = io.WriteString(w, "success")
		return
	}
	step(w, req, m)
}

func (c *fakeCallback) fail(w http.ResponseWriter, problem string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = append(c.broken, problem)
	w.WriteHeader(http.StatusForbidden)
}

// Steps of a fakeCallback's script.

func hang(_ http.ResponseWriter, req *http.Request, _ received) { <-req.Context().Done() }

func say(body string) func(http.ResponseWriter, *http.Request, received) {
	return func(w http.ResponseWriter, _ *http.Request, _ received) { _, _ = io.WriteString(w, body) }
}

func status(code int) func(http.ResponseWriter, *http.Request, received) {
	return func(w http.ResponseWriter, _ *http.Request, _ received) { w.WriteHeader(code) }
}

// reply answers with inner XML between the common fields, sealed as pushes are.
func (c *fakeCallback) reply(msgType, inner string) func(http.ResponseWriter, *http.Request, received) {
	return func(w http.ResponseWriter, _ *http.Request, m received) {
		plain := fmt.Sprintf("<xml><ToUserName>%s</ToUserName><FromUserName>%s</FromUserName><CreateTime>%d</CreateTime><MsgType>%s</MsgType>%s</xml>",
			m.From, m.To, c.now().Unix(), msgType, inner)
		_, _ = io.WriteString(w, c.seal(plain))
	}
}

func (c *fakeCallback) seal(plain string) string {
	if !c.secure {
		return plain
	}
	sealed, err := util.EncryptMsg([]byte("0123456789abcdef"), []byte(plain), c.account.AppID, c.account.EncodingAESKey)
	if err != nil {
		panic(err)
	}
	stamp, nonce := "1814000000", "42"
	return fmt.Sprintf("<xml><Encrypt>%s</Encrypt><MsgSignature>%s</MsgSignature><TimeStamp>%s</TimeStamp><Nonce>%s</Nonce></xml>",
		sealed, util.Signature(c.account.Token, stamp, nonce, string(sealed)), stamp, nonce)
}

func query(pairs ...string) string {
	var parts []string
	for i := 0; i < len(pairs); i += 2 {
		parts = append(parts, pairs[i]+"="+url.QueryEscape(pairs[i+1]))
	}
	return "?" + strings.Join(parts, "&")
}
