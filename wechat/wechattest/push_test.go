package wechattest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestClickReplyLandsInTheInbox(t *testing.T) {
	for _, mode := range []string{modeSecure, modePlain, modeCompatible} {
		t.Run(mode, func(t *testing.T) {
			r := newRig(t, Options{Mode: mode})
			openid := r.follower(Phone{})
			r.callback.next(r.callback.reply("text", "<Content><![CDATA[您的去向登记正在<学院>审核 &]]></Content>"))
			w := r.do("POST", "/sim/push", object{"openid": openid, "event": "CLICK", "event_key": "progress"})
			o := r.json(w)
			reply, _ := o["reply"].(string)
			if w.Code != http.StatusOK || o["status"] != number(200) || !strings.Contains(reply, "<学院>审核 &") || o["tries"] != number(1) {
				t.Fatalf("result: %v", o)
			}
			inbox := r.Inbox(openid)
			if len(inbox) != 1 || inbox[0].Type != ItemText || inbox[0].Content != "您的去向登记正在<学院>审核 &" {
				t.Errorf("inbox: %+v", inbox)
			}
			pushes := r.callback.pushes()
			if len(pushes) != 2 || pushes[0].Event != "subscribe" || pushes[1].Event != "CLICK" || pushes[1].EventKey != "progress" || pushes[1].Created != start.Unix() {
				t.Errorf("pushes: %+v", pushes)
			}
			if (pushes[0].sealed != "") != (mode != modePlain) {
				t.Error("sealed when it must not be, or not when it must")
			}
			if p := r.callback.problems(); len(p) != 0 {
				t.Errorf("callback could not read: %v", p)
			}
		})
	}
}

func TestEveryKindOfPush(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	r.callback.clear()
	ctx := t.Context()
	if _, err := r.Push(ctx, Push{OpenID: openid, Event: "VIEW", EventKey: "http://a/"}); err == nil {
		t.Error("VIEW without a menu")
	}
	r.wantCode(r.api("POST", "/cgi-bin/menu/create", goodMenu), 0)
	for _, p := range []Push{
		{OpenID: openid, Text: "你好 ]]> <b>"},
		{OpenID: openid, Event: "VIEW", EventKey: "http://127.0.0.1:8080/?a=1&b=2"},
		{OpenID: openid, Event: "SCAN", EventKey: "scene"},
		{OpenID: openid, Event: "subscribe", EventKey: "qrscene_scene"},
		{OpenID: openid, Event: "scancode_waitmsg", EventKey: "scan", ScanResult: "https://a/V/1"},
	} {
		if _, err := r.Push(ctx, p); err != nil {
			t.Fatalf("%+v: %v", p, err)
		}
	}
	got := r.callback.pushes()
	if len(got) != 5 {
		t.Fatalf("%d pushes", len(got))
	}
	text, view, scan, sub, code := got[0], got[1], got[2], got[3], got[4]
	if text.Type != "text" || text.Content != "你好 ]]> <b>" || text.MsgID < 1<<53 {
		t.Errorf("text: %+v", text)
	}
	if view.EventKey != "http://127.0.0.1:8080/?a=1&b=2" || view.MenuID == 0 {
		t.Errorf("view: %+v", view)
	}
	if scan.EventKey != "scene" || scan.Ticket == "" || sub.EventKey != "qrscene_scene" || sub.Ticket == "" {
		t.Errorf("scan: %+v, subscribe: %+v", scan, sub)
	}
	if code.Scan != "https://a/V/1" {
		t.Errorf("scancode: %+v", code)
	}
	for _, p := range []Push{
		{OpenID: openid},
		{OpenID: openid, Event: "LOCATION", EventKey: "k"},
		{OpenID: openid, Message: "file"},
		{OpenID: openid, Message: "image", Text: "and words"},
		{OpenID: openid, Event: "CLICK", EventKey: "k", Ticket: "t"},
		{OpenID: openid, Event: "CLICK"},
		{OpenID: openid, Event: "CLICK", EventKey: "k", Text: "and words"},
		{OpenID: openid, Event: "subscribe", EventKey: "scene"},
		{OpenID: "oNobody", Event: "CLICK", EventKey: "k"},
	} {
		if _, err := r.Push(ctx, p); err == nil {
			t.Errorf("%+v was taken", p)
		}
	}
	if len(r.callback.pushes()) != 5 {
		t.Error("a refused push was delivered")
	}
}

