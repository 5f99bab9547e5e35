package admin_test

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
)

// upload posts a roster as a browser does.
func (b *browser) upload(t *testing.T, field, name string, content io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	return b.send(t, "roster", field, name, content)
}

// uploadKind posts a sheet of a kind.
func (b *browser) uploadKind(t *testing.T, kind, name string, content io.Reader) {
	t.Helper()
	if w := b.send(t, kind, "file", name, content); w.Code != 303 {
		t.Fatalf("upload: %d %s", w.Code, text(w))
	}
}

func (b *browser) send(t *testing.T, kind, field, name string, content io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	must(t, m.WriteField("unknown", "field"))
	must(t, m.WriteField("sheet", kind))
	w, err := m.CreateFormFile(field, name)
	must(t, err)
	_, err = io.Copy(w, content)
	must(t, err)
	must(t, m.Close())
	r := httptest.NewRequest("POST", origin+"/admin/roster", &body)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return b.do(r)
}

// uploads are the files below the uploads folder.
func (s *site) uploads(t *testing.T) []fs.DirEntry {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(s.data, "uploads"))
	if !os.IsNotExist(err) {
		must(t, err)
	}
	return entries
}

func TestUpload(t *testing.T) {
	s := newSite(t)
	v := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	page{has: []string{"名单导入", "最大 64 MB", "还没有导入过名单"}}.check(t, v.get("/admin/roster"))
	page{to: "/admin/roster/1"}.check(t, v.upload(t, "file", "C:\\名单\\2027届\u202e 生源.CSV", strings.NewReader("a,b\n1,2\n")))

	task, err := s.store.Task(t.Context(), 1)
	must(t, err)
	if task.FileName != "2027届 生源.CSV" || task.SchoolCode != here || task.Kind != model.TaskImportRoster || task.Stage != model.StagePreview || task.State != model.TaskWaiting || !task.CreatedAt.Equal(begin) {
		t.Errorf("task %+v", task)
	}
	content, err := os.ReadFile(filepath.Join(s.data, task.Path))
	must(t, err)
	if string(content) != "a,b\n1,2\n" || !strings.HasPrefix(task.Path, "uploads/") || !strings.HasSuffix(task.Path, ".csv") || strings.Contains(task.Path, "2027") {
		t.Errorf("file %s: %q", task.Path, content)
	}
	info, err := os.Stat(filepath.Join(s.data, task.Path))
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	w := v.get("/admin/roster/1")
	page{has: []string{"名单导入进度", "检查中", "2027届 生源.CSV"}}.check(t, w)
	if w.Header().Get("Refresh") != "2" {
		t.Error("the page does not look again")
	}
	page{has: []string{"2027届 生源.CSV", "检查中"}}.check(t, v.get("/admin/roster"))
}

