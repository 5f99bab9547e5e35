package admin

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"quxiang/handler/web"
	"quxiang/model"
)

// maxUpload bounds a roster, in bytes; the router's limit for the whole body
// is a little more.
const maxUpload = 64 << 20

// maxFileName bounds the name that is kept for people, in characters.
const maxFileName = 80

// upload streams a roster to a file of its own and leaves the work to a job.
func (h *Handler) upload(v visit) error {
	if v.scope().Empty() {
		return model.Errorf(model.CodeForbidden, "您的账号没有可以导入的学校。")
	}
	ctx, now := v.Request.Context(), h.o.Web.Now()
	kind, name, path, err := h.receive(v)
	if e := refused(err, model.CodeInvalid, model.CodeTooLarge); e != nil {
		return h.showRoster(v, kind, e)
	}
	if err != nil {
		return err
	}
	task := model.Task{
		Kind: kind.Task(), Stage: model.StagePreview, OperatorID: v.op.ID, SchoolCode: schoolOf(v.op), FileName: name,
		Path: filepath.ToSlash(filepath.Join(uploadFolder, filepath.Base(path))), CreatedAt: now,
	}
	id, err := h.o.Store.AddTask(ctx, task)
	if err != nil {
		return fmt.Errorf("admin: add task: %w", errors.Join(err, os.Remove(path)))
	}
	a := audit(v.op, "roster.upload", now)
	a.Detail = map[string]string{"task": strconv.FormatInt(id, 10), "sheet": string(kind)}
	if err := h.o.Store.AddAudit(ctx, a); err != nil {
		return fmt.Errorf("admin: audit: %w", err)
	}
	return web.SeeOther(v.Context, taskPath(id))
}

// receive finds the file in a posted form and writes it below the uploads
// folder. kind is that of the part before it, a roster when there is none; name
// is the file's as uploaded, for people; path is ours.
func (h *Handler) receive(v visit) (kind model.SheetKind, name, path string, err error) {
	kind = model.SheetRoster
	parts, err := v.Request.MultipartReader()
	if err != nil {
		return kind, "", "", model.Invalid("file", "没有收到文件，请重新选择后上传。").Because(err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return kind, "", "", model.Invalid("file", "请选择要上传的名单文件。")
		}
		if err != nil {
			return kind, "", "", broken(err)
		}
		switch part.FormName() {
		case "sheet":
			word, err := io.ReadAll(io.LimitReader(part, maxKind))
			if err != nil {
				return kind, "", "", broken(err)
			}
			kind = model.SheetKind(word)
		case "file":
			if !v.op.MayImport(kind) {
				return model.SheetRoster, "", "", model.Invalid("sheet", "没有这种表格，或您的账号不能导入这种表格。")
			}
			name, path, err = h.file(part)
			return kind, name, path, err
		}
	}
}

// maxKind bounds the name of a kind of sheet.
const maxKind = 32

// file writes the part that holds the file.
func (h *Handler) file(part *multipart.Part) (name, path string, err error) {
	name = fileName(part)
	if name == "" {
		return "", "", model.Invalid("file", "请选择要上传的名单文件。")
	}
	ext := strings.ToLower(filepath.Ext(name))
	switch ext {
	case ".xlsx", ".csv":
		path, err = h.write(part, ext)
		return name, path, err
	case ".xlsm", ".xltm", ".xlsb":
		return "", "", model.Invalid("file", "不接受含宏的工作簿（%s）。请用 Excel 或 WPS 另存为 XLSX 后再上传。", strings.ToUpper(ext[1:]))
	default:
		return "", "", model.Invalid("file", "只接受 XLSX 或 CSV 文件。旧版 XLS 请先另存为 XLSX。")
	}
}

// fileName is the last part of the name that the browser gave, short enough
// and without characters that draw nothing or turn the writing round.
func fileName(part *multipart.Part) string {
	name := strings.Map(func(c rune) rune {
		if model.Unseen(c) || c == utf8.RuneError {
			return -1
		}
		return c
	}, part.FileName())
	name = name[strings.LastIndexByte(name, '\\')+1:] // old browsers on Windows give the whole path
	if r := []rune(name); len(r) > maxFileName {
		name = string(r[len(r)-maxFileName:])
	}
	return name
}

// write copies the upload to a new file that only we can read. Nothing is left
// of one that was broken off, empty or too large.
func (h *Handler) write(from io.Reader, ext string) (path string, err error) {
	if err := os.MkdirAll(h.uploads, 0o700); err != nil {
		return "", fmt.Errorf("admin: uploads folder: %w", err)
	}
	own := filepath.Join(h.uploads, strings.ToLower(rand.Text())+ext)
	to, err := os.OpenFile(own, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) // #nosec G304 -- our folder and a random name
	if err != nil {
		return "", fmt.Errorf("admin: upload: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(own))
		}
	}()
	n, err := io.Copy(to, io.LimitReader(from, maxUpload+1))
	if cerr := to.Close(); cerr != nil && err == nil {
		return "", fmt.Errorf("admin: upload: %w", cerr)
	}
	switch {
	case err != nil:
		return "", broken(err)
	case n == 0:
		return "", model.Invalid("file", "文件是空的，请检查后重新上传。")
	case n > maxUpload:
		return "", tooLarge()
	}
	return own, nil
}

func tooLarge() *model.Error {
	return model.Errorf(model.CodeTooLarge, "文件超过 %d MB，请分成几个文件上传。", maxUpload>>20)
}

// broken says why an upload could not be read to its end.
func broken(err error) error {
	var limit *http.MaxBytesError
	var file *os.PathError
	switch {
	case errors.As(err, &limit):
		return tooLarge().Because(err)
	case errors.As(err, &file):
		return fmt.Errorf("admin: upload: %w", err)
	}
	return model.Invalid("file", "文件没有传完，请检查网络后重新上传。").Because(err)
}
