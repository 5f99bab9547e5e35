package form

import (
	"time"

	"quxiang/model"
)

// Answer is one of the three questions of a department, answered.
type Answer struct {
	Key      string // its id in the page
	Question string
	Good     bool // 真实, 有效
	Bad      bool // not in force; neither for who issued it
	Word     string
	Notes    []string
}

// Verdict is a form that exists as a department needs it in words, on the public
// page and at its own desk.
type Verdict struct {
	Form   model.Authorization
	State  model.AuthorizationState
	Ended  time.Time // zero while it is in force
	At     time.Time // when it was judged
	school string
	lacks  string     // title of the block that was not registered; "" when nothing lacks
	until  model.Date // the last day on which it can be in force
	limit  model.Date // the last day on which it could be verified
}

// VerdictOf judges a form at now.
func VerdictOf(i model.Issued, now time.Time) Verdict {
	v := Verdict{Form: i.Authorization, school: i.Record.School.Name, until: i.Authorization.Until(i.Record), limit: model.VerificationCap(i.Record.Graduate), At: now}
	v.State, v.Ended = i.State(now)
	if rev := i.Record.Revision(v.Form.Revision); rev != nil {
		switch d := rev.Destination; {
		case v.Form.Kind == model.FormArchive && !d.HasArchive():
			v.lacks = titleArchive
		case v.Form.Kind == model.FormHousehold && !d.HasHousehold():
			v.lacks = titleHousehold
		}
	}
	return v
}

// InForce reports whether the form holds.
func (v Verdict) InForce() bool { return v.State == model.AuthorizationActive }

// Genuine answers 是否真实: whoever gets here has name and number, or a code that
// we signed. Both can stand on a sheet whose other words were changed, so that a
// clerk is told to compare them wherever they are shown.
func (v Verdict) Genuine(scanned bool) Answer {
	note := "姓名与核验编号相符，本系统出具过这份" + v.Form.Kind.Chinese() + "。"
	if scanned {
		note = "二维码由本系统签名，没有被改动。它属于本系统出具的一份" + v.Form.Kind.Chinese() + "。"
	}
	a := Answer{Key: "genuine", Question: "是否真实？", Good: true, Word: "真实", Notes: []string{note}}
	if v.InForce() {
		a.Notes = append(a.Notes, "请把手里的表与下面的内容逐项核对；不一致时，以本页为准。")
		if v.lacks != "" {
			a.Notes = append(a.Notes, "毕业生没有登记"+v.lacks+"，表上也没有这一部分。")
		}
	}
	return a
}

// Valid answers 是否仍有效.
func (v Verdict) Valid() Answer {
	a := Answer{Key: "valid", Question: "是否仍有效？", Bad: true}
	until := v.until.Chinese()
	switch v.State {
	case model.AuthorizationActive:
		a.Good, a.Bad = true, false
		a.Word, a.Notes = "有效", []string{"有效期到" + until + "当天为止。"}
	case model.AuthorizationExpired:
		a.Word, a.Notes = "已过期", []string{"有效期已于" + until + " 24:00 结束。"}
	case model.AuthorizationRevoked:
		a.Word, a.Notes = "已撤销", []string{"自" + model.Minute(v.Ended) + "起不再有效。"}
	case model.AuthorizationSuperseded:
		a.Word = "已被新的确认取代"
		a.Notes = []string{"毕业生已于" + model.Minute(v.Ended) + "确认了新的去向信息，这份表自那时起不再有效。"}
	}
	return a
}

// By answers 由谁出具.
func (v Verdict) By(issuer string) Answer {
	return Answer{Key: "by", Question: "由谁出具？", Word: issuer, Notes: []string{
		"毕业院校：" + v.school + "。登记信息经学院、学校审核，并由毕业生本人确认。",
	}}
}

// Advice says what a clerk can do with a form that is not in force; nil for one
// that is.
func (v Verdict) Advice() []string {
	if v.InForce() {
		return nil
	}
	advice := []string{"本系统出具过这份表，但现在不能凭它办理。"}
	switch {
	case !v.At.Before(v.limit.End()):
		return append(advice, "核验服务已于"+v.limit.Chinese()+"截止（毕业时间加六个月），毕业生不能再延期或重新授权。如仍需核实，请联系学校就业指导中心。")
	case v.State == model.AuthorizationExpired:
		return append(advice, "请毕业生登录本系统，在“核验授权”中延长有效期（核验编号不变）后再核验，或者另外提供一份有效的登记信息表。")
	default:
		return append(advice, "请毕业生登录本系统，在“核验授权”中重新授权，提供新的登记信息表。")
	}
}

// Holds is the answer to both in a few words, for receipts. A receipt is filed
// apart from the page, so that it says itself when it is of a sample.
func (v Verdict) Holds(sample bool) string {
	words := "真实，" + v.State.Chinese()
	if v.InForce() {
		words = "真实有效，有效期至" + v.until.Chinese()
	}
	if sample {
		words += "（演示样张，不具有任何效力）"
	}
	return words
}
