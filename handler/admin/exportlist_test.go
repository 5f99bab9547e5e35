package admin_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quxiang/model"
	"quxiang/model/roster"
	"quxiang/model/store"
)

// TestExportStaysInScope: everybody gets a file of his own graduates, narrowed by
// the list's filter; only school and administrator get ID numbers.
func TestExportStaysInScope(t *testing.T) {
	s := newSite(t)
	named := func(name string) func(*model.Basics) { return func(b *model.Basics) { b.Name = name } }
	a := s.report(s.graduate(here, collegeA, classA, named(nameA)).Graduate.ID, unitA)
	b := s.graduate(here, collegeB, "乙班", named(nameB))
	other := s.graduate("99002", collegeA, classA, named(nameOther))
	for _, op := range everybody() {
		v := s.operator(op)
		w := v.post("/admin/export", url.Values{"sheet": {"roster"}, "format": {"csv"}})
		if !op.May(model.ActionExport) {
			page{status: 403}.check(t, w)
			continue
		}
		body := w.Body.String()
		if w.Code != 200 || !strings.Contains(w.Header().Get("Content-Disposition"), "2027-06-10.csv") || w.Header().Get("Cache-Control") != "no-store" {
			t.Fatalf("%s: %d %v", op.Role, w.Code, w.Header())
		}
		for _, r := range []model.Record{a, b, other} {
			sees, g := op.Scope().Covers(r.Graduate), r.Graduate.Basics
			if strings.Contains(body, g.Name) != sees || strings.Contains(body, g.ExamNumber) != sees {
				t.Errorf("%s: %s", op.Role, g.Name)
			}
			whole := sees && (op.Role == model.RoleAdmin || op.Role == model.RoleSchool)
			if strings.Contains(body, g.IDNumber) != whole {
				t.Errorf("%s: ID number of %s, whole %v", op.Role, g.Name, whole)
			}
		}
		narrowed := v.post("/admin/export", url.Values{"sheet": {"reviews"}, "format": {"csv"}, "step": {"college_review"}, "unit": {unitA}, "category": {"10"}}).Body.String()
		if !strings.Contains(narrowed, nameA) || strings.Contains(narrowed, nameB) || strings.Contains(narrowed, nameOther) {
			t.Errorf("%s: narrowed: %s", op.Role, narrowed)
		}
	}
	v := s.operator(model.Operator{Name: "again", Role: model.RoleSchool, SchoolCode: here})
	searched := v.post("/admin/export", url.Values{"sheet": {"destinations"}, "format": {"csv"}, "q": {nameB}}).Body.String()
	if !strings.Contains(searched, nameB) || strings.Contains(searched, nameA) {
		t.Errorf("searched: %s", searched)
	}
	audits, _, err := s.store.Audits(t.Context(), model.Scope{All: true}, store.AuditFilter{}, 0, 1)
	must(t, err)
	if d := audits[0].Detail; audits[0].Action != "graduate.export" || d["graduates"] != "1" || d["search"] != "yes" || strings.Contains(strings.Join(values(d), " "), nameB) {
		t.Errorf("audit %+v", audits[0])
	}
	page{status: 422, has: []string{"请选择要导出的表格种类和格式"}}.check(t, v.post("/admin/export", url.Values{"sheet": {"x"}, "format": {"csv"}}))
	// The pages carry the filter on.
	page{has: []string{"导出这个列表"}, raw: []string{`<input type="hidden" name="class" value="` + classA + `">`}}.
		check(t, v.get("/admin/graduates?class="+url.QueryEscape(classA)))
	page{raw: []string{`<input type="hidden" name="step" value="school_review">`}}.check(t, v.get("/admin/reviews?level=school"))
	page{not: []string{"导出这个列表"}}.check(t, s.operator(model.Operator{Name: "aud", Role: model.RoleAuditor}).get("/admin/graduates"))
}

func values(m map[string]string) []string {
	var out []string
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

// TestExportXLSX is a workbook that the reader takes.
func TestExportXLSX(t *testing.T) {
	s := newSite(t)
	r := s.graduate(here, collegeA, classA, nil)
	w := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here}).post("/admin/export", url.Values{"sheet": {"roster"}, "format": {"xlsx"}})
	file := filepath.Join(t.TempDir(), "e.xlsx")
	must(t, os.WriteFile(file, w.Body.Bytes(), 0o600))
	in, err := roster.Open(file, roster.Options{Codes: s.table})
	must(t, err)
	defer in.Close()
	row, err := in.Next()
	must(t, err)
	if len(row.Faults) > 0 || row.Basics.IDNumber != r.Graduate.Basics.IDNumber || row.SchoolCode != here {
		t.Errorf("%+v", row)
	}
}
