package model_test

import (
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/codes"
)

func TestAdvice(t *testing.T) {
	here := model.School{Name: "示范大学", Origin: model.OriginHere}
	upstream := model.School{Name: "示范大学", Origin: model.OriginUpstream, PlatformName: "91job 智慧就业服务平台"}
	cohort := model.NewCohort(2027)
	before, after := cohort.Deadline.Start(), cohort.Deadline.End()
	for _, tc := range []struct {
		step   model.Step
		school model.School
		now    time.Time
		want   string
	}{
		{model.StepLink, here, before, "学信网账号"},
		{model.StepCheck, here, before, "核对基本信息"},
		{model.StepReport, here, before, "请上报毕业去向，提交后"},
		{model.StepReport, upstream, before, "请在91job 智慧就业服务平台上报毕业去向"},
		{model.StepReport, here, after, "还没有上报毕业去向，但更新已截止"},
		{model.StepCollegeReview, here, before, "学院正在审核"},
		{model.StepCollegeReview, here, after, "学院正在审核"},
		{model.StepSchoolReview, here, before, "学校正在审核"},
		{model.StepRevise, here, before, "按退回原因修改"},
		{model.StepRevise, here, after, "更新已截止"},
		{model.StepConfirm, here, after, "请核对并确认"},
		{model.StepUpdate, here, before, "更新毕业去向并重新提交"},
		{model.StepUpdate, upstream, before, "请在91job 智慧就业服务平台更新毕业去向"},
		{model.StepUpdate, upstream, after, "更新已截止"},
		{model.StepAuthorize, here, after, "进行核验授权"},
		{model.StepDone, here, after, "请出示去向登记信息表"},
	} {
		n := model.NextOf(model.Standing{Step: tc.step}, tc.school.Origin, "", cohort, tc.now)
		if got := n.Advice(tc.school); !strings.Contains(got, tc.want) || !strings.HasSuffix(got, "。") {
			t.Errorf("%s (%s, open %v): %q, want %q in it", tc.step, tc.school.Origin, n.Open, got, tc.want)
		}
	}
	for _, s := range model.Steps() {
		if n := (model.NextStep{Standing: model.Standing{Step: s}, Open: true}); n.Advice(here) == "" {
			t.Errorf("no advice for %s", s)
		}
	}
}

func TestOddities(t *testing.T) {
	table, err := codes.For(codes.Default)
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, category, archive, household string
		want                               []string
	}{
		{"figure 6: looking for work, received by an employer", "70", "employer", "employer", []string{"档案转递类型", "户口迁移类型"}},
		{"figure 8: employed, kept by an agency", "10", "agency", "", nil},
		{"employed, received by the employer", "10", "employer", "employer", nil},
		{"employed, received by a university", "10", "study", "", []string{"升学学校接收"}},
		{"studying", "80", "study", "study", nil},
		{"studying, received by an employer", "80", "employer", "", []string{"“升学”"}},
		{"nothing registered", "70", "", "", nil},
		{"unknown category", "x", "employer", "", nil},
	} {
		d := model.Destination{
			Category: tc.category,
			Archive:  model.ArchiveTransfer{Type: tc.archive}, Household: model.HouseholdTransfer{Type: tc.household},
		}
		got := d.Oddities(table)
		if len(got) != len(tc.want) {
			t.Errorf("%s: %q", tc.name, got)
			continue
		}
		for i, w := range tc.want {
			if !strings.Contains(got[i], w) {
				t.Errorf("%s: %q, want %q in it", tc.name, got[i], w)
			}
		}
	}
}
