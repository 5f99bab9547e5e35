package wechat_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"quxiang/wechat"
)

// The values that must never come back in an error or a log line.
const (
	walkSecret = "walk-secret-0123456789abcdef"
	walkToken  = "79_walk_TOKEN-0123456789-abcdefghijklmnopqrstuvwxyz"
	walkTicket = "kgt8_walk_TICKET-0123456789-abcdefghij"
	walkOpenID = "oWalkOpenID-0123456789_abcde"
	walkCode   = "walkCODE0123456789"
	walkName   = "欧阳娜娜"
)

var walkPrivate = []string{walkSecret, walkToken, walkTicket, walkOpenID, walkCode, walkName}

// walkCalls is one call of each kind. TestWalkIsComplete wants every method of
// the client that takes a context here.
var walkCalls = map[string]func(context.Context, *wechat.Client) error{
	"SendTemplate": func(ctx context.Context, c *wechat.Client) error {
		_, err := c.SendTemplate(ctx, wechat.TemplateMessage{
			ToUser: walkOpenID, TemplateID: "tpl", URL: "https://dj.example/?to=" + walkOpenID, ClientMsgID: "m1",
			Data: map[string]string{"name1": walkName},
		})
		return err
	},
	"Templates": func(ctx context.Context, c *wechat.Client) error { _, err := c.Templates(ctx); return err },
	"UserInfo":  func(ctx context.Context, c *wechat.Client) error { _, err := c.UserInfo(ctx, walkOpenID); return err },
	"Followers": func(ctx context.Context, c *wechat.Client) error { _, err := c.Followers(ctx, walkOpenID); return err },
	"Tags":      func(ctx context.Context, c *wechat.Client) error { _, err := c.Tags(ctx); return err },
	"CreateTag": func(ctx context.Context, c *wechat.Client) error { _, err := c.CreateTag(ctx, "未绑定"); return err },
	"RenameTag": func(ctx context.Context, c *wechat.Client) error { return c.RenameTag(ctx, 100, "未绑定") },
	"DeleteTag": func(ctx context.Context, c *wechat.Client) error { return c.DeleteTag(ctx, 100) },
	"TagUsers":  func(ctx context.Context, c *wechat.Client) error { return c.TagUsers(ctx, 100, []string{walkOpenID}) },
	"UntagUsers": func(ctx context.Context, c *wechat.Client) error {
		return c.UntagUsers(ctx, 100, []string{walkOpenID})
	},
	"TagMembers": func(ctx context.Context, c *wechat.Client) error {
		_, err := c.TagMembers(ctx, 100, walkOpenID)
		return err
	},
	"UserTags": func(ctx context.Context, c *wechat.Client) error { _, err := c.UserTags(ctx, walkOpenID); return err },
	"CreateQR": func(ctx context.Context, c *wechat.Client) error {
		_, err := c.CreateQR(ctx, "class", time.Hour)
		return err
	},
	"ExchangeCode": func(ctx context.Context, c *wechat.Client) error {
		_, err := c.ExchangeCode(ctx, walkCode)
		return err
	},
	"JSConfig": func(ctx context.Context, c *wechat.Client) error {
		_, err := c.JSConfig(ctx, "https://dj.example/verify/archive")
		return err
	},
	"Quota": func(ctx context.Context, c *wechat.Client) error {
		_, err := c.Quota(ctx, "/cgi-bin/user/get")
		return err
	},
	"GetMenu": func(ctx context.Context, c *wechat.Client) error { _, _, err := c.GetMenu(ctx); return err },
	"CreateMenu": func(ctx context.Context, c *wechat.Client) error {
		return c.CreateMenu(ctx, wechat.Menu{Buttons: []wechat.Button{{Name: "去向登记", Type: "click", Key: "k"}}})
	},
	"AddConditional": func(ctx context.Context, c *wechat.Client) error {
		_, err := c.AddConditional(ctx, wechat.ConditionalMenu{
			Buttons: []wechat.Button{{Name: "去向登记", Type: "click", Key: "k"}}, Rule: wechat.MatchRule{TagID: "100"},
		})
		return err
	},
	"DeleteConditional": func(ctx context.Context, c *wechat.Client) error { return c.DeleteConditional(ctx, "208379533") },
	"TryMatch":          func(ctx context.Context, c *wechat.Client) error { _, err := c.TryMatch(ctx, walkOpenID); return err },
	"Menus":             func(ctx context.Context, c *wechat.Client) error { _, _, err := c.Menus(ctx); return err },
	"SelfMenu":          func(ctx context.Context, c *wechat.Client) error { _, err := c.SelfMenu(ctx); return err },
	"DeleteMenu":        func(ctx context.Context, c *wechat.Client) error { return c.DeleteMenu(ctx) },
}

