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

// upload posts a file as a browser does.
func (b *browser) upload(t *testing.T, field, name string, content io.Reader) *httptest.ResponseRecorder {
	t.Helper()
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	must(t, m.WriteField("unknown", "field"))
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
	page{to: "/admin/roster/1"}.check(t, v.upload(t, "file", `C:\名单\2027届 生源.CSV`, strings.NewReader("a,b\n1,2\n")))

	task, err := s.store.Task(t.Context(), 1)
	must(t, err)
	if task.FileName != "2027届 生源.CSV" || task.SchoolCode != here || task.Kind != model.TaskImportRoster || task.State != model.TaskWaiting || !task.CreatedAt.Equal(begin) {
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
	page{has: []string{"名单导入进度", "等待处理", "2027届 生源.CSV"}}.check(t, w)
	if w.Header().Get("Refresh") != "2" {
		t.Error("the page does not look again")
	}
	page{has: []string{"2027届 生源.CSV", "等待处理"}}.check(t, v.get("/admin/roster"))
}

func TestBadUploadsLeaveNothing(t *testing.T) {
	s := newSite(t)
	v := s.operator(model.Operator{Role: model.RoleAdmin})
	page{status: 422, has: []string{"只接受 XLSX 或 CSV"}}.check(t, v.upload(t, "file", "roster.xls", strings.NewReader("x")))
	page{status: 422, has: []string{"只接受 XLSX 或 CSV"}}.check(t, v.upload(t, "file", "roster", strings.NewReader("x")))
	page{status: 422, has: []string{"文件是空的"}}.check(t, v.upload(t, "file", "roster.xlsx", strings.NewReader("")))
	page{status: 422, has: []string{"请选择要上传的名单文件"}}.check(t, v.upload(t, "other", "roster.xlsx", strings.NewReader("x")))
	page{status: 422, has: []string{"没有收到文件"}}.check(t, v.post("/admin/roster", nil))
	page{status: 413, has: []string{"文件超过 64 MB"}}.check(t, v.upload(t, "file", "roster.xlsx", io.LimitReader(zeros{}, 64<<20+1)))
	page{status: 413, has: []string{"文件超过 64 MB"}}.check(t, v.upload(t, "file", "roster.xlsx", io.LimitReader(zeros{}, 66<<20)))

	r := httptest.NewRequest("POST", origin+"/admin/roster", strings.NewReader("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\nhalf"))
	r.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	page{status: 422, has: []string{"文件没有传完"}}.check(t, v.do(r))
	if left := s.uploads(t); len(left) != 0 {
		t.Errorf("%d files are left", len(left))
	}
	tasks, err := s.store.Tasks(t.Context(), "", 10)
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
	page{has: []string{"处理中", "已处理 250 / 1000 行"}, raw: []string{`<progress id="progress" max="1000" value="250">`}}.check(t, v.get("/admin/roster/1"))
	page{status: 404}.check(t, v.get("/admin/roster/1/report"))

	must(t, os.WriteFile(filepath.Join(s.data, "uploads", "report.xlsx"), []byte("PK refused"), 0o600))
	must(t, s.store.FinishTask(ctx, task.ID, token, model.TaskDone, model.TaskResult{Imported: 990, Unchanged: 7, Refused: 3, Report: "uploads/report.xlsx"}, s.now))
	w := v.get("/admin/roster/1")
	page{has: []string{"已完成", "990 行", "7 行", "3 行", "有未通过检查的行", "下载未通过的行"}}.check(t, w)
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
