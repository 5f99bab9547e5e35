package wechattest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Other people's clients, unchanged but for the address they talk to, must find
// in the simulator what they find in WeChat. What they ask beyond that is told by
// NotModelled.

// missing ends a test whose peer is not there: where everything must be, it fails.
func missing(t *testing.T, what string, err error) {
	t.Helper()
	if os.Getenv("QUXIANG_TEST_REQUIRE") != "" {
		t.Fatalf("%s missing, run make peers: %v", what, err)
	}
	t.Skipf("%s missing, run make peers: %v", what, err)
}

// node prepares one of the scripts in testdata/peers.
func node(t *testing.T, script string) *exec.Cmd {
	t.Helper()
	dir := filepath.Join("testdata", "peers")
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err != nil {
		missing(t, "the peers' packages are", err)
	}
	path, err := exec.LookPath("node")
	if err != nil {
		missing(t, "node is", err)
	}
	cmd := command(t, path, "--no-deprecation", script)
	cmd.Dir = dir
	return cmd
}

// sdk builds the program in testdata/sdk, a module of its own.
func sdk(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sdk")
	build := command(t, "go", "build", "-o", path, ".")
	build.Dir = filepath.Join("testdata", "sdk")
	if err := build.Run(); err != nil {
		missing(t, "modules of the SDK are", err)
	}
	return command(t, path, args...)
}

func command(t *testing.T, path string, args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, path, args...) // #nosec G204 -- our own programs
	cmd.Env = append(os.Environ(), "NO_PROXY=*")
	cmd.Stderr = os.Stderr
	return cmd
}

// peerRun lets a program work through its calls and returns what they came to.
func peerRun(t *testing.T, cmd *exec.Cmd, more object) (*rig, string, object) {
	t.Helper()
	r := newRig(t, Options{})
	s := httptest.NewServer(r)
	t.Cleanup(s.Close)
	openid := r.follower(Phone{})
	a := r.Account()
	var menu any
	if err := json.Unmarshal([]byte(goodMenu), &menu); err != nil {
		t.Fatal(err)
	}
	in := object{
		"base": s.URL, "appid": a.AppID, "secret": a.Secret, "openid": openid, "nobody": "oNobody", "code": r.code(openid),
		"template": DemoTemplates()[0].ID, "data": goodSend(openid)["data"], "menu": menu,
	}
	maps.Copy(in, more)
	cmd.Stdin = bytes.NewReader(marshal(in))
	printed, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v", cmd.Args, err)
	}
	out := object{"page": s.URL + "/verify?a=1"}
	d := json.NewDecoder(bytes.NewReader(printed))
	d.UseNumber()
	if err := d.Decode(&out); err != nil {
		t.Fatalf("%v printed %s: %v", cmd.Args, printed, err)
	}
	if asked := r.NotModelled(); len(asked) > 0 {
		t.Errorf("%v asked for what is not modelled: %v", cmd.Args, asked)
	}
	return r, openid, out
}

// checkPeer holds what both clients were told against what the simulator is.
func checkPeer(t *testing.T, r *rig, openid string, out object) {
	t.Helper()
	ok := "map[errcode:0 errmsg:ok]"
	for call, want := range map[string]string{
		"createMenu": ok, "delConditional": ok, "removeMenu": ok, "noMenu": "map[error:46003]", "sendToNobody": "map[error:40003]", "delTemplate": ok, "remark": ok,
		"sameTag": "map[error:45157]", "editTag": ok, "tagging": ok, "untagging": ok, "deleteTag": ok,
		"createTag": "map[tag:map[id:100 name:未绑定]]", "userTags": "map[tagid_list:[100]]",
		"tagUsers":  "map[count:1 data:map[openid:[" + openid + "]] next_openid:" + openid + "]",
		"followers": "map[count:1 data:map[openid:[" + openid + "]] next_openid:" + openid + " total:1]",
		"tags":      "map[tags:[map[count:0 id:2 name:星标组] map[count:1 id:100 name:待确认]]]",
		"picture":   "[200 image/jpg]", "ip": "map[ip_list:[127.0.0.1]]",
	} {
		if got := fmt.Sprint(out[call]); got != want {
			t.Errorf("%s: %s, want %s", call, got, want)
		}
	}
	for call, want := range map[string]string{
		"addConditional": "menuid", "tryMatch": "button", "getMenu": "sub_button", "getMenuConfig": "is_menu_open:1", "templates": DemoTemplates()[9].Title, "send": "errcode:0",
		"addTemplate": "template_id", "user": "subscribe:1", "qr": "expire_seconds:3600", "limitQR": "http://weixin.qq.com/q/",
	} {
		if got := fmt.Sprint(out[call]); !strings.Contains(got, want) {
			t.Errorf("%s: %s lacks %s", call, got, want)
		}
	}
	if r.Deliveries()[openid] != 1 {
		t.Errorf("deliveries: %v", r.Deliveries())
	}
	checkJS(t, r, out["page"], out["js"])
}

// checkJS signs as the JS-SDK's page says and compares.
func checkJS(t *testing.T, r *rig, page, js any) {
	t.Helper()
	config, _ := js.(map[string]any)
	signed, _ := config["signature"].(string)
	if config["appId"] != r.Account().AppID || len(signed) != 40 {
		t.Fatalf("JS configuration: %v", js)
	}
	r.Server.mu.Lock()
	ticket := r.access.jsTicket
	r.Server.mu.Unlock()
	text := fmt.Sprintf("jsapi_ticket=%s&noncestr=%v&timestamp=%v&url=%v", ticket, config["nonceStr"], config["timestamp"], page)
	if want := signature(text); signed != want {
		t.Errorf("JS signature %s, want %s", signed, want)
	}
}

