package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"quxiang/model"
)

// maxItems bounds a post.
const maxItems = 500

// postBody is the body of POST /api/v1/upstream/destinations. The structs and
// docs/openapi.yaml are held together by a test.
type postBody struct {
	Destinations []json.RawMessage `json:"destinations"`
}

// answerBody is the answer to a post, and of GET for its idempotency key.
type answerBody struct {
	Accepted  int          `json:"accepted"`
	Unchanged int          `json:"unchanged"`
	Conflict  int          `json:"conflict"`
	Refused   int          `json:"refused"`
	Results   []resultBody `json:"results"`
}

type resultBody struct {
	Index      int             `json:"index"`
	ExternalID string          `json:"external_id,omitempty"`
	Status     model.Reception `json:"status"`
	Code       model.Code      `json:"code,omitempty"`
	Conflict   string          `json:"conflict,omitempty"`
	Field      string          `json:"field,omitempty"`
	Message    string          `json:"message,omitempty"`
}

// upstreamRequest is one that a platform upstream has signed.
type upstreamRequest = request[model.UpstreamKey]

// receive takes a post in.
func (h *Handler) receive(r upstreamRequest) error {
	if err := r.checkPost(); err != nil {
		return err
	}
	items, err := readPost(r.body)
	if err != nil {
		return err
	}
	results, err := h.o.Receiver.Post(r.Request.Context(), r.key, r.idempotency, r.digest(), items)
	return h.answer(r, results, err)
}

// answered tells once more what a post was answered.
func (h *Handler) answered(r upstreamRequest) error {
	if err := checkIdempotency(r.Param("key")); err != nil {
		return err
	}
	results, err := h.o.Receiver.Answered(r.Request.Context(), r.key, r.Param("key"))
	return h.answer(r, results, err)
}

// busyWait is after how many seconds to ask again for what is being worked.
const busyWait = "5"

func (h *Handler) answer(r upstreamRequest, results []model.UpstreamResult, err error) error {
	if model.CodeOf(err) == model.CodeConflict {
		r.Header("Retry-After", busyWait)
	}
	if err != nil {
		return err
	}
	var tally model.Tally
	out := answerBody{Results: make([]resultBody, len(results))}
	for i, res := range results {
		tally.Add(res.Reply.Reception)
		out.Results[i] = resultBody{
			Index: i, ExternalID: res.ExternalID, Status: res.Reply.Reception, Code: res.Code,
			Conflict: string(res.Reply.Conflict), Field: bodyField(res.Field), Message: res.Message,
		}
	}
	out.Accepted, out.Unchanged, out.Conflict, out.Refused = tally.Accepted, tally.Unchanged, tally.Conflict, tally.Refused
	r.JSON(http.StatusOK, out)
	return nil
}

// bodyField is where the body has what the rules call field.
func bodyField(field string) string {
	switch field {
	case "", "exam_number", "cohort", "name", "reported_at", "external_id", "destination":
		return field
	}
	if field == "household_in" {
		return "destination.household_in"
	}
	for _, block := range []string{"archive", "household"} {
		if inner, ok := strings.CutPrefix(field, block+"_"); ok {
			return "destination." + block + "." + inner
		}
	}
	if strings.HasPrefix(field, "destination.") {
		return field
	}
	return "destination." + field
}

// readPost reads a body. What is wrong with the body as a whole is an error;
// what is wrong with one destination is its Fault, and the others go on.
func readPost(body []byte) ([]model.UpstreamItem, error) {
	if err := checkJSON(body); err != nil {
		return nil, err
	}
	var in postBody
	if err := decode(body, &in, ""); err != nil {
		return nil, err
	}
	if n := len(in.Destinations); n == 0 || n > maxItems {
		return nil, model.Invalid("destinations", "每次应提交 1–%d 条去向，现在是 %d 条。", maxItems, n)
	}
	items := make([]model.UpstreamItem, len(in.Destinations))
	for i, raw := range in.Destinations {
		var it Item
		if err := decode(raw, &it, fmt.Sprintf("destinations[%d]", i)); err != nil {
			return nil, err
		}
		items[i] = it.item()
	}
	return items, nil
}
