package main

import (
	"context"
	"fmt"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/wechat/wechattest"
)

// mapDemoTemplates maps every kind of message to a template of the simulated
// account.
func mapDemoTemplates(ctx context.Context, s *store.Store) error {
	ids := map[string]string{}
	for _, t := range wechattest.DemoTemplates() {
		ids[t.Title] = t.ID
	}
	progress := map[string]string{
		"thing1": model.VarItem, "phrase2": model.VarStatus, "time3": model.VarTime, "thing4": model.VarRemark,
	}
	for kind, t := range map[model.MessageKind]struct {
		title  string
		fields map[string]string
	}{
		model.MessageReturned:        {"审核进度通知", progress},
		model.MessageCollegeApproved: {"审核进度通知", progress},
		model.MessageApproved:        {"审核进度通知", progress},
		model.MessageAnswered:        {"审核进度通知", progress},
		model.MessageVerified:        {"审核进度通知", progress},
		model.MessageConfirmed: {"登记成功通知", map[string]string{
			"thing1": model.VarItem, "time2": model.VarTime, "thing3": model.VarRemark,
		}},
		model.MessageDeadline: {"截止提醒", map[string]string{
			"thing1": model.VarItem, "time2": model.VarDeadline, "thing3": model.VarRemark,
		}},
		model.MessageRebound: {"账号变更提醒", map[string]string{
			"thing1": model.VarItem, "time2": model.VarTime, "thing3": model.VarRemark,
		}},
	} {
		id, ok := ids[t.title]
		if !ok {
			return fmt.Errorf("the simulator has no template %s", t.title)
		}
		if err := s.SaveTemplate(ctx, model.Template{Kind: kind, TemplateID: id, Fields: t.fields}); err != nil {
			return err
		}
	}
	return nil
}
