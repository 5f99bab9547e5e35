package wechattest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func number(n int64) json.Number { return json.Number(strconv.FormatInt(n, 10)) }

func TestControlAccount(t *testing.T) {
	r := newRig(t, Options{})
	o := r.json(r.do("GET", "/sim/account", nil))
	a := r.Account()
	if o["appid"] != a.AppID || o["secret"] != a.Secret || o["token"] != a.Token || o["encoding_aes_key"] != a.EncodingAESKey || o["username"] != a.Username || len(o) != 5 {
		t.Errorf("account: %d fields", len(o))
	}
}

func TestControlFollowers(t *testing.T) {
	r := newRig(t, Options{})
	r.callback.next(r.callback.reply("text", "<Content>欢迎</Content>"))
	w := r.do("POST", "/sim/followers", nil)
	openid, _ := r.json(w)["openid"].(string)
	if w.Code != http.StatusOK || len(openid) != 28 || openid[0] != 'o' {
		t.Fatalf("HTTP %d, openid %q", w.Code, openid)
	}
	if got := r.callback.pushes(); len(got) != 1 || got[0].Event != "subscribe" || got[0].From != openid {
		t.Errorf("pushes: %+v", got)
	}
	inbox := r.do("GET", "/sim/inbox?openid="+openid, nil)
	if !strings.Contains(inbox.Body.String(), `"content":"欢迎"`) {
		t.Errorf("inbox: %s", inbox.Body)
	}
	snapshot, _ := r.json(r.do("POST", "/sim/followers", object{"snapshot": true, "blacklisted": true}))["openid"].(string)
	if p, _ := r.Phone(snapshot); !p.Snapshot || !p.Blacklisted || !p.Following {
		t.Errorf("phone: %+v", p)
	}
	if w := r.do("POST", "/sim/unfollow", object{"openid": openid}); w.Code != http.StatusOK {
		t.Errorf("unfollow: HTTP %d", w.Code)
	}
	if got := r.callback.pushes(); got[len(got)-1].Event != "unsubscribe" {
		t.Errorf("last push: %+v", got[len(got)-1])
	}
}

func TestControlRefusals(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	for _, c := range []struct {
		method, path string
		body         any
		status       int
		says         string
	}{
		{"POST", "/sim/followers", object{"snapshoot": true}, 400, "snapshoot"},
		{"POST", "/sim/followers", "[", 400, ""},
		{"POST", "/sim/followers", "{}{}", 400, "more than one"},
		{"POST", "/sim/unfollow", object{"openid": "oNobody"}, 404, ""},
		{"POST", "/sim/unfollow", object{"open_id": openid}, 400, "open_id"},
		{"POST", "/sim/push", object{"openid": openid, "event": "DANCE"}, 400, "DANCE"},
		{"POST", "/sim/push", object{"openid": "oNobody", "text": "x"}, 404, ""},
		{"POST", "/sim/push", object{"openid": openid, "txt": "x"}, 400, "txt"},
		{"POST", "/sim/receipts", object{"mode": "sometimes"}, 400, "early"},
		{"POST", "/sim/receipts", object{"kind": "none"}, 400, "kind"},
		{"POST", "/sim/faults", object{"path": "/nowhere", "errcode": 1}, 400, "/nowhere"},
		{"POST", "/sim/faults", object{"path": sendPath}, 400, "needed"},
		{"POST", "/sim/faults", object{"path": sendPath, "errcode": 1, "times": -1}, 400, "times"},
		{"POST", "/sim/faults", object{"path": sendPath, "delay_ms": -1}, 400, "delay_ms"},
		{"POST", "/sim/faults", object{"path": sendPath, "http_status": 99}, 400, "http_status"},
		{"POST", "/sim/faults", object{"path": sendPath, "code": 1}, 400, "code"},
		{"POST", "/sim/clock", object{}, 400, "needed"},
		{"POST", "/sim/clock", object{"advance": "tomorrow"}, 400, "24h"},
		{"POST", "/sim/clock", object{"advance": "-1h"}, 400, "back"},
		{"POST", "/sim/clock", object{"now": "2020-01-01T00:00:00Z"}, 400, "back"},
		{"POST", "/sim/clock", object{"to": "x"}, 400, "to"},
		{"POST", "/sim/clock", object{"advance": "1h"}, 501, "real clock"},
		{"GET", "/sim/inbox", nil, 404, ""},
		{"GET", "/sim/calls?since=x", nil, 400, "since"},
		{"GET", "/sim/nothing", nil, 404, "/sim/nothing"},
		{"GET", "/sim/push", nil, 404, "GET"},
		{"GET", "/phone/state?openid=oNobody", nil, 404, ""},
		{"GET", "/phone/state?openid=" + openid + "&since=-1", nil, 400, "since"},
	} {
		t.Run(c.method+c.path+string(marshal(c.body)), func(t *testing.T) {
			w := r.do(c.method, c.path, c.body)
			text, _ := r.json(w)["error"].(string)
			if w.Code != c.status || text == "" || !strings.Contains(text, c.says) {
				t.Errorf("HTTP %d %q, want %d %q", w.Code, text, c.status, c.says)
			}
		})
	}
}

