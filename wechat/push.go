package wechat

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// MaxPushBody caps the body of a push, in bytes.
const MaxPushBody = 64 << 10

const (
	defaultWindow = 10 * time.Minute
	maxEcho       = 1024
	maxNonce      = 128
	keyChars      = 43
)

// Mode is how messages travel between WeChat and the account.
type Mode string

// The modes of the account's server configuration. Compatible mode sends a
// superset of secure mode and is received by ModeSecure.
const (
	ModePlain  Mode = "plain"
	ModeSecure Mode = "secure"
)

// PushOptions configure a [Push].
type PushOptions struct {
	// AppID must be inside every encrypted message.
	AppID string
	// Username is the account's own name, gh_…; empty means that the addressee
	// of a message is not checked.
	Username string
	// Token signs; PreviousToken is still believed while it is rotated out.
	Token, PreviousToken string
	// AESKey and PreviousAESKey are EncodingAESKeys of 43 characters; both are
	// unused in plain mode.
	AESKey, PreviousAESKey string
	// Mode is what the account is configured for; requests cannot change it.
	Mode Mode
	// Window is how far a push's timestamp may be off; 0 means 10 minutes.
	Window time.Duration
	// Now is the clock; nil means the system's.
	Now func() time.Time
	// Rand makes the random part of replies; nil means crypto/rand.
	Rand io.Reader
}

// PushError refuses a push; nothing of it may be believed.
type PushError struct {
	// Status is the HTTP status to answer: 400, 403 or 413.
	Status int
	// Reason is a short English phrase for the log; it holds nothing of the
	// request.
	Reason string
}

// Error gives the reason.
func (e *PushError) Error() string { return "wechat: push refused: " + e.Reason }

// The refusals. WeChat's own pushes meet none of them while the configuration
// is right.
var (
	errSignature = &PushError{http.StatusForbidden, "signature does not match"}
	errWindow    = &PushError{http.StatusForbidden, "timestamp outside the window"}
	errTooLarge  = &PushError{http.StatusRequestEntityTooLarge, "body too large"}
	errDowngrade = &PushError{http.StatusForbidden, "plain message in secure mode"}
	errEncrypted = &PushError{http.StatusForbidden, "encrypted message in plain mode"}
	errMsgSig    = &PushError{http.StatusForbidden, "message signature does not match"}
	errDecrypt   = &PushError{http.StatusForbidden, "message is encrypted with another key or for another appid"}
	errAddressee = &PushError{http.StatusForbidden, "message is for another account"}
	errEcho      = &PushError{http.StatusBadRequest, "echostr has no valid form"}
	errBody      = &PushError{http.StatusBadRequest, "body is not a message"}
)

// Push checks, opens and answers what WeChat pushes. It is safe for concurrent
// use.
type Push struct {
	appID, username string
	tokens          []string
	keys            [][]byte
	secure          bool
	window          time.Duration
	now             func() time.Time
	rand            io.Reader
}

// Envelope is what a reply needs to know of the message that it answers.
type Envelope struct {
	from, to, msgType string
	token             string
	key               []byte // nil in plain mode
}

// NewPush returns a Push. The error names the option that is missing or
// malformed, never its value.
func NewPush(o PushOptions) (*Push, error) {
	p := &Push{appID: o.AppID, username: o.Username, window: o.Window, now: o.Now, rand: o.Rand}
	if o.AppID == "" || o.Token == "" {
		return nil, errors.New("wechat.NewPush: AppID and Token are required")
	}
	p.tokens = append(p.tokens, o.Token)
	if o.PreviousToken != "" {
		p.tokens = append(p.tokens, o.PreviousToken)
	}
	switch o.Mode {
	case ModePlain:
	case ModeSecure:
		p.secure = true
		key, err := decodeKey(o.AESKey)
		if err != nil {
			return nil, fmt.Errorf("wechat.NewPush: AESKey: %w", err)
		}
		p.keys = append(p.keys, key)
		if o.PreviousAESKey != "" {
			if key, err = decodeKey(o.PreviousAESKey); err != nil {
				return nil, fmt.Errorf("wechat.NewPush: PreviousAESKey: %w", err)
			}
			p.keys = append(p.keys, key)
		}
	default:
		return nil, fmt.Errorf("wechat.NewPush: Mode must be %q or %q", ModePlain, ModeSecure)
	}
	if p.window <= 0 {
		p.window = defaultWindow
	}
	if p.now == nil {
		p.now = time.Now
	}
	if p.rand == nil {
		p.rand = rand.Reader
	}
	return p, nil
}

// decodeKey reads an EncodingAESKey. Its last character carries 4 bits of the
// key and 2 that WeChat fills at random, so decoding cannot be strict.
func decodeKey(s string) ([]byte, error) {
	if len(s) != keyChars {
		return nil, fmt.Errorf("want %d characters", keyChars)
	}
	key, err := base64.StdEncoding.DecodeString(s + "=")
	if err != nil || len(key) != 32 {
		return nil, errors.New("want letters and digits of base64")
	}
	return key, nil
}

// VerifyURL checks the GET by which WeChat verifies the address of the callback
// and returns the text to answer, as it came. The signature does not cover the
// text, so it is held to the characters of base64 to reflect no markup. The
// error is a [PushError].
func (p *Push) VerifyURL(q url.Values) (echo string, err error) {
	if _, err := p.signed(q); err != nil {
		return "", err
	}
	echo = q.Get("echostr")
	if echo == "" || len(echo) > maxEcho {
		return "", errEcho
	}
	for i := range len(echo) {
		if b := echo[i]; !isTokenByte(b) && b != '+' && b != '/' && b != '=' {
			return "", errEcho
		}
	}
	return echo, nil
}

