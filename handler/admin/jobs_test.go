package admin_test

import (
	"testing"

	"quxiang/model"
)

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