func TestMessagesAndEventsOfEveryKind(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	r.wantCode(r.api("POST", "/cgi-bin/menu/create", goodMenu), 0)
	for name, c := range map[string]struct {
		push Push
		want []string
	}{
		"image":      {Push{Message: "image"}, []string{"<MsgType><![CDATA[image]]>", "<PicUrl>", "<MediaId>", "<MsgId>"}},
		"voice":      {Push{Message: "voice"}, []string{"<MsgType><![CDATA[voice]]>", "<Format><![CDATA[amr]]>", "<MediaId>", "<MsgId>"}},
		"video":      {Push{Message: "video"}, []string{"<MsgType><![CDATA[video]]>", "<ThumbMediaId>"}},
		"shortvideo": {Push{Message: "shortvideo"}, []string{"<MsgType><![CDATA[shortvideo]]>", "<ThumbMediaId>"}},
		"place":      {Push{Message: "location"}, []string{"<MsgType><![CDATA[location]]>", "<Location_X>", "<Scale>", "<Label>"}},
		"link":       {Push{Message: "link"}, []string{"<MsgType><![CDATA[link]]>", "<Title>", "<Description>", "<Url>"}},
		"LOCATION":   {Push{Event: "LOCATION"}, []string{"<Event><![CDATA[LOCATION]]>", "<Latitude>", "<Longitude>", "<Precision>"}},
		"mini":       {Push{Event: "view_miniprogram", EventKey: "pages/a"}, []string{"<EventKey><![CDATA[pages/a]]>", "<MenuId>"}},
		"push":       {Push{Event: "scancode_push", EventKey: "k", ScanResult: "r"}, []string{"<ScanType><![CDATA[qrcode]]>", "<ScanResult><![CDATA[r]]>"}},
		"photo":      {Push{Event: "pic_sysphoto", EventKey: "k"}, []string{"<SendPicsInfo><Count>1</Count>", "<PicMd5Sum>"}},
		"select":     {Push{Event: "location_select", EventKey: "k"}, []string{"<SendLocationInfo>", "<Poiname>"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := c.push
			p.OpenID = openid
			r.mu.Lock()
			m, err := r.composePush(p, start)
			r.mu.Unlock()
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range c.want {
				if !strings.Contains(m.xml, want) {
					t.Errorf("%s lacks %s", m.xml, want)
				}
			}
			if result, err := r.Push(t.Context(), p); err != nil || result.Problem != "" {
				t.Errorf("push: %+v, %v", result, err)
			}
		})
	}
	if p := r.callback.problems(); len(p) != 0 {
		t.Errorf("callback could not read: %v", p)
	}
}

func TestAnImageComesBack(t *testing.T) {
	r := newRig(t, Options{MaxTries: 1})
	openid := r.follower(Phone{})
	var id string
	r.callback.next(func(w http.ResponseWriter, req *http.Request, m received) {
		id = m.MediaID
		r.callback.reply("image", "<Image><MediaId><![CDATA["+m.MediaID+"]]></MediaId></Image>")(w, req, m)
	})
	if result, err := r.Push(t.Context(), Push{OpenID: openid, Message: "image"}); err != nil || result.Problem != "" || result.Message.MediaID != id {
		t.Errorf("push: %+v, %v", result, err)
	}
	if inbox := r.Inbox(openid); len(inbox) != 1 || inbox[0].Type != ItemImage {
		t.Errorf("inbox: %+v", inbox)
	}
	w := r.do("GET", "/cgi-bin/media/get?media_id="+id+"&access_token="+r.accessToken(), nil)
	if w.Header().Get("Content-Type") != "image/jpeg" || w.Body.Len() == 0 {
		t.Errorf("media: %s, %d bytes", w.Header().Get("Content-Type"), w.Body.Len())
	}
	r.wantCode(r.api("GET", "/cgi-bin/media/get?media_id=x", nil), 40007)
	r.callback.next(r.callback.reply("image", "<Image><MediaId>x</MediaId></Image>"))
	if result, _ := r.Push(t.Context(), Push{OpenID: openid, Text: "?"}); !strings.Contains(result.Problem, "MediaId") {
		t.Errorf("an unknown picture was taken: %+v", result)
	}
}

