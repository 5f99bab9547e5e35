package admin

import (
	"fmt"
	"net/http"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
)

// taskLine is an upload in the list.
type taskLine struct{ Href, Sheet, File, At, State, Result string }

// schoolOf is whose data the operator's uploads may touch: "" for all schools.
func schoolOf(op model.Operator) string {
	if s := op.Scope(); !s.All {
		return s.SchoolCode
	}
	return ""
}

// sheets are the kinds of sheets that the operator may import.
func sheets(op model.Operator) []model.SheetKind {
	var kinds []model.SheetKind
	for _, k := range model.SheetKinds() {
		if op.MayImport(k) {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// roster shows the form for an upload and the uploads so far.
func (h *Handler) roster(v visit) error { return h.showRoster(v, "", nil) }

func (h *Handler) showRoster(v visit, kind model.SheetKind, fault *model.Error) error {
	if s := v.scope(); s.Empty() {
		return model.Errorf(model.CodeForbidden, "您的账号没有可以导入的学校。")
	}
	tasks, err := h.o.Store.Tasks(v.Request.Context(), v.op, pageSize)
	if err != nil {
		return fmt.Errorf("admin: tasks: %w", err)
	}
	lines := make([]taskLine, 0, len(tasks))
	for _, t := range tasks {
		sheet, ok := t.Kind.Sheet()
		if !ok {
			continue
		}
		lines = append(lines, taskLine{
			Href: taskPath(t.ID), Sheet: sheet.Chinese(), File: t.FileName, At: model.Minute(t.CreatedAt), State: taskState(t), Result: resultWords(t),
		})
	}
	choice := web.Choices{Name: "sheet", Label: "表格种类", Required: true}
	for _, k := range sheets(v.op) {
		choice.Items = append(choice.Items, web.Choice{Value: string(k), Text: k.Chinese(), Chosen: k == kind})
		choice.Hint += k.Chinese() + "：" + sheetHints[k] + "。"
	}
	file := web.Field{
		Name: "file", Label: "表格文件", Type: "file", Required: true, Accept: ".xlsx,.csv",
		Hint: fmt.Sprintf("XLSX 或 CSV，最大 %d MB，按列名读取，列的次序不限。", maxUpload>>20),
	}
	switch {
	case fault != nil && fault.Field == "sheet":
		choice.Error = fault.Message
	case fault != nil:
		file.Error = fault.Message
	}
	return h.show(v, status(fault), "roster", web.Page{Title: "名单导入", Next: "/admin/roster", Data: map[string]any{
		"Sheet": choice, "File": file, "Tasks": lines, "Empty": web.Empty{Text: "还没有导入过名单。"}, "Scope": scopeWords(v.op),
	}})
}

// sheetHints say what each kind of sheet is for.
var sheetHints = map[model.SheetKind]string{
	model.SheetRoster:       "新增毕业生、更新基本信息，可含去向",
	model.SheetDestinations: "已在名单中的毕业生的去向、档案、户口",
	model.SheetReviews:      "对已上报的去向批量通过或退回",
}

// scopeWords says whose rows the operator may import; "" where there is no
// bound but the school.
func scopeWords(op model.Operator) string {
	switch s := op.Scope(); {
	case len(s.Classes) > 0:
		return "只导入您所带班级的毕业生，其他行会列为未通过。"
	case s.College != "":
		return "只导入" + s.College + "的毕业生，其他行会列为未通过。"
	}
	return ""
}

func taskPath(id int64) string { return "/admin/roster/" + strconv.FormatInt(id, 10) }

// taskState says where an import stands.
func taskState(t model.Task) string {
	switch {
	case t.State == model.TaskDiscarded:
		return "已放弃"
	case t.Previewed():
		return "等待您确认"
	case t.Stage == model.StageUndo && t.State == model.TaskDone:
		return "已撤销"
	case t.Stage == model.StageUndo && t.State == model.TaskFailed:
		return "未撤销"
	case t.Stage == model.StageUndo:
		return "撤销中"
	case t.Stage == model.StagePreview && t.State != model.TaskFailed:
		return "检查中"
	}
	return taskWords[t.State]
}

// resultWords sums a finished task up.
func resultWords(t model.Task) string {
	r := t.Result
	switch {
	case t.Stage == model.StageUndo && t.State == model.TaskDone:
		return fmt.Sprintf("撤销 %d", r.Undone)
	case t.Previewed(), t.State == model.TaskDiscarded:
		return fmt.Sprintf("将导入 %d · 未变 %d · 未通过 %d", r.Imported, r.Unchanged, r.Refused)
	case t.State == model.TaskDone:
		return fmt.Sprintf("导入 %d · 未变 %d · 未通过 %d", r.Imported, r.Unchanged, r.Refused)
	case t.State == model.TaskFailed && brokenOff(r):
		return "没有全部导入 · 导入 " + strconv.Itoa(r.Imported) + " · " + r.Error
	case t.State == model.TaskFailed:
		return r.Error
	}
	return ""
}

// brokenOff reports whether a failed task had taken rows before it failed: they
// stand.
func brokenOff(r model.TaskResult) bool {
	return r.Error != "" && r.Imported+r.Unchanged+r.Refused > 0
}

// task loads the task that the address names, which is not found where the
// operator may not see it.
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
	}
	if _, ok := t.Kind.Sheet(); !ok || !t.SeenBy(v.op) {
		return t, absent
	}
	return t, nil
}

// count is a number of rows in a cell.
func count(label string, n int) web.Cell {
	return web.Cell{Label: label, Value: strconv.Itoa(n) + " 行"}
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
	sheet, _ := t.Kind.Sheet()
	facts := web.Cells{Items: []web.Cell{
		{Label: "表格", Value: sheet.Chinese()},
		{Label: "文件", Value: t.FileName},
		{Label: "上传时间", Value: model.Minute(t.CreatedAt)},
		{Label: "状态", Value: taskState(t)},
	}}
	r := t.Result
	switch {
	case t.Previewed(), t.State == model.TaskDiscarded:
		facts.Items = append(facts.Items, count("将新增", r.Imported-r.Changed), count("将变更", r.Changed),
			count("未变", r.Unchanged), count("未通过检查", r.Refused))
	case !running && (t.State == model.TaskDone || brokenOff(r)):
		facts.Items = append(facts.Items, web.Cell{Label: "完成时间", Value: model.Minute(t.FinishedAt)},
			web.Cell{Label: "导入", Value: strconv.Itoa(r.Imported) + " 行", Note: fmt.Sprintf("新增 %d，变更 %d", r.Imported-r.Changed, r.Changed)},
			count("未变", r.Unchanged), count("未通过检查", r.Refused))
		if t.Stage == model.StageUndo {
			facts.Items = append(facts.Items, count("已撤销", r.Undone))
		}
	}
	data := map[string]any{"Task": t, "Facts": facts, "Running": running, "Path": taskPath(t.ID), "Page": taskPage(t)}
	if t.Previewed() {
		data["Apply"] = fmt.Sprintf("确认导入 %d 行", r.Imported)
		data["Own"] = t.OperatorID == v.op.ID
		data["Nothing"] = r.Imported == 0
	}
	if !running && r.Sample != "" {
		s, err := h.sample(t)
		if err != nil {
			return err
		}
		data["Sample"] = s
	}
	if t.Applied() && r.Imported > r.Undone {
		left, err := h.undoable(v, t)
		if err != nil {
			return err
		}
		data["Undo"] = left > 0
	}
	return h.show(v, http.StatusOK, "task", web.Page{Title: "名单导入进度", Banner: taskBanner(t), Data: data})
}

// taskPage says what the page is for, as its heading of tables.
func taskPage(t model.Task) string {
	if t.Previewed() {
		return "将变更的内容"
	}
	return "变更的内容"
}

// taskBanner sums up how a task ended.
func taskBanner(t model.Task) []web.Banner {
	r := t.Result
	one := func(k web.BannerKind, text string) []web.Banner { return []web.Banner{{Kind: k, Text: text}} }
	switch {
	case t.State == model.TaskDiscarded:
		return one(web.BannerInfo, "已放弃，没有写入任何内容。")
	case t.Stage == model.StageUndo && t.State == model.TaskFailed:
		return one(web.BannerError, "没有撤销。"+r.Error)
	case t.Stage == model.StageUndo && t.State == model.TaskDone && r.ActedOn > 0:
		return one(web.BannerWarn, fmt.Sprintf("已撤销 %d 人。撤销期间另有 %d 人的信息又有办理，没有撤销。", r.Undone, r.ActedOn))
	case t.Stage == model.StageUndo && t.State == model.TaskDone:
		return one(web.BannerOK, "整批导入已撤销。")
	case t.State == model.TaskFailed && brokenOff(r):
		return one(web.BannerError, "没有全部导入。"+r.Error+"已导入的行有效，更正后可再次上传，不会重复。")
	case t.State == model.TaskFailed:
		return one(web.BannerError, "没有导入。"+r.Error)
	case t.Previewed() && r.Imported == 0:
		return one(web.BannerInfo, "检查完成：没有需要导入的内容，系统中未作任何改动。")
	case t.Previewed():
		return one(web.BannerInfo, "检查完成，尚未写入任何内容。请核对下面的结果，确认后再导入。")
	case t.State == model.TaskDone && r.Refused > 0:
		return one(web.BannerWarn, "有未通过检查的行，原因见报告。更正后可再次上传，已导入的行不会重复。")
	case t.State == model.TaskDone:
		return one(web.BannerOK, "导入完成。")
	}
	return nil
}
