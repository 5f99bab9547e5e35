package wechat

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// Kind says what a caller should do about a failed call.
type Kind string

// The kinds of failure.
const (
	// KindTransient passes by itself: back off and try again. Whether the
	// refused call was carried out is not known.
	KindTransient Kind = "transient"
	// KindStaleToken remains after one replay with a fresh token.
	KindStaleToken Kind = "stale_token"
	// KindQuota means that the day's quota is used up: pause every send.
	KindQuota Kind = "quota"
	// KindRate means too many calls a minute: slow down.
	KindRate Kind = "rate"
	// KindRecipient means that this follower cannot be reached: go on with the
	// others.
	KindRecipient Kind = "recipient"
	// KindTemplate means that the template or its data is refused: stop this
	// template.
	KindTemplate Kind = "template"
	// KindPermission means that the account has no right to the call.
	KindPermission Kind = "permission"
	// KindConfiguration means that an operator must change a setting or a menu.
	KindConfiguration Kind = "configuration"
	// KindUnknown is any other failure.
	KindUnknown Kind = "unknown"
)

// Codes that callers tell apart. They are WeChat's, from its page of global
// return codes, except CodeTransport.
const (
	// CodeTransport stands for an exchange without a readable answer.
	CodeTransport = -999
	// CodeNotFollowing means that the openid does not follow the account.
	CodeNotFollowing = 43004
	// CodeBlacklisted means that the openid is on the account's blacklist.
	CodeBlacklisted = 43019
	// CodeHeldForReview means that a template message waits for WeChat's
	// review: neither failed nor delivered.
	CodeHeldForReview = 40252
	// CodeOAuthInvalid, CodeOAuthUsed and CodeOAuthExpired refuse an OAuth code.
	CodeOAuthInvalid = 40029
	CodeOAuthUsed    = 40163
	CodeOAuthExpired = 42003
	// CodeTagName refuses a tag's name; mostly it is taken.
	CodeTagName = 45157
	// CodeTagUnknown means that there is no such tag (any more).
	CodeTagUnknown = 45159
	// CodeTooManyTags means that the account has MaxTags, CodeTooManyOfOne that
	// somebody in the batch carries MaxUserTags.
	CodeTooManyTags  = 45056
	CodeTooManyOfOne = 45059
)

// Error is a call that failed. It holds no secret, token, OAuth code or openid.
type Error struct {
	// Path is the API path, without query.
	Path string
	// Code is WeChat's errcode, or [CodeTransport].
	Code int
	// Msg is WeChat's errmsg or the transport's text, redacted, at most 300
	// bytes, without the request id.
	Msg string
	// Kind says what to do.
	Kind Kind
	// RID is WeChat's request id, which its support asks for; may be empty.
	RID string

	cause error
}

// Error gives path, code, text and request id.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("wechat: ")
	b.WriteString(e.Path)
	if e.Code != CodeTransport {
		fmt.Fprintf(&b, ": errcode %d", e.Code)
	}
	b.WriteString(": ")
	b.WriteString(e.Msg)
	if e.RID != "" {
		b.WriteString(" (rid ")
		b.WriteString(e.RID)
		b.WriteString(")")
	}
	return b.String()
}

// Unwrap returns context.Canceled or context.DeadlineExceeded if that was the
// cause. Other causes are withheld because their texts hold addresses.
func (e *Error) Unwrap() error { return e.cause }

// KindOf returns the kind of err, or "" for nil. Network and context errors are
// transient, whatever wraps them.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return KindTransient
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return KindTransient
	}
	return KindUnknown
}

func kindOf(path string, code int) Kind {
	v, ok := verdicts[code]
	kind := v.kind
	switch {
	case !ok:
		return KindUnknown
	case path == pathStableToken && kind == KindStaleToken:
		// There is no token in this call: WeChat means the secret.
		return KindConfiguration
	case path != pathSendTemplate && kind == KindTemplate:
		return KindConfiguration
	}
	return kind
}

const maxMsg = 300

var (
	// requestID finds the id that WeChat appends to its errmsg.
	requestID = regexp.MustCompile(`\s*,?\s*rid:?\s*([0-9a-zA-Z]{1,8}(?:-[0-9a-zA-Z]{1,8}){1,3})\s*$`)
	// longRun is what tokens, tickets, secrets, codes and openids look like, whoever's
	// they are; the longest word of WeChat's own texts has twenty letters.
	longRun = regexp.MustCompile(`[0-9A-Za-z_-]{24,}`)
)

func apiError(path string, code int, msg string, private []string) *Error {
	e := &Error{Path: path, Code: code, Kind: kindOf(path, code)}
	msg = redact(msg, private)
	if m := requestID.FindStringSubmatchIndex(msg); m != nil {
		e.RID, msg = msg[m[2]:m[3]], msg[:m[0]]
	}
	e.Msg = clip(msg)
	return e
}

// transportError keeps the innermost text of err: the outer *url.Error quotes
// the address, which holds the token and for OAuth the secret.
func transportError(path string, err error, private []string) *Error {
	e := &Error{Path: path, Code: CodeTransport, Kind: KindTransient}
	for _, cause := range []error{context.Canceled, context.DeadlineExceeded} {
		if errors.Is(err, cause) {
			e.cause = cause
		}
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	e.Msg = clip(redact(err.Error(), private))
	return e
}

// statusError is for answers other than 200, whose bodies are a gateway's pages
// and are not shown.
func statusError(path string, status int) *Error {
	e := &Error{Path: path, Code: CodeTransport, Kind: KindConfiguration}
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout {
		e.Kind = KindTransient
	}
	e.Msg = fmt.Sprintf("HTTP status %d", status)
	return e
}

func redact(text string, private []string) string {
	for _, p := range private {
		if p == "" {
			continue
		}
		text = strings.ReplaceAll(text, p, "***")
		text = strings.ReplaceAll(text, url.QueryEscape(p), "***")
	}
	return text
}

// clip makes text one valid line of at most maxMsg bytes without anything that
// looks like a secret.
func clip(text string) string {
	text = longRun.ReplaceAllString(text, "***")
	if len(text) > maxMsg {
		text = text[:maxMsg]
	}
	text = strings.ToValidUTF8(text, "")
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text)
}
