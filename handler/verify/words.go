package verify

import (
	"errors"
	"time"

	"quxiang/model"
	"quxiang/model/form"
)

// answer is one of the three questions of a department, answered.
type answer struct {
	Key      string // its id in the page
	Question string
	Good     bool // 真实, 有效
	Bad      bool // not in force; neither for who issued it
	Word     string
	Notes    []string
}

// verdict is a form that exists as a department needs it in words.
type verdict struct {
	form   model.Authorization
	school string
	limit  model.Date // the last day on which it could be verified
	state  model.AuthorizationState
	ended  time.Time
	now    time.Time
}

func verdictOf(i model.Issued, now time.Time) verdict {
	v := verdict{form: i.Authorization, school: i.Record.School.Name, limit: model.VerificationCap(i.Record.Graduate), now: now}
	v.state, v.ended = i.State(now)
	return v
}

func (v verdict) inForce() bool { return v.state == model.AuthorizationActive }

// genuine answers 是否真实: whoever gets here has name and number, or a code that
// we signed.
func (v verdict) genuine(scanned bool) answer {
	note := "姓名与核验编号相符，本系统出具过这份" + v.form.Kind.Chinese() + "。"
	if scanned {
		note = "二维码由本系统签名，没有被改动。它属于本系统出具的一份" + v.form.Kind.Chinese() + "。"
	}
	return answer{Key: "genuine", Question: "是否真实？", Good: true, Word: "真实", Notes: []string{note}}
}

// valid answers 是否仍有效.
func (v verdict) valid() answer {
	a := answer{Key: "valid", Question: "是否仍有效？", Bad: true}
	until := v.form.ValidUntil.Chinese()
	switch v.state {
	case model.AuthorizationActive:
		a.Good, a.Bad = true, false
		a.Word, a.Notes = "有效", []string{"有效期到" + until + "当天为止。"}
	case model.AuthorizationExpired:
		a.Word, a.Notes = "已过期", []string{"有效期已于" + until + " 24:00 结束。"}
	case model.AuthorizationRevoked:
		a.Word, a.Notes = "已撤销", []string{"自" + model.Minute(v.ended) + "起不再有效。"}
	case model.AuthorizationSuperseded:
		a.Word = "已被新的确认取代"
		a.Notes = []string{"毕业生已于" + model.Minute(v.ended) + "确认了新的去向信息，这份表自那时起不再有效。"}
	}
	return a
}

// by answers 由谁出具.
func (v verdict) by(issuer string) answer {
	return answer{Key: "by", Question: "由谁出具？", Word: issuer, Notes: []string{
		"毕业院校：" + v.school + "。登记信息经学院、学校审核，并由毕业生本人确认。",
	}}
}

// advice says what a clerk can do with a form that is not in force; nil for one
// that is.
func (v verdict) advice() []string {
	if v.inForce() {
		return nil
	}
	advice := []string{"材料是真的，但现在不能凭它办理。"}
	switch {
	case !v.now.Before(v.limit.End()):
		return append(advice, "核验服务已于"+v.limit.Chinese()+"截止（毕业时间加六个月），毕业生不能再延期或重新授权。如仍需核实，请联系学校就业指导中心。")
	case v.state == model.AuthorizationExpired:
		return append(advice, "请毕业生登录本系统，在“核验授权”中延长有效期（核验编号不变）后再核验，或者另外提供一份有效的登记信息表。")
	default:
		return append(advice, "请毕业生登录本系统，在“核验授权”中重新授权，提供新的登记信息表。")
	}
}

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