// Read is [Push.Open] of a body that is still to be read. size is the length
// that the sender announced, -1 for none. Nothing is read of a push that is too
// large by its own word or that is not signed, and never much more than
// [MaxPushBody].
func (p *Push) Read(q url.Values, size int64, body io.Reader) (*Event, *Envelope, error) {
	if size > MaxPushBody {
		return nil, nil, errTooLarge
	}
	token, err := p.signed(q)
	if err != nil {
		return nil, nil, err
	}
	if size < 0 {
		size = MaxPushBody
	}
	b := make([]byte, 0, min(size, firstRead)+1)
	for {
		n, err := body.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case len(b) > MaxPushBody:
			return nil, nil, errTooLarge
		case err == io.EOF:
			return p.open(q, token, b)
		case err != nil:
			return nil, nil, errBody
		case len(b) == cap(b):
			b = slices.Grow(b, len(b))
		}
	}
}

// firstRead is more than nearly all pushes have, in bytes.
const firstRead = 4 << 10

// Open checks a POST and returns its message and the envelope for [Push.Seal].
// The order is signature, window, size, mode, signature of the message,
// decryption, addressee; nothing is parsed before the first three. The error is
// a [PushError].
func (p *Push) Open(q url.Values, body []byte) (*Event, *Envelope, error) {
	token, err := p.signed(q)
	if err != nil {
		return nil, nil, err
	}
	return p.open(q, token, body)
}

// open goes on where token has signed the query.
func (p *Push) open(q url.Values, token string, body []byte) (_ *Event, _ *Envelope, err error) {
	if len(body) > MaxPushBody {
		return nil, nil, errTooLarge
	}
	env := &Envelope{token: token}
	var doc string
	if p.secure {
		doc, env.key, err = p.decrypt(q, token, body)
	} else {
		doc, err = plain(q, body)
	}
	if err != nil {
		return nil, nil, err
	}
	e, err := parseEvent(doc)
	if err != nil {
		return nil, nil, errBody
	}
	if p.username != "" && e.ToUser != p.username {
		return nil, nil, errAddressee
	}
	env.from, env.to, env.msgType = e.FromUser, e.ToUser, e.MsgType
	return e, env, nil
}

// signed returns the token that signed q's timestamp and nonce.
func (p *Push) signed(q url.Values) (string, error) {
	timestamp, nonce := q.Get("timestamp"), q.Get("nonce")
	// The caps keep the hashing of a forged request cheap.
	if len(timestamp) > maxNonce || nonce == "" || len(nonce) > maxNonce {
		return "", errSignature
	}
	token, ok := p.signer(q.Get("signature"), timestamp, nonce)
	if !ok {
		return "", errSignature
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || seconds <= 0 || seconds > 1<<40 {
		return "", errWindow
	}
	if p.now().Sub(time.Unix(seconds, 0)).Abs() > p.window {
		return "", errWindow
	}
	return token, nil
}

// signer returns the token under which signature covers parts.
func (p *Push) signer(signature string, parts ...string) (string, bool) {
	found := -1
	for i, token := range p.tokens {
		if matches(signature, token, parts...) && found < 0 {
			found = i
		}
	}
	if found < 0 {
		return "", false
	}
	return p.tokens[found], true
}

func matches(signature, token string, parts ...string) bool {
	want := util.Signature(append([]string{token}, parts...)...)
	return subtle.ConstantTimeCompare([]byte(want), []byte(signature)) == 1
}

func plain(q url.Values, body []byte) (string, error) {
	if t := q.Get("encrypt_type"); t != "" && t != "raw" {
		return "", errEncrypted
	}
	return string(body), nil
}

// decrypt returns the message in body and the key that opened it.
func (p *Push) decrypt(q url.Values, token string, body []byte) (string, []byte, error) {
	if q.Get("encrypt_type") != "aes" || q.Get("msg_signature") == "" {
		return "", nil, errDowngrade
	}
	sealed, err := sealedPart(string(body))
	if err != nil {
		return "", nil, errBody
	}
	if !matches(q.Get("msg_signature"), token, q.Get("timestamp"), q.Get("nonce"), sealed) {
		return "", nil, errMsgSig
	}
	ciphertext, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", nil, errBody
	}
	for _, key := range p.keys {
		// A wrong key fails at the padding, the length or the appid.
		_, doc, appID, err := util.AESDecryptMsg(ciphertext, key)
		if err == nil && subtle.ConstantTimeCompare(appID, []byte(p.appID)) == 1 {
			return string(doc), key, nil
		}
	}
	return "", nil, errDecrypt
}

// sealedPart returns the one Encrypt element of a secure or compatible body;
// the plain fields of the latter are not signed and are left alone.
func sealedPart(doc string) (string, error) {
	sealed := ""
	err := scanXML(doc, func(parent, name, value string) error {
		if parent != "" || name != "Encrypt" {
			return nil
		}
		if sealed != "" || value == "" {
			return errXML
		}
		sealed = value
		return nil
	})
	if err == nil && sealed == "" {
		err = errXML
	}
	return sealed, err
}
