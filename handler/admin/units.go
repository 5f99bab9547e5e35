package admin

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/roster"
)

const (
	// maxUnits bounds an upload of units, in bytes. It is read while the browser
	// waits: some 200,000 rows, in a few seconds.
	maxUnits = 16 << 20
	// faultsShown is how many refused rows a page names.
	faultsShown = 500
)

// unitLine is one unit in a table.
type unitLine struct{ Name, Code, Kind, Industry, Place string }

// unitsPage is what template admin/units draws.
type unitsPage struct {
	Query  web.Field
	Units  []unitLine
	Empty  *web.Empty // when nothing was found
	File   web.Field
	Result *web.Cells // of the upload that was just taken
	Faults []string
	More   int // refused rows that are not named
}

// units searches the register that graduates look units up in, and takes another
// file of it.
func (h *Handler) units(v visit) error { return h.showUnits(v, unitsPage{}, nil) }

func (h *Handler) showUnits(v visit, p unitsPage, fault *model.Error) error {
	query := strings.TrimSpace(v.Query("q"))
	p.Query = web.Field{Name: "q", Label: "单位名称或统一社会信用代码", Value: query, Required: true, MaxLength: 120, Hint: "名称的开头，至少两个字；可以省略前面的省、市、区。"}
	p.File = web.Field{
		Name: "file", Label: "单位登记表", Type: "file", Required: true, Accept: ".xlsx,.csv",
		Hint: fmt.Sprintf("XLSX 或 CSV，最大 %d MB。需要“统一社会信用代码”和“单位名称”两列，可以有单位性质、单位行业、单位所在地。", maxUnits>>20),
	}
	if fault != nil {
		p.File.Error = fault.Message
	}
	if query != "" {
		if err := h.findUnits(v, query, &p); err != nil {
			return err
		}
	}
	return h.show(v, status(fault), "units", web.Page{Title: "单位登记表", Next: "/admin/units", Data: p})
}

func (h *Handler) findUnits(v visit, query string, p *unitsPage) error {
	table, err := h.o.Codes(codes.Default)
	if err != nil {
		return fmt.Errorf("admin: code tables: %w", err)
	}
	found, err := h.o.Store.FindUnits(v.Request.Context(), query)
	if err != nil {
		return fmt.Errorf("admin: units: %w", err)
	}
	for _, u := range found {
		kind, _ := table.Name(model.TableUnitKind, u.Kind)
		industry, _ := table.Name(model.TableIndustry, u.Industry)
		p.Units = append(p.Units, unitLine{u.Name, u.Code, kind, industry, u.Place})
	}
	if len(found) == 0 {
		p.Empty = &web.Empty{Text: "没有名称这样开头或代码相同的单位。"}
	}
	return nil
}

// uploadUnits reads a register to its end while the browser waits. Doing it again
// changes nothing, so that nothing is lost when it is broken off.
func (h *Handler) uploadUnits(v visit) (err error) {
	_, _, path, err := h.receive(v)
	if refused(err, model.CodeTooLarge) != nil {
		err = model.Errorf(model.CodeTooLarge, "文件超过 %d MB，请分成几个文件上传。", maxUnits>>20).Because(err)
	}
	if e := refused(err, model.CodeInvalid, model.CodeTooLarge); e != nil {
		return h.showUnits(v, unitsPage{}, e)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(path)) }()
	table, err := h.o.Codes(codes.Default)
	if err != nil {
		return fmt.Errorf("admin: code tables: %w", err)
	}
	var p unitsPage
	ctx := v.Request.Context()
	result, err := roster.ImportUnits(ctx, roster.UnitImport{
		Path: path, Options: roster.Options{Codes: table, MaxBytes: maxUnits, MaxUnzipped: 16 * maxUnits, TempDir: h.uploads}, Saver: h.o.Store,
		Refused: func(_ []string, row roster.Row) error {
			if len(p.Faults) == faultsShown {
				p.More++
				return nil
			}
			for _, f := range row.Faults {
				p.Faults = append(p.Faults, f.String())
			}
			return nil
		},
	})
	if result.Imported > 0 {
		a := audit(v.op, "units.import", h.o.Web.Now())
		a.Detail = map[string]string{"imported": strconv.Itoa(result.Imported)}
		err = errors.Join(err, h.o.Store.AddAudit(ctx, a))
	}
	e := refused(err, model.CodeInvalid, model.CodeTooLarge)
	if err != nil && e == nil {
		return fmt.Errorf("admin: import units: %w", err)
	}
	p.Result = &web.Cells{Title: "上传结果", Items: []web.Cell{
		{Label: "新增或更新", Value: strconv.Itoa(result.Imported) + " 家"},
		{Label: "未变", Value: strconv.Itoa(result.Unchanged) + " 家"},
		{Label: "未通过检查", Value: strconv.Itoa(result.Refused) + " 行"},
	}}
	return h.showUnits(v, p, e)
}