func TestWalkIsComplete(t *testing.T) {
	client := reflect.TypeFor[*wechat.Client]()
	for method := range client.Methods() {
		takesContext := method.Type.NumIn() > 1 && method.Type.In(1) == reflect.TypeFor[context.Context]()
		if _, walked := walkCalls[method.Name]; takesContext && !walked {
			t.Errorf("Client.%s is not in the walk of faults: add it to walkCalls", method.Name)
		}
	}
}

// echo is everything that a request carried, as it travelled and unescaped.
func echo(r *http.Request) string {
	body, _ := io.ReadAll(r.Body)
	plain, _ := url.QueryUnescape(r.URL.RawQuery)
	return r.URL.String() + " " + plain + " " + string(body)
}

// onWire answers a request by what a function writes on the bare connection.
func onWire(t *testing.T, write func(net.Conn, string)) *httptest.Server {
	return httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text := echo(r)
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		write(conn, text)
	}))
}

func answering(status int, body func(echo string) string) func(*testing.T) *httptest.Server {
	return func(*testing.T) *httptest.Server {
		return httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			text := echo(r)
			w.Header().Set("Location", "https://elsewhere.example/?"+url.QueryEscape(text))
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body(text))
		}))
	}
}

// page is a gateway's page that quotes the request.
func page(echo string) string { return "<html>" + echo + "</html>" }

func same(body string) func(string) string { return func(string) string { return body } }

// walkFaults are the ways in which an exchange goes wrong.
var walkFaults = map[string]func(*testing.T) *httptest.Server{
	"500":             answering(500, page),
	"502":             answering(502, page),
	"429":             answering(429, page),
	"403":             answering(403, page),
	"302":             answering(302, page),
	"a page":          answering(200, page),
	"nothing":         answering(200, same("")),
	"null":            answering(200, same("null")),
	"a list":          answering(200, same("[]")),
	"a string":        answering(200, func(e string) string { return fmt.Sprintf("%q", e) }),
	"cut JSON":        answering(200, func(e string) string { return fmt.Sprintf(`{"errmsg":%q,`, e) }),
	"errcode is text": answering(200, func(e string) string { return fmt.Sprintf(`{"errcode":%q}`, e) }),
	"wrong types": answering(200, func(e string) string {
		q := fmt.Sprintf("%q", e)
		return `{"msgid":` + q + `,"openid":1,"template_list":` + q + `,"tags":` + q + `,"tag":` + q + `,"data":` + q + `,"tagid_list":` + q +
			`,"ticket":1,"quota":` + q + `,"menu":` + q + `,"count":` + q + `,"errcode":0}`
	}),
	"unknown errcode":    refusing(99999),
	"errcode of a token": refusing(40001),
	"errcode of an IP":   refusing(40164),
	"errcode of a user":  refusing(40003),
	"errcode with rid":   answering(200, func(e string) string { return fmt.Sprintf(`{"errcode":45009,"errmsg":%q}`, "limit rid: "+walkToken) }),
	"closes at once":     func(t *testing.T) *httptest.Server { return onWire(t, func(net.Conn, string) {}) },
	"no HTTP": func(t *testing.T) *httptest.Server {
		return onWire(t, func(c net.Conn, e string) { _, _ = io.WriteString(c, e+"\r\n\r\n") })
	},
	"a broken header": func(t *testing.T) *httptest.Server {
		return onWire(t, func(c net.Conn, e string) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\n"+strings.ReplaceAll(e, ":", "")+"\r\n\r\n")
		})
	},
	"a broken length": func(t *testing.T) *httptest.Server {
		return onWire(t, func(c net.Conn, e string) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: "+e+"\r\n\r\n")
		})
	},
	"half an answer": func(t *testing.T) *httptest.Server {
		return onWire(t, func(c net.Conn, e string) {
			_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{\"errmsg\":\""+e)
		})
	},
	"a reset": func(t *testing.T) *httptest.Server {
		return onWire(t, func(c net.Conn, e string) {
			_, _ = bufio.NewReader(strings.NewReader(e)).WriteTo(c)
			if tcp, ok := c.(*net.TCPConn); ok {
				_ = tcp.SetLinger(0)
			}
		})
	},
	"half open": func(*testing.T) *httptest.Server {
		return httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			text := echo(r)
			_, _ = io.WriteString(w, `{"errmsg":"`+text)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done() // the client goes first
		}))
	},
	"nobody listens": nil,
}

