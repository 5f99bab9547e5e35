package admin

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
)

// visit is one request of a known operator.
type visit struct {
	*gin.Context
	op model.Operator
}

func (v visit) scope() model.Scope { return v.op.Scope() }

// page is a handler for operators who may.
type page func(v visit) error

// need says whether an operator may use a route at all; scope comes after.
type need func(model.Operator) bool

func may(a model.Action) need { return func(op model.Operator) bool { return op.May(a) } }

// office imports what all colleges use: a school's office, or the administrator.
func office(op model.Operator) bool {
	return op.May(model.ActionImport) && op.Scope().College == ""
}

func anybody(op model.Operator) bool { return !op.Disabled }

func reviewer(op model.Operator) bool { return len(levels(op)) > 0 }

// administrator looks after the other operators.
func administrator(op model.Operator) bool { return !op.Disabled && op.Role == model.RoleAdmin }

// levels are those at which the operator reviews, in their order.
func levels(op model.Operator) []model.Level {
	var l []model.Level
	for _, level := range []model.Level{model.LevelCollege, model.LevelSchool} {
		if op.MayReview(level) {
			l = append(l, level)
		}
	}
	return l
}

// signedIn adapts a page that needs an operator and nothing else, not even a
// password of his own.
func (h *Handler) signedIn(p page) gin.HandlerFunc {
	return h.o.Web.Do(func(c *gin.Context) error {
		v, ok, err := h.visit(c)
		if err != nil || !ok {
			return err
		}
		return p(v)
	})
}

// as adapts a page: only operators who have a password of their own and who
// may get to it.
func (h *Handler) as(allowed need, p page) gin.HandlerFunc {
	return h.signedIn(func(v visit) error {
		switch {
		case v.op.MustChange:
			return web.SeeOther(v.Context, "/admin/password")
		case !allowed(v.op):
			return model.Errorf(model.CodeForbidden, "您的角色（%s）没有权限使用这个页面。", v.op.Role.Chinese())
		}
		return p(v)
	})
}

// visit loads the operator of the session that the guard found. ok is false
// when it has answered already: an operator who is gone or disabled is logged
// out.
func (h *Handler) visit(c *gin.Context) (v visit, ok bool, err error) {
	s := web.SessionOf(c)
	if s == nil || s.Kind != web.KindOperator {
		return v, false, model.Errorf(model.CodeUnauthenticated, "请先登录。")
	}
	op, err := h.o.Store.Operator(c.Request.Context(), s.OperatorID)
	if err != nil && model.CodeOf(err) != model.CodeNotFound {
		return v, false, fmt.Errorf("admin: operator: %w", err)
	}
	if err != nil || op.Disabled {
		if err := h.o.Web.EndSession(c, web.KindOperator); err != nil {
			return v, false, err
		}
		return v, false, web.SeeOther(c, "/admin/login")
	}
	return visit{Context: c, op: op}, true, nil
}

// form parses the posted form.
func (v visit) form() error { return web.Form(v.Context) }

// show renders an operators' page with the left column: what waits, and only
// what the operator may open.
func (h *Handler) show(v visit, status int, name string, p web.Page) error {
	p.Area, p.Operator = web.AreaAdmin, v.op.Name
	if !v.op.MustChange {
		counts, err := h.o.Store.StepCounts(v.Request.Context(), v.scope(), "")
		if err != nil {
			return fmt.Errorf("admin: step counts: %w", err)
		}
		requests, err := h.o.Store.RequestCounts(v.Request.Context(), v.op)
		if err != nil {
			return fmt.Errorf("admin: request counts: %w", err)
		}
		path, level := v.Request.URL.Path, v.Query("level")
		if kind, filter, ok := strings.Cut(v.Query("queue"), "?"); ok { // a graduate within a queue
			if q, err := readQueue(kind, filter); err == nil {
				path, level = "/admin/"+q.kind, string(q.level)
			}
		}
		p.Nav = nav(v.op, counts, requests, path, level)
	}
	return h.o.Web.Page(v.Context, status, "admin/"+name, p)
}

// stepOf is where a record waits that a level has to review.
var stepOf = map[model.Level]model.Step{
	model.LevelCollege: model.StepCollegeReview,
	model.LevelSchool:  model.StepSchoolReview,
}

// changeStepOf is where a record waits whose 变更申请 a level has to answer.
var changeStepOf = map[model.Level]model.Step{
	model.LevelCollege: model.StepChangeCollege,
	model.LevelSchool:  model.StepChangeSchool,
}

// queues are what waits for an operator, in the order of the left column.
func queues(op model.Operator) []queue {
	var all []queue
	for _, kind := range []string{queueReviews, queueChanges} {
		for _, l := range levels(op) {
			all = append(all, queue{kind: kind, level: l})
		}
	}
	return all
}

