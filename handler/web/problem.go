package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"quxiang/model"
)

// Problem is what the API answers when it refuses (RFC 9457), in
// docs/openapi.yaml.
type Problem struct {
	Type      string     `json:"type"` // the code's section in the program's documentation
	Title     string     `json:"title"`
	Status    int        `json:"status"`
	Detail    string     `json:"detail"` // for people, in Chinese
	Code      model.Code `json:"code"`
	Field     string     `json:"field,omitempty"` // the header or the place in the body that is to blame
	RequestID string     `json:"request_id"`
}

// problemTitle are the titles that are another for programs than for people.
var problemTitle = map[model.Code]string{
	model.CodeUnauthenticated: "签名无效",
	model.CodeNotFound:        "没有找到",
	model.CodeExpired:         "已失效",
}

// IsAPI reports whether a path belongs to the API, whose answers are for
// programs.
func IsAPI(path string) bool { return strings.HasPrefix(path, "/api/") }

// problem writes err as a Problem. 429 and 503 always say when to come again.
func (w *Web) problem(c *gin.Context, code model.Code, err error) {
	p := Problem{
		Type: "docs/errors.md#" + string(code), Title: title[code], Status: Status(err), Code: code,
		Detail: "系统繁忙，请稍后再试。", RequestID: RequestID(c),
	}
	if t, ok := problemTitle[code]; ok {
		p.Title = t
	}
	var e *model.Error
	if errors.As(err, &e) && code != model.CodeInternal {
		p.Detail, p.Field = e.Message, e.Field
	}
	h := c.Writer.Header()
	if h.Get("Retry-After") == "" && (p.Status == http.StatusTooManyRequests || p.Status == http.StatusServiceUnavailable) {
		h.Set("Retry-After", "30")
	}
	h.Set("Content-Type", "application/problem+json")
	c.Writer.WriteHeader(p.Status)
	if err := json.NewEncoder(c.Writer).Encode(p); err != nil {
		w.log(c).Info("write problem", "err", err)
	}
}