func TestPeerWechatAPI(t *testing.T) {
	r, openid, out := peerRun(t, node(t, "wechat-api.cjs"), nil)
	checkPeer(t, r, openid, out)
	if out["token"] != "string" {
		t.Errorf("token: %v", out["token"])
	}
	// It repeats the same token once and reports 40001.
	if got := fmt.Sprint(out["stale"]); got != "map[error:40001]" {
		t.Errorf("with a token that another program replaced: %s", got)
	}
}

func TestPeerCoWechatAPI(t *testing.T) {
	r, openid, out := peerRun(t, node(t, "co-wechat-api.cjs"), nil)
	checkPeer(t, r, openid, out)
	if id, _ := out["msgid"].(string); len(id) != 19 || r.Inbox(openid)[0].MsgID != number64(t, id) {
		t.Errorf("msgid %v, the phone has %d", out["msgid"], r.Inbox(openid)[0].MsgID)
	}
	if got := fmt.Sprint(out["users"]); !strings.Contains(got, "subscribe:1") {
		t.Errorf("users: %s", got)
	}
	if got := fmt.Sprint(out["stale"]); !strings.Contains(got, "星标组") {
		t.Errorf("with a token that another program replaced: %s", got)
	}
}

func number64(t *testing.T, text string) int64 {
	t.Helper()
	n, err := json.Number(text).Int64()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestPeerSDK lets the Go SDK walk through what it can, with each of its two ways
// to a token.
func TestPeerSDK(t *testing.T) {
	program := sdk(t)
	for _, stable := range []string{"yes", "no"} {
		r, openid, out := peerRun(t, command(t, program.Path), object{"stable": stable})
		for call, want := range map[string]string{
			"createMenu": "ok", "addConditional": "ok", "tryMatch": "3", "getMenu": "3", "selfMenu": "1", "deleteMenu": "ok", "templates": "10",
			"addTemplate": "43", "deleteTemplate": "ok", "user": "1", "followers": "[" + openid + "]", "createTag": "未绑定", "renameTag": "ok",
			"tagging": "ok", "tags": "2", "members": "1", "userTags": "1", "untagging": "ok", "deleteTag": "ok", "blacklist": "ok", "unblacklist": "ok",
			"remark": "ok", "ip": "[127.0.0.1]", "clearQuota": "ok", "oauth": openid,
		} {
			if got := fmt.Sprint(out[call]); got != want {
				t.Errorf("stable %s: %s: %s, want %s", stable, call, got, want)
			}
		}
		for call, want := range map[string]string{
			"noMenu": "errcode=46003", "sendToNobody": "40003", "oauthAgain": "40163", "qr": "http://weixin.qq.com/q/", "limitQR": "http://weixin.qq.com/q/",
		} {
			if got := fmt.Sprint(out[call]); !strings.Contains(got, want) {
				t.Errorf("stable %s: %s: %s lacks %s", stable, call, got, want)
			}
		}
		id, _ := out["send"].(string)
		if out["sendAgain"] != id || r.Inbox(openid)[0].MsgID != number64(t, id) || r.Deliveries()[openid] != 1 {
			t.Errorf("stable %s: sent %v and %v, deliveries %v", stable, out["send"], out["sendAgain"], r.Deliveries())
		}
		js, _ := out["js"].(map[string]any)
		checkJS(t, r, out["page"], map[string]any{
			"appId": js["app_id"], "nonceStr": js["nonce_str"], "timestamp": js["timestamp"], "signature": js["signature"],
		})
	}
}

// TestPeersAsServers lets npm wechat-crypto and the SDK open pushes and seal the
// replies.
func TestPeersAsServers(t *testing.T) {
	t.Run("wechat-crypto", func(t *testing.T) {
		peerServes(t, modeSecure, node(t, "wechat-crypto.cjs"))
		peerServes(t, modeCompatible, node(t, "wechat-crypto.cjs"))
	})
	t.Run("SDK", func(t *testing.T) { peerServes(t, modeSecure, sdk(t, "serve")) })
}

func peerServes(t *testing.T, mode string, cmd *exec.Cmd) {
	t.Helper()
	r := newRig(t, Options{Mode: mode, MaxTries: 1})
	r.client.Transport = http.DefaultTransport
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	printed, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	a := r.Account()
	_, _ = in.Write(append(marshal(object{"appid": a.AppID, "token": a.Token, "key": a.EncodingAESKey}), '\n'))
	lines := bufio.NewReader(printed)
	address, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	r.SetCallback(strings.TrimSpace(address))
	openid := r.follower(Phone{})
	for _, p := range []Push{
		{OpenID: openid, Event: "CLICK", EventKey: "progress"},
		{OpenID: openid, Text: "我的进度"},
		{OpenID: openid, Text: strings.Repeat("长", 600)},
	} {
		result, err := r.Push(t.Context(), p)
		want := "event/CLICK/progress"
		if p.Text != "" {
			want = "text//" + p.Text
		}
		if err != nil || result.Problem != "" || result.Message.Content != want {
			t.Errorf("%s: %+v, %v", mode, result, err)
		}
	}
	r.Close()
	_ = in.Close() // the program ends with its input
	if _, err := io.Copy(io.Discard, lines); err != nil {
		t.Error(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("%s: %v", mode, err)
	}
}
