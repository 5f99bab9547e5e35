package wechat

import (
	"context"
	"errors"
	"net/url"
)

const pathOAuthToken = "/sns/oauth2/access_token"

// The scopes of web OAuth.
const (
	// ScopeBase gives the openid without asking the user.
	ScopeBase = "snsapi_base"
	// ScopeUserInfo shows a consent page first.
	ScopeUserInfo = "snsapi_userinfo"
)

// OAuthUser is who holds the phone.
type OAuthUser struct {
	// OpenID identifies the user to this account; case matters.
	OpenID string
	// UnionID is there only for accounts bound to an open platform.
	UnionID string
	// Scope is what the user granted.
	Scope string
	// Snapshot marks the virtual user of a snapshot page (is_snapshotuser), who
	// must never be bound.
	Snapshot bool
}

// AuthorizeURL returns the address that sends a browser in WeChat to the OAuth
// page and from there to redirectURI with code and state. WeChat checks the
// order of the parameters and needs the fragment; state must match
// [a-zA-Z0-9]{1,128}, and the host of redirectURI the configured domain.
func (c *Client) AuthorizeURL(redirectURI, scope, state string) string {
	return c.openURL + "/connect/oauth2/authorize" +
		"?appid=" + url.QueryEscape(c.appID) +
		"&redirect_uri=" + url.QueryEscape(redirectURI) +
		"&response_type=code" +
		"&scope=" + url.QueryEscape(scope) +
		"&state=" + url.QueryEscape(state) +
		"#wechat_redirect"
}

// ExchangeCode trades the code of an OAuth callback for the user. A code works
// once within 5 minutes; [CodeOAuthInvalid], [CodeOAuthUsed] and
// [CodeOAuthExpired] tell why it did not. A code of impossible form is refused
// without asking WeChat.
func (c *Client) ExchangeCode(ctx context.Context, code string) (OAuthUser, error) {
	if !plausibleCode(code) {
		return OAuthUser{}, apiError(pathOAuthToken, CodeOAuthInvalid, "the code has no valid form", nil)
	}
	var out struct {
		OpenID   string `json:"openid"`
		UnionID  string `json:"unionid"`
		Scope    string `json:"scope"`
		Snapshot int    `json:"is_snapshotuser"`
	}
	err := c.exchange(ctx, request{
		path: pathOAuthToken,
		query: url.Values{
			"appid":      {c.appID},
			"secret":     {c.secret},
			"code":       {code},
			"grant_type": {"authorization_code"},
		},
		private: []string{code},
	}, "", &out)
	if err != nil {
		return OAuthUser{}, err
	}
	if out.OpenID == "" {
		return OAuthUser{}, transportError(pathOAuthToken, errors.New("the answer holds no openid"), nil)
	}
	return OAuthUser{OpenID: out.OpenID, UnionID: out.UnionID, Scope: out.Scope, Snapshot: out.Snapshot != 0}, nil
}

func plausibleCode(code string) bool {
	if code == "" || len(code) > 512 {
		return false
	}
	for i := range len(code) {
		if !isTokenByte(code[i]) {
			return false
		}
	}
	return true
}

// isTokenByte reports whether b occurs in codes and openids.
func isTokenByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '-' || b == '_'
}
