package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"mime"
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

// receive takes a post in.
func (h *Handler) receive(r request) error {
	kind, params, err := mime.ParseMediaType(r.GetHeader("Content-Type"))
	charset := strings.ToLower(params["charset"])
	if err != nil || kind != "application/json" || (charset != "" && charset != "utf-8") || r.GetHeader("Content-Encoding") != "" {
		return model.Errorf(model.CodeMediaType, "请以 Content-Type: application/json（UTF-8，不压缩）提交。")
	}
	if err := checkIdempotency(r.idempotency); err != nil {
		return err
	}
	items, err := readPost(r.body)
	if err != nil {
		return err
	}
	digest := sha256.Sum256(r.body)
	results, err := h.o.Receiver.Post(r.Request.Context(), r.key, r.idempotency, hex.EncodeToString(digest[:]), items)
	return h.answer(r, results, err)
}

// answered tells once more what a post was answered.
func (h *Handler) answered(r request) error {
	if err := checkIdempotency(r.Param("key")); err != nil {
		return err
	}
	results, err := h.o.Receiver.Answered(r.Request.Context(), r.key, r.Param("key"))
	return h.answer(r, results, err)
}

// busyWait is after how many seconds to ask again for what is being worked.
const busyWait = "5"

func (h *Handler) answer(r request, results []model.UpstreamResult, err error) error {
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

func checkIdempotency(key string) error {
	if !made(key, 8, 64, word) {
		return model.Invalid(HeaderIdempotency, "请在 %s 中给出 8–64 个字母、数字、- 或 _ 作为幂等键，不要含个人信息。", HeaderIdempotency)
	}
	return nil
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