func TestPushesOutOfOrderAndRepeated(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	r.callback.clear()
	r.callback.next(r.callback.reply("text", "<Content>一</Content>"), r.callback.reply("text", "<Content>二</Content>"))
	result, err := r.Push(t.Context(), Push{OpenID: openid, Text: "?", CreateTime: start.Unix() - 60, Repeat: 2})
	if err != nil || result.Tries != 3 || result.Problem != "" || result.Message.Content != "一" {
		t.Errorf("result: %+v, %v", result, err)
	}
	got := r.callback.pushes()
	if len(got) != 3 || got[0].Created != start.Unix()-60 || got[0].MsgID != got[2].MsgID || got[0].Created != got[2].Created {
		t.Errorf("pushes: %+v", got)
	}
	if inbox := r.Inbox(openid); len(inbox) != 1 || inbox[0].Content != "一" {
		t.Errorf("inbox: %+v", inbox)
	}
	for _, p := range []Push{{OpenID: openid, Text: "?", Repeat: -1}, {OpenID: openid, Text: "?", Repeat: 101}, {OpenID: openid, Text: "?", CreateTime: -1}} {
		if _, err := r.Push(t.Context(), p); err == nil {
			t.Errorf("%+v was taken", p)
		}
	}
}

func TestPushRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Options{})
		openid := r.follower(Phone{})
		r.callback.clear()
		begun := time.Now()
		r.callback.next(hang, status(http.StatusServiceUnavailable), r.callback.reply("text", "<Content>好</Content>"))
		result, err := r.Push(t.Context(), Push{OpenID: openid, Text: "在吗"})
		if err != nil || result.Tries != 3 || result.Problem != "" || result.Message.Content != "好" {
			t.Fatalf("result: %+v, %v", result, err)
		}
		if waited := time.Since(begun); waited != 5*time.Second {
			t.Errorf("the first try was given %s, want 5s", waited)
		}
		got := r.callback.pushes()
		if len(got) != 3 || got[0].MsgID != got[1].MsgID || got[1].MsgID != got[2].MsgID || got[0].Created != got[2].Created {
			t.Errorf("repeats differ: %+v", got)
		}
		if got[0].sealed == got[1].sealed {
			t.Error("two tries carry the same ciphertext")
		}
		if inbox := r.Inbox(openid); len(inbox) != 1 || inbox[0].Content != "好" {
			t.Errorf("inbox: %+v", inbox)
		}
	})
}

func TestPushGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Options{})
		openid := r.follower(Phone{})
		r.callback.next(hang, hang, hang)
		result, err := r.Push(t.Context(), Push{OpenID: openid, Event: "CLICK", EventKey: "k"})
		if err != nil || result.Tries != 3 || result.Status != 0 || result.ElapsedMS != 5000 || result.Problem != "no answer in time" {
			t.Fatalf("result: %+v, %v", result, err)
		}
		inbox := r.Inbox(openid)
		if len(inbox) != 1 || inbox[0].Type != ItemNotice || inbox[0].Content != "该公众号暂时无法提供服务，请稍后再试" {
			t.Errorf("inbox: %+v", inbox)
		}
	})
}

