package api

import (
	"encoding/json"
	"errors"
	"strings"

	"quxiang/model"
	"quxiang/model/form"
)

// Check is one question of a post to /api/v1/verifications: kind, name and
// number, or the text of a scanned QR code.
type Check struct {
	ID     string `json:"id,omitempty"`
	Kind   string `json:"kind,omitempty"`
	Name   string `json:"name,omitempty"`
	Number string `json:"number,omitempty"`
	QR     string `json:"qr,omitempty"`
}

// Longest texts of a Check, in bytes: a name of sixty characters, a number in
// full-width characters, an address with a payload.
const (
	maxCheckName   = 240
	maxCheckNumber = 120
	maxCheckQR     = 1024
)

// check is a Check as it was read, or the fault of what is none.
type check struct {
	Check
	fault *model.Error
}

// readChecks reads a body. What is wrong with the body as a whole is an error;
// what is wrong with one check, even that it is none, is its fault.
func readChecks(body []byte) ([]check, error) {
	fields, err := readFields(body)
	if err != nil {
		return nil, err
	}
	for name := range fields {
		if name != "checks" {
			return nil, unknownField(name, name)
		}
	}
	var list []json.RawMessage
	if raw, ok := fields["checks"]; ok {
		if err := decode(raw, &list, "checks"); err != nil {
			return nil, err
		}
	}
	if n := len(list); n == 0 || n > model.MaxQuestions {
		return nil, model.Invalid("checks", "每次应提交 1–%d 条核验，现在是 %d 条。", model.MaxQuestions, n)
	}
	checks := make([]check, len(list))
	for i, raw := range list {
		checks[i] = readCheck(raw)
	}
	return checks, nil
}

func readCheck(raw []byte) (c check) {
	err := checkJSON(raw)
	if err == nil {
		err = decode(raw, &c.Check, "")
	}
	if err != nil {
		e, _ := errors.AsType[*model.Error](err) // both return no other
		c = check{fault: e}
		if e.Field == "" {
			e.Field = "check"
		}
		return c
	}
	if len(c.ID) > 64 || !printable(c.ID) {
		c.ID = "" // is given back, so only what is safe to
		c.fault = model.Invalid("id", "id 应为不超过 64 个的半角字符，不要含个人信息。")
		return c
	}
	c.fault = c.missing()
	return c
}

// missing says what a check lacks, or has too much of; nil for none. Whatever
// else is wrong with a number is no match, so that its shape is not explained to
// those who guess.
func (c check) missing() *model.Error {
	if c.QR != "" {
		switch {
		case c.Kind != "" || c.Name != "" || c.Number != "":
			return model.Invalid("qr", "二维码自带种类和编号：请只给出 qr，或只给出 kind、name 和 number。")
		case len(c.QR) > maxCheckQR:
			return model.Invalid("qr", "二维码内容过长，不是登记信息表的二维码。")
		}
		return nil
	}
	switch {
	case !model.FormKind(c.Kind).Valid():
		return model.Invalid("kind", "kind 应为 archive（档案）或 household（户口）。")
	case model.FoldName(c.Name) == "":
		return model.Invalid("name", "请填写毕业生姓名。")
	case len(c.Name) > maxCheckName:
		return model.Invalid("name", "姓名过长，请核对。")
	case strings.TrimSpace(c.Number) == "":
		return model.Invalid("number", "请填写核验编号。")
	case len(c.Number) > maxCheckNumber:
		return model.Invalid("number", "核验编号过长，请核对。")
	}
	return nil
}

// Reasons why the text of a QR code is none of a form of ours.
var qrReasons = []struct {
	err     error
	reason  string
	message string
}{
	{form.ErrMalformed, "malformed", "这不是登记信息表的二维码，或没有扫描完整。"},
	{form.ErrUnknownKey, "unknown_key", "二维码不是由本系统的密钥签名的。"},
	{form.ErrSignature, "signature", "二维码的签名不对：内容被改动过，或没有扫描完整。"},
	{form.ErrRevokedKey, "revoked_key", "二维码的签名密钥已作废，请改用姓名和核验编号核验，或请毕业生重新下载登记信息表。"},
	{form.ErrKeyWindow, "key_window", "二维码的签发日期不在签名密钥的使用期内。"},
	{form.ErrFuture, "future", "二维码的签发日期还没有到。"},
}

// Reasons lists them by their words in the answer.
func Reasons() []string {
	out := make([]string, len(qrReasons))
	for i, r := range qrReasons {
		out[i] = r.reason
	}
	return out
}

// asked is a check as the register is asked, or the verdict on one that is not
// asked about.
type asked struct {
	question model.Question
	payload  *form.Payload // of a QR code
	verdict  *verdict
}

// ask reads the QR code of a check and judges its kind by the key's scope.
func (c check) ask(k model.DeskKey, ring form.Ring, today model.Date) asked {
	if c.fault != nil {
		return asked{verdict: refusal(ResultInvalid, "", c.fault)}
	}
	q := model.Question{Kind: model.FormKind(c.Kind), Name: c.Name}
	var payload *form.Payload
	if c.QR == "" {
		q.Number, _ = form.ParseNumber(c.Number)
	} else {
		p, err := ring.Open(form.FromQR(c.QR), today)
		for _, r := range qrReasons {
			if errors.Is(err, r.err) {
				return asked{verdict: refusal(ResultInvalid, r.reason, model.Invalid("qr", "%s", r.message))}
			}
		}
		payload, q = &p, model.Question{Kind: p.Kind, Number: p.Number, Signed: true}
	}
	if !k.Checks(q.Kind) {
		e := model.Errorf(model.CodeForbidden, "这个密钥没有核验%s的权限。", q.Kind.Chinese())
		e.Field = "kind"
		return asked{verdict: refusal(ResultRefused, "", e)}
	}
	return asked{question: q, payload: payload}
}

func refusal(r Result, reason string, e *model.Error) *verdict {
	return &verdict{Result: r, Reason: reason, Code: e.Code, Field: e.Field, Message: e.Message}
}
