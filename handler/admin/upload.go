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
	name, path, err := h.receive(v.Request)
	if e := refused(err, model.CodeInvalid, model.CodeTooLarge); e != nil {
		return h.showRoster(v, e)
	}
	if err != nil {
		return err
	}
	task := model.Task{
		Kind: model.TaskImportRoster, OperatorID: v.op.ID, SchoolCode: schoolOf(v.op), FileName: name,
		Path: filepath.ToSlash(filepath.Join(uploadFolder, filepath.Base(path))), CreatedAt: now,
	}
	id, err := h.o.Store.AddTask(ctx, task)
	if err != nil {
		return fmt.Errorf("admin: add task: %w", errors.Join(err, os.Remove(path)))
	}
	if err := h.o.Store.AddAudit(ctx, audit(v.op, "roster.upload", now)); err != nil {
		return fmt.Errorf("admin: audit: %w", err)
	}
	return web.SeeOther(v.Context, taskPath(id))
}

// receive finds the file in a posted form and writes it below the uploads
// folder. name is the file's as uploaded, for people; path is ours.
func (h *Handler) receive(r *http.Request) (name, path string, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return "", "", model.Invalid("file", "没有收到文件，请重新选择后上传。").Because(err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return "", "", model.Invalid("file", "请选择要上传的名单文件。")
		}
		if err != nil {
			return "", "", broken(err)
		}
		if part.FormName() != "file" {
			continue
		}
		name = fileName(part)
		if name == "" {
			return "", "", model.Invalid("file", "请选择要上传的名单文件。")
		}
		ext := strings.ToLower(filepath.Ext(name))
		if ext != ".xlsx" && ext != ".csv" {
			return "", "", model.Invalid("file", "只接受 XLSX 或 CSV 文件。旧版 XLS 请先另存为 XLSX。")
		}
		path, err = h.write(part, ext)
		return name, path, err
	}
}

// fileName is the last part of the name that the browser gave, short enough
// and without control characters.
func fileName(part *multipart.Part) string {
	name := strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == utf8.RuneError {
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