func TestMaxTries(t *testing.T) {
	r := newRig(t, Options{MaxTries: 4})
	openid := r.follower(Phone{})
	r.callback.next(status(500), status(500), status(500), say(""))
	result, err := r.Push(t.Context(), Push{OpenID: openid, Text: "?"})
	if err != nil || result.Tries != 4 || result.Problem != "" {
		t.Errorf("result: %+v, %v", result, err)
	}
}

func TestGarbageAnswers(t *testing.T) {
	common := func(r *rig) string {
		return "<FromUserName>" + r.Account().Username + "</FromUserName><CreateTime>1</CreateTime>"
	}
	articles := func(n int) string {
		return strings.Repeat("<item><Title>题</Title><Url>http://a/</Url></item>", n)
	}
	for name, c := range map[string]struct {
		body func(r *rig, openid string) string
		text bool
		ok   bool
	}{
		"not XML":       {func(*rig, string) string { return "hello" }, true, false},
		"redirect page": {func(*rig, string) string { return "<html></html>" }, true, false},
		"plain in secure": {func(r *rig, id string) string {
			return "<xml><ToUserName>" + id + "</ToUserName>" + common(r) + "</xml>"
		}, true, false},
		"to somebody else": {func(r *rig, _ string) string {
			return r.sealed("oOther", common(r)+"<MsgType>text</MsgType><Content>x</Content>")
		}, true, false},
		"no content": {func(r *rig, id string) string { return r.sealed(id, common(r)+"<MsgType>text</MsgType>") }, true, false},
		"text of 2048 bytes": {func(r *rig, id string) string {
			return r.sealed(id, common(r)+"<MsgType>text</MsgType><Content>"+strings.Repeat("x", 2048)+"</Content>")
		}, true, true},
		"text of 2049 bytes": {func(r *rig, id string) string {
			return r.sealed(id, common(r)+"<MsgType>text</MsgType><Content>"+strings.Repeat("x", 2049)+"</Content>")
		}, true, false},
		"image": {func(r *rig, id string) string { return r.sealed(id, common(r)+"<MsgType>image</MsgType>") }, true, false},
		"news, one to a text": {func(r *rig, id string) string {
			return r.sealed(id, common(r)+"<MsgType>news</MsgType><ArticleCount>1</ArticleCount><Articles>"+articles(1)+"</Articles>")
		}, true, true},
		"news, two to a text": {func(r *rig, id string) string {
			return r.sealed(id, common(r)+"<MsgType>news</MsgType><ArticleCount>2</ArticleCount><Articles>"+articles(2)+"</Articles>")
		}, true, false},
		"news, 8 to a click": {func(r *rig, id string) string {
			return r.sealed(id, common(r)+"<MsgType>news</MsgType><ArticleCount>8</ArticleCount><Articles>"+articles(8)+"</Articles>")
		}, false, true},
		"news, 9 to a click": {func(r *rig, id string) string {
			return r.sealed(id, common(r)+"<MsgType>news</MsgType><ArticleCount>9</ArticleCount><Articles>"+articles(9)+"</Articles>")
		}, false, false},
		"news, wrong count": {func(r *rig, id string) string {
			return r.sealed(id, common(r)+"<MsgType>news</MsgType><ArticleCount>3</ArticleCount><Articles>"+articles(2)+"</Articles>")
		}, false, false},
		"forged signature": {func(r *rig, id string) string {
			good := r.sealed(id, common(r)+"<MsgType>text</MsgType><Content>x</Content>")
			return strings.Replace(good, "<Nonce>42", "<Nonce>43", 1)
		}, true, false},
		"success": {func(*rig, string) string { return "success" }, true, true},
		"empty":   {func(*rig, string) string { return "" }, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, Options{MaxTries: 1})
			openid := r.follower(Phone{})
			r.callback.next(say(c.body(r, openid)))
			p := Push{OpenID: openid, Text: "在吗"}
			if !c.text {
				p = Push{OpenID: openid, Event: "CLICK", EventKey: "k"}
			}
			result, err := r.Push(t.Context(), p)
			if err != nil || (result.Problem == "") != c.ok {
				t.Errorf("result: %+v, %v", result, err)
			}
			inbox := r.Inbox(openid)
			if noticed := len(inbox) == 1 && inbox[0].Type == ItemNotice; noticed == c.ok {
				t.Errorf("inbox: %+v", inbox)
			}
		})
	}
}

