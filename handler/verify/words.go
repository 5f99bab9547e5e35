package verify

import (
	"errors"

	"quxiang/model/form"
)

// changes says how the paper that was scanned differs from what the register
// says now; now is the form's present content.
func changes(p form.Payload, now form.Form) []string {
	printed := now
	printed.ValidUntil = p.ValidUntil
	var words []string
	if !p.Matches(printed.Canonical()) {
		words = append(words, "纸面打印之后，登记的内容已经更正，两者不完全一致。请以本页显示的内容为准。")
	}
	if p.ValidUntil != now.ValidUntil {
		words = append(words, "纸面打印的有效期到"+p.ValidUntil.Chinese()+"为止，毕业生后来改为"+now.ValidUntil.Chinese()+"。请以本页为准。")
	}
	return words
}

// refusals are the words for codes that cannot be verified: what it is, and
// what may help.
var refusals = []struct {
	err       error
	why, help string
}{
	{
		form.ErrMalformed, "扫到的内容不是完整的核验二维码。",
		"可能只扫到一部分，纸面有折痕或印得模糊，或者扫的是其他二维码。请把纸面展平，对准整个二维码再扫一次。",
	},
	{
		form.ErrSignature, "二维码的内容与它的签名不符。",
		"可能识读有误，也可能内容被改动过。请再扫一次；仍是这样，请不要采信这个二维码，改用姓名和核验编号核验。",
	},
	{
		form.ErrUnknownKey, "这个二维码不是用本系统的密钥签名的。",
		"它可能由其他系统出具。请看纸面注意事项中写的出具单位和核验网址，到那里核验。",
	},
	{
		form.ErrRevokedKey, "签署这个二维码的密钥已经作废。",
		"请毕业生重新下载登记信息表，或者改用姓名和核验编号核验。",
	},
	{
		form.ErrKeyWindow, "二维码写的出具日期，与签署它的密钥的使用时间不符。",
		"请不要采信这个二维码，改用姓名和核验编号核验，或请毕业生重新下载登记信息表。",
	},
	{
		form.ErrFuture, "二维码写的出具日期还没有到。",
		"请不要采信这个二维码，改用姓名和核验编号核验，或请毕业生重新下载登记信息表。",
	},
}

// refusal finds the words for what Ring.Open refused; whatever else is wrong is
// a signed code of which the register knows nothing.
func refusal(err error) (why, help string) {
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			return r.why, r.help
		}
	}
	return "二维码的签名正确，但没有找到它所属的登记信息。", "请改用姓名和核验编号核验，或请毕业生重新提供登记信息表。"
}
