package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"quxiang/handler/admin"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/demo"
	"quxiang/model/store"
)

// effort counts what a person does: pages waited for, presses, and fields
// filled in.
type effort struct{ pages, presses, fields int }

func (e effort) String() string {
	return fmt.Sprintf("%d pages, %d presses, %d fields", e.pages, e.presses, e.fields)
}

// desk is a counsellor at his browser, whose effort is counted.
type desk struct {
	*browser
	effort
}

func (d *desk) press(word string) {
	d.t.Helper()
	d.browser.press(word)
	d.pages++
	d.presses++
}

func (d *desk) tap(word string) {
	d.t.Helper()
	d.browser.tap(word)
	d.presses++
}

func (d *desk) fill(name, value string) {
	d.t.Helper()
	d.browser.fill(name, value)
	d.fields++
}

// opensFirst clicks the first row of a list.
func (d *desk) opensFirst() {
	d.t.Helper()
	js[any](d.browser, `document.querySelector("[data-row]").setAttribute("data-first", "")`)
	resp, err := chromedp.RunResponse(d.ctx, chromedp.Click(chromedp.CSS(`[data-first]`)))
	d.must(err)
	if resp != nil && resp.Status >= 400 {
		d.t.Fatalf("the first row led to HTTP %d", resp.Status)
	}
	d.pages++
	d.presses++
}

// waits until a page that loads itself anew shows a word.
func (d *desk) waits(word string) {
	d.t.Helper()
	waitFor(d.t, func() bool {
		text, err := chromedp.Run(d.ctx, chromedp.Evaluate[string](`document.readyState === "complete" ? document.body.innerText : ""`))
		return err == nil && strings.Contains(text, word)
	})
}

// spent tells and forgets the effort so far.
func (d *desk) spent(on string) {
	d.t.Helper()
	d.t.Logf("%s: %s", on, d.effort)
	d.effort = effort{}
}

const (
	deskCollege  = "示范学院"
	deskPassword = "correct horse battery"
)

func deskClasses() []string { return []string{"示范2301班", "示范2302班", "示范2303班"} }

// classList writes the roster of 300 graduates in three classes.
func classList(t *testing.T) string {
	t.Helper()
	table, err := codes.For(codes.Default)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "三个班.xlsx")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	people := func(yield func(demo.Person) bool) {
		i := -100 // the sandbox's own crowd has the first ID numbers
		for p := range demo.Graduates(400, 77, demo.Options{Year: 2027}) {
			if i++; i <= 0 {
				continue
			}
			p.Basics.College, p.Basics.Class = deskCollege, deskClasses()[i%3]
			p.Basics.ExamNumber = fmt.Sprintf("2388%010d", i)
			if !yield(p) {
				return
			}
		}
	}
	if err := demo.SampleRoster(f, demo.WideXLSX, people, table); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestCounsellorsDay: a counsellor with three classes imports 300 graduates,
// approves 100 destinations, returns 10, answers 2 corrections and prints the
// list of those whom no message reaches. What it took is logged.
func TestCounsellorsDay(t *testing.T) {
	s := boot(t, "", june)
	hash, err := admin.HashPassword(deskPassword)
	if err != nil {
		t.Fatal(err)
	}
	op := model.Operator{
		Name: "laoshi", Role: model.RoleCounsellor, SchoolCode: demo.School().Code, College: deskCollege, Classes: deskClasses(), CreatedAt: s.app.clock.Now(),
	}
	if _, err := s.app.store.CreateOperator(t.Context(), op, hash, model.BySystem("test")); err != nil {
		t.Fatal(err)
	}
	d := &desk{browser: newBrowser(t, look{name: "counsellor"})}
	d.do(chromedp.EmulateViewport(1280, 800))
	d.open(s.app.cfg.PublicURL + "/admin")
	d.fill("name", op.Name)
	d.fill("password", deskPassword)
	d.press("登录")
	d.spent("log in")

	d.importClasses(classList(t))
	correcting := graduatesReport(t, s, op.Scope())
	d.reviewAll(s, op)
	d.answerCorrections(s, correcting)
	d.printUnreached()
}

func (d *desk) importClasses(path string) {
	d.t.Helper()
	d.press("名单导入")
	d.do(chromedp.SetUploadFiles(chromedp.CSS(`[name=file]`), []string{path}))
	d.fields++
	d.press("上传并检查")
	d.waits("确认导入")
	d.sees("300")
	d.inspect("import-preview")
	d.press("确认导入")
	d.waits("导入完成")
	d.inspect("import-done")
	d.spent("import 300")
}

// town is what graduates do while the counsellor has lunch.
type town struct {
	t      *testing.T
	fill   filler
	cohort model.Cohort
	codes  *codes.Table
}

