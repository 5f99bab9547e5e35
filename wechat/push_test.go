package wechat

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha1" // WeChat's signature is SHA-1
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

const (
	testAppID    = "wx0123456789abcdef"
	testToken    = "push-token"
	testUsername = "gh_0123456789ab"
	testOpenID   = "oDemo0000000000000000000001_"
)

var (
	testKey    = strings.Repeat("abcdefghij", 4) + "abA"
	oldTestKey = strings.Repeat("zyxwvutsrq", 4) + "zyE"
	testNow    = time.Date(2026, 8, 1, 9, 0, 0, 0, time.UTC)
)

const clickDoc = `<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName>
<FromUserName><![CDATA[oDemo0000000000000000000001_]]></FromUserName>
<CreateTime>1785574800</CreateTime>
<MsgType><![CDATA[event]]></MsgType>
<Event><![CDATA[CLICK]]></Event>
<EventKey><![CDATA[progress]]></EventKey>
</xml>`

// The other side of the protocol, written from WeChat's page and not with the
// SDK, so that the two check one another.

func sign(parts ...string) string {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

func testKeyBytes(t testing.TB, key string) []byte {
	t.Helper()
	k, err := base64.StdEncoding.DecodeString(key + "=")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func encrypt(t testing.TB, key, appID, doc string) string {
	t.Helper()
	b := make([]byte, 16, 1024)
	b = binary.BigEndian.AppendUint32(b, uint32(len(doc)))
	b = append(b, doc...)
	b = append(b, appID...)
	pad := 32 - len(b)%32
	b = append(b, bytes.Repeat([]byte{byte(pad)}, pad)...)
	return encryptRaw(t, key, b)
}

func encryptRaw(t testing.TB, key string, b []byte) string {
	t.Helper()
	k := testKeyBytes(t, key)
	block, err := aes.NewCipher(k)
	if err != nil {
		t.Fatal(err)
	}
	cipher.NewCBCEncrypter(block, k[:16]).CryptBlocks(b, b)
	return base64.StdEncoding.EncodeToString(b)
}

func decryptReply(t testing.TB, key, sealed string) (random []byte, doc, appID string) {
	t.Helper()
	k := testKeyBytes(t, key)
	b, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		t.Fatal(err)
	}
	cipher.NewCBCDecrypter(block, k[:16]).CryptBlocks(b, b)
	b = b[:len(b)-int(b[len(b)-1])]
	n := binary.BigEndian.Uint32(b[16:20])
	return b[:16], string(b[20 : 20+n]), string(b[20+n:])
}

type pushed struct {
	q    url.Values
	body []byte
}

func secure(t testing.TB, token, key, appID, doc string) pushed {
	t.Helper()
	return secureBody(token, encrypt(t, key, appID, doc))
}

func secureBody(token, sealed string) pushed {
	ts, nonce := strconv.FormatInt(testNow.Unix(), 10), "n0nce"
	return pushed{
		q: url.Values{
			"signature": {sign(token, ts, nonce)}, "timestamp": {ts}, "nonce": {nonce},
			"openid": {testOpenID}, "encrypt_type": {"aes"},
			"msg_signature": {sign(token, ts, nonce, sealed)},
		},
		body: []byte("<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><Encrypt><![CDATA[" + sealed + "]]></Encrypt></xml>"),
	}
}

func plainPush(doc string) pushed {
	ts, nonce := strconv.FormatInt(testNow.Unix(), 10), "n0nce"
	return pushed{
		q:    url.Values{"signature": {sign(testToken, ts, nonce)}, "timestamp": {ts}, "nonce": {nonce}, "openid": {testOpenID}},
		body: []byte(doc),
	}
}

func testOptions() PushOptions {
	return PushOptions{
		AppID: testAppID, Username: testUsername, Token: testToken, AESKey: testKey,
		Mode: ModeSecure, Now: func() time.Time { return testNow },
	}
}

func newTestPush(t testing.TB, change func(*PushOptions)) *Push {
	t.Helper()
	o := testOptions()
	if change != nil {
		change(&o)
	}
	p, err := NewPush(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestVerifyURL uses the vector of WeChat's page on server configuration.
func TestVerifyURL(t *testing.T) {
	p := newTestPush(t, func(o *PushOptions) {
		o.Token = "AAAAA"
		o.Now = func() time.Time { return time.Unix(1714037059, 0) }
	})
	vector := func(change func(url.Values)) url.Values {
		q := url.Values{
			"signature": {"899cf89e464efb63f54ddac96b0a0a235f53aa78"},
			"timestamp": {"1714037059"}, "nonce": {"486452656"}, "echostr": {"5577006791947779410"},
		}
		change(q)
		return q
	}
	tests := []struct {
		name   string
		change func(url.Values)
		status int
	}{
		{"vector", func(url.Values) {}, 0},
		{"wrong signature", func(q url.Values) { q.Set("signature", strings.Repeat("0", 40)) }, 403},
		{"upper case signature", func(q url.Values) { q.Set("signature", strings.ToUpper(q.Get("signature"))) }, 403},
		{"no signature", func(q url.Values) { q.Del("signature") }, 403},
		{"other nonce", func(q url.Values) { q.Set("nonce", "486452657") }, 403},
		{"other timestamp", func(q url.Values) { q.Set("timestamp", "1714037060") }, 403},
		{"no parameters", func(q url.Values) { clear(q) }, 403},
		{"no echostr", func(q url.Values) { q.Del("echostr") }, 400},
		{"markup in echostr", func(q url.Values) { q.Set("echostr", "<script>") }, 400},
		{"long echostr", func(q url.Values) { q.Set("echostr", strings.Repeat("1", 1025)) }, 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			echo, err := p.VerifyURL(vector(tt.change))
			wantStatus(t, err, tt.status)
			if want := map[bool]string{true: "5577006791947779410"}[tt.status == 0]; echo != want {
				t.Errorf("echo = %q, want %q", echo, want)
			}
		})
	}
}

func wantStatus(t testing.TB, err error, status int) {
	t.Helper()
	e, ok := errors.AsType[*PushError](err)
	switch {
	case status == 0 && err != nil:
		t.Fatalf("refused: %v", err)
	case status != 0 && !ok:
		t.Fatalf("error %v is no PushError, want status %d", err, status)
	case status != 0 && e.Status != status:
		t.Fatalf("status %d (%s), want %d", e.Status, e.Reason, status)
	}
}

func TestOpenEvents(t *testing.T) {
	head := `<xml><ToUserName><![CDATA[gh_0123456789ab]]></ToUserName><FromUserName><![CDATA[` + testOpenID +
		`]]></FromUserName><CreateTime>1785574800</CreateTime>`
	tests := []struct {
		name, rest string
		want       Event
	}{
		{
			"text", `<MsgType>text</MsgType><Content><![CDATA[进度 <b> ]]]]><![CDATA[> &amp;]]></Content><MsgId>9007199254740993</MsgId>`,
			Event{MsgType: "text", Content: "进度 <b> ]]> &amp;", MsgID: 9007199254740993},
		},
		{
			"subscribe by code", `<MsgType>event</MsgType><Event>subscribe</Event><EventKey>qrscene_s1</EventKey><Ticket>gQH</Ticket>`,
			Event{MsgType: MsgEvent, Event: EventSubscribe, EventKey: "qrscene_s1", Ticket: "gQH"},
		},
		{"subscribe", `<MsgType>event</MsgType><Event>subscribe</Event><EventKey/>`, Event{MsgType: MsgEvent, Event: EventSubscribe}},
		{"unsubscribe", `<MsgType>event</MsgType><Event>unsubscribe</Event><EventKey></EventKey>`, Event{MsgType: MsgEvent, Event: EventUnsubscribe}},
		{
			"scan", `<MsgType>event</MsgType><Event>SCAN</Event><EventKey>s1</EventKey><Ticket>gQH</Ticket>`,
			Event{MsgType: MsgEvent, Event: EventScan, EventKey: "s1", Ticket: "gQH"},
		},
		{
			"view", `<MsgType>event</MsgType><Event>VIEW</Event><EventKey>https://dj.example/?a=1&amp;b=2</EventKey><MenuId>208379533</MenuId>`,
			Event{MsgType: MsgEvent, Event: EventView, EventKey: "https://dj.example/?a=1&b=2", MenuID: "208379533"},
		},
		{
			"scancode", `<MsgType>event</MsgType><Event>scancode_waitmsg</Event><EventKey>k</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType><ScanResult>https://dj.example/v/1</ScanResult></ScanCodeInfo>`,
			Event{MsgType: MsgEvent, Event: "scancode_waitmsg", EventKey: "k", ScanResult: "https://dj.example/v/1"},
		},
		{
			"receipt", `<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>3599307433715204104</MsgID><Status>failed: system failed</Status>`,
			Event{MsgType: MsgEvent, Event: EventTemplateDone, TemplateMsgID: 3599307433715204104, Status: StatusSystemFailed},
		},
		{"fields unknown here", `<MsgType>event</MsgType><Event>LOCATION</Event><Latitude>32.05</Latitude>`, Event{MsgType: MsgEvent, Event: "LOCATION"}},
	}
	p := newTestPush(t, nil)
	inPlain := newTestPush(t, func(o *PushOptions) { o.Mode, o.AESKey = ModePlain, "" })
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			doc := head + tt.rest + "</xml>"
			tt.want.FromUser, tt.want.ToUser, tt.want.CreateTime = testOpenID, testUsername, time.Unix(1785574800, 0)
			in := secure(t, testToken, testKey, testAppID, doc)
			e, _, err := p.Open(in.q, in.body)
			wantStatus(t, err, 0)
			if *e != tt.want {
				t.Errorf("secure: got %+v, want %+v", *e, tt.want)
			}
			in = plainPush(doc)
			e, _, err = inPlain.Open(in.q, in.body)
			wantStatus(t, err, 0)
			if *e != tt.want {
				t.Errorf("plain: got %+v, want %+v", *e, tt.want)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	seal := func(doc string) pushed { return secure(t, testToken, testKey, testAppID, doc) }
	click := func(change func(*pushed)) pushed {
		in := seal(clickDoc)
		change(&in)
		return in
	}
	at := func(d time.Duration) pushed {
		sealed := encrypt(t, testKey, testAppID, clickDoc)
		in := secureBody(testToken, sealed)
		ts := strconv.FormatInt(testNow.Add(d).Unix(), 10)
		in.q.Set("timestamp", ts)
		in.q.Set("signature", sign(testToken, ts, "n0nce"))
		in.q.Set("msg_signature", sign(testToken, ts, "n0nce", sealed))
		return in
	}
	tests := []struct {
		name   string
		in     pushed
		status int
	}{
		{"good", click(func(*pushed) {}), 0},
		{"compatible body", click(func(in *pushed) {
			in.body = bytes.Replace(in.body, []byte("</xml>"), []byte("<MsgType>text</MsgType><Content>forged</Content></xml>"), 1)
		}), 0},
		{"signature", click(func(in *pushed) { in.q.Set("signature", strings.Repeat("a", 40)) }), 403},
		{"signature of another token", secure(t, "other", testKey, testAppID, clickDoc), 403},
		{"no query", click(func(in *pushed) { in.q = nil }), 403},
		{"message signature", click(func(in *pushed) { in.q.Set("msg_signature", strings.Repeat("a", 40)) }), 403},
		{"no message signature", click(func(in *pushed) { in.q.Del("msg_signature") }), 403},
		{"body of another message", click(func(in *pushed) { in.body = seal(strings.Replace(clickDoc, "progress", "other", 1)).body }), 403},
		{"downgrade", plainPush(clickDoc), 403},
		{"downgrade by encrypt_type", click(func(in *pushed) { in.q.Set("encrypt_type", "raw") }), 403},
		{"replayed 10 minutes later", at(-10*time.Minute - time.Second), 403},
		{"at the window's end", at(-10 * time.Minute), 0},
		{"from the future", at(10*time.Minute + time.Second), 403},
		{"timestamp overflow", func() pushed {
			in := click(func(*pushed) {})
			in.q.Set("timestamp", "9223372036854775807")
			in.q.Set("signature", sign(testToken, "9223372036854775807", "n0nce"))
			return in
		}(), 403},
		{"too large", click(func(in *pushed) { in.body = make([]byte, MaxPushBody+1) }), 413},
		{"too large but unsigned", click(func(in *pushed) { in.body = make([]byte, MaxPushBody+1); in.q.Set("signature", "") }), 403},
		{"another appid", secure(t, testToken, testKey, "wxffffffffffffffff", clickDoc), 403},
		{"appid as prefix", secure(t, testToken, testKey, testAppID+"0", clickDoc), 403},
		{"another key", secure(t, testToken, oldTestKey, testAppID, clickDoc), 403},
		{"another account", seal(strings.Replace(clickDoc, testUsername, "gh_000000000000", 1)), 403},
		{"not base64", secureBody(testToken, "***"), 400},
		{"half a block", secureBody(testToken, base64.StdEncoding.EncodeToString(make([]byte, 48))), 403},
		{"empty Encrypt", secureBody(testToken, ""), 400},
		{"length beyond the end", secureBody(testToken, encryptRaw(t, testKey, append(bytes.Repeat([]byte{0xff}, 31), 1))), 403},
		{"padding of 33", secureBody(testToken, encryptRaw(t, testKey, bytes.Repeat([]byte{33}, 64))), 403},
		{"two Encrypt", click(func(in *pushed) {
			in.body = bytes.Replace(in.body, []byte("</xml>"), []byte("<Encrypt>x</Encrypt></xml>"), 1)
		}), 400},
		{"broken outer XML", click(func(in *pushed) { in.body = in.body[:len(in.body)-3] }), 400},
		{"empty body", click(func(in *pushed) { in.body = nil }), 400},
		{"DOCTYPE outside", click(func(in *pushed) { in.body = append([]byte(`<!DOCTYPE xml [<!ENTITY a "b">]>`), in.body...) }), 400},
		{"DOCTYPE inside", seal(`<!DOCTYPE xml [<!ENTITY a "b">]>` + clickDoc), 400},
		{"entity inside", seal(strings.Replace(clickDoc, "<![CDATA[progress]]>", "&a;", 1)), 400},
		{"broken inner XML", seal(clickDoc[:80]), 400},
		{"sender twice", seal(strings.Replace(clickDoc, "</xml>", "<FromUserName>x</FromUserName></xml>", 1)), 400},
		{"no sender", seal(strings.Replace(clickDoc, testOpenID, "", 1)), 400},
		{"sender with markup", seal(strings.Replace(clickDoc, testOpenID, "<b>", 1)), 400},
		{"no event name", seal(strings.Replace(clickDoc, "CLICK", "", 1)), 400},
		{"time is no number", seal(strings.Replace(clickDoc, "1785574800", "now", 1)), 400},
		{"id is no number", seal(strings.Replace(clickDoc, "</xml>", "<MsgId>1e3</MsgId></xml>", 1)), 400},
	}
	p := newTestPush(t, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, env, err := p.Open(tt.in.q, tt.in.body)
			wantStatus(t, err, tt.status)
			if err != nil && (e != nil || env != nil) {
				t.Error("a refused push gave an event")
			}
			if err != nil && strings.Contains(err.Error(), testOpenID) {
				t.Errorf("error %q names the openid", err)
			}
		})
	}

	inPlain := newTestPush(t, func(o *PushOptions) { o.Mode = ModePlain })
	in := seal(clickDoc)
	_, _, err := inPlain.Open(in.q, in.body)
	wantStatus(t, err, http.StatusForbidden)
}

func TestKeyRotation(t *testing.T) {
	p := newTestPush(t, func(o *PushOptions) { o.PreviousAESKey, o.PreviousToken = oldTestKey, "old-token" })
	for _, tt := range []struct{ token, key string }{
		{testToken, testKey}, {testToken, oldTestKey}, {"old-token", testKey}, {"old-token", oldTestKey},
	} {
		in := secure(t, tt.token, tt.key, testAppID, clickDoc)
		_, env, err := p.Open(in.q, in.body)
		wantStatus(t, err, 0)
		body, err := p.Seal(env, TextReply{"您好"})
		if err != nil {
			t.Fatal(err)
		}
		_, doc := openReply(t, tt.token, tt.key, body)
		if !strings.Contains(doc, "您好") {
			t.Errorf("reply %q lacks the text", doc)
		}
	}
}

// openReply checks a sealed reply as WeChat would.
func openReply(t testing.TB, token, key string, body []byte) (random []byte, doc string) {
	t.Helper()
	var r struct{ Encrypt, MsgSignature, TimeStamp, Nonce string }
	if err := xml.Unmarshal(body, &r); err != nil {
		t.Fatalf("reply %q: %v", body, err)
	}
	if r.TimeStamp != strconv.FormatInt(testNow.Unix(), 10) || r.Nonce == "" {
		t.Errorf("timestamp %q, nonce %q", r.TimeStamp, r.Nonce)
	}
	if want := sign(token, r.TimeStamp, r.Nonce, r.Encrypt); r.MsgSignature != want {
		t.Errorf("MsgSignature %s, want %s", r.MsgSignature, want)
	}
	random, doc, appID := decryptReply(t, key, r.Encrypt)
	if appID != testAppID {
		t.Errorf("appid %q in the reply", appID)
	}
	return random, doc
}

func TestSeal(t *testing.T) {
	p := newTestPush(t, nil)
	in := secure(t, testToken, testKey, testAppID, clickDoc)
	_, env, err := p.Open(in.q, in.body)
	wantStatus(t, err, 0)

	if b, err := p.Seal(env, nil); err != nil || string(b) != "success" {
		t.Errorf("nil reply: %q, %v", b, err)
	}
	type reply struct {
		ToUserName, FromUserName, MsgType, Content string
		CreateTime                                 int64
		ArticleCount                               int
		Articles                                   struct {
			Item []struct {
				Title, Description string
				PicURL             string `xml:"PicUrl"`
				URL                string `xml:"Url"`
			} `xml:"item"`
		}
	}
	read := func(r Reply) (reply, []byte) {
		t.Helper()
		body, err := p.Seal(env, r)
		if err != nil {
			t.Fatal(err)
		}
		random, doc := openReply(t, testToken, testKey, body)
		var got reply
		if err := xml.Unmarshal([]byte(doc), &got); err != nil {
			t.Fatalf("%q: %v", doc, err)
		}
		if got.ToUserName != testOpenID || got.FromUserName != testUsername || got.CreateTime != testNow.Unix() {
			t.Errorf("addresses or time wrong: %+v", got)
		}
		return got, random
	}
	awkward := "第一行\n<a href=\"https://dj.example/?a=1&b=2\">查看</a> ]]> end"
	got, first := read(TextReply{awkward + "\x00\x0b"})
	if got.MsgType != "text" || got.Content != awkward {
		t.Errorf("text reply %+v", got)
	}
	if _, second := read(TextReply{awkward}); bytes.Equal(first, second) {
		t.Error("two replies share their random bytes")
	}
	got, _ = read(NewsReply{[]Article{{Title: "办理进度", Description: "d", PicURL: "https://p", URL: "https://u"}, {Title: "二"}}})
	if got.MsgType != "news" || got.ArticleCount != 2 || len(got.Articles.Item) != 2 || got.Articles.Item[0].Title != "办理进度" ||
		got.Articles.Item[0].URL != "https://u" || got.Articles.Item[0].PicURL != "https://p" {
		t.Errorf("news reply %+v", got)
	}

	text := *env
	text.msgType = MsgText
	for name, refuse := range map[string]func() ([]byte, error){
		"empty text":            func() ([]byte, error) { return p.Seal(env, TextReply{" "}) },
		"no article":            func() ([]byte, error) { return p.Seal(env, NewsReply{}) },
		"nine articles":         func() ([]byte, error) { return p.Seal(env, NewsReply{make([]Article, 9)}) },
		"two articles for text": func() ([]byte, error) { return p.Seal(&text, NewsReply{make([]Article, 2)}) },
		"no envelope":           func() ([]byte, error) { return p.Seal(nil, TextReply{"a"}) },
		"no random bytes": func() ([]byte, error) {
			return newTestPush(t, func(o *PushOptions) { o.Rand = strings.NewReader("short") }).Seal(env, TextReply{"a"})
		},
	} {
		if b, err := refuse(); err == nil {
			t.Errorf("%s: answered %q", name, b)
		}
	}

	inPlain := newTestPush(t, func(o *PushOptions) { o.Mode = ModePlain })
	pl := plainPush(clickDoc)
	_, env, err = inPlain.Open(pl.q, pl.body)
	wantStatus(t, err, 0)
	b, err := inPlain.Seal(env, TextReply{"您好"})
	want := "<xml><ToUserName><![CDATA[" + testOpenID + "]]></ToUserName><FromUserName><![CDATA[" + testUsername +
		"]]></FromUserName><CreateTime>1785574800</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[您好]]></Content></xml>"
	if err != nil || string(b) != want {
		t.Errorf("plain reply %q, %v", b, err)
	}
}

func TestNewPushRefuses(t *testing.T) {
	for name, change := range map[string]func(*PushOptions){
		"no appid":         func(o *PushOptions) { o.AppID = "" },
		"no token":         func(o *PushOptions) { o.Token = "" },
		"no mode":          func(o *PushOptions) { o.Mode = "" },
		"no key":           func(o *PushOptions) { o.AESKey = "" },
		"key not base64":   func(o *PushOptions) { o.AESKey = strings.Repeat("-", 43) },
		"short old key":    func(o *PushOptions) { o.PreviousAESKey = testKey[:42] },
		"compatible as it": func(o *PushOptions) { o.Mode = "compatible" },
	} {
		o := testOptions()
		change(&o)
		_, err := NewPush(o)
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), testKey[:20]) {
			t.Errorf("%s: the error holds the key", name)
		}
	}
}

