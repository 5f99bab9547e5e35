package admin

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/roster"
)

// namesShown is how many graduates a page names who keep an import from being
// undone.
const namesShown = 20

// sample reads what a preview keeps for its page; it is empty once the files
// were cleared away.
func (h *Handler) sample(t model.Task) (s model.ImportSample, err error) {
	file, err := os.OpenInRoot(h.o.DataDir, t.Result.Sample)
	if errors.Is(err, fs.ErrNotExist) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("admin: preview: %w", err)
	}
	defer file.Close() //nolint:errcheck // read only
	if err := json.NewDecoder(file).Decode(&s); err != nil {
		return s, fmt.Errorf("admin: preview: %w", err)
	}
	return s, nil
}

// move brings the task from where the operator saw it to another stage or
// state. moved is false after a press that came twice, or after somebody else's.
func (h *Handler) move(v visit, t model.Task, stage model.TaskStage, state model.TaskState, action string) (moved bool, err error) {
	a := audit(v.op, action, h.o.Web.Now())
	a.Detail = map[string]string{"task": strconv.FormatInt(t.ID, 10)}
	err = h.o.Store.MoveTask(v.Request.Context(), t, stage, state, a)
	if model.CodeOf(err) == model.CodeChanged {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("admin: task: %w", err)
	}
	return true, nil
}

// applyTask lets what the operator has seen be imported. Only who uploaded it
// does: the import acts in his name and within his scope.
func (h *Handler) applyTask(v visit) error {
	t, err := h.task(v)
	if err != nil {
		return err
	}
	if t.OperatorID != v.op.ID {
		return model.Errorf(model.CodeForbidden, "只有上传者本人可以确认导入。")
	}
	if t.Previewed() && t.Result.Imported > 0 {
		if _, err := h.move(v, t, model.StageApply, model.TaskWaiting, "import.confirm"); err != nil {
			return err
		}
	}
	return web.SeeOther(v.Context, taskPath(t.ID))
}

// discardTask gives a preview up and removes the upload, which holds ID
// numbers.
func (h *Handler) discardTask(v visit) error {
	t, err := h.task(v)
	if err != nil {
		return err
	}
	moved := false
	if t.Previewed() {
		if moved, err = h.move(v, t, model.StagePreview, model.TaskDiscarded, "import.discard"); err != nil {
			return err
		}
	}
	if moved {
		if err := h.removeFiles(t.Path, t.Result.Plan, t.Result.Preview, t.Result.Sample); err != nil {
			return err
		}
	}
	return web.SeeOther(v.Context, taskPath(t.ID))
}

// removeFiles removes files below DataDir; "" names none.
func (h *Handler) removeFiles(paths ...string) error {
	root, err := os.OpenRoot(h.o.DataDir)
	if err != nil {
		return fmt.Errorf("admin: remove files: %w", err)
	}
	defer root.Close() //nolint:errcheck // nothing is written through it
	for _, p := range paths {
		if p == "" {
			continue
		}
		if err := root.Remove(p); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("admin: remove files: %w", err)
		}
	}
	return nil
}

// undoable is how many graduates the operator may still have put back by
// undoing the import: none when it is not his to undo.
func (h *Handler) undoable(v visit, t model.Task) (int, error) {
	if t.OperatorID != v.op.ID && v.scope().College != "" {
		return 0, nil
	}
	created, changed, err := h.o.Store.ImportChanges(v.Request.Context(), t.ID)
	if err != nil {
		return 0, fmt.Errorf("admin: undo: %w", err)
	}
	return created + changed, nil
}

// undoPage says what undoing an import as a whole does, or who keeps it from
// being undone.
func (h *Handler) undoPage(v visit) error {
	t, err := h.task(v)
	if err != nil {
		return err
	}
	left, err := h.undoable(v, t)
	if err != nil {
		return err
	}
	if !t.Applied() || left == 0 {
		return web.SeeOther(v.Context, taskPath(t.ID))
	}
	n, names, err := h.o.Store.ImportActedOn(v.Request.Context(), t.ID, namesShown)
	if err != nil {
		return fmt.Errorf("admin: undo: %w", err)
	}
	p := web.Page{Title: "撤销整批导入", Data: map[string]any{"Path": taskPath(t.ID), "File": t.FileName, "Left": left, "May": n == 0}}
	if n > 0 {
		p.Banner = []web.Banner{{Kind: web.BannerWarn, Text: model.ImportActedOn(n, names).Message}}
	}
	return h.show(v, http.StatusOK, "undo", p)
}

// undoTask lets an import be undone.
func (h *Handler) undoTask(v visit) error {
	t, err := h.task(v)
	if err != nil {
		return err
	}
	left, err := h.undoable(v, t)
	if err != nil {
		return err
	}
	if !t.Applied() || left == 0 {
		return web.SeeOther(v.Context, taskPath(t.ID))
	}
	n, _, err := h.o.Store.ImportActedOn(v.Request.Context(), t.ID, 1)
	if err != nil {
		return fmt.Errorf("admin: undo: %w", err)
	}
	if n > 0 {
		return web.SeeOther(v.Context, taskPath(t.ID)+"/undo")
	}
	if _, err := h.move(v, t, model.StageUndo, model.TaskWaiting, "import.undo"); err != nil {
		return err
	}
	return web.SeeOther(v.Context, taskPath(t.ID))
}

// report sends the sheet of refused rows.
func (h *Handler) report(v visit) error {
	t, err := h.task(v)
	if err != nil {
		return err
	}
	return h.sendSheet(v, t, t.Result.Report, "未通过", "roster.report")
}

// preview sends the sheet of what changes.
func (h *Handler) preview(v visit) error {
	t, err := h.task(v)
	if err != nil {
		return err
	}
	return h.sendSheet(v, t, t.Result.Preview, "变更", "import.preview_sheet")
}

// sendSheet sends a sheet that a task has made. It holds personal data: the
// download is audited, and the file is opened below DataDir only.
func (h *Handler) sendSheet(v visit, t model.Task, path, what, action string) error {
	absent := model.Errorf(model.CodeNotFound, "这次导入没有这份表格，或已被清理。")
	if path == "" {
		return absent
	}
	file, err := os.OpenInRoot(h.o.DataDir, path)
	if err != nil {
		return absent.Because(err)
	}
	defer file.Close() //nolint:errcheck // read only
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return absent.Because(err)
	}
	a := audit(v.op, action, h.o.Web.Now())
	a.Detail = map[string]string{"task": strconv.FormatInt(t.ID, 10)}
	if err := h.o.Store.AddAudit(v.Request.Context(), a); err != nil {
		return fmt.Errorf("admin: audit: %w", err)
	}
	base := strings.TrimSuffix(t.FileName, filepath.Ext(t.FileName))
	attachment(v, mediaTypes[roster.TableXLSX], base+"-"+what+".xlsx")
	// A browser that goes away is nobody's fault.
	_, _ = io.Copy(v.Writer, file)
	return nil
}

// mediaTypes are those of the sheets that are sent.
var mediaTypes = map[roster.TableFormat]string{
	roster.TableCSV:  "text/csv; charset=utf-8",
	roster.TableXLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// attachment begins an answer that is saved as a file.
func attachment(v visit, contentType, name string) {
	v.Header("Content-Type", contentType)
	v.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	v.Status(http.StatusOK)
}
