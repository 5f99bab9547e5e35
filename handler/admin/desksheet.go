package admin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/form"
	"quxiang/model/roster"
)

const (
	// maxQuestionSheet bounds a sheet of forms to check, in bytes, and
	// maxQuestionUnzipped what an XLSX of that unpacks to: it is held in memory
	// while the answers are written into it.
	maxQuestionSheet    = 4 << 20
	maxQuestionUnzipped = 32 << 20
	// parallelSheets bounds how many are worked on at once, and with it that
	// memory.
	parallelSheets = 2
)

// deskTemplate sends an empty sheet to fill in.
func (h *Handler) deskTemplate(v visit, _ model.Desk) error {
	var b bytes.Buffer
	if err := roster.WriteQuestionTemplate(&b, roster.TableXLSX); err != nil {
		return fmt.Errorf("admin: template: %w", err)
	}
	attachment(v, mediaTypes[roster.TableXLSX], "核验表.xlsx")
	_, _ = v.Writer.Write(b.Bytes()) // a browser that goes away is nobody's fault
	return nil
}

// deskSheet answers a whole sheet, in the same sheet. Nothing of it stays here:
// the upload is removed, and the history keeps counts.
func (h *Handler) deskSheet(v visit, d model.Desk) (err error) {
	name, path, err := h.receiveSheet(v)
	if e := refused(err, model.CodeInvalid, model.CodeTooLarge); e != nil {
		return h.refusedSheet(v, d, e)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(path)) }()
	// Only now: whoever sends slowly keeps nobody waiting.
	ctx := v.Request.Context()
	select {
	case h.sheets <- struct{}{}:
		defer func() { <-h.sheets }()
	case <-ctx.Done():
		return ctx.Err()
	}
	only := model.FormKind("")
	if len(d.Kinds) == 1 {
		only = d.Kinds[0]
	}
	o := roster.Options{MaxBytes: maxQuestionSheet, MaxUnzipped: maxQuestionUnzipped, TempDir: h.uploads}
	sheet, err := roster.OpenQuestions(path, o, only)
	if e := refused(err, model.CodeInvalid, model.CodeTooLarge); e != nil {
		return h.refusedSheet(v, d, e)
	}
	if err != nil {
		return fmt.Errorf("admin: read a sheet: %w", err)
	}
	answers, err := h.answerSheet(v, d, sheet.Rows)
	if e := refused(err, deskRefusals...); e != nil {
		return h.refusedSheet(v, d, e)
	}
	if err != nil {
		return fmt.Errorf("admin: check a sheet: %w", err)
	}
	var b bytes.Buffer
	if err := sheet.Answer(&b, namesOf(answerColumns(d)), answers); err != nil {
		return fmt.Errorf("admin: answer a sheet: %w", err)
	}
	base := strings.TrimSuffix(strings.TrimSuffix(name, filepath.Ext(name)), answeredSuffix)
	attachment(v, mediaTypes[sheet.Format], base+answeredSuffix+"."+string(sheet.Format))
	_, _ = v.Writer.Write(b.Bytes()) // a browser that goes away is nobody's fault
	return nil
}

// answeredSuffix ends the name of an answered sheet.
const answeredSuffix = "-核验结果"

// refusedSheet says on 核验台 why a sheet was not taken, beside where it was
// chosen.
func (h *Handler) refusedSheet(v visit, d model.Desk, e *model.Error) error {
	beside := *e
	beside.Field = "file"
	return h.showDeskStart(v, d, deskAsked{}, &beside)
}

// receiveSheet writes the posted sheet to a file of ours.
func (h *Handler) receiveSheet(v visit) (name, path string, err error) {
	parts, err := v.Request.MultipartReader()
	if err != nil {
		return "", "", model.Invalid("file", "没有收到文件，请重新选择后上传。").Because(err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return "", "", model.Invalid("file", "请选择要上传的核验表。")
		}
		if err == nil && part.FormName() != "file" {
			continue
		}
		if err != nil {
			err = broken(err)
		} else {
			name, path, err = h.file(part)
		}
		if refused(err, model.CodeTooLarge) != nil {
			err = model.Errorf(model.CodeTooLarge, "文件超过 %d MB，请分成几个文件上传。", maxQuestionSheet>>20).Because(err)
		}
		return name, path, err
	}
}

// answerSheet asks all rows that can be asked at once and says of every row what
// is known, in the order of answerColumns.
func (h *Handler) answerSheet(v visit, d model.Desk, rows []roster.QuestionRow) ([][]string, error) {
	now := h.o.Web.Now()
	said := make([]rowAnswer, len(rows))
	var questions []model.Question
	var asked []int
	for i, r := range rows {
		said[i] = rowAnswer{at: model.Minute(now), request: web.RequestID(v.Context), why: r.Fault, sample: h.o.Form.Sample}
		if r.Fault != "" {
			continue
		}
		// A form that it may not check is an answer of the row; what holds for the
		// whole account is one of the sheet.
		if r.Kind.Valid() && !d.Checks(r.Kind) {
			said[i].why = "这个账号没有核验" + r.Kind.Chinese() + "的权限。"
			continue
		}
		number, ok := form.ParseNumber(r.Number)
		if !ok {
			said[i].odd = true
		}
		questions, asked = append(questions, model.Question{Kind: r.Kind, Name: r.Name, Number: number}), append(asked, i)
	}
	if len(questions) > 0 {
		_, answers, err := h.checkForms(v, d, model.WaySheet, questions)
		if err != nil {
			return nil, err
		}
		for i, a := range answers {
			to := &said[asked[i]]
			to.asked, to.found, to.verdict, to.issued = true, a.Found, form.VerdictOf(a.Issued, now), a.Issued
			if to.codes, err = h.codesOf(v, a); err != nil {
				return nil, err
			}
		}
	}
	columns := answerColumns(d)
	out := make([][]string, len(said))
	for i := range said {
		out[i] = make([]string, len(columns))
		for j, c := range columns {
			out[i][j] = c.value(&said[i])
		}
	}
	return out, nil
}

// codesOf are the code tables of a form in force, whose content is told; cohorts
// are read once and kept by the store.
func (h *Handler) codesOf(v visit, a model.FormAnswer) (model.Codes, error) {
	if a.State != model.AuthorizationActive {
		return nil, nil
	}
	return h.codes(v.Request.Context(), a.Issued.Record.Graduate.CohortCode)
}
