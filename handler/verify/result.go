package verify

import (
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/form"
)

// result is what template verify/result shows.
type result struct {
	InForce bool
	State   model.AuthorizationState
	Verdict string // the answer in one sentence
	Facts   web.Cells
	Sheet   *form.Form // nil unless in force
	Receipt web.Cells
	Again   string // where to verify another one
}

// found leaves a trace for the holder and shows the result.
// Without the trace there is no result: the graduate is promised to see who
// looked. scanned is nil where name and number were typed.
func (h *Handler) found(c *gin.Context, i model.Issued, scanned *form.Payload) error {
	ctx, now := c.Request.Context(), h.o.Web.Now()
	a, r, way := i.Authorization, i.Record, model.WayNumber
	if scanned != nil {
		way = model.WayQR
	}
	own, err := h.own(c, r.Graduate.ID)
	if err != nil {
		return err
	}
	err = h.o.Store.AddVerification(ctx, model.Verification{
		AuthorizationID: a.ID, GraduateID: r.Graduate.ID, Kind: a.Kind, At: now, Way: way,
		Network: model.MaskNetwork(c.ClientIP()), Place: h.o.Place(c.ClientIP()), RequestID: web.RequestID(c), Own: own,
	})
	if err != nil {
		return fmt.Errorf("verify: keep verification: %w", err)
	}
	v := h.view(a, r, way, web.RequestID(c), now)
	if v.InForce {
		sheet, err := h.sheet(c, r, a)
		if err != nil {
			return err
		}
		v.Sheet = &sheet
	}
	return h.o.Web.Page(c, http.StatusOK, "verify/result", web.Page{Title: "核验结果", Next: backTo(a.Kind), Data: v})
}

// own reports whether the browser's graduate is the holder.
func (h *Handler) own(c *gin.Context, id model.GraduateID) (bool, error) {
	s, err := h.o.Web.LoadSession(c, web.KindGraduate)
	if err != nil {
		return false, err
	}
	return s != nil && s.GraduateID == id, nil
}

func (h *Handler) sheet(c *gin.Context, r model.Record, a model.Authorization) (form.Form, error) {
	cohort, err := h.o.Store.Cohort(c.Request.Context(), r.Graduate.CohortCode)
	if err != nil {
		return form.Form{}, fmt.Errorf("verify: cohort: %w", err)
	}
	table, err := h.o.Codes(cohort.CodeTable)
	if err != nil {
		return form.Form{}, fmt.Errorf("verify: code table: %w", err)
	}
	return form.Content(r, a, table, h.o.Form), nil
}

// view says what holds, in words; only the caller adds the form's content.
func (h *Handler) view(a model.Authorization, r model.Record, way model.VerificationWay, requestID string, now time.Time) result {
	state := a.State(r, now)
	v := result{State: state, InForce: state == model.AuthorizationActive, Again: backTo(a.Kind)}
	ended := a.EndedAt(r, now)
	switch state {
	case model.AuthorizationActive:
		v.Verdict = "真实有效：这份登记信息表由本系统出具，目前有效。"
	case model.AuthorizationExpired:
		v.Verdict = "真实，但已过期：有效期到" + a.ValidUntil.Chinese() + "为止。请毕业生延期或重新提供。"
	case model.AuthorizationRevoked:
		v.Verdict = "真实，但已撤销：毕业生已于" + model.Minute(ended) + "撤销这份登记信息表。请毕业生重新提供。"
	case model.AuthorizationSuperseded:
		v.Verdict = "真实，但已被取代：毕业生已于" + model.Minute(ended) + "确认了新的去向信息。请毕业生提供新的登记信息表。"
	}
	v.Facts = web.Cells{Title: "核验结论", Items: []web.Cell{
		{Label: "是否真实", Value: "真实"},
		{Label: "是否有效", Value: state.Chinese()},
		{Label: "登记信息表", Value: a.Kind.Chinese()},
		{Label: "有效期至", Value: a.ValidUntil.Chinese()},
	}}
	if !v.InForce {
		v.Facts.Items = append(v.Facts.Items, web.Cell{Label: "失效时间", Value: endWords(a, ended)})
	}
	v.Facts.Items = append(v.Facts.Items, web.Cell{Label: "出具单位", Value: h.o.Form.Issuer})
	v.Receipt = web.Cells{Title: "核验回执", Items: []web.Cell{
		{Label: "核验时间", Value: model.Minute(now)},
		{Label: "核验方式", Value: wayWords(way)},
		{Label: "核验模块", Value: a.Kind.Module()},
		{Label: "核验网址", Value: h.o.Links.Verify(a.Kind)},
		{Label: "请求编号", Value: requestID},
	}}
	return v
}

// endWords says when a form stopped to hold: a validity ends with its day.
func endWords(a model.Authorization, ended time.Time) string {
	if a.RevokedAt.IsZero() && ended.Equal(a.ValidUntil.End()) {
		return a.ValidUntil.Chinese() + " 24:00"
	}
	return model.Minute(ended)
}

func wayWords(w model.VerificationWay) string {
	if w == model.WayQR {
		return "扫描核验二维码"
	}
	return "姓名和核验编号"
}
