package admin

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/roster"
	"quxiang/model/store"
)

// parallelExports bounds how many exports run at once, and with it the memory
// that they take.
const parallelExports = 2

// exportForm is what template "export" draws: a form that exports the list above
// it. It is nil for operators who may not.
type exportForm struct {
	Hidden []web.Hidden
	Sheet  web.Choices
	Format web.Choices
	Note   string
}

// exportOf makes the form for a list with this filter, which goes along: that a
// name was searched for must not get into an address.
func exportOf(op model.Operator, filter map[string]string, first model.SheetKind) *exportForm {
	if !op.May(model.ActionExport) {
		return nil
	}
	f := &exportForm{
		Sheet:  web.Choices{Name: "sheet", Label: "表格种类", Required: true},
		Format: web.Choices{Name: "format", Label: "格式", Required: true, Items: []web.Choice{{Value: string(roster.TableXLSX), Text: "Excel（XLSX）"}, {Value: string(roster.TableCSV), Text: "CSV"}}},
	}
	for _, k := range model.SheetKinds() {
		f.Sheet.Items = append(f.Sheet.Items, web.Choice{Value: string(k), Text: k.Chinese(), Chosen: k == first})
	}
	for _, name := range exportFields {
		if value := filter[name]; value != "" {
			f.Hidden = append(f.Hidden, web.Hidden{Name: name, Value: value})
		}
	}
	if masksIDs(op) {
		f.Note = "您的角色导出的生源名单不含身份证号，只供查看；去向表和审核结果表可填写后导入。"
	}
	return f
}

// exportFields are the fields of filters that an export knows.
var exportFields = []string{"cohort", "step", "school", "college", "major", "class", "settled", "category", "unit", "code", "q"}

// masksIDs reports whether the operator gets no whole ID numbers in bulk: only
// the school's office and the administrator do.
func masksIDs(op model.Operator) bool {
	return op.Role != model.RoleAdmin && op.Role != model.RoleSchool
}

// export sends a list as a sheet that can be filled in and imported.
func (h *Handler) export(v visit) error {
	if err := v.form(); err != nil {
		return err
	}
	kind, format := model.SheetKind(v.PostForm("sheet")), roster.TableFormat(v.PostForm("format"))
	if kind.Chinese() == "" || format != roster.TableXLSX && format != roster.TableCSV {
		return model.Invalid("sheet", "请选择要导出的表格种类和格式。")
	}
	ctx := v.Request.Context()
	list := filterOf(v.PostForm)
	g, err := h.storeFilter(ctx, list)
	if err != nil {
		return err
	}
	select {
	case h.exports <- struct{}{}:
		defer func() { <-h.exports }()
	case <-ctx.Done():
		return ctx.Err()
	}
	e := exporting{h: h, v: v, kind: kind, format: format, tables: map[string]model.Codes{}}
	err = h.o.Store.Export(ctx, v.scope(), store.ExportFilter{GraduateFilter: g, Category: v.PostForm("category")}, e.begin, e.write)
	return e.end(err)
}

// exporting is one export on its way to a browser.
type exporting struct {
	h      *Handler
	v      visit
	kind   model.SheetKind
	format roster.TableFormat
	writer *roster.Writer
	tables map[string]model.Codes
}

// begin writes the audit, before the first row leaves: what was asked for and
// how many rows that is. The name searched for is not told.
func (e *exporting) begin(n int) error {
	a := audit(e.v.op, "graduate.export", e.h.o.Web.Now())
	a.Detail = map[string]string{"sheet": string(e.kind), "format": string(e.format), "graduates": strconv.Itoa(n)}
	for _, name := range exportFields {
		switch value := e.v.PostForm(name); {
		case value == "":
		case name == "q":
			a.Detail["search"] = "yes"
		default:
			a.Detail[name] = model.Shorten(value, 60)
		}
	}
	if err := e.h.o.Store.AddAudit(e.v.Request.Context(), a); err != nil {
		return fmt.Errorf("admin: audit: %w", err)
	}
	var err error
	e.writer, err = roster.NewWriter(e, roster.WriterOptions{Kind: e.kind, Format: e.format, Masked: masksIDs(e.v.op)})
	return err
}

func (e *exporting) write(records []model.Record) error {
	return e.writer.WriteAll(records, e.codes)
}

// codes are the tables of a cohort, asked for once.
func (e *exporting) codes(cohort string) (model.Codes, error) {
	if t, ok := e.tables[cohort]; ok {
		return t, nil
	}
	t, err := e.h.codes(e.v.Request.Context(), cohort)
	if err == nil {
		e.tables[cohort] = t
	}
	return t, err
}

// Write sends a part of the file, the headers before the first: an XLSX is
// written only once it is complete.
func (e *exporting) Write(b []byte) (int, error) {
	if !e.v.Writer.Written() {
		day := string(model.DateOf(e.h.o.Web.Now()))
		attachment(e.v, mediaTypes[e.format], e.kind.Chinese()+"-"+day+"."+string(e.format))
	}
	return e.v.Writer.Write(b)
}

// end closes the file, or breaks off one that is half sent, so that the browser
// does not take it for the whole.
func (e *exporting) end(err error) error {
	if e.writer != nil && err == nil {
		err = e.writer.Close()
	} else if e.writer != nil {
		err = errors.Join(err, e.writer.Abandon())
	}
	if err == nil {
		return nil
	}
	if e.v.Writer.Written() {
		// A deadline in the past keeps the last chunk from being sent.
		_ = http.NewResponseController(e.v.Writer).SetWriteDeadline(time.Unix(1, 0))
	}
	return err
}