func TestDedupeKey(t *testing.T) {
	base := Event{MsgType: MsgEvent, Event: EventClick, EventKey: "k", FromUser: testOpenID, CreateTime: testNow}
	same := base
	same.ToUser, same.Ticket = "gh_x", "t"
	if base.DedupeKey() != same.DedupeKey() || len(base.DedupeKey()) != 34 || strings.Contains(base.DedupeKey(), testOpenID) {
		t.Errorf("keys %s and %s", base.DedupeKey(), same.DedupeKey())
	}
	seen := map[string]string{base.DedupeKey(): "base"}
	for name, change := range map[string]func(*Event){
		"sender":  func(e *Event) { e.FromUser += "x" },
		"time":    func(e *Event) { e.CreateTime = e.CreateTime.Add(time.Second) },
		"event":   func(e *Event) { e.Event = EventView },
		"key":     func(e *Event) { e.EventKey = "l" },
		"shift":   func(e *Event) { e.Event, e.EventKey = "CLICKk", "" },
		"receipt": func(e *Event) { e.TemplateMsgID = 7 },
		"message": func(e *Event) { e.MsgID = 7 },
		"other":   func(e *Event) { e.MsgID = 8 },
	} {
		e := base
		change(&e)
		if other, ok := seen[e.DedupeKey()]; ok {
			t.Errorf("%s and %s share a key", name, other)
		}
		seen[e.DedupeKey()] = name
	}
	a, b := Event{MsgID: 7, FromUser: "a"}, Event{MsgID: 7, CreateTime: testNow}
	if a.DedupeKey() != b.DedupeKey() {
		t.Error("a message is known by its MsgId alone")
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte(clickDoc), "aes", false)
	f.Add([]byte("<xml><Encrypt>x</Encrypt></xml>"), "aes", true)
	f.Add([]byte(clickDoc), "", true)
	p := newTestPush(f, nil)
	inPlain := newTestPush(f, func(o *PushOptions) { o.Mode = ModePlain })
	f.Fuzz(func(t *testing.T, doc []byte, kind string, raw bool) {
		in := plainPush(string(doc))
		if !raw {
			in = secure(t, testToken, testKey, testAppID, string(doc))
		} else {
			in.q.Set("msg_signature", in.q.Get("signature"))
		}
		in.q.Set("encrypt_type", kind)
		for _, push := range []*Push{p, inPlain} {
			e, env, err := push.Open(in.q, in.body)
			if err != nil {
				if _, ok := errors.AsType[*PushError](err); !ok {
					t.Fatalf("%v is no PushError", err)
				}
				continue
			}
			if push == p && raw {
				t.Fatal("opened without a valid message signature")
			}
			if e.FromUser == "" || e.CreateTime.IsZero() || len(e.DedupeKey()) != 34 {
				t.Fatalf("incomplete event %+v", e)
			}
			if _, err := push.Seal(env, TextReply{e.Content + "."}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
