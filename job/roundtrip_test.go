package job_test

import (
	"os"
	"path/filepath"
	"testing"

	"quxiang/job"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/demo"
	"quxiang/model/roster"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// exported writes the graduates of a scope as a sheet.
func exported(t testing.TB, s *store.Store, kind model.SheetKind, format roster.TableFormat, f store.ExportFilter) (file string, n int) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "export."+string(format))
	to, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	w, err := roster.NewWriter(to, roster.WriterOptions{Kind: kind, Format: format})
	if err != nil {
		t.Fatal(err)
	}
	table, err := codes.For(codes.Default)
	if err != nil {
		t.Fatal(err)
	}
	err = s.Export(t.Context(), model.Scope{All: true}, f, func(all int) error { n = all; return nil }, func(rs []model.Record) error {
		return w.WriteAll(rs, func(string) (model.Codes, error) { return table, nil })
	})
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = to.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return file, n
}

// TestRoundTrip: an export that comes back changes nothing, whatever stands in
// the records, of every kind, in both formats, on both databases.
func TestRoundTrip(t *testing.T) {
	texts := []string{
		"=1+1", "+86", "-负", "@at", "\t制表", "两\n行", `"引号"`, "逗,号", "'撇", "00123", "𬭚㛃·Äö", "＝全角", " 空格 ", "-", `="00123"`, "1.1E+17", "\r回车",
	}
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := &clock{t: at(t, "2027-06-10 12:00")}
		for _, school := range []model.School{demo.School(), demo.UpstreamSchool()} {
			if err := s.SaveSchool(t.Context(), school); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.SaveCohort(t.Context(), model.NewCohort(2027)); err != nil {
			t.Fatal(err)
		}
		const n = 520 // more than a batch
		var records []model.Record
		i := 0
		for p := range demo.Graduates(n, 9, demo.Options{Year: 2027, Destinations: 0.7, ReportedAt: c.Now()}) {
			school := demo.School()
			if i%3 == 0 {
				school = demo.UpstreamSchool()
			}
			if i < 3*len(texts) {
				v := texts[i%len(texts)]
				p.Basics.Class, p.Basics.Degree, p.Basics.Major, p.Basics.Hardship, p.Basics.StudentNumber = v, v, v, v, v
				if p.Destination != nil {
					p.Destination.Note = v
				}
			}
			r := model.Record{Graduate: model.Graduate{CohortCode: "2027", SchoolCode: school.Code, Basics: p.Basics, CreatedAt: c.Now()}, School: school}
			if p.Destination != nil {
				r.Revisions = []model.Revision{{Number: 1, Destination: *p.Destination, Origin: school.Origin, ReportedAt: c.Now(), ReportedBy: model.BySystem("test")}}
				if i%4 == 0 {
					r.Revisions[0].Reviews = []model.Review{{Level: model.LevelCollege, Decision: model.DecisionApprove, At: c.Now()}}
				}
			}
			records = append(records, r)
			i++
		}
		if _, err := s.CreateRecords(t.Context(), records, model.BySystem("test")); err != nil {
			t.Fatal(err)
		}
		im := job.NewImporter(job.ImporterOptions{Store: s, Codes: codes.For, Now: c.Now})
		admin := model.Operator{ID: 1, Name: "a", Role: model.RoleAdmin}
		for _, kind := range model.SheetKinds() {
			for _, format := range []roster.TableFormat{roster.TableXLSX, roster.TableCSV} {
				file, all := exported(t, s, kind, format, store.ExportFilter{})
				if all != n {
					t.Fatalf("%s: %d exported", kind, all)
				}
				report := filepath.Join(t.TempDir(), "refused.xlsx")
				got, err := im.Import(t.Context(), job.ImportOptions{
					Kind: kind, Path: file, ReportPath: report, By: model.ByOperator(admin), Reviewer: admin, Scope: model.Scope{All: true},
				})
				if err != nil || got != (model.TaskResult{Unchanged: n}) {
					t.Errorf("%s as %s: %+v, %v", kind, format, got, err)
					if got.Refused > 0 {
						t.Errorf("refused: %q", reportRows(t, report)[1][:2])
					}
				}
			}
		}
		// By the list's filter.
		for want, f := range map[int]store.ExportFilter{
			0:                      {GraduateFilter: store.GraduateFilter{School: "99009"}},
			(n + 2) / 3:            {GraduateFilter: store.GraduateFilter{School: demo.UpstreamSchool().Code}},
			n - (n+2)/3:            {GraduateFilter: store.GraduateFilter{Cohort: "2027", School: demo.School().Code}},
			1:                      {GraduateFilter: store.GraduateFilter{Query: records[7].Graduate.Basics.ExamNumber}},
			countOf(records, "70"): {Category: "70"},
		} {
			if _, got := exported(t, s, model.SheetRoster, roster.TableCSV, f); got != want {
				t.Errorf("%+v: %d, want %d", f, got, want)
			}
		}
	})
}

func countOf(records []model.Record, category string) int {
	n := 0
	for _, r := range records {
		if last := r.Latest(); last != nil && last.Destination.Category == category {
			n++
		}
	}
	return n
}
