package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/go-sql-driver/mysql" // driver of the rows that the bench writes
	_ "github.com/ncruces/go-sqlite3/driver"
	"github.com/silenceper/wechat/v2/util"

	"quxiang/model"
	"quxiang/model/store/storetest"
	"quxiang/wechat/wechattest"
)

// What pushes may cost.
const (
	edgeLimit     = 3   // a push without effect, of a bare net/http handler
	progressLimit = 1.6 // 办理进度, of a push without effect
	receiptLimit  = 2   // a receipt, of a push without effect
	steadyLimit   = 100 * time.Millisecond
	steadyRate    = 2000 // pushes a second
	steadySeconds = 10

	pushRequests = 5000
	// A burst of receipts comes on many connections, for this many receipts.
	burstConnections = 64
	burst            = 3000
)

// BenchmarkPush is the part of the table that is about pushes.
func BenchmarkPush(b *testing.B) {
	if testing.Short() {
		b.Skip("the table takes minutes")
	}
	ctx, cancel := context.WithTimeout(b.Context(), benchBound)
	defer cancel()
	var t benchTable
	benchPush(ctx, b, &t, buildProgram(ctx, b))
	t.print(b)
}

// pushBench is a server beside the simulators, with one database.
type pushBench struct {
	p       *benchProcess
	base    string
	account wechattest.Account
	db      *sql.DB
	made    int64 // msgids given out so far
}

// benchPush measures what a push costs: one without effect beside a handler that
// does nothing else, a question beside that, receipts in bursts on both
// databases, and how long any takes when they come steadily.
func benchPush(ctx context.Context, b *testing.B, t *benchTable, binary string) {
	b.Helper()
	lite := newPushBench(ctx, b, binary, "sqlite:"+filepath.Join(b.TempDir(), "bench.db"))
	lite.edge(ctx, b, t)
	lite.burst(ctx, b, t, "SQLite")
	lite.steady(ctx, b, t, "SQLite")
	maria := newPushBench(ctx, b, binary, storetest.EmptyMariaDB(b))
	maria.progress(ctx, b, t, "MariaDB")
	maria.burst(ctx, b, t, "MariaDB")
	maria.steady(ctx, b, t, "MariaDB")
}

func newPushBench(ctx context.Context, b *testing.B, binary, dsn string) *pushBench {
	b.Helper()
	wechat := freeAddr(ctx, b)
	sims := startProcess(ctx, b, binary, nil, "simulate", "--wechat-addr", wechat, "--chsi-addr", "127.0.0.1:0", "--callback", "")
	addr := freeAddr(ctx, b)
	environ := []string{"QUXIANG_DATABASE=" + dsn, "QUXIANG_LISTEN=" + addr, "QUXIANG_DATA_DIR=" + b.TempDir()}
	for sims.lines.Scan() {
		environ = append(environ, sims.lines.Text())
		if strings.HasPrefix(sims.lines.Text(), "QUXIANG_INDEX_KEYSET=") {
			break
		}
	}
	for _, args := range [][]string{{"migrate"}, {"seed", "--graduates", "100"}} {
		if _, err := runProcess(ctx, binary, environ, args...); err != nil {
			b.Fatal(err)
		}
	}
	x := &pushBench{p: startProcess(ctx, b, binary, environ, "serve"), base: "http://" + addr}
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for !answers(ctx, x.base+"/readyz") {
		select {
		case <-ctx.Done():
			b.Fatal(context.Cause(ctx))
		case <-again.C:
		}
	}
	account, err := http.Get("http://" + wechat + "/sim/account")
	if err != nil {
		b.Fatal(err)
	}
	err = errors.Join(json.NewDecoder(account.Body).Decode(&x.account), account.Body.Close())
	if err != nil {
		b.Fatal(err)
	}
	name, rest, _ := strings.Cut(dsn, ":")
	if name == "sqlite" {
		name, rest = "sqlite3", "file:"+rest+"?_pragma=busy_timeout(10000)"
	}
	if x.db, err = sql.Open(name, rest); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = x.db.Close() })
	return x
}

func freeAddr(ctx context.Context, b *testing.B) string {
	b.Helper()
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func answers(ctx context.Context, address string) bool {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return false
	}
	return res.Body.Close() == nil && res.StatusCode == http.StatusOK
}

// target sends pushes to a server over so many connections.
func (x *pushBench) target(p *benchProcess, base string, connections int, pushes []sealedPush) benchTarget {
	t := newBenchTarget(p, func(ctx context.Context, i int) (*http.Request, error) { return pushes[i].request(ctx, base) })
	t.workers = connections
	t.client.Transport = &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections, DisableCompression: true}
	return t
}

const benchOpenID = "oDemo0000001" // bound by seed

func (x *pushBench) views(b *testing.B) []sealedPush {
	return x.seal(b, pushRequests, func(int) string { return "<Event>VIEW</Event><EventKey>https://example.com/</EventKey>" })
}

