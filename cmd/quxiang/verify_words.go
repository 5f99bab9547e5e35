package main

import (
	"fmt"
	"io"
	"net/url"
	"strings"
	"unicode"

	paper "quxiang/handler/form"
	"quxiang/model/form"
)

// print says what was found: one line for programs, then words for a clerk.
func (v *verdict) print(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "signature=%s content=%s", v.signature, v.content)
	if v.signature == signatureValid {
		p := v.payload
		fmt.Fprintf(&b, " number=%s kind=%s valid_until=%s issued=%s key=%s issuer=%s", p.Number, p.Kind, p.ValidUntil, p.Issued, p.KeyID, v.issuer)
	}
	b.WriteString("\n\n")
	if v.signature == signatureValid {
		v.explain(&b)
	} else {
		fmt.Fprintf(&b, "签名：没有通过。%s\n", v.refusal())
		b.WriteString("没有通过不等于材料是假的：请联网核验，或向毕业生所在学校核实。\n")
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// refusals say for each reason what it means and what to do.
var refusals = map[string]string{
	signatureMissing:   "没有读出二维码。请换一张清楚、平整、二维码完整的图片，或把手机扫码得到的文字交给本命令。",
	signatureAmbiguous: "读到几张登记信息表的二维码，不知道要核验哪一张。请只拍一张。",
	reasonMalformed:    "读到的不是登记信息表的二维码，或没有读完整。",
	"unknown_key":      "签发它的密钥不在公钥文件里：可能是另一所学校的表，也可能公钥文件太旧。请重新下载公钥文件再试。",
	"signature":        "签名与内容不符：二维码被改动过，不是学校签发的。",
	"revoked_key":      "签发它的密钥已被学校作废，凭二维码不能再判断真伪。请用姓名和核验编号联网核验。",
	"key_window":       "二维码上的出具日期不在签发密钥的使用时间内，不可信。请重新下载公钥文件再试，仍不通过请联系学校。",
	"future":           "二维码上的出具日期在今天之后，不可信。请先检查本机日期。",
}

func (v *verdict) refusal() string {
	if v.problem != "" {
		return v.problem
	}
	return refusals[v.signature]
}

func (v *verdict) explain(b *strings.Builder) {
	p := v.payload
	fmt.Fprintf(b, "签名：有效。二维码由“%s”于%s签发（密钥 %s）。\n", v.issuer, p.Issued.Chinese(), p.KeyID)
	fmt.Fprintf(b, "出具：%s（以公钥文件为准", v.issuer)
	if v.sheet != nil && form.CanonicalText(v.sheet.Issuer) != form.CanonicalText(v.issuer) {
		fmt.Fprintf(b, "；表上印的是“%s”，这一栏不受签名保护", visible(v.sheet.Issuer))
	}
	b.WriteString("）。\n")
	fmt.Fprintf(b, "内容：%s\n", v.contentWords())
	fmt.Fprintf(b, "有效期：表上印的是有效期至%s，", p.ValidUntil.Chinese())
	if p.ValidUntil < v.today {
		fmt.Fprintf(b, "按 %s 计算已过；毕业生可能已经延长，请联网核验。\n", v.today)
	} else {
		fmt.Fprintf(b, "按 %s 计算未过。\n", v.today)
	}
	if v.sheet != nil && v.sheet.Sample {
		b.WriteString("注意：这是演示样张，不具有任何效力。\n")
	}
	b.WriteString("离线核验看不到的：签发以后，毕业生是否撤销了授权、是否有新的确认取代了这张表、有效期是否延长。这些只有联网才能知道。\n")
	fmt.Fprintf(b, "联网核验：请用学校公布的网址，输入姓名和核验编号 %s。", paper.Grouped(p.Number))
	if v.address != "" {
		fmt.Fprintf(b, "二维码上写的网站是 %s；网址谁都可以印，签名不能保证它是学校的。", v.address)
	}
	b.WriteString("\n")
	if v.sheet != nil && v.content != contentDiffers {
		v.listContent(b)
	}
}

func (v *verdict) contentWords() string {
	switch v.content {
	case contentMatches:
		if v.input != inputPDF {
			return "抄录的内容与签名一致。" + v.facts()
		}
		return "表格、核验编号和有效期与签名一致，一字未改。（标题和注意事项不受签名保护。）"
	case contentDiffers:
		return "与签名不一致！表上的文字被改动过，或这个二维码是另一张表的。请不要凭这份材料办理，联网核验或向学校核实。"
	case contentUnclear:
		if v.sheet == nil {
			return "无法核对：这个 PDF 的版式不是系统出具的原件。请向毕业生索取原件，或联网核验。"
		}
		return "文字与签名一致，但页面看上去与这些文字不同：可能被遮盖或改动过，也可能由另一版本的系统绘制。请把下面的内容与看到的逐字核对，有一处不同就不可信。"
	}
	return "没有核对，图片和二维码文字只能证明签发过这样一张表。" + v.facts() + "二维码可能是从别的表上剪下来的；要核对其他内容，请照表把各栏抄成文本文件，每行“栏目=内容”，用 --content 再核验一次。"
}

// facts are what the code itself says of the sheet.
func (v *verdict) facts() string {
	p := v.payload
	return fmt.Sprintf("二维码说这是一张%s，核验编号 %s，有效期至%s，出具日期%s：请与表上核对这四项。", p.Kind.Chinese(), paper.Grouped(p.Number), p.ValidUntil.Chinese(), p.Issued.Chinese())
}

// listContent writes what is signed, to be compared with what is seen.
func (v *verdict) listContent(b *strings.Builder) {
	fmt.Fprintf(b, "\n签名保护的内容（%s）：\n", v.sheet.Kind.Chinese())
	for _, block := range v.sheet.Blocks {
		fmt.Fprintf(b, "[%s]\n", visible(block.Title))
		for _, r := range block.Rows {
			fmt.Fprintf(b, "%s=%s\n", visible(r.Label), visible(r.Value))
		}
	}
}

// visible keeps what would steer a terminal out of it.
func visible(s string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case unicode.IsSpace(c):
			return ' '
		case unicode.In(c, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs):
			return -1
		}
		return c
	}, s)
}

// addressOf is the site that a QR code names, or "" where that is no plain one.
func addressOf(text string) string {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Hostname() == "" || u.User != nil || (u.Scheme != "http" && u.Scheme != "https") {
		return ""
	}
	if strings.Trim(strings.ToLower(u.Host), "abcdefghijklmnopqrstuvwxyz0123456789-.:[]") != "" {
		return ""
	}
	return u.Scheme + "://" + strings.ToLower(u.Host)
}
