package wechat

import (
	"context"
	"errors"
	"net/url"
	"time"
)

const (
	pathUserInfo  = "/cgi-bin/user/info"
	pathFollowers = "/cgi-bin/user/get"
)

// MaxFollowerPage is the largest page of [Client.Followers].
const MaxFollowerPage = 10_000

// User is what the platform tells of an openid. WeChat gives no nickname since
// December 2021.
type User struct {
	OpenID string
	// Subscribed tells whether the user follows the account; if not, the fields
	// below are empty.
	Subscribed bool
	// SubscribedAt is when the user last followed.
	SubscribedAt time.Time
	UnionID      string
	TagIDs       []int64
	// QRScene is the scene of the QR code that the user followed by.
	QRScene string
}

// UserInfo looks openid up. A user who does not follow is no error.
func (c *Client) UserInfo(ctx context.Context, openid string) (User, error) {
	var out struct {
		Subscribe     int     `json:"subscribe"`
		OpenID        string  `json:"openid"`
		SubscribeTime int64   `json:"subscribe_time"`
		UnionID       string  `json:"unionid"`
		TagIDs        []int64 `json:"tagid_list"`
		QRScene       string  `json:"qr_scene_str"`
	}
	err := c.call(ctx, request{
		path:    pathUserInfo,
		query:   url.Values{"openid": {openid}, "lang": {"zh_CN"}},
		private: []string{openid},
	}, &out)
	if err != nil {
		return User{}, err
	}
	u := User{
		OpenID:     out.OpenID,
		Subscribed: out.Subscribe != 0,
		UnionID:    out.UnionID,
		TagIDs:     out.TagIDs,
		QRScene:    out.QRScene,
	}
	if out.SubscribeTime > 0 {
		u.SubscribedAt = time.Unix(out.SubscribeTime, 0)
	}
	return u, nil
}

// FollowerPage is one page of openids.
type FollowerPage struct {
	// Total is how many follow the account, on every page.
	Total int64
	// OpenIDs are at most [MaxFollowerPage].
	OpenIDs []string
	// Next is what to ask the next page after; "" when there is none.
	Next string
}

// Followers lists who follows the account, a page at a time: after "" the first
// page, then after the Next of the page before until that is "". The order is
// WeChat's own and somebody who follows meanwhile may be missed, so compare what
// was read with Total. WeChat allows 500 pages a day.
func (c *Client) Followers(ctx context.Context, after string) (FollowerPage, error) {
	r := request{path: pathFollowers, private: []string{after}}
	if after != "" {
		r.query = url.Values{"next_openid": {after}}
	}
	return c.followers(ctx, r, after)
}

// followers reads a page. WeChat repeats the last openid as next_openid even on
// the last page, so that only an empty page ends the list for certain. A page
// that leads to itself ends it too: the list would have no end.
func (c *Client) followers(ctx context.Context, r request, after string) (FollowerPage, error) {
	var out struct {
		Total int64 `json:"total"`
		Count int64 `json:"count"`
		Data  struct {
			OpenIDs []string `json:"openid"`
		} `json:"data"`
		Next string `json:"next_openid"`
	}
	if err := c.call(ctx, r, &out); err != nil {
		return FollowerPage{}, err
	}
	p := FollowerPage{Total: out.Total, OpenIDs: out.Data.OpenIDs}
	if int64(len(p.OpenIDs)) != out.Count {
		return FollowerPage{}, transportError(r.path, errors.New("the page does not hold as many openids as it says"), nil)
	}
	if len(p.OpenIDs) > 0 && out.Next != after {
		p.Next = out.Next
	}
	return p, nil
}
