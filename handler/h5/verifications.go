package h5

import (
	"fmt"
	"net/http"

	"quxiang/handler/web"
	"quxiang/model"
)

// verificationsPage is what template h5/verifications draws: 谁核验过.
type verificationsPage struct {
	Lines []verificationLine
	Shown int // at most this many, newest first
	None  web.Empty
}

type verificationLine struct {
	model.Verification
	Number model.VerificationNumber // "" when the form is not this record's any more
}

// listed bounds the lists of verifications and messages: the newest are what
// somebody looks for.
const listed = 50

// verifications tells the graduate who looked at the forms. Verifiers are not
// named: nobody logs in to verify; the network is known coarsely only.
func (h *Handler) verifications(v *visit) error {
	list, err := h.o.Store.Verifications(v.ctx(), v.record.Graduate.ID, 0, listed)
	if err != nil {
		return fmt.Errorf("h5: verifications: %w", err)
	}
	numbers := map[int64]model.VerificationNumber{}
	for _, a := range v.record.Authorizations {
		numbers[a.ID] = a.Number
	}
	p := verificationsPage{Shown: listed, None: web.Empty{
		Text: "还没有人核验过您的登记信息表。", Link: &web.Link{Href: "/h5/authorization", Text: "核验授权"},
	}}
	for _, one := range list {
		p.Lines = append(p.Lines, verificationLine{Verification: one, Number: numbers[one.AuthorizationID]})
	}
	return v.show(http.StatusOK, "verifications", "谁核验过", p)
}
