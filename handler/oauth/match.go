package oauth

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"quxiang/handler/cas"
	"quxiang/model"
)

const (
	// maxValues bounds how many values of one attribute are looked up: CHSI may
	// give one for each of a person's studies.
	maxValues = 8
	// maxValue bounds an attribute's value, in bytes.
	maxValue = 128
)

// How a person was matched to a record, for the audit log.
const (
	proofAttributes = "chsi_attributes"
	proofTyped      = "exam_number_name_id_tail"
)

// person is what CHSI says of the holder of an account, as far as the
// configuration maps it.
type person struct {
	exams, ids, names []string
	phone, email      string
	nameMapped        bool
}

// personOf picks the mapped attributes.
func (h *Handler) personOf(u cas.User) person {
	values := func(name string) []string {
		if name == "" {
			return nil
		}
		var out []string
		for _, v := range u.Attributes[name] {
			if v = strings.TrimSpace(v); v != "" && len(v) <= maxValue && len(out) < maxValues {
				out = append(out, v)
			}
		}
		return out
	}
	first := func(name string) string {
		if v := values(name); len(v) > 0 {
			return v[0]
		}
		return ""
	}
	m := h.o.Attributes
	return person{
		exams: values(m.ExamNumber), ids: values(m.IDNumber), names: values(m.Name), nameMapped: m.Name != "",
		phone: first(m.Phone), email: first(m.Email),
	}
}

// named reports whether CHSI said enough to look for the person's records.
func (p person) named() bool { return len(p.exams)+len(p.ids) > 0 }

// hasName reports whether a record's name is the person's. Where names are
// mapped, a person without one matches nobody.
func (p person) hasName(name string) bool {
	if !p.nameMapped {
		return true
	}
	return slices.ContainsFunc(p.names, func(n string) bool { return model.FoldName(n) == model.FoldName(name) })
}

// linkMatches links all records that are the person's: the same person can be
// in two cohorts (专升本, master's). taken is the school of a record that is
// another account's already, "" when there is none.
func (h *Handler) linkMatches(ctx context.Context, a model.Account, p person) (taken string, err error) {
	var found []model.Graduate
	for _, id := range p.ids {
		g, err := h.o.Store.FindByIDNumber(ctx, strings.ToUpper(id))
		if err != nil {
			return "", fmt.Errorf("records by ID number: %w", err)
		}
		found = append(found, g...)
	}
	for _, exam := range p.exams {
		g, err := h.o.Store.FindByExamNumber(ctx, exam)
		if err != nil {
			return "", fmt.Errorf("records by exam number: %w", err)
		}
		found = append(found, g...)
	}
	found = slices.DeleteFunc(found, func(g model.Graduate) bool { return !p.hasName(g.Basics.Name) })
	return h.link(ctx, a, found, proofAttributes)
}

// link ties records to the account. One that another account holds is left to
// it, and its school is returned as taken.
func (h *Handler) link(ctx context.Context, a model.Account, found []model.Graduate, proof string) (taken string, err error) {
	now := h.o.Web.Now()
	for _, g := range found {
		if g.AccountID == a.ID {
			continue
		}
		_, err := h.o.Store.Change(ctx, g.ID, func(r model.Record) (model.Change, error) {
			return model.Link(r, a, proof, now)
		})
		switch {
		case model.CodeOf(err) == model.CodeConflict:
			taken = g.SchoolCode
		case err != nil:
			return taken, fmt.Errorf("link record: %w", err)
		}
	}
	return taken, nil
}

// refresh takes over phone and e-mail, which graduates mend at CHSI (guide §2).
func (h *Handler) refresh(ctx context.Context, linked []model.Graduate, p person) error {
	now := h.o.Web.Now()
	for _, g := range linked {
		if (p.phone == "" || p.phone == g.Basics.Phone) && (p.email == "" || p.email == g.Basics.Email) {
			continue
		}
		_, err := h.o.Store.Change(ctx, g.ID, func(r model.Record) (model.Change, error) {
			ch, changed := model.RefreshContact(r, p.phone, p.email, now)
			if !changed {
				return model.Change{Record: r}, nil
			}
			return ch, nil
		})
		if err != nil {
			return fmt.Errorf("refresh phone and e-mail: %w", err)
		}
	}
	return nil
}
