package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func TestTemplates(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		want := []model.Template{
			{Kind: model.MessageApproved, TemplateID: "T-1", Fields: map[string]string{"thing1": model.VarItem}},
			{Kind: model.MessageReturned, TemplateID: "T-2", Fields: map[string]string{"thing1": model.VarRemark, "time2": model.VarTime}},
		}
		check := func(when string) {
			t.Helper()
			got, err := s.Templates(ctx)
			if d := cmp.Diff(want, got); err != nil || d != "" {
				t.Errorf("%s: Templates, %v (-want +got):\n%s", when, err, d)
			}
		}
		save := func(m model.Template) {
			t.Helper()
			if err := s.SaveTemplate(ctx, m); err != nil {
				t.Fatal(err)
			}
		}
		save(want[1])
		save(want[0])
		check("saved")
		for _, why := range []string{"字段 thing1 不合规则", "后来的原因"} {
			if err := s.StopTemplate(ctx, model.MessageApproved, why); err != nil {
				t.Fatal(err)
			}
		}
		want[0].Stopped = "字段 thing1 不合规则"
		check("stopped")
		want[0] = model.Template{Kind: model.MessageApproved, TemplateID: "T-3", Fields: map[string]string{"thing2": model.VarItem}}
		save(want[0])
		check("mapped anew")
		if err := s.StopTemplate(ctx, model.MessageDeadline, "x"); model.CodeOf(err) != model.CodeNotFound {
			t.Errorf("StopTemplate of an unmapped kind = %v, want not_found", err)
		}
	})
}
