package wechattest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// ErrNoCallback is answered while no callback is set.
var ErrNoCallback = errors.New("no callback is set")

// maxReplyBody caps what is read of the callback's answer.
const maxReplyBody = 256 << 10

// Push is something that a phone's owner does. One of Event, Text and Message is
// set.
type Push struct {
	OpenID string `json:"openid"`
	// Event is subscribe or unsubscribe, which change whether the phone follows, SCAN,
	// LOCATION, or what a button of the menu causes: CLICK, VIEW, view_miniprogram,
	// scancode_push, scancode_waitmsg, pic_sysphoto, pic_photo_or_album, pic_weixin,
	// location_select.
	Event string `json:"event"`
	// EventKey is the menu key, the address, or the scene of a QR code (subscribe:
	// qrscene_…).
	EventKey string `json:"event_key"`
	// ScanResult is what the scancode events read.
	ScanResult string `json:"scan_result"`
	// Ticket is that of the QR code of subscribe and SCAN; empty means an invented one.
	Ticket string `json:"ticket"`
	// Text is a message in words.
	Text string `json:"text"`
	// Message is another message: image, voice, video, shortvideo, location or link.
	// What it shows is invented; media/get knows its media_id.
	Message string `json:"message"`
	// CreateTime is when WeChat says that it happened, in Unix seconds, for events
	// that arrive out of order; 0 means now.
	CreateTime int64 `json:"create_time"`
	// Repeat is how often the same push comes again after it was answered, as when
	// the answer was lost on its way to WeChat.
	Repeat int `json:"repeat"`
}

// maxRepeat bounds Push.Repeat.
const maxRepeat = 100

// PushResult tells how the callback took a push.
type PushResult struct {
	// Status is the HTTP status of the last try, 0 when there was no answer.
	Status int `json:"status"`
	// ElapsedMS is how long the last try took, in real milliseconds.
	ElapsedMS int64 `json:"elapsed_ms"`
	// Reply is the last answer: decrypted XML, "success", or "" when there was none
	// or it was garbage.
	Reply string `json:"reply"`
	// Message is Reply read.
	Message Reply `json:"message"`
	// Tries is how often the push was delivered.
	Tries int `json:"tries"`
	// Problem says what was wrong with the last try.
	Problem string `json:"problem,omitempty"`
}

// Push delivers what a phone's owner does to the callback and shows the reply on
// the phone. A callback that fails is told in the result, not as an error.
func (s *Server) Push(ctx context.Context, p Push) (PushResult, error) {
	now := s.now()
	switch {
	case p.Repeat < 0 || p.Repeat > maxRepeat:
		return PushResult{}, fmt.Errorf("repeat must be 0 to %d", maxRepeat)
	case p.CreateTime < 0:
		return PushResult{}, errors.New("create_time must not be negative")
	}
	s.mu.Lock()
	if _, known := s.phones.find(p.OpenID, now); !known {
		s.mu.Unlock()
		return PushResult{}, ErrUnknownPhone
	}
	stamp := now
	if p.CreateTime > 0 {
		stamp = time.Unix(p.CreateTime, 0)
	}
	m, err := s.composePush(p, stamp)
	callback := s.callback
	if err == nil {
		s.applyPush(p, now)
	}
	s.mu.Unlock()
	if err != nil {
		return PushResult{}, err
	}
	if callback == "" {
		return PushResult{}, ErrNoCallback
	}
	result := s.deliver(ctx, m)
	for range p.Repeat {
		again := s.try(ctx, m)
		again.Tries, again.Message = result.Tries+1, result.Message // the phone has the first answer
		result = again
	}
	return result, nil
}

// deliver tries until the callback gives an answer that WeChat would take, then
// shows the reply, or the notice that the account is out of service.
func (s *Server) deliver(ctx context.Context, m message) PushResult {
	var result PushResult
	for try := 1; try <= s.setting().Tries && s.ctx.Err() == nil && ctx.Err() == nil; try++ {
		result = s.try(ctx, m)
		result.Tries = try
		if result.Problem == "" {
			break
		}
		s.log.Warn("simulator: push failed", "event", m.event, "try", try, "problem", result.Problem)
	}
	if phone, _ := s.Phone(m.openid); !phone.Following {
		return result // there is no chat to show anything in
	}
	switch {
	case result.Problem != "" && m.interactive():
		s.show(m.openid, InboxItem{Type: ItemNotice, Content: failureNotice})
	case result.Message.Type != "":
		s.show(m.openid, result.Message.item())
	}
	return result
}

