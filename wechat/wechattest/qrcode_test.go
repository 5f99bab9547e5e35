package wechattest

import (
	"bytes"
	"errors"
	"image/jpeg"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// qr makes a code and returns its ticket and what it says.
func (r *rig) qr(body object) (ticket, address string) {
	r.t.Helper()
	o := r.api("POST", "/cgi-bin/qrcode/create", body)
	ticket, _ = o["ticket"].(string)
	address, _ = o["url"].(string)
	if _, has := o["errcode"]; has || ticket == "" || !strings.HasPrefix(address, "http://weixin.qq.com/q/") {
		r.t.Fatalf("QR code: %v", o)
	}
	return ticket, address
}

func textScene(action, text string) object {
	return object{"action_name": action, "action_info": object{"scene": object{"scene_str": text}}}
}

func numberScene(action string, n int64) object {
	return object{"action_name": action, "action_info": object{"scene": object{"scene_id": n}}}
}

func TestFollowingByAQRCode(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.AddPhone(Phone{})
	ticket, address := r.qr(with(textScene("QR_STR_SCENE", "class-0801"), "expire_seconds", 604800))
	w := r.do("POST", "/sim/scan", object{"openid": openid, "url": address})
	if w.Code != http.StatusOK {
		t.Fatalf("HTTP %d: %s", w.Code, w.Body)
	}
	if _, err := r.Scan(t.Context(), Scan{OpenID: openid, Ticket: ticket}); err != nil {
		t.Fatal(err)
	}
	got := r.callback.pushes()
	if len(got) != 2 || got[0].Event != "subscribe" || got[0].EventKey != "qrscene_class-0801" || got[0].Ticket != ticket ||
		got[1].Event != "SCAN" || got[1].EventKey != "class-0801" || got[1].Ticket != ticket {
		t.Fatalf("pushes: %+v", got)
	}
	o := r.api("GET", "/cgi-bin/user/info?openid="+openid, nil)
	if o["qr_scene_str"] != "class-0801" || o["qr_scene"] != number(0) || o["subscribe_scene"] != "ADD_SCENE_QR_CODE" {
		t.Errorf("user: %v", o)
	}
	if err := r.Unfollow(t.Context(), openid); err != nil {
		t.Fatal(err)
	}
	ticket, _ = r.qr(numberScene("QR_LIMIT_SCENE", 17))
	if _, err := r.Scan(t.Context(), Scan{OpenID: openid, Ticket: ticket}); err != nil {
		t.Fatal(err)
	}
	if last := r.callback.pushes()[3]; last.EventKey != "qrscene_17" {
		t.Errorf("push: %+v", last)
	}
	if o = r.api("GET", "/cgi-bin/user/info?openid="+openid, nil); o["qr_scene"] != number(17) || o["qr_scene_str"] != "" {
		t.Errorf("user: %v", o)
	}
}

func TestQRCodesEnd(t *testing.T) {
	r := newRig(t, Options{})
	openid := r.follower(Phone{})
	show := func(ticket string) *http.Response {
		return r.do("GET", "/cgi-bin/showqrcode?ticket="+url.QueryEscape(ticket), nil).Result()
	}
	short, _ := r.qr(textScene("QR_STR_SCENE", "s")) // a minute, as nothing is said
	limit, _ := r.qr(textScene("QR_LIMIT_STR_SCENE", "s"))
	again, _ := r.qr(textScene("QR_LIMIT_STR_SCENE", "s"))
	if limit != again {
		t.Error("a permanent code was made twice for one scene")
	}
	resp := show(short)
	var b bytes.Buffer
	_, _ = b.ReadFrom(resp.Body)
	picture, err := jpeg.Decode(&b)
	if err != nil || resp.Header.Get("Content-Type") != "image/jpg" || picture.Bounds().Dx() != qrPixels {
		t.Errorf("picture: %v, %s", err, resp.Header.Get("Content-Type"))
	}
	r.pass(time.Minute)
	if show(short).StatusCode != http.StatusNotFound || show("x").StatusCode != http.StatusNotFound || show(limit).StatusCode != http.StatusOK {
		t.Error("404 for an ended and for no ticket, 200 for a permanent one")
	}
	if _, err := r.Scan(t.Context(), Scan{OpenID: openid, Ticket: short}); !errors.Is(err, ErrNoCode) {
		t.Errorf("scanned an ended code: %v", err)
	}
	for _, c := range []struct {
		body   object
		status int
	}{
		{object{"openid": openid, "ticket": short}, 404},
		{object{"openid": "oNobody", "ticket": limit}, 404},
		{object{"openid": openid}, 400},
		{object{"openid": openid, "ticket": limit, "url": "u"}, 400},
		{object{"openid": openid, "tick": limit}, 400},
	} {
		if w := r.do("POST", "/sim/scan", c.body); w.Code != c.status {
			t.Errorf("%v: HTTP %d", c.body, w.Code)
		}
	}
}

func TestQRCodeRefusals(t *testing.T) {
	r := newRig(t, Options{})
	for name, c := range map[string]struct {
		body object
		code int64
	}{
		"no action":         {textScene("", "s"), 40052},
		"unknown action":    {textScene("QR_TEXT", "s"), 40052},
		"no scene":          {object{"action_name": "QR_STR_SCENE", "action_info": object{"scene": object{}}}, 40053},
		"empty scene":       {textScene("QR_STR_SCENE", ""), 40053},
		"64 characters":     {textScene("QR_STR_SCENE", strings.Repeat("班", 64)), -999},
		"65 characters":     {textScene("QR_STR_SCENE", strings.Repeat("班", 65)), 40053},
		"text for a number": {textScene("QR_SCENE", "s"), 40053},
		"number for a text": {numberScene("QR_STR_SCENE", 1), 40053},
		"zero":              {numberScene("QR_SCENE", 0), 40053},
		"32 bits":           {numberScene("QR_SCENE", 1<<32-1), -999},
		"33 bits":           {numberScene("QR_SCENE", 1<<32), 40053},
		"limit":             {numberScene("QR_LIMIT_SCENE", 100_000), -999},
		"above limit":       {numberScene("QR_LIMIT_SCENE", 100_001), 40053},
		"30 days":           {with(textScene("QR_STR_SCENE", "s"), "expire_seconds", 2_592_000), -999},
		"longer":            {with(textScene("QR_STR_SCENE", "s"), "expire_seconds", 2_592_001), 40053},
		"no time":           {with(textScene("QR_STR_SCENE", "s"), "expire_seconds", 0), 40053},
		"permanent ending":  {with(textScene("QR_LIMIT_STR_SCENE", "s"), "expire_seconds", 60), 40053},
		"misspelt":          {with(textScene("QR_STR_SCENE", "s"), "expires", 60), 47001},
	} {
		t.Run(name, func(t *testing.T) {
			r.t = t
			r.wantCode(r.api("POST", "/cgi-bin/qrcode/create", c.body), c.code)
		})
	}
}