func refusing(errcode int) func(*testing.T) *httptest.Server {
	return answering(200, func(e string) string {
		return fmt.Sprintf(`{"errcode":%d,"errmsg":%q}`, errcode, "refused "+e+" rid: 66c419fc-410bb46d-46565a66")
	})
}

// TestErrorsAndLogsHoldNoSecrets makes every call meet every fault, with and
// without a token in hand, and reads each error and log line for what must not
// be there.
func TestErrorsAndLogsHoldNoSecrets(t *testing.T) {
	for name, serve := range walkFaults {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base, timeout := "http://127.0.0.1:1", 5*time.Second
			if name == "half open" {
				timeout = 20 * time.Millisecond // each call waits for it
			}
			if serve != nil {
				s := serve(t)
				s.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
				s.Start()
				defer s.Close()
				base = s.URL
			}
			for call, do := range walkCalls {
				for _, lent := range []bool{false, true} {
					walk(t, base, timeout, call, lent, name == "null" || name == "wrong types", do)
				}
			}
		})
	}
}

// walk makes one call; lent puts a token and a ticket in the client's hands, and
// an answer that is empty may pass for a success.
func walk(t *testing.T, base string, timeout time.Duration, name string, lent, empty bool, do func(context.Context, *wechat.Client) error) {
	t.Helper()
	cache := newSharedCache()
	if lent {
		for key, value := range map[string]string{"wechat/access_token/wx1": walkToken, "wechat/jsapi_ticket/wx1": walkTicket} {
			cache.values[key], cache.ends[key] = value, start.Add(time.Hour)
		}
	}
	var log bytes.Buffer
	c, err := wechat.New(wechat.Options{
		AppID: "wx1", Secret: walkSecret, APIURL: base, OpenURL: base, Timeout: timeout, Cache: cache,
		Now: func() time.Time { return start },
		Observe: func(path string, errcode int, _ time.Duration) {
			fmt.Fprintf(&log, "metric %s %d\n", path, errcode)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	err = do(t.Context(), c)
	if err == nil {
		// A ticket in hand needs no call; an answer without errcode and without what the
		// call reads is a success of those that read nothing.
		if !empty && (name != "JSConfig" || !lent) {
			t.Errorf("%s (token in hand: %v) met no fault", name, lent)
		}
		return
	}
	fmt.Fprintf(&log, "%v %+v %#v %q\n", err, err, err, err)
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		fmt.Fprintf(&log, "%v %#v\n", inner, inner)
	}
	if e, ok := errors.AsType[*wechat.Error](err); ok {
		fmt.Fprintf(&log, "%s %s %s %s\n", e.Path, e.Msg, e.RID, e.Hint())
		if e.Hint() == "" {
			t.Errorf("%s: %v has no sentence for operators", name, err)
		}
	}
	for _, h := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(h).Error("call WeChat", "err", err, "errors", []error{err, fmt.Errorf("send: %w", err)})
	}
	for _, private := range walkPrivate {
		for _, form := range []string{private, url.QueryEscape(private), fmt.Sprintf("%+q", private)} {
			if strings.Contains(log.String(), strings.Trim(form, `"`)) {
				t.Errorf("%s (token in hand: %v): %q in\n%s", name, lent, private, log.String())
			}
		}
	}
}
