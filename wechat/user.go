package wechat

import (
	"context"
	"net/url"
	"time"
)

const pathUserInfo = "/cgi-bin/user/info"

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
