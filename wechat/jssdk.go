package wechat

import (
	"context"
	"crypto/rand"
	"crypto/sha1" // WeChat's signature is SHA-1
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const pathTicket = "/cgi-bin/ticket/getticket"

// JSConfig is what wx.config of the JS-SDK needs, under its names.
type JSConfig struct {
	AppID string `json:"appId"`
	// Timestamp is in seconds.
	Timestamp int64  `json:"timestamp"`
	NonceStr  string `json:"nonceStr"`
	Signature string `json:"signature"`
}

// JSConfig signs pageURL, the address of the page as the browser shows it; the
// fragment does not count.
func (c *Client) JSConfig(ctx context.Context, pageURL string) (JSConfig, error) {
	ticket, err := c.ticket.get(ctx)
	if err != nil {
		return JSConfig{}, err
	}
	j := JSConfig{AppID: c.appID, Timestamp: c.now().Unix(), NonceStr: rand.Text()}
	j.Signature = jsSignature(ticket, j.NonceStr, j.Timestamp, pageURL)
	return j, nil
}

func jsSignature(ticket, nonce string, timestamp int64, pageURL string) string {
	pageURL, _, _ = strings.Cut(pageURL, "#")
	sum := sha1.Sum([]byte("jsapi_ticket=" + ticket + "&noncestr=" + nonce +
		"&timestamp=" + strconv.FormatInt(timestamp, 10) + "&url=" + pageURL))
	return hex.EncodeToString(sum[:])
}

// fetchTicket knows no force: WeChat never calls a ticket stale to us, the
// browser does.
func (c *Client) fetchTicket(ctx context.Context, _ bool) (string, time.Duration, error) {
	var out struct {
		Ticket    string `json:"ticket"`
		ExpiresIn int64  `json:"expires_in"`
	}
	err := c.call(ctx, request{path: pathTicket, query: url.Values{"type": {"jsapi"}}}, &out)
	if err != nil {
		return "", 0, err
	}
	return lent(pathTicket, out.Ticket, out.ExpiresIn)
}
