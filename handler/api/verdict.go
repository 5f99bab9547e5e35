package api

import (
	"encoding/json"
	"fmt"
	"slices"

	"quxiang/model"
	"quxiang/model/form"
)

// Result is what a check is answered.
type Result string

// The results. The first four are said only to somebody who has name and number
// of a form, or its signed QR code.
const (
	ResultInForce    Result = "in_force"
	ResultExpired    Result = "expired"
	ResultRevoked    Result = "revoked"
	ResultSuperseded Result = "superseded"
	ResultNoMatch    Result = "no_match" // whatever was wrong: name, number or kind
	ResultInvalid    Result = "invalid"  // cannot be asked; no quota for guessing was used
	ResultRefused    Result = "refused"  // out of the key's scope
)

// Results lists them.
func Results() []Result {
	return []Result{ResultInForce, ResultExpired, ResultRevoked, ResultSuperseded, ResultNoMatch, ResultInvalid, ResultRefused}
}

func resultOf(s model.AuthorizationState) Result {
	switch s {
	case model.AuthorizationActive:
		return ResultInForce
	case model.AuthorizationRevoked:
		return ResultRevoked
	case model.AuthorizationSuperseded:
		return ResultSuperseded
	default:
		return ResultExpired
	}
}

// verificationsBody is the answer to a post, and of GET for its idempotency key.
type verificationsBody struct {
	CheckedAt string    `json:"checked_at"`
	RequestID string    `json:"request_id"`
	Results   []verdict `json:"results"`
}

// verdict is the answer to one check.
type verdict struct {
	Index          int            `json:"index"`
	ID             string         `json:"id,omitempty"`
	Result         Result         `json:"result"`
	Kind           model.FormKind `json:"kind,omitempty"`
	Sample         bool           `json:"sample,omitempty"`
	ValidUntil     model.Date     `json:"valid_until,omitempty"`
	EndedAt        string         `json:"ended_at,omitempty"`
	Issuer         string         `json:"issuer,omitempty"`
	School         *schoolBody    `json:"school,omitempty"`
	ContentMatches *bool          `json:"content_matches,omitempty"`
	Content        []blockBody    `json:"content,omitempty"`
	Code           model.Code     `json:"code,omitempty"`
	Reason         string         `json:"reason,omitempty"`
	Field          string         `json:"field,omitempty"`
	Message        string         `json:"message,omitempty"`
}

type schoolBody struct {
	Name  string `json:"name"`
	Phone string `json:"phone,omitempty"`
}

type blockBody struct {
	Title string    `json:"title"`
	Rows  []rowBody `json:"rows"`
}

type rowBody struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

func blocks(f form.Form) []blockBody {
	out := make([]blockBody, len(f.Blocks))
	for i, b := range f.Blocks {
		out[i] = blockBody{Title: b.Title, Rows: make([]rowBody, len(b.Rows))}
		for j, r := range b.Rows {
			out[i].Rows[j] = rowBody{Label: r.Label, Value: r.Value}
		}
	}
	return out
}

// noMatch is the one verdict for everything that does not match.
func noMatch() verdict {
	return verdict{
		Result:  ResultNoMatch,
		Message: "没有匹配的登记信息：请核对姓名、核验编号和登记信息表的种类。无匹配不代表材料虚假。",
	}
}

// keptAnswer is what is stored of an answer, so that the same post can be
// answered again for seven days: what was found, and nothing that stands on a
// form. What stood there is drawn anew from the register when it is asked for
// again, as long as the form is still in force and still says the same.
type keptAnswer struct {
	CheckedAt string        `json:"checked_at"`
	RequestID string        `json:"request_id"`
	Results   []keptVerdict `json:"results"`
}

type keptVerdict struct {
	verdict
	// Of a form that was in force: whose content was told, and its digest.
	Number model.VerificationNumber `json:"number,omitempty"`
	Digest []byte                   `json:"digest,omitempty"`
}

// body is the answer as it is told.
func (k keptAnswer) body() verificationsBody {
	b := verificationsBody{CheckedAt: k.CheckedAt, RequestID: k.RequestID, Results: make([]verdict, len(k.Results))}
	for i, v := range k.Results {
		b.Results[i] = v.verdict
	}
	return b
}

// stored is the answer as it is kept: without what stands on the forms.
func (k keptAnswer) stored() ([]byte, error) {
	bare := k
	bare.Results = slices.Clone(k.Results)
	for i := range bare.Results {
		bare.Results[i].Content = nil
	}
	b, err := json.Marshal(bare)
	if err != nil {
		return nil, fmt.Errorf("api: answer: %w", err)
	}
	return b, nil
}
