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

// kindHints stand in for a code that has no sentence of its own.
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
	case e.Code == 47003 && e.Kind == KindTemplate:
		if m := refusedField.FindStringSubmatch(e.Msg); m != nil {
			return fmt.Sprintf("模板字段 %s 的内容不符合微信的要求，请您检查该模板的设置。", m[1])
		}
	case e.Code == 40001 && e.Kind == KindConfiguration:
		return verdicts[40125].hint
	case e.Code == CodeTransport && e.Kind == KindConfiguration:
		return "微信接口地址的回答不正确，请您检查接口地址和代理的配置。"
	}
	if v, ok := verdicts[e.Code]; ok && e.Kind == v.kind {
		return v.hint
	}
	return kindHints[e.Kind]
}
