package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"quxiang/model"
)

// status is the one table from error codes to HTTP statuses.
var status = map[model.Code]int{
	model.CodeInvalid:         http.StatusUnprocessableEntity,
	model.CodeUnauthenticated: http.StatusUnauthorized,
	model.CodeForbidden:       http.StatusForbidden,
	model.CodeNotFound:        http.StatusNotFound,
	model.CodeConflict:        http.StatusConflict,
	model.CodeChanged:         http.StatusConflict,
	model.CodeLocked:          http.StatusConflict,
	model.CodeClosed:          http.StatusConflict,
	model.CodeTooMany:         http.StatusTooManyRequests,
	model.CodeTooLarge:        http.StatusRequestEntityTooLarge,
	model.CodeMediaType:       http.StatusUnsupportedMediaType,
	model.CodeMethod:          http.StatusMethodNotAllowed,
	model.CodeUnavailable:     http.StatusServiceUnavailable,
	model.CodeExpired:         http.StatusGone,
	model.CodeInternal:        http.StatusInternalServerError,
}

// Status is the HTTP status of an error; 500 for one that is no *model.Error.
func Status(err error) int { return status[model.CodeOf(err)] }

// title heads the error page of each code (screens, errors).
var title = map[model.Code]string{
	model.CodeInvalid:         "填写的内容有误",
	model.CodeUnauthenticated: "登录已过期",
	model.CodeForbidden:       "没有权限",
	model.CodeNotFound:        "页面不存在",
	model.CodeConflict:        "现在不能这样操作",
	model.CodeChanged:         "信息已有变化",
	model.CodeLocked:          "还不能进行这一步",
	model.CodeClosed:          "已过截止日期",
	model.CodeTooMany:         "操作过于频繁",
	model.CodeTooLarge:        "内容太大",
	model.CodeMediaType:       "内容类型不支持",
	model.CodeMethod:          "不能这样访问",
	model.CodeUnavailable:     "暂时无法办理",
	model.CodeExpired:         "链接已失效",
	model.CodeInternal:        "系统繁忙",
}

// Failure is what the error page shows.
type Failure struct {
	Title   string
	Message string
	WayOn   string // local address of the one way on
	WayWord string
}

// Fail logs err once and answers with its page: the message of a *model.Error,
// a plain sentence for everything else. Causes stay in the log. Below /api the
// answer is a Problem.
func (w *Web) Fail(c *gin.Context, err error) {
	c.Abort()
	code := model.CodeOf(err)
	level := slog.LevelInfo
	switch {
	case errors.Is(err, context.Canceled):
	case code == model.CodeInternal:
		level = slog.LevelError
	case code == model.CodeUnavailable:
		level = slog.LevelWarn
	}
	w.log(c).Log(c.Request.Context(), level, "request failed", "code", code, "err", err)
	if c.Writer.Written() {
		return
	}
	if IsAPI(c.Request.URL.Path) {
		w.problem(c, code, err)
		return
	}
	f := Failure{Title: title[code], Message: "系统繁忙，请稍后再试。您填写的内容没有提交。"}
	var e *model.Error
	if errors.As(err, &e) && code != model.CodeInternal {
		f.Message = e.Message
	}
	area := areaOf(c.Request.URL.Path)
	f.WayOn, f.WayWord = wayOn(area)
	p := Page{Title: f.Title, Area: area, Data: f}
	p.Contact, _ = c.Value(contactKey).(*model.Contact)
	if rerr := w.Page(c, Status(err), "layout/error", p); rerr != nil {
		w.log(c).Error("render error page", "err", rerr)
		http.Error(c.Writer, f.Message, Status(err))
	}
}

func areaOf(path string) string {
	switch {
	case strings.HasPrefix(path, "/admin"):
		return "admin"
	case strings.HasPrefix(path, "/verify"), strings.HasPrefix(strings.ToLower(path), "/v/"):
		return "verify"
	default:
		return "h5"
	}
}

func wayOn(area string) (path, word string) {
	switch area {
	case "admin":
		return "/admin", "回到管理首页"
	case "verify":
		return "/", "回到首页"
	default:
		return "/", "回到首页"
	}
}