// sealed is a whole sealed reply to openid.
func (r *rig) sealed(openid, inner string) string {
	return r.callback.seal("<xml><ToUserName>" + openid + "</ToUserName>" + inner + "</xml>")
}

func FuzzOpenReply(f *testing.F) {
	s := New(Options{})
	m := message{openid: "o1", msgType: "text"}
	c := fakeCallback{account: s.Account(), secure: true}
	f.Add("success")
	f.Add("<xml><Encrypt>x</Encrypt></xml>")
	f.Add(c.seal("<xml><ToUserName>o1</ToUserName></xml>"))
	f.Fuzz(func(t *testing.T, body string) {
		// Nobody without the key can put words on a phone.
		if _, reply, err := s.openReply(m, body); err == nil && reply.Type != "" {
			t.Errorf("took %q", body)
		}
	})
}

func TestReplyAfterUnfollowIsNotShown(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	r.callback.next(r.callback.reply("text", "<Content>再见</Content>"))
	if err := r.Unfollow(t.Context(), openid); err != nil {
		t.Fatal(err)
	}
	if inbox := r.Inbox(openid); len(inbox) != 0 {
		t.Errorf("inbox: %+v", inbox)
	}
	if p, _ := r.Phone(openid); p.Following {
		t.Error("still following")
	}
}

func TestWithoutCallback(t *testing.T) {
	r := newRig(t, Options{})
	r.SetCallback("")
	openid := r.follower(Phone{}) // follows all the same
	if p, _ := r.Phone(openid); !p.Following {
		t.Error("does not follow")
	}
	if _, err := r.Push(t.Context(), Push{OpenID: openid, Text: "?"}); !errors.Is(err, ErrNoCallback) {
		t.Errorf("push: %v", err)
	}
	if w := r.do("POST", "/sim/push", object{"openid": openid, "text": "?"}); w.Code != http.StatusConflict {
		t.Errorf("HTTP %d", w.Code)
	}
	r.wantCode(r.api("POST", sendPath, goodSend(openid)), 0)
	r.SetCallback("://")
	if result, _ := r.Push(t.Context(), Push{OpenID: openid, Text: "?"}); result.Problem == "" {
		t.Error("an address that is none was pushed to")
	}
	if err := r.Follow(t.Context(), "oNobody"); !errors.Is(err, ErrUnknownPhone) {
		t.Errorf("follow: %v", err)
	}
}

func TestVerifyCallback(t *testing.T) {
	r := newRig(t, Options{})
	if err := r.VerifyCallback(t.Context()); err != nil {
		t.Error(err)
	}
	r.SetCallback("http://app.example/cb?school=10001")
	if err := r.VerifyCallback(t.Context()); err != nil {
		t.Errorf("with a query: %v", err)
	}
	r.callback.account.Token = "another"
	if err := r.VerifyCallback(t.Context()); err == nil {
		t.Error("a callback with another token passed")
	}
	r.SetCallback("")
	if err := r.VerifyCallback(t.Context()); err == nil {
		t.Error("no callback passed")
	}
}

func TestCloseEndsAPushUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, Options{})
		openid := r.follower(Phone{})
		r.callback.next(hang, hang, hang)
		r.wantCode(r.api("POST", sendPath, goodSend(openid)), 0) // its receipt hangs
		synctest.Wait()
		begun := time.Now()
		r.Close()
		if time.Since(begun) != 0 {
			t.Errorf("Close took %s", time.Since(begun))
		}
		if err := r.Idle(context.Background()); err != nil {
			t.Error(err)
		}
	})
}
