package wechat

import (
	"fmt"
	"regexp"
)

var (
	// whitelistIP finds the address in `invalid ip 1.2.3.4 ipv6 ::ffff:1.2.3.4,
	// not in whitelist`.
	whitelistIP = regexp.MustCompile(`invalid ip ([0-9a-fA-F.:]+)`)
	// refusedField finds the key in `argument invalid! data.thing1.value invalid`.
	refusedField = regexp.MustCompile(`data\.([0-9A-Za-z_]+)`)
)

// hints say for an errcode what an operator can do about it.
var hints = map[int]string{
	-1:                "微信系统繁忙，系统会自动重试，您无需处理。",
	40001:             "微信不接受当前的 access_token。请您确认没有其他系统在用同一账号强制刷新 access_token。",
	40013:             "AppID 不正确，请您核对公众号配置。",
	40125:             "AppSecret 不正确，请您在微信公众平台核对或重置后更新配置。",
	40003:             "该用户的 openid 无效或不属于本公众号，消息不会再发给该用户。",
	CodeNotFollowing:  "该用户已取消关注，无法接收消息。",
	CodeBlacklisted:   "该用户在公众号的黑名单中，无法接收消息。",
	40037:             "模板编号无效，该模板可能已被删除。请您在微信公众平台核对后重新选择模板。",
	CodeHeldForReview: "消息正在接受微信审核，暂未送达。",
	45009:             "今日的接口调用次数已用完，系统已暂停调用，次日自动恢复。您也可以在微信公众平台申请提高额度。",
	45011:             "调用过于频繁，系统会自动放慢，您无需处理。",
	48001:             "公众号没有此接口的权限，请您确认公众号已认证，并在微信公众平台的接口权限中核对。",
	48002:             "该用户在公众号设置中关闭了“接收消息”，消息不会送达。",
	48004:             "此接口已被微信封禁，请您登录微信公众平台查看通知。",
	40033:             "内容中有微信不接受的字符，请您修改后重试。",
	40054:             "子菜单的链接不合法，请您检查链接是否以 http:// 或 https:// 开头。",
	40055:             "菜单的链接不合法，请您检查链接是否以 http:// 或 https:// 开头。",
	45010:             "菜单按钮的数量超出微信的限制，请您减少按钮后重试。",
	46002:             "微信中没有这一版本的菜单，请您重新发布菜单。",
	46003:             "公众号还没有发布菜单，请您先发布菜单。",
	CodeOAuthInvalid:  "微信登录凭证无效，请用户从公众号菜单重新进入。",
	CodeOAuthUsed:     "微信登录凭证已使用过，请用户从公众号菜单重新进入。",
	CodeOAuthExpired:  "微信登录凭证已过期，请用户从公众号菜单重新进入。",
}

var kindHints = map[Kind]string{
	KindTransient:     "暂时无法连接微信，系统会自动重试。如持续出现，请您检查服务器的网络。",
	KindStaleToken:    "微信不接受当前的 access_token，系统会自动更换。",
	KindTemplate:      "模板消息的内容不符合微信的要求，请您检查模板的设置。",
	KindConfiguration: "配置不符合微信的要求，请您根据错误码检查公众号配置或菜单。",
	KindUnknown:       "微信返回了未知的错误，请您根据错误码查阅微信公众平台的文档。",
}

// Hint returns a Chinese sentence that tells an operator what to do. It never
// names a user.
func (e *Error) Hint() string {
	switch {
	case e.Code == 40164:
		if m := whitelistIP.FindStringSubmatch(e.Msg); m != nil {
			return fmt.Sprintf("请您在微信公众平台“设置与开发”的“IP白名单”中加入本服务器的地址 %s。", m[1])
		}
		return "请您在微信公众平台“设置与开发”的“IP白名单”中加入本服务器的地址。"
	case e.Code == 47003 && e.Kind == KindTemplate:
		if m := refusedField.FindStringSubmatch(e.Msg); m != nil {
			return fmt.Sprintf("模板字段 %s 的内容不符合微信的要求，请您检查该模板的设置。", m[1])
		}
	case e.Code == 40001 && e.Kind == KindConfiguration:
		return hints[40125]
	case e.Code == CodeTransport && e.Kind == KindConfiguration:
		return "微信接口地址的回答不正确，请您检查接口地址和代理的配置。"
	}
	if h, ok := hints[e.Code]; ok {
		return h
	}
	return kindHints[e.Kind]
}
