package admin

import (
	"fmt"
	"net/http"
	"net/url"

	"quxiang/handler/web"
	"quxiang/model"
)

// home is what waits for the operator, and how many graduates of the scope
// stand at each step; each number leads to the list behind it.
func (h *Handler) home(v visit) error {
	if v.op.May(model.ActionVerify) { // a department's home is its desk
		return web.SeeOther(v.Context, deskHome+doneAgain(v))
	}
	counts, err := h.o.Store.StepCounts(v.Request.Context(), v.scope(), "")
	if err != nil {
		return fmt.Errorf("admin: home: %w", err)
	}
	own, err := h.placeOf(v)
	if err != nil {
		return err
	}
	data := map[string]any{"Role": v.op.Role.Chinese(), "Place": own, "Tools": tools(v.op)}
	waiting := web.Links{Title: "等待我处理"}
	for _, q := range queues(v.op) {
		n := counts[q.step()]
		note := fmt.Sprintf("%d 人等待审核毕业去向", n)
		if q.kind == queueChanges {
			note = fmt.Sprintf("%d 人申请变更已通过的毕业去向", n)
		}
		waiting.Items = append(waiting.Items, web.Link{Href: q.path(), Text: q.title(), Count: n, Note: note})
	}
	requests, err := h.o.Store.RequestCounts(v.Request.Context(), v.op)
	if err != nil {
		return fmt.Errorf("admin: home: %w", err)
	}
	for _, b := range inboxes(v.op) {
		n := requests[b.kind]
		waiting.Items = append(waiting.Items, web.Link{Href: b.path, Text: b.title, Count: n, Note: fmt.Sprintf("%d %s等待处理", n, b.note)})
	}
	if v.op.May(model.ActionUpstream) {
		n, err := h.o.Store.CountOpenConflicts(v.Request.Context(), v.scope())
		if err != nil {
			return fmt.Errorf("admin: home: %w", err)
		}
		if n > 0 {
			waiting.Items = append(waiting.Items, web.Link{Href: conflictsPath, Text: "上级数据冲突", Count: n, Note: fmt.Sprintf("%d 项等待决定采用哪一方", n)})
		}
	}
	data["Waiting"] = waiting
	if v.op.May(model.ActionView) {
		data["Steps"] = stepTable(counts)
	}
	return h.show(v, http.StatusOK, "home", web.Page{Title: "管理首页", Banner: done(v.Query("done")), Data: data})
}

// stepLine is one line of the overview.
type stepLine struct {
	Step  string
	Href  string
	Count int
}

func stepTable(counts map[model.Step]int) []stepLine {
	lines := make([]stepLine, 0, len(model.Steps()))
	for _, s := range model.Steps() {
		lines = append(lines, stepLine{Step: s.Chinese(), Href: "/admin/graduates?" + url.Values{"step": {string(s)}}.Encode(), Count: counts[s]})
	}
	return lines
}

// placeOf says whose graduates the operator sees.
func (h *Handler) placeOf(v visit) (string, error) {
	code := v.scope().SchoolCode
	if code == "" {
		return place(v.op, ""), nil
	}
	school, err := h.schoolName(v.Request.Context(), code)
	return place(v.op, school), err
}

// place says whose graduates an operator of a school sees.
func place(op model.Operator, school string) string {
	s := op.Scope()
	switch {
	case s.All:
		return "全部学校"
	case s.Empty():
		return "不涉及毕业生信息"
	}
	text := school
	if s.College != "" {
		text += " · " + s.College
	}
	for i, class := range s.Classes {
		if i == 0 {
			text += " · " + class
		} else {
			text += "、" + class
		}
	}
	return text
}

// tools are the other pages that the operator may open.
func tools(op model.Operator) web.Links {
	l := web.Links{Title: "功能"}
	for _, t := range []struct {
		allowed bool
		link    web.Link
	}{
		{op.May(model.ActionView), web.Link{Href: "/admin/graduates", Text: "毕业生", Note: "按步骤、院系、班级、姓名查找"}},
		{op.May(model.ActionExport), web.Link{Href: "/admin/unreached", Text: "未触达名单", Note: "提醒到不了或没有回应的毕业生，按班级打印"}},
		{op.May(model.ActionStatistics), web.Link{Href: "/admin/statistics", Text: "统计", Note: "毕业去向落实率及其组成"}},
		{op.May(model.ActionImport), web.Link{Href: "/admin/roster", Text: "名单导入", Note: "生源名单、毕业去向、审核结果：先预览，再导入，可撤销"}},
		{office(op), web.Link{Href: "/admin/units", Text: "单位登记表", Note: "毕业生上报时查找的单位"}},
		{op.May(model.ActionMenu), web.Link{Href: "/admin/menu", Text: "公众号菜单", Note: "预览并发布"}},
		{op.May(model.ActionMenu), web.Link{Href: answersPath, Text: "自动回复", Note: "关键字和菜单按钮的回复"}},
		{administrator(op), web.Link{Href: desksPath, Text: "接收部门", Note: "核准、续期、停用核验台的账号"}},
		{administrator(op), web.Link{Href: "/admin/operators", Text: "管理员", Note: "账号、停用、退出登录"}},
		{op.May(model.ActionAudit), web.Link{Href: "/admin/jobs", Text: "任务与消息", Note: "定时任务与消息发送情况"}},
	} {
		if t.allowed {
			l.Items = append(l.Items, t.link)
		}
	}
	return l
}
