package h5

import (
	"net/http"

	"quxiang/handler/web"
	"quxiang/model"
)

// withdrawPage is what template h5/withdraw draws: what withdrawing the consent
// leads to, and the step that does it.
type withdrawPage struct {
	Active []formLine // numbers that are in force until then
	Others int        // that could come into force again
}

const withdrawTitle = "撤回核验授权同意"

// withdrawal explains, and asks once more.
func (h *Handler) withdrawal(v *visit) error {
	if !v.record.Consented() { // withdrawn already, or nothing was ever authorised
		return web.SeeOther(v.c, "/h5/authorization")
	}
	var p withdrawPage
	for _, a := range v.record.Authorizations {
		switch {
		case a.State(v.record, v.now) == model.AuthorizationActive:
			p.Active = append(p.Active, formLine{Authorization: a})
		case a.RevokedAt.IsZero():
			p.Others++
		}
	}
	return v.show(http.StatusOK, "withdraw", withdrawTitle, p)
}

// withdrawConsent ends all numbers at once.
func (h *Handler) withdrawConsent(v *visit) error {
	err := v.change(func(r model.Record) (model.Change, error) { return model.Withdraw(r, v.now) })
	if e, ok := refusal(err); ok {
		return v.showAuthorization(web.Status(err), wish{fault: e})
	}
	if err != nil {
		return err
	}
	return v.seeDone("/h5/authorization", doneUnconsented)
}