func TestControlRefusesOtherOrigins(t *testing.T) {
	r := newRig(t, Options{})
	req := httptest.NewRequest("POST", "/sim/followers", strings.NewReader("{}"))
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	if w.Code != http.StatusForbidden || len(r.callback.pushes()) != 0 {
		t.Errorf("HTTP %d", w.Code)
	}
}

func TestCalls(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	token := r.accessToken()
	r.do("POST", sendPath+"?access_token="+token, goodSend(openid))
	w := r.do("GET", "/sim/calls?since=1", nil)
	var calls []Call
	if err := json.Unmarshal(w.Body.Bytes(), &calls); err != nil || len(calls) != 1 {
		t.Fatalf("%v: %s", err, w.Body)
	}
	c := calls[0]
	if c.Seq != 2 || c.Method != "POST" || c.Path != sendPath || c.Status != 200 ||
		!strings.Contains(string(c.Body), openid) || !strings.Contains(string(c.Answer), `"errcode":0`) {
		t.Errorf("call: %+v", c)
	}
	if strings.Contains(w.Body.String(), token) {
		t.Error("a recorded address holds the access_token")
	}
	if r.do("GET", "/sim/calls?since=2", nil).Body.String() != "[]\n" {
		t.Error("nothing new must be an empty array")
	}
}

func TestCallRingForgetsTheOldest(t *testing.T) {
	var ring callRing
	for range keptCalls + 5 {
		ring.add(Call{})
	}
	all := ring.since(0)
	if len(all) != keptCalls || all[0].Seq != 6 || all[len(all)-1].Seq != keptCalls+5 {
		t.Errorf("%d calls from %d", len(all), all[0].Seq)
	}
	if last := ring.since(keptCalls + 4); len(last) != 1 || last[0].Seq != keptCalls+5 {
		t.Errorf("last: %+v", last)
	}
	if none := ring.since(keptCalls + 99); len(none) != 0 {
		t.Errorf("from the future: %d", len(none))
	}
	if got := rawJSON([]byte(strings.Repeat("字", keptBody))); !json.Valid(got) || len(got) > keptBody+100 {
		t.Errorf("long body kept as %d bytes", len(got))
	}
}

func TestInboxBookForgetsTheOldest(t *testing.T) {
	b := newInboxBook()
	b.add("oFirst", InboxItem{})
	for range keptItems {
		b.add("oBusy", InboxItem{})
	}
	if len(b.items["oFirst"]) != 0 || len(b.items["oBusy"]) != keptPerPhone || len(b.oldest) != keptItems {
		t.Errorf("%d, %d, %d", len(b.items["oFirst"]), len(b.items["oBusy"]), len(b.oldest))
	}
}

