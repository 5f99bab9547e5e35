package job_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quxiang/job"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/demo"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// csvFile writes rows to a CSV of its own.
func csvFile(t testing.TB, rows ...[]string) string {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "sheet.csv")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// enrolled imports a roster of n without destinations and returns it.
func enrolled(t testing.TB, s *store.Store, im *job.Importer, n int) []demo.Person {
	t.Helper()
	var people []demo.Person
	for p := range demo.Graduates(n, 1, demo.Options{Year: 2027}) {
		p.Basics.College, p.Basics.Class = "信息学院", "信息2301"
		people = append(people, p)
	}
	table, err := codes.For(codes.Default)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "roster.csv")
	w, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	err = demo.SampleRoster(w, demo.WideCSV, func(yield func(demo.Person) bool) {
		for _, p := range people {
			if !yield(p) {
				return
			}
		}
	}, table)
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	got, err := im.Import(t.Context(), job.ImportOptions{Path: file, By: model.BySystem("test"), Scope: model.Scope{All: true}})
	if err != nil || got.Imported != n {
		t.Fatalf("roster: %+v, %v", got, err)
	}
	return people
}

func recordOf(t testing.TB, s *store.Store, exam string) model.Record {
	t.Helper()
	found, err := s.FindByExamNumber(t.Context(), exam)
	if err != nil || len(found) != 1 {
		t.Fatalf("%s: %d records, %v", exam, len(found), err)
	}
	r, err := s.Record(t.Context(), found[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestDestinationsSheet: destinations of graduates who are there, by 考生号.
func TestDestinationsSheet(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := &clock{t: at(t, "2027-06-10 12:00")}
		im := job.NewImporter(job.ImporterOptions{Store: s, Codes: codes.For, Now: c.Now})
		people := enrolled(t, s, im, 5)
		exam := func(i int) string { return people[i].Basics.ExamNumber }
		header := []string{"单位所在地", "单位名称", "毕业去向", "姓名", "考生号", "备注"}
		file := csvFile(t, header,
			[]string{"北京市西城区", "甲公司", "签劳动合同形式就业", people[0].Basics.Name, exam(0), "x"},
			[]string{"", "", "求职中", "", exam(1), ""},
			[]string{"", "", "求职中", "别人", exam(2), ""},
			[]string{"", "", "", "", exam(3), ""},
			[]string{"", "", "求职中", "", "27110101119999", ""},
			[]string{"", "", "签劳动合同形式就业", "", exam(4), ""},
		)
		report := filepath.Join(t.TempDir(), "refused.xlsx")
		operator := model.ByOperator(model.Operator{ID: 7, Name: "fdy"})
		o := job.ImportOptions{
			Kind: model.SheetDestinations, Path: file, ReportPath: report, By: operator,
			Scope: model.Scope{SchoolCode: "99001", College: "信息学院", Classes: []string{"信息2301"}},
		}
		dry := o
		dry.DryRun, dry.PreviewPath = true, filepath.Join(t.TempDir(), "preview.xlsx")
		want := model.TaskResult{Imported: 2, Changed: 2, Unchanged: 1, Refused: 3, Report: report}
		got, err := im.Import(t.Context(), dry)
		wantDry := want
		wantDry.Preview = dry.PreviewPath
		if err != nil || got != wantDry {
			t.Fatalf("dry run: %+v, %v", got, err)
		}
		if r := recordOf(t, s, exam(0)); len(r.Revisions) != 0 || r.Version != 1 {
			t.Fatalf("the dry run wrote: %+v", r)
		}
		preview := reportRows(t, dry.PreviewPath)
		if text := strings.Join(preview[1], "|"); len(preview) < 4 || !strings.HasPrefix(text, "2|"+exam(0)+"|"+people[0].Basics.Name+"|毕业去向||签劳动合同形式就业") {
			t.Errorf("preview %q", preview)
		}
		if got, err = im.Import(t.Context(), o); err != nil || got != want {
			t.Fatalf("%+v, %v", got, err)
		}
		rows := reportRows(t, report)
		for i, says := range []string{"第 4 行“姓名”：姓名与系统中", "第 6 行“考生号”：没有找到", "第 7 行“单位名称”：“签劳动合同形式就业”需要填写"} {
			if !strings.Contains(rows[i+1][1], says) {
				t.Errorf("reason %q, want %q", rows[i+1][1], says)
			}
		}
		last := recordOf(t, s, exam(0)).Latest()
		if last == nil || last.ReportedBy != operator || last.State() != model.ReviewCollege || last.Destination.Unit != "甲公司" {
			t.Errorf("revision %+v", last)
		}
		if got, err = im.Import(t.Context(), o); err != nil || got.Imported != 0 || got.Unchanged != 3 {
			t.Errorf("again: %+v, %v", got, err)
		}
		// Another counsellor's classes.
		o.Scope.Classes = []string{"信息2302"}
		if got, err = im.Import(t.Context(), o); err != nil || got.Refused != 6 {
			t.Errorf("out of scope: %+v, %v", got, err)
		}
	})
}

// TestReviewsSheet: decisions from a sheet are those of the operator who brings
// it.
func TestReviewsSheet(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		c := &clock{t: at(t, "2027-06-10 12:00")}
		im := job.NewImporter(job.ImporterOptions{Store: s, Codes: codes.For, Now: c.Now})
		people := enrolled(t, s, im, 4)
		rows := [][]string{{"考生号", "毕业去向"}}
		for _, p := range people {
			rows = append(rows, []string{p.Basics.ExamNumber, "求职中"})
		}
		college := model.Operator{ID: 7, Name: "xy", Role: model.RoleCollege, SchoolCode: "99001", College: "信息学院"}
		o := job.ImportOptions{Kind: model.SheetDestinations, Path: csvFile(t, rows...), By: model.ByOperator(college), Scope: college.Scope()}
		if got, err := im.Import(t.Context(), o); err != nil || got.Imported != 4 {
			t.Fatalf("destinations: %+v, %v", got, err)
		}
		exam := func(i int) string { return people[i].Basics.ExamNumber }
		report := filepath.Join(t.TempDir(), "refused.xlsx")
		o = job.ImportOptions{
			Kind: model.SheetReviews, By: model.ByOperator(college), Reviewer: college, Scope: college.Scope(), ReportPath: report,
			Path: csvFile(t, []string{"考生号", "版本", "审核结果", "退回原因"},
				[]string{exam(0), "1", "通过", ""}, []string{exam(1), "1", "退回", "请写明\u200b求职意向"},
				[]string{exam(2), "1", "", ""}, []string{exam(3), "2", "通过", ""}),
		}
		want := model.TaskResult{Imported: 2, Changed: 2, Unchanged: 1, Refused: 1, Report: report}
		if got, err := im.Import(t.Context(), o); err != nil || got != want {
			t.Fatalf("%+v, %v", got, err)
		}
		if r := recordOf(t, s, exam(0)).Latest(); r.State() != model.ReviewSchool || r.Reviews[0].By != model.ByOperator(college) {
			t.Errorf("approved: %+v", r)
		}
		if r := recordOf(t, s, exam(1)).Latest(); r.State() != model.ReviewReturned || r.Reviews[0].Reason != "请写明求职意向" {
			t.Errorf("returned: %+v", r)
		}
		want.Imported, want.Changed, want.Unchanged = 0, 0, 3
		if got, err := im.Import(t.Context(), o); err != nil || got != want {
			t.Errorf("again: %+v, %v", got, err)
		}
		// What an operator's sheet brought and a reviewer returned, a better sheet replaces.
		o = job.ImportOptions{
			Kind: model.SheetDestinations, By: model.ByOperator(college), Scope: college.Scope(),
			Path: csvFile(t, []string{"考生号", "毕业去向"}, []string{exam(1), "拟创业"}),
		}
		if got, err := im.Import(t.Context(), o); err != nil || got.Changed != 1 {
			t.Errorf("mended: %+v, %v", got, err)
		}
	})
}
