package wechattest

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/skip2/go-qrcode"
)

// Limits of QR codes with a scene (生成带参数的二维码).
const (
	maxQRLife      = 30 * 24 * 60 * 60 // seconds
	defaultQRLife  = 60
	maxSceneText   = 64 // characters
	maxLimitScene  = 100_000
	maxPermanentQR = 100_000
	qrPixels       = 430
	// sceneMark begins a scene that is a number.
	sceneMark = "#"
)

// qrCode is one code that was made.
type qrCode struct {
	ticket string
	// scene is a text, or sceneMark and a number.
	scene string
	url   string
	// ends is when a temporary code ends; zero for a permanent one.
	ends time.Time
}

// key is the scene as events carry it.
func (q qrCode) key() string {
	if n, isNumber := sceneNumber(q.scene); isNumber {
		return strconv.Itoa(n)
	}
	return q.scene
}

// qrBook knows the codes. Guarded by Server.mu.
type qrBook struct {
	byTicket map[string]qrCode
	byURL    map[string]string // ticket
	// permanent is the ticket of each scene's permanent code: asked for again, the
	// platform gives the same.
	permanent map[string]string
}

func newQRBook() qrBook {
	return qrBook{byTicket: map[string]qrCode{}, byURL: map[string]string{}, permanent: map[string]string{}}
}

func (b *qrBook) make(scene string, ends time.Time) qrCode {
	q := qrCode{ticket: "gQ" + randomURLText(90), scene: scene, url: "http://weixin.qq.com/q/" + randomURLText(22), ends: ends}
	b.byTicket[q.ticket] = q
	b.byURL[q.url] = q.ticket
	return q
}

func (s *Server) qrEndpoints() map[string]endpoint {
	return map[string]endpoint{
		"/cgi-bin/qrcode/create": {http.MethodPost, nil, true, s.createQR},
		showQRPath:               {http.MethodGet, []string{"ticket"}, false, s.showQR},
	}
}

// showQRPath is mp.weixin.qq.com's and wants no token.
const showQRPath = "/cgi-bin/showqrcode"

func (s *Server) createQR(r request) (any, *apiError) {
	var body struct {
		Expire *int   `json:"expire_seconds"`
		Action string `json:"action_name"`
		Info   struct {
			Scene struct {
				ID   *int64  `json:"scene_id"`
				Text *string `json:"scene_str"`
			} `json:"scene"`
		} `json:"action_info"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	scene, permanent, err := readScene(body.Action, body.Info.Scene.ID, body.Info.Scene.Text)
	if err != nil {
		return nil, err
	}
	life := defaultQRLife
	switch {
	case permanent && body.Expire != nil:
		return nil, &apiError{code: 40053, detail: "expire_seconds", loud: true}
	case body.Expire != nil:
		life = *body.Expire
	}
	if life < 1 || life > maxQRLife {
		return nil, &apiError{code: 40053, detail: "expire_seconds"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	type made struct {
		Ticket string `json:"ticket"`
		Expire int    `json:"expire_seconds,omitempty"`
		URL    string `json:"url"`
	}
	if !permanent {
		q := s.qrs.make(scene, r.now.Add(time.Duration(life)*time.Second))
		return made{q.ticket, life, q.url}, nil
	}
	if ticket, is := s.qrs.permanent[scene]; is {
		return made{ticket, 0, s.qrs.byTicket[ticket].url}, nil
	}
	if len(s.qrs.permanent) >= maxPermanentQR {
		return nil, &apiError{code: 45029}
	}
	q := s.qrs.make(scene, time.Time{})
	s.qrs.permanent[scene] = q.ticket
	return made{q.ticket, 0, q.url}, nil
}

// readScene wants of each action the one kind of scene that it takes.
func readScene(action string, id *int64, text *string) (scene string, permanent bool, err *apiError) {
	wrong := &apiError{code: 40053}
	switch action {
	case "QR_SCENE", "QR_LIMIT_SCENE":
		permanent = action == "QR_LIMIT_SCENE"
		if id == nil || text != nil || *id < 1 || *id > 1<<32-1 || permanent && *id > maxLimitScene {
			return "", false, wrong
		}
		return sceneMark + strconv.FormatInt(*id, 10), permanent, nil
	case "QR_STR_SCENE", "QR_LIMIT_STR_SCENE":
		if text == nil || id != nil || *text == "" || utf8.RuneCountInString(*text) > maxSceneText || (*text)[:1] == sceneMark {
			return "", false, wrong
		}
		return *text, action == "QR_LIMIT_STR_SCENE", nil
	default:
		return "", false, &apiError{code: 40052}
	}
}

// raw is an answer that is no JSON.
type raw struct {
	contentType string
	body        []byte
}

// showQR is the picture of a code, 430 pixels wide; what is no ticket is 404, as
// the page of the platform says.
func (s *Server) showQR(r request) (any, *apiError) {
	s.mu.Lock()
	q, known := s.qrs.byTicket[r.query.Get("ticket")]
	s.mu.Unlock()
	if !known || !q.ends.IsZero() && !r.now.Before(q.ends) {
		return nil, &apiError{code: codeNotModelled, text: "no such ticket", status: http.StatusNotFound}
	}
	code, err := qrcode.New(q.url, qrcode.Medium)
	if err != nil {
		return nil, &apiError{code: -1}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, code.Image(qrPixels), nil); err != nil {
		return nil, &apiError{code: -1}
	}
	return raw{"image/jpg", b.Bytes()}, nil
}

// Scan is what a phone does with one of the account's codes.
type Scan struct {
	OpenID string `json:"openid"`
	// Ticket names the code, or URL, what the code says. One of the two is needed.
	Ticket string `json:"ticket"`
	URL    string `json:"url"`
}

// ErrNoCode is answered for a ticket or an address that is no code of the
// account, or that of a temporary one whose time is over.
var ErrNoCode = errors.New("no such QR code, or it has ended")

// Scan lets a phone scan a code: who follows already causes SCAN, anybody else
// follows and causes subscribe with qrscene_.
func (s *Server) Scan(ctx context.Context, scan Scan) (PushResult, error) {
	now := s.now()
	s.mu.Lock()
	ticket := scan.Ticket
	if scan.URL != "" {
		ticket = s.qrs.byURL[scan.URL]
	}
	q, known := s.qrs.byTicket[ticket]
	phone, met := s.phones.find(scan.OpenID, now)
	s.mu.Unlock()
	switch {
	case (scan.Ticket == "") == (scan.URL == ""):
		return PushResult{}, errors.New("either ticket or url is needed")
	case !met:
		return PushResult{}, ErrUnknownPhone
	case !known || !q.ends.IsZero() && !now.Before(q.ends):
		return PushResult{}, ErrNoCode
	}
	p := Push{OpenID: scan.OpenID, Event: "SCAN", EventKey: q.key(), Ticket: q.ticket}
	if !phone.Following {
		p.Event, p.EventKey = "subscribe", "qrscene_"+q.key()
	}
	return s.Push(ctx, p)
}