func (x *pushBench) clicks(b *testing.B) []sealedPush {
	return x.seal(b, pushRequests, func(int) string { return "<Event>CLICK</Event><EventKey>" + string(model.MenuProgress) + "</EventKey>" })
}

// edge compares a push without effect with a bare handler.
func (x *pushBench) edge(ctx context.Context, b *testing.B, t *benchTable) {
	b.Helper()
	views := x.views(b)
	plain, base := startBare(ctx, b, barePush, "")
	ours, bare := x.target(x.p, x.base, connections, views), x.target(plain, base, connections, views)
	mine, theirs := compare(b, benchRounds,
		func() (time.Duration, error) { return ours.round(ctx, len(views)) },
		func() (time.Duration, error) { return bare.round(ctx, len(views)) })
	t.ratio("secure push without effect, of a bare net/http handler, CPU a push", mine, theirs, edgeLimit)
	x.progress(ctx, b, t, "SQLite")
}

// progress compares 办理进度 with a push without effect.
func (x *pushBench) progress(ctx context.Context, b *testing.B, t *benchTable, database string) {
	b.Helper()
	views, clicks := x.views(b), x.clicks(b)
	res, err := clicks[0].post(ctx, x.base)
	if err != nil {
		b.Fatal(err)
	}
	if text, err := unseal(x.account, res); err != nil || !strings.Contains(text, "当前进度") {
		b.Fatalf("a click was answered with %q: %v", text, err)
	}
	ours, nothing := x.target(x.p, x.base, connections, clicks), x.target(x.p, x.base, connections, views)
	mine, theirs := compare(b, benchRounds,
		func() (time.Duration, error) { return ours.round(ctx, len(clicks)) },
		func() (time.Duration, error) { return nothing.round(ctx, len(views)) })
	t.ratio("办理进度 on "+database+", of a push without effect, CPU a push", mine, theirs, progressLimit)
}

// burst compares receipts of accepted messages, each once, with pushes without
// effect on as many connections.
func (x *pushBench) burst(ctx context.Context, b *testing.B, t *benchTable, database string) {
	b.Helper()
	views := x.views(b)
	nothing := x.target(x.p, x.base, burstConnections, views)
	var rates []float64
	mine, theirs := compare(b, benchRounds,
		func() (time.Duration, error) {
			receipts := x.receipts(ctx, b, burst)
			ours := x.target(x.p, x.base, burstConnections, receipts)
			begun := time.Now()
			took, err := ours.round(ctx, len(receipts))
			rates = append(rates, burst/time.Since(begun).Seconds())
			return took, err
		},
		func() (time.Duration, error) { return nothing.round(ctx, burst) })
	var settled int64
	err := x.db.QueryRowContext(ctx, "SELECT COUNT(*) FROM messages WHERE id > 1000000 AND state = 'delivered'").Scan(&settled)
	if err != nil || settled != x.made {
		b.Fatalf("%d of %d receipts were kept: %v", settled, x.made, err)
	}
	slices.Sort(rates)
	t.ratio(fmt.Sprintf("receipts on %s in bursts (%.0f/s), of a push without effect, CPU a push", database, rates[len(rates)/2]), mine, theirs, receiptLimit)
}

// receipts makes messages that WeChat accepted, and the receipts for them.
func (x *pushBench) receipts(ctx context.Context, b *testing.B, n int) []sealedPush {
	b.Helper()
	const first = int64(3_000_000_000_000_000_000)
	from := x.made
	x.made += int64(n)
	for part := from; part < x.made; part += 250 {
		var messages, deliveries []string
		var mArgs, dArgs []any
		for i := part + 1; i <= min(part+250, x.made); i++ {
			messages = append(messages, "(?, ?, ?, ?, 'approved', 5, 'accepted', '{}', '', 0, 0, 1, 1, '', 0, 0, ?, '', 1, 0)")
			mArgs = append(mArgs, 1_000_000+i, fmt.Sprintf("bench-%d", i), 1_000_000+i, fmt.Sprintf("oBench%d", i), first+i)
			deliveries = append(deliveries, "(?, ?, '', '', 0)")
			dArgs = append(dArgs, first+i, 1_000_000+i)
		}
		_, err1 := x.db.ExecContext(ctx, "INSERT INTO messages (id, message_key, graduate_id, openid, kind, priority, state, vars, path, not_before, not_after, "+
			"attempts, first_attempt_at, lease_token, lease_until, cancelled_at, msgid, reason, created_at, settled_at) VALUES "+strings.Join(messages, ", "), mArgs...)
		_, err2 := x.db.ExecContext(ctx, "INSERT INTO deliveries (msgid, message_id, openid, status, received_at) VALUES "+strings.Join(deliveries, ", "), dArgs...)
		if err := errors.Join(err1, err2); err != nil {
			b.Fatal(err)
		}
	}
	return x.seal(b, n, func(i int) string {
		return fmt.Sprintf("<Event>TEMPLATESENDJOBFINISH</Event><MsgID>%d</MsgID><Status>success</Status>", first+from+int64(i)+1)
	})
}

