package verify

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/form"
)

// result is what template verify/result shows.
type result struct {
	Sample  bool          // of the sandbox: no form at all
	Answers []form.Answer // 是否真实, 是否仍有效, 由谁出具
	Changes []string      // how the scanned paper differs
	Advice  []string      // what to do when it is not in force
	Kind    model.FormKind
	Blocks  []form.Block // the form's content; nil unless in force
	Office  office
	Receipt form.Block // what a department files
	Again   string     // where to verify another one
}

// office is who at the school helps; Name says both school and person.
type office struct{ Name, Phone string }

// found leaves a trace for the holder and shows the result. Without the trace
// there is no result: the graduate is promised to see who looked. scanned is nil
// where name and number were typed.
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
	v := form.VerdictOf(i, now)
	page := result{
		Sample: h.o.Form.Sample, Kind: a.Kind, Advice: v.Advice(), Again: backTo(a.Kind),
		Answers: []form.Answer{v.Genuine(scanned != nil), v.Valid(), v.By(h.o.Form.Issuer)},
		Receipt: h.receipt(v, way, web.RequestID(c)),
	}
	if page.Office, err = h.office(c, r.School); err != nil {
		return err
	}
	if v.InForce() {
		sheet, err := h.sheet(c, i)
		if err != nil {
			return err
		}
		page.Blocks = sheet.Blocks
		if scanned != nil {
			page.Changes = changes(*scanned, sheet)
		}
	}
	return h.o.Web.Page(c, http.StatusOK, "verify/result", web.Page{Title: "核验结果", Next: backTo(a.Kind), Data: page})
}

// own reports whether the browser's graduate is the holder.
func (h *Handler) own(c *gin.Context, id model.GraduateID) (bool, error) {
	s, err := h.o.Web.LoadSession(c, web.KindGraduate)
	if err != nil {
		return false, err
	}
	return s != nil && s.GraduateID == id, nil
}

func (h *Handler) sheet(c *gin.Context, i model.Issued) (form.Form, error) {
	cohort, err := h.o.Store.Cohort(c.Request.Context(), i.Record.Graduate.CohortCode)
	if err != nil {
		return form.Form{}, fmt.Errorf("verify: cohort: %w", err)
	}
	table, err := h.o.Codes(cohort.CodeTable)
	if err != nil {
		return form.Form{}, fmt.Errorf("verify: code table: %w", err)
	}
	return form.Content(i.Record, i.Authorization, table, h.o.Form), nil
}

func (h *Handler) office(c *gin.Context, school model.School) (office, error) {
	contacts, err := h.o.Store.Contacts(c.Request.Context(), school.Code)
	if err != nil {
		return office{}, fmt.Errorf("verify: contacts: %w", err)
	}
	o := office{Name: school.Name + model.ContactOffice.Chinese()}
	if who, ok := model.OfficeOf(contacts, school.Code); ok {
		if who.Name != o.Name && who.Name != model.ContactOffice.Chinese() {
			o.Name += " " + who.Name
		}
		o.Phone = who.Phone
	}
	return o, nil
}

// receipt is what a department files.
func (h *Handler) receipt(v form.Verdict, way model.VerificationWay, requestID string) form.Block {
	return form.Block{Rows: []form.Row{
		{Label: "核验编号", Value: web.Group(v.Form.Number)},
		{Label: "核验结论", Value: v.Holds(h.o.Form.Sample)},
		{Label: "核验时间", Value: model.Minute(v.At)},
		{Label: "登记信息表", Value: v.Form.Kind.Chinese()},
		{Label: "核验方式", Value: wayWords(way)},
		{Label: "核验网址", Value: h.o.Links.Verify(v.Form.Kind)},
		{Label: "出具单位", Value: h.o.Form.Issuer},
		{Label: "请求编号", Value: requestID},
	}}
}

func wayWords(w model.VerificationWay) string {
	if w == model.WayQR {
		return "扫描核验二维码"
	}
	return "姓名和核验编号"
}
