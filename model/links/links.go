// Package links makes the addresses of our own pages, as messages, menus, QR
// codes and redirects use them (design §6, Addresses).
package links

import (
	"net/url"
	"strings"

	"quxiang/model"
)

// Paths of pages that messages, menus and redirects lead to.
const (
	pathHome          = "/"
	pathProgress      = "/h5/home"
	pathOAuth         = "/wechat/oauth"
	pathOAuthCallback = "/wechat/oauth/callback"
	pathCHSICallback  = "/chsi/callback"
	pathQR            = "/V/"
)

// Links makes absolute addresses below one origin. The zero value is not
// usable: see New.
type Links struct{ origin string }

// New takes the origin under which people reach us, such as
// https://dj.example.edu.cn, without a path. Anything else is an error of code
// CodeInvalid.
func New(publicURL string) (Links, error) {
	u, err := url.Parse(publicURL)
	if err != nil {
		// The parser's own error repeats the address, which may hold a password.
		return Links{}, model.Invalid("public_url", "公开地址不是有效的网址。")
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil || u.Opaque != "" ||
		(u.Path != "" && u.Path != "/") || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return Links{}, model.Invalid("public_url", "公开地址应写成 https://dj.example.edu.cn 的形式，不带路径。")
	}
	return Links{origin: u.Scheme + "://" + strings.ToLower(u.Host)}, nil
}

// Origin is scheme, host and port, without a slash at the end.
func (l Links) Origin() string { return l.origin }

// Home is 选择登录用户, where everybody starts.
func (l Links) Home() string { return l.origin + pathHome }

// Page is the absolute address of a local path, such as a notice's Path. A
// path that SafeNext refuses becomes Home.
func (l Links) Page(path string) string { return l.origin + SafeNext(path) }

// H5 is a graduate's page, named as below /h5/: H5("confirm").
func (l Links) H5(page string) string { return l.Page("/h5/" + strings.TrimPrefix(page, "/")) }

// OAuth is the way into WeChat's web authorisation that ends at the local path
// next: with a binding it needs no login page.
func (l Links) OAuth(next string) string {
	return l.origin + pathOAuth + "?next=" + url.QueryEscape(SafeNext(next))
}

// Progress is where messages and the chat's answer to 办理进度 lead: by OAuth to
// the page that knows the next step.
func (l Links) Progress() string { return l.OAuth(pathProgress) }

// OAuthCallback is the redirect_uri that is given to WeChat.
func (l Links) OAuthCallback() string { return l.origin + pathOAuthCallback }

// CHSICallback is the service address that is given to CHSI, without a query.
func (l Links) CHSICallback() string { return l.origin + pathCHSICallback }

// Verify is the page on which departments verify forms of a kind.
func (l Links) Verify(kind model.FormKind) string { return l.origin + "/verify/" + string(kind) }

// VerifyQR is what a form's QR code says: an address that ends in the signed
// payload of model/form, so that a number alone opens nothing. It is upper case
// throughout, scheme and host too, so that the QR code can use its alphanumeric
// mode and stay small enough to be read from paper; /V/ is served as /v/ is.
func (l Links) VerifyQR(payload string) string {
	return strings.ToUpper(l.origin + pathQR + payload)
}
