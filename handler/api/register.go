package api

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"quxiang/model"
	"quxiang/model/form"
)

// register is what a verdict looks up beside the form.
type register interface {
	Issued(ctx context.Context, numbers []model.VerificationNumber) (map[model.VerificationNumber]model.Issued, error)
	Cohort(ctx context.Context, code string) (model.Cohort, error)
	ContactsOf(ctx context.Context, schools []string) (map[string][]model.Contact, error)
}

// verdicts puts together what a post is answered: the verdicts on what was not
// asked about, and those on answers, in the order of the post.
func (h *Desk) verdicts(ctx context.Context, checks []check, all []asked, answers []model.FormAnswer) ([]keptVerdict, error) {
	schools, err := h.schools(ctx, answers)
	if err != nil {
		return nil, err
	}
	out := make([]keptVerdict, len(checks))
	for i, a := range all {
		v := &out[i]
		switch {
		case a.verdict != nil:
			v.verdict = *a.verdict
		case !answers[0].Found:
			v.verdict = noMatch()
			answers = answers[1:]
		default:
			if *v, err = h.found(ctx, answers[0], a.payload, schools); err != nil {
				return nil, err
			}
			answers = answers[1:]
		}
		v.Index, v.ID = i, checks[i].ID
	}
	return out, nil
}

// found is the verdict on a form that we know.
func (h *Desk) found(ctx context.Context, a model.FormAnswer, scanned *form.Payload, schools map[string]*schoolBody) (v keptVerdict, err error) {
	issued := a.Issued.Authorization
	v.verdict = verdict{
		Result: resultOf(a.State), Kind: issued.Kind, ValidUntil: issued.ValidUntil, Issuer: h.o.Form.Issuer, Sample: h.o.Form.Sample,
		School: schools[a.Issued.Record.Graduate.SchoolCode],
	}
	if !a.EndedAt.IsZero() {
		v.EndedAt = stamp(a.EndedAt)
	}
	if scanned == nil && v.Result != ResultInForce {
		return v, nil
	}
	sheet, err := h.sheet(ctx, a.Issued)
	if err != nil {
		return v, err
	}
	if v.Result == ResultInForce {
		digest := sheet.Digest()
		v.Number, v.Digest, v.Content = issued.Number, digest[:], blocks(sheet)
	}
	if scanned != nil {
		sheet.ValidUntil = scanned.ValidUntil // the paper's, which may have been extended since
		same := scanned.Matches(sheet.Canonical())
		v.ContentMatches = &same
	}
	return v, nil
}

// sheet is what stands on a form.
func (h *Desk) sheet(ctx context.Context, i model.Issued) (form.Form, error) {
	cohort, err := h.o.Store.Cohort(ctx, i.Record.Graduate.CohortCode) // from a copy in memory
	if err != nil {
		return form.Form{}, fmt.Errorf("api: cohort: %w", err)
	}
	table, err := h.o.Codes(cohort.CodeTable)
	if err != nil {
		return form.Form{}, fmt.Errorf("api: code table: %w", err)
	}
	return form.Content(i.Record, i.Authorization, table, h.o.Form), nil
}

// schools are those of the forms that were found, with the phone of their
// employment office.
func (h *Desk) schools(ctx context.Context, answers []model.FormAnswer) (map[string]*schoolBody, error) {
	found := map[string]*schoolBody{}
	var asked []string
	for _, a := range answers {
		s := a.Issued.Record.School
		if a.Found && found[s.Code] == nil {
			found[s.Code] = &schoolBody{Name: s.Name}
			asked = append(asked, s.Code)
		}
	}
	contacts, err := h.o.Store.ContactsOf(ctx, asked)
	if err != nil {
		return nil, fmt.Errorf("api: contacts: %w", err)
	}
	for code, s := range found {
		office, _ := model.OfficeOf(contacts[code], code)
		s.Phone = office.Phone
	}
	return found, nil
}

// contents are what the forms of an answer say, by their place in it, where it
// may be told again: in force still, within the key's scope still, and the same
// as then.
func (h *Desk) contents(ctx context.Context, k model.DeskKey, kept []keptVerdict, now time.Time) (map[int][]blockBody, error) {
	var numbers []model.VerificationNumber
	for _, v := range kept {
		if v.Number != "" && k.Checks(v.Kind) {
			numbers = append(numbers, v.Number)
		}
	}
	out := make(map[int][]blockBody, len(numbers))
	if len(numbers) == 0 {
		return out, nil
	}
	issued, err := h.o.Store.Issued(ctx, numbers)
	if err != nil {
		return nil, fmt.Errorf("api: forms: %w", err)
	}
	for _, v := range kept {
		i, ok := issued[v.Number]
		if !ok {
			continue
		}
		if state, _ := i.State(now); state != model.AuthorizationActive {
			continue
		}
		sheet, err := h.sheet(ctx, i)
		if err != nil {
			return nil, err
		}
		sheet.ValidUntil = v.ValidUntil
		if digest := sheet.Digest(); bytes.Equal(digest[:], v.Digest) {
			out[v.Index] = blocks(sheet)
		}
	}
	return out, nil
}

// stamp writes an instant as answers have it.
func stamp(t time.Time) string { return t.In(model.Shanghai).Format(time.RFC3339) }
