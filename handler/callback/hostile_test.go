package callback_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" // WeChat's signature is SHA-1
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"quxiang/handler/callback"
	"quxiang/model/store"
	"quxiang/wechat"
	"quxiang/wechat/wechattest"
)

// counting counts what reaches the store.
type counting struct {
	callback.Store
	calls *atomic.Int64
}

func (c counting) Follow(ctx context.Context, openid string, subscribed bool, scene string, at time.Time) (bool, error) {
	c.calls.Add(1)
	return c.Store.Follow(ctx, openid, subscribed, scene, at)
}

func (c counting) Receipts(ctx context.Context, r []store.Receipt) error {
	c.calls.Add(1)
	return c.Store.Receipts(ctx, r)
}

func (c counting) Standings(ctx context.Context, openid string) ([]store.StandingRow, error) {
	c.calls.Add(1)
	return c.Store.Standings(ctx, openid)
}

// forger makes pushes as WeChat does, and then spoils them.
type forger struct {
	a   wechattest.Account
	now time.Time
	r   *rand.Rand
}

func digest(parts ...string) string {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

func (f *forger) sealed(key, appID, doc string) string {
	k, err := base64.StdEncoding.DecodeString(key + "=")
	if err != nil {
		panic(err)
	}
	b := append(binary.BigEndian.AppendUint32([]byte("0123456789abcdef"), uint32(len(doc))), doc+appID...)
	pad := 32 - len(b)%32
	b = append(b, bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, err := aes.NewCipher(k)
	if err != nil {
		panic(err)
	}
	cipher.NewCBCEncrypter(block, k[:16]).CryptBlocks(b, b)
	return base64.StdEncoding.EncodeToString(b)
}

func (f *forger) doc(to string) string {
	return "<xml><ToUserName>" + to + "</ToUserName><FromUserName>oDemo0000001</FromUserName><CreateTime>" +
		strconv.FormatInt(f.now.Unix(), 10) + "</CreateTime><MsgType>event</MsgType><Event>unsubscribe</Event></xml>"
}

func (f *forger) query(token, sealed string, at time.Time) url.Values {
	stamp, nonce := strconv.FormatInt(at.Unix(), 10), strconv.Itoa(f.r.IntN(1e9))
	return url.Values{
		"signature": {digest(token, stamp, nonce)}, "timestamp": {stamp}, "nonce": {nonce}, "openid": {"oDemo0000001"},
		"encrypt_type": {"aes"}, "msg_signature": {digest(token, stamp, nonce, sealed)},
	}
}

func envelope(sealed string) string {
	return "<xml><ToUserName>x</ToUserName><Encrypt>" + sealed + "</Encrypt></xml>"
}

// spoiled is the i-th hostile push and the statuses that refuse it.
func (f *forger) spoiled(i int) (q url.Values, body string, status int) {
	good := f.sealed(f.a.EncodingAESKey, f.a.AppID, f.doc(f.a.Username))
	q, body = f.query(f.a.Token, good, f.now), envelope(good)
	switch i % 14 {
	case 0: // signed by nobody who knows the token
		return f.query("other", good, f.now), body, http.StatusForbidden
	case 1: // stale, as a replay of what was once overheard is
		return f.query(f.a.Token, good, f.now.Add(-11*time.Minute)), body, http.StatusForbidden
	case 2: // from the future
		return f.query(f.a.Token, good, f.now.Add(11*time.Minute)), body, http.StatusForbidden
	case 3: // downgraded: plain, no word of encryption
		q.Del("encrypt_type")
		q.Del("msg_signature")
		return q, f.doc(f.a.Username), http.StatusForbidden
	case 4: // downgraded: says raw
		q.Set("encrypt_type", "raw")
		return q, f.doc(f.a.Username), http.StatusForbidden
	case 5: // plain fields beside a foreign seal
		return f.query(f.a.Token, "AAAA", f.now), strings.Replace(f.doc(f.a.Username), "</xml>", "<Encrypt>AAAA</Encrypt></xml>", 1), http.StatusForbidden
	case 6: // a bit of the seal changed
		return q, envelope("B" + good[1:]), http.StatusForbidden
	case 7: // for another account
		s := f.sealed(f.a.EncodingAESKey, f.a.AppID, f.doc("gh_other"))
		return f.query(f.a.Token, s, f.now), envelope(s), http.StatusForbidden
	case 8: // for another app
		s := f.sealed(f.a.EncodingAESKey, "wx0000000000000000", f.doc(f.a.Username))
		return f.query(f.a.Token, s, f.now), envelope(s), http.StatusForbidden
	case 9: // another key
		s := f.sealed(strings.Repeat("abcdefghij", 4)+"abA", f.a.AppID, f.doc(f.a.Username))
		return f.query(f.a.Token, s, f.now), envelope(s), http.StatusForbidden
	case 10: // too large
		return q, strings.Repeat("x", wechat.MaxPushBody+1+f.r.IntN(1<<18)), http.StatusRequestEntityTooLarge
	case 11: // garbage, well signed
		b := make([]byte, f.r.IntN(2000))
		for j := range b {
			b[j] = byte(f.r.UintN(256))
		}
		return q, string(b), http.StatusBadRequest
	case 12: // sealed, but no message
		s := f.sealed(f.a.EncodingAESKey, f.a.AppID, "<!DOCTYPE xml [<!ENTITY a 'b'>]>"+f.doc(f.a.Username))
		return f.query(f.a.Token, s, f.now), envelope(s), http.StatusBadRequest
	default: // cut off
		return q, body[:len(body)/2], http.StatusBadRequest
	}
}

// Hostile pushes are refused, each for what is wrong with it, reach no store and
// leave no memory behind. HOSTILE_PUSHES=10000 makes it as many.
func TestHostilePushes(t *testing.T) {
	total := 1400
	if n, err := strconv.Atoi(os.Getenv("HOSTILE_PUSHES")); err == nil {
		total = n
	}
	var calls atomic.Int64
	b := newBench(t, func(s callback.Store) callback.Store { return counting{s, &calls} })
	f := forger{a: b.sim.Account(), now: b.now, r: rand.New(rand.NewPCG(1, 2))}
	var before, after runtime.MemStats
	for i := range total {
		if i == total/4 { // connections and pools are warm
			runtime.GC()
			runtime.ReadMemStats(&before)
		}
		q, body, want := f.spoiled(i)
		if got := b.post(q, strings.NewReader(body)); got != want {
			t.Fatalf("push %d (kind %d) is answered %d, want %d", i, i%14, got, want)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	grown := int64(after.HeapAlloc) - int64(before.HeapAlloc) // #nosec G115 -- far below
	t.Logf("%d hostile pushes: %d reached the store, heap grew by %d KB", total, calls.Load(), grown>>10)
	if calls.Load() != 0 {
		t.Errorf("%d calls of the store", calls.Load())
	}
	if grown > 4<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
	if _, ok, err := b.store.Follower(t.Context(), "oDemo0000001"); ok || err != nil {
		t.Errorf("a follower was made: %v, %v", ok, err)
	}
}

func (b *bench) post(q url.Values, body io.Reader) int {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+"?"+q.Encode(), body)
	if err != nil {
		b.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// A push that WeChat sends again, and one that comes after a younger one, change
// nothing.
func TestRepeatedAndOutOfOrder(t *testing.T) {
	b := newBench(t, nil)
	openid, err := b.sim.AddFollower(t.Context(), wechattest.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	at := b.now.Unix()
	for i, step := range []struct {
		event, key string
		at         int64
		want       bool
		scene      string
	}{
		{"unsubscribe", "", at + 20, false, ""},
		{"subscribe", "qrscene_late", at + 10, false, ""}, // older than the unfollow
		{"subscribe", "qrscene_c1", at + 30, true, "c1"},
		{"unsubscribe", "", at + 25, true, "c1"},
	} {
		b.now = b.now.Add(time.Minute)
		r := b.push(wechattest.Push{OpenID: openid, Event: step.event, EventKey: step.key, CreateTime: step.at, Repeat: 2})
		if r.Status != http.StatusOK {
			t.Fatalf("step %d: status %d", i, r.Status)
		}
		f, _, err := b.store.Follower(t.Context(), openid)
		if err != nil || f.Subscribed != step.want || f.Scene != step.scene {
			t.Errorf("step %d: follower %+v, %v; want subscribed %v by %q", i, f, err, step.want, step.scene)
		}
	}
}

// hanging is a database that never answers and does not give up with the context.
type hanging struct {
	callback.Store
	release <-chan struct{}
}

func (h hanging) Follow(context.Context, string, bool, string, time.Time) (bool, error) {
	<-h.release
	return false, errDown
}

func (h hanging) Standings(context.Context, string) ([]store.StandingRow, error) {
	<-h.release
	return nil, errDown
}

func (h hanging) Receipts(context.Context, []store.Receipt) error {
	<-h.release
	return errDown
}

func TestADatabaseThatHangs(t *testing.T) {
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	b := newBenchWith(t, func(s callback.Store) callback.Store { return hanging{s, release} }, 50*time.Millisecond)
	if r := b.push(wechattest.Push{OpenID: "oDemo0000001", Event: "CLICK", EventKey: "progress"}); r.Status != http.StatusOK || !strings.Contains(r.Reply, "系统繁忙") {
		t.Errorf("a click is answered %d %q", r.Status, r.Reply)
	}
	for _, event := range []string{"unsubscribe", "subscribe"} {
		if r := b.push(wechattest.Push{OpenID: "oDemo0000001", Event: event}); r.Status != http.StatusServiceUnavailable {
			t.Errorf("%s that was not kept is answered %d", event, r.Status)
		}
	}
	f := forger{a: b.sim.Account(), now: b.now, r: rand.New(rand.NewPCG(1, 2))}
	if got := b.receipt(&f, 1); got != http.StatusServiceUnavailable {
		t.Errorf("a receipt that was not kept is answered %d", got)
	}
}

func (b *bench) receipt(f *forger, id int) int {
	doc := fmt.Sprintf("<xml><ToUserName>%s</ToUserName><FromUserName>oDemo0000001</FromUserName><CreateTime>%d</CreateTime><MsgType>event</MsgType>"+
		"<Event>TEMPLATESENDJOBFINISH</Event><MsgID>%d</MsgID><Status>success</Status></xml>", f.a.Username, f.now.Unix(), id)
	s := f.sealed(f.a.EncodingAESKey, f.a.AppID, doc)
	return b.post(f.query(f.a.Token, s, f.now), strings.NewReader(envelope(s)))
}

// panicking is a bug below.
type panicking struct{ callback.Store }

func (panicking) Follow(context.Context, string, bool, string, time.Time) (bool, error) {
	panic("oDemo")
}
func (panicking) Standings(context.Context, string) ([]store.StandingRow, error) { panic("oDemo") }
func (panicking) Receipts(context.Context, []store.Receipt) error                { panic("oDemo") }

func TestAPanicIsContained(t *testing.T) {
	b := newBench(t, func(s callback.Store) callback.Store { return panicking{s} })
	if r := b.push(wechattest.Push{OpenID: "oDemo0000001", Event: "CLICK", EventKey: "progress"}); r.Status != http.StatusOK || !strings.Contains(r.Reply, "系统繁忙") {
		t.Errorf("a click is answered %d %q", r.Status, r.Reply)
	}
	if r := b.push(wechattest.Push{OpenID: "oDemo0000001", Event: "unsubscribe"}); r.Status != http.StatusServiceUnavailable {
		t.Errorf("an unfollow is answered %d", r.Status)
	}
	f := forger{a: b.sim.Account(), now: b.now, r: rand.New(rand.NewPCG(1, 2))}
	if got := b.receipt(&f, 1); got != http.StatusServiceUnavailable {
		t.Errorf("a receipt is answered %d", got)
	}
}
