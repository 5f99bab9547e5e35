package admin

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"quxiang/handler/web"
	"quxiang/model"
)

// taskLine is an upload in the list.
type taskLine struct{ Href, File, At, State, Result string }

// schoolOf is whose data the operator's uploads may touch: "" for all schools.
func schoolOf(op model.Operator) string {
	if s := op.Scope(); !s.All {
		return s.SchoolCode
	}
	return ""
}

// roster shows the form for an upload and the uploads so far.
func (h *Handler) roster(v visit) error { return h.showRoster(v, nil) }

func (h *Handler) showRoster(v visit, fault *model.Error) error {
	if s := v.scope(); s.Empty() {
		return model.Errorf(model.CodeForbidden, "您的账号没有可以导入的学校。")
	}
	tasks, err := h.o.Store.Tasks(v.Request.Context(), schoolOf(v.op), pageSize)
	if err != nil {
		return fmt.Errorf("admin: tasks: %w", err)
	}
	lines := make([]taskLine, 0, len(tasks))
	for _, t := range tasks {
		lines = append(lines, taskLine{Href: taskPath(t.ID), File: t.FileName, At: model.Minute(t.CreatedAt), State: taskWords[t.State], Result: resultWords(t)})
	}
	file := web.Field{
		Name: "file", Label: "名单文件", Type: "file", Required: true, Accept: ".xlsx,.csv",
		Hint: fmt.Sprintf("毕业生源信息表，XLSX 或 CSV，最大 %d MB。", maxUpload>>20),
	}
	if fault != nil {
		file.Error = fault.Message
	}
	return h.show(v, status(fault), "roster", web.Page{Title: "名单导入", Next: "/admin/roster", Data: map[string]any{
		"File": file, "Tasks": lines, "Empty": web.Empty{Text: "还没有导入过名单。"},
	}})
}

func taskPath(id int64) string { return "/admin/roster/" + strconv.FormatInt(id, 10) }

// resultWords sums a finished task up.
func resultWords(t model.Task) string {
	switch t.State {
	case model.TaskDone:
		return fmt.Sprintf("导入 %d · 未变 %d · 未通过 %d", t.Result.Imported, t.Result.Unchanged, t.Result.Refused)
	case model.TaskFailed:
		if brokenOff(t.Result) {
			return "没有全部导入 · 导入 " + strconv.Itoa(t.Result.Imported) + " · " + t.Result.Error
		}
		return t.Result.Error
	case model.TaskWaiting, model.TaskRunning:
	}
	return ""
}

// brokenOff reports whether a failed task had taken rows before it failed: they
// stand.
func brokenOff(r model.TaskResult) bool {
	return r.Error != "" && r.Imported+r.Unchanged+r.Refused > 0
}

// task loads the task that the address names, which is not found outside the
// operator's school.
func (h *Handler) task(v visit) (model.Task, error) {
	absent := model.Errorf(model.CodeNotFound, "没有找到这次导入，或不在您的管理范围内。")
	id, err := strconv.ParseInt(v.Param("id"), 10, 64)
	if err != nil {
		return model.Task{}, absent
	}
	t, err := h.o.Store.Task(v.Request.Context(), id)
	switch {
	case model.CodeOf(err) == model.CodeNotFound:
		return t, absent.Because(err)
	case err != nil:
		return t, fmt.Errorf("admin: task: %w", err)
	case v.scope().Empty(), schoolOf(v.op) != "" && t.SchoolCode != schoolOf(v.op), t.Kind != model.TaskImportRoster:
		return t, absent
	}
	return t, nil
}

// rosterTask shows how far an import has got, and asks the browser to look
// again every two seconds while it runs: a header does that without scripts.
func (h *Handler) rosterTask(v visit) error {
	t, err := h.task(v)
	if err != nil {
		return err
	}
	running := t.State == model.TaskWaiting || t.State == model.TaskRunning
	if running {
		v.Header("Refresh", "2")
	}
	facts := web.Cells{Items: []web.Cell{
		{Label: "文件", Value: t.FileName},
		{Label: "上传时间", Value: model.Minute(t.CreatedAt)},
		{Label: "状态", Value: taskWords[t.State]},
	}}
	if t.State == model.TaskDone || brokenOff(t.Result) {
		facts.Items = append(facts.Items, web.Cell{Label: "完成时间", Value: model.Minute(t.FinishedAt)},
			web.Cell{Label: "导入", Value: strconv.Itoa(t.Result.Imported) + " 行"},
			web.Cell{Label: "未变", Value: strconv.Itoa(t.Result.Unchanged) + " 行"},
			web.Cell{Label: "未通过检查", Value: strconv.Itoa(t.Result.Refused) + " 行"})
	}
	p := web.Page{Title: "名单导入进度", Data: map[string]any{
		"Task": t, "Facts": facts, "Running": running, "Report": taskPath(t.ID) + "/report",
	}}
	switch {
	case t.State == model.TaskFailed && brokenOff(t.Result):
		p.Banner = []web.Banner{{Kind: web.BannerError, Text: "没有全部导入。" + t.Result.Error + "已导入的行有效，更正后可再次上传，不会重复。"}}
	case t.State == model.TaskFailed:
		p.Banner = []web.Banner{{Kind: web.BannerError, Text: "没有导入。" + t.Result.Error}}
	case t.State == model.TaskDone && t.Result.Refused > 0:
		p.Banner = []web.Banner{{Kind: web.BannerWarn, Text: "有未通过检查的行，原因见报告。更正后可再次上传，已导入的行不会重复。"}}
	case t.State == model.TaskDone:
		p.Banner = []web.Banner{{Kind: web.BannerOK, Text: "导入完成。"}}
	}
	return h.show(v, http.StatusOK, "task", p)
}

// report sends the sheet of refused rows. It holds personal data: the download
// is audited, and the file is opened below DataDir only.
func (h *Handler) report(v visit) error {
	t, err := h.task(v)
	if err != nil {
		return err
	}
	absent := model.Errorf(model.CodeNotFound, "这次导入没有未通过检查的行，或报告已被清理。")
	if t.Result.Report == "" {
		return absent
	}
	file, err := os.OpenInRoot(h.o.DataDir, t.Result.Report)
	if err != nil {
		return absent.Because(err)
	}
	defer file.Close() //nolint:errcheck // read only
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return absent.Because(err)
	}
	a := audit(v.op, "roster.report", h.o.Web.Now())
	a.Detail = map[string]string{"task": strconv.FormatInt(t.ID, 10)}
	if err := h.o.Store.AddAudit(v.Request.Context(), a); err != nil {
		return fmt.Errorf("admin: audit: %w", err)
	}
	base := strings.TrimSuffix(t.FileName, filepath.Ext(t.FileName))
	v.Header("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	v.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": base + "-未通过.xlsx"}))
	v.Status(http.StatusOK)
	// A browser that goes away is nobody's fault.
	_, _ = io.Copy(v.Writer, file)
	return nil
}
