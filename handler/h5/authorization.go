package h5

import (
	"errors"
	"net/http"
	"slices"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/form"
	"quxiang/model/store"
)

// authorizationPage is what template h5/authorization draws (guide §5.1).
type authorizationPage struct {
	Ask     *authorizationForm
	Fold    bool // Ask is folded: there are forms in force
	Cap     model.Date
	Today   model.Date
	Forms   []formLine     // in force, or to be had again by extending
	Ended   []formLine     // for good, the newest first
	Office  *model.Contact // who can help after the cap
	Consent bool           // a consent stands that can be withdrawn
	Next    *web.Link      // when forms cannot be made
}

// authorizationForm asks for which forms, until when and for whom.
type authorizationForm struct {
	Kinds   web.Choices
	Valid   web.Choices
	Until   web.Field
	For     web.Field
	Consent web.Choices
	Refused bool // what was sent comes back to be mended
}

// wish is what was sent to make forms.
type wish struct {
	sent    bool
	kinds   []model.FormKind
	valid   string // one of the presets in days, validCap or validDate
	until   model.Date
	whom    string
	consent bool
	fault   *model.Error
}

// Values of the validity radios besides the numbers of days.
const (
	validCap  = "cap"
	validDate = "date"
)

// presets of the validity, in days.
var presets = []int{7, 30, 90}

// draws is how often a number is drawn before giving up: of 2^40 hardly one is
// ever taken, so a second collision is a fault of the random source.
const draws = 3

const authorizationTitle = "核验授权"

func (h *Handler) authorization(v *visit) error {
	return v.showAuthorization(http.StatusOK, wish{})
}

// authorize makes the forms asked for, each with a number of its own.
func (h *Handler) authorize(v *visit) error {
	w := v.wish()
	if len(w.kinds) == 0 {
		w.fault = model.Invalid("kind", "请选择要授权的登记信息表。")
		return v.showAuthorization(web.Status(w.fault), w)
	}
	// All kinds are tried on the record as it stands, so that a refusal of the
	// second does not come after the first was made.
	trial := v.record
	for _, kind := range w.kinds {
		ch, err := model.Authorize(trial, w.request(kind, "-"), v.now)
		if e, ok := refusal(err); ok {
			w.fault = e
			return v.showAuthorization(web.Status(err), w)
		}
		if err != nil {
			return err
		}
		trial = ch.Record
	}
	for _, kind := range w.kinds {
		err := v.issue(w, kind)
		if e, ok := refusal(err); ok {
			w.fault = e
			return v.showAuthorization(web.Status(err), w)
		}
		if err != nil {
			return err
		}
	}
	return v.seeDone("/h5/authorization", doneMade)
}

// issue makes one form under a fresh number, drawing again when it is taken.
func (v *visit) issue(w wish, kind model.FormKind) error {
	for try := 1; ; try++ {
		n, err := form.NewNumber(v.record.School.Code, v.now, v.h.o.Rand)
		if err != nil {
			return err
		}
		err = v.change(func(r model.Record) (model.Change, error) { return model.Authorize(r, w.request(kind, n), v.now) })
		if !errors.Is(err, store.ErrDuplicateNumber) || try == draws {
			return err
		}
	}
}

func (w wish) request(kind model.FormKind, n model.VerificationNumber) model.AuthorizationRequest {
	return model.AuthorizationRequest{Kind: kind, ValidUntil: w.until, For: w.whom, Consent: w.consent, Number: n}
}

// wish reads the form. The day that is asked for follows from the preset; the
// rules judge it.
func (v *visit) wish() wish {
	w := wish{
		sent: true, valid: v.typed("valid"), until: model.Date(v.typed("valid_until")), whom: v.typed("for"), consent: v.typed("consent") == "yes",
	}
	for _, k := range model.FormKinds() {
		if slices.Contains(v.c.Request.PostForm["kind"], string(k)) {
			w.kinds = append(w.kinds, k)
		}
	}
	days, err := strconv.Atoi(w.valid)
	switch {
	case w.valid == validCap:
		w.until = model.VerificationCap(v.record.Graduate)
	case err == nil && slices.Contains(presets, days):
		w.until = model.DateOf(v.now).AddDays(days)
	case w.valid != validDate:
		w.until = ""
	}
	return w
}

// backToAuthorization answers a post's address that is opened as a page: after
// a login that came in between, or by going back.
func (h *Handler) backToAuthorization(v *visit) error { return web.SeeOther(v.c, "/h5/authorization") }

// extend moves the end of a form's validity: to the cap by one press, or to a
// day.
func (h *Handler) extend(v *visit) error {
	until := model.Date(v.typed("valid_until"))
	if v.typed("valid") == validCap {
		until = model.VerificationCap(v.record.Graduate)
	}
	return v.edit(doneExtended, func(r model.Record, n model.VerificationNumber) (model.Change, error) {
		return model.Extend(r, n, until, v.now)
	})
}

// annotate changes for whom a form is, as the graduate notes it.
func (h *Handler) annotate(v *visit) error {
	whom := v.typed("for")
	return v.edit(doneNoted, func(r model.Record, n model.VerificationNumber) (model.Change, error) {
		return model.Annotate(r, n, whom, v.now)
	})
}

// revoke ends a form at once.
func (h *Handler) revoke(v *visit) error {
	return v.edit(doneRevoked, func(r model.Record, n model.VerificationNumber) (model.Change, error) {
		return model.Revoke(r, n, v.now)
	})
}

// edit changes the form that a post names by its id: of this record only.
func (v *visit) edit(what string, rule func(model.Record, model.VerificationNumber) (model.Change, error)) error {
	a, err := v.authorizationOf(v.typed("id"))
	if err != nil {
		return err
	}
	err = v.change(func(r model.Record) (model.Change, error) { return rule(r, a.Number) })
	if e, ok := refusal(err); ok {
		// The fault belongs to the line in the list, not to the form that makes new ones.
		return v.showAuthorization(web.Status(err), wish{fault: model.Errorf(e.Code, "%s", e.Message)})
	}
	if err != nil {
		return err
	}
	return v.seeDone("/h5/authorization", what)
}

// authorizationOf finds one of this record's forms by its id as typed.
func (v *visit) authorizationOf(id string) (model.Authorization, error) {
	n, err := strconv.ParseInt(id, 10, 64)
	if err == nil {
		for _, a := range v.record.Authorizations {
			if a.ID == n {
				return a, nil
			}
		}
	}
	return model.Authorization{}, model.Errorf(model.CodeNotFound, "没有找到这张登记信息表。")
}
