package admin_test

import (
	"errors"
	"testing"

	"quxiang/model"
)

func TestMenu(t *testing.T) {
	s := newSite(t)
	v := s.operator(model.Operator{Role: model.RoleMenu})
	page{has: []string{"公众号菜单", "去向登记", "办理进度", "换绑微信", "还没有发布过菜单", "发布菜单", origin}}.check(t, v.get("/admin/menu"))
	page{to: "/admin/menu?done=published"}.check(t, v.post("/admin/menu/publish", nil))
	if len(s.menu.published) != len(model.DefaultMenu().Default) || s.menu.by.Name != "menu" || s.menu.by.Kind != model.ActorOperator {
		t.Errorf("published %+v by %+v", s.menu.published, s.menu.by)
	}
	_, err := s.store.AddMenu(t.Context(), model.MenuVersion{Set: model.DefaultMenu(), State: model.MenuPublished, DoneAt: s.now, By: s.menu.by})
	must(t, err)
	page{has: []string{"菜单已发布", "管理员 menu", "当前使用中", "2027年6月10日 09:30"}}.check(t, v.get("/admin/menu?done=published"))
}

func TestMenuThatIsRefused(t *testing.T) {
	s := newSite(t)
	v := s.operator(model.Operator{Role: model.RoleMenu})
	s.menu.err = model.Invalid("menu", "按钮名称过长。")
	page{status: 422, has: []string{"按钮名称过长"}}.check(t, v.post("/admin/menu/publish", nil))
	s.menu.err = errors.New("errcode 40001 at 10.0.0.1")
	page{status: 503, has: []string{"菜单没有发布"}, not: []string{"40001", "10.0.0.1"}}.check(t, v.post("/admin/menu/publish", nil))
}

func TestJobs(t *testing.T) {
	s := newSite(t)
	v := s.operator(model.Operator{Role: model.RoleAuditor})
	page{has: []string{"任务与消息", "还没有运行过任务", "未配置模板，不会发送"}}.check(t, v.get("/admin/jobs"))
	ctx := t.Context()
	_, err := s.store.ClaimJob(ctx, "ladder", s.now, 0)
	must(t, err)
	must(t, s.store.FinishJob(ctx, "ladder", s.now, "added=3", s.now))
	must(t, s.store.SaveTemplate(ctx, model.Template{Kind: model.MessageReturned, TemplateID: "t", Fields: map[string]string{"thing1": model.VarItem}, Stopped: "thing1 超长"}))
	page{not: []string{"ladder"}, has: []string{"截止提醒", "added=3", "“退回通知”消息已停发：thing1 超长", "待发送"}}.check(t, v.get("/admin/jobs"))
}