// steady sends pushes of all kinds at a fixed rate, whether or not the ones
// before are answered, and looks for the slowest answer, from the moment at which
// the push was due.
func (x *pushBench) steady(ctx context.Context, b *testing.B, t *benchTable, database string) {
	b.Helper()
	total := steadyRate * steadySeconds
	views, clicks, receipts := x.views(b), x.clicks(b), x.receipts(ctx, b, total/4)
	client := x.target(x.p, x.base, burstConnections, nil).client
	took, faults := make([]time.Duration, total), make([]error, total)
	var all sync.WaitGroup
	begun := time.Now()
	for i := range total {
		due := begun.Add(time.Duration(i) * time.Second / steadyRate)
		if wait := time.Until(due); wait > 0 {
			time.Sleep(wait) // the rate itself is what is measured
		}
		push := views[i%len(views)]
		switch i % 4 {
		case 1:
			push = receipts[i/4]
		case 2:
			push = clicks[i%len(clicks)]
		}
		all.Go(func() {
			faults[i] = push.answered(ctx, client, x.base)
			took[i] = time.Since(due)
		})
	}
	all.Wait()
	if err := errors.Join(faults...); err != nil {
		b.Fatal(err)
	}
	slices.Sort(took)
	slowest := took[total-1]
	t.rows = append(t.rows, []string{
		fmt.Sprintf("%d pushes a second for %d s on %s, slowest answer (99.9%%: %.1f ms)", steadyRate, steadySeconds, database,
			float64(took[total*999/1000].Microseconds())/1000),
		fmt.Sprintf("%.1f ms", float64(slowest.Microseconds())/1000), "", "", fmt.Sprintf("%d ms", steadyLimit.Milliseconds()) + overMark(slowest > steadyLimit),
	})
}

// sealedPush is a message as WeChat sends it.
type sealedPush struct{ query, body string }

// sealedBody is the body of a push and of its answer in secure mode.
type sealedBody struct {
	XMLName    xml.Name `xml:"xml"`
	ToUserName string   `xml:",omitempty"`
	Encrypt    string
}

// seal makes n pushes of events with the given elements.
func (x *pushBench) seal(b *testing.B, n int, elements func(i int) string) []sealedPush {
	b.Helper()
	pushes := make([]sealedPush, n)
	a, now := x.account, time.Now()
	for i := range pushes {
		event := fmt.Sprintf("<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName>"+
			"<CreateTime>%d</CreateTime><MsgType><![CDATA[event]]></MsgType>%s</xml>", a.Username, benchOpenID, now.Unix(), elements(i))
		random := make([]byte, 16)
		_, _ = rand.Read(random) // never fails (crypto/rand)
		text, err := util.EncryptMsg(random, []byte(event), a.AppID, a.EncodingAESKey)
		if err != nil {
			b.Fatal(err)
		}
		body, err := xml.Marshal(sealedBody{ToUserName: a.Username, Encrypt: string(text)})
		if err != nil {
			b.Fatal(err)
		}
		at, nonce := strconv.FormatInt(now.Unix(), 10), rand.Text()[:10]
		pushes[i] = sealedPush{body: string(body), query: url.Values{
			"signature": {util.Signature(a.Token, at, nonce)}, "timestamp": {at}, "nonce": {nonce}, "openid": {benchOpenID},
			"encrypt_type": {"aes"}, "msg_signature": {util.Signature(a.Token, at, nonce, string(text))},
		}.Encode()}
	}
	return pushes
}

func (p sealedPush) request(ctx context.Context, base string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/wechat/callback?"+p.query, strings.NewReader(p.body))
	if err == nil {
		r.Header.Set("Content-Type", "text/xml")
	}
	return r, err
}

// post sends the push and returns the body of the answer.
func (p sealedPush) post(ctx context.Context, base string) (string, error) {
	r, err := p.request(ctx, base)
	if err != nil {
		return "", err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(res.Body)
	return string(text), errors.Join(err, res.Body.Close())
}

// answered sends the push; any status but 200 is an error.
func (p sealedPush) answered(ctx context.Context, client *http.Client, base string) error {
	return benchTarget{client: client, request: func(ctx context.Context, _ int) (*http.Request, error) { return p.request(ctx, base) }}.send(ctx, 0)
}

// unseal returns the message in an answer.
func unseal(a wechattest.Account, answer string) (string, error) {
	var s sealedBody
	if err := xml.Unmarshal([]byte(answer), &s); err != nil {
		return "", err
	}
	if s.Encrypt == "" {
		return "", errors.New("the answer is not sealed")
	}
	_, text, err := util.DecryptMsg(a.AppID, s.Encrypt, a.EncodingAESKey)
	return string(text), err
}