// graduatesReport lets 110 of the graduates log in, check and report with their
// agreement, and two others ask for a correction; it returns those two.
func graduatesReport(t *testing.T, s *sandbox, scope model.Scope) (correcting []model.GraduateID) {
	t.Helper()
	table, err := codes.For(codes.Default)
	if err != nil {
		t.Fatal(err)
	}
	cohort, err := s.app.store.Cohort(t.Context(), "2027")
	if err != nil {
		t.Fatal(err)
	}
	var all []model.GraduateID
	for after := (store.Cursor{}); ; {
		rows, next, err := s.app.store.Graduates(t.Context(), scope, store.GraduateFilter{Cohort: "2027"}, after, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			all = append(all, r.ID)
		}
		if after = next; next.IsZero() {
			break
		}
	}
	if len(all) != 300 {
		t.Fatalf("%d graduates within the counsellor's classes", len(all))
	}
	w := town{t: t, fill: filler{store: s.app.store, now: s.app.clock.Now()}, cohort: cohort, codes: table}
	for i, id := range all[:112] {
		w.logsIn(id, fmt.Sprint("day", i))
		if i < 110 {
			w.reports(id, demo.Units()[i%len(demo.Units())])
			continue
		}
		w.does(id, func(r model.Record) (model.Change, error) {
			return model.AskCorrection(r, "degree", "理学学士", "学位证书上是理学学士", table, w.fill.now)
		})
	}
	return all[110:112]
}

func (w town) does(id model.GraduateID, rule func(model.Record) (model.Change, error)) {
	w.t.Helper()
	if _, err := w.fill.store.Change(w.t.Context(), id, rule); err != nil {
		w.t.Fatal(err)
	}
}

func (w town) logsIn(id model.GraduateID, username string) {
	w.t.Helper()
	account, err := w.fill.account(w.t.Context(), username)
	if err != nil {
		w.t.Fatal(err)
	}
	w.does(id, func(r model.Record) (model.Change, error) { return model.Link(r, account, "test", w.fill.now) })
	w.does(id, func(r model.Record) (model.Change, error) { return model.CheckBasics(r, w.fill.now) })
}

func (w town) reports(id model.GraduateID, firm model.Unit) {
	w.t.Helper()
	contract := model.Proof{GraduateID: id, Type: model.ProofPDF, Name: "就业协议书.pdf", Digest: "contract"}
	_, err := w.fill.store.AddProof(w.t.Context(), contract, []byte("%PDF-1.7"), nil, func(r model.Record, have []model.Proof, p model.Proof) (model.ProofChange, error) {
		return model.AddProof(r, w.cohort, have, p, w.fill.now)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.does(id, func(r model.Record) (model.Change, error) {
		return model.Report(r, w.cohort, 0, model.Destination{
			Category: "10", Unit: firm.Name, UnitCode: firm.Code, UnitKind: firm.Kind, Industry: firm.Industry, UnitPlace: firm.Place,
			JobKind: "13", SignedOn: "2027-06-01",
		}, w.codes, w.fill.now)
	})
}

// reviewAll returns the ten who wait longest, one by one, and approves the rest
// in one go.
func (d *desk) reviewAll(s *sandbox, op model.Operator) {
	d.t.Helper()
	d.press("待学院审核")
	d.sees("110")
	d.inspect("queue-110")
	for i := range 10 {
		if i == 0 {
			d.opensFirst()
		}
		d.tap("其他（请在下面写明）")
		d.fill("reason", "就业协议书未盖章，请补盖后重新提交")
		d.press("退回修改")
	}
	d.inspect("returned-10")
	d.spent("return 10")
	d.press("待学院审核")
	for range 5 { // at the most: as many pages as the queue has
		if !strings.Contains(d.text(), "通过本页全部") {
			break
		}
		if strings.Contains(d.text(), "每页 200 人") {
			d.press("每页 200 人")
		}
		d.press("通过本页全部…")
		d.inspect("chosen")
		// Who stands out is not ticked: the counsellor looks, and ticks each.
		d.presses += js[int](d.browser, `(() => { const e = [...document.querySelectorAll("[name=pick]:not(:checked)")]; e.forEach(e => e.click()); return e.length })()`)
		d.press("确认通过勾选的")
		d.inspect("approved")
		d.press("待学院审核")
	}
	d.spent("approve 100")
	counts, err := s.app.store.StepCounts(d.t.Context(), op.Scope(), "2027")
	if err != nil || counts[model.StepSchoolReview] != 100 || counts[model.StepRevise] != 10 {
		d.t.Errorf("approved and returned: %v, %v", counts, err)
	}
}

func (d *desk) answerCorrections(s *sandbox, correcting []model.GraduateID) {
	d.t.Helper()
	d.press("待处理更正")
	d.inspect("corrections")
	d.opensFirst()
	for range 2 { // the answer leads to the next
		d.sees("理学学士")
		d.press("同意更正")
	}
	d.inspect("corrections-done")
	d.spent("answer 2 corrections")
	for _, id := range correcting {
		if r, err := s.app.store.Record(d.t.Context(), id); err != nil || r.Graduate.Basics.Degree != "理学学士" {
			d.t.Errorf("corrected to %q, %v", r.Graduate.Basics.Degree, err)
		}
	}
}

// printUnreached prints the list, at least a page for each class.
func (d *desk) printUnreached() {
	d.t.Helper()
	d.press("未触达名单")
	d.sees(deskClasses()...)
	d.inspect("unreached")
	pdf, err := chromedp.Run(d.ctx, chromedp.PrintToPDF())
	d.must(err)
	d.presses++
	if pages := bytes.Count(pdf, []byte("/Type /Page\n")); pages < len(deskClasses()) {
		d.t.Errorf("%d pages of paper for %d classes", pages, len(deskClasses()))
	}
	d.spent("print the unreached")
}
