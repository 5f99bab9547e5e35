package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"quxiang/handler/form/readback"
	"quxiang/handler/form/scan"
	"quxiang/model"
	"quxiang/model/form"
)

// What verify says of the content.
const (
	contentMatches = "matches"
	contentDiffers = "differs"
	// contentUnclear is a page that cannot be compared, or that looks different
	// from what its text says.
	contentUnclear    = "unclear"
	contentNotChecked = "not_checked"
)

// What verify says of the signature, besides the reasons of docs/verification.md.
const (
	signatureValid     = "valid"
	signatureMissing   = "missing"   // no QR code
	signatureAmbiguous = "ambiguous" // several codes of forms
)

// inputKind is what was given.
type inputKind string

const (
	inputPDF     inputKind = "pdf"
	inputPicture inputKind = "picture"
	inputText    inputKind = "text"
)

// verdict is what a check found.
type verdict struct {
	input     inputKind
	signature string
	content   string
	problem   string // why the file could not be read, for people
	payload   form.Payload
	issuer    string     // of the keys
	address   string     // what the QR code says, nobody's word for it
	sheet     *form.Form // what a PDF says
	today     model.Date
}

// passed: nothing that was looked at is wrong.
func (v *verdict) passed() bool {
	return v.signature == signatureValid && (v.content == contentMatches || (v.content == contentNotChecked && v.input != inputPDF))
}

// judge checks what a file holds. An error is wrong use; what is wrong with the
// form is in the verdict.
func (v *verdict) judge(ctx context.Context, file []byte, ring form.Ring, typed string) error {
	v.content, v.signature = contentNotChecked, signatureMissing
	switch kind := http.DetectContentType(file); {
	case bytes.Contains(file[:min(len(file), 1024)], []byte("%PDF-")):
		v.input = inputPDF
		if typed != "" {
			return fmt.Errorf("%w: PDF 的内容由程序自己读取，不需要 --content", errUsage)
		}
		return v.judgePDF(ctx, file, ring)
	case strings.HasPrefix(kind, "image/"):
		v.input = inputPicture
		m, err := scan.Decode(file)
		if err != nil {
			v.problem = pictureProblem(err)
			return nil
		}
		v.open(scan.Texts(m), ring)
	case strings.HasPrefix(kind, "text/plain") && len(file) <= maxTyped:
		v.input = inputText
		v.open([]string{string(file)}, ring)
	default:
		return fmt.Errorf("%w: 不能识别的文件：请提供 PDF、图片（PNG、JPEG、GIF、WebP）或扫码得到的文字", errUsage)
	}
	if v.signature == signatureValid && typed != "" {
		v.content = contentDiffers
		if v.payload.MatchesTyped(typed) {
			v.content = contentMatches
		}
	}
	return nil
}

func pictureProblem(err error) string {
	if errors.Is(err, scan.ErrTooLarge) {
		return "图片太大，请缩小到 5000 万像素以内。"
	}
	return "图片已损坏，或不是 PNG、JPEG、GIF、WebP。"
}

// judgePDF compares the page with the signature as well.
func (v *verdict) judgePDF(ctx context.Context, file []byte, ring form.Ring) error {
	r, err := readback.Read(ctx, file)
	switch {
	case errors.Is(err, readback.ErrNoPDF):
		v.problem = "PDF 已损坏或加密，不能读取。"
	case errors.Is(err, readback.ErrPages):
		v.problem = "登记信息表只有一页，这个 PDF 不是一页。"
	case errors.Is(err, readback.ErrForeign):
		v.problem = "这个 PDF 不是系统出具的原件：大小不同，或另有批注、表单、图层、脚本、附件。"
	case errors.Is(err, readback.ErrTooLarge):
		v.problem = "PDF 太大，不是系统出具的原件。"
	case err != nil:
		return err
	}
	if v.problem != "" {
		return nil
	}
	if v.open(r.QR, ring); v.signature != signatureValid {
		return nil
	}
	v.sheet = r.Form
	switch {
	case r.Form == nil:
		v.content = contentUnclear
	case !v.payload.Matches(r.Form.Canonical()) || r.Issued != v.payload.Issued:
		v.content = contentDiffers
	case !r.AsDrawn:
		v.content = contentUnclear
	default:
		v.content = contentMatches
	}
	return nil
}

// reasonOf names an error of Ring.Open as docs/verification.md does; none is
// signatureValid.
func reasonOf(err error) string {
	for name, reason := range reasons {
		if errors.Is(err, reason) {
			return name
		}
	}
	return signatureValid
}

const reasonMalformed = "malformed"

var reasons = map[string]error{
	reasonMalformed: form.ErrMalformed,
	"unknown_key":   form.ErrUnknownKey,
	"signature":     form.ErrSignature,
	"revoked_key":   form.ErrRevokedKey,
	"key_window":    form.ErrKeyWindow,
	"future":        form.ErrFuture,
}

// open checks the one code among texts that may be a form's; a photograph may
// show others besides.
func (v *verdict) open(texts []string, ring form.Ring) {
	signature, payload, address := signatureMissing, form.Payload{}, ""
	seen := ""
	for _, text := range texts {
		code := form.FromQR(text)
		p, err := ring.Open(code, v.today)
		name := reasonOf(err)
		if name == reasonMalformed {
			if signature == signatureMissing {
				signature = name
			}
			continue
		}
		if seen != "" && seen != code {
			v.signature = signatureAmbiguous
			return
		}
		seen, signature, payload, address = code, name, p, addressOf(text)
	}
	v.signature, v.payload, v.address = signature, payload, address
}
