package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

const (
	defaultAPIURL  = "https://api.weixin.qq.com"
	defaultOpenURL = "https://open.weixin.qq.com"
	defaultTimeout = 5 * time.Second

	// callBudget times the time-out of one attempt bounds a whole call: token,
	// call, fresh token and replay. With the default of 5 s a call ends within
	// 15 s, which a sender's lease must exceed.
	callBudget = 3

	// maxAnswer caps what is read of an answer. The largest that is modelled,
	// 10,000 openids of user/get, stays under 400 KiB.
	maxAnswer = 1 << 20
)

// Options configure a [Client].
type Options struct {
	// AppID and Secret are the account's credentials; both are required.
	AppID, Secret string
	// APIURL is the base of the API; empty means https://api.weixin.qq.com.
	APIURL string
	// OpenURL is the base of the OAuth page; empty means
	// https://open.weixin.qq.com.
	OpenURL string
	// Timeout bounds one HTTP exchange; 0 means 5 s. A whole call, with a fresh
	// token and a replay, ends within three times as long.
	Timeout time.Duration
	// HTTP is the client to use; nil means an own one. It is copied, and the
	// copy follows no redirects, since those would carry the token elsewhere.
	HTTP *http.Client
	// Cache shares the token among replicas; nil keeps it in memory.
	Cache TokenCache
	// Now is the clock; nil means the system's.
	Now func() time.Time
	// Observe, if set, is told of every HTTP exchange: its path without query,
	// WeChat's errcode (0 for success, [CodeTransport] when there was no
	// readable answer), and how long it took.
	Observe func(path string, errcode int, d time.Duration)
}

// Client calls the API of one official account. It is safe for concurrent use.
type Client struct {
	appID, secret   string
	apiURL, openURL string
	timeout         time.Duration
	http            *http.Client
	now             func() time.Time
	observe         func(path string, errcode int, d time.Duration)
	token, ticket   *shared
}

// New returns a client for the account in o. It makes no call. The error names
// the option that is missing or malformed.
func New(o Options) (*Client, error) {
	if o.AppID == "" || o.Secret == "" {
		return nil, errors.New("wechat.New: AppID and Secret are required")
	}
	api, err := baseURL(o.APIURL, defaultAPIURL)
	if err != nil {
		return nil, fmt.Errorf("wechat.New: APIURL: %w", err)
	}
	open, err := baseURL(o.OpenURL, defaultOpenURL)
	if err != nil {
		return nil, fmt.Errorf("wechat.New: OpenURL: %w", err)
	}
	c := &Client{
		appID: o.AppID, secret: o.Secret,
		apiURL: api, openURL: open,
		timeout: o.Timeout,
		now:     o.Now,
		observe: o.Observe,
	}
	if c.timeout <= 0 {
		c.timeout = defaultTimeout
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.observe == nil {
		c.observe = func(string, int, time.Duration) {}
	}
	c.http = httpClient(o.HTTP)
	c.token = &shared{
		path: pathStableToken, key: "wechat/access_token/" + o.AppID,
		cache: o.Cache, now: c.now, fetch: c.fetchToken,
	}
	c.ticket = &shared{
		path: pathTicket, key: "wechat/jsapi_ticket/" + o.AppID,
		cache: o.Cache, now: c.now, fetch: c.fetchTicket,
	}
	return c, nil
}

func baseURL(s, fallback string) (string, error) {
	if s == "" {
		return fallback, nil
	}
	u, err := url.Parse(s)
	if err != nil {
		return "", errors.New("not an address")
	}
	if (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("want http(s)://host without user, query and fragment")
	}
	return strings.TrimRight(s, "/"), nil
}

func httpClient(given *http.Client) *http.Client {
	var h http.Client
	if given != nil {
		h = *given
	} else {
		// All calls go to one host, for which net/http would keep two idle
		// connections: a bulk send would shake hands for most messages.
		h.Transport = &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			MaxIdleConnsPerHost: 64,
			IdleConnTimeout:     90 * time.Second,
			TLSHandshakeTimeout: defaultTimeout,
			ForceAttemptHTTP2:   true,
		}
	}
	h.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &h
}

// request is one API call. A nil body makes it a GET.
type request struct {
	path  string
	query url.Values
	body  any
	// private are values of this request that must not come back in an error's
	// text, such as an OAuth code.
	private []string
}

// call makes r with the access token and decodes the answer into out, unless
// out is nil. When WeChat calls the token stale it replays r once with a fresh
// one: nothing was done by the refused call, so that is safe for sends too.
func (c *Client) call(ctx context.Context, r request, out any) error {
	ctx, cancel := context.WithTimeout(ctx, callBudget*c.timeout)
	defer cancel()
	token, err := c.token.get(ctx)
	if err != nil {
		return err
	}
	err = c.exchange(ctx, r, token, out)
	if KindOf(err) != KindStaleToken {
		return err
	}
	fresh, refreshErr := c.token.replace(ctx, token)
	if refreshErr != nil {
		return refreshErr
	}
	return c.exchange(ctx, r, fresh, out)
}

// exchange makes one HTTP exchange. Success bodies of several paths carry no
// errcode, so its absence means success.
func (c *Client) exchange(ctx context.Context, r request, token string, out any) error {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	private := append([]string{c.secret, token}, r.private...)
	start := c.now()
	err := c.roundTrip(ctx, r, token, private, out)
	code := 0
	if e, ok := errors.AsType[*Error](err); ok {
		code = e.Code
	}
	c.observe(r.path, code, c.now().Sub(start))
	return err
}

func (c *Client) roundTrip(ctx context.Context, r request, token string, private []string, out any) error {
	req, err := c.newRequest(ctx, r, token)
	if err != nil {
		return err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return transportError(r.path, err, private)
	}
	defer func() { _ = resp.Body.Close() }() // it was read to its end, or is not wanted
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return transportError(r.path, err, private)
	}
	if resp.StatusCode != http.StatusOK {
		return statusError(r.path, resp.StatusCode)
	}
	if len(body) > maxAnswer {
		return transportError(r.path, errors.New("the answer is too long"), nil)
	}
	var answer util.CommonError
	if err := json.Unmarshal(body, &answer); err != nil {
		// The decoder's text may quote the body, which may hold a token.
		return transportError(r.path, errors.New("the answer is not the JSON expected"), nil)
	}
	if answer.ErrCode != 0 {
		return apiError(r.path, int(answer.ErrCode), answer.ErrMsg, private)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(body, out); err != nil {
		return transportError(r.path, errors.New("the answer is not the JSON expected"), nil)
	}
	return nil
}

func (c *Client) newRequest(ctx context.Context, r request, token string) (*http.Request, error) {
	q := url.Values{}
	for k, v := range r.query {
		q[k] = v
	}
	if token != "" {
		q.Set("access_token", token)
	}
	target := c.apiURL + r.path
	if len(q) > 0 {
		target += "?" + q.Encode()
	}
	method := http.MethodGet
	var body io.Reader
	if r.body != nil {
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		// WeChat refuses \u0026 and its like (40033) and shows \u003c as it is.
		enc.SetEscapeHTML(false)
		if err := enc.Encode(r.body); err != nil {
			return nil, fmt.Errorf("wechat: encode %s: %w", r.path, err)
		}
		method, body = http.MethodPost, &b
	}
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return nil, fmt.Errorf("wechat: request for %s cannot be built", r.path)
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	return req, nil
}
