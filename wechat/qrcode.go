package wechat

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"
)

const pathQRCode = "/cgi-bin/qrcode/create"

// Limits of QR codes with a scene (WeChat's page 生成带参数的二维码).
const (
	// MaxQRLife is the longest life of a temporary code.
	MaxQRLife = 30 * 24 * time.Hour
	// MaxScene bounds a scene, in characters.
	MaxScene = 64
	// MaxPermanentQR is how many permanent codes an account may make; none can be
	// deleted.
	MaxPermanentQR = 100_000
)

// QRCode is a code that leads to the account. Who scans it and follows causes
// the event subscribe with EventKey qrscene_<scene>; who follows already, SCAN
// with EventKey <scene>.
type QRCode struct {
	// Ticket exchanges for the picture at mp.weixin.qq.com/cgi-bin/showqrcode.
	Ticket string
	// URL is what the code says: draw it to have the code without that picture.
	URL string
	// Expires is when a temporary code ends; zero for a permanent one.
	Expires time.Time
}

// CreateQR makes a code for a scene: a temporary one that lives for life, at
// most [MaxQRLife], or a permanent one when life is 0. Permanent codes are
// counted against [MaxPermanentQR] for ever, so that a scene's code is to be
// made once and kept.
func (c *Client) CreateQR(ctx context.Context, scene string, life time.Duration) (QRCode, error) {
	if n := utf8.RuneCountInString(scene); n == 0 || n > MaxScene {
		return QRCode{}, fmt.Errorf("wechat: a scene has 1 to %d characters, not %d", MaxScene, n)
	}
	if life < 0 || life > MaxQRLife || life%time.Second != 0 {
		return QRCode{}, errors.New("wechat: a temporary QR code lives for whole seconds, at most 30 days")
	}
	var body struct {
		Expire int64  `json:"expire_seconds,omitempty"`
		Action string `json:"action_name"`
		Info   struct {
			Scene struct {
				Text string `json:"scene_str"`
			} `json:"scene"`
		} `json:"action_info"`
	}
	body.Expire, body.Action = int64(life/time.Second), "QR_STR_SCENE"
	if life == 0 {
		body.Action = "QR_LIMIT_STR_SCENE"
	}
	body.Info.Scene.Text = scene
	var out struct {
		Ticket string `json:"ticket"`
		Expire int64  `json:"expire_seconds"`
		URL    string `json:"url"`
	}
	asked := c.now()
	if err := c.call(ctx, request{path: pathQRCode, body: body}, &out); err != nil {
		return QRCode{}, err
	}
	if out.Ticket == "" || out.URL == "" {
		return QRCode{}, transportError(pathQRCode, errors.New("the answer holds no QR code"), nil)
	}
	code := QRCode{Ticket: out.Ticket, URL: out.URL}
	if life > 0 {
		if out.Expire <= 0 || time.Duration(out.Expire)*time.Second > MaxQRLife {
			return QRCode{}, transportError(pathQRCode, errors.New("the answer holds no usable life of the QR code"), nil)
		}
		code.Expires = asked.Add(time.Duration(out.Expire) * time.Second)
	}
	return code, nil
}