func TestFaults(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	set := func(o object) {
		t.Helper()
		if w := r.do("POST", "/sim/faults", o); w.Code != http.StatusOK {
			t.Fatalf("HTTP %d: %s", w.Code, w.Body)
		}
	}
	token := r.accessToken()
	send := func() *httptest.ResponseRecorder {
		return r.do("POST", sendPath+"?access_token="+token, goodSend(openid))
	}
	set(object{"path": sendPath, "errcode": 45009, "times": 2})
	r.wantCode(r.json(send()), 45009)
	r.wantCode(r.json(send()), 45009)
	r.wantCode(r.json(send()), 0)

	set(object{"path": sendPath, "errcode": 40164}) // once
	o := r.json(send())
	r.wantCode(o, 40164)
	if text, _ := o["errmsg"].(string); !strings.HasPrefix(text, "invalid ip 127.0.0.1, not in whitelist rid: ") {
		t.Errorf("errmsg %q", text)
	}
	r.wantCode(r.json(send()), 0)

	set(object{"path": sendPath, "http_status": 502})
	if w := send(); w.Code != 502 || strings.Contains(w.Body.String(), "errcode") {
		t.Errorf("HTTP %d: %s", w.Code, w.Body)
	}
	set(object{"path": sendPath, "http_status": 503, "errcode": -1})
	if w := send(); w.Code != 503 || r.json(w).code() != -1 {
		t.Errorf("HTTP %d", w.Code)
	}
	set(object{"path": sendPath, "errcode": 99999, "times": 9})
	r.wantCode(r.json(send()), 99999)
	set(object{"path": sendPath, "times": 0})
	r.wantCode(r.json(send()), 0)
	if got := r.Deliveries()[openid]; got != 3 {
		t.Errorf("%d delivered, want 3: a failed call must do nothing", got)
	}
	set(object{"path": authorizePath, "http_status": 500})
	if w := r.do("GET", r.authorizeURL("snsapi_base", "1", "sim_openid", openid), nil); w.Code != 500 {
		t.Errorf("authorize: HTTP %d", w.Code)
	}
	r.code(openid)
}

func TestADelayedSendIsSentAllTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Options{})
		openid := r.follower(Phone{})
		token := r.accessToken()
		if err := r.SetFault(Fault{Path: sendPath, DelayMS: 8000}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		req := httptest.NewRequestWithContext(ctx, "POST", sendPath+"?access_token="+token, strings.NewReader(string(marshal(goodSend(openid)))))
		w := httptest.NewRecorder()
		r.ServeHTTP(w, req)
		if w.Body.Len() != 0 {
			t.Error("answered a client that had gone")
		}
		if r.Deliveries()[openid] != 1 {
			t.Error("not sent")
		}
		if err := r.SetFault(Fault{Path: sendPath, DelayMS: 2000}); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		r.wantCode(r.json(r.do("POST", sendPath+"?access_token="+token, goodSend(openid))), 0)
		if time.Since(begun) != 2*time.Second {
			t.Errorf("held back %s", time.Since(begun))
		}
	})
}

func TestClock(t *testing.T) {
	now := start
	fail := false
	r := newRig(t, Options{
		Now: func() time.Time { return now },
		Advance: func(_ context.Context, to time.Time) error {
			if fail {
				return errors.New("a job failed")
			}
			now = to
			return nil
		},
	})
	if o := r.json(r.do("GET", "/sim/clock", nil)); o["now"] != "2027-06-18T15:00:00+08:00" {
		t.Errorf("now: %v", o)
	}
	if o := r.json(r.do("POST", "/sim/clock", object{"advance": "24h"})); o["now"] != "2027-06-19T15:00:00+08:00" {
		t.Errorf("advanced: %v", o)
	}
	if o := r.json(r.do("POST", "/sim/clock", object{"now": "2027-08-31T00:00:00Z"})); o["now"] != "2027-08-31T08:00:00+08:00" {
		t.Errorf("set: %v", o)
	}
	if w := r.do("POST", "/sim/clock", object{"advance": "1h", "now": "2027-09-01T00:00:00Z"}); w.Code != http.StatusBadRequest {
		t.Errorf("both: HTTP %d", w.Code)
	}
	fail = true
	if w := r.do("POST", "/sim/clock", object{"advance": "1h"}); w.Code != http.StatusInternalServerError {
		t.Errorf("failed: HTTP %d", w.Code)
	}
}