// nav is the left column for op, with the open page marked.
func nav(op model.Operator, counts map[model.Step]int, requests map[model.RequestKind]int, path, level string) []web.NavItem {
	items := []web.NavItem{{Text: "管理首页", Href: "/admin", Current: path == "/admin"}}
	if op.May(model.ActionVerify) {
		items = []web.NavItem{{Text: "核验台", Href: deskHome, Current: path == deskHome || path == deskCheck || path == deskSheet}}
	}
	for _, q := range queues(op) {
		here := path == "/admin/"+q.kind && (level == string(q.level) || level == "" && q.level == levels(op)[0])
		items = append(items, web.NavItem{Text: q.title(), Href: q.path(), Count: counts[q.step()], Current: here})
	}
	for _, b := range inboxes(op) {
		items = append(items, web.NavItem{Text: b.title, Href: b.path, Count: requests[b.kind], Current: path == b.path || strings.HasPrefix(path, b.path+"/")})
	}
	for _, it := range []struct {
		allowed    bool
		text, href string
	}{
		{op.May(model.ActionUpstream), "上级数据冲突", conflictsPath},
		{op.May(model.ActionView), "毕业生", "/admin/graduates"},
		{op.May(model.ActionExport), "未触达名单", "/admin/unreached"},
		{op.May(model.ActionStatistics), "统计", "/admin/statistics"},
		{op.May(model.ActionImport), "名单导入", "/admin/roster"},
		{office(op), "单位登记表", "/admin/units"},
		{op.May(model.ActionMenu), "公众号菜单", "/admin/menu"},
		{op.May(model.ActionMenu), "自动回复", answersPath},
		{administrator(op), "管理员", "/admin/operators"},
		{administrator(op), "接收部门", desksPath},
		{op.May(model.ActionVerify), "核验记录", deskHistory},
		{op.May(model.ActionVerify), "向学校反映", deskNotes},
		{op.May(model.ActionAudit), "任务与消息", "/admin/jobs"},
	} {
		if it.allowed {
			items = append(items, web.NavItem{Text: it.text, Href: it.href, Current: path == it.href || strings.HasPrefix(path, it.href+"/")})
		}
	}
	return append(items, web.NavItem{Text: "修改密码", Href: "/admin/password", Current: path == "/admin/password"})
}

// done is the banner of what an operator has just done, by the word in the
// address after a redirect; an unknown word says nothing.
func done(word string) []web.Banner {
	text, ok := map[string]string{ // #nosec G101 -- words for people
		"password":      "密码已修改，其他设备上的登录已退出。",
		"approve":       "上一位毕业生的去向已通过，这是下一位。",
		"return":        "上一位毕业生的去向已退回，这是下一位。",
		"granted":       "上一位毕业生的变更申请已同意，这是下一位。",
		"declined":      "上一位毕业生的变更申请未同意，这是下一位。",
		"corrected":     "上一项已更正，这是下一项。",
		"kept":          "上一项未更正，原因已告知毕业生。这是下一项。",
		"voided":        "上一条登记已作废，结论已告知毕业生。这是下一项。",
		"upheld":        "上一项未予作废，理由已告知毕业生。这是下一项。",
		"conflicttaken": "上一项已采用上级数据，这是下一项。",
		"conflictkept":  "上一项已保留本地数据，这是下一项。",
		"settled":       "勾选的冲突已处理。",
		"finished":      "已处理，没有其他等待处理的了。",
		"reopened":      "已为该毕业生重新开放更新。",
		"published":     "菜单已发布。已关注的手机最多 5 分钟后更新。",
		"menusaved":     "已保存到草稿，发布后手机上才会看到。",
		"menuimported":  "线上菜单已导入草稿。",
		"menuloaded":    "这一版已载入草稿，发布后手机上才会看到。",
		"answersaved":   "自动回复已保存，最多半分钟后生效。",
		"answerremoved": "自动回复已删除。",
		"scheduled":     "已安排定时发布。到时间后，手机最多 5 分钟后更新。",
		"calledoff":     "定时发布已取消。",
		"disabled":      "账号已停用，其登录已退出。",
		"enabled":       "账号已启用。",
		"loggedout":     "该账号已在所有设备上退出登录。",
		"vetted":        "已核准并保存，立即生效。",
		"noted":         "已反映给学校，答复会显示在“向学校反映”中。",
		"noteanswered":  "已答复，接收部门可以看到。",
	}[word]
	switch {
	case word == "menufailed":
		return []web.Banner{{Kind: web.BannerError, Text: "菜单没有发布完整，下面是每一步的结果。"}}
	case word == "unpicked":
		return []web.Banner{{Kind: web.BannerWarn, Text: "请先勾选要通过的毕业生，或选择“通过本页全部”。"}}
	case !ok:
		return nil
	}
	return []web.Banner{{Kind: web.BannerOK, Text: text}}
}

// doneAgain carries the word of done to the page that a redirect leads on to.
func doneAgain(v visit) string {
	if word := v.Query("done"); word != "" {
		return "?" + url.Values{"done": {word}}.Encode()
	}
	return ""
}

// refused is the error as one of a form's own, for a page that shows it beside
// what was typed; nil when the page cannot mend it.
func refused(err error, codes ...model.Code) *model.Error {
	e, ok := asError(err)
	if !ok {
		return nil
	}
	for _, code := range codes {
		if e.Code == code {
			return e
		}
	}
	return nil
}

// status is the answer's status for a form that was refused with e.
func status(e *model.Error) int {
	if e == nil {
		return http.StatusOK
	}
	return web.Status(e)
}

// asError is errors.As for the one error type of the project.
func asError(err error) (*model.Error, bool) {
	var e *model.Error
	ok := errors.As(err, &e)
	return e, ok
}