func TestBadUploadsLeaveNothing(t *testing.T) {
	s := newSite(t)
	v := s.operator(model.Operator{Role: model.RoleAdmin})
	page{status: 422, has: []string{"只接受 XLSX 或 CSV"}}.check(t, v.upload(t, "file", "roster.xls", strings.NewReader("x")))
	page{status: 422, has: []string{"只接受 XLSX 或 CSV"}}.check(t, v.upload(t, "file", "roster", strings.NewReader("x")))
	page{status: 422, has: []string{"文件是空的"}}.check(t, v.upload(t, "file", "roster.xlsx", strings.NewReader("")))
	page{status: 422, has: []string{"请选择要上传的名单文件"}}.check(t, v.upload(t, "other", "roster.xlsx", strings.NewReader("x")))
	page{status: 422, has: []string{"不接受含宏的工作簿（XLSM）"}}.check(t, v.upload(t, "file", "roster.XLSM", strings.NewReader("x")))
	page{status: 422, has: []string{"没有这种表格"}}.check(t, v.send(t, "other", "file", "roster.csv", strings.NewReader("x")))
	page{status: 422, has: []string{"没有收到文件"}}.check(t, v.post("/admin/roster", nil))
	page{status: 413, has: []string{"文件超过 64 MB"}}.check(t, v.upload(t, "file", "roster.xlsx", io.LimitReader(zeros{}, 64<<20+1)))
	page{status: 413, has: []string{"文件超过 64 MB"}}.check(t, v.upload(t, "file", "roster.xlsx", io.LimitReader(zeros{}, 66<<20)))

	r := httptest.NewRequest("POST", origin+"/admin/roster", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nhalf"))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	page{status: 422, has: []string{"文件没有传完"}}.check(t, v.do(r))
	if left := s.uploads(t); len(left) != 0 {
		t.Errorf("%d files are left", len(left))
	}
	tasks, err := s.store.Tasks(t.Context(), model.Operator{Role: model.RoleAdmin}, 10)
	must(t, err)
	if len(tasks) != 0 {
		t.Errorf("%d tasks", len(tasks))
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestTaskIsOfOneSchool(t *testing.T) {
	s := newSite(t)
	own := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	other := s.operator(model.Operator{Name: "other", Role: model.RoleSchool, SchoolCode: "99002"})
	admin := s.operator(model.Operator{Role: model.RoleAdmin})
	own.upload(t, "file", "meine.csv", strings.NewReader("x"))
	admin.upload(t, "file", "alle.csv", strings.NewReader("x"))
	for path, want := range map[string][3]int{"/admin/roster/1": {200, 404, 200}, "/admin/roster/2": {404, 404, 200}, "/admin/roster/3": {404, 404, 404}, "/admin/roster/x": {404, 404, 404}} {
		for i, v := range []*browser{own, other, admin} {
			if w := v.get(path); w.Code != want[i] {
				t.Errorf("%s as %d: %d", path, i, w.Code)
			}
		}
	}
	page{not: []string{"meine.csv", "alle.csv"}}.check(t, other.get("/admin/roster"))
	page{has: []string{"meine.csv", "alle.csv"}}.check(t, admin.get("/admin/roster"))
}

func TestProgressAndReport(t *testing.T) {
	s := newSite(t)
	v := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	other := s.operator(model.Operator{Name: "other", Role: model.RoleSchool, SchoolCode: "99002"})
	v.upload(t, "file", "a.xlsx", strings.NewReader("x"))
	ctx := t.Context()
	task, token, err := s.store.ClaimTask(ctx, time.Minute, s.now)
	must(t, err)
	must(t, s.store.ProgressTask(ctx, task.ID, token, 250, 1000, time.Minute))
	page{has: []string{"检查中", "已处理 250 / 1000 行"}, raw: []string{`<progress id="progress" max="1000" value="250">`}}.check(t, v.get("/admin/roster/1"))
	page{status: 404}.check(t, v.get("/admin/roster/1/report"))

	must(t, os.WriteFile(filepath.Join(s.data, "uploads", "report.xlsx"), []byte("PK refused"), 0o600))
	must(t, s.store.FinishTask(ctx, task.ID, token, model.TaskDone, model.TaskResult{Imported: 990, Unchanged: 7, Refused: 3, Report: "uploads/report.xlsx"}, s.now))
	w := v.get("/admin/roster/1")
	page{has: []string{"等待您确认", "尚未写入任何内容", "将新增 990 行", "未变 7 行", "未通过检查 3 行", "确认导入 990 行", "下载未通过的行"}}.check(t, w)
	if w.Header().Get("Refresh") != "" {
		t.Error("a finished task looks again")
	}
	report := v.get("/admin/roster/1/report")
	if report.Code != 200 || report.Body.String() != "PK refused" || !strings.HasPrefix(report.Header().Get("Content-Disposition"), "attachment") || report.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("report: %d %v", report.Code, report.Header())
	}
	page{status: 404}.check(t, other.get("/admin/roster/1/report"))
	audits, _, err := s.store.Audits(ctx, model.Scope{All: true}, store.AuditFilter{}, 0, 1)
	must(t, err)
	if len(audits) != 1 || audits[0].Action != "roster.report" || audits[0].RequestID == "" {
		t.Errorf("audits %+v", audits)
	}
}

// TestReportStaysBelowDataDir: whatever a task's row says.
func TestReportStaysBelowDataDir(t *testing.T) {
	s := newSite(t)
	v := s.operator(model.Operator{Role: model.RoleAdmin})
	secret := filepath.Join(filepath.Dir(s.data), "secret.xlsx")
	must(t, os.WriteFile(secret, []byte("secret"), 0o600))
	for i, report := range []string{"../" + filepath.Base(secret), secret, "uploads/../../secret.xlsx", "uploads"} {
		v.upload(t, "file", "a.xlsx", strings.NewReader("x"))
		task, token, err := s.store.ClaimTask(t.Context(), time.Minute, s.now)
		must(t, err)
		must(t, s.store.FinishTask(t.Context(), task.ID, token, model.TaskDone, model.TaskResult{Refused: 1, Report: report}, s.now))
		w := v.get(fmt.Sprintf("/admin/roster/%d/report", i+1))
		if w.Code == 200 || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %d", report, w.Code)
		}
	}
}

func TestFailedTaskSaysWhy(t *testing.T) {
	s := newSite(t)
	v := s.operator(model.Operator{Role: model.RoleAdmin})
	v.upload(t, "file", "a.xlsx", strings.NewReader("x"))
	task, token, err := s.store.ClaimTask(t.Context(), time.Minute, s.now)
	must(t, err)
	must(t, s.store.FinishTask(t.Context(), task.ID, token, model.TaskFailed, model.TaskResult{Error: "缺少“考生号”一列。"}, s.now))
	page{has: []string{"没有导入。缺少“考生号”一列。", "未完成"}}.check(t, v.get("/admin/roster/1"))

	// One that broke off says what stands.
	v.upload(t, "file", "b.csv", strings.NewReader("x"))
	task, token, err = s.store.ClaimTask(t.Context(), time.Minute, s.now)
	must(t, err)
	must(t, s.store.FinishTask(t.Context(), task.ID, token, model.TaskFailed, model.TaskResult{Imported: 498, Refused: 2, Error: "第 702 行的引号没有成对。"}, s.now))
	page{has: []string{"没有全部导入。第 702 行的引号没有成对。", "498 行", "2 行"}, not: []string{"没有导入。"}}.check(t, v.get("/admin/roster/2"))
	page{has: []string{"没有全部导入 · 导入 498"}}.check(t, v.get("/admin/roster"))
}

// finish ends the task that waits, as the job does.
func (s *site) finish(state model.TaskState, r model.TaskResult) model.Task {
	s.t.Helper()
	task, token, err := s.store.ClaimTask(s.t.Context(), time.Minute, s.now)
	must(s.t, err)
	if task == nil {
		s.t.Fatal("no task waits")
	}
	must(s.t, s.store.FinishTask(s.t.Context(), task.ID, token, state, r, s.now))
	return *task
}

func (s *site) task(id int64) model.Task {
	s.t.Helper()
	task, err := s.store.Task(s.t.Context(), id)
	must(s.t, err)
	return task
}

// TestPreviewIsConfirmed: a preview is shown field by field and applied by who
// uploaded it, once.
func TestPreviewIsConfirmed(t *testing.T) {
	s := newSite(t)
	v := s.operator(model.Operator{Role: model.RoleCounsellor, SchoolCode: here, College: collegeA, Classes: []string{classA}})
	office := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	page{has: []string{"只导入您所带班级的毕业生", "审核结果表"}}.check(t, v.get("/admin/roster"))
	v.uploadKind(t, "destinations", "去向.csv", strings.NewReader("x"))
	if task := s.task(1); task.Kind != model.SheetDestinations.Task() {
		t.Errorf("kind %s", task.Kind)
	}
	sample := `{"changed":[{"line":3,"exam_number":"23110101110001","name":"欧阳甲","changes":[{"Label":"单位名称","Old":"旧单位","New":"<新>单位"},{"Label":"签约日期","Old":"","New":"2027-05-01"}]}],"refused":[{"line":9,"why":"第 9 行“姓名”：不能为空"}]}`
	must(t, os.WriteFile(filepath.Join(s.data, "uploads", "s.json"), []byte(sample), 0o600))
	must(t, os.WriteFile(filepath.Join(s.data, "uploads", "p.xlsx"), []byte("PK preview"), 0o600))
	s.finish(model.TaskDone, model.TaskResult{Imported: 4, Changed: 1, Refused: 1, Preview: "uploads/p.xlsx", Plan: "uploads/x.plan", Sample: "uploads/s.json"})
	w := v.get("/admin/roster/1")
	page{
		has: []string{"将新增 3 行", "将变更 1 行", "欧阳甲", "旧单位 <新>单位", "签约日期 – 2027-05-01", "9 第 9 行“姓名”：不能为空", "确认导入 4 行", "下载变更明细"},
		not: []string{"下载未通过的行"}, raw: []string{`rowspan="2"`},
	}.check(t, w)
	if got := v.get("/admin/roster/1/preview"); got.Code != 200 || got.Body.String() != "PK preview" {
		t.Errorf("preview: %d", got.Code)
	}
	// The school's office sees it and cannot press for somebody else.
	page{has: []string{"等待上传者本人确认导入"}, not: []string{"确认导入 4 行"}}.check(t, office.get("/admin/roster/1"))
	page{status: 403}.check(t, office.post("/admin/roster/1/apply", nil))
	page{to: "/admin/roster/1"}.check(t, v.post("/admin/roster/1/apply", nil))
	page{to: "/admin/roster/1"}.check(t, v.post("/admin/roster/1/apply", nil)) // twice
	if task := s.task(1); task.Stage != model.StageApply || task.State != model.TaskWaiting || task.Result.Plan == "" {
		t.Errorf("confirmed: %+v", task)
	}
	// It is too late to give it up.
	page{to: "/admin/roster/1"}.check(t, v.post("/admin/roster/1/discard", nil))
	if task := s.task(1); task.State != model.TaskWaiting {
		t.Errorf("discarded: %+v", task)
	}
	s.finish(model.TaskDone, model.TaskResult{Imported: 4, Changed: 1})
	page{has: []string{"导入完成", "导入 4 行 新增 3，变更 1"}, not: []string{"撤销整批导入"}}.check(t, v.get("/admin/roster/1")) // nothing is kept to undo

	// What is given up leaves no file.
	v.uploadKind(t, "roster", "b.csv", strings.NewReader("x"))
	path := filepath.Join(s.data, s.task(2).Path)
	s.finish(model.TaskDone, model.TaskResult{Imported: 1})
	page{to: "/admin/roster/2"}.check(t, v.post("/admin/roster/2/discard", nil))
	page{has: []string{"已放弃"}, not: []string{"确认导入"}}.check(t, v.get("/admin/roster/2"))
	if _, err := os.Stat(path); !os.IsNotExist(err) {
		t.Errorf("the upload is still there: %v", err)
	}
	// Of the others' none is seen.
	page{status: 404}.check(t, s.operator(model.Operator{Role: model.RoleCollege, SchoolCode: here, College: collegeA}).get("/admin/roster/1"))
}

// TestUndoAsksFirst: who acted since is named, and keeps an import from being
// undone.
func TestUndoAsksFirst(t *testing.T) {
	s := newSite(t)
	v := s.operator(model.Operator{Role: model.RoleSchool, SchoolCode: here})
	a, b := s.graduate(here, collegeA, classA, nil), s.graduate(here, collegeB, "乙班", nil)
	v.uploadKind(t, "destinations", "去向.csv", strings.NewReader("x"))
	op := model.Operator{ID: 1, Name: "school", Role: model.RoleSchool, SchoolCode: here}
	rows := make([]store.ImportRow, 2)
	for i, r := range []model.Record{a, b} {
		rows[i] = store.ImportRow{Basics: model.Basics{ExamNumber: r.Graduate.Basics.ExamNumber}, Destination: &model.Destination{Category: "70", SubCategory: "701"}}
	}
	_, err := s.store.Import(t.Context(), rows, store.ImportOptions{
		Kind: model.SheetDestinations, By: model.ByOperator(op), Scope: op.Scope(), Now: s.now, Codes: s.table, TaskID: 1,
	})
	must(t, err)
	s.finish(model.TaskDone, model.TaskResult{Imported: 2, Changed: 2})
	must(t, s.store.MoveTask(t.Context(), s.task(1), model.StageApply, model.TaskDone, model.Audit{At: s.now, Action: "test"}))
	page{has: []string{"撤销整批导入"}}.check(t, v.get("/admin/roster/1"))
	page{has: []string{"涉及 2 人"}, raw: []string{`action="/admin/roster/1/undo"`}}.check(t, v.get("/admin/roster/1/undo"))

	s.decide(b.Graduate.ID, model.LevelCollege, model.DecisionApprove)
	blocked := page{has: []string{"已有 1 人的信息又有办理（" + b.Graduate.Basics.Name}, not: []string{a.Graduate.Basics.Name}}
	blocked.check(t, v.get("/admin/roster/1/undo"))
	page{to: "/admin/roster/1/undo"}.check(t, v.post("/admin/roster/1/undo", nil))
	if task := s.task(1); task.Stage != model.StageApply {
		t.Errorf("undo was begun: %+v", task)
	}
}