// try delivers once. Its problems name no address and no secret.
func (s *Server) try(ctx context.Context, m message) PushResult {
	ctx, cancel := context.WithTimeout(ctx, s.setting().timeout())
	defer cancel()
	stop := context.AfterFunc(s.ctx, cancel)
	defer stop()

	address, body, err := s.seal(m)
	if err != nil {
		return PushResult{Problem: err.Error()}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		return PushResult{Problem: "callback is no address"}
	}
	req.Header.Set("Content-Type", "text/xml")
	req.Header.Set("User-Agent", "Mozilla/4.0")
	// Real time, not the injected clock: how fast the callback is does not depend on
	// the date it plays.
	begun := time.Now()
	status, answer, err := s.roundTrip(req)
	result := PushResult{Status: status, ElapsedMS: time.Since(begun).Milliseconds()}
	switch {
	case err != nil && ctx.Err() != nil:
		result.Problem = "no answer in time"
	case err != nil:
		result.Problem = "no answer"
	case status != http.StatusOK:
		result.Problem = fmt.Sprintf("answered HTTP %d", status)
	default:
		result.Reply, result.Message, err = s.openReply(m, answer)
		if err != nil {
			result.Problem = err.Error()
		}
	}
	return result
}

// roundTrip returns a status even when the body did not come in time.
func (s *Server) roundTrip(req *http.Request) (int, string, error) {
	resp, err := s.client.Do(req)
	if err != nil {
		return 0, "", fmt.Errorf("push: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReplyBody))
	if err != nil {
		return resp.StatusCode, "", fmt.Errorf("push: %w", err)
	}
	return resp.StatusCode, string(body), nil
}

// seal signs a message for one try; in secure mode it also encrypts it afresh.
func (s *Server) seal(m message) (address, body string, err error) {
	query, nonce, stamp := s.sign()
	query.Set("openid", m.openid)
	body = m.xml
	if s.mode != modePlain {
		sealed, err := encrypt(s.key, s.account.AppID, m.xml)
		if err != nil {
			return "", "", err
		}
		query.Set("encrypt_type", "aes")
		query.Set("msg_signature", signature(s.account.Token, stamp, nonce, sealed))
		body = "<xml><ToUserName>" + cdata(s.account.Username) + "</ToUserName><Encrypt>" + cdata(sealed) + "</Encrypt></xml>"
		if s.mode == modeCompatible {
			body = strings.TrimSuffix(m.xml, "</xml>") + "<Encrypt>" + cdata(sealed) + "</Encrypt></xml>"
		}
	}
	address, err = s.callbackWith(query)
	return address, body, err
}

// sign makes the parameters that every request to the callback carries.
func (s *Server) sign() (query url.Values, nonce, stamp string) {
	nonce = randomDigits()
	stamp = strconv.FormatInt(s.now().Unix(), 10)
	return url.Values{
		"signature": {signature(s.account.Token, stamp, nonce)}, "timestamp": {stamp}, "nonce": {nonce},
	}, nonce, stamp
}

func (s *Server) callbackWith(query url.Values) (string, error) {
	s.mu.Lock()
	raw := s.callback
	s.mu.Unlock()
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "", errors.New("callback is no address")
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += query.Encode()
	return u.String(), nil
}

// VerifyCallback does what the account's developer page does when a callback is
// saved: a signed GET whose echostr must come back word for word.
func (s *Server) VerifyCallback(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.setting().timeout())
	defer cancel()
	query, _, _ := s.sign()
	echo := randomDigits()
	query.Set("echostr", echo)
	address, err := s.callbackWith(query)
	if err != nil {
		return fmt.Errorf("verify callback: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return fmt.Errorf("verify callback: %w", err)
	}
	status, body, err := s.roundTrip(req)
	if err != nil {
		return fmt.Errorf("verify callback: %w", err)
	}
	if status != http.StatusOK || body != echo {
		return fmt.Errorf("verify callback: answered HTTP %d without the echostr", status)
	}
	return nil
}
